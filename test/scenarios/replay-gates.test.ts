/**
 * What keeps an alarm from opening an incident, and what makes one worse, is the same in a replay: maintenance and silences, what a device
 * is doing, who is due in its room, the sessions that are booked, and when it restarted.
 *
 * Each story is told to the real store; the replay reads the books from there.
 */
import { expect, it } from "vitest";
import { bare, type Finding } from "../../daemon/model/observation.ts";
import { HOUR, MINUTE, SECOND } from "../../daemon/model/time.ts";
import { recorded } from "../../daemon/replay/compare.ts";
import { decided, replayOf } from "./replayed.ts";
import { type Scenario, type ScenarioOptions, scenario } from "./scenario.ts";

interface Story extends Partial<ScenarioOptions> {
  readonly name: string;
  /** Of the incidents, in the order of their opening: cause, severity, urgency, and when since the start. */
  readonly wants: readonly string[];
  /** What the same looks open where nothing is in the books. */
  readonly without?: readonly string[];
  readonly play: (net: Scenario) => Promise<unknown>;
}

const says = (readings: Readonly<Record<string, string>>, samples: Readonly<Record<string, number>> = {}): Finding => ({
  ...bare("up"),
  readings: Object.entries(readings).map(([name, value]) => ({ name, value })),
  samples: Object.entries(samples).map(([name, value]) => ({ name, value })),
});
const silent = bare("down", "snmp.timeout");
const asked = { devices: "router-1 > codec-7", ssh: ["codec-7"], snmp: ["codec-7"] };
const cart = (presence: string): Partial<ScenarioOptions> => ({
  devices: "router-1 > codec-7",
  rooms: `rooms: { cart: { site: mgh, name: Cart, presence: ${presence} } }`,
  extra: { "codec-7": "room: cart" },
});
const restartPack = `rules:
  - id: reboot
    symptom: reboot
    when: fault
    cleared_by: trap
    reach: device
    source: test
    text:
      fr: { title: a, clinic: b, steps: [c] }
      en: { title: a, clinic: b, steps: [c] }
`;
const restarted = (uptime: number): Finding => ({
  ...says({ last_shutdown_reason: "Upgrade" }, { uptime_seconds: uptime }),
  faults: [{ symptom: "reboot", effect: "raise" }],
});

const stories: readonly Story[] = [
  {
    name: "maintenance: what still fails opens at its end, what healed does not",
    devices: "router-1 > codec-7; router-2 > codec-8",
    sites: { "router-2": "jgh", "codec-8": "jgh" },
    async play(net) {
      const from = net.clock.now();
      await net.plans({ scope: { devices: ["codec-7", "codec-8"] }, when: { kind: "once", from, to: from + HOUR } });
      net.breaks("codec-7");
      net.breaks("codec-8");
      await net.advance(30 * MINUTE);
      net.heals("codec-8");
      await net.advance(50 * MINUTE);
    },
    wants: ["down:codec-7 minor service-hours 60:00"],
    without: ["down:codec-7", "down:codec-8"],
  },
  {
    name: "a flexible one: as long as it lasts from its first failure on",
    devices: "ups-1",
    async play(net) {
      const from = net.clock.now();
      await net.plans({ scope: { sites: ["mgh"] }, when: { kind: "flexible", from, to: from + 2 * HOUR, lengthMs: 30 * MINUTE } });
      await net.advance(HOUR);
      net.breaks("ups-1");
      await net.advance(40 * MINUTE);
      net.heals("ups-1");
      await net.advance(10 * MINUTE);
    },
    wants: ["down:ups-1 minor service-hours 90:"],
    without: ["down:ups-1"],
  },
  {
    name: "a recurring silence of one symptom, ended by hand on one night",
    ...{ devices: "router-1 > codec-7", start: Date.UTC(2026, 10, 18, 6, 50), interval: "2m" },
    async play(net) {
      const when = { kind: "recurring", rule: "FREQ=DAILY", firstDay: "2026-11-18", fromMinute: 120, minutes: 60 } as const;
      const { maintenance } = await net.plans({ kind: "silence", scope: { symptoms: ["high-loss"] }, when });
      const loses = (value: number) => net.finds("codec-7", "icmp", says({}, { icmp_loss_ratio: value }));
      await net.advance(20 * MINUTE);
      loses(0.2);
      await net.advance(20 * MINUTE);
      loses(0);
      await net.advance(6 * MINUTE);
      await net.restartAfter(23 * HOUR + 33 * MINUTE);
      await net.advance(MINUTE);
      loses(0.2);
      await net.advance(10 * MINUTE);
      await net.maintaining.end(maintenance.id, { name: "ann", function: "desk" });
      await net.advance(20 * MINUTE);
    },
    wants: ["codec-7|high-loss| minor service-hours 1470:"],
    without: ["codec-7|high-loss|", "codec-7|high-loss|"],
  },
  {
    name: "in a call: silence over SNMP is excused, until the call is over",
    ...asked,
    async play(net) {
      net.finds("codec-7", "ssh", says({ system_state: "in-call" }, { calls: 1 }));
      await net.advance(MINUTE);
      net.finds("codec-7", "snmp", silent);
      await net.advance(20 * MINUTE);
      net.finds("codec-7", "ssh", says({ system_state: "initialized" }, { calls: 0 }));
      await net.advance(10 * MINUTE);
    },
    wants: ["down:codec-7 minor service-hours 21:"],
  },
  {
    name: "on standby, and no longer known to be: the excuse ends two intervals after it was last told",
    ...asked,
    async play(net) {
      net.finds("codec-7", "ssh", says({ standby: "standby" }));
      await net.advance(MINUTE);
      net.finds("codec-7", "snmp", silent);
      await net.advance(20 * MINUTE);
      net.finds("codec-7", "ssh", bare("unknown", "probe.resting"));
      await net.advance(5 * MINUTE);
    },
    wants: ["down:codec-7 minor service-hours 22:"],
  },
  {
    name: "a cart that is there around its sessions only",
    ...cart("sessions"),
    async play(net) {
      const from = net.clock.now() + 2 * HOUR;
      const session = { id: "s1", source: "test", rooms: ["cart"], from, to: from + HOUR } as const;
      await net.store.transaction(undefined, (tx) =>
        tx.saveSessions([{ ...session, kind: "clinical", priority: "normal", state: "booked" }]),
      );
      await net.bookings.refresh();
      net.breaks("codec-7");
      await net.advance(3 * HOUR);
    },
    wants: ["down:codec-7 major now 90:"],
    without: [],
  },
  {
    name: "a room with hours of its own",
    ...{ ...cart("scheduled"), start: Date.UTC(2026, 10, 18, 11) },
    async play(net) {
      net.breaks("codec-7");
      await net.advance(3 * HOUR);
    },
    wants: ["down:codec-7 minor service-hours 89:"],
  },
  {
    name: "a session that comes near makes it major and now",
    devices: "router-1 > codec-7",
    async play(net) {
      await net.books("s1", net.clock.now() + 3 * HOUR);
      net.breaks("codec-7");
      await net.advance(150 * MINUTE);
    },
    wants: ["down:codec-7 major now 0"],
    without: ["down:codec-7"],
  },
  {
    name: "a restart for an upgrade, by when it restarted and not by when it was seen",
    ...{ devices: "codec-7; codec-8", ssh: ["codec-7", "codec-8"], start: Date.UTC(2026, 10, 18, 9, 55) },
    ...{ sites: { "codec-8": "jgh" }, files: { "restarts.yaml": restartPack }, yaml: "rules: { include: [restarts.yaml] }" },
    async play(net) {
      await net.advance(5 * MINUTE);
      // It is past five: the one restarted by night, the other not.
      net.finds("codec-7", "ssh", restarted(10 * 60 + 0.25));
      net.finds("codec-8", "ssh", restarted(2));
      await net.advance(35 * SECOND);
      net.heals("codec-7");
      net.heals("codec-8");
      await net.advance(10 * MINUTE);
    },
    wants: ["codec-8|reboot| "],
  },
];

it.each(stories.map((story) => [story.name, story] as const))("%s", async (_, { name: __, play, wants, without, ...options }) => {
  const net = await scenario({ together: true, ...options } as ScenarioOptions);
  try {
    await play(net);
    const incidents = await net.unfolded();
    const told = incidents.map(
      ({ rootCause, severity, urgency, openedAt }) => `${rootCause} ${severity} ${urgency} ${net.sinceStart(openedAt)}`,
    );
    expect(told).toEqual(wants.map((want) => expect.stringContaining(want)));
    const done = await replayOf(net);
    expect(decided(done.after)).toEqual(decided(recorded(await net.incidents())));
    expect([done.opened, done.gone, done.changed]).toEqual([[], [], []]);
    if (without === undefined) return;
    // The books are what did it.
    const bare = await replayOf(net, {}, {});
    expect(bare.after.filter(({ foldedInto }) => foldedInto === undefined).map(({ rootCause }) => rootCause)).toEqual(without);
    expect(decided(bare.after)).not.toEqual(decided(done.after));
  } finally {
    await net.end();
  }
});

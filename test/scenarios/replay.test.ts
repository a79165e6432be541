/**
 * Replay: what was kept, run through the same rules again, gives the incidents that the daemon opened; and with other rules it says
 * which would be new, gone, or otherwise.
 *
 * The daemon judged single looks and what was kept are runs: that both give the same is what the random stories are about.
 */
import fc from "fast-check";
import { expect, it } from "vitest";
import { bare, type Finding } from "../../daemon/model/observation.ts";
import type { Rule } from "../../daemon/model/rule.ts";
import { HOUR, MINUTE, SECOND } from "../../daemon/model/time.ts";
import { backtest } from "../../daemon/replay/backtest.ts";
import { recorded } from "../../daemon/replay/compare.ts";
import { decided, replayOf } from "./replayed.ts";
import { type Scenario, scenario } from "./scenario.ts";
import "../seed.ts";

const runs = Number(process.env.VIGIE_MODEL_RUNS ?? 15);

const devices = [
  "core-1",
  "router-1",
  "switch-1",
  "codec-1",
  "codec-2",
  "router-2",
  "switch-2",
  "codec-3",
  "ups-1",
  "gatekeeper-1",
] as const;
const network = {
  devices: "core-1; router-1 > switch-1 > codec-1, codec-2; router-2 > switch-2 > codec-3, ups-1; gatekeeper-1",
  sites: { "core-1": "hub", "router-2": "jgh", "switch-2": "jgh", "codec-3": "jgh", "ups-1": "jgh" },
  yaml: "canary: core-1\nlinks: { line: { name: line, ends: [hub, jgh] } }",
  interval: "60s",
  snmp: ["codec-1", "codec-3"],
  ssh: ["codec-1", "codec-3", "switch-1", "ups-1", "gatekeeper-1"],
};

const loss = (value: number): Finding => ({ ...bare("up"), samples: [{ name: "icmp_loss_ratio", value }] });
const says = (name: string, value: string, part?: string): Finding => ({
  ...bare("up"),
  readings: [{ name, value, ...(part === undefined ? {} : { part }) }],
});
const findings: Readonly<Record<string, readonly [kind: string, finding: Finding]>> = {
  "loses a little": ["icmp", loss(0.004)],
  "loses some": ["icmp", loss(0.0072)],
  "loses much": ["icmp", loss(0.05)],
  "loses nothing": ["icmp", loss(0)],
  "is registered": ["ssh", says("h323_registration", "registered")],
  "is not registered": ["ssh", says("h323_registration", "not-registered")],
  "is hot": ["ssh", { ...bare("up"), samples: [{ name: "temperature_celsius", value: 41.3 }] }],
  "is warm": ["ssh", { ...bare("up"), samples: [{ name: "temperature_celsius", value: 38.2 }] }],
  "port is up": ["ssh", { ...bare("up"), samples: [{ name: "interface_up", value: 1, part: "interface 1" }] }],
  "port is down": ["ssh", { ...bare("up"), samples: [{ name: "interface_up", value: 0, part: "interface 1" }] }],
  "cannot be asked": ["ssh", bare("unknown", "probe.resting")],
  "is on standby": ["ssh", says("standby", "standby")],
  "is off": ["ssh", says("system_state", "off")],
  "is silent over icmp": ["icmp", bare("down", "icmp.no-answer")],
  "refuses us": ["ssh", bare("unknown", "ssh.auth-refused")],
  "is in a call": ["ssh", { ...says("system_state", "in-call"), samples: [{ name: "calls", value: 1 }] }],
  "is idle": ["ssh", { ...says("system_state", "initialized"), samples: [{ name: "calls", value: 0 }] }],
  sleeps: ["ssh", says("system_state", "sleeping")],
  "agent is silent": ["snmp", bare("down", "snmp.timeout")],
  "lists nobody": ["ssh", { ...bare("up"), whole: ["registration_listed"] }],
};

const device = fc.constantFrom(...devices);
const step = fc.oneof(
  { weight: 4, arbitrary: fc.record({ do: fc.constant("breaks" as const), device }) },
  { weight: 4, arbitrary: fc.record({ do: fc.constant("heals" as const), device }) },
  { weight: 5, arbitrary: fc.record({ do: fc.constantFrom(...Object.keys(findings)), device }) },
  { weight: 2, arbitrary: fc.record({ do: fc.constant("hears" as const), device, effect: fc.constantFrom("raise", "clear", "event") }) },
  {
    weight: 8,
    arbitrary: fc.record({
      do: fc.constant("waits" as const),
      ms: fc.constantFrom(SECOND, 3 * SECOND, 12 * SECOND, 70 * SECOND, 5 * MINUTE, 40 * MINUTE),
    }),
  },
  { weight: 1, arbitrary: fc.record({ do: fc.constant("restarts after" as const), ms: fc.constantFrom(SECOND, 10 * MINUTE, 2 * HOUR) }) },
);
type Step = typeof step extends fc.Arbitrary<infer T> ? T : never;

async function play(net: Scenario, one: Step): Promise<void> {
  if ("effect" in one) return net.hears(one.device, { symptom: "high-loss", effect: one.effect as "raise" });
  if ("ms" in one) {
    if (one.do === "waits") return net.advance(one.ms);
    await net.restartAfter(one.ms);
    return net.advance(SECOND);
  }
  if (one.do === "breaks") return net.breaks(one.device);
  if (one.do === "heals") return net.heals(one.device);
  const [kind = "icmp", finding = bare("up")] = findings[one.do] ?? [];
  net.finds(one.device, kind, finding);
}

it("whatever happens, what was kept as runs gives the incidents that single looks gave", async () => {
  let incidents = 0;
  let judged = 0;
  let looks = 0;
  await fc.assert(
    fc.asyncProperty(fc.array(step, { minLength: 4, maxLength: 16 }), fc.boolean(), async (story, together) => {
      const net = await scenario({ ...network, together });
      try {
        for (const one of story) await play(net, one);
        await net.advance(3 * MINUTE);
        const done = await replayOf(net);
        expect(decided(done.after)).toEqual(decided(recorded(await net.incidents())));
        expect([done.opened, done.gone, done.changed]).toEqual([[], [], []]);
        incidents += done.after.length;
        looks += done.looks;
        judged += done.judged;
      } finally {
        await net.end();
      }
    }),
    { numRuns: runs },
  );
  // The stories are about something, and most looks were passed over in bulk.
  expect(incidents).toBeGreaterThan(runs);
  expect(judged).toBeLessThan(looks / 2);
}, 600_000);

it("what the first turn of all judged a moment after it was seen is replayed and compared like everything after it", async () => {
  const net = await scenario({ ...network, warmUpMs: 0 });
  try {
    const finding: Finding = { ...bare("up"), faults: [{ symptom: "interface-down", part: "interface 9", effect: "raise" }] };
    await net.arrives([{ device: "router-2", at: net.clock.now() - 900, finding, kind: "trap" }]);
    await net.advance(MINUTE);
    const done = await replayOf(net);
    const opened = recorded(await net.incidents());
    expect(opened.map(({ symptom }) => symptom)).toEqual(["interface-down"]);
    expect(decided(done.after)).toEqual(decided(opened));
    expect(done.unchanged).toBe(1);
  } finally {
    await net.end();
  }
});

/** A rule of the configuration, changed. */
function changed(rules: readonly Rule[], id: string, change: Partial<Rule>): readonly Rule[] {
  return rules.map((rule) => (rule.id === id ? { ...rule, ...change } : rule));
}

it("a call that lasts, an absence and a room where nobody is due are judged again as they were, restarts included", async () => {
  const net = await scenario({
    ...network,
    rooms: "rooms: { a101: { site: mgh, name: A }, cart: { site: mgh, name: Cart, presence: sessions } }",
    extra: { "codec-2": "room: cart" },
    together: true,
  });
  const find = (device: string, what: string) => net.finds(device, ...(findings[what] ?? ["ssh", bare("up")]));
  find("codec-1", "is in a call");
  find("gatekeeper-1", "lists nobody");
  await net.advance(10 * MINUTE);
  find("codec-1", "agent is silent");
  net.breaks("codec-2");
  await net.advance(30 * MINUTE);
  expect(await net.incidents()).toEqual([]);
  await net.looks.stop();
  await net.restartAfter(10 * MINUTE);
  await net.advance(20 * MINUTE);
  expect(await net.incidents()).toEqual([]);
  // The list is missed from here on, and the call is over.
  net.heals("gatekeeper-1");
  find("codec-1", "is idle");
  await net.advance(25 * MINUTE);
  expect((await net.incidents()).map(({ symptom }) => symptom).sort()).toEqual(["registration-list-missing", "silent"]);
  const done = await replayOf(net);
  expect(decided(done.after)).toEqual(decided(recorded(await net.incidents())));
  expect([done.opened, done.gone, done.changed]).toEqual([[], [], []]);
  await net.end();
});

it("with another threshold it says which incident would be gone, and whether people called it a false alarm", async () => {
  const net = await scenario({ devices: "ups-1; ups-2", sites: { "ups-2": "jgh" }, interval: "30s", ssh: ["ups-1", "ups-2"] });
  const hot = (device: string, celsius: number) =>
    net.finds(device, "ssh", { ...bare("up"), samples: [{ name: "temperature_celsius", value: celsius }] });
  hot("ups-1", 42);
  hot("ups-2", 47);
  await net.advance(20 * MINUTE);
  hot("ups-1", 30);
  hot("ups-2", 30);
  await net.advance(5 * MINUTE);
  const [first] = (await net.incidents()).filter(({ device }) => device === "ups-1");
  await net.desk.close(first?.number ?? "", "marie", "false-alarm", "the closet is warm in summer");
  const { rules } = net.config;
  const warmer = (above: number) => {
    const rule = rules.find(({ id }) => id === "over-temperature-ups");
    const when = { on: "sample" as const, name: "temperature_celsius", above, clear: above - 3 };
    return changed(rules, rule?.id ?? "", { when });
  };
  const none = await replayOf(net, { a: rules });
  expect([none.opened, none.gone, none.changed, none.unchanged]).toEqual([[], [], [], 2]);
  const cooler = await replayOf(net, { a: rules, b: warmer(45) });
  expect(cooler.gone).toMatchObject([{ device: "ups-1", disposition: "false-alarm", number: first?.number }]);
  expect([cooler.missed, cooler.false, cooler.opened]).toEqual([0, 1, []]);
  const deaf = await replayOf(net, { a: rules, b: warmer(60) });
  expect([deaf.missed, deaf.false]).toEqual([1, 1]);
  const eager = await replayOf(net, { a: warmer(60), b: warmer(45) });
  expect(eager.opened).toMatchObject([{ device: "ups-2", symptom: "over-temperature" }]);
  await net.end();
});

it("with a longer `for` what was short is gone, and what was long opens later by that", async () => {
  const net = await scenario({ devices: "codec-1; codec-2", interval: "30s" });
  net.breaks("codec-1");
  await net.advance(2 * MINUTE);
  net.heals("codec-1");
  // Long enough after that the two are not one trouble.
  await net.advance(2 * HOUR);
  net.breaks("codec-2");
  await net.advance(10 * MINUTE);
  net.heals("codec-2");
  await net.advance(5 * MINUTE);
  const { rules } = net.config;
  const unreachable = rules.find(({ symptom, when }) => symptom === "unreachable" && when.on === "look");
  const patient = await replayOf(net, { a: rules, b: changed(rules, unreachable?.id ?? "", { forMs: 5 * MINUTE }) });
  expect(patient.gone).toMatchObject([{ device: "codec-1" }]);
  expect(patient.changed).toMatchObject([{ after: { device: "codec-2" }, fields: ["openedAt", "noticeAt"] }]);
  const [{ before, after } = { before: undefined, after: undefined }] = patient.changed;
  const laterMs = (after?.openedAt ?? 0) - (before?.openedAt ?? 0);
  expect(laterMs).toBeGreaterThan(4 * MINUTE);
  expect(laterMs).toBeLessThanOrEqual(5 * MINUTE);
  await net.end();
});

it("values near one another are one run: a limit among them is ambiguous, and said to be", async () => {
  const net = await scenario({ devices: "ups-1", interval: "30s", ssh: ["ups-1"] });
  for (let minute = 0; minute < 12; minute += 1) {
    net.finds("ups-1", "ssh", { ...bare("up"), samples: [{ name: "temperature_celsius", value: 41 + (minute % 2) }] });
    await net.advance(MINUTE);
  }
  const { rules } = net.config;
  const at = (above: number) => changed(rules, "over-temperature-ups", { when: { on: "sample", name: "temperature_celsius", above } });
  expect((await replayOf(net)).ambiguous).toBe(0);
  expect((await replayOf(net, { a: rules, b: at(41.5) })).ambiguous).toBeGreaterThan(0);
  expect((await replayOf(net, { a: rules, b: at(50) })).ambiguous).toBe(0);
  await net.end();
});

it("what a device is counts from when it was known: of three codecs of one firmware one had not told it yet", async () => {
  const sites = { "codec-2": "jgh", "ups-2": "jgh", "codec-3": "chum", "ups-3": "chum" };
  const net = await scenario({ devices: "codec-1; codec-2; codec-3; ups-1; ups-2; ups-3", sites, ssh: ["codec-1", "codec-2", "codec-3"] });
  const tells: Finding = {
    ...bare("up"),
    readings: [
      { name: "model", value: "Room Kit" },
      { name: "software_version", value: "ce9.15.0" },
    ],
  };
  net.breaks("codec-1");
  for (const device of ["codec-2", "codec-3"]) net.finds(device, "ssh", tells);
  await net.advance(2 * MINUTE);
  for (const device of ["codec-2", "codec-3"]) net.breaks(device);
  await net.advance(5 * MINUTE);
  expect(await net.unfolded()).toHaveLength(3);
  net.heals("codec-1");
  net.finds("codec-1", "ssh", tells);
  await net.advance(3 * MINUTE);
  const known = (await net.store.loadInventories()).filter(({ facts }) => facts.some(({ name }) => name === "software_version"));
  expect(known).toHaveLength(3);
  const done = await replayOf(net);
  expect(decided(done.after)).toEqual(decided(recorded(await net.incidents())));
  // The daemon comes back and knows them all: now they are one trouble.
  for (const device of ["codec-1", "codec-2", "codec-3"]) net.finds(device, "ssh", tells);
  for (const device of ["codec-2", "codec-3"]) net.finds(device, "icmp", bare("up"));
  await net.advance(40 * MINUTE);
  await net.restartAfter(MINUTE);
  await net.advance(2 * MINUTE);
  for (const device of ["codec-1", "codec-2", "codec-3"]) net.breaks(device);
  await net.advance(5 * MINUTE);
  expect((await net.unfolded()).filter(({ restoredAt }) => restoredAt === undefined)).toHaveLength(1);
  const later = await replayOf(net);
  expect(decided(later.after)).toEqual(decided(recorded(await net.incidents())));
  await net.end();
});

it("of a time of which nothing was kept it says so", async () => {
  const net = await scenario({ devices: "codec-1" });
  await net.looks.stop();
  const { store, config } = net;
  const wanted = { store, config, rulesA: "recorded" as const, rulesB: config.rules };
  expect(await backtest({ ...wanted, from: net.start - 9 * HOUR, to: net.start - HOUR })).toBeUndefined();
  expect(await backtest({ ...wanted, from: net.start + HOUR, to: net.start + 2 * HOUR })).toBeUndefined();
  await net.end();
});

/** A restart that is an upgrade, and when it is a planned one. */
import fc from "fast-check";
import { DateTime } from "luxon";
import { expect, it } from "vitest";
import { bare, type Observation } from "../../daemon/model/observation.ts";
import { HOUR, MINUTE, SECOND } from "../../daemon/model/time.ts";
import { toldOnce, uptimeAtRestart, withUpgrade } from "../../rules/reboot.ts";
import type { Mark } from "../../rules/slope.ts";

const zone = "America/Toronto";
const night = () => ({ window: { fromMinute: 23 * 60, toMinute: 5 * 60 }, zone });

function seen(at: number, more: { readonly reason?: string; readonly uptime?: number; readonly fault?: string } = {}): Observation {
  const { reason, uptime, fault = "reboot" } = more;
  return {
    ...{ id: "1", check: "c", device: "codec-7", kind: "ssh", at, seq: 1, durationMs: 10 },
    finding: {
      ...bare("up"),
      faults: [{ symptom: fault, raise: true, text: "restarted" }],
      readings: reason === undefined ? [] : [{ name: "last_shutdown_reason", value: reason }],
      samples: uptime === undefined ? [] : [{ name: "uptime_seconds", value: uptime }],
    },
  } as unknown as Observation;
}

it("is told only where the device gives the reason; anything else is left as it is", () => {
  const at = Date.UTC(2026, 10, 18, 6);
  for (const observation of [seen(at), seen(at, { reason: "PowerLoss" }), seen(at, { reason: "upgrade", fault: "hot" })])
    expect(withUpgrade(observation, night)).toBe(observation);
  expect(withUpgrade(seen(at, { reason: "Upgrade" }), night)).not.toEqual(seen(at, { reason: "Upgrade" }));
});

it("is planned when it restarted inside the night window, not when we came to see it; on the nights of the clock too", () => {
  const year = fc.integer({ min: Date.UTC(2026, 0, 1) / MINUTE, max: Date.UTC(2027, 0, 1) / MINUTE });
  fc.assert(
    fc.property(year, fc.integer({ min: 0, max: 8 * 3_600 }), (minute, uptime) => {
      const at = minute * MINUTE;
      const shown = DateTime.fromMillis(at - uptime * SECOND, { zone });
      const planned = shown.hour >= 23 || shown.hour < 5;
      const [told] = withUpgrade(seen(at, { reason: "upgrade", uptime }), night).finding.faults;
      expect(JSON.stringify(told)).toContain(planned ? "inside its night window" : "outside its night window");
    }),
  );
});

it("keeps the uptime only of a look that saw a restart, and only a number of the whole device", () => {
  const at = 12 * HOUR;
  expect(uptimeAtRestart(seen(at, { uptime: 40 }).finding)).toBe(40);
  expect(uptimeAtRestart(seen(at, { uptime: Number.NaN }).finding)).toBeUndefined();
  expect(uptimeAtRestart(seen(at, { uptime: 40, fault: "hot" }).finding)).toBeUndefined();
  expect(uptimeAtRestart(seen(at).finding)).toBeUndefined();
});

/** Restarts as they come in, by source, time and uptime in seconds: which of them are told. */
function told(...said: readonly (readonly [source: string, at: number, uptime?: number, reason?: string])[]): readonly string[] {
  const marks = new Map<string, Mark>();
  return said.flatMap(([source, at, uptime, reason], seq) => {
    const one = seen(at, { ...(uptime === undefined ? {} : { uptime }), ...(reason === undefined ? {} : { reason }) });
    const kind = source === "trap" ? ("trap" as const) : one.kind;
    const faults = [{ symptom: "reboot", effect: "event" as const, text: "restarted" }];
    const observation: Observation = { ...one, check: `codec-7/${source}`, kind, seq, finding: { ...one.finding, faults } };
    const { observation: once, mark } = toldOnce(observation, [{ id: "codec-7/snmp" }, { id: "codec-7/ssh" }], (key) => marks.get(key));
    if (mark !== undefined) marks.set(...mark);
    return once.finding.faults.length > 0 ? [`${source} ${at / MINUTE}`] : [];
  });
}

it.each([
  [
    "told by the notification, then by both looks",
    [
      ["trap", 10],
      ["snmp", 11, 50],
      ["ssh", 12, 150],
    ],
    ["trap 10"],
  ],
  [
    "told by a look before the notification came",
    [
      ["snmp", 10, 20],
      ["trap", 11],
    ],
    ["snmp 10"],
  ],
  [
    "of a look that does not say how long it is up",
    [
      ["trap", 10],
      ["ssh", 11],
    ],
    ["trap 10"],
  ],
  [
    "and another an hour later",
    [
      ["trap", 10],
      ["snmp", 11, 60],
      ["trap", 70],
      ["snmp", 71, 60],
    ],
    ["trap 10", "trap 70"],
  ],
  [
    "and another of which only the look tells",
    [
      ["trap", 10],
      ["snmp", 11, 60],
      ["snmp", 71, 60],
    ],
    ["trap 10", "snmp 71"],
  ],
  [
    "that began long before it was told is not another's",
    [
      ["trap", 10],
      ["ssh", 70, 3_600],
      ["snmp", 71, 600],
    ],
    ["trap 10", "snmp 71"],
  ],
  [
    "of one that restarts every three minutes is told each time",
    [
      ["trap", 10],
      ["ssh", 11, 90],
      ["trap", 13],
      ["ssh", 14, 90],
      ["trap", 16],
    ],
    ["trap 10", "trap 13", "trap 16"],
  ],
  [
    "twice by one source is two",
    [
      ["trap", 10],
      ["trap", 11],
    ],
    ["trap 10", "trap 11"],
  ],
  [
    "whose reason a look knows is told with the reason",
    [
      ["trap", 10],
      ["snmp", 11, 60],
      ["ssh", 12, 120, "Upgrade"],
    ],
    ["trap 10", "ssh 12"],
  ],
] as const)("one restart %s", (_, said, wanted) => {
  expect(told(...said.map(([source, minute, ...more]) => [source, minute * MINUTE, ...more] as Parameters<typeof told>[number]))).toEqual(
    wanted,
  );
});

it("what another restart would open, and what is no restart, is left as it is", () => {
  const raise = seen(HOUR);
  for (const observation of [
    { ...raise, finding: { ...raise.finding, faults: [{ symptom: "reboot", effect: "raise" as const }] } },
    seen(HOUR, { fault: "hot" }),
  ])
    expect(toldOnce(observation, [], () => ({ at: HOUR, value: 0 }))).toEqual({ observation });
});

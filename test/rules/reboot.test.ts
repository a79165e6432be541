/** A restart that is an upgrade, and when it is a planned one. */
import fc from "fast-check";
import { DateTime } from "luxon";
import { expect, it } from "vitest";
import { bare, type Observation } from "../../daemon/model/observation.ts";
import { HOUR, MINUTE, SECOND } from "../../daemon/model/time.ts";
import { uptimeAtRestart, withUpgrade } from "../../rules/reboot.ts";

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

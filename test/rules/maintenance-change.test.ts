/** A plan that is changed: what it kept quiet so far stays as it was. */
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { changedPlan, type WrittenPlan } from "../../daemon/maintenance-plan.ts";
import type { Config } from "../../daemon/model/config.ts";
import type { Maintenance } from "../../daemon/model/maintenance.ts";
import { DAY, HOUR, MINUTE } from "../../daemon/model/time.ts";
import { spansOf } from "../../rules/maintenance.ts";
import { changeMaintenance } from "../../rules/maintenance-change.ts";
import "../seed.ts";
import { device, network } from "./made.ts";

const zone = "America/Toronto";
const at = Date.UTC(2026, 10, 18, 14);
const config = { network: network([device("codec-1")]), instance: { timezone: zone } } as unknown as Config;

function planned(over: Partial<Maintenance> = {}): Maintenance {
  const when = { kind: "once", from: at - HOUR, to: at + HOUR } as const;
  const by = { by: "ann", function: "desk", createdAt: at - DAY, ended: [] };
  return { id: "m1", kind: "maintenance", scope: { devices: ["codec-1"] }, when, zone, reason: "new switch", ...by, ...over };
}

function change(before: Maintenance, parts: Partial<WrittenPlan>, now = at) {
  const plan = changedPlan(before, parts, config, now);
  if ("problems" in plan) throw new Error(plan.problems.join("; "));
  const made = changeMaintenance({ before, plan, at: now, by: "luc", function: "desk", note: "late", id: "m2" });
  if (typeof made === "string") throw new Error(made);
  return made;
}

const coming = planned({ when: { kind: "once", from: at + HOUR, to: at + 2 * HOUR } });
const nightly = planned({ when: { kind: "recurring", rule: "FREQ=DAILY", firstDay: "2026-11-01", fromMinute: 60, minutes: 120 } });
const waits = planned({ when: { kind: "flexible", from: at - HOUR, to: at + HOUR, lengthMs: 2 * HOUR } });
const begun = { ...waits, beganAt: at - MINUTE };

describe("what is changed", () => {
  it.each([
    ["before it has begun is written over", coming, { scope: { sites: ["mgh"] }, to: "2026-11-19T00:00Z" }, "m1"],
    ["a flexible one that waits is written over", waits, { minutes: 30 }, "m1"],
    ["its end, while it is in force, is moved", planned(), { minutes: 240 }, "m1"],
    ["its reason, while it is in force, is another", planned(), { reason: "new router" }, "m1"],
    ["the length of a flexible one that has begun is another", begun, { minutes: 300 }, "m1"],
    ["its places, while it is in force, go on under another id", planned(), { scope: { sites: ["mgh"] } }, "m2"],
    ["its kind, while it is in force, goes on under another id", planned(), { kind: "silence" as const }, "m2"],
    ["what recurs and has been in force goes on under another id", nightly, { minutes: 60 }, "m2"],
    ["the reason of what recurs is another", nightly, { reason: "backups" }, "m1"],
  ])("%s", (_, before, parts, id) => {
    const made = change(before, parts);
    expect(made.at(-1)).toMatchObject({ id, changed: [{ by: "luc", at, reason: "late" }], ...(id === "m2" ? { replaces: "m1" } : {}) });
    expect(made.slice(0, -1)).toMatchObject(id === "m2" ? [{ id: "m1", cancelled: { at, reason: "goes on as m2" } }] : []);
  });

  it("stays what it was in all that is not said", () => {
    expect(change(nightly, { reason: "backups" })[0]).toMatchObject({ when: nightly.when, zone, scope: nightly.scope });
    expect(change(waits, { minutes: 30 })[0]).toMatchObject({ when: { ...waits.when, lengthMs: 30 * MINUTE } });
    expect(change(coming, { minutes: 30 })[0]).toMatchObject({ when: { from: at + HOUR, to: at + HOUR + 30 * MINUTE } });
    const once = { kind: "once", from: at - HOUR, to: at + 2 * HOUR };
    expect(change(planned(), { to: "2026-11-18T16:00Z" })[0]).toMatchObject({ when: once });
  });

  it("moved into the past begins now, and one that is over is refused", () => {
    const [moved] = change(coming, { from: "2026-11-18T01:00Z" });
    expect(spansOf(moved as Maintenance, 0, at + DAY)).toEqual([{ from: at, to: at + 2 * HOUR }]);
    expect(() => change(planned({ cancelled: { at: at - 1, by: "ann" } }), { minutes: 60 })).toThrow("m1 is over");
    expect(() => change(coming, { minutes: 60, rule: "FREQ=HOURLY" })).toThrow("HOURLY");
  });

  it("kept quiet until now exactly what it had kept quiet, and there is no gap where it goes on", () => {
    const parts = fc.record(
      {
        minutes: fc.integer({ min: 1, max: 3_000 }),
        kind: fc.constantFrom("maintenance" as const, "silence" as const),
        scope: fc.constantFrom({ sites: ["mgh"] }, { devices: ["codec-1"] }),
        from: fc.constantFrom("2026-11-18T10:00Z", "2026-11-18T15:00Z", "2026-11-02T06:00Z"),
        rule: fc.constant("FREQ=WEEKLY;BYDAY=WE"),
      },
      { requiredKeys: [] },
    );
    fc.assert(
      fc.property(
        fc.constantFrom(planned(), coming, nightly, begun),
        parts,
        fc.integer({ min: -50, max: 50 }),
        (before, change1, hours) => {
          const now = at + hours * HOUR;
          let made: readonly Maintenance[];
          try {
            made = change(before, change1, now);
          } catch {
            return;
          }
          const past = (all: readonly Maintenance[]) =>
            all.flatMap((each) => spansOf(each, at - 30 * DAY, now)).filter(({ from }) => from < now);
          const cut = (all: readonly Maintenance[]) => past(all).map(({ from, to }) => [from, Math.min(to, now)]);
          expect(cut(made)).toEqual(cut([before]));
        },
      ),
      { numRuns: 300 },
    );
  });
});

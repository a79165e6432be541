/** The alarms in memory and their indexes say the same as a walk over all of them. */
import fc from "fast-check";
import { expect, it } from "vitest";
import type { Alarm } from "../../daemon/model/alarm.ts";
import { AlarmMemory } from "../../daemon/roles/memory.ts";

const alarm = fc.record(
  {
    key: fc.constantFrom("a", "b", "c", "d"),
    state: fc.constantFrom("inactive" as const, "pending" as const, "active" as const),
    wakeAt: fc.integer({ min: 0, max: 20 }),
    incident: fc.constantFrom("i", "j"),
    suppressedBy: fc.constant("router"),
    flapRing: fc.constantFrom(0, 5),
  },
  { requiredKeys: ["key", "state", "flapRing"] },
);

it("what is due, active and unexplained is what a walk over every alarm finds, whatever moved before", () => {
  fc.assert(
    fc.property(fc.array(fc.tuple(alarm, fc.integer({ min: 0, max: 25 })), { maxLength: 30 }), (steps) => {
      const memory = new AlarmMemory([]);
      const all = new Map<string, Alarm>();
      for (const [part, at] of steps) {
        const one = { ...part, device: `device-${part.key}`, symptom: "s" } as unknown as Alarm;
        all.set(one.key, one);
        memory.apply([one]);
        const due = [...all.values()].flatMap((each) => (each.wakeAt !== undefined && each.wakeAt <= at ? [each.wakeAt] : []));
        expect(memory.due(at).map((key) => all.get(key)?.wakeAt)).toEqual(due.sort((a, b) => a - b));
        const active = [...all.values()].filter(({ state }) => state === "active");
        expect(memory.activeCount()).toBe(active.length);
        const unexplained = active.filter(({ incident, suppressedBy }) => incident === undefined && suppressedBy === undefined);
        const settling = [...all.values()].filter(
          ({ state, incident, flapRing }) => state === "inactive" && (incident !== undefined || flapRing > 0),
        );
        expect(["a", "b", "c", "d"].flatMap((key) => [...memory.settlingOf(`device-${key}`)].map((each) => each.key))).toEqual(
          settling.map(({ key }) => key).sort(),
        );
        expect([...memory.unexplained()].sort()).toEqual(unexplained.map(({ key }) => key).sort());
      }
    }),
  );
});

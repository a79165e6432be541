/** The heap of timers, against a plain map. */
import fc from "fast-check";
import { expect, it } from "vitest";
import { Timers } from "../../daemon/roles/timers.ts";

const act = fc.oneof(
  fc.record({ do: fc.constant("set" as const), key: fc.constantFrom(..."abcdefgh"), at: fc.integer({ min: 0, max: 50 }) }),
  fc.record({ do: fc.constant("delete" as const), key: fc.constantFrom(..."abcdefgh"), at: fc.constant(0) }),
  fc.record({ do: fc.constant("ask" as const), key: fc.constant(""), at: fc.integer({ min: 0, max: 60 }) }),
);

it("gives what is due, earliest first, as often as it is asked", () => {
  fc.assert(
    fc.property(fc.array(act, { maxLength: 300 }), (acts) => {
      const timers = new Timers();
      const plain = new Map<string, number>();
      for (const { do: what, key, at } of acts) {
        if (what === "set") {
          timers.set(key, at);
          plain.set(key, at);
        } else if (what === "delete") {
          timers.delete(key);
          plain.delete(key);
        } else {
          const due = timers.due(at);
          expect(timers.due(at)).toEqual(due);
          expect([...due].sort()).toEqual([...plain].flatMap(([each, when]) => (when <= at ? [each] : [])).sort());
          expect(due.map((each) => plain.get(each) ?? -1)).toEqual(due.map((each) => plain.get(each) ?? -1).sort((a, b) => a - b));
        }
      }
      expect([...timers.keys()].sort()).toEqual([...plain.keys()].sort());
    }),
  );
});

it("forgets what was moved a thousand times", () => {
  const timers = new Timers();
  for (let at = 0; at < 1_000; at += 1) for (const key of "abc") timers.set(key, at);
  expect(timers.due(998)).toEqual([]);
  expect([...timers.due(999)].sort()).toEqual(["a", "b", "c"]);
});

/** How fast a number changes: from one look to the next, per part, in the unit of time that the rule names. */
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { Sample } from "../../daemon/model/observation.ts";
import type { Condition } from "../../daemon/model/rule.ts";
import { Memory, rule, seen } from "./made.ts";

const minute = 60_000;
type SampleCondition = Extract<Condition, { on: "sample" }>;
const rises = (over: Partial<SampleCondition> = {}): Condition => ({ on: "sample", name: "x", perMs: minute, above: 5, ...over });
const x = (value: number, part?: string): Sample => ({ name: "x", value, ...(part === undefined ? {} : { part }) });
const states = (memory: Memory, points: readonly (readonly [at: number, value: number])[]) =>
  points.map(([at, value]) => {
    memory.see(seen(at, { samples: [x(value)] }));
    return memory.one()?.state ?? "inactive";
  });

describe("a change", () => {
  it.each<[string, Condition, readonly (readonly [number, number])[], readonly string[]]>([
    ["says nothing at the first look", rises(), [[0, 100]], ["inactive"]],
    [
      "of more than the limit a minute raises, less ends",
      rises(),
      [
        [0, 0],
        [minute, 6],
        [2 * minute, 11],
      ],
      ["inactive", "active", "inactive"],
    ],
    [
      "is reckoned per minute, whatever lies between two looks",
      rises(),
      [
        [0, 0],
        [2 * minute, 11],
        [4 * minute, 20],
      ],
      ["inactive", "active", "inactive"],
    ],
    [
      "ends only at clear or better",
      rises({ clear: 1 }),
      [
        [0, 0],
        [minute, 6],
        [2 * minute, 8],
        [3 * minute, 9],
      ],
      ["inactive", "active", "active", "inactive"],
    ],
    [
      "downwards is negative",
      rises({ above: undefined as never, below: -5 }),
      [
        [0, 10],
        [minute, 4],
        [2 * minute, 0],
      ],
      ["inactive", "active", "inactive"],
    ],
    [
      "of a gauge that fell is no rise",
      rises(),
      [
        [0, 100],
        [minute, 0],
      ],
      ["inactive", "inactive"],
    ],
    [
      "of a counter that began anew says nothing: an active alarm holds",
      rises({ counter: true }),
      [
        [0, 0],
        [minute, 6],
        [2 * minute, 3],
        [3 * minute, 4],
      ],
      ["inactive", "active", "active", "inactive"],
    ],
    [
      "within less than half of the time is none, and the value before stays",
      rises(),
      [
        [0, 0],
        [2_000, 1],
        [minute, 4],
      ],
      ["inactive", "inactive", "inactive"],
    ],
  ])("%s", (_, when, points, wanted) => {
    expect(states(new Memory([rule({ when: JSON.parse(JSON.stringify(when)) })]), points)).toEqual(wanted);
  });

  it("takes one look more after a restart, and holds meanwhile", () => {
    const memory = new Memory([rule({ when: rises() })]);
    expect(
      states(memory, [
        [0, 0],
        [minute, 9],
      ]),
    ).toEqual(["inactive", "active"]);
    memory.marks.clear();
    expect(
      states(memory, [
        [2 * minute, 9],
        [3 * minute, 9],
      ]),
    ).toEqual(["active", "inactive"]);
  });

  it("is each part's own, and told with its time", () => {
    const memory = new Memory([rule({ when: rises({ partPrefix: "disk" }) })]);
    memory.see(seen(0, { samples: [x(0, "disk 1"), x(0, "disk 2"), x(0, "fan 1")] }));
    memory.see(seen(minute, { samples: [x(9, "disk 1"), x(1, "disk 2"), x(9, "fan 1")] }));
    expect([...memory.alarms.values()].map(({ part, detail }) => [part, detail])).toEqual([["disk 1", "x changed by 9 in 60 s, limit 5"]]);
  });

  it("may stand beside what the same look says", () => {
    const memory = new Memory([rule({ when: { on: "all", of: [rises(), { on: "reading", name: "on", is: ["battery"] }] } })]);
    const both = (at: number, value: number, on: string) => seen(at, { samples: [x(value)], readings: [{ name: "on", value: on }] });
    for (const look of [both(0, 0, "battery"), both(minute, 9, "mains")]) memory.see(look);
    expect(memory.one()).toBeUndefined();
    memory.see(both(2 * minute, 20, "battery"));
    expect(memory.one()?.state).toBe("active");
  });

  it("over a clock that was set back begins anew", () => {
    const memory = new Memory([rule({ when: rises() })]);
    memory.see(seen(10 * minute, { samples: [x(0)] }));
    memory.see(seen(minute, { samples: [x(50)] }), { now: minute });
    memory.see(seen(2 * minute, { samples: [x(51)] }), { now: 2 * minute });
    expect(memory.one()).toBeUndefined();
  });

  it("of a line is its slope at every look, whatever the looks' times", () => {
    fc.assert(
      fc.property(
        fc.integer({ min: -20, max: 20 }),
        fc.array(fc.integer({ min: 30_000, max: 600_000 }), { minLength: 2, maxLength: 20 }),
        (a, gaps) => {
          fc.pre(Math.abs(a - 5) > 1e-9 && a !== 5);
          const memory = new Memory([rule({ when: rises() })]);
          let at = 0;
          memory.see(seen(at, { samples: [x(0)] }));
          for (const gap of gaps) {
            at += gap;
            memory.see(seen(at, { samples: [x((a * at) / minute)] }));
            expect(memory.one()?.state ?? "inactive").toBe(a > 5 ? "active" : "inactive");
          }
        },
      ),
    );
  });
});

/** What ought to come: raised by time alone, ended by hearing it, late after a restart but never early. */
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { Alarm } from "../../daemon/model/alarm.ts";
import type { Observation } from "../../daemon/model/observation.ts";
import type { Absent } from "../../daemon/model/rule.ts";
import { hears } from "../../rules/absence.ts";
import { bad, good, Memory, rule, seen, trap, unsure } from "./made.ts";

const within = 1_000;
const waits = (over: Partial<Absent> = {}, more = {}) =>
  rule({ id: "w", symptom: "w", when: { on: "absent", what: "reading", name: "list", withinMs: within, ...over }, ...more });
const list = (at: number) => seen(at, { readings: [{ name: "list", value: "x" }] }, { kind: "ssh" });

describe("hearing of it", () => {
  const reading = (part?: string) => seen(1, { readings: [{ name: "list", value: "x", ...(part === undefined ? {} : { part }) }] });
  it.each<[string, Partial<Absent>, Observation, boolean]>([
    ["a reading of that name", {}, reading(), true],
    ["a reading of another name", { name: "other" }, reading(), false],
    ["a reading of a part that counts", { partPrefix: "row" }, reading("row 1"), true],
    ["a reading of a part that does not", { partPrefix: "row" }, reading("rows 1"), false],
    ["a whole list with nothing in it", {}, seen(1, { whole: ["list"] }), true],
    ["a sample of that name", { what: "sample" }, seen(1, { samples: [{ name: "list", value: 0 }] }), true],
    ["a look that answered", { what: "look", name: "icmp" }, good(1), true],
    ["a look that told of silence", { what: "look", name: "icmp" }, bad(1), true],
    ["a look that could not be made", { what: "look", name: "icmp" }, unsure(1), false],
    ["a look of another kind", { what: "look", name: "ssh" }, good(1), false],
    ["a trap about the symptom", { what: "trap", name: "test" }, trap(1, "event", "test"), true],
    ["a trap about another", { what: "trap", name: "test" }, trap(1, "event", "w"), false],
    ["a trap about anything", { what: "trap", name: "any" }, trap(1, "raise", "w"), true],
    [
      "a fault in a look, where a trap ought to come",
      { what: "trap", name: "any" },
      seen(1, { faults: [{ symptom: "w", effect: "event" }] }),
      false,
    ],
  ])("%s: %j", (_, over, observation, heard) => {
    expect(hears(waits(over).when as Absent, observation)).toBe(heard);
  });
});

describe("the time", () => {
  it("begins with the first look of whatever kind, and is over without an observation", () => {
    const memory = new Memory([waits()]);
    memory.see(good(10));
    memory.wake(1_009);
    expect(memory.one()).toMatchObject({ state: "inactive", wakeAt: 1_010 });
    memory.wake(5_000);
    expect(memory.one()).toMatchObject({ state: "active", since: 1_010, firstBadAt: 1_010, detail: "no reading list for 1 s" });
    expect(memory.kinds()).toEqual(["raised"]);
  });

  it("begins only when it was first heard, where the rule says after_good", () => {
    const memory = new Memory([waits({}, { afterGood: true })]);
    memory.see(good(10));
    expect(memory.one()).toBeUndefined();
    memory.see(list(20));
    memory.wake(5_000);
    expect(memory.one()).toMatchObject({ state: "active", since: 1_020 });
  });

  it("begins anew with each hearing, exactly, though the record moves only after a quarter of it", () => {
    const memory = new Memory([waits()]);
    for (const at of [0, 100, 200, 249]) memory.see(list(at));
    expect(memory.one()).toMatchObject({ heardAt: 0, wakeAt: 1_000 });
    memory.wake(1_200);
    expect(memory.one()).toMatchObject({ state: "inactive", wakeAt: 1_249 });
    memory.wake(1_249);
    expect(memory.one()).toMatchObject({ state: "active", since: 1_249 });
  });

  it("is a quarter longer where the mark was lost: never early after a restart", () => {
    const memory = new Memory([waits()]);
    memory.see(list(0));
    memory.see(list(240));
    memory.marks.clear();
    memory.wake(1_200);
    expect(memory.one()).toMatchObject({ state: "inactive", wakeAt: 1_250 });
    memory.wake(1_250);
    expect(memory.one()).toMatchObject({ state: "active", since: 1_250 });
  });

  it("is not begun by what is heard late", () => {
    const memory = new Memory([waits()]);
    memory.see(list(500));
    memory.see(list(100), { now: 600 });
    expect(memory.one()).toMatchObject({ heardAt: 500, wakeAt: 1_500 });
  });
});

describe("what was missed", () => {
  it("ends it when it comes, counts as good looks, and is waited for again", () => {
    const memory = new Memory([waits()]);
    memory.see(list(0));
    memory.wake(1_000);
    memory.see(good(1_500));
    for (const at of [2_000, 2_100, 2_200]) memory.see(list(at));
    expect(memory.kinds()).toEqual(["raised", "cleared", "good-look"]);
    memory.wake(3_200);
    expect(memory.kinds()).toEqual(["raised", "cleared", "good-look", "raised"]);
    expect(memory.one()).toMatchObject({ since: 3_200 });
  });

  it("that comes after its time is first missed, then ended, though no timer ran", () => {
    const memory = new Memory([waits()]);
    memory.see(list(0));
    memory.see(list(3_000));
    expect(memory.told.map(({ kind, alarm }) => [kind, alarm.since])).toEqual([
      ["raised", 1_000],
      ["cleared", 3_000],
    ]);
    expect(memory.told.at(-1)?.alarm).toEqual(memory.one());
  });

  it("is raised iff it was missing for its time, whenever timers run: against a plain reckoning", () => {
    fc.assert(
      fc.property(
        fc.array(fc.tuple(fc.integer({ min: 1, max: 1_600 }), fc.constantFrom("list", "other", "wake")), { maxLength: 40 }),
        (steps) => {
          const memory = new Memory([waits()]);
          memory.see(list(0));
          let [at, last, missing] = [0, 0, 0];
          for (const [after, what] of steps) {
            at += after;
            // Timers run before an observation, as in the evaluator.
            memory.wake(at);
            if (what === "list") {
              if (at - last >= within) missing += 1;
              last = at;
              memory.see(list(at));
            } else if (what === "other") memory.see(good(at));
          }
          memory.wake(at);
          if (at - last >= within) missing += 1;
          const raised = memory.told.filter(({ kind }) => kind === "raised" || kind === "flapping").length;
          const flapped = memory.told.some(({ kind }) => kind === "flapping" || kind === "settled");
          expect((memory.one() as Alarm).state).toBe(at - last >= within ? "active" : "inactive");
          if (!flapped) expect(raised).toBe(missing);
        },
      ),
    );
  });
});

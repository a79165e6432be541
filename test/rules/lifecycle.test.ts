/** The machine of one alarm, step by step: what a look, a trap and a timer may do to it, in any order and number. */
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { Alarm } from "../../daemon/model/alarm.ts";
import { MINUTE, SECOND } from "../../daemon/model/time.ts";
import { fireTimer, moveByFault, moveByLook, type Step } from "../../rules/lifecycle.ts";
import { rule } from "./made.ts";
import "../seed.ts";

const K = 2;
const key = "d|unreachable|";
const meet = (of: ReturnType<typeof rule>, alarm: Alarm | undefined, at: number, seq: number, now = at) => ({
  ...{ alarm, rule: of, part: undefined, key, detail: undefined },
  look: { device: "d", at, seq, now, restoreAfterLooks: K },
});

const steps = fc.array(
  fc.record({
    what: fc.constantFrom("bad", "bad", "good", "good", "raise", "clear", "wake"),
    ms: fc.integer({ min: 1, max: 90 * SECOND }),
    late: fc.boolean(),
  }),
  { maxLength: 40 },
);
const rules = fc.record({ attempts: fc.integer({ min: 1, max: 4 }), forMs: fc.constantFrom(0, 25 * SECOND, 2 * MINUTE) });

interface Told {
  readonly kind: string;
  readonly state: string;
}

/** Plays a story; each step is checked against what came before it. */
function play(
  of: ReturnType<typeof rule>,
  story: readonly { what: string; ms: number; late: boolean }[],
  check: (before: Alarm | undefined, step: Step, what: string, at: number, run: number) => void,
) {
  let [alarm, at, seq, bad]: [Alarm | undefined, number, number, number] = [undefined, 1_000_000, 0, 0];
  const told: Told[] = [];
  for (const { what, ms, late } of story) {
    at += ms;
    seq += 1;
    // A look that arrives late: older than what has moved it.
    const seen = late && alarm !== undefined ? alarm.movedAt - 1 : at;
    const step: Step =
      what === "wake"
        ? alarm === undefined
          ? { transitions: [] }
          : fireTimer(alarm, of, at)
        : what === "raise" || what === "clear"
          ? moveByFault({ ...meet(of, alarm, seen, seq, at), raise: what === "raise", byTrap: true })
          : moveByLook({ ...meet(of, alarm, seen, seq, at), bad: what === "bad" });
    if (late && alarm !== undefined && what !== "wake")
      expect(step.alarm, "what is older than the last move changes nothing").toBeUndefined();
    else if (what === "bad" || what === "good") bad = what === "bad" ? bad + 1 : 0;
    check(alarm, step, what, at, bad);
    for (const { kind, alarm: then } of step.transitions) told.push({ kind, state: then.state });
    if (step.alarm !== undefined) alarm = step.alarm;
  }
  return told;
}

describe("whatever comes", () => {
  it("is raised by looks only after so many bad ones in a row that lasted so long, and always says why", () => {
    fc.assert(
      fc.property(rules, steps, (over, story) => {
        const of = rule(over);
        play(
          of,
          story.filter(({ what }) => what === "bad" || what === "good" || what === "wake"),
          (before, step, _what, at, run) => {
            const became = before?.state !== "active" && step.alarm?.state === "active";
            if (became) {
              expect(run).toBeGreaterThanOrEqual(of.attempts);
              expect(at - (step.alarm?.firstBadAt ?? 0)).toBeGreaterThanOrEqual(of.forMs);
              expect(step.alarm?.badLooks).toBeGreaterThanOrEqual(of.attempts);
            }
            if (run >= of.attempts && of.forMs === 0) expect(step.alarm?.state ?? before?.state).toBe("active");
            for (const { why } of step.transitions) expect(why).not.toBe("");
          },
        );
      }),
    );
  });

  it("tells recoveries after problems only, each once; and neither while it flaps", () => {
    fc.assert(
      fc.property(rules, steps, (over, story) => {
        let flapping = false;
        let up = true;
        const told = play(rule(over), story, (_before, step) => {
          for (const { kind, alarm } of step.transitions) {
            if (kind === "flapping") flapping = true;
            if (kind === "settled") {
              flapping = false;
              up = alarm.state !== "active";
            }
            if (kind === "raised" || kind === "cleared") {
              expect(flapping, kind).toBe(false);
              expect(up, `${kind} after its opposite`).toBe(kind === "raised");
              up = kind === "cleared";
            }
            if (kind === "flapping") up = false;
          }
        });
        for (const { kind, state } of told) if (kind === "raised") expect(state).toBe("active");
      }),
    );
  });

  it("keeps its record sound: counts that fit its state, a timer only while it waits, moves that go forward", () => {
    fc.assert(
      fc.property(rules, steps, (over, story) => {
        play(rule(over), story, (before, { alarm }) => {
          if (alarm === undefined) return;
          expect(alarm.movedAt).toBeGreaterThanOrEqual(before?.movedAt ?? 0);
          expect(alarm.goodLooks).toBeLessThanOrEqual(K);
          if (alarm.state === "active") expect([alarm.wakeAt, alarm.badLooks > 0]).toEqual([undefined, true]);
          if (alarm.state === "inactive") expect([alarm.wakeAt, alarm.badLooks]).toEqual([undefined, 0]);
          if (alarm.state === "pending") expect(alarm.firstBadAt).toBeLessThanOrEqual(alarm.movedAt);
        });
      }),
    );
  });

  it("the same look once more changes nothing", () => {
    fc.assert(
      fc.property(rules, steps, (over, story) => {
        const of = rule(over);
        let [at, seq] = [1_000_000, 0];
        let alarm: Alarm | undefined;
        for (const { what, ms } of story) {
          at += ms;
          seq += 1;
          const isBad = what === "bad";
          alarm = moveByLook({ ...meet(of, alarm, at, seq), bad: isBad }).alarm ?? alarm;
          const again = moveByLook({ ...meet(of, alarm, at, seq), bad: isBad });
          // A look that moved nothing may be judged again; what it did not move then, it does not move now.
          if (alarm?.movedAt === at) expect(again).toEqual({ transitions: [] });
        }
      }),
    );
  });
});

it("a clock that went back by three hours leaves no alarm deaf: what moved in the future counts for nothing", () => {
  const of = rule();
  const ahead = moveByLook({ ...meet(of, undefined, 4 * 60 * MINUTE, 1), bad: true }).alarm;
  expect(ahead?.state).toBe("active");
  const back = moveByLook({ ...meet(of, ahead, 60 * MINUTE, 2), bad: false });
  expect(back.alarm).toMatchObject({ state: "inactive", movedAt: 60 * MINUTE });
  expect(back.transitions.map(({ kind }) => kind)).toEqual(["cleared"]);
});

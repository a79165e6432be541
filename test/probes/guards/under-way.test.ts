/** Looks under way share one timer and one listener: each still ends at its own deadline, once, or when its caller calls it off. */
import fc from "fast-check";
import { afterEach, beforeEach, expect, it, vi } from "vitest";
import { type Bounded, looksBySignal, nowhere } from "../../../probes/under-way.ts";

beforeEach(() => void vi.useFakeTimers({ toFake: ["setTimeout", "clearTimeout", "performance"] }));
afterEach(() => void vi.useRealTimers());

const said: string[] = [];

/** Whatever it is told it ends by itself, as looks do; unless it does so late. */
class Look implements Bounded {
  readonly name: string;
  dueMs: number;
  place = nowhere;

  constructor(name: string, inMs: number) {
    this.name = name;
    this.dueMs = performance.now() + inMs;
  }

  late(): void {
    said.push(`${this.name} late at ${Math.round(performance.now() - beganMs)}`);
  }

  callOff(): void {
    said.push(`${this.name} called off`);
  }
}

let beganMs = 0;
beforeEach(() => {
  said.length = 0;
  beganMs = performance.now();
});

it("each is late at its own deadline, once, in whatever order they came", () => {
  const all = looksBySignal()(new AbortController().signal);
  for (const [name, ms] of [["long", 3_000] as const, ["short", 100] as const, ["middle", 1_000] as const]) all.add(new Look(name, ms));
  vi.advanceTimersByTime(10_000);
  expect(said).toEqual(["short late at 100", "middle late at 1000", "long late at 3000"]);
  expect(vi.getTimerCount()).toBe(0);
});

it("one that has ended is not late, and leaves no timer when it was the last", () => {
  const all = looksBySignal()(new AbortController().signal);
  const [first, second] = [new Look("first", 100), new Look("second", 200)];
  all.add(first);
  all.add(second);
  all.delete(first);
  vi.advanceTimersByTime(150);
  expect(said).toEqual([]);
  all.delete(second);
  expect(vi.getTimerCount()).toBe(0);
  vi.advanceTimersByTime(1_000);
  expect(said).toEqual([]);
});

it("a deadline that moved meanwhile is kept to", () => {
  const all = looksBySignal()(new AbortController().signal);
  const held = new Look("held", 100);
  all.add(held);
  vi.advanceTimersByTime(50);
  held.dueMs += 1_000;
  vi.advanceTimersByTime(1_040);
  expect(said).toEqual([]);
  vi.advanceTimersByTime(20);
  expect(said).toEqual(["held late at 1100"]);
});

it("who calls off ends those of its own signal only", () => {
  const bySignal = looksBySignal();
  const [mine, others] = [new AbortController(), new AbortController()];
  bySignal(mine.signal).add(new Look("mine", 1_000));
  bySignal(others.signal).add(new Look("other", 1_000));
  mine.abort();
  expect(said).toEqual(["mine called off"]);
});

it("a look that ends another one on its way is no trouble", () => {
  const all = looksBySignal()(new AbortController().signal);
  const second = new Look("second", 100);
  const first = new Look("first", 100);
  first.late = () => all.delete(second);
  all.add(first);
  all.add(second);
  vi.advanceTimersByTime(1_000);
  expect(said).toEqual([]);
});

it("a look that calls another one off on its way ends it once, whoever calls", () => {
  const caller = new AbortController();
  const all = looksBySignal()(caller.signal);
  const looks = ["a", "b", "c", "d"].map((name) => new Look(name, 1_000));
  for (const look of looks) {
    const callOff = look.callOff.bind(look);
    look.callOff = () => {
      callOff();
      for (const other of looks) all.delete(other);
    };
    all.add(look);
  }
  caller.abort();
  expect(said.length).toBe(1);
  vi.advanceTimersByTime(2_000);
  expect(said.length).toBe(1);
});

it("whatever comes and goes in whatever order: exactly those that stay are late, each at its time", () => {
  const story = fc.array(fc.oneof(fc.record({ inMs: fc.integer({ min: 10, max: 400 }) }), fc.record({ end: fc.nat() })), { maxLength: 60 });
  fc.assert(
    fc.property(story, (steps) => {
      said.length = 0;
      beganMs = performance.now();
      const all = looksBySignal()(new AbortController().signal);
      const there: Look[] = [];
      for (const step of steps) {
        if ("inMs" in step) {
          const look = new Look(`${there.length}-${step.inMs}`, step.inMs);
          there.push(look);
          all.add(look);
        } else if (there.length > 0) {
          const [gone] = there.splice(step.end % there.length, 1);
          if (gone !== undefined) all.delete(gone);
          if (gone !== undefined) all.delete(gone);
        }
      }
      vi.advanceTimersByTime(500);
      const wanted = there.map((look) => `${look.name} late at ${Math.round(look.dueMs - beganMs)}`);
      expect([...said].sort()).toEqual(wanted.sort());
      expect(vi.getTimerCount()).toBe(0);
    }),
    { numRuns: 300, seed: 7 },
  );
});

/** Looks under way share one timer and one listener: each still ends at its own deadline, once, or when its caller calls it off. */
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

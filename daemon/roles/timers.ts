/**
 * The times at which alarms wake: a heap, because every device may have one, and the earliest is asked for before every observation.
 *
 * Asking changes nothing: a turn that could not be committed asks again. What was moved or taken away stays in the heap until it is at
 * the top, or there are too many of it.
 */
import type { Instant } from "../model/time.ts";

interface Entry {
  readonly at: Instant;
  readonly key: string;
}

export class Timers {
  readonly #at = new Map<string, Instant>();
  #heap: Entry[] = [];

  set(key: string, at: Instant): void {
    if (this.#at.get(key) === at) return;
    this.#at.set(key, at);
    this.#push({ at, key });
    this.#tidy();
  }

  delete(key: string): void {
    if (this.#at.delete(key)) this.#tidy();
  }

  keys(): Iterable<string> {
    return this.#at.keys();
  }

  /** Keys of what is due by then, earliest first. */
  due(at: Instant): readonly string[] {
    const top = this.#heap[0];
    if (top === undefined || top.at > at) return [];
    const found: Entry[] = [];
    const open = [0];
    for (let index = open.pop(); index !== undefined; index = open.pop()) {
      const entry = this.#heap[index];
      if (entry === undefined || entry.at > at) continue;
      if (this.#isReal(entry)) found.push(entry);
      open.push(2 * index + 1, 2 * index + 2);
    }
    found.sort((a, b) => a.at - b.at);
    // A timer moved away and back again stands twice.
    return [...new Set(found.map(({ key }) => key))];
  }

  #isReal({ key, at }: Entry): boolean {
    return this.#at.get(key) === at;
  }

  #tidy(): void {
    for (let top = this.#heap[0]; top !== undefined && !this.#isReal(top); top = this.#heap[0]) this.#pop();
    if (this.#heap.length <= 2 * this.#at.size + 64) return;
    // A sorted list is a heap.
    this.#heap = [...this.#at].map(([key, at]) => ({ at, key })).sort((a, b) => a.at - b.at);
  }

  #push(entry: Entry): void {
    const heap = this.#heap;
    let index = heap.length;
    heap.push(entry);
    while (index > 0) {
      const above = (index - 1) >> 1;
      const parent = heap[above];
      if (parent === undefined || parent.at <= entry.at) break;
      heap[index] = parent;
      index = above;
    }
    heap[index] = entry;
  }

  #pop(): void {
    const heap = this.#heap;
    const last = heap.pop();
    if (last === undefined || heap.length === 0) return;
    let index = 0;
    for (;;) {
      const [left, right] = [heap[2 * index + 1], heap[2 * index + 2]];
      const below = right !== undefined && left !== undefined && right.at < left.at ? 2 * index + 2 : 2 * index + 1;
      const child = heap[below];
      if (child === undefined || child.at >= last.at) break;
      heap[index] = child;
      index = below;
    }
    heap[index] = last;
  }
}

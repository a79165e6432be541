/**
 * Tells a repeat from news: within the window only *consecutive identical* events of one source and part are one.
 *
 * Pure: times are arguments. Down-up-down is three events; two ports going down are two; a different sysUpTime does not make an event
 * different. An inform sent again with its request id is one event, and is answered when (or as soon as) the first one is committed.
 */
import type { TrapPartHint, TrapVarbind } from "./trap.ts";

const SYS_UP_TIME = "1.3.6.1.2.1.1.3.0";
const IF_INDEX = "1.3.6.1.2.1.2.2.1.1";
const LINK_TRAPS = new Set(["1.3.6.1.6.3.1.1.5.3", "1.3.6.1.6.3.1.1.5.4"]);

/** The value, or the index, of the first varbind under the hint's column. */
export function partValue(varbinds: readonly TrapVarbind[], hint: TrapPartHint): string | undefined {
  const found = varbinds.find(({ oid }) => oid === hint.oid || oid.startsWith(`${hint.oid}.`));
  if (found === undefined) return undefined;
  return hint.from === "value" ? found.value : found.oid.slice(hint.oid.length + 1);
}

/** The lane an event is compared in: its source and part. Traps of unknown meaning of one source share a lane: any other is between. */
export function laneOf(
  event: { readonly source: string; readonly oid: string; readonly varbinds: readonly TrapVarbind[] },
  parts: Readonly<Record<string, TrapPartHint>>,
): string {
  const hint = Object.hasOwn(parts, event.oid) ? parts[event.oid] : undefined;
  if (LINK_TRAPS.has(event.oid)) {
    const index = partValue(event.varbinds, { oid: IF_INDEX, from: "value" });
    if (index !== undefined) return `${event.source}|interface|${index}`;
  }
  if (hint === undefined) return `${event.source}|`;
  return `${event.source}|${hint.oid}|${partValue(event.varbinds, hint) ?? ""}`;
}

/** Same text, same event. The time since the sender's start is left out. */
export function identityOf(event: { readonly oid: string; readonly varbinds: readonly TrapVarbind[] }): string {
  let identity = event.oid;
  for (const { oid, value, type } of event.varbinds) if (oid !== SYS_UP_TIME) identity += `\n${oid} ${type} ${value}`;
  return identity;
}

/** What is known of an event; `mark` is the caller's, to find the first one of a repeat. */
interface Remembered<Mark> {
  readonly identity: string;
  readonly mark: Mark;
  atMs: number;
}

export interface Repeats<Mark> {
  /** The first event that this one repeats, or undefined: then it is remembered as news. */
  repeated(
    event: { readonly lane: string; readonly identity: string; readonly request?: string },
    mark: Mark,
    nowMs: number,
  ): Mark | undefined;
  /** The event was not kept after all: when it comes again it is news. */
  forget(event: { readonly lane: string; readonly request?: string }, mark: Mark): void;
}

export function repeatsWithin<Mark>(windowMs: number, maxRemembered = 20_000): Repeats<Mark> {
  const lanes = new Map<string, Remembered<Mark>>();
  const requests = new Map<string, Remembered<Mark>>();

  function remember(where: Map<string, Remembered<Mark>>, key: string, what: Remembered<Mark>): void {
    where.delete(key);
    where.set(key, what);
    if (where.size > maxRemembered) {
      const oldest = where.keys().next();
      if (!oldest.done) where.delete(oldest.value);
    }
  }

  return {
    repeated(event, mark, nowMs) {
      const asked = event.request === undefined ? undefined : requests.get(event.request);
      if (asked !== undefined && nowMs - asked.atMs <= 12 * windowMs && asked.identity === event.identity) return asked.mark;
      const last = lanes.get(event.lane);
      if (last !== undefined && nowMs - last.atMs <= windowMs && last.identity === event.identity) {
        if (event.request !== undefined) remember(requests, event.request, last);
        return last.mark;
      }
      const news = { identity: event.identity, mark, atMs: nowMs };
      remember(lanes, event.lane, news);
      if (event.request !== undefined) remember(requests, event.request, news);
      return undefined;
    },
    forget(event, mark) {
      if (lanes.get(event.lane)?.mark === mark) lanes.delete(event.lane);
      if (event.request !== undefined && requests.get(event.request)?.mark === mark) requests.delete(event.request);
    },
  };
}

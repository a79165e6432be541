/**
 * Tells a repeat from news: within the window only *consecutive identical* events of one source and part are one.
 *
 * Pure: times are arguments. Down-up-down is three events; two ports going down are two; a different sysUpTime does not make an event
 * different. An inform sent again with its request id is one event, and is answered when (or as soon as) the first one is committed.
 */
import { Recent } from "./recent.ts";
import type { TrapPartHint, TrapVarbind } from "./trap.ts";

const SYS_UP_TIME = "1.3.6.1.2.1.1.3.0";
const IF_INDEX = "1.3.6.1.2.1.2.2.1.1";
/** An inform is asked again for longer than an event repeats: its request id is remembered for this many windows. */
const REQUEST_WINDOWS = 12;
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
  readonly atMs: number;
}

/** An event's lane, and for an inform what tells its repetition: peer, version, request id. */
interface Laned {
  readonly lane: string;
  readonly request?: string;
}

export interface Repeats<Mark> {
  /** The first event that this one repeats, or undefined: then it is remembered as news. */
  repeated(event: Laned, identity: string, mark: Mark, nowMs: number): Mark | undefined;
}

/** `isLost`: an event that was not kept after all; when it comes again it is news. */
export function repeatsWithin<Mark>(windowMs: number, isLost: (mark: Mark) => boolean, maxRemembered = 20_000): Repeats<Mark> {
  const lanes = new Recent<Remembered<Mark>>(maxRemembered);
  const requests = new Recent<Remembered<Mark>>(maxRemembered);

  function isRepeat(first: Remembered<Mark> | undefined, identity: string, sinceMs: number): first is Remembered<Mark> {
    return first !== undefined && first.identity === identity && first.atMs >= sinceMs && !isLost(first.mark);
  }

  return {
    repeated({ lane, request }, identity, mark, nowMs) {
      const asked = request === undefined ? undefined : requests.get(request);
      if (isRepeat(asked, identity, nowMs - REQUEST_WINDOWS * windowMs)) return asked.mark;
      const last = lanes.get(lane);
      const isKnown = isRepeat(last, identity, nowMs - windowMs);
      const event = isKnown ? last : { identity, mark, atMs: nowMs };
      if (!isKnown) lanes.set(lane, event);
      if (request !== undefined) requests.set(request, event);
      return isKnown ? last.mark : undefined;
    },
  };
}

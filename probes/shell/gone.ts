/**
 * Parts that vanish: a camera that was listed as connected and is listed no more is as gone as one that says so.
 *
 * xAPI deletes an item (`ghost`) where other firmware keeps it as "not connected". Only what was seen connected is missed, since the
 * daemon started: an empty socket and a device that lists nothing say nothing. A new part of the same kind takes the place of a missing
 * one: it was plugged in elsewhere, or replaced.
 */
import type { ShellValue } from "../../daemon/model/family.ts";
import type { Reading } from "../../daemon/model/observation.ts";

/** What a part that vanished is told as from then on; for a replaced one that many times, so that what was raised about it ends. */
type Standing = { readonly is: "here" } | { readonly is: "gone" } | { readonly is: "replaced"; readonly timesLeft: number };
/** Of one device, by the reading's name and kind of part, then by part. */
export type Parts = Map<string, Map<string, Standing>>;

/** The word for a part whose place another has taken. */
export const REPLACED = "replaced";
const timesReplaced = 5;
/** Ids that change with every connection would grow without bound. */
const partsAtMost = 64;

/** The readings of the parts of this value that are no longer listed. Remembers in `parts`. */
export function readGone(value: ShellValue, readings: readonly Reading[], parts: Parts): readonly Reading[] {
  const { gone, name, part: kind } = value;
  if (gone === undefined || kind === undefined) return [];
  const key = `${name}|${kind}`;
  const known = parts.get(key) ?? new Map<string, Standing>();
  parts.set(key, known);
  const listed = readings.filter((each) => each.name === name && each.part?.startsWith(`${kind} `) === true);
  const connected = listed.flatMap(({ part, value: word }) => (part === undefined || word === gone ? [] : [part]));
  const fresh = connected.filter((part) => !known.has(part));
  for (const { part } of listed) if (part !== undefined && known.has(part)) known.set(part, { is: "here" });
  for (const part of connected) if (known.size < partsAtMost) known.set(part, { is: "here" });
  const here = new Set(listed.map(({ part }) => part));
  const told: Reading[] = [];
  for (const [part, standing] of [...known].filter(([each]) => !here.has(each))) {
    const next = standing.is !== "replaced" && fresh.pop() !== undefined ? { is: "replaced" as const, timesLeft: timesReplaced } : standing;
    const after = following(next);
    if (after === undefined) known.delete(part);
    else known.set(part, after);
    told.push({ name, part, value: next.is === "replaced" ? REPLACED : gone });
  }
  return told;
}

function following(standing: Standing): Standing | undefined {
  if (standing.is !== "replaced") return { is: "gone" };
  return standing.timesLeft <= 1 ? undefined : { is: "replaced", timesLeft: standing.timesLeft - 1 };
}

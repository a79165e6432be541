/**
 * Reads what `fping -C <n> -q` prints: one line a host, `10.0.0.1 : 0.53 - 0.61`, milliseconds or `-` for each echo request.
 *
 * Pure. Lines that are not of this shape are handed back: they say why fping could not look.
 */
import type { RoundTrips } from "./echo.ts";

export interface FpingOutput {
  readonly trips: ReadonlyMap<string, RoundTrips>;
  /** At most 20 lines that are no result, each cut at 200 characters. */
  readonly other: readonly string[];
}

/** One line. Undefined: not a result. fping pads the host with blanks. */
export function readFpingLine(line: string): { readonly host: string; readonly trips: RoundTrips } | undefined {
  const cut = line.indexOf(" : ");
  if (cut < 1) return undefined;
  const words = line
    .slice(cut + 3)
    .trim()
    .split(/\s+/);
  const trips: (number | undefined)[] = [];
  for (const word of words) {
    if (word === "-") trips.push(undefined);
    else if (/^\d+(?:\.\d+)?$/.test(word)) trips.push(Number(word));
    else return undefined;
  }
  return { host: line.slice(0, cut).trimEnd(), trips };
}

/** All lines of one run. */
export function readFping(lines: readonly string[]): FpingOutput {
  const trips = new Map<string, RoundTrips>();
  const other: string[] = [];
  for (const line of lines) {
    const read = readFpingLine(line);
    if (read !== undefined) trips.set(read.host, read.trips);
    else if (line.trim() !== "" && other.length < 20) other.push(line.slice(0, 200));
  }
  return { trips, other };
}

/**
 * Why a run without results could not look. A shell ends with 126 when it may not start fping; fping 5 ends with 4 for every failed system
 * call, and says nothing when `-4` or `-6` got no socket, so its words (or its silence) are all there is to tell a missing right.
 */
export function whyNoResult(exitCode: number, other: readonly string[]): "no-permission" | "engine" {
  if (exitCode === 126) return "no-permission";
  const said = other.join(" ").toLowerCase();
  return exitCode === 4 && (said === "" || /must run as root|not permitted|permission/.test(said)) ? "no-permission" : "engine";
}

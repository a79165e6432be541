/**
 * One look over a command line or an HTTPS interface, whatever carries it: within its deadline, in the device's turn, with what a timeout was about and whether
 * the device has started anew. What SSH, telnet and HTTPS looks have in common.
 */
import { bare, type Fault, type Finding, type Sample } from "../../daemon/model/observation.ts";
import { whenAborted } from "../ending.ts";
import type { Target } from "../probe.ts";
import type { DeviceGate } from "../rate-ceiling.ts";
import { type Asking, askLook } from "./asking.ts";
import { down, type Failure, failed, type Outcome, unknown } from "./outcome.ts";
import type { Kept } from "./session.ts";
import type { Trace } from "./trace.ts";
import type { Asked } from "./values.ts";

/** One look under way. */
export interface Looking {
  readonly target: Target;
  readonly signal: AbortSignal;
  readonly trace: Trace;
  readonly faults: Fault[];
  /** The question under way, for the detail of a timeout. */
  asking?: string;
}

export type Carrier = "ssh" | "telnet" | "https";

/** Runs a look until its deadline, or until one of the stoppers says stop. A mistake of ours is unknown, never down. */
export async function lookInTime(
  kind: Carrier,
  { check }: Target,
  stoppers: readonly AbortSignal[],
  look: (signal: AbortSignal) => Promise<Finding>,
): Promise<Finding> {
  const ending = new AbortController();
  const timer = setTimeout(() => ending.abort(down(`${kind}.timeout`, "no answer in time")), check.timeoutMs);
  const stop = (): void => ending.abort(unknown(`${kind}.engine`, "the look was stopped"));
  const forgets = stoppers.map((stopper) => whenAborted(stopper, stop));
  if (stoppers.some(({ aborted }) => aborted)) stop();
  try {
    return await look(ending.signal);
  } catch (error) {
    // A mistake of ours; its text may hold anything, its name does not.
    return bare("unknown", "probe.crash", `the ${kind} probe failed: ${error instanceof Error ? error.name : "unknown error"}`);
  } finally {
    clearTimeout(timer);
    for (const forget of forgets) forget();
  }
}

/** Waits for the device's turn, then asks. */
export async function inTurn(
  kind: Carrier,
  gate: DeviceGate,
  { target, signal }: Looking,
  ask: () => Promise<Outcome<readonly Asked[]>>,
): Promise<Outcome<readonly Asked[]>> {
  const leave = await gate.enter(target.device.id, signal);
  if (leave === undefined) return failed(unknown(`${kind}.engine`, "another look at the device took the whole time"));
  try {
    return await ask();
  } finally {
    leave();
  }
}

/** Asks what the family asks over a kept session, and in a call what it asks then; `signal` may end before the look does. */
export function askFamily(
  kept: Kept,
  turn: Looking,
  signal: AbortSignal,
  by: {
    readonly inventory: () => ReadonlySet<string>;
    readonly pace: ((site: string, packets: number, signal: AbortSignal) => Promise<void>) | undefined;
    readonly again: ((check: string, inMs: number) => void) | undefined;
  },
): Promise<Outcome<readonly Asked[]>> {
  const { target, trace } = turn;
  const { shell } = target.family;
  const asking: Asking = {
    asks: shell?.asks ?? [],
    signal,
    trace,
    inventory: by.inventory,
    pace: async (packets, until) => by.pace?.(target.device.site, packets, until),
    waitFor: (command) => {
      turn.asking = command;
    },
  };
  const busy = () => by.again?.(target.check.id, shell?.inCall?.intervalMs ?? target.check.intervalMs);
  return askLook(kept, asking, { asks: shell?.inCall?.asks, signal: turn.signal, busy });
}

/** The finding of a look that did not get its answers. */
export function findingOf(kind: Carrier, turn: Looking, { status, code, detail }: Failure): Finding {
  const late = code === `${kind}.timeout` && turn.asking !== undefined ? `no answer to "${turn.asking}" in time` : detail;
  return { ...bare(status, code, late, turn.trace.lines()), faults: turn.faults };
}

/** Keeps the uptime; one that went back is a restart. */
export function followUptime(known: { uptime?: number }, samples: readonly Sample[], faults: Fault[]): void {
  const uptime = samples.find(({ name }) => name === "uptime_seconds")?.value;
  if (uptime === undefined) return;
  if (known.uptime !== undefined && uptime < known.uptime)
    faults.push({ symptom: "reboot", effect: "event", text: `uptime went from ${known.uptime} s back to ${uptime} s` });
  known.uptime = uptime;
}

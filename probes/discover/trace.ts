/**
 * The way that packets take to an address: one echo request with one hop more each time, paid for before it leaves, by fping.
 *
 * Bounded: at most 15 requests, and no more after three hops in a row that nobody spoke for.
 */
import { execFile } from "node:child_process";

export interface Traced {
  /** Addresses, nearest first, without the target; undefined where nobody said a word. */
  readonly hops: readonly (string | undefined)[];
  readonly reached: boolean;
}

export interface TraceOptions {
  /** Path of fping. */
  readonly fping: string;
  /** Waits until a packet may leave. */
  readonly pay: (packets: number) => Promise<void>;
  readonly signal: AbortSignal;
  readonly mostHops?: number;
  readonly waitMs?: number;
}

const mostHops = 15;
const silentAtMost = 3;
const waitMs = 1_000;

export async function trace(address: string, options: TraceOptions): Promise<Traced> {
  const hops: (string | undefined)[] = [];
  for (let ttl = 1; ttl <= (options.mostHops ?? mostHops); ttl += 1) {
    await options.pay(1);
    if (options.signal.aborted) break;
    const said = await askHop(address, ttl, options);
    if (said === "reached") return { hops, reached: true };
    hops.push(said.hop);
    if (hops.length >= silentAtMost && hops.slice(-silentAtMost).every((hop) => hop === undefined)) break;
  }
  return { hops, reached: false };
}

type Said = "reached" | { readonly hop: string | undefined };

function askHop(address: string, ttl: number, options: TraceOptions): Promise<Said> {
  const words = ["-H", String(ttl), "-r", "0", "-t", String(options.waitMs ?? waitMs), address];
  return new Promise((resolve) => {
    // It ends with 1 where nothing came back; what could not be asked says nothing of the way.
    execFile(options.fping, words, { timeout: 10_000, signal: options.signal }, (_error, stdout, stderr) =>
      resolve(readHop(`${stdout}\n${stderr}`, address)),
    );
  });
}

/** Pure. `ICMP Time Exceeded from 10.0.0.1 for ICMP Echo sent to 10.9.0.1`; `10.9.0.1 is alive`. */
export function readHop(output: string, address: string): Said {
  if (output.includes(`${address} is alive`)) return "reached";
  return { hop: /ICMP Time Exceeded from (\S+) for ICMP Echo sent to/.exec(output)?.[1] };
}

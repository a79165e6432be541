/**
 * A line: a connection to a command line, logged in, over whatever carries it. Dialects see this and nothing of SSH or telnet.
 *
 * Every way it can end is a value. It ends itself when the far end does; what waits on it hears of the end.
 */
import type { Duplex, Readable } from "node:stream";
import type { Failure, Outcome } from "./outcome.ts";

/** Octets in both directions. `stderr` where the carrier has one (SSH). */
export type Stream = Duplex & { readonly stderr?: Readable };

export interface Line {
  /** What carries it; the first half of its failures' codes: `telnet.protocol`. */
  readonly transport: "ssh" | "telnet";
  /** Why it is over; undefined while it lives. */
  readonly ended: Failure | undefined;
  /** Calls back once when it is over, at once when it is already; the result takes the callback away. */
  onEnd(watcher: (failure: Failure) => void): () => void;
  /** Ends it, without waiting for the far end. The first reason stays. */
  end(failure: Failure): void;
  /** The device's command line. `terminal`: shells that print their prompt only to a terminal; telnet always is one. */
  shell(signal: AbortSignal, terminal?: "terminal"): Promise<Outcome<Stream>>;
  /** Runs one command by itself; only SSH can. */
  exec?(command: string, signal: AbortSignal): Promise<Outcome<Stream>>;
}

/**
 * The configuration's own rules, replayed on a thread of their own beside those that are tried: half the time, where there are two
 * processors.
 */
import { availableParallelism } from "node:os";
import { Worker } from "node:worker_threads";
import { builtFile } from "../../probes/built.ts";
import type { Instant } from "../model/time.ts";
import type { Course } from "../replay/incidents.ts";

/** What the thread loads and replays. */
export interface Beside {
  /** The configuration's file. */
  readonly file: string;
  readonly demo: boolean;
  /** Where its secrets are. */
  readonly env: Readonly<Record<string, string | undefined>>;
  /** Of the configuration that was read here: the thread must read the same. */
  readonly hash: string;
  readonly from: Instant;
}

/** Undefined where there is one processor only: two threads would take turns. */
export function besideOf(wanted: Beside): ((to: Instant) => Promise<readonly Course[]>) | undefined {
  if (availableParallelism() < 2) return undefined;
  return (to) => {
    const worker = new Worker(builtFile("daemon/cli/replay-beside-worker.js"), { workerData: { ...wanted, env: { ...wanted.env }, to } });
    return new Promise((resolve, reject) => {
      worker.once("message", resolve);
      worker.once("error", reject);
      worker.once("exit", (code) => reject(new Error(`the thread that replays the configuration's rules ended with ${code}`)));
    });
  };
}

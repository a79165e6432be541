/**
 * The outgoing heartbeat (dead-man): an outside service wakes somebody when it stops. It is sent only while we are well.
 *
 * `POST <url>` while healthy. A planned stop says so once, `POST <url>?status=planned-stop&for=<seconds>`, so that an
 * upgrade wakes nobody: the receiver waits that much longer before it calls us dead.
 */
import type { Metrics } from "../metrics.ts";
import type { Clock, Log } from "../ports.ts";

/** The part of fetch that is used. */
export type FetchLike = (
  url: string,
  init: { method: "POST"; signal: AbortSignal; redirect: "error" },
) => Promise<{ readonly ok: boolean; readonly status: number }>;

export interface HeartbeatOptions {
  readonly url: string;
  readonly intervalMs: number;
  readonly clock: Clock;
  readonly log: Log;
  /** Asked before every beat; `why` goes to the log when the beat is withheld. */
  readonly healthy: () => { readonly ok: boolean; readonly why: string };
  readonly fetch: FetchLike;
  readonly metrics?: Pick<Metrics, "heartbeats" | "heartbeatLastSent">;
}

export interface Heartbeat {
  run(signal: AbortSignal): Promise<void>;
  /** Tells the receiver that the silence to come is meant; at most 5 s. `forMs`: how long it may last. */
  plannedStop(forMs: number): Promise<boolean>;
}

const sendMs = 10_000;
const stopMs = 5_000;
const withheldMs = 10_000;

export function createHeartbeat(options: HeartbeatOptions): Heartbeat {
  const { clock, log, metrics } = options;
  let saidAt: string | undefined;

  const beat = async (signal: AbortSignal): Promise<void> => {
    const health = options.healthy();
    const result = health.ok ? await send(options, options.url, Math.min(sendMs, options.intervalMs), signal) : "withheld";
    metrics?.heartbeats.inc({ result: result === "sent" || result === "withheld" ? result : "failed" });
    if (result === "sent") metrics?.heartbeatLastSent.set(clock.now() / 1000);
    // A state is logged when it begins, not at every beat.
    if (result !== saidAt) {
      if (result === "sent") log.info({}, "heartbeat sent");
      else log.warn({ result, why: health.why }, "heartbeat not sent");
    }
    saidAt = result;
  };

  return {
    async run(signal) {
      while (!signal.aborted) {
        await beat(signal);
        // Withheld, it is asked soon again: at the start the audit has not gone round yet.
        await clock.sleep(saidAt === "withheld" ? Math.min(withheldMs, options.intervalMs) : options.intervalMs, signal);
      }
    },
    async plannedStop(forMs) {
      const url = new URL(options.url);
      url.searchParams.set("status", "planned-stop");
      url.searchParams.set("for", String(Math.ceil(forMs / 1000)));
      return (await send(options, url.href, stopMs, undefined)) === "sent";
    },
  };
}

/** `sent`, or why not: `status-503`, or the network's code. */
async function send(options: HeartbeatOptions, url: string, withinMs: number, signal: AbortSignal | undefined): Promise<string> {
  const deadline = AbortSignal.timeout(withinMs);
  try {
    const answer = await options.fetch(url, {
      method: "POST",
      redirect: "error",
      signal: signal === undefined ? deadline : AbortSignal.any([signal, deadline]),
    });
    return answer.ok ? "sent" : `status-${answer.status}`;
  } catch (error) {
    const { code } = ((error as Error).cause ?? {}) as { code?: string };
    return deadline.aborted ? "deadline" : (code ?? "failed");
  }
}

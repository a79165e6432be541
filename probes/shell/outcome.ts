/**
 * What the world does to a look, as a value: a failure carries its status, its code and one sentence.
 */
import type { LookStatus } from "../../daemon/model/observation.ts";

export interface Failure {
  readonly status: Exclude<LookStatus, "up">;
  readonly code: string;
  readonly detail: string;
}

export type Outcome<T> = { readonly ok: true; readonly value: T } | { readonly ok: false; readonly failure: Failure };

export function done<T>(value: T): Outcome<T> {
  return { ok: true, value };
}

export function failed(failure: Failure): { readonly ok: false; readonly failure: Failure } {
  return { ok: false, failure };
}

export function down(code: string, detail: string): Failure {
  return { status: "down", code, detail };
}

export function unknown(code: string, detail: string): Failure {
  return { status: "unknown", code, detail };
}

/** The failure that ended a turn: its signal is aborted with one as the reason. */
export function reasonOf(signal: AbortSignal): Failure {
  const reason: unknown = signal.reason;
  if (typeof reason === "object" && reason !== null && "code" in reason && "status" in reason) return reason as Failure;
  return unknown("ssh.engine", "the look was stopped");
}

/**
 * A promise that settles once: by `start`'s callback, or by the end of the turn. Never rejects.
 * @param start gets the callback; returns nothing. Called at once.
 */
export function within<T>(signal: AbortSignal, start: (settle: (outcome: Outcome<T>) => void) => void): Promise<Outcome<T>> {
  return new Promise((resolve) => {
    if (signal.aborted) {
      resolve(failed(reasonOf(signal)));
      return;
    }
    const ended = (): void => resolve(failed(reasonOf(signal)));
    signal.addEventListener("abort", ended, { once: true });
    start((outcome) => {
      signal.removeEventListener("abort", ended);
      resolve(outcome);
    });
  });
}

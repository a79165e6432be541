/**
 * The life of a role that one process has at a time: it waits for the lease, takes a turn, rests, and again.
 */
import type { Leases } from "./lease.ts";

export interface Turning<T> {
  readonly leases: Pick<Leases, "wait" | "fence">;
  readonly name: string;
  /** Before the first turn, and when somebody else may have held the lease since: what is remembered may be old. */
  begin?(): void | Promise<void>;
  turn(): Promise<T>;
  /** Until the next turn; at once when more is due. */
  rest(done: T): Promise<unknown>;
}

/** Ends when the signal aborts. What a turn throws, it throws. */
export async function keepTurning<T>(role: Turning<T>, signal: AbortSignal, beat: () => void): Promise<void> {
  let epoch: number | undefined;
  while (!signal.aborted) {
    await role.leases.wait(role.name, signal, beat);
    if (signal.aborted) return;
    const held = role.leases.fence(role.name).epoch;
    if (held !== epoch) await role.begin?.();
    epoch = held;
    const done = await role.turn();
    beat();
    await role.rest(done);
  }
}

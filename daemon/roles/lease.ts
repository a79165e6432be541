/**
 * Keeps the leases of the singleton roles: taken at start, renewed at a third of their time, given back at stop.
 *
 * A role asks for its fence before each transaction; the store checks the epoch inside it.
 */
import type { Clock, Fence, Log, Store } from "../ports.ts";
import { LeaseLost } from "../ports.ts";
import type { Role } from "./supervisor.ts";

/** At least three send deadlines. */
export const leaseTtlMs = 30_000;
const shortestPauseMs = 100;

export interface Leases {
  /** The fence of a role; LeaseLost while another process holds it. */
  fence(role: string): Fence;
  held(role: string): boolean;
  /** Resolves when the role's lease is ours, or at abort; beats meanwhile: to wait for a lease is no fault. */
  wait(role: string, signal: AbortSignal, beat: () => void): Promise<void>;
}

export interface LeaseKeeper extends Leases, Role {
  /** Tries once for every role; what the start of the process waits for. */
  acquire(): Promise<void>;
  release(): Promise<void>;
}

export function createLeaseKeeper(deps: { store: Store; clock: Clock; log: Log; holder: string; roles: readonly string[] }): LeaseKeeper {
  const { store, clock, log, holder, roles } = deps;
  const fences = new Map<string, { fence: Fence; untilMs: number }>();

  const acquire = async () => {
    const askedMs = clock.monotonicMs();
    const given = await store.acquireLeases(roles, holder, leaseTtlMs);
    for (const [index, role] of roles.entries()) {
      const fence = given[index];
      const kept = fences.get(role);
      const had = kept !== undefined;
      const lateMs = askedMs - (kept?.untilMs ?? askedMs);
      if (lateMs > 0)
        log.warn(
          { role, lateMs },
          `the lease of ${role} ran out before this process came to renew it: the machine has too little time for it`,
        );
      if (fence === undefined) fences.delete(role);
      // Counted from before the question: we never believe in a lease longer than the store does.
      else fences.set(role, { fence, untilMs: askedMs + leaseTtlMs });
      if (had !== (fence !== undefined)) log.info({ role, held: fence !== undefined }, "lease changed");
    }
  };

  const fence = (role: string): Fence => {
    const kept = fences.get(role);
    if (kept === undefined) throw new LeaseLost(`another process holds the lease of ${role}`);
    // A machine that has no time for us: nobody may have taken it meanwhile, but somebody might have.
    if (kept.untilMs <= clock.monotonicMs()) throw new LeaseLost(`the lease of ${role} ran out before this process came to renew it`);
    return kept.fence;
  };

  const held = (role: string) => (fences.get(role)?.untilMs ?? 0) > clock.monotonicMs();

  return {
    name: "leases",
    beatWithinMs: leaseTtlMs,
    acquire,
    fence,
    held,
    async wait(role, signal, beat) {
      while (!signal.aborted && !held(role)) {
        beat();
        await clock.sleep(1_000, signal);
      }
    },
    async run(signal, beat) {
      while (!signal.aborted) {
        const askedMs = clock.monotonicMs();
        await acquire();
        beat();
        // From when it was asked: what a slow store took is gone from the leases already.
        await clock.sleep(Math.max(shortestPauseMs, askedMs + leaseTtlMs / 3 - clock.monotonicMs()), signal);
      }
    },
    async release() {
      for (const { fence: each } of fences.values()) await store.releaseLease(each);
      fences.clear();
    },
  };
}

/** What a leased role does in a loop. */
export interface LeasedWork<T = unknown> {
  readonly role: string;
  readonly everyMs: number;
  readonly leases: Leases;
  readonly clock: Clock;
  /** Reads back what the store holds: before the first turn, and when the lease had been somebody else's meanwhile. */
  load?(): void | Promise<void>;
  turn(signal: AbortSignal, beat: () => void): Promise<T>;
  /** Until the next turn, where that is not always `everyMs`: at once while more is due. */
  rest?(done: T): Promise<unknown>;
}

/** Turn after turn for as long as the lease is ours; waits for it otherwise. */
export async function leasedTurns<T>(work: LeasedWork<T>, signal: AbortSignal, beat: () => void): Promise<void> {
  const { role, everyMs, leases, clock } = work;
  let epoch: number | undefined;
  while (!signal.aborted) {
    await leases.wait(role, signal, beat);
    if (signal.aborted) return;
    const held = leases.fence(role).epoch;
    if (held !== epoch) await work.load?.();
    epoch = held;
    const done = await work.turn(signal, beat);
    beat();
    await (work.rest?.(done) ?? clock.sleep(everyMs, signal));
  }
}

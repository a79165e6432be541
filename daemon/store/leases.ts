/**
 * Leases of the singleton roles. The epoch grows whenever the right to write changes hands; each transaction checks it.
 *
 * PostgreSQL: the database's clock alone decides. SQLite: what this process granted itself is timed by its monotonic clock. A row
 * that another process left is free when its stored wall-clock end has passed, or (should the wall clock have been set back) when
 * we have watched it unchanged for its whole length. A wall clock that jumps ahead can end a living holder's lease early: the
 * epoch then stops that holder's next write, so the cost is a change of hands, never two writers.
 * A restart under the same holder's name takes over at once, with a new epoch: what the dead process still had open cannot write.
 */
import { type Clock, type Fence, LeaseLost } from "../ports.ts";
import { numberOf, textOf } from "./rows.ts";
import type { Session } from "./session.ts";

interface Wish {
  readonly role: string;
  readonly holder: string;
  readonly ttlMs: number;
}

/** A lease row as last seen, and until when it must be respected, in this process's monotonic time. */
interface Seen {
  readonly holder: string;
  readonly epoch: number;
  readonly expiresAt: number;
  readonly untilMs: number;
}

/** Leases as one process sees them. */
export class Leases {
  readonly #clock: Clock;
  /** Epochs that this process itself was given: only these are renewed under the same epoch. */
  readonly #mine = new Map<string, number>();
  readonly #seen = new Map<string, Seen>();

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  /** Inside a transaction. */
  async acquire(session: Session, wish: Wish): Promise<Fence | undefined> {
    const epoch = session.kind === "postgresql" ? await this.#byDatabaseTime(session, wish) : await this.#byOurTime(session, wish);
    const key = `${wish.role}|${wish.holder}`;
    if (epoch === undefined) {
      this.#mine.delete(key);
      return undefined;
    }
    this.#mine.set(key, epoch);
    return { role: wish.role, holder: wish.holder, epoch };
  }

  async #byDatabaseTime(session: Session, { role, holder, ttlMs }: Wish): Promise<number | undefined> {
    const now = "(extract(epoch from clock_timestamp()) * 1000)::bigint";
    const mine = this.#mine.get(`${role}|${holder}`) ?? -1;
    const row = await session.row(
      session.sql.raw(
        `insert into leases (role, holder, epoch, expires_at, ttl_ms) values (?, ?, 1, ${now} + ?, ?)
         on conflict (role) do update set holder = excluded.holder, expires_at = excluded.expires_at, ttl_ms = excluded.ttl_ms,
           epoch = case when leases.holder = excluded.holder and leases.epoch = ? then leases.epoch else leases.epoch + 1 end
         where leases.holder = excluded.holder or leases.expires_at <= ${now}
         returning epoch`,
        [role, holder, ttlMs, ttlMs, mine],
      ),
    );
    return row === undefined ? undefined : numberOf(row.epoch);
  }

  async #byOurTime(session: Session, { role, holder, ttlMs }: Wish): Promise<number | undefined> {
    const nowMs = this.#clock.monotonicMs();
    const row = await session.row(session.sql("leases").where({ role }).first());
    const last = row === undefined ? 0 : numberOf(row.epoch);
    if (row !== undefined && textOf(row.holder) !== holder && !this.#isFree(role, row, nowMs)) return undefined;
    const renewed = row !== undefined && textOf(row.holder) === holder && this.#mine.get(`${role}|${holder}`) === last;
    const epoch = renewed ? last : last + 1;
    const expiresAt = this.#clock.now() + ttlMs;
    const lease = { role, holder, epoch, expires_at: expiresAt, ttl_ms: ttlMs };
    await session.run(session.sql("leases").insert(lease).onConflict("role").merge());
    this.#seen.set(role, { holder, epoch, expiresAt, untilMs: nowMs + ttlMs });
    return epoch;
  }

  /** Another holder's row: has it ended? */
  #isFree(role: string, row: Readonly<Record<string, unknown>>, nowMs: number): boolean {
    const holder = textOf(row.holder);
    const epoch = numberOf(row.epoch);
    const expiresAt = numberOf(row.expires_at);
    if (expiresAt === 0) return true;
    const seen = this.#seen.get(role);
    const unchanged = seen !== undefined && seen.holder === holder && seen.epoch === epoch && seen.expiresAt === expiresAt;
    if (unchanged && nowMs >= seen.untilMs) return true;
    // Granted here: the wall clock has no say.
    if (this.#mine.get(`${role}|${holder}`) === epoch) return false;
    if (!unchanged) this.#seen.set(role, { holder, epoch, expiresAt, untilMs: nowMs + numberOf(row.ttl_ms) });
    return expiresAt <= this.#clock.now();
  }

  /** Inside a transaction. Somebody else's lease stays. */
  async release(session: Session, fence: Fence): Promise<void> {
    this.#mine.delete(`${fence.role}|${fence.holder}`);
    const { role, holder, epoch } = fence;
    await session.run(session.sql("leases").where({ role, holder, epoch }).update({ expires_at: 0 }));
  }
}

/** First in a fenced transaction; the row stays locked until it ends, so nobody can take the lease meanwhile. */
export async function checkFence(session: Session, fence: Fence): Promise<void> {
  const query = session.sql("leases").where({ role: fence.role }).first();
  const row = await session.row(session.kind === "postgresql" ? query.forUpdate() : query);
  if (row !== undefined && textOf(row.holder) === fence.holder && numberOf(row.epoch) === fence.epoch) return;
  throw new LeaseLost(`the lease of ${fence.role} is no longer ${fence.holder}'s (epoch ${fence.epoch})`);
}

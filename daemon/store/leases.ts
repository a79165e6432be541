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
import type { Row, Session } from "./session.ts";

interface Wishes {
  readonly roles: readonly string[];
  readonly holder: string;
  readonly ttlMs: number;
}

type Wish = Omit<Wishes, "roles"> & { readonly role: string };

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

  /** Inside a transaction. A fence for each role that is free or the holder's, in their order. */
  async acquire(session: Session, { roles, ...rest }: Wishes): Promise<readonly (Fence | undefined)[]> {
    const epochs: (number | undefined)[] = [];
    if (session.kind === "postgresql") for (const role of roles) epochs.push(await this.#byDatabaseTime(session, { ...rest, role }));
    else epochs.push(...(await this.#byOurTime(session, { ...rest, roles })));
    return roles.map((role, index) => this.#given({ ...rest, role }, epochs[index]));
  }

  #given({ role, holder }: Wish, epoch: number | undefined): Fence | undefined {
    const key = `${role}|${holder}`;
    if (epoch === undefined) {
      this.#mine.delete(key);
      return undefined;
    }
    this.#mine.set(key, epoch);
    return { role, holder, epoch };
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

  /** All rows in one statement: renewed six times a minute, each by itself they were a third of what a quiet daemon asked of SQLite. */
  async #byOurTime(session: Session, { roles, holder, ttlMs }: Wishes): Promise<readonly (number | undefined)[]> {
    const nowMs = this.#clock.monotonicMs();
    const expiresAt = this.#clock.now() + ttlMs;
    const rows = new Map((await session.rows(session.sql("leases").whereIn("role", [...roles]))).map((row) => [textOf(row.role), row]));
    const epochs = roles.map((role) => this.#epochOf({ role, holder, ttlMs }, rows.get(role), nowMs));
    const given = roles.flatMap((role, index) => {
      const epoch = epochs[index];
      return epoch === undefined ? [] : [{ role, holder, epoch, expires_at: expiresAt, ttl_ms: ttlMs }];
    });
    if (given.length > 0) await session.run(session.sql("leases").insert(given).onConflict("role").merge());
    for (const { role, epoch } of given) this.#seen.set(role, { holder, epoch, expiresAt, untilMs: nowMs + ttlMs });
    return epochs;
  }

  /** The epoch that the holder has from now on; undefined while the lease is another's. */
  #epochOf({ role, holder }: Wish, row: Row | undefined, nowMs: number): number | undefined {
    if (row === undefined) return 1;
    const last = numberOf(row.epoch);
    if (textOf(row.holder) !== holder) return this.#isFree(role, row, nowMs) ? last + 1 : undefined;
    return this.#mine.get(`${role}|${holder}`) === last ? last : last + 1;
  }

  /** Another holder's row: has it ended? */
  #isFree(role: string, row: Row, nowMs: number): boolean {
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

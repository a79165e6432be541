/**
 * Booked sessions and their readiness, between rows and the vocabulary.
 */
import type { Session as Booked, SessionOutcome, SessionQuery, SessionReadiness } from "../model/session.ts";
import type { Instant } from "../model/time.ts";
import type { SessionsMerged } from "../ports-sessions.ts";
import { raiseRevision } from "./kept.ts";
import { jsonOf } from "./rows.ts";
import { IN_VALUES, INSERT_ROWS, type Session, slices } from "./session.ts";

/** Field by field: what the model does not name is never written, whatever an object carries. */
function bodyOf(booked: Booked): string {
  const { id, source, rooms, bridge, from, to, kind, priority, specialty, state, outcome } = booked;
  return JSON.stringify({ id, source, rooms, bridge, from, to, kind, priority, specialty, state, outcome });
}

function rowOf(booked: Booked) {
  return { id: booked.id, source: booked.source, from_at: booked.from, to_at: booked.to, body: bodyOf(booked) };
}

export async function findSession(session: Session, id: string): Promise<Booked | undefined> {
  const row = await session.row(session.sql("sessions").where({ id }).first());
  return row === undefined ? undefined : jsonOf<Booked>(row.body);
}

export async function findSessions(session: Session, query: SessionQuery): Promise<readonly Booked[]> {
  const { endAfter, beginBefore, source, limit } = query;
  const found = session.sql("sessions").orderBy([{ column: "from_at" }, { column: "id" }]);
  if (endAfter !== undefined) found.where("to_at", ">", endAfter);
  if (beginBefore !== undefined) found.where("from_at", "<", beginBefore);
  if (source !== undefined) found.where({ source });
  return (await session.rows(found.limit(limit))).map((row) => jsonOf<Booked>(row.body));
}

async function byIds(session: Session, ids: readonly string[]): Promise<ReadonlyMap<string, Booked>> {
  const found = new Map<string, Booked>();
  for (const some of slices(ids, IN_VALUES)) {
    for (const row of await session.rows(session.sql("sessions").whereIn("id", [...some]))) {
      const booked = jsonOf<Booked>(row.body);
      found.set(booked.id, booked);
    }
  }
  return found;
}

async function write(session: Session, all: readonly Booked[]): Promise<void> {
  if (all.length > 0) await raiseRevision(session, "sessions");
  for (const some of slices(all, INSERT_ROWS)) await session.run(session.sql("sessions").insert(some.map(rowOf)).onConflict("id").merge());
}

/** Writes what is new or differs; the coordinator's word outlives every import. */
export async function saveSessions(session: Session, all: readonly Booked[]): Promise<SessionsMerged> {
  const latest = [...new Map(all.map((each) => [each.id, each])).values()];
  const known = await byIds(
    session,
    latest.map(({ id }) => id),
  );
  const merged = latest.map((each) => {
    const outcome = known.get(each.id)?.outcome ?? each.outcome;
    return outcome === undefined ? each : { ...each, outcome };
  });
  const fresh = merged.filter(({ id }) => !known.has(id));
  const changed = merged.filter((each) => {
    const before = known.get(each.id);
    return before !== undefined && bodyOf(before) !== bodyOf(each);
  });
  await write(session, [...fresh, ...changed]);
  return { added: fresh.length, changed: changed.length, cancelled: 0 };
}

export async function replaceSessions(
  session: Session,
  input: {
    readonly source: string;
    readonly window: { readonly from: Instant; readonly to: Instant };
    readonly sessions: readonly Booked[];
  },
): Promise<SessionsMerged> {
  const { source, window, sessions } = input;
  const merged = await saveSessions(session, sessions);
  const there = new Set(sessions.map(({ id }) => id));
  const query = session.sql("sessions").where({ source }).where("from_at", ">=", window.from).where("from_at", "<", window.to);
  const gone = (await session.rows(query))
    .map((row) => jsonOf<Booked>(row.body))
    .filter((each) => each.state === "booked" && !there.has(each.id));
  await write(
    session,
    gone.map((each) => ({ ...each, state: "cancelled" as const })),
  );
  return { ...merged, cancelled: gone.length };
}

async function alter(session: Session, id: string, change: (booked: Booked) => Booked): Promise<boolean> {
  const booked = await findSession(session, id);
  if (booked === undefined) return false;
  await write(session, [change(booked)]);
  return true;
}

export function cancelSession(session: Session, id: string): Promise<boolean> {
  return alter(session, id, (booked) => ({ ...booked, state: "cancelled" }));
}

export function saveOutcome(session: Session, id: string, outcome: SessionOutcome): Promise<boolean> {
  return alter(session, id, (booked) => ({ ...booked, outcome }));
}

export async function saveReadiness(session: Session, all: readonly SessionReadiness[]): Promise<void> {
  const latest = [...new Map(all.map((each) => [each.session, each])).values()];
  for (const some of slices(latest, INSERT_ROWS)) {
    const rows = some.map((each) => ({ session: each.session, body: JSON.stringify(each) }));
    await session.run(session.sql("session_readiness").insert(rows).onConflict("session").merge());
  }
}

export async function findReadiness(session: Session, endAfter: Instant): Promise<readonly SessionReadiness[]> {
  const { sql } = session;
  const living = sql("sessions").select("id").where("to_at", ">", endAfter);
  return (await session.rows(sql("session_readiness").whereIn("session", living).orderBy("session"))).map((row) =>
    jsonOf<SessionReadiness>(row.body),
  );
}

/** Sessions that ended before this, ≤ 1,000 at once, and what was known of them. */
export async function deleteSessions(session: Session, before: Instant): Promise<number> {
  const { sql } = session;
  const old = await session.rows(sql("sessions").select("id").where("to_at", "<", before).orderBy("to_at").limit(1_000));
  const ids = old.map((row) => String(row.id));
  let gone = 0;
  for (const some of slices(ids, IN_VALUES)) {
    await session.run(
      sql("session_readiness")
        .whereIn("session", [...some])
        .delete(),
    );
    gone += await session.run(
      sql("sessions")
        .whereIn("id", [...some])
        .delete(),
    );
  }
  return gone;
}

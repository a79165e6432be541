/**
 * People, rotations and overrides, between rows and the vocabulary. Every write raises the revision in the same transaction.
 */
import type { OnCallBook, Override, Person, Rotation } from "../model/on-call.ts";
import type { Instant } from "../model/time.ts";
import type { OnCallStore, OnCallTx } from "../ports-oncall.ts";
import { jsonOf } from "./rows.ts";
import type { Session } from "./session.ts";

type Kind = "person" | "rotation" | "override";

/** Null: without end. */
async function save(session: Session, kind: Kind, id: string, endsAt: Instant | null, body: unknown): Promise<void> {
  const row = { kind, id, ends_at: endsAt, body: JSON.stringify(body) };
  await session.run(session.sql("on_call").insert(row).onConflict(["kind", "id"]).merge(["ends_at", "body"]));
  await session.run(session.sql("on_call_revision").increment("revision", 1));
}

async function find<T>(session: Session, kind: Kind, id: string): Promise<T | undefined> {
  const row = await session.row(session.sql("on_call").where({ kind, id }).first());
  return row === undefined ? undefined : jsonOf<T>(row.body);
}

async function after<T>(session: Session, kind: Kind, at: Instant): Promise<readonly T[]> {
  const found = session
    .sql("on_call")
    .where({ kind })
    .where((or) => void or.whereNull("ends_at").orWhere("ends_at", ">", at))
    .orderBy("id");
  return (await session.rows(found)).map((row) => jsonOf<T>(row.body));
}

/** Inside a transaction. */
export function onCallTx(session: Session): OnCallTx {
  return {
    // One writer at a time has the row of the revision, which every write raises; on SQLite there is one anyway.
    lockOnCall: async () => {
      if (session.kind === "postgresql") await session.row(session.sql("on_call_revision").first().forUpdate());
    },
    person: (id) => find<Person>(session, "person", id),
    savePerson: (person) => save(session, "person", person.id, null, person),
    rotation: (id) => find<Rotation>(session, "rotation", id),
    rotationsAfter: (at) => after<Rotation>(session, "rotation", at),
    overridesAfter: (at) => after<Override>(session, "override", at),
    saveRotation: (rotation) => save(session, "rotation", rotation.id, rotation.to ?? null, rotation),
    override: (id) => find<Override>(session, "override", id),
    saveOverride: (override) => {
      const { id, to, cancelledAt = to } = override;
      return save(session, "override", id, Math.min(to, cancelledAt), override);
    },
  };
}

export function onCallReads(session: Session): Omit<OnCallStore, "onCallRevision"> {
  return {
    onCall: async (endAfter): Promise<OnCallBook> => ({
      people: await after<Person>(session, "person", endAfter),
      rotations: await after<Rotation>(session, "rotation", endAfter),
      overrides: await after<Override>(session, "override", endAfter),
    }),
  };
}

/**
 * People's requests, between rows and the vocabulary.
 */
import type { Caller, HelpRequest } from "../model/request.ts";
import type { Instant } from "../model/time.ts";
import { RaceLost } from "../ports.ts";
import type { RequestQuery, RequestStore, RequestTx } from "../ports-requests.ts";
import { linkNumber } from "./numbers.ts";
import { publicNewsReads, publicNewsTx } from "./public-news.ts";
import { jsonOf, textOf } from "./rows.ts";
import { IN_VALUES, type Row, type Session } from "./session.ts";

const table = "help_requests";
const heldTable = "held_numbers";

function requestRow(request: HelpRequest): Record<string, unknown> {
  const { caller, ...body } = request;
  const { id, number, room, at, incident, ended, version, key } = request;
  return {
    ...{ id, number, room, at, version, is_open: ended === undefined ? 1 : 0, incident: incident ?? null, body: JSON.stringify(body) },
    client_key: key ?? null,
    wake_at: wakeAt(request) ?? null,
    caller: caller === undefined ? null : JSON.stringify(caller),
  };
}

/** Its room is asked for again; or it is over, and its sender has not heard. */
function wakeAt({ ended, waits, heard }: HelpRequest): Instant | undefined {
  if (ended === undefined) return waits?.wakeAt;
  return heard !== undefined && heard.news !== "over" ? ended.at : undefined;
}

/** The columns that move by themselves are read from the row. */
export function requestOf(row: Row): HelpRequest {
  const { incident: _, ...body } = jsonOf<HelpRequest>(row.body);
  return {
    ...body,
    ...(row.incident === null ? {} : { incident: textOf(row.incident) }),
    ...(row.caller === null ? {} : { caller: jsonOf<Caller>(row.caller) }),
  };
}

async function findRequest(
  session: Session,
  by: { readonly id: string } | { readonly client_key: string },
): Promise<HelpRequest | undefined> {
  const row = await session.row(session.sql(table).where(by).first());
  return row === undefined ? undefined : requestOf(row);
}

async function findRequests(session: Session, query: RequestQuery): Promise<readonly HelpRequest[]> {
  const { room, incident, open, limit, before } = query;
  const found = session
    .sql(table)
    .orderBy([
      { column: "at", order: "desc" },
      { column: "id", order: "desc" },
    ])
    .limit(limit);
  if (room !== undefined) found.where({ room });
  if (incident !== undefined) found.where({ incident });
  if (open !== undefined) found.where({ is_open: open ? 1 : 0 });
  if (before !== undefined) found.whereRaw("(at, id) < (?, ?)", [before.at, before.id]);
  return (await session.rows(found)).map(requestOf);
}

export async function saveRequest(session: Session, request: HelpRequest): Promise<void> {
  const { id, version, number } = request;
  const written =
    version === 1
      ? (await session.rows(session.sql(table).insert(requestRow(request)).onConflict().ignore().returning("id"))).length
      : await session.run(
          session
            .sql(table)
            .where({ id, version: version - 1 })
            .update(requestRow(request)),
        );
  if (written !== 1) throw new RaceLost(`request ${id} is no longer at version ${version - 1}`);
  // The number is used: it is no gap, whatever becomes of an incident.
  if (version === 1) await linkNumber(session, number, id);
}

async function moveRequests(session: Session, from: string, to: string): Promise<void> {
  await session.run(session.sql(table).where({ incident: from }).update({ incident: to }));
}

/** Who called is forgotten; what they told is not. */
export async function forgetCallers({ sql, run }: Session, before: Instant): Promise<number> {
  // Whoever is no contact of ours was answered at an address that stands nowhere else.
  const answers = sql("outbox").where({ recipient: "caller", kind: "letter" }).where("created_at", "<", before).whereNot({ address: "" });
  const gone = await run(answers.update({ address: "" }));
  return gone + (await run(sql(table).where("at", "<", before).whereNotNull("caller").update({ caller: null })));
}

async function requestsWithCaller(session: Session): Promise<readonly HelpRequest[]> {
  const found = session.sql(table).whereNotNull("caller").orderBy("at", "desc");
  return (await session.rows(found)).map(requestOf);
}

async function forgetCallersOf(session: Session, requests: readonly HelpRequest[]): Promise<void> {
  // What is erased is overwritten in the file, not only unlinked.
  if (session.kind === "sqlite") await session.run(session.sql.raw("PRAGMA secure_delete=ON"));
  for (const { caller: _, ...request } of requests) {
    await saveRequest(session, { ...request, version: request.version + 1 });
    const answers = session
      .sql("outbox")
      .where({ recipient: "caller" })
      .whereRaw("key like ?", [`letter/${request.number}/%`]);
    await session.run(answers.update({ address: "" }));
  }
  if (session.kind === "sqlite") await session.run(session.sql.raw("PRAGMA secure_delete=OFF"));
}

/** Requests that are over; an open one stays, however old. */
export async function deleteRequests({ sql, rows, run }: Session, before: Instant): Promise<number> {
  const old = await rows(sql(table).select("id").where({ is_open: 0 }).where("at", "<", before).limit(IN_VALUES));
  if (old.length === 0) return 0;
  const ids = old.map((row) => textOf(row.id));
  return run(sql(table).whereIn("id", ids).delete());
}

export function requestReads(session: Session): RequestStore {
  return {
    ...publicNewsReads(session),
    request: (id) => findRequest(session, { id }),
    requestByKey: (key) => findRequest(session, { client_key: key }),
    requestsWithCaller: () => requestsWithCaller(session),
    requests: (query) => findRequests(session, query),
  };
}

export function requestTx(session: Session): RequestTx {
  const { sql, run } = session;
  return {
    ...publicNewsTx(session),
    holdNumber: async (held) => void (await run(sql(heldTable).insert({ ...held }))),
    useHeldNumber: async (number) => (await run(sql(heldTable).where({ number }).delete())) === 1,
    request: (id) => findRequest(session, { id }),
    requestsOf: (incident) => findRequests(session, { incident, limit: 1_000 }),
    forgetCallersOf: (requests) => forgetCallersOf(session, requests),
    dueRequests: async (at, limit) => {
      const due = sql(table).whereNotNull("wake_at").where("wake_at", "<=", at).orderBy(["wake_at", "id"]).limit(limit);
      return (await session.rows(due)).map(requestOf);
    },
    writtenRequests: async (limit) => {
      const open = sql(table).whereNotNull("caller").where({ is_open: 1 }).orderBy(["at", "id"]);
      return (await session.rows(open))
        .map(requestOf)
        .filter(({ heard }) => heard !== undefined)
        .slice(0, limit);
    },
    saveRequest: (request) => saveRequest(session, request),
    moveRequests: (from, to) => moveRequests(session, from, to),
  };
}

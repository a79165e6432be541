/**
 * Sessions over REST: what is booked and how it stands, booking, cancelling, importing, and what became of one.
 */
import { joinSessions } from "../../rules/sessions.ts";
import type { Session, SessionReadiness } from "../model/session.ts";
import { DAY, type Instant } from "../model/time.ts";
import { type CalendarStatus, statusPrefix } from "../roles/calendars.ts";
import { sessionsInCsv } from "../sessions/csv.ts";
import { newSession, type SessionResult } from "../sessions/desk.ts";
import type { Caller } from "./access.ts";
import { sees } from "./allowing.ts";
import { SessionQueryShape, type SessionShape } from "./contract-sessions.ts";
import type { ApiDeps } from "./deps.ts";
import { type Operation, operation } from "./operation.ts";
import { HttpProblem } from "./problem.ts";
import { iso } from "./views.ts";

const most = 2_000;

export function sessionView(session: Session, readiness?: SessionReadiness): SessionShape {
  const { from, to, rooms, outcome, ...rest } = session;
  const said = outcome === undefined ? {} : { outcome: { ...outcome, at: iso(outcome.at) } };
  return { ...rest, rooms: [...rooms], from: iso(from), to: iso(to), ...said, ...(readiness === undefined ? {} : standing(readiness)) };
}

function standing({ verdict, at, causes, incident }: SessionReadiness): Pick<SessionShape, "readiness"> {
  const plain = causes.map(({ data: _d, ...cause }) => cause);
  return { readiness: { verdict, at: iso(at), causes: plain, ...(incident === undefined ? {} : { incident }) } };
}

/** Sessions in a span, those of several calendars as one, with how ready they are. */
export async function sessionsBetween(deps: Pick<ApiDeps, "store">, from: Instant, to: Instant): Promise<readonly SessionShape[]> {
  const [sessions, known] = await Promise.all([
    deps.store.sessions({ endAfter: from, beginBefore: to, limit: most }),
    deps.store.readiness(from),
  ]);
  const readiness = new Map(known.map((each) => [each.session, each]));
  return joinSessions(sessions).map((each) => sessionView(each, readiness.get(each.id)));
}

export async function calendarViews({ store, config }: Pick<ApiDeps, "store" | "config">) {
  const kept = await store.keptAll<CalendarStatus>(statusPrefix);
  return kept
    .filter(({ value }) => config().sessions.calendars.has(value.calendar))
    .map(({ value: { calendar, since: _s, triedAt, goodAt, unread, ...rest } }) => ({
      ...rest,
      id: calendar,
      unread: { ...unread },
      triedAt: iso(triedAt),
      ...(goodAt === undefined ? {} : { goodAt: iso(goodAt) }),
    }));
}

export async function sessionList(deps: ApiDeps, from: Instant, to: Instant) {
  return { items: [...(await sessionsBetween(deps, from, to))], calendars: await calendarViews(deps) };
}

function answer(result: SessionResult): { readonly content: SessionShape } {
  if (result.ok) return { content: sessionView(result.session) };
  throw new HttpProblem(result.status, `session-${result.status}`, result.problem);
}

/** One of its rooms is at a site of the caller's. */
function isOwn({ config }: ApiDeps, caller: Caller, { rooms }: Pick<Session, "rooms">): boolean {
  const known = config().network.rooms;
  return caller.sites === undefined || rooms.some((room) => sees(caller, known.get(room)?.site));
}

/** Of a session elsewhere not even that it is there. */
async function ownSession(deps: ApiDeps, caller: Caller, id: string): Promise<void> {
  if (caller.sites === undefined) return;
  const session = await deps.store.session(id);
  if (session === undefined || !isOwn(deps, caller, session))
    throw new HttpProblem(404, "session-404", "there is no such session at a site of yours; see GET /api/v1/sessions");
}

export const sessionOperations: readonly Operation[] = [
  operation({
    id: "listSessions",
    method: "get",
    path: "/api/v1/sessions",
    summary: "Booked sessions in a span, by their beginning, with how ready they are; and how the calendars stand.",
    access: "read",
    may: "read-site",
    query: SessionQueryShape,
    answer: "SessionList",
    run: async ({ deps, query, caller }) => {
      const from = query.from === undefined ? deps.clock.now() : Date.parse(query.from);
      const to = query.to === undefined ? from + 7 * DAY : Date.parse(query.to);
      const list = await sessionList(deps, from, to);
      if (caller.sites === undefined) return { content: list };
      return { content: { items: list.items.filter((session) => isOwn(deps, caller, session)), calendars: [] } };
    },
  }),
  operation({
    id: "bookSession",
    method: "post",
    path: "/api/v1/sessions",
    summary: "Books a session, or changes the one with this key (without a key: these rooms at this time). Audited.",
    access: "write",
    may: "plan",
    body: "SessionBody",
    discreet: true,
    answer: "Session",
    run: async ({ deps, body, caller }) => {
      const made = newSession(body, deps.config());
      if ("problems" in made) throw new HttpProblem(422, "invalid-session", made.problems.join("; "));
      const { ids } = await deps.sessions.book("api", [made], caller.name);
      const session = await deps.store.session(ids[0] ?? "");
      if (session === undefined) throw new HttpProblem(409, "session-409", "the session is gone already; book it again");
      return { content: sessionView(session) };
    },
  }),
  operation({
    id: "importSessions",
    method: "post",
    path: "/api/v1/sessions/import",
    summary: "Books the sessions of a CSV text; rows with a problem are left out and named by number. Audited.",
    access: "write",
    may: "plan",
    body: "SessionCsvBody",
    discreet: true,
    answer: "SessionsImported",
    run: async ({ deps, body, caller }) => {
      const { sessions, errors } = sessionsInCsv(body.csv, deps.config());
      const { added, changed } = await deps.sessions.book("csv", sessions, caller.name);
      return { content: { added, changed, errors: errors.slice(0, 200) } };
    },
  }),
  operation({
    id: "cancelSession",
    method: "post",
    path: "/api/v1/sessions/{id}/cancel",
    summary: "It is not held. A session of a calendar comes back with the next reading: cancel it there.",
    access: "write",
    may: "plan",
    answer: "Session",
    run: async ({ deps, params, caller }) => answer(await deps.sessions.cancel(params.id ?? "", caller.name)),
  }),
  operation({
    id: "sayOutcome",
    method: "post",
    path: "/api/v1/sessions/{id}/outcome",
    summary: "What became of it, as its coordinator says: the fact, where overlap with an outage is the estimate. Audited.",
    access: "write",
    may: "outcome-site",
    body: "OutcomeBody",
    answer: "Session",
    run: async ({ deps, params, body, caller }) => {
      const { outcome: code, lateMinutes } = body;
      if ((code === "late") !== (lateMinutes !== undefined))
        throw new HttpProblem(422, "invalid-body", "body.lateMinutes: belongs with outcome late, and is needed there.");
      await ownSession(deps, caller, params.id ?? "");
      const said = { code, ...(lateMinutes === undefined ? {} : { lateMinutes }) };
      return answer(await deps.sessions.outcome(params.id ?? "", caller.name, said));
    },
  }),
];

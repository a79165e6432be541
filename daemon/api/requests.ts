/**
 * People's requests: taken in, attached, ended with the caller's agreement; the queue that telephone, form, mail and help button share.
 */
import { codecSays, toldText } from "../intake/room-says.ts";
import type { Incident } from "../model/incident.ts";
import { mayDo } from "../model/permission.ts";
import type { HelpRequest } from "../model/request.ts";
import { say, sayTime } from "../text/catalogue.ts";
import { newsText } from "../text/public-news.ts";
import { symptomWords } from "../text/symptom.ts";
import { type RequestDetailShape, RequestQueryParams, type RequestShape } from "./contract-requests.ts";
import { decodeCursor, encodeCursor } from "./cursor.ts";
import type { ApiDeps, RequestResult } from "./deps.ts";
import { type Operation, operation } from "./operation.ts";
import { patientWarning } from "./patient-data.ts";
import { HttpProblem } from "./problem.ts";
import { iso, present } from "./shape.ts";
import { upOf } from "./views.ts";

/** The incident that a request is with; what went into another, over however many steps. */
async function incidentOf({ store }: ApiDeps, { incident }: HelpRequest): Promise<Incident | undefined> {
  let found = incident === undefined ? undefined : await store.incident(incident);
  for (let steps = 0; found?.foldedInto !== undefined && steps < 20; steps += 1) found = await store.incident(found.foldedInto);
  return found;
}

/** What the caller is told of the general failure that it is with; nothing once the request is over. */
function newsFor({ config }: ApiDeps, { language, ended, site }: HelpRequest, incident: Incident | undefined): string | undefined {
  const { network, instance } = config();
  const news = ended === undefined ? incident?.news : undefined;
  return news && newsText(news, language, network.sites.get(site)?.timezone ?? instance.timezone);
}

async function requestView(deps: ApiDeps, request: HelpRequest): Promise<RequestShape> {
  const { id, number, source, at, by, room, site, symptom, language, sessionAffected, note, session, ended, attempts } = request;
  const { network, instance } = deps.config();
  const incident = await incidentOf(deps, request);
  return {
    ...{ id, number, source, at: iso(at), by, room, site, symptom, language, sessionAffected, attempts: attempts.length },
    roomName: network.rooms.get(room)?.name ?? (room === "" ? say(instance.language, "request.room-unknown") : room),
    siteName: network.sites.get(site)?.name ?? site,
    ...present({ news: newsFor(deps, request, incident) }),
    ...present({ note, session, incident: incident?.number, incidentState: incident?.state }),
    ...present({ ended: ended === undefined ? undefined : { ...ended, at: iso(ended.at) } }),
  };
}

/** The requests of an incident, for its own page. */
export async function requestsOf(deps: ApiDeps, incident: string): Promise<RequestShape[]> {
  const found = await deps.store.requests({ incident, limit: 200 });
  return Promise.all(found.map((each) => requestView(deps, each)));
}

async function codecView(deps: ApiDeps, id: string, language: HelpRequest["language"]): Promise<RequestDetailShape["codecs"][number]> {
  const { device, says, unknown } = codecSays(deps.board, id);
  const [last] = await deps.store.incidents({ device, limit: 1 });
  const lastIncident =
    last === undefined ? undefined : { number: last.number, symptom: last.symptom, state: last.state, openedAt: iso(last.openedAt) };
  return {
    ...{ device, name: deps.config().network.devices.get(device)?.name ?? device, up: upOf(deps.board.get(device)) },
    says: says.map((told) => ({ what: told.what, value: told.value, at: iso(told.at), text: toldText(language, told) })),
    unknown: [...unknown],
    ...present({ activity: deps.board.lights(device)?.activity?.state, lastIncident }),
  };
}

async function requestDetail(deps: ApiDeps, request: HelpRequest): Promise<RequestDetailShape> {
  const { language, symptom, number, caller, sessionAffected } = request;
  const [view, same] = [await requestView(deps, request), request.ended === undefined ? await deps.intake.sameThing(request) : []];
  const { network, instance } = deps.config();
  const [first] = same;
  const lines = [
    say(language, "request.read-back", { number, room: view.roomName, what: symptomWords(language, symptom, []) }),
    say(language, sessionAffected ? "request.session" : "request.no-session"),
    ...(first === undefined
      ? []
      : [say(language, "request.same", { number: first.number, since: sayTime(first.openedAt, instance.timezone) })]),
    ...(view.news === undefined ? [] : [view.news]),
    ...(caller?.phone === undefined ? [] : [say(language, "request.call-back", { phone: caller.phone })]),
  ];
  return {
    ...view,
    ...present({ caller }),
    readBack: lines.join(" "),
    codecs: await Promise.all(deps.intake.codecsOf(request.room).map((id) => codecView(deps, id, language))),
    sameThing: same.map((each) => ({
      ...{ number: each.number, symptom: each.symptom, since: iso(each.openedAt) },
      siteName: network.sites.get(each.site)?.name ?? each.site,
    })),
  };
}

async function answer(deps: ApiDeps, result: RequestResult, note?: string): Promise<{ readonly content: RequestShape }> {
  if (!result.ok) throw new HttpProblem(result.status, `request-${result.status}`, result.problem);
  const warning = patientWarning("The note", [note], "have the note erased");
  return { content: { ...(await requestView(deps, result.request)), ...(warning === undefined ? {} : { warnings: [warning] }) } };
}

export const requestOperations: readonly Operation[] = [
  operation({
    id: "reserveRequestNumber",
    method: "post",
    path: "/api/v1/requests/number",
    summary: "A number to say before anything is known: POST /requests with it afterwards. One that is never used is a gap, and listed.",
    access: "write",
    may: "handle",
    answer: "HeldNumber",
    run: async ({ deps, caller }) => ({ content: { number: await deps.intake.reserve(caller.name), at: iso(deps.clock.now()) } }),
  }),
  operation({
    id: "takeRequest",
    method: "post",
    path: "/api/v1/requests",
    summary: "Somebody asks for help: a number first, then what the room's codec says, and the general failure that may explain it.",
    access: "write",
    may: "handle",
    body: "RequestBody",
    answer: "RequestDetail",
    keyed: true,
    run: async ({ deps, caller, body, key }) => {
      const { caller: who, ...told } = body;
      const result = await deps.intake.take({ ...told, key, ...(who === undefined ? {} : { caller: present(who) }) }, caller.name);
      if (!result.ok) throw new HttpProblem(result.status, `request-${result.status}`, result.problem);
      const warning = patientWarning("The note", [body.note, body.caller?.name], "have it erased");
      // What somebody else took in comes again without its caller: to read that is on record (getRequest).
      const { caller: theirs, ...rest } = result.request;
      const isOwn = result.again !== true || result.request.by === caller.name;
      const detail = await requestDetail(deps, isOwn && theirs !== undefined ? { ...rest, caller: theirs } : rest);
      return { content: { ...detail, ...(warning === undefined ? {} : { warnings: [warning] }) } };
    },
  }),
  operation({
    id: "listRequests",
    method: "get",
    path: "/api/v1/requests",
    summary: "The queue of requests, the last first: by telephone, form, mail and the codecs' help buttons. Without the callers.",
    access: "read",
    may: "read",
    query: RequestQueryParams,
    answer: "RequestList",
    run: async ({ deps, query: { open, room, limit, before } }) => {
      const place = before === undefined ? undefined : decodeCursor(before);
      const found = await deps.store.requests({
        limit: limit + 1,
        ...(open === undefined ? {} : { open: open === "true" }),
        ...(room === undefined ? {} : { room }),
        ...(place === undefined ? {} : { before: { at: place.openedAt, id: place.id } }),
      });
      const page = found.slice(0, limit);
      const last = page.at(-1);
      const items = await Promise.all(page.map((each) => requestView(deps, each)));
      return {
        content: {
          items,
          ...(found.length > limit && last !== undefined ? { next: encodeCursor({ openedAt: last.at, id: last.id }) } : {}),
        },
      };
    },
  }),
  operation({
    id: "getRequest",
    method: "get",
    path: "/api/v1/requests/{id}",
    summary: "One request, with its caller, what the room's codecs say now, and the general failures that cover the room.",
    access: "read",
    may: "read",
    answer: "RequestDetail",
    run: async ({ deps, params, caller: reader }) => {
      const request = await deps.store.request(params.id ?? "");
      if (request === undefined)
        throw new HttpProblem(404, "no-such-request", "No request has this number; GET /api/v1/requests lists them.");
      const { caller, ...rest } = request;
      // Who reads a caller's name is on record; whose function may not read names reads none.
      const { permissions } = deps.config();
      const isTold = mayDo(permissions.get(reader.function) ?? [], "read-names");
      if (caller === undefined || !isTold) return { content: await requestDetail(deps, rest) };
      const entry = { at: deps.clock.now(), by: reader.name, action: "request.caller-read", target: request.id };
      // Whoever has to be called back is shown, too, when the store cannot take the entry.
      const missing = () => deps.log.warn({ by: reader.name, request: request.id }, "who read a caller's name is not in the audit");
      await deps.store.transaction(undefined, (tx) => tx.audit([entry])).catch(missing);
      return { content: await requestDetail(deps, request) };
    },
  }),
  operation({
    id: "placeRequest",
    method: "post",
    path: "/api/v1/requests/{id}/room",
    summary: "Says the room of a request that came by mail and named none; from here on it goes as any other.",
    access: "write",
    may: "handle",
    body: "PlaceBody",
    answer: "Request",
    run: async ({ deps, params, caller, body }) => answer(deps, await deps.intake.place(params.id ?? "", body.room, caller.name)),
  }),
  operation({
    id: "attachRequest",
    method: "post",
    path: "/api/v1/requests/{id}/attach",
    summary: "It is the same thing as that incident: the request goes there, and the incident that its call alone opened with it.",
    access: "write",
    may: "handle",
    body: "AttachBody",
    answer: "Request",
    run: async ({ deps, params, caller, body }) => answer(deps, await deps.intake.attach(params.id ?? "", body.incident, caller.name)),
  }),
  operation({
    id: "endRequest",
    method: "post",
    path: "/api/v1/requests/{id}/outcome",
    summary:
      "The caller agrees that it is over, was not reached (twice ends it), or there was nothing. A call alone is restored with its last request.",
    access: "write",
    may: "handle",
    body: "RequestOutcomeBody",
    answer: "Request",
    run: async ({ deps, params, caller, body: { how, note } }) =>
      answer(deps, await deps.intake.outcome(params.id ?? "", { how, by: caller.name, note }), note),
  }),
];

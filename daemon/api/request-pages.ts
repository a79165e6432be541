/**
 * The pages that take in people's requests: the queue, the form under a number that is reserved first, one request with what to say.
 */
import type { Express, Request } from "express";
import type { FormState } from "../../dashboards/web/form-parts.tsx";
import type { PageContext } from "../../dashboards/web/frame.tsx";
import { pages } from "../../dashboards/web/pages.tsx";
import { toldSymptoms } from "../model/request.ts";
import type { Caller } from "./access.ts";
import { anonymous } from "./allowing.ts";
import type { RequestDetailShape, RequestShape } from "./contract-requests.ts";
import type { ApiDeps } from "./deps.ts";
import { type ActOf, doAct, type FormsGate, one } from "./form-acts.ts";
import { type FormDoor, mountForm } from "./form-door.ts";
import { operationOf } from "./operation.ts";
import { contextOf, sendPage } from "./page-context.ts";
import { languageOf } from "./page-language.ts";
import { requestOperations } from "./requests.ts";
import { present } from "./shape.ts";

const shown = 100;

export async function requestsPage(deps: ApiDeps, page: PageContext, state?: FormState): Promise<string> {
  const list = async (open: "true" | "false") => {
    const of = operationOf(requestOperations, "listRequests");
    const { content } = await of.run({ deps, params: {}, query: { open, limit: shown }, body: undefined, caller: anonymous });
    return (content as { readonly items: readonly RequestShape[] }).items;
  };
  const [open, over] = [await list("true"), await list("false")];
  return pages.requests({ page, open, over, ...present({ state }) });
}

export async function newRequestPage(deps: ApiDeps, page: PageContext, number: unknown, state?: FormState): Promise<string> {
  const { network, instance } = deps.config();
  const known = typeof number === "string" && number.startsWith(`${instance.numberPrefix}-`) && /^[\w-]{8,60}$/.test(number);
  const site = (id: string) => network.sites.get(id)?.name ?? id;
  const rooms = [...network.rooms.values()].map((room) => ({ value: room.id, label: `${site(room.site)}, ${room.name}` }));
  const symptoms = toldSymptoms.map((value) => ({ value, label: page.texts.symptom(value) }));
  return pages.newRequest({
    page: known ? { ...page, query: `number=${encodeURIComponent(number)}` } : page,
    ...{ rooms: rooms.sort((a, b) => a.label.localeCompare(b.label, page.language)), symptoms },
    ...(known ? { number } : {}),
    ...present({ state }),
  });
}

interface OneRequest {
  readonly id: string;
  readonly by: Caller | undefined;
  readonly withCaller: boolean;
  readonly done?: unknown;
  readonly state?: FormState;
}

/** Who called is read, and that is written down, only where it was asked for. */
export async function requestPage(deps: ApiDeps, page: PageContext, { id, by, withCaller, done, state }: OneRequest): Promise<string> {
  const reader = by !== undefined && withCaller ? by : anonymous;
  const of = operationOf(requestOperations, "getRequest");
  const { content } = await of.run({ deps, params: { id }, query: {}, body: undefined, caller: reader });
  const asked = reader !== anonymous;
  const said = (["taken", "attached", "said"] as const).find((each) => each === done);
  // A page that shows a name does not fetch itself again: each reading is on record.
  const shownPage = asked ? { ...page, still: true, query: "caller=1" } : page;
  const request = content as RequestDetailShape;
  return pages.request({ page: shownPage, request, withCaller: asked, ...present({ done: said, state }) });
}

const acts: Readonly<Record<string, ActOf>> = {
  reserve: one("reserveRequestNumber", () => ({})),
  take: one(
    "takeRequest",
    ({ room, symptom, sessionAffected, callerName, callerPhone, language, note, number }) => ({
      ...present({ room, symptom, language, note, number, sessionAffected: sessionAffected && sessionAffected === "yes" }),
      ...(callerName === undefined && callerPhone === undefined ? {} : { caller: present({ name: callerName, phone: callerPhone }) }),
    }),
    { caller: "callerName" },
  ),
  attach: one("attachRequest", ({ incident }) => present({ incident })),
  ...Object.fromEntries(
    (["agreed", "attempt", "withdrawn"] as const).map((how) => [how, one("endRequest", ({ note }) => present({ how, note }))]),
  ),
};

export function mountRequestForms(app: Express, deps: ApiDeps, gate: FormsGate): void {
  const language = (request: Request) => languageOf(request, deps.config());
  const door = (path: string, allowed: readonly string[], on: OnwardsOf, render: RenderOf): FormDoor => ({
    path,
    language,
    async act(sent, request, reader) {
      const [name = ""] = (sent.values.act ?? "").split(":", 1);
      const id = String(request.params.id ?? "");
      const result = await doAct(deps, gate, allowed.includes(name) ? acts[name] : undefined, { sent, params: { id }, language: reader });
      return "state" in result ? result : { to: on(name, result.content as RequestShape, id) };
    },
    async again(request, response, { signedIn }, state) {
      const page = await contextOf(request, response, deps, { caller: signedIn.caller, signedIn });
      await sendPage(response, page, () => render({ page, request, state, by: signedIn.caller }));
    },
  });
  const at = (id: string) => `/requests/${encodeURIComponent(id)}`;
  mountForm(
    app,
    deps,
    gate,
    door(
      "/requests",
      ["reserve"],
      (_name, { number }) => `/requests/new?number=${encodeURIComponent(number)}`,
      ({ page, state }) => requestsPage(deps, page, state),
    ),
  );
  mountForm(
    app,
    deps,
    gate,
    door(
      "/requests/new",
      ["take"],
      (_name, { id }) => `${at(id)}?done=taken&caller=1`,
      ({ page, state }) => newRequestPage(deps, page, state.values.number, state),
    ),
  );
  mountForm(
    app,
    deps,
    gate,
    door(
      "/requests/:id",
      ["attach", "agreed", "attempt", "withdrawn"],
      (name, _content, id) => `${at(id)}?done=${name === "attach" ? "attached" : "said"}`,
      ({ page, request, state, by }) => requestPage(deps, page, { id: String(request.params.id), by, withCaller: false, state }),
    ),
  );
}

type OnwardsOf = (name: string, content: RequestShape, id: string) => string;
type RenderOf = (of: {
  readonly page: PageContext;
  readonly request: Request;
  readonly state: FormState;
  readonly by: Caller;
}) => Promise<string>;

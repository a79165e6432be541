/**
 * The page routes: the same data as the REST reads, rendered in the reader's language. A browser signs in with its token as Basic password.
 */
import { readFileSync } from "node:fs";
import { join } from "node:path";
import type { Express, Request, Response } from "express";
import type { PageContext, Texts } from "../../dashboards/web/frame.tsx";
import { pages } from "../../dashboards/web/pages.tsx";
import { projectRoot } from "../../probes/built.ts";
import type { Language } from "../model/time.ts";
import { say, sayCode, sayDuration, sayTime, type TextKey } from "../text/catalogue.ts";
import { symptomText } from "../text/notice.ts";
import { whyText } from "../text/why.ts";
import type { TokenDesk } from "./access.ts";
import type { ApiDeps } from "./deps.ts";
import { HttpProblem } from "./problem.ts";
import { deviceOf, incidentDetail } from "./reads.ts";
import { deviceDetail, deviceView, incidentView, iso, recurrenceView } from "./views.ts";

const shownIncidents = 200;
const shownMessages = 20;

/** Files of the page, read once. */
const files = [
  ["vigie.js", "text/javascript; charset=utf-8"],
  ["vigie.css", "text/css; charset=utf-8"],
  ["vigie.svg", "image/svg+xml"],
] as const;

export function mountPages(app: Express, deps: ApiDeps, desk: TokenDesk): void {
  for (const [name, type] of files) {
    const content = readFileSync(join(projectRoot(), "dashboards/web/static", name));
    app.get(`/static/${name}`, (_request, response) => {
      response.set({ "Content-Type": type, "Cache-Control": "public, max-age=300" }).send(content);
    });
  }
  const page = (path: string, render: (request: Request, context: PageContext) => Promise<string>) => {
    app.get(path, async (request, response) => {
      if (!admitted(request, response, deps, desk)) return;
      const context = contextOf(request, response, deps);
      response.set({
        "Content-Type": "text/html; charset=utf-8",
        "Cache-Control": "no-store",
        "Content-Language": `${context.language}-CA`,
      });
      response.send(await found(response, context, () => render(request, context)));
    });
  };
  page("/", (_request, context) => statusPage(deps, context));
  page("/devices/:id", async (request, context) => {
    const device = deviceOf(deps, request.params.id as string);
    const { network } = deps.config();
    const open = await deps.store.incidents({ states: ["open", "taken", "restored", "resolved"], device: device.id, limit: 20 });
    const detail = deviceDetail(device, network, deps.board, await deps.alarms());
    return pages.device({ page: context, device: detail, incidents: open.map((incident) => incidentView(incident, network)) });
  });
  page("/incidents/:id", async (request, context) =>
    pages.incident({ page: context, incident: await incidentDetail(deps, request.params.id as string) }),
  );
  page("/recurrences", async (_request, context) => {
    const list = await deps.store.recurrences(deps.clock.now(), 200);
    return pages.recurrences({ page: context, recurrences: list.map((each) => recurrenceView(each, deps.config().network)) });
  });
}

async function statusPage(deps: ApiDeps, page: PageContext): Promise<string> {
  const { network, demo, channels } = deps.config();
  const open = await deps.store.incidents({ states: ["open", "taken", "restored", "resolved"], folded: false, limit: shownIncidents });
  const showSink = demo || [...channels.values()].some((channel) => channel.kind === "sink");
  const messages = deps.sink.messages().slice(0, shownMessages);
  return pages.status({
    page,
    incidents: open.map((incident) => incidentView(incident, network)),
    devices: [...network.devices.values()].map((device) => deviceView(device, network, deps.board)),
    ...(showSink ? { messages: messages.map((message) => ({ ...message, at: iso(message.at) })) } : {}),
  });
}

/** A 404 of a page is a page. */
async function found(response: Response, page: PageContext, render: () => Promise<string>): Promise<string> {
  try {
    return await render();
  } catch (error) {
    if (!(error instanceof HttpProblem) || error.status !== 404) throw error;
    response.status(404);
    return pages.notFound({ page });
  }
}

function admitted(request: Request, response: Response, deps: ApiDeps, desk: TokenDesk): boolean {
  if (deps.config().http.openReads) return true;
  const challenge = () => {
    response.status(401).set("WWW-Authenticate", 'Basic realm="Vigie", charset="UTF-8"').type("text/plain");
    response.send("Vigie: a token is needed; use it as the password, with any user name.\n");
    return false;
  };
  try {
    return desk.caller(request, "bearer-or-basic") !== undefined || challenge();
  } catch (error) {
    if (error instanceof HttpProblem && error.status === 401) return challenge();
    throw error;
  }
}

function contextOf(request: Request, response: Response, deps: ApiDeps): PageContext {
  const { instance, demo } = deps.config();
  const asked = asLanguage(request.query.lang);
  if (asked !== undefined) response.cookie("lang", asked, { maxAge: 365 * 86_400_000, sameSite: "lax", httpOnly: true });
  const language = asked ?? cookieLanguage(request) ?? accepted(request) ?? instance.language;
  const reload = deps.lastReload();
  return {
    language,
    instanceName: instance.name,
    demo,
    reloadProblems: reload === undefined || reload.ok ? [] : reload.problems,
    updatedAt: iso(deps.clock.now()),
    path: request.path,
    texts: textsFor(language, deps),
  };
}

function asLanguage(value: unknown): Language | undefined {
  return value === "fr" || value === "en" ? value : undefined;
}

function cookieLanguage(request: Request): Language | undefined {
  return asLanguage(/(?:^|;\s*)lang=(fr|en)(?:;|$)/.exec(request.headers.cookie ?? "")?.[1]);
}

/** Undefined when the browser names neither: then the instance decides. */
function accepted(request: Request): Language | undefined {
  return request.headers["accept-language"] === undefined ? undefined : asLanguage(request.acceptsLanguages("fr", "en"));
}

function textsFor(language: Language, deps: ApiDeps): Texts {
  const { instance, rules } = deps.config();
  const titles = new Map(rules.map((rule) => [rule.id, rule]));
  const code = (prefix: string) => (each: string) => sayCode(language, prefix, each) ?? each;
  return {
    // The catalogue's words make a sentence with the device's name; a rule of somebody's own has only its title.
    symptom: (symptom, rule) => sayCode(language, "symptom", symptom) ?? symptomText(language, symptom, titles.get(rule ?? "")),
    event: code("event"),
    why: (text) => whyText(text, language),
    severity: code("severity"),
    urgency: code("urgency"),
    level: (level) => say(language, `level.${Math.min(level, 4)}` as TextKey),
    state: code("state"),
    time: (at) => sayTime(Date.parse(at), instance.timezone),
    since: (at) => sayDuration(language, deps.clock.now() - Date.parse(at)),
  };
}

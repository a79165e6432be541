/**
 * The page routes: the same data as the REST reads, rendered in the reader's language. A browser signs in with its token as Basic password.
 */
import { readFileSync } from "node:fs";
import { join } from "node:path";
import type { Express, Request, Response } from "express";
import type { PageContext } from "../../dashboards/web/frame.tsx";
import { pages } from "../../dashboards/web/pages.tsx";
import { projectRoot } from "../../probes/built.ts";
import { dailyEvents } from "../../rules/inventory.ts";
import { inventoryCsv } from "../export/inventory-csv.ts";
import type { Permission } from "../model/permission.ts";
import { DAY, type Language } from "../model/time.ts";
import { supportOf } from "../support.ts";
import { appliesText, conditionText, raisedText } from "../text/rule-words.ts";
import { inCommissioning, placeName, sheetView } from "./acceptance.ts";
import type { ApiDeps } from "./deps.ts";
import { saidBy } from "./families.ts";
import { deviceFamily } from "./family-view.ts";
import { maintenanceViews } from "./maintenance.ts";
import { onCallView, overrideViews, personViews, rotationViews } from "./on-call.ts";
import type { Gate } from "./operation.ts";
import { blindness, deviceKnowledge, history, linkRows, rowsOfRecurrence, weaknessRows } from "./page-facts.ts";
import { textsFor } from "./page-texts.ts";
import { HttpProblem } from "./problem.ts";
import { problemViews } from "./problems.ts";
import { deviceOf, incidentDetail } from "./reads.ts";
import { followUpItem, reportItems } from "./reports.ts";
import { ruleDetail, ruleItems, ruleOf } from "./rule-view.ts";
import { sessionList } from "./sessions.ts";
import { deviceInventory, inventoryItems } from "./standing-reads.ts";
import { deviceEventView } from "./standing-views.ts";
import { taskView } from "./tasks.ts";
import { proposalViews, topologyView } from "./topology.ts";
import { deviceDetail, deviceView, incidentView, iso, trapView } from "./views.ts";

const shownIncidents = 200;
const shownMessages = 20;
const shownTraps = 10;
const shownMaintenance = 200;
const shownReports = 50;
const shownProblems = 200;
const shownChanges = 50;
const shownTasks = 100;
const unfinished = ["open", "taken", "restored", "resolved"] as const;

/** Files of the page, read once. */
const files = [
  ["vigie.js", "text/javascript; charset=utf-8"],
  ["vigie.css", "text/css; charset=utf-8"],
  ["vigie.svg", "image/svg+xml"],
] as const;

export function mountPages(app: Express, deps: ApiDeps, gate: Gate): void {
  for (const [name, type] of files) {
    const content = readFileSync(join(projectRoot(), "dashboards/web/static", name));
    app.get(`/static/${name}`, (_request, response) => {
      response.set({ "Content-Type": type, "Cache-Control": "public, max-age=300" }).send(content);
    });
  }
  const page = (path: string, render: (request: Request, context: PageContext) => Promise<string>, may: Permission = "read") => {
    app.get(path, async (request, response) => {
      if (!(await admitted(request, response, deps, { ...gate, may }))) return;
      const context = await contextOf(request, response, deps);
      response.set({
        "Content-Type": "text/html; charset=utf-8",
        "Cache-Control": "no-store",
        "Content-Language": `${context.language}-CA`,
      });
      response.send(await found(response, context, () => render(request, context)));
    });
  };
  page("/", (_request, context) => statusPage(deps, context));
  page("/devices/:id", (request, context) => devicePage(deps, context, request.params.id as string));
  page("/incidents/:id", (request, context) => incidentPage(deps, context, request.params.id as string));
  page("/inventory", (request, context) => inventoryPage(deps, context, searchOf(request)));
  app.get("/inventory.csv", async (request, response) => {
    if (!(await admitted(request, response, deps, { ...gate, may: "read" }))) return;
    response.set({ "Content-Type": "text/csv; charset=utf-8", "Cache-Control": "no-store" }).attachment("vigie-inventory.csv");
    // The mark tells spreadsheets that it is UTF-8.
    response.send(`\ufeff${inventoryCsv(inventoryItems(deps, searchOf(request)))}`);
  });
  page("/rules", async (_request, context) => {
    const items = await ruleItems(deps);
    return pages.rules({ page: context, rules: items.map((item) => ({ ...item, said: saidOf(deps, context, item.id) })) });
  });
  page("/rules/:id", async (request, context) => {
    const rule = await ruleDetail(deps, request.params.id as string);
    return pages.rule({ page: context, rule, said: saidOf(deps, context, rule.id) });
  });
  page("/topology", async (_request, context) =>
    pages.topology({
      page: context,
      topology: await topologyView(deps),
      proposals: await proposalViews(deps, await deps.confirming.list()),
    }),
  );
  page("/sessions", async (_request, context) => {
    const now = deps.clock.now();
    // Half a day back: what was just held is there for its outcome.
    return pages.sessions({ page: context, list: await sessionList(deps, now - DAY / 2, now + 7 * DAY) });
  });
  page("/reports", async (_request, context) => {
    const followUps = (await deps.store.followUps({ limit: shownReports })).map(followUpItem);
    return pages.reports({ page: context, reports: await reportItems(deps, { limit: shownReports }), followUps });
  });
  page("/weaknesses", async (_request, context) => pages.weaknesses({ page: context, report: weaknessRows(deps.config()) }));
  page("/maintenance", async (_request, context) =>
    pages.maintenance({ page: context, items: await maintenanceViews(deps, shownMaintenance) }),
  );
  page("/on-call", (_request, context) => onCallPage(deps, context), "read-names");
  page("/commissioning", async (_request, context) => pages.commissioning({ page: context, items: [...inCommissioning(deps)] }));
  page("/rooms/:id/acceptance", (request, context) => acceptancePage(deps, context, request.params.id as string));
  page("/recurrences", async (_request, context) =>
    pages.recurrences({
      page: context,
      recurrences: await rowsOfRecurrence(deps, deps.clock.now()),
      problems: await problemViews(deps, { limit: shownProblems }),
    }),
  );
}

async function onCallPage(deps: ApiDeps, page: PageContext): Promise<string> {
  const [config, now] = [deps.config(), deps.clock.now()];
  const lists = { overrides: overrideViews(config, now), rotations: rotationViews(config, now), people: await personViews(deps) };
  return pages.onCall({ page, standing: onCallView(config, now), ...lists });
}

/** What a rule says in the reader's language. */
function saidOf(deps: ApiDeps, { language, texts }: PageContext, id: string) {
  const rule = ruleOf(deps, id);
  return {
    appliesTo: appliesText(rule, language),
    condition: conditionText(rule.when, language, texts),
    raised: raisedText(rule, language),
  };
}

async function statusPage(deps: ApiDeps, page: PageContext): Promise<string> {
  const { network, demo, channels } = deps.config();
  const open = await deps.store.incidents({ states: unfinished, folded: false, limit: shownIncidents });
  const showSink = demo || [...channels.values()].some((channel) => channel.kind === "sink");
  const messages = deps.sink.messages().slice(0, shownMessages);
  return pages.status({
    page,
    incidents: open.map((incident) => incidentView(incident, network)),
    devices: [...network.devices.values()].map((device) => deviceView(device, network, deps.board)),
    alarms: [...(await deps.alarms())].flatMap(({ key, suppressedBy }) => (suppressedBy === undefined ? [] : [{ key, suppressedBy }])),
    links: await linkRows(deps),
    ...(showSink ? { messages: messages.map((message) => ({ ...message, at: iso(message.at) })) } : {}),
  });
}

async function devicePage(deps: ApiDeps, page: PageContext, id: string): Promise<string> {
  const device = deviceOf(deps, id);
  const { network } = deps.config();
  const now = deps.clock.now();
  const [open, points, traps, alarms] = await Promise.all([
    deps.store.incidents({ states: unfinished, device: device.id, limit: 20 }),
    deps.store.rollups(device.id, now - DAY, now),
    deps.store.traps({ device: device.id, limit: shownTraps }),
    deps.alarms(),
  ]);
  return pages.device({
    page,
    device: deviceDetail(device, network, deps.board, alarms),
    incidents: open.map((incident) => incidentView(incident, network)),
    history: history(points, now),
    traps: traps.map((record) => trapView(record, deps.mibNames)),
    known: deviceFamily(deps.config().families, device.family, saidBy(deps, device.id)),
    knowledge: deviceKnowledge(device, deps.config(), page.language),
    inventory: await deviceInventory(deps, device),
  });
}

function searchOf({ query }: Request): string {
  return typeof query.search === "string" ? query.search.trim().slice(0, 100) : "";
}

async function inventoryPage(deps: ApiDeps, page: PageContext, search: string): Promise<string> {
  const { network } = deps.config();
  const changes = await deps.store.deviceEvents({ codes: dailyEvents, since: deps.clock.now() - 7 * DAY, limit: shownChanges });
  return pages.inventory({
    page,
    search,
    items: inventoryItems(deps, search),
    all: network.devices.size,
    changes: changes.map((event) => deviceEventView(event, network)),
  });
}

async function acceptancePage(deps: ApiDeps, page: PageContext, id: string): Promise<string> {
  const sheet = await sheetView(deps, id);
  return pages.acceptance({ page, sheet, placeName: placeName(deps.config(), sheet.place) ?? sheet.place });
}

async function incidentPage(deps: ApiDeps, page: PageContext, id: string): Promise<string> {
  const { network, rules } = deps.config();
  const incident = await incidentDetail(deps, id);
  const [into, before] = await Promise.all(
    [incident.foldedInto, incident.recurrenceOf].map((each) => (each === undefined ? undefined : deps.store.incident(each))),
  );
  const rule = rules.find((each) => each.id === incident.rule)?.text[page.language];
  const phone = network.rooms.get(incident.room ?? "")?.phone;
  const [tasks, references] = await Promise.all([
    deps.store.tasks({ incident: incident.id, limit: shownTasks }),
    deps.store.references({ incident: incident.id }),
  ]);
  const now = incident.device === undefined ? undefined : network.devices.get(incident.device);
  return pages.incident({
    page,
    incident,
    references,
    tasks: tasks.map((task) => taskView(deps, task)).reverse(),
    ...(rule === undefined ? {} : { advice: { clinic: rule.clinic, steps: [...rule.steps] } }),
    ...(phone === undefined ? {} : { phone }),
    ...(into === undefined ? {} : { foldedIntoNumber: incident.goesOnAs ?? into.number }),
    ...(before === undefined ? {} : { beforeNumber: before.number }),
    ...(now === undefined ? {} : { up: deviceView(now, network, deps.board).up }),
    ...(now === undefined ? {} : { support: supportOf(now, deps.config(), deps.board.inventory(now.id), deps.clock.now()) }),
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

type PageGate = Gate & { readonly may: Permission };

/** A browser without a token is asked for one; one whose function may not see the page is told who may. */
async function admitted(request: Request, response: Response, deps: ApiDeps, { desk, allowing, may }: PageGate): Promise<boolean> {
  const challenge = () => {
    response.status(401).set("WWW-Authenticate", 'Basic realm="Vigie", charset="UTF-8"').type("text/plain");
    response.send("Vigie: a token is needed; use it as the password, with any user name.\n");
    return false;
  };
  try {
    const caller = desk.caller(request, "bearer-or-basic");
    if (caller === undefined) return deps.config().http.openReads || challenge();
    await allowing.require(caller, may, request.path);
    return true;
  } catch (error) {
    if (error instanceof HttpProblem && error.status === 401) return challenge();
    throw error;
  }
}

async function contextOf(request: Request, response: Response, deps: ApiDeps): Promise<PageContext> {
  const { instance, demo } = deps.config();
  const [underWay, blind] = await Promise.all([
    deps.store.incidents({ states: ["open", "taken"], folded: false, limit: shownIncidents }),
    blindness(deps),
  ]);
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
    underWay: underWay.length,
    ...(blind === undefined ? {} : { blind }),
    texts: textsFor(language, deps.config(), deps.clock.now()),
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

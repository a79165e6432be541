/**
 * The page routes: the same data as the REST reads, rendered in the reader's language. Who writes signs in (sign-in.ts); their forms come in
 * by form-door.ts.
 */
import { readFileSync } from "node:fs";
import { join } from "node:path";
import type { Express, Request } from "express";
import type { PageContext } from "../../dashboards/web/frame.tsx";
import { pages } from "../../dashboards/web/pages.tsx";
import { projectRoot } from "../../probes/built.ts";
import { dailyEvents } from "../../rules/inventory.ts";
import { inventoryCsv } from "../export/inventory-csv.ts";
import type { Permission } from "../model/permission.ts";
import { DAY } from "../model/time.ts";
import { appliesText, conditionText, raisedText } from "../text/rule-words.ts";
import { inCommissioning } from "./acceptance.ts";
import { acceptancePage } from "./acceptance-page.ts";
import { anonymous } from "./allowing.ts";
import { auditPage } from "./audit-page.ts";
import type { ApiDeps } from "./deps.ts";
import { saidBy } from "./families.ts";
import { deviceFamily } from "./family-view.ts";
import { fileTaken } from "./files-taken.ts";
import { incidentPage } from "./incident-page.ts";
import { maintenancePage } from "./maintenance-page.ts";
import { myList } from "./my-list.ts";
import { onCallView, overrideViews, personViews, rotationViews } from "./on-call.ts";
import type { Gate } from "./operation.ts";
import { admitted, contextOf, sendPage, type Visitor } from "./page-context.ts";
import { deviceKnowledge, history, linkRows, rowsOfRecurrence, weaknessRows } from "./page-facts.ts";
import { problemViews } from "./problems.ts";
import { deviceOf } from "./reads.ts";
import { reportPage } from "./report-page.ts";
import { followUpItem, reportItems } from "./reports.ts";
import { newRequestPage, requestPage, requestsPage } from "./request-pages.ts";
import { ruleDetail, ruleItems, ruleOf } from "./rule-view.ts";
import { sessionList } from "./sessions.ts";
import { ownReportsPage } from "./site-reports-page.ts";
import { deviceInventory, inventoryItems } from "./standing-reads.ts";
import { deviceEventView } from "./standing-views.ts";
import { proposalViews, topologyView } from "./topology.ts";
import { deviceDetail, deviceView, incidentView, iso, trapView } from "./views.ts";

const shownIncidents = 200;
const shownMessages = 20;
const shownTraps = 10;
const shownReports = 50;
const shownProblems = 200;
const shownChanges = 50;
const unfinished = ["open", "taken", "restored", "resolved"] as const;

/** Files of the page, read once. */
const files = [
  ["vigie.js", "text/javascript; charset=utf-8"],
  ["vigie.css", "text/css; charset=utf-8"],
  ["vigie.svg", "image/svg+xml"],
] as const;

type Render = (request: Request, context: PageContext, visitor: Visitor) => Promise<string>;

export function mountPages(app: Express, deps: ApiDeps, gate: Gate): void {
  for (const [name, type] of files) {
    const content = readFileSync(join(projectRoot(), "dashboards/web/static", name));
    app.get(`/static/${name}`, (_request, response) => {
      response.set({ "Content-Type": type, "Cache-Control": "public, max-age=300" }).send(content);
    });
  }
  const page: AddPage = (path, render, may = "read") => {
    app.get(path, async (request, response) => {
      const visitor = await admitted(request, response, deps, { ...gate, may });
      if (visitor === undefined) return;
      const context = await contextOf(request, response, deps, visitor);
      await sendPage(response, context, () => render(request, context, visitor));
    });
  };
  page("/", (_request, context) => statusPage(deps, context));
  page("/devices/:id", (request, context) => devicePage(deps, context, request.params.id as string));
  page("/incidents/:id", (request, context, { signedIn }) =>
    incidentPage(deps, context, {
      id: request.params.id as string,
      by: signedIn?.caller,
      done: request.query.done,
      warned: request.query.warned,
    }),
  );
  page("/incidents/:id/report", (request, context, { signedIn }) => {
    const { done, warned } = request.query;
    return reportPage(deps, context, { id: request.params.id as string, by: signedIn?.caller, done, warned });
  });
  workPages(page, deps);
  page("/inventory", (request, context) => inventoryPage(deps, context, searchOf(request)));
  mountInventoryFile(app, deps, gate);
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
  page(
    "/reports",
    (_request, context, { caller }) =>
      caller?.sites === undefined ? reportsPage(deps, context) : ownReportsPage(deps, context, caller.sites),
    "read-site",
  );
  page("/weaknesses", async (_request, context) => pages.weaknesses({ page: context, report: weaknessRows(deps) }));
  page("/maintenance", (request, context) => maintenancePage(deps, context, request.query));
  page("/on-call", (_request, context) => onCallPage(deps, context), "read-names");
  page("/audit", async (request, context) => pages.audit({ page: context, ...(await auditPage(deps, request.query)) }), "audit");
  page("/commissioning", async (_request, context) => pages.commissioning({ page: context, items: [...inCommissioning(deps)] }));
  page("/rooms/:id/acceptance", (request, context, { signedIn }) => {
    const { done, warned } = request.query;
    return acceptancePage(deps, context, { id: request.params.id as string, by: signedIn?.caller, done, warned });
  });
  page("/recurrences", async (_request, context) =>
    pages.recurrences({
      page: context,
      recurrences: await rowsOfRecurrence(deps, deps.clock.now()),
      problems: await problemViews(deps, { limit: shownProblems }),
    }),
  );
}

function mountInventoryFile(app: Express, deps: ApiDeps, gate: Gate): void {
  app.get("/inventory.csv", async (request, response) => {
    const visitor = await admitted(request, response, deps, { ...gate, may: "read" });
    if (visitor === undefined) return;
    await fileTaken(deps, visitor.caller ?? anonymous, request.path);
    response.set({ "Content-Type": "text/csv; charset=utf-8", "Cache-Control": "no-store" }).attachment("vigie-inventory.csv");
    // The mark tells spreadsheets that it is UTF-8.
    response.send(`\ufeff${inventoryCsv(inventoryItems(deps, searchOf(request)))}`);
  });
}

type AddPage = (path: string, render: Render, may?: Permission) => void;

/** Where people work: their forms come in beside these (form-door.ts). */
function workPages(page: AddPage, deps: ApiDeps): void {
  page("/requests", (_request, context) => requestsPage(deps, context));
  page("/requests/new", (request, context) => newRequestPage(deps, context, request.query.number));
  page("/requests/:id", (request, context, { signedIn }) => {
    const { caller, done } = request.query;
    return requestPage(deps, context, { id: request.params.id as string, by: signedIn?.caller, withCaller: caller === "1", done });
  });
  page("/my-list", async (_request, context, { signedIn }) =>
    pages.myList({ page: context, ...(signedIn === undefined ? {} : { list: await myList(deps, signedIn.caller) }) }),
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

async function reportsPage(deps: ApiDeps, page: PageContext): Promise<string> {
  const followUps = (await deps.store.followUps({ limit: shownReports })).map(followUpItem);
  return pages.reports({ page, reports: await reportItems(deps, { limit: shownReports }), followUps });
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
    knowledge: deviceKnowledge(device, deps, page.language),
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

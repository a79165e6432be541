/**
 * The HTTP side: REST, /metrics, events and pages on one express app. It shows what the store and the board hold.
 *
 * Order matters: host, then who, then what. A request that may not come in is not parsed.
 */
import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import express from "express";
import helmet from "helmet";
import { mostBytes } from "../../rules/attachment.ts";
import { acceptanceOperations } from "./acceptance.ts";
import { mountAcceptanceForms } from "./acceptance-page.ts";
import { createTokenDesk, hostGuard, unauthorized } from "./access.ts";
import { actionOperations } from "./actions.ts";
import { createAllowing } from "./allowing.ts";
import { createArrivals } from "./arrivals.ts";
import { attachmentOperations } from "./attachments.ts";
import { auditOperations } from "./audit.ts";
import { backtestOperations } from "./backtest.ts";
import type { Api, ApiDeps } from "./deps.ts";
import { discoveryOperations } from "./discoveries.ts";
import { doors, mountDoors } from "./doors.ts";
import { createEventStreams } from "./events.ts";
import { familyOperations } from "./families.ts";
import type { FormsGate } from "./form-acts.ts";
import { mountIncidentForms } from "./incident-forms.ts";
import { joiningOperations } from "./joining.ts";
import { maintenanceOperations } from "./maintenance.ts";
import { mountMaintenanceForms } from "./maintenance-page.ts";
import { meOperations } from "./me.ts";
import { onCallOperations } from "./on-call.ts";
import { openApi } from "./openapi.ts";
import { mount, type Operation, readerOf } from "./operation.ts";
import { mountPages } from "./pages.ts";
import { HttpProblem, lastHandler } from "./problem.ts";
import { problemOperations } from "./problems.ts";
import { newsOperations } from "./public-news.ts";
import { reads } from "./reads.ts";
import { mountReportForms } from "./report-page.ts";
import { reportOperations } from "./reports.ts";
import { mountRequestForms } from "./request-pages.ts";
import { requestOperations } from "./requests.ts";
import { roomLinkOperations } from "./room-links.ts";
import { mountRoomsPage } from "./rooms-page.ts";
import { ruleOperations } from "./rules.ts";
import { scrape } from "./scrape.ts";
import { sessionOperations } from "./sessions.ts";
import { severityOperations } from "./severity.ts";
import { mountSignIn } from "./sign-in.ts";
import { SignIns } from "./sign-ins.ts";
import { mountSiteReports } from "./site-reports-page.ts";
import { mountTaskPage } from "./task-page.ts";
import { taskOperations } from "./tasks.ts";
import { topologyOperations } from "./topology.ts";
import { workOperations } from "./work.ts";
import { writes } from "./writes.ts";

const bodyLimitBytes = 64 * 1024;
/** Answers under way at a stop may take this long. */
const graceMs = 3_000;

/** Builds the app; nothing listens before `listen`. */
export function createApi(deps: ApiDeps): Api {
  const app = express();
  const desk = createTokenDesk(deps.config, deps.clock, createArrivals(deps));
  const signIns = new SignIns(deps);
  const gate = { desk, allowing: createAllowing(deps), signIns };
  const streams = createEventStreams(deps.changes);
  const operations: readonly Operation[] = [
    ...meOperations(() => operations),
    ...reads,
    ...auditOperations,
    ...familyOperations,
    ...ruleOperations,
    ...severityOperations,
    ...writes,
    ...joiningOperations,
    ...workOperations,
    ...actionOperations,
    ...attachmentOperations,
    ...taskOperations,
    ...requestOperations,
    ...newsOperations,
    ...acceptanceOperations,
    ...topologyOperations,
    ...backtestOperations(),
    ...discoveryOperations,
    ...sessionOperations,
    ...maintenanceOperations,
    ...onCallOperations,
    ...roomLinkOperations,
    ...problemOperations,
    ...reportOperations(),
  ];

  app.disable("x-powered-by");
  app.set("query parser", "simple");
  app.use(counted(deps), securityHeaders(), hostGuard(deps.config));
  mountOpenPages(app, deps, { ...gate, operations, signIns });
  mountDoors(app, deps);
  app.use((request, _response, next) => {
    // Nobody gets 64 KiB parsed without a known token.
    if (request.method !== "GET" && request.method !== "HEAD" && desk.caller(request, "bearer") === undefined) {
      throw unauthorized("Writing needs a token: send `Authorization: Bearer <token>`; make one with `vigie token`.");
    }
    next();
  });
  // A file in Base64, and little else.
  const withFile = express.json({ limit: mostBytes * 1.34 + bodyLimitBytes, type: "application/json", inflate: false });
  app.post("/api/v1/incidents/:id/attachments", withFile);
  app.use(express.json({ limit: bodyLimitBytes, type: "application/json", inflate: false }));

  const document = openApi(operations, doors, deps.version);
  app.get("/api/v1/openapi.json", (_request, response) => void response.json(document));
  app.get("/metrics", (request, response) => scrape(request, response, deps, gate));
  app.get("/api/v1/events", async (request, response) => {
    const caller = await readerOf(request, gate);
    if (caller !== undefined) await gate.allowing.require(caller, "read", "events");
    else if (!deps.config().http.openReads) throw unauthorized("Send `Authorization: Bearer <token>`; make one with `vigie token`.");
    streams.serve(request, response);
  });
  mount(app, operations, deps, gate);
  mountPages(app, deps, gate);
  app.use((request) => {
    if (request.method !== "GET" && request.method !== "HEAD" && request.method !== "POST") {
      throw new HttpProblem(405, "method", "Use GET or POST; /api/v1/openapi.json lists the operations.");
    }
    throw new HttpProblem(404, "no-such-page", "Nothing is served at this address; /api/v1/openapi.json lists the operations.");
  });
  app.use(lastHandler(deps));

  return { app, listen: (host, port) => listen(app, host, port, streams.close) };
}

/** Before the door for tokens: who has a link needs none, and who is signed in has a cookie and the token of a form. */
function mountOpenPages(app: express.Express, deps: ApiDeps, gate: FormsGate & { readonly signIns: SignIns }): void {
  mountTaskPage(app, deps);
  mountRoomsPage(app, deps);
  mountSiteReports(app, deps);
  mountSignIn(app, deps, gate);
  mountIncidentForms(app, deps, gate);
  mountReportForms(app, deps, gate);
  mountRequestForms(app, deps, gate);
  mountMaintenanceForms(app, deps, gate);
  mountAcceptanceForms(app, deps, gate);
}

function counted(deps: ApiDeps): express.RequestHandler {
  return (request, response, next) => {
    response.once("finish", () => {
      // The route's pattern, not the address: ids would make a series each.
      const route: unknown = request.route?.path;
      deps.metrics.httpRequests.inc({ route: typeof route === "string" ? route : "other", status: String(response.statusCode) });
    });
    next();
  };
}

function securityHeaders(): express.RequestHandler {
  return helmet({
    contentSecurityPolicy: {
      useDefaults: false,
      directives: {
        defaultSrc: ["'none'"],
        scriptSrc: ["'self'"],
        styleSrc: ["'self'"],
        imgSrc: ["'self'"],
        connectSrc: ["'self'"],
        formAction: ["'self'"],
        baseUri: ["'none'"],
        frameAncestors: ["'none'"],
      },
    },
    // To ourselves only: a form says where it comes from, and nothing of an address goes elsewhere.
    referrerPolicy: { policy: "same-origin" },
    // TLS ends at the proxy before us, where there is one; that is where HSTS belongs.
    strictTransportSecurity: false,
  });
}

async function listen(app: express.Express, host: string, port: number, endStreams: () => void) {
  const server = createServer({ headersTimeout: 10_000, requestTimeout: 30_000, keepAliveTimeout: 5_000 }, app);
  server.maxConnections = 2_000;
  await new Promise<void>((resolve, reject) => {
    server.once("error", reject);
    server.listen(port, host, () => {
      server.off("error", reject);
      resolve();
    });
  });
  const { port: bound } = server.address() as AddressInfo;
  const name = host.includes(":") ? `[${host}]` : host;
  let closing: Promise<void> | undefined;
  return {
    url: `http://${name}:${bound}`,
    close: () => {
      closing ??= closeServer(server, endStreams);
      return closing;
    },
  };
}

async function closeServer(server: Server, endStreams: () => void): Promise<void> {
  const closed = new Promise<void>((resolve) => server.close(() => resolve()));
  endStreams();
  server.closeIdleConnections();
  const timer = setTimeout(() => server.closeAllConnections(), graceMs);
  await closed;
  clearTimeout(timer);
}

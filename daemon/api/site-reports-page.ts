/**
 * The follow-up reports of a coordinator's own sites: `/rooms/<token>/reports`, beside their rooms, and each as a file; and `/reports` for
 * who signs in with a token that has sites, whose files are those of the API.
 *
 * What a link opens that was passed on by mistake is which room works now; what is in a report is shown only to a browser that knows the digits.
 */
import type { Express, Request, Response } from "express";
import { followUpReport } from "../../dashboards/reports/follow-up.ts";
import type { PageContext } from "../../dashboards/web/frame.tsx";
import { pages } from "../../dashboards/web/pages.tsx";
import type { SiteReport, SiteReportsPageProps } from "../../dashboards/web/site-reports-page.tsx";
import type { FollowUpReport } from "../model/report.ts";
import type { Language } from "../model/time.ts";
import { ReportFiles } from "../reporting/files.ts";
import { voiceOf } from "../reporting/voice.ts";
import { actorOf, type RoomLink, RoomLinks } from "../room-links.ts";
import { sayTime } from "../text/catalogue.ts";
import { ReportFileQuery } from "./contract-reports.ts";
import type { ApiDeps } from "./deps.ts";
import { linkLanguage, privately, roomsCookie } from "./rooms-page.ts";
import { cookieValue } from "./sign-ins.ts";
import { followUpFor, followUpsFor } from "./site-reports.ts";

/** Two years of months, for one site. */
const shown = 24;

interface Visit {
  readonly link: RoomLink | undefined;
  /** Their browser has shown the digits. */
  readonly known: boolean;
  readonly language: Language;
}

export function mountSiteReports(app: Express, deps: ApiDeps): void {
  const links = new RoomLinks(deps);
  const files = new ReportFiles();
  const visit = async (request: Request): Promise<Visit> => {
    const link = await links.of(String(request.params.token));
    const known = link !== undefined && (await links.formTokenOf(link, cookieValue(request, roomsCookie))) !== undefined;
    return { link, known, language: linkLanguage(deps, request, link) };
  };
  app.get("/rooms/:token/reports", async (request, response) => {
    const { link, known, language } = await visit(request);
    if (known && link !== undefined) await links.seen(link);
    const status = link === undefined ? 404 : known ? 200 : 403;
    await answer(deps, response, { link, known, language }, status);
  });
  app.get("/rooms/:token/reports/:id/file", async (request, response) => {
    const visitor = await visit(request);
    const { link, known, language } = visitor;
    const query = ReportFileQuery.safeParse(request.query);
    const report = link === undefined || !known ? undefined : await followUpFor(deps, link.sites, String(request.params.id));
    if (link === undefined || report === undefined || !query.success) {
      await answer(deps, response, visitor, link !== undefined && !known ? 403 : 404);
      return;
    }
    const said = query.data.language ?? language;
    const document = followUpReport(report, voiceOf(deps.config(), said));
    const { name, type, bytes } = await files.of(document, query.data.format, `${report.id}-${said}`);
    const entry = {
      at: deps.clock.now(),
      by: actorOf(link),
      action: "report.read",
      target: report.id,
      data: { format: query.data.format },
    };
    await deps.store.transaction(undefined, (tx) => tx.audit([entry]));
    privately(response, said).set({ "Content-Type": type }).attachment(name).send(bytes);
  });
}

async function answer(deps: ApiDeps, response: Response, { link, known, language }: Visit, status: number): Promise<void> {
  const shownTo = link === undefined || !known ? [] : link.sites;
  privately(response, language).type("html").status(status);
  response.send(
    pages.siteReports({
      ...{ language, instanceName: deps.config().instance.name, state: link === undefined ? "none" : known ? "known" : "unknown" },
      ...{ roomsPath: response.req.path.split("/").slice(0, 3).join("/"), filesAt: "reports" },
      ...(await reportsOf(deps, shownTo, language)),
    }),
  );
}

/** The page of who came by a token that has sites. */
export async function ownReportsPage(
  deps: ApiDeps,
  { language, instanceName, signedIn }: PageContext,
  sites: readonly string[],
): Promise<string> {
  return pages.siteReports({
    ...{ language, instanceName, state: "known", filesAt: "/api/v1/follow-up-reports" },
    ...(signedIn === undefined ? {} : { signedIn }),
    ...(await reportsOf(deps, sites, language)),
  });
}

async function reportsOf(
  deps: ApiDeps,
  sites: readonly string[],
  language: Language,
): Promise<Pick<SiteReportsPageProps, "reports" | "last">> {
  const found = await followUpsFor(deps, sites, { limit: shown });
  const last = found[0] === undefined ? undefined : await followUpFor(deps, sites, found[0].id);
  return {
    reports: found.map((each) => itemOf(deps, each)),
    ...(last === undefined ? {} : { last: followUpReport(last, voiceOf(deps.config(), language)) }),
  };
}

function itemOf({ config }: ApiDeps, { id, period, site = "", from, to, madeAt }: FollowUpReport): SiteReport {
  const { network, instance } = config();
  const place = network.sites.get(site);
  const zone = place?.timezone ?? instance.timezone;
  return { id, period, site: place?.name ?? site, from: sayTime(from, zone), to: sayTime(to, zone), made: sayTime(madeAt, zone) };
}

/**
 * Follow-up reports as who answers for some sites may have them: those about these sites, and no name of who works on an incident.
 */
import type { Config } from "../model/config.ts";
import type { FollowUpReport, Period } from "../model/report.ts";
import type { ApiDeps } from "./deps.ts";

type Of = Pick<ApiDeps, "store" | "config">;

/** The last made first. `sites`: undefined is all, and what is about all of them. */
export async function followUpsFor(
  { store }: Of,
  sites: readonly string[] | undefined,
  { limit, period, site }: { readonly limit: number; readonly period?: Period; readonly site?: string },
): Promise<readonly FollowUpReport[]> {
  const of = { limit, ...(period === undefined ? {} : { period }) };
  if (sites === undefined) return store.followUps({ ...of, ...(site === undefined ? {} : { site }) });
  const own = new Set(sites.filter((each) => site === undefined || each === site));
  const found = await Promise.all([...own].map((each) => store.followUps({ ...of, site: each })));
  return found
    .flat()
    .sort((a, b) => b.madeAt - a.madeAt || (a.id < b.id ? 1 : -1))
    .slice(0, limit);
}

/** Undefined: there is none, or it is about another site, or about all of them. */
export async function followUpFor(deps: Of, sites: readonly string[] | undefined, id: string): Promise<FollowUpReport | undefined> {
  const report = await deps.store.followUp(id);
  if (report === undefined || sites === undefined) return report;
  return report.site !== undefined && sites.includes(report.site) ? withoutNames(report, deps.config()) : undefined;
}

/** A partner may stand there, and that somebody works on it; not who. */
function withoutNames(report: FollowUpReport, { partners }: Config): FollowUpReport {
  const openList = report.figures.openList.map(({ waitingOn, ...open }) =>
    waitingOn !== undefined && partners.has(waitingOn) ? { ...open, waitingOn } : open,
  );
  return { ...report, figures: { ...report.figures, openList } };
}

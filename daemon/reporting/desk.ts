/**
 * Writing, joining and signing the reports of major incidents. Each act is one transaction and a line on the timeline of every incident.
 */
import { line } from "../../rules/incident.ts";
import { missingIn, owesReport, toll } from "../../rules/report.ts";
import type { Disposition, Incident } from "../model/incident.ts";
import type { IncidentFacts, IncidentReport, ProposedCause, ReportTexts } from "../model/report.ts";
import type { Language } from "../model/time.ts";
import { RaceLost, type Store, type Tx } from "../ports.ts";
import { say } from "../text/catalogue.ts";
import { type FactsDeps, factsOf } from "./facts.ts";
import { proposedCause } from "./proposed.ts";

export interface ReportDeskDeps extends FactsDeps {
  readonly store: Store;
  readonly changed: () => void;
}

export type ReportResult =
  | {
      readonly ok: true;
      readonly report: IncidentReport;
      readonly facts: readonly IncidentFacts[];
      /** While no cause is written: what the diagnosis would write. */
      readonly proposed?: ProposedCause;
    }
  | { readonly ok: false; readonly status: 404 | 409 | 422; readonly problem: string };

type Refused = Extract<ReportResult, { ok: false }>;

/** One report over more incidents than this is no report of one cause. */
export const mostIncidents = 50;

export class ReportDesk {
  readonly #deps: ReportDeskDeps;

  constructor(deps: ReportDeskDeps) {
    this.#deps = deps;
  }

  /** The latest version of the report about this incident; before there is one, a draft of version 0 with what can be filled in. */
  async of(idOrNumber: string): Promise<ReportResult> {
    const incident = await this.#deps.store.incident(idOrNumber);
    if (incident === undefined) return this.#noIncident(idOrNumber);
    const written = await this.#deps.store.reportOf(incident.id);
    const result = written === undefined ? await this.#draft(incident) : await this.#with(written);
    const proposed = result.ok && (result.report.texts.cause ?? "").trim() === "" ? await this.#proposed(incident) : undefined;
    return !result.ok || proposed === undefined ? result : { ...result, proposed };
  }

  async #draft(incident: Incident): Promise<ReportResult> {
    const facts = [await factsOf(this.#deps, incident)];
    return { ok: true, facts, report: this.#blank(incident, facts) };
  }

  async #proposed(incident: Incident): Promise<ProposedCause | undefined> {
    return proposedCause(this.#deps.config(), await this.#deps.store.diagnoses(incident.id));
  }

  /** A version of a report; the latest where none is named. */
  async get(id: string, version?: number): Promise<ReportResult> {
    const { store } = this.#deps;
    const found =
      version === undefined ? await store.report(id) : (await store.reportVersions(id)).find((each) => each.version === version);
    if (found !== undefined) return this.#with(found);
    return { ok: false, status: 404, problem: "there is no such report, or no such version of it; see GET /api/v1/reports" };
  }

  /**
   * A new version. `version`: the one that was changed, so that two people do not write over each other. `incidents`: what it is about from
   * now on, the first leading; undefined: as before. Texts that are not given stay. `acceptCause`: the cause is what the diagnosis proposes,
   * says this person; so it is when their words are the same.
   */
  async save(
    idOrNumber: string,
    by: string,
    change: {
      readonly version: number;
      readonly texts: ReportTexts;
      readonly incidents?: readonly string[];
      readonly acceptCause?: boolean;
    },
  ): Promise<ReportResult> {
    const now = await this.of(idOrNumber);
    if (!now.ok) return now;
    const { report, proposed } = now;
    if (change.version !== report.version) return stale(report, change.version);
    if (change.acceptCause === true && change.texts.cause !== undefined)
      return refused(422, "accept: the cause is written in `texts` too; say one of the two");
    if (change.acceptCause === true && proposed === undefined)
      return refused(
        409,
        "accept: no cause is proposed: no diagnosis says where the fault lies, or one is written already; write it in `texts`",
      );
    const own = change.texts.cause?.trim();
    const cause = change.acceptCause === true ? proposed?.texts[this.#deps.config().instance.language] : own;
    const isProposed = proposed !== undefined && cause !== undefined && Object.values(proposed.texts).includes(cause);
    const about = await this.#about(change.incidents, report);
    if (!("incidents" in about)) return about;
    const { signed: _s, facts: _f, ...before } = report;
    const next: IncidentReport = {
      ...before,
      incidents: about.incidents.map(({ id }) => id),
      version: report.version + 1,
      at: this.#deps.clock.now(),
      by,
      texts: { ...report.texts, ...change.texts, ...(cause === undefined ? {} : { cause }) },
    };
    const why = isProposed ? `version ${next.version}, the cause as ${proposed.diagnosis} proposed it` : `version ${next.version}`;
    return this.#write(next, about.incidents, by, "report-saved", why);
  }

  /** Signs a version as it is; what is missing is told all at once. */
  async sign(id: string, version: number, person: { readonly by: string; readonly function: string }): Promise<ReportResult> {
    const now = await this.get(id);
    if (!now.ok) return now;
    const { report } = now;
    if (version !== report.version) return stale(report, version);
    if (report.signed !== undefined) return refused(409, `version ${report.version} is signed already, by ${report.signed.by}`);
    const missing = missingIn(report.texts);
    if (missing.length > 0) return refused(422, `it cannot be signed yet; missing: ${missing.join(", ")}. Save them first`);
    const failing = now.facts.filter(({ state }) => state === "open" || state === "taken");
    if (failing.length > 0) {
      return refused(
        409,
        `${failing.map(({ number }) => number).join(", ")} still fails: restore or resolve it before the report is signed`,
      );
    }
    const at = this.#deps.clock.now();
    const next: IncidentReport = { ...report, version: version + 1, at, by: person.by, facts: now.facts, signed: { ...person, at } };
    const incidents = await this.#incidents(report.incidents);
    return this.#write(next, incidents, person.by, "report-signed", `version ${next.version}`);
  }

  /** Why an incident may not be closed yet; undefined: it may. */
  async gate(incident: Incident, disposition: Disposition, tx: Pick<Tx, "reportOf">): Promise<string | undefined> {
    if (!owesReport(incident, disposition)) return undefined;
    const report = await tx.reportOf(incident.id);
    if (report?.signed !== undefined) return undefined;
    const todo = report === undefined ? "write it" : "sign it";
    return `${incident.number} is major and its report is not signed: ${todo} under /api/v1/incidents/${incident.number}/report, or close it as a false alarm`;
  }

  #blank(incident: Incident, facts: readonly IncidentFacts[]): IncidentReport {
    const { clock, config } = this.#deps;
    const { downMinutes, sessions } = toll(facts);
    const none = sessions === 0 ? prefillNone(config().instance.language, downMinutes) : undefined;
    const texts = none === undefined ? {} : { organizational: none, clinical: none };
    return { id: incident.id, incidents: [incident.id], version: 0, at: clock.now(), by: "system", texts };
  }

  async #with(report: IncidentReport): Promise<ReportResult> {
    if (report.facts !== undefined) return { ok: true, report, facts: report.facts };
    const facts: IncidentFacts[] = [];
    for (const incident of await this.#incidents(report.incidents)) facts.push(await factsOf(this.#deps, incident));
    return { ok: true, report, facts };
  }

  async #incidents(ids: readonly string[]): Promise<readonly Incident[]> {
    const found: Incident[] = [];
    for (const id of ids) {
      const incident = await this.#deps.store.incident(id);
      if (incident !== undefined) found.push(incident);
    }
    return found;
  }

  /** What the report is about: incidents that exist, are major and stand in no other signed report. */
  async #about(
    named: readonly string[] | undefined,
    report: IncidentReport,
  ): Promise<{ readonly incidents: readonly Incident[] } | Refused> {
    if (named === undefined) return { incidents: await this.#incidents(report.incidents) };
    if (named.length === 0) return refused(422, "a report is about one incident at least; name it in `incidents`");
    if (named.length > mostIncidents)
      return refused(422, `a report is about ${mostIncidents} incidents at most; write another for the rest`);
    const incidents: Incident[] = [];
    for (const each of named) {
      const incident = await this.#deps.store.incident(each);
      if (incident === undefined) return refused(422, `incidents: there is no incident ${each}; see GET /api/v1/incidents`);
      const other = await this.#deps.store.reportOf(incident.id);
      if (other !== undefined && other.id !== report.id && other.signed !== undefined)
        return refused(409, `${incident.number} stands in a signed report already (${other.id})`);
      if (!incidents.some(({ id }) => id === incident.id)) incidents.push(incident);
    }
    return { incidents };
  }

  async #write(report: IncidentReport, incidents: readonly Incident[], by: string, event: string, why: string): Promise<ReportResult> {
    const { store, changed } = this.#deps;
    const { at } = report;
    try {
      await store.transaction(undefined, async (tx) => {
        await tx.saveReport(report);
        await tx.appendTimeline(incidents.map((incident) => line(incident, at, by, event, why, { report: report.id })));
        await tx.audit([{ at, by, action: event, target: report.id, data: { version: report.version, incidents: [...report.incidents] } }]);
      });
    } catch (error) {
      if (error instanceof RaceLost) return refused(409, "somebody saved it meanwhile: read it again, and save what you changed");
      throw error;
    }
    changed();
    return this.#with(report);
  }

  #noIncident(idOrNumber: string): Refused {
    return refused(404, `there is no incident ${idOrNumber}; see GET /api/v1/incidents`);
  }
}

/** `None: n min, no session.` */
export function prefillNone(language: Language, minutes: number): string {
  return say(language, "report.prefill-none", { minutes });
}

function refused(status: 404 | 409 | 422, problem: string): Refused {
  return { ok: false, status, problem };
}

function stale(report: IncidentReport, version: number): Refused {
  return refused(409, `it is at version ${report.version} now, not ${version}: read it again, and save what you changed`);
}

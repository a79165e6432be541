/**
 * Makes follow-up reports when their period is over, mails them, and reminds of the reports that major incidents owe.
 *
 * It looks every few minutes at what ought to be there and is not, so that no report is lost to a night without the daemon.
 */
import { followUpReport } from "../../dashboards/reports/follow-up.ts";
import { renderPlain } from "../../dashboards/reports/plain.ts";
import { nextService } from "../../rules/clock.ts";
import { periodAt } from "../../rules/followup-report.ts";
import { line } from "../../rules/incident.ts";
import { owesReport, remindersBy, reportDueAt } from "../../rules/report.ts";
import type { Channel, Contact } from "../model/config.ts";
import type { Incident } from "../model/incident.ts";
import type { FollowUpReport, Period } from "../model/report.ts";
import { HOUR, type Instant, MINUTE } from "../model/time.ts";
import { toldAt, waysOf } from "../oncall/roster.ts";
import type { Log, Message, SendResult, Tx } from "../ports.ts";
import { hoursOf } from "../roles/hours.ts";
import { type Leases, leasedTurns } from "../roles/lease.ts";
import { rowsFor } from "../roles/recipients.ts";
import type { Role } from "../roles/supervisor.ts";
import { say } from "../text/catalogue.ts";
import { type ReportFile, ReportFiles } from "./files.ts";
import { type FollowUpDeps, makeFollowUp } from "./follow-up.ts";
import { voiceOf } from "./voice.ts";

export interface ReportMakerDeps extends FollowUpDeps {
  readonly leases: Leases;
  readonly log: Log;
  readonly send: (channel: Channel, message: Message, signal: AbortSignal) => Promise<SendResult>;
  readonly stats?: { job(name: string, result: "done" | "failed"): void };
}

const everyMs = 5 * MINUTE;
/** A report with its files has this long on its way. */
const sendMs = 30_000;
/** What cannot be sent is tried again for so long, every hour. */
const tryForMs = 3 * 24 * HOUR;
const periods: readonly Period[] = ["daily", "weekly", "monthly"];

export class ReportMaker implements Role {
  readonly name = "reports";
  readonly beatWithinMs = 15 * MINUTE;
  readonly #deps: ReportMakerDeps;
  readonly #files = new ReportFiles();
  readonly #triedAt = new Map<string, Instant>();
  #since: Instant | undefined;

  constructor(deps: ReportMakerDeps) {
    this.#deps = deps;
  }

  run(signal: AbortSignal, beat: () => void): Promise<void> {
    const { leases, clock } = this.#deps;
    return leasedTurns({ role: "reporter", everyMs, leases, clock, turn: (ends) => this.turn(ends) }, signal, beat);
  }

  /** What is due and not done yet. A report that fails is logged, counted and tried again; the others are made. */
  async turn(signal: AbortSignal): Promise<void> {
    const { log, stats } = this.#deps;
    const jobs: readonly (readonly [string, () => Promise<void>])[] = [
      ...periods.map((period) => [`report-${period}`, () => this.#period(period, signal)] as const),
      ["report-reminders", () => this.remind()],
    ];
    for (const [name, work] of jobs) {
      if (signal.aborted) return;
      try {
        await work();
      } catch (error) {
        stats?.job(name, "failed");
        log.error({ job: name, error: error instanceof Error ? error.name : "unknown" }, "a report could not be made; trying again");
      }
    }
  }

  async #period(period: Period, signal: AbortSignal): Promise<void> {
    const { clock, config } = this.#deps;
    const { reports, instance, network } = config();
    const now = clock.now();
    const { to } = periodAt(period, now, instance.timezone, "last");
    if (now < to + reports.atMinute * MINUTE || to <= (await this.#begun(now))) return;
    const sites = period === "monthly" && reports.perSite ? [undefined, ...network.sites.keys()] : [undefined];
    for (const site of sites) {
      const report = await makeFollowUp(this.#deps, { period, at: now, which: "last", ...(site === undefined ? {} : { site }) });
      if (now - report.madeAt < tryForMs) await this.#mail(report, signal);
    }
  }

  /** A period that was over before this instance began has nothing to tell. */
  async #begun(now: Instant): Promise<Instant> {
    const { store } = this.#deps;
    this.#since ??= await store.kept<Instant>("reports/since");
    if (this.#since === undefined) {
      this.#since = now;
      await store.keep("reports/since", now);
    }
    return this.#since;
  }

  async #mail(report: FollowUpReport, signal: AbortSignal): Promise<void> {
    const { config, clock, store } = this.#deps;
    const now = clock.now();
    const functions = config().reports.readers[report.period];
    const readers = new Set(functions.flatMap((id) => toldAt(config(), id, now).people));
    for (const id of readers) {
      const key = `report-mail/${report.id}/${id}`;
      if ((this.#triedAt.get(key) ?? Number.NEGATIVE_INFINITY) > now - HOUR) continue;
      if ((await store.kept(key)) !== undefined) continue;
      const contact = config().contacts.get(id);
      if (contact === undefined || signal.aborted) continue;
      this.#triedAt.set(key, now);
      await this.#mailTo(report, contact, key, signal);
    }
  }

  /** By the first of their channels that carries files; a contact without one reads it on the page. */
  async #mailTo(report: FollowUpReport, contact: Contact, key: string, signal: AbortSignal): Promise<void> {
    const { config, clock, store, send, stats, log } = this.#deps;
    const ways = waysOf(config(), contact.id).map((way) => ({ way, channel: config().channels.get(way.channel) }));
    const found = ways.find(({ channel }) => channel?.kind === "mail" || channel?.kind === "sink");
    if (found?.channel === undefined) return;
    const { subject, text, files } = await this.#words(report, contact);
    const message: Message = {
      ...{ key, to: found.way.address, language: contact.language, subject, text, files },
      ...{ data: { kind: "report", report: report.id, period: report.period }, maybeDuplicate: false },
    };
    const result = await send(found.channel, message, AbortSignal.any([signal, AbortSignal.timeout(sendMs)]));
    stats?.job(`report-${report.period}`, result.ok ? "done" : "failed");
    if (result.ok) await store.keep(key, { at: clock.now(), channel: found.channel.id });
    else log.warn({ report: report.id, contact: contact.id, error: result.error }, "a report could not be sent; trying again in an hour");
  }

  async #words(report: FollowUpReport, contact: Contact): Promise<{ subject: string; text: string; files: ReportFile[] }> {
    const { language } = contact;
    const document = followUpReport(report, voiceOf(this.#deps.config(), language));
    const files = [await this.#files.of(document, "pdf", report.id), await this.#files.of(document, "csv", report.id)];
    return {
      subject: `${document.title} : ${document.subtitle}`,
      text: `${renderPlain(document)}\n${say(language, "mail.follow-up")}\n`,
      files,
    };
  }

  /** Restored majors whose report is not signed: the day before it is due, when it is, and every working day after, in hours of service. */
  async remind(): Promise<void> {
    const { store, clock, config, leases } = this.#deps;
    const now = clock.now();
    const open = await store.incidents({ states: ["restored", "resolved"], folded: false, limit: 10_000 });
    for (const incident of open) {
      if (!owesReport(incident, incident.disposition)) continue;
      const hours = hoursOf(config(), incident.site, incident.device);
      const dueAt = reportDueAt(incident, hours, config().reports.majorDueDays);
      const count = dueAt === undefined ? 0 : remindersBy(dueAt, hours, now);
      if (count === 0 || (await store.reportOf(incident.id))?.signed !== undefined) continue;
      const key = `report-reminded/${incident.id}`;
      if (((await store.kept<number>(key)) ?? 0) >= count) continue;
      await store.transaction(leases.fence("reporter"), async (tx) => {
        await this.#told(tx, incident, { count, now, notBefore: nextService(hours, now) });
        await tx.keep(key, count);
      });
    }
  }

  async #told(
    tx: Pick<Tx, "addOutbox" | "appendTimeline">,
    incident: Incident,
    { count, now, notBefore }: { readonly count: number; readonly now: Instant; readonly notBefore: Instant },
  ): Promise<void> {
    const tell = this.#deps.config().reports.remind;
    const notice = { kind: "report-due", level: incident.level, occurrence: count, tell, notBefore } as const;
    await tx.addOutbox(rowsFor(notice, incident, this.#deps.config(), now));
    await tx.appendTimeline([
      line(incident, now, "system", "report-reminded", "the report of a major incident is owed", { tell: tell.join(",") }),
    ]);
  }
}

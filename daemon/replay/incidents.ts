/**
 * Incidents in memory: what a replay opens, folds and restores, with the part of a transaction that the evaluator's writer asks for.
 *
 * Nobody is told, nothing is numbered. People's acts are not replayed: what waits for a person climbs to the last resort.
 */
import { wakeIncident } from "../../rules/escalation.ts";
import { rejudge } from "../../rules/settle.ts";
import { judgeSeverity } from "../../rules/severity.ts";
import { moveTimer } from "../../rules/timer.ts";
import type { Config } from "../model/config.ts";
import { type Incident, isFailing } from "../model/incident.ts";
import type { IncidentLink } from "../model/joining.ts";
import { type Instant, MINUTE } from "../model/time.ts";
import { RaceLost } from "../ports.ts";
import { ClassFacts, type SessionBook } from "../roles/class-facts.ts";
import type { IncidentWrites } from "../roles/incident-writes.ts";

/** The escalator does so every minute; a rise is told of that much later here. */
const judgeEveryMs = 5 * MINUTE;
/** The escalator looks twice a second; where the daemon's own notice is known, that counts. */
const noticeLagMs = 1_000;

/** What an incident came to, beside what it is. */
export interface Course {
  readonly incident: Incident;
  /** The highest level that was reached. */
  readonly level: number;
  /** When people were first told; undefined: nobody was. */
  readonly noticeAt?: Instant;
}

export class ReplayedIncidents implements IncidentWrites {
  readonly facts: ClassFacts;
  readonly #links: IncidentLink[] = [];
  #judgedAt = Number.NEGATIVE_INFINITY;
  readonly #courses = new Map<string, Course>();
  readonly #failing = new Map<string, string>();
  readonly #byMark = new Map<string, Set<string>>();
  readonly #waking = new Map<string, Instant>();
  #wakeAt = Number.POSITIVE_INFINITY;

  constructor(config: Config, known: readonly Incident[], book?: SessionBook) {
    this.facts = new ClassFacts(() => config, book);
    for (const incident of known) this.#put(incident);
  }

  courses(): Iterable<Course> {
    return this.#courses.values();
  }

  incident = async (id: string): Promise<Incident | undefined> => this.#courses.get(id)?.incident;

  openByRootCause = async (root: string): Promise<Incident | undefined> => this.failing(root);

  latestByFingerprint = async (fingerprint: string, since: Instant): Promise<Incident | undefined> => {
    let latest: Incident | undefined;
    for (const id of this.#byMark.get(fingerprint) ?? []) {
      const incident = this.#courses.get(id)?.incident;
      if (incident === undefined || isFailing(incident) || incident.foldedInto !== undefined || endOf(incident) < since) continue;
      if (latest === undefined || endOf(incident) >= endOf(latest)) latest = incident;
    }
    return latest;
  };

  insertIncident = async (incident: Incident): Promise<void> => {
    if (this.#failing.has(incident.rootCause)) throw new RaceLost(`an open incident of this root cause exists (${incident.id})`);
    this.#put(incident);
  };

  updateIncident = async (incident: Incident): Promise<void> => this.#put(incident);
  appendTimeline = async (): Promise<void> => undefined;
  addOutbox = async (): Promise<void> => undefined;
  dropPending = async (): Promise<void> => undefined;
  audit = async (): Promise<void> => undefined;
  /** It is known when it began. */
  beginMaintenance = async (): Promise<boolean> => false;
  addLink = async (link: IncidentLink): Promise<void> => void this.#links.push(link);
  linksOf = async (incident: string): Promise<readonly IncidentLink[]> =>
    this.#links.filter(({ from, to }) => from === incident || to === incident);

  failing(root: string): Incident | undefined {
    const id = this.#failing.get(root);
    return id === undefined ? undefined : this.#courses.get(id)?.incident;
  }

  open(): readonly Incident[] {
    return [...this.#courses.values()].flatMap(({ incident }) => (incident.state === "closed" ? [] : [incident]));
  }

  isFailing(id: string): boolean {
    const incident = this.get(id);
    return incident !== undefined && isFailing(incident) && incident.foldedInto === undefined;
  }

  get(id: string): Incident | undefined {
    return this.#courses.get(id)?.incident;
  }

  /** Nothing is due before. */
  get wakeAt(): Instant {
    return this.#wakeAt;
  }

  /** What the escalator would have done by then. */
  wake(now: Instant): void {
    if (Math.abs(now - this.#judgedAt) >= judgeEveryMs) this.#judgeAgain(now);
    for (const [id, at] of this.#waking) if (at <= now) this.#wakeOne(id, now);
    this.#wakeAt = this.#judgedAt + judgeEveryMs;
    for (const at of this.#waking.values()) if (at < this.#wakeAt) this.#wakeAt = at;
  }

  /** The wall clock has jumped: timers move with it, as the escalator moves them. */
  shift(ms: number, at: Instant): void {
    this.#judgedAt += ms;
    this.#wakeAt += ms;
    for (const { incident } of [...this.#courses.values()]) {
      const decision = moveTimer(incident, ms, at);
      if (decision !== undefined) this.#put(decision.incident);
    }
  }

  /** The daemon's escalator told the people of this incident at this time. */
  told(root: string, at: Instant): void {
    const incident = this.failing(root);
    if (incident?.wakeFor === "notice" && (incident.wakeAt ?? Number.POSITIVE_INFINITY) <= at) this.#wakeOne(incident.id, at);
  }

  /** A session that came near, or time without service, raises what is open. */
  #judgeAgain(at: Instant): void {
    this.#judgedAt = at;
    for (const { incident } of [...this.#courses.values()]) {
      if (!isFailing(incident) || incident.foldedInto !== undefined) continue;
      const verdict = judgeSeverity(this.facts.of(incident, at));
      const session = this.facts.session(incident, at);
      const decision = rejudge(incident, { verdict, terms: this.facts.terms(incident, session, at), session, at });
      if (decision !== undefined) this.#put(decision.incident);
    }
  }

  #wakeOne(id: string, now: Instant): void {
    const course = this.#courses.get(id);
    if (course === undefined) return;
    const { incident } = course;
    const decision = wakeIncident(incident, this.facts.terms(incident, this.facts.session(incident, now), now), now);
    if (decision === undefined) this.#waking.delete(id);
    else this.#put(decision.incident);
  }

  #put(incident: Incident): void {
    const before = this.#courses.get(incident.id);
    const level = Math.max(before?.level ?? 1, incident.level);
    const noticeAt = before?.noticeAt ?? (incident.noticeSent ? incident.levelSince : undefined);
    this.#courses.set(incident.id, { incident, level, ...(noticeAt === undefined ? {} : { noticeAt }) });
    add(this.#byMark, incident.fingerprint, incident.id);
    if (isFailing(incident) && incident.foldedInto === undefined) this.#failing.set(incident.rootCause, incident.id);
    else if (this.#failing.get(incident.rootCause) === incident.id) this.#failing.delete(incident.rootCause);
    if (incident.wakeAt === undefined) this.#waking.delete(incident.id);
    else {
      const at = incident.wakeAt + (incident.wakeFor === "notice" ? noticeLagMs : 0);
      this.#waking.set(incident.id, at);
      this.#wakeAt = Math.min(this.#wakeAt, at);
    }
  }
}

function endOf({ restoredAt, closedAt }: Incident): Instant {
  return restoredAt ?? closedAt ?? 0;
}

function add(index: Map<string, Set<string>>, key: string, id: string): void {
  const ids = index.get(key);
  if (ids === undefined) index.set(key, new Set([id]));
  else ids.add(id);
}

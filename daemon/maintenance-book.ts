/**
 * The book of what keeps quiet, in memory: read from the store at the start, again whenever something was written, by another
 * process too (following.ts).
 *
 * Decisions ask it with the time they are about (`at`). What recurs is worked out for the days around that time, once for each of the few
 * times that are asked about; and whose alarm is kept quiet by what, once for as long as nothing begins or ends.
 */
import {
  type Cover,
  canBegin,
  coverAt,
  coverOfAll,
  type Entry,
  fitsScope,
  muteName,
  type Subject,
  spansOf,
  subjectOf,
  subjectOfIncident,
} from "../rules/maintenance.ts";
import type { Alarm } from "./model/alarm.ts";
import type { Config } from "./model/config.ts";
import type { Incident } from "./model/incident.ts";
import type { Maintenance } from "./model/maintenance.ts";
import type { Network } from "./model/network.ts";
import { DAY, type Instant } from "./model/time.ts";
import type { Clock, Store } from "./ports.ts";
import type { Gate, GateKeeper, GateQuestion } from "./roles/intent.ts";

/** What ended so long ago is still asked about by what is decided late. */
const keptAfterMs = 9 * DAY;
/** Times in force are worked out in pieces of this length, with as much before and after. */
const aroundMs = 9 * DAY;
/** Now, the beginning of a mute that lasts, what is decided late: more times are not asked about in turn. */
const mostPieces = 8;
const mostAnswers = 100_000;
const mostKept = 10_000;

/** What roles and pages ask. */
export interface Mutes {
  /** What keeps this incident quiet at a time: every active alarm that it gathers; without any, what it was opened for. */
  coverOf(incident: Incident, alarms: readonly Alarm[], at: Instant): Cover | undefined;
  /** The first cover of an incident that is in force somewhere in (after, until]. */
  nextCover(incident: Incident, alarms: readonly Alarm[], after: Instant, until: Instant): Cover | undefined;
  /** Raised by every change of the book. */
  readonly revision: number;
  /** Has something begun or ended in (after, until]? */
  movedBetween(after: Instant, until: Instant): boolean;
  /** Is anything in force? */
  quietAt(at: Instant): boolean;
  /** Flexible ones that run at a time: what a jump of the clock moves. */
  begunAt(at: Instant): readonly Maintenance[];
}

export class MaintenanceBook implements Mutes {
  readonly #deps: { readonly store: Pick<Store, "maintenances">; readonly clock: Clock; readonly config: () => Config };
  #all: readonly Maintenance[] = [];
  readonly #pieces = new Map<number, readonly Entry[]>();
  #steady: Steady | undefined;
  #revision = 0;

  constructor(deps: { readonly store: Pick<Store, "maintenances">; readonly clock: Clock; readonly config: () => Config }) {
    this.#deps = deps;
  }

  get revision(): number {
    return this.#revision;
  }

  /** Reads the store again. */
  async refresh(): Promise<void> {
    const { store, clock } = this.#deps;
    this.take(await store.maintenances({ endAfter: clock.now() - keptAfterMs, limit: mostKept }));
  }

  /** These are all from now on. */
  take(all: readonly Maintenance[]): void {
    if (JSON.stringify(all) === JSON.stringify(this.#all)) return;
    this.#all = all;
    this.#pieces.clear();
    this.#steady = undefined;
    this.#revision += 1;
  }

  /** The first failure has begun this one; committed. */
  began(id: string, at: Instant): void {
    this.take(this.#all.map((each) => (each.id === id && each.beganAt === undefined ? { ...each, beganAt: at } : each)));
  }

  /** Everything that may still be in force, the last written first. */
  all(): readonly Maintenance[] {
    return this.#all;
  }

  /** What is in force at a time, whatever it is about. */
  inForce(at: Instant): readonly Entry[] {
    return this.#entriesAround(at).filter(({ spans }) => spans.some(({ from, to }) => from <= at && at < to));
  }

  quietAt(at: Instant): boolean {
    return this.inForce(at).length > 0;
  }

  begunAt(at: Instant): readonly Maintenance[] {
    return this.inForce(at).flatMap(({ maintenance }) => (maintenance.when.kind === "flexible" ? [maintenance] : []));
  }

  movedBetween(after: Instant, until: Instant): boolean {
    const within = (at: Instant) => after < at && at <= until;
    return this.#entriesAround(until).some(({ spans }) => spans.some(({ from, to }) => within(from) || within(to)));
  }

  cover(subject: Subject, at: Instant): Cover | undefined {
    return coverAt(this.#entriesAround(at), subject, at);
  }

  coverOf(incident: Incident, alarms: readonly Alarm[], at: Instant): Cover | undefined {
    return this.#all.length === 0 ? undefined : coverOfAll(this.#entriesAround(at), this.#subjects(incident, alarms), at);
  }

  nextCover(incident: Incident, alarms: readonly Alarm[], after: Instant, until: Instant): Cover | undefined {
    if (this.#all.length === 0) return undefined;
    const subjects = this.#subjects(incident, alarms);
    const fitting = this.#entriesAround(until).filter(({ maintenance }) => subjects.some((each) => fitsScope(maintenance.scope, each)));
    const touching = fitting.flatMap(({ spans }) => spans.filter(({ from, to }) => from <= until && to > after));
    const begins = new Set(touching.map(({ from }) => Math.max(from, after)));
    for (const at of [...begins].sort((a, b) => a - b)) {
      const cover = coverOfAll(fitting, subjects, at);
      if (cover !== undefined) return cover;
    }
    return undefined;
  }

  /** Tells of a device whether all of it is kept quiet at a time, whatever its symptom. */
  quietDevices(at: Instant): (device: string) => boolean {
    const whole = this.inForce(at).filter(({ maintenance }) => maintenance.scope.symptoms === undefined);
    if (whole.length === 0) return () => false;
    const { network } = this.#deps.config();
    const reach = { outOfService: true, opensRequest: false };
    return (device) => coverAt(whole, subjectOf(network, { device, symptom: "" }, reach), at) !== undefined;
  }

  /** Keeps alarms from opening incidents; a flexible one begins with the first that it keeps. */
  readonly keeper: GateKeeper = (question: GateQuestion): Gate | undefined => {
    if (this.#all.length === 0) return undefined;
    const { alarm, rule, at } = question;
    const { network } = this.#deps.config();
    const { answers } = this.#steadyAt(at, network);
    const known = answers.get(alarm.key);
    if (known !== undefined) return known;
    const subject = subjectOf(network, alarm, rule);
    const cover = this.cover(subject, at);
    if (cover !== undefined) {
      const gate = { by: cover.by, why: cover.maintenance.reason };
      answers.set(alarm.key, gate);
      return gate;
    }
    const waiting = this.#all.find((each) => canBegin(each, at) && fitsScope(each.scope, subject));
    return waiting === undefined ? undefined : { by: muteName(waiting), why: waiting.reason, begins: waiting.id };
  };

  #subjects(incident: Incident, alarms: readonly Alarm[]): readonly Subject[] {
    const { network, rules } = this.#deps.config();
    const ruleOf = (rule: string) => rules.find(({ id }) => id === rule);
    const active = alarms.filter(({ state }) => state === "active");
    if (active.length === 0) return [subjectOfIncident(network, incident, ruleOf(incident.rule))];
    return active.map((alarm) => subjectOf(network, alarm, ruleOf(alarm.rule)));
  }

  /** Everything that stands behind a plan is asked about in every turn: what was said holds until something begins or ends. */
  #steadyAt(at: Instant, network: Network): Steady {
    const known = this.#steady;
    if (known !== undefined && known.network === network && known.from <= at && at < known.to && known.answers.size < mostAnswers)
      return known;
    const piece = Math.floor(at / aroundMs);
    let [from, to] = [piece * aroundMs, (piece + 1) * aroundMs];
    for (const { spans } of this.#entriesAround(at))
      for (const edge of spans.flatMap((span) => [span.from, span.to])) {
        if (edge <= at) from = Math.max(from, edge);
        else to = Math.min(to, edge);
      }
    this.#steady = { from, to, network, answers: new Map() };
    return this.#steady;
  }

  #entriesAround(at: Instant): readonly Entry[] {
    const piece = Math.floor(at / aroundMs);
    const known = this.#pieces.get(piece);
    if (known !== undefined) return known;
    if (this.#pieces.size >= mostPieces) this.#pieces.clear();
    const [from, to] = [(piece - 1) * aroundMs, (piece + 2) * aroundMs];
    const entries = this.#all.map((maintenance) => ({ maintenance, spans: spansOf(maintenance, from, to) }));
    this.#pieces.set(piece, entries);
    return entries;
  }
}

/** A time in which nothing begins or ends, and what keeps which alarm quiet in it. */
interface Steady {
  readonly from: Instant;
  readonly to: Instant;
  readonly network: Network;
  readonly answers: Map<string, Gate>;
}

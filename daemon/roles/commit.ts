/**
 * Carries out the intents of a turn inside its transaction: opens, reopens, folds and restores incidents, lists children.
 *
 * Incidents are read inside the transaction and written with their version; a lost race throws, and the turn is decided again.
 */

import { askAgain, type Decision, foldIncident, line, openIncident, restoreIncident, setAside } from "../../rules/incident.ts";
import { keptMuted } from "../../rules/mute.ts";
import { formatNumber } from "../../rules/number.ts";
import { fingerprint, wasNoFailure } from "../../rules/recurrence.ts";
import { comeBack } from "../../rules/resume.ts";
import { hitBySession, rejudge } from "../../rules/settle.ts";
import { judgeSeverity } from "../../rules/severity.ts";
import type { Alarm } from "../model/alarm.ts";
import type { Config } from "../model/config.ts";
import { type Incident, isFailing, type Severity } from "../model/incident.ts";
import type { Device, Site } from "../model/network.ts";
import type { SessionAhead } from "../model/session.ts";
import { DAY, type Instant } from "../model/time.ts";
import { policyFor } from "../oncall/gap.ts";
import { RaceLost } from "../ports.ts";
import type { ClassFacts } from "./class-facts.ts";
import { rootCauseOf } from "./explain.ts";
import { hoursOf } from "./hours.ts";
import type { IncidentWrites } from "./incident-writes.ts";
import { Joiner } from "./joiner.ts";
import { nameByFirst, wideName } from "./naming.ts";
import { rowsFor } from "./recipients.ts";
import type { Intent, TurnResult } from "./turn.ts";
import { Widening } from "./widening.ts";

/** To the table of severities a call is a session that runs. */
const runningCall: SessionAhead = { session: "call", kind: "clinical", withinMs: 0 };

/** A request number reserved before the transaction. */
export interface Reserved {
  readonly year: number;
  readonly sequence: number;
}

/**
 * How many incident numbers the intents may need: one for each root cause that is not known to be open, or for each trouble that
 * several share. `atMost`: one for each root cause, whatever is believed of what they share.
 */
export function numbersNeeded(intents: readonly Intent[], isOpen: (opener: Opener) => boolean, atMost = false): number {
  const asking = intents.filter((intent) => intent.kind === "open" || intent.kind === "ask");
  const needed = asking.flatMap((opener) => {
    const { root, together } = opener;
    // A request that was taken in has a number already.
    if (isOpen(opener) || (opener.kind === "ask" && opener.request !== undefined)) return [];
    if (together === undefined || atMost) return [root];
    return together.incidents.length > 0 ? [] : [`together ${together.id}`];
  });
  return new Set(needed).size;
}

type Fold = Extract<Intent, { kind: "fold" }>;
type Opener = Extract<Intent, { kind: "open" | "ask" }>;

export class IntentWriter {
  readonly #tx: IncidentWrites;
  readonly #config: Config;
  readonly #turn: TurnResult;
  readonly #numbers: Reserved[];
  /** Root causes that have an open incident after this. */
  readonly opened = new Map<string, Incident>();
  /** Severity of each incident that is new: neither gathered nor reopened. */
  readonly created: Severity[] = [];
  readonly ended: Incident[] = [];
  readonly #joiner: Joiner;
  readonly #widening: Widening;

  readonly #facts: ClassFacts;

  constructor(tx: IncidentWrites, config: Config, turn: TurnResult, numbers: readonly Reserved[], facts: ClassFacts) {
    this.#tx = tx;
    this.#facts = facts;
    this.#config = config;
    this.#turn = turn;
    this.#numbers = [...numbers];
    this.#widening = new Widening({ tx, config, overlay: turn.overlay, write: (decision, at) => this.#write(decision, at) });
    this.#joiner = new Joiner({
      ...{ tx, overlay: turn.overlay },
      ended: (incident) => this.ended.push(incident),
      save: (alarm) => this.#save(alarm),
      write: (decision, at) => this.#write(decision, at),
      risen: (incident, alarm, at, general) => this.#risen(incident, alarm, at, general),
    });
  }

  /** Opens before it folds and lists, whatever the order in which they were decided. */
  async run(): Promise<void> {
    const order = { begin: 0, open: 0, ask: 0, fold: 1, child: 2, restore: 3, event: 4 } as const;
    const onset = (intent: Intent) => (intent.kind === "open" ? (this.#turn.overlay.get(intent.alarm)?.firstBadAt ?? intent.at) : 0);
    // The first failure of several that are one names their incident, in whatever order they were looked at.
    for (const intent of [...this.#turn.intents].sort((a, b) => order[a.kind] - order[b.kind] || onset(a) - onset(b))) {
      if (intent.kind === "open" || intent.kind === "ask") await this.#open(intent);
      else if (intent.kind === "fold") await this.#fold(intent);
      else if (intent.kind === "restore") await this.#restore(intent);
      else if (intent.kind === "begin") await this.#begin(intent);
      else if (intent.kind === "event")
        await this.#tx.audit([
          { at: intent.at, by: "system", action: `device.${intent.symptom}`, target: intent.device, data: { why: intent.why } },
        ]);
    }
    await this.#joiner.tell();
    for (const { incident, at } of this.#joiner.joined()) await this.#name(incident.id, at);
    await this.#widening.tell();
    await this.#listChildren();
  }

  async #name(id: string, at: Instant): Promise<void> {
    const named = await nameByFirst(id, at, { tx: this.#tx, config: this.#config, overlay: this.#turn.overlay });
    if (named !== undefined) for (const [root, { id: known }] of this.opened) if (known === id) this.opened.set(root, named);
  }

  async #begin({ maintenance, alarm, at }: Extract<Intent, { kind: "begin" }>): Promise<void> {
    if (!(await this.#tx.beginMaintenance(maintenance, at))) return;
    await this.#tx.audit([{ at, by: "system", action: "maintenance.began", target: maintenance, data: { alarm } }]);
  }

  async #open(intent: Opener): Promise<void> {
    const alarm = this.#turn.overlay.get(intent.alarm);
    if (alarm === undefined) return;
    const open = (await this.#tx.openByRootCause(intent.root)) ?? (await this.#joiner.incidentOf(alarm, intent.together));
    if (open !== undefined) {
      await (intent.kind === "ask" && alarm.incident === open.id ? this.#askedAgain(open, intent) : this.#gather(open, alarm, intent));
      return;
    }
    const device = this.#config.network.devices.get(alarm.device);
    const mark = fingerprint(alarm.device, alarm.symptom, alarm.part);
    const before = await this.#tx.latestByFingerprint(mark, intent.at - 90 * DAY);
    const policy = policyFor(this.#config, intent.root);
    if (policy === undefined) throw new Error(`policy ${this.#config.policy} is not defined; the configuration check lets none pass`);
    const last = before?.rootCause === intent.root ? before : await this.#joinedLast(alarm);
    const endedAt = last?.restoredAt ?? last?.closedAt;
    // What a person asked for is over when it is closed: the next call for help is a request of its own.
    const isOver = intent.kind === "ask" && last?.closedAt !== undefined;
    const isRecent = endedAt !== undefined && intent.at - endedAt <= policy.reopenWithinMs;
    if (last !== undefined && isRecent && !isOver) {
      const terms = this.#facts.terms(last, this.#facts.session(last, intent.at), intent.at);
      await this.#write(comeBack(last, alarm, intent.at, intent.why, terms), intent.at);
      this.#assign(alarm, last.id);
      this.opened.set(intent.root, last);
      if (intent.together !== undefined) this.#joiner.leads(intent.together, last);
      return;
    }
    const number = (intent.kind === "ask" ? intent.request : undefined) ?? this.#nextNumber();
    // The root cause was believed open and is not (closed by hand meanwhile): decide again, with a number.
    if (number === undefined) throw new RaceLost(`no number reserved for ${intent.root}`);
    const decision = this.#opening({ intent, alarm, device, number, mark, policy, before });
    await this.#tx.insertIncident(decision.incident);
    await this.#tx.appendTimeline(decision.timeline);
    this.#assign(alarm, decision.incident.id);
    this.opened.set(intent.root, decision.incident);
    this.created.push(decision.incident.severity);
    if (intent.together !== undefined) this.#joiner.leads(intent.together, decision.incident);
  }

  #nextNumber(): string | undefined {
    const next = this.#numbers.shift();
    return next === undefined ? undefined : formatNumber(this.#config.instance.numberPrefix, next.year, next.sequence);
  }

  /** The ended incident that an alarm had joined, unless its own root cause has another by now. */
  async #joinedLast({ incident }: Alarm): Promise<Incident | undefined> {
    const last = incident === undefined ? undefined : await this.#tx.incident(incident);
    if (last === undefined || last.foldedInto !== undefined || isFailing(last) || wasNoFailure(last.disposition)) return undefined;
    return (await this.#tx.openByRootCause(last.rootCause)) === undefined ? last : undefined;
  }

  /** The failing incident that explains others: of its root cause, or the one that its alarm joined. */
  async #openOf(root: string): Promise<Incident | undefined> {
    const isCause = ({ rule }: Alarm) => this.#config.rules.find((each) => each.id === rule)?.outOfService === true;
    return (await this.#tx.openByRootCause(root)) ?? (await this.#joiner.byRoot(root, isCause));
  }

  #opening(input: {
    intent: Opener;
    alarm: Alarm;
    device: Device | undefined;
    number: string;
    mark: string;
    policy: Incident["policy"];
    before: Incident | undefined;
  }): Decision {
    const { intent, alarm, device, number, mark, policy, before } = input;
    const site = this.#siteOf(alarm, device, intent.at);
    const rule = this.#config.rules.find((each) => each.id === alarm.rule);
    if (rule === undefined) throw new RaceLost(`rule ${alarm.rule} left the configuration`);
    const part = alarm.part ?? wideName(alarm.device, this.#config);
    const room = device?.room ?? this.#roomOf(alarm.device, intent.at);
    const facts = {
      rootCause: intent.root,
      site,
      symptom: alarm.symptom,
      rule: alarm.rule,
      firstBadAt: alarm.firstBadAt ?? intent.at,
      ...(device === undefined ? {} : { device: device.id }),
    };
    const known = this.#facts.of({ ...facts, general: failsAsWhole(intent.root, device) }, intent.at);
    const { session } = known;
    const asked = rule.outOfService && this.#wasInCall(device, facts.firstBadAt) ? { ...known, session: runningCall } : known;
    const { raisedBy: _, ...severity } = judgeSeverity(asked);
    return openIncident({
      ...facts,
      ...severity,
      ...(session !== undefined && session.withinMs <= 0 ? { sessionHit: session.session } : {}),
      number,
      ...(room === undefined ? {} : { room }),
      ...(part === undefined ? {} : { part }),
      fingerprint: mark,
      at: intent.at,
      policy,
      ...(before === undefined ? {} : { recurrenceOf: before.id }),
      ...(intent.kind === "open" && intent.verdict !== undefined ? { verdict: intent.verdict } : {}),
      why: intent.why,
    });
  }

  /** What is lost in a call was holding a session, booked or not. */
  #wasInCall(device: Device | undefined, at: Instant): boolean {
    const evidence = device === undefined ? undefined : this.#turn.overlay.doing(device.id);
    return evidence?.doing === "in-call" && at <= evidence.until;
  }

  /** An alarm that joined makes an incident as severe and as urgent as itself, and more so when several devices are hit. */
  #risen(incident: Incident, alarm: Alarm, at: Instant, general: boolean): Decision | undefined {
    const device = this.#config.network.devices.get(alarm.device);
    const rule = this.#config.rules.find((each) => each.id === alarm.rule);
    const facts = {
      rootCause: rootCauseOf(alarm, rule),
      site: this.#siteOf(alarm, device, at),
      symptom: alarm.symptom,
      rule: alarm.rule,
      firstBadAt: alarm.firstBadAt ?? at,
      general: general || incident.general,
      ...(device === undefined ? {} : { device: device.id }),
      ...(incident.overruled === undefined ? {} : { overruled: incident.overruled }),
    };
    const asked = this.#facts.of(facts, at);
    const { session } = asked;
    const judged = rejudge(incident, { verdict: judgeSeverity(asked), terms: this.#facts.terms(incident, session, at), session, at });
    if (judged !== undefined && judged.notices.length > 0) this.#widening.isTold(incident.id);
    return judged;
  }

  /** One more alarm of a root cause that already has its incident. */
  async #gather(open: Incident, alarm: Alarm, intent: Opener): Promise<void> {
    if (intent.together === undefined && alarm.incident !== open.id)
      await this.#tx.appendTimeline([line(open, intent.at, "system", "alarm-joined", intent.why, { alarm: alarm.key })]);
    const isNew = alarm.incident !== open.id;
    if (isNew) this.#assign(alarm, open.id);
    if (isNew) this.#widening.reaches(open.id, alarm.key, intent.at);
    this.opened.set(intent.root, open);
    if (intent.together !== undefined) await this.#joiner.joins(intent.together, open, alarm, intent.at, isNew);
  }

  /** Somebody presses the button again, maybe because nobody came: one more occurrence of the same request. */
  async #askedAgain(open: Incident, intent: Opener): Promise<void> {
    await this.#write(askAgain(open, intent.at, intent.why), intent.at);
    this.opened.set(intent.root, open);
  }

  /**
   * What turned out to be another's failure joins it: the incident is folded, or set aside when people knew it from before. Of whom people
   * were told they handle: it stays an incident of its own, and says once what its cause is.
   */
  async #fold(intent: Fold): Promise<void> {
    const parent = await this.#openOf(intent.root);
    if (parent === undefined) return;
    const explained = new Map(intent.alarms.flatMap((key) => this.#turn.overlay.get(key) ?? []).map((alarm) => [alarm.key, alarm]));
    for (const id of new Set([...explained.values()].flatMap(({ incident }) => incident ?? []))) {
      const child = await this.#tx.incident(id);
      if (child === undefined || child.id === parent.id || child.foldedInto !== undefined || !isFailing(child)) continue;
      const told = child.noticeSent || child.acknowledgedAt !== undefined || child.state !== "open";
      if (await this.#holdsOthers(child, intent, told)) continue;
      await (told ? this.#sayCause(child, parent, intent) : this.#end(child, parent, intent));
    }
  }

  async #end(child: Incident, parent: Incident, intent: Fold): Promise<void> {
    const hours = hoursOf(this.#config, child.site, child.device);
    const told = child.occurrences > 1;
    await this.#write(
      told ? setAside(child, parent, intent.at, hours, intent.why) : foldIncident(child, parent, intent.at, intent.why),
      intent.at,
    );
    this.ended.push(child);
    for (const alarm of [...this.#turn.overlay.ofIncident(child.id)]) {
      const { incident: _i, ...free } = alarm;
      this.#save(alarm.state === "active" ? { ...free, suppressedBy: intent.by } : free);
    }
  }

  async #sayCause(child: Incident, parent: Incident, intent: Fold): Promise<void> {
    await this.#tx.appendTimeline([
      line(child, intent.at, "system", "cause-found", intent.why, { cause: parent.number }),
      line(parent, intent.at, "system", "told-child", intent.why, { child: child.number }),
    ]);
    for (const alarm of [...this.#turn.overlay.ofIncident(child.id)])
      if (alarm.state === "active" && alarm.suppressedBy === undefined) this.#save({ ...alarm, suppressedBy: intent.by });
  }

  /** It has gathered what this failure does not explain: that stays, and only what is explained leaves it. */
  async #holdsOthers(child: Incident, { alarms, by, at, why }: Fold, told: boolean): Promise<boolean> {
    const mine = [...this.#turn.overlay.ofIncident(child.id)].filter(({ state }) => state === "active");
    const explained = mine.filter(({ key, suppressedBy }) => suppressedBy === undefined && alarms.includes(key));
    if (explained.length === mine.filter(({ suppressedBy }) => suppressedBy === undefined).length) return false;
    if (told) return true;
    for (const { incident: _i, ...free } of explained) this.#save({ ...free, suppressedBy: by });
    const left = explained.map(({ key }) => key);
    const data = { count: left.length, alarms: left.slice(0, 200).join(", ") };
    await this.#tx.appendTimeline([line(child, at, "system", "alarms-left", why, data)]);
    return true;
  }

  async #restore(intent: Extract<Intent, { kind: "restore" }>): Promise<void> {
    const incident = await this.#tx.incident(intent.incident);
    if (incident === undefined) return;
    // One that has begun since it was last judged was hit all the same.
    const hit = hitBySession(incident, this.#facts.session(incident, intent.at), intent.at);
    const decision = restoreIncident(hit.incident, intent.at, hoursOf(this.#config, incident.site, incident.device), intent.why);
    if (decision === undefined) return;
    await this.#write({ ...decision, timeline: [...hit.timeline, ...decision.timeline] }, intent.at);
    this.ended.push(incident);
  }

  /** One line a root cause with every child's name, not one a child: a site of 500 devices stays readable. */
  async #listChildren(): Promise<void> {
    const byRoot = new Map<string, Extract<Intent, { kind: "child" }>[]>();
    for (const intent of this.#turn.intents) {
      if (intent.kind !== "child") continue;
      const same = byRoot.get(intent.root);
      if (same === undefined) byRoot.set(intent.root, [intent]);
      else same.push(intent);
    }
    for (const [root, children] of byRoot) {
      const parent = await this.#openOf(root);
      const first = children[0];
      if (parent === undefined || first === undefined) continue;
      const names = children.map((each) => each.alarm).slice(0, 200);
      await this.#tx.appendTimeline([
        line(parent, first.at, "system", "children-suppressed", first.why, { count: children.length, alarms: names.join(", ") }),
      ]);
    }
  }

  async #write(decision: Decision, at: Instant): Promise<void> {
    const { site, device } = decision.incident;
    await this.#tx.updateIncident(keptMuted(decision.incident, hoursOf(this.#config, site, device), at));
    await this.#tx.appendTimeline(decision.timeline);
    if (decision.dropPending !== undefined) await this.#tx.dropPending(decision.incident.id, decision.dropPending, at);
    await this.#tx.addOutbox(decision.notices.flatMap((notice) => rowsFor(notice, decision.incident, this.#config, at)));
  }

  #assign(alarm: Alarm, incident: string): void {
    this.#save({ ...alarm, incident });
  }

  #save(alarm: Alarm): void {
    this.#turn.overlay.set(alarm);
    this.#turn.persist.add(alarm.key);
  }

  /** The room that is meant itself; of a session that cannot be held, the first of those in which it was to be. */
  #roomOf(holder: string, at: Instant): string | undefined {
    if (holder.startsWith("room:")) return holder.slice("room:".length);
    return holder.startsWith("session:") ? this.#facts.session({ rootCause: holder, site: "" }, at)?.rooms?.[0] : undefined;
  }

  #siteOf(alarm: Alarm, device: Device | undefined, at: Instant): Site["id"] {
    if (device !== undefined) return device.site;
    const room = this.#config.network.rooms.get(this.#roomOf(alarm.device, at) ?? "");
    if (room !== undefined) return room.site;
    // Several circuits to one site have that end in common.
    const [first = ""] = alarm.device.replace(/^link:/, "").split("+");
    const link = this.#config.network.links.get(first);
    return (
      link?.ends[1] ??
      this.#config.network.devices.get(this.#config.network.canary ?? "")?.site ??
      [...this.#config.network.sites.keys()][0] ??
      ""
    );
  }
}

/** What is no device reaches several; but neither a session, nor a calendar, nor a room that calls is a site that fails. */
function failsAsWhole(root: string, device: Device | undefined): boolean {
  return device === undefined && !/^(?:session|calendar|room|on-call):/.test(root);
}

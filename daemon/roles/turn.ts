/**
 * One turn of the evaluator, decided in memory: observations in, changed alarms and intents out. Nothing is written here.
 *
 * Timers due before an observation fire first, with their own due time. The same turn on the same memory decides the same.
 */

import { isAbsence } from "../../rules/absence.ts";
import { toldBy } from "../../rules/activity.ts";
import { type Judgement, type Transition, wakeAlarm } from "../../rules/alarm.ts";
import { couldClear } from "../../rules/applies.ts";
import { saysForOthers } from "../../rules/hiding.ts";
import { matchReading } from "../../rules/registration.ts";
import { type Alarm, alarmKey } from "../model/alarm.ts";
import type { Device } from "../model/network.ts";
import type { Observation } from "../model/observation.ts";
import type { Rule } from "../model/rule.ts";
import type { Instant } from "../model/time.ts";
import { explanationEnded, saidBy } from "./ended.ts";
import { Explainer, rootCauseOf, whoMayBeWhy } from "./explain.ts";
import { oneMoreMissed } from "./freed.ts";
import { stillFailing } from "./gates.ts";
import { Glances } from "./glances.ts";
import { gatedBy, type Intent, type Kick, type TurnResult, type TurnWorld, type Wide } from "./intent.ts";
import { Listening } from "./listening.ts";
import { LookJudge } from "./look-judge.ts";
import { type AlarmMemory, isGate, Overlay } from "./memory.ts";
import { allClear, heed } from "./moves.ts";
import { restartTold } from "./restarts.ts";
import { Settling } from "./settle.ts";
import type { People } from "./turn-input.ts";
import { isCredential, onlyNewUse, whyHeld } from "./waiting.ts";
import { verdictOfHolder, WideJudge } from "./wides.ts";

export type { Intent, Kick, TurnResult, TurnWorld, Wide } from "./intent.ts";

export class Turn {
  readonly #world: TurnWorld;
  readonly #memory: AlarmMemory;
  readonly #overlay: Overlay;
  readonly #others: Explainer;
  readonly #listening: Listening;
  readonly #looks: LookJudge;
  readonly #glances: Glances;
  readonly #persist = new Set<string>();
  readonly #intents: Intent[] = [];
  readonly #kicks: Kick[] = [];
  readonly #touched = new Set<string>();
  readonly #cameBack = new Map<string, Instant>();
  readonly #held = new Set<string>();
  /** Flexible maintenance that this turn begins. */
  readonly #begun = new Set<string>();
  #observations: readonly Observation[] = [];
  #serviceMoved = false;
  #suspects: ReadonlySet<string> = new Set();

  constructor(world: TurnWorld, memory: AlarmMemory) {
    this.#world = world;
    this.#memory = memory;
    this.#overlay = new Overlay(memory);
    this.#others = new Explainer(world, this.#overlay);
    this.#looks = new LookJudge(world, memory, this.#overlay);
    this.#glances = new Glances(world, memory, this.#overlay);
    this.#listening = new Listening(world, memory, this.#overlay, () => this.#glances.spillAll());
  }

  run(
    observations: readonly Observation[],
    now: Instant,
    held: ReadonlySet<string>,
    wide: readonly Wide[] = [],
    people: People = { moves: [], calls: [] },
  ): TurnResult {
    const heard = heed(people, this.#overlay, this.#world, now);
    for (const key of heard.keys) this.#persist.add(key);
    this.#intents.push(...heard.intents);
    this.#listening.begin(now);
    this.#observations = observations;
    for (const observation of observations) {
      this.#listening.hear(observation.at);
      this.#fireTimers(observation.at);
      if (!this.#glance(observation, now)) this.#observe(observation, now);
    }
    this.#fireTimers(now);
    for (const key of held) this.#judgeHeld(key, now);
    this.#reopenGates(now);
    for (const each of wide) this.#wideAlarm(each);
    this.#judgeWide(observations.at(-1)?.at ?? now);
    if (this.#serviceMoved) for (const key of [...this.#held]) this.#judgeHeld(key, now);
    if (this.#serviceMoved) this.#settle(observations.at(-1)?.at ?? now);
    const up = new Map([...this.#touched].map((device) => [device, this.#others.upOf(device)]));
    const intents = this.#world.correlator?.join(this.#intents, this.#overlay, this.#world) ?? this.#intents;
    const { seen: glances, others } = this.#glances;
    const looks = { said: this.#looks.said, glances, others, restoreAfterLooks: this.#world.restoreAfterLooks };
    const decided = { persist: this.#persist, intents, kicks: this.#kicks, cameBack: this.#cameBack, held: this.#held };
    return { overlay: this.#overlay, ...decided, up, suspects: this.#suspects, looks };
  }

  /** Nearly every look says what the last one said, of a device that works. */
  #glance(observation: Observation, now: Instant): boolean {
    const device = this.#glances.take(observation, this.#touched, now);
    if (device === undefined) return false;
    this.#others.heard(observation);
    const told = toldBy(device, observation);
    if (told !== undefined) this.#overlay.told.set(device.id, told);
    this.#compare(observation, now);
    return true;
  }

  #observe(seen: Observation, now: Instant): void {
    const device = this.#world.network.devices.get(seen.device);
    if (device === undefined) return;
    this.#glances.spill(device.id);
    const observation = restartTold(seen, device, this.#world, this.#overlay);
    this.#touched.add(device.id);
    if (observation.kind !== "trap") this.#others.looked(device.id, observation.finding.status === "up" ? observation.at : undefined);
    const told = toldBy(device, observation);
    if (told !== undefined) this.#overlay.told.set(device.id, told);
    this.#heed(this.#looks.look(observation, device, now), observation, device);
    this.#compare(observation, now);
  }

  #heed(judgement: Judgement, observation: Observation, device: Device): void {
    for (const transition of judgement.transitions) this.#follow(transition, device, observation.at);
    if (judgement.confirm) this.#kicks.push({ device: device.id, inMs: 0, confirm: true });
    if (judgement.retrySoonMs !== undefined) {
      this.#kicks.push({ check: observation.check, inMs: judgement.retrySoonMs });
      // A device that answers is reached: what it says of its camera is nobody else's fault.
      if (observation.finding.status !== "up") this.#lookAround(device);
    }
    this.#rejudgeSuppressed(device, observation, judgement.transitions);
  }

  #lookAround(device: Device): void {
    for (const id of whoMayBeWhy(this.#world, device)) this.#kicks.push({ device: id, inMs: 0 });
  }

  /**
   * A gatekeeper's list is the other side of what the devices on it say of themselves. Here, because it is one look that is about many
   * devices: to the rules each of them gets a look of its own, with the word of the comparison and nothing else, so that nothing else
   * about it is judged, and it does not count as having been looked at.
   */
  #compare(list: Observation, now: Instant): void {
    if (list.finding.whole === undefined) return;
    const live = (id: string) => [...this.#overlay.ofDevice(id), ...this.#overlay.settlingOf(id)];
    const alarmed = (id: string) => live(id).find(({ symptom }) => symptom === "registration-mismatch");
    const index = this.#observations.findIndex(({ id }) => id === list.id);
    const earlier = this.#observations.slice(0, index);
    for (const { device, value } of this.#world.matches?.({ list, earlier, alarmed, now }) ?? []) {
      const rules = this.#world.rulesOf(device).filter(({ when }) => when.on === "reading" && when.name === matchReading);
      const finding: Observation["finding"] = { status: "up", samples: [], readings: [{ name: matchReading, value }], faults: [] };
      const of = { id: `${list.id}/${device.id}`, check: `${device.id}/registration`, device: device.id };
      const judgement = this.#looks.judge({ ...list, ...of, finding }, rules, now);
      for (const transition of judgement.transitions) this.#follow(transition, device, list.at);
    }
  }

  #fireTimers(until: Instant): void {
    for (const key of this.#memory.due(until)) {
      const alarm = this.#overlay.get(key);
      const device = alarm === undefined ? undefined : this.#world.network.devices.get(alarm.device);
      const rule = alarm === undefined ? undefined : this.#world.ruleById.get(alarm.rule);
      if (alarm?.wakeAt === undefined || alarm.wakeAt > until || device === undefined || rule === undefined) continue;
      if (this.#listening.holds(alarm, device, rule, until)) continue;
      this.#glances.spill(device.id);
      const judgement = wakeAlarm(alarm, rule, isAbsence(rule) ? until : alarm.wakeAt, (key) => this.#overlay.mark(key));
      for (const changed of judgement.alarms) this.#overlay.set(changed);
      for (const transition of judgement.transitions) this.#follow(transition, device, transition.alarm.since);
    }
  }

  #follow(transition: Transition, device: Device, at: Instant): void {
    const { alarm, why } = transition;
    this.#persist.add(alarm.key);
    this.#touched.add(device.id);
    const rule = this.#world.ruleById.get(alarm.rule);
    if (rule?.outOfService === true) {
      this.#moved();
      if (transition.kind === "cleared") this.#cameBack.set(device.id, at);
    }
    if (transition.kind === "cleared" && saysForOthers(alarm.symptom, this.#world.ruleById.values()))
      this.#cameBack.set(saidBy(device.id, alarm.symptom), at);
    switch (rule?.eventOnly === true ? "event" : transition.kind) {
      case "event":
        if (rule?.opensRequest === true && !device.commissioning)
          this.#intents.push({ kind: "ask", alarm: alarm.key, root: alarm.key, at, why });
        else this.#intents.push({ kind: "event", device: device.id, symptom: alarm.symptom, at, why });
        return;
      case "raised":
      case "flapping":
        this.#raise(alarm, device, rule, at, why);
        return;
      case "settled":
        if (alarm.state === "active" && alarm.incident === undefined) this.#raise(alarm, device, rule, at, why);
        else this.#maybeRestored(alarm, rule, at, why);
        return;
      case "cleared":
      case "good-look":
        this.#maybeRestored(alarm, rule, at, why);
        return;
    }
  }

  #moved(): void {
    this.#serviceMoved = true;
    this.#others.serviceMoved();
  }

  #raise(alarm: Alarm, device: Device, rule: Rule | undefined, at: Instant, why: string): void {
    if (device.commissioning || rule?.eventOnly === true) return;
    if (this.#closedBy(alarm, device, rule, at)) return;
    const explained = this.#others.explained(alarm, device, rule);
    if (explained !== undefined) {
      this.#set({ ...alarm, suppressedBy: explained.by });
      this.#intents.push({ kind: "child", alarm: alarm.key, root: explained.root, at, why: explained.why });
      return;
    }
    if (this.#others.isEarly(alarm, device, rule, at)) {
      this.#held.add(alarm.key);
      return;
    }
    this.#intents.push({ kind: "open", alarm: alarm.key, root: rootCauseOf(alarm, rule), at, why });
    // A cause of its own by now, though nothing went down: what is behind it belongs to it, and what only says it again.
    if (rule?.outOfService === true || saysForOthers(alarm.symptom, this.#world.ruleById.values())) this.#moved();
  }

  /**
   * What was suppressed is judged again once nothing explains it any more, by looks that began after the explanation
   * ended: a look that was under way while the router came back says nothing about the device behind it.
   */
  #rejudgeSuppressed(device: Device, observation: Observation, transitions: readonly Transition[]): void {
    for (const alarm of this.#overlay.ofDevice(device.id)) {
      if (alarm.state !== "active" || alarm.suppressedBy === undefined || isGate(alarm.suppressedBy)) continue;
      if (transitions.some((moved) => moved.alarm.key === alarm.key)) continue;
      const rule = this.#world.ruleById.get(alarm.rule);
      if (this.#others.explained(alarm, device, rule) !== undefined) continue;
      const backAt = (id: string) => this.#cameBack.get(id) ?? this.#memory.cameBackAt(id);
      const ended = explanationEnded(alarm, { device, rule, world: this.#world, backAt });
      if (ended.at !== undefined && observation.at - observation.durationMs <= ended.at) continue;
      // Nor does a look of another kind: only one that could have cleared the alarm. What only the device itself can say, no look clears.
      const looked = rule === undefined || couldClear(rule, observation.kind);
      if (!looked) continue;
      const missed = oneMoreMissed(alarm, rule, observation, ended.at);
      if (missed !== undefined) {
        this.#set(missed);
        this.#kicks.push({ check: observation.check, inMs: rule?.retryMs ?? 0 });
        continue;
      }
      const { suppressedBy, ...free } = alarm;
      this.#set(free);
      this.#raise(free, device, rule, observation.at, ended.why);
    }
  }

  /** Maintenance, a silence, the device's own state, an empty room: the alarm stands, and opens nothing for now. */
  #closedBy(alarm: Alarm, device: Device | undefined, rule: Rule | undefined, at: Instant): boolean {
    const doing = this.#listening.doing(device, at);
    const gate = gatedBy(this.#world, { alarm, device, rule, at, doing, lost: () => this.#others.lost(device) });
    if (gate === undefined) return false;
    if (alarm.suppressedBy !== gate.by) {
      this.#set({ ...alarm, suppressedBy: gate.by });
      // What is excused is not out of service; what is only muted is.
      if (device !== undefined) this.#touched.add(device.id);
    }
    const { begins } = gate;
    if (begins !== undefined && !this.#begun.has(begins)) {
      this.#begun.add(begins);
      this.#intents.push({ kind: "begin", maintenance: begins, alarm: alarm.key, at, why: gate.why });
    }
    return true;
  }

  /** What stood behind a gate that is open again is judged now, whether or not a look comes. */
  #reopenGates(now: Instant): void {
    for (const key of this.#memory.gated()) {
      const alarm = this.#overlay.get(key);
      if (alarm?.state !== "active" || !isGate(alarm.suppressedBy)) continue;
      const device = this.#world.network.devices.get(alarm.device);
      const rule = this.#world.ruleById.get(alarm.rule);
      if (this.#closedBy(alarm, device, rule, now)) continue;
      const { suppressedBy, ...free } = alarm;
      this.#set(free);
      if (device !== undefined) this.#touched.add(device.id);
      if (rule?.outOfService === true) this.#moved();
      const why = stillFailing(suppressedBy);
      if (device !== undefined) {
        this.#raise(free, device, rule, now, why);
        if (rule?.outOfService === true) this.#nameChildren(device, rootCauseOf(free, rule), now);
      } else if (rule !== undefined) this.#raiseWide(free, rule, now, why, verdictOfHolder(this.#world, free.device));
    }
  }

  /** What was explained by a failure that had no incident yet is listed in the one it has now. */
  #nameChildren(device: Device, root: string, now: Instant): void {
    const named = new Set(this.#intents.flatMap((each) => (each.kind === "child" && each.root === root ? [each.alarm] : [])));
    for (const id of this.#others.below(device)) {
      const child = this.#world.network.devices.get(id);
      for (const alarm of child === undefined ? [] : this.#overlay.ofDevice(id)) {
        if (child === undefined || alarm.state !== "active" || alarm.suppressedBy === undefined || isGate(alarm.suppressedBy)) continue;
        const explained = this.#others.explained(alarm, child, this.#world.ruleById.get(alarm.rule));
        if (explained?.root === root && !named.has(alarm.key))
          this.#intents.push({ kind: "child", alarm: alarm.key, root, at: now, why: explained.why });
      }
    }
  }

  #judgeHeld(key: string, now: Instant): void {
    const alarm = this.#overlay.get(key);
    const device = alarm === undefined ? undefined : this.#world.network.devices.get(alarm.device);
    const rule = alarm === undefined ? undefined : this.#world.ruleById.get(alarm.rule);
    this.#held.delete(key);
    if (alarm?.state !== "active" || alarm.suppressedBy !== undefined) return;
    if (device !== undefined) {
      this.#raise(alarm, device, rule, now, whyHeld(alarm, rule, this.#world.holdUntil));
      const mine = this.#intents.find((each) => each.kind === "child" && each.alarm === key);
      if (mine?.kind === "child") this.#nameChildren(device, mine.root, now);
    }
    // Devices that use it have been accepted since.
    else if (rule !== undefined && isCredential(alarm.device)) this.#raiseWide(alarm, rule, now, alarm.detail ?? "", undefined);
  }

  #maybeRestored(alarm: Alarm, rule: Rule | undefined, at: Instant, why: string): void {
    if (alarm.suppressedBy !== undefined && alarm.state === "inactive") {
      const { suppressedBy: _s, ...free } = alarm;
      this.#set(free);
    }
    if (alarm.incident === undefined) return;
    if (allClear(alarm.incident, this.#overlay, this.#world))
      this.#intents.push({
        kind: "restore",
        incident: alarm.incident,
        at: alarm.firstGoodAt ?? at,
        why: rule === undefined ? "its rule left the configuration" : why,
      });
  }

  #judgeWide(at: Instant): void {
    const judge = new WideJudge({
      ...{ world: this.#world, overlay: this.#overlay, others: this.#others, at },
      ...{
        moved: this.#serviceMoved,
        touched: () => new Set([...this.#touched, ...this.#glances.seen.map(({ observation }) => observation.device)]),
        suspects: this.#memory.suspects,
      },
      apply: (wide) => this.#wideAlarm(wide),
    });
    judge.run();
    this.#suspects = judge.suspects;
    this.#kicks.push(...judge.kicks);
  }

  #settle(at: Instant): void {
    const parts = { world: this.#world, memory: this.#memory, overlay: this.#overlay, others: this.#others, intents: this.#intents, at };
    for (const device of new Settling({ ...parts, set: (alarm) => this.#set(alarm) }).run()) this.#lookAround(device);
  }

  #wideAlarm(input: Wide): void {
    const { holder, symptom, failing, devices, at, why, verdict, again } = input;
    const key = alarmKey(holder, symptom);
    const before = this.#overlay.get(key);
    const active = before?.state === "active";
    if (active === failing && again === undefined) return;
    this.#serviceMoved = true;
    const rule = this.#world.rules.find((each) => each.symptom === symptom);
    if (rule === undefined) return;
    const base = {
      ...{ key, device: holder, symptom, rule: rule.id, since: at, movedAt: at, movedSeq: 0 },
      ...{ flapRing: 0, flapping: false, raisedBy: "look" as const, detail: why },
    };
    if (failing) {
      const raised = { ...base, state: "active" as const, firstBadAt: input.since ?? at, badLooks: 1, goodLooks: 0 };
      this.#set(raised);
      this.#others.serviceMoved();
      this.#raiseWide(raised, rule, at, why, verdict);
    } else if (before !== undefined) {
      this.#cameBack.set(holder, at);
      const of = before.incident === undefined ? base : { ...base, incident: before.incident };
      const over: Alarm = { ...of, state: "inactive", firstGoodAt: at, badLooks: 0, goodLooks: this.#world.restoreAfterLooks };
      this.#set(over);
      this.#maybeRestored(over, rule, at, why);
    }
    for (const device of devices) this.#touched.add(device);
  }

  #raiseWide(alarm: Alarm, rule: Rule, at: Instant, why: string, verdict: Wide["verdict"]): void {
    if (onlyNewUse(this.#world.network, alarm.device) || this.#closedBy(alarm, undefined, rule, at)) return;
    const explained = this.#others.explained(alarm, undefined, rule);
    if (explained === undefined) {
      this.#intents.push({ kind: "open", alarm: alarm.key, root: alarm.device, at, why, ...(verdict === undefined ? {} : { verdict }) });
      return;
    }
    this.#set({ ...alarm, suppressedBy: explained.by });
    this.#intents.push({ kind: "child", alarm: alarm.key, root: explained.root, at, why: explained.why });
  }

  #set(alarm: Alarm): void {
    this.#overlay.set(alarm);
    this.#persist.add(alarm.key);
  }
}

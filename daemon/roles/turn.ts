/**
 * One turn of the evaluator, decided in memory: observations in, changed alarms and intents out. Nothing is written here.
 *
 * Timers due before an observation fire first, with their own due time. The same turn on the same memory decides the same.
 */
import { type Judgement, judgeObservation, type Transition, wakeAlarm } from "../../rules/alarm.ts";
import { matchReading } from "../../rules/registration.ts";
import { descendants, explain, judgeBlind, judgeLinks, type LinkJudgement, maskedBy, parentsToLookAt } from "../../rules/suppress.ts";
import { type Alarm, alarmKey } from "../model/alarm.ts";
import type { Device } from "../model/network.ts";
import type { Observation } from "../model/observation.ts";
import type { Rule } from "../model/rule.ts";
import type { Instant } from "../model/time.ts";
import type { Intent, Kick, TurnResult, TurnWorld, Wide } from "./intent.ts";
import { type AlarmMemory, Overlay } from "./memory.ts";

export type { Intent, Kick, TurnResult, TurnWorld, Wide } from "./intent.ts";

export const blindRoot = "blind";
const blindSymptom = "blind-poller";
const linkSymptom = "link-down";
const loginSymptom = "login-refused";
const unobservedSymptom = "unobserved";
const mismatchSymptom = "registration-mismatch";

/** The root cause of an alarm: the two ways of being out of service are one. */
export function rootCauseOf(alarm: Pick<Alarm, "device" | "key">, rule: Rule | undefined): string {
  return rule?.outOfService === true ? `down:${alarm.device}` : alarm.key;
}

export class Turn {
  readonly #world: TurnWorld;
  readonly #memory: AlarmMemory;
  readonly #overlay: Overlay;
  readonly #persist = new Set<string>();
  readonly #intents: Intent[] = [];
  readonly #kicks: Kick[] = [];
  readonly #touched = new Set<string>();
  readonly #looked = new Set<string>();
  readonly #answered = new Set<string>();
  readonly #cameBack = new Map<string, Instant>();
  readonly #held = new Set<string>();
  #links: readonly LinkJudgement[] | undefined;
  #serviceMoved = false;

  constructor(world: TurnWorld, memory: AlarmMemory) {
    this.#world = world;
    this.#memory = memory;
    this.#overlay = new Overlay(memory);
  }

  run(observations: readonly Observation[], now: Instant, held: ReadonlySet<string>, wide: readonly Wide[] = []): TurnResult {
    for (const observation of observations) {
      this.#fireTimers(observation.at);
      this.#observe(observation, now);
    }
    this.#fireTimers(now);
    for (const key of held) this.#judgeHeld(key, now);
    for (const each of wide) this.#wideAlarm(each);
    if (this.#serviceMoved) this.#judgeWide(now);
    const up = new Map([...this.#touched].map((device) => [device, this.#upOf(device)]));
    const decided = { persist: this.#persist, intents: this.#intents, kicks: this.#kicks, cameBack: this.#cameBack, held: this.#held };
    return { overlay: this.#overlay, ...decided, up };
  }

  #observe(observation: Observation, now: Instant): void {
    const device = this.#world.network.devices.get(observation.device);
    if (device === undefined) return;
    this.#touched.add(device.id);
    if (observation.kind !== "trap") this.#looked.add(device.id);
    if (observation.kind !== "trap" && observation.finding.status === "up") this.#answered.add(device.id);
    const judgement = this.#judge(observation, device, this.#world.rulesOf(device, undefined, observation), now);
    if (judgement.confirm) this.#kicks.push({ device: device.id, inMs: 0, confirm: true });
    if (judgement.retrySoonMs !== undefined) {
      this.#kicks.push({ check: observation.check, inMs: judgement.retrySoonMs });
      for (const parent of parentsToLookAt(this.#world.network, device)) this.#kicks.push({ device: parent, inMs: 0 });
      // Is it us? The canary is looked at before anybody else is called down.
      const { canary } = this.#world.network;
      if (canary !== undefined && canary !== device.id) this.#kicks.push({ device: canary, inMs: 0 });
    }
    this.#rejudgeSuppressed(device, observation, new Set(judgement.transitions.map((each) => each.alarm.key)));
    this.#compare(observation, now);
  }

  #judge(observation: Observation, device: Device, rules: readonly Rule[], now: Instant): Judgement {
    const previous = this.#memory.judged(observation.check);
    const judgement = judgeObservation({
      observation,
      rules,
      alarms: (key) => this.#overlay.get(key),
      now,
      ofDevice: () => [...this.#overlay.ofDevice(device.id), ...this.#overlay.settlingOf(device.id)],
      hasAlarms: this.#overlay.knows(device.id),
      restoreAfterLooks: this.#world.restoreAfterLooks,
      ...(previous === undefined ? {} : { previous }),
    });
    for (const alarm of judgement.alarms) this.#overlay.set(alarm);
    for (const transition of judgement.transitions) this.#follow(transition, device, observation.at);
    return judgement;
  }

  /**
   * A gatekeeper's list is the other side of what the devices on it say of themselves. Here, because it is one look that is about many
   * devices: to the rules each of them gets a look of its own, with the word of the comparison and nothing else, so that nothing else
   * about it is judged, and it does not count as having been looked at.
   */
  #compare(list: Observation, now: Instant): void {
    const live = (id: string) => [...this.#overlay.ofDevice(id), ...this.#overlay.settlingOf(id)];
    const alarmed = (id: string) => live(id).some(({ symptom }) => symptom === mismatchSymptom);
    for (const { device, value } of this.#world.matches?.(list, alarmed) ?? []) {
      const rules = this.#world.rulesOf(device).filter(({ when }) => when.on === "reading" && when.name === matchReading);
      const finding: Observation["finding"] = { status: "up", samples: [], readings: [{ name: matchReading, value }], faults: [] };
      const of = { id: `${list.id}/${device.id}`, check: `${device.id}/registration`, device: device.id };
      this.#judge({ ...list, ...of, finding }, device, rules, now);
    }
  }

  #fireTimers(until: Instant): void {
    for (const key of this.#memory.due(until)) {
      const alarm = this.#overlay.get(key);
      const device = alarm === undefined ? undefined : this.#world.network.devices.get(alarm.device);
      const rule = alarm === undefined ? undefined : this.#world.ruleById.get(alarm.rule);
      if (alarm?.wakeAt === undefined || alarm.wakeAt > until || device === undefined || rule === undefined) continue;
      const due = alarm.wakeAt;
      const judgement = wakeAlarm(alarm, rule, due);
      for (const changed of judgement.alarms) this.#overlay.set(changed);
      for (const transition of judgement.transitions) this.#follow(transition, device, due);
    }
  }

  #follow(transition: Transition, device: Device, at: Instant): void {
    const { alarm, why } = transition;
    this.#persist.add(alarm.key);
    const rule = this.#world.ruleById.get(alarm.rule);
    if (rule?.outOfService === true) {
      this.#serviceMoved = true;
      this.#links = undefined;
      if (transition.kind === "cleared") this.#cameBack.set(device.id, at);
    }
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

  #raise(alarm: Alarm, device: Device, rule: Rule | undefined, at: Instant, why: string): void {
    if (device.commissioning || rule?.eventOnly === true) return;
    const explained = this.#explained(alarm, device, rule);
    if (explained !== undefined) {
      this.#set({ ...alarm, suppressedBy: explained.by });
      this.#intents.push({ kind: "child", alarm: alarm.key, root: explained.root, at, why: explained.why });
      return;
    }
    if (at < this.#world.holdUntil && this.#parentsUnseen(device)) {
      this.#held.add(alarm.key);
      return;
    }
    this.#intents.push({ kind: "open", alarm: alarm.key, root: rootCauseOf(alarm, rule), at, why });
    if (rule?.outOfService === true) {
      const children = [...descendants(this.#world.network, device.id)].filter((id) => id !== device.id);
      if (children.length > 0)
        this.#intents.push({
          kind: "fold",
          root: `down:${device.id}`,
          devices: children,
          by: device.id,
          at,
          why: `${device.id}, which they are reached through, is down`,
        });
    }
  }

  /** Why an alarm is not a cause of its own: blind, masked on its own device, or behind what is down. */
  #explained(alarm: Alarm, device: Device, rule: Rule | undefined): { by: string; root: string; why: string } | undefined {
    if (rule?.suppressible === false) return undefined;
    const blind = this.#overlay.get(alarmKey(blindRoot, blindSymptom))?.state === "active";
    // The canary's own failure is what being blind means: it is no second incident.
    const canaryDown = device.id === this.#world.network.canary && rule?.outOfService === true;
    if (blind || canaryDown) return { by: blindRoot, root: blindRoot, why: "we are blind ourselves" };
    const credential = this.#restingCredential(alarm, device);
    if (credential !== undefined) return { by: credential, root: credential, why: "the credential is refused on several devices" };
    const others = [...this.#overlay.ofDevice(device.id)].filter((other) => other.state === "active" && other.key !== alarm.key);
    const mask = maskedBy(alarm.symptom, new Set(others.map((other) => other.symptom)));
    const hider = others.find((other) => other.symptom === mask);
    if (hider !== undefined) {
      const root = rootCauseOf(hider, this.#world.ruleById.get(hider.rule));
      return { by: device.id, root, why: `the device is ${hider.symptom}` };
    }
    if (rule === undefined) return undefined;
    const links = this.#downLinks();
    const behind = explain({ device, network: this.#world.network, state: (id) => this.#stateOf(id), symptom: alarm.symptom, rule, links });
    if (behind === undefined) return undefined;
    const isLink = this.#world.network.links.has(behind.root);
    return {
      by: isLink ? `link:${behind.root}` : behind.by,
      root: isLink ? `link:${behind.root}` : `down:${behind.root}`,
      why: behind.why,
    };
  }

  /** The circuits that are down, judged at most once a turn, and only while one is. */
  #downLinks(): readonly LinkJudgement[] {
    if (this.#links !== undefined) return this.#links;
    const { network } = this.#world;
    const active = [...network.links.keys()].filter((id) => this.#overlay.get(alarmKey(`link:${id}`, linkSymptom))?.state === "active");
    this.#links = active.length === 0 ? [] : judgeLinks(network, (id) => this.#stateOf(id)).filter(({ link }) => active.includes(link));
    return this.#links;
  }

  /** The credential that rests everywhere and is why this check is refused, or sees nothing at all. */
  #restingCredential(alarm: Alarm, device: Device): string | undefined {
    if (alarm.symptom !== loginSymptom && alarm.symptom !== unobservedSymptom) return undefined;
    const { snmp, ssh, telnet } = device.credentials;
    const used = alarm.part === "snmp" ? [snmp] : alarm.part === "ssh" ? [ssh] : alarm.part === "telnet" ? [telnet] : [];
    const holders = used.flatMap((id) => (id === undefined ? [] : [`credential:${id}`]));
    return holders.find((holder) => this.#overlay.get(alarmKey(holder, loginSymptom))?.state === "active");
  }

  /**
   * What was suppressed is judged again once nothing explains it any more, at the first look that began after the explanation
   * ended: a look that was under way while the router came back says nothing about the device behind it.
   */
  #rejudgeSuppressed(device: Device, observation: Observation, moved: ReadonlySet<string>): void {
    for (const alarm of this.#overlay.ofDevice(device.id)) {
      if (alarm.state !== "active" || alarm.suppressedBy === undefined || moved.has(alarm.key)) continue;
      const rule = this.#world.ruleById.get(alarm.rule);
      if (this.#explained(alarm, device, rule) !== undefined) continue;
      const back = this.#cameBack.get(alarm.suppressedBy) ?? this.#memory.cameBackAt(alarm.suppressedBy);
      if (back !== undefined && observation.at - observation.durationMs <= back) continue;
      // Nor does a look of another kind: only one that could have cleared the alarm. What only the device itself can say, no look clears.
      const looked = rule === undefined || rule.when.on === "fault" || this.#world.rulesOf(device, undefined, observation).includes(rule);
      if (!looked) continue;
      const { suppressedBy, ...free } = alarm;
      this.#set(free);
      this.#raise(free, device, rule, observation.at, `still failing after ${suppressedBy} came back`);
    }
  }

  #judgeHeld(key: string, now: Instant): void {
    const alarm = this.#overlay.get(key);
    const device = alarm === undefined ? undefined : this.#world.network.devices.get(alarm.device);
    if (alarm === undefined || device === undefined || alarm.state !== "active" || alarm.suppressedBy !== undefined) return;
    this.#raise(alarm, device, this.#world.ruleById.get(alarm.rule), now, "held at the start until its parents were looked at");
  }

  #maybeRestored(alarm: Alarm, rule: Rule | undefined, at: Instant, why: string): void {
    if (alarm.suppressedBy !== undefined && alarm.state === "inactive") {
      const { suppressedBy: _s, ...free } = alarm;
      this.#set(free);
    }
    if (alarm.incident === undefined) return;
    const enough = (each: Alarm) =>
      each.state === "inactive" &&
      (each.goodLooks >= this.#world.restoreAfterLooks || this.#world.ruleById.get(each.rule)?.clearedBy === "trap");
    const mine = [...this.#overlay.ofIncident(alarm.incident)];
    if (mine.every(enough))
      this.#intents.push({
        kind: "restore",
        incident: alarm.incident,
        at: alarm.firstGoodAt ?? at,
        why: rule === undefined ? "its rule left the configuration" : why,
      });
  }

  /** A router or the canary moved: judge our own sight, then, as far as we see, the links without an address. */
  #judgeWide(now: Instant): void {
    const { network } = this.#world;
    const state = (id: string) => this.#stateOf(id);
    const blind = judgeBlind(network, state);
    const all = [...network.devices.keys()].filter((id) => id !== network.canary);
    this.#wideAlarm({ holder: blindRoot, symptom: blindSymptom, failing: blind.blind, devices: all, at: now, why: blind.why });
    for (const verdict of judgeLinks(network, state)) {
      const link = network.links.get(verdict.link);
      const polled = link?.device !== undefined && (network.devices.get(link.device)?.checks.length ?? 0) > 0;
      if (link === undefined || polled || verdict.down === undefined) continue;
      const devices = [...network.devices.values()].filter((device) => verdict.sites.includes(device.site)).map((device) => device.id);
      this.#wideAlarm({ holder: `link:${verdict.link}`, symptom: linkSymptom, failing: verdict.down, devices, at: now, why: verdict.why });
    }
  }

  #wideAlarm(input: Wide): void {
    const { holder, symptom, failing, devices, at, why, symptoms } = input;
    const key = alarmKey(holder, symptom);
    const before = this.#overlay.get(key);
    const active = before?.state === "active";
    if (active === failing) return;
    const rule = this.#world.rules.find((each) => each.symptom === symptom);
    if (rule === undefined) return;
    const base = {
      key,
      device: holder,
      symptom,
      rule: rule.id,
      since: at,
      movedAt: at,
      movedSeq: 0,
      flapRing: 0,
      flapping: false,
      raisedBy: "look" as const,
      detail: why,
    };
    if (failing) {
      this.#set({ ...base, state: "active", firstBadAt: at, badLooks: 1, goodLooks: 0 });
      this.#intents.push(
        { kind: "open", alarm: key, root: holder, at, why },
        { kind: "fold", root: holder, devices, by: holder, at, why, ...(symptoms === undefined ? {} : { symptoms }) },
      );
    } else if (before !== undefined) {
      this.#cameBack.set(holder, at);
      const incident = before.incident === undefined ? {} : { incident: before.incident };
      this.#set({ ...base, ...incident, state: "inactive", firstGoodAt: at, badLooks: 0, goodLooks: this.#world.restoreAfterLooks });
      if (before.incident !== undefined) this.#intents.push({ kind: "restore", incident: before.incident, at, why });
    }
    for (const device of devices) this.#touched.add(device);
  }

  #set(alarm: Alarm): void {
    this.#overlay.set(alarm);
    this.#persist.add(alarm.key);
  }

  #parentsUnseen(device: Device): boolean {
    return parentsToLookAt(this.#world.network, device).some((id) => this.#world.board.get(id) === undefined && !this.#looked.has(id));
  }

  /** What is in commissioning counts in nothing: it explains nobody else's failure. */
  #stateOf(device: string): "up" | "down" | "unknown" {
    if (this.#world.network.devices.get(device)?.commissioning === true) return "unknown";
    const up = this.#upOf(device);
    return up === 0 ? "down" : up === 1 ? "up" : "unknown";
  }

  /** 0 with an active out-of-service alarm, 1 when something answered, NaN when nothing ever did or we are blind. */
  #upOf(device: string): number {
    const blind = this.#overlay.get(alarmKey(blindRoot, blindSymptom))?.state === "active";
    if (blind && device !== this.#world.network.canary) return Number.NaN;
    for (const alarm of this.#overlay.ofDevice(device)) {
      if (alarm.state === "active" && this.#world.ruleById.get(alarm.rule)?.outOfService === true) return 0;
    }
    if (this.#answered.has(device)) return 1;
    const seen = this.#world.board.get(device);
    const answered = seen !== undefined && (seen.up === 1 || [...seen.looks.values()].some((look) => look.status === "up"));
    return answered ? 1 : Number.NaN;
  }
}

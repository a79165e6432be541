/**
 * What a turn knows of others when it judges one alarm: is a device in service, and whose failure explains this one?
 *
 * Reads the turn's overlay, so that a failure decided a moment ago explains what comes after it.
 */

import { isLoginLost, type Lost, silenceOf } from "../../rules/activity.ts";
import { DOUBT_MS, inDoubt } from "../../rules/doubt.ts";
import { maskedBy } from "../../rules/hiding.ts";
import {
  type BlindJudgement,
  below,
  CORE,
  type Cut,
  type CutDown,
  type CutJudgement,
  explain,
  isBehind,
  judgeBlind,
  judgeCut,
  parentsToLookAt,
  type Seen,
  witnesses,
} from "../../rules/suppress.ts";
import { type Alarm, alarmKey, gateOf } from "../model/alarm.ts";
import type { Device } from "../model/network.ts";
import type { Observation } from "../model/observation.ts";
import type { Rule } from "../model/rule.ts";
import type { Instant } from "../model/time.ts";
import type { TurnWorld } from "./intent.ts";
import type { Overlay } from "./memory.ts";

export const blindRoot = "blind";
export const blindSymptom = "blind-poller";
export const linkSymptom = "link-down";
const blindKey = alarmKey(blindRoot, blindSymptom);
const coreKey = alarmKey(CORE, linkSymptom);
const loginSymptom = "login-refused";
const unobservedSymptom = "unobserved";
/** Parts of such an alarm that present a credential. */
const loginParts = ["snmp", "ssh", "telnet", "https"] as const;

/** The root cause of an alarm: the two ways of being out of service are one. */
export function rootCauseOf(alarm: Pick<Alarm, "device" | "key">, rule: Rule | undefined): string {
  return rule?.outOfService === true ? `down:${alarm.device}` : alarm.key;
}

/** In a call and silent over SNMP is in service; a cart that is put away is neither that nor out of it. Undefined: nothing excuses it. */
function excuseOf({ suppressedBy }: Alarm): "serving" | "away" | undefined {
  const gate = gateOf(suppressedBy);
  if (gate?.kind === "presence") return "away";
  if (gate?.kind !== "state") return undefined;
  return gate.what === "off" ? "away" : "serving";
}

/** Who may be why a device does not answer: its parents, our own sight, and those who tell of a circuit that nobody can look at. */
export function whoMayBeWhy({ network, topology }: Pick<TurnWorld, "network" | "topology">, device: Device): ReadonlySet<string> {
  const around = new Set([
    ...parentsToLookAt(network, device),
    ...witnesses(device.site, topology.cutsBySite.get(device.site) ?? [], topology.bySite),
  ]);
  if (network.canary !== undefined) around.add(network.canary);
  around.delete(device.id);
  return around;
}

/** By whom, under which root cause, and why. */
export interface Explained {
  readonly by: string;
  readonly root: string;
  readonly why: string;
}

export class Explainer {
  readonly #world: TurnWorld;
  readonly #overlay: Overlay;
  /** When a device answered in this turn. */
  readonly #answered = new Map<string, Instant>();
  readonly #looked = new Set<string>();
  /** Not yet taken in. */
  readonly #heard: Observation[] = [];
  #cuts: readonly CutDown[] | undefined;
  #blind: boolean | undefined;

  constructor(world: TurnWorld, overlay: Overlay) {
    this.#world = world;
    this.#overlay = overlay;
  }

  /** A device was looked at in this turn; `answeredAt` when it answered. */
  looked(device: string, answeredAt: Instant | undefined): void {
    this.#looked.add(device);
    if (answeredAt === undefined) return;
    this.#answered.set(device, Math.max(answeredAt, this.#answered.get(device) ?? 0));
    this.#blind = undefined;
  }

  /** The same, of a look that answered and says nothing new: taken in when somebody asks. */
  heard(observation: Observation): void {
    this.#heard.push(observation);
  }

  #takeIn(): void {
    if (this.#heard.length === 0) return;
    for (const { device, at } of this.#heard) this.looked(device, at);
    this.#heard.length = 0;
  }

  /** Something went out of service or came back: circuits and our own sight are judged again when next asked for. */
  serviceMoved(): void {
    this.#cuts = undefined;
    this.#blind = undefined;
  }

  /** Is it too early to say whose failure it is? At a start, until its parents were looked at; then, while looks at them are under way. */
  isEarly(alarm: Alarm, device: Device, rule: Rule | undefined, at: Instant): boolean {
    this.#takeIn();
    if (at < this.#world.holdUntil && this.#parentsUnseen(device)) return true;
    // With its first bad look they were asked for; one that was raised at once asked for none.
    const asked = alarm.raisedBy === "look" && (rule?.attempts ?? 1) > 1 && rule?.outOfService === true && rule.suppressible;
    if (!asked || at - alarm.since >= DOUBT_MS) return false;
    const { network, topology } = this.#world;
    return inDoubt({ device, network, seen: (id) => this.seen(id), cuts: topology.cuts, since: alarm.firstBadAt ?? alarm.since });
  }

  #parentsUnseen(device: Device): boolean {
    return parentsToLookAt(this.#world.network, device).some((id) => this.#world.board.get(id) === undefined && !this.#looked.has(id));
  }

  /** Everything that is reached through it, over any of its parents. */
  below(device: Device): ReadonlySet<string> {
    return below(this.#world.topology, device.id);
  }

  /** Why an alarm is not a cause of its own: blind, masked on its own device, behind what is down, or one of several circuits. */
  explained(alarm: Alarm, device: Device | undefined, rule: Rule | undefined): Explained | undefined {
    if (device === undefined) return this.#explainedWide(alarm);
    if (rule?.suppressible === false) return undefined;
    if (this.#isBlind() || this.#isWitness(device, rule)) return { by: blindRoot, root: blindRoot, why: "we are blind ourselves" };
    const credential = this.#restingCredential(alarm, device);
    if (credential !== undefined) return { by: credential, root: credential, why: "the credential is refused on several devices" };
    const others = [...this.#overlay.ofDevice(device.id)].filter((other) => other.state === "active" && other.key !== alarm.key);
    const hider = maskedBy(alarm, others, rule?.hiddenBy);
    if (hider !== undefined) {
      const root = rootCauseOf(hider, this.#world.ruleById.get(hider.rule));
      return { by: device.id, root, why: `the device is ${hider.symptom}` };
    }
    if (rule === undefined) return undefined;
    const { network } = this.#world;
    const coreSince = this.coreSince();
    const cuts = this.downCuts();
    const seen = (id: string) => this.seen(id);
    const behind = explain({ device, network, seen, rule, cuts, ...(coreSince === undefined ? {} : { coreSince }) });
    if (behind === undefined) return undefined;
    return { ...behind, root: network.devices.has(behind.root) ? `down:${behind.root}` : behind.root };
  }

  /** A circuit is not told while we are blind, nor beside the core that it hangs on. */
  #explainedWide(alarm: Alarm): Explained | undefined {
    if (!alarm.device.startsWith("link:")) return undefined;
    if (this.#isBlind()) return { by: blindRoot, root: blindRoot, why: "we are blind ourselves" };
    if (alarm.device === CORE) return undefined;
    const coreSince = this.coreSince();
    if (coreSince !== undefined && alarm.since >= coreSince)
      return { by: CORE, root: CORE, why: "several circuits failed at once: what they share is down" };
    const all = this.downCuts();
    const mine = all.find(({ cut }) => cut.holder === alarm.device);
    const outer =
      mine === undefined ? undefined : all.find(({ cut }) => isBehind(mine.cut, cut) && !all.some((other) => isBehind(cut, other.cut)));
    if (outer === undefined) return undefined;
    const by = outer.cut.polled ? `down:${outer.cut.devices[0]}` : outer.cut.holder;
    return { by: outer.cut.holder, root: by, why: `it is behind ${outer.cut.links.join(", ")}, which is down` };
  }

  #isBlind(): boolean {
    return this.#overlay.get(blindKey)?.state === "active";
  }

  /** The canary's own failure, or our gateway's, is what being blind means: it is no second incident. */
  #isWitness(device: Device, rule: Rule | undefined): boolean {
    const { canary, devices, sites } = this.#world.network;
    if (canary === undefined || rule?.outOfService !== true) return false;
    if (device.id !== canary && sites.get(devices.get(canary)?.site ?? "")?.gateway !== device.id) return false;
    this.#takeIn();
    this.#blind ??= this.judgeSight().blind;
    return this.#blind;
  }

  judgeSight(): BlindJudgement {
    return judgeBlind(this.#world.network, (id) => this.seen(id), this.#world.startedAt);
  }

  judgeCut(cut: Cut): CutJudgement {
    return judgeCut(cut, this.#world.topology.bySite, (id) => this.seen(id), this.#world.startedAt);
  }

  /** Since when several circuits are down at once; undefined: they are not. */
  coreSince(): Instant | undefined {
    const core = this.#overlay.get(coreKey);
    return core?.state === "active" ? core.firstBadAt : undefined;
  }

  /** The cuts that are down: by their alarm, or by the devices that stand for their circuits. */
  downCuts(): readonly CutDown[] {
    this.#cuts ??= this.#world.topology.cuts.flatMap((cut) => {
      if (!cut.polled) {
        const alarm = this.#overlay.get(alarmKey(cut.holder, linkSymptom));
        return alarm?.state === "active" ? [{ cut, since: alarm.since }] : [];
      }
      const since = cut.devices.map((id) => this.seen(id).downSince);
      return since.every((at) => at !== undefined) ? [{ cut, since: Math.max(...since) }] : [];
    });
    return this.#cuts;
  }

  /** The credential that rests everywhere and is why this check is refused, or sees nothing at all. */
  #restingCredential(alarm: Alarm, device: Device): string | undefined {
    if (alarm.symptom !== loginSymptom && alarm.symptom !== unobservedSymptom) return undefined;
    const used = loginParts.find((part) => part === alarm.part);
    const holders = used === undefined ? [] : [device.credentials[used]].flatMap((id) => (id === undefined ? [] : [`credential:${id}`]));
    return holders.find((holder) => this.#overlay.get(alarmKey(holder, loginSymptom))?.state === "active");
  }

  /** What of a device is gone: one of the two for certain; of the other a first bad look is enough. */
  lost(device: Device | undefined): Lost {
    const [gone, failing] = [new Set<string>(), new Set<string>()];
    for (const alarm of device === undefined ? [] : this.#overlay.ofDevice(device.id)) {
      const when = this.#world.ruleById.get(alarm.rule)?.when;
      if (when === undefined) continue;
      for (const what of [silenceOf(when) === "icmp" ? "link" : [], isLoginLost(when) ? "login" : []].flat()) {
        failing.add(what);
        if (alarm.state === "active") gone.add(what);
      }
    }
    return gone.size === 0 ? { link: false, login: false } : { link: failing.has("link"), login: failing.has("login") };
  }

  /** What was seen of a device, however blind we are. What is in commissioning counts in nothing: it explains nobody else's failure. */
  seen(device: string): Seen {
    if (this.#world.network.devices.get(device)?.commissioning === true) return { state: "unknown" };
    let failingSince: Instant | undefined;
    let downSince: Instant | undefined;
    const failing = this.#outOfService(device);
    // Of what is put away nothing can be told.
    if (failing.some((alarm) => excuseOf(alarm) === "away")) return { state: "unknown" };
    for (const alarm of failing) {
      if (excuseOf(alarm) !== undefined) continue;
      failingSince = Math.min(alarm.firstBadAt ?? alarm.since, failingSince ?? Number.POSITIVE_INFINITY);
      if (alarm.state === "active") downSince = Math.min(alarm.since, downSince ?? Number.POSITIVE_INFINITY);
    }
    const answeredAt = this.#answeredAt(device);
    const state = downSince !== undefined ? "down" : answeredAt !== undefined || this.#world.board.get(device)?.up === 1 ? "up" : "unknown";
    return {
      state,
      ...(answeredAt === undefined ? {} : { answeredAt }),
      ...(failingSince === undefined ? {} : { failingSince }),
      ...(downSince === undefined ? {} : { downSince }),
    };
  }

  /** Pending and active alarms by which it is not in service. */
  #outOfService(device: string): readonly Alarm[] {
    return [...this.#overlay.ofDevice(device)].filter(({ rule }) => this.#world.ruleById.get(rule)?.outOfService === true);
  }

  #answeredAt(device: string): Instant | undefined {
    this.#takeIn();
    let last = this.#answered.get(device);
    for (const look of this.#world.board.get(device)?.looks.values() ?? []) {
      if (look.answeredAt !== undefined && (last === undefined || look.answeredAt > last)) last = look.answeredAt;
    }
    return last;
  }

  /** 0 with an active out-of-service alarm that its own state or an empty room does not excuse, 1 when something answered, NaN when nothing ever did or we are blind. */
  upOf(device: string): number {
    if (this.#isBlind() && device !== this.#world.network.canary) return Number.NaN;
    let isAway = false;
    for (const alarm of this.#outOfService(device)) {
      if (alarm.state !== "active") continue;
      const excuse = excuseOf(alarm);
      if (excuse === undefined) return 0;
      if (excuse === "away") isAway = true;
    }
    if (isAway) return Number.NaN;
    this.#takeIn();
    if (this.#answered.has(device)) return 1;
    const seen = this.#world.board.get(device);
    const answered = seen !== undefined && (seen.up === 1 || [...seen.looks.values()].some((look) => look.status === "up"));
    return answered ? 1 : Number.NaN;
  }
}

/**
 * What a turn knows of others when it judges one alarm: is a device in service, and whose failure explains this one?
 *
 * Reads the turn's overlay, so that a failure decided a moment ago explains what comes after it.
 */
import { descendants, explain, judgeLinks, type LinkJudgement, maskedBy, parentsToLookAt } from "../../rules/suppress.ts";
import { type Alarm, alarmKey } from "../model/alarm.ts";
import type { Device } from "../model/network.ts";
import type { Rule } from "../model/rule.ts";
import type { TurnWorld } from "./intent.ts";
import type { Overlay } from "./memory.ts";

export const blindRoot = "blind";
export const blindSymptom = "blind-poller";
export const linkSymptom = "link-down";
const loginSymptom = "login-refused";
const unobservedSymptom = "unobserved";

/** The root cause of an alarm: the two ways of being out of service are one. */
export function rootCauseOf(alarm: Pick<Alarm, "device" | "key">, rule: Rule | undefined): string {
  return rule?.outOfService === true ? `down:${alarm.device}` : alarm.key;
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
  readonly #answered = new Set<string>();
  readonly #looked = new Set<string>();
  #links: readonly LinkJudgement[] | undefined;

  constructor(world: TurnWorld, overlay: Overlay) {
    this.#world = world;
    this.#overlay = overlay;
  }

  /** A device was looked at in this turn. */
  looked(device: string, answered: boolean): void {
    this.#looked.add(device);
    if (answered) this.#answered.add(device);
  }

  /** Something went out of service or came back: circuits are judged again when next asked for. */
  serviceMoved(): void {
    this.#links = undefined;
  }

  parentsUnseen(device: Device): boolean {
    return parentsToLookAt(this.#world.network, device).some((id) => this.#world.board.get(id) === undefined && !this.#looked.has(id));
  }

  /** Everything that is reached only through it. */
  below(device: Device): readonly string[] {
    return [...descendants(this.#world.network, device.id)].filter((id) => id !== device.id);
  }

  /** Why an alarm is not a cause of its own: blind, masked on its own device, or behind what is down. */
  explained(alarm: Alarm, device: Device, rule: Rule | undefined): Explained | undefined {
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
    const behind = explain({ device, network: this.#world.network, state: (id) => this.stateOf(id), symptom: alarm.symptom, rule, links });
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
    this.#links = active.length === 0 ? [] : judgeLinks(network, (id) => this.stateOf(id)).filter(({ link }) => active.includes(link));
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

  /** What is in commissioning counts in nothing: it explains nobody else's failure. */
  stateOf(device: string): "up" | "down" | "unknown" {
    if (this.#world.network.devices.get(device)?.commissioning === true) return "unknown";
    const up = this.upOf(device);
    return up === 0 ? "down" : up === 1 ? "up" : "unknown";
  }

  /** 0 with an active out-of-service alarm, 1 when something answered, NaN when nothing ever did or we are blind. */
  upOf(device: string): number {
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

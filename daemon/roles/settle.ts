/**
 * The same incidents in whatever order the alarms came: once something went out of service or came back, what was opened before its cause
 * was known is folded into it, or not opened at all, and a cause names everybody whom it explains.
 *
 * The last step of a turn; changes its intents.
 */
import { verdictOf } from "../../rules/suppress.ts";
import type { Alarm } from "../model/alarm.ts";
import type { Device } from "../model/network.ts";
import type { Instant } from "../model/time.ts";
import type { Explained, Explainer } from "./explain.ts";
import type { Intent, TurnWorld } from "./intent.ts";
import { type AlarmMemory, isGate, type Overlay } from "./memory.ts";

export interface SettlingParts {
  readonly world: TurnWorld;
  readonly memory: AlarmMemory;
  readonly overlay: Overlay;
  readonly others: Explainer;
  /** Of the turn; changed in place. */
  readonly intents: Intent[];
  readonly at: Instant;
  readonly set: (alarm: Alarm) => void;
}

type Open = Extract<Intent, { kind: "open" }>;
type Fold = Extract<Intent, { kind: "fold" }>;

export class Settling {
  readonly #in: SettlingParts;
  readonly #opened: Map<string, Open>;
  readonly #folds = new Map<string, Fold & { alarms: string[] }>();

  constructor(parts: SettlingParts) {
    this.#in = parts;
    this.#opened = new Map(parts.intents.flatMap((intent) => (intent.kind === "open" ? [[intent.alarm, intent]] : [])));
  }

  /** Devices that are called down with this turn: who stands above them is looked at. */
  run(): readonly Device[] {
    for (const alarm of this.#active(this.#in.memory.free(), false)) this.#join(alarm);
    this.#listAnew();
    this.#in.intents.push(...this.#folds.values());
    // Named too, whatever incident had gathered them.
    for (const { alarms, root, at, why } of this.#folds.values())
      for (const alarm of alarms) this.#in.intents.push({ kind: "child", alarm, root, at, why });
    for (const { root, alarms } of this.#folds.values()) if (!this.#opens(root)) this.#listUnder(root, this.#below(alarms));
    return [...this.#opened.values()].flatMap((open) => this.#settleOpen(open) ?? []);
  }

  #join(alarm: Alarm): void {
    const open = this.#opened.get(alarm.key);
    // Held at the start, or an event: it has opened nothing.
    if (open === undefined && alarm.incident === undefined) return;
    const explained = this.#explained(alarm);
    if (explained === undefined) return;
    const { by, root, why } = explained;
    if (open === undefined) {
      const same = this.#folds.get(`${root} ${by}`);
      if (same === undefined) this.#folds.set(`${root} ${by}`, { kind: "fold", root, alarms: [alarm.key], by, at: this.#in.at, why });
      else same.alarms.push(alarm.key);
      return;
    }
    this.#in.set({ ...alarm, suppressedBy: by });
    this.#replace(open, { kind: "child", alarm: alarm.key, root, at: open.at, why });
    this.#opened.delete(alarm.key);
  }

  /** What was explained a moment ago by something that another's failure explains by now belongs there. */
  #listAnew(): void {
    for (const child of this.#in.intents.filter((each) => each.kind === "child")) {
      const alarm = this.#in.overlay.get(child.alarm);
      const explained = alarm?.state === "active" ? this.#explained(alarm) : undefined;
      if (explained !== undefined && explained.root !== child.root)
        this.#replace(child, { ...child, root: explained.root, why: explained.why });
    }
  }

  #explained(alarm: Alarm): Explained | undefined {
    const { world, others } = this.#in;
    return others.explained(alarm, world.network.devices.get(alarm.device), world.ruleById.get(alarm.rule));
  }

  #replace(intent: Intent, by: Intent): void {
    this.#in.intents.splice(this.#in.intents.indexOf(intent), 1, by);
  }

  /** Active alarms of these keys and of this turn that another's failure explains, or that nothing does. */
  #active(keys: Iterable<string>, explained: boolean): readonly Alarm[] {
    const all = new Set([...keys, ...[...this.#in.overlay.changes()].map(({ key }) => key)]);
    return [...all].flatMap((key) => {
      const alarm = this.#in.overlay.get(key);
      if (alarm?.state !== "active" || isGate(alarm.suppressedBy)) return [];
      return (alarm.suppressedBy !== undefined) === explained ? [alarm] : [];
    });
  }

  #opens(root: string): boolean {
    return this.#in.intents.some((each) => each.kind === "open" && each.root === root);
  }

  /** Everything behind the devices of these alarms; undefined when one is of no device: it may be behind it. */
  #below(alarms: readonly string[]): ReadonlySet<string> | undefined {
    const { overlay, world, others } = this.#in;
    const devices = alarms.map((key) => world.network.devices.get(overlay.get(key)?.device ?? ""));
    if (devices.includes(undefined)) return undefined;
    return new Set(devices.flatMap((device) => (device === undefined ? [] : [...others.below(device)])));
  }

  /** What had been listed under something that is itself explained now, or under nothing yet. */
  #listUnder(root: string, within?: ReadonlySet<string>): void {
    const { intents, memory, at } = this.#in;
    const listed = new Set(intents.flatMap((each) => (each.kind === "child" && each.root === root ? [each.alarm] : [])));
    for (const child of this.#active(memory.explained(), true)) {
      if (listed.has(child.key) || within?.has(child.device) === false) continue;
      const explained = this.#explained(child);
      if (explained?.root === root) intents.push({ kind: "child", alarm: child.key, root, at, why: explained.why });
    }
  }

  /** A new root cause: whom it explains is listed, and where the fault is is said. */
  #settleOpen(open: Open): Device | undefined {
    const { overlay, world, others } = this.#in;
    this.#listUnder(open.root);
    const device = world.network.devices.get(overlay.get(open.alarm)?.device ?? "");
    if (device === undefined || open.root !== `down:${device.id}`) return undefined;
    const cut = others.downCuts().find((each) => each.cut.polled && each.cut.devices.includes(device.id))?.cut;
    if (cut !== undefined) this.#replace(open, { ...open, verdict: verdictOf(cut, world.topology.bySite) });
    return device;
  }
}

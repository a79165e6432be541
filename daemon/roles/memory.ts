/**
 * What the evaluator alone writes, in memory: alarms and the indexes over them.
 *
 * A turn works on an overlay; the overlay is merged only after its transaction has committed.
 */
import type { Evidence } from "../../rules/activity.ts";
import { Cell } from "../../rules/again.ts";
import { shiftedAlarm, shiftedEvidence } from "../../rules/shifted.ts";
import type { Mark } from "../../rules/slope.ts";
import { type Alarm, gateOf, gatePrefixes, isGate } from "../model/alarm.ts";
import type { Observation } from "../model/observation.ts";
import type { Instant } from "../model/time.ts";
import { LookMemory, type LooksLearned } from "./looked.ts";
import { Timers } from "./timers.ts";

export { isGate } from "../model/alarm.ts";

/** Reading alarms, whether from memory or through an overlay. */
export interface AlarmView {
  get(key: string): Alarm | undefined;
  /** The alarms of a device that are not plainly inactive. */
  ofDevice(device: string): Iterable<Alarm>;
  /** Of those that are plainly inactive, the ones whose good looks may still be counted. */
  settlingOf(device: string): Iterable<Alarm>;
  ofIncident(incident: string): Iterable<Alarm>;
  active(): Iterable<Alarm>;
  /** The symptoms of which the device has an alarm record, in whatever state. */
  symptomsOf(device: string): readonly string[];
  /** What rules remember between two looks (rules/slope.ts, absence.ts); lost at a restart. */
  mark(key: string): Mark | undefined;
  /** What a device last said it is doing; undefined: nothing since the start. */
  doing(device: string): Evidence | undefined;
}

const none: readonly Alarm[] = [];
const noSymptoms: readonly string[] = [];

export class AlarmMemory implements AlarmView {
  readonly #alarms = new Map<string, Alarm>();
  readonly #live = new Map<string, Set<string>>();
  readonly #settling = new Map<string, Set<string>>();
  readonly #byIncident = new Map<string, Set<string>>();
  /** Keys of active alarms. */
  readonly #active = new Set<string>();
  /** Keys of active alarms that stand behind a gate. */
  readonly #gated = new Set<string>();
  /** Keys of active alarms that another's failure explains. */
  readonly #explained = new Set<string>();
  /** Keys of active alarms that neither explains. */
  readonly #free = new Set<string>();
  readonly #timers = new Timers();
  readonly #marks = new Map<string, Cell>();
  readonly #doing = new Map<string, Evidence>();
  #heardAt: Instant | undefined;
  readonly #symptoms = new Map<string, readonly string[]>();
  readonly looks = new LookMemory({ alarm: (key) => this.#alarms.get(key), cell: (key) => this.#cell(key) });
  readonly #cameBack = new Map<string, Instant>();
  /** Holders of circuits that may be down. */
  suspects: ReadonlySet<string> = new Set();

  /** Is what looks said to be known again? Not in a replay: its looks that say the same do not come here. */
  readonly knowsLooks: boolean;

  constructor(alarms: readonly Alarm[], { knowsLooks = true }: { readonly knowsLooks?: boolean } = {}) {
    this.knowsLooks = knowsLooks;
    for (const alarm of alarms) this.#put(alarm);
  }

  get(key: string): Alarm | undefined {
    return this.#alarms.get(key);
  }

  ofDevice(device: string): Iterable<Alarm> {
    const keys = this.#live.get(device);
    // Asked several times an observation, and nearly always in vain.
    return keys === undefined || keys.size === 0 ? none : this.#alarmsOf(keys);
  }

  *#alarmsOf(keys: Iterable<string>): Iterable<Alarm> {
    for (const key of keys) {
      const alarm = this.#alarms.get(key);
      if (alarm !== undefined) yield alarm;
    }
  }

  *settlingOf(device: string): Iterable<Alarm> {
    for (const key of this.#settling.get(device) ?? []) {
      const alarm = this.#alarms.get(key);
      if (alarm !== undefined) yield alarm;
    }
  }

  *ofIncident(incident: string): Iterable<Alarm> {
    for (const key of this.#byIncident.get(incident) ?? []) {
      const alarm = this.#alarms.get(key);
      if (alarm !== undefined) yield alarm;
    }
  }

  symptomsOf(device: string): readonly string[] {
    return this.#symptoms.get(device) ?? noSymptoms;
  }

  /** The (at, seq) of the last look judged for this check. */
  judged(check: string): { readonly at: Instant; readonly seq: number } | undefined {
    return this.looks.judged(check);
  }

  /** When what explained others (a device, a link, our sight) last came back. */
  cameBackAt(holder: string): Instant | undefined {
    return this.#cameBack.get(holder);
  }

  rememberBack(cameBack: ReadonlyMap<string, Instant>): void {
    for (const [holder, at] of cameBack) this.#cameBack.set(holder, at);
  }

  /** Remembers that these were judged; after the commit. */
  remember(observations: readonly Pick<Observation, "check" | "at" | "seq">[]): void {
    for (const observation of observations) {
      this.looks.remember(observation);
      this.#heard(observation.at);
    }
  }

  /** The same of all looks of a turn, and what is to be known again of them. Before its marks. */
  learn(looks: LooksLearned): void {
    this.looks.learn(looks);
    for (const { observation } of looks.glances) this.#heard(observation.at);
    for (const { at } of looks.others) this.#heard(at);
  }

  #heard(at: Instant): void {
    if (this.#heardAt === undefined || at > this.#heardAt) this.#heardAt = at;
  }

  mark(key: string): Mark | undefined {
    return this.#marks.get(key)?.mark;
  }

  #cell(key: string): Cell {
    let cell = this.#marks.get(key);
    if (cell === undefined) {
      cell = new Cell(key);
      this.#marks.set(key, cell);
    }
    return cell;
  }

  doing(device: string): Evidence | undefined {
    return this.#doing.get(device);
  }

  /** What every device last said it is doing. */
  allDoing(): Iterable<readonly [device: string, evidence: Evidence]> {
    return this.#doing;
  }

  rememberDoing(doing: Iterable<readonly [device: string, evidence: Evidence]>): void {
    for (const [device, evidence] of doing) this.#doing.set(device, evidence);
  }

  rememberMarks(marks: ReadonlyMap<string, Mark>): void {
    for (const [key, { at, value }] of marks) this.#cell(key).remember(at, value ?? Number.NaN);
  }

  /** Marks of devices that have left the configuration are not needed any more; their keys begin with the device. */
  forgetMarks(devices: { has(device: string): boolean }): void {
    for (const key of this.#marks.keys()) if (!devices.has(key.slice(0, key.indexOf("|")))) this.#marks.delete(key);
  }

  /** The time of the newest observation of whatever device: since then we have heard nothing of anybody. Undefined: nothing ever. */
  get heardAt(): Instant | undefined {
    return this.#heardAt;
  }

  /** At the start, when somebody last listened before; and after the clock was set back. */
  hearSince(at: Instant | undefined): void {
    this.#heardAt = at;
  }

  /** Keys of alarms that wake by themselves. */
  timed(): Iterable<string> {
    return this.#timers.keys();
  }

  /** Every alarm that is pending or active. */
  live(): readonly Alarm[] {
    return [...this.#live.values()].flatMap((keys) => [...keys].flatMap((key) => this.#alarms.get(key) ?? []));
  }

  /** Every alarm record there is. */
  all(): Iterable<Alarm> {
    return this.#alarms.values();
  }

  activeCount(): number {
    return this.#active.size;
  }

  /** Active alarms that neither have an incident nor are explained by another's failure. */
  unexplained(): readonly string[] {
    const keys: string[] = [];
    for (const key of this.#active) {
      const alarm = this.#alarms.get(key);
      if (alarm !== undefined && alarm.incident === undefined && alarm.suppressedBy === undefined) keys.push(key);
    }
    return keys;
  }

  active(): Iterable<Alarm> {
    return this.#active.size === 0 ? none : this.#alarmsOf(this.#active);
  }

  /** How many active alarms stand behind gates, by kind of gate; 0 where there is none. */
  gatedCounts(): ReadonlyMap<string, number> {
    const counts = new Map<string, number>(gatePrefixes.map((prefix) => [prefix.slice(0, -1), 0]));
    for (const key of this.#gated) {
      const kind = gateOf(this.#alarms.get(key)?.suppressedBy)?.kind;
      if (kind !== undefined) counts.set(kind, (counts.get(kind) ?? 0) + 1);
    }
    return counts;
  }

  /** Keys of active alarms that stand behind a gate. */
  gated(): Iterable<string> {
    return this.#gated;
  }

  /** Keys of active alarms that another's failure explains. */
  explained(): Iterable<string> {
    return this.#explained;
  }

  /** Keys of active alarms that nothing keeps from having an incident. */
  free(): Iterable<string> {
    return this.#free;
  }

  /** Keys of alarms whose time (`for`, `within`) is over by then, earliest first. */
  due(at: Instant): readonly string[] {
    return this.#timers.due(at);
  }

  /** The wall clock has jumped by so much: all times move with it. */
  shift(ms: number): void {
    this.looks.shift(ms);
    for (const alarm of [...this.#alarms.values()]) this.#put(shiftedAlarm(alarm, ms));
    for (const cell of this.#marks.values()) cell.at += ms;
    for (const [device, evidence] of this.#doing) this.#doing.set(device, shiftedEvidence(evidence, ms));
    for (const [holder, at] of this.#cameBack) this.#cameBack.set(holder, at + ms);
    if (this.#heardAt !== undefined) this.#heardAt += ms;
  }

  apply(changes: Iterable<Alarm>): void {
    for (const alarm of changes) this.#put(alarm);
  }

  #standingOf({ suppressedBy }: Alarm): Set<string> {
    if (suppressedBy === undefined) return this.#free;
    return isGate(suppressedBy) ? this.#gated : this.#explained;
  }

  #put(alarm: Alarm): void {
    const before = this.#alarms.get(alarm.key);
    if (before?.incident !== undefined && before.incident !== alarm.incident) this.#byIncident.get(before.incident)?.delete(alarm.key);
    this.#alarms.set(alarm.key, alarm);
    if (this.looks.changed(before, alarm) && alarm.wakeAt !== undefined) {
      this.#timers.set(alarm.key, alarm.wakeAt);
      return;
    }
    const symptoms = this.symptomsOf(alarm.device);
    if (!symptoms.includes(alarm.symptom)) this.#symptoms.set(alarm.device, [...symptoms, alarm.symptom]);
    if (alarm.incident !== undefined) add(this.#byIncident, alarm.incident, alarm.key);
    if (alarm.state === "inactive") this.#live.get(alarm.device)?.delete(alarm.key);
    else add(this.#live, alarm.device, alarm.key);
    if (isSettling(alarm)) add(this.#settling, alarm.device, alarm.key);
    else this.#settling.get(alarm.device)?.delete(alarm.key);
    if (alarm.state === "active") this.#active.add(alarm.key);
    else this.#active.delete(alarm.key);
    for (const set of [this.#gated, this.#explained, this.#free]) set.delete(alarm.key);
    if (alarm.state === "active") this.#standingOf(alarm).add(alarm.key);
    if (alarm.wakeAt === undefined) this.#timers.delete(alarm.key);
    else this.#timers.set(alarm.key, alarm.wakeAt);
  }
}

/** The changes of one turn over what was before. */
export class Overlay implements AlarmView {
  readonly #below: AlarmView;
  readonly #changes = new Map<string, Alarm>();
  readonly #byDevice = new Map<string, string[]>();
  /** Of devices that have an alarm of a symptom of which they had none. */
  readonly #symptoms = new Map<string, readonly string[]>();
  readonly marks = new Map<string, Mark>();
  readonly told = new Map<string, Evidence>();
  /** Set where the clock was set back: what was heard later than this was heard by it. */
  heardAt: Instant | undefined;

  constructor(below: AlarmView) {
    this.#below = below;
  }

  get(key: string): Alarm | undefined {
    return this.#changes.get(key) ?? this.#below.get(key);
  }

  set(alarm: Alarm): void {
    const { device, key, symptom } = alarm;
    const isFirst = !this.#changes.has(key);
    this.#changes.set(key, alarm);
    if (!isFirst) return;
    const keys = this.#byDevice.get(device);
    if (keys === undefined) this.#byDevice.set(device, [key]);
    else keys.push(key);
    // Of what has a record the symptom is known.
    if (this.#below.get(key) !== undefined) return;
    const symptoms = this.symptomsOf(device);
    if (!symptoms.includes(symptom)) this.#symptoms.set(device, [...symptoms, symptom]);
  }

  /** Has an alarm of the device moved in this turn? */
  moves(device: string): boolean {
    return this.#byDevice.has(device);
  }

  symptomsOf(device: string): readonly string[] {
    return this.#symptoms.get(device) ?? this.#below.symptomsOf(device);
  }

  ofDevice(device: string): Iterable<Alarm> {
    const changed = this.#byDevice.get(device);
    return changed === undefined ? this.#below.ofDevice(device) : this.#merged(device, changed);
  }

  *#merged(device: string, changed: readonly string[]): Iterable<Alarm> {
    for (const alarm of this.#below.ofDevice(device)) if (!this.#changes.has(alarm.key)) yield alarm;
    for (const key of changed) {
      const alarm = this.#changes.get(key);
      if (alarm !== undefined && alarm.state !== "inactive") yield alarm;
    }
  }

  *settlingOf(device: string): Iterable<Alarm> {
    const changed = this.#byDevice.get(device);
    for (const alarm of this.#below.settlingOf(device)) if (changed === undefined || !this.#changes.has(alarm.key)) yield alarm;
    for (const key of changed ?? []) {
      const alarm = this.#changes.get(key);
      if (alarm !== undefined && isSettling(alarm)) yield alarm;
    }
  }

  *ofIncident(incident: string): Iterable<Alarm> {
    for (const alarm of this.#below.ofIncident(incident)) if (!this.#changes.has(alarm.key)) yield alarm;
    for (const alarm of this.#changes.values()) if (alarm.incident === incident) yield alarm;
  }

  *active(): Iterable<Alarm> {
    for (const alarm of this.#below.active()) if (!this.#changes.has(alarm.key)) yield alarm;
    for (const alarm of this.#changes.values()) if (alarm.state === "active") yield alarm;
  }

  changes(): Iterable<Alarm> {
    return this.#changes.values();
  }

  mark(key: string): Mark | undefined {
    return this.marks.get(key) ?? this.#below.mark(key);
  }

  doing(device: string): Evidence | undefined {
    return this.told.get(device) ?? this.#below.doing(device);
  }
}

function isSettling({ state, incident, flapRing }: Alarm): boolean {
  return state === "inactive" && (incident !== undefined || flapRing !== 0);
}

function add(index: Map<string, Set<string>>, at: string, key: string): void {
  const set = index.get(at);
  if (set === undefined) index.set(at, new Set([key]));
  else set.add(key);
}

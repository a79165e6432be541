/**
 * Looks of a turn that are known at a glance: they say what an earlier one said, move no record, and change nothing about what is shown.
 *
 * Nearly every look is one. Nothing is kept of it but what the next look is to be compared with, and that it answered.
 */
import { eachMark, hearAgain, isAgain, markOf } from "../../rules/again.ts";
import { type Alarm, alarmKey } from "../model/alarm.ts";
import type { Device } from "../model/network.ts";
import type { Observation } from "../model/observation.ts";
import type { Instant } from "../model/time.ts";
import { blindRoot, blindSymptom } from "./explain.ts";
import type { TurnWorld } from "./intent.ts";
import { type Glance, isWithin, type Known } from "./looked.ts";
import type { AlarmMemory, Overlay } from "./memory.ts";

export class Glances {
  readonly #world: Pick<TurnWorld, "rulesOf" | "restoreAfterLooks">;
  readonly #memory: AlarmMemory;
  readonly #overlay: Overlay;
  /** By device: what there is to remember, of one look each. */
  readonly marked = new Map<string, Glance>();
  /** Devices that were seen at a glance, as often as they were. */
  readonly devices: string[] = [];
  readonly #spilled = new Set<string>();
  /** While we are blind, nothing is what it seems. */
  readonly #isBlind: boolean;
  readonly #alarms: (key: string) => Alarm | undefined;

  constructor(world: Pick<TurnWorld, "rulesOf" | "restoreAfterLooks">, memory: AlarmMemory, overlay: Overlay) {
    this.#world = world;
    this.#memory = memory;
    this.#overlay = overlay;
    this.#alarms = (key) => overlay.get(key);
    this.#isBlind = memory.get(alarmKey(blindRoot, blindSymptom))?.state === "active";
  }

  /** The device, when a glance was enough; undefined: it must be judged. `judged`: devices that this turn has judged already. */
  take(observation: Observation, judged: ReadonlySet<string>, now: Instant): Device | undefined {
    const known = this.#memory.looks.known(observation);
    if (known === undefined || known.index !== this.#world.rulesOf || this.#isBlind) return undefined;
    const { device, cells } = known;
    const { id } = device;
    if (observation.finding.status !== "up" || judged.has(id) || this.#overlay.moves(id)) return undefined;
    if (cells.length > 0 && (this.marked.has(id) || this.#spilled.has(id))) return undefined;
    if (!isAgain(known.saying, observation, cells) || !this.#hears(known, observation, now)) return undefined;
    if (cells.length > 0) this.marked.set(id, { known, observation });
    this.devices.push(id);
    return device;
  }

  /** What is awaited may begin to wait anew. */
  #hears(known: Known, observation: Observation, now: Instant): boolean {
    if (isWithin(known, observation.at)) return true;
    const { saying, cells } = known;
    const { restoreAfterLooks } = this.#world;
    const changed = hearAgain({ saying, observation, cells, alarms: this.#alarms, now, restoreAfterLooks });
    if (changed === undefined) return false;
    for (const alarm of changed) this.#overlay.set(alarm);
    return true;
  }

  /** What a glance at the device left to remember is asked for, or comes before what is judged now. */
  spill(device: string): void {
    const glance = this.marked.get(device);
    if (glance === undefined) return;
    this.marked.delete(device);
    this.#spilled.add(device);
    const { known, observation } = glance;
    eachMark(known.saying, observation, known.cells, ({ key }, at, value) => this.#overlay.marks.set(key, markOf(at, value)));
  }

  spillAll(): void {
    for (const device of [...this.marked.keys()]) this.spill(device);
  }
}

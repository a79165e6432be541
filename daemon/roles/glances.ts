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
  /** What was seen at a glance, in order. */
  readonly seen: Glance[] = [];
  /** What was not. */
  readonly others: Observation[] = [];
  /** By device: the glance of which something is to be remembered, one at most in a turn. */
  readonly #marked = new Map<string, Glance>();
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
    const known = this.#knows(observation, judged, now);
    if (known === undefined) {
      this.others.push(observation);
      return undefined;
    }
    const glance = { known, observation };
    this.seen.push(glance);
    if (known.cells.length > 0) this.#marked.set(observation.device, glance);
    return known.device;
  }

  #knows(observation: Observation, judged: ReadonlySet<string>, now: Instant): Known | undefined {
    const known = this.#memory.looks.known(observation);
    if (known === undefined || known.index !== this.#world.rulesOf || this.#isBlind) return undefined;
    const { device, finding } = observation;
    if (finding.status !== "up" || judged.has(device) || this.#overlay.moves(device)) return undefined;
    if (known.cells.length > 0 && (this.#marked.has(device) || this.#spilled.has(device))) return undefined;
    return isAgain(known.saying, observation, known.cells) && this.#hears(known, observation, now) ? known : undefined;
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
    const glance = this.#marked.get(device);
    if (glance === undefined) return;
    this.#marked.delete(device);
    this.#spilled.add(device);
    const { known, observation } = glance;
    eachMark(known.saying, observation, known.cells, ({ key }, at, value) => this.#overlay.marks.set(key, markOf(at, value)));
  }

  spillAll(): void {
    for (const device of [...this.#marked.keys()]) this.spill(device);
  }
}

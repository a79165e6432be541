/**
 * Looks against the rules, within one turn: what they move is in the turn's overlay.
 *
 * Most looks do not come here: they say what an earlier one said that moved nothing (glances.ts).
 */
import { sayingToRemember } from "../../rules/again.ts";
import { type Judgement, judgeObservation } from "../../rules/alarm.ts";
import type { Device } from "../model/network.ts";
import type { Observation } from "../model/observation.ts";
import type { Rule } from "../model/rule.ts";
import type { Instant } from "../model/time.ts";
import type { TurnWorld } from "./intent.ts";
import type { Said } from "./looked.ts";
import type { AlarmMemory, Overlay } from "./memory.ts";

export class LookJudge {
  readonly #world: Pick<TurnWorld, "rulesOf" | "restoreAfterLooks">;
  readonly #memory: AlarmMemory;
  readonly #overlay: Overlay;
  readonly #alarms: (key: string) => ReturnType<Overlay["get"]>;
  readonly #marks: (key: string) => ReturnType<Overlay["mark"]>;
  /** By check: what moved nothing. */
  readonly said = new Map<string, Said>();

  constructor(world: Pick<TurnWorld, "rulesOf" | "restoreAfterLooks">, memory: AlarmMemory, overlay: Overlay) {
    this.#world = world;
    this.#memory = memory;
    this.#overlay = overlay;
    this.#alarms = (key) => overlay.get(key);
    this.#marks = (key) => overlay.mark(key);
  }

  /** Asks the rules; where the look moves nothing, what it says is known from now on. */
  look(observation: Observation, device: Device, now: Instant): Judgement {
    const rules = this.#world.rulesOf(device, undefined, observation);
    const judgement = this.#judge(observation, rules, now);
    if (judgement.alarms.length === 0 && this.#mayTell(observation)) {
      const saying = sayingToRemember(rules, observation, this.#marks);
      const moves = this.#memory.looks.movesOf(device.id);
      this.said.set(observation.check, { device, saying, index: this.#world.rulesOf, moves });
    }
    this.#take(judgement);
    return judgement;
  }

  /** Asks every rule that it could move. */
  judge(observation: Observation, rules: readonly Rule[], now: Instant): Judgement {
    const judgement = this.#judge(observation, rules, now);
    this.#take(judgement);
    return judgement;
  }

  #judge(observation: Observation, rules: readonly Rule[], now: Instant): Judgement {
    const previous = this.#memory.judged(observation.check);
    const overlay = this.#overlay;
    const { device } = observation;
    return judgeObservation({
      observation,
      rules,
      alarms: this.#alarms,
      now,
      marks: this.#marks,
      ofDevice: () => [...overlay.ofDevice(device), ...overlay.settlingOf(device)],
      symptoms: overlay.symptomsOf(device),
      restoreAfterLooks: this.#world.restoreAfterLooks,
      ...(previous === undefined ? {} : { previous }),
    });
  }

  #take({ alarms, marks }: Judgement): void {
    for (const alarm of alarms) this.#overlay.set(alarm);
    if (marks !== undefined) for (const [key, mark] of marks) this.#overlay.marks.set(key, mark);
  }

  /** If it moves nothing, does that tell of the next one? Not where an alarm is about to move by itself or depends on another's. */
  #mayTell(observation: Observation): boolean {
    const { kind, device, finding } = observation;
    if (!this.#memory.knowsLooks || kind === "trap" || finding.faults.length > 0 || this.#overlay.moves(device)) return false;
    if (this.#overlay.ofDevice(device)[Symbol.iterator]().next().done !== true) return false;
    return this.#memory.looks.isNews(observation);
  }
}

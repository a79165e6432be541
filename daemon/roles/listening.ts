/**
 * Alarms that wait for what ought to come, and whether we were there to hear it: time in which nobody listened is no silence of the devices,
 * nor the end of a call.
 */
import { isAbsence } from "../../rules/absence.ts";
import { type Evidence, overSilence } from "../../rules/activity.ts";
import type { Alarm } from "../model/alarm.ts";
import type { Device } from "../model/network.ts";
import type { Rule } from "../model/rule.ts";
import { type Instant, MINUTE } from "../model/time.ts";
import type { TurnWorld } from "./intent.ts";
import type { AlarmMemory, Overlay } from "./memory.ts";

/** When nothing was heard of anybody for this long it is we who did not listen: a daemon that was stopped, a clock that was set ahead. */
const deafAfterMs = 2 * MINUTE;

export class Listening {
  readonly #world: Pick<TurnWorld, "rulesOf">;
  readonly #memory: AlarmMemory;
  readonly #overlay: Overlay;
  readonly #beforeShift: () => void;
  /** The newest that was heard of whatever device. */
  #heardAt: Instant | undefined;

  /** `beforeShift`: all marks are about to be read. */
  constructor(world: Pick<TurnWorld, "rulesOf">, memory: AlarmMemory, overlay: Overlay, beforeShift: () => void) {
    this.#beforeShift = beforeShift;
    this.#world = world;
    this.#memory = memory;
    this.#overlay = overlay;
    this.#heardAt = memory.heardAt;
  }

  /** Before the first observation of a turn. The newest that was heard lies ahead: the clock has been set back. */
  begin(now: Instant): void {
    if (this.#heardAt === undefined || this.#heardAt <= now + MINUTE) return;
    this.#shift(now - this.#heardAt, (at) => at > now);
    this.#heardAt = now;
    this.#overlay.heardAt = now;
  }

  /** Before each observation. */
  hear(at: Instant): void {
    const deafSince = this.#heardAt;
    if (deafSince !== undefined && at - deafSince > deafAfterMs) this.#shift(at - deafSince, (told) => told <= deafSince);
    this.#heardAt = Math.max(this.#heardAt ?? at, at);
  }

  /** Is the timer of this alarm not to fire? The rule may be its own no longer, or we do not listen. */
  holds(alarm: Alarm, device: Device, rule: Rule, until: Instant): boolean {
    if (alarm.heardAt === undefined) return false;
    if (alarm.state !== "inactive" || (isAbsence(rule) && this.#world.rulesOf(device).includes(rule))) return this.#isDeaf(until);
    const { wakeAt: _w, heardAt: _h, ...free } = alarm;
    this.#overlay.set(free);
    return true;
  }

  /** What the device is doing, as far as it was told. */
  doing(device: Device | undefined, at: Instant): Evidence | undefined {
    const known = device === undefined ? undefined : this.#overlay.doing(device.id);
    const since = this.#heardAt;
    if (known === undefined || since === undefined || known.at > since || !this.#isDeaf(at)) return known;
    return overSilence(known, at - since);
  }

  #isDeaf(at: Instant): boolean {
    return this.#heardAt !== undefined && at - this.#heardAt > deafAfterMs;
  }

  /** `isBefore`: was it told before the time that is passed over? */
  #shift(byMs: number, isBefore: (told: Instant) => boolean): void {
    this.#beforeShift();
    // What a device was doing it may be doing still: nobody has asked it meanwhile.
    for (const [device] of this.#memory.allDoing()) {
      const known = this.#overlay.doing(device);
      if (known === undefined || !isBefore(known.at)) continue;
      this.#overlay.told.set(device, overSilence(known, byMs));
    }
    for (const key of this.#memory.timed()) {
      const alarm = this.#overlay.get(key);
      if (alarm?.wakeAt === undefined || alarm.heardAt === undefined || alarm.state !== "inactive") continue;
      this.#overlay.set({ ...alarm, wakeAt: alarm.wakeAt + byMs, heardAt: alarm.heardAt + byMs });
      const mark = this.#overlay.mark(key);
      if (mark !== undefined) this.#overlay.marks.set(key, { ...mark, at: mark.at + byMs });
    }
  }
}

/**
 * Five lights a device, in the order in which a fault is looked for, and what the device is doing.
 *
 * A reason is a code with data, never a sentence: what people read is made in their language from it.
 */
import type { Instant } from "./time.ts";

/** link (it answers pings), login (our account is accepted), api (it answers questions), registered (it can be called), ready (nothing is wrong with it). */
export const lightNames = ["link", "login", "api", "registered", "ready"] as const;
export type LightName = (typeof lightNames)[number];

/** `unknown`: we cannot tell. `not-applicable`: there is nothing to tell for this device. */
export type LightState = "good" | "warning" | "bad" | "unknown" | "not-applicable";

/** Facts that a reason names: ids, codes, parts. Only what stays the same while the reason does; never a measurement. */
export type ReasonData = Readonly<Record<string, string>>;

export interface Light {
  readonly state: LightState;
  /** When the state began; the reason may have changed since. */
  readonly since: Instant;
  /** `out-of-reach`, `refused`: the texts are in daemon/text/lights-*.ts. */
  readonly code: string;
  readonly data?: ReasonData;
}

/** `off`: it said that it is switched off. `off-by-schedule`: does not answer, and is not meant to at this hour. */
export type ActivityState = "in-call" | "standby" | "asleep" | "off" | "idle" | "off-by-schedule" | "unknown";

export interface Activity {
  readonly state: ActivityState;
  readonly since: Instant;
  readonly code: string;
  readonly data?: ReasonData;
}

/** All that is shown of a device's health. Immutable; kept in the store, so that `since` survives a restart. */
export interface DeviceLights {
  readonly device: string;
  readonly lights: Readonly<Record<LightName, Light>>;
  /** Undefined for what holds no calls: a switch, a UPS. */
  readonly activity?: Activity;
}

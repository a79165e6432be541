/**
 * Acceptance: what was looked at before a room's new equipment counted, who signed for it, and what it said at that time.
 */
import type { Instant } from "./time.ts";

/** The five lights, then what a person looks at. `test-call` is the room's, the others are a device's. */
export type SheetItem = "link" | "login" | "api" | "registered" | "ready" | "firmware" | "peripherals" | "test-call";

/** `good`: seen to be right. `bad`: seen to be wrong. `open`: cannot be seen from here; a person says. */
export type SheetState = "good" | "bad" | "open";

export interface SheetLine {
  /** `<device>/<item>`; `test-call` alone for the room. */
  readonly id: string;
  readonly item: SheetItem;
  readonly device?: string;
  readonly state: SheetState;
  /** What was seen: a code (`answers-ping`), a version, names of parts; undefined: nothing. */
  readonly value?: string;
  /** A person's word on a line that is open. */
  readonly note?: string;
}

export interface Sheet {
  /** A room's id; `site:<id>` for the equipment of a site that stands in no room. */
  readonly place: string;
  /** Devices in commissioning: those that signing accepts. */
  readonly devices: readonly string[];
  readonly lines: readonly SheetLine[];
}

/** A signed sheet. Immutable, but that it may be withdrawn. */
export interface Acceptance extends Sheet {
  readonly id: string;
  readonly at: Instant;
  /** The token's name and its function. */
  readonly by: string;
  readonly function: string;
  /** Why it was signed although a line is bad. */
  readonly reason?: string;
  readonly withdrawn?: { readonly at: Instant; readonly by: string; readonly reason: string };
}

/** The place of a device. */
export function placeOf(device: { readonly room?: string; readonly site: string }): string {
  return device.room ?? `site:${device.site}`;
}

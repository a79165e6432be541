/**
 * What a device is, as it says itself: model, serial, firmware, addresses, peripherals; and what of that changed when.
 */
import type { Instant } from "./time.ts";

/** One fact, seen in two looks at least. */
export interface InventoryFact {
  /** Name of the reading: `serial`, `software_version`, `peripheral_model`; `presence` of a peripheral: `present` or `missing`. */
  readonly name: string;
  readonly part?: string;
  readonly value: string;
  /** When this value was first seen. */
  readonly since: Instant;
  /** The check that tells it; another check's differing word about the same is not listened to. While `said`, the id of the action. */
  readonly check: string;
  /** A person wrote it down, and the device has not told it yet. */
  readonly said?: {
    /** What it was before, as far as it was known. */
    readonly before?: string;
  };
}

/** A person says that a unit went and another came. */
export interface Swap {
  /** The id of the action that says so. */
  readonly action: string;
  readonly device: string;
  /** Undefined: the device itself. */
  readonly part?: string;
  readonly at: Instant;
  readonly serialBefore?: string;
  readonly serialAfter: string;
}

export interface DeviceInventory {
  readonly device: string;
  readonly facts: readonly InventoryFact[];
  /** When the unit (by its serial) was first seen here. */
  readonly unitSince?: Instant;
}

/** Codes of what may change. Events: nobody is woken by one. */
export type DeviceEventCode =
  | "firmware-changed"
  | "address-changed"
  | "gatekeeper-changed"
  | "auto-answer-changed"
  | "unit-replaced"
  /** The device tells another serial than a person had written down. */
  | "serial-corrected"
  | "model-changed"
  | "name-changed"
  | "peripheral-replaced"
  | "peripheral-missing"
  | "peripheral-back";

/** One change of a device, on its timeline. */
export interface DeviceEvent {
  readonly device: string;
  readonly at: Instant;
  readonly code: DeviceEventCode;
  /** The fact that changed. */
  readonly name: string;
  readonly part?: string;
  readonly before?: string;
  readonly after?: string;
  /** The id of the action by which a person said so; undefined: the device told it. */
  readonly action?: string;
}

/** One piece of equipment, by its serial, where it stood and from when to when. */
export interface Unit {
  readonly device: string;
  readonly site: string;
  readonly room?: string;
  readonly serial: string;
  readonly model?: string;
  readonly from: Instant;
  /** Undefined: it stands there. */
  readonly to?: Instant;
}

/** What a supplier asks first about a device: seen and in the books, side by side. */
export interface SupportFacts {
  readonly model?: string;
  /** As seen; of what never told one, as in the books. */
  readonly serial?: string;
  /** The one in the books, when another is seen. */
  readonly otherSerial?: string;
  readonly firmware?: string;
  readonly tag?: string;
  readonly supplier?: string;
  readonly warrantyUntil?: string;
  /** Negative: over. */
  readonly warrantyDaysLeft?: number;
  readonly contract?: string;
  /** In the order in which they are called. */
  readonly contacts: readonly { readonly name: string; readonly reach: readonly string[] }[];
}

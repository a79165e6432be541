/**
 * What the store keeps of people, rotations and overrides. Nothing is deleted: who was on call last year stays known.
 */
import type { OnCallBook, Override, Person, Rotation } from "./model/on-call.ts";
import type { Instant } from "./model/time.ts";

/** Kept fact: every channel that is tried, and when it was answered. */
export const reachKey = "on-call:reach";

export interface OnCallStore {
  /** People (removed ones too), rotations and overrides that end after a time. */
  onCall(endAfter: Instant): Promise<OnCallBook>;
  /** Raised by every write of the above, whichever process did it: small enough to be asked every second. */
  onCallRevision(): Promise<number>;
}

export interface OnCallTx {
  /** Who else writes people, rotations or overrides waits until this transaction ends. Before what is decided on is read. */
  lockOnCall(): Promise<void>;
  person(id: string): Promise<Person | undefined>;
  /** The same id again replaces it; so below. */
  savePerson(person: Person): Promise<void>;
  rotation(id: string): Promise<Rotation | undefined>;
  /** Those that are in force at a time, or later. */
  rotationsAfter(at: Instant): Promise<readonly Rotation[]>;
  /** Those that end, or would, after a time. */
  overridesAfter(at: Instant): Promise<readonly Override[]>;
  saveRotation(rotation: Rotation): Promise<void>;
  override(id: string): Promise<Override | undefined>;
  saveOverride(override: Override): Promise<void>;
}

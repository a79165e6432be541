/**
 * What is kept about one contact: to give it out, and to erase what can be erased.
 */
import type { Override, Person, Rotation } from "./model/on-call.ts";
import type { Instant } from "./model/time.ts";

/** A message to them, as it is kept. */
export interface MessageKept {
  readonly key: string;
  readonly incident: string;
  readonly channel: string;
  readonly address: string;
  readonly state: string;
  readonly createdAt: Instant;
}

/** What they did to an incident. */
export interface ActKept {
  readonly incident: string;
  readonly seq: number;
  readonly at: Instant;
  readonly by: string;
  readonly event: string;
}

export interface KeptAbout {
  readonly person?: Person;
  readonly rotations: readonly Rotation[];
  readonly overrides: readonly Override[];
  /** Channels that were tried, and when they answered. */
  readonly reach: readonly Readonly<Record<string, unknown>>[];
  readonly messages: readonly MessageKept[];
  readonly timeline: readonly ActKept[];
  /** What the audit says that they did, or that was done about them. */
  readonly audit: readonly { readonly at: Instant; readonly by: string; readonly action: string; readonly target: string }[];
}

/** What went. */
export interface Erased {
  readonly person: number;
  readonly reach: number;
  readonly messages: number;
  readonly attempts: number;
  readonly codes: number;
}

export interface PrivacyStore {
  /** By id; the token of a person has the same name. */
  keptAbout(id: string): Promise<KeptAbout>;
}

export interface PrivacyTx {
  /** Name and addresses of a person who was taken out, and of what was sent to them. What waits to be sent is left alone. */
  erasePerson(id: string): Promise<Erased>;
}

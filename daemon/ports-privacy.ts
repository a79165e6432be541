/**
 * What is kept about one contact: to give it out, and to erase what can be erased.
 */
import type { Override, Person, Rotation } from "./model/on-call.ts";
import type { RequestSource } from "./model/request.ts";
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

/** Somebody is signed in to the pages with the token of this name, or was and it has not been swept yet. */
export interface SignInKept {
  readonly at: Instant;
  readonly seenAt: Instant;
}

/** Their link to the rooms of their sites, without what opens it. */
export interface RoomLinkKept {
  readonly sites: readonly string[];
  readonly at: Instant;
  readonly by: string;
  readonly seenAt?: Instant;
  readonly revoked?: { readonly at: Instant; readonly by: string };
}

/** A request that they asked for by their link to rooms, or had a hand in. */
export interface RequestKept {
  readonly number: string;
  readonly at: Instant;
  readonly room: string;
  readonly symptom: string;
  readonly source: RequestSource;
  /** `asked`: by their link, it is their own. `taken-in`: with their token. `tried`: to reach the caller. `ended`: said that it is over. */
  readonly did: readonly ("asked" | "taken-in" | "tried" | "ended")[];
  readonly open: boolean;
}

export interface KeptAbout {
  readonly person?: Person;
  readonly rotations: readonly Rotation[];
  readonly overrides: readonly Override[];
  /** Channels that were tried, and when they answered. */
  readonly reach: readonly Readonly<Record<string, unknown>>[];
  readonly messages: readonly MessageKept[];
  readonly signIns: readonly SignInKept[];
  readonly roomLink?: RoomLinkKept;
  readonly requests: readonly RequestKept[];
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
  /** They are signed out with it. */
  readonly signIns: number;
  /** It opens nothing any more. */
  readonly roomLinks: number;
  /** That are over, and that they asked for or ended by their link: it is no longer said who. */
  readonly requests: number;
}

export interface PrivacyStore {
  /** By id; the token of a person has the same name. */
  keptAbout(id: string): Promise<KeptAbout>;
}

export interface PrivacyTx {
  /** Name and addresses of a person who was taken out, and of what was sent to them. What waits to be sent is left alone. */
  erasePerson(id: string): Promise<Erased>;
}

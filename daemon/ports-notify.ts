/**
 * What the store keeps of messages beyond the outbox: storms told as one, codes by which a message is acknowledged, and what came back.
 */
import type { OutboxRow } from "./model/incident.ts";
import type { Instant } from "./model/time.ts";
import type { DeliveryView } from "./ports.ts";

/** To one recipient, over one channel. */
export interface Way {
  readonly recipient: string;
  readonly channel: string;
}

/** What a recipient heard lately over one channel. */
export interface ToldLately {
  /** Messages that went; a message that named several counts once. */
  readonly messages: number;
  /** Site → when the last message about it went. */
  readonly sites: ReadonlyMap<string, Instant>;
}

/** Messages of one way that become part of the message `key`. */
export interface Superseding extends Way {
  readonly key: string;
  readonly at: Instant;
  readonly limit: number;
  /** The worker that has claimed the message, and maybe some of the others with it. */
  readonly claimedBy: string;
}

/**
 * One message's proof of reading. The token is in the link, the digits in the text beside it; only hashes are kept. A repeat has a
 * token of its own for the same key.
 */
export interface AckCode {
  readonly tokenHash: string;
  readonly digitsHash: string;
  readonly key: string;
  readonly incident: string;
  readonly recipient: string;
  readonly channel: string;
  readonly address: string;
  readonly createdAt: Instant;
  readonly expiresAt: Instant;
  /** Wrong digits so far. */
  readonly failures: number;
}

/** What came in over a channel; the same id again is the same message. */
export interface Inbound {
  readonly channel: string;
  readonly id: string;
  readonly at: Instant;
  readonly kind: "reply" | "receipt";
  /** Of a receipt that came before its message was recorded as sent: the far end's id of that message, and what it says. */
  readonly about?: string;
  readonly state?: "delivered" | "failed";
}

export interface NotifyStore {
  delivery(key: string): Promise<DeliveryView | undefined>;
  /** Incidents of which another system was told, and not yet that they are over. */
  ticketed(): Promise<readonly string[]>;
  /** The message that the far end gave this id. */
  deliveryByProof(channel: string, proof: string): Promise<DeliveryView | undefined>;
  /** Keys of messages made since then for a channel, the newest first, 20,000 at most: what a bounce may be about. */
  keysOver(channel: string, since: Instant): Promise<readonly string[]>;
  /** About incidents, since then. */
  toldLately(way: Way, since: Instant): Promise<ToldLately>;
  /** Until when a message about this site waits to be named in one with others; undefined: none does. */
  waitsInStorm(way: Way, site: string): Promise<Instant | undefined>;
  /** Messages that this one names besides its own. */
  bundleOf(key: string): Promise<readonly OutboxRow[]>;
  /**
   * At most `limit` of those that wait in a storm for this recipient and channel become part of the message `key`; each says so on the
   * timeline of its incident. How many did.
   */
  supersede(options: Superseding): Promise<number>;

  saveAckCode(code: AckCode): Promise<void>;
  ackCode(tokenHash: string): Promise<AckCode | undefined>;
  /** One more wrong try at a code; how many there were with it. */
  failAckCode(tokenHash: string): Promise<number>;
  /** Codes sent to an address over a channel that hold at `at`, the newest first. */
  ackCodesTo(channel: string, address: string, at: Instant): Promise<readonly AckCode[]>;

  /** False: it was heard before. */
  hear(inbound: Inbound): Promise<boolean>;
  /** Takes what a receipt said of a message before it was known; undefined: nothing did. */
  takeReceipt(channel: string, about: string): Promise<"delivered" | "failed" | undefined>;
}

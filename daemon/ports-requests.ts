/**
 * What the store keeps of people's requests, and of what their coordinators are told.
 */
import type { HelpRequest } from "./model/request.ts";
import type { Instant } from "./model/time.ts";
import type { PublicNewsStore, PublicNewsTx } from "./ports-public-news.ts";

export interface RequestQuery {
  readonly room?: string;
  /** Id of an incident. */
  readonly incident?: string;
  /** Only what is not over; false: only what is. */
  readonly open?: boolean;
  readonly limit: number;
  /** Keyset: taken in before this (at, id). */
  readonly before?: { readonly at: Instant; readonly id: string };
}

export interface RequestStore extends PublicNewsStore {
  /** By its id, which is its number unless a button made it. */
  request(id: string): Promise<HelpRequest | undefined>;
  /** By what its sender called it. */
  requestByKey(key: string): Promise<HelpRequest | undefined>;
  /** All that still have who called, the last first: to find somebody who asks what is kept of them. */
  requestsWithCaller(): Promise<readonly HelpRequest[]>;
  /** The last taken in first. */
  requests(query: RequestQuery): Promise<readonly HelpRequest[]>;
}

export interface RequestTx extends PublicNewsTx {
  /** A reserved number waits for its request. */
  holdNumber(held: { readonly number: string; readonly at: Instant; readonly by: string }): Promise<void>;
  /** Its request is there. False: no such number waits. */
  useHeldNumber(number: string): Promise<boolean>;
  request(id: string): Promise<HelpRequest | undefined>;
  /** Open ones whose sender is told by mail, the oldest first. */
  writtenRequests(limit: number): Promise<readonly HelpRequest[]>;
  /** Without a room, and level 1 is to be told again; or over, and the sender of the mail has not heard. */
  dueRequests(at: Instant, limit: number): Promise<readonly HelpRequest[]>;
  requestsOf(incident: string): Promise<readonly HelpRequest[]>;
  /** A new one (version 1), or the next version of one; RaceLost when somebody else came first, or its key is there already. */
  saveRequest(request: HelpRequest): Promise<void>;
  /** Who called is forgotten, of these as they were read; RaceLost when one has moved on since. */
  forgetCallersOf(requests: readonly HelpRequest[]): Promise<void>;
  /** They go on with the incident that theirs went into. */
  moveRequests(from: string, to: string): Promise<void>;
}

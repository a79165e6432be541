/**
 * Who is signed in to the pages: a cookie with a random id, of which only the hash is kept, in the store. So two daemons on one database
 * know the same people, and a restart signs nobody out.
 *
 * Nothing of the token is kept: an entry proves that it was begun with the secret that the token has now, so that another secret, or a token
 * that leaves the configuration, ends it at once. What the function may is asked of the configuration anew each time.
 */
import { createHash, createHmac, randomBytes, timingSafeEqual } from "node:crypto";
import type { CookieOptions, Request, Response } from "express";
import type { Config } from "../model/config.ts";
import { HOUR, type Instant, MINUTE } from "../model/time.ts";
import type { AuditEntry, Clock, Log, Store } from "../ports.ts";
import { keptOfPeople } from "../ports-kept.ts";
import { type Caller, ownerNamed } from "./access.ts";

/** A shift and its hand-over; an hour in which no page was opened (ours). */
export const longestSignInMs = 12 * HOUR;
export const idleSignInMs = HOUR;
/** That somebody was here is written no more often. */
const touchedEveryMs = 5 * MINUTE;
const prefix = keptOfPeople.signIns;

interface Kept {
  readonly name: string;
  readonly proof: string;
  readonly at: Instant;
  readonly seenAt: Instant;
}

/** Somebody who is signed in. */
export interface SignedIn {
  readonly caller: Caller;
  /** Stands in each form of theirs: a page from elsewhere does not know it. */
  readonly formToken: string;
}

export interface SignInDeps {
  readonly config: () => Config;
  readonly store: Pick<Store, "kept" | "keptAll" | "keep" | "forget" | "transaction">;
  readonly clock: Clock;
  readonly log: Log;
}

export class SignIns {
  readonly #deps: SignInDeps;

  constructor(deps: SignInDeps) {
    this.#deps = deps;
  }

  /** Sets the cookie. What is over is swept out. */
  async begin(response: Response, owner: { readonly caller: Caller; readonly secret: string }): Promise<void> {
    const { config, store, clock } = this.#deps;
    const id = randomBytes(32).toString("base64url");
    const now = clock.now();
    for (const { key, value } of await store.keptAll<Kept>(prefix)) if (isOver(value, now)) await store.forget(key);
    const kept: Kept = { name: owner.caller.name, proof: proofOf(id, owner.secret), at: now, seenAt: now };
    const entry: AuditEntry = { at: now, by: kept.name, action: "sign-in", target: "pages", data: { function: owner.caller.function } };
    await store.transaction(undefined, async (tx) => {
      await tx.keep(keyOf(id), kept);
      await tx.audit([entry]);
    });
    const { name, options } = cookieOf(config());
    response.cookie(name, id, { ...options, maxAge: longestSignInMs });
  }

  /** Whoever the cookie says; undefined when it is of nobody, or over. */
  async of(request: Request): Promise<SignedIn | undefined> {
    const { config, store, clock, log } = this.#deps;
    const id = cookieValue(request, cookieOf(config()).name);
    if (id === undefined) return undefined;
    const kept = await store.kept<Kept>(keyOf(id));
    const now = clock.now();
    if (kept === undefined || isOver(kept, now)) return undefined;
    const owner = ownerNamed(config(), kept.name);
    if (owner === undefined || !same(kept.proof, proofOf(id, owner.secret))) return undefined;
    // A store that cannot be written turns nobody out: what is wrong stands on the page that they came for.
    if (isByHand(request) && now - kept.seenAt >= touchedEveryMs)
      await this.#touch(keyOf(id), now).catch(() => log.warn({ by: kept.name }, "that somebody is here could not be kept"));
    return { caller: owner.caller, formToken: formTokenOf(id) };
  }

  async end(request: Request, response: Response, { caller }: SignedIn): Promise<void> {
    const { config, store, clock } = this.#deps;
    const { name, options } = cookieOf(config());
    const id = cookieValue(request, name) ?? "";
    const entry: AuditEntry = { at: clock.now(), by: caller.name, action: "sign-out", target: "pages" };
    await store.transaction(undefined, async (tx) => {
      await tx.forget(keyOf(id));
      await tx.audit([entry]);
    });
    response.clearCookie(name, options);
  }

  /** In a transaction: who signs out meanwhile stays signed out. */
  async #touch(key: string, now: Instant): Promise<void> {
    await this.#deps.store.transaction(undefined, async (tx) => {
      const kept = await tx.kept<Kept>(key);
      if (kept !== undefined) await tx.keep(key, { ...kept, seenAt: now });
    });
  }
}

function isOver({ at, seenAt }: Kept, now: Instant): boolean {
  return now - at >= longestSignInMs || now - seenAt >= idleSignInMs;
}

/** A person opened a page; one that keeps itself fresh (vigie.js says so), and what it fetches, is no sign of one. */
function isByHand({ headers, path }: Request): boolean {
  return headers["x-vigie-refresh"] === undefined && !path.startsWith("/api/");
}

const keyOf = (id: string) => `${prefix}${createHash("sha256").update(id).digest("base64url")}`;
const proofOf = (id: string, secret: string) => createHmac("sha256", id).update(secret).digest("base64url");
const formTokenOf = (id: string) => createHmac("sha256", id).update("form").digest("base64url");

/** Of two texts, in a time that tells nothing of them. */
export function same(one: string, other: string): boolean {
  const digest = (text: string) => createHash("sha256").update(text).digest();
  return timingSafeEqual(digest(one), digest(other));
}

/** `__Host-` keeps it to this host and this path; browsers take it over TLS only. */
function cookieOf({ instance }: Config): { readonly name: string; readonly options: CookieOptions } {
  const secure = isSecure(instance.publicUrl);
  return { name: secure ? "__Host-vigie" : "vigie", options: { httpOnly: true, sameSite: "strict", secure, path: "/" } };
}

export function isSecure(publicUrl: string | undefined): boolean {
  return publicUrl?.toLowerCase().startsWith("https:") ?? false;
}

export function cookieValue({ headers }: Request, name: string): string | undefined {
  for (const pair of (headers.cookie ?? "").split(";")) {
    const [key, value = ""] = pair.trim().split("=", 2);
    if (key === name && /^[A-Za-z0-9._-]{1,200}$/.test(value)) return value;
  }
  return undefined;
}

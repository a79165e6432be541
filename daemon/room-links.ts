/**
 * The personal link of a coordinator to the rooms of their sites: who has it sees how the rooms are; who also has the six digits that go
 * with it asks for help there.
 *
 * The link is signed and holds the person and a serial; what is kept is the serial, the sites, and whether it was revoked. What scans mails
 * opens links, runs scripts and sends forms, but does not read digits: they are asked once in each browser, which then remembers that it is
 * theirs, until the link is revoked or replaced.
 */
import { createHmac, randomBytes, timingSafeEqual } from "node:crypto";
import type { Config } from "./model/config.ts";
import { DAY, type Instant } from "./model/time.ts";
import type { Clock, Log, Store } from "./ports.ts";
import { keptOfPeople } from "./ports-kept.ts";

const prefix = keptOfPeople.roomLinks;
const secretKey = "room-link-secret";
const guesses = 5;
const guessWindowMs = 15 * 60_000;
/** So long a browser is known (ours). */
export const browserKnownMs = 180 * DAY;

export interface RoomLink {
  readonly person: string;
  readonly sites: readonly string[];
  readonly serial: string;
  readonly at: Instant;
  readonly by: string;
  /** The last day on which it was opened by who has the digits. */
  readonly seenAt?: Instant;
  readonly revoked?: { readonly at: Instant; readonly by: string };
}

export interface RoomLinkDeps {
  readonly store: Pick<Store, "kept" | "keptAll" | "keep" | "keepFirst" | "forget" | "transaction">;
  readonly clock: Pick<Clock, "now" | "monotonicMs">;
  readonly config: () => Config;
  readonly log?: Pick<Log, "warn">;
}

export type MadeLink =
  | { readonly ok: true; readonly link: RoomLink; readonly token: string; readonly digits: string }
  | { readonly ok: false; readonly status: 404 | 409 | 422; readonly problem: string };

export class RoomLinks {
  readonly #deps: RoomLinkDeps;
  readonly #wrong = new Map<string, { count: number; sinceMs: number }>();
  #secret: Promise<Buffer> | undefined;

  constructor(deps: RoomLinkDeps) {
    this.#deps = deps;
  }

  /** A new link; the one that they had is over with it. */
  async make(person: string, sites: readonly string[], by: string): Promise<MadeLink> {
    const { config, clock } = this.#deps;
    const { contacts, network } = config();
    if (!contacts.has(person)) return { ok: false, status: 404, problem: `there is no person ${person}; GET /api/v1/people lists them` };
    const unknown = sites.filter((site) => !network.sites.has(site));
    if (sites.length === 0 || unknown.length > 0)
      return {
        ok: false,
        status: 422,
        problem: `sites: ${unknown.join(", ") || "none is named"}; name some of ${[...network.sites.keys()].join(", ")}`,
      };
    const link: RoomLink = { person, sites, serial: randomBytes(9).toString("base64url"), at: clock.now(), by };
    await this.#write(link, { action: "room-link.made", by, data: { sites } });
    return { ok: true, link, token: await this.#tokenOf(link), digits: await this.#digitsOf(link) };
  }

  async revoke(person: string, by: string): Promise<RoomLink | undefined> {
    const link = await this.#deps.store.kept<RoomLink>(keyOf(person));
    if (link === undefined || link.revoked !== undefined) return undefined;
    const revoked = { ...link, revoked: { at: this.#deps.clock.now(), by } };
    await this.#write(revoked, { action: "room-link.revoked", by });
    return revoked;
  }

  async list(): Promise<readonly RoomLink[]> {
    return (await this.#deps.store.keptAll<RoomLink>(prefix)).map(({ value }) => value);
  }

  /** Undefined: it is none of ours, was revoked or replaced, or its person has left. */
  async of(token: string): Promise<RoomLink | undefined> {
    if (token.length > 300) return undefined;
    const person = Buffer.from(token.split(".", 1)[0] ?? "", "base64url").toString();
    const link = await this.#deps.store.kept<RoomLink>(keyOf(person));
    if (link === undefined || link.revoked !== undefined || !this.#deps.config().contacts.has(person)) return undefined;
    return same(token, await this.#tokenOf(link)) ? link : undefined;
  }

  /** `wait`: too many wrong digits for this link; they are not looked at for a while. */
  async check(link: RoomLink, digits: string): Promise<"right" | "wrong" | "wait"> {
    const now = this.#deps.clock.monotonicMs();
    const seen = this.#wrong.get(link.serial);
    const running = seen !== undefined && now - seen.sinceMs < guessWindowMs ? seen : undefined;
    if ((running?.count ?? 0) >= guesses) return "wait";
    if (same(digits.replace(/\s/g, ""), await this.#digitsOf(link))) return "right";
    this.#wrong.set(link.serial, { count: (running?.count ?? 0) + 1, sinceMs: running?.sinceMs ?? now });
    return "wrong";
  }

  /** What the browser keeps of having known the digits. */
  async browserMark(link: RoomLink): Promise<string> {
    const until = (this.#deps.clock.now() + browserKnownMs).toString(36);
    return `${until}.${await this.#mac(["browser", link.person, link.serial, until])}`;
  }

  /** The token of the forms of such a browser; undefined: it is not one. */
  async formTokenOf(link: RoomLink, mark: string | undefined): Promise<string | undefined> {
    const [until = ""] = (mark ?? "").split(".", 1);
    const isKnown = mark !== undefined && same(mark, `${until}.${await this.#mac(["browser", link.person, link.serial, until])}`);
    if (!isKnown || Number.parseInt(until, 36) <= this.#deps.clock.now()) return undefined;
    return this.#mac(["form", mark]);
  }

  /** They were here: on record once a day. */
  async seen(link: RoomLink): Promise<void> {
    const { store, clock, log } = this.#deps;
    const now = clock.now();
    if (now - (link.seenAt ?? 0) < DAY) return;
    const here = store.transaction(undefined, async (tx) => {
      const kept = await tx.kept<RoomLink>(keyOf(link.person));
      if (kept?.serial !== link.serial || kept.revoked !== undefined || now - (kept.seenAt ?? 0) < DAY) return;
      await tx.keep(keyOf(link.person), { ...kept, seenAt: now });
      await tx.audit([{ at: now, by: actorOf(link), action: "room-link.used", target: link.person }]);
    });
    // They see their rooms all the same.
    await here.catch(() => log?.warn({ by: actorOf(link) }, "a use of a room link is not in the audit"));
  }

  async #write(link: RoomLink, of: { readonly action: string; readonly by: string; readonly data?: Readonly<Record<string, unknown>> }) {
    const { store, clock } = this.#deps;
    await store.transaction(undefined, async (tx) => {
      await tx.keep(keyOf(link.person), link);
      await tx.audit([{ at: clock.now(), target: link.person, ...of }]);
    });
  }

  async #tokenOf({ person, serial }: RoomLink): Promise<string> {
    return `${Buffer.from(person).toString("base64url")}.${(await this.#mac(["link", person, serial])).slice(0, 32)}`;
  }

  async #digitsOf({ person, serial }: RoomLink): Promise<string> {
    const number = Buffer.from(await this.#mac(["digits", person, serial]), "base64url").readUInt32BE(0);
    return String(number % 1_000_000).padStart(6, "0");
  }

  async #mac(what: readonly string[]): Promise<string> {
    // A store that could not be used once may be asked again.
    this.#secret ??= this.#readSecret().catch((error: unknown) => {
      this.#secret = undefined;
      throw error;
    });
    return createHmac("sha256", await this.#secret)
      .update(JSON.stringify(what))
      .digest("base64url");
  }

  /** Made once, by whoever comes first; a backup carries it, so that links go on working after a restore. */
  async #readSecret(): Promise<Buffer> {
    const { store } = this.#deps;
    // Read first: a link opens its page while nothing can be written.
    const known = await store.kept<string>(secretKey);
    return Buffer.from(known ?? (await store.keepFirst(secretKey, randomBytes(32).toString("base64"))), "base64");
  }
}

/** Who acts by it, in the audit and on requests. */
export function actorOf({ person }: Pick<RoomLink, "person">): string {
  return `rooms:${person}`;
}

const keyOf = (person: string) => `${prefix}${person}`;

function same(given: string, right: string): boolean {
  const [one, other] = [Buffer.from(given), Buffer.from(right)];
  return one.length === other.length && timingSafeEqual(one, other);
}

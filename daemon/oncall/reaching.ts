/**
 * Asks every contact, over each of their channels, once a month in service hours, to answer; and keeps who did.
 *
 * The question is a letter of the outbox; its delivery's `acknowledged` is the proof, however it was answered (link, reply).
 */
import { inService } from "../../rules/clock.ts";
import type { Config, Contact } from "../model/config.ts";
import type { OutboxRow } from "../model/incident.ts";
import { type Instant, MINUTE } from "../model/time.ts";
import type { Clock, Store } from "../ports.ts";
import { hoursOf } from "../roles/hours.ts";
import { type Leases, leasedTurns } from "../roles/lease.ts";
import type { Role } from "../roles/supervisor.ts";
import { letterTo } from "../roles/ways.ts";
import { reachLetter } from "../text/reach-letter.ts";
import { canBeAnswered, isDue, reachKey, type WayKept, wayId, waysToProve } from "./reach.ts";

export interface ReachingDeps {
  readonly store: Pick<Store, "transaction" | "kept" | "delivery">;
  readonly clock: Clock;
  readonly leases: Leases;
  readonly config: () => Config;
}

const everyMs = MINUTE;
/** A turn asks no more than this: a hundred people are asked within ten minutes, and no mail server is flooded. */
const atOnce = 10;

export class Reaching implements Role {
  readonly name = "reachability";
  readonly beatWithinMs = 5 * MINUTE;
  readonly #deps: ReachingDeps;

  constructor(deps: ReachingDeps) {
    this.#deps = deps;
  }

  run(signal: AbortSignal, beat: () => void): Promise<void> {
    const { leases, clock } = this.#deps;
    const load = async () => undefined;
    return leasedTurns({ role: "on-call", everyMs, leases, clock, load, turn: () => this.turn() }, signal, beat);
  }

  /** Takes in the answers, and asks who is due. How many were asked. */
  async turn(): Promise<number> {
    const { store, clock, config: inForce, leases } = this.#deps;
    const [config, at] = [inForce(), clock.now()];
    const before = (await store.kept<readonly WayKept[]>(reachKey)) ?? [];
    const answered = new Map<string, WayKept>();
    for (const each of before) answered.set(wayId(each.contact, each), await this.#answered(each, at));
    const asked: OutboxRow[] = [];
    const next = waysToProve(config).map(([contact, way]): WayKept => {
      const known = answered.get(wayId(contact.id, way)) ?? { contact: contact.id, ...way, knownAt: at };
      if (asked.length >= atOnce || !this.#mayAsk(known, config, at)) return known;
      const row = letterOver(contact, way, config, at);
      asked.push(row);
      return { ...known, askedAt: at, key: row.key };
    });
    if (asked.length === 0 && JSON.stringify(next) === JSON.stringify(before)) return 0;
    await store.transaction(leases.fence("on-call"), async (tx) => {
      await tx.addOutbox(asked);
      await tx.keep(reachKey, next);
    });
    return asked.length;
  }

  #mayAsk(known: WayKept, config: Config, at: Instant): boolean {
    if (!isDue(known, config.duty.checkEveryMs, at) || !canBeAnswered(config, known.channel)) return false;
    const { canary, devices, sites } = config.network;
    // Where the centre is: its core's site, else the first.
    const home = devices.get(canary ?? "")?.site ?? [...sites.keys()][0] ?? "";
    return inService(hoursOf(config, home, undefined), at);
  }

  async #answered(each: WayKept, at: Instant): Promise<WayKept> {
    const { key, askedAt, answeredAt } = each;
    if (key === undefined || askedAt === undefined || (answeredAt !== undefined && answeredAt >= askedAt)) return each;
    const delivery = await this.#deps.store.delivery(key);
    return delivery?.state === "acknowledged" ? { ...each, answeredAt: at } : each;
  }
}

/** One question, over this way and no other. */
function letterOver(contact: Contact, way: Contact["channels"][number], config: Config, at: Instant): OutboxRow {
  const twin = contact.channels.filter(({ channel }) => channel === way.channel).indexOf(way);
  const letter = { ...reachLetter(contact.language, { instance: config.instance.name, channel: way.channel }), asks: true as const };
  return letterTo(`reach-${at}${twin > 0 ? `-${twin + 1}` : ""}`, letter, { ...contact, channels: [way] }, at);
}

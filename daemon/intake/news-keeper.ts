/**
 * Reminds whoever owes the next public text of a general failure: its time has passed, or service is back and nobody has said so. And
 * level 1 of requests whose room nobody knows. Tells whoever asked by mail how their request goes on.
 *
 * Timers are columns: after a restart what was due is still due.
 */

import { nextService } from "../../rules/clock.ts";
import { line } from "../../rules/incident.ts";
import { REMIND_EVERY_MS, remindersOf } from "../../rules/public-news.ts";
import type { Config } from "../model/config.ts";
import { isFailing } from "../model/incident.ts";
import type { KeptNews } from "../model/public-news.ts";
import type { HelpRequest } from "../model/request.ts";
import type { Instant } from "../model/time.ts";
import { type Clock, RaceLost, type Store, type Tx } from "../ports.ts";
import { hoursOf } from "../roles/hours.ts";
import { type Leases, leasedTurns } from "../roles/lease.ts";
import { rowsFor } from "../roles/recipients.ts";
import type { Role } from "../roles/supervisor.ts";
import { unplacedRows } from "./by-mail.ts";
import { tellCaller } from "./caller-news.ts";
import { UNPLACED_EVERY_MS, unplacedFrom } from "./taking.ts";

export interface NewsKeeperDeps {
  readonly store: Store;
  readonly clock: Clock;
  readonly config: () => Config;
  readonly leases: Leases;
}

const everyMs = 5_000;
const batch = 100;
const mostWritten = 500;

export class NewsKeeper implements Role {
  readonly name = "public-news";
  readonly beatWithinMs = 60_000;
  readonly #deps: NewsKeeperDeps;

  constructor(deps: NewsKeeperDeps) {
    this.#deps = deps;
  }

  run(signal: AbortSignal, beat: () => void): Promise<void> {
    const { leases, clock } = this.#deps;
    return leasedTurns({ role: this.name, everyMs, leases, clock, turn: () => this.turn() }, signal, beat);
  }

  /** One transaction with what is due now. How many were reminded. */
  async turn(): Promise<number> {
    const { clock } = this.#deps;
    const now = clock.now();
    try {
      return await this.#due(now);
    } catch (error) {
      // Somebody has just said the room: the next turn looks again.
      if (!(error instanceof RaceLost)) throw error;
      return 0;
    }
  }

  #due(now: Instant): Promise<number> {
    const { store, leases } = this.#deps;
    return store.transaction(leases.fence(this.name), async (tx) => {
      let reminded = 0;
      for (const request of await tx.dueRequests(now, batch)) {
        if (request.ended === undefined) await this.#unplaced(tx, request, now);
        else await tellCaller(tx, request, this.#deps.config(), now);
      }
      for (const request of await tx.writtenRequests(mostWritten)) await tellCaller(tx, request, this.#deps.config(), now);
      for (const news of await tx.dueNews(now, batch)) if (await this.#remind(tx, news, now)) reminded += 1;
      return reminded;
    });
  }

  /** Level 1 hears again that a request has no room; by night nothing is heaped up for the morning. */
  async #unplaced(tx: Tx, request: HelpRequest, now: Instant): Promise<void> {
    const told = request.waits?.told ?? 0;
    const from = unplacedFrom(request.site, this.#deps.config(), now);
    const waits = from > now ? { wakeAt: from, told } : { wakeAt: now + UNPLACED_EVERY_MS, told: told + 1 };
    if (from <= now) await tx.addOutbox(unplacedRows(request, told, this.#deps.config(), now));
    await tx.saveRequest({ ...request, waits, version: request.version + 1 });
  }

  async #remind(tx: Tx, news: KeptNews, now: Instant): Promise<boolean> {
    const incident = await tx.incident(news.incident);
    const { wakeAt: _w, ...rest } = news;
    if (incident === undefined || incident.state === "closed") {
      await tx.savePublicNews(rest);
      return false;
    }
    const over = !isFailing(incident);
    // That service is back is said once at once; after that the timer goes on.
    if (over && news.overTold === true && (news.wakeAt ?? 0) > now) return false;
    const from = incident.urgency === "now" ? now : nextService(hoursOf(this.#deps.config(), incident.site, incident.device), now);
    if (from > now) {
      // What can wait until morning is owed once in the morning. That service is back counts as said: its timer says it then.
      await tx.savePublicNews({ ...rest, wakeAt: from, ...(over ? { overTold: true } : {}) });
      return false;
    }
    const notice = remindersOf(incident, news.seq, news.reminded, now);
    const next = { ...rest, reminded: news.reminded + 1, wakeAt: now + REMIND_EVERY_MS };
    await tx.savePublicNews(over ? { ...next, overTold: true } : next);
    await tx.addOutbox(rowsFor(notice, incident, this.#deps.config(), now));
    const why = over ? "service is back, and its coordinators have not been told" : "the next news was promised by now, and has not come";
    await tx.appendTimeline([line(incident, now, "system", "news-due", why, { news: news.seq, reminded: next.reminded })]);
    return true;
  }
}

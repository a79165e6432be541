/**
 * What is to become of each claimed message: it goes, it waits, it is dropped, or it is named in one with others.
 *
 * One after the other, in the order in which they are due: what goes to a person first counts for what comes after it.
 */
import { nextService } from "../../rules/clock.ts";
import { judgeStorm } from "../../rules/storm.ts";
import type { Mutes } from "../maintenance-book.ts";
import type { Config } from "../model/config.ts";
import { type Incident, type NoticeKind, type OutboxRow, sessionOfRow } from "../model/incident.ts";
import { type Instant, SECOND } from "../model/time.ts";
import { type ClaimedRow, type Clock, type DeliveryUpdate, type DeliveryView, RaceLost, type Store } from "../ports.ts";
import type { Superseding } from "../ports-notify.ts";
import { hoursOf } from "./hours.ts";
import { heardOf, isAllClear, moot } from "./relevance.ts";
import { noChannel } from "./ways.ts";
import { isTheirs } from "./work-rows.ts";

/** One of those that a message is about. */
export interface Named {
  readonly row: OutboxRow;
  readonly incident: Incident;
}

/** A message that goes now. `named` is empty for a letter that is about no incident. */
export interface Prepared {
  readonly row: ClaimedRow;
  readonly named: readonly Named[];
}

export interface PreparingDeps {
  readonly store: Store;
  readonly clock: Clock;
  readonly config: () => Config;
  readonly worker: string;
  readonly mutes?: Pick<Mutes, "coverOf" | "quietAt">;
}

/** What a turn has decided so far about one recipient and channel. */
interface Lane {
  readonly sites: Map<string, Instant>;
  messages: number;
}

/** Not yet known whether the recipient heard of the trouble: asked again then. */
const onItsWayMs = 10 * SECOND;
/** So many rows a transaction become part of one message. */
const supersededAtOnce = 500;
/** Races lost in a row before it is left to the next claim. */
const mostRaces = 10;

const stormy: ReadonlySet<NoticeKind> = new Set([
  "problem",
  "raised",
  "escalation",
  "last-resort",
  "follow-up",
  "restored",
  "merged",
  "wider",
  "news",
]);

/** What no silence holds back. */
const spoken: ReadonlySet<NoticeKind> = new Set(["restored", "merged", "news", "news-due"]);

type Verdict = { readonly ready: Prepared } | { readonly update: DeliveryUpdate } | "absorbed";

export class Preparing {
  readonly #deps: PreparingDeps;

  constructor(deps: PreparingDeps) {
    this.#deps = deps;
  }

  /** `failed`: the first row that the store could not be asked about; it stays claimed and comes again. */
  async all(rows: readonly ClaimedRow[]): Promise<{ ready: Prepared[]; updates: DeliveryUpdate[]; failed: unknown }> {
    const ready: Prepared[] = [];
    const updates: DeliveryUpdate[] = [];
    let failed: unknown;
    const lanes = new Map<string, Lane>();
    const absorbed = new Set<string>();
    for (const row of rows) {
      if (absorbed.has(row.key)) continue;
      try {
        const verdict = await this.#one(row, lanes, absorbed, rows);
        if (verdict === "absorbed") continue;
        if ("ready" in verdict) ready.push(verdict.ready);
        else updates.push(verdict.update);
      } catch (error) {
        failed ??= error;
      }
    }
    return { ready, updates, failed };
  }

  async #one(row: ClaimedRow, lanes: Map<string, Lane>, absorbed: Set<string>, rows: readonly ClaimedRow[]): Promise<Verdict> {
    const at = this.#deps.clock.now();
    if (row.letter !== undefined) return { ready: { row, named: [] } };
    if (row.inStorm === true) await this.#absorb(row, rows, absorbed);
    const all = await this.#named(row);
    const named = all.filter((each) => moot(each.row, each.incident) === undefined);
    const [first] = named;
    if (first === undefined) return { update: { key: row.key, state: "dropped", at, error: whyMoot(all) } };
    // Each of several had been ready to go when it began to wait for the others.
    if (all.length === 1) {
      const waits = (await this.#waits(row, first.incident)) ?? (await this.#storm(row, first.incident, lanes));
      if (waits !== undefined) return { update: waits };
    }
    const lane = await this.#lane(row, lanes);
    lane.messages += 1;
    for (const { incident } of named) lane.sites.set(incident.site, at);
    return { ready: { row, named } };
  }

  /** The window of a storm is over: what waits for this recipient and channel becomes part of this message. */
  async #absorb(row: ClaimedRow, rows: readonly ClaimedRow[], absorbed: Set<string>): Promise<void> {
    const { clock, worker } = this.#deps;
    const { key, recipient, channel } = row;
    const bundle = { key, recipient, channel, at: clock.now(), limit: supersededAtOnce, claimedBy: worker };
    while ((await this.#superseded(bundle)) === supersededAtOnce);
    for (const each of rows)
      if (each.inStorm === true && each.key !== key && each.recipient === recipient && each.channel === channel) absorbed.add(each.key);
  }

  /** Others write to the same timelines: another dispatcher, the escalator. Whoever comes second asks again. */
  async #superseded(bundle: Superseding): Promise<number> {
    for (let tries = 0; ; tries += 1) {
      try {
        return await this.#deps.store.supersede(bundle);
      } catch (error) {
        if (!(error instanceof RaceLost) || tries >= mostRaces) throw error;
      }
    }
  }

  /** What a message is about: its own incident first. */
  async #named(row: ClaimedRow): Promise<readonly Named[]> {
    const { store } = this.#deps;
    // What was never tried before has neither taken others with it nor come from another channel.
    const isAlone = row.attempts === 0 && row.inStorm !== true && row.bundle === undefined;
    const rows = [row, ...(isAlone ? [] : await store.bundleOf(row.bundle ?? row.key))];
    const incidents = new Map((await store.incidentsById(rows.map(({ incident }) => incident))).map((each) => [each.id, each]));
    return rows.flatMap((each) => {
      const incident = incidents.get(each.incident);
      return incident === undefined ? [] : [{ row: each, incident }];
    });
  }

  async #storm(row: ClaimedRow, incident: Incident, lanes: Map<string, Lane>): Promise<DeliveryUpdate | undefined> {
    const { clock, config } = this.#deps;
    // One that has waited, or failed, goes; and what goes nowhere says so at once.
    if (row.inStorm === true || row.attempts > 0 || row.channel === noChannel || !stormy.has(row.kind)) return undefined;
    const at = clock.now();
    const lane = await this.#lane(row, lanes);
    const told = { messages: lane.messages, siteAt: lane.sites.get(incident.site) };
    const known = judgeStorm(told, config().storms);
    const verdict = known.go ? judgeStorm({ ...told, waitsUntil: await this.#waitsUntil(row, incident) }, config().storms) : known;
    return verdict.go ? undefined : { key: row.key, state: "pending", at, notBefore: verdict.until, inStorm: true, error: verdict.why };
  }

  /** Nobody asks the store where there are no storms. */
  async #waitsUntil({ recipient, channel }: ClaimedRow, { site }: Incident): Promise<Instant | undefined> {
    const { store, config } = this.#deps;
    return config().storms.windowMs === 0 ? undefined : store.waitsInStorm({ recipient, channel }, site);
  }

  async #lane({ recipient, channel }: ClaimedRow, lanes: Map<string, Lane>): Promise<Lane> {
    const { store, clock, config } = this.#deps;
    const id = JSON.stringify([recipient, channel]);
    const known = lanes.get(id);
    if (known !== undefined) return known;
    const { messages, sites } = await store.toldLately({ recipient, channel }, clock.now() - config().storms.windowMs);
    const lane = { messages, sites: new Map(sites) };
    lanes.set(id, lane);
    return lane;
  }

  /** Outside service hours only what is urgent is sent, however late or often tried; and who heard nothing needs no all-clear. */
  async #waits(row: ClaimedRow, incident: Incident): Promise<DeliveryUpdate | undefined> {
    const at = this.#deps.clock.now();
    // A session waits neither for service hours nor for the end of a silence: people sit in its rooms.
    // A partner has hours of their own.
    if (sessionOfRow(row) === undefined && !isTheirs(row.kind)) {
      // That it is over is for everybody who had heard; a person chose to tell the news, and promised the next. Everything else waits.
      // Until the escalator has said that the quiet ends, it has not.
      const quiet = spoken.has(row.kind) ? undefined : await this.#quietUntil(incident, at);
      if (quiet !== undefined)
        return { key: row.key, state: "pending", at, notBefore: quiet, dueAt: quiet, error: "kept quiet by maintenance or a silence" };
      const start = incident.urgency === "now" ? at : nextService(hoursOf(this.#deps.config(), incident.site, incident.device), at);
      if (start > at)
        return { key: row.key, state: "pending", at, notBefore: start, dueAt: start, error: "it can wait until service hours" };
    }
    if (!isAllClear(row)) return undefined;
    const heard = heardOf(row, await this.#ofAll(row.incident));
    if (heard === "yes") return undefined;
    if (heard === "no") return { key: row.key, state: "dropped", at, error: "no message of the trouble had reached them" };
    return { key: row.key, state: "pending", at, notBefore: at + onItsWayMs, error: "a message of the trouble is still on its way" };
  }

  async #quietUntil(incident: Incident, at: Instant): Promise<Instant | undefined> {
    const { mutes, store } = this.#deps;
    if (mutes?.quietAt(at) === true) {
      const cover = mutes.coverOf(incident, await store.alarmsOf(incident.id), at);
      if (cover !== undefined) return cover.to;
    }
    return incident.muted === undefined ? undefined : at + SECOND;
  }

  /** What went out about an incident, and about those that a person merged into it: it is one trouble. */
  async #ofAll(incident: string): Promise<readonly DeliveryView[]> {
    const { store } = this.#deps;
    const found = [...(await store.deliveries(incident))];
    const seen = new Set([incident]);
    for (const id of seen) {
      for (const { from, to, kind } of await store.linksOf(id)) {
        if (kind !== "merged" || to !== id || seen.has(from)) continue;
        seen.add(from);
        found.push(...(await store.deliveries(from)));
      }
    }
    return found;
  }
}

function whyMoot([own]: readonly Named[]): string {
  return own === undefined ? "its incident is gone" : (moot(own.row, own.incident) ?? "its incident is gone");
}

/**
 * Sends what the outbox holds: claims due rows under a lease, checks that they still matter, sends, records what became of it.
 *
 * A claim that expires goes back to pending and its message is marked as maybe a repeat; every send carries its key. A failed
 * send is tried again with backoff for as long as its incident is open: an error is never terminal for an open incident.
 */
import { nextService } from "../../rules/clock.ts";
import type { Mutes } from "../maintenance-book.ts";
import type { Channel, Config } from "../model/config.ts";
import { type Incident, isFailing, type OutboxRow, sessionOfRow } from "../model/incident.ts";
import { HOUR, type Instant, MINUTE, SECOND } from "../model/time.ts";
import type { ClaimedRow, Clock, DeliveryUpdate, DeliveryView, Log, Message, Notifier, SendResult, Store } from "../ports.ts";
import { hoursOf } from "./hours.ts";
import type { Role } from "./supervisor.ts";
import { isWork, mootWork } from "./work-rows.ts";

export interface DispatcherDeps {
  readonly store: Store;
  readonly clock: Clock;
  readonly log: Log;
  readonly config: () => Config;
  readonly notifiers: ReadonlyMap<Channel["kind"], Notifier>;
  readonly worker: string;
  /** The message in the recipient's language. */
  readonly render: (row: OutboxRow, incident: Incident, config: Config) => { readonly subject: string; readonly text: string };
  readonly stats: { delivered(channel: string, state: string): void };
  /** What keeps an incident quiet; without it nothing does. */
  readonly mutes?: Pick<Mutes, "coverOf" | "quietAt">;
}

/** A send has this long; a claim lasts three times as long. */
const sendMs = 10 * SECOND;
const leaseMs = 3 * sendMs;
const everyMs = 500;
const atOnce = 16;
const backoffMs = [5 * SECOND, 15 * SECOND, MINUTE, 2 * MINUTE, 5 * MINUTE, 15 * MINUTE];

/** When to try again after so many attempts: quick at first, every 15 minutes in the end. */
export function retryIn(attempts: number): number {
  return backoffMs[Math.min(attempts, backoffMs.length - 1)] ?? 15 * MINUTE;
}

/** People wait in the rooms of a session: what else became of the incident does not matter to them. */
function mootSession(row: OutboxRow, incident: Incident): string | undefined {
  const still = row.kind === "session-clear" || isFailing(incident) || incident.foldedInto !== undefined;
  return still ? undefined : "it is over";
}

/** Why a message no longer matters, if it does not. */
export function moot(row: OutboxRow, incident: Incident | undefined): string | undefined {
  if (incident === undefined) return "its incident is gone";
  if (sessionOfRow(row) !== undefined) return mootSession(row, incident);
  if (row.kind === "restored") return incident.state === "open" || incident.state === "taken" ? "it came back" : undefined;
  if (row.kind === "follow-up")
    return incident.state === "closed" || incident.state === "resolved" ? `the incident is ${incident.state}` : undefined;
  if (row.kind === "merged") return incident.foldedInto === undefined ? "it is an incident of its own" : undefined;
  if (isWork(row.kind)) return mootWork(row, incident);
  if (incident.foldedInto !== undefined) return "folded into another incident";
  if (incident.state !== "open" && incident.state !== "taken") return `the incident is ${incident.state}`;
  // Claimed after the acknowledgement: nobody needs to hear it any more.
  return incident.acknowledgedAt === undefined ? undefined : "acknowledged";
}

/** Did this recipient hear of the trouble since they last heard that it was over? Never a recovery without its problem. */
export function heardOf(row: OutboxRow, deliveries: readonly DeliveryView[]): "yes" | "no" | "not yet known" {
  const about = sessionOfRow(row);
  const theirs = deliveries.filter((each) => each.recipient === row.recipient && each.key !== row.key && sessionOfRow(each) === about);
  // Who may have heard hears that it is over.
  const gone = theirs.filter((each) => each.sentAt !== undefined || each.maybeSent === true);
  const last = (found: readonly DeliveryView[]) => Math.max(Number.NEGATIVE_INFINITY, ...found.map((each) => each.createdAt));
  const problem = last(gone.filter((each) => !isAllClear(each)));
  if (problem > last(gone.filter(isAllClear))) return "yes";
  return theirs.some((each) => !isAllClear(each) && each.state === "claimed") ? "not yet known" : "no";
}

function isAllClear({ kind }: Pick<OutboxRow, "kind">): boolean {
  return kind === "restored" || kind === "session-clear";
}

export class Dispatcher implements Role {
  readonly name = "dispatcher";
  readonly beatWithinMs = 60_000;
  readonly #deps: DispatcherDeps;

  constructor(deps: DispatcherDeps) {
    this.#deps = deps;
  }

  async run(signal: AbortSignal, beat: () => void): Promise<void> {
    while (!signal.aborted) {
      const sent = await this.turn(signal);
      beat();
      if (sent < atOnce) await this.#deps.clock.sleep(everyMs, signal);
    }
  }

  /** Claims and sends at most 16 messages. How many were claimed. */
  async turn(signal: AbortSignal): Promise<number> {
    const { store, clock, worker } = this.#deps;
    const now = clock.now();
    const claimedMs = clock.monotonicMs();
    const rows = await store.claimOutbox({ now, leaseMs, limit: atOnce, worker });
    if (rows.length === 0) return 0;
    const ended = await Promise.allSettled(rows.map((row) => this.#deliver(row, claimedMs, signal)));
    // One that could not even be tried takes nothing from the others: what was sent is recorded, or it would be sent again.
    await store.recordDeliveries(ended.flatMap((each) => (each.status === "fulfilled" ? (each.value ?? []) : [])));
    for (const each of ended) if (each.status === "rejected") throw each.reason;
    return rows.length;
  }

  async #deliver(row: ClaimedRow, claimedMs: number, signal: AbortSignal): Promise<DeliveryUpdate | undefined> {
    const { store, clock, config: getConfig, stats, log } = this.#deps;
    const config = getConfig();
    const incident = await store.incident(row.incident);
    const why = moot(row, incident);
    if (why !== undefined || incident === undefined)
      return { key: row.key, state: "dropped", at: clock.now(), error: why ?? "its incident is gone" };
    const waits = await this.#waits(row, incident, config);
    if (waits !== undefined) return waits;
    // Right before sending: a claim that has grown old may be somebody else's by now.
    if (clock.monotonicMs() - claimedMs > leaseMs - sendMs) return undefined;
    const result = await this.#send(row, incident, config, signal);
    const at = clock.now();
    stats.delivered(row.channel, result.ok ? result.state : result.retry ? "retried" : "failed");
    if (result.ok) return { key: row.key, state: result.state, at, ...(result.proof === undefined ? {} : { proof: result.proof }) };
    log.warn(
      { incident: row.incident, channel: row.channel, attempts: row.attempts + 1, error: result.error },
      "delivery failed; trying again",
    );
    // What the far end refuses for good is tried once an hour all the same: its configuration may be mended while the incident is open.
    const inMs = result.retry ? retryIn(row.attempts) : HOUR;
    return { key: row.key, state: "pending", at, notBefore: at + inMs, error: result.error };
  }

  /** Outside service hours only what is urgent is sent, however late or often tried; and who heard nothing needs no all-clear. */
  async #waits(row: ClaimedRow, incident: Incident, config: Config): Promise<DeliveryUpdate | undefined> {
    const { clock } = this.#deps;
    const at = clock.now();
    // A session waits neither for service hours nor for the end of a silence: people sit in its rooms.
    if (sessionOfRow(row) === undefined) {
      // That it is over is for everybody who had heard; everything else waits. Until the escalator has said that the quiet ends, it has not.
      const quiet = row.kind === "restored" || row.kind === "merged" ? undefined : await this.#quietUntil(incident, at);
      if (quiet !== undefined)
        return { key: row.key, state: "pending", at, notBefore: quiet, error: "kept quiet by maintenance or a silence" };
      const start = incident.urgency === "now" ? at : nextService(hoursOf(config, incident.site, incident.device), at);
      if (start > at) return { key: row.key, state: "pending", at, notBefore: start, error: "it can wait until service hours" };
    }
    if (!isAllClear(row)) return undefined;
    const heard = heardOf(row, await this.#ofAll(row.incident));
    if (heard === "yes") return undefined;
    if (heard === "no") return { key: row.key, state: "dropped", at, error: "no message of the trouble had reached them" };
    return { key: row.key, state: "pending", at, notBefore: at + sendMs, error: "a message of the trouble is still on its way" };
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

  async #send(row: ClaimedRow, incident: Incident, config: Config, signal: AbortSignal): Promise<SendResult> {
    const { notifiers, render } = this.#deps;
    const channel = config.channels.get(row.channel);
    if (channel === undefined)
      return { ok: false, retry: true, error: `channel ${row.channel} is not configured; add it under channels, or change the contact` };
    const notifier = notifiers.get(channel.kind);
    if (notifier === undefined) return { ok: false, retry: true, error: `no notifier for ${channel.kind}` };
    try {
      const { subject, text } = render(row, incident, config);
      const message: Message = {
        key: row.key,
        to: row.address,
        language: row.language,
        subject,
        text,
        data: factsOf(row, incident),
        maybeDuplicate: row.maybeDuplicate,
      };
      return await notifier.send(channel, message, AbortSignal.any([signal, AbortSignal.timeout(sendMs)]));
    } catch (error) {
      return {
        ok: false,
        retry: true,
        error: error instanceof Error ? `${error.name}: ${error.message}`.slice(0, 200) : "the notifier failed",
      };
    }
  }
}

/** The same facts as data, for machines. */
function factsOf(row: OutboxRow, incident: Incident): Readonly<Record<string, unknown>> {
  const { number, site, device, room, symptom, part, severity, urgency, level, state, openedAt, firstBadAt, severityWhy, urgencyWhy } =
    incident;
  return {
    kind: row.kind,
    number,
    site,
    device,
    room,
    symptom,
    part,
    severity,
    urgency,
    severityWhy,
    urgencyWhy,
    provisional: incident.severitySettled === undefined,
    level,
    state,
    openedAt,
    firstBadAt,
  };
}

/**
 * Sends what the outbox holds: claims due rows under a lease, checks that they still matter, sends, records what became of it.
 *
 * A claim that expires goes back to pending and its message is marked as maybe a repeat; every send carries its key. A failed
 * send is tried again with backoff for as long as its incident is open, and its recipient's next channel is told at once: an error
 * is never terminal for an open incident.
 */
import { ticketTriedForMs } from "../../rules/ticket.ts";
import type { Mutes } from "../maintenance-book.ts";
import type { Channel, Config } from "../model/config.ts";
import type { Incident, OutboxRow } from "../model/incident.ts";
import { HOUR, type Instant, MINUTE, SECOND } from "../model/time.ts";
import type { Clock, DeliveryUpdate, Log, Message, Notifier, SendResult, Store } from "../ports.ts";
import { type Named, type Prepared, Preparing } from "./preparing.ts";
import type { Role } from "./supervisor.ts";
import { isTicket } from "./ticket-rows.ts";
import { nextWay, noChannel } from "./ways.ts";
import { isTheirs } from "./work-rows.ts";

/** A message in words. */
export interface Said {
  readonly subject: string;
  readonly text: string;
  /** At most one SMS segment; absent: the subject. */
  readonly sms?: string;
}

/** Whose messages it sends: to people, or to other systems. Apart, so that a system that hangs holds no page back. */
export interface OfTickets {
  /** The number that a system tells in its answer; undefined: none. */
  readonly numberIn: (row: OutboxRow, answer: string | undefined, config: Config) => string | undefined;
}

export interface DispatcherDeps {
  readonly store: Store;
  readonly clock: Clock;
  readonly log: Log;
  readonly config: () => Config;
  readonly notifiers: ReadonlyMap<Channel["kind"], Notifier>;
  readonly worker: string;
  /** The message in the recipient's language. `named`: all that it is about, when it is about several. */
  readonly render: (row: OutboxRow, incident: Incident, config: Config, named: readonly Named[]) => Said | Promise<Said>;
  /** Adds how it can be acknowledged, and keeps what proves it; without it nothing can be. */
  readonly asking?: (row: OutboxRow, channel: Channel, said: Said, named: number) => Promise<Said>;
  readonly stats: { delivered(channel: string, state: string): void };
  /** Given: it sends to other systems, and to nobody else. */
  readonly tickets?: OfTickets;
  /** A send has this long. Default 10 s; a claim lasts three times as long. */
  readonly sendMs?: number;
  /** What keeps an incident quiet; without it nothing does. */
  readonly mutes?: Pick<Mutes, "coverOf" | "quietAt">;
}

const sendMs = 10 * SECOND;
const leaseMs = 3 * sendMs;
const everyMs = 500;
const ticketsEveryMs = 2 * SECOND;
const atOnce = 16;
const backoffMs = [5 * SECOND, 15 * SECOND, MINUTE, 2 * MINUTE, 5 * MINUTE, 15 * MINUTE];

/** When to try again after so many attempts: quick at first, every 15 minutes in the end. */
export function retryIn(attempts: number): number {
  return backoffMs[Math.min(attempts, backoffMs.length - 1)] ?? 15 * MINUTE;
}

/** What a delivery came to, and what is to be told because of it. */
interface Outcome {
  readonly updates: readonly DeliveryUpdate[];
  readonly more: readonly OutboxRow[];
}

export class Dispatcher implements Role {
  readonly name: string;
  readonly beatWithinMs = 60_000;
  readonly #deps: DispatcherDeps;
  readonly #preparing: Preparing;
  /** The last turn left some that were due, maybe. */
  #isBehind = false;

  constructor(deps: DispatcherDeps) {
    this.#deps = deps;
    this.name = deps.tickets === undefined ? "dispatcher" : "ticket-dispatcher";
    this.#preparing = new Preparing(deps);
  }

  async run(signal: AbortSignal, beat: () => void): Promise<void> {
    while (!signal.aborted) {
      const sent = await this.turn(signal);
      beat();
      if (sent < atOnce) await this.#deps.clock.sleep(this.#deps.tickets === undefined ? everyMs : ticketsEveryMs, signal);
    }
  }

  /** Claims and sends at most 16 messages. How many were claimed. */
  async turn(signal: AbortSignal): Promise<number> {
    const { store, clock, worker, tickets } = this.#deps;
    const now = clock.now();
    const claimedMs = clock.monotonicMs();
    const whose = tickets === undefined ? this.#firsts(now) : { tickets: true };
    const rows = await store.claimOutbox({ now, leaseMs, limit: atOnce, worker, ...whose });
    this.#isBehind = rows.length === atOnce;
    if (rows.length === 0) return 0;
    // One after the other: what the first says counts for the second. One that cannot be tried takes nothing from the others.
    const { ready, updates, failed } = await this.#preparing.all(rows);
    const ended = await Promise.allSettled(ready.map((each) => this.#deliver(each, claimedMs, signal)));
    const outcomes = ended.flatMap((each) => (each.status === "fulfilled" ? (each.value ?? []) : []));
    // What was sent is recorded, or it would be sent again.
    await store.recordDeliveries(
      [...updates, ...outcomes.flatMap((each) => each.updates)],
      outcomes.flatMap((each) => each.more),
    );
    for (const each of ended) if (each.status === "rejected") throw each.reason;
    if (failed !== undefined) throw failed;
    return rows.length;
  }

  /** Who is behind looks for the first about each site: in a storm it overtakes what else waits. */
  #firsts(now: Instant): { readonly firstsSince?: Instant } {
    const { windowMs } = this.#deps.config().storms;
    return this.#isBehind && windowMs > 0 ? { firstsSince: now - windowMs } : {};
  }

  async #deliver(prepared: Prepared, claimedMs: number, signal: AbortSignal): Promise<Outcome | undefined> {
    const { clock, config: getConfig, stats, store } = this.#deps;
    const { row } = prepared;
    const config = getConfig();
    // Right before sending: a claim that has grown old may be somebody else's by now.
    if (clock.monotonicMs() - claimedMs > leaseMs - sendMs) return undefined;
    const result = await this.#send(prepared, config, signal);
    const at = clock.now();
    stats.delivered(row.channel === noChannel ? "none" : row.channel, result.ok ? result.state : result.retry ? "retried" : "failed");
    if (result.ok) {
      const { state, proof } = result;
      const came = proof === undefined ? undefined : await store.takeReceipt(row.channel, proof);
      const update = { key: row.key, state, at, ...(proof === undefined ? {} : { proof }) };
      const number = this.#deps.tickets?.numberIn(row, result.answer, config);
      if (number !== undefined) return { updates: [update, { key: row.key, state: "delivered", at, proof: number }], more: [] };
      if (came === undefined) return { updates: [update], more: [] };
      return { updates: [update, { key: row.key, state: came, at }], more: came === "failed" ? this.#next(prepared, config) : [] };
    }
    return this.#failed(prepared, result, config, at);
  }

  #failed(prepared: Prepared, result: Extract<SendResult, { ok: false }>, config: Config, at: Instant): Outcome {
    const { row } = prepared;
    const more = this.#next(prepared, config);
    const next = more[0]?.channel;
    this.#deps.log.warn(
      { incident: row.incident, channel: row.channel, attempts: row.attempts + 1, error: result.error, next: next ?? "none" },
      "delivery failed; trying again",
    );
    // Nothing can be tried over no channel: the ladder goes on, and the contact's first one is used as soon as there is one.
    const isGivenUp = row.channel === noChannel || (isTicket(row) && at >= row.createdAt + ticketTriedForMs);
    if (isGivenUp) return { updates: [{ key: row.key, state: "failed", at, error: result.error }], more };
    // What the far end refuses for good is tried once an hour all the same: its configuration may be mended while the incident is open.
    const inMs = result.retry ? retryIn(row.attempts) : HOUR;
    return { updates: [{ key: row.key, state: "pending", at, notBefore: at + inMs, error: result.error }], more };
  }

  /** The recipient's next channel is told at once. */
  #next({ row, named }: Prepared, config: Config): readonly OutboxRow[] {
    const { attempts: _a, maybeDuplicate: _m, inStorm: _s, ...plain } = row;
    const bundle = named.length > 1 ? { bundle: row.bundle ?? row.key } : {};
    const next = nextWay({ ...plain, ...bundle }, config, this.#deps.clock.now());
    return next === undefined ? [] : [next];
  }

  async #send({ row, named }: Prepared, config: Config, signal: AbortSignal): Promise<SendResult> {
    const { notifiers } = this.#deps;
    if (row.channel === noChannel)
      return { ok: false, retry: false, error: `${row.recipient} has no channel; give contacts.${row.recipient} a reach` };
    const channel = config.channels.get(row.channel);
    if (channel === undefined)
      return { ok: false, retry: true, error: `channel ${row.channel} is not configured; add it under channels, or change the contact` };
    const notifier = notifiers.get(channel.kind);
    if (notifier === undefined) return { ok: false, retry: true, error: `no notifier for ${channel.kind}` };
    try {
      const message = await this.#message({ row, named }, channel, config);
      return await notifier.send(channel, message, AbortSignal.any([signal, AbortSignal.timeout(this.#deps.sendMs ?? sendMs)]));
    } catch (error) {
      return {
        ok: false,
        retry: true,
        error: error instanceof Error ? `${error.name}: ${error.message}`.slice(0, 200) : "the notifier failed",
      };
    }
  }

  async #message({ row, named }: Prepared, channel: Channel, config: Config): Promise<Message> {
    const { render, asking } = this.#deps;
    const [first] = named;
    const words = row.letter ?? (first === undefined ? undefined : await render(first.row, first.incident, config, named));
    // A partner answers their task: an incident is not theirs to acknowledge.
    if (words === undefined) throw new Error("a message about nothing");
    const { subject, text, sms } =
      asking === undefined || isTheirs(row.kind) ? words : await asking(row, channel, words, Math.max(1, named.length));
    return {
      key: row.key,
      to: row.address,
      language: row.language,
      subject,
      text,
      ...(sms === undefined ? {} : { sms }),
      data: first === undefined ? { kind: row.kind, ...row.letter?.data } : { ...factsOf(row, first.incident), ...alsoNamed(named) },
      maybeDuplicate: row.maybeDuplicate,
    };
  }
}

/** The other incidents that a message names. */
function alsoNamed(named: readonly Named[]): Readonly<Record<string, unknown>> {
  return named.length > 1 ? { also: named.slice(1).map(({ incident }) => incident.number) } : {};
}

/** The same facts as data, for machines. */
function factsOf(row: OutboxRow, incident: Incident): Readonly<Record<string, unknown>> {
  const {
    number,
    site,
    device,
    room,
    symptom,
    part,
    severity,
    urgency,
    level,
    state,
    openedAt,
    firstBadAt,
    severityWhy,
    urgencyWhy,
    wakeAt,
  } = incident;
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
    wakeAt,
  };
}

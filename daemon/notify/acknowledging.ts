/**
 * What comes back: a link that is opened and answered, a reply by mail or text message, a receipt. The only way to stop a ladder from
 * outside is an answer that holds what stood in the message.
 *
 * No reply is ever answered, so that no two machines talk to each other; of a reply nothing is kept but that it came.
 */
import { createHash, timingSafeEqual } from "node:crypto";
import type { ActionResult } from "../api/deps.ts";
import type { Channel, Config } from "../model/config.ts";
import { type Incident, isFailing, type OutboxRow } from "../model/incident.ts";
import { DAY, type Language } from "../model/time.ts";
import type { Clock, Log, Store } from "../ports.ts";
import type { AckCode } from "../ports-notify.ts";
import type { TaskDesk } from "../roles/task-desk.ts";
import { nextWay } from "../roles/ways.ts";
import { taskOfRow } from "../roles/work-rows.ts";
import { ackTries, hashDigits, hashToken } from "./ack-codes.ts";
import { type InboundMail, mayAskForHelp, readMail } from "./inbound-mail.ts";
import { messageId } from "./mail.ts";
import { textAt } from "./paths.ts";
import { ticketMail } from "./ticket-numbers.ts";

export interface AcknowledgingDeps {
  readonly store: Store;
  readonly clock: Clock;
  readonly log: Log;
  readonly config: () => Config;
  readonly acknowledge: (incident: string, by: string, note: string) => Promise<ActionResult>;
  /** A mail of a partner about their task, by keys of its messages or its subject; undefined: it is about none. */
  readonly answerTask: TaskDesk["answeredByMail"];
  /** A mail that asks for help; undefined: none is taken from its sender. */
  readonly askForHelp?: (channel: Extract<Channel, { kind: "mail" }>, mail: InboundMail) => Promise<string | undefined>;
  /** A person's mail that answers what the sender of a request was asked; undefined: it answers none. */
  readonly answerCaller?: (mail: InboundMail, answers: (key: string) => boolean) => Promise<string | undefined>;
  readonly stats: {
    /** What became of something that came in. */
    replied(channel: string, result: string): void;
    delivered(channel: string, state: string): void;
  };
}

/** What a link leads to. */
export type AckView =
  | { readonly state: "unknown" }
  | { readonly state: "locked"; readonly language: Language }
  | {
      readonly state: "asks";
      readonly language: Language;
      readonly recipient: string;
      readonly about: readonly Incident[];
      readonly subject?: string;
    };

export type AckAnswer =
  | AckView
  | { readonly state: "wrong"; readonly language: Language; readonly left: number }
  | {
      readonly state: "done" | "already" | "over" | "letter";
      readonly language: Language;
      readonly recipient: string;
      readonly by?: string;
    };

type How = "link sent to" | "mail reply of" | "text message of";

/** A mail that came back later than this is about nothing any more (ours; servers give up within 5 days). */
const bounceWithinMs = 7 * DAY;

/** Open tasks among which a mail finds its own. */
const mostTasks = 200;

const yes = /^(?:ok|okay|oui|yes|vu|lu|re[çc]u|ack|acquitt[ée]|acknowledged|seen|got it)[\s.!]*$/i;
const digitsOnly = /^\D{0,3}(\d{4})[\s.!]*$/;

export class Acknowledging {
  readonly #deps: AcknowledgingDeps;

  constructor(deps: AcknowledgingDeps) {
    this.#deps = deps;
  }

  /** What a link shows. To look changes nothing, however often and by whomever it is done. */
  async look(token: string): Promise<AckView> {
    const found = await this.#codeOf(token);
    if (found === undefined) return { state: "unknown" };
    const { code, row } = found;
    if (code.failures >= ackTries) return { state: "locked", language: row.language };
    const about = await this.#incidentsOf(row);
    const subject = row.letter === undefined ? {} : { subject: row.letter.subject };
    return { state: "asks", language: row.language, recipient: code.recipient, about, ...subject };
  }

  /** The digits, as typed. */
  async answer(token: string, digits: string): Promise<AckAnswer> {
    const found = await this.#codeOf(token);
    if (found === undefined) return { state: "unknown" };
    const { code, row } = found;
    const { language } = row;
    if (code.failures >= ackTries) return { state: "locked", language };
    const typed = digits.replace(/\s/g, "");
    if (!fits(code, typed)) {
      // An empty form, or what can be no digits, is no guess: a scanner that sends it does not spoil the link for its reader.
      const failures = /^\d{4}$/.test(typed) ? await this.#deps.store.failAckCode(code.tokenHash) : code.failures;
      const left = ackTries - failures;
      return left <= 0 ? { state: "locked", language } : { state: "wrong", language, left };
    }
    return this.#accept(code, row, "link sent to");
  }

  /** A mail that came in over a mail channel. What became of it, for the log. */
  async mail(channel: Extract<Channel, { kind: "mail" }>, body: unknown): Promise<string> {
    const { store, clock } = this.#deps;
    const mail = readMail(body, channel.from);
    if (mail === undefined) return this.#said(channel, "unreadable");
    const at = clock.now();
    const { id } = mail;
    // What machines of the trade answer by themselves is how a ticket's number comes.
    const ticket = await ticketMail(this.#deps, channel.id, mail);
    if (ticket !== undefined) return this.#said(channel, ticket);
    // Before it counts as heard: who dies between has taken nothing, and what comes again is the same request.
    const taken = mayAskForHelp(mail) ? await this.#deps.askForHelp?.(channel, mail) : undefined;
    if (taken !== undefined) return this.#said(channel, taken);
    if (!(await store.hear({ channel: channel.id, id, at, kind: "reply" }))) return this.#said(channel, "repeated");
    if (mail.bounced) {
      // Some servers try for days, and what asks for no answer comes back too.
      const keys = await store.keysOver(channel.id, at - bounceWithinMs);
      const key = keys.find((each) => mail.answers.includes(messageId(each)));
      return this.#said(channel, await this.#failed(key, "came back undelivered"));
    }
    if (mail.machine !== undefined) return this.#said(channel, "automatic");
    const ofCaller =
      mail.answers.length === 0 ? undefined : await this.#deps.answerCaller?.(mail, (key) => mail.answers.includes(messageId(key)));
    if (ofCaller !== undefined) return this.#said(channel, ofCaller);
    const codes = await store.ackCodesTo(channel.id, mail.from, at);
    const code = codes.find(({ key }) => mail.answers.includes(messageId(key)));
    if (code === undefined) return this.#said(channel, await this.#ofTask(mail));
    const digits = digitsOnly.exec(mail.firstLine)?.[1];
    if (digits === undefined && !yes.test(mail.firstLine)) return this.#said(channel, "no answer");
    return this.#said(channel, await this.#reply([code], digits, "mail reply of"));
  }

  /** A partner's answer about a task of theirs: it is recognised by what it answers, or by its subject. */
  async #ofTask({ answers, task, from }: InboundMail): Promise<string> {
    const { answerTask } = this.#deps;
    const keys = task === undefined && answers.length > 0 ? await this.#taskKeys(answers) : [];
    const result = await answerTask(keys, from, task === undefined ? "" : `[${task}]`);
    if (result === undefined) return "unknown";
    return result.ok ? "task answered" : result.status === 409 ? "task over" : "unknown";
  }

  /** Keys of messages about open tasks that a mail answers. */
  async #taskKeys(answers: readonly string[]): Promise<readonly string[]> {
    const { store } = this.#deps;
    const open = await store.tasks({ open: true, limit: mostTasks });
    const rows = await Promise.all([...new Set(open.map(({ incident }) => incident))].map((id) => store.deliveries(id)));
    return rows.flat().flatMap((row) => (taskOfRow(row) !== undefined && answers.includes(messageId(row.key)) ? [row.key] : []));
  }

  /** A reply or a receipt of an SMS gateway. */
  async sms(channel: Extract<Channel, { kind: "sms" }>, body: unknown): Promise<string> {
    const { reply, receipt } = channel.inbound ?? {};
    const about = receipt && textAt(body, receipt.message);
    const status = receipt && textAt(body, receipt.status);
    if (receipt !== undefined && about !== undefined && status !== undefined) {
      const state = receipt.delivered.includes(status) ? "delivered" : receipt.failed.includes(status) ? "failed" : undefined;
      const id = (receipt.id && textAt(body, receipt.id)) ?? `${about} ${status}`;
      return this.#said(channel, state === undefined ? "on its way" : await this.#receipt(channel, { id, about, state }));
    }
    const from = reply && textAt(body, reply.from);
    const text = reply && textAt(body, reply.text);
    if (reply === undefined || from === undefined || text === undefined) return this.#said(channel, "unreadable");
    return this.#said(channel, await this.#text(channel, { from, text, id: reply.id && textAt(body, reply.id) }));
  }

  async #receipt(channel: Channel, { id, about, state }: { id: string; about: string; state: "delivered" | "failed" }): Promise<string> {
    const { store, clock, stats } = this.#deps;
    const row = await store.deliveryByProof(channel.id, about);
    // Before the message is known as sent, it waits for it.
    const waits = row === undefined ? { about, state } : {};
    const heard = await store.hear({ channel: channel.id, id: `receipt ${id}`.slice(0, 250), at: clock.now(), kind: "receipt", ...waits });
    if (!heard) return "repeated";
    if (row === undefined) return "early";
    if (state === "failed") return this.#failed(row.key, "the gateway says that it did not arrive");
    await store.recordDeliveries([{ key: row.key, state, at: clock.now() }]);
    stats.delivered(channel.id, state);
    return state;
  }

  /** What was taken has not arrived: the recipient's next channel is told at once. */
  async #failed(key: string | undefined, error: string): Promise<string> {
    const { store, clock, config, stats } = this.#deps;
    const row = key === undefined ? undefined : await store.delivery(key);
    if (row === undefined) return "unknown";
    const at = clock.now();
    const { state: _s, attempts: _a, sentAt: _t, maybeSent: _m, proof: _p, error: _e, supersededBy: _b, ...plain } = row;
    const named = (await store.bundleOf(row.bundle ?? row.key)).length > 0 ? { bundle: row.bundle ?? row.key } : {};
    const next = nextWay({ ...plain, ...named }, config(), at);
    await store.recordDeliveries([{ key: row.key, state: "failed", at, error }], next === undefined ? [] : [next]);
    stats.delivered(row.channel, "failed");
    return "failed";
  }

  async #text(channel: Channel, { from, text, id }: { from: string; text: string; id: string | undefined }): Promise<string> {
    const { store, clock } = this.#deps;
    const at = clock.now();
    const address = `+${from.replace(/\D/g, "").replace(/^00/, "")}`;
    const mark =
      id ??
      createHash("sha256")
        .update(`${address} ${text} ${Math.floor(at / 60_000)}`)
        .digest("hex");
    if (!(await store.hear({ channel: channel.id, id: mark.slice(0, 250), at, kind: "reply" }))) return "repeated";
    const codes = await store.ackCodesTo(channel.id, address, at);
    const number = /[A-Z]{2,5}-\d{4}-\d{6}-\d{2}/i.exec(text)?.[0].toUpperCase();
    const rest = number === undefined ? text : text.toUpperCase().replace(number, " ");
    const digits = /(?<!\d)\d{4}(?!\d)/.exec(rest)?.[0];
    if (digits === undefined && !yes.test(rest.trim())) return "no answer";
    const open = await this.#stillAsking(codes, number);
    if (digits !== undefined) return this.#reply(number === undefined ? codes : open, digits, "text message of");
    // Just "ok": only where it cannot mean another.
    if (new Set(open.map(({ incident, key }) => incident || key)).size !== 1) return open.length === 0 ? "unknown" : "ambiguous";
    return this.#reply(open.slice(0, 1), undefined, "text message of");
  }

  /** Codes of incidents that nobody has acknowledged, of letters too. */
  async #stillAsking(codes: readonly AckCode[], number: string | undefined): Promise<readonly AckCode[]> {
    const { store } = this.#deps;
    const asking: AckCode[] = [];
    for (const code of codes) {
      const incident = code.incident === "" ? undefined : await store.incident(code.incident);
      if (number !== undefined ? incident?.number === number : isAsking(incident, code)) asking.push(code);
    }
    return asking;
  }

  async #reply(codes: readonly AckCode[], digits: string | undefined, how: How): Promise<string> {
    const { store } = this.#deps;
    const alive = codes.filter(({ failures }) => failures < ackTries);
    const code = digits === undefined ? alive[0] : alive.find((each) => fits(each, digits));
    if (code === undefined) {
      // A guess counts against all that it could have meant.
      for (const each of alive) await store.failAckCode(each.tokenHash);
      return codes.length === 0 ? "unknown" : "wrong digits";
    }
    const row = await store.delivery(code.key);
    return row === undefined ? "unknown" : (await this.#accept(code, row, how)).state;
  }

  async #accept(code: AckCode, row: OutboxRow, how: How): Promise<AckAnswer> {
    const { store, clock, acknowledge, stats, log } = this.#deps;
    const { language } = row;
    const { recipient } = code;
    const rows = [row, ...(row.letter === undefined ? await store.bundleOf(row.bundle ?? row.key) : [])];
    const by = `the ${how} ${recipient}`;
    let state: "done" | "already" | "over" | "letter" = row.letter === undefined ? "over" : "letter";
    let before: string | undefined;
    for (const incident of new Set(rows.flatMap((each) => (each.incident === "" || each.letter !== undefined ? [] : [each.incident])))) {
      const result = await acknowledge(incident, by, `by ${by}`);
      const now = result.ok ? undefined : await store.incident(incident);
      if (result.ok) state = "done";
      else if (state === "over" && now?.acknowledgedBy !== undefined && isFailing(now)) [state, before] = ["already", now.acknowledgedBy];
    }
    const at = clock.now();
    await store.recordDeliveries(rows.map(({ key }) => ({ key, state: "acknowledged", at, proof: by })));
    stats.delivered(code.channel, "acknowledged");
    log.info({ incident: row.incident, channel: code.channel, state }, "message acknowledged");
    return { state, language, recipient, ...(before === undefined ? {} : { by: before }) };
  }

  async #codeOf(token: string): Promise<{ readonly code: AckCode; readonly row: OutboxRow } | undefined> {
    const { store, clock } = this.#deps;
    const code = /^[\w-]{22}$/.test(token) ? await store.ackCode(hashToken(token)) : undefined;
    if (code === undefined || code.expiresAt <= clock.now()) return undefined;
    const row = await store.delivery(code.key);
    return row === undefined ? undefined : { code, row };
  }

  async #incidentsOf(row: OutboxRow): Promise<readonly Incident[]> {
    const { store } = this.#deps;
    const rows = row.letter === undefined ? [row, ...(await store.bundleOf(row.bundle ?? row.key))] : [];
    const found = await Promise.all([...new Set(rows.map(({ incident }) => incident))].map((id) => store.incident(id)));
    return found.filter((incident) => incident !== undefined);
  }

  #said(channel: Channel, result: string): string {
    const { log, stats } = this.#deps;
    stats.replied(channel.id, result);
    log.info({ channel: channel.id, result }, "something came back over a channel");
    return result;
  }
}

function isAsking(incident: Incident | undefined, { incident: id }: AckCode): boolean {
  if (id === "") return true;
  return incident !== undefined && isFailing(incident) && incident.acknowledgedAt === undefined && incident.foldedInto === undefined;
}

function fits({ tokenHash, digitsHash }: AckCode, digits: string): boolean {
  if (!/^\d{4}$/.test(digits)) return false;
  return timingSafeEqual(Buffer.from(hashDigits(tokenHash, digits)), Buffer.from(digitsHash));
}

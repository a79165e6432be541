/**
 * How a request comes to be: its number reserved and committed before anything else is kept, then one transaction with the request and
 * what follows from it. What comes again under the same key or number is answered with the same request.
 */
import { DateTime } from "luxon";
import { nextService } from "../../rules/clock.ts";
import { formatNumber } from "../../rules/number.ts";
import { SESSION_NEAR_MS } from "../../rules/request.ts";
import type { BookedSessions } from "../bookings.ts";
import type { Config } from "../model/config.ts";
import type { OutboxRow } from "../model/incident.ts";
import { type Caller, type HelpRequest, type RequestEnd, type RequestSource, toldSymptoms } from "../model/request.ts";
import { type Instant, type Language, MINUTE } from "../model/time.ts";
import { type Clock, RaceLost, type Store, type Tx } from "../ports.ts";
import { callMessage } from "../roles/desk-word.ts";
import { hoursOf } from "../roles/hours.ts";
import { requestRule } from "../roles/moves.ts";

export interface TakingDeps {
  readonly store: Store;
  readonly clock: Clock;
  readonly config: () => Config;
  readonly bookings: Pick<BookedSessions, "sessionAhead">;
  /** Something waits for the evaluator in the inbox. */
  readonly poke: () => void;
  /** Look at this device now. */
  readonly kick: (device: string) => void;
  readonly changed: () => void;
  readonly stats?: IntakeStats;
}

/** What is counted of requests. */
export interface IntakeStats {
  taken(way: RequestSource): void;
  /** It came again, and was answered with the same number. */
  repeated(way: RequestSource): void;
  ended(how: RequestEnd, seconds: number): void;
}

export interface NewRequest {
  readonly room: string;
  readonly symptom?: string | undefined;
  readonly caller?: Caller | undefined;
  /** Undefined: the instance's. */
  readonly language?: Language | undefined;
  /** Undefined: the caller did not say, and the book of sessions is asked. */
  readonly sessionAffected?: boolean | undefined;
  readonly note?: string | undefined;
  readonly source?: Exclude<RequestSource, "button"> | undefined;
  /** What the sender calls it: the same again by the same sender is the same request. */
  readonly key?: string | undefined;
  /** Its sender is told by mail how it goes on. */
  readonly writes?: true | undefined;
  /** Reserved before (`reserve`); undefined: the next one. */
  readonly number?: string | undefined;
}

/** Level 1 is told again so often that a request has no room yet (ours). */
export const UNPLACED_EVERY_MS = 30 * MINUTE;

/** When level 1 may hear of a request whose room nobody knows: in the hours of its site, else of the first one. */
export function unplacedFrom(site: string, config: Config, at: Instant): Instant {
  const [known] = [site, ...config.network.sites.keys()].filter((each) => config.network.sites.has(each));
  return known === undefined ? at : nextService(hoursOf(config, known, undefined), at);
}

/** Races lost in a row before it is given up. */
const mostRaces = 10;

export type Refused = { readonly ok: false; readonly status: 404 | 409 | 422; readonly problem: string };
export type RequestResult =
  | {
      readonly ok: true;
      readonly request: HelpRequest;
      /** It was there before: nothing was written. */
      readonly again?: true;
    }
  | Refused;

export const refused = (status: 404 | 409 | 422, problem: string) => ({ ok: false, status, problem }) as const;

/** What may be told: the symptoms of people, and those of devices that a rule has. */
export function symptomsOf(config: Config): readonly string[] {
  return [...new Set([...toldSymptoms, ...config.rules.map(({ symptom }) => symptom)])];
}

/** Devices of a room that calls are held with. */
export function codecsIn(config: Config, room: string): readonly string[] {
  const devices = [...config.network.devices.values()];
  return devices.filter((each) => each.room === room && (each.kind === "codec" || each.kind === "endpoint")).map(({ id }) => id);
}

export class Taking {
  readonly #deps: TakingDeps;

  constructor(deps: TakingDeps) {
    this.#deps = deps;
  }

  /** A number for a request that comes later, in committed transactions; one that never gets a request is a gap, and listed. */
  async reserve(by: string): Promise<string> {
    const number = await this.#nextNumber();
    await this.#deps.store.transaction(undefined, (tx) => tx.holdNumber({ number, at: this.#deps.clock.now(), by }));
    return number;
  }

  /** `more`: messages that go with it, in its transaction. */
  async take(told: NewRequest, by: string, more: (request: HelpRequest) => readonly OutboxRow[] = () => []): Promise<RequestResult> {
    const problem = this.#refusal(told);
    if (problem !== undefined) return refused(422, problem);
    const known = await this.#before(told, by);
    if (known !== undefined) return this.#counted(known);
    const number = told.number ?? (await this.#nextNumber());
    const request = this.#made(told, number, by);
    const other = await this.#kept(told, by, request, more(request));
    if (other !== undefined) return this.#counted(other);
    this.#deps.stats?.taken(request.source);
    this.#deps.poke();
    for (const device of codecsIn(this.#deps.config(), request.room)) this.#deps.kick(device);
    this.#deps.changed();
    return { ok: true, request };
  }

  #counted(result: RequestResult): RequestResult {
    if (result.ok) this.#deps.stats?.repeated(result.request.source);
    return result;
  }

  /** Undefined: it is written. Else why not, or the same request that came at once with it. */
  async #kept(told: NewRequest, by: string, request: HelpRequest, more: readonly OutboxRow[]): Promise<RequestResult | undefined> {
    for (let tries = 0; ; tries += 1) {
      try {
        const free = await this.#deps.store.transaction(undefined, (tx) => this.#write(tx, request, told.number, more));
        return free ? undefined : refused(422, `number: ${request.number} is not reserved; POST /api/v1/requests/number reserves one`);
      } catch (error) {
        if (!(error instanceof RaceLost) || tries >= mostRaces) throw error;
        const other = await this.#before(told, by);
        if (other !== undefined) return other;
      }
    }
  }

  /** False: the number it was to have is not reserved. */
  async #write(tx: Tx, request: HelpRequest, held: string | undefined, more: readonly OutboxRow[]): Promise<boolean> {
    const { number, room, symptom, at, by, source, language, sessionAffected } = request;
    if (held !== undefined && !(await tx.useHeldNumber(held))) return false;
    await tx.saveRequest(request);
    if (room !== "") await tx.appendInbox([callOf(request)]);
    await tx.addOutbox(more);
    await tx.audit([{ at, by, action: "request.taken", target: number, data: { room, symptom, source, language, sessionAffected } }]);
    return true;
  }

  /** The request that came before under this key or number; refused when it was about something else. */
  async #before(told: NewRequest, by: string): Promise<RequestResult | undefined> {
    const { store } = this.#deps;
    const { key, number, room, symptom = "user-assistance", note } = told;
    const request =
      (key === undefined ? undefined : await store.requestByKey(keyOf(by, key))) ??
      (number === undefined ? undefined : await store.request(number));
    if (request === undefined) return undefined;
    const same =
      request.room === room && request.symptom === symptom && request.note === note && (number ?? request.number) === request.number;
    if (same) return { ok: true, request, again: true };
    return refused(
      409,
      `${request.number} came under this key or number already, and says something else; use another for another request`,
    );
  }

  async #nextNumber(): Promise<string> {
    const { store, clock, config } = this.#deps;
    const { numberPrefix, timezone } = config().instance;
    const year = DateTime.fromMillis(clock.now(), { zone: timezone }).year;
    return formatNumber(numberPrefix, year, await store.reserveNumber(numberPrefix, year));
  }

  #refusal({ room, symptom, source }: NewRequest): string | undefined {
    const config = this.#deps.config();
    const { rooms } = config.network;
    if (!rooms.has(room) && (room !== "" || source !== "mail"))
      return `room: there is no room "${room}"; say one of ${[...rooms.keys()].slice(0, 50).join(", ")}`;
    const known = symptomsOf(config);
    if (symptom !== undefined && !known.includes(symptom)) return `symptom: "${symptom}" is not known; say one of ${known.join(", ")}`;
    if (requestRule(config.rules, symptom ?? "user-assistance") === undefined)
      return "no rule opens an incident for a call (opens_request); the shipped user-assistance does: take it out of rules.disabled";
    return undefined;
  }

  #made(told: NewRequest, number: string, by: string): HelpRequest {
    const { config, bookings, clock } = this.#deps;
    const at = clock.now();
    const { room, caller, note, sessionAffected, key } = told;
    const ahead = room === "" ? undefined : bookings.sessionAhead({ room }, at);
    const near = ahead !== undefined && ahead.withinMs <= SESSION_NEAR_MS ? ahead.session : undefined;
    const affected = sessionAffected ?? near !== undefined;
    return {
      ...{ id: number, number, source: told.source ?? "phone", at, by, room, site: config().network.rooms.get(room)?.site ?? "" },
      ...{ symptom: told.symptom ?? "user-assistance", language: told.language ?? config().instance.language, sessionAffected: affected },
      ...(affected && near !== undefined ? { session: near } : {}),
      ...(note === undefined ? {} : { note }),
      ...(key === undefined ? {} : { key: keyOf(by, key) }),
      ...(caller === undefined ? {} : { caller }),
      ...(room === "" ? { waits: waitsOf(unplacedFrom("", config(), at), at) } : {}),
      ...(told.writes === undefined ? {} : { heard: { news: "number" as const, mails: 1 } }),
      ...{ attempts: [], version: 1 },
    };
  }
}

/** Told at once, or when service begins. */
function waitsOf(from: Instant, at: Instant): NonNullable<HelpRequest["waits"]> {
  return from > at ? { wakeAt: from, told: 0 } : { wakeAt: at + UNPLACED_EVERY_MS, told: 1 };
}

/** What the evaluator is given. */
export function callOf({ number, room, symptom, at, source }: HelpRequest): ReturnType<typeof callMessage> {
  return callMessage(number, { room, symptom, at, why: whys[source], request: number });
}

/** Two senders may use the same key. */
function keyOf(by: string, key: string): string {
  return `${by}|${key}`;
}

/** What the timeline says of how the call came. */
const whys: Readonly<Record<RequestSource, string>> = {
  phone: "somebody phoned",
  form: "somebody filled in the form",
  mail: "somebody wrote a mail",
  button: "somebody pressed the button for help",
};

/**
 * Where people's requests are taken in. The number is reserved, and committed, before anything else is kept; then one transaction keeps
 * the request and leaves the call for the evaluator, which gives it an incident or meets one with it (roles/calls.ts).
 */
import { DateTime } from "luxon";
import { line } from "../../rules/incident.ts";
import { formatNumber } from "../../rules/number.ts";
import { ATTEMPTS, hearCaller, type Said, SESSION_NEAR_MS, sameThing } from "../../rules/request.ts";
import { type BookedSessions, subjectOf } from "../bookings.ts";
import type { Config } from "../model/config.ts";
import { type Incident, isFailing } from "../model/incident.ts";
import { type Caller, type HelpRequest, type RequestEnd, type RequestSource, toldSymptoms } from "../model/request.ts";
import type { Language } from "../model/time.ts";
import { type Clock, RaceLost, type Store, type Tx } from "../ports.ts";
import type { Desk } from "../roles/desk.ts";
import { callMessage } from "../roles/desk-word.ts";
import type { JoiningDesk } from "../roles/joining-desk.ts";
import { requestRule } from "../roles/moves.ts";

export interface IntakeDeps {
  readonly store: Store;
  readonly clock: Clock;
  readonly config: () => Config;
  readonly bookings: Pick<BookedSessions, "sessionAhead" | "hit">;
  readonly joining: Pick<JoiningDesk, "merge">;
  readonly actions: Pick<Desk, "restore">;
  /** Something waits for the evaluator in the inbox. */
  readonly poke: () => void;
  /** Look at this device now. */
  readonly kick: (device: string) => void;
  readonly changed: () => void;
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
}

export type RequestResult =
  | { readonly ok: true; readonly request: HelpRequest }
  | { readonly ok: false; readonly status: 404 | 409 | 422; readonly problem: string };

const refused = (status: 404 | 409 | 422, problem: string) => ({ ok: false, status, problem }) as const;
const noRequest = (id: string) => refused(404, `there is no request ${id}; see GET /api/v1/requests`);
const mostOpen = 1_000;

/** What may be told: the symptoms of people, and those of devices that a rule has. */
export function symptomsOf(config: Config): readonly string[] {
  return [...new Set([...toldSymptoms, ...config.rules.map(({ symptom }) => symptom)])];
}

export class IntakeDesk {
  readonly #deps: IntakeDeps;

  constructor(deps: IntakeDeps) {
    this.#deps = deps;
  }

  async take(told: NewRequest, by: string): Promise<RequestResult> {
    const { store, clock, config, poke, changed } = this.#deps;
    const problem = this.#refusal(told);
    if (problem !== undefined) return refused(422, problem);
    const { numberPrefix, timezone } = config().instance;
    const year = DateTime.fromMillis(clock.now(), { zone: timezone }).year;
    const number = formatNumber(numberPrefix, year, await store.reserveNumber(numberPrefix, year));
    const request = this.#made(told, number, by);
    const { room, symptom, at, source, language, sessionAffected } = request;
    await store.transaction(undefined, async (tx) => {
      await tx.saveRequest(request);
      await tx.appendInbox([callMessage(number, { room, symptom, at, why: whys[source], request: number })]);
      await tx.audit([{ at, by, action: "request.taken", target: number, data: { room, symptom, source, language, sessionAffected } }]);
    });
    poke();
    for (const device of this.codecsOf(room)) this.#deps.kick(device);
    changed();
    return { ok: true, request };
  }

  /** Devices of a room that calls are held with. */
  codecsOf(room: string): readonly string[] {
    const devices = [...this.#deps.config().network.devices.values()];
    return devices.filter((each) => each.room === room && (each.kind === "codec" || each.kind === "endpoint")).map(({ id }) => id);
  }

  /** Open general failures that cover its room, but the one that has it already. */
  async sameThing(request: HelpRequest): Promise<readonly Incident[]> {
    const { store, bookings } = this.#deps;
    const open = await store.incidents({ states: ["open", "taken"], folded: false, limit: mostOpen });
    const covers = (incident: Incident, room: string) => {
      const subject = subjectOf(incident);
      return subject !== undefined && bookings.hit(subject).rooms.has(room);
    };
    return sameThing(request.room, open, covers).filter(({ id }) => id !== request.incident);
  }

  /** It is the same thing: the request goes to that incident, and the one that its call opened goes with it. */
  async attach(id: string, incident: string, by: string): Promise<RequestResult> {
    const { store, changed } = this.#deps;
    const [request, into] = [await store.request(id), await store.incident(incident)];
    if (request === undefined) return noRequest(id);
    if (into === undefined) return refused(422, `incident: there is no incident ${incident}; see GET /api/v1/incidents`);
    const own = request.incident === undefined ? undefined : await store.incident(request.incident);
    if (own === undefined) return refused(409, `${id} is being given to an incident just now; ask again in a second`);
    if (own.id === into.id) return refused(409, `${id} is with ${into.number} already`);
    if (!isFailing(into) || into.foldedInto !== undefined)
      return refused(409, `${into.number} is ${into.state}; attach to one that is open`);
    if (await this.#isCallAlone(own)) {
      const merged = await this.#deps.joining.merge(own.id, into.id, {
        by,
        note: `the same thing as ${into.number}, says who took the request`,
      });
      if (!merged.ok) return merged;
      return this.#act(id, async (tx, now) => {
        await tx.appendTimeline([line(into, this.#now(), by, "request-attached", attached(now, into), { request: now.number })]);
        return now;
      });
    }
    const result = await this.#act(id, async (tx, now) => {
      const next = { ...now, incident: into.id, version: now.version + 1 };
      await tx.saveRequest(next);
      const data = { request: now.number };
      const at = this.#now();
      await tx.appendTimeline([
        line(into, at, by, "request-attached", attached(now, into), data),
        line(own, at, by, "request-left", attached(now, into), data),
      ]);
      await tx.audit([{ at, by, action: "request.attached", target: now.id, data: { incident: into.number, from: own.number } }]);
      return next;
    });
    changed();
    return result;
  }

  /** The caller agrees; could not be reached; or there was nothing. With the last request of a call for help that agrees, service is back. */
  async outcome(id: string, said: Omit<Said, "at">): Promise<RequestResult> {
    const { store, actions, changed } = this.#deps;
    const result = await this.#act(id, async (tx, request) => {
      if (request.ended !== undefined) return refused(409, `${id} is over: ${request.ended.how}, by ${request.ended.by}`);
      const at = this.#now();
      const { next, event, why } = hearCaller(request, { ...said, at });
      await tx.saveRequest(next);
      const incident = await tx.incident(request.incident ?? "");
      if (incident !== undefined) await tx.appendTimeline([line(incident, at, said.by, event, why, { request: request.number })]);
      await tx.audit([{ at, by: said.by, action: `request.${said.how}`, target: id }]);
      return next;
    });
    if (!result.ok || result.request.ended === undefined) return result;
    const incident = await store.incident(result.request.incident ?? "");
    if (incident !== undefined && (await this.#isCallAlone(incident))) {
      const left = await store.requests({ incident: incident.id, open: true, limit: 1 });
      if (left.length === 0) await actions.restore(incident.id, said.by, said.note ?? ends[result.request.ended.how]);
    }
    changed();
    return result;
  }

  #refusal({ room, symptom }: NewRequest): string | undefined {
    const config = this.#deps.config();
    const { rooms } = config.network;
    if (!rooms.has(room)) return `room: there is no room "${room}"; say one of ${[...rooms.keys()].slice(0, 50).join(", ")}`;
    const known = symptomsOf(config);
    if (symptom !== undefined && !known.includes(symptom)) return `symptom: "${symptom}" is not known; say one of ${known.join(", ")}`;
    if (requestRule(config.rules, symptom ?? "user-assistance") === undefined)
      return "no rule opens an incident for a call (opens_request); the shipped user-assistance does: take it out of rules.disabled";
    return undefined;
  }

  #made(told: NewRequest, number: string, by: string): HelpRequest {
    const { config, bookings } = this.#deps;
    const at = this.#now();
    const { room, caller, note, sessionAffected } = told;
    const ahead = bookings.sessionAhead({ room }, at);
    const near = ahead !== undefined && ahead.withinMs <= SESSION_NEAR_MS ? ahead.session : undefined;
    const affected = sessionAffected ?? near !== undefined;
    return {
      ...{ id: number, number, source: told.source ?? "phone", at, by, room, site: config().network.rooms.get(room)?.site ?? "" },
      ...{ symptom: told.symptom ?? "user-assistance", language: told.language ?? config().instance.language, sessionAffected: affected },
      ...(affected && near !== undefined ? { session: near } : {}),
      ...(note === undefined ? {} : { note }),
      ...(caller === undefined ? {} : { caller }),
      ...{ attempts: [], version: 1 },
    };
  }

  async #act(
    id: string,
    work: (tx: Tx, request: HelpRequest) => Promise<HelpRequest | Extract<RequestResult, { ok: false }>>,
  ): Promise<RequestResult> {
    for (let tries = 0; tries < 5; tries += 1) {
      try {
        return await this.#deps.store.transaction(undefined, async (tx): Promise<RequestResult> => {
          const request = await tx.request(id);
          if (request === undefined) return noRequest(id);
          const next = await work(tx, request);
          return "ok" in next ? next : { ok: true, request: next };
        });
      } catch (error) {
        if (!(error instanceof RaceLost)) throw error;
      }
    }
    return refused(409, `${id} is moving too fast; try again`);
  }

  /** It is there because somebody called, and no device says anything is wrong. */
  async #isCallAlone(incident: Incident): Promise<boolean> {
    const { config, store } = this.#deps;
    if (!isFailing(incident) || config().rules.find(({ id }) => id === incident.rule)?.opensRequest !== true) return false;
    return (await store.alarmsOf(incident.id)).every(({ state }) => state !== "active");
  }

  #now(): number {
    return this.#deps.clock.now();
  }
}

function attached(request: HelpRequest, into: Incident): string {
  return `request ${request.number} is the same thing as ${into.number}`;
}

/** What the timeline says of how the call came. */
const whys: Readonly<Record<RequestSource, string>> = {
  phone: "somebody phoned",
  form: "somebody filled in the form",
  mail: "somebody wrote a mail",
  button: "somebody pressed the button for help",
};

/** Why a call is over, for its incident. */
const ends: Readonly<Record<RequestEnd, string>> = {
  agreed: "the caller agrees that it is over",
  "not-reached": `the caller was not reached in ${ATTEMPTS} attempts`,
  withdrawn: "the request is withdrawn",
};

/**
 * Where people's requests are taken in, attached and ended. The evaluator gives each an incident, or meets one with it (roles/calls.ts).
 */
import { line } from "../../rules/incident.ts";
import { newsNotice } from "../../rules/public-news.ts";
import { ATTEMPTS, hearCaller, type Said, sameThing } from "../../rules/request.ts";
import { type BookedSessions, subjectOf } from "../bookings.ts";
import type { Channel } from "../model/config.ts";
import { type Incident, isFailing } from "../model/incident.ts";
import type { HelpRequest, RequestEnd } from "../model/request.ts";
import type { InboundMail } from "../notify/inbound-mail.ts";
import { RaceLost, type Tx } from "../ports.ts";
import { noLongerHeld } from "../roles/callers.ts";
import type { Desk } from "../roles/desk.ts";
import { hoursOf } from "../roles/hours.ts";
import type { JoiningDesk } from "../roles/joining-desk.ts";
import { coordinatorsOf, rowsFor } from "../roles/recipients.ts";
import { takeByMail } from "./by-mail.ts";
import { takeCallerAnswer } from "./caller-news.ts";
import { callOf, codecsIn, type NewRequest, type Refused, type RequestResult, refused, Taking, type TakingDeps } from "./taking.ts";

export type { NewRequest, RequestResult } from "./taking.ts";

export interface IntakeDeps extends TakingDeps {
  readonly bookings: Pick<BookedSessions, "sessionAhead" | "hit">;
  readonly joining: Pick<JoiningDesk, "merge">;
  readonly actions: Pick<Desk, "restore">;
}

const noRequest = (id: string) => refused(404, `there is no request ${id}; see GET /api/v1/requests`);
const mostOpen = 1_000;

export class IntakeDesk {
  readonly #deps: IntakeDeps;
  readonly #taking: Taking;

  constructor(deps: IntakeDeps) {
    this.#deps = deps;
    this.#taking = new Taking(deps);
  }

  take(told: NewRequest, by: string): Promise<RequestResult> {
    return this.#taking.take(told, by);
  }

  /** A mail that may ask for help. */
  takeMail(channel: Extract<Channel, { kind: "mail" }>, mail: InboundMail): Promise<string | undefined> {
    const { store, config } = this.#deps;
    return takeByMail({ store, config, taking: this.#taking, now: () => this.#now() }, channel, mail);
  }

  /** A mail that may answer *is it solved?*. `answers`: does it answer the message of this key? */
  takeAnswer(mail: InboundMail, answers: (key: string) => boolean): Promise<string | undefined> {
    const { store, config } = this.#deps;
    const note = "by mail";
    const outcome = (id: string, by: string) => this.outcome(id, { how: "agreed", by, note });
    return takeCallerAnswer({ store, config, answers, outcome, now: () => this.#now(), act: (...of) => this.#act(...of) }, mail);
  }

  /** The room of a request that nobody knew; from here on it goes as any other. */
  async place(id: string, room: string, by: string): Promise<RequestResult> {
    const { config, poke, kick, changed } = this.#deps;
    const known = config().network.rooms.get(room);
    if (known === undefined) return refused(422, `room: there is no room "${room}" in the configuration; write the id of one of its rooms`);
    const result = await this.#act(id, async (tx, request) => {
      if (request.room !== "") return refused(409, `${id} is of room ${request.room} already`);
      if (request.ended !== undefined) return refused(409, `${id} is over: ${request.ended.how}, by ${request.ended.by}`);
      const { waits: _w, ...rest } = request;
      const next = { ...rest, room, site: known.site, version: request.version + 1 };
      await tx.saveRequest(next);
      if (next.incident === undefined) await tx.appendInbox([callOf(next)]);
      await tx.audit([{ at: this.#now(), by, action: "request.placed", target: id, data: { room } }]);
      return next;
    });
    if (!result.ok) return result;
    poke();
    for (const device of this.codecsOf(room)) kick(device);
    changed();
    return result;
  }

  /** A number for a request that comes later. */
  reserve(by: string): Promise<string> {
    return this.#taking.reserve(by);
  }

  /** Devices of a room that calls are held with. */
  codecsOf(room: string): readonly string[] {
    return codecsIn(this.#deps.config(), room);
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
    if (own === undefined && request.room !== "")
      return refused(409, `${id} is being given to an incident just now; ask again in a second`);
    if (own?.id === into.id) return refused(409, `${id} is with ${into.number} already`);
    if (!isFailing(into) || into.foldedInto !== undefined)
      return refused(409, `${into.number} is ${into.state}; attach to one that is open`);
    if (own !== undefined && (await this.#isCallAlone(own))) {
      const merged = await this.#deps.joining.merge(own.id, into.id, {
        by,
        note: `the same thing as ${into.number}, says who took the request`,
      });
      if (!merged.ok) return merged;
      return this.#act(id, async (tx, now) => {
        await tx.appendTimeline([line(into, this.#now(), by, "request-attached", attached(now, into), { request: now.number })]);
        await this.#tellNews(tx, into, now);
        return now;
      });
    }
    const result = await this.#act(id, async (tx, now) => {
      const { waits: _w, ...rest } = now;
      const next = { ...rest, incident: into.id, version: now.version + 1 };
      await tx.saveRequest(next);
      const data = { request: now.number };
      const at = this.#now();
      await tx.appendTimeline([
        line(into, at, by, "request-attached", attached(now, into), data),
        ...(own === undefined ? [] : [line(own, at, by, "request-left", attached(now, into), data)]),
      ]);
      await this.#tellNews(tx, into, now);
      await tx.audit([
        {
          at,
          by,
          action: "request.attached",
          target: now.id,
          data: { incident: into.number, ...(own === undefined ? {} : { from: own.number }) },
        },
      ]);
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
      if (incident !== undefined) {
        await tx.appendTimeline([line(incident, at, said.by, event, why, { request: request.number })]);
        const free = await noLongerHeld(incident, tx, hoursOf(this.#deps.config(), incident.site, incident.device), at);
        if (free !== undefined) await tx.updateIncident(free);
      }
      await tx.audit([{ at, by: said.by, action: `request.${said.how}`, target: id }]);
      return next;
    });
    if (!result.ok || result.request.ended === undefined) return result;
    this.#deps.stats?.ended(result.request.ended.how, Math.max(0, result.request.ended.at - result.request.at) / 1000);
    const incident = await store.incident(result.request.incident ?? "");
    if (incident !== undefined && (await this.#isCallAlone(incident))) {
      const left = await store.requests({ incident: incident.id, open: true, limit: 1 });
      if (left.length === 0) await actions.restore(incident.id, said.by, said.note ?? ends[result.request.ended.how]);
    }
    changed();
    return result;
  }

  /** Its room is one that the failure reaches: whoever answers for it hears what is told, if they have not. */
  async #tellNews(tx: Pick<Tx, "addOutbox">, { news, ...incident }: Incident, { room }: HelpRequest): Promise<void> {
    const { config } = this.#deps;
    const at = this.#now();
    if (news === undefined || news.last === true) return;
    await tx.addOutbox(rowsFor(newsNotice(news, coordinatorsOf(config(), room, at), at), incident, config(), at));
  }

  async #act(id: string, work: (tx: Tx, request: HelpRequest) => Promise<HelpRequest | Refused>): Promise<RequestResult> {
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

/** Why a call is over, for its incident. */
const ends: Readonly<Record<RequestEnd, string>> = {
  agreed: "the caller agrees that it is over",
  "not-reached": `the caller was not reached in ${ATTEMPTS} attempts`,
  withdrawn: "the request is withdrawn",
};

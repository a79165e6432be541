/**
 * What people decide about which failures are one trouble: merge, split, link, unlink. Each act is one transaction, on the timelines
 * of both incidents, with who and why. Alarms are the evaluator's: what is to happen to them goes to it by the inbox.
 */
import { DateTime } from "luxon";
import { linkLines, mergeIncidents, notMergeable, takenBack } from "../../rules/gathering.ts";
import { formatNumber } from "../../rules/number.ts";
import type { Incident } from "../model/incident.ts";
import type { IncidentLink } from "../model/joining.ts";
import { type DeliveryView, RaceLost, type Tx } from "../ports.ts";
import type { ActResult, DeskDeps } from "./desk.ts";
import { deskMessage } from "./desk-word.ts";
import { mergedRows } from "./recipients.ts";
import { isRefused, splitOff } from "./split-off.ts";
import { isTicket } from "./ticket-rows.ts";

export interface JoiningDeskDeps extends DeskDeps {
  /** Something waits for the evaluator in the inbox. */
  readonly poke: () => void;
}

/** What a person says beside the incidents. `version`: of the incident as they saw it; another one is refused. */
export interface PersonActs {
  readonly by: string;
  readonly note: string;
  readonly version?: number | undefined;
}

type Refusal = Extract<ActResult, { ok: false }>;

const refused = (status: 404 | 409 | 422, problem: string): Refusal => ({ ok: false, status, problem });

export class JoiningDesk {
  readonly #deps: JoiningDeskDeps;

  constructor(deps: JoiningDeskDeps) {
    this.#deps = deps;
  }

  /** The first goes on as the second: it keeps its number, its alarms are the second's, and a split between the two is taken back. */
  async merge(id: string, into: string, person: PersonActs): Promise<ActResult> {
    const { store } = this.#deps;
    const known = await this.#both(id, into, "into");
    if ("ok" in known) return known;
    // Another system hears by its own ticket how it ends.
    const toPeople = async (incident: string) => (await store.deliveries(incident)).filter((each) => !isTicket(each));
    const deliveries = { from: await toPeople(known.one.id), into: await toPeople(known.other.id) };
    return this.#act(async (tx) => {
      const [one, other] = [await tx.incident(known.one.id), await tx.incident(known.other.id)];
      if (one === undefined || other === undefined) return refused(404, "one of the two incidents is gone");
      const problem = notMergeable(one, other) ?? stale(one, person);
      if (problem !== undefined) return refused(409, problem);
      await this.#merge(tx, one, other, person, deliveries);
      const now = await tx.incident(other.id);
      return { ok: true, incident: now ?? other };
    });
  }

  async #merge(tx: Tx, one: Incident, other: Incident, person: PersonActs, deliveries: Readonly<Record<"from" | "into", Deliveries>>) {
    const { by, note } = person;
    const at = this.#deps.clock.now();
    const told = { from: reached(deliveries.from), into: reached(deliveries.into) };
    const { from, into, timeline } = mergeIncidents({ from: one, into: other, told, by, at, note });
    const [alarms, stay] = [await tx.alarmsOf(from.id), await tx.alarmsOf(into.id)];
    const keys = (of: typeof alarms) => of.map(({ key }) => key);
    await tx.updateIncident(from);
    await tx.updateIncident(into);
    await tx.appendTimeline(timeline);
    await tx.moveWork(from.id, into.id);
    await tx.moveRequests(from.id, into.id);
    if (other.news === undefined) await tx.moveNews(from.id, into.id);
    await tx.dropPending(from.id, "merged", at);
    await tx.addLink({ from: from.id, to: into.id, kind: "merged", by, at, why: note });
    for (const { id } of takenBack(await tx.loadSplits(), keys(alarms), keys(stay))) await tx.forgetSplit(id);
    // Who heard of the one and not of the other hears once where it goes on.
    await tx.addOutbox(mergedRows(from, deliveries.from, deliveries.into, at));
    const moves = keys(alarms).map((alarm) => ({ alarm, incident: into.id }));
    await tx.appendInbox([deskMessage(`merge/${from.id}`, moves, at)]);
    const data = { into: into.number, note, alarms: moves.length };
    await tx.audit([{ at, by, action: "incident.merged", target: from.number, data }]);
  }

  /** These alarms are another trouble: an incident of their own, which no rule joins to this one again. */
  async split(id: string, alarms: readonly string[], person: PersonActs): Promise<ActResult> {
    const { store, clock, config } = this.#deps;
    const known = await store.incident(id);
    if (known === undefined) return refused(404, `there is no incident ${id}; see GET /api/v1/incidents`);
    const preview = splitOff({
      incident: known,
      alarms: await store.alarmsOf(known.id),
      keys: alarms,
      config: config(),
      person,
      at: clock.now(),
    });
    if (isRefused(preview)) return refused(preview.status, preview.refused);
    const { instance } = config();
    const year = DateTime.fromMillis(clock.now(), { zone: instance.timezone }).year;
    const number = formatNumber(instance.numberPrefix, year, await store.reserveNumber(instance.numberPrefix, year));
    return this.#act(async (tx) => {
      const incident = await tx.incident(known.id);
      if (incident === undefined) return refused(404, `there is no incident ${id}`);
      const old = stale(incident, person);
      if (old !== undefined) return refused(409, old);
      const at = clock.now();
      const decided = splitOff({
        ...{ incident, alarms: await tx.alarmsOf(incident.id), keys: alarms, config: config(), person, at, number },
        ...(this.#deps.bookings === undefined ? {} : { bookings: this.#deps.bookings }),
      });
      if (isRefused(decided)) return refused(decided.status, decided.refused);
      if ((await tx.openByRootCause(decided.made.rootCause)) !== undefined)
        return refused(409, `${decided.made.rootCause} has an open incident of its own already`);
      await tx.insertIncident(decided.made);
      await tx.updateIncident(decided.left);
      await tx.appendTimeline(decided.timeline);
      await tx.saveSplit(decided.split);
      await tx.addLink(decided.link);
      const moves = decided.split.left.map((alarm) => ({ alarm, incident: decided.made.id }));
      await tx.appendInbox([deskMessage(`split/${decided.made.id}`, moves, at)]);
      const data = { into: number, note: person.note, alarms: moves.length };
      await tx.audit([{ at, by: person.by, action: "incident.split", target: incident.number, data }]);
      return { ok: true, incident: decided.made };
    });
  }

  /** They have to do with each other, and stay two. */
  async link(id: string, to: string, kind: Exclude<IncidentLink["kind"], "merged">, person: PersonActs): Promise<ActResult> {
    return this.#linking("linked", id, to, person, async (tx, one, other) => {
      const known = (await tx.linksOf(one.id)).find(({ from, to: end }) => from === one.id && end === other.id);
      if (known?.kind === "merged") return refused(409, `${one.number} goes on as ${other.number} already`);
      if (known?.kind === kind) return refused(409, `${one.number} and ${other.number} are linked so already`);
      const link = { from: one.id, to: other.id, kind, by: person.by, at: this.#deps.clock.now(), why: person.note };
      await tx.addLink(link);
      return link;
    });
  }

  /** They have nothing to do with each other after all; whichever end is named first. A merge is undone by a split. */
  async unlink(id: string, to: string, person: PersonActs): Promise<ActResult> {
    return this.#linking("unlinked", id, to, person, async (tx, one, other) => {
      const ends = [one.id, other.id];
      const known = (await tx.linksOf(one.id)).filter(({ from, to: end }) => ends.includes(from) && ends.includes(end));
      const link = known.find(({ kind }) => kind !== "merged");
      if (link === undefined) {
        const merged = known.length > 0 ? "; they are merged: split the alarms off to undo that" : "";
        return refused(409, `${one.number} and ${other.number} are not linked${merged}`);
      }
      await tx.removeLink(link.from, link.to);
      return { ...link, by: person.by, at: this.#deps.clock.now(), why: person.note };
    });
  }

  async #linking(
    event: "linked" | "unlinked",
    id: string,
    to: string,
    person: PersonActs,
    change: (tx: Tx, one: Incident, other: Incident) => Promise<IncidentLink | Refusal>,
  ): Promise<ActResult> {
    const known = await this.#both(id, to, "to");
    if ("ok" in known) return known;
    const { one, other } = known;
    if (one.id === other.id) return refused(422, `${one.number} cannot be linked with itself`);
    return this.#act(async (tx) => {
      const link = await change(tx, one, other);
      if ("ok" in link) return link;
      await tx.appendTimeline(linkLines(event, one, other, link));
      const data = { to: other.number, kind: link.kind, note: person.note };
      await tx.audit([{ at: link.at, by: person.by, action: `incident.${event}`, target: one.number, data }]);
      return { ok: true, incident: (await tx.incident(one.id)) ?? one };
    });
  }

  async #both(id: string, to: string, field: "into" | "to"): Promise<{ one: Incident; other: Incident } | Refusal> {
    const [one, other] = await Promise.all([this.#deps.store.incident(id), this.#deps.store.incident(to)]);
    if (one === undefined) return refused(404, `there is no incident ${id}; see GET /api/v1/incidents`);
    if (other === undefined) return refused(422, `${field}: there is no incident ${to}; see GET /api/v1/incidents`);
    return { one, other };
  }

  async #act(work: (tx: Tx) => Promise<ActResult>): Promise<ActResult> {
    const { store, changed, poke } = this.#deps;
    for (let tries = 0; tries < 5; tries += 1) {
      try {
        const result = await store.transaction(undefined, work);
        if (result.ok) {
          changed();
          poke();
        }
        return result;
      } catch (error) {
        if (!(error instanceof RaceLost)) throw error;
      }
    }
    return refused(409, "the incident is moving too fast; try again");
  }
}

type Deliveries = readonly DeliveryView[];

function reached(deliveries: Deliveries): boolean {
  return deliveries.some(({ sentAt }) => sentAt !== undefined);
}

function stale(incident: Incident, { version }: PersonActs): string | undefined {
  if (version === undefined || version === incident.version) return undefined;
  return `${incident.number} is at version ${incident.version}, not ${version}: it has moved since; read it again`;
}

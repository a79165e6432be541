/**
 * How people carry an incident on: hand it over, raise it, write down what they did, say when it is looked at next.
 *
 * Each act is one transaction, on the timeline with who and why, and audited.
 */
import { addWork, notFollowable, setFollowUp } from "../../rules/followup.ts";
import {
  acceptIncident,
  declineIncident,
  notOffered,
  notRaisable,
  notTheirs,
  type Offering,
  offerIncident,
  type Person,
  raiseByOutcome,
} from "../../rules/handover.ts";
import { askForTicket } from "../../rules/ticket.ts";
import type { Incident } from "../model/incident.ts";
import { DAY, type Instant } from "../model/time.ts";
import type { HandOver, Reference } from "../model/work.ts";
import type { Tx } from "../ports.ts";
import { type ActResult, actOn, type DeskDeps } from "./acting.ts";
import { ClassFacts } from "./class-facts.ts";
import { askedOfClosed, rowsToSystem, toldOf } from "./ticket-rows.ts";

/** A follow-up further away than this is no follow-up (ours). */
export const furthestFollowUpMs = 90 * DAY;

export class WorkDesk {
  readonly #deps: DeskDeps;
  readonly #facts: ClassFacts;

  constructor(deps: DeskDeps) {
    this.#deps = deps;
    this.#facts = new ClassFacts(deps.config, deps.bookings);
  }

  /** Offers it to the people of a function, or to one person (a contact's id). Nothing changes until they accept. */
  async assign(
    id: string,
    person: Person,
    to: { readonly function: string } | { readonly person: string },
    note: string,
  ): Promise<ActResult> {
    const target = this.#target(to);
    if (typeof target === "string") return { ok: false, status: 422, problem: target };
    return actOn(this.#deps, id, async (incident, tx) => {
      if (incident.state === "resolved") return { refused: `${incident.number} is resolved; nobody has to take it any more` };
      const refused = notTheirs(incident, person);
      if (refused !== undefined) return { refused };
      await this.#audit(tx, person, "incident.offered", incident, { ...to, note });
      return offerIncident(incident, target, this.#offering(incident, person, note));
    });
  }

  accept(id: string, person: Person, note?: string): Promise<ActResult> {
    return actOn(this.#deps, id, (incident) => {
      const refused = notOffered(incident, person);
      return refused === undefined ? acceptIncident(incident, { ...this.#offering(incident, person, ""), note }) : { refused };
    });
  }

  /** By who was asked; or taken back by who gave it. */
  decline(id: string, person: Person, note: string): Promise<ActResult> {
    return actOn(this.#deps, id, (incident) => {
      const own = incident.handOver !== undefined && (incident.holder ?? incident.handOver.by) === person.name;
      const refused = own ? undefined : notOffered(incident, person);
      return refused === undefined ? declineIncident(incident, this.#offering(incident, person, note)) : { refused };
    });
  }

  /** A ticket in another system, which its keeper opens within seconds. Of what is closed, only what was given up is told again. */
  async ticket(id: string, person: Person, of: { readonly system: string; readonly note?: string | undefined }): Promise<ActResult> {
    const { store, config, clock } = this.#deps;
    const systems = config().tickets ?? new Map<string, never>();
    const system = systems.get(of.system);
    if (system === undefined) {
      const problem =
        systems.size === 0
          ? "system: the configuration has no ticket system; add one under tickets"
          : `system: there is no ticket system "${of.system}"; say one of ${[...systems.keys()].join(", ")}`;
      return { ok: false, status: 422, problem };
    }
    const known = await store.incident(id);
    const rows = known === undefined ? [] : rowsToSystem(await store.deliveries(known.id), system.id);
    const ask = async (incident: Incident, tx: Tx) => {
      const decided = askForTicket(incident, { system, told: toldOf(rows), by: person.name, at: clock.now(), note: of.note });
      if ("refused" in decided) return decided;
      await this.#audit(tx, person, "incident.ticket-asked", incident, { system: system.id });
      // The keeper looks at what is open, and at these.
      if (incident.state === "closed") await tx.keep(`${askedOfClosed}${incident.id}`, { at: clock.now() });
      return decided;
    };
    return actOn(this.#deps, id, ask, true);
  }

  /** This level could not solve it: the next one hears at once. */
  escalate(id: string, person: Person, reason: string): Promise<ActResult> {
    return actOn(this.#deps, id, async (incident, tx) => {
      const refused = notRaisable(incident);
      if (refused !== undefined) return { refused };
      await this.#audit(tx, person, "incident.escalated", incident, { from: incident.level, reason });
      return raiseByOutcome(incident, this.#offering(incident, person, reason));
    });
  }

  note(id: string, person: Person, note: string): Promise<ActResult> {
    return actOn(this.#deps, id, (incident) => addWork(incident, "note", { ...this.#worked(incident, person), takes: false, note }));
  }

  followUp(id: string, person: Person, next: Instant, note: string): Promise<ActResult> {
    return actOn(this.#deps, id, (incident) => {
      const now = this.#deps.clock.now();
      if (next <= now) return { refused: "at: it is past; name a time to come", status: 422 };
      if (next > now + furthestFollowUpMs) return { refused: "at: it is more than 90 days away; name an earlier time", status: 422 };
      const refused = notFollowable(incident);
      if (refused !== undefined) return { refused };
      return setFollowUp(incident, next, { ...this.#worked(incident, person), takes: true, note });
    });
  }

  /** The number that another system has for it; or takes it away again. */
  refer(id: string, person: Person, { system, number }: Pick<Reference, "system" | "number">, adds: boolean): Promise<ActResult> {
    return actOn(this.#deps, id, async (incident, tx) => {
      const reference = { incident: incident.id, system, number, by: person.name, at: this.#deps.clock.now() };
      if (adds) await tx.addReference(reference);
      else if (!(await tx.removeReference(reference)))
        return { refused: `${incident.number} has no number ${number} of ${system}`, status: 404 };
      const data = { system, number };
      const event = adds ? "reference" : "reference-removed";
      await this.#audit(tx, person, `incident.${event}`, incident, data);
      return addWork(incident, event, { ...this.#worked(incident, person), takes: false, note: `${system}: ${number}`, data });
    });
  }

  #worked(incident: Incident, { name }: Person) {
    const at = this.#deps.clock.now();
    return { by: name, at, hours: this.#facts.terms(incident, undefined, at) };
  }

  #offering(incident: Incident, person: Person, note: string): Offering {
    const at = this.#deps.clock.now();
    return { person, at, note, terms: this.#facts.terms(incident, this.#facts.session(incident, at), at) };
  }

  #target(to: { readonly function: string } | { readonly person: string }): HandOver["to"] | string {
    const { functions, contacts } = this.#deps.config();
    if ("function" in to)
      return functions.has(to.function)
        ? { functions: [to.function] }
        : `function: there is no function "${to.function}"; name one of: ${[...functions.keys()].join(", ")}`;
    return contacts.has(to.person)
      ? { functions: [], person: to.person }
      : `person: there is no contact "${to.person}"; name one of contacts:, or a function`;
  }

  #audit(tx: Tx, { name }: Person, action: string, incident: Incident, data: Readonly<Record<string, unknown>>): Promise<void> {
    return tx.audit([{ at: this.#deps.clock.now(), by: name, action, target: incident.number, data }]);
  }
}

/**
 * Opens and updates tickets in other systems: looks at what is open, decides by what was told, and leaves the sending to the outbox.
 *
 * It stands beside the procedure: it reads incidents and never writes one, so nothing that goes wrong here holds back an incident or a
 * message to a person. All it knows is in the outbox; after a restart it goes on from there, and the same decision has the same key.
 */
import { line, type Notice } from "../../rules/incident.ts";
import { nextTicketEvent, referenceWithinMs, ticketMark } from "../../rules/ticket.ts";
import type { Config } from "../model/config.ts";
import type { Incident, OutboxRow, TimelineEntry } from "../model/incident.ts";
import type { TicketSystem } from "../model/ticket.ts";
import type { Instant } from "../model/time.ts";
import type { Reference } from "../model/work.ts";
import { type Clock, type DeliveryView, RaceLost, type Store } from "../ports.ts";
import { renderTicket, ticketFacts } from "../text/ticket-texts.ts";
import { type Leases, leasedTurns } from "./lease.ts";
import { rowsFor } from "./recipients.ts";
import type { Role } from "./supervisor.ts";
import { askedOfClosed, referenceOf, rowsToSystem, ticketRow, toldOf } from "./ticket-rows.ts";

export interface TicketKeeperDeps {
  readonly store: Store;
  readonly clock: Clock;
  readonly config: () => Config;
  readonly leases: Leases;
  /** What became of a ticket: `opened`, `changed`, `resolved`, `closed`, `number`, `failed`. */
  readonly stats: { ticket(system: string, result: string): void };
}

const everyMs = 5_000;
/** Incidents written about in one turn: a general failure floods no other system at once. */
const atOnce = 100;

/** What a turn writes about one incident. */
interface Writing {
  readonly rows: OutboxRow[];
  readonly lines: TimelineEntry[];
  readonly references: Reference[];
  readonly counts: (readonly [system: string, result: string])[];
}

export class TicketKeeper implements Role {
  readonly name = "tickets";
  readonly beatWithinMs = 60_000;
  readonly #deps: TicketKeeperDeps;
  /** Incidents with a ticket that is not over; undefined until the outbox was asked. */
  #followed: Set<string> | undefined;
  /** Closed ones whose ticket somebody asked for again. */
  #asked = new Set<string>();
  /** Versions of incidents without a ticket that were looked at, for these systems. */
  #seen = new Map<string, number>();
  #systems: Config["tickets"];
  /** Lines that stand on a timeline already. */
  #said = new Set<string>();

  constructor(deps: TicketKeeperDeps) {
    this.#deps = deps;
  }

  run(signal: AbortSignal, beat: () => void): Promise<void> {
    const { leases, clock } = this.#deps;
    // Somebody else has written meanwhile.
    const load = () => this.#forget();
    return leasedTurns({ role: this.name, everyMs, leases, clock, load, turn: () => this.turn() }, signal, beat);
  }

  #forget(): void {
    this.#followed = undefined;
    this.#seen.clear();
    this.#said.clear();
  }

  /** Looks at what has changed and at every ticket that is not over. How many incidents were written about. */
  async turn(): Promise<number> {
    const { store, config } = this.#deps;
    const { tickets } = config();
    if (tickets === undefined || tickets.size === 0) return 0;
    if (tickets !== this.#systems) this.#seen.clear();
    this.#systems = tickets;
    this.#followed ??= new Set(await store.ticketed());
    this.#asked = new Set((await store.keptAll(askedOfClosed)).map(({ key }) => key.slice(askedOfClosed.length)));
    for (const id of this.#asked) this.#followed.add(id);
    const open = await store.openIncidents();
    const ids = new Set(open.map(({ id }) => id));
    for (const id of this.#seen.keys()) if (!ids.has(id)) this.#seen.delete(id);
    const fresh = open.filter(({ id, version }) => !this.#followed?.has(id) && this.#seen.get(id) !== version);
    let written = 0;
    for (const id of this.#followed) {
      const incident = await store.incident(id);
      if (incident === undefined) await this.#unfollow(id);
      else if (written < atOnce && (await this.#look(incident))) written += 1;
    }
    for (const incident of fresh) {
      if (written >= atOnce) break;
      if (await this.#look(incident)) written += 1;
      if (!this.#followed.has(incident.id)) this.#seen.set(incident.id, incident.version);
    }
    return written;
  }

  async #look(incident: Incident): Promise<boolean> {
    const { store, clock, config, leases, stats } = this.#deps;
    const at = clock.now();
    const deliveries = (await store.deliveries(incident.id)).filter(({ kind }) => kind === "ticket");
    const writing: Writing = { rows: [], lines: [], references: [], counts: [] };
    for (const system of config().tickets?.values() ?? []) await this.#system(system, incident, deliveries, writing, at);
    const over = incident.state === "closed" || incident.foldedInto !== undefined;
    const waits = deliveries.some(({ state }) => state === "pending" || state === "claimed");
    if (writing.rows.length + writing.lines.length > 0) {
      try {
        await store.transaction(leases.fence(this.name), async (tx) => {
          await tx.addOutbox(writing.rows);
          for (const reference of writing.references) await tx.addReference(reference);
          await tx.appendTimeline(writing.lines);
        });
      } catch (error) {
        this.#said.clear();
        // Somebody has just written on the same timeline: the next turn looks again.
        if (!(error instanceof RaceLost)) throw error;
        return false;
      }
      for (const [system, result] of writing.counts) stats.ticket(system, result);
      this.#followed?.add(incident.id);
      return true;
    }
    if (over && !waits && !this.#awaits(deliveries, at)) await this.#unfollow(incident.id);
    return false;
  }

  async #unfollow(id: string): Promise<void> {
    this.#followed?.delete(id);
    if (this.#asked.delete(id)) await this.#deps.store.forget(`${askedOfClosed}${id}`);
  }

  /** A number may still come, and with it a last word. */
  #awaits(deliveries: readonly DeliveryView[], at: Instant): boolean {
    return [...(this.#deps.config().tickets?.values() ?? [])].some((system) => {
      const rows = rowsToSystem(deliveries, system.id);
      const wentAt = toldOf(rows).find(({ going }) => going === "went")?.at;
      const hasLast = toldOf(rows).at(-1)?.event === "closed";
      return wentAt !== undefined && !hasLast && at < wentAt + referenceWithinMs;
    });
  }

  async #system(system: TicketSystem, incident: Incident, all: readonly DeliveryView[], writing: Writing, at: Instant): Promise<void> {
    const rows = rowsToSystem(all, system.id);
    for (const row of rows) await this.#became(system, incident, row, writing, at);
    const reference = await this.#reference(system, incident, rows);
    const event = nextTicketEvent({ system, incident, told: toldOf(rows), known: reference !== undefined, at });
    if (event === undefined) return;
    const { network, instance, rules } = this.#deps.config();
    const input = { system, event, incident, reference, network, instance, rules };
    const letter = { ...renderTicket(input), data: ticketFacts(input) };
    const row = ticketRow({ system, incident, event, mark: ticketMark(incident), before: rows.length, letter, at });
    writing.rows.push(row);
    const data = { system: system.id, event, key: row.key, ...(reference === undefined ? {} : { reference }) };
    writing.lines.push(line(incident, at, "system", `ticket-${event}`, `told to ${system.name}`, data));
    writing.counts.push([system.id, event]);
  }

  /** A person's word counts: the number that they wrote down. */
  async #reference(system: TicketSystem, { id }: Incident, rows: readonly DeliveryView[]): Promise<string | undefined> {
    if (rows.length === 0) return undefined;
    const written = (await this.#deps.store.references({ incident: id })).filter((each) => each.system === system.id);
    return written.at(-1)?.number ?? referenceOf(rows);
  }

  /** What the outbox knows of a message and the timeline does not say yet: its number, that it failed, that no number came. */
  async #became(system: TicketSystem, incident: Incident, row: DeliveryView, writing: Writing, at: Instant): Promise<void> {
    const { name } = system;
    const news = newsOf(system, row, at);
    if (news === undefined || (await this.#stands(incident, row.key, news.event))) return;
    const { proof = "" } = row;
    const why = { number: `${name}: ${proof}`, failed: `${name}: ${row.error ?? "it was not taken"}`, none: `${name} told no number` };
    const data = { system: system.id, key: row.key, ...(news.of === "number" ? { number: proof } : {}) };
    writing.lines.push(line(incident, at, "system", news.event, why[news.of], data));
    writing.counts.push([system.id, news.of === "none" ? "without number" : news.of]);
    if (news.event === "ticket-given-up")
      writing.rows.push(...rowsFor(givenUp(system, incident, row, at, this.#deps.config()), incident, this.#deps.config(), at));
    if (news.of === "number")
      writing.references.push({ incident: incident.id, system: system.id, number: proof, by: `ticket:${system.id}`, at });
  }

  async #stands(incident: Incident, key: string, event: string): Promise<boolean> {
    const mark = `${event} ${key}`;
    if (this.#said.has(mark)) return true;
    const timeline = await this.#deps.store.timeline(incident.id);
    const known = timeline.some((each) => each.event === event && each.data?.key === key);
    // What is not there yet will be, or the turn is taken back and all of it is forgotten.
    this.#said.add(mark);
    return known;
  }
}

/** To who holds it, else to who works on its level: another system could not be told, and may be asked again. */
function givenUp(system: TicketSystem, incident: Incident, { occurrence }: DeliveryView, at: Instant, { contacts }: Config): Notice {
  const { holder, level, policy, severity } = incident;
  const step = policy.tracks[severity].steps.find((each) => each.level === level);
  return {
    ...{ kind: "ticket-given-up", level, occurrence, notBefore: at, about: system.id },
    ...(holder === undefined || !contacts.has(holder) ? { tell: step?.tell ?? [] } : { tell: [], contacts: [holder] }),
  };
}

/** What is to be said of a row, if anything is. */
function newsOf(system: TicketSystem, row: DeliveryView, at: Instant): { event: string; of: "number" | "failed" | "none" } | undefined {
  if (row.state === "delivered" && row.proof !== undefined) return { event: "ticket-number", of: "number" };
  if (row.state === "failed") return { event: "ticket-given-up", of: "failed" };
  if (row.state === "pending" && row.error !== undefined) return { event: "ticket-failed", of: "failed" };
  const isFirst = row.key.includes("/opened/");
  const late = isFirst && system.reference !== undefined && row.state === "accepted" && at >= (row.sentAt ?? at) + referenceWithinMs;
  return late ? { event: "ticket-without-number", of: "none" } : undefined;
}

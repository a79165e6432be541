/**
 * What another system is to be told next of an incident, by what it was told before.
 *
 * Pure. One thing at a time: nothing is told before the one before it has gone, and, where the system tells a number, before that has come.
 * What lies between two messages is told once, as it is by then.
 */
import { type Incident, isFailing } from "../daemon/model/incident.ts";
import type { TicketEvent, TicketSystem } from "../daemon/model/ticket.ts";
import { DAY, type Instant, MINUTE } from "../daemon/model/time.ts";
import { type Decision, line, raised } from "./incident.ts";

/** A message to the system as far as it matters here; in the order in which they were decided. */
export interface ToldOfTicket {
  readonly event: TicketEvent;
  /** What the incident was like. */
  readonly mark: string;
  readonly going: "waits" | "went" | "failed";
  /** When it went; until then, when it was decided. */
  readonly at: Instant;
}

/** A system that tells its number is waited for so long (ours). */
export const referenceWithinMs = 15 * MINUTE;
/** A message that no one took for so long is given up (ours). */
export const ticketTriedForMs = DAY;

/** What of an incident a system hears anew: when it changes, the ticket changes. */
export function ticketMark({ severity, level, state, foldedInto }: Incident): string {
  return `${severity}-${level}-${foldedInto === undefined ? state : "closed"}`;
}

/** Does the incident open a ticket there? What is kept quiet does not by itself; a person may ask for it whatever it is. */
export function wantsTicket({ id, when, onDemand }: TicketSystem, incident: Incident): boolean {
  if (incident.foldedInto !== undefined || incident.state === "closed") return false;
  if (incident.tickets?.includes(id) === true) return true;
  if (onDemand === true || !isFailing(incident) || incident.muted !== undefined) return false;
  const asked = (incident.openTasks ?? []).map(({ partner }) => partner);
  return (
    (when.severity === undefined || when.severity.includes(incident.severity)) &&
    incident.level >= (when.level ?? 1) &&
    (when.sites === undefined || when.sites.includes(incident.site)) &&
    (when.partners === undefined || when.partners.some((partner) => asked.includes(partner)))
  );
}

/**
 * A person wants a ticket opened there, or what was given up there tried again: that also once the incident is closed, for as long as it is
 * kept. Refused where there is one, or one is on its way.
 */
export function askForTicket(
  incident: Incident,
  of: {
    readonly system: TicketSystem;
    readonly told: readonly ToldOfTicket[];
    readonly by: string;
    readonly at: Instant;
    readonly note?: string | undefined;
  },
): Decision | { readonly refused: string } {
  const { system, told, by, at, note } = of;
  const { number, tickets = [] } = incident;
  if (told.at(-1)?.going === "failed") return askAgain(incident, of);
  if (incident.state === "closed") return { refused: `${number} is closed` };
  if (told.some(({ going }) => going === "went")) return { refused: `${number}: ${system.name} has a ticket for it already` };
  if (tickets.includes(system.id) || told.at(-1)?.going === "waits")
    return { refused: `${number}: a ticket at ${system.name} is being opened already` };
  const next = raised({ ...incident, tickets: [...tickets, system.id] });
  const data = { system: system.id };
  return { incident: next, timeline: [line(next, at, by, "ticket-asked", note ?? `to be opened at ${system.name}`, data)], notices: [] };
}

/** The last word was given up: what the system is told next tells all that it has not heard. */
function askAgain(
  incident: Incident,
  { system, told, by, at, note }: Parameters<typeof askForTicket>[1],
): Decision | { readonly refused: string } {
  const { number, tickets = [], ticketsAskedAgain } = incident;
  if (isAskedAgain(incident, system, told)) return { refused: `${number}: ${system.name} is being told again already` };
  const hasTicket = told.some(({ going }) => going === "went");
  const next = raised({
    ...incident,
    tickets: tickets.includes(system.id) ? tickets : [...tickets, system.id],
    ticketsAskedAgain: { ...ticketsAskedAgain, [system.id]: at },
  });
  const why = note ?? (hasTicket ? `${system.name} is to be told again` : `to be opened at ${system.name}`);
  return { incident: next, timeline: [line(next, at, by, "ticket-asked", why, { system: system.id, again: true })], notices: [] };
}

/** Since the last word was decided, which was given up. */
function isAskedAgain({ ticketsAskedAgain }: Incident, { id }: TicketSystem, told: readonly ToldOfTicket[]): boolean {
  const [last, askedAt] = [told.at(-1), ticketsAskedAgain?.[id]];
  return last?.going === "failed" && askedAt !== undefined && askedAt > last.at;
}

/** Of what is closed too, if somebody asks for what was given up. */
function wants(incident: Incident, system: TicketSystem, { again, isNew }: { readonly again: boolean; readonly isNew: boolean }): boolean {
  if (again && incident.state === "closed" && incident.foldedInto === undefined) return true;
  return (isNew || again) && wantsTicket(system, incident);
}

export function nextTicketEvent(input: {
  readonly system: TicketSystem;
  readonly incident: Incident;
  readonly told: readonly ToldOfTicket[];
  /** The system's own number is known. */
  readonly known: boolean;
  readonly at: Instant;
}): TicketEvent | undefined {
  const { system, incident, told, known, at } = input;
  const last = told.at(-1);
  const mark = ticketMark(incident);
  const went = told.filter(({ going }) => going === "went");
  const again = isAskedAgain(incident, system, told);
  if (last?.going === "waits" || (last?.event === "closed" && !again)) return undefined;
  // Nothing has arrived there: what it is told next opens the ticket.
  if (went.length === 0) return wants(incident, system, { again, isNew: last?.mark !== mark }) ? "opened" : undefined;
  const over = incident.state === "closed" || incident.foldedInto !== undefined;
  // Opened after the end, it is still to be told of it.
  if (last?.mark === mark && !again && !(over && last.event === "opened")) return undefined;
  const sentAt = went[0]?.at ?? at;
  if (system.reference !== undefined && !known && at < sentAt + referenceWithinMs) return undefined;
  if (over) return "closed";
  return incident.state === "resolved" ? "resolved" : "changed";
}

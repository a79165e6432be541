/**
 * Messages to other systems as rows of the outbox: what a row says of itself, and what the rows of an incident say of its ticket.
 *
 * Nothing else is kept of a ticket: that a system told its number is the state `delivered` of a row, with the number as its proof.
 */
import type { ToldOfTicket } from "../../rules/ticket.ts";
import type { Incident, OutboxRow } from "../model/incident.ts";
import type { TicketEvent, TicketSystem, TicketText } from "../model/ticket.ts";
import type { Instant } from "../model/time.ts";
import type { DeliveryView } from "../ports.ts";

/** What is kept of a closed incident whose ticket a person asked for again, until that has gone; behind it the incident. */
export const askedOfClosed = "ticket-asked:";

export function isTicket({ kind }: Pick<OutboxRow, "kind">): boolean {
  return kind === "ticket";
}

interface TicketKey {
  readonly system: string;
  readonly event: TicketEvent;
  readonly mark: string;
}

/** `<incident>/ticket/<system>/<count>/<event>/<mark>`; undefined: it is no ticket's. */
export function ticketOfRow({ kind, key }: Pick<OutboxRow, "kind" | "key">): TicketKey | undefined {
  if (kind !== "ticket") return undefined;
  const [, , system = "", , event = "", mark = ""] = key.split("/");
  return { system, event: event as TicketEvent, mark };
}

export function ticketRow(input: {
  readonly system: TicketSystem;
  readonly incident: Incident;
  readonly event: TicketEvent;
  readonly mark: string;
  /** How many went before it. */
  readonly before: number;
  readonly letter: TicketText & { readonly data: Readonly<Record<string, unknown>> };
  readonly at: Instant;
}): OutboxRow {
  const { system, incident, event, mark, before, letter, at } = input;
  return {
    key: [incident.id, "ticket", system.id, before + 1, event, mark].join("/"),
    ...{ incident: incident.id, kind: "ticket", level: incident.level, occurrence: before + 1 },
    ...{
      recipient: `ticket:${system.id}`,
      channel: system.channel,
      address: system.to,
      language: system.language === "both" ? "fr" : system.language,
    },
    ...{ createdAt: at, notBefore: at, letter },
  };
}

/** Rows to one system, in the order in which they were decided. */
export function rowsToSystem(rows: readonly DeliveryView[], system: string): readonly DeliveryView[] {
  return rows.filter((row) => ticketOfRow(row)?.system === system).sort((a, b) => a.occurrence - b.occurrence);
}

/** The number that the system told last. */
export function referenceOf(rows: readonly DeliveryView[]): string | undefined {
  return rows.findLast(({ state, proof }) => state === "delivered" && proof !== undefined)?.proof;
}

export function toldOf(rows: readonly DeliveryView[]): readonly ToldOfTicket[] {
  return rows.flatMap((row) => {
    const about = ticketOfRow(row);
    if (about === undefined) return [];
    const going = row.state === "pending" || row.state === "claimed" ? "waits" : isGone(row) ? "went" : "failed";
    return [{ event: about.event, mark: about.mark, going, at: row.sentAt ?? row.createdAt }];
  });
}

function isGone({ state }: DeliveryView): boolean {
  return state === "sent" || state === "accepted" || state === "delivered" || state === "acknowledged";
}

/**
 * The number that another system gives a ticket: read from the answer of a webhook, or from the subject of the mail that answers.
 *
 * What a system sends is looked at under a pattern that runs in linear time, and only its number is kept.
 */
import { groupPattern } from "../../probes/safe-pattern.ts";
import type { Config } from "../model/config.ts";
import type { OutboxRow } from "../model/incident.ts";
import type { TicketSystem } from "../model/ticket.ts";
import { DAY } from "../model/time.ts";
import type { Clock, Store } from "../ports.ts";
import { ticketOfRow } from "../roles/ticket-rows.ts";
import type { InboundMail } from "./inbound-mail.ts";
import { messageId } from "./mail.ts";
import { textAt } from "./paths.ts";

/** What names a ticket in a subject, a URL and a page: printable, without spaces at its ends, and short. */
const numberLength = 100;
/** A mail may answer one that went so long ago (ours). */
const answersWithinMs = 30 * DAY;

function asNumber(found: string | undefined): string | undefined {
  const number = found
    ?.replace(/[\p{Cc}\s]+/gu, " ")
    .trim()
    .slice(0, numberLength);
  return number === "" ? undefined : number;
}

/** From what a webhook answered to a message; undefined: none is to be had, or it is not there. */
export function numberInAnswer(row: OutboxRow, answer: string | undefined, config: Config): string | undefined {
  const reference = systemOf(row, config)?.reference;
  if (reference === undefined || !("answer" in reference) || answer === undefined) return undefined;
  try {
    return asNumber(textAt(JSON.parse(answer), reference.answer));
  } catch {
    // No JSON: it took the message and told no number, which the timeline says.
    return undefined;
  }
}

function systemOf(row: OutboxRow, { tickets }: Config): TicketSystem | undefined {
  return tickets?.get(ticketOfRow(row)?.system ?? "");
}

/** What became of a mail of a ticket system; undefined: it is none's. */
export async function ticketMail(
  { store, clock, config }: { readonly store: Store; readonly clock: Clock; readonly config: () => Config },
  channel: string,
  mail: InboundMail,
): Promise<string | undefined> {
  const theirs = [...(config().tickets?.values() ?? [])].filter((each) => each.channel === channel && each.to.toLowerCase() === mail.from);
  if (theirs.length === 0 || mail.bounced) return undefined;
  const at = clock.now();
  const rows = await about(store, channel, mail, at - answersWithinMs);
  for (const system of theirs) {
    const row = rows.find((each) => ticketOfRow(each)?.system === system.id);
    const { reference } = system;
    if (row === undefined || reference === undefined || !("subject" in reference)) continue;
    const pattern = groupPattern(reference.subject);
    const number = "refused" in pattern ? undefined : asNumber(pattern.first(mail.subject));
    if (number === undefined) continue;
    await store.recordDeliveries([{ key: row.key, state: "delivered", at, proof: number }]);
    return "ticket number";
  }
  // A machine that answers for itself asks for no help, and acknowledges nothing.
  return "ticket without a number";
}

/** Messages that a mail answers: by its headers, or by our number in its subject. */
async function about(store: Store, channel: string, mail: InboundMail, since: number): Promise<readonly OutboxRow[]> {
  const number = /[A-Z]{2,5}-\d{4}-\d+-\d{2}/.exec(mail.subject)?.[0];
  const incident = number === undefined ? undefined : await store.incident(number);
  if (incident !== undefined) return (await store.deliveries(incident.id)).filter(({ kind }) => kind === "ticket");
  if (mail.answers.length === 0) return [];
  const keys = (await store.keysOver(channel, since)).filter((key) => key.includes("/ticket/") && mail.answers.includes(messageId(key)));
  const found = await Promise.all(keys.map((key) => store.delivery(key)));
  return found.filter((row) => row !== undefined);
}

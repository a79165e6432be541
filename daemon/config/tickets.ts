/**
 * Other systems that hear of incidents: help desks, ticket systems of partners.
 */
import type { z } from "zod";
import { groupPattern } from "../../probes/safe-pattern.ts";
import type { Channel, Partner } from "../model/config.ts";
import type { TicketSystem } from "../model/ticket.ts";
import type { Language } from "../model/time.ts";
import { TICKET_PLACEHOLDERS } from "../text/ticket-texts.ts";
import { given, type Loading } from "./context.ts";
import type { Path } from "./problems.ts";
import { checkReference, type Section } from "./reading.ts";
import { badMail } from "./scalars.ts";
import { ticketSystem } from "./schema-tickets.ts";

type Raw = z.output<typeof ticketSystem>;

export interface KnownToTickets {
  readonly channels: Section<Channel>;
  readonly partners: Section<Partner>;
  readonly sites: ReadonlySet<string>;
  readonly language: Language;
}

/** Undefined when the file names none. */
export function readTickets(loading: Loading, known: KnownToTickets): ReadonlyMap<string, TicketSystem> | undefined {
  const { entries } = loading.sections.section("tickets", ticketSystem);
  const systems = new Map<string, TicketSystem>();
  for (const [id, raw] of entries) {
    const path = ["tickets", id];
    checkWhen(loading, path, raw, known);
    checkTexts(loading, path, raw);
    if (raw.on_demand === true && raw.when !== undefined)
      loading.findings.problem(
        [...path, "when"],
        "says which incidents open a ticket, and on_demand that none does; take one of the two out",
      );
    if (!checkReference(loading.findings, [...path, "channel"], "channel", raw.channel, known.channels.ids)) continue;
    const channel = known.channels.entries.get(raw.channel);
    // What is wrong with the channel itself is told where it stands.
    if (channel === undefined || !fitsChannel(loading, path, raw, channel)) continue;
    const reference = referenceOf(loading, path, raw, channel);
    systems.set(id, {
      ...{ id, name: raw.name ?? id, channel: channel.id, to: raw.to ?? id, language: raw.language ?? known.language },
      ...{ when: given(raw.when ?? {}), texts: given(raw.texts ?? {}) },
      ...given({ reference }),
      ...(raw.on_demand === true ? { onDemand: true } : {}),
    });
  }
  return systems.size === 0 ? undefined : systems;
}

function checkWhen({ findings }: Loading, path: Path, { when = {} }: Raw, { sites, partners }: KnownToTickets): void {
  for (const [index, site] of (when.sites ?? []).entries())
    checkReference(findings, [...path, "when", "sites", index], "site", site, sites);
  for (const [index, partner] of (when.partners ?? []).entries())
    checkReference(findings, [...path, "when", "partners", index], "partner", partner, partners.ids);
  for (const key of ["severity", "sites", "partners"] as const) {
    // What could not be read has left the list, and is told already.
    const isTold = findings.problems.some((each) => each.path.startsWith(`${path.join(".")}.when.${key}[`));
    if (when[key]?.length === 0 && !isTold)
      findings.problem([...path, "when", key], "is empty, so no incident would open a ticket; take it out, or name one");
  }
}

function checkTexts({ findings }: Loading, path: Path, { texts = {} }: Raw): void {
  const known = TICKET_PLACEHOLDERS as readonly string[];
  for (const [event, text] of Object.entries(texts)) {
    for (const part of ["subject", "text"] as const) {
      for (const [, name = ""] of (text?.[part] ?? "").matchAll(/\{(\w+)\}/g))
        if (!known.includes(name))
          findings.problem(
            [...path, "texts", event, part],
            `{${name}} is not known here; write one of ${known.map((each) => `{${each}}`).join(" ")}`,
          );
    }
  }
}

function fitsChannel({ findings }: Loading, path: Path, { to }: Raw, channel: Channel): boolean {
  const where = [...path, "channel"];
  if (channel.kind === "mail") {
    if (to !== undefined && !badMail(to)) return true;
    const found = to === undefined ? "is missing" : `${JSON.stringify(to)} is not an e-mail address`;
    findings.problem([...path, "to"], `${found}; write the address that opens tickets: tickets@example.org`);
    return false;
  }
  if (channel.kind !== "webhook") {
    findings.problem(where, `"${channel.id}" is a channel of kind ${channel.kind}; name one of kind mail or webhook`);
    return false;
  }
  if (to !== undefined)
    findings.problem([...path, "to"], `is for mail; a webhook goes to channels.${channel.id}.webhook.url, so take it out`);
  return to === undefined;
}

function referenceOf({ findings }: Loading, path: Path, { reference }: Raw, channel: Channel): TicketSystem["reference"] {
  if (reference === undefined) return undefined;
  const { answer, subject } = reference;
  const wanted = channel.kind === "mail" ? "subject" : "answer";
  const other = wanted === "subject" ? answer : subject;
  if (reference[wanted] === undefined || other !== undefined) {
    const remedy =
      wanted === "subject"
        ? "by mail the number is in the subject of the reply: write reference: { subject: '(INC[0-9]+)' } alone"
        : "a webhook's number is in its JSON answer: write reference: { answer: result.number } alone";
    findings.problem([...path, "reference"], `does not fit a channel of kind ${channel.kind}; ${remedy}`);
    return undefined;
  }
  if (answer !== undefined) return { answer };
  if (subject === undefined) return undefined;
  const pattern = groupPattern(subject);
  if ("refused" in pattern) findings.problem([...path, "reference", "subject"], pattern.refused);
  if (channel.kind === "mail" && channel.inbound === undefined)
    findings.warn(
      [...path, "reference"],
      `mails do not come in by ${channel.id}, so no number will; add channels.${channel.id}.mail.inbound`,
    );
  return "refused" in pattern ? undefined : { subject };
}

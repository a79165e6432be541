/**
 * What other systems are told, in both languages; `tickets.<system>.texts` puts words of one's own in their place.
 *
 * Pure. Facts of the network only: no person, no session, no specialty.
 */
import { type Incident, isFailing } from "../model/incident.ts";
import type { Network } from "../model/network.ts";
import type { Rule } from "../model/rule.ts";
import type { TicketEvent, TicketSystem, TicketText } from "../model/ticket.ts";
import type { Language } from "../model/time.ts";
import { fill, say, sayTime } from "./catalogue.ts";
import { symptomWords } from "./symptom.ts";

/** What a text may hold. `reference` is empty until the system has told its number. */
export const TICKET_PLACEHOLDERS = [
  "number",
  "reference",
  "what",
  "where",
  "device",
  "severity",
  "level",
  "state",
  "since",
  "url",
  "instance",
] as const;

type Values = Readonly<Record<(typeof TICKET_PLACEHOLDERS)[number], string>>;

const facts = {
  fr: "Incident {number} ({instance})\nObjet : {what}\nOù : {where}\nGravité : {severity}, {level}\nÉtat : {state}\nDepuis : {since}\n{url}\n",
  en: "Incident {number} ({instance})\nWhat: {what}\nWhere: {where}\nSeverity: {severity}, {level}\nState: {state}\nSince: {since}\n{url}\n",
};

/** The shipped texts. */
export const TICKET_TEXTS: Readonly<Record<Language, Readonly<Record<TicketEvent, TicketText>>>> = {
  fr: {
    opened: { subject: "[{number}] {severity} : {what}, {where}", text: facts.fr },
    changed: { subject: "{reference} [{number}] {severity}, {level}, {state} : {what}", text: facts.fr },
    resolved: { subject: "{reference} [{number}] Résolu : {what}, {where}", text: facts.fr },
    closed: { subject: "{reference} [{number}] Fermé : {what}, {where}", text: facts.fr },
  },
  en: {
    opened: { subject: "[{number}] {severity}: {what}, {where}", text: facts.en },
    changed: { subject: "{reference} [{number}] {severity}, {level}, {state}: {what}", text: facts.en },
    resolved: { subject: "{reference} [{number}] Resolved: {what}, {where}", text: facts.en },
    closed: { subject: "{reference} [{number}] Closed: {what}, {where}", text: facts.en },
  },
};

export interface TicketInput {
  readonly system: TicketSystem;
  readonly event: TicketEvent;
  readonly incident: Incident;
  readonly reference: string | undefined;
  readonly network: Pick<Network, "sites" | "rooms" | "devices">;
  readonly instance: { readonly name: string; readonly timezone: string; readonly publicUrl?: string };
  readonly rules: readonly Rule[];
}

export function renderTicket(input: TicketInput): TicketText {
  const { system, event } = input;
  if (system.language !== "both") return inLanguage(input, system.language);
  const own = system.texts[event];
  const [fr, en] = [inLanguage(input, "fr"), inLanguage(input, "en")];
  // Words of one's own say what they say: once.
  return own === undefined ? { subject: fr.subject, text: `${fr.text}\n${en.subject}\n${en.text}` } : fr;
}

function inLanguage(input: TicketInput, language: Language): TicketText {
  const { subject, text } = input.system.texts[input.event] ?? TICKET_TEXTS[language][input.event];
  const values = valuesOf(input, language);
  // A value may be empty: no gap is left where it would have stood.
  return { subject: fill(subject, values).replace(/ {2,}/g, " ").trim(), text: `${fill(text, values).trim()}\n` };
}

function valuesOf({ incident, reference, network, instance, rules }: TicketInput, language: Language): Values {
  const site = network.sites.get(incident.site);
  const room = network.rooms.get(incident.room ?? "")?.name ?? incident.room;
  const device = network.devices.get(incident.device ?? "")?.name ?? incident.device ?? "";
  // A ticket's subject is a label, not a sentence: the title of its rule comes first.
  const title = rules.find(({ id }) => id === incident.rule)?.text[language].title;
  const symptom = title ?? symptomWords(language, incident.symptom, rules);
  const level = Math.min(4, Math.max(1, incident.level)) as 1 | 2 | 3 | 4;
  const place = site?.name ?? incident.site;
  return {
    number: incident.number,
    reference: reference ?? "",
    what: device === "" ? symptom : `${device}${language === "fr" ? " : " : ": "}${symptom}`,
    where: room === undefined ? place : `${place}, ${room}`,
    device,
    severity: say(language, `severity.${incident.severity}`),
    level: say(language, `level.${level}`),
    state: say(language, `state.${incident.foldedInto === undefined ? incident.state : "closed"}`),
    since: sayTime(incident.firstBadAt, site?.timezone ?? instance.timezone),
    url: instance.publicUrl === undefined ? "" : `${instance.publicUrl.replace(/\/+$/, "")}/incidents/${incident.number}`,
    instance: instance.name,
  };
}

/** The same facts as data, for a webhook. */
export function ticketFacts({ system, event, incident, reference }: TicketInput): Readonly<Record<string, unknown>> {
  const { number, site, device, room, symptom, severity, urgency, level, state, openedAt, firstBadAt } = incident;
  const facts = { number, site, device, room, symptom, severity, urgency, level, state, openedAt, firstBadAt };
  return { kind: "ticket", system: system.id, event, reference: reference ?? null, failing: isFailing(incident), ...facts };
}

/**
 * A mail that asks for help becomes a request, once, however often it is handed over; its sender has the number and what was understood,
 * in their language. Only from somebody who is known, or from a domain that the channel names.
 *
 * Where the room cannot be told, the request waits in the queue and level 1 is told, again and again, until a person says which it is.
 */
import { createHash } from "node:crypto";
import { nextService } from "../../rules/clock.ts";
import { type RoomNames, readRequest } from "../../rules/request-words.ts";
import type { Channel, Config, Contact } from "../model/config.ts";
import type { Incident, Letter, OutboxRow } from "../model/incident.ts";
import type { HelpRequest } from "../model/request.ts";
import { HOUR, type Instant, type Language } from "../model/time.ts";
import type { InboundMail } from "../notify/inbound-mail.ts";
import { toldAt } from "../oncall/roster.ts";
import type { Store } from "../ports.ts";
import { hoursOf } from "../roles/hours.ts";
import { letterTo } from "../roles/ways.ts";
import { answerLetter, doubtedLetter, unplacedLetter } from "../text/request-letters.ts";
import type { Taking } from "./taking.ts";

type MailChannel = Extract<Channel, { kind: "mail" }>;

/** So many answers an hour go to one address: two machines that do not say what they are come to rest (ours). */
export const ANSWERS_AN_HOUR = 5;
const lately = 200;

export interface ByMailDeps {
  readonly store: Store;
  readonly config: () => Config;
  readonly taking: Taking;
  readonly now: () => Instant;
}

/** What became of it, for the log; undefined: it is no request, or nobody's from whom one is taken. */
export async function takeByMail(deps: ByMailDeps, channel: MailChannel, mail: InboundMail): Promise<string | undefined> {
  const config = deps.config();
  const asks = channel.inbound?.requests;
  const contact = senderOf(config, mail.from);
  if (asks === undefined || (contact === undefined && !asks.domains.includes(mail.from.split("@")[1] ?? ""))) return undefined;
  const words = readRequest(
    mail.subject,
    mail.text,
    roomNames(config),
    contact === undefined ? [] : roomsOf(config, contact.id, deps.now()),
  );
  const { room = "", symptom, note } = words;
  const language = contact?.language ?? words.language ?? config.instance.language;
  const answers = (await answeredLately(deps, mail.from)) < ANSWERS_AN_HOUR;
  const caller = { ...(contact === undefined ? {} : { name: contact.name }), mail: mail.from };
  const result = await deps.taking.take(
    {
      ...{ room, symptom, note, language, caller, source: "mail", key: createHash("sha256").update(mail.id).digest("hex") },
      // Who is answered hears how it goes on; a machine that was found out hears nothing more.
      ...(answers ? { writes: true } : {}),
    },
    `${byMail}${channel.id}`,
    (request) => [
      ...(answers ? [rowToCaller(request, answerLetter(request, config), config, "answer", request.at)] : []),
      ...(request.waits?.told === 1 ? unplacedRows(request, 0, config, deps.now()) : []),
    ],
  );
  if (!result.ok) return `request refused: ${result.problem}`.slice(0, 200);
  if (result.again === true) return "repeated";
  return room === "" ? "request taken, room unknown" : answers ? "request taken" : "request taken, not answered";
}

/** Whose contact has that address. */
function senderOf({ contacts }: Config, from: string): Contact | undefined {
  return [...contacts.values()].find(({ channels }) => channels.some(({ address }) => address.toLowerCase() === from));
}

/** Rooms whose coordinator they are. */
function roomsOf(config: Config, contact: string, at: Instant): readonly string[] {
  return [...config.network.rooms.keys()].filter((room) => toldAt(config, `room:${room}`, at).people.includes(contact));
}

function roomNames({ network }: Config): readonly RoomNames[] {
  return [...network.rooms.values()].map(({ id, name, localName }) => ({
    id,
    names: [name, ...(localName === undefined ? [] : [localName])],
  }));
}

async function answeredLately({ store, now }: ByMailDeps, from: string): Promise<number> {
  const since = now() - HOUR;
  return (await store.requests({ limit: lately })).filter(
    ({ at, source, caller }) => at > since && source === "mail" && caller?.mail === from,
  ).length;
}

const byMail = "mail:";

/** The key of a mail to the sender of a request; `mark` tells it from the others. */
export function callerKey({ number, by }: HelpRequest, mark: string): string {
  return `letter/${number}/${mark}/${by.slice(byMail.length)}`;
}

/** To the sender of a request, over the channel that it came by. */
export function rowToCaller(request: HelpRequest, letter: Letter, config: Config, mark: string, at: Instant): OutboxRow {
  const { language, caller, by } = request;
  const address = caller?.mail ?? "";
  return {
    ...{ key: callerKey(request, mark), incident: "", kind: "letter", level: 0, occurrence: 1 },
    ...{ recipient: senderOf(config, address)?.id ?? "caller", channel: by.slice(byMail.length), address, language },
    ...{ createdAt: at, notBefore: at, letter },
  };
}

/** To level 1: somebody asks for help, and nobody knows where. `count`: how often it was told before. */
export function unplacedRows(request: HelpRequest, count: number, config: Config, at: Instant): readonly OutboxRow[] {
  return deskRows(`${request.number}/room-${count}`, (language) => unplacedLetter(request, language, config), config, at);
}

/** To level 1, at once: the sender of a mail answers that it is not solved, or nothing that is sure. */
export function doubtedRows(request: HelpRequest, incident: Incident, config: Config, at: Instant): readonly OutboxRow[] {
  const also = incident.holder === undefined ? [] : [incident.holder];
  const rows = deskRows(
    `${request.number}/doubt-${at}`,
    (language) => doubtedLetter(request, incident, language, config),
    config,
    at,
    also,
  );
  const from = nextService(hoursOf(config, incident.site, incident.device), at);
  return rows.map((row) => (incident.urgency === "now" ? row : { ...row, notBefore: from }));
}

function deskRows(
  id: string,
  letter: (language: Language) => Letter,
  config: Config,
  at: Instant,
  also: readonly string[] = [],
): readonly OutboxRow[] {
  const tell = config.policies.get(config.policy)?.tracks.minor.steps[0]?.tell ?? [];
  const people = new Set([...tell.flatMap((each) => toldAt(config, each, at).people), ...also]);
  return [...people].flatMap((who) => {
    const contact = config.contacts.get(who);
    return contact === undefined ? [] : [letterTo(id, letter(contact.language), contact, at)];
  });
}

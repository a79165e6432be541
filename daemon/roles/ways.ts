/**
 * The ways to reach a contact, in order: the first is tried, the next when it fails, all of them when nobody took it in time.
 */
import type { Config, Contact } from "../model/config.ts";
import { type Letter, type NoticeKind, type OutboxRow, sessionOfRow } from "../model/incident.ts";
import type { Instant } from "../model/time.ts";
import { waysOf } from "../oncall/roster.ts";

/** What a message to somebody is about, before it is known how it goes. */
export type Told = Pick<
  OutboxRow,
  "incident" | "kind" | "level" | "occurrence" | "createdAt" | "notBefore" | "lateMs" | "letter" | "bundle"
>;

/** `mark` tells two addresses on one channel apart in the key. */
interface WayOf {
  readonly channel: string;
  readonly address: string;
  readonly mark: string;
}

/** The channel of a message to somebody who has none: it says so where deliveries are shown. */
export const noChannel = "";

export function outboxKey(row: Pick<OutboxRow, "incident" | "kind" | "level" | "occurrence" | "recipient" | "channel">): string {
  return [row.incident, row.kind, row.level, row.occurrence, row.recipient, row.channel].join("/");
}

function marked(channels: Contact["channels"]): readonly [WayOf, ...WayOf[]] {
  const ways = channels.map(({ channel, address }, index) => {
    const before = channels.slice(0, index).filter((each) => each.channel === channel).length;
    return { channel, address, mark: before === 0 ? channel : `${channel}#${before + 1}` };
  });
  const [first = { channel: noChannel, address: "", mark: noChannel }, ...more] = ways;
  return [first, ...more];
}

function rowOver(told: Told, contact: Contact, { channel, address, mark }: WayOf, about?: string): OutboxRow {
  const { incident, kind, level, occurrence } = told;
  const key = outboxKey({ incident, kind, level, occurrence, recipient: contact.id, channel: mark });
  return {
    ...told,
    recipient: contact.id,
    channel,
    address,
    language: contact.language,
    key: about === undefined ? key : `${key}/${about}`,
  };
}

/** Told again because nobody took it: then over every channel, for what was taken by a server may lie unread. */
function isAgain(kind: NoticeKind, occurrence: number): boolean {
  return kind === "last-resort" || (kind === "problem" && occurrence > 1);
}

/** The message to one contact. `about`: what it is about beside the incident. */
export function rowsTo(told: Told, contact: Contact, about?: string): readonly OutboxRow[] {
  const ways = marked(contact.channels);
  return (isAgain(told.kind, told.occurrence) ? ways : ways.slice(0, 1)).map((way) => rowOver(told, contact, way, about));
}

/** A message of its own words to one contact; `id` tells it from every other. */
export function letterTo(id: string, letter: Letter, contact: Contact, at: Instant): OutboxRow {
  const told = { incident: "", kind: "letter", level: 0, occurrence: 1, createdAt: at, notBefore: at, letter } as const;
  const [way] = marked(contact.channels);
  const row = rowOver(told, contact, way);
  return { ...row, key: `letter/${id}/${contact.id}/${way.mark}` };
}

/** The same message over the contact's next channel; undefined: there is none after this one. To coordinators of a session every channel is told anyway. */
export function nextWay(row: OutboxRow, config: Pick<Config, "contacts" | "channels">, at: Instant): OutboxRow | undefined {
  const contact = config.contacts.get(row.recipient);
  const usable = waysOf(config, row.recipient);
  if (contact === undefined || usable.length === 0 || sessionOfRow(row) !== undefined) return undefined;
  const stem = row.key.slice(0, row.key.indexOf(`/${row.recipient}/`) + row.recipient.length + 2);
  const [mark = "", ...about] = row.key.slice(stem.length).split("/");
  const ways = marked(usable);
  const next = ways[ways.findIndex((each) => each.mark === mark) + 1];
  if (next === undefined) return undefined;
  const { channel, address } = next;
  return { ...row, key: [stem + next.mark, ...about].join("/"), channel, address, language: contact.language, notBefore: at };
}

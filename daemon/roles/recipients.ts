/**
 * From functions to messages: who fills a function, over which channels, with which key.
 *
 * The key is (incident, kind, level, occurrence, recipient, channel): the outbox row, the idempotency key and the Message-ID.
 */
import type { Notice } from "../../rules/incident.ts";
import type { Config } from "../model/config.ts";
import type { Incident, NoticeKind, OutboxRow } from "../model/incident.ts";
import type { Instant } from "../model/time.ts";
import { roomPrefix, toldAt, toldBetween, waysOf } from "../oncall/roster.ts";
import type { DeliveryView } from "../ports.ts";
import { outboxKey, rowsTo } from "./ways.ts";

/** What a page is about, and its end; everything else is no page, and Alertmanager knows nothing of it. */
const paged: readonly NoticeKind[] = ["problem", "raised", "escalation", "restored", "merged"];

/** Rows for a notice. Functions that Alertmanager pages are left to it for what is a page, but never at the last resort. */
export function rowsFor(notice: Notice, incident: Incident, config: Config, at: Instant): readonly OutboxRow[] {
  const rows = new Map<string, OutboxRow>();
  const functions = notice.tell.filter(
    (id) => config.paging !== "prometheus" || !config.pagedFunctions.includes(id) || !paged.includes(notice.kind),
  );
  for (const contactId of [...functions.flatMap((id) => peopleFor(id, notice, incident, config, at)), ...(notice.contacts ?? [])]) {
    const contact = config.contacts.get(contactId);
    if (contact === undefined) continue;
    const { kind, level, occurrence, notBefore, about } = notice;
    const facts = { incident: incident.id, kind, level, occurrence, createdAt: at, notBefore };
    for (const row of rowsTo(facts, { ...contact, channels: waysOf(config, contactId) }, about)) rows.set(row.key, row);
  }
  return [...rows.values()];
}

/** Who is on duty when it is sent; that it is over goes to everybody who may have heard of it. */
function peopleFor(id: string, { kind, notBefore }: Notice, { openedAt }: Incident, config: Config, at: Instant): readonly string[] {
  if (kind === "restored") return toldBetween(config, id, openedAt, at);
  const { people, passedOver } = toldAt(config, id, Math.max(at, notBefore));
  // Nobody can be told anything: that is said where deliveries are shown, and the ladder goes on.
  return people.length > 0 ? people : passedOver;
}

/** To whoever heard of an incident and not of the one that it goes on as: one message, on the channel that reached them. */
export function mergedRows(
  from: Incident,
  heard: readonly DeliveryView[],
  heardOfOther: readonly DeliveryView[],
  at: Instant,
): readonly OutboxRow[] {
  const rows = new Map<string, OutboxRow>();
  const other = new Set(heardOfOther.filter(({ state }) => state !== "dropped" && state !== "failed").map(({ recipient }) => recipient));
  for (const { sentAt, recipient, channel, address, language } of heard) {
    if (sentAt === undefined || other.has(recipient)) continue;
    const facts = { incident: from.id, kind: "merged", level: from.level, occurrence: from.occurrence, recipient, channel } as const;
    const key = outboxKey(facts);
    rows.set(key, { ...facts, key, address, language, createdAt: at, notBefore: at });
  }
  return [...rows.values()];
}

/** Contacts who answer for a room at a time, and those who did since an earlier one: its coordinator, or those who fill that function. */
export function coordinatorsOf(config: Config, room: string, at: Instant, since: Instant = at): readonly string[] {
  return toldBetween(config, `${roomPrefix}${room}`, since, at);
}

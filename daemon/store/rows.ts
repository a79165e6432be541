/**
 * Between rows and the vocabulary: the one place that knows how a value is stored.
 *
 * Instants are integer milliseconds, booleans 0 or 1, documents JSON text: the same on both dialects.
 */
import type { Alarm } from "../model/alarm.ts";
import { type Incident, isFailing, type Letter, type OutboxRow } from "../model/incident.ts";
import type { Policy } from "../model/policy.ts";
import type { AuditEntry, ClaimedRow, DeliveryView, InboxMessage, TrapRecord } from "../ports.ts";
import type { Row } from "./session.ts";

export function numberOf(value: unknown): number {
  return Number(value ?? 0);
}

export function textOf(value: unknown): string {
  return typeof value === "string" ? value : String(value ?? "");
}

export function jsonOf<T>(value: unknown): T {
  return JSON.parse(textOf(value)) as T;
}

/** `{ [name]: value }`, or nothing when the column is null. */
export function maybe<K extends string, V>(name: K, value: unknown, as: (value: unknown) => V): { [key in K]?: V } {
  return value === null || value === undefined ? {} : ({ [name]: as(value) } as { [key in K]?: V });
}

/** The columns are for finding; `body` is the incident without its policy, which is kept once for all that share it. */
export function incidentRow(incident: Incident, policyHash: string): Record<string, unknown> {
  const { policy: _, ...body } = incident;
  return {
    id: incident.id,
    number: incident.number,
    root_cause: incident.rootCause,
    site: incident.site,
    device: incident.device ?? null,
    symptom: incident.symptom,
    part: incident.part ?? null,
    fingerprint: incident.fingerprint,
    state: incident.state,
    is_open: incident.state === "closed" ? 0 : 1,
    is_failing: isFailing(incident) ? 1 : 0,
    is_folded: incident.foldedInto === undefined ? 0 : 1,
    opened_at: incident.openedAt,
    ended_at: incident.state === "open" || incident.state === "taken" ? null : endOf(incident),
    closed_at: incident.closedAt ?? null,
    wake_at: incident.wakeAt ?? null,
    disposition: incident.disposition ?? null,
    occurrences: incident.occurrences,
    version: incident.version,
    policy: policyHash,
    body: JSON.stringify(body),
  };
}

/** When service was back; else when people said it was over. */
function endOf(incident: Incident): number | null {
  return incident.restoredAt ?? incident.resolvedAt ?? incident.closedAt ?? null;
}

export function incidentOf(row: Row, policy: Policy): Incident {
  return { ...jsonOf<Omit<Incident, "policy">>(row.body), policy };
}

export function alarmRow(alarm: Alarm): Record<string, unknown> {
  return { key: alarm.key, device: alarm.device, state: alarm.state, incident: alarm.incident ?? null, body: JSON.stringify(alarm) };
}

export function alarmOf(row: Row): Alarm {
  return jsonOf<Alarm>(row.body);
}

export function outboxRow(row: OutboxRow): Record<string, unknown> {
  return {
    key: row.key,
    incident: row.incident,
    kind: row.kind,
    level: row.level,
    occurrence: row.occurrence,
    recipient: row.recipient,
    channel: row.channel,
    address: row.address,
    language: row.language,
    created_at: row.createdAt,
    not_before: row.notBefore,
    due_at: row.notBefore,
    state: "pending",
    state_at: row.createdAt,
    attempts: 0,
    maybe_duplicate: 0,
    late_ms: row.lateMs ?? null,
    letter: row.letter === undefined ? null : JSON.stringify(row.letter),
    bundle: row.bundle ?? null,
    in_storm: 0,
  };
}

export function outboxOf(row: Row): OutboxRow {
  return {
    key: textOf(row.key),
    incident: textOf(row.incident),
    kind: textOf(row.kind) as OutboxRow["kind"],
    level: numberOf(row.level),
    occurrence: numberOf(row.occurrence),
    recipient: textOf(row.recipient),
    channel: textOf(row.channel),
    address: textOf(row.address),
    language: textOf(row.language) as OutboxRow["language"],
    createdAt: numberOf(row.created_at),
    notBefore: numberOf(row.not_before),
    ...maybe("lateMs", row.late_ms, numberOf),
    ...maybe("letter", row.letter, (value) => jsonOf<Letter>(value)),
    ...maybe("bundle", row.bundle, textOf),
  };
}

/** `attempts` of a claimed row are those before this claim. */
export function claimedOf(row: Row): ClaimedRow {
  return {
    ...outboxOf(row),
    attempts: numberOf(row.attempts) - 1,
    maybeDuplicate: numberOf(row.maybe_duplicate) === 1,
    ...(numberOf(row.in_storm) === 1 ? { inStorm: true } : {}),
  };
}

export function deliveryOf(row: Row): DeliveryView {
  return {
    ...outboxOf(row),
    state: textOf(row.state) as DeliveryView["state"],
    attempts: numberOf(row.attempts),
    ...maybe("sentAt", row.sent_at, numberOf),
    ...(numberOf(row.maybe_duplicate) === 1 ? { maybeSent: true as const } : {}),
    ...maybe("proof", row.proof, textOf),
    ...maybe("error", row.error, textOf),
    ...maybe("supersededBy", row.superseded_by, textOf),
  };
}

export function inboxOf(row: Row): InboxMessage {
  return {
    seq: numberOf(row.seq),
    at: numberOf(row.at),
    source: textOf(row.source),
    key: textOf(row.key),
    body: jsonOf(row.body),
  };
}

export function trapRow(trap: TrapRecord): Record<string, unknown> {
  return { at: trap.at, source: trap.source, device: trap.device ?? null, body: JSON.stringify(trap) };
}

export function trapOf(row: Row): TrapRecord {
  return jsonOf<TrapRecord>(row.body);
}

export function auditRow(entry: AuditEntry): Record<string, unknown> {
  const { at, by, action, target, data } = entry;
  return { at, by, action, target, data: data === undefined ? null : JSON.stringify(data) };
}

export function auditOf(row: Row): AuditEntry {
  return {
    at: numberOf(row.at),
    by: textOf(row.by),
    action: textOf(row.action),
    target: textOf(row.target),
    ...maybe("data", row.data, (value) => jsonOf<Record<string, unknown>>(value)),
  };
}

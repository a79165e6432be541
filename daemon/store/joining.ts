/**
 * Links between incidents, splits, and which alarms an incident gathers, between rows and the vocabulary.
 */
import type { Alarm } from "../model/alarm.ts";
import type { IncidentLink, IncidentSplit, LinkKind } from "../model/joining.ts";
import { alarmOf, jsonOf, numberOf, textOf } from "./rows.ts";
import type { Row, Session } from "./session.ts";

export async function linksOf(session: Session, incident: string): Promise<readonly IncidentLink[]> {
  const query = session.sql("incident_links").where({ from: incident }).orWhere({ to: incident });
  return (await session.rows(query.orderBy(["at", "from", "to"]))).map(linkOf);
}

function linkOf(row: Row): IncidentLink {
  return {
    from: textOf(row.from),
    to: textOf(row.to),
    kind: textOf(row.kind) as LinkKind,
    by: textOf(row.by),
    at: numberOf(row.at),
    why: textOf(row.why),
  };
}

export async function addLink(session: Session, link: IncidentLink): Promise<void> {
  await session.run(session.sql("incident_links").insert(link).onConflict(["from", "to"]).merge());
}

export async function removeLink(session: Session, from: string, to: string): Promise<boolean> {
  return (await session.run(session.sql("incident_links").where({ from, to }).delete())) > 0;
}

export async function loadSplits(session: Session): Promise<readonly IncidentSplit[]> {
  return (await session.rows(session.sql("incident_splits").orderBy(["at", "id"]))).map((row) => jsonOf<IncidentSplit>(row.body));
}

export async function saveSplit(session: Session, split: IncidentSplit): Promise<void> {
  const row = { id: split.id, at: split.at, body: JSON.stringify(split) };
  await session.run(session.sql("incident_splits").insert(row).onConflict("id").merge());
}

export async function forgetSplit(session: Session, id: string): Promise<void> {
  await session.run(session.sql("incident_splits").where({ id }).delete());
}

export async function alarmsOf(session: Session, incident: string): Promise<readonly Alarm[]> {
  return (await session.rows(session.sql("alarms").where({ incident }).orderBy("key"))).map(alarmOf);
}

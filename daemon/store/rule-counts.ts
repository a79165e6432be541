/**
 * Incidents counted by the rule that opened them. The rule stands in the incident's document: nothing that is hot asks for it.
 */
import type { Disposition } from "../model/incident.ts";
import { DAY, type Instant } from "../model/time.ts";
import type { RulePage, RuleTally } from "../ports-rules.ts";
import { maybe, numberOf, textOf } from "./rows.ts";
import type { Session } from "./session.ts";

/** The rule of an incident, as SQL. */
export function ruleColumn({ kind }: Pick<Session, "kind">, table = "incidents"): string {
  return kind === "sqlite" ? `json_extract(${table}.body, '$.rule')` : `(${table}.body::json ->> 'rule')`;
}

export async function ruleTallies(session: Session, at: Instant): Promise<readonly RuleTally[]> {
  const rows = await session.rows(
    session.sql.raw(
      `select rule, disposition, sum(recent) as in30, count(*) as in90 from (
         select ${ruleColumn(session)} as rule, disposition, case when opened_at >= ? then 1 else 0 end as recent
         from incidents where opened_at >= ? and opened_at <= ? and is_folded = 0
       ) as opened group by rule, disposition order by rule, disposition`,
      [at - 30 * DAY, at - 90 * DAY, at],
    ),
  );
  return rows.map((row) => ({
    rule: textOf(row.rule),
    ...maybe("disposition", row.disposition, (value) => textOf(value) as Disposition),
    opened30: numberOf(row.in30),
    opened90: numberOf(row.in90),
  }));
}

/** The last word to nobody: what was restored, and follow-ups of what is taken, wake nobody. */
export async function rulePages(session: Session, since: Instant, limit: number): Promise<readonly RulePage[]> {
  const rows = await session.rows(
    session.sql.raw(
      `select ${ruleColumn(session)} as rule, incidents.site as site, incidents.device as device, min(outbox.sent_at) as at
       from outbox join incidents on incidents.id = outbox.incident
       where outbox.sent_at is not null and outbox.sent_at >= ? and outbox.kind in ('problem', 'escalation', 'last-resort')
       group by incidents.id, outbox.kind, outbox.level, outbox.occurrence order by at desc limit ?`,
      [since, limit],
    ),
  );
  return rows.map((row) => ({
    rule: textOf(row.rule),
    site: textOf(row.site),
    ...maybe("device", row.device, textOf),
    at: numberOf(row.at),
  }));
}

/**
 * Reading the audit.
 */
import type { AuditEntry } from "../ports.ts";
import type { AuditQuery, AuditRow } from "../ports-audit.ts";
import { auditOf, numberOf } from "./rows.ts";
import type { Session } from "./session.ts";

export async function auditLog(session: Session, limit: number, of: AuditQuery = {}): Promise<readonly AuditEntry[]> {
  const { by, action, target, since, until } = of;
  const query = session.sql("audit").orderBy("id", "desc").limit(limit);
  if (by !== undefined) query.where({ by });
  if (target !== undefined) query.where({ target });
  // Compared by its first characters: a percent sign or an underscore in it is no pattern.
  if (action?.endsWith(".")) query.whereRaw("substr(action, 1, ?) = ?", [action.length, action]);
  else if (action !== undefined) query.where({ action });
  if (since !== undefined) query.where("at", ">=", since);
  if (until !== undefined) query.where("at", "<", until);
  return (await session.rows(query)).map(auditOf);
}

export async function auditAfter(session: Session, seq: number, limit: number): Promise<readonly AuditRow[]> {
  const rows = await session.rows(session.sql("audit").where("seq", ">", seq).orderBy("seq").limit(limit));
  return rows.map((row) => ({ ...auditOf(row), seq: numberOf(row.seq) }));
}

export async function auditEnd(session: Session): Promise<number> {
  return numberOf((await session.row(session.sql("audit_head").where({ id: 1 }).first()))?.seq);
}

/**
 * The audit over REST: filtered, and as a file for a spreadsheet. Taking it out is in the audit too.
 */
import type { z } from "zod";
import { csvLine } from "../../dashboards/reports/csv.ts";
import type { AuditEntry } from "../ports.ts";
import type { AuditQuery } from "../ports-audit.ts";
import { type AuditFileQueryShape, AuditFileQueryShape as fileQuery, AuditQueryShape as listQuery } from "./contract-audit.ts";
import { type Operation, operation } from "./operation.ts";
import { iso, present } from "./shape.ts";

/** More rows than this are no file for a spreadsheet: narrow the time. */
const mostRows = 50_000;

function queryOf({ by, action, target, since, until }: z.infer<typeof AuditFileQueryShape>): AuditQuery {
  const times = {
    since: since === undefined ? undefined : Date.parse(since),
    until: until === undefined ? undefined : Date.parse(until),
  };
  return present({ by, action, target, ...times });
}

/** With a byte-order mark, so that a spreadsheet reads the accents. */
function auditCsv(entries: readonly AuditEntry[]): string {
  const rows = entries.map(({ at, by, action, target, data }) => csvLine([iso(at), by, action, target, JSON.stringify(data ?? {})]));
  return `\uFEFF${csvLine(["at", "by", "action", "target", "data"])}${rows.join("")}`;
}

export const auditOperations: readonly Operation[] = [
  operation({
    id: "listAudit",
    method: "get",
    path: "/api/v1/audit",
    summary: "What was done by whom beside the incidents, loads of the configuration, refusals, who read people's names; newest first.",
    access: "read",
    may: "audit",
    query: listQuery,
    answer: "AuditList",
    run: async ({ deps, query }) => {
      const entries = await deps.store.auditLog(query.limit, queryOf(query));
      return { content: { items: entries.map((entry) => ({ ...entry, at: iso(entry.at) })) } };
    },
  }),
  operation({
    id: "auditFile",
    method: "get",
    path: "/api/v1/audit/file",
    summary: "The audit as CSV, newest first, at most 50,000 rows. Audited.",
    access: "read",
    may: "audit",
    query: fileQuery,
    answer: "AuditList",
    files: ["text/csv"],
    run: async ({ deps, query, caller }) => {
      const entries = await deps.store.auditLog(mostRows, queryOf(query));
      const at = deps.clock.now();
      const entry = { at, by: caller.name, action: "audit.exported", target: "audit", data: { ...query, rows: entries.length } };
      await deps.store.transaction(undefined, (tx) => tx.audit([entry]));
      return { file: { name: "vigie-audit.csv", type: "text/csv", bytes: Buffer.from(auditCsv(entries), "utf8"), audited: true } };
    },
  }),
];

/**
 * What the page of the audit shows: its filter in days of the instance's calendar, the newest rows, and where the file is.
 */
import { DateTime } from "luxon";
import type { AuditPageProps } from "../../dashboards/web/audit-page.tsx";
import type { Instant } from "../model/time.ts";
import type { AuditQuery } from "../ports-audit.ts";
import type { ApiDeps } from "./deps.ts";
import { iso, present } from "./shape.ts";

const shownRows = 200;
const mostTyped = 200;

export async function auditPage(
  { store, config }: ApiDeps,
  query: Readonly<Record<string, unknown>>,
): Promise<Omit<AuditPageProps, "page">> {
  const typed = (name: string) => (typeof query[name] === "string" ? query[name].trim().slice(0, mostTyped) : "");
  const asked = { by: typed("by"), action: typed("action"), target: typed("target"), from: typed("from"), to: typed("to") };
  const { timezone } = config().instance;
  const [since, until] = [dayOf(asked.from, timezone, 0), dayOf(asked.to, timezone, 1)];
  if (since === "bad" || until === "bad") return { asked, badDate: true, items: [], more: false, file: "" };
  const words = { by: asked.by || undefined, action: asked.action || undefined, target: asked.target || undefined };
  const of: AuditQuery = present({ ...words, since, until });
  const rows = await store.auditLog(shownRows + 1, of);
  const items = rows.slice(0, shownRows).map((row) => ({ ...row, at: iso(row.at) }));
  return { asked, badDate: false, items, more: rows.length > shownRows, file: fileOf(of) };
}

/** The beginning of a day so many days on. */
function dayOf(text: string, zone: string, later: number): Instant | undefined | "bad" {
  if (text === "") return undefined;
  const day = /^\d{4}-\d\d-\d\d$/.test(text) ? DateTime.fromISO(text, { zone }) : undefined;
  return day?.isValid === true ? day.plus({ days: later }).startOf("day").toMillis() : "bad";
}

function fileOf({ since, until, ...words }: AuditQuery): string {
  const times = present({ since: since === undefined ? undefined : iso(since), until: until === undefined ? undefined : iso(until) });
  const query = new URLSearchParams({ ...words, ...times }).toString();
  return `/api/v1/audit/file${query === "" ? "" : `?${query}`}`;
}

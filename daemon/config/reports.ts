/**
 * When follow-up reports are made and who gets them, and when the report of a major incident is due.
 */
import type { Config, FunctionEntry } from "../model/config.ts";
import { DAY } from "../model/time.ts";
import type { Loading } from "./context.ts";
import { DEFAULT_REPORTS } from "./defaults.ts";
import { checkReference, type Section } from "./reading.ts";
import * as schema from "./schema.ts";

export function readReports({ sections, findings }: Loading, functions: Section<FunctionEntry>): Config["reports"] {
  const raw = sections.setting("reports", schema.reports);
  for (const key of ["daily", "weekly", "monthly", "remind"] as const)
    for (const [index, id] of (raw?.[key] ?? []).entries())
      checkReference(findings, ["reports", key, index], "function", id, functions.ids);
  if (raw?.remind?.length === 0)
    findings.problem(["reports", "remind"], "is empty, so a report that is owed would be forgotten; name a function");
  const { atMinute, readers, perSite, majorDueDays, remind } = DEFAULT_REPORTS;
  return {
    atMinute: raw?.at ?? atMinute,
    readers: { daily: raw?.daily ?? readers.daily, weekly: raw?.weekly ?? readers.weekly, monthly: raw?.monthly ?? readers.monthly },
    perSite: raw?.per_site ?? perSite,
    majorDueDays: raw?.major_due === undefined ? majorDueDays : Math.ceil(raw.major_due / DAY),
    remind: raw?.remind ?? remind,
  };
}

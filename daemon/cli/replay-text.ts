/**
 * What a replay found, as lines to read and as JSON for a script.
 */
import type { Instant } from "../model/time.ts";
import { type Backtest, summaryOf } from "../replay/backtest.ts";
import { type ChangedIncident, type ComparedField, incidentJson, type ReplayedIncident } from "../replay/compare.ts";

const longest = 200;

/** `own`: compared with what the daemon opened, and not with other rules. */
export function replayText(done: Backtest, own: boolean): readonly string[] {
  const { opened, gone, changed, unchanged } = done;
  return [
    `from ${iso(done.from)} to ${iso(done.to)}: ${done.looks} looks, ${done.before.length} incidents ${own ? "as opened" : "by the configuration's rules"}, ${done.after.length} replayed`,
    ...remarks(done, own),
    "",
    ...listed("new", opened, ({ openedAt }) => `opens ${iso(openedAt)}`),
    ...listed("gone", gone, (each) => `${each.number ?? "not opened then"}, opened ${iso(each.openedAt)}${said(each)}`),
    ...listed("changed", changed, changes),
    ...(opened.length + gone.length + changed.length === 0 ? ["nothing differs"] : []),
    "",
    `new: ${opened.length}, gone: ${gone.length}, changed: ${changed.length}, the same: ${unchanged}`,
    summaryOf(done),
  ];
}

/** What a reader must know before they believe it. */
function remarks(done: Backtest, own: boolean): readonly string[] {
  const { begin, from, ambiguous, lost, gaps, otherConfigs } = done;
  const warmUp = begin.clean
    ? `no alarms were kept from before: it begins with none at ${iso(begin.at)}, and what was wrong then opens anew`
    : `it begins with the alarms kept at ${iso(begin.at)}${begin.at < from ? ", and counts from the time asked for" : ""}`;
  return [
    warmUp,
    ...(ambiguous === 0
      ? []
      : [`${ambiguous} runs of values hold a limit of these rules between their least and their most: judged by their middle`]),
    ...(lost === 0 ? [] : [`${lost} looks were not kept: the daemon could not keep up, or could not write`]),
    ...gaps.slice(0, 5).map((gap) => `nothing was kept from ${iso(gap.from)} to ${iso(gap.to)}`),
    ...(gaps.length > 5 ? [`… and ${gaps.length - 5} gaps more`] : []),
    ...(otherConfigs.length === 0
      ? []
      : [
          `another configuration was in force for a part of it (${otherConfigs.map((hash) => hash.slice(0, 12)).join(", ")}): its network is not known any more${own ? ", and incidents may differ for that" : ""}`,
        ]),
  ];
}

function listed<T extends ReplayedIncident | ChangedIncident>(
  word: string,
  all: readonly T[],
  tell: (one: T) => string,
): readonly string[] {
  const lines = all.slice(0, longest).map((one) => {
    const { rootCause, symptom, severity } = "before" in one ? one.after : one;
    return `  ${word.padEnd(7)}  ${rootCause}  ${symptom}  ${severity}  ${tell(one)}`;
  });
  return all.length > longest ? [...lines, `  … and ${all.length - longest} more; --json tells them all`] : lines;
}

function said({ disposition }: ReplayedIncident): string {
  return disposition === undefined ? "" : ` (${disposition})`;
}

const times: ReadonlySet<ComparedField> = new Set(["detectedAt", "openedAt", "noticeAt", "restoredAt"] as const);

function changes({ before, after, fields }: ChangedIncident): string {
  const shown = (field: ComparedField, value: string | number | undefined) =>
    value === undefined ? "never" : times.has(field) && typeof value === "number" ? iso(value) : String(value);
  return fields.map((field) => `${field} ${shown(field, before[field])} → ${shown(field, after[field])}`).join("; ");
}

/** Times as ISO 8601. */
export function replayJson(done: Backtest) {
  const { begin, gaps, opened, gone, changed, ...rest } = done;
  return {
    ...rest,
    from: iso(done.from),
    to: iso(done.to),
    begin: { ...begin, at: iso(begin.at) },
    gaps: gaps.map((gap) => ({ from: iso(gap.from), to: iso(gap.to) })),
    opened: opened.map(incidentJson),
    gone: gone.map(incidentJson),
    changed: changed.map(({ before, after, fields }) => ({ before: incidentJson(before), after: incidentJson(after), fields })),
    before: done.before.map(incidentJson),
    after: done.after.map(incidentJson),
  };
}

function iso(at: Instant): string {
  return new Date(at).toISOString();
}

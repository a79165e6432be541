/**
 * Service calendars: `mon-fri: ["07:30-17:30"]` → spans by ISO weekday. `always` is built in; `office` may be replaced.
 */

import { isHoliday } from "../../rules/holidays.ts";
import type { ServiceCalendar } from "../model/config.ts";
import { given, type Loading } from "./context.ts";
import { DEFAULT_CALENDARS } from "./defaults.ts";
import type { Findings, Path } from "./problems.ts";
import { type Section, withIds } from "./reading.ts";
import * as schema from "./schema.ts";

interface Span {
  readonly fromMinute: number;
  readonly toMinute: number;
}

const DAYS = ["mon", "tue", "wed", "thu", "fri", "sat", "sun"];

export function readCalendars({ sections, findings }: Loading): Section<ServiceCalendar> {
  const { entries, ids } = sections.section("calendars", schema.calendar);
  const calendars = new Map(DEFAULT_CALENDARS.map((calendar) => [calendar.id, calendar]));
  for (const [id, raw] of entries) {
    const path: Path = ["calendars", id];
    if (id === "always") {
      findings.problem(path, "is built in and means 24/7; choose another id");
      continue;
    }
    const weekly = readWeek(findings, [...path, "weekly"], raw.weekly);
    if (Object.keys(weekly).length === 0)
      findings.warn([...path, "weekly"], "has no hours: service is never owed under it; add a span, or use always");
    const calendar = {
      id,
      always: false,
      weekly,
      holidays: raw.holidays ?? [],
      ...given({ statutory: raw.statutory, worked: raw.worked }),
    };
    for (const [index, date] of (raw.worked ?? []).entries()) {
      if (calendar.holidays.includes(date) || !isHoliday({ ...calendar, worked: [] }, date))
        findings.problem(
          [...path, "worked", index],
          `${date} is no statutory holiday of this calendar; remove it, or write statutory: quebec`,
        );
    }
    calendars.set(id, calendar);
  }
  return { entries: calendars, ids: withIds(ids, calendars.keys()) };
}

function readWeek(findings: Findings, path: Path, raw: Readonly<Record<string, readonly string[]>>): Record<number, Span[]> {
  const week: Record<number, Span[]> = {};
  for (const [key, texts] of Object.entries(raw)) {
    const days = daysOf(key);
    if (days === undefined) {
      findings.problem([...path, key], "is not a day; write mon, tue, wed, thu, fri, sat, sun or a range such as mon-fri");
      continue;
    }
    const spans = texts.flatMap((text, index) => spanOf(findings, [...path, key, index], text));
    for (const day of days) {
      if (spans.length > 0) week[day] = [...(week[day] ?? []), ...spans].sort((a, b) => a.fromMinute - b.fromMinute);
      const overlap = week[day]?.some((span, index, all) => span.fromMinute < (all[index - 1]?.toMinute ?? 0)) ?? false;
      if (overlap) findings.problem([...path, key], `overlaps another span on ${DAYS[day - 1]}; keep one`);
    }
  }
  return week;
}

/** ISO weekdays of `mon`, `mon-fri`, `fri-mon` or `mon,wed`. */
function daysOf(key: string): readonly number[] | undefined {
  const days: number[] = [];
  for (const part of key.split(",")) {
    const [first, last = first] = part.trim().split("-");
    const [from, to] = [DAYS.indexOf(first ?? ""), DAYS.indexOf(last ?? "")];
    if (from < 0 || to < 0) return undefined;
    for (let day = from; ; day = (day + 1) % 7) {
      days.push(day + 1);
      if (day === to) break;
    }
  }
  return days;
}

function spanOf(findings: Findings, path: Path, text: string): Span[] {
  const match = /^(\d\d):(\d\d)-(\d\d):(\d\d)$/.exec(text);
  const [h1, m1, h2, m2] = (match ?? []).slice(1).map(Number);
  const remedy = 'write "07:30-17:30", from 00:00 to 24:00';
  if (h1 === undefined || m1 === undefined || h2 === undefined || m2 === undefined) {
    findings.problem(path, `${JSON.stringify(text)} is not a span of hours; ${remedy}`);
    return [];
  }
  const span = { fromMinute: h1 * 60 + m1, toMinute: h2 * 60 + m2 };
  if (m1 < 60 && m2 < 60 && span.fromMinute < span.toMinute && span.toMinute <= 24 * 60) return [span];
  const over = span.fromMinute >= span.toMinute && m1 < 60 && m2 < 60 && h2 < 24;
  findings.problem(
    path,
    `${JSON.stringify(text)} ${over ? "ends before it begins; split it at 24:00" : `is not a span of hours; ${remedy}`}`,
  );
  return [];
}

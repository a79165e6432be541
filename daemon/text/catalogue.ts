/**
 * One text by key and language, placeholders filled in. A missing key does not compile; a missing value stays visible as `{name}`.
 */
import type { Language } from "../model/time.ts";
import { en, type TextKey } from "./en.ts";
import { fr } from "./fr.ts";

export type TextValues = Readonly<Record<string, string | number>>;

export const catalogues: Readonly<Record<Language, Readonly<Record<TextKey, string>>>> = { fr, en };

export function say(language: Language, key: TextKey, values: TextValues = {}): string {
  return fill(catalogues[language][key], values);
}

/** The text of a code that comes from data (`symptom.` + code); undefined when the catalogue has none. */
export function sayCode(language: Language, prefix: string, code: string): string | undefined {
  const key = `${prefix}.${code}`;
  return Object.hasOwn(catalogues[language], key) ? catalogues[language][key as TextKey] : undefined;
}

export function fill(template: string, values: TextValues): string {
  return template.replace(/\{(\w+)\}/g, (whole, name: string) => (Object.hasOwn(values, name) ? String(values[name]) : whole));
}

/** `2026-03-08 14:05`, in the zone given; with seconds where several things share a minute. Both languages of Canada write a date like that. */
export function sayTime(at: number, timezone: string, seconds = false): string {
  const parts = new Intl.DateTimeFormat("en-CA", {
    timeZone: timezone,
    year: "numeric",
    month: "2-digit",
    day: "2-digit",
    hour: "2-digit",
    minute: "2-digit",
    second: "2-digit",
    hourCycle: "h23",
  }).formatToParts(at);
  const part = (type: string) => parts.find((each) => each.type === type)?.value ?? "";
  return `${part("year")}-${part("month")}-${part("day")} ${part("hour")}:${part("minute")}${seconds ? `:${part("second")}` : ""}`;
}

/** `12 min`, `3 h 5 min`, `2 d 4 h`. */
export function sayDuration(language: Language, ms: number): string {
  const minutes = Math.max(0, Math.round(ms / 60_000));
  if (minutes < 60) return say(language, "duration.minutes", { n: minutes });
  const hours = Math.floor(minutes / 60);
  if (hours < 48) return say(language, "duration.hours", { h: hours, m: minutes % 60 });
  return say(language, "duration.days", { d: Math.floor(hours / 24), h: hours % 24 });
}

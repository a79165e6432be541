/**
 * Instants and durations. Everything is integer milliseconds; an instant counts from the Unix epoch, in UTC.
 *
 * Pure. Zones exist only at the edges (text, service hours).
 */

/** Milliseconds since 1970-01-01T00:00:00Z. */
export type Instant = number;

export const SECOND = 1_000;
export const MINUTE = 60 * SECOND;
export const HOUR = 60 * MINUTE;
export const DAY = 24 * HOUR;

/** The two languages of every text a person reads. fr is fr-CA, en is en-CA. */
export type Language = "fr" | "en";

/** One text in both languages. */
export interface Text {
  readonly fr: string;
  readonly en: string;
}

/**
 * What the coordinators are told of a general failure: one public text in each language, with when the next comes.
 */
import type { Instant, Language } from "./time.ts";

/** Longest text in one language, in characters. */
export const mostText = 1_000;

export interface PublicNews {
  /** 1 is the first text of an incident. */
  readonly seq: number;
  readonly at: Instant;
  /** Who wrote it. */
  readonly by: string;
  readonly texts: Readonly<Record<Language, string>>;
  /** Since when, as it is told. */
  readonly since: Instant;
  /** When the next text comes; undefined in the last one only. */
  readonly nextAt?: Instant;
  /** Service is back: no more texts. */
  readonly last?: true;
}

/** As kept: with the incident that it is about now, and how often its writer was reminded of the next. */
export interface KeptNews extends PublicNews {
  readonly incident: string;
  readonly reminded: number;
  readonly wakeAt?: Instant;
  /** Service came back, and the writer was told that the last text is owed. */
  readonly overTold?: true;
}

/** news: to coordinators. news-due: to who owes the next text; the keys of both end with the number of the text. */
export type NewsNotice = "news" | "news-due";

/** The text that a message is about; undefined for every other message. */
export function newsOfRow({ kind, key }: { readonly kind: string; readonly key: string }): number | undefined {
  if (kind !== "news" && kind !== "news-due") return undefined;
  return Number(key.slice(key.lastIndexOf("/") + 1).split("#")[0]);
}

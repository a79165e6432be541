/**
 * Storms: which message goes at once, and which waits to be named in one with others.
 *
 * Pure. The first few messages to a person go whatever they are about; beyond them the first of each site goes, and what else comes
 * about that site within the window waits for the window's end.
 */
import type { Instant } from "../daemon/model/time.ts";

export interface StormTerms {
  readonly windowMs: number;
  /** So many messages in a window go one by one. */
  readonly after: number;
}

/** What one person heard over one channel within the window. */
export interface Told {
  readonly messages: number;
  /** When something about this site last went; undefined: not within the window. */
  readonly siteAt: Instant | undefined;
}

export type StormVerdict =
  | { readonly go: true; readonly why: string }
  | { readonly go: false; readonly until: Instant; readonly why: string };

export function judgeStorm({ messages, siteAt }: Told, { windowMs, after }: StormTerms): StormVerdict {
  if (windowMs === 0 || messages < after) return { go: true, why: "there is no storm" };
  if (siteAt === undefined) return { go: true, why: "the first of its site" };
  return { go: false, until: siteAt + windowMs, why: "named in one message with others at the end of the window" };
}

/**
 * Storms: which message goes at once, and which waits to be named in one with others.
 *
 * Pure. The first few messages to a person go whatever they are about; beyond them the first of each site goes, and what else comes
 * about that site within the window waits for the window's end. As long as something about a site waits, what else comes about it waits with it:
 * a dispatcher that is behind may judge a message only after the window has passed in which others of its site began to wait.
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
  /** Until when something about this site waits to be named; undefined: nothing does. */
  readonly waitsUntil?: Instant | undefined;
}

export type StormVerdict =
  | { readonly go: true; readonly why: string }
  | { readonly go: false; readonly until: Instant; readonly why: string };

export function judgeStorm({ messages, siteAt, waitsUntil }: Told, { windowMs, after }: StormTerms): StormVerdict {
  if (windowMs > 0 && waitsUntil !== undefined) return { go: false, until: waitsUntil, why: "named in one message with others that wait" };
  if (windowMs === 0 || messages < after) return { go: true, why: "there is no storm" };
  if (siteAt === undefined) return { go: true, why: "the first of its site" };
  return { go: false, until: siteAt + windowMs, why: "named in one message with others at the end of the window" };
}

/**
 * Keeps a book in memory at what the store says, whichever process wrote: asked for its revision often enough to know within a second, read
 * again when that is another one, and once a minute in any case, since what is over leaves the book.
 */
import { MINUTE, SECOND } from "./model/time.ts";
import type { Clock, Store } from "./ports.ts";
import { othersLateMs, type revisions } from "./ports-kept.ts";

const everyMs = SECOND - othersLateMs;

export interface Followed {
  readonly store: Pick<Store, "revision">;
  readonly clock: Clock;
  readonly book: { refresh(): Promise<void> };
  readonly of: keyof typeof revisions;
}

/** Until it is stopped. In every process, whoever has which lease. */
export async function following({ store, clock, book, of }: Followed, signal: AbortSignal): Promise<void> {
  let known: string | undefined;
  let readMs = clock.monotonicMs();
  while (!signal.aborted) {
    await clock.sleep(everyMs, signal);
    if (signal.aborted) return;
    // Asked before the book is read: what is written between the two is seen the next time.
    const revision = await store.revision(of);
    if (revision === known && clock.monotonicMs() - readMs < MINUTE) continue;
    await book.refresh();
    known = revision;
    readMs = clock.monotonicMs();
  }
}

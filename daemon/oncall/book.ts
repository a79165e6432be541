/**
 * The book of who is on call, in memory: read from the store at the start, again whenever something was written here, and within a second
 * of what another process or the command line wrote. The configuration in force carries it.
 */
import type { Config } from "../model/config.ts";
import type { OnCallBook } from "../model/on-call.ts";
import { DAY, SECOND } from "../model/time.ts";
import type { Clock, Store } from "../ports.ts";
import { othersLateMs } from "../ports-kept.ts";

/** Who was on duty so long ago still matters: for the all-clear of an incident that lasted. */
const keptAfterMs = 100 * DAY;
const everyMs = SECOND - othersLateMs;

/** The file with the people of the store over its contacts. The same object when the store says nothing. */
export function withOnCall(config: Config, book: OnCallBook): Config {
  if (book === config.onCall) return config;
  const contacts = new Map(config.contacts);
  for (const { by: _b, savedAt: _s, removedAt, ...contact } of book.people) if (removedAt === undefined) contacts.set(contact.id, contact);
  return Object.freeze({ ...config, contacts, onCall: book });
}

/** Nothing else is different: what was thought out of the rest still holds. */
export function differsInPeopleOnly(one: Config, other: Config): boolean {
  const keys = new Set([...Object.keys(one), ...Object.keys(other)]) as ReadonlySet<string> as ReadonlySet<keyof Config>;
  return [...keys].every((key) => key === "contacts" || key === "onCall" || one[key] === other[key]);
}

export class DutyBook {
  readonly #deps: {
    readonly store: Pick<Store, "onCall" | "onCallRevision">;
    readonly clock: Clock;
    /** This is in force from now on. */
    readonly take: (book: OnCallBook) => void;
  };
  #revision = -1;

  constructor(deps: {
    readonly store: Pick<Store, "onCall" | "onCallRevision">;
    readonly clock: Clock;
    readonly take: (book: OnCallBook) => void;
  }) {
    this.#deps = deps;
  }

  /** Reads the store again if anything was written since. */
  async refresh(): Promise<void> {
    const { store, clock, take } = this.#deps;
    const revision = await store.onCallRevision();
    if (revision === this.#revision) return;
    // Read after the revision: what is written meanwhile is read once more.
    take(await store.onCall(clock.now() - keptAfterMs));
    this.#revision = revision;
  }

  /** Until it is stopped: what others wrote. */
  async follow(signal: AbortSignal, beat: () => void = () => {}): Promise<void> {
    while (!signal.aborted) {
      await this.refresh();
      beat();
      await this.#deps.clock.sleep(everyMs, signal);
    }
  }
}

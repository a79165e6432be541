/**
 * Small durable facts by name: host keys, engine boots, proposals, the heartbeat row. What was decided with one is decided in a transaction.
 */

/** Facts that the store itself keeps: another value, something of that kind was written, by whatever process. */
export const revisions = { maintenance: "revision:maintenance", sessions: "revision:sessions" } as const;

/**
 * What another process wrote may be told by a revision, by the inbox and of what waits this much later than it was committed. Less than half a
 * second, the pace of those who ask most often: whoever was told that nothing waits asks the database at the next turn.
 */
export const othersLateMs = 400;

/** Facts about people, by what their keys begin with: behind it a hash of a cookie; behind the other the person. */
export const keptOfPeople = { signIns: "sign-in:", roomLinks: "room-link:" } as const;

export interface KeptStore {
  kept<T>(key: string): Promise<T | undefined>;
  /** Undefined: nothing of that kind was ever written. What another process wrote: see `othersLateMs`. */
  revision(of: keyof typeof revisions): Promise<string | undefined>;
  keptAll<T>(prefix: string): Promise<readonly { readonly key: string; readonly value: T }[]>;
  keep(key: string, value: unknown): Promise<void>;
  /** Keeps it unless something is kept there already; what is kept there from then on, the same for all who ask at once. */
  keepFirst<T>(key: string, value: T): Promise<T>;
  forget(key: string): Promise<void>;
}

export interface KeptTx {
  /** Nobody else writes it before this transaction ends. */
  kept<T>(key: string): Promise<T | undefined>;
  /** Nobody else writes any of them before this transaction ends. */
  keptAll<T>(prefix: string): Promise<readonly { readonly key: string; readonly value: T }[]>;
  keep(key: string, value: unknown): Promise<void>;
  forget(key: string): Promise<void>;
}

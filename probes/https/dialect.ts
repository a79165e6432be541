/**
 * A dialect: how one maker's HTTPS interface is asked. What is asked and what it means is the family's data.
 *
 * Every dialect says which questions only read; nothing else is ever sent. A login is the one request that is no question.
 */
import type { Answer } from "../shell/dialect.ts";
import type { Outcome } from "../shell/outcome.ts";
import type { Sender } from "./wire.ts";

export interface Secrets {
  readonly user: string;
  readonly password: string;
}

export interface Said {
  readonly answer: Answer;
  /** It may be that the session is over, and that this is how the device says so. */
  readonly stale?: boolean;
}

export interface HttpsDialect {
  /** The whole of a question that only reads. */
  readonly reads: RegExp;
  /** Absent: there is no session, every request carries the credential. */
  readonly session?: {
    /** Not used for so long, it is taken for over; undefined: until the device says so. */
    readonly idleMs?: number;
    /** What names the session. */
    open(wire: Sender, secrets: Secrets): Promise<Outcome<string>>;
  };
  /** @param session undefined where there is none. */
  ask(wire: Sender, by: { readonly secrets: Secrets; readonly session: string | undefined }, question: string): Promise<Outcome<Said>>;
}

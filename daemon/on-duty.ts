/**
 * Who is on call: what keeps the book of it, watches for gaps, and proves that each can be reached.
 *
 * Part of the composition root (app.ts).
 */
import type { Config } from "./model/config.ts";
import type { DutyBook } from "./oncall/book.ts";
import { Reaching } from "./oncall/reaching.ts";
import { OnCallWatch } from "./oncall/watch.ts";
import type { Clock, Log, Store } from "./ports.ts";
import type { Evaluator } from "./roles/evaluator.ts";
import type { Leases } from "./roles/lease.ts";
import { loop, type Role } from "./roles/supervisor.ts";

export interface OnDutyParts {
  readonly store: Store;
  readonly clock: Clock;
  readonly log: Log;
  readonly config: () => Config;
  readonly leases: Leases;
  readonly duty: DutyBook;
  readonly evaluator: Evaluator;
}

export function makeOnDuty(parts: OnDutyParts): { readonly watch: OnCallWatch; readonly roles: readonly Role[] } {
  const { evaluator, duty, clock } = parts;
  const watch = new OnCallWatch({ ...parts, alarms: () => evaluator.memory.live(), wide: (input) => evaluator.wide(input) });
  return { watch, roles: [loop("duty-book", 60_000, (signal) => duty.follow(signal), clock), watch, new Reaching(parts)] };
}

/**
 * What a device does it goes on doing while looks that say the same are passed over.
 */
import type { Evidence } from "../../rules/activity.ts";
import type { LastLook } from "../board.ts";
import type { Instant } from "../model/time.ts";

/** `lastAt`: when the last such look was, as far as the replay has come. */
export function lasting(told: Evidence, lastAt: () => Instant | undefined): Evidence {
  return {
    ...told,
    get until() {
      return Math.max(told.at, lastAt() ?? told.at) + told.until - told.at;
    },
  };
}

/** No look tells it any more: it is believed from the last one that did. */
export function ended({ doing, at, check, until }: Evidence): Evidence {
  return { doing, at, check, until };
}

/** A look that answered, while those after it say the same and are passed over: what answers goes on answering. */
export class GoesOn implements LastLook {
  readonly kind: LastLook["kind"];
  readonly at: Instant;
  readonly durationMs: number;
  readonly status: LastLook["status"];
  readonly code?: string;
  readonly detail?: string;
  readonly samples: LastLook["samples"];
  readonly readings: LastLook["readings"];
  readonly trace?: readonly string[];
  readonly #answeredAt: Instant;
  readonly #lastAt: () => Instant | undefined;

  /** `lastAt`: when the last such look was, as far as the replay has come. */
  constructor(look: LastLook, lastAt: () => Instant | undefined) {
    this.kind = look.kind;
    this.at = look.at;
    this.durationMs = look.durationMs;
    this.status = look.status;
    if (look.code !== undefined) this.code = look.code;
    if (look.detail !== undefined) this.detail = look.detail;
    this.samples = look.samples;
    this.readings = look.readings;
    if (look.trace !== undefined) this.trace = look.trace;
    this.#answeredAt = look.answeredAt ?? 0;
    this.#lastAt = lastAt;
  }

  get answeredAt(): Instant {
    return Math.max(this.#answeredAt, this.#lastAt() ?? 0);
  }
}

/**
 * How incidents stand to each other, and what people have said of it.
 */
import type { Instant } from "./time.ts";

/** `merged`: `from` goes on as `to`. The others leave both incidents as they are. */
export type LinkKind = "related" | "caused-by" | "duplicate" | "merged";

/** One link between two incidents; one in each direction at most. */
export interface IncidentLink {
  readonly from: string;
  readonly to: string;
  readonly kind: LinkKind;
  /** `system`, or who drew it. */
  readonly by: string;
  readonly at: Instant;
  readonly why: string;
}

/** A person said that these alarms are two troubles: they are never joined again by a rule. */
export interface IncidentSplit {
  /** The incident that came of it. */
  readonly id: string;
  readonly from: string;
  /** Keys of the alarms that left, and of those that stayed. */
  readonly left: readonly string[];
  readonly stayed: readonly string[];
  readonly by: string;
  readonly at: Instant;
}

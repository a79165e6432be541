/**
 * What the evaluator's writer asks of a transaction; a replay brings its own.
 */
import type { Tx } from "../ports.ts";

export type IncidentWrites = Pick<
  Tx,
  | ("incident" | "openByRootCause" | "latestByFingerprint" | "insertIncident" | "updateIncident")
  | ("appendTimeline" | "addOutbox" | "dropPending" | "audit" | "addLink" | "linksOf" | "beginMaintenance")
>;

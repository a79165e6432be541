/**
 * The table that says how bad an incident is and when somebody is told: rows as data (rules/severity.yaml, and the configuration's own).
 */
import type { DeviceKind } from "./family.ts";
import type { Severity, Urgency } from "./incident.ts";
import type { SessionKind } from "./session.ts";
import type { Text } from "./time.ts";

/**
 * How far it reaches: `several` devices (or a site, a circuit, our own sight); `unknown`: nobody can tell yet; else as its rule says:
 * `general`, `device` or `part`.
 */
export type SeverityReach = "several" | "unknown" | "general" | "device" | "part";

/** What its device is to the network: the core (the canary), the router of a circuit, the gateway of a site. */
export type NetworkRole = "core" | "circuit" | "gateway";

/** All that is given must hold; an empty condition always does. */
export interface SeverityCondition {
  readonly reach?: readonly SeverityReach[];
  /** Its rule says that the device is out of service. */
  readonly outOfService?: boolean;
  readonly kinds?: readonly DeviceKind[];
  readonly families?: readonly string[];
  readonly symptoms?: readonly string[];
  readonly sites?: readonly string[];
  /** Label → value, of the device. */
  readonly labels?: Readonly<Record<string, string>>;
  readonly role?: NetworkRole;
  /** So many devices or more are reached through it. */
  readonly behindAtLeast?: number;
  /** A session that needs it runs, or is booked. */
  readonly session?: "running" | "ahead";
  /** One runs, or starts within this. */
  readonly sessionWithinMs?: number;
  readonly sessionKinds?: readonly SessionKind[];
  /** Somebody in the room asks for help. */
  readonly asks?: boolean;
  /** It serves a service that runs day and night. */
  readonly dayAndNight?: boolean;
  /** It is about a function that nobody fills now or within the hour. */
  readonly nobodyOnCall?: boolean;
  /** Service is owed now. */
  readonly inService?: boolean;
  /** It has failed for so long, counted in service hours. */
  readonly withoutServiceMs?: number;
}

export interface SeverityRow {
  readonly id: string;
  readonly when: SeverityCondition;
  readonly severity?: Severity;
  readonly urgency?: Urgency;
  /** It is a general failure. */
  readonly general?: true;
  /** With placeholders: {minutes}, {link}, {site}, {symptom}, {behind}, {hours}. */
  readonly why: Text;
  /** Why this urgency; undefined: as `why`. */
  readonly urgencyWhy?: Text;
}

/** Every row that holds counts, and the highest wins; of equals the first gives the reason. */
export type SeverityTable = readonly SeverityRow[];

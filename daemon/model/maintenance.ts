/**
 * Maintenance and silences: times in which failures of a part of the network tell nobody.
 *
 * *Maintenance* is planned work: figures of repair and availability are to leave its time out. A *silence* only keeps quiet.
 */
import type { WakeReason } from "./incident.ts";
import type { Instant } from "./time.ts";

export type MaintenanceKind = "maintenance" | "silence";

/** What it is about: of each list one must fit, and of all that are given all. At least one is. */
export interface MaintenanceScope {
  readonly sites?: readonly string[];
  readonly rooms?: readonly string[];
  readonly devices?: readonly string[];
  /** A circuit, the router that stands for it, and the reach of what lies behind it. */
  readonly links?: readonly string[];
  readonly symptoms?: readonly string[];
  /** Labels of the device, or of its site. */
  readonly labels?: Readonly<Record<string, string>>;
}

export type MaintenanceWhen =
  | { readonly kind: "once"; readonly from: Instant; readonly to: Instant }
  /** By the clock on the wall of `zone`: from 22:00 to 04:00 is that also in the night of 23 hours. */
  | {
      readonly kind: "recurring";
      /** RFC 5545, without `RRULE:`; see rules/recurring.ts. */
      readonly rule: string;
      /** First day, `2026-11-18`. */
      readonly firstDay: string;
      /** Minute of the local day at which it begins. */
      readonly fromMinute: number;
      /** Length by the clock on the wall. */
      readonly minutes: number;
    }
  /** Begins with the first failure in [from, to) and lasts so long from then on, also past `to`. */
  | { readonly kind: "flexible"; readonly from: Instant; readonly to: Instant; readonly lengthMs: number };

/** Somebody ended it before its time, or called it off. */
export interface Ending {
  readonly at: Instant;
  readonly by: string;
  readonly reason?: string;
}

export interface Maintenance {
  readonly id: string;
  readonly kind: MaintenanceKind;
  readonly scope: MaintenanceScope;
  readonly when: MaintenanceWhen;
  /** IANA zone of the place. */
  readonly zone: string;
  readonly reason: string;
  readonly by: string;
  readonly function: string;
  /** It is never in force before. */
  readonly createdAt: Instant;
  /** When the first failure began it; flexible only. */
  readonly beganAt?: Instant;
  /** Each ends what was in force at its time; what recurs comes again. */
  readonly ended: readonly Ending[];
  /** Never in force again. */
  readonly cancelled?: Ending;
  /** Who changed it, and when; the last one last. */
  readonly changed?: readonly Ending[];
  /** It was changed before it had begun: it is not in force before this either. */
  readonly notBefore?: Instant;
  /** It goes on in the place of this one, which was changed while it was in force or had been. */
  readonly replaces?: string;
}

/** A time in force, [from, to). */
export interface Span {
  readonly from: Instant;
  readonly to: Instant;
}

/** What keeps an incident quiet; kept with it. */
export interface Muted {
  /** `maintenance:<id>` or `silence:<id>`. */
  readonly by: string;
  readonly reason: string;
  readonly since: Instant;
  /** As far as it is known; its timer. */
  readonly until: Instant;
  /** What was left of its own timer: of what kind of time, and what for. A timer of the calendar has none left, it is looked at again. */
  readonly left: { readonly ms: number; readonly in: "wall" | "service" | "working-days"; readonly for: WakeReason };
}

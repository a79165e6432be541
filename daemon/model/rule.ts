/**
 * A rule: a predicate over observations, and what it means when it holds. Data (rules/packs/*.yaml), parsed once.
 */
import type { DeviceKind } from "./family.ts";
import type { ProbeKind } from "./observation.ts";
import type { Language } from "./time.ts";

/** Three-valued: a condition whose input is missing from an observation is undefined, and the alarm holds. */
export type Condition =
  /** The look of this kind is down; `unknown` looks give undefined. With `status: "unknown"`: we could not look; up and down both say that we can. */
  | { readonly on: "look"; readonly kind: ProbeKind; readonly codes?: readonly string[]; readonly status?: "down" | "unknown" }
  /** The look of this kind ended with one of these codes, whatever its status (`ssh.host-key-changed`). */
  | { readonly on: "code"; readonly kind: ProbeKind; readonly codes: readonly string[] }
  /** A sample beyond a limit; `clear` is the hysteresis: while active it clears only beyond this. Base units. */
  | {
      readonly on: "sample";
      readonly name: string;
      readonly above?: number;
      readonly below?: number;
      readonly clear?: number;
      /** Only parts of this prefix: `camera` speaks about `camera 1`. */
      readonly partPrefix?: string;
      /** How much the value changes in this time, instead of the value: 60,000 and above 5 is "rises by more than 5 a minute". */
      readonly perMs?: number;
      /** With perMs: the value only grows. One that went back has begun anew, and says nothing. */
      readonly counter?: true;
    }
  /** Nothing was heard of what ought to come. Raised by time alone, ended by hearing it. Never inside another condition. */
  | Absent
  /** A reading is one of these words; while active it clears only when it is one of `clear` (default: any other). */
  | {
      readonly on: "reading";
      readonly name: string;
      readonly is: readonly string[];
      /** Bad is any word but these; `is` is empty then. */
      readonly not?: readonly string[];
      readonly clear?: readonly string[];
      readonly partPrefix?: string;
      /** Only these parts (`camerapairing`), or all but these. */
      readonly parts?: readonly string[];
      readonly exceptParts?: readonly string[];
    }
  /** Only a fault with the rule's symptom (trap, event) raises. */
  | { readonly on: "fault" }
  | { readonly on: "all"; readonly of: readonly Condition[] }
  | { readonly on: "any"; readonly of: readonly Condition[] };

/** What ought to come, and how long it may be missing. */
export interface Absent {
  readonly on: "absent";
  /** `look`: one that told anything, up or down; one that could not be made tells nothing. `trap`: a notification about the symptom `name`, or `any`. */
  readonly what: "look" | "sample" | "reading" | "trap";
  /** The kind of look, the name of the sample or reading, the symptom. */
  readonly name: string;
  /** Only parts of this prefix count as hearing of it. */
  readonly partPrefix?: string;
  readonly withinMs: number;
}

/** How far a failure reaches: `general` (site, link, core, gatekeeper, bridge, several devices) opens as major. */
export type Reach = "general" | "device" | "part";

export interface RuleText {
  readonly title: string;
  /** What it means for the clinic. */
  readonly clinic: string;
  /** First steps for level 1, in order. */
  readonly steps: readonly string[];
}

/** A symptom of the same device that says the same. */
export interface Hiding {
  readonly symptom: string;
  /** Of the rule's own parts only these (`camerapairing`). */
  readonly parts?: readonly string[];
  /** Only where the symptom is about one of these parts. */
  readonly of?: readonly string[];
}

export interface Rule {
  readonly id: string;
  readonly symptom: string;
  /** A fixed part for the alarm of a rule about the device as a whole: tells `silent` over SNMP from `silent` over SSH. */
  readonly part?: string;
  /** Undefined list: all. */
  readonly applies: { readonly kinds?: readonly DeviceKind[]; readonly families?: readonly string[] };
  readonly when: Condition;
  /** True time before it is active. */
  readonly forMs: number;
  /** Bad looks in a row before it is active; 1 is at once. */
  readonly attempts: number;
  /** Quick retries while pending: the next look comes this soon. Undefined: at the check's own interval. */
  readonly retryMs?: number;
  /** A look raises it only where an earlier look was good: true for all, or only for these words of a reading. A port that was never plugged in is no failure. */
  readonly afterGood?: true | readonly string[];
  /** Who may clear it: only a look (default), or also the paired trap when nothing can look. */
  readonly clearedBy: "look" | "trap";
  /**
   * A good reading of the whole device says that all its parts of this prefix are well: seen as often as a restoration needs, it ends what traps
   * raised for them, of whatever symptom, and whose clearing trap was lost. A bad one says nothing about which part.
   */
  readonly coversParts?: string;
  /** What of the same device already says this: while it is active, the alarm is told as part of it. */
  readonly hiddenBy?: readonly Hiding[];
  readonly reach: Reach;
  /** The device is out of service while this is active: `vigie_device_up` is 0. */
  readonly outOfService: boolean;
  /** Recorded on the timeline of the device; opens no incident (a planned reboot). */
  readonly eventOnly: boolean;
  /** An event by which a person asks for help: an incident of its own, like a phone call. Asked again while it is open, it is one occurrence. */
  readonly opensRequest: boolean;
  /** Suppressed when a parent is out of service (default true). */
  readonly suppressible: boolean;
  readonly text: Readonly<Record<Language, RuleText>>;
  /** Where the threshold comes from. */
  readonly source: string;
}

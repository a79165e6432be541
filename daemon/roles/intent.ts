/**
 * What a turn of the evaluator decides with, and what it decides: the words between turn.ts, which decides, and commit.ts, which writes.
 */
import type { Evidence, Lost } from "../../rules/activity.ts";
import type { createRuleIndex } from "../../rules/applies.ts";
import type { Night } from "../../rules/clock.ts";
import type { Topology } from "../../rules/cuts.ts";
import type { Doubt, Match } from "../../rules/registration.ts";
import type { BoardView } from "../board.ts";
import type { Alarm } from "../model/alarm.ts";
import type { Verdict } from "../model/incident.ts";
import type { Device, Network } from "../model/network.ts";
import type { Observation } from "../model/observation.ts";
import type { Rule } from "../model/rule.ts";
import type { Instant } from "../model/time.ts";
import type { Correlator } from "./correlator.ts";
import type { LooksLearned } from "./looked.ts";
import type { Overlay } from "./memory.ts";

/** What the transaction is to do about incidents. */
export type Intent =
  /** An unexplained alarm: its root cause gets an incident, or its open one gathers it. */
  | {
      readonly kind: "open";
      readonly alarm: string;
      readonly root: string;
      readonly at: Instant;
      readonly why: string;
      readonly together?: Together;
      /** Where the fault is, when the failure of circuits says so. */
      readonly verdict?: Verdict;
    }
  /** A person asks for help: an incident of its own, or one more occurrence of the one that is open. */
  | {
      readonly kind: "ask";
      readonly alarm: string;
      readonly root: string;
      readonly at: Instant;
      readonly why: string;
      /** The number of the request that was taken in; undefined: a button was pressed. */
      readonly request?: string;
      readonly together?: Together;
    }
  /** Explained by another's failure: listed there by name. */
  | { readonly kind: "child"; readonly alarm: string; readonly root: string; readonly at: Instant; readonly why: string }
  /** A failure that explains alarms that have opened incidents meanwhile. */
  | {
      readonly kind: "fold";
      readonly root: string;
      readonly alarms: readonly string[];
      readonly by: string;
      readonly at: Instant;
      readonly why: string;
    }
  /** The first failure inside the outer window of a flexible maintenance: it begins. */
  | { readonly kind: "begin"; readonly maintenance: string; readonly alarm: string; readonly at: Instant; readonly why: string }
  /** The alarms of an incident are clear: is service back? */
  | { readonly kind: "restore"; readonly incident: string; readonly at: Instant; readonly why: string }
  /** Said, recorded, nobody told. */
  | { readonly kind: "event"; readonly device: string; readonly symptom: string; readonly at: Instant; readonly why: string };

/** What an alarm is one trouble with (rules/correlate.ts): they share one incident. */
export interface Together {
  /** The same for all of one trouble in a turn. */
  readonly id: string;
  /** Incidents that some of them are in already, as far as memory knows. */
  readonly incidents: readonly string[];
  /** Several devices are hit as a whole. */
  readonly general: boolean;
  readonly devices: number;
  readonly why: string;
}

/** An alarm that would open an incident now. */
export interface GateQuestion {
  readonly alarm: Alarm;
  /** Undefined for what is no device: a circuit, our own sight, a credential. */
  readonly device: Device | undefined;
  readonly rule: Rule | undefined;
  readonly at: Instant;
  /** What the device last said it is doing; undefined: it never did. */
  readonly doing: Evidence | undefined;
  /** What of the device is gone. Asked only where it matters. */
  readonly lost: () => Lost;
}

/** Why it opens none, although no other failure explains it. */
export interface Gate {
  /** `maintenance:<id>`, `silence:<id>`, `state:in-call`, `presence:<room>`: see gatePrefixes. */
  readonly by: string;
  readonly why: string;
  /** A flexible maintenance that begins with this alarm. */
  readonly begins?: string;
}

/** Asked in order; the first that answers closes. Pure over what it was made from. */
export type GateKeeper = (question: GateQuestion) => Gate | undefined;

export function gatedBy(world: Pick<TurnWorld, "gates">, question: GateQuestion): Gate | undefined {
  for (const keeper of world.gates ?? []) {
    const gate = keeper(question);
    if (gate !== undefined) return gate;
  }
  return undefined;
}

/** Looks that the decision asks for, after the commit. */
export interface Kick {
  readonly device?: string;
  readonly check?: string;
  readonly inMs: number;
  /** A trap's confirming look: it may wait its turn. */
  readonly confirm?: true;
}

export interface TurnResult {
  readonly overlay: Overlay;
  /** Keys of alarms that must be committed; the others changed in memory only. */
  readonly persist: Set<string>;
  readonly intents: readonly Intent[];
  readonly kicks: readonly Kick[];
  /** What explained others and works again: devices, links, `blind`; since when. */
  readonly cameBack: ReadonlyMap<string, Instant>;
  /** Device → 0, 1 or NaN, as it is after this turn, for the devices it touched. */
  readonly up: ReadonlyMap<string, number>;
  /** Active alarms that wait for the first look at their parents; judged again every turn. */
  readonly held: ReadonlySet<string>;
  /** Holders of circuits that may be down; judged again every turn. */
  readonly suspects: ReadonlySet<string>;
  /** What was said and moved nothing, to be known again. */
  readonly looks: LooksLearned;
}

/** A look of a gatekeeper, to be compared with what devices say, if it holds a whole list. */
export interface ListQuestion {
  readonly list: Observation;
  /** Of the same turn, before it. */
  readonly earlier: readonly Observation[];
  /** The alarm of an earlier comparison. */
  readonly alarmed: (device: string) => Doubt | undefined;
  readonly now: Instant;
}

/** What a turn decides with: the configuration in force and what was seen so far. */
export interface TurnWorld {
  readonly network: Network;
  /** Of that network. */
  readonly topology: Topology;
  /** When this evaluator began to look: nothing is known of answers before. */
  readonly startedAt: Instant;
  readonly rules: readonly Rule[];
  readonly ruleById: ReadonlyMap<string, Rule>;
  readonly rulesOf: ReturnType<typeof createRuleIndex>;
  readonly board: BoardView;
  readonly restoreAfterLooks: number;
  /** What an observation of a gatekeeper, if it holds a whole list, says of the devices that ought to be on it. */
  readonly matches?: (question: ListQuestion) => readonly Match[];
  /** What keeps an alarm from opening an incident; it is asked again every turn, and what still fails opens then. */
  readonly gates?: readonly GateKeeper[];
  /** What belongs together; undefined: every root cause has an incident of its own. */
  readonly correlator?: Correlator;
  /** When a device may restart for an upgrade. */
  readonly nightOf?: (device: Device) => Night;
  /** Until then, new incidents wait for the first look at their parents. */
  readonly holdUntil: Instant;
}

/** Something that is no device and fails as a whole: a circuit, our own sight, a credential. */
export interface Wide {
  /** `blind`, `link:<id>`, `credential:<id>`. */
  readonly holder: string;
  readonly symptom: string;
  readonly failing: boolean;
  /** Whose state it changes: blind, they are unknown. */
  readonly devices: readonly string[];
  readonly at: Instant;
  /** Since when it fails, where that is not the moment of the judgement. */
  readonly since?: Instant;
  readonly verdict?: Verdict;
  /** What explained it is over, and it still fails. */
  readonly again?: true;
  readonly why: string;
}

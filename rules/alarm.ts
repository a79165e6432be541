/**
 * One observation against the rules: which alarms move, and what of it must be committed.
 *
 * Pure. Missing data holds the state: it neither raises nor clears an alarm. What is older than an alarm's last move changes nothing.
 */
import { type Alarm, alarmKey } from "../daemon/model/alarm.ts";
import type { Fault, Observation } from "../daemon/model/observation.ts";
import type { Rule } from "../daemon/model/rule.ts";
import type { Instant } from "../daemon/model/time.ts";
import { type AbsenceRule, fireAbsence, hears, isAbsence, keyOfAbsence, moveByHearing } from "./absence.ts";
import { ABSENT, evaluateCondition, judgeReading, mayHold, partsOf, readsWhole } from "./condition.ts";
import {
  fireTimer,
  type Look,
  moveByCover,
  moveByEvent,
  moveByFault,
  moveByLook,
  NO_MOVE,
  type Step,
  type Transition,
} from "./lifecycle.ts";
import { candidates, planOf } from "./plan.ts";
import { eachPart, isLive, type Said, startsRecord } from "./said.ts";
import { type Mark, type Marks, slopesOf, withSlopes } from "./slope.ts";
import { kindOf, WideAlarms } from "./wide.ts";

export type { Transition } from "./lifecycle.ts";

/** What one observation (or one timer) did. */
export interface Judgement {
  /** Every alarm whose record changed, as it is now; one entry an alarm. In memory at once, committed with a transition or a checkpoint. */
  readonly alarms: readonly Alarm[];
  /** What must be committed, in order. */
  readonly transitions: readonly Transition[];
  /** Look again this soon: an alarm is pending and its rule retries quickly. */
  readonly retrySoonMs?: number;
  /** A trap told what a look can settle: ask for a confirming one. */
  readonly confirm: boolean;
  /** To be remembered in memory for the next look, by key. Undefined: nothing. */
  readonly marks?: readonly (readonly [key: string, mark: Mark])[];
}

export interface JudgeInput {
  readonly observation: Observation;
  /** From createRuleIndex. */
  readonly rules: readonly Rule[];
  /** The record of an alarm, if it ever moved. */
  readonly alarms: (key: string) => Alarm | undefined;
  /** The present: an alarm moved later than this was moved by a clock that has jumped back since, and yields. */
  readonly now: Instant;
  /** The symptoms of which the device has an alarm record: nothing else is looked up. Default: it may have one of each. */
  readonly symptoms?: readonly string[];
  /** The (at, seq) of the last look judged for this check: an older one changes nothing. */
  readonly previous?: { readonly at: Instant; readonly seq: number };
  /** The alarms of the device that looks still matter to: a part that a whole list no longer names is judged by its alarm. Default none. */
  readonly ofDevice?: () => Iterable<Alarm>;
  /** Good looks before restored (K of the policy). Default 2. */
  readonly restoreAfterLooks?: number;
  /** What earlier looks left to be remembered (Judgement.marks). Default nothing, as after a restart. */
  readonly marks?: Marks;
}

/** Collects what the rules did in one turn; a later step on the same alarm sees the earlier one. */
class Turn {
  readonly #input: JudgeInput;
  readonly #changed = new Map<string, Alarm>();
  readonly #transitions: Transition[] = [];
  #retrySoonMs: number | undefined;
  readonly #marks: (readonly [string, Mark])[] = [];
  confirm = false;

  constructor(input: JudgeInput) {
    this.#input = input;
  }

  present(key: string): Alarm | undefined {
    return this.#changed.get(key) ?? (this.#input.symptoms?.length === 0 ? undefined : this.#input.alarms(key));
  }

  take(rule: Rule, step: Step): void {
    if (step.alarm !== undefined) this.#changed.set(step.alarm.key, step.alarm);
    this.#transitions.push(...step.transitions);
    if (step.confirm === true) this.confirm = true;
    if (step.alarm?.state === "pending" && step.alarm.badLooks < rule.attempts && rule.retryMs !== undefined) {
      this.#retrySoonMs = Math.min(this.#retrySoonMs ?? rule.retryMs, rule.retryMs);
    }
  }

  mark(key: string, mark: Mark): void {
    this.#marks.push([key, mark]);
  }

  get hasAlarms(): boolean {
    return this.#input.symptoms?.length !== 0 || this.#changed.size > 0;
  }

  /** Has an alarm moved in this turn? */
  get moved(): boolean {
    return this.#changed.size > 0;
  }

  /** May the device have an alarm record of this symptom? */
  knows(symptom: string): boolean {
    const { symptoms } = this.#input;
    return symptoms === undefined || symptoms.includes(symptom) || this.#changed.size > 0;
  }

  alarmsOfDevice(): Iterable<Alarm> {
    return this.#input.ofDevice?.() ?? [];
  }

  isLive(key: string, look: Look): boolean {
    const alarm = this.present(key);
    return alarm !== undefined && isLive(alarm, look);
  }

  /** The alarm, active before pending, of a part of this kind; undefined kind: of any part. */
  within(symptom: string, kind: string | undefined): Alarm | undefined {
    if (!this.knows(symptom)) return undefined;
    let found: Alarm | undefined;
    for (const { key, part, symptom: its } of this.alarmsOfDevice()) {
      if (its !== symptom || part === undefined || (kind !== undefined && !part.startsWith(`${kind} `))) continue;
      const alarm = this.present(key);
      if (alarm?.state === "active") return alarm;
      if (alarm?.state === "pending") found ??= alarm;
    }
    return found;
  }

  judgement(): Judgement {
    const marks = this.#marks.length === 0 ? {} : { marks: this.#marks };
    if (this.#changed.size === 0 && !this.confirm) return this.#marks.length === 0 ? NOTHING : { ...NOTHING, ...marks };
    const retry = this.#retrySoonMs;
    return {
      ...marks,
      alarms: [...this.#changed.values()],
      transitions: this.#transitions,
      ...(retry === undefined ? {} : { retrySoonMs: retry }),
      confirm: this.confirm,
    };
  }
}

/** What a trap says in two languages fits (see probes/trap/meaning.ts); the reason around it stays below what the texts read as a reason. */
const DETAIL_LENGTH = 400;

/** Shared, because most observations end here. */
const NOTHING: Judgement = { alarms: [], transitions: [], confirm: false };

/** Timers due before the observation fire first, with their own due time. */
export function judgeObservation(input: JudgeInput): Judgement {
  const { rules } = input;
  if (isLate(input)) return NOTHING;
  const turn = new Turn(input);
  const marks = input.marks ?? (() => undefined);
  const plan = planOf(rules);
  const { slopes, marks: values } = slopesOf(input.observation, plan.slopes, marks);
  const observation = withSlopes(input.observation, slopes);
  for (const [key, mark] of values) turn.mark(key, mark);
  const look: Look = {
    at: observation.at,
    seq: observation.seq,
    now: input.now,
    restoreAfterLooks: input.restoreAfterLooks ?? 2,
    device: observation.device,
  };
  const judge = (rule: Rule) => {
    if (isAbsence(rule)) judgeHearing({ rule, observation, look, turn, marks });
    else if (observation.kind !== "trap") judgeRule(rule, observation, look, turn);
  };
  const { symptoms } = input;
  if (symptoms === undefined || observation.finding.whole !== undefined) for (const rule of rules) judge(rule);
  else judgeCandidates(rules, candidates(plan, observation, symptoms), turn, judge);
  for (const fault of observation.finding.faults) judgeFault(fault, input, look, turn);
  return turn.judgement();
}

/** The rules that the look could move; once an alarm has moved, whatever comes after it in the list may concern it too. */
function judgeCandidates(rules: readonly Rule[], indexes: readonly number[], turn: Turn, judge: (rule: Rule) => void): void {
  for (const index of indexes) {
    const rule = rules[index];
    if (rule !== undefined) judge(rule);
    if (!turn.moved) continue;
    for (const later of rules.slice(index + 1)) judge(later);
    return;
  }
}

function isLate({ observation, previous, now }: JudgeInput): boolean {
  if (previous === undefined || previous.at > now) return false;
  return observation.at < previous.at || (observation.at === previous.at && observation.seq <= previous.seq);
}

/** Nothing is known of its symptom, and nothing begins: nearly every rule at nearly every look. */
function isQuiet(rule: Rule, observation: Observation, turn: Turn): boolean {
  const { afterGood, coversParts, symptom, when } = rule;
  if (afterGood !== undefined || observation.finding.whole !== undefined || turn.knows(symptom)) return false;
  return (coversParts === undefined || !turn.hasAlarms) && !mayHold(when, observation);
}

function judgeRule(rule: Rule, observation: Observation, look: Look, turn: Turn): void {
  if (isQuiet(rule, observation, turn)) return;
  const wide = turn.knows(rule.symptom) ? new WideAlarms(rule, observation, look, turn) : undefined;
  eachPart(rule, observation, (said) => {
    if (wide?.answer(said) !== true) judgePart(rule, said, look, turn);
  });
  judgeAbsent(rule, observation, look, turn);
  judgeCovered(rule, observation, look, turn);
  wide?.judge();
}

/** What ought to come: is this it? */
function judgeHearing(input: { rule: AbsenceRule; observation: Observation; look: Look; turn: Turn; marks: Marks }): void {
  const { rule, observation, look, turn, marks } = input;
  const heard = hears(rule.when, observation);
  if (!heard && rule.afterGood !== undefined) return;
  const key = keyOfAbsence(rule, look.device);
  const alarm = turn.knows(rule.symptom) ? turn.present(key) : undefined;
  // When it was last heard of is remembered under the key of its alarm.
  const step = moveByHearing({ alarm, rule, key, heard, look, mark: heard ? marks(key) : undefined });
  if (step.mark !== undefined) turn.mark(key, step.mark);
  if (step !== NO_MOVE) turn.take(rule, step);
}

/** The parts that a whole list no longer names, as far as an alarm of this rule still tells of them. */
function judgeAbsent(rule: Rule, observation: Observation, look: Look, turn: Turn): void {
  const { whole } = observation.finding;
  if (whole === undefined || !turn.hasAlarms || !readsWhole(rule.when, whole)) return;
  const parts = partsOf(rule.when, observation);
  // Of a kind ("camera") that the list names one by one the parts tell (see wide.ts).
  const named = new Set([...parts, ...parts.map((part) => (part === undefined ? undefined : kindOf(part)))]);
  for (const alarm of turn.alarmsOfDevice()) {
    const { part } = alarm;
    if (alarm.rule !== rule.id || part === undefined || part === rule.part || named.has(part) || !isLive(alarm, look)) continue;
    judgePart(rule, { part, judge: (active) => evaluateCondition(rule.when, observation, part, active), word: ABSENT }, look, turn);
  }
}

/** Parts that only traps tell of, whatever is wrong with them, where the device says how it is as a whole. */
function judgeCovered(rule: Rule, observation: Observation, look: Look, turn: Turn): void {
  const { when, coversParts } = rule;
  if (coversParts === undefined || when.on !== "reading" || !turn.hasAlarms) return;
  const said = observation.finding.readings.find(({ name, part }) => name === when.name && part === undefined);
  if (said === undefined) return;
  const { value: bad } = judgeReading(when, said.value, true);
  for (const { key, part } of turn.alarmsOfDevice()) {
    const alarm = part?.startsWith(`${coversParts} `) === true ? turn.present(key) : undefined;
    if (alarm?.state !== "active" || alarm.raisedBy !== "trap") continue;
    turn.take(rule, moveByCover(alarm, { rule, bad: bad !== false, word: said.value, look }));
  }
}

function judgePart(rule: Rule, said: Said, look: Look, turn: Turn): void {
  const own = said.part ?? rule.part;
  const before = turn.present(alarmKey(look.device, rule.symptom, own));
  const { value: bad, detail } = said.judge(before?.state === "active");
  if (bad === undefined) return;
  // A kind that is bad says no more than the one of it that is bad already: that alarm alone is kept.
  const within = bad && said.part !== undefined && before?.state !== "active" ? turn.within(rule.symptom, said.part) : undefined;
  const alarm = within ?? before;
  if (alarm === undefined && !startsRecord(rule, bad, said.word)) return;
  const part = within === undefined ? own : within.part;
  turn.take(rule, moveByLook({ alarm, rule, part, key: alarmKey(look.device, rule.symptom, part), bad, detail, look }));
}

/** A notification that names no part is about the part that has an alarm already, where a look can tell which it was. */
function isToldWithin({ part, effect }: Fault, rule: Rule): boolean {
  return part === undefined && rule.part === undefined && effect !== "event" && rule.when.on !== "fault" && rule.coversParts === undefined;
}

/** A fault meets the rule that owns its alarm, else the first with its symptom. */
function judgeFault(fault: Fault, input: JudgeInput, look: Look, turn: Turn): void {
  const candidates = input.rules.filter((rule) => rule.symptom === fault.symptom);
  const rule = candidates.find((one) => one.when.on === "fault") ?? candidates[0];
  if (rule === undefined) return;
  const named = fault.part ?? rule.part;
  const whole = turn.present(alarmKey(look.device, fault.symptom, named));
  const within =
    isToldWithin(fault, rule) && (whole === undefined || !isLive(whole, look)) ? turn.within(fault.symptom, undefined) : undefined;
  const alarm = within ?? whole;
  const part = within === undefined ? named : within.part;
  if (within !== undefined && input.observation.kind === "trap") turn.confirm = true;
  const key = alarmKey(look.device, fault.symptom, part);
  const owner = candidates.find((one) => one.id === alarm?.rule) ?? rule;
  const detail = fault.text?.slice(0, DETAIL_LENGTH);
  const heard = { alarm, rule: owner, part, key, detail, look, byTrap: input.observation.kind === "trap" };
  turn.take(
    owner,
    fault.effect === "event" || owner.eventOnly || owner.opensRequest
      ? moveByEvent(heard)
      : moveByFault({ ...heard, raise: fault.effect === "raise" }),
  );
}

/**
 * A pending alarm whose `for` is over, and one whose rule waits for what ought to have come, become active at their own due time.
 * Nothing before that, and nothing twice.
 */
export function wakeAlarm(alarm: Alarm, rule: Rule, at: Instant, marks: Marks = () => undefined): Judgement {
  const step = isAbsence(rule) ? fireAbsence({ alarm, rule, mark: marks(alarm.key), until: at }) : fireTimer(alarm, rule, at);
  return step.alarm === undefined ? NOTHING : { alarms: [step.alarm], transitions: step.transitions, confirm: false };
}

/** Observations in the order they count: by (at, seq), each id once. What arrives shuffled or twice ends the same. */
export function inOrder(observations: readonly Observation[]): readonly Observation[] {
  if (isInOrder(observations)) return observations;
  const byId = new Map(observations.map((observation) => [observation.id, observation]));
  return [...byId.values()].sort((a, b) => a.at - b.at || a.seq - b.seq);
}

/** As they nearly always come. Where each is later than the one before none comes twice: an id has one time and one number. */
function isInOrder(observations: readonly Observation[]): boolean {
  let [at, seq] = [Number.NEGATIVE_INFINITY, 0];
  for (const observation of observations) {
    if (observation.at < at || (observation.at === at && observation.seq <= seq)) return false;
    at = observation.at;
    seq = observation.seq;
  }
  return true;
}

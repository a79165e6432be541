/**
 * What ought to come and does not: a look that tells anything, a sample, a reading, a trap.
 *
 * Pure. An alarm of an `absent` rule waits (`wakeAt`) from the first look at its device on; hearing of it starts the time anew. Because
 * nearly every look is such a hearing, the record moves only after a quarter of the time; in between the caller remembers a mark, in
 * memory. Where the mark was lost, over a restart, the time is a quarter longer: later by that, never too early.
 */
import { type Alarm, alarmKey } from "../daemon/model/alarm.ts";
import type { Observation } from "../daemon/model/observation.ts";
import type { Absent, Rule } from "../daemon/model/rule.ts";
import type { Instant } from "../daemon/model/time.ts";
import { blank, type Look, moveByLook, NO_MOVE, type Step, settle, without } from "./lifecycle.ts";
import type { Mark } from "./slope.ts";

/** A rule whose condition is an absence. */
export type AbsenceRule = Rule & { readonly when: Absent };

export function isAbsence(rule: Rule): rule is AbsenceRule {
  return rule.when.on === "absent";
}

const absenceKeys = new WeakMap<AbsenceRule, Map<string, string>>();

/** The key of its alarm. Asked at every look at every device: made once. */
export function keyOfAbsence(rule: AbsenceRule, device: string): string {
  let keys = absenceKeys.get(rule);
  if (keys === undefined) {
    keys = new Map();
    absenceKeys.set(rule, keys);
  }
  let key = keys.get(device);
  if (key === undefined) {
    key = alarmKey(device, rule.symptom, rule.part);
    keys.set(device, key);
  }
  return key;
}

/** Does the observation hold what the condition waits for? */
export function hears({ what, name, partPrefix }: Absent, { kind, finding }: Observation): boolean {
  const concerns = (part: string | undefined) =>
    partPrefix === undefined || part === partPrefix || part?.startsWith(`${partPrefix} `) === true;
  switch (what) {
    case "look":
      return kind === name && finding.status !== "unknown";
    case "trap":
      return kind === "trap" && finding.faults.some(({ symptom, part }) => (name === "any" || symptom === name) && concerns(part));
    case "sample":
      return finding.samples.some((sample) => sample.name === name && concerns(sample.part)) || isWhole(name, finding);
    case "reading":
      return finding.readings.some((reading) => reading.name === name && concerns(reading.part)) || isWhole(name, finding);
  }
}

/** A whole list without anything in it was heard all the same. */
function isWhole(name: string, { whole }: Observation["finding"]): boolean {
  return whole?.includes(name) === true;
}

interface Hearing {
  readonly alarm: Alarm | undefined;
  readonly rule: AbsenceRule;
  readonly key: string;
  readonly heard: boolean;
  readonly look: Look;
  /** When it was last heard of in this process; undefined: not yet. */
  readonly mark: Mark | undefined;
}

/** What one observation does to an alarm that waits, and the mark to remember. */
export function moveByHearing(hearing: Hearing): Step & { readonly mark?: Mark } {
  const { alarm, rule, look, heard, mark } = hearing;
  const idle = alarm === undefined || (alarm.state === "inactive" && alarm.wakeAt === undefined);
  if (!heard) return idle && rule.afterGood === undefined ? begin(hearing, alarm) : NO_MOVE;
  // What lies in the future was heard by a clock that has been set back since.
  const last = mark === undefined || mark.at > look.now ? undefined : mark;
  if (last !== undefined && look.at <= last.at) return NO_MOVE;
  if (idle && isSettled(alarm, look)) return begin(hearing, alarm);
  if (alarm === undefined) return NO_MOVE;
  const due = fireAbsence({ alarm, rule, mark: last, until: look.at });
  const ready = due.transitions.length > 0 ? (due.alarm ?? alarm) : alarm;
  const said = { at: look.at };
  if (isSettled(ready, look)) {
    return isSoon(ready, rule, look.at)
      ? { ...NO_MOVE, mark: said }
      : { alarm: waiting(ready, rule, look.at), transitions: [], mark: said };
  }
  const step = moveByLook({ alarm: ready, rule, part: rule.part, key: hearing.key, bad: false, detail: undefined, look });
  const rearmed = (one: Alarm) => waiting(one, rule, look.at);
  const transitions = [...due.transitions, ...step.transitions].map((told, index) =>
    index < due.transitions.length ? told : { ...told, alarm: rearmed(told.alarm) },
  );
  return { alarm: rearmed(step.alarm ?? ready), transitions, mark: said };
}

/**
 * The record of what is heard of while it waits and nothing is wrong with it: the same, or as it waits anew. Undefined: more is to be told
 * (moveByHearing, which says the same of it otherwise).
 */
export function hearWaiting(alarm: Alarm | undefined, rule: AbsenceRule, at: Instant, restoreAfterLooks: number): Alarm | undefined {
  if (alarm?.wakeAt === undefined || alarm.wakeAt <= at || !isSettled(alarm, { restoreAfterLooks })) return undefined;
  return isSoon(alarm, rule, at) ? alarm : waiting(alarm, rule, at);
}

/** Its record moved so lately that it need not move again. */
function isSoon({ heardAt = 0 }: Alarm, { when }: AbsenceRule, at: Instant): boolean {
  return Math.abs(at - heardAt) < when.withinMs / 4;
}

/** Nothing is wrong with it, and no good look is to be counted any more. */
function isSettled(alarm: Alarm | undefined, look: Pick<Look, "restoreAfterLooks">): boolean {
  return alarm === undefined || (alarm.state === "inactive" && alarm.goodLooks >= look.restoreAfterLooks && alarm.flapRing === 0);
}

/**
 * When hearing of it moves nothing but the mark: its record waits and nothing is wrong with it, and less than a quarter of the time is over
 * since the record moved. Undefined: never.
 */
export function hearingSpan(
  { when: { withinMs } }: AbsenceRule,
  alarm: Alarm | undefined,
  restoreAfterLooks: number,
): { readonly after: Instant; readonly before: Instant } | undefined {
  if (alarm?.wakeAt === undefined || alarm.heardAt === undefined || !isSettled(alarm, { restoreAfterLooks })) return undefined;
  return { after: alarm.heardAt - withinMs / 4, before: Math.min(alarm.heardAt + withinMs / 4, alarm.wakeAt) };
}

function begin({ rule, key, look }: Hearing, before: Alarm | undefined): Step & { readonly mark?: Mark } {
  const alarm = before ?? blank({ alarm: before, rule, part: rule.part, key, detail: undefined, look }, "look");
  return { alarm: waiting({ ...alarm, rule: rule.id }, rule, look.at), transitions: [], mark: { at: look.at } };
}

function waiting(alarm: Alarm, { when }: AbsenceRule, at: Instant): Alarm {
  return { ...alarm, heardAt: at, wakeAt: at + when.withinMs };
}

/** The time of an alarm that waits is over, unless it was heard of since: then it waits on. */
export function fireAbsence(input: {
  readonly alarm: Alarm;
  readonly rule: AbsenceRule;
  readonly mark: Mark | undefined;
  readonly until: Instant;
}): Step {
  const { alarm, rule, mark, until } = input;
  if (alarm.state === "active" || alarm.wakeAt === undefined || alarm.wakeAt > until) return NO_MOVE;
  const { withinMs } = rule.when;
  const dueAt = Math.max(alarm.wakeAt, mark === undefined ? (alarm.heardAt ?? 0) + withinMs * 1.25 : mark.at + withinMs);
  if (dueAt > until) return { alarm: { ...alarm, wakeAt: dueAt, ...(mark === undefined ? {} : { heardAt: mark.at }) }, transitions: [] };
  const detail = `no ${rule.when.what} ${rule.when.name} for ${withinMs / 1000} s`;
  const next: Alarm = {
    ...without(alarm, "wakeAt", "firstGoodAt"),
    rule: rule.id,
    state: "active",
    since: dueAt,
    firstBadAt: dueAt,
    badLooks: 1,
    goodLooks: 0,
    movedAt: Math.max(alarm.movedAt, dueAt),
    raisedBy: "look",
    detail,
  };
  return settle(next, true, rule, `nothing was heard in time: ${detail}`);
}

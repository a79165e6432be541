/**
 * What one observation says of each part, and when a rule has anything to remember of it.
 *
 * Pure.
 */
import type { Alarm } from "../daemon/model/alarm.ts";
import type { Observation } from "../daemon/model/observation.ts";
import type { Rule } from "../daemon/model/rule.ts";
import { concerns, evaluateCondition, judgeReading, judgeSample, partsOf, type Truth } from "./condition.ts";
import type { Look } from "./lifecycle.ts";
import { sampleName } from "./slope.ts";

/** One part of what an observation says: how a rule judges it, and the word of a reading. */
export interface Said {
  readonly part: string | undefined;
  readonly judge: (active: boolean) => Truth;
  readonly word?: string;
}

/** Calls back for each part that the rule can judge in this observation. Samples and readings are walked once: an interface table has many rows. */
export function eachPart(rule: Rule, observation: Observation, visit: (said: Said) => void): void {
  const { when } = rule;
  const { samples, readings } = observation.finding;
  switch (when.on) {
    case "fault":
    case "absent":
      return;
    case "sample": {
      const wanted = sampleName(when);
      for (const { name, part, value } of samples) {
        if (name === wanted && concerns(when, part)) visit({ part, judge: (active) => judgeSample(when, value, active) });
      }
      return;
    }
    case "reading":
      for (const { name, part, value } of readings) {
        if (name !== when.name || !concerns(when, part)) continue;
        visit({ part, judge: (active) => judgeReading(when, value, active), word: value });
      }
      return;
    case "look":
    case "code":
    case "all":
    case "any":
      for (const part of partsOf(when, observation)) visit({ part, judge: (active) => evaluateCondition(when, observation, part, active) });
  }
}

/** Looks still matter to it: not inactive, or its good looks or its flap ring are still being counted. */
export function isLive(alarm: Alarm, look: Look): boolean {
  return alarm.state !== "inactive" || alarm.goodLooks < look.restoreAfterLooks || alarm.flapRing !== 0;
}

/** Most rules need a record only of what is bad. One that raises only after a good look remembers the good, and what it never saw good raises nothing. */
export function startsRecord({ afterGood }: Rule, bad: boolean, word: string | undefined): boolean {
  if (afterGood === undefined) return bad;
  if (!bad) return true;
  return afterGood !== true && word !== undefined && !afterGood.includes(word);
}

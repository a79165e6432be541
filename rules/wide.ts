/**
 * Alarms wider than what a look reads: told without a part by a trap, or of a whole kind ("camera") by a source that sums it up.
 *
 * Pure. One fact is one alarm, whichever source told of it first.
 */
import { type Alarm, alarmKey } from "../daemon/model/alarm.ts";
import type { Observation } from "../daemon/model/observation.ts";
import type { Rule } from "../daemon/model/rule.ts";
import { ABSENT, judgeReading, type Truth } from "./condition.ts";
import { type Look, moveByLook, type Step } from "./lifecycle.ts";
import { eachPart, isLive, type Said, startsRecord } from "./said.ts";

/** The alarms as they are at this step of a turn. */
interface Present {
  present(key: string): Alarm | undefined;
  take(rule: Rule, step: Step): void;
}

/** What parts say for an alarm that was told without a part, or of their whole kind. */
interface Joint {
  readonly part: string | undefined;
  readonly key: string;
  readonly alarm: Alarm;
  /** `weak`: this part alone would raise nothing, since it was never seen good. */
  readonly truths: { readonly truth: Truth; readonly weak: boolean }[];
}

/**
 * A trap that named no part raised the device as a whole, and a device may sum up a kind ("camera") of which another source tells each
 * ("camera 1"): while such an alarm lives, the parts without an alarm of their own answer for it together. One fact is one alarm.
 */
export class WideAlarms {
  readonly #rule: Rule;
  readonly #observation: Observation;
  readonly #look: Look;
  readonly #turn: Present;
  readonly #joints = new Map<string | undefined, Joint | undefined>();

  constructor(rule: Rule, observation: Observation, look: Look, turn: Present) {
    [this.#rule, this.#observation, this.#look, this.#turn] = [rule, observation, look, turn];
  }

  /** Does the part speak for a wider alarm, rather than for itself? */
  answer({ part, judge, word }: Said): boolean {
    if (part === undefined) return false;
    const kind = kindOf(part);
    const joint = (kind === undefined ? undefined : this.#joint(kind)) ?? this.#joint(this.#rule.part);
    if (joint === undefined || joint.part === part) return false;
    const own = this.#turn.present(alarmKey(this.#look.device, this.#rule.symptom, part));
    if (own !== undefined && isLive(own, this.#look)) return false;
    const truth = judge(joint.alarm.state === "active");
    const bad = truth.value === true;
    joint.truths.push({
      truth: bad ? { value: true, detail: `${part}: ${truth.detail ?? "bad"}` } : truth,
      weak: bad && own === undefined && !startsRecord(this.#rule, true, word),
    });
    return true;
  }

  judge(): void {
    const { when } = this.#rule;
    // A whole list with nothing in it says that all is well with everything that could have been in it.
    const isListed = when.on === "reading" && this.#observation.finding.whole?.includes(when.name) === true;
    if (isListed) this.#joint(this.#rule.part);
    for (const joint of this.#joints.values()) {
      if (joint === undefined) continue;
      if (joint.truths.length > 0) this.#take(joint);
      else if (isListed && joint.part === this.#rule.part)
        this.#take({ ...joint, truths: [{ truth: judgeReading(when, ABSENT, joint.alarm.state === "active"), weak: false }] });
    }
  }

  /** The alarm of the device as a whole, or of a kind, if it lives and the look does not speak of that itself. */
  #joint(part: string | undefined): Joint | undefined {
    if (this.#joints.has(part)) return this.#joints.get(part);
    const key = alarmKey(this.#look.device, this.#rule.symptom, part);
    const alarm = this.#turn.present(key);
    const joint = alarm !== undefined && isLive(alarm, this.#look) && !this.#isSaid(part) ? { part, key, alarm, truths: [] } : undefined;
    this.#joints.set(part, joint);
    return joint;
  }

  #isSaid(part: string | undefined): boolean {
    let isSaid = false;
    eachPart(this.#rule, this.#observation, (said) => {
      if ((said.part ?? this.#rule.part) === part) isSaid = true;
    });
    return isSaid;
  }

  #take({ part, key, alarm, truths }: Joint): void {
    const strong = truths.filter(({ weak }) => !weak);
    const said = (strong.length > 0 ? strong : truths).map(({ truth }) => truth);
    const bad = said.find(({ value }) => value === true);
    if (bad === undefined && said.some(({ value }) => value === undefined)) return;
    const [rule, look] = [this.#rule, this.#look];
    this.#turn.take(rule, moveByLook({ alarm, rule, part, key, bad: bad !== undefined, detail: bad?.detail, look }));
  }
}

/** The kind of a part that is one of several: "camera" of "camera 1". Undefined: it is no such part. */
export function kindOf(part: string): string | undefined {
  const end = part.indexOf(" ");
  return end < 1 ? undefined : part.slice(0, end);
}

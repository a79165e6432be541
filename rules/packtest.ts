/**
 * Runs a rule's own test cases in virtual time: looks and traps in, alarm state and what is told out.
 *
 * Pure. Timers fire at their own due time, as in the daemon.
 */
import { type Alarm, alarmKey } from "../daemon/model/alarm.ts";
import type { Finding, Observation, ProbeKind } from "../daemon/model/observation.ts";
import type { Rule } from "../daemon/model/rule.ts";
import { judgeObservation, type Transition, wakeAlarm } from "./alarm.ts";
import type { PackTest } from "./pack.ts";
import type { StepEntry } from "./packschema.ts";

/** Any instant will do; whole and recognisable. */
const START_AT = Date.UTC(2026, 0, 5, 13);
const DEVICE = "device";

function findingOf(step: StepEntry, symptom: string): Finding {
  const part = step.part === undefined ? {} : { part: step.part };
  const effect = step.trap ?? step.says;
  const code = step.down ?? step.unknown;
  return {
    status: step.down !== undefined ? "down" : step.unknown !== undefined ? "unknown" : "up",
    ...(code === undefined ? {} : { code }),
    samples: Object.entries(step.samples ?? {}).map(([name, value]) => ({ name, value, ...part })),
    readings: Object.entries(step.readings ?? {}).map(([name, value]) => ({ name, value, ...part })),
    ...(step.whole === undefined ? {} : { whole: step.whole }),
    faults: effect === undefined ? [] : [{ symptom, effect, ...part }],
  };
}

function observationOf(step: StepEntry, seq: number, symptom: string): Observation | undefined {
  const kind: ProbeKind | undefined = step.trap === undefined ? step.look : "trap";
  if (kind === undefined) return undefined;
  const check = `${DEVICE}/${kind}`;
  return {
    id: `${check}@${seq}`,
    check,
    device: DEVICE,
    kind,
    at: START_AT + step.at,
    seq,
    durationMs: 1,
    finding: findingOf(step, symptom),
  };
}

/** What differs from what the case wants; empty when it holds. */
export function runPackTest(rule: Rule, test: PackTest): readonly string[] {
  const alarms = new Map<string, Alarm>();
  const failures: string[] = [];
  for (const [index, step] of test.steps.entries()) {
    const told: Transition[] = [];
    const at = START_AT + step.at;
    const keep = (judged: { readonly alarms: readonly Alarm[]; readonly transitions: readonly Transition[] }) => {
      for (const alarm of judged.alarms) alarms.set(alarm.key, alarm);
      told.push(...judged.transitions);
    };
    for (const alarm of [...alarms.values()]) keep(wakeAlarm(alarm, rule, at));
    const observation = observationOf(step, index + 1, rule.symptom);
    if (observation !== undefined)
      keep(judgeObservation({ observation, rules: [rule], alarms: (key) => alarms.get(key), ofDevice: () => alarms.values(), now: at }));
    const state = alarms.get(alarmKey(DEVICE, rule.symptom, step.part ?? rule.part))?.state ?? "inactive";
    const where = `${rule.id}: ${test.name}: step ${index + 1} at ${step.at / 1000} s`;
    if (step.want !== undefined && state !== step.want) failures.push(`${where}: is ${state}, wanted ${step.want}`);
    const kinds = told.map((transition) => transition.kind).join(", ");
    if (step.told !== undefined && kinds !== step.told.join(", "))
      failures.push(`${where}: told [${kinds}], wanted [${step.told.join(", ")}]`);
  }
  return failures;
}

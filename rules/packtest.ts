/**
 * Runs a rule's own test cases in virtual time: looks and traps in, alarm state and what is told out.
 *
 * Pure. Timers fire at their own due time, as in the daemon.
 */
import { type Alarm, type AlarmState, alarmKey } from "../daemon/model/alarm.ts";
import type { Finding, Observation, ProbeKind, Reading, Sample } from "../daemon/model/observation.ts";
import type { Rule } from "../daemon/model/rule.ts";
import { type Judgement, judgeObservation, type Transition, wakeAlarm } from "./alarm.ts";
import type { SaidEntry } from "./caseschema.ts";
import type { PackStep, PackTest } from "./packcases.ts";
import type { Mark } from "./slope.ts";

/** Any instant will do; whole and recognisable. */
const START_AT = Date.UTC(2026, 0, 5, 13);
const DEVICE = "device";

/** What a step wanted and what there was. */
export interface Miss {
  /** From 1. */
  readonly step: number;
  /** From the start of the case, ms; of the last look where a step is many. */
  readonly at: number;
  readonly line?: number;
  /** `state`, `told`, `detail`, `active` or `again`. */
  readonly what: string;
  readonly wanted: string;
  readonly found: string;
}

export interface CaseRun {
  readonly misses: readonly Miss[];
  /** Every state that any alarm of the rule was in, whether or not the case asked. */
  readonly seen: ReadonlySet<AlarmState>;
  /** Everything that was told, in order. */
  readonly told: readonly Transition["kind"][];
}

function valuesOf({ part, samples, readings }: SaidEntry): { readonly samples: readonly Sample[]; readonly readings: readonly Reading[] } {
  const of = part === undefined ? {} : { part };
  return {
    samples: Object.entries(samples ?? {}).map(([name, value]) => ({ name, value, ...of })),
    readings: Object.entries(readings ?? {}).map(([name, value]) => ({ name, value, ...of })),
  };
}

function findingOf(step: PackStep, symptom: string): Finding {
  const effect = step.trap ?? step.says;
  const code = step.down ?? step.unknown;
  const values = [step, ...(step.also ?? [])].map(valuesOf);
  return {
    status: step.down !== undefined ? "down" : step.unknown !== undefined ? "unknown" : "up",
    ...(code === undefined ? {} : { code }),
    samples: values.flatMap(({ samples }) => samples),
    readings: values.flatMap(({ readings }) => readings),
    ...(step.whole === undefined ? {} : { whole: step.whole }),
    faults:
      effect === undefined ? [] : [{ symptom: step.about ?? symptom, effect, ...(step.part === undefined ? {} : { part: step.part }) }],
  };
}

function observationOf(step: PackStep, at: number, seq: number, symptom: string): Observation | undefined {
  const kind: ProbeKind | undefined = step.trap === undefined ? step.look : "trap";
  if (kind === undefined) return undefined;
  const check = `${DEVICE}/${kind}`;
  return { id: `${check}@${seq}`, check, device: DEVICE, kind, at: START_AT + at, seq, durationMs: 1, finding: findingOf(step, symptom) };
}

/** When a step happens: once, or again and again. */
function timesOf({ at, every, times, until }: PackStep): readonly number[] {
  if (every === undefined) return [at];
  const count = times ?? Math.floor(((until ?? at) - at) / every) + 1;
  return Array.from({ length: count }, (_, index) => at + index * every);
}

/** The alarms of one rule on one device, moved as the daemon moves them. */
class Bench {
  readonly #rule: Rule;
  readonly alarms = new Map<string, Alarm>();
  readonly #marks = new Map<string, Mark>();
  readonly seen = new Set<AlarmState>();
  readonly told: Transition["kind"][] = [];
  #seq = 0;

  constructor(rule: Rule) {
    this.#rule = rule;
  }

  /** One moment of a step; resolves to what the look asked for. */
  moment(step: PackStep, at: number): Pick<Judgement, "retrySoonMs"> {
    const marks = (key: string) => this.#marks.get(key);
    for (const alarm of [...this.alarms.values()]) this.#keep(wakeAlarm(alarm, this.#rule, START_AT + at, marks));
    this.#seq += 1;
    const observation = observationOf(step, at, this.#seq, this.#rule.symptom);
    if (observation === undefined) return {};
    const judged = judgeObservation({
      observation,
      rules: [this.#rule],
      alarms: (key) => this.alarms.get(key),
      ofDevice: () => this.alarms.values(),
      marks,
      now: observation.at,
    });
    this.#keep(judged);
    // A good look that never made a record is a state too.
    if (judged.alarms.length === 0 && this.alarms.size === 0) this.seen.add("inactive");
    return judged;
  }

  #keep(judged: Pick<Judgement, "alarms" | "transitions" | "marks">): void {
    for (const [key, mark] of judged.marks ?? []) this.#marks.set(key, mark);
    for (const alarm of judged.alarms) {
      this.alarms.set(alarm.key, alarm);
      this.seen.add(alarm.state);
    }
    this.told.push(...judged.transitions.map(({ kind }) => kind));
  }

  of(part: string | undefined): Alarm | undefined {
    return this.alarms.get(alarmKey(DEVICE, this.#rule.symptom, part ?? this.#rule.part));
  }

  active(): readonly string[] {
    return [...this.alarms.values()].filter(({ state }) => state === "active").map(({ part }) => part ?? "device");
  }
}

/** What differs from what the case wants; no miss when it holds. */
export function runCase(rule: Rule, test: Pick<PackTest, "steps">): CaseRun {
  const bench = new Bench(rule);
  const misses = test.steps.flatMap((step, index): readonly Miss[] => {
    const before = bench.told.length;
    const times = timesOf(step);
    let again: number | undefined;
    for (const at of times) again = bench.moment(step, at).retrySoonMs;
    const alarm = bench.of(step.part);
    const line = step.line === undefined ? {} : { line: step.line };
    const place = { step: index + 1, at: times.at(-1) ?? step.at, ...line };
    const list = (words: readonly string[]) => [...words].sort().join(", ") || "none";
    const asked = (ms: number | "never" | undefined) => (ms === undefined || ms === "never" ? "never" : `${ms / 1000} s`);
    const compared: readonly (readonly [string, string | undefined, string])[] = [
      ["state", step.want, alarm?.state ?? "inactive"],
      ["told", step.told === undefined ? undefined : step.told.join(", ") || "nothing", bench.told.slice(before).join(", ") || "nothing"],
      ["active", step.active === undefined ? undefined : list(step.active), list(bench.active())],
      ["again", step.again === undefined ? undefined : asked(step.again), asked(again)],
    ];
    const differing = compared.flatMap(([what, wanted, found]) =>
      wanted === undefined || wanted === found ? [] : [{ ...place, what, wanted, found }],
    );
    const detail = alarm?.detail ?? "nothing";
    return step.detail === undefined || detail.includes(step.detail)
      ? differing
      : [...differing, { ...place, what: "detail", wanted: step.detail, found: detail }];
  });
  return { misses, seen: bench.seen, told: bench.told };
}

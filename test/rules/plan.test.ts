/** Rules that have nothing to say about a look are not asked; nothing else changes by it. */
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import fc from "fast-check";
import { expect, it } from "vitest";
import type { Alarm } from "../../daemon/model/alarm.ts";
import type { Observation } from "../../daemon/model/observation.ts";
import type { Condition, Rule } from "../../daemon/model/rule.ts";
import { SECOND } from "../../daemon/model/time.ts";
import { projectRoot } from "../../probes/built.ts";
import { judgeObservation } from "../../rules/alarm.ts";
import { parsePack } from "../../rules/pack.ts";
import type { Mark } from "../../rules/slope.ts";

const folder = join(projectRoot(), "rules", "packs");
const rules: readonly Rule[] = readdirSync(folder).flatMap((name) => parsePack(name, readFileSync(join(folder, name), "utf8")).rules);

interface Vocabulary {
  readonly samples: Map<string, Set<number>>;
  readonly readings: Map<string, Set<string>>;
}

/** What the shipped rules speak about: names, values at both sides of each limit, words that are and are not theirs. */
function learn(condition: Condition, into: Vocabulary): void {
  if (condition.on === "sample") {
    const values = into.samples.get(condition.name) ?? new Set([0, Number.NaN]);
    for (const limit of [condition.above, condition.below, condition.clear])
      if (limit !== undefined) for (const by of [-1, 0, 1]) values.add(limit + by * Math.max(0.01, Math.abs(limit) / 10));
    into.samples.set(condition.name, values);
  } else if (condition.on === "reading") {
    const words = into.readings.get(condition.name) ?? new Set(["never-heard-of"]);
    for (const word of [...condition.is, ...(condition.not ?? []), ...(condition.clear ?? [])]) words.add(word);
    into.readings.set(condition.name, words);
  } else if (condition.on === "all" || condition.on === "any") for (const one of condition.of) learn(one, into);
}

const vocabulary: Vocabulary = { samples: new Map(), readings: new Map() };
for (const { when } of rules) learn(when, vocabulary);

const part = fc.constantFrom(undefined, "camera 1", "camera 2", "microphone 1", "GigabitEthernet1/0/3");
const withPart = <T extends object>(value: T, named: string | undefined) => (named === undefined ? value : { ...value, part: named });
const sample = fc
  .constantFrom(...[...vocabulary.samples].flatMap(([name, values]) => [...values].map((value) => ({ name, value }))))
  .chain((value) => part.map((named) => withPart(value, named)));
const reading = fc
  .constantFrom(...[...vocabulary.readings].flatMap(([name, words]) => [...words].map((value) => ({ name, value }))))
  .chain((value) => part.map((named) => withPart(value, named)));
const fault = fc
  .record({
    symptom: fc.constantFrom(...new Set(rules.map(({ symptom }) => symptom))),
    effect: fc.constantFrom("raise" as const, "clear" as const),
  })
  .chain((value) => part.map((named) => withPart(value, named)));

const seen = fc.record({
  kind: fc.constantFrom("icmp" as const, "snmp" as const, "ssh" as const, "trap" as const),
  status: fc.constantFrom("up" as const, "up" as const, "down" as const, "unknown" as const),
  code: fc.constantFrom(undefined, "snmp.timeout", "icmp.no-answer", "ssh.auth-refused", "ssh.host-key-changed"),
  samples: fc.array(sample, { maxLength: 6 }),
  readings: fc.array(reading, { maxLength: 6 }),
  faults: fc.array(fault, { maxLength: 2 }),
  whole: fc.option(fc.constantFrom(...vocabulary.readings.keys()), { nil: undefined, freq: 6 }),
  afterMs: fc.constantFrom(2 * SECOND, 30 * SECOND, 60 * SECOND),
});
type Seen = typeof seen extends fc.Arbitrary<infer S> ? S : never;

function observe(one: Seen, at: number, seq: number): Observation {
  const { kind, status, code, samples, readings, faults, whole } = one;
  const said = status === "up" || code === undefined ? {} : { code };
  const finding = { status, ...said, samples, readings, faults, ...(whole === undefined ? {} : { whole: [whole] }) };
  return { id: `d/${kind}@${seq}`, check: `d/${kind}`, device: "d", kind, at, seq, durationMs: 1, finding };
}

it("says of a look what asking every rule would have said, alarm by alarm, over the shipped rules", () => {
  fc.assert(
    fc.property(fc.array(seen, { minLength: 1, maxLength: 12 }), (looks) => {
      const alarms = new Map<string, Alarm>();
      const marks = new Map<string, Mark>();
      let at = Date.UTC(2026, 10, 18, 14);
      for (const [index, one] of looks.entries()) {
        at += one.afterMs;
        const known = [...new Set([...alarms.values()].map(({ symptom }) => symptom))];
        const asked = { observation: observe(one, at, index + 1), rules, now: at, ofDevice: () => alarms.values() };
        const memory = { alarms: (key: string) => alarms.get(key), marks: (key: string) => marks.get(key) };
        const all = judgeObservation({ ...asked, ...memory });
        const few = judgeObservation({ ...asked, ...memory, symptoms: known });
        expect(few).toEqual(all);
        for (const alarm of all.alarms) alarms.set(alarm.key, alarm);
        for (const [key, mark] of all.marks ?? []) marks.set(key, mark);
      }
    }),
    { numRuns: 300 },
  );
});

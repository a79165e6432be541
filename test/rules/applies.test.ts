/** Which rules an observation meets: leaving the others out changes nothing; and which looks may end an alarm. */
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { Finding, Observation, ProbeKind } from "../../daemon/model/observation.ts";
import type { Condition, Rule } from "../../daemon/model/rule.ts";
import { MINUTE, SECOND } from "../../daemon/model/time.ts";
import { couldClear, createRuleIndex } from "../../rules/applies.ts";
import { device, Memory, rule, seen } from "./made.ts";
import "../seed.ts";

const polls = ["icmp", "snmp", "ssh", "telnet", "https", "tcp"] as const;
const poll = fc.constantFrom(...polls);
const sampleNames = ["icmp_loss_ratio", "temperature_celsius", "calls"] as const;
const readingNames = ["sip_registration", "standby"] as const;
const words = ["good", "bad"] as const;

const simple: fc.Arbitrary<Condition> = fc.oneof(
  fc.record({ on: fc.constant("look" as const), kind: poll }),
  fc.record({ on: fc.constant("code" as const), kind: poll, codes: fc.constant(["x.refused"]) }),
  fc.record({ on: fc.constant("sample" as const), name: fc.constantFrom(...sampleNames), above: fc.constant(1) }),
  fc.record({ on: fc.constant("reading" as const), name: fc.constantFrom(...readingNames), is: fc.constant(["bad"]) }),
  fc.constant({ on: "fault" as const }),
);
const absent: fc.Arbitrary<Condition> = fc.oneof(
  fc.record({ on: fc.constant("absent" as const), what: fc.constant("look" as const), name: poll, withinMs: fc.constant(3 * MINUTE) }),
  ...(["sample", "reading"] as const).map((what) =>
    fc.record({
      on: fc.constant("absent" as const),
      what: fc.constant(what),
      name: fc.constantFrom(...(what === "sample" ? sampleNames : readingNames)),
      withinMs: fc.constant(3 * MINUTE),
    }),
  ),
);
const condition: fc.Arbitrary<Condition> = fc.oneof(
  { weight: 5, arbitrary: simple },
  { weight: 1, arbitrary: absent },
  {
    weight: 2,
    arbitrary: fc.record({ on: fc.constantFrom("all" as const, "any" as const), of: fc.array(simple, { minLength: 1, maxLength: 3 }) }),
  },
);
const rules = fc
  .array(
    fc.record({
      when: condition,
      attempts: fc.constantFrom(1, 2),
      kinds: fc.constantFrom(undefined, ["codec" as const], ["router" as const]),
      families: fc.constantFrom(undefined, ["cisco-ce"], ["polycom-hdx"]),
      eventOnly: fc.constantFrom(false, false, true),
    }),
    { minLength: 1, maxLength: 8 },
  )
  .map((all) =>
    all.map(({ when, attempts, kinds, families, eventOnly }, index): Rule => {
      const applies = { ...(kinds === undefined ? {} : { kinds }), ...(families === undefined ? {} : { families }) };
      return rule({ id: `r${index}`, symptom: `s${index}`, when, attempts: when.on === "absent" ? 1 : attempts, applies, eventOnly });
    }),
  );

interface Step {
  readonly kind: ProbeKind;
  readonly status: Finding["status"];
  readonly code: string | undefined;
  readonly value: number;
  readonly word: string;
  readonly fault: number | undefined;
  readonly afterMs: number;
}
const steps: fc.Arbitrary<readonly Step[]> = fc.array(
  fc.record({
    kind: fc.constantFrom<ProbeKind>(...polls, "trap"),
    status: fc.constantFrom("up" as const, "down" as const, "unknown" as const),
    code: fc.constantFrom(undefined, "x.refused"),
    value: fc.constantFrom(0, 1, 2),
    word: fc.constantFrom(...words),
    fault: fc.option(fc.nat({ max: 7 }), { nil: undefined, freq: 4 }),
    afterMs: fc.constantFrom(2 * SECOND, MINUTE, 4 * MINUTE),
  }),
  { maxLength: 14 },
);

/** Pings carry the samples of pings, everything else the others. */
function observed({ kind, status, code, value, word, fault }: Step, at: number): Observation {
  const ofPings = (name: string) => name.startsWith("icmp_");
  const told = kind !== "trap" && status === "up";
  const finding: Finding = {
    status,
    ...(code === undefined ? {} : { code }),
    samples: told ? sampleNames.filter((name) => ofPings(name) === (kind === "icmp")).map((name) => ({ name, value })) : [],
    readings: told && kind !== "icmp" ? readingNames.map((name) => ({ name, value: word })) : [],
    faults: fault === undefined ? [] : [{ symptom: `s${fault}`, effect: "raise" }],
  };
  return seen(at, finding, { kind });
}

describe("the index", () => {
  it("leaves out only rules that the observation could not move: what is told and kept is the same, whatever happens", () => {
    fc.assert(
      fc.property(rules, steps, (all, story) => {
        const codec = device("d");
        const index = createRuleIndex(all);
        const whole = index(codec);
        const [asked, spared] = [new Memory(whole), new Memory(whole)];
        let at = 0;
        for (const step of story) {
          at += step.afterMs;
          asked.wake(at);
          spared.wake(at);
          const observation = observed(step, at);
          asked.see(observation, { rules: whole });
          spared.see(observation, { rules: index(codec, undefined, observation) });
          expect(spared.told).toEqual(asked.told);
          expect([...spared.alarms]).toEqual([...asked.alarms]);
        }
      }),
      { numRuns: 200 },
    );
  });

  it("keeps to the device's kind and family, or to those it is asked for", () => {
    const all = [
      rule({ id: "any" }),
      rule({ id: "codecs", applies: { kinds: ["codec"] } }),
      rule({ id: "ours", applies: { kinds: ["codec"], families: ["cisco-ce"] } }),
      rule({ id: "routers", applies: { kinds: ["router"] } }),
      rule({ id: "hdx", applies: { families: ["polycom-hdx"] } }),
    ];
    const ids = (found: readonly Rule[]) => found.map(({ id }) => id);
    const index = createRuleIndex(all);
    expect(ids(index(device("d")))).toEqual(["any", "codecs", "ours"]);
    expect(ids(index(device("d"), { id: "polycom-hdx", kind: "codec" }))).toEqual(["any", "codecs", "hdx"]);
    expect(ids(index(device("r", { kind: "router", family: "cisco-ios-router" })))).toEqual(["any", "routers"]);
    expect(ids(index(device("d"))), "asked again").toEqual(["any", "codecs", "ours"]);
  });
});

describe("which look could end an alarm", () => {
  const ofReading: Condition = { on: "reading", name: "standby", is: ["on"] };
  const cases: readonly (readonly [name: string, when: Condition, by: readonly ProbeKind[]])[] = [
    ["of a look of one kind: one of that kind", { on: "look", kind: "ssh" }, ["ssh"]],
    ["of a code: a look of its kind", { on: "code", kind: "snmp", codes: ["snmp.timeout"] }, ["snmp"]],
    ["of pings: pings", { on: "sample", name: "icmp_loss_ratio", above: 0.1 }, ["icmp"]],
    ["of what a device says: whatever may have asked it", ofReading, ["snmp", "ssh", "telnet", "https", "tcp"]],
    ["of several: what could move one of them", { on: "any", of: [ofReading, { on: "look", kind: "icmp" }] }, [...polls]],
    ["of what only the device itself says: anything", { on: "fault" }, [...polls, "trap"]],
    [
      "of a notification that does not come: anything",
      { on: "absent", what: "trap", name: "heartbeat", withinMs: MINUTE },
      [...polls, "trap"],
    ],
    ["of a look that does not come: that look", { on: "absent", what: "look", name: "ssh", withinMs: MINUTE }, ["ssh"]],
  ];
  it.each(cases)("%s", (_, when, by) => {
    expect([...polls, "trap" as const].filter((kind) => couldClear(rule({ when }), kind))).toEqual(by);
  });
});

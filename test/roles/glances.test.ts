/** Looks that are known at a glance: what is decided is what asking the rules at every look decides, turn by turn. */
import fc from "fast-check";
import { expect, it } from "vitest";
import { Board } from "../../daemon/board.ts";
import type { Finding, Observation, ProbeKind } from "../../daemon/model/observation.ts";
import type { Condition, Rule } from "../../daemon/model/rule.ts";
import { MINUTE, SECOND } from "../../daemon/model/time.ts";
import type { TurnResult, TurnWorld } from "../../daemon/roles/intent.ts";
import { AlarmMemory } from "../../daemon/roles/memory.ts";
import { Turn } from "../../daemon/roles/turn.ts";
import { inOrder } from "../../rules/alarm.ts";
import { createRuleIndex } from "../../rules/applies.ts";
import { topologyOf } from "../../rules/cuts.ts";
import { device, network, rule } from "../rules/made.ts";

const plain: fc.Arbitrary<Condition> = fc.oneof(
  fc.constantFrom<Condition>(
    { on: "look", kind: "snmp" },
    { on: "look", kind: "icmp", status: "unknown" },
    { on: "code", kind: "snmp", codes: ["snmp.auth-refused"] },
    { on: "fault" },
  ),
  fc.record({ on: fc.constant("sample" as const), name: fc.constantFrom("a", "b"), above: fc.constantFrom(1, 2), clear: fc.constant(0.5) }),
  fc.record({ on: fc.constant("sample" as const), name: fc.constantFrom("a", "b"), below: fc.constantFrom(1, 2) }),
  fc.record({
    ...{ on: fc.constant("sample" as const), name: fc.constantFrom("a", "b"), above: fc.constantFrom(0, 1) },
    ...{ perMs: fc.constantFrom(MINUTE, 10 * MINUTE) },
  }),
  fc.record({
    ...{ on: fc.constant("sample" as const), name: fc.constantFrom("a", "b"), above: fc.constant(1) },
    ...{ perMs: fc.constant(MINUTE), counter: fc.constant(true as const) },
  }),
  fc.record({ on: fc.constant("reading" as const), name: fc.constantFrom("r", "s"), is: fc.constant(["bad"]) }),
  fc.record({ on: fc.constant("reading" as const), name: fc.constant("r"), is: fc.constant([]), not: fc.constant(["good"]) }),
);
const condition: fc.Arbitrary<Condition> = fc.oneof(
  { weight: 6, arbitrary: plain },
  { weight: 1, arbitrary: fc.record({ on: fc.constantFrom("all" as const, "any" as const), of: fc.tuple(plain, plain) }) },
  {
    weight: 3,
    arbitrary: fc.record({
      ...{ on: fc.constant("absent" as const), withinMs: fc.constantFrom(4 * MINUTE, 15 * MINUTE) },
      what: fc.constantFrom("look" as const, "sample" as const, "reading" as const),
      name: fc.constantFrom("snmp", "a", "r"),
    }),
  },
);
const someRule = fc.record({
  when: condition,
  symptom: fc.constantFrom("one", "two", "three", "four"),
  forMs: fc.constantFrom(0, 0, MINUTE),
  attempts: fc.constantFrom(1, 1, 2),
  afterGood: fc.constantFrom(undefined, undefined, undefined, true as const),
  outOfService: fc.boolean(),
});
type Some = typeof someRule extends fc.Arbitrary<infer S> ? S : never;

function rulesOf(some: readonly Some[]): readonly Rule[] {
  const made = some.map(({ afterGood, ...each }, n) =>
    rule({ ...each, id: `rule-${n}`, ...(afterGood === undefined || each.when.on === "absent" ? {} : { afterGood }) }),
  );
  return [
    rule(),
    rule({ id: "link-down", symptom: "link-down", when: { on: "fault" } }),
    rule({ id: "blind-poller", symptom: "blind-poller", when: { on: "fault" } }),
    ...made,
  ];
}

/** What a look mostly finds: it says what the one before said, though its numbers differ. */
const usual = (a: number, r: string, s: string, b: number): Partial<Finding> => ({
  samples: [
    { name: "a", value: a },
    { name: "b", value: b, part: "p" },
  ],
  readings: [
    { name: "r", value: r },
    { name: "s", value: s },
  ],
});
const usually = [usual(0.2, "good", "good", 0.7), usual(0.3, "good", "good", 0.9)];
const finding: fc.Arbitrary<Partial<Finding>> = fc.oneof(
  { weight: 24, arbitrary: fc.constantFrom(...usually) },
  {
    weight: 1,
    arbitrary: fc.constantFrom<Partial<Finding>>(
      {},
      usual(1.5, "good", "good", 0.7),
      usual(0.2, "bad", "good", 0.7),
      usual(0.2, "good", "bad", 3),
      { status: "down", code: "snmp.timeout" },
      { status: "unknown" },
      { status: "down", code: "snmp.auth-refused" },
      { samples: [{ name: "a", value: 1.5 }], readings: [{ name: "r", value: "bad" }] },
      { samples: [{ name: "a", value: Number.NaN }], readings: [{ name: "r", value: "good" }] },
      { readings: [{ name: "s", value: "bad" }], whole: ["s"] },
      { faults: [{ symptom: "two", effect: "raise" }] },
    ),
  },
);
const seen = fc.record({
  device: fc.constantFrom("router", "d", "d", "e", "f"),
  kind: fc.constantFrom("icmp" as const, ...Array.from({ length: 6 }, () => "snmp" as const), "icmp" as const, "trap" as const),
  finding,
  afterMs: fc.constantFrom(0, 1, 2 * SECOND, 30 * SECOND, 30 * SECOND, 61 * SECOND, 3 * MINUTE),
  lateMs: fc.constantFrom(...Array.from({ length: 20 }, () => 0), 40 * SECOND),
});
const down = fc.record({
  ...{ device: fc.constantFrom("d", "e", "f", "router"), kind: fc.constant("icmp" as const) },
  ...{ finding: fc.constant<Partial<Finding>>({ status: "down" }), afterMs: fc.constantFrom(1, 30 * SECOND), lateMs: fc.constant(0) },
});
const turn = fc.record({
  looks: fc.array(fc.oneof({ weight: 12, arbitrary: seen }, { weight: 1, arbitrary: down }), { maxLength: 6 }),
  failsFirst: fc.constantFrom(false, false, false, true),
  clockBackMs: fc.constantFrom(...Array.from({ length: 30 }, () => 0), 10 * MINUTE),
});
type Steps = readonly (typeof turn extends fc.Arbitrary<infer T> ? T : never)[];

/** What an evaluator keeps, learning what it could know at a glance or not. */
class Decider {
  readonly board = new Board();
  readonly memory = new AlarmMemory([]);
  readonly #world: TurnWorld;
  readonly #learns: boolean;

  constructor(rules: readonly Rule[], startedAt: number, learns: boolean) {
    // A circuit that nobody can look at: who is behind it tells, and when each of them answered last.
    const links = [{ id: "line", name: "line", ends: ["home", "site"] as const }];
    const net = network([device("router", { site: "home" }), device("d"), device("e"), device("f")], {}, links, "router");
    this.#learns = learns;
    this.#world = {
      ...{ network: net, topology: topologyOf(net), startedAt, rules, ruleById: new Map(rules.map((each) => [each.id, each])) },
      ...{ rulesOf: createRuleIndex(rules), board: this.board, restoreAfterLooks: 2, holdUntil: 0 },
    };
  }

  decide(observations: readonly Observation[], now: number): TurnResult {
    return new Turn(this.#world, this.memory).run(inOrder(observations), now, new Set());
  }

  follow(result: TurnResult, observations: readonly Observation[], now: number): void {
    this.memory.apply(result.overlay.changes());
    if (result.overlay.heardAt !== undefined) this.memory.hearSince(result.overlay.heardAt);
    if (this.#learns) this.memory.learn(result.looks);
    else this.memory.remember(inOrder(observations));
    this.memory.rememberBack(result.cameBack);
    this.memory.rememberMarks(result.overlay.marks);
    this.memory.rememberDoing(result.overlay.told);
    this.memory.suspects = result.suspects;
    for (const each of observations) this.board.record(each, now);
    for (const [id, up] of result.up) this.board.of(id, now).up = up;
  }
}

const byKey = (memory: AlarmMemory) => [...memory.all()].sort((a, b) => (a.key < b.key ? -1 : 1));
const told = ({ persist, intents, kicks, cameBack, held, suspects, overlay }: TurnResult) => ({
  ...{ persist: [...persist].sort(), intents, kicks, cameBack, held, suspects, told: overlay.told },
  changes: [...overlay.changes()].map(({ key }) => key).sort(),
});

/** How many looks were known at a glance. */
function compare(rules: readonly Rule[], steps: Steps): number {
  let now = Date.UTC(2026, 10, 18, 14);
  let [seq, glances] = [0, 0];
  const [fast, slow] = [new Decider(rules, now, true), new Decider(rules, now, false)];
  const marks = new Set<string>();
  for (const { looks, failsFirst, clockBackMs } of steps) {
    now -= clockBackMs;
    const observations = looks.map((look): Observation => {
      now += look.afterMs;
      seq += 1;
      const kind: ProbeKind = look.kind;
      const check = `${look.device}/${kind}`;
      const base = { status: "up" as const, samples: [], readings: [], faults: [] };
      const said = { ...base, ...look.finding };
      return { id: `${check}@${seq}`, check, device: look.device, kind, at: now - look.lateMs, seq, durationMs: 1, finding: said };
    });
    if (failsFirst) fast.decide(observations, now);
    const [quick, asked] = [fast.decide(observations, now), slow.decide(observations, now)];
    expect(told(quick)).toEqual(told(asked));
    glances += observations.filter((each) => !quick.up.has(each.device)).length;
    fast.follow(quick, observations, now);
    slow.follow(asked, observations, now);
    expect(byKey(fast.memory)).toEqual(byKey(slow.memory));
    for (const key of asked.overlay.marks.keys()) marks.add(key);
    for (const key of marks) expect([key, fast.memory.mark(key)]).toEqual([key, slow.memory.mark(key)]);
    for (const id of ["router", "d", "e", "f"]) expect([id, fast.board.get(id)?.up]).toEqual([id, slow.board.get(id)?.up]);
  }
  return glances;
}

it("decides what asking every rule at every look decides, over random packs and sequences", () => {
  let [glances, looks] = [0, 0];
  fc.assert(
    fc.property(fc.array(someRule, { maxLength: 4 }), fc.array(turn, { minLength: 20, maxLength: 60 }), (some, steps) => {
      glances += compare(rulesOf(some), steps);
      looks += steps.flatMap((step) => step.looks).length;
    }),
    { numRuns: 250 },
  );
  expect(glances / looks).toBeGreaterThan(0.05);
});

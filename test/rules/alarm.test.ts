/** The alarm life cycle: looks, traps, timers, flapping; and what may arrive in what order. */
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { Observation } from "../../daemon/model/observation.ts";
import { inOrder, judgeObservation } from "../../rules/alarm.ts";
import { createRuleIndex } from "../../rules/applies.ts";
import { bad, device, good, Memory, rule, seen, trap, unsure } from "./made.ts";

describe("looks", () => {
  it("three attempts raise at the third, asking for quick looks before it", () => {
    const memory = new Memory([rule({ attempts: 3, retryMs: 2000 })]);
    expect(memory.see(bad(1)).retrySoonMs).toBe(2000);
    expect(memory.see(bad(2)).retrySoonMs).toBe(2000);
    expect(memory.see(bad(3)).retrySoonMs).toBeUndefined();
    expect(memory.one()).toMatchObject({ state: "active", since: 3, firstBadAt: 1, badLooks: 3, raisedBy: "look" });
    expect(memory.kinds()).toEqual(["raised"]);
  });

  it("one good look while pending starts over", () => {
    const memory = new Memory([rule({ attempts: 2 })]);
    for (const look of [bad(1), good(2), bad(3)]) memory.see(look);
    expect(memory.one()).toMatchObject({ state: "pending", badLooks: 1, firstBadAt: 3 });
    expect(memory.kinds()).toEqual([]);
  });

  it("an unknown look holds pending and active alike", () => {
    const memory = new Memory([rule({ attempts: 2 })]);
    for (const look of [bad(1), unsure(2)]) memory.see(look);
    expect(memory.one()).toMatchObject({ state: "pending", badLooks: 1 });
    for (const look of [bad(3), unsure(4), unsure(5)]) memory.see(look);
    expect(memory.one()).toMatchObject({ state: "active", movedAt: 3 });
  });

  it("a good look of a device that was never bad leaves no record", () => {
    const memory = new Memory([rule()]);
    expect(memory.see(good(1)).alarms).toEqual([]);
  });

  it("good looks after clearing are told up to K, then no more", () => {
    const memory = new Memory([rule()]);
    for (const look of [bad(1), good(2), good(3), good(4), good(5)]) memory.see(look, { restoreAfterLooks: 3 });
    expect(memory.kinds()).toEqual(["raised", "cleared", "good-look", "good-look"]);
    expect(memory.one()).toMatchObject({ goodLooks: 3, firstGoodAt: 2 });
  });

  it("a bad look among the K good ones starts the count over and keeps the incident open", () => {
    const memory = new Memory([rule({ attempts: 2 })]);
    for (const look of [bad(1), bad(2), good(3), bad(4), good(5), good(6)]) memory.see(look);
    expect(memory.kinds()).toEqual(["raised", "cleared", "good-look"]);
    expect(memory.one()).toMatchObject({ state: "inactive", goodLooks: 2, firstGoodAt: 5 });
  });

  it("an older look than the last move changes nothing, unless that move lies in the future", () => {
    const memory = new Memory([rule()]);
    memory.see(bad(100));
    expect(memory.see(good(50), { now: 100 }).alarms).toEqual([]);
    expect(memory.see(good(50), { now: 50 }).transitions[0]?.kind).toBe("cleared");
  });

  it("pending when the clock is set back: its time begins anew, rather than when the clock has caught up", () => {
    const memory = new Memory([rule({ forMs: 100, attempts: 2 })]);
    memory.see(bad(1_000));
    memory.see(bad(500), { now: 500 });
    expect(memory.one()).toMatchObject({ state: "pending", since: 500, firstBadAt: 500, wakeAt: 600 });
    memory.wake(600);
    expect(memory.kinds()).toEqual(["raised"]);
  });

  it("a look older than the last of its check changes nothing even where there is no alarm", () => {
    const memory = new Memory([rule()]);
    expect(memory.see(bad(5), { previous: { at: 6, seq: 6 }, now: 7 }).alarms).toEqual([]);
  });
});

describe("timers", () => {
  it("`for` ends at its own due time, heard or not", () => {
    const memory = new Memory([rule({ forMs: 100 })]);
    memory.see(bad(1));
    expect(memory.one()?.wakeAt).toBe(101);
    memory.wake(100);
    expect(memory.one()?.state).toBe("pending");
    memory.wake(500);
    memory.wake(600);
    expect(memory.one()).toMatchObject({ state: "active", since: 101 });
    expect(memory.kinds()).toEqual(["raised"]);
  });

  it("a look that comes after the due time fires the timer first", () => {
    const memory = new Memory([rule({ forMs: 100 })]);
    memory.see(bad(1));
    memory.see(good(200));
    expect(memory.told.map(({ kind, alarm }) => [kind, alarm.since])).toEqual([
      ["raised", 101],
      ["cleared", 200],
    ]);
  });

  it("attempts and `for` must both be met", () => {
    const memory = new Memory([rule({ forMs: 100, attempts: 3 })]);
    for (const look of [bad(1), bad(200)]) memory.see(look);
    expect(memory.one()).toMatchObject({ state: "pending" });
    expect(memory.one()?.wakeAt).toBeUndefined();
    memory.see(bad(300));
    expect(memory.one()).toMatchObject({ state: "active", since: 300 });
  });
});

describe("traps", () => {
  it("a raise is active at once and asks for a look; the look confirms it or clears it", () => {
    const memory = new Memory([rule({ attempts: 3 })]);
    expect(memory.see(trap(1, "raise"))).toMatchObject({ confirm: true, transitions: [{ kind: "raised" }] });
    expect(memory.one()?.raisedBy).toBe("trap");
    memory.see(bad(2));
    expect(memory.one()).toMatchObject({ state: "active", raisedBy: "look" });
    memory.see(good(3));
    expect(memory.kinds()).toEqual(["raised", "cleared"]);
  });

  it("a clear is only a question, unless the rule trusts the trap", () => {
    const memory = new Memory([rule()]);
    memory.see(trap(1, "raise"));
    expect(memory.see(trap(2, "clear"))).toMatchObject({ confirm: true, transitions: [] });
    const trusting = new Memory([rule({ clearedBy: "trap", when: { on: "fault" } })]);
    trusting.see(trap(1, "raise"));
    expect(trusting.see(trap(2, "clear"))).toMatchObject({ confirm: false, transitions: [{ kind: "cleared" }] });
    expect(trusting.one()?.goodLooks).toBe(2);
  });

  it("the device's good word for itself ends what traps said of its parts, of any symptom, at the second look; not what a look said", () => {
    const bridge = rule({
      id: "bridge",
      symptom: "bridge",
      when: { on: "reading", name: "status", is: ["major"], clear: ["normal"] },
      coversParts: "alarm",
      clearedBy: "trap",
    });
    const memory = new Memory([bridge, rule({ id: "hot", symptom: "hot", when: { on: "reading", name: "heat", is: ["high"] } })]);
    const status = (at: number, value: string) => seen(at, { readings: [{ name: "status", value }] }, { kind: "snmp" });
    memory.see(trap(1, "raise", "bridge", "alarm disk"));
    memory.see(trap(2, "raise", "hot", "alarm heat"));
    memory.see(trap(3, "raise", "hot", "sensor 1"));
    memory.see(seen(4, { readings: [{ name: "heat", part: "alarm look", value: "high" }] }, { kind: "snmp" }));
    const active = () => [...memory.alarms.values()].flatMap(({ part, state }) => (state === "active" ? [part] : []));
    for (const look of [status(5, "normal"), status(6, "major"), status(7, "normal"), seen(8, {}, { kind: "snmp" })]) memory.see(look);
    expect(active()).toEqual(["alarm disk", "alarm heat", "sensor 1", "alarm look"]);
    memory.see(status(9, "normal"));
    expect(active()).toEqual(["sensor 1", "alarm look"]);
    expect(memory.told.at(-1)?.why).toBe("the device as a whole is normal, 2 looks in a row");
  });

  it("a late or repeated trap moves nothing but is still looked into", () => {
    const memory = new Memory([rule()]);
    memory.see(bad(5));
    memory.see(good(6));
    expect(memory.see(trap(3, "raise"), { now: 7 })).toEqual({ alarms: [], transitions: [], confirm: true });
  });

  it("what needs no look asks for none: a raise that a look has confirmed, a clear of what is not raised", () => {
    const memory = new Memory([rule()]);
    expect(memory.see(trap(1, "clear")).confirm).toBe(false);
    expect(memory.see(trap(2, "raise")).confirm).toBe(true);
    expect(memory.see(trap(3, "raise")).confirm).toBe(true);
    memory.see(bad(4));
    expect(memory.see(trap(5, "raise")).confirm).toBe(false);
    expect(memory.see(trap(6, "clear")).confirm).toBe(true);
    memory.see(good(7));
    expect(memory.see(trap(8, "clear")).confirm).toBe(true);
    memory.see(good(9));
    expect(memory.see(trap(10, "clear")).confirm).toBe(false);
    expect(memory.see(trap(11, "raise")).confirm).toBe(true);
  });

  it("an event is told once, the same again is not, and raises nothing", () => {
    const memory = new Memory([rule({ when: { on: "fault" }, eventOnly: true })]);
    memory.see(trap(1, "event"));
    memory.see(trap(1, "event"));
    memory.see(trap(2, "raise"));
    expect(memory.kinds()).toEqual(["event", "event"]);
    expect(memory.one()?.state).toBe("inactive");
  });

  it("one that names no part is answered by the parts together", () => {
    const camera = rule({
      id: "camera",
      symptom: "camera",
      when: { on: "reading", name: "peripheral", is: ["disconnected"], partPrefix: "camera" },
    });
    const look = (at: number, one: string, two: string) =>
      seen(at, { readings: [1, 2].map((n) => ({ name: "peripheral", part: `camera ${n}`, value: n === 1 ? one : two })) }, { kind: "ssh" });
    const memory = new Memory([camera]);
    memory.see(trap(1, "raise", "camera"));
    memory.see(look(2, "connected", "disconnected"));
    expect(memory.alarms.size).toBe(1);
    expect(memory.one()).toMatchObject({ state: "active", raisedBy: "look", detail: "camera 2: peripheral is disconnected" });
    memory.see(look(3, "connected", "connected"));
    memory.see(look(4, "connected", "connected"));
    expect(memory.kinds()).toEqual(["raised", "cleared", "good-look"]);
  });
});

describe("parts", () => {
  const ports = rule({ id: "port", symptom: "port", when: { on: "sample", name: "interface_up", below: 0.5 } });
  const table = (at: number, rows: Record<string, number>) =>
    seen(at, { samples: Object.entries(rows).map(([part, value]) => ({ name: "interface_up", part, value })) }, { kind: "snmp" });

  it("a part that vanished from the table holds", () => {
    const memory = new Memory([ports]);
    memory.see(table(1, { a: 0, b: 1 }));
    memory.see(table(2, { b: 1 }));
    expect(memory.alarms.get("d|port|a")?.state).toBe("active");
    expect(memory.alarms.has("d|port|b")).toBe(false);
  });

  it("a rule that wants a good look first ignores what was bad from the start", () => {
    const memory = new Memory([{ ...ports, afterGood: true }]);
    memory.see(table(1, { a: 0, b: 1 }));
    memory.see(table(2, { a: 0, b: 0 }));
    expect(memory.told.map((one) => [one.kind, one.alarm.part])).toEqual([["raised", "b"]]);
  });
});

describe("flapping", () => {
  const swing = (from: number, count: number) => Array.from({ length: count }, (_, n) => (n % 2 === 0 ? bad(from + n) : good(from + n)));

  it("is told once, hides problem and recovery, and ends with the present state", () => {
    const memory = new Memory([rule()]);
    for (const look of [...swing(1, 30), ...Array.from({ length: 20 }, (_, n) => bad(31 + n))]) memory.see(look);
    expect(memory.kinds()).toEqual(["raised", "cleared", "raised", "cleared", "raised", "flapping", "settled"]);
    expect(memory.told.at(-1)?.alarm).toMatchObject({ state: "active", flapping: false });
  });
});

const episode = fc.array(fc.constantFrom("bad", "good", "unknown", "raise", "clear"), { minLength: 1, maxLength: 60 });
const make = { bad, good, unknown: unsure, raise: (at: number) => trap(at, "raise"), clear: (at: number) => trap(at, "clear") };
const story = episode.map((kinds) => kinds.map((kind, index) => make[kind as keyof typeof make](10 * (index + 1))));
const anyRule = fc.record({
  attempts: fc.integer({ min: 1, max: 3 }),
  forMs: fc.constantFrom(0, 15, 40),
  clearedBy: fc.constantFrom("look" as const, "trap" as const),
});

function play(observations: readonly Observation[], over: object): Memory {
  const memory = new Memory([rule(over)]);
  for (const observation of observations) memory.see(observation, { now: 1_000_000 });
  return memory;
}

describe("any story", () => {
  it("told twice, in any shuffle, ends in the same alarms once put in order", () => {
    fc.assert(
      fc.property(story, anyRule, fc.infiniteStream(fc.nat()), (looks, over, order) => {
        const weights = new Map<Observation, number>();
        const twice = [...looks, ...looks.map((look) => ({ ...look }))];
        for (const look of twice) weights.set(look, order.next().value as number);
        const shuffled = [...twice].sort((a, b) => weights.get(a)! - weights.get(b)!);
        const straight = play(looks, over);
        const mixed = play(inOrder(shuffled), over);
        expect(mixed.alarms).toEqual(straight.alarms);
        expect(mixed.told).toEqual(straight.told);
      }),
    );
  });

  it("repeated afterwards in any order, whole or in part, changes nothing", () => {
    fc.assert(
      fc.property(story, anyRule, fc.array(fc.nat(), { maxLength: 30 }), (looks, over, picks) => {
        const memory = play(looks, over);
        const alarms = new Map(memory.alarms);
        const last = looks.at(-1)!;
        for (const pick of picks) {
          const again = looks[pick % looks.length]!;
          const previous = again.kind === "trap" ? {} : { previous: { at: last.at, seq: last.seq } };
          memory.see(again, { now: 1_000_000, ...previous });
        }
        // A trap that moved nothing because nothing was wrong may be heard again: it raises or clears nothing new.
        const moved = [...memory.alarms].filter(([key, alarm]) => alarms.get(key) !== alarm);
        expect(moved).toEqual([]);
      }),
    );
  });

  it("has no recovery without its problem, no problem twice, and nothing but its end while it flaps", () => {
    fc.assert(
      fc.property(story, anyRule, (looks, over) => {
        const memory = play(looks, over);
        let open = false;
        let flapping = false;
        for (const { kind, alarm } of memory.told) {
          if (kind === "raised") expect([open, flapping]).toEqual([false, false]);
          if (kind === "cleared") expect([open, flapping]).toEqual([true, false]);
          if (kind === "settled") expect(flapping).toBe(true);
          if (kind === "flapping") expect(flapping).toBe(false);
          if (kind === "good-look") expect([open, flapping]).toEqual([false, false]);
          flapping = alarm.flapping;
          open = kind === "raised" || (kind !== "good-look" && alarm.state === "active");
        }
      }),
      { numRuns: 500 },
    );
  });

  it("of two devices ends the same however they are interleaved", () => {
    fc.assert(
      fc.property(story, story, anyRule, fc.array(fc.boolean(), { minLength: 120, maxLength: 120 }), (one, two, over, coins) => {
        const other = two.map((look) => ({ ...look, device: "e", check: `e/${look.kind}` }));
        const mixed: Observation[] = [];
        const left: [Observation[], Observation[]] = [[...one], [...other]];
        for (const coin of coins) {
          const next = left[coin ? 0 : 1].shift() ?? left[coin ? 1 : 0].shift();
          if (next !== undefined) mixed.push(next);
        }
        expect(new Map([...play(mixed, over).alarms].sort())).toEqual(new Map([...play([...one, ...other], over).alarms].sort()));
      }),
    );
  });
});

describe("the hot path", () => {
  it("an observation meets only the rules that its kind can move, all of them when it names faults", () => {
    const rules = [
      rule({ id: "a" }),
      rule({ id: "b", when: { on: "sample", name: "icmp_loss_ratio", above: 1 } }),
      rule({ id: "c", when: { on: "reading", name: "x", is: ["y"] }, applies: { kinds: ["codec"] } }),
      rule({ id: "d", when: { on: "fault" }, applies: { kinds: ["ups"] } }),
    ];
    const index = createRuleIndex(rules);
    const ids = (observation?: Observation) => index(device("d"), undefined, observation).map((one) => one.id);
    expect(ids(good(1))).toEqual(["a", "b"]);
    expect(ids(seen(1, {}, { kind: "ssh" }))).toEqual(["c"]);
    expect(ids(trap(1, "raise"))).toEqual(["a", "b", "c"]);
    expect(ids()).toEqual(["a", "b", "c"]);
    expect(index(device("d"), undefined, good(1))).toBe(index(device("e"), undefined, good(2)));
  });

  it("a device without any alarm record is not looked up", () => {
    const asked = judgeObservation({
      observation: good(1),
      rules: [rule()],
      now: 1,
      symptoms: [],
      alarms: () => {
        throw new Error("asked");
      },
    });
    expect(asked.alarms).toEqual([]);
  });
});

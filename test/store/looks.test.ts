/** What rules looked at, packed and unpacked: when every look was stays exact, and values stay on their side of every limit. */
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import fc from "fast-check";
import { afterEach, beforeEach, expect, it } from "vitest";
import type { CheckLooks } from "../../daemon/model/looks.ts";
import { bare, type Finding, type Observation } from "../../daemon/model/observation.ts";
import { HOUR, MINUTE, SECOND } from "../../daemon/model/time.ts";
import { PieceColumns } from "../../daemon/roles/look-columns.ts";
import { type OpenedStore, openStore } from "../../daemon/store/open.ts";
import { placeOf, readsOf } from "../../rules/reads.ts";
import { FakeClock } from "../fakes/clock.ts";
import "../seed.ts";

const limits = [0.005, 0.01, 37];
const reads = {
  ...readsOf([]),
  samples: new Map([
    ["hot", limits],
    ["exact", undefined],
  ] as const),
  readings: new Set(["state"]),
};
const same = (name: string) => {
  const its = reads.samples.get(name as "hot");
  return (a: number, b: number) => its !== undefined && placeOf(a, its) === placeOf(b, its);
};
const start = Date.UTC(2026, 10, 18, 14);
let folder: string;
let store: OpenedStore;

beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), "vigie-looks-"));
  store = await openStore({ storage: { kind: "sqlite", path: join(folder, "looks.db") }, stateDir: folder, clock: new FakeClock(start) });
  await store.migrate();
});
afterEach(async () => {
  await store.close();
  rmSync(folder, { recursive: true, force: true });
});

async function kept(columns: PieceColumns): Promise<readonly CheckLooks[]> {
  const head = columns.head("abc", false);
  await store.saveLooks({ head, checks: columns.checks(), same });
  const checks: CheckLooks[] = [];
  for await (const piece of store.lookPieces(head.from, head.to + 1)) {
    expect([...Array.from(piece.turns)]).toEqual([...Array.from(head.turns)]);
    expect(piece.marks).toEqual(head.marks);
    for await (const some of store.looksOf(piece)) checks.push(...some);
  }
  return checks;
}

/** What rules would read of one look, from the runs. */
function unrolled(check: CheckLooks, look: number) {
  const state = check.states[check.stateStarts.findLastIndex((from) => from <= look)];
  const samples = state?.samples.map(({ name, part }) => {
    const series = check.series.find((one) => one.name === name && one.part === part);
    const run = series?.starts.findLastIndex((from) => from <= look) ?? -1;
    return { name, part, min: series?.mins[run] ?? Number.NaN, max: series?.maxes[run] ?? Number.NaN };
  });
  return { status: state?.status, code: state?.code, readings: state?.readings, faults: state?.faults, told: state?.told, samples };
}

const value = fc.oneof(fc.double({ noNaN: false }), fc.constantFrom(...limits, 0, 36.99, 37.01, 0.0049), fc.double({ min: 30, max: 45 }));
const finding: fc.Arbitrary<Finding> = fc.record({
  status: fc.constantFrom("up", "down", "unknown"),
  samples: fc.tuple(
    fc.record({ name: fc.constant("hot"), value }),
    fc.record({ name: fc.constant("hot"), part: fc.constant("fan 1"), value }),
    fc.record({ name: fc.constantFrom("exact", "never read"), value }),
  ),
  readings: fc.array(fc.record({ name: fc.constantFrom("state", "serial"), value: fc.constantFrom("a", "b") }), { maxLength: 2 }),
  faults: fc.oneof(
    { weight: 5, arbitrary: fc.constant([]) },
    { weight: 1, arbitrary: fc.constant([{ symptom: "on-battery", effect: "raise" as const, text: "private" }]) },
  ),
});
const turn = fc.record({
  stepMs: fc.integer({ min: -3 * HOUR, max: 3 * HOUR }),
  looks: fc.array(
    fc.record({
      check: fc.constantFrom("a/icmp", "a/snmp", "b/icmp"),
      lagMs: fc.integer({ min: -SECOND, max: MINUTE }),
      durationMs: fc.integer({ min: 0, max: 10_000 }),
      inbox: fc.boolean(),
      finding,
    }),
    { maxLength: 6 },
  ),
});

it("every look comes back with its time, its turn and what rules read of it; what none reads, and every text, is gone", async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(turn, { minLength: 1, maxLength: 12 }), async (turns) => {
      const columns = new PieceColumns(reads);
      const given: { turn: number; observation: Observation }[] = [];
      let now = start;
      let seq = start * 1_000;
      for (const [index, { stepMs, looks }] of turns.entries()) {
        now += stepMs;
        const observations = looks.map(({ check, lagMs, durationMs, inbox, finding: found }): Observation => {
          seq += 1;
          const [device = "", kind = ""] = check.split("/");
          return {
            id: inbox ? `inbox:${seq}` : `${check}@${seq}`,
            check,
            device,
            kind: kind as "icmp",
            at: now - lagMs,
            seq,
            durationMs,
            finding: found,
          };
        });
        columns.turn(now, observations);
        for (const observation of observations) given.push({ turn: index, observation });
      }
      const checks = await kept(columns);
      for (const check of checks) {
        const mine = given.filter(({ observation }) => observation.check === check.check);
        const times = check.times();
        expect(check.count).toBe(mine.length);
        for (const [look, { turn: its, observation }] of mine.entries()) {
          expect([times.at[look], times.seq[look], times.turn[look], times.durationMs[look]]).toEqual([
            observation.at,
            observation.seq,
            its,
            observation.durationMs,
          ]);
          const found = unrolled(check, look);
          expect(found.status).toBe(observation.finding.status);
          expect(found.readings).toEqual(observation.finding.readings.filter(({ name }) => name === "state"));
          expect(found.faults).toEqual(observation.finding.faults.map(({ symptom, effect }) => ({ symptom, effect })));
          expect(found.told).toBe(observation.id.startsWith("inbox:") ? true : undefined);
          const read = observation.finding.samples.filter(({ name }) => name !== "never read");
          expect(found.samples?.map(({ name, part }) => [name, part])).toEqual(read.map(({ name, part }) => [name, part]));
          for (const [index, sample] of read.entries()) {
            const { name, min, max } = found.samples?.[index] ?? { name: "", min: 0, max: 0 };
            if (name === "exact") expect([min, max]).toEqual([sample.value, sample.value]);
            else
              for (const edge of [min, max])
                expect(placeOf(edge, limits), `${sample.value} in ${min}…${max}`).toBe(placeOf(sample.value, limits));
            if (!Object.is(min, max)) expect(sample.value >= min && sample.value <= max, `${sample.value} in ${min}…${max}`).toBe(true);
            else if (Number.isFinite(min) && min !== 0) expect(Math.abs(sample.value - min) / Math.abs(min)).toBeLessThan(0.011);
          }
        }
      }
      expect(checks.reduce((sum, { count }) => sum + count, 0)).toBe(given.length);
      const { from } = columns.head("abc", false);
      await store.prune({
        samplesBefore: 0,
        trapsBefore: 0,
        inboxBefore: 0,
        incidentsBefore: 0,
        sessionsBefore: 0,
        looksBefore: from + 10_000 * HOUR,
      });
      expect(await store.looksKept()).toBeUndefined();
    }),
    { numRuns: 60 },
  );
});

it("a day of the same is one run; a value that moves a little is in it, one that crosses a limit is not", async () => {
  const columns = new PieceColumns(reads);
  const hot = (n: number) => (n < 50 ? 35 + (n % 3) / 10 : 38);
  for (let n = 0; n < 100; n += 1) {
    const at = start + n * 30 * SECOND + (n % 7);
    const samples = [{ name: "hot", value: hot(n) }];
    columns.turn(at + 3, [
      { id: `a@${n}`, check: "a/snmp", device: "a", kind: "snmp", at, seq: n, durationMs: 5, finding: { ...bare("up"), samples } },
    ]);
  }
  const [check] = await kept(columns);
  expect(check?.stateStarts).toEqual([0]);
  expect(check?.series).toEqual([{ name: "hot", starts: [0, 50], mins: [35, 38], maxes: [35.2, 38] }]);
});

it("what many checks say alike is kept once; one that says something else is not taken for it", () => {
  const columns = new PieceColumns(reads);
  const said = (device: string, state: string, samples = [{ name: "hot", value: 35 }]) => ({
    ...{ id: `${device}@1`, check: `${device}/snmp`, device, kind: "snmp" as const, at: start, seq: 1, durationMs: 5 },
    finding: { ...bare("up"), samples, readings: [{ name: "state", value: state }] },
  });
  columns.turn(start, [said("a", "ok"), said("b", "ok"), said("c", "failed"), said("d", "ok", [])]);
  const states = [...columns.checks()].flatMap((check) => check.states);
  expect(states[0]).toBe(states[1]);
  expect(states.map(({ readings, samples }) => [readings[0]?.value, samples.length])).toEqual([
    ["ok", 1],
    ["ok", 1],
    ["failed", 1],
    ["ok", 0],
  ]);
});

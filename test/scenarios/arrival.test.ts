/**
 * The same looks, arriving in another order and in other batches, make the same incidents: the same root causes, and the same alarms
 * under each; and so they do where the wall clock jumps between two of them. Turns of the evaluator alone, so that thousands of orders cost
 * seconds.
 *
 * VIGIE_ARRIVAL_RUNS=5000 looks longer.
 */
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import fc from "fast-check";
import { afterAll, expect, it } from "vitest";
import type { Config } from "../../daemon/model/config.ts";
import type { Observation } from "../../daemon/model/observation.ts";
import { HOUR, SECOND } from "../../daemon/model/time.ts";
import { inOrder } from "../../rules/alarm.ts";
import { assertTried } from "./runs.ts";
import { configOf } from "./scenario.ts";
import { Turns } from "./turns.ts";

const numRuns = Number(process.env.VIGIE_ARRIVAL_RUNS ?? 150);
const folder = mkdtempSync(join(tmpdir(), "vigie-arrival-"));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const behind: Readonly<Record<string, readonly string[]>> = {
  "core-1": [],
  "router-1": ["switch-1", "codec-1", "codec-2"],
  "switch-1": ["codec-1", "codec-2"],
  "codec-1": [],
  "codec-2": [],
  "router-2": ["switch-2", "codec-3", "ups-1"],
  "switch-2": ["codec-3", "ups-1"],
  "codec-3": [],
  "ups-1": [],
};
const devices = Object.keys(behind);
const network = {
  devices: "core-1; router-1 > switch-1 > codec-1, codec-2; router-2 > switch-2 > codec-3, ups-1",
  sites: { "core-1": "hub", "router-2": "jgh", "switch-2": "jgh", "codec-3": "jgh", "ups-1": "jgh" },
  yaml: "canary: core-1\nlinks: { line: { name: line, ends: [hub, jgh] } }",
};

/** What fails, when each device is looked at, and two ways in which those looks arrive. */
const stories = fc.record({
  fails: fc.subarray(devices.slice(1), { minLength: 1, maxLength: 4 }),
  offsets: fc.array(fc.integer({ min: 0, max: 1_900 }), { minLength: devices.length, maxLength: devices.length }),
  keys: fc.array(fc.nat(), { minLength: devices.length * 3, maxLength: devices.length * 3 }),
  cuts: fc.array(fc.nat({ max: devices.length * 3 }), { maxLength: 12 }),
});

const begin = Date.UTC(2026, 10, 18, 14);

/** Three looks at each device, two seconds apart, in the order of their times. */
function looksOf(turns: Turns, broken: ReadonlySet<string>, offsets: readonly number[], from: number): readonly Observation[] {
  const times = devices.flatMap((device, n) => [0, 2, 4].map((second) => ({ device, at: from + (offsets[n] ?? 0) + second * SECOND })));
  times.sort((a, b) => a.at - b.at);
  return times.map(({ device, at }) => ({ ...turns.look(device, !broken.has(device), 0), at }));
}

/** In another order, but those of one check in the order in which they were made. */
function shuffled(looks: readonly Observation[], keys: readonly number[]): readonly Observation[] {
  const places = looks.map((look, n) => ({ device: look.device, key: keys[n] ?? 0, n })).sort((a, b) => a.key - b.key || a.n - b.n);
  const next = new Map<string, Observation[]>();
  for (const look of looks) next.set(look.device, [...(next.get(look.device) ?? []), look]);
  return places.flatMap(({ device }) => next.get(device)?.shift() ?? []);
}

async function arrive(turns: Turns, looks: readonly Observation[], cuts: readonly number[]): Promise<void> {
  const ends = new Set([...cuts, looks.length]);
  let from = 0;
  for (let end = 1; end <= looks.length; end += 1) {
    if (!ends.has(end)) continue;
    await turns.take(inOrder(looks.slice(from, end)));
    from = end;
  }
}

/**
 * Each incident by its name, by what fails for itself in it, and what is explained. Several that fail together at one place are one
 * incident, which the first of them to fail gives its name, whichever was judged first.
 */
function outcome(turns: Turns): readonly string[] {
  const intoOf = (id: string | undefined): string => {
    const into = turns.incidents.get(id ?? "")?.foldedInto;
    return into === undefined ? (id ?? "none") : intoOf(into);
  };
  const own = turns.active().filter(({ suppressedBy }) => suppressedBy === undefined);
  const explained = turns.active().filter(({ suppressedBy }) => suppressedBy !== undefined);
  const incidents = turns.failing().map(({ id, rootCause, device, symptom, severity, urgency, general }) => {
    const mine = own.filter(({ incident }) => intoOf(incident) === id).map(({ key }) => key);
    return `${rootCause} ${device} ${symptom}: ${mine.sort().join(" and ")}, ${severity} ${urgency} ${general}`;
  });
  return [...incidents, ...explained.map(({ key }) => `${key} explained`)].sort();
}

async function play(
  config: Config,
  story: { fails: readonly string[]; offsets: readonly number[] },
  arriving: (looks: readonly Observation[]) => [readonly Observation[], readonly number[]],
) {
  const broken = new Set(story.fails.flatMap((device) => [device, ...(behind[device] ?? [])]));
  const turns = new Turns(config, begin);
  await arrive(turns, looksOf(turns, new Set(), story.offsets, begin), []);
  turns.now = begin + 40 * SECOND;
  await arrive(turns, ...arriving(looksOf(turns, broken, story.offsets, begin + 30 * SECOND)));
  // Everybody once more, as within the next interval; and as often again as it takes what was explained for a moment to be told.
  for (const second of [33, 35, 37])
    await arrive(turns, looksOf(turns, broken, story.offsets, begin + second * SECOND).slice(-devices.length), []);
  turns.tell(begin + 120 * SECOND);
  for (const each of turns.incidents.values())
    if (each.foldedInto !== undefined) expect(turns.told.has(each.id), each.rootCause).toBe(false);
  return outcome(turns);
}

it("the same looks in another order of arrival, in other batches: the same incidents, and nobody hears of others", async () => {
  const config = await configOf(folder, network);
  await assertTried(
    fc.asyncProperty(stories, async (story) => {
      const inTime = await play(config, story, (looks) => [looks, []]);
      const otherwise = await play(config, story, (looks) => [shuffled(looks, story.keys), story.cuts]);
      expect(otherwise).toEqual(inTime);
    }),
    { least: 40, most: numRuns, timeMs: 15_000 },
  );
}, 120_000);

it("the wall clock jumps by three hours between two looks: the same incidents", async () => {
  const config = await configOf(folder, network);
  const jumps = fc.record({ ms: fc.constantFrom(3 * HOUR, -3 * HOUR), after: fc.nat({ max: devices.length * 3 }) });
  await assertTried(
    fc.asyncProperty(stories, jumps, async ({ fails, offsets }, { ms, after }) => {
      const broken = new Set(fails.flatMap((device) => [device, ...(behind[device] ?? [])]));
      // Some come back, so that when they did is compared too.
      const left = new Set([...broken].filter((id) => !id.startsWith("router") && id !== "ups-1"));
      const told = async (jumpMs: number) => {
        const turns = new Turns(config, begin);
        await arrive(turns, looksOf(turns, new Set(), offsets, begin), []);
        turns.now = begin + 40 * SECOND;
        const looks = looksOf(turns, broken, offsets, begin + 30 * SECOND);
        await arrive(turns, looks.slice(0, after), []);
        turns.jump(jumpMs);
        await arrive(turns, onClock(looks.slice(after), jumpMs), []);
        await arrive(turns, onClock(looksOf(turns, left, offsets, begin + 36 * SECOND), jumpMs), []);
        return outcome(turns);
      };
      expect(await told(ms)).toEqual(await told(0));
    }),
    { least: 20, most: Math.min(numRuns, 40), timeMs: 5_000 },
  );
}, 60_000);

function onClock(looks: readonly Observation[], ms: number): readonly Observation[] {
  return looks.map((look) => ({ ...look, at: look.at + ms }));
}

/**
 * What discovery may send in a second, counted in every window, in fake time.
 */
import { setMaxListeners } from "node:events";
import { expect, it } from "vitest";
import { createBudget, type Pay } from "../../../probes/discover/budget.ts";
import { discover } from "../../../probes/discover/discover.ts";
import type { Asker, EchoRequest, Engine } from "../../../probes/icmp/fping.ts";
import { FakeClock } from "../../fakes/clock.ts";
import { Chance } from "../../fuzz/random.ts";

function budget(probesPerSecond: number, pace?: () => Promise<void>) {
  const clock = new FakeClock();
  const ending = new AbortController();
  let probes = 0;
  const pay = createBudget({
    ...{ probesPerSecond, clock, signal: ending.signal },
    ...(pace === undefined ? {} : { pace }),
    paid: () => {
      probes += 1;
    },
  });
  return { clock, ending, pay, probes: () => probes };
}

/** The most that lie in any window of a second that begins with one of them. */
function mostInASecond(times: readonly number[]): number {
  const sorted = [...times].sort((a, b) => a - b);
  return Math.max(...sorted.map((from, at) => sorted.slice(at).filter((time) => time < from + 1_000).length));
}

it("no window of a second holds more than 50, however late what was paid for leaves, and whenever that is told", async () => {
  const { clock, ending, pay } = budget(50);
  const chance = new Chance(50);
  const sent: number[] = [];
  const never = new AbortController().signal;
  setMaxListeners(0, never);
  const one = async () => {
    const left = await pay(1);
    // As datagrams do, as fping's do on a busy machine, and as those of which nobody hears until they were not answered.
    const [late, told] = chance.of<readonly [number, number]>([
      [0, 0],
      [chance.below(400), 0],
      [100 + chance.below(100), 800],
    ]);
    await clock.sleep(late, never);
    sent.push(clock.monotonicMs());
    await clock.sleep(told, never);
    left?.();
  };
  const all = Promise.all(Array.from({ length: 400 }, one));
  await clock.advance(14_000);
  ending.abort();
  await all;
  expect(sent).toHaveLength(400);
  expect(mostInASecond(sent)).toBeLessThanOrEqual(50);
  // Nobody waits for nothing: what is told at once goes at nine tenths of the limit, what is told late at half of it.
  expect(sent.at(-1)).toBeLessThan(13_500);
});

it("the ten of a login go where there are five places, and three logins at once do not wait for each other's places", async () => {
  const { clock, pay, probes } = budget(5);
  const logins = Promise.all([1, 2, 3].map(async () => (await pay(10))?.()));
  await clock.advance(7_500);
  await logins;
  expect(probes()).toBe(30);
});

it("when the run ends nobody who waits may send, and nobody waits any longer", async () => {
  const { clock, ending, pay, probes } = budget(5, () => clock.sleep(60_000, ending.signal));
  const waiting = Promise.all<Awaited<ReturnType<Pay>>>(Array.from({ length: 20 }, () => pay(1)));
  await clock.advance(3_000);
  ending.abort();
  expect((await waiting).every((left) => left === undefined)).toBe(true);
  expect(probes()).toBe(0);
});

it("pings of a busy machine leave later and later and then at once again, and no window of a second holds more than 50", async () => {
  const clock = new FakeClock();
  const never = new AbortController().signal;
  setMaxListeners(0, never);
  const sent: number[] = [];
  const answerMs = 840;
  const engine: Engine = {
    name: "fping",
    async ask(_request: EchoRequest, asker: Asker) {
      // Gathered to the next tenth of a second; then fping starts, later and later by up to 0.6 s, and at once again.
      const lateMs = 40 + (sent.length % 200 < 150 ? 4 * (sent.length % 200) : 0);
      await clock.sleep(100 - (clock.monotonicMs() % 100) + lateMs, never);
      sent.push(clock.monotonicMs());
      await clock.sleep(answerMs, never);
      asker.told({ kind: "trips", trips: [undefined] });
    },
    stats: () => ({ runs: 0, hosts: 0, failures: 0, restarts: 0, processes: 0 }),
    stop() {},
  };
  const { first, count } = { first: 0x0a_00_00_00, count: 400 };
  const found = discover(
    {
      ...{ ranges: [{ text: "10.0.0.0/23", first, count }], configured: new Map(), credentials: [], families: new Map() },
      ...{ probesPerSecond: 50, engine, clock },
    },
    never,
  );
  await clock.advance(25_000);
  expect((await found).pinged).toBe(sent.length);
  expect(sent.length).toBeGreaterThanOrEqual(390);
  expect(mostInASecond(sent)).toBeLessThanOrEqual(50);
});

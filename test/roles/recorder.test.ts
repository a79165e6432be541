/** Five-minute roll-ups, from observations to what the store is given. */
import { expect, it } from "vitest";
import { bare, type Observation } from "../../daemon/model/observation.ts";
import { MINUTE, SECOND } from "../../daemon/model/time.ts";
import { type Log, type RollupPoint, type Store, StoreUnavailable } from "../../daemon/ports.ts";
import { Recorder, slotMs } from "../../daemon/roles/recorder.ts";
import { FakeClock } from "../fakes/clock.ts";

const quiet: Log = { debug() {}, info() {}, warn() {}, error() {}, child: () => quiet };
const start = Date.UTC(2026, 10, 18, 14);

function recorder() {
  const clock = new FakeClock(start);
  const saved: { device: string; points: readonly RollupPoint[] }[] = [];
  const state = { up: true };
  const store = {
    async saveAllRollups(batch: Iterable<readonly [string, readonly RollupPoint[]]>) {
      if (!state.up) throw new StoreUnavailable("ENOSPC");
      for (const [device, points] of batch) saved.push({ device, points });
    },
  } as unknown as Store;
  return { clock, saved, state, recorder: new Recorder({ store, clock, log: quiet }) };
}

function sample(at: number, value: number, part?: string): Observation {
  const samples = [{ name: "temperature_celsius", value, ...(part === undefined ? {} : { part }) }];
  return {
    id: `a/snmp@${at}`,
    check: "a/snmp",
    device: "a",
    kind: "snmp",
    at,
    seq: at,
    durationMs: 1,
    finding: { ...bare("up"), samples },
  };
}

it("a slot is written once it has ended, with count, least, most and mean; what is no number is left out", async () => {
  const { clock, saved, recorder: keeper } = recorder();
  keeper.add([sample(start, 20), sample(start + MINUTE, 40), sample(start + 2 * MINUTE, Number.NaN), sample(start, 7, "fan 1")]);
  const abort = new AbortController();
  const ended = keeper.run(abort.signal, () => {});
  await clock.advance(slotMs - SECOND);
  expect(saved).toEqual([]);
  await clock.advance(6 * SECOND);
  expect(saved).toEqual([
    {
      device: "a",
      points: [
        { series: "temperature_celsius", slotAt: start, count: 2, min: 20, max: 40, mean: 30 },
        { series: "temperature_celsius|fan 1", slotAt: start, count: 1, min: 7, max: 7, mean: 7 },
      ],
    },
  ]);
  abort.abort();
  await ended;
});

it("a stop writes the slot that is not over", async () => {
  const { saved, recorder: keeper } = recorder();
  keeper.add([sample(start, 20)]);
  const abort = new AbortController();
  abort.abort();
  await keeper.run(abort.signal, () => {});
  expect(saved).toMatchObject([{ points: [{ slotAt: start, count: 1 }] }]);
});

it("a store that is away loses nothing at first, and does not fill the memory later", async () => {
  const { saved, state, recorder: keeper } = recorder();
  state.up = false;
  for (let slot = 0; slot < 20; slot += 1) {
    keeper.add([sample(start + slot * slotMs, slot)]);
    await keeper.flush(start + (slot + 1) * slotMs);
  }
  state.up = true;
  await keeper.flush(Number.POSITIVE_INFINITY);
  expect(saved.length).toBeGreaterThanOrEqual(2);
  expect(saved.length).toBeLessThanOrEqual(4);
  expect(saved.at(-1)?.points[0]?.mean).toBe(19);
});

it("looks that tell other series than before, in another order, or the same as another check, each count for their own series", async () => {
  const { saved, recorder: keeper } = recorder();
  const look = (at: number, samples: readonly (readonly [string, number, string?])[]): Observation => ({
    ...sample(at, 0),
    finding: { ...bare("up"), samples: samples.map(([name, value, part]) => ({ name, value, ...(part === undefined ? {} : { part }) })) },
  });
  keeper.add([
    look(start, [
      ["a", 1],
      ["b", 2],
    ]),
    look(start, [
      ["c", 3],
      ["b", 4],
      ["a", Number.NaN],
    ]),
  ]);
  keeper.add([
    look(start, [
      ["b", 6, "port 1"],
      ["a", 5],
      ["c", 7],
    ]),
  ]);
  keeper.add([
    look(
      start,
      Array.from({ length: 100 }, (_, n) => ["many", -n, `${n}`] as const),
    ),
  ]);
  await keeper.flush(Number.POSITIVE_INFINITY);
  const points = new Map(saved[0]?.points.map(({ series, count, min, max, mean }) => [series, [count, min, max, mean]]));
  expect(Object.fromEntries([...points].slice(0, 4))).toEqual({
    a: [2, 1, 5, 3],
    b: [2, 2, 4, 3],
    c: [2, 3, 7, 5],
    "b|port 1": [1, 6, 6, 6],
  });
  expect(points.get("many|99")).toEqual([1, -99, -99, -99]);
  expect(points.size).toBe(104);
});

/** What rules looked at, from the evaluator's turns to pieces in the store; and what is said when something could not be kept. */
import { expect, it } from "vitest";
import type { Config } from "../../daemon/model/config.ts";
import type { PieceHead } from "../../daemon/model/looks.ts";
import { bare, type Observation } from "../../daemon/model/observation.ts";
import { MINUTE, SECOND } from "../../daemon/model/time.ts";
import { type Log, type Store, StoreUnavailable } from "../../daemon/ports.ts";
import type { PieceToKeep } from "../../daemon/ports-looks.ts";
import { LookKeeper } from "../../daemon/roles/look-keeper.ts";
import { alarm } from "../contracts/samples.ts";
import { FakeClock } from "../fakes/clock.ts";

const quiet: Log = { debug() {}, info() {}, warn() {}, error() {}, child: () => quiet };

function rig() {
  const clock = new FakeClock();
  const heads: PieceHead[] = [];
  const state = { up: true, lost: 0, kept: 0, checkpoints: [] as (readonly string[] | undefined)[], asked: 0, warned: 0 };
  const store = {
    openIncidents: async () => [],
    async saveLooks({ head, checkpoint }: PieceToKeep) {
      state.asked += 1;
      if (!state.up) throw new StoreUnavailable("ENOSPC");
      heads.push(head);
      state.checkpoints.push(checkpoint?.alarms.map(({ key }) => key));
    },
  } as unknown as Store;
  const stats = { kept: (looks: number) => (state.kept += looks), lost: (looks: number) => (state.lost += looks) };
  const log = {
    ...quiet,
    warn: () => {
      state.warned += 1;
    },
  };
  const keeper = new LookKeeper({ store, clock, log, stats });
  const abort = new AbortController();
  const ended = keeper.run(abort.signal, () => {});
  const config = { hash: "h1", rules: [] } as unknown as Config;
  let seq = 0;
  const look = (at: number): Observation => {
    seq += 1;
    return { id: `a@${seq}`, check: "a/icmp", device: "a", kind: "icmp", at, seq, durationMs: 2, finding: bare("up") };
  };
  const judge = (count: number) => {
    const now = clock.now();
    keeper.judged({ now, observations: Array.from({ length: count }, () => look(now - 1)), wide: [], inventories: [] }, () => [
      alarm("a|hot"),
    ]);
  };
  const stop = async () => {
    abort.abort();
    await clock.advance(SECOND);
    await ended;
  };
  return { clock, heads, state, keeper, config, judge, stop };
}

it("a small network's looks are written every five minutes, a large one's every half hour; a stop writes the rest", async () => {
  const { clock, heads, keeper, config, judge, stop, state } = rig();
  keeper.loaded(clock.now(), [alarm("a|cold")], []);
  keeper.adopted(config, clock.now(), clock.now() + 2 * MINUTE);
  for (let minute = 0; minute < 12; minute += 1) {
    judge(3);
    await clock.advance(MINUTE);
  }
  expect(heads.map(({ looks }) => looks)).toEqual([18, 18]);
  expect(heads[0]?.marks.map(({ kind, turn }) => [kind, turn])).toEqual([
    ["started", 0],
    ["adopted", 0],
  ]);
  expect(state.checkpoints).toEqual([["a|cold"], undefined]);
  for (let minute = 0; minute < 40; minute += 1) {
    judge(8_000);
    await clock.advance(MINUTE);
  }
  expect(heads.map(({ looks }) => looks)).toEqual([18, 18, 8_000 * 31]);
  await stop();
  expect(heads.reduce((sum, { looks }) => sum + looks, 0)).toBe(36 + 320_000);
  expect(state.kept).toBe(36 + 320_000);
});

it("another configuration begins a piece of its own: its limits tell runs apart", async () => {
  const { clock, heads, keeper, config, judge, stop } = rig();
  keeper.adopted(config, clock.now(), 0);
  judge(1);
  keeper.adopted({ ...config, hash: "h2" }, clock.now(), 0);
  clock.pass(10);
  judge(1);
  await stop();
  expect(heads.map(({ config: hash, looks }) => [hash, looks])).toEqual([
    ["h1", 1],
    ["h2", 1],
  ]);
});

it("while the store cannot be written two pieces wait; what is older is lost, and counted", async () => {
  const { clock, heads, judge, stop, state } = rig();
  state.up = false;
  for (let minute = 0; minute < 24; minute += 1) {
    judge(1);
    await clock.advance(MINUTE);
  }
  expect(state.lost).toBe(12);
  state.up = true;
  await stop();
  expect(state.kept).toBe(12);
  expect(heads).toHaveLength(2);
});

it("more than can wait is not kept, and the next piece says how many", async () => {
  const { heads, judge, stop, state } = rig();
  judge(99_000);
  judge(2_000);
  judge(500);
  await stop();
  expect(state.lost).toBe(2_000);
  expect(heads[0]?.looks).toBe(99_500);
  expect(heads[0]?.marks).toMatchObject([{ kind: "lost", looks: 2_000, turn: 1 }]);
});

it("a store that is down is said once and asked ever less often; where the lost piece had the alarms, the next one has them", async () => {
  const { clock, judge, stop, state, keeper } = rig();
  keeper.loaded(clock.now(), [alarm("a|cold")], []);
  state.up = false;
  for (let minute = 0; minute < 40; minute += 1) {
    judge(1);
    await clock.advance(MINUTE);
  }
  // Five times a second would be 12,000.
  expect(state.asked).toBeLessThan(120);
  expect(state.warned).toBe(1);
  state.up = true;
  await clock.advance(MINUTE);
  await stop();
  expect(state.checkpoints.some((alarms) => alarms !== undefined)).toBe(true);
});

/**
 * A replay over the nights on which the clock on the wall has an hour too few or too many, and over jumps of the daemon's own clock by three
 * hours, ahead and back: what was kept is replayed in the order in which it happened.
 */
import { expect, it } from "vitest";
import { HOUR, MINUTE } from "../../daemon/model/time.ts";
import { recorded } from "../../daemon/replay/compare.ts";
import { decided, replayOf } from "./replayed.ts";
import { type Scenario, scenario } from "./scenario.ts";

/** A router fails with what is behind it, then a codec, before, within and after the hour that is odd. */
async function night(net: Scenario, jumpMs: number): Promise<void> {
  await net.advance(20 * MINUTE);
  for (const device of ["router-1", "codec-7"]) net.breaks(device);
  await net.advance(15 * MINUTE);
  if (jumpMs !== 0) net.jump(jumpMs);
  await net.advance(10 * MINUTE);
  for (const device of ["router-1", "codec-7"]) net.heals(device);
  await net.advance(HOUR);
  net.breaks("codec-8");
  await net.advance(40 * MINUTE);
  net.heals("codec-8");
  await net.advance(10 * MINUTE);
}

it.each([
  ["the spring night", Date.UTC(2026, 2, 8, 6, 30), 0],
  ["the autumn night", Date.UTC(2026, 10, 1, 5, 30), 0],
  ["a clock that jumps three hours ahead", Date.UTC(2026, 10, 18, 14), 3 * HOUR],
  ["a clock that jumps three hours back", Date.UTC(2026, 10, 18, 14), -3 * HOUR],
])(
  "%s: the same incidents at the same times",
  async (_name, start, jumpMs) => {
    const net = await scenario({ devices: "router-1 > codec-7; router-2 > codec-8, codec-9", start, together: true });
    try {
      await night(net, jumpMs);
      const done = await replayOf(net);
      expect((await net.unfolded()).length).toBeGreaterThanOrEqual(2);
      expect(decided(done.after)).toEqual(decided(recorded(await net.incidents())));
      expect([done.opened, done.gone, done.changed]).toEqual([[], [], []]);
    } finally {
      await net.end();
    }
  },
  120_000,
);

/** Roles that crash, hang and stop, in fake time. */
import { expect, it } from "vitest";
import { HOUR, SECOND } from "../../daemon/model/time.ts";
import type { Log } from "../../daemon/ports.ts";
import { type Role, Supervisor } from "../../daemon/roles/supervisor.ts";
import { FakeClock } from "../fakes/clock.ts";

const quiet: Log = { debug() {}, info() {}, warn() {}, error() {}, child: () => quiet };

function role(name: string, run: Role["run"], beatWithinMs = 10 * SECOND): Role {
  return { name, beatWithinMs, run };
}

it("a role that crashes is started again, later each time, and is named with its error until it beats", async () => {
  const clock = new FakeClock();
  const supervisor = new Supervisor(clock, quiet);
  const starts: number[] = [];
  supervisor.start(
    role("broken", () => {
      starts.push(clock.monotonicMs());
      return Promise.reject(new TypeError("no such thing"));
    }),
  );
  await clock.advance(22 * SECOND);
  expect(starts).toEqual([0, 250, 1_250, 6_250, 21_250]);
  expect(supervisor.health()).toMatchObject([{ name: "broken", ok: false, why: "restarting after: TypeError: no such thing" }]);
  await supervisor.stop();
});

it("a crash long after the last one is a first one: it waits 250 ms, not 30 s", async () => {
  const clock = new FakeClock();
  const supervisor = new Supervisor(clock, quiet);
  const starts: number[] = [];
  supervisor.start(
    role("rarely", async (signal) => {
      starts.push(clock.monotonicMs());
      await clock.sleep(HOUR, signal);
      throw new Error("once an hour");
    }),
  );
  await clock.advance(8 * HOUR);
  expect(starts.at(-1)).toBe(7 * (HOUR + 250));
  await supervisor.stop();
});

it("a role that throws before its first await does not take the others with it", async () => {
  const clock = new FakeClock();
  const supervisor = new Supervisor(clock, quiet);
  let beats = 0;
  supervisor.start(
    role("rude", () => {
      throw new Error("at once");
    }),
  );
  supervisor.start(
    role("good", async (signal, beat) => {
      while (!signal.aborted) {
        beats += 1;
        beat();
        await clock.sleep(SECOND, signal);
      }
    }),
  );
  await clock.advance(5 * SECOND);
  expect(beats).toBe(6);
  expect(supervisor.health().map(({ name, ok }) => [name, ok])).toEqual([
    ["rude", false],
    ["good", true],
  ]);
  await supervisor.stop();
});

it("a role that does not beat within its limit is the one that hangs", async () => {
  const clock = new FakeClock();
  const supervisor = new Supervisor(clock, quiet);
  supervisor.start(role("stuck", (signal) => clock.sleep(10 * HOUR, signal)));
  await clock.advance(9 * SECOND);
  expect(supervisor.health()).toMatchObject([{ ok: true }]);
  await clock.advance(3 * SECOND);
  expect(supervisor.health()).toMatchObject([{ name: "stuck", ok: false, why: "no sign of life for 12 s" }]);
  await supervisor.stop();
});

it("roles stop in reverse order, each before the next is told; a second stop does nothing", async () => {
  const clock = new FakeClock();
  const supervisor = new Supervisor(clock, quiet);
  const order: string[] = [];
  for (const name of ["first", "second", "third"]) {
    supervisor.start(
      role(name, async (signal) => {
        await clock.sleep(HOUR, signal);
        order.push(name);
      }),
    );
  }
  await supervisor.stop();
  await supervisor.stop();
  expect(order).toEqual(["third", "second", "first"]);
  expect(supervisor.health()).toEqual([]);
});

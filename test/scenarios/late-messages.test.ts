/**
 * When a message is late, which is what pages somebody about Vigie itself: while it may wait it is not, while it cannot go it is.
 */
import { afterEach, expect, it } from "vitest";
import { HOUR, MINUTE, SECOND } from "../../daemon/model/time.ts";
import { type Scenario, scenario } from "./scenario.ts";

let net: Scenario;
afterEach(() => net.end());

/** As `vigie_outbox_oldest_seconds` says it. */
async function lateMs(): Promise<number> {
  const { oldestAt } = await net.store.outboxDepth();
  return oldestAt === undefined ? 0 : Math.max(0, net.clock.now() - oldestAt);
}

it("that it is over, in the evening, waits for the morning and is late at no hour between", async () => {
  // A Wednesday, 16:30 in Montréal.
  net = await scenario({ devices: "router-1 > codec-7", interval: "10m", together: true, start: Date.UTC(2026, 10, 18, 21, 30) });
  net.breaks("codec-7");
  await net.advance(25 * MINUTE);
  const told = net.sent.length;
  expect(told).toBeGreaterThan(0);
  await net.advance(2 * HOUR);
  net.heals("codec-7");
  for (let hour = 0; hour < 3; hour += 1) {
    await net.advance(HOUR);
    expect([hour, (await lateMs()) <= MINUTE]).toEqual([hour, true]);
  }
  const { pending, oldestAt } = await net.store.outboxDepth();
  expect([pending > 0, oldestAt]).toEqual([true, Date.UTC(2026, 10, 19, 12, 30)]);
  expect((await net.unfolded()).map(({ state }) => state)).toEqual(["restored"]);
});

it("one that cannot go is late from when it was due, however often it was tried", async () => {
  net = await scenario({ devices: "router-1 > codec-7" });
  net.sendResult = () => ({ ok: false, retry: true, error: "421 try later" });
  net.breaks("codec-7");
  await net.advance(3 * MINUTE);
  const before = await lateMs();
  expect(before).toBeGreaterThan(MINUTE);
  await net.advance(8 * MINUTE);
  expect((await lateMs()) - before).toBe(8 * MINUTE);
  net.sendResult = () => ({ ok: true, state: "accepted" });
  await net.advance(16 * MINUTE + SECOND);
  expect(await lateMs()).toBe(0);
});

/** The listener's books: what was sent is received or dropped by the kernel, and what was received is at an end or under way. */
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { afterEach, expect, it } from "vitest";
import { builtFile } from "../../../probes/built.ts";
import { endedOf, type TrapStats } from "../../../probes/trap/trap.ts";
import { encodedTrap } from "../../bench/trap-sender.ts";
import { ownTime } from "../../own-time.ts";
import { type Rig, trapRig, until } from "./rig.ts";

let rig: Rig;
afterEach(() => rig?.stop());

function trap(port: number): Buffer {
  const { bytes, indexAt } = encodedTrap();
  bytes.writeUInt16BE(port, indexAt);
  return bytes;
}

const sum = (stats: TrapStats): number => endedOf(stats) + stats.lostWithWorker + stats.pending;

it("a trap that is not yet committed is pending, though it is decoded", async () => {
  rig = await trapRig();
  let release = (): void => {};
  const held = new Promise<void>((resolve) => {
    release = resolve;
  });
  rig.beforeCommit = () => held;
  await rig.sendRaw([trap(1), trap(2), trap(2)]);
  await until("received", async () => (await rig.listener.freshStats()).accepted === 3);
  // Three traps, one of them a repeat, and the empty datagram that ends a send.
  expect(await rig.listener.freshStats()).toMatchObject({ pending: 3, committed: 0, deduplicated: 1 });
  release();
  await until("settled", async () => (await rig.listener.freshStats()).pending === 0);
  expect(await rig.listener.freshStats()).toMatchObject({ received: 4, committed: 3, deduplicated: 1, undecodable: 1 });
});

it("whatever becomes of them, traps of every fate add up at every moment, and the sum is what was sent", async () => {
  rig = await trapRig({ burst: 3_000, perSourcePerSecond: 1, maxQueue: 100, maxBatch: 20, maxOffers: 1, retryMs: 1 });
  let offers = 0;
  rig.beforeCommit = async () => {
    offers += 1;
    await new Promise((resolve) => setTimeout(resolve, offers === 1 ? 300 : offers % 7));
    if (offers % 3 === 0) throw new Error("the store is down");
  };
  let sent = 0;
  for (let round = 0; round < 6; round += 1) {
    const some = Array.from({ length: 800 }, (_, n) => (n % 9 === 0 ? Buffer.from([0x30, round, n & 127]) : trap((round * 800 + n) >> 1)));
    await rig.sendRaw(some);
    sent += some.length + 1;
    const stats = await rig.listener.freshStats();
    expect(sum(stats)).toBe(stats.received);
  }
  await until("settled", async () => {
    const stats = await rig.listener.freshStats();
    expect(sum(stats)).toBe(stats.received);
    return stats.received + stats.kernelDrops === sent && stats.pending === 0;
  });
  const stats = rig.listener.stats();
  expect(stats.committed).toBe(rig.traps.length);
  for (const fate of ["committed", "uncommitted", "deduplicated", "rateLimited", "queueDrops", "undecodable"] as const)
    expect(stats[fate], fate).toBeGreaterThan(0);
});

it("what a dying worker had received and not handed over is counted as lost with it; what it had handed over is committed", async () => {
  const folder = mkdtempSync(join(tmpdir(), "vigie-worker-"));
  const flag = join(folder, "die");
  const wrapper = join(folder, "receiver.mjs");
  const built = pathToFileURL(builtFile("probes/trap/receiver.js")).href;
  writeFileSync(
    wrapper,
    `import { existsSync, rmSync } from "node:fs";\nimport ${JSON.stringify(built)};\nsetInterval(() => { if (existsSync(${JSON.stringify(flag)})) { rmSync(${JSON.stringify(flag)}); throw new Error("dies"); } }, 20).unref();`,
  );
  rig = await trapRig({ receiverFile: wrapper, maxBatch: 2 });
  let release = (): void => {};
  const held = new Promise<void>((resolve) => {
    release = resolve;
  });
  rig.beforeCommit = () => held;
  await rig.sendRaw([trap(1), trap(2), trap(3), trap(4), trap(5)]);
  await until("received", async () => (await rig.listener.freshStats()).received === 6);
  writeFileSync(flag, "");
  await until("restarted", () => rig.listener.stats().workerRestarts === 1);
  const during = rig.listener.stats();
  expect(sum(during)).toBe(during.received);
  expect(during.pending).toBeGreaterThan(0);
  release();
  await until("committed", () => rig.listener.stats().pending === 0);
  const after = rig.listener.stats();
  expect(after.committed).toBe(rig.traps.length);
  expect(after.committed).toBeGreaterThan(0);
  expect(after.lostWithWorker).toBe(6 - after.committed);
  rmSync(folder, { recursive: true, force: true });
});

it("a lone trap is offered at once; a storm is gathered into few batches, and each of its traps waits for no more than one", async () => {
  rig = await trapRig({ gatherMs: 200 });
  const batches: { readonly at: number; readonly size: number }[] = [];
  rig.beforeCommit = async (traps) => {
    batches.push({ at: performance.now(), size: traps.length });
  };
  await rig.sendRaw([trap(1)]);
  const { ms } = await ownTime(until("the lone one", () => batches.length >= 1));
  expect(ms, "at once, and not after what is gathered").toBeLessThan(150);
  const began = performance.now();
  for (let n = 2; n < 102; n += 1) {
    await rig.sendRaw([trap(n)]);
    await new Promise((resolve) => setTimeout(resolve, 4));
  }
  await until("all", async () => (await rig.listener.freshStats()).pending === 0);
  const tookMs = performance.now() - began;
  expect(rig.traps.filter((each) => each.oid !== undefined)).toHaveLength(101);
  // One each 200 ms, and the first; four times as many would be one a trap.
  expect(batches.length).toBeLessThanOrEqual(3 + tookMs / 200);
  for (const [n, batch] of batches.entries()) if (n > 1) expect(batch.at - (batches[n - 1]?.at ?? 0)).toBeGreaterThan(150);
});

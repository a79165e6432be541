/**
 * Spoilt datagrams to the trap receiver, in process: nothing throws, nothing takes long, each is counted, and the memory stays flat.
 *
 * Over a real socket and its thread: test/probes/trap/fuzz.test.ts.
 */
import { afterAll, describe, expect, it } from "vitest";
import { Intake } from "../../probes/trap/intake.ts";
import { endedOf, type ReceiverOptions } from "../../probes/trap/trap.ts";
import { cases, corpus, heapBytes, keeping, seed } from "./effort.ts";
import { Chance, spoilt } from "./random.ts";

const kept = "traps";
const options: ReceiverOptions = {
  host: "127.0.0.1",
  port: 0,
  allow: ["10.0.0.0/8"],
  relays: ["10.9.9.9"],
  perSourcePerSecond: 1e9,
  burst: 1e9,
  communities: ["public"],
  users: [
    { name: "plain" },
    { name: "sha256", auth: { protocol: "sha256", key: "authkey-one" }, priv: { protocol: "aes", key: "privkey-one" } },
  ],
  engineId: "8000b98380a1b2c3d4e5f6",
  engineBoots: 7,
  bootedMs: 0,
  bufferBytes: 0,
  maxBatch: 100,
  gatherMs: 0,
  maxQueue: 1_000,
};

/** A receiver without a socket; what it posts is committed at once. */
function receiver() {
  const committed = { traps: 0, characters: 0 };
  let posted = 0;
  let now = 1_000;
  const intake = new Intake(options, {
    post: (id, traps) => {
      posted = id;
      committed.traps += traps.length;
      for (const trap of traps) committed.characters = Math.max(committed.characters, JSON.stringify(trap).length);
    },
    send: () => {},
    now: () => now,
    monotonicMs: () => now,
  });
  return {
    committed,
    intake,
    /** One datagram, to its end. */
    take(bytes: Buffer, address: string): void {
      now += 1;
      intake.arrived(bytes, { address, port: 1 });
      while (intake.pending > 0) {
        intake.work(Number.POSITIVE_INFINITY);
        intake.outgoing.settle(posted, true);
      }
    },
  };
}

const good = corpus(kept);
const [first = Buffer.alloc(0)] = good;
let tried = 0;
afterAll(() => console.log(`traps: ${tried} spoilt datagrams, seed ${seed}`));

describe("the trap receiver", () => {
  it("takes every datagram of the corpus, and tells those that are good from those that are not", () => {
    const { intake, take, committed } = receiver();
    for (const bytes of good) keeping(kept, bytes, () => take(bytes, "10.0.0.1"));
    expect(good.length).toBeGreaterThanOrEqual(20);
    expect(endedOf(intake.counts)).toBe(good.length);
    expect(intake.counts.accepted).toBeGreaterThanOrEqual(8);
    expect(intake.counts.undecodable).toBeGreaterThanOrEqual(8);
    expect(intake.counts.protocol).toBe(1);
    expect(committed.traps).toBeGreaterThan(10);
  });

  it(
    "takes spoilt ones from many senders: each is at one of its ends, in milliseconds, and what is kept of it is bounded",
    () => {
      const chance = new Chance(seed);
      const { intake, take, committed } = receiver();
      const all = cases(960_000, 10_000_000);
      const heap: number[] = [];
      let slowestMs = 0;
      for (let n = 1; n <= all; n += 1) {
        const bytes = spoilt(chance, good[chance.below(good.length)] ?? first, good[chance.below(good.length)] ?? first);
        const began = process.cpuUsage();
        keeping(kept, bytes, () => take(bytes, chance.below(50) === 0 ? "10.9.9.9" : `10.0.${n & 7}.${n & 255}`));
        const { user } = process.cpuUsage(began);
        slowestMs = Math.max(slowestMs, user / 1_000);
        if (n % (all / 4) === 0) heap.push(heapBytes());
      }
      tried += all;
      const { counts } = intake;
      expect(counts.received).toBe(all);
      expect(endedOf(counts)).toBe(all);
      // Both sides of the decoder were reached, often.
      expect(counts.accepted).toBeGreaterThan(all / 20);
      expect(counts.undecodable).toBeGreaterThan(all / 4);
      expect(committed.characters).toBeLessThan(64 * 1_024);
      // CPU, not time: the machine may be busy. A collection of the heap is among it.
      expect(slowestMs).toBeLessThan(500);
      const [quarter = 0] = heap;
      expect((heap.at(-1) ?? 0) / quarter).toBeLessThan(1.25);
    },
    120_000 + cases(960_000, 10_000_000),
  );

  it("still hears the next good one, from whoever", () => {
    const { intake, take, committed } = receiver();
    const chance = new Chance(seed + 1);
    for (let n = 0; n < 2_000; n += 1) take(spoilt(chance, good[n % good.length] ?? first, first), "10.0.0.1");
    const before = { ...intake.counts, traps: committed.traps };
    const trap = good.find((bytes) => bytes[0] === 0x30 && bytes.includes("GigabitEthernet0/3") && bytes.includes(0xa7)) ?? first;
    take(trap, "10.0.0.2");
    expect(intake.counts.accepted).toBe(before.accepted + 1);
    expect(committed.traps).toBe(before.traps + 1);
  });
});

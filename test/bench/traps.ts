/**
 * The trap listener under bursts: does the socket lose any at 200,000 a second, and is every loss counted when it must?
 *
 * The senders are processes of their own. One Node process makes 130,000 to 190,000 a second and takes a core for it: so the paced burst has
 * one on 2 cores (a second one makes 1.6 times the pace there and takes the receiver's core for it: the drops then show the scheduler, not
 * the receiver), and two where there are more; the unpaced one has two. The pace is printed beside it. Every trap is another interface's linkDown, so that each is decoded, told from a repeat and committed.
 */
import { type ChildProcessByStdio, spawn } from "node:child_process";
import { once } from "node:events";
import { readFileSync } from "node:fs";
import { availableParallelism } from "node:os";
import { createInterface } from "node:readline";
import type { Readable, Writable } from "node:stream";
import { builtFile } from "../../probes/built.ts";
import { Intake } from "../../probes/trap/intake.ts";
import { startTrapListener, type TrapListener } from "../../probes/trap/listener.ts";
import { endedOf, type TrapOptions, type TrapStats } from "../../probes/trap/trap.ts";
import { higher, lower, type Report } from "./figure.ts";
import { encodedTrap } from "./trap-sender.ts";

const BURST = 20_000;

const options: TrapOptions = {
  host: "127.0.0.1",
  port: 0,
  allow: ["127.0.0.0/8"],
  relays: [],
  perSourcePerSecond: 1_000_000,
  burst: 1_000_000,
  communities: ["public"],
  users: [],
  engineId: "8000b98380a1b2c3d4e5f6",
  maxQueue: 100_000,
};

interface Sent {
  readonly sent: number;
  readonly beganAt: number;
  readonly endedAt: number;
}

type Sender = { readonly child: ChildProcessByStdio<Writable, Readable, null>; readonly lines: AsyncIterator<string> };

async function nextLine({ lines }: Sender): Promise<string> {
  const line = await lines.next();
  if (line.done === true) throw new Error("the trap sender ended early");
  return line.value;
}

/** Sends from all senders at once. */
async function send(
  port: number,
  senderCount: number,
  count: number,
  perSecond: number,
): Promise<{ readonly sent: number; readonly perSecond: number }> {
  const each = count / senderCount;
  const senders = Array.from({ length: senderCount }, (_, n): Sender => {
    const args = [builtFile("test/bench/trap-sender.js"), port, each, perSecond / senderCount, 1, n * each].map(String);
    const child = spawn(process.execPath, args, { stdio: ["pipe", "pipe", "inherit"] });
    return { child, lines: createInterface(child.stdout)[Symbol.asyncIterator]() };
  });
  await Promise.all(senders.map(nextLine));
  const ended = senders.map(({ child }) => once(child, "exit"));
  for (const { child } of senders) child.stdin.end("go\n");
  const results = (await Promise.all(senders.map(nextLine))).map((line) => JSON.parse(line) as Sent);
  await Promise.all(ended);
  const tookMs = Math.max(...results.map((one) => one.endedAt)) - Math.min(...results.map((one) => one.beganAt));
  const sent = results.reduce((sum, one) => sum + one.sent, 0);
  return { sent, perSecond: Math.round((sent / tookMs) * 1000) };
}

/** Until all that was sent is received or counted as dropped, and at its end (committed, or counted otherwise); gives up after 10 s. */
async function settled(listener: TrapListener, sent: number): Promise<TrapStats> {
  const deadline = performance.now() + 10_000;
  for (;;) {
    const stats = await listener.freshStats();
    if ((stats.received + stats.kernelDrops >= sent && stats.pending === 0) || performance.now() > deadline) return stats;
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
}

interface Run {
  readonly sent: number;
  readonly perSecond: number;
  readonly stats: TrapStats;
  readonly committed: number;
  readonly settledMs: number;
}

async function run(senderCount: number, count: number, perSecond: number): Promise<Run> {
  let committed = 0;
  const listener = await startTrapListener(options, async (traps) => {
    committed += traps.length;
  });
  try {
    const { sent, perSecond: real } = await send(listener.port, senderCount, count, perSecond);
    const began = performance.now();
    const stats = await settled(listener, sent);
    return { sent, perSecond: real, stats, committed, settledMs: performance.now() - began };
  } finally {
    await listener.stop();
  }
}

/** Microseconds of CPU a trap, in one thread, from queued datagram to batch. */
function costUs(count: number): number {
  const { bytes, indexAt } = encodedTrap();
  let posted = 0;
  const intake = new Intake(
    { ...options, bufferBytes: 0, engineBoots: 1, bootedMs: 0, maxBatch: 500, gatherMs: 0, maxQueue: count },
    { post: (id) => (posted = id), send: () => {}, now: () => 0, monotonicMs: () => performance.now() },
  );
  for (let n = 0; n < count; n++) {
    const copy = Buffer.from(bytes);
    copy.writeUInt16BE(n % 32_768, indexAt);
    intake.arrived(copy, { address: "127.0.0.1", port: 1 });
  }
  const before = process.cpuUsage();
  while (intake.queued > 0) {
    intake.work(1_000);
    intake.outgoing.settle(posted, true);
  }
  const { user, system } = process.cpuUsage(before);
  return (user + system) / count;
}

function rmemMax(): number {
  return Number(readFileSync("/proc/sys/net/core/rmem_max", "utf8"));
}

/** Drops of a burst at 200,000/s and of one without a pace; what one trap costs. */
export async function benchTraps(): Promise<Report> {
  const paced = await run(availableParallelism() > 2 ? 2 : 1, BURST, 200_000);
  const unpaced = await run(2, 2 * BURST, 0);
  costUs(20_000); // compiled before it is measured
  const cost = costUs(50_000);
  const drops = ({ stats }: Run): number => stats.kernelDrops + stats.queueDrops;
  const missing = ({ sent, stats }: Run): number => Math.abs(sent - stats.received - stats.kernelDrops);
  const lost = ({ stats, committed }: Run): number => Math.abs(stats.received - endedOf(stats)) + Math.abs(stats.committed - committed);
  const figures = [
    lower("traps: dropped of a burst of 20,000", drops(paced), "traps", 0),
    higher("traps: pace of that burst, as the senders made it", paced.perSecond, "traps/s", 200_000),
    lower("traps: of that burst, neither committed nor counted", missing(paced) + lost(paced), "traps", 0),
    lower("traps: last of that burst committed, after it was sent", Math.round(paced.settledMs), "ms"),
    lower("traps: unpaced, sent but neither received nor counted as dropped", missing(unpaced), "traps", 0),
    higher("traps: pace of the unpaced burst of 40,000", unpaced.perSecond, "traps/s"),
    lower("traps: dropped and counted of the unpaced burst", drops(unpaced), "traps"),
    lower("traps: CPU of one in the receiver (decode, hash, repeat, batch)", Math.round(cost * 10) / 10, "µs"),
    higher("traps: receive buffer granted", paced.stats.bufferGrantedBytes, "bytes", paced.stats.bufferAskedBytes),
    higher("traps: net.core.rmem_max of this machine", rmemMax(), "bytes"),
  ];
  return { figures, notes: ["Bursts: the senders are processes of their own, and share the cores with the receiver's thread."] };
}

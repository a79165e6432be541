/**
 * The evaluator alone, in this process: observations a second through `take`, in the common case that nothing changes.
 */
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Board } from "../../daemon/board.ts";
import { createLocalBus } from "../../daemon/bus/local.ts";
import { systemClock } from "../../daemon/clock.ts";
import { loadConfig } from "../../daemon/config/load.ts";
import type { Config } from "../../daemon/model/config.ts";
import type { Check } from "../../daemon/model/network.ts";
import { bare, type Finding, type Observation, type Sample } from "../../daemon/model/observation.ts";
import type { Log } from "../../daemon/ports.ts";
import { Evaluator } from "../../daemon/roles/evaluator.ts";
import type { Leases } from "../../daemon/roles/lease.ts";
import { Recorder } from "../../daemon/roles/recorder.ts";
import { openStore } from "../../daemon/store/open.ts";
import { higher, lower, type Report } from "./figure.ts";
import { benchEnv, writeNetwork } from "./network.ts";

const quiet: Log = { debug() {}, info() {}, warn() {}, error() {}, child: () => quiet };
const batchSize = 500;

function samplesOf(check: Check): readonly Sample[] {
  const names =
    check.kind === "icmp"
      ? ["icmp_rtt_min_seconds", "icmp_rtt_avg_seconds", "icmp_rtt_max_seconds", "icmp_loss_ratio", "icmp_jitter_seconds"]
      : Array.from({ length: 10 }, (_, n) => `bench_${n}_ratio`);
  return names.map((name) => ({ name, value: name === "icmp_loss_ratio" ? 0 : 0.01 }));
}

export async function benchEvaluator({ devices }: { readonly devices: number }): Promise<Report> {
  const folder = mkdtempSync(join(tmpdir(), "vigie-bench-"));
  const file = writeNetwork({ folder, devices, checks: { icmp: "30s", snmp: "60s" }, family: "bench-agent", httpPort: 8_080 });
  const loaded = await loadConfig(file, { env: benchEnv });
  if (!loaded.ok) throw new Error("the configuration of the bench is not accepted");
  const { config } = loaded;
  const store = await openStore({ storage: { kind: "sqlite", path: join(folder, "bench.db") }, stateDir: folder, clock: systemClock });
  try {
    await store.migrate();
    const fence = await store.acquireLease("evaluator", "bench", 3_600_000);
    if (fence === undefined) throw new Error("a new store gave no lease");
    const leases: Leases = { fence: () => fence, held: () => true, wait: async () => undefined };
    const basics = { store, clock: systemClock, log: quiet, config: () => config };
    const recorder = new Recorder(basics);
    const evaluator = new Evaluator({
      ...basics,
      leases,
      bus: createLocalBus({ capacity: 50_000 }, systemClock),
      board: new Board(),
      stats: { turn() {}, alarms() {} },
      kick() {},
      changed() {},
      seen: (observations) => recorder.add(observations),
    });
    await evaluator.load();
    const steady = await throughput(evaluator, config, 200_000, () => undefined);
    // One ping in ten fails now and then: its alarm is pending in memory, and nothing is committed before the third attempt.
    const moving = await throughput(evaluator, config, 40_000, (check, round) =>
      check.kind === "icmp" && check.device.endsWith("7") && check.device.length % 2 === round % 2
        ? bare("down", "icmp.no-answer")
        : undefined,
    );
    return {
      figures: [
        higher("evaluator: observations that change nothing", steady.perSecond, "observations/s"),
        lower("evaluator: CPU of one", steady.cpuUs, "µs"),
        higher("evaluator: observations, some of which move an alarm in memory", moving.perSecond, "observations/s"),
      ],
      notes: [`${devices} devices, turns of ${batchSize}; board and roll-ups in memory included, SQLite on disk.`],
    };
  } finally {
    await store.close();
    rmSync(folder, { recursive: true, force: true });
  }
}

async function throughput(
  evaluator: Evaluator,
  config: Config,
  count: number,
  broken: (check: Check, round: number) => Finding | undefined,
): Promise<{ readonly perSecond: number; readonly cpuUs: number }> {
  const checks = [...config.network.devices.values()].flatMap((device) => device.checks);
  const batches: Observation[][] = [];
  let seq = Date.now() * 1_000;
  for (let at = 0; at < count; at += batchSize) {
    batches.push(
      Array.from({ length: batchSize }, (_, n): Observation => {
        const check = checks[(at + n) % checks.length] as Check;
        seq += 1;
        const finding = broken(check, Math.floor((at + n) / checks.length)) ?? { ...bare("up"), samples: samplesOf(check) };
        const { id, device, kind } = check;
        return {
          id: `${id}@${seq}`,
          check: id,
          device,
          kind,
          at: Date.now() + Math.floor(at / checks.length),
          seq,
          durationMs: 1,
          finding,
        };
      }),
    );
  }
  const before = process.cpuUsage();
  const began = performance.now();
  for (const batch of batches) await evaluator.take(batch);
  const tookMs = performance.now() - began;
  const { user, system } = process.cpuUsage(before);
  return { perSecond: Math.round((count / tookMs) * 1_000), cpuUs: (user + system) / count };
}

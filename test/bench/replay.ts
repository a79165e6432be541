/**
 * What a day of looks takes to keep, and to replay: 10,000 devices, two checks each, with outages, lost packets, flapping and restless values.
 *
 * The looks are made here, and kept and replayed by what keeps and replays them in the daemon.
 */
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { performance } from "node:perf_hooks";
import { besideOf } from "../../daemon/cli/replay-beside.ts";
import { systemClock } from "../../daemon/clock.ts";
import { loadConfig } from "../../daemon/config/load.ts";
import type { Config } from "../../daemon/model/config.ts";
import type { Check } from "../../daemon/model/network.ts";
import { bare, type Finding, type Observation } from "../../daemon/model/observation.ts";
import type { Rule } from "../../daemon/model/rule.ts";
import { DAY, HOUR, MINUTE } from "../../daemon/model/time.ts";
import { backtest } from "../../daemon/replay/backtest.ts";
import { PieceColumns } from "../../daemon/roles/look-columns.ts";
import { type OpenedStore, openStore } from "../../daemon/store/open.ts";
import { placeOf, readsOf } from "../../rules/reads.ts";
import { higher, lower, type Report } from "./figure.ts";
import { benchEnv, writeNetwork } from "./network.ts";
import { noise, sizes } from "./store.ts";

const pieceMs = 30 * MINUTE;
const turnMs = 50;
const start = Date.UTC(2026, 10, 18);

/** One check's day: when it is looked at, and what is found. */
interface Looked {
  readonly check: Check;
  nextAt: number;
  /** Stretches of trouble: from, to, alternately. */
  readonly down: readonly number[];
  celsius: number;
}

export async function benchReplay({ devices, hours }: { readonly devices: number; readonly hours: number }): Promise<Report> {
  const folder = mkdtempSync(join(tmpdir(), "vigie-bench-replay-"));
  const file = writeNetwork({ folder, devices, checks: { icmp: "30s", snmp: "60s" }, family: "bench-agent", httpPort: 8_080 });
  const loaded = await loadConfig(file, { env: benchEnv });
  if (!loaded.ok) throw new Error("the configuration of the bench is not accepted");
  const { config } = loaded;
  const { storage } = config;
  if (storage.kind !== "sqlite") throw new Error("the bench is measured on SQLite");
  const store = await openStore({ storage, stateDir: config.instance.stateDir, clock: systemClock });
  try {
    await store.migrate();
    const kept = await keepDay(store, config, hours * HOUR);
    const share = DAY / (hours * HOUR);
    const megabytes = ((await sizes(storage.path, "look_blocks")) / 1e6) * share;
    const cpu = process.cpuUsage();
    const began = performance.now();
    const done = await backtest({ store, config, from: start, to: start + hours * HOUR, rulesA: "recorded", rulesB: config.rules });
    const tookSeconds = (performance.now() - began) / 1_000;
    const { user, system } = process.cpuUsage(cpu);
    const other = performance.now();
    // As the command does it.
    const beside = besideOf({ file, demo: false, env: benchEnv, hash: config.hash, from: start });
    const tried = await backtest({
      ...{ store, config, from: start, to: start + hours * HOUR },
      rulesA: config.rules,
      rulesB: triedRules(config),
      ...(beside === undefined ? {} : { beside }),
    });
    const triedSeconds = (performance.now() - other) / 1_000;
    if (done === undefined || tried === undefined) throw new Error("nothing was kept");
    return {
      figures: [
        lower(`replay: looks kept, ${devices} devices × 2 checks`, megabytes, "MB a day", 500),
        lower("replay: bytes a look", (megabytes * 1e6) / (kept.looks * share), "B"),
        lower("replay: CPU to take in one look", kept.cpuUs, "µs"),
        lower(`replay: a day of ${devices} devices`, tookSeconds * share, "s", 60),
        lower("replay: CPU of it", ((user + system) / 1e6) * share, "s"),
        higher("replay: looks a second", done.looks / tookSeconds, "looks/s"),
        lower(`replay: a day of ${devices} devices with --rules, beside those in force`, triedSeconds * share, "s", 60),
      ],
      notes: [
        `${hours} h of ${done.looks} looks, ${done.judged} of them judged one by one and the rest passed over; ${done.after.length} incidents. ` +
          "One process; reading and unpacking included.",
        `With --rules ${beside === undefined ? "the looks are read once and run through both" : "each side has a thread of its own"}: ${tried.gone.length} incidents gone, ${tried.opened.length} new, ${tried.changed.length} changed.`,
      ],
    };
  } finally {
    await store.close();
    rmSync(folder, { recursive: true, force: true });
  }
}

/** What somebody tries: a longer wait before a device is called down, and a lower limit of what warms up. */
function triedRules({ rules }: Config): readonly Rule[] {
  return rules.map((rule) => {
    const { when } = rule;
    if (rule.id === "unreachable") return { ...rule, forMs: rule.forMs + 2 * MINUTE };
    if (when.on === "sample" && when.name === "temperature_celsius" && when.above !== undefined && when.clear !== undefined)
      return { ...rule, when: { ...when, above: when.above - 4, clear: when.clear - 4 } };
    return rule;
  });
}

async function keepDay(store: OpenedStore, config: Config, lengthMs: number) {
  const random = noise(11);
  const reads = readsOf(config.rules);
  const same = (sample: string) => {
    const limits = reads.samples.get(sample);
    return (a: number, b: number) => limits !== undefined && placeOf(a, limits) === placeOf(b, limits);
  };
  const outages = outagesOf(config, random, lengthMs);
  const all = [...config.network.devices.values()].flatMap((device) =>
    device.checks.map(
      (check): Looked => ({
        check,
        nextAt: start + random() * check.intervalMs,
        down: outages.get(device.id) ?? [],
        celsius: 28 + 8 * random(),
      }),
    ),
  );
  let [seq, looks, takenMs] = [start * 1_000, 0, 0];
  for (let from = start; from < start + lengthMs; from += pieceMs) {
    const columns = new PieceColumns(reads);
    if (from === start) columns.mark({ kind: "adopted", turn: 0, at: start, hash: config.hash, holdUntil: 0 });
    for (const [turn, bucket] of bucketsOf(all, from, random).entries()) {
      if (bucket === undefined) continue;
      const now = from + (turn + 1) * turnMs;
      const observations = bucket.map((looked): Observation => {
        seq += 1;
        const { id: check, device, kind } = looked.check;
        const at = now - Math.floor(random() * turnMs);
        const durationMs = kind === "icmp" ? 3 + Math.floor(25 * random() ** 2) : 8 + Math.floor(60 * random() ** 2);
        return { id: `${check}@${seq}`, check, device, kind, at, seq, durationMs, finding: findingOf(looked, at, random) };
      });
      const began = performance.now();
      columns.turn(now, observations);
      takenMs += performance.now() - began;
    }
    looks += columns.looks;
    const checkpoint = from === start ? { checkpoint: { alarms: [], incidents: [] } } : {};
    await store.saveLooks({ head: columns.head(config.hash, from === start), checks: columns.checks(), same, ...checkpoint });
  }
  return { looks, cpuUs: (takenMs * 1_000) / looks };
}

/** The checks that are looked at in each turn of a piece. */
function bucketsOf(all: readonly Looked[], from: number, random: () => number): (Looked[] | undefined)[] {
  const buckets: (Looked[] | undefined)[] = [];
  for (const looked of all) {
    for (; looked.nextAt < from + pieceMs; looked.nextAt += looked.check.intervalMs) {
      // A slot is kept to some milliseconds; the look takes its time.
      const turn = Math.min(pieceMs / turnMs - 1, Math.floor((looked.nextAt - from + 40 * random()) / turnMs));
      const bucket = buckets[turn];
      if (bucket === undefined) buckets[turn] = [looked];
      else bucket.push(looked);
    }
  }
  return buckets;
}

/** A device in fifty is down once, for minutes or hours; a few flap for an hour; two sites lose their gateway. */
function outagesOf(config: Config, random: () => number, lengthMs: number): Map<string, number[]> {
  const outages = new Map<string, number[]>();
  const ids = [...config.network.devices.keys()];
  for (const id of ids) {
    const at = start + random() * lengthMs;
    if (random() < (0.02 * lengthMs) / DAY) outages.set(id, [at, at + 2 * MINUTE + random() ** 4 * 6 * HOUR]);
    else if (random() < (0.001 * lengthMs) / DAY)
      outages.set(
        id,
        Array.from({ length: 40 }, (_, n) => at + n * 90_000),
      );
  }
  const gateways = [...config.network.sites.values()].flatMap(({ gateway }) => gateway ?? []);
  for (const gateway of gateways.slice(1, lengthMs < DAY ? 2 : 3)) {
    const at = start + random() * lengthMs;
    for (const id of ids) if (id.startsWith(`${gateway.slice(0, gateway.indexOf("-device"))}-`)) outages.set(id, [at, at + 20 * MINUTE]);
  }
  return outages;
}

const up = bare("up");
const silent = { icmp: bare("down", "icmp.no-answer"), other: bare("down", "snmp.timeout") };

function findingOf(looked: Looked, at: number, random: () => number): Finding {
  const { kind } = looked.check;
  const isDown = looked.down.findLastIndex((edge) => edge <= at) % 2 === 0;
  if (isDown || random() < 0.0002) return kind === "icmp" ? silent.icmp : silent.other;
  if (kind === "icmp") {
    const lost = random() < 0.0005 ? 0.2 * Math.ceil(2 * random()) : 0;
    const samples = ["min", "avg", "max"].map((which) => ({ name: `icmp_rtt_${which}_seconds`, value: 0.01 + 0.005 * random() }));
    return {
      ...up,
      samples: [...samples, { name: "icmp_loss_ratio", value: lost }, { name: "icmp_jitter_seconds", value: 0.001 * random() }],
    };
  }
  looked.celsius += (random() - 0.5) * 0.6 + (32 - looked.celsius) * 0.01;
  return {
    ...up,
    samples: [
      { name: "temperature_celsius", value: Math.round(looked.celsius * 10) / 10 },
      { name: "cpu_ratio", value: random() },
      { name: "uptime_seconds", value: Math.floor(at / 1_000) },
      ...Array.from({ length: 7 }, (_, n) => ({ name: `bench_${n}`, value: random() * 1e6 })),
    ],
  };
}

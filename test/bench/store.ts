/**
 * Store figures: how much a day of roll-ups takes at 10,000 devices, and how long a save holds others up.
 *
 * A tenth of the devices for a day, for size; all of them for a save.
 */
import { mkdtempSync, rmSync, statSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { monitorEventLoopDelay, performance } from "node:perf_hooks";
import { systemClock } from "../../daemon/clock.ts";
import { DAY, MINUTE } from "../../daemon/model/time.ts";
import type { RollupPoint } from "../../daemon/ports.ts";
import { openStore } from "../../daemon/store/open.ts";
import { type Figure, lower, type Report } from "./figure.ts";

/** Lengthens nothing: a fixed sequence, so that two runs write the same bytes. */
export function noise(seed: number): () => number {
  let state = seed;
  return () => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return state / 2 ** 32;
  };
}

/** Fifteen series as a codec or switch gives them: ten noisy, five quiet. */
function pointsOf(slotAt: number, slot: number, random: () => number): RollupPoint[] {
  const noisy = (series: string, base: number): RollupPoint => {
    const mean = base * (0.7 + 0.6 * random());
    return { series, slotAt, count: 5, min: mean * (0.5 + 0.45 * random()), mean, max: mean * (1.05 + 2 * random()) };
  };
  const flat = (series: string, value: number): RollupPoint => ({ series, slotAt, count: 5, min: value, mean: value, max: value });
  const uptime = 4_000_000 + slot * 300;
  return [
    ...["min", "avg", "max"].map((which) => noisy(`icmp_rtt_${which}_seconds`, 0.012)),
    noisy("icmp_jitter_seconds", 0.002),
    random() < 0.05 ? noisy("icmp_loss_ratio", 0.05) : flat("icmp_loss_ratio", 0),
    { series: "uptime_seconds", slotAt, count: 5, min: uptime - 120, mean: uptime, max: uptime + 120 },
    ...["eth0", "eth1"].flatMap((part) => [
      flat(`interface_up interface ${part}`, 1),
      noisy(`interface_in_octets interface ${part}`, 2e6),
      noisy(`interface_out_octets interface ${part}`, 5e5),
    ]),
    flat("interface_in_errors interface eth0", 0),
    noisy("temperature_celsius", 41),
    noisy("cpu_ratio", 0.2),
  ];
}

const DEVICES = 10_000;
const SAMPLE = 1_000;
const SLOTS = DAY / (5 * MINUTE);

/** Bytes on disk of every table and index whose name begins with `prefix`. */
export async function sizes(file: string, prefix: string): Promise<number> {
  const { default: knex } = await import("knex");
  const raw = knex({ client: "sqlite3", connection: { filename: file }, useNullAsDefault: true });
  try {
    const query = "select sum(pgsize) as bytes from dbstat where name like ? or name like ?";
    const [row] = (await raw.raw(query, [`${prefix}%`, `sqlite_autoindex_${prefix}%`])) as { bytes: number | null }[];
    return row?.bytes ?? 0;
  } finally {
    await raw.destroy();
  }
}

export async function benchStore(): Promise<Report> {
  const folder = mkdtempSync(join(tmpdir(), "vigie-bench-store-"));
  const path = join(folder, "vigie.db");
  const store = await openStore({ storage: { kind: "sqlite", path }, stateDir: folder, clock: systemClock });
  try {
    await store.migrate();
    const random = noise(7);
    const start = Math.floor(Date.now() / DAY) * DAY - DAY;
    const batch = (devices: number, slot: number) =>
      new Map(
        Array.from({ length: devices }, (_, device): [string, RollupPoint[]] => [
          `site-${device % 60}-codec-${device}`,
          pointsOf(start + slot * 5 * MINUTE, slot, random),
        ]),
      );
    for (let slot = 0; slot < SLOTS + 24; slot += 1) await store.saveAllRollups(batch(SAMPLE, slot));
    // The last two hours stay open: exactly one day is packed.
    const chunked = await sizes(path, "rollup_chunks");
    const perDay = (chunked * DEVICES) / SAMPLE / 1e6;
    const readFrom = performance.now();
    const points = await store.rollups("site-7-codec-7", start, start + 2 * DAY);
    const readMs = performance.now() - readFrom;
    const all = batch(DEVICES, SLOTS + 24);
    const burst = await measureSave(() => store.saveAllRollups(all), store.ping);
    const open = await sizes(path, "rollup_slots");
    const figures = [
      lower("store: roll-ups, 10,000 devices × 15 series", perDay, "MB a day", 200),
      lower("store: roll-ups not packed yet (constant)", (open / 1e6) * 24, "MB, at most, 24 slots"),
      lower("store: database file of the bench", statSync(path).size / 1e6, "MB"),
      lower(`store: a day of one device read (${points.length} points)`, readMs, "ms"),
      ...burst,
    ];
    return { figures, notes: [`A tenth of the devices for a day, for size; ${DEVICES} of them for one save.`] };
  } finally {
    await store.close();
    rmSync(folder, { recursive: true, force: true });
  }

  /** One save of every device, with somebody else writing meanwhile. */
  async function measureSave(work: () => Promise<void>, ping: () => Promise<void>): Promise<readonly Figure[]> {
    await ping();
    const loop = monitorEventLoopDelay({ resolution: 5 });
    loop.enable();
    const from = performance.now();
    let running = true;
    const waits: number[] = [];
    const other = (async () => {
      while (running) {
        const asked = performance.now();
        await store.keep("other writer", asked);
        waits.push(performance.now() - asked);
      }
    })();
    await work();
    running = false;
    await other;
    loop.disable();
    waits.sort((a, b) => a - b);
    return [
      lower("store: saving one slot of 10,000 devices", performance.now() - from, "ms"),
      lower("store: longest wait of another writer meanwhile", waits.at(-1) ?? 0, "ms", 50),
      lower("store: event-loop delay p99 meanwhile", loop.percentile(99) / 1e6, "ms", 50),
    ];
  }
}

/**
 * InfluxDB export against a real influxd, and against one that is away.
 */
import { type ChildProcess, spawn } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, describe, expect, it } from "vitest";
import { createInfluxExport } from "../../daemon/export/influx.ts";
import type { Observation } from "../../daemon/model/observation.ts";
import type { Clock } from "../../daemon/ports.ts";
import { at, clock, device, quiet } from "../api/fixture.ts";
import { needs } from "../needs.ts";
import { freePort } from "../port.ts";

const cleanUps: (() => void | Promise<void>)[] = [];
afterEach(async () => {
  for (const clean of cleanUps.splice(0).reverse()) await clean();
});

/** Sleeps really, but wakes at once when aborted. */
const real: Clock = {
  ...clock,
  sleep: (ms, signal) =>
    new Promise((resolve) => {
      const done = () => {
        clearTimeout(timer);
        resolve();
      };
      const timer = setTimeout(done, ms);
      signal.addEventListener("abort", done, { once: true });
    }),
};

function look(seq: number): Observation {
  const samples = [
    { name: "icmp_rtt_avg_seconds", value: 0.002 },
    { name: "interface_up", value: 1, part: "interface Gi0/1" },
    { name: "temperature_celsius", value: Number.NaN },
  ];
  const finding = { status: "up" as const, samples, readings: [], faults: [] };
  return { id: `x${seq}`, check: "codec-1/icmp", device: "codec-1", kind: "icmp", at: at + seq, seq, durationMs: 1, finding };
}

async function startInflux(binary: string): Promise<string> {
  const folder = mkdtempSync(join(tmpdir(), "vigie-influx-"));
  const port = await freePort();
  const rpc = await freePort();
  const config = `reporting-disabled = true
bind-address = "127.0.0.1:${rpc}"
[meta]
  dir = "${folder}/meta"
[data]
  dir = "${folder}/data"
  wal-dir = "${folder}/wal"
[http]
  bind-address = "127.0.0.1:${port}"
  log-enabled = false
`;
  writeFileSync(join(folder, "influxdb.conf"), config);
  const child: ChildProcess = spawn(binary, ["-config", join(folder, "influxdb.conf")], { stdio: "ignore" });
  cleanUps.push(
    () =>
      new Promise<void>((resolve) => {
        child.once("exit", () => {
          rmSync(folder, { recursive: true, force: true });
          resolve();
        });
        child.kill("SIGKILL");
      }),
  );
  const url = `http://127.0.0.1:${port}`;
  await until(async () => (await fetch(`${url}/ping`).catch(() => undefined))?.status === 204);
  await fetch(`${url}/query`, { method: "POST", body: new URLSearchParams({ q: "CREATE DATABASE vigie" }) });
  return url;
}

describe("the InfluxDB export", () => {
  it("writes samples in batches, each part a series, and leaves out what is no number", async (context) => {
    const url = await startInflux(needs("influxd", context));
    const influx = createInfluxExport({ influx: { url, database: "vigie", batch: 10, flushMs: 20 }, clock: real, log: quiet });
    for (let seq = 0; seq < 25; seq += 1) influx.offer(look(seq), device("codec-1"));
    const stop = new AbortController();
    const running = influx.run(stop.signal);
    const count = async (field: string) => {
      const answer = await fetch(`${url}/query?db=vigie&q=${encodeURIComponent(`SELECT count("${field}") FROM vigie`)}`);
      const { results } = (await answer.json()) as { results: { series?: { values: number[][] }[] }[] };
      return results[0]?.series?.[0]?.values[0]?.[1] ?? 0;
    };
    await until(async () => (await count("icmp_rtt_avg_seconds")) === 25 && (await count("interface_up")) === 25);
    expect(await count("temperature_celsius")).toBe(0);
    expect(await count("icmp_up")).toBe(25);
    influx.offer(look(99), device("codec-1"));
    stop.abort();
    await running;
    expect(await count("icmp_rtt_avg_seconds")).toBe(26);
    expect([influx.queued(), influx.dropped()]).toEqual([0, 0]);
  });

  it("holds a bounded queue while the server is away, and counts what it drops", async () => {
    const away = { url: "http://127.0.0.1:1", database: "vigie", batch: 10, flushMs: 5 };
    const influx = createInfluxExport({ influx: away, clock: real, log: quiet, maxQueued: 20 });
    for (let seq = 0; seq < 30; seq += 1) influx.offer(look(seq), device("codec-1"));
    expect([influx.queued(), influx.dropped()]).toEqual([20, 40]);
    const stop = new AbortController();
    const running = influx.run(stop.signal);
    for (let seq = 30; seq < 40; seq += 1) {
      influx.offer(look(seq), device("codec-1"));
      await real.sleep(5, stop.signal);
    }
    stop.abort();
    await running;
    expect(influx.queued() + influx.dropped()).toBe(80);
    expect(influx.queued()).toBeLessThanOrEqual(20);
  });
});

async function until(done: () => Promise<boolean>): Promise<void> {
  const end = Date.now() + 60_000;
  while (!(await done())) {
    if (Date.now() > end) throw new Error("not within 60 s");
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
}

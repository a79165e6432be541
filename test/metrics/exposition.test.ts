/**
 * /metrics as Prometheus reads it: promtool's own check, a real scrape, and any text in a label.
 */
import { type ChildProcess, spawn, spawnSync } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { get, type IncomingMessage } from "node:http";
import { tmpdir } from "node:os";
import { join } from "node:path";
import fc from "fast-check";
import { afterEach, describe, expect, it, vi } from "vitest";
import { Board } from "../../daemon/board.ts";
import type { IncidentSummary } from "../../daemon/export/incident-metrics.ts";
import { LineBytes } from "../../daemon/export/line-bytes.ts";
import { escapeLabel } from "../../daemon/export/text-format.ts";
import { createExposition } from "../../daemon/exposition.ts";
import { createMetrics } from "../../daemon/metrics.ts";
import type { Device } from "../../daemon/model/network.ts";
import { at, device, fill, network, serve, stand, world } from "../api/fixture.ts";
import { needs } from "../needs.ts";
import { freePort } from "../port.ts";

const cleanUps: (() => void | Promise<void>)[] = [];
afterEach(async () => {
  for (const clean of cleanUps.splice(0).reverse()) await clean();
});

const waiting: IncidentSummary = {
  ...{ number: "VIG-2026-000001-10", severity: "major", urgency: "now", level: 2, site: "mgh", symptom: "unreachable" },
  ...{ unacknowledged: true, device: "codec-1" },
};

async function textOf(slices: AsyncIterable<Buffer>): Promise<string> {
  let text = "";
  for await (const slice of slices) text += slice.toString();
  return text;
}

describe("the exposition", () => {
  it("passes promtool, the daemon's own metrics included", async (context) => {
    const promtool = needs("promtool", context);
    const made = world();
    fill(made);
    stand(made);
    const metrics = createMetrics({ version: "0.1.0" });
    metrics.looks.inc({ kind: "icmp", status: "up" });
    metrics.lookSeconds.observe({ kind: "icmp" }, 0.01);
    metrics.kernelDrops(3);
    const exposition = createExposition({ board: made.board, network: () => made.config.network, incidents: () => [waiting] });
    const text = (await metrics.text()) + (await textOf(exposition.slices()));
    const checked = spawnSync(promtool, ["check", "metrics"], { input: text, encoding: "utf8" });
    expect(checked.stderr + checked.stdout).toBe("");
    expect(checked.status).toBe(0);
  });

  it("shows the lights of codecs, with NaN for unknown and none that does not apply, and what they are doing", async () => {
    const made = world({ devices: [device("codec-1"), device("switch-1", { kind: "switch" }), device("codec-2")] });
    stand(made);
    const codec = made.board.lights("codec-1");
    if (codec !== undefined) made.board.show([{ ...codec, device: "switch-1" }], []);
    const lines = (await textOf(made.deps.exposition.slices())).split("\n").filter((line) => /^vigie_device_(light|activity)\{/.test(line));
    const about = 'device="codec-1",site="mgh",family="cisco-ce"';
    expect(lines).toEqual([
      `vigie_device_light{${about},light="link"} 1`,
      `vigie_device_light{${about},light="login"} NaN`,
      `vigie_device_light{${about},light="registered"} 0.5`,
      `vigie_device_light{${about},light="ready"} 0`,
      `vigie_device_activity{${about},activity="in-call"} 1`,
    ]);
  });

  it("says NaN for what was never looked at, 0 for out of service, and marks commissioning", async () => {
    const made = world();
    fill(made);
    const text = await textOf(made.deps.exposition.slices());
    expect(text).toContain('vigie_device_up{device="codec-1",site="mgh",family="cisco-ce"} 0\n');
    expect(text).toContain('vigie_device_up{device="codec-2",site="gaspe",family="cisco-ce"} NaN\n');
    expect(text).toMatch(/vigie_device_info\{device="codec-2".*commissioning="true"\} 1/);
    expect(text).toContain('vigie_interface_up{device="codec-1",site="mgh",family="cisco-ce",part="interface \\"Gi0/1\\""} 1\n');
    expect(text).toContain('state="sip_registration",value="registered"');
  });

  it("has incident series at 0 before there is any incident, and leaves commissioning out", async () => {
    const made = world();
    const inCommissioning = { ...waiting, device: "codec-2", site: "gaspe", number: "VIG-2026-000002-07" };
    const incidents = [waiting, inCommissioning];
    const exposition = createExposition({ board: made.board, network: () => made.config.network, incidents: () => incidents });
    const text = await textOf(exposition.slices());
    expect(text).toContain('vigie_incidents_open{severity="major",urgency="now",level="1",site="gaspe"} 0\n');
    expect(text).toContain('vigie_incidents_unacknowledged{severity="major",urgency="now",level="2",site="mgh"} 1\n');
    expect(text).toContain('vigie_incident_unacknowledged_info{number="VIG-2026-000001-10"');
    expect(text).not.toContain("VIG-2026-000002-07");
  });

  it("writes a series once though two looks tell it", async () => {
    const board = new Board();
    for (const [seq, kind] of (["snmp", "ssh"] as const).entries()) {
      const finding = { status: "up" as const, samples: [{ name: "uptime_seconds", value: 60 + seq }], readings: [], faults: [] };
      board.record({ id: `x${seq}`, check: `codec-1/${kind}`, device: "codec-1", kind, at, seq, durationMs: 1, finding }, at);
    }
    const exposition = createExposition({ board, network: () => network([device("codec-1")]), incidents: () => [] });
    const text = await textOf(exposition.slices());
    expect(text.match(/^vigie_uptime_seconds\{/gm)).toHaveLength(1);
  });

  it("shows states in words, of texts the model and the firmware, and never what a device calls itself", async () => {
    const board = new Board();
    const told = {
      system_name: "salle-quatre",
      system_description: "of Quillon",
      serial: "FTT1",
      model: "Room Kit",
      sip_registration: "registered",
    };
    const readings = Object.entries(told).map(([name, value]) => ({ name, value }));
    const finding = { status: "up" as const, samples: [], readings, faults: [] };
    board.record({ id: "x", check: "codec-1/ssh", device: "codec-1", kind: "ssh", at, seq: 1, durationMs: 1, finding }, at);
    const { families } = world().config;
    const text = await textOf(
      createExposition({ board, network: () => network([device("codec-1")]), incidents: () => [], families: () => families }).slices(),
    );
    expect([...text.matchAll(/vigie_device_state\{.*state="(\w+)"/g)].map(([, name]) => name)).toEqual(["model", "sip_registration"]);
  });

  it("follows a device whose answer changes its shape, and forgets one that left", async () => {
    const board = new Board();
    let devices = [device("codec-1")];
    const exposition = createExposition({ board, network: () => network(devices), incidents: () => [] });
    const look = (seq: number, names: string[]) => {
      const samples = names.map((name) => ({ name, value: seq }));
      const finding = { status: "up" as const, samples, readings: [], faults: [] };
      board.record(
        { id: `x${seq}`, check: "codec-1/snmp", device: "codec-1", kind: "snmp", at: at + seq, seq, durationMs: 1, finding },
        at + seq,
      );
    };
    look(1, ["calls", "cpu_ratio"]);
    expect(await textOf(exposition.slices())).toMatch(/vigie_calls\{.*\} 1\n/);
    look(2, ["cpu_ratio", "not a name", "calls"]);
    const text = await textOf(exposition.slices());
    expect([/vigie_calls\{.*\} 2\n/.test(text), /vigie_cpu_ratio\{.*\} 2\n/.test(text), text.includes("not a name")]).toEqual([
      true,
      true,
      false,
    ]);
    devices = [];
    expect(await textOf(exposition.slices())).not.toContain("codec-1");
  });

  it("writes every number as JavaScript does, in the fewest digits that read as the same", () => {
    const written = (value: number) => {
      const lines = new LineBytes();
      lines.value(value);
      return lines.take().toString();
    };
    const decimal = fc.tuple(fc.maxSafeNat(), fc.integer({ min: 0, max: 12 })).map(([digits, places]) => digits / 10 ** places);
    fc.assert(
      fc.property(fc.oneof(fc.double(), decimal, decimal.map(Math.fround)), (value) => {
        const text = written(value);
        expect(text).toBe(String(value).replace("Infinity", "Inf").replace(/^Inf/, "+Inf"));
        expect(Number(text.replace("Inf", "Infinity"))).toBe(Object.is(value, -0) ? 0 : value);
      }),
      { numRuns: 5_000 },
    );
    const edges = [0, -0, 1e-6, 9.99e-7, 0.1 + 0.2, 999_999_999_999_999, 1e15, 1e21, 2 ** 53, 0.001, 0.010001, 1_795_707_741.05];
    expect(edges.map(written)).toEqual(edges.map(String));
  });

  it("writes any text in UTF-8, with its stock before it, however long a line is", () => {
    fc.assert(
      fc.property(fc.string({ unit: "grapheme" }), fc.array(fc.string({ unit: "grapheme" }), { maxLength: 8 }), (stock, texts) => {
        const held = Buffer.from(stock);
        const lines = new LineBytes(held);
        for (const text of [...texts, "x".repeat(100_000)]) {
          lines.text(text);
          lines.fromStock(0, held.length);
        }
        expect(lines.take().toString()).toBe([...texts, "x".repeat(100_000)].map((text) => text + stock).join(""));
        expect(lines.length).toBe(0);
      }),
      { numRuns: 50 },
    );
  });

  it("lets any text into a label and out again", () => {
    const unescapeLabel = (text: string) => text.replace(/\\(\\|"|n)/g, (_, what: string) => (what === "n" ? "\n" : what));
    fc.assert(
      fc.property(fc.string({ unit: "grapheme" }), (text) => {
        const escaped = escapeLabel(text);
        expect(escaped).not.toMatch(/\n|(?<!\\)(?:\\\\)*"/);
        expect(unescapeLabel(escaped)).toBe(text);
      }),
    );
    expect(escapeLabel("a\ud800b")).toBe("a\ufffdb");
  });

  it("gives the event loop back while it writes 150,000 series", async () => {
    const { board, devices } = many(10_000);
    const net = network(devices);
    const exposition = createExposition({ board, network: () => net, incidents: () => [] });
    await textOf(exposition.slices());
    let longest = 0;
    let last = performance.now();
    let running = true;
    const watch = () => {
      longest = Math.max(longest, performance.now() - last);
      last = performance.now();
      if (running) setImmediate(watch);
    };
    setImmediate(watch);
    const began = performance.now();
    const text = await textOf(exposition.slices());
    running = false;
    const lines = text.split("\n").filter((line) => line !== "" && !line.startsWith("#")).length;
    console.log(`${lines} series in ${Math.round(performance.now() - began)} ms, longest turn ${longest.toFixed(1)} ms, ${text.length} B`);
    expect(lines).toBeGreaterThanOrEqual(150_000);
    // The figure itself belongs to the bench; here only that it is slices, not one block.
    expect(longest).toBeLessThan(1_000);
  });
});

/** So many devices with twelve samples each. */
function many(count: number): { readonly board: Board; readonly devices: readonly Device[] } {
  const devices = Array.from({ length: count }, (_, n) => device(`device-${n}`));
  const board = new Board();
  for (const [seq, { id }] of devices.entries()) {
    const samples = Array.from({ length: 12 }, (_, n) => ({ name: `value_${n}_ratio`, value: (n + seq) / 7 }));
    const finding = { status: "up" as const, samples, readings: [], faults: [] };
    board.record({ id: `${seq}`, check: `${id}/snmp`, device: id, kind: "snmp", at, seq, durationMs: 1, finding }, at);
  }
  return { board, devices };
}

describe("a reader", () => {
  it("who is slow gets every byte as it was written, and one who goes away in the middle holds up nobody", async () => {
    // More than the kernel holds for a reader that does not read.
    const { board, devices } = many(6_000);
    const made = world({ devices });
    const exposition = createExposition({ board, network: () => made.config.network, incidents: () => [] });
    const ended: string[] = [];
    const slices = async function* () {
      try {
        yield* exposition.slices();
      } finally {
        ended.push("slices");
      }
    };
    const server = await serve({ ...made, deps: { ...made.deps, exposition: { slices } } });
    cleanUps.push(server.close);
    const opened = (): Promise<IncomingMessage> => new Promise((resolve) => get(`${server.url}/metrics`, resolve));

    const leaving = await opened();
    await once(leaving, "readable");
    leaving.destroy();
    await vi.waitFor(() => expect(ended).toEqual(["slices"]), { timeout: 30_000 });

    const slow = await opened();
    // Bytes wait on both sides until they are asked for: nothing is read while nobody reads.
    for (let turn = 0; turn < 2_000; turn += 1) await new Promise((resolve) => setImmediate(resolve));
    expect(ended).toHaveLength(1);
    const read = Buffer.concat(await slow.toArray());
    const whole = Buffer.from(await textOf(exposition.slices()));
    expect(read.subarray(read.length - whole.length).equals(whole)).toBe(true);
  });
});

describe("a real Prometheus", () => {
  it("scrapes it and answers queries over it", async (context) => {
    const prometheus = needs("prometheus", context);
    const made = world();
    fill(made);
    const server = await serve(made);
    cleanUps.push(server.close);
    const folder = mkdtempSync(join(tmpdir(), "vigie-prom-"));
    cleanUps.push(() => rmSync(folder, { recursive: true, force: true }));
    const scrape = `{ job_name: vigie, static_configs: [ { targets: ["${new URL(server.url).host}"] } ] }`;
    writeFileSync(join(folder, "prometheus.yml"), `global: { scrape_interval: 1s }\nscrape_configs: [ ${scrape} ]\n`);
    const port = await freePort();
    const config = [
      `--config.file=${folder}/prometheus.yml`,
      `--storage.tsdb.path=${folder}/data`,
      `--web.listen-address=127.0.0.1:${port}`,
    ];
    const child: ChildProcess = spawn(prometheus, config, { stdio: "ignore" });
    cleanUps.push(() => stopped(child));
    const query = async (expression: string): Promise<{ metric: Record<string, string>; value: [number, string] }[]> => {
      const answer = await fetch(`http://127.0.0.1:${port}/api/v1/query?query=${encodeURIComponent(expression)}`).catch(() => undefined);
      return answer?.ok ? ((await answer.json()) as { data: { result: never[] } }).data.result : [];
    };
    const end = Date.now() + 60_000;
    let found = await query("vigie_device_up");
    while (found.length < 2 && Date.now() < end) {
      await new Promise((resolve) => setTimeout(resolve, 200));
      found = await query("vigie_device_up");
    }
    expect(found.map(({ metric, value }) => [metric.device, value[1]]).sort()).toEqual([
      ["codec-1", "0"],
      ["codec-2", "NaN"],
    ]);
    expect((await query('up{job="vigie"}'))[0]?.value[1]).toBe("1");
    expect(await query("sum(vigie_incidents_unacknowledged)")).toMatchObject([{ value: [expect.anything(), "0"] }]);
  });
});

function stopped(child: ChildProcess): Promise<void> {
  return new Promise((resolve) => {
    child.once("exit", () => resolve());
    child.kill("SIGKILL");
  });
}

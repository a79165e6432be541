/**
 * The main figure: a daemon that watches so many devices, ICMP every 30 s and 10 OIDs every 60 s, rules and storage included.
 *
 * The figures are of the steady state: what loading and the first look at everything cost is told beside them. The window is as long as it
 * takes to hold one save of roll-ups (at the full five minutes), from before it until half a minute after its start.
 */
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { slotMs } from "../../daemon/roles/recorder.ts";
import { type Figure, higher, lower, type Report } from "./figure.ts";
import { freePort, writeNetwork } from "./network.ts";
import type { Usage } from "./proc.ts";
import { sharesTable } from "./profile.ts";
import { type FleetProcess, histogramShare, type Scrape, type Subject, series, sleep, startFleetProcess, startSubject } from "./subject.ts";

export interface DevicesOptions {
  readonly name: string;
  readonly devices: number;
  /** Length of the steady state that is measured; longer when the next save of roll-ups would begin too late in it. */
  readonly seconds: number;
  readonly warmUpSeconds: number;
  /** The window waits for a save of roll-ups. */
  readonly save: boolean;
  /** Targets apply. */
  readonly judged: boolean;
  readonly packetsPerSecond?: number;
}

const agentsPerProcess = 16_000;
/** How long a save of roll-ups is given, from the end of its slot. */
const saveMs = 40_000;
const sampleMs = 2_000;

export async function benchDevices(options: DevicesOptions): Promise<Report> {
  const folder = mkdtempSync(join(tmpdir(), "vigie-bench-"));
  const fleet: FleetProcess[] = [];
  let subject: Subject | undefined;
  try {
    const snmpPort = 16_161;
    for (let first = 0; first < options.devices; first += agentsPerProcess)
      fleet.push(await startFleetProcess({ snmp: Math.min(agentsPerProcess, options.devices - first), first, snmpPort }));
    const httpPort = await freePort();
    const file = writeNetwork({
      folder,
      devices: options.devices,
      checks: { icmp: "30s", snmp: "60s" },
      family: "bench-agent",
      httpPort,
      snmpPort,
      ...(options.packetsPerSecond === undefined ? {} : { packetsPerSecond: options.packetsPerSecond }),
    });
    subject = await startSubject(file, httpPort);
    await sleep(options.warmUpSeconds * 1_000);
    const warm = subject.usage();
    const window = await observe(subject, options);
    const scraped = await scrapeCost(subject, window.cpuPercent, options.judged ? 5 : 1);
    const profile = await subject.profile(options.judged ? 20 : 10);
    return {
      figures: figuresOf(options, subject.readyMs, warm, window, scraped),
      notes: [
        `Window: ${(window.tookMs / 1_000).toFixed(0)} s of steady state, ${window.saveMs === undefined ? "no" : "one"} save of roll-ups in it, after ${options.warmUpSeconds} s of warm-up in which everything was looked at once. ` +
          `${window.looks.toFixed(0)} looks a second. CPU on loopback holds the kernel's side of both ends of every packet that the daemon and fping send.`,
        `Up to the end of the warm-up the daemon used ${((warm.ownMs + warm.childrenMs) / 1_000).toFixed(1)} s of CPU.`,
        sharesTable("where the main thread's time goes", profile.areas, 14),
        sharesTable("the functions that take most of it", profile.functions, 14),
      ],
    };
  } finally {
    await subject?.stop();
    for (const one of fleet) await one.stop();
    rmSync(folder, { recursive: true, force: true });
  }
}

interface Window {
  readonly before: Scrape;
  readonly after: Scrape;
  readonly tookMs: number;
  readonly cpuPercent: number;
  readonly mainPercent: number;
  readonly othersPercent: number;
  readonly childrenPercent: number;
  /** The daemon and what it started, at the same moment. */
  readonly peakBytes: number;
  readonly descriptors: number;
  readonly looks: number;
  /** CPU that the seconds of a save used beyond the others; undefined: there was none. */
  readonly saveMs: number | undefined;
}

interface Sampled extends Usage {
  readonly atMs: number;
}

async function observe(subject: Subject, { seconds, save }: DevicesOptions): Promise<Window> {
  const before = await subject.scrape();
  // The scrape itself is no part of the steady state.
  await sleep(1_000);
  const saveAt = performance.now() + slotMs - (Date.now() % slotMs);
  const began = performance.now();
  const endAt = Math.max(began + seconds * 1_000, save ? saveAt + saveMs : 0);
  const samples: Sampled[] = [{ ...subject.usage(), atMs: began }];
  while (performance.now() < endAt) {
    await sleep(Math.min(sampleMs, endAt - performance.now()));
    samples.push({ ...subject.usage(), atMs: performance.now() });
  }
  const after = await subject.scrape();
  const tookMs = performance.now() - began;
  const percent = (of: (usage: Usage) => number) => (spent(samples, of) / (endAt - began)) * 100;
  return {
    before,
    after,
    tookMs: endAt - began,
    cpuPercent: percent((usage) => usage.ownMs + usage.childrenMs),
    mainPercent: percent((usage) => usage.mainMs),
    othersPercent: percent((usage) => usage.ownMs - usage.mainMs),
    childrenPercent: percent((usage) => usage.childrenMs),
    peakBytes: Math.max(...samples.map((usage) => usage.rssBytes + usage.childrenRssBytes)),
    descriptors: Math.max(...samples.map((usage) => usage.descriptors)),
    looks: (looksOf(after.text) - looksOf(before.text)) / (tookMs / 1_000),
    saveMs: endAt < saveAt + saveMs ? undefined : costOfSave(samples, saveAt),
  };
}

function spent(samples: readonly Sampled[], of: (usage: Sampled) => number): number {
  const [first, last] = [samples[0], samples.at(-1)];
  return first === undefined || last === undefined ? Number.NaN : of(last) - of(first);
}

/** What the daemon itself used while it saved, beyond what it uses in as long a time otherwise. */
function costOfSave(samples: readonly Sampled[], saveAt: number): number {
  const during = samples.filter(({ atMs }) => atMs > saveAt - sampleMs && atMs <= saveAt + saveMs);
  const own = (usage: Usage) => usage.ownMs;
  const lasted = spent(during, (usage) => usage.atMs);
  const others = spent(samples, (usage) => usage.atMs) - lasted;
  if (others < 2 * sampleMs) return Number.NaN;
  const usual = (spent(samples, own) - spent(during, own)) / others;
  return spent(during, own) - usual * lasted;
}

function looksOf(text: string): number {
  return [...text.matchAll(/^vigie_looks_total\{[^}]*\} (\S+)$/gm)].reduce((sum, match) => sum + Number(match[1]), 0);
}

interface ScrapeCost {
  readonly worstMs: number;
  readonly cpuMs: number;
  readonly bytes: number;
}

/** Scrapes a few times, and tells what one costs beyond the steady state. */
async function scrapeCost(subject: Subject, cpuPercent: number, scrapes: number): Promise<ScrapeCost> {
  const from = subject.usage();
  const began = performance.now();
  const all: Scrape[] = [];
  for (let n = 0; n < scrapes; n += 1) {
    all.push(await subject.scrape());
    await sleep(2_000);
  }
  const to = subject.usage();
  const usual = ((performance.now() - began) * cpuPercent) / 100;
  const used = to.ownMs + to.childrenMs - from.ownMs - from.childrenMs;
  return {
    worstMs: Math.max(...all.map((one) => one.tookMs)),
    cpuMs: Math.max(0, (used - usual) / scrapes),
    bytes: all[0]?.text.length ?? 0,
  };
}

function figuresOf(options: DevicesOptions, readyMs: number, warm: Usage, window: Window, scraped: ScrapeCost): Figure[] {
  const target = (value: number) => (options.judged ? value : undefined);
  const name = (what: string) => `${options.name}: ${what}`;
  const { before, after } = window;
  const sum = (pattern: RegExp) => [...after.text.matchAll(pattern)].length / options.devices;
  const skipped = (text: string) =>
    [...text.matchAll(/^vigie_looks_skipped_total\{[^}]*\} (\S+)$/gm)].reduce((count, match) => count + Number(match[1]), 0);
  const good = [...after.text.matchAll(/^vigie_device_look_up\{[^}]*\} 1$/gm)].length / (2 * options.devices);
  return [
    lower(name("CPU, fping included"), window.cpuPercent, "% of a core", target(10)),
    lower(name("of that, the main thread"), window.mainPercent, "% of a core"),
    lower(name("of that, other threads: the collector's helpers, SQLite, files"), window.othersPercent, "% of a core"),
    lower(name("of that, fping and its shells"), window.childrenPercent, "% of a core"),
    ...(window.saveMs === undefined ? [] : [lower(name("CPU of a save of roll-ups, every 5 minutes"), window.saveMs / 1_000, "s")]),
    lower(name("memory, fping included"), window.peakBytes / 2 ** 20, "MiB", target(400)),
    lower(name("of that, JavaScript heap in use"), (series(after.text, "nodejs_heap_size_used_bytes") ?? Number.NaN) / 2 ** 20, "MiB"),
    lower(name("slots late, p99"), histogramShare(before.text, after.text, "vigie_slots_late_seconds", 0.99) * 1_000, "ms", target(250)),
    lower(name("event-loop delay, p99"), (series(after.text, "nodejs_eventloop_lag_p99_seconds") ?? Number.NaN) * 1_000, "ms", target(50)),
    lower(name("event-loop delay, longest"), (series(after.text, "nodejs_eventloop_lag_max_seconds") ?? Number.NaN) * 1_000, "ms"),
    lower(name(options.judged ? "/metrics, slowest of five" : "/metrics, one"), scraped.worstMs, "ms", target(500)),
    lower(name("/metrics, CPU of one"), scraped.cpuMs, "ms"),
    lower(name("/metrics, size"), scraped.bytes / 2 ** 20, "MiB"),
    higher(name("series of samples a device"), sum(/^vigie_(?!device_|incident)\w+\{device="/gm), "series", target(15)),
    higher(name("series a device, all"), sum(/^vigie_\w+\{device="/gm), "series"),
    lower(name("descriptors"), window.descriptors, "descriptors", target(2_000)),
    higher(name("looks that end up"), good * 100, "%", target(99.9)),
    lower(name("slots skipped"), skipped(after.text) - skipped(before.text), "slots", target(0)),
    higher(name("looks a second"), window.looks, "looks/s"),
    lower(name("start to ready"), readyMs / 1_000, "s"),
    lower(name("CPU up to the end of the warm-up"), (warm.ownMs + warm.childrenMs) / 1_000, "s"),
  ];
}

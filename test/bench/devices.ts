/**
 * The main figure: a daemon that watches so many devices, ICMP every 30 s and 10 OIDs every 60 s, rules and storage included.
 *
 * The figures are of the steady state: what loading and the first look at everything cost is told beside them. A window of five minutes
 * holds exactly one save of roll-ups; a shorter one may hold none.
 */
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type Figure, higher, lower, type Report } from "./figure.ts";
import { freePort, writeNetwork } from "./network.ts";
import type { Usage } from "./proc.ts";
import { sharesTable } from "./profile.ts";
import { type FleetProcess, histogramShare, type Scrape, type Subject, series, sleep, startFleetProcess, startSubject } from "./subject.ts";

export interface DevicesOptions {
  readonly name: string;
  readonly devices: number;
  /** Length of the steady state that is measured. */
  readonly seconds: number;
  readonly warmUpSeconds: number;
  /** Targets apply. */
  readonly judged: boolean;
  readonly packetsPerSecond?: number;
}

const agentsPerProcess = 16_000;

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
    const window = await observe(subject, options.seconds);
    const scraped = await scrapeCost(subject, window.cpuPercent, options.judged ? 5 : 1);
    const profile = await subject.profile(options.judged ? 20 : 10);
    return {
      figures: figuresOf(options, subject.readyMs, warm, window, scraped),
      notes: [
        `Window: ${options.seconds} s of steady state, after ${options.warmUpSeconds} s of warm-up in which everything was looked at once. ` +
          `${window.looks.toFixed(0)} looks a second. CPU on loopback holds the kernel's side of both ends of every packet that the daemon and fping send.`,
        `Up to the end of the warm-up the daemon used ${((warm.ownMs + warm.childrenMs) / 1_000).toFixed(1)} s of CPU.`,
        ...(options.seconds < 300
          ? ["The window may hold no save of roll-ups (one every 5 minutes); what a save costs was not told apart from the noise."]
          : []),
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
  readonly cpuPercent: number;
  readonly childrenPercent: number;
  readonly peakBytes: number;
  readonly childrenBytes: number;
  readonly descriptors: number;
  readonly looks: number;
}

async function observe(subject: Subject, seconds: number): Promise<Window> {
  const before = await subject.scrape();
  // The scrape itself is no part of the steady state.
  await sleep(1_000);
  const from = subject.usage();
  const began = performance.now();
  let peakBytes = 0;
  let childrenBytes = 0;
  let descriptors = 0;
  let last: Usage = from;
  while (performance.now() - began < seconds * 1_000) {
    await sleep(Math.min(5_000, began + seconds * 1_000 - performance.now()));
    last = subject.usage();
    peakBytes = Math.max(peakBytes, last.rssBytes);
    childrenBytes = Math.max(childrenBytes, last.childrenRssBytes);
    descriptors = Math.max(descriptors, last.descriptors);
  }
  const tookMs = performance.now() - began;
  const after = await subject.scrape();
  const own = ((last.ownMs - from.ownMs) / tookMs) * 100;
  const children = ((last.childrenMs - from.childrenMs) / tookMs) * 100;
  return {
    before,
    after,
    cpuPercent: own + children,
    childrenPercent: children,
    peakBytes,
    childrenBytes,
    descriptors,
    looks: (looksOf(after.text) - looksOf(before.text)) / (tookMs / 1_000),
  };
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
    lower(name("of that, fping"), window.childrenPercent, "% of a core"),
    lower(name("memory, fping included"), (window.peakBytes + window.childrenBytes) / 2 ** 20, "MiB", target(400)),
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

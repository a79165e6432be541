/**
 * Cold start: 10,000 devices in the file and 100,000 past incidents in the store; how long until /-/ready says yes.
 */
import { mkdirSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { systemClock } from "../../daemon/clock.ts";
import { loadConfig } from "../../daemon/config/load.ts";
import type { Incident } from "../../daemon/model/incident.ts";
import type { Policy } from "../../daemon/model/policy.ts";
import { DAY, MINUTE } from "../../daemon/model/time.ts";
import type { Store } from "../../daemon/ports.ts";
import { openStore } from "../../daemon/store/open.ts";
import { formatNumber } from "../../rules/number.ts";
import { fingerprint } from "../../rules/recurrence.ts";
import { lower, type Report } from "./figure.ts";
import { benchDevice, benchEnv, freePort, writeNetwork } from "./network.ts";
import { startSubject } from "./subject.ts";

export async function benchStart({ devices, incidents }: { readonly devices: number; readonly incidents: number }): Promise<Report> {
  const folder = mkdtempSync(join(tmpdir(), "vigie-bench-"));
  try {
    const httpPort = await freePort();
    const file = writeNetwork({ folder, devices, checks: { icmp: "30s", snmp: "60s" }, family: "bench-agent", httpPort });
    const { policy, loadMs, loadCpuMs } = await firstLoad(file);
    await seed(folder, devices, incidents, policy);
    const times: number[] = [];
    let cpuMs = 0;
    for (let n = 0; n < 3; n += 1) {
      const subject = await startSubject(file, httpPort);
      times.push(subject.readyMs);
      cpuMs = subject.usage().ownMs;
      await subject.stop();
    }
    return {
      figures: [
        lower("start: ready, 10,000 devices and 100,000 past incidents, slowest of three", Math.max(...times) / 1_000, "s", 5),
        lower("start: CPU until ready", cpuMs / 1_000, "s"),
        lower("start: configuration of 10,000 devices loaded and checked", loadMs / 1_000, "s"),
        lower("start: CPU of that", loadCpuMs / 1_000, "s"),
      ],
      notes: ["From the start of the process to the first 200 of `/-/ready`. The file cache is warm; the process is new."],
    };
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

/** Loads once in a process that has compiled nothing of it yet, as a start does. */
async function firstLoad(file: string): Promise<{ readonly policy: Policy; readonly loadMs: number; readonly loadCpuMs: number }> {
  const before = process.cpuUsage();
  const began = performance.now();
  const loaded = await loadConfig(file, { env: benchEnv });
  const loadMs = performance.now() - began;
  const { user, system } = process.cpuUsage(before);
  if (!loaded.ok) throw new Error(loaded.problems.map((problem) => `${problem.path}: ${problem.message}`).join("\n"));
  const policy = loaded.config.policies.get(loaded.config.policy);
  if (policy === undefined) throw new Error("the default policy is missing");
  return { policy, loadMs, loadCpuMs: (user + system) / 1_000 };
}

/** Closed incidents of the last three years, each with the lines of a usual life. */
async function seed(folder: string, devices: number, count: number, policy: Policy): Promise<void> {
  const stateDir = join(folder, "state");
  mkdirSync(stateDir, { recursive: true });
  const store: Store = await openStore({ storage: { kind: "sqlite", path: join(stateDir, "vigie.db") }, stateDir, clock: systemClock });
  try {
    await store.migrate();
    const began = Date.now() - 3 * 365 * DAY;
    const step = Math.floor((3 * 365 * DAY) / count) - 1;
    for (let at = 0; at < count; at += 1_000) {
      await store.transaction(undefined, async (tx) => {
        for (let n = at; n < Math.min(count, at + 1_000); n += 1) {
          const incident = pastIncident(n, benchDevice((n * 37) % devices), began + n * step, policy);
          await tx.insertIncident(incident);
          await tx.appendTimeline(
            ["opened", "acknowledged", "restored", "closed"].map((event, line) => ({
              incident: incident.id,
              at: incident.openedAt + line * 10 * MINUTE,
              by: "system",
              event,
              why: "a past incident of the bench",
            })),
          );
        }
      });
    }
  } finally {
    await store.close();
  }
}

function pastIncident(n: number, device: string, openedAt: number, policy: Policy): Incident {
  const number = formatNumber("VIG", new Date(openedAt).getUTCFullYear(), n + 1);
  const mark = fingerprint(device, "unreachable");
  return {
    id: number,
    number,
    rootCause: `down:${device}`,
    site: device.split("-device-")[0] ?? "",
    device,
    symptom: "unreachable",
    fingerprint: mark,
    rule: "unreachable",
    severity: "minor",
    severityWhy: "one device",
    urgency: "service-hours",
    urgencyWhy: "nobody needs it at night",
    general: false,
    level: 1,
    occurrence: 1,
    state: "closed",
    firstBadAt: openedAt - 6_000,
    openedAt,
    levelSince: openedAt,
    acknowledgedAt: openedAt + 10 * MINUTE,
    acknowledgedBy: "desk",
    takenAt: openedAt + 10 * MINUTE,
    restoredAt: openedAt + 20 * MINUTE,
    resolvedAt: openedAt + 30 * MINUTE,
    closedAt: openedAt + 30 * MINUTE,
    disposition: "fixed",
    noticeSent: true,
    occurrences: 1,
    policy,
    version: 1,
  };
}

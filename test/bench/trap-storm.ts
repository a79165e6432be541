/**
 * A thousand traps a second from a thousand devices through the whole daemon: from a trap's send to its committed incident.
 *
 * When an incident is committed is seen from outside: a reader of its own asks the database for new rows every few milliseconds.
 */
import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, rmSync } from "node:fs";
import { createServer } from "node:http";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";
import knex from "knex";
import { builtFile } from "../../probes/built.ts";
import { higher, lower, percentile, type Report } from "./figure.ts";
import { benchDevice, freePort, writeNetwork } from "./network.ts";
import { sharesTable } from "./profile.ts";
import { type FleetProcess, type Subject, series, sleep, startFleetProcess, startSubject } from "./subject.ts";
import type { StormPlan } from "./trap-storm-sender.ts";

const readEveryMs = 3;
const profiledSeconds = 10;

export async function benchTrapStorm(size: Omit<StormPlan, "port">): Promise<Report> {
  const folder = mkdtempSync(join(tmpdir(), "vigie-bench-"));
  const hook = createServer((request, response) => request.resume().on("end", () => response.writeHead(204).end()));
  let subject: Subject | undefined;
  let fleet: FleetProcess | undefined;
  try {
    const snmpPort = 16_161;
    fleet = await startFleetProcess({ snmp: size.devices, snmpPort });
    const httpPort = await freePort();
    const hookPort = await freePort();
    hook.listen(hookPort, "127.0.0.1");
    const trapPort = await freePort();
    const checks = { icmp: "30s", snmp: "60s" };
    const file = writeNetwork({ folder, devices: size.devices, checks, family: "bench-agent", httpPort, snmpPort, trapPort, hookPort });
    subject = await startSubject(file, httpPort);
    // Until every parent was looked at, new incidents are held.
    await sleep(35_000);
    const before = subject.usage();
    const began = performance.now();
    const [{ sent, sentAt, tookMs }, seenAt] = await Promise.all([
      send({ ...size, port: trapPort }),
      watch(join(folder, "state", "vigie.db"), size),
    ]);
    const cpu = subject.usage();
    const percent = ((cpu.ownMs + cpu.childrenMs - before.ownMs - before.childrenMs) / (performance.now() - began)) * 100;
    const delays = Object.entries(sentAt).flatMap(([device, at]) => {
      const seen = seenAt.get(benchDevice(Number(device)));
      return seen === undefined ? [] : [seen - at];
    });
    const { text } = await subject.scrape();
    // The profiler stops the main thread when it begins and when it writes: it sees a storm of its own, of which nothing is timed.
    const again = { ...size, seconds: profiledSeconds, port: trapPort };
    const [profile] = await Promise.all([subject.profile(profiledSeconds), send(again)]);
    const drops = series(text, "vigie_trap_kernel_drops_total") ?? 0;
    return {
      figures: [
        higher("traps: sent through the whole daemon", sent / (tookMs / 1_000), "traps/s", 990),
        higher("traps: new incidents committed", delays.length, "incidents", size.incidents),
        lower("traps: trap to committed incident, p50", percentile(delays, 0.5), "ms"),
        lower("traps: trap to committed incident, p99", percentile(delays, 0.99), "ms", 100),
        lower("traps: trap to committed incident, longest", Math.max(...delays), "ms"),
        lower("traps: dropped by the kernel meanwhile", drops, "traps", 0),
        lower("traps: CPU of the daemon meanwhile", percent, "% of a core"),
      ],
      notes: [
        `Whole daemon: ${size.devices} devices (ICMP every 30 s, SNMP every 60 s), a linkDown or linkUp from each every second for ${size.seconds} s. ` +
          `${size.incidents} fail once each and then repeat it; all others say linkUp. A reader asks the database every ${readEveryMs} ms, so a delay is at most that much too long.`,
        sharesTable("where the main thread's time goes in ten more seconds of it", profile.areas, 12),
      ],
    };
  } finally {
    await subject?.stop();
    await fleet?.stop();
    hook.close();
    rmSync(folder, { recursive: true, force: true });
  }
}

interface Sent {
  readonly sent: number;
  readonly tookMs: number;
  readonly sentAt: Readonly<Record<string, number>>;
}

async function send(plan: StormPlan): Promise<Sent> {
  const child = spawn(process.execPath, [builtFile("test/bench/trap-storm-sender.js"), JSON.stringify(plan)], {
    stdio: ["pipe", "pipe", "inherit"],
  });
  const ended = once(child, "exit");
  const lines = createInterface(child.stdout)[Symbol.asyncIterator]();
  await lines.next();
  child.stdin.write("go\n");
  const last = await lines.next();
  child.stdin.end();
  await ended;
  if (last.done === true) throw new Error("the sender of traps ended early");
  return JSON.parse(last.value) as Sent;
}

/** Device → when its incident was first seen committed. Ends when all are there, or 20 s after the last could have been sent. */
async function watch(file: string, size: Omit<StormPlan, "port">): Promise<ReadonlyMap<string, number>> {
  const raw = knex({ client: "sqlite3", connection: { filename: file }, useNullAsDefault: true });
  const seen = new Map<string, number>();
  const deadline = performance.now() + (size.seconds + 20) * 1_000;
  let last = 0;
  try {
    while (seen.size < size.incidents && performance.now() < deadline) {
      const rows = (await raw.raw("select rowid as row, device from incidents where rowid > ? order by rowid", [last])) as {
        row: number;
        device: string | null;
      }[];
      const at = performance.timeOrigin + performance.now();
      for (const { row, device } of rows) {
        last = row;
        if (device !== null && !seen.has(device)) seen.set(device, at);
      }
      await sleep(readEveryMs);
    }
  } finally {
    await raw.destroy();
  }
  return seen;
}

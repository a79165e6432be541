/**
 * Kept SSH sessions: a thousand codecs asked for ten values, of one node and so by one question, every 30 s.
 */
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { higher, lower, type Report } from "./figure.ts";
import { freePort, writeNetwork } from "./network.ts";
import { sharesTable } from "./profile.ts";
import { type FleetProcess, type Subject, sleep, startFleetProcess, startSubject } from "./subject.ts";

export interface SshOptions {
  readonly sessions: number;
  readonly seconds: number;
  readonly warmUpSeconds: number;
}

/** The daemon on the same devices with and without their SSH looks: what is left is what the sessions take. */
export async function benchSsh({ sessions, seconds, warmUpSeconds }: SshOptions): Promise<Report> {
  const sshPort = 12_222;
  const fleet = await startFleetProcess({ ssh: sessions, sshPort });
  try {
    const without = await measure({ sessions, seconds: Math.min(30, seconds), warmUpSeconds: 10, sshPort, asked: false, fleet });
    const kept = await measure({ sessions, seconds, warmUpSeconds, sshPort, asked: true, fleet });
    const perSession = (kept.rssBytes - without.rssBytes) / sessions / 1_024;
    return {
      figures: [
        lower("ssh: CPU of 1,000 sessions asked for 10 values every 30 s", kept.percent - without.percent, "% of a core", 3),
        lower("ssh: CPU of the whole daemon", kept.percent, "% of a core"),
        lower("ssh: memory a session", perSession, "KiB", 100),
        higher("ssh: looks that end up", kept.up * 100, "%", 99.9),
      ],
      notes: [
        `${sessions} simulated codecs in another process; one question whose answer holds the ten values, as the shipped families ask. Window ${seconds} s. ` +
          "The ceilings are raised for the thousand logins at the start; a site of 1,000 codecs then needs 100 of its 200 packets a second. " +
          "CPU and memory are the difference to the same daemon with the same devices and one ping every 5 minutes instead of SSH.",
        sharesTable("where the main thread's time goes", kept.profile.areas, 12),
        sharesTable("the functions that take most of it", kept.profile.functions, 12),
      ],
    };
  } finally {
    await fleet.stop();
  }
}

interface Measured {
  readonly percent: number;
  readonly rssBytes: number;
  readonly up: number;
  readonly profile: Awaited<ReturnType<Subject["profile"]>>;
}

async function measure(input: SshOptions & { sshPort: number; asked: boolean; fleet: FleetProcess }): Promise<Measured> {
  const { sessions, seconds, warmUpSeconds, sshPort, asked } = input;
  const folder = mkdtempSync(join(tmpdir(), "vigie-bench-"));
  let subject: Subject | undefined;
  try {
    const httpPort = await freePort();
    const checks = asked ? { ssh: "30s" } : { icmp: "5m" };
    const file = writeNetwork({
      folder,
      devices: sessions,
      checks,
      family: "bench-codec",
      httpPort,
      sshPort,
      packetsPerSecond: 20_000,
      packetsPerSecondPerSite: 5_000,
    });
    subject = await startSubject(file, httpPort);
    await sleep(warmUpSeconds * 1_000);
    if (asked) await untilUp(subject, sessions);
    const from = subject.usage();
    const began = performance.now();
    await sleep(seconds * 1_000);
    const to = subject.usage();
    const percent = ((to.ownMs + to.childrenMs - from.ownMs - from.childrenMs) / (performance.now() - began)) * 100;
    const { text } = await subject.scrape();
    const profile = await subject.profile(asked ? 15 : 1);
    const up = upIn(text) / sessions;
    return { percent, rssBytes: to.rssBytes, up, profile };
  } finally {
    await subject?.stop();
    rmSync(folder, { recursive: true, force: true });
  }
}

function upIn(text: string): number {
  return [...text.matchAll(/^vigie_device_look_up\{[^}]*\} 1$/gm)].length;
}

/** What is measured is asking: the logins, a thousand key exchanges, must be over. At most two minutes. */
async function untilUp(subject: Subject, sessions: number): Promise<void> {
  for (let tries = 0; tries < 24 && upIn((await subject.scrape()).text) < sessions; tries += 1) await sleep(5_000);
}

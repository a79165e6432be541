/** The ICMP probe on the real fping and the real ping: loopback, namespaces, missing rights, death. */
import { execFileSync } from "node:child_process";
import { chmodSync, copyFileSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, describe, expect, it } from "vitest";
import type { Finding } from "../../../daemon/model/observation.ts";
import type { Ending } from "../../../probes/ending.ts";
import { Resolver } from "../../../probes/icmp/address.ts";
import { createIcmpProbe, type IcmpOptions } from "../../../probes/icmp/icmp-probe.ts";
import { findProgram, needs, needsRoot } from "../../needs.ts";
import { ownTime } from "../../own-time.ts";
import { target } from "./target.ts";

const cleanups: (() => unknown)[] = [];
afterEach(async () => {
  for (const clean of cleanups.splice(0).reverse()) await clean();
});

function probeWith(options: IcmpOptions) {
  const probe = createIcmpProbe(options);
  cleanups.push(() => probe.stop());
  return probe;
}

const calm = () => new AbortController().signal;
const sample = (finding: Finding, name: string) => finding.samples.find((one) => one.name === name)?.value;

function folder(): string {
  const made = mkdtempSync(join(tmpdir(), "vigie-icmp-"));
  cleanups.push(() => rmSync(made, { recursive: true }));
  return made;
}

function script(text: string): string {
  const file = join(folder(), "fping");
  writeFileSync(file, `#!/bin/sh\n${text}\n`);
  chmodSync(file, 0o755);
  return file;
}

/** A namespace with one veth to it: 10.213.x.1 here, 10.213.x.2 there. */
function namespace(number: number) {
  const name = `vigie-icmp-${process.pid}-${number}`;
  const [here, there] = [`vi${process.pid % 10_000}h${number}`, `vi${process.pid % 10_000}t${number}`];
  const ip = (...words: string[]) => execFileSync("ip", words, { stdio: "pipe" });
  ip("netns", "add", name);
  cleanups.push(() => ip("netns", "del", name));
  ip("link", "add", here, "type", "veth", "peer", "name", there, "netns", name);
  ip("addr", "add", `10.213.${number}.1/24`, "dev", here);
  ip("link", "set", here, "up");
  ip("-n", name, "addr", "add", `10.213.${number}.2/24`, "dev", there);
  ip("-n", name, "link", "set", there, "up");
  ip("-n", name, "link", "set", "lo", "up");
  return {
    address: `10.213.${number}.2`,
    here,
    cut: () => ip("-n", name, "link", "set", there, "down"),
    restore: () => ip("-n", name, "link", "set", there, "up"),
  };
}

describe("with fping", () => {
  it("a host that answers is up, with round trip times, loss and jitter", async (context) => {
    const probe = probeWith({ fping: needs("fping", context) });
    const finding = await probe.look(target("127.0.0.1"), calm(), { trace: true });
    expect(finding.status).toBe("up");
    expect(sample(finding, "icmp_loss_ratio")).toBe(0);
    expect(sample(finding, "icmp_rtt_avg_seconds")).toBeLessThan(0.5);
    expect(sample(finding, "icmp_jitter_seconds")).toBeGreaterThanOrEqual(0);
    expect(finding.trace?.[0]).toMatch(/^fping 127\.0\.0\.1: /);
  });

  it("IPv6 goes in a run of its own", async (context) => {
    const probe = probeWith({ fping: needs("fping", context) });
    const [four, six] = await Promise.all([probe.look(target("127.0.0.1"), calm()), probe.look(target("0:0:0:0:0:0:0:1"), calm())]);
    expect([four.status, six.status]).toEqual(["up", "up"]);
    expect(probe.stats().runs).toBe(2);
  });

  it("2,000 hosts are asked in one run", async (context) => {
    const probe = probeWith({ fping: needs("fping", context) });
    const addresses = Array.from({ length: 2_000 }, (_, i) => `127.20.${i >> 8}.${i & 255}`);
    const found = await Promise.all(addresses.map((address) => probe.look(target(address, 10_000), calm())));
    expect(found.filter((finding) => finding.status === "up")).toHaveLength(2_000);
    expect(probe.stats()).toMatchObject({ runs: 1, hosts: 2_000, failures: 0, processes: 1 });
  });

  it("where hosts are asked fast they are held for a second and asked in one run; one host alone is not", async (context) => {
    const probe = probeWith({ fping: needs("fping", context) });
    const asked = (from: number, hosts: number) =>
      Array.from({ length: hosts }, (_, n) => probe.look(target(`127.21.${from}.${n + 1}`), calm()));
    const up = async (looks: Promise<Finding>[]) =>
      expect((await Promise.all(looks)).map(({ status }) => status)).toEqual(looks.map(() => "up"));
    // Of two timers the shorter ends first, on however busy a machine: who is asked half a second later joins a run only where it is held.
    const later = () => new Promise((resolve) => setTimeout(resolve, 500));
    const alone = asked(1, 1);
    await later();
    expect(probe.stats()).toMatchObject({ runs: 1, hosts: 1 });
    await up(alone);
    // Five at once: from now on it pays to wait for more.
    await up(asked(2, 5));
    expect(probe.stats().runs).toBe(2);
    const first = asked(3, 20);
    await later();
    expect(probe.stats().runs).toBe(2);
    // A timeout of a second is for the answers: held for as long before, no look is cut.
    await up([...first, ...asked(4, 20)]);
    expect(probe.stats()).toMatchObject({ runs: 3, hosts: 46, failures: 0 });
  });

  it("a host whose link is cut is down within its deadline, and up again when it is restored", async (context) => {
    needsRoot(context);
    needs("ip", context);
    const host = namespace(1);
    const probe = probeWith({ fping: needs("fping", context) });
    const look = () => probe.look(target(host.address), calm());
    expect((await look()).status).toBe("up");
    host.cut();
    const { result: down, ms } = await ownTime(look());
    expect(down).toMatchObject({ status: "down", code: "icmp.no-answer" });
    expect(down.trace?.[0]).toContain("- - -");
    expect(ms).toBeLessThan(5_600);
    host.restore();
    const deadline = performance.now() + 60_000;
    let status = "down";
    while (status !== "up" && performance.now() < deadline) status = (await look()).status;
    expect(status).toBe("up");
  });

  it("a lossy link is up, with its loss as a sample", async (context) => {
    needsRoot(context);
    needs("ip", context);
    const host = namespace(2);
    const probe = probeWith({ fping: needs("fping", context), count: 30, periodMs: 50 });
    await probe.look(target(host.address), calm());
    // The link comes and goes until the look is over; it is up at the end, so that the last pings are answered.
    let over = false;
    const looking = probe.look(target(host.address, 15_000), calm()).finally(() => {
      over = true;
    });
    for (let turns = 0; turns < 4 && !over; turns += 1) {
      host.cut();
      await new Promise((resolve) => setTimeout(resolve, 120));
      host.restore();
      await new Promise((resolve) => setTimeout(resolve, 120));
    }
    const finding = await looking;
    expect(finding.status).toBe("up");
    expect(sample(finding, "icmp_loss_ratio")).toBeGreaterThan(0.05);
    expect(sample(finding, "icmp_loss_ratio")).toBeLessThan(0.95);
  });

  it("without the right to ping a host is unknown, never down", async (context) => {
    needsRoot(context);
    needs("setpriv", context);
    const bare = join(folder(), "fping-without-rights");
    copyFileSync(needs("fping", context), bare);
    chmodSync(bare, 0o755);
    chmodSync(join(bare, ".."), 0o755);
    const wrapped = script(`exec setpriv --reuid=65534 --regid=65534 --clear-groups --inh-caps=-all ${bare} "$@"`);
    const probe = probeWith({ fping: wrapped });
    const finding = await probe.look(target("127.0.0.1"), calm());
    expect(finding.detail).toContain("cap_net_raw");
    expect(finding).toMatchObject({ status: "unknown", code: "icmp.no-permission" });
  });

  it("a killed fping is unknown, is started again after a while, and is counted", async (context) => {
    const fping = needs("fping", context);
    const flag = join(folder(), "dead");
    writeFileSync(flag, "");
    const probe = probeWith({ fping: script(`if [ -e ${flag} ]; then kill -9 $PPID; exit 1; fi\nexec ${fping} "$@"`) });
    const first = await probe.look(target("127.0.0.1"), calm());
    expect(first).toMatchObject({ status: "unknown", code: "icmp.engine" });
    expect(await probe.look(target("127.0.0.1"), calm())).toMatchObject({ status: "unknown", code: "icmp.engine" });
    rmSync(flag);
    const deadline = performance.now() + 60_000;
    let status = "unknown";
    while (status !== "up" && performance.now() < deadline) status = (await probe.look(target("127.0.0.1", 500), calm())).status;
    expect(status).toBe("up");
    expect(probe.stats().restarts).toBeGreaterThanOrEqual(1);
    expect(probe.stats().failures).toBeGreaterThanOrEqual(2);
  });

  it("a fping that hangs is unknown at the deadline, and its lane is ended", async () => {
    const probe = probeWith({ fping: script("exec sleep 60") });
    const { result: finding, ms } = await ownTime(probe.look(target("127.0.0.1", 300), calm()));
    expect(finding).toMatchObject({ status: "unknown", code: "icmp.engine" });
    expect(ms).toBeLessThan(600);
  });

  it("a look that is called off ends at once and is no verdict on the host", async (context) => {
    const probe = probeWith({ fping: needs("fping", context) });
    const caller = new AbortController();
    const looking = probe.look(target("127.0.0.1"), caller.signal);
    caller.abort();
    expect(await looking).toMatchObject({ status: "unknown" });
  });

  it("packets wait for the site's ceiling before they are sent", async (context) => {
    const asked: [string, number][] = [];
    const pace = async (site: string, packets: number) => void asked.push([site, packets]);
    const probe = probeWith({ fping: needs("fping", context), count: 2, pace });
    await probe.look(target("127.0.0.1"), calm());
    expect(asked).toEqual([["mgh", 2]]);
  });

  it("a ceiling that lets nothing through is unknown, not down", async (context) => {
    const pace = (_: string, __: number, look: Ending) => new Promise<void>((go) => void look.onEnd(go));
    const probe = probeWith({ fping: needs("fping", context), pace });
    expect((await probe.look(target("127.0.0.1", 200), calm())).status).toBe("unknown");
    expect(probe.stats().runs).toBe(0);
  });

  it("a name is resolved first, one that does not resolve is unknown, and nonsense is refused", async (context) => {
    const resolver = new Resolver({
      lookup: async (name) => {
        if (name !== "codec.example") throw new Error("no such name");
        return { ip: "127.0.0.1", version: 4 };
      },
    });
    const probe = probeWith({ fping: needs("fping", context), resolver });
    expect((await probe.look(target("codec.example"), calm())).status).toBe("up");
    expect(await probe.look(target("gone.example"), calm())).toMatchObject({ status: "unknown", code: "icmp.name" });
    expect(await probe.look(target("-f /etc/passwd"), calm())).toMatchObject({ status: "unknown", code: "icmp.name" });
  });
});

describe("with the ping package", () => {
  it("answers as fping does, for up and for down", async (context) => {
    needs("ping", context);
    const probe = probeWith({ fping: null });
    const finding = await probe.look(target("127.0.0.1", 10_000), calm());
    expect(finding.status).toBe("up");
    expect(finding.samples.map((one) => one.name)).toEqual([
      "icmp_rtt_min_seconds",
      "icmp_rtt_avg_seconds",
      "icmp_rtt_max_seconds",
      "icmp_loss_ratio",
      "icmp_jitter_seconds",
    ]);
    expect(probe.stats().engine).toBe("ping");
    if (process.getuid?.() !== 0 || findProgram("ip") === undefined) return;
    const host = namespace(3);
    host.cut();
    expect(await probe.look(target(host.address, 10_000), calm())).toMatchObject({ status: "down", code: "icmp.no-answer" });
  });
});

/**
 * A /22 is discovered: 1,022 addresses, 300 of them SNMPv3 agents in another process behind a cable, silence everywhere else.
 *
 * Needs root (a network namespace): all of 127.0.0.0/8 answers pings, so that on loopback there would be no silence.
 */

import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { systemClock } from "../../daemon/clock.ts";
import { loadConfig } from "../../daemon/config/load.ts";
import { askedRanges, runDiscovery } from "../../daemon/discovering.ts";
import type { LabDevice } from "./discover-agents.ts";
import { startLab, watchRate } from "./discover-lab.ts";
import { type Figure, higher, lower, type Report } from "./figure.ts";
import { phases } from "./phases.ts";

export interface DiscoverOptions {
  readonly devices: number;
  /** 22: 1,022 addresses. */
  readonly bits: number;
}

const keys = { BENCH_AUTH: "auth-password-1", BENCH_PRIV: "priv-password-1" };
const user = {
  name: "vigie",
  auth: { protocol: "sha256", key: keys.BENCH_AUTH },
  priv: { protocol: "aes", key: keys.BENCH_PRIV },
} as const;

/** Fifteen switches with their cables, one router, UPSs, the rest codecs; spread over the network. */
function devicesOf(count: number, base: string): readonly LabDevice[] {
  const address = (at: number) => `${base}.${Math.floor((1 + at * 3) / 250)}.${1 + ((at * 3) % 250)}`;
  const switches = Math.max(1, Math.floor(count / 20));
  return Array.from({ length: count }, (_, at): LabDevice => {
    if (at === 0) return device(address(0), "1.3.6.1.4.1.9.1.1041", "Cisco IOS Software, ISR", "router");
    if (at <= switches) {
      const own = Array.from({ length: count }, (_each, other) => other).filter((other) => other > switches && other % switches === at - 1);
      const lldp = [0, ...own].map((other, port) => ({ localPort: port + 1, name: `d${other}`, address: address(other), port: "eth0" }));
      const { snmp, ...rest } = device(address(at), "1.3.6.1.4.1.9.1.1208", "Cisco IOS Software, C2960 Software", `switch-${at}`);
      return snmp === undefined ? rest : { ...rest, snmp: { ...snmp, lldp } };
    }
    if (at % 20 === 0) return device(address(at), "1.3.6.1.4.1.318.1.3.27", "APC Web/SNMP Management Card", `ups-${at}`);
    return device(address(at), "1.3.6.1.4.1.5596.150.6.4.1", "Cisco Codec\nSoftW: ce9.15.3", `codec-${at}`);
  });
}

function device(address: string, sysObjectId: string, sysDescr: string, sysName: string): LabDevice {
  return { address, snmp: { user, sysObjectId, sysDescr, sysName } };
}

export async function benchDiscover({ devices, bits }: DiscoverOptions): Promise<Report> {
  if (process.getuid?.() !== 0) return { figures: [], notes: ["Not measured here: it needs root, for a network namespace."] };
  const network = `10.77.0.0/${bits}`;
  const { say } = phases("discover", `${devices} agents in ${network}: about a second for each 30 of them and each 50 addresses`);
  const lab = await startLab({ network, devices: devicesOf(devices, "10.77") });
  const folder = mkdtempSync(join(tmpdir(), "vigie-bench-"));
  try {
    const config = await configFor(network, folder);
    const asked = askedRanges(config, [network]);
    if ("problems" in asked) throw new Error(asked.problems.join("\n"));
    say("the agents are up; discovery begins");
    let sayAt = performance.now() + 5_000;
    const rate = watchRate(lab.packets);
    const [before, cpu, began] = [lab.packets(), process.cpuUsage(), performance.now()];
    const { discovery, proposals } = await runDiscovery(
      {
        ...{ config, ranges: asked.ranges, clock: systemClock },
        progress: (counts) => {
          if (performance.now() < sayAt) return;
          sayAt += 5_000;
          say(JSON.stringify(counts));
        },
      },
      new AbortController().signal,
    );
    const seconds = (performance.now() - began) / 1_000;
    const { user: busy, system } = process.cpuUsage(cpu);
    const most = rate.stop();
    const placed = proposals.filter(({ parents }) => parents.length > 0).length;
    const figures: Figure[] = [
      lower(`discover: ${discovery.addresses} addresses, ${devices} devices over SNMPv3`, seconds, "s", 60),
      lower("discover: most packets in any second, counted by the cable", most, "packets/s", 50),
      higher("discover: devices found and recognised", proposals.filter(({ sureness }) => sureness === "sure").length, "devices", devices),
      higher("discover: devices with a parent", placed, "devices", devices - 1),
      lower("discover: CPU of the whole run", (busy + system) / 1_000_000, "s"),
    ];
    const sent = lab.packets() - before;
    return {
      figures,
      notes: [
        `${discovery.probes} probes were paid for and ${sent} packets went into the cable. A ping's place is given back when its result is known, for when fping sent it is not told.`,
      ],
    };
  } finally {
    await lab.end();
    rmSync(folder, { recursive: true, force: true });
  }
}

async function configFor(network: string, folder: string) {
  const file = join(folder, "vigie.yaml");
  const v3 = {
    user: "vigie",
    auth: { protocol: "sha256", key: { env: "BENCH_AUTH" } },
    priv: { protocol: "aes", key: { env: "BENCH_PRIV" } },
  };
  const text = JSON.stringify({
    sites: { mgh: { name: "HGM" } },
    credentials: { main: { snmp_v3: v3 } },
    discovery: { ranges: [network], credentials: ["main"] },
    channels: { ops: { webhook: { url: "https://example.org/", secret: { env: "BENCH_AUTH" } } } },
    contacts: { tech: { reach: [{ ops: "tech" }] } },
    functions: { "chief-technician": { contacts: ["tech"] } },
  });
  writeFileSync(file, text);
  const loaded = await loadConfig(file, { env: keys });
  if (!loaded.ok) throw new Error(loaded.problems.map(({ path, message }) => `${path}: ${message}`).join("\n"));
  return loaded.config;
}

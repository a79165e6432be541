/**
 * A network to discover: a namespace behind a cable, with addresses that answer and (a router in between) silence where there is nobody.
 *
 * Needs root. What leaves us is counted by the cable itself, from outside of what is measured.
 */
import { type ChildProcess, execFileSync, spawn } from "node:child_process";
import { once } from "node:events";
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { builtFile } from "../../probes/built.ts";
import type { LabDevice, LabSpec } from "./discover-agents.ts";

export interface Lab {
  /** The name of the network namespace, for other servers in it. */
  readonly namespace: string;
  /** Packets that have gone into the cable since it is there. */
  packets(): number;
  /** Ends the agents; what each answered, and how often each port was connected to. */
  end(): Promise<{ readonly answered: Readonly<Record<string, number>>; readonly connections: Readonly<Record<string, number>> }>;
}

export interface LabOptions {
  /** `10.77.0.0/22`: everything in it goes into the cable. */
  readonly network: string;
  readonly devices: readonly LabDevice[];
  /** Addresses that answer pings and nothing of ours; other servers may listen there. */
  readonly others?: readonly string[];
  readonly snmpPort?: number;
}

const ip = (...words: string[]) => execFileSync("ip", words, { stdio: ["ignore", "pipe", "pipe"] });

/** The cable's own net is picked by the process id, so that two labs do not meet. */
export async function startLab(options: LabOptions): Promise<Lab> {
  const mark = `${process.pid % 100_000}`;
  const namespace = `vigie-lab-${mark}`;
  const [here, there] = [`vl${mark}a`, `vl${mark}b`];
  const net = `10.${200 + (process.pid % 50)}.${Math.floor(process.pid / 50) % 250}`;
  const folder = mkdtempSync(join(tmpdir(), "vigie-lab-"));
  ip("netns", "add", namespace);
  const undo = () => {
    // The kernel takes a namespace apart when it has time; until then our end of the cable would be in the next lab's way.
    if (existsSync(`/sys/class/net/${here}`)) ip("link", "del", here);
    ip("netns", "del", namespace);
    rmSync(folder, { recursive: true, force: true });
  };
  try {
    ip("link", "add", here, "type", "veth", "peer", "name", there, "netns", namespace);
    ip("addr", "add", `${net}.1/30`, "dev", here);
    // What the kernel says of itself (IPv6's routers and groups, whose the way out is) is nobody's probe, and is not to be counted.
    writeFileSync(`/proc/sys/net/ipv6/conf/${here}/disable_ipv6`, "1");
    ip("link", "set", here, "up");
    ip("-n", namespace, "addr", "add", `${net}.2/30`, "dev", there);
    ip("-n", namespace, "link", "set", there, "up");
    ip("-n", namespace, "link", "set", "lo", "up");
    ip("-n", namespace, "route", "add", "default", "via", `${net}.1`);
    const addresses = [...options.devices.map(({ address }) => address), ...(options.others ?? [])];
    writeFileSync(join(folder, "addresses"), addresses.map((address) => `addr add ${address}/32 dev lo\n`).join(""));
    ip("-n", namespace, "-batch", join(folder, "addresses"));
    introduce([], here, `${net}.2`, hardwareAddress(["-n", namespace], there));
    introduce(["-n", namespace], there, `${net}.1`, hardwareAddress([], here));
    ip("route", "add", options.network, "via", `${net}.2`);
    const agents = await startAgents(namespace, folder, { devices: options.devices, snmpPort: options.snmpPort ?? 161 });
    return {
      namespace,
      packets: () => Number(readFileSync(`/sys/class/net/${here}/statistics/tx_packets`, "utf8")),
      async end() {
        const told = await agents.end();
        undo();
        return told;
      },
    };
  } catch (error) {
    undo();
    throw error;
  }
}

function hardwareAddress(where: readonly string[], link: string): string {
  const [shown] = JSON.parse(ip(...where, "-json", "link", "show", "dev", link).toString()) as { readonly address: string }[];
  return shown?.address ?? "";
}

/** Nobody has to ask who has an address, nor to answer. */
function introduce(where: readonly string[], link: string, address: string, hardware: string): void {
  ip(...where, "neigh", "replace", address, "lladdr", hardware, "dev", link, "nud", "permanent");
}

async function startAgents(namespace: string, folder: string, spec: LabSpec) {
  const file = join(folder, "spec.json");
  writeFileSync(file, JSON.stringify(spec));
  const words = ["netns", "exec", namespace, process.execPath, builtFile("test/bench/discover-agents.js"), file];
  const child: ChildProcess = spawn("ip", words, { stdio: ["pipe", "pipe", "inherit"] });
  const ended = once(child, "exit");
  if (child.stdout === null || child.stdin === null) throw new Error("the agents have no pipes");
  const { stdin } = child;
  const lines = createInterface(child.stdout)[Symbol.asyncIterator]();
  if ((await lines.next()).done === true) throw new Error("the agents did not start");
  return {
    async end() {
      stdin.end();
      const hard = setTimeout(() => child.kill("SIGKILL"), 10_000);
      const last = await lines.next();
      await ended;
      clearTimeout(hard);
      return JSON.parse(last.done === true ? '{"answered":{},"connections":{}}' : last.value);
    },
  };
}

/** The most that went into the cable in any second, looked at each 20 ms; `stop` ends the looking. */
export function watchRate(packets: () => number): { stop(): number } {
  const seen: { readonly at: number; readonly count: number }[] = [];
  const timer = setInterval(() => seen.push({ at: performance.now(), count: packets() }), 20);
  return {
    stop() {
      clearInterval(timer);
      let most = 0;
      let from = 0;
      for (const now of seen) {
        while ((seen[from]?.at ?? now.at) < now.at - 1_000) from += 1;
        most = Math.max(most, now.count - (seen[from]?.count ?? now.count));
      }
      return most;
    },
  };
}

/** A small simulated network for the tests, on addresses and ports of the test's own, and the programs that ask it. */
import { execFile } from "node:child_process";
import { promisify } from "node:util";
import type { SimulatedDevice, SimulatedNetworkSpec } from "../../../probes/simulator/spec.ts";

export { freePort } from "../../port.ts";

const run = promisify(execFile);

export const env = { SIM_AUTH: "auth-password", SIM_PRIV: "priv-password", SIM_COMMUNITY: "simulated", SIM_SSH: "codec-password" };
export const v2c = { community: "env:SIM_COMMUNITY" } as const;
export const v3 = {
  user: { name: "vigie", auth: { protocol: "sha256", key: "env:SIM_AUTH" }, priv: { protocol: "aes", key: "env:SIM_PRIV" } },
} as const;

export function device(
  id: string,
  last: number,
  more: Partial<SimulatedDevice> & Pick<SimulatedDevice, "family" | "kind">,
): SimulatedDevice {
  return { id, name: id, address: `127.31.7.${last}`, parents: [], ...more };
}

export interface Ports {
  readonly snmp: number;
  readonly ssh: number;
  readonly traps: number;
}

/** core > router > { switch > codec, ups, apc }, poly and hdx beside. */
export function network(ports: Ports): SimulatedNetworkSpec {
  const snmp2 = { ...v2c, port: ports.snmp };
  const snmp3 = { ...v3, port: ports.snmp };
  return {
    traps: { host: "127.0.0.1", port: ports.traps, access: { ...v2c, ...v3 } },
    devices: [
      device("core", 1, { family: "cisco-ios-router", kind: "router", snmp: snmp2 }),
      device("router", 2, { family: "cisco-ios-router", kind: "router", parents: ["core"], snmp: snmp3 }),
      device("switch", 3, { family: "cisco-ios-switch", kind: "switch", parents: ["router"], snmp: snmp2 }),
      device("codec", 4, {
        family: "cisco-ce",
        kind: "codec",
        parents: ["switch"],
        snmp: snmp2,
        ssh: { port: ports.ssh, user: "vigie", password: "env:SIM_SSH" },
      }),
      device("ups", 5, { family: "ups-rfc1628", kind: "ups", parents: ["router"], snmp: snmp2 }),
      device("apc", 6, { family: "ups-apc", kind: "ups", parents: ["router"], snmp: snmp2 }),
      device("poly", 7, { family: "poly-group", kind: "codec", snmp: snmp2 }),
    ],
  };
}

/** What a program of Debian's net-snmp prints, both streams; its failure is text too. */
export async function ask(program: string, args: readonly string[]): Promise<string> {
  try {
    const { stdout, stderr } = await run(program, ["-t", "3", "-r", "0", "-On", ...args], { timeout: 20_000 });
    return stdout + stderr;
  } catch (error) {
    return String((error as { stdout?: string }).stdout) + String((error as { stderr?: string }).stderr);
  }
}

export const asV2c = ["-v2c", "-c", env.SIM_COMMUNITY];
export const asV3 = ["-v3", "-u", "vigie", "-l", "authPriv", "-a", "SHA-256", "-A", env.SIM_AUTH, "-x", "AES", "-X", env.SIM_PRIV];

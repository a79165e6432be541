/**
 * What of the way in which devices are looked at, and heard, is a weakness: old protocols, no encryption, clear text.
 *
 * From the configuration, but for one: in which form a device sends its notifications is seen when they come.
 *
 * Pure. A weakness is a choice that somebody made for a device that can do no better; the list is what to renew first.
 */
import type { Config, Credential } from "../daemon/model/config.ts";
import type { Device } from "../daemon/model/network.ts";

/** In the order of the report: the worst first. */
export const WEAKNESSES = [
  "telnet",
  "snmp-v1",
  "snmp-v2c",
  "snmp-no-auth",
  "snmp-no-privacy",
  "md5",
  "des",
  "unverified-tls",
  "legacy-tls",
  "legacy-ssh",
  "clear-traps",
] as const;

export type Weakness = (typeof WEAKNESSES)[number];

export interface WeaknessRow {
  readonly weakness: Weakness;
  /** Ids, ordered. */
  readonly devices: readonly string[];
}

export interface WeaknessReport {
  /** Devices configured, and those with a weakness or more. */
  readonly devices: number;
  readonly weak: number;
  /** Every weakness, those that nobody has too: a nought is worth reading. */
  readonly rows: readonly WeaknessRow[];
}

type Known = Pick<Config, "credentials" | "network">;

const nobody: ReadonlySet<string> = new Set();

/** Each once, in the order of the report. @param clearTraps ids of devices whose traps come over SNMPv1 or v2c. */
export function weaknessesOf(device: Device, { credentials }: Known, clearTraps = nobody): readonly Weakness[] {
  const found = new Set<Weakness>([
    ...Object.values(device.credentials).flatMap((id) => ofCredential(credentials.get(id))),
    ...(device.legacy.sshAlgorithms ? (["legacy-ssh"] as const) : []),
    ...(device.legacy.telnet === true ? (["telnet"] as const) : []),
    ...(clearTraps.has(device.id) ? (["clear-traps"] as const) : []),
    ...(device.legacy.unverifiedTls === true ? (["unverified-tls"] as const) : []),
    ...(device.legacy.tls === true ? (["legacy-tls"] as const) : []),
  ]);
  return WEAKNESSES.filter((weakness) => found.has(weakness));
}

export function reportWeaknesses(config: Known, clearTraps = nobody): WeaknessReport {
  const byDevice = [...config.network.devices.values()].map((device) => ({ id: device.id, has: weaknessesOf(device, config, clearTraps) }));
  return {
    devices: byDevice.length,
    weak: byDevice.filter(({ has }) => has.length > 0).length,
    rows: WEAKNESSES.map((weakness) => ({
      weakness,
      devices: byDevice
        .filter(({ has }) => has.includes(weakness))
        .map(({ id }) => id)
        .sort(),
    })),
  };
}

function ofCredential(credential: Credential | undefined): readonly Weakness[] {
  switch (credential?.kind) {
    case "snmp-community":
      return [credential.version === "1" ? "snmp-v1" : "snmp-v2c"];
    case "snmp-v3": {
      const { auth, priv } = credential;
      return [
        ...(auth === undefined ? (["snmp-no-auth"] as const) : auth.protocol === "md5" ? (["md5"] as const) : []),
        ...(priv === undefined ? (["snmp-no-privacy"] as const) : priv.protocol === "des" ? (["des"] as const) : []),
      ];
    }
    case "ssh-password":
    case "ssh-key":
    case "https-password":
    // Telnet counts by the device's yes, with or without a password.
    case "telnet-password":
    case undefined:
      return [];
  }
}

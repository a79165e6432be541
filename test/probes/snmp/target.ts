/** Targets, secrets and families for the SNMP probe tests. */
import type { Credential, Secret, SnmpAuth, SnmpPriv } from "../../../daemon/model/config.ts";
import type { Family, SnmpColumn, SnmpScalar } from "../../../daemon/model/family.ts";
import type { Finding } from "../../../daemon/model/observation.ts";
import type { Target } from "../../../probes/probe.ts";

export function secret(text: string): Secret {
  return { ref: "env:TEST", reveal: () => text, toJSON: () => "***", toString: () => "***" };
}

export function community(text: string, version: "1" | "2c" = "2c"): Credential {
  return { id: `${version}-${text}`, kind: "snmp-community", version, community: secret(text) };
}

export function v3(user: string, auth?: [SnmpAuth, string], priv?: [SnmpPriv, string]): Credential {
  return {
    id: `v3-${user}-${auth?.join("-")}-${priv?.join("-")}`,
    kind: "snmp-v3",
    user,
    ...(auth === undefined ? {} : { auth: { protocol: auth[0], key: secret(auth[1]) } }),
    ...(priv === undefined ? {} : { priv: { protocol: priv[0], key: secret(priv[1]) } }),
  };
}

export function family(scalars: readonly SnmpScalar[] = [], columns: readonly SnmpColumn[] = []): Family {
  return {
    id: "test",
    kind: "host",
    name: { fr: "essai", en: "test" },
    certainty: "manual",
    recognise: { sysObjectId: [], sysDescr: [], banner: [] },
    checks: [],
    snmp: { scalars, columns },
    traps: [],
  };
}

export function target(
  port: number,
  credential: Credential,
  reads: Family = family(),
  options: { address?: string; timeoutMs?: number; id?: string } = {},
): Target {
  const id = options.id ?? `device-${port}`;
  const check = { id: `${id}/snmp`, device: id, kind: "snmp" as const, intervalMs: 60_000, timeoutMs: options.timeoutMs ?? 8_000 };
  return {
    check,
    family: reads,
    credential,
    device: {
      id,
      name: id,
      site: "mgh",
      address: options.address ?? "127.0.0.1",
      family: reads.id,
      kind: "host",
      parents: [],
      checks: [check],
      credentials: { snmp: credential.id },
      snmpPort: port,
      sshPort: 22,
      serviceHours: "always",
      labels: {},
      commissioning: false,
      alwaysUrgent: false,
      legacy: { sshAlgorithms: false },
    },
  };
}

export const calm = () => new AbortController().signal;
export const sample = (finding: Finding, name: string, part?: string) =>
  finding.samples.find((one) => one.name === name && one.part === part)?.value;
export const reading = (finding: Finding, name: string, part?: string) =>
  finding.readings.find((one) => one.name === name && one.part === part)?.value;

/** The first look during which our own loop had its turns: one that was held up says nothing of the device. */
export async function undisturbed(look: () => Promise<Finding>): Promise<Finding> {
  for (let tries = 0; ; tries += 1) {
    const finding = await look();
    if (finding.code !== "probe.late" || tries === 30) return finding;
  }
}

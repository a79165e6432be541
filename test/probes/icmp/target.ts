/** A target for the probe tests: one device, one check. */
import type { Family } from "../../../daemon/model/family.ts";
import type { Target } from "../../../probes/probe.ts";

export const noSnmp: Family = {
  id: "ping-only",
  kind: "host",
  name: { fr: "ping", en: "ping" },
  certainty: "manual",
  recognise: { sysObjectId: [], sysDescr: [], banner: [] },
  checks: [],
  snmp: { scalars: [], columns: [] },
  traps: [],
};

export function target(address: string, timeoutMs = 5_000): Target {
  const check = { id: `${address}/icmp`, device: address, kind: "icmp" as const, intervalMs: 30_000, timeoutMs };
  return {
    check,
    family: noSnmp,
    device: {
      id: address,
      name: address,
      site: "mgh",
      address,
      family: "ping-only",
      kind: "host",
      parents: [],
      checks: [check],
      credentials: {},
      snmpPort: 161,
      sshPort: 22,
      serviceHours: "always",
      labels: {},
      commissioning: false,
      alwaysUrgent: false,
      legacy: { sshAlgorithms: false },
    },
  };
}

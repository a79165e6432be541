/**
 * The checks of a device: what its family is looked at with, what its own entry says, and what each kind of look needs.
 *
 * Telnet is clear text: nothing about it is taken without the device's own yes, and the yes is a weakness that is listed.
 */
import type { z } from "zod";
import type { Family, ShellDialect } from "../model/family.ts";
import type { Check } from "../model/network.ts";
import { DEFAULT_LOOKS } from "./defaults.ts";
import type { Findings, Path } from "./problems.ts";
import { lengthText } from "./scalars.ts";
import type * as schema from "./schema.ts";

type RawDevice = z.output<typeof schema.device>;

const POLLED = ["icmp", "snmp", "ssh", "telnet", "https", "tcp"] as const;
type Polled = (typeof POLLED)[number];
/** Command lines with a prompt of their own; xAPI and single commands are spoken over SSH. */
const OVER_TELNET: ReadonlySet<ShellDialect> = new Set(["poly", "lifesize", "gnugk"]);

interface DeviceEntry {
  readonly findings: Findings;
  readonly id: string;
  readonly raw: RawDevice;
  readonly family: Family;
  readonly credentialsFit: boolean;
}

export function checksOf(entry: DeviceEntry): readonly Check[] {
  const { findings, id, raw, family } = entry;
  const checks: Check[] = [];
  let refused = false;
  for (const kind of POLLED) {
    if (!isWanted(kind, raw, family)) continue;
    const check = canLook(entry, kind) ? checkOf(entry, kind) : undefined;
    if (check === undefined) refused = true;
    else checks.push(check);
  }
  if (checks.length === 0 && entry.credentialsFit && !refused) {
    findings.problem(["devices", id], "has no check, so nobody would see it fail; switch one on under checks");
  }
  // A copy has no room to grow: there is one a device for as long as the configuration is in force.
  return checks.slice();
}

/** By its own entry, else by its family; a credential for a command line or an HTTPS interface asks for it too. */
function isWanted(kind: Polled, raw: RawDevice, family: Family): boolean {
  const wanted = raw.checks?.[kind];
  if (wanted !== undefined) return wanted !== false;
  if (family.checks.some((check) => check.kind === kind)) return kind !== "telnet" || raw.legacy?.telnet === true;
  if (kind === "https") return raw.https !== undefined && family.https !== undefined;
  return (kind === "ssh" || kind === "telnet") && raw[kind] !== undefined && family.shell !== undefined;
}

function canLook({ findings, id, raw, family }: DeviceEntry, kind: Polled): boolean {
  const path: Path = ["devices", id, "checks", kind];
  switch (kind) {
    case "icmp":
      return true;
    case "snmp":
    case "ssh": {
      if (raw[kind] !== undefined) return true;
      const who = raw.checks?.[kind] === undefined ? `family "${family.id}"` : "this device";
      const remedy = `write ${kind}: <credential>, or checks: { ${kind}: false }`;
      findings.problem(path, `${who} is looked at over ${kind} and no credential is named; ${remedy}`);
      return false;
    }
    case "telnet": {
      // Said once, where it was written (checkTelnet).
      if (raw.legacy?.telnet !== true) return false;
      if (family.shell !== undefined && OVER_TELNET.has(family.shell.dialect)) return true;
      findings.problem(path, `family "${family.id}" has no command line that is spoken over telnet; remove it`);
      return false;
    }
    case "https": {
      if (family.https === undefined) {
        // Said once, of its credential where one is named (checkTls).
        if (raw.https === undefined) findings.problem(path, `family "${family.id}" has no HTTPS interface that is asked; remove it`);
        return false;
      }
      if (raw.https !== undefined) return true;
      findings.problem(path, "is looked at over https and no credential is named; write https: <credential>, or checks: { https: false }");
      return false;
    }
    case "tcp": {
      if ((family.tcp ?? []).length > 0) return true;
      findings.problem(path, `family "${family.id}" names no TCP port to connect to; remove it`);
      return false;
    }
  }
}

/** Names what is believed of a device's certificate against all usage as a weakness; refuses a login for what has no interface. */
export function checkTls(findings: Findings, path: Path, raw: RawDevice, family: Family): void {
  if (family.https === undefined && raw.https !== undefined)
    findings.problem([...path, "https"], `family "${family.id}" has no HTTPS interface that is asked; remove it`);
  const { unverified_tls: unverified, tls } = raw.legacy ?? {};
  if (unverified === true && raw.tls_fingerprint !== undefined) {
    findings.problem([...path, "legacy", "unverified_tls"], "is not needed beside tls_fingerprint, which pins the certificate; remove one");
    return;
  }
  if (unverified === true) {
    const why = "is a weakness: whoever answers gets the password; write tls_fingerprint instead, which vigie probe prints";
    findings.warn([...path, "legacy", "unverified_tls"], why);
  }
  if (tls === true)
    findings.warn([...path, "legacy", "tls"], "is a weakness: TLS 1.0 and 1.1 with old ciphers; take it out when the device is renewed");
}

function checkOf({ findings, id, raw, family }: DeviceEntry, kind: Polled): Check {
  const wanted = raw.checks?.[kind] || undefined;
  const usual = family.checks.find((check) => check.kind === kind);
  const intervalMs = wanted?.interval ?? usual?.intervalMs ?? DEFAULT_LOOKS[kind].intervalMs;
  const timeoutMs = wanted?.timeout ?? Math.min(usual?.timeoutMs ?? DEFAULT_LOOKS[kind].timeoutMs, intervalMs);
  if (timeoutMs > intervalMs) {
    findings.problem(
      ["devices", id, "checks", kind, "timeout"],
      `${lengthText(timeoutMs)} is longer than the interval of ${lengthText(intervalMs)}; make it shorter`,
    );
  }
  return { id: `${id}/${kind}`, device: id, kind, intervalMs, timeoutMs };
}

/** Refuses what is for telnet without the device's yes; names the yes as a weakness; says what is not looked at for want of it. */
export function checkTelnet(findings: Findings, path: Path, raw: RawDevice, family: Family): void {
  if (raw.legacy?.telnet === true) {
    const why = "is a weakness: telnet sends everything in clear text, a password too; take it out when the device is renewed";
    findings.warn([...path, "legacy", "telnet"], why);
    return;
  }
  const written: readonly Path[] = [
    ...(raw.telnet === undefined ? [] : [[...path, "telnet"]]),
    ...(raw.telnet_port === undefined ? [] : [[...path, "telnet_port"]]),
    ...(raw.checks?.telnet === undefined || raw.checks.telnet === false ? [] : [[...path, "checks", "telnet"]]),
  ];
  for (const each of written)
    findings.problem(each, "is for telnet, which is clear text; allow it for this device with legacy: { telnet: true }, or remove it");
  if (written.length > 0 || raw.checks?.telnet === false || !family.checks.some(({ kind }) => kind === "telnet")) return;
  const choice = "allow it with legacy: { telnet: true }, or write checks: { telnet: false }";
  findings.warn(path, `is not looked at over telnet, as family "${family.id}" would be: it is clear text; ${choice}`);
}

/**
 * A notification in its v2 form, with values as text. v1 is mapped by RFC 3584 section 3.1.
 *
 * Pure.
 */
import type { LibraryPdu, LibraryVarbind } from "./library.ts";
import type { TrapVarbind } from "./trap.ts";

export const SYS_UP_TIME = "1.3.6.1.2.1.1.3.0";
export const SNMP_TRAP_OID = "1.3.6.1.6.3.1.1.4.1.0";
export const SNMP_TRAP_ENTERPRISE = "1.3.6.1.6.3.1.1.4.3.0";
export const SNMP_TRAP_ADDRESS = "1.3.6.1.6.3.18.1.3.0";
const SNMP_TRAP_COMMUNITY = "1.3.6.1.6.3.18.1.4.0";
const SNMP_TRAPS = "1.3.6.1.6.3.1.1.5";

/** Longest value kept, in characters. */
const MAX_VALUE = 1_024;
/** Most that is kept of one notification, in characters of OIDs and values: an inbox message is at most 64 KiB. */
const MAX_TOTAL = 24_000;

const TYPE_NAMES: Readonly<Record<number, string>> = {
  1: "Boolean",
  2: "Integer",
  3: "BitString",
  4: "OctetString",
  5: "Null",
  6: "OID",
  64: "IpAddress",
  65: "Counter",
  66: "Gauge",
  67: "TimeTicks",
  68: "Opaque",
  70: "Counter64",
  128: "NoSuchObject",
  129: "NoSuchInstance",
  130: "EndOfMibView",
};

const utf8 = new TextDecoder("utf-8", { fatal: true });

/** Text when it is printable UTF-8 (a trailing NUL is dropped), else `0x…`. */
export function octetText(bytes: Buffer): string {
  let plain = true;
  const end = bytes.length > 0 && bytes[bytes.length - 1] === 0 ? bytes.length - 1 : bytes.length;
  for (let at = 0; at < end && plain; at++) {
    const byte = bytes[at] ?? 0;
    plain = byte >= 0x20 ? byte !== 0x7f : byte === 0x09 || byte === 0x0a || byte === 0x0d;
  }
  const hex = (): string => `0x${bytes.toString("hex", 0, MAX_VALUE / 2)}`;
  if (!plain) return hex();
  try {
    return utf8.decode(bytes.subarray(0, end)).slice(0, MAX_VALUE);
  } catch {
    return hex(); // not UTF-8: kept as it is
  }
}

function valueText({ type, value }: LibraryVarbind): string {
  if (value === null || value === undefined) return "";
  if (!Buffer.isBuffer(value)) return String(value).slice(0, MAX_VALUE);
  if (type !== 70) return octetText(value);
  return value.length === 0 || value.length > 9
    ? `0x${value.toString("hex", 0, MAX_VALUE / 2)}`
    : BigInt(`0x${value.toString("hex")}`).toString();
}

export interface V2Form {
  readonly oid: string;
  readonly varbinds: readonly TrapVarbind[];
  /** snmpTrapAddress.0, or v1's agent-addr: who a relay says it was. */
  readonly address?: string;
  readonly truncated: boolean;
}

/** The snmpTrapOID of a v1 trap. */
export function trapOidOfV1(enterprise: string, generic: number, specific: number): string {
  return generic === 6 ? `${enterprise}.0.${specific}` : `${SNMP_TRAPS}.${generic + 1}`;
}

/** Undefined: no snmpTrapOID in it, or a v1 trap without the fields of one. */
export function v2Form(pdu: LibraryPdu, redact: readonly string[]): V2Form | undefined {
  const isV1 = "enterprise" in pdu;
  const all = isV1 ? v1Varbinds(pdu) : pdu.varbinds;
  const oid = isV1 ? v1Oid(pdu) : all.find((varbind) => varbind.oid === SNMP_TRAP_OID && varbind.type === 6)?.value;
  if (typeof oid !== "string" || oid.length > 512) return undefined;
  const kept: TrapVarbind[] = [];
  let address: string | undefined;
  let room = MAX_TOTAL;
  for (const varbind of all) {
    if (varbind.oid === SNMP_TRAP_OID || varbind.oid === SNMP_TRAP_COMMUNITY) continue;
    if (varbind.oid === SNMP_TRAP_ADDRESS && typeof varbind.value === "string") address = varbind.value;
    const value = isUnder(redact, varbind.oid) ? "***" : valueText(varbind);
    room -= varbind.oid.length + value.length + 40;
    if (room >= 0) kept.push({ oid: varbind.oid, value, type: TYPE_NAMES[varbind.type] ?? String(varbind.type) });
  }
  return { oid, varbinds: kept, truncated: room < 0, ...(address === undefined ? {} : { address }) };
}

/** Undefined where net-snmp read a cut-off OID (null) or a generic that is none. */
function v1Oid({ enterprise, generic = -1, specific = 0 }: LibraryPdu): string | undefined {
  if (typeof enterprise !== "string" || generic < 0 || generic > 6) return undefined;
  return trapOidOfV1(enterprise, generic, specific);
}

function isUnder(prefixes: readonly string[], oid: string): boolean {
  return prefixes.some((prefix) => oid === prefix || oid.startsWith(`${prefix}.`));
}

/** RFC 3584 section 3.1 (4): what the v1 form had of its own follows as varbinds, unless a proxy on the way had put them in already. The community does not: it is a secret. */
function v1Varbinds(pdu: LibraryPdu): LibraryVarbind[] {
  const hasAddress = pdu.agentAddr !== undefined && pdu.agentAddr !== "0.0.0.0";
  const own: readonly LibraryVarbind[] = [
    ...(hasAddress ? [{ oid: SNMP_TRAP_ADDRESS, type: 64, value: pdu.agentAddr }] : []),
    { oid: SNMP_TRAP_ENTERPRISE, type: 6, value: pdu.enterprise },
  ];
  const there = new Set(pdu.varbinds.map(({ oid }) => oid));
  return [{ oid: SYS_UP_TIME, type: 67, value: pdu.upTime ?? 0 }, ...pdu.varbinds, ...own.filter(({ oid }) => !there.has(oid))];
}

/**
 * Far-end identity in notifications: what a codec says about a call is dropped before anything is written.
 *
 * A name in an octet string cannot be told from a word, so texts stay only where the data know what they are. Pure.
 */
import type { DeviceKind } from "../../daemon/model/family.ts";
import { scrub } from "../privacy.ts";
import { isPrivateObject } from "../private-objects.ts";
import type { DecodedTrap, TrapVarbind } from "./trap.ts";

/** What stands in the place of a value that was taken out. */
export const DROPPED = "***";

/** MIB-II with its interfaces, entities and UPSs, and SNMP's own objects: no calls in there. */
const TECHNICAL = ["1.3.6.1.2.1", "1.3.6.1.6.3"];
/** … but sysName is only known from a device's own look: a notification may be anybody's. */
const SYS_NAME = ["1.3.6.1.2.1.1.5"];
/** Types that can hold a name, a number called or the far end's address. */
const TELLING: ReadonlySet<string> = new Set(["OctetString", "Opaque", "BitString", "IpAddress"]);
/** Devices that hold no calls: their texts say which fan or which phase. */
const CALL_FREE: ReadonlySet<DeviceKind> = new Set<DeviceKind>(["switch", "router", "ups", "host"]);
const NOTHING: ReadonlySet<string> = new Set();

function under(oid: string, prefixes: readonly string[]): boolean {
  return prefixes.some((prefix) => oid === prefix || oid.startsWith(`${prefix}.`));
}

/** The object itself, or one it lies under: a column's instance. */
function isKnown(oid: string, known: ReadonlySet<string>): boolean {
  for (let at = oid.length; at > 0; at = oid.lastIndexOf(".", at - 1)) if (known.has(oid.slice(0, at))) return true;
  return false;
}

/** The trap without far-end identity. `kind`: of the device it came from, undefined when nobody knows it. `known`: objects that the families' data read. */
export function withoutFarEnd(trap: DecodedTrap, kind: DeviceKind | undefined, known: ReadonlySet<string>): DecodedTrap {
  const head = trap.head === undefined ? {} : { head: withoutTexts(trap.head) };
  return { ...trap, ...head, varbinds: trap.varbinds.map((varbind) => ({ ...varbind, value: keptValue(varbind, kind, known) })) };
}

/** Bytes in hex, every run that could be a text (three bytes or more, accents too) starred out: the structure is what shows why it is malformed. */
function withoutTexts(hex: string): string {
  const bytes = Buffer.from(hex, "hex");
  for (let at = 0, from = 0; at <= bytes.length; at++) {
    const byte = bytes[at] ?? 0;
    if ((byte >= 0x20 && byte < 0x7f) || byte >= 0x80) continue;
    if (at - from >= 3) bytes.fill("*", from, at);
    from = at + 1;
  }
  return bytes.toString("hex");
}

function keptValue({ oid, type, value }: TrapVarbind, kind: DeviceKind | undefined, known: ReadonlySet<string>): string {
  if (!TELLING.has(type) || value === "") return value;
  if (isPrivateObject(oid) || under(oid, SYS_NAME)) return DROPPED;
  if (under(oid, TECHNICAL) || isKnown(oid, known)) return value;
  return kind !== undefined && CALL_FREE.has(kind) ? scrub(value, NOTHING) : DROPPED;
}

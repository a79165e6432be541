/**
 * SNMP values as they come from the library, decoded to what the rest of the house uses: numbers, big integers and text.
 *
 * Pure. Anything may be in a reply: what cannot be read is undefined, never an exception.
 */

/** One name and value of a reply, as net-snmp hands it over. */
export interface Varbind {
  readonly oid: string;
  /** ASN.1 tag: 2 INTEGER, 4 OCTET STRING, 6 OID, 64 IpAddress, 65 Counter32, 66 Gauge32, 67 TimeTicks, 68 Opaque, 70 Counter64. */
  readonly type: number;
  readonly value: unknown;
}

/** noSuchObject, noSuchInstance, endOfMibView; and Null, which says as little. */
export function isAbsent(varbind: Varbind): boolean {
  return (varbind.type >= 128 && varbind.type <= 130) || varbind.type === 5;
}

/** A whole number, exact at any width: counters are compared and subtracted with it. */
export function wholeOf(varbind: Varbind): bigint | undefined {
  const { type, value } = varbind;
  if (type === 70 && Buffer.isBuffer(value)) return counter64(value);
  return typeof value === "number" && Number.isSafeInteger(value) ? BigInt(value) : undefined;
}

const mask64 = (1n << 64n) - 1n;

/** Nearly all are six octets or fewer, a number yet; nine have a nought before a counter whose highest bit is set. */
function counter64(bytes: Buffer): bigint | undefined {
  if (bytes.length === 0 || bytes.length > 9) return undefined;
  if (bytes.length <= 6) return BigInt(bytes.readUIntBE(0, bytes.length));
  return BigInt(`0x${bytes.toString("hex")}`) & mask64;
}

/** A number: integers, counters, text that is a number (UCD-SNMP-MIB's loads), floats inside Opaque (net-snmp's `9f 78 04`). */
export function numberOf(varbind: Varbind): number | undefined {
  const { type, value } = varbind;
  if (typeof value === "number") return value;
  if (!Buffer.isBuffer(value)) return undefined;
  if (type === 70) {
    const whole = wholeOf(varbind);
    return whole === undefined ? undefined : Number(whole);
  }
  if (type === 68) return floatIn(value);
  const text = value.length > 40 ? "" : value.toString("latin1").trim();
  return /^[+-]?\d+(?:\.\d+)?$/.test(text) ? Number(text) : undefined;
}

/** net-snmp's way to send a float or a double: an Opaque that holds tag 9f78 or 9f79, its length, and IEEE 754. */
function floatIn(bytes: Buffer): number | undefined {
  if (bytes.length === 7 && bytes.readUInt16BE(0) === 0x9f78 && bytes[2] === 4) return finite(bytes.readFloatBE(3));
  if (bytes.length === 11 && bytes.readUInt16BE(0) === 0x9f79 && bytes[2] === 8) return finite(bytes.readDoubleBE(3));
  return undefined;
}

function finite(value: number): number | undefined {
  return Number.isFinite(value) ? value : undefined;
}

/** The longest text that is kept, in bytes. */
export const textBytes = 4_096;

/** Text for a reading: UTF-8 (or Latin-1 where it is not), control characters as blanks, cut at 4 KiB. Bytes that are no text come as hex: `00:1b:54:…`. */
export function textOf(varbind: Varbind): string | undefined {
  const { value } = varbind;
  if (typeof value === "string") return value.slice(0, textBytes);
  if (typeof value === "number" || typeof value === "bigint" || typeof value === "boolean") return String(value);
  if (!Buffer.isBuffer(value)) return undefined;
  if (varbind.type === 70) return wholeOf(varbind)?.toString();
  return octetsAsText(value.subarray(0, textBytes));
}

function octetsAsText(bytes: Buffer): string {
  const utf8 = bytes.toString("utf8");
  // Only a cut at the limit may leave half a character at the end; any other replacement says that this is not UTF-8.
  const whole = bytes.length === textBytes ? utf8.replace(/\ufffd{1,3}$/u, "") : utf8;
  const text = whole.includes("\ufffd") ? bytes.toString("latin1") : whole;
  const shown = [...text].filter((character) => !isControl(character)).length;
  if (bytes.length > 0 && shown < text.length * 0.7)
    return [...bytes.subarray(0, 64)].map((byte) => byte.toString(16).padStart(2, "0")).join(":");
  return [...text]
    .map((character) => (isControl(character) ? " " : character))
    .join("")
    .trim();
}

function isControl(character: string): boolean {
  const code = character.charCodeAt(0);
  return code < 32 || (code >= 127 && code < 160);
}

/**
 * The authenticated report "not in time window": how a sender of informs learns our clock (RFC 3414 section 3.2, step 7a).
 *
 * net-snmp makes unauthenticated reports only, which a careful sender ignores here.
 */
import type { V3Header } from "./header.ts";
import type { LibraryUser } from "./library.ts";
import { library } from "./library.ts";

/** usmStatsNotInTimeWindows.0, 1.3.6.1.6.3.15.1.1.2.0. */
const NOT_IN_TIME_WINDOWS = Buffer.from("2b060106030f01010200", "hex");

function tlv(tag: number, ...contents: Buffer[]): Buffer {
  const body = Buffer.concat(contents);
  const head = body.length < 0x80 ? [tag, body.length] : [tag, 0x82, body.length >> 8, body.length & 0xff];
  return Buffer.concat([Buffer.from(head), body]);
}

function integer(value: number, tag = 0x02): Buffer {
  const bytes = Buffer.alloc(5);
  bytes.writeUInt32BE(value >>> 0, 1);
  let from = 0;
  while (from < 4 && bytes[from] === 0 && ((bytes[from + 1] ?? 0) & 0x80) === 0) from++;
  return tlv(tag, bytes.subarray(from));
}

const octets = (bytes: Buffer): Buffer => tlv(0x04, bytes);
const sequence = (...contents: Buffer[]): Buffer => tlv(0x30, ...contents);

export interface OurEngine {
  readonly id: Buffer;
  readonly boots: number;
  readonly time: number;
}

/** The datagram to send back, or undefined when the user has no key to sign it with. */
export function notInTimeWindow(asked: V3Header, user: LibraryUser, ours: OurEngine, count: number): Buffer | undefined {
  if (user.authProtocol === undefined || user.authKey === undefined) return undefined;
  const length = library.Authentication.algorithms[user.authProtocol]?.AUTHENTICATION_CODE_LENGTH;
  if (length === undefined) return undefined;
  const varbind = sequence(tlv(0x06, NOT_IN_TIME_WINDOWS), integer(count, 0x41));
  const pdu = tlv(0xa8, integer(0), integer(0), integer(0), sequence(varbind));
  const scoped = sequence(octets(ours.id), octets(Buffer.alloc(0)), pdu);
  const security = sequence(
    octets(ours.id),
    integer(ours.boots),
    integer(ours.time),
    octets(Buffer.from(asked.user)),
    octets(Buffer.alloc(length)),
    octets(Buffer.alloc(0)),
  );
  const header = sequence(integer(asked.messageId), integer(65_507), octets(Buffer.from([1])), integer(3));
  const message = sequence(integer(3), header, octets(security), scoped);
  const digestAt = message.length - scoped.length - 2 - length;
  library.Authentication.writeParameters(message, user.authProtocol, user.authKey, ours.id, message.subarray(digestAt, digestAt + length));
  return message;
}

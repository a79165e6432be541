/**
 * One row of the audit as a syslog message (RFC 5424), and its frame on a stream (octet counting: RFC 6587 section 3.4.1, RFC 5425).
 *
 * Pure. The message is ASCII: one JSON object behind `@cee:`, which collectors know, its other characters escaped. So it needs no byte-order
 * mark, and nothing that somebody wrote can begin a line of its own.
 */
import type { Config } from "../model/config.ts";
import type { AuditRow } from "../ports-audit.ts";

type Syslog = NonNullable<NonNullable<Config["audit"]>["syslog"]>;

/** RFC 5424 table 1. */
export const FACILITIES = {
  ...{ daemon: 3, auth: 4, authpriv: 10, audit: 13, local0: 16, local1: 17, local2: 18, local3: 19 },
  ...{ local4: 20, local5: 21, local6: 22, local7: 23 },
} as const;
export type Facility = keyof typeof FACILITIES;

/** RFC 5424 table 2. */
const warning = 4;
const notice = 5;

/** RFC 5425 section 4.3.1: what a receiver should take at least; for a datagram, RFC 5426 section 3.2. */
const mostBytes = { tls: 8_192, tcp: 8_192, udp: 2_048 } as const;

export interface Sender {
  readonly hostname: string;
  readonly pid: number;
}

export function syslogMessage(row: AuditRow, { over, facility }: Pick<Syslog, "over" | "facility">, { hostname, pid }: Sender): string {
  const priority = FACILITIES[facility] * 8 + (row.action.endsWith("refused") ? warning : notice);
  // What tells a lost message from none: section 7.3.1, which begins anew after 2^31 - 1.
  const sequence = ((row.seq - 1) % 2_147_483_647) + 1;
  const head = `<${priority}>1 ${new Date(row.at).toISOString()} ${printable(hostname, 255)} vigie ${pid} ${printable(row.action, 32)} [meta sequenceId="${sequence}"] @cee:`;
  const { seq, by, action, target, data } = row;
  const whole = ascii(JSON.stringify({ seq, by, action, target, ...(data === undefined ? {} : { data }) }));
  const room = mostBytes[over] - head.length;
  // What is too long loses its details: who did what is what a receiver must have.
  return (
    head +
    (whole.length <= room ? whole : ascii(JSON.stringify({ seq, by: by.slice(0, 200), action, target: target.slice(0, 200), cut: true })))
  );
}

export function framed(message: string): string {
  return `${message.length} ${message}`;
}

/** PRINTUSASCII of section 6, at most so long; `-` for nothing. */
function printable(text: string, most: number): string {
  const kept = text.replace(/[^\x21-\x7e]/g, "?").slice(0, most);
  return kept === "" ? "-" : kept;
}

function ascii(json: string): string {
  return json.replace(/[\x7f-\uffff]/g, (char) => `\\u${char.charCodeAt(0).toString(16).padStart(4, "0")}`);
}

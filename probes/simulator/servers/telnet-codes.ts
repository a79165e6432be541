/**
 * Telnet's commands (RFC 854, 855) from the server's side: taken out of what comes in, and answered.
 */

const iac = 255;
const [dont, doIt, wont, will, subBegin, subEnd] = [254, 253, 252, 251, 250, 240];
const [echo, suppressGoAhead] = [1, 3];

/** WILL ECHO, WILL SUPPRESS-GO-AHEAD. */
export const offer = Buffer.from([iac, will, echo, iac, will, suppressGoAhead]);

export class Negotiation {
  readonly #send: (bytes: Buffer) => void;
  #rest: Buffer = Buffer.alloc(0);

  constructor(send: (bytes: Buffer) => void) {
    this.#send = send;
  }

  /** What is left without commands; a command cut by the end of a packet waits for its rest. */
  plain(bytes: Buffer): Buffer {
    const all = Buffer.concat([this.#rest, bytes]);
    const kept: number[] = [];
    let at = 0;
    while (at < all.length) {
      const byte = all[at] ?? 0;
      if (byte !== iac) {
        // A carriage return may be followed by NUL: it is no text.
        if (byte !== 0) kept.push(byte);
        at += 1;
        continue;
      }
      const length = this.#command(all, at, kept);
      if (length === 0) break;
      at += length;
    }
    this.#rest = Buffer.from(all.subarray(at));
    return Buffer.from(kept);
  }

  /** Octets of the command at `at`; 0 when it is not complete. */
  #command(all: Buffer, at: number, kept: number[]): number {
    const code = all[at + 1];
    if (code === undefined) return 0;
    if (code === iac) {
      kept.push(iac);
      return 2;
    }
    if (code === subBegin) {
      const end = all.indexOf(Buffer.from([iac, subEnd]), at);
      return end < 0 ? 0 : end + 2 - at;
    }
    if (code < will) return 2;
    const option = all[at + 2];
    if (option === undefined) return 0;
    const ours = option === echo || option === suppressGoAhead;
    if (code === doIt && !ours) this.#send(Buffer.from([iac, wont, option]));
    if (code === will) this.#send(Buffer.from([iac, dont, option]));
    return 3;
  }
}

/**
 * The telnet protocol on the wire (RFC 854, 855): data apart from commands, and what is answered to a negotiation.
 *
 * Pure but for its state. Ours instead of a package: telnet-client presents the password to any prompt that looks like one, again
 * and again, and cuts what is too long instead of ending; telnet-stream knows no bound on a subnegotiation. Refused is everything
 * but what makes a plain command line: that the far end echoes (RFC 857) and that nobody waits for a go-ahead (RFC 858).
 */

const IAC = 255;
const DONT = 254;
const DO = 253;
const WONT = 252;
const WILL = 251;
const SB = 250;
const SE = 240;
const CR = 13;
const NUL = 0;

const ECHO = 1;
const SUPPRESS_GO_AHEAD = 3;
/** Options that the far end may switch on at its side, and those that we switch on at ours. */
const FAR_MAY: ReadonlySet<number> = new Set([ECHO, SUPPRESS_GO_AHEAD]);
const WE_MAY: ReadonlySet<number> = new Set([SUPPRESS_GO_AHEAD]);

/** Octets of one subnegotiation, and negotiations of one connection; more is no telnet server. */
const MAX_SUBNEGOTIATION = 4_096;
const MAX_NEGOTIATIONS = 512;

export interface Heard {
  readonly data: Buffer;
  /** To be sent back; empty when there is nothing to say. */
  readonly reply: Buffer;
  /** Set when the bounds were broken: close. */
  readonly broken?: "negotiates without end" | "sends a subnegotiation without end";
}

type State = "data" | "after-cr" | "command" | "option" | "inside" | "inside-command";

export class TelnetDecoder {
  #state: State = "data";
  /** The verb whose option comes next. */
  #verb: typeof WILL | typeof WONT | typeof DO | typeof DONT = DONT;
  #inside = 0;
  #negotiations = 0;
  /** Options that are on, so that an acknowledgement is not answered with another (RFC 854: no loops). */
  readonly #farOn = new Set<number>();
  readonly #weOn = new Set<number>();

  feed(bytes: Buffer): Heard {
    const data: number[] = [];
    const reply: number[] = [];
    for (const octet of bytes) this.#take(octet, data, reply);
    const broken =
      this.#negotiations > MAX_NEGOTIATIONS
        ? "negotiates without end"
        : this.#inside > MAX_SUBNEGOTIATION
          ? "sends a subnegotiation without end"
          : undefined;
    return { data: Buffer.from(data), reply: Buffer.from(reply), ...(broken === undefined ? {} : { broken }) };
  }

  #take(octet: number, data: number[], reply: number[]): void {
    switch (this.#state) {
      case "after-cr":
        this.#state = "data";
        // CR NUL is a bare carriage return (RFC 854, the NVT printer).
        if (octet !== NUL) this.#plain(octet, data);
        return;
      case "data":
        this.#plain(octet, data);
        return;
      case "command":
        this.#command(octet, data);
        return;
      case "option":
        this.#state = "data";
        this.#negotiate(octet, reply);
        return;
      case "inside":
        this.#inside += 1;
        if (octet === IAC) this.#state = "inside-command";
        return;
      case "inside-command":
        this.#state = octet === SE ? "data" : "inside";
        if (octet === SE) this.#inside = 0;
        return;
    }
  }

  #plain(octet: number, data: number[]): void {
    if (octet === IAC) {
      this.#state = "command";
      return;
    }
    data.push(octet);
    if (octet === CR) this.#state = "after-cr";
  }

  #command(octet: number, data: number[]): void {
    this.#state = "data";
    if (octet === IAC) data.push(IAC);
    else if (octet === SB) this.#state = "inside";
    else if (octet === WILL || octet === WONT || octet === DO || octet === DONT) {
      this.#verb = octet;
      this.#state = "option";
    }
    // Every other command (go-ahead, no operation, data mark) has no option and says nothing to a reader.
  }

  #negotiate(option: number, reply: number[]): void {
    this.#negotiations += 1;
    switch (this.#verb) {
      case WILL:
        if (!FAR_MAY.has(option)) reply.push(IAC, DONT, option);
        else if (!this.#farOn.has(option)) {
          this.#farOn.add(option);
          reply.push(IAC, DO, option);
        }
        return;
      case WONT:
        if (this.#farOn.delete(option)) reply.push(IAC, DONT, option);
        return;
      case DO:
        if (!WE_MAY.has(option)) reply.push(IAC, WONT, option);
        else if (!this.#weOn.has(option)) {
          this.#weOn.add(option);
          reply.push(IAC, WILL, option);
        }
        return;
      case DONT:
        if (this.#weOn.delete(option)) reply.push(IAC, WONT, option);
        return;
    }
  }
}

/** Our text as the protocol sends it: the end of a line is CR LF, and an octet 255 is doubled. */
export function encodeTelnet(bytes: Buffer): Buffer {
  const sent: number[] = [];
  for (const octet of bytes) {
    if (octet === IAC) sent.push(IAC, IAC);
    else if (octet === CR) sent.push(CR, 10);
    else sent.push(octet);
  }
  return Buffer.from(sent);
}

/**
 * A simulated SNMP agent: one UDP socket at an address of its own, v1, v2c and v3, GET, GETNEXT and GETBULK, and notifications.
 *
 * What is not for it, or not SNMP, gets no answer, as from a real one. A SET is refused, and told.
 */
import { createSocket, type Socket } from "node:dgram";
import { once } from "node:events";
import { BerReader, tags } from "./ber.ts";
import type { ObjectTable } from "./object-table.ts";
import { answer, asTrapV1, type Binding, communityMessage, notification, pduTags, type Request, readRequest, trapV1 } from "./pdu.ts";
import { UsmEngine, type UsmUser } from "./usm.ts";

export interface AgentOptions<C> {
  readonly address: string;
  readonly port: number;
  readonly community?: string;
  readonly user?: UsmUser;
  /** Names the v3 engine; the device's id. */
  readonly engine: string;
  /** Asked for at the first request: what is never asked costs no table. */
  readonly table: () => ObjectTable<C>;
  readonly context: C;
  readonly answers: (context: C) => boolean;
  readonly boots: (context: C) => number;
  readonly upSeconds: (context: C) => number;
  /** Somebody tried to write. */
  readonly wrote?: (context: C) => void;
}

export interface TrapDestination {
  readonly host: string;
  readonly port: number;
  readonly form: "v1" | "v2c" | "v3";
  /** What generic traps are sent under in v1: the sender's sysObjectID. */
  readonly enterprise: string;
  /** Default: the agent's own. */
  readonly community?: string;
}

export class SnmpAgent<C> {
  readonly #options: AgentOptions<C>;
  #engine: UsmEngine | undefined;
  #socket: Socket | undefined;
  #sent = 0;
  /** Requests answered since the start. */
  answered = 0;

  constructor(options: AgentOptions<C>) {
    this.#options = options;
  }

  /** Made at its first use: its keys take a megabyte of hashing each. */
  #usm(): UsmEngine | undefined {
    const { user, context, engine, boots, upSeconds } = this.#options;
    if (user === undefined) return undefined;
    this.#engine ??= new UsmEngine({
      user,
      engineId: engineId(engine),
      boots: () => boots(context),
      seconds: () => Math.floor(upSeconds(context)),
    });
    return this.#engine;
  }

  /** Resolves when bound; rejects when the address cannot be had. */
  async start(): Promise<void> {
    const socket = createSocket("udp4");
    this.#socket = socket;
    socket.on("message", (bytes, peer) => {
      const reply = this.#reply(bytes);
      if (reply !== undefined) socket.send(reply, peer.port, peer.address, () => undefined);
    });
    socket.bind(this.#options.port, this.#options.address);
    await once(socket, "listening");
    // An ICMP error of an earlier reply may surface here; the agent goes on.
    socket.on("error", () => undefined);
  }

  async stop(): Promise<void> {
    const socket = this.#socket;
    this.#socket = undefined;
    if (socket === undefined) return;
    const closed = once(socket, "close");
    socket.close();
    await closed;
  }

  /** Sends a notification from the agent's own address. v3 goes at the user's full level; v1 is sent under `enterprise`. */
  async notify(trapOid: string, bindings: readonly Binding[], to: TrapDestination): Promise<void> {
    const socket = this.#socket;
    if (socket === undefined) return;
    this.#sent += 1;
    const message = this.#notification(trapOid, bindings, to);
    await new Promise<void>((resolve) => socket.send(message, to.port, to.host, () => resolve()));
  }

  #notification(trapOid: string, bindings: readonly Binding[], { form, enterprise, community }: TrapDestination): Buffer {
    const { address, context, upSeconds } = this.#options;
    const words = community ?? this.#options.community ?? "public";
    const ticks = Math.floor(upSeconds(context) * 100) % 2 ** 32;
    if (form === "v1") return communityMessage(0, words, trapV1(asTrapV1(trapOid, enterprise), address, ticks, bindings));
    const pdu = notification(this.#sent, ticks, trapOid, bindings);
    const usm = form === "v3" ? this.#usm() : undefined;
    return usm === undefined ? communityMessage(1, words, pdu) : usm.seal(this.#sent, pdu);
  }

  #reply(bytes: Buffer): Buffer | undefined {
    if (!this.#options.answers(this.#options.context)) return undefined;
    try {
      const message = new BerReader(bytes).into();
      const version = message.integer();
      return version === 3 ? this.#replyV3(message) : this.#replyCommunity(message, version);
    } catch {
      // Not SNMP, or cut short: silence is what a real agent gives.
      return undefined;
    }
  }

  #answer(request: Request, version: number): Buffer | undefined {
    const { table, context, wrote } = this.#options;
    if (request.tag === pduTags.set) wrote?.(context);
    return answer(request, table(), context, version);
  }

  #replyCommunity(message: BerReader, version: number): Buffer | undefined {
    const community = message.octets();
    if (this.#options.community === undefined || !community.equals(Buffer.from(this.#options.community))) return undefined;
    const pdu = this.#answer(readRequest(message), version);
    if (pdu === undefined) return undefined;
    this.answered += 1;
    return communityMessage(version, community, pdu);
  }

  #replyV3(message: BerReader): Buffer | undefined {
    const usm = this.#usm();
    if (usm === undefined) return undefined;
    const opened = usm.open(message);
    if (Buffer.isBuffer(opened)) return opened;
    const pdu = this.#answer(readRequest(opened.pdu), 3);
    if (pdu === undefined) return undefined;
    this.answered += 1;
    return usm.seal(opened.messageId, pdu);
  }
}

/** RFC 3411: format 4 (text) under 32473, the enterprise number kept for examples. */
function engineId(name: string): Buffer {
  const head = Buffer.from([0x80, 0x00, 0x7e, 0xd9, tags.octets]);
  return Buffer.concat([head, Buffer.from(name).subarray(0, 27)]);
}

/**
 * A few UDP sockets shared by all SNMP sessions: each session gets a face of one, keyed by its peer.
 *
 * Why: one socket a device is 10,000 descriptors. It also gives the check of a reply's source that the library lacks: what comes from
 * nobody we asked is dropped and counted.
 */
import { createSocket, type RemoteInfo, type Socket } from "node:dgram";

/** What net-snmp wants of its dgram module. */
export interface DatagramFace {
  on(event: "message" | "close" | "error", heard: (...told: unknown[]) => void): unknown;
  ref(): void;
  unref(): void;
  bind(): void;
  send(buffer: Buffer, offset: number, length: number, port: number, address: string, done: (error: Error | null) => void): void;
  close(): void;
}

/** Who gives a session its face. */
export interface Faces {
  /** A face for one session with this peer. `failed` hears when the library throws at a datagram. */
  face(peer: Peer, failed: () => void): DatagramFace;
}

export interface SocketStats {
  readonly sockets: number;
  readonly sessions: number;
  /** Datagrams from nobody we asked. */
  readonly wrongSource: number;
  /** Datagrams at which the library threw. */
  readonly thrown: number;
  /** Errors of the sockets themselves. */
  readonly socketErrors: number;
}

/** The far end of a session. `address` is in canonical form. */
export interface Peer {
  readonly address: string;
  readonly port: number;
  readonly version: 4 | 6;
}

/**
 * Waits until a datagram may leave; what it resolves to is called when it has. Undefined: nothing may be sent any more.
 * The library waits for an answer from when a datagram has left, so that this wait is no silence of the agent's.
 */
export type PayForDatagram = () => Promise<(() => void) | undefined>;

/** Bytes asked for the receive buffer of each socket: a sweep's answers come in bursts. */
const bufferBytes = 2 << 20;

export class SharedSockets implements Faces {
  readonly #wanted: number;
  readonly #pay: PayForDatagram | undefined;
  readonly #sockets: { 4: Socket[]; 6: Socket[] } = { 4: [], 6: [] };
  /** Of most peers there is one. */
  readonly #byPeer = new Map<string, readonly Face[]>();
  #turn = 0;
  #sessions = 0;
  #wrongSource = 0;
  #thrown = 0;
  #socketErrors = 0;

  /** @param pay undefined: datagrams leave at once, because whoever asks has paid. */
  constructor(sockets: number, pay?: PayForDatagram) {
    this.#wanted = Math.max(1, sockets);
    this.#pay = pay;
  }

  face(peer: Peer, failed: () => void): DatagramFace {
    const key = `${peer.address} ${peer.port}`;
    const face: Face = new Face(this.#next(peer.version), this.#pay, failed, () => {
      this.#sessions -= 1;
      const left = (this.#byPeer.get(key) ?? []).filter((other) => other !== face);
      if (left.length === 0) this.#byPeer.delete(key);
      else this.#byPeer.set(key, left);
    });
    this.#byPeer.set(key, (this.#byPeer.get(key) ?? []).concat([face]));
    this.#sessions += 1;
    return face;
  }

  stats(): SocketStats {
    return {
      sockets: this.#sockets[4].length + this.#sockets[6].length,
      sessions: this.#sessions,
      wrongSource: this.#wrongSource,
      thrown: this.#thrown,
      socketErrors: this.#socketErrors,
    };
  }

  async stop(): Promise<void> {
    const all = [...this.#sockets[4].splice(0), ...this.#sockets[6].splice(0)];
    await Promise.all(all.map((socket) => new Promise<void>((done) => socket.close(() => done()))));
  }

  #next(version: 4 | 6): Socket {
    const list = this.#sockets[version];
    if (list.length < this.#wanted) {
      const made = this.#open(version);
      list.push(made);
      return made;
    }
    this.#turn = (this.#turn + 1) % list.length;
    return list[this.#turn] ?? this.#open(version);
  }

  #open(version: 4 | 6): Socket {
    const socket = createSocket({
      type: version === 4 ? "udp4" : "udp6",
      recvBufferSize: bufferBytes,
      // Addresses are resolved before they come here; nothing is looked up again per datagram.
      lookup: (host, _options, done) => done(null, host, version),
    });
    socket.on("error", () => {
      this.#socketErrors += 1;
    });
    socket.on("message", (bytes, peer) => this.#deliver(bytes, peer));
    // Replies are wanted only while a look waits, and its deadline's timer keeps the process alive.
    socket.unref();
    return socket;
  }

  #deliver(bytes: Buffer, peer: RemoteInfo): void {
    const faces = this.#byPeer.get(`${peer.address} ${peer.port}`);
    if (faces === undefined) {
      this.#wrongSource += 1;
      return;
    }
    for (const face of faces) if (!face.deliver(bytes, peer)) this.#thrown += 1;
  }
}

type Heard = (...told: unknown[]) => void;

/** One session's face. There is one a device for as long as it is watched: no emitter, whose table of listeners is half a kilobyte. */
class Face implements DatagramFace {
  readonly #socket: Socket;
  readonly #pay: PayForDatagram | undefined;
  readonly #failed: () => void;
  readonly #left: () => void;
  #heard: Heard | undefined;
  #ended: Heard | undefined;
  /** The library holds its socket while it waits for a reply: that is when a datagram is worth parsing. */
  #waits = false;
  #closed = false;

  constructor(socket: Socket, pay: PayForDatagram | undefined, failed: () => void, left: () => void) {
    this.#socket = socket;
    this.#pay = pay;
    this.#failed = failed;
    this.#left = left;
  }

  /** One listener an event is all that the library has; errors are the shared socket's, and counted there. */
  on(event: "message" | "close" | "error", heard: Heard): void {
    if (event === "message") this.#heard = heard;
    else if (event === "close") this.#ended = heard;
  }

  ref(): void {
    this.#waits = true;
  }

  unref(): void {
    this.#waits = false;
  }

  bind(): void {}

  send(...datagram: Parameters<DatagramFace["send"]>): void {
    if (this.#pay === undefined) this.#socket.send(...datagram);
    else
      sendPaid(
        (...paid) => this.#socket.send(...paid),
        this.#pay,
        () => this.#closed,
        datagram,
      );
  }

  close(): void {
    if (this.#closed) return;
    this.#closed = true;
    this.#left();
    this.#ended?.();
  }

  /** False when the library threw: at some malformed datagrams it does, after it took the request off its list; the session is told, so that nobody waits for ever. */
  deliver(bytes: Buffer, peer: RemoteInfo): boolean {
    if (!this.#waits) return true;
    try {
      this.#heard?.(bytes, peer);
      return true;
    } catch {
      this.#failed();
      return false;
    }
  }
}

/** Sends when it is paid for. A session that was closed meanwhile has told its questions so. */
function sendPaid(
  now: DatagramFace["send"],
  pay: PayForDatagram,
  isClosed: () => boolean,
  [buffer, offset, length, port, address, done]: Parameters<DatagramFace["send"]>,
): void {
  void pay().then((left) => {
    if (isClosed()) left?.();
    else if (left === undefined) done(Object.assign(new Error("the run has ended"), { code: "ECANCELED" }));
    else
      now(buffer, offset, length, port, address, (error) => {
        left();
        done(error);
      });
  });
}

/**
 * A session of SNMPv1 or v2c with one agent. A repeat carries the id of its question, so that a late answer to the first counts too.
 */

import { type Answer, authorizationError, type Question, type Session, type SnmpCommunity } from "./conversing.ts";
import { encodeRequest, type Header, type Names, namesOf, readBindings, readHeader } from "./packet.ts";
import type { DatagramFace, Faces, Peer } from "./sockets.ts";

interface Waiting {
  readonly names: Names;
  readonly malformedBefore: number;
  readonly end: (answer: Answer) => void;
  timer: NodeJS.Timeout;
  retries: number;
}

export class CommunitySession implements Session {
  /** There is no engine to discover. */
  readonly onlyDiscovered = false;
  readonly #peer: Peer;
  readonly #version: 0 | 1;
  readonly #community: Buffer;
  readonly #face: DatagramFace;
  readonly #waiting = new Map<number, Waiting>();
  #malformed = 0;
  #answered = false;
  #closed = false;

  /** Opens a face to the agent; sends nothing. */
  constructor(sockets: Faces, peer: Peer, credential: SnmpCommunity) {
    this.#peer = peer;
    this.#version = credential.version === "1" ? 0 : 1;
    this.#community = Buffer.from(credential.community.reveal());
    this.#face = sockets.face(peer, () => this.#failAll({ kind: "nonsense", why: "a malformed reply" }));
    this.#face.on("message", (bytes: Buffer) => this.#hear(bytes));
  }

  get proven(): boolean {
    return this.#answered;
  }

  ask({ kind, oids, repetitions = 10, attemptMs, retries }: Question): Promise<Answer> {
    if (this.#closed) return Promise.resolve({ kind: "silent" });
    const id = this.#newId();
    const names = namesOf(oids);
    const bytes = encodeRequest({ version: this.#version, community: this.#community, kind, id, names, repetitions });
    return new Promise((resolve) => {
      const again = () => {
        const one = this.#waiting.get(id);
        if (one === undefined || one.retries === 0) {
          this.#end(id, { kind: "silent" });
          return;
        }
        one.retries -= 1;
        one.timer = setTimeout(again, attemptMs);
        this.#send(id, bytes);
      };
      const timer = setTimeout(again, attemptMs);
      this.#waiting.set(id, { names, malformedBefore: this.#malformed, end: resolve, timer, retries });
      this.#face.ref();
      this.#send(id, bytes);
    });
  }

  close(): void {
    if (this.#closed) return;
    this.#closed = true;
    this.#failAll({ kind: "silent" });
    this.#face.close();
  }

  /** Four octets long, never that of an open question; a stranger cannot guess it. */
  #newId(): number {
    for (;;) {
      const id = 2 ** 24 + Math.floor(Math.random() * (2 ** 31 - 2 ** 24));
      if (!this.#waiting.has(id)) return id;
    }
  }

  #send(id: number, bytes: Buffer): void {
    const { port, address } = this.#peer;
    this.#face.send(bytes, 0, bytes.length, port, address, (error) => {
      if (error !== null) this.#end(id, { kind: "blocked", why: "code" in error ? String(error.code) : error.name });
    });
  }

  #hear(bytes: Buffer): void {
    const header = readHeader(bytes);
    if (header === undefined) {
      this.#malformed += 1;
      return;
    }
    const one = this.#waiting.get(header.id);
    // Else it is a late answer, to a question that was given up.
    if (one === undefined) return;
    const answer = this.#read(header, one.names);
    if (answer === undefined) this.#malformed += 1;
    else this.#end(header.id, answer);
  }

  #read(header: Header, names: Names): Answer | undefined {
    const { errorStatus, errorIndex } = header;
    if (header.version !== this.#version) return { kind: "nonsense", why: "a reply in another version of SNMP" };
    if (!header.community.equals(this.#community)) return { kind: "nonsense", why: "a reply with another community" };
    // RFC 3415 section 3.2: no access at all; an object outside the view is absent, and no error.
    if (errorStatus === authorizationError) return { kind: "refused", why: "authorizationError" };
    if (errorStatus > 0) return { kind: "error", status: errorStatus, index: errorIndex };
    const varbinds = readBindings(header, names);
    return varbinds === undefined ? undefined : { kind: "values", varbinds };
  }

  #end(id: number, answer: Answer): void {
    const one = this.#waiting.get(id);
    if (one === undefined) return;
    this.#waiting.delete(id);
    clearTimeout(one.timer);
    if (this.#waiting.size === 0) this.#face.unref();
    if (answer.kind === "values" || answer.kind === "error") this.#answered = true;
    const nonsense = answer.kind === "silent" && this.#malformed > one.malformedBefore;
    one.end(nonsense ? { kind: "nonsense", why: "only malformed replies" } : answer);
  }

  #failAll(answer: Answer): void {
    for (const id of [...this.#waiting.keys()]) this.#end(id, answer);
  }
}

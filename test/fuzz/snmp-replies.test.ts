/**
 * Spoilt SNMP replies, in v1, v2c and v3: nothing throws, every question ends in its time, and the memory stays flat.
 *
 * In process, without a socket: a face that answers each request with spoilt replies. Over real sockets: test/probes/snmp/nasty.test.ts.
 */
import { EventEmitter } from "node:events";
import { describe, expect, it } from "vitest";
import { BerReader, counter64, gauge, integer, oidValue, text, ticks } from "../../probes/simulator/ber.ts";
import { ObjectTable } from "../../probes/simulator/object-table.ts";
import { answer, communityMessage, readRequest } from "../../probes/simulator/pdu.ts";
import { UsmEngine } from "../../probes/simulator/usm.ts";
import type { Answer, Session, SnmpCredential } from "../../probes/snmp/conversing.ts";
import { SharedSession } from "../../probes/snmp/library-session.ts";
import type { DatagramFace, Faces } from "../../probes/snmp/sockets.ts";
import { numberOf, textOf, type Varbind, wholeOf } from "../../probes/snmp/value.ts";
import { community, v3 } from "../probes/snmp/target.ts";
import { cases, corpus, heapBytes, seed } from "./effort.ts";
import { Chance, spoilt } from "./random.ts";

const kept = "snmp-replies";
const oids = ["1.3.6.1.2.1.1.1.0", "1.3.6.1.2.1.1.2.0", "1.3.6.1.2.1.1.3.0", "1.3.6.1.2.1.31.1.1.1.6.1", "1.3.6.1.4.1.9.9.0"];
const table = new ObjectTable<undefined>([
  ["1.3.6.1.2.1.1.1.0", () => text("Café codec")],
  ["1.3.6.1.2.1.1.2.0", () => oidValue("1.3.6.1.4.1.4294967295.5")],
  ["1.3.6.1.2.1.1.3.0", () => ticks(4_000_000_000)],
  ["1.3.6.1.2.1.31.1.1.1.6.1", () => counter64(2 ** 60)],
  ["1.3.6.1.2.1.31.1.1.1.6.2", () => integer(-5)],
  ["1.3.6.1.2.1.31.1.1.1.6.3", () => gauge(3_000_000_000)],
]);
const engine = new UsmEngine({
  user: { name: "poller", auth: { protocol: "sha256", key: "a key for the fuzz" }, priv: { protocol: "aes", key: "another for the fuzz" } },
  engineId: Buffer.from("80007f5804667a", "hex"),
  boots: () => 3,
  seconds: () => 1_000,
});

/** The good answer to a request; undefined: none is due. `inside` changes what a v3 agent signs: spoilt by one who has the keys. */
function good(bytes: Buffer, inside: (pdu: Buffer) => Buffer = (pdu) => pdu): Buffer | undefined {
  const message = new BerReader(bytes).into();
  const version = message.integer();
  if (version === 3) {
    const opened = engine.open(message);
    if (Buffer.isBuffer(opened)) return opened;
    const pdu = answer(readRequest(opened.pdu), table, undefined, 3);
    return pdu === undefined ? undefined : engine.seal(opened.messageId, inside(pdu));
  }
  const name = message.octets();
  const pdu = answer(readRequest(message), table, undefined, version);
  return pdu === undefined ? undefined : communityMessage(version, name, pdu);
}

const isV3 = (bytes: Buffer): boolean => new BerReader(bytes).into().integer() === 3;

/** Answers each request with so many spoilt replies, and half the time with the good one after them; always when there are none. */
class Spoiler implements Faces {
  readonly #chance: Chance;
  /** None: every request has its good answer and nothing else. */
  replies: number;
  #last: Buffer = Buffer.alloc(0);
  delivered = 0;
  thrown = 0;

  constructor(chance: Chance, replies: number) {
    this.#chance = chance;
    this.replies = replies;
  }

  face(_peer: unknown, failed: () => void): DatagramFace {
    const emitter = new EventEmitter();
    // As the shared sockets do: what the library throws at ends the open questions.
    const deliver = (bytes: Buffer) => {
      this.delivered += 1;
      try {
        emitter.emit("message", bytes, { address: "127.0.0.1", port: 161, family: "IPv4", size: bytes.length });
      } catch {
        this.thrown += 1;
        failed();
      }
    };
    return Object.assign(emitter, {
      ref() {},
      unref() {},
      bind() {},
      close() {},
      send: (request: Buffer, _offset: number, _length: number, _port: number, _address: string, done: (error: null) => void) => {
        done(null);
        setImmediate(() => this.#answer(Buffer.from(request), deliver));
      },
    });
  }

  #answer(request: Buffer, deliver: (bytes: Buffer) => void): void {
    const reply = good(request);
    if (reply === undefined) return;
    for (let left = this.replies; left > 0; left -= 1) {
      const signed = left % 2 === 0 ? good(request, (pdu) => spoilt(this.#chance, pdu, this.#last)) : undefined;
      deliver(signed === undefined || !isV3(request) ? spoilt(this.#chance, reply, this.#last) : signed);
    }
    this.#last = reply;
    if (this.replies === 0 || this.#chance.below(2) === 0) deliver(reply);
  }
}

const kinds = new Set<Answer["kind"]>(["values", "error", "silent", "refused", "nonsense"]);
const peer = { address: "127.0.0.1", port: 161, version: 4 } as const;

async function questions(session: Session, count: number): Promise<readonly Answer[]> {
  const kind = (index: number) => (["get", "next", "bulk"] as const)[index % 3] ?? "get";
  // Every other one without the name that the agent lacks: to a v1 agent that one is an error for all.
  const asked = (index: number) => (Math.floor(index / 3) % 2 === 0 ? oids : oids.slice(0, 4));
  return Promise.all(
    Array.from({ length: count }, (_, index) => session.ask({ kind: kind(index), oids: asked(index), attemptMs: 250, retries: 0 })),
  );
}

/** Whatever a value is, it can be asked what it means. */
function meaning(varbinds: readonly Varbind[]): void {
  for (const varbind of varbinds) {
    const number = numberOf(varbind);
    const whole = wholeOf(varbind);
    const said = textOf(varbind);
    if (number !== undefined && typeof number !== "number") throw new Error("a number that is none");
    if (whole !== undefined && (whole < -(2n ** 63n) || whole >= 2n ** 64n)) throw new Error(`a whole number of ${whole}`);
    if (said !== undefined && said.length > 3 * 4_096) throw new Error("a text without end");
    if (!/^\d+(?:\.\d+)+$/.test(varbind.oid)) throw new Error(`the name ${varbind.oid}`);
  }
}

/** Answers each request with one of these, whatever was asked. */
function parrot(said: Iterator<Buffer>): Faces {
  return {
    face(_peer, failed) {
      const emitter = new EventEmitter();
      const speak = () => {
        const { value } = said.next();
        try {
          if (value !== undefined) emitter.emit("message", value, { address: "127.0.0.1", port: 161, family: "IPv4", size: value.length });
        } catch {
          failed();
        }
      };
      return Object.assign(emitter, {
        ref() {},
        unref() {},
        bind() {},
        close() {},
        send: (_r: Buffer, _o: number, _l: number, _p: number, _a: string, done: (error: null) => void) => {
          done(null);
          setImmediate(speak);
        },
      });
    },
  };
}

const errors = (count: number): readonly Answer["kind"][] => Array.from({ length: count }, () => "error");
const credentials: readonly (readonly [version: string, credential: SnmpCredential])[] = [
  ["v1", community("public", "1") as SnmpCredential],
  ["v2c", community("public") as SnmpCredential],
  ["v3", v3("poller", ["sha256", "a key for the fuzz"], ["aes", "another for the fuzz"]) as SnmpCredential],
];

describe(`spoilt SNMP replies (seed ${seed})`, () => {
  it.each(credentials)("those that were found before end a %s question in its time", async (_version, credential) => {
    const found = corpus(kept);
    expect(found.length).toBeGreaterThanOrEqual(12);
    const session = new SharedSession(parrot(found.values()), peer, credential);
    for (const one of await questions(session, found.length)) expect(kinds).toContain(one.kind);
    session.close();
  });

  it.each(credentials)(
    "a %s session ends every question in its time, and answers the next good one",
    async (version, credential) => {
      const spoiler = new Spoiler(new Chance(seed), 0);
      const session = new SharedSession(spoiler, peer, credential);
      // The engine is known first: an agent whose every word is spoilt is never asked anything over v3.
      await questions(session, 3);
      spoiler.replies = 10;
      const many = cases(version === "v3" ? 3_000 : 20_000, version === "v3" ? 200_000 : 1_000_000);
      let slowest = 0;
      let before = 0;
      const ends = new Map<Answer["kind"], number>();
      while (spoiler.delivered < many) {
        const began = process.cpuUsage();
        const answers = await questions(session, 200);
        slowest = Math.max(slowest, process.cpuUsage(began).user / 1_000);
        for (const one of answers) {
          expect(kinds).toContain(one.kind);
          ends.set(one.kind, (ends.get(one.kind) ?? 0) + 1);
          if (one.kind === "values") meaning(one.varbinds);
        }
        if (before === 0) before = heapBytes();
      }
      expect(heapBytes() - before).toBeLessThan(16 * 2 ** 20);
      // CPU, not time: the machine may be busy. That they end at all is this test's own deadline.
      expect(slowest).toBeLessThan(5_000);
      // What is good gets through, and what is spoilt is told from it.
      const asked = [...ends.values()].reduce((sum, times) => sum + times, 0);
      expect(ends.get("values") ?? 0, `answers: ${JSON.stringify([...ends])}`).toBeGreaterThan(asked / 10);
      expect(asked - (ends.get("values") ?? 0), `answers: ${JSON.stringify([...ends])}`).toBeGreaterThan(asked / 50);
      session.close();
      const calm = new Spoiler(new Chance(seed), 0);
      const fresh = new SharedSession(calm, peer, credential);
      const last = await questions(fresh, 9);
      // A v1 agent answers a list with a name that it lacks, or the end of its table, by an error.
      const kindsOf = last.map(({ kind }) => kind);
      expect(kindsOf).toEqual(
        version === "v1" ? [...errors(3), "values", "values", ...errors(4)] : Array.from({ length: 9 }, () => "values"),
      );
      const plain = last[3];
      if (plain?.kind !== "values") throw new Error(`a good answer was read as ${plain?.kind}`);
      expect(plain.varbinds.map((varbind) => textOf(varbind))).toEqual([
        "Café codec",
        "1.3.6.1.4.1.4294967295.5",
        "4000000000",
        "1152921504606846976",
      ]);
      fresh.close();
    },
    1_200_000,
  );
});

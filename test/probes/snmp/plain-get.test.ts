/** Our own short way for a GET against the library's: the same octets leave, and what it reads at all it reads the same. */
import { EventEmitter } from "node:events";
import { describe, expect, it } from "vitest";
import { BerReader, counter32, counter64, gauge, integer, oidValue, text, ticks, type Value } from "../../../probes/simulator/ber.ts";
import { ObjectTable } from "../../../probes/simulator/object-table.ts";
import { answer, communityMessage, readRequest } from "../../../probes/simulator/pdu.ts";
import { type LibraryMessage, snmp } from "../../../probes/snmp/net-snmp.ts";
import { ids, plainGet, readReply, requestOf } from "../../../probes/snmp/plain-get.ts";
import type { Varbind } from "../../../probes/snmp/value.ts";
import { seed } from "../../fuzz/effort.ts";
import { Chance, spoilt } from "../../fuzz/random.ts";

const version = 1;
const [community, id] = ["a community", 0x0123_4567];
const values: readonly Value[] = [
  ...[0, 1, -1, 127, 128, -128, -129, 255, 65_535, 2 ** 31 - 1, -(2 ** 31)].map(integer),
  ...[0, 127, 128, 2 ** 31, 2 ** 32 - 1].flatMap((value) => [gauge(value), counter32(value), ticks(value)]),
  ...[0, 1, 255, 2 ** 32, 2 ** 53].map(counter64),
  ...["", "Café codec", "x".repeat(130), "x".repeat(300)].map(text),
  oidValue("1.3.6.1.4.1.4294967295.5"),
];
const names = values.map((_, index) => `1.3.6.1.4.1.${[7, 127, 128, 16_384, 2_097_152, 268_435_456, 4_294_967_295][index % 7]}.${index}.0`);
const table = new ObjectTable<undefined>(names.map((name, index) => [name, () => values[index] ?? integer(0)]));

/** What the library writes for these names and, when it is given a reply, reads. */
function library(oids: readonly string[]) {
  const sent: Buffer[] = [];
  const face = Object.assign(new EventEmitter(), {
    ref() {},
    unref() {},
    bind() {},
    close() {},
    send: (bytes: Buffer, _o: number, _l: number, _p: number, _a: string, done: (error: null) => void) => {
      sent.push(bytes);
      done(null);
    },
  });
  const options = { port: 161, version, transport: "udp4", retries: 0, timeout: 60_000, idBitsSize: 32 } as const;
  const session = new snmp.Session("127.0.0.1", community, { ...options, dgramModule: { createSocket: () => face } });
  let told: readonly Varbind[] | undefined;
  session.onSimpleGetResponse = (_request, { pdu }: LibraryMessage) => {
    told = pdu.errorStatus === 0 ? pdu.varbinds : undefined;
  };
  session.on("error", () => {});
  session.get(oids, () => {});
  const [request] = sent;
  if (request === undefined) throw new Error("the library sent nothing");
  const theirs = Number(Object.keys(session.reqs)[0]);
  return {
    request,
    id: theirs,
    read(reply: Buffer): readonly Varbind[] | undefined {
      try {
        face.emit("message", reply);
      } catch {
        // It throws at some of what is spoilt: nothing was read.
      }
      session.cancelRequests(new Error("over"));
      return told;
    },
  };
}

function reply(request: Buffer, objects: ObjectTable<undefined> = table): Buffer {
  const message = new BerReader(request).into();
  message.integer();
  const name = message.octets();
  const pdu = answer(readRequest(message), objects, undefined, version);
  if (pdu === undefined) throw new Error("no answer is due");
  return communityMessage(version, name, pdu);
}

const get = (oids: readonly string[]) => {
  const made = plainGet(version, community, oids);
  if (made === undefined) throw new Error(`not for this way: ${oids.join(" ")}`);
  return made;
};

describe("the plain GET", () => {
  it.each([[names.slice(0, 1)], [names.slice(0, 7)], [names]])("sends what the library sends, %#", (oids) => {
    let { request, id: theirs } = library(oids);
    // One in twelve of its ids is shorter than ours ever are.
    while (theirs < ids.least) ({ request, id: theirs } = library(oids));
    expect(requestOf(get(oids), theirs)).toEqual(request);
  });

  it.each(names.map((name, index) => [values[index]?.tag, name] as const))(
    "reads a value of type %i as the library reads it, of %s",
    (tag, name) => {
      const read = readReply(reply(requestOf(get([name]), id)), get([name]), id);
      const there = library([name]);
      const expected = there.read(reply(there.request));
      expect(expected).toHaveLength(1);
      // An object id is the library's.
      expect(read).toEqual(tag === 6 ? undefined : expected);
    },
  );

  it("tells what an agent has not", () => {
    const oids = [names[0] ?? "", "1.3.6.1.2.1.99.1.0"];
    const there = library(oids);
    expect(readReply(reply(requestOf(get(oids), id)), get(oids), id)).toEqual(there.read(reply(there.request)));
  });

  it("leaves another id, another community, an error, other names and another order to the library", () => {
    const oids = names.slice(0, 3);
    const good = reply(requestOf(get(oids), id));
    expect(readReply(good, get(oids), id)).toHaveLength(3);
    expect(readReply(good, get(oids), id + 1)).toBeUndefined();
    expect(readReply(good, get(names.slice(0, 2)), id)).toBeUndefined();
    expect(readReply(good, get([...oids].reverse()), id)).toBeUndefined();
    expect(readReply(Buffer.concat([good, Buffer.from([0])]), get(oids), id)).toBeUndefined();
    const other = plainGet(version, "another", oids);
    expect(other === undefined ? "" : readReply(good, other, id)).toBeUndefined();
    const error = Buffer.from(good);
    error[good.indexOf(Buffer.from([2, 1, 0, 2, 1, 0])) + 2] = 5;
    expect(readReply(error, get(oids), id)).toBeUndefined();
  });

  it.each(["1.3.6.01", "1", "1.40.1", "3.1.1", "1.3.4294967296", "", "1.3.x"])("does not take the name %j", (oid) => {
    expect(plainGet(version, community, [oid])).toBeUndefined();
  });

  it(`of 3,000 spoilt replies reads what the library reads, or nothing (seed ${seed})`, () => {
    const chance = new Chance(seed);
    const oids = names.filter((_, index) => values[index]?.tag !== 6).slice(0, 24);
    const there = library(oids);
    const good = reply(requestOf(get(oids), id));
    let read = 0;
    for (let n = 0; n < 3_000; n += 1) {
      const bad = spoilt(chance, good, there.request);
      const ours = readReply(bad, get(oids), id);
      if (ours === undefined) continue;
      read += 1;
      const asked = library(oids);
      // The library's question has another id: the reply is given that one.
      const theirs = Buffer.from(bad);
      if (asked.id < ids.least) continue;
      theirs.writeInt32BE(asked.id, bad.indexOf(Buffer.from([2, 4, 1, 0x23, 0x45, 0x67])) + 2);
      expect(ours).toEqual(asked.read(theirs));
    }
    expect(read).toBeGreaterThan(20);
  });
});

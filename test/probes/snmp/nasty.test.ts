/** The SNMP probe against agents that misbehave. */
import { createSocket, type Socket } from "node:dgram";
import { afterEach, describe, expect, it } from "vitest";
import type { Ending } from "../../../probes/ending.ts";
import { createSnmpProbe, type SnmpOptions } from "../../../probes/snmp/snmp-probe.ts";
import { ownTime } from "../../own-time.ts";
import { ber, type Peer, reply, type SeenRequest, startNasty } from "./peers.ts";
import { calm, community, family, reading, sample, target, undisturbed } from "./target.ts";

const cleanups: (() => unknown)[] = [];
afterEach(async () => {
  for (const clean of cleanups.splice(0).reverse()) await clean();
});

function probeWith(options: SnmpOptions = {}) {
  const probe = createSnmpProbe(options);
  cleanups.push(() => probe.stop());
  return probe;
}

async function nasty(onRequest: (request: SeenRequest, socket: Socket) => void): Promise<Peer> {
  const peer = await startNasty(onRequest);
  cleanups.push(() => peer.stop());
  return peer;
}

/** Answers after so long, and counts how many requests wait at once. */
async function slow(afterMs: number): Promise<{ readonly peer: Peer; readonly most: () => number }> {
  let [open, most] = [0, 0];
  const peer = await nasty((request, socket) => {
    open += 1;
    most = Math.max(most, open);
    setTimeout(() => {
      open -= 1;
      send(socket, request, reply(request));
    }, afterMs);
  });
  return { peer, most: () => most };
}

const send = (socket: Socket, request: SeenRequest, bytes: Buffer) => socket.send(bytes, request.from.port, request.from.address);
const scalars = (count: number) =>
  Array.from({ length: count }, (_, i) => ({ oid: `1.3.6.1.4.1.9.${i}.0`, name: `value_${i}`, as: "gauge" as const }));
const publicV2 = community("public");

describe("an agent that misbehaves", () => {
  it("a silent one is down within its deadline, with the trace of what was asked", async () => {
    const peer = await nasty(() => {});
    const asked = target(peer.port, publicV2, family(scalars(5)), { timeoutMs: 400 });
    let ms = 0;
    const finding = await undisturbed(async () => {
      const looked = await ownTime(probeWith().look(asked, calm()));
      ms = looked.ms;
      return looked.result;
    });
    expect(finding).toMatchObject({ status: "down", code: "snmp.timeout" });
    expect(ms).toBeLessThan(500);
    expect(finding.trace?.join("\n")).toContain("1.3.6.1.4.1.9.4.0");
    expect(finding.trace?.join("\n")).not.toContain("public");
  });

  it("who did not answer while our own loop was held up is unknown: the reply may be waiting in the socket", async () => {
    const peer = await nasty(() => {});
    const probe = probeWith();
    const looked = probe.look(target(peer.port, publicV2, family(scalars(5)), { timeoutMs: 400 }), calm());
    const heldUpUntil = performance.now() + 500;
    while (performance.now() < heldUpUntil);
    expect(await looked).toMatchObject({ status: "unknown", code: "probe.late" });
    const next = target(peer.port, publicV2, family(scalars(5)), { timeoutMs: 400 });
    const calmly = await undisturbed(() => probe.look(next, calm()));
    expect(calmly, "the next look, undisturbed, is believed").toMatchObject({ status: "down", code: "snmp.timeout" });
  });

  it("no more looks than allowed are under way at once; the others wait, and their deadline begins when they are let in", async () => {
    const { peer, most } = await slow(60);
    const probe = probeWith({ looksAtOnce: 3 });
    const looks = Array.from({ length: 60 }, (_, n) => {
      const one = target(peer.port, publicV2, family(), { timeoutMs: 1_000 });
      return probe.look({ ...one, device: { ...one.device, id: `codec-${n}` } }, calm());
    });
    const found = await Promise.all(looks);
    expect(found.map(({ status }) => status)).toEqual(found.map(() => "up"));
    expect(most()).toBe(3);
  });

  it("a reply from another source is dropped and counted, and the device stays silent", async () => {
    const other = createSocket("udp4");
    cleanups.push(() => other.close());
    const peer = await nasty((request) => send(other, request, reply(request)));
    const probe = probeWith();
    const asked = target(peer.port, publicV2, family(), { timeoutMs: 300 });
    expect(await undisturbed(() => probe.look(asked, calm()))).toMatchObject({ code: "snmp.timeout" });
    expect(probe.stats().wrongSource).toBeGreaterThanOrEqual(2);
  });

  it("garbage is unknown, not down: something is there", async () => {
    const peer = await nasty((request, socket) => send(socket, request, Buffer.from("3005020101ffff", "hex")));
    expect(await probeWith().look(target(peer.port, publicV2, family(), { timeoutMs: 400 }), calm())).toMatchObject({
      status: "unknown",
      code: "snmp.reply",
    });
  });

  it("a reply that names other objects is unknown", async () => {
    const peer = await nasty((request, socket) =>
      send(socket, request, reply(request, { oids: request.oids.map(() => Buffer.from([43, 6, 9])) })),
    );
    expect(await probeWith().look(target(peer.port, publicV2), calm())).toMatchObject({ status: "unknown", code: "snmp.reply" });
  });

  it("one that finds requests too big is asked for less, and that is remembered", async () => {
    const sizes: number[] = [];
    const peer = await nasty((request, socket) => {
      sizes.push(request.oids.length);
      send(socket, request, request.oids.length > 6 ? reply({ ...request, oids: [] }, { status: 1 }) : reply(request));
    });
    const probe = probeWith();
    const reads = family(scalars(30));
    const finding = await probe.look(target(peer.port, publicV2, reads), calm());
    expect(finding.samples.filter((one) => one.name.startsWith("value_"))).toHaveLength(30);
    sizes.length = 0;
    await probe.look(target(peer.port, publicV2, reads), calm());
    expect(sizes.filter((size) => size > 6).length).toBeLessThanOrEqual(3);
  });

  it("one that drops big requests without a word is alive all the same", async () => {
    const peer = await nasty((request, socket) => {
      if (request.oids.length <= 10) send(socket, request, reply(request));
    });
    const probe = probeWith({ retries: 0 });
    const look = () => probe.look(target(peer.port, publicV2, family(scalars(20)), { timeoutMs: 1_500 }), calm());
    const first = await look();
    expect(first.status).toBe("up");
    expect(first.samples.filter((one) => one.name.startsWith("value_"))).toHaveLength(20);
  });

  it("an SNMPv1 agent without some names gives the others, and is not asked for those again", async () => {
    const missing = Buffer.from([43, 6, 1, 4, 1, 9, 3, 0]);
    let refusals = 0;
    const peer = await nasty((request, socket) => {
      const index = request.oids.findIndex((oid) => oid.equals(missing));
      if (index >= 0) refusals += 1;
      send(socket, request, index >= 0 ? reply(request, { status: 2, index: index + 1 }) : reply(request));
    });
    const probe = probeWith();
    const look = () => probe.look(target(peer.port, community("public", "1"), family(scalars(6))), calm());
    const finding = await look();
    expect(finding.status).toBe("up");
    expect(sample(finding, "value_2")).toBe(7);
    expect(sample(finding, "value_3")).toBeUndefined();
    await look();
    expect(refusals).toBe(1);
  });

  it("a table that goes round ends, and the look with it", async () => {
    let asked = 0;
    const peer = await nasty((request, socket) => {
      asked += 1;
      if (request.pduType === 0xa0) return send(socket, request, reply(request));
      send(socket, request, reply(request, { oids: request.oids.map(() => Buffer.from([43, 6, 1, 4, 1, 9, 1, 5])) }));
    });
    const columns = [{ oid: "1.3.6.1.4.1.9.1", name: "row", as: "gauge" as const, part: "row" }];
    const finding = await probeWith().look(target(peer.port, publicV2, family([], columns)), calm());
    expect(sample(finding, "row", "row 5")).toBe(7);
    expect(asked).toBeLessThan(6);
  });

  it("an endless table is cut at the limit of rows", async () => {
    const peer = await nasty((request, socket) => {
      if (request.pduType === 0xa0) return send(socket, request, reply(request));
      const last = request.oids[0] ?? Buffer.alloc(0);
      const next = last.length > 7 ? (last.readUInt8(7) & 127) * 128 + (last.readUInt8(8) & 127) + 1 : 128;
      send(socket, request, reply(request, { oids: [Buffer.from([43, 6, 1, 4, 1, 9, 1, 128 | (next >> 7), next & 127])] }));
    });
    const columns = [{ oid: "1.3.6.1.4.1.9.1", name: "row", as: "gauge" as const, part: "row" }];
    const finding = await probeWith({ rowsAtMost: 50 }).look(target(peer.port, publicV2, family([], columns)), calm());
    expect(finding.samples.filter((one) => one.name === "row")).toHaveLength(50);
  });

  it("one that cannot bear GETBULK is walked by GETNEXT, and remembered as such", async () => {
    let bulks = 0;
    const peer = await nasty((request, socket) => {
      if (request.pduType === 0xa5) bulks += 1;
      else if (request.pduType === 0xa0) send(socket, request, reply(request));
      else {
        const [oid = Buffer.alloc(0)] = request.oids;
        const next = oid.length < 8 ? 1 : oid.readUInt8(7) + 1;
        send(socket, request, reply(request, { oids: [Buffer.from(next > 3 ? [43, 6, 1, 4, 1, 9, 2, 1] : [43, 6, 1, 4, 1, 9, 1, next])] }));
      }
    });
    const columns = [{ oid: "1.3.6.1.4.1.9.1", name: "row", as: "gauge" as const, part: "row" }];
    const probe = probeWith({ retries: 0 });
    const look = () => probe.look(target(peer.port, publicV2, family([], columns), { timeoutMs: 1_000 }), calm());
    expect((await look()).samples.filter((one) => one.name === "row")).toHaveLength(3);
    await look();
    expect(bulks).toBe(1);
  });

  it("a slow one keeps what it answered before the deadline, and is up", async () => {
    const peer = await nasty((request, socket) => {
      if (request.pduType === 0xa0) send(socket, request, reply(request));
    });
    const columns = [{ oid: "1.3.6.1.4.1.9.1", name: "row", as: "gauge" as const, part: "row" }];
    const asked = target(peer.port, publicV2, family(scalars(2), columns), { timeoutMs: 300 });
    const { result: finding, ms } = await ownTime(probeWith().look(asked, calm()));
    expect(finding.status).toBe("up");
    expect(sample(finding, "value_1")).toBe(7);
    expect(ms).toBeLessThan(400);
  });

  it("an answer that comes after the deadline troubles nobody", async () => {
    const late: (() => void)[] = [];
    const peer = await nasty((request, socket) => void late.push(() => send(socket, request, reply(request))));
    const probe = probeWith({ retries: 0 });
    expect((await probe.look(target(peer.port, publicV2, family(), { timeoutMs: 200 }), calm())).status).toBe("down");
    for (const go of late.splice(0)) go();
    const again = probe.look(target(peer.port, publicV2, family(), { timeoutMs: 20_000 }), calm());
    const deadline = performance.now() + 15_000;
    while (late.length === 0 && performance.now() < deadline) await new Promise((go) => setImmediate(go));
    for (const go of late.splice(0)) go();
    expect((await again).status).toBe("up");
  });

  it("a counter becomes a rate at the second look, and a restart in between is told and gives none; nor does a look in which it was missing", async () => {
    let ticks = 100_000;
    let octets = 1_000;
    let at = 0;
    const integer = (tag: number, value: number) =>
      ber(tag, Buffer.from([0, value >> 24, (value >> 16) & 255, (value >> 8) & 255, value & 255]));
    const peer = await nasty((request, socket) => {
      const values = request.oids.map((oid) =>
        oid.equals(Buffer.from([43, 6, 1, 2, 1, 1, 3, 0]))
          ? integer(0x43, ticks)
          : oid[3] === 4 && !Number.isNaN(octets)
            ? integer(0x41, octets)
            : Buffer.from([0x80, 0]),
      );
      send(socket, request, reply(request, { values }));
    });
    const probe = probeWith({ now: () => at });
    const reads = family([{ oid: "1.3.6.1.4.1.9.0", name: "octets", as: "counter" }]);
    const look = () => probe.look(target(peer.port, publicV2, reads), calm());
    expect(sample(await look(), "octets")).toBeUndefined();
    [at, ticks, octets] = [60_000, 106_000, 7_000];
    const second = await look();
    expect(sample(second, "octets")).toBe(100);
    expect(sample(second, "uptime_seconds")).toBe(1_060);
    [at, ticks, octets] = [120_000, 500, 9_000];
    const third = await look();
    expect(third.faults).toEqual([{ symptom: "reboot", effect: "event", text: "sysUpTime went from 1060 s to 5 s" }]);
    expect(sample(third, "octets")).toBeUndefined();
    expect(reading(third, "engine_boots")).toBeUndefined();
    const counted = octets;
    [at, ticks, octets] = [180_000, 6_500, Number.NaN];
    expect(sample(await look(), "octets"), "it is not there this time").toBeUndefined();
    [at, ticks, octets] = [240_000, 12_500, counted + 6_000];
    expect(sample(await look(), "octets"), "nothing is remembered of the time before").toBeUndefined();
    [at, ticks, octets] = [300_000, 18_500, counted + 12_000];
    expect(sample(await look(), "octets")).toBe(100);
  });

  it("no more requests are in flight to one device than the ceiling, whatever is asked", async () => {
    const { peer, most } = await slow(10);
    const probe = probeWith({ perDevice: 2 });
    const looks = Array.from({ length: 8 }, () => probe.look(target(peer.port, publicV2), calm()));
    expect((await Promise.all(looks)).map((finding) => finding.status)).toEqual(Array(8).fill("up"));
    expect(most()).toBe(2);
  });

  it("a ceiling that lets nothing out is unknown, not down", async () => {
    const peer = await nasty((request, socket) => send(socket, request, reply(request)));
    const pace = (_: string, __: number, look: Ending) => new Promise<void>((go) => void look.onEnd(go));
    expect(await probeWith({ pace }).look(target(peer.port, publicV2, family(), { timeoutMs: 200 }), calm())).toMatchObject({
      status: "unknown",
      code: "probe.paced",
    });
  });

  it("5,000 mangled replies crash nothing, and a good one is understood after them", async () => {
    let state = 20_261_122;
    const random = (below: number) => {
      state = (Math.imul(state, 1_103_515_245) + 12_345) >>> 0;
      return Math.floor((state / 2 ** 32) * below);
    };
    const mangled = (request: SeenRequest): Buffer => {
      const bytes = Buffer.from(reply(request));
      const kind = random(4);
      if (kind === 0) return bytes.subarray(0, random(bytes.length));
      if (kind === 1) return Buffer.from(Array.from({ length: random(200) }, () => random(256)));
      if (kind === 2) bytes[4] = 3;
      for (let i = random(6); i >= 0; i -= 1) bytes[random(bytes.length)] = random(256);
      return bytes;
    };
    let good = false;
    const peer = await nasty((request, socket) => {
      if (good) return send(socket, request, reply(request));
      for (let i = 0; i < 50; i += 1) send(socket, request, mangled(request));
    });
    const probe = probeWith({ retries: 0 });
    for (let i = 0; i < 50; i += 1) {
      const finding = await probe.look(
        target(peer.port, i % 2 === 0 ? publicV2 : community("public", "1"), family(scalars(3)), { timeoutMs: 60 }),
        calm(),
      );
      expect(finding.code).not.toBe("probe.crash");
    }
    good = true;
    expect((await probe.look(target(peer.port, publicV2), calm())).status).toBe("up");
  });
});

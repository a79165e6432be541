/** Malformed datagrams: VIGIE_FUZZ_TRAPS=1000000 for the long form, VIGIE_FUZZ_SEED for another seed. */
import { afterEach, expect, it } from "vitest";
import { encodedTrap } from "../../bench/trap-sender.ts";
import { type Rig, trapRig, until } from "./rig.ts";

const COUNT = Number(process.env.VIGIE_FUZZ_TRAPS ?? 20_000);
const SEED = Number(process.env.VIGIE_FUZZ_SEED ?? 20_261_122);

/** Mulberry32: the same numbers from the same seed. */
function random(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}

function tlv(tag: number, ...contents: Buffer[]): Buffer {
  const body = Buffer.concat(contents);
  return Buffer.concat([Buffer.from(body.length < 128 ? [tag, body.length] : [tag, 0x81, body.length]), body]);
}
const integer = (...bytes: number[]): Buffer => tlv(2, Buffer.from(bytes));

/** An SNMPv3 message around a scoped PDU. */
function v3Message(user: string, flags: number, digest: Buffer, scoped: Buffer, engineId = "8000b98380ffeeddccbb"): Buffer {
  const engine = tlv(4, Buffer.from(engineId, "hex"));
  const security = tlv(
    0x30,
    engine,
    integer(1),
    integer(1),
    tlv(4, Buffer.from(user)),
    tlv(4, digest),
    tlv(4, Buffer.alloc(flags & 2 ? 8 : 0)),
  );
  const header = tlv(0x30, integer(9), integer(0x40, 0), tlv(4, Buffer.from([flags])), integer(3));
  return tlv(0x30, integer(3), header, tlv(4, security), scoped);
}

/** Of a known user, encrypted, its digest wrong; and of a user without keys, in clear: so that the decoder is reached too. */
const V3 = v3Message("sha256", 3, Buffer.alloc(24), tlv(4, Buffer.alloc(48, 7)));
const PDU = encodedTrap().bytes.subarray(encodedTrap().bytes.indexOf(0xa7));
const V3_CLEAR = v3Message("plain", 0, Buffer.alloc(0), tlv(0x30, tlv(4), tlv(4), PDU));
const V1 = Buffer.from(
  "302f02010004067075626c6963a42206082b06010401bf0840047f000001020106020107430137300d300b06062b0601040109040161",
  "hex",
);

function datagrams(seed: number, count: number): Buffer[] {
  const next = random(seed);
  const below = (n: number): number => Math.floor(next() * n);
  const good = [encodedTrap().bytes, encodedTrap().bytes, V3, V3_CLEAR, V1];
  return Array.from({ length: count }, () => {
    const kind = below(8);
    if (kind === 0) return Buffer.from(Array.from({ length: 1 + below(300) }, () => below(256)));
    const bytes = Buffer.from(good[below(good.length)] as Buffer);
    if (kind === 1) return bytes.subarray(0, below(bytes.length));
    // Inform, response, report, bulk: other PDU types in a whole message.
    if (kind === 2) for (let at = 0; at < bytes.length; at++) if (bytes[at] === 0xa7) bytes[at] = 0xa0 + below(10);
    for (let edits = 1 + below(kind === 7 ? 20 : 3); edits > 0; edits--)
      bytes[below(bytes.length)] = kind === 6 ? ([0, 0x7f, 0x80, 0x84, 0xff][below(5)] as number) : below(256);
    return bytes;
  });
}

let rig: Rig;
afterEach(() => rig?.stop());

it(
  `${COUNT} malformed datagrams (seed ${SEED}) are all counted, kept or dropped, and the next good trap is heard`,
  async () => {
    rig = await trapRig({
      users: [
        { name: "plain" },
        { name: "sha256", auth: { protocol: "sha256", key: "authkey-one" }, priv: { protocol: "aes", key: "privkey-one" } },
      ],
      perSourcePerSecond: 1e9,
      burst: 1e9,
    });
    let sent = 0;
    for (let from = 0; from < COUNT; from += 5_000) {
      const some = datagrams(SEED + from, Math.min(5_000, COUNT - from));
      await rig.sendRaw(some);
      sent += some.length + 1;
      await until("all read", async () => {
        const { received, kernelDrops, pending } = await rig.listener.freshStats();
        return received + kernelDrops === sent && pending === 0;
      });
    }
    const before = await rig.listener.freshStats();
    expect(before.workerRestarts).toBe(0);
    expect(before.undecodable).toBeGreaterThan(COUNT / 3);
    // A port that no mutant names: a repeat would be swallowed.
    const { bytes, indexAt } = encodedTrap();
    bytes.writeUInt16BE(31_415, indexAt);
    await rig.sendRaw([bytes]);
    await until("the good one", () => rig.traps.some((trap) => trap.varbinds.some(({ value }) => value === "31415")));
    expect((await rig.listener.freshStats()).workerRestarts).toBe(0);
  },
  30_000 + COUNT,
);

it("a malformed datagram is kept with its hash, its reason and its first 512 bytes, our community starred out", async () => {
  rig = await trapRig();
  const bytes = Buffer.concat([encodedTrap().bytes.subarray(0, 60), Buffer.alloc(1_000, 0xff)]);
  await rig.sendRaw([bytes]);
  await until("kept", () => rig.traps.length >= 1);
  expect(rig.traps[0]).toMatchObject({ undecodable: "malformed", varbinds: [], inform: false, source: "127.0.0.1" });
  expect(rig.traps[0]?.sha256).toMatch(/^[0-9a-f]{64}$/);
  expect(rig.traps[0]?.head).toHaveLength(1_024);
  expect(Buffer.from(rig.traps[0]?.head ?? "", "hex").toString("latin1")).toContain("******");
  expect(Buffer.from(rig.traps[0]?.head ?? "", "hex").toString("latin1")).not.toContain("public");
});

it("a notification of an empty v3 user, without a digest, is not believed and not answered", async () => {
  rig = await trapRig({ users: [{ name: "plain" }] });
  await rig.sendRaw([
    v3Message("", 0, Buffer.alloc(0), tlv(0x30, tlv(4), tlv(4), PDU)),
    v3Message("plain", 0, Buffer.alloc(0), tlv(0x30, tlv(4), tlv(4), PDU)),
  ]);
  await until("both", () => rig.traps.length >= 2);
  expect(rig.traps[1]).toMatchObject({ version: "3", oid: "1.3.6.1.6.3.1.1.5.3" });
  await until("kept", () => rig.traps.length >= 1);
  expect(rig.traps[0]).toMatchObject({ undecodable: "user-unknown", version: "3" });
  expect((await rig.listener.freshStats()).accepted).toBe(1);
});

it("an engine id that is none is refused before it costs a hash", async () => {
  rig = await trapRig({
    users: [{ name: "sha256", auth: { protocol: "sha256", key: "authkey-one" }, priv: { protocol: "aes", key: "privkey-one" } }],
  });
  const sealed = tlv(4, Buffer.alloc(48, 7));
  await rig.sendRaw(["01020304", "8000b98380"].map((engine) => v3Message("sha256", 3, Buffer.alloc(24), sealed, engine)));
  await until("both", () => rig.traps.length >= 2);
  expect(rig.traps.slice(0, 2).map((trap) => trap.undecodable)).toEqual(["malformed", "digest-wrong"]);
});

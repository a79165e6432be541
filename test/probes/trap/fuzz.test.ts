/** Malformed datagrams over the socket and the receiver's thread; many more of them, in process: test/fuzz/traps.test.ts. */
import { afterEach, expect, it } from "vitest";
import { encodedTrap } from "../../bench/trap-sender.ts";
import { corpus, seed } from "../../fuzz/effort.ts";
import { Chance, spoilt } from "../../fuzz/random.ts";
import { type Rig, trapRig, until } from "./rig.ts";

const COUNT = 20_000;

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

const PDU = encodedTrap().bytes.subarray(encodedTrap().bytes.indexOf(0xa7));

const good = corpus("traps");

function datagrams(from: number, count: number): Buffer[] {
  const chance = new Chance(from);
  const any = (): Buffer => good[chance.below(good.length)] ?? Buffer.alloc(0);
  return Array.from({ length: count }, () => spoilt(chance, any(), any()));
}

let rig: Rig;
afterEach(() => rig?.stop());

it(
  `${COUNT} malformed datagrams (seed ${seed}) are all counted, kept or dropped, and the next good trap is heard`,
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
      const some = datagrams(seed + from, Math.min(5_000, COUNT - from));
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

/** The trap listener against real senders: net-snmp's snmptrap, snmpinform and snmpd. */
import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { existsSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { afterEach, describe, expect, it } from "vitest";
import { builtFile } from "../../../probes/built.ts";
import { startTrapListener } from "../../../probes/trap/listener.ts";
import { endedOf, type TrapOptions, type TrapUser } from "../../../probes/trap/trap.ts";
import { needs } from "../../needs.ts";
import { ENGINE, options, type Rig, trapRig, until } from "./rig.ts";

const LINK_DOWN = "1.3.6.1.6.3.1.1.5.3";
const LINK_UP = "1.3.6.1.6.3.1.1.5.4";
const COLD_START = "1.3.6.1.6.3.1.1.5.1";
const IF_INDEX = "1.3.6.1.2.1.2.2.1.1";
const USERS: readonly TrapUser[] = [
  { name: "sha256", auth: { protocol: "sha256", key: "authkey-one" }, priv: { protocol: "aes", key: "privkey-one" } },
  { name: "sha512", auth: { protocol: "sha512", key: "authkey-two" }, priv: { protocol: "aes256b", key: "privkey-two" } },
  { name: "reeder", auth: { protocol: "sha", key: "authkey-three" }, priv: { protocol: "aes256r", key: "privkey-three" } },
  { name: "authonly", auth: { protocol: "md5", key: "authkey-four" } },
];
const V3 = ["-v3", "-u", "sha256", "-l", "authPriv", "-a", "SHA-256", "-A", "authkey-one", "-x", "AES", "-X", "privkey-one"];
const V3_512 = ["-v3", "-u", "sha512", "-l", "authPriv", "-a", "SHA-512", "-A", "authkey-two", "-x", "AES-256", "-X", "privkey-two"];
const SENDER_ENGINE = ["-e", "0x80001f880102030405"];
const v2 = (oid: string, ...rest: string[]): string[] => ["-v2c", "-c", "public", "TO", "", oid, ...rest];

let rig: Rig;
const started: ChildProcess[] = [];
const listen = async (more: Partial<TrapOptions> = {}): Promise<Rig> => {
  rig = await trapRig(more);
  return rig;
};
afterEach(async () => {
  for (const child of started.splice(0)) child.kill("SIGKILL");
  await rig?.stop();
});

describe("what a real sender sends arrives decoded", () => {
  it("an enterprise trap of SNMPv1 becomes enterprise.0.specific, a generic one snmpTraps.n+1", async (context) => {
    const snmptrap = needs("snmptrap", context);
    await listen();
    await rig.send(snmptrap, [
      "-v1",
      "-c",
      "public",
      "TO",
      "1.3.6.1.4.1.2684.1.1",
      "10.9.9.9",
      "6",
      "7",
      "55",
      "1.3.6.1.4.1.2684.1.1.9",
      "s",
      "aidez-moi é",
    ]);
    await rig.send(snmptrap, ["-v1", "-c", "public", "TO", "1.3.6.1.4.1.8072", "127.0.0.1", "2", "0", "55", `${IF_INDEX}.3`, "i", "3"]);
    await until("both", () => rig.traps.length === 2);
    expect(rig.traps[0]).toMatchObject({ version: "1", inform: false, oid: "1.3.6.1.4.1.2684.1.1.0.7", source: "127.0.0.1" });
    expect(rig.traps[0]?.varbinds).toEqual([
      { oid: "1.3.6.1.2.1.1.3.0", value: "55", type: "TimeTicks" },
      { oid: "1.3.6.1.4.1.2684.1.1.9", value: "aidez-moi é", type: "OctetString" },
      { oid: "1.3.6.1.6.3.18.1.3.0", value: "10.9.9.9", type: "IpAddress" },
      { oid: "1.3.6.1.6.3.1.1.4.3.0", value: "1.3.6.1.4.1.2684.1.1", type: "OID" },
    ]);
    expect(rig.traps[1]?.oid).toBe(LINK_DOWN);
  });

  it("the source is the UDP peer, each of several, and not what the trap claims", async (context) => {
    const snmptrap = needs("snmptrap", context);
    await listen();
    const claim = ["1.3.6.1.6.3.18.1.3.0", "a", "10.1.2.3"];
    for (const from of ["127.0.1.1", "127.0.1.2", "127.77.3.9"])
      await rig.send(snmptrap, [`--clientaddr=${from}`, ...v2(COLD_START, ...claim)]);
    await until("three", () => rig.traps.length === 3);
    expect(rig.traps.map((trap) => trap.source)).toEqual(["127.0.1.1", "127.0.1.2", "127.77.3.9"]);
  });

  it("from a listed relay the source is snmpTrapAddress.0, or the agent-addr of v1", async (context) => {
    const snmptrap = needs("snmptrap", context);
    await listen({ allow: [], relays: ["127.0.1.1"] });
    await rig.send(snmptrap, ["--clientaddr=127.0.1.1", ...v2(COLD_START, "1.3.6.1.6.3.18.1.3.0", "a", "10.1.2.3")]);
    await rig.send(snmptrap, ["--clientaddr=127.0.1.1", "-v1", "-c", "public", "TO", "1.3.6.1.4.1.1", "10.1.2.4", "0", "0", "5"]);
    await rig.send(snmptrap, ["--clientaddr=127.0.1.2", ...v2(COLD_START, "1.3.6.1.6.3.18.1.3.0", "a", "10.1.2.5")]);
    await until("three received", async () => (await rig.listener.freshStats()).received === 3);
    expect(rig.traps.map(({ source, relay }) => ({ source, relay }))).toEqual([
      { source: "10.1.2.3", relay: "127.0.1.1" },
      { source: "10.1.2.4", relay: "127.0.1.1" },
    ]);
    expect(rig.listener.stats().refused).toBe(1);
  });

  it("several v3 users are believed, each with its own protocols and no less", async (context) => {
    const snmptrap = needs("snmptrap", context);
    await listen({ users: USERS });
    await rig.send(snmptrap, [...V3, ...SENDER_ENGINE, "TO", "", COLD_START]);
    await rig.send(snmptrap, [...V3_512, ...SENDER_ENGINE, "TO", "", LINK_UP, `${IF_INDEX}.4`, "i", "4"]);
    await rig.send(snmptrap, [
      "-v3",
      ...SENDER_ENGINE,
      "-u",
      "authonly",
      "-l",
      "authNoPriv",
      "-a",
      "MD5",
      "-A",
      "authkey-four",
      "TO",
      "",
      LINK_DOWN,
    ]);
    const wrongKey = V3.map((arg) => (arg === "authkey-one" ? "authkey-not" : arg));
    await rig.send(snmptrap, [...wrongKey, ...SENDER_ENGINE, "TO", "", COLD_START]);
    await rig.send(snmptrap, [
      "-v3",
      ...SENDER_ENGINE,
      "-u",
      "sha256",
      "-l",
      "authNoPriv",
      "-a",
      "SHA-256",
      "-A",
      "authkey-one",
      "TO",
      "",
      COLD_START,
    ]);
    await rig.send(snmptrap, ["-v3", ...SENDER_ENGINE, "-u", "sha256", "-l", "noAuthNoPriv", "TO", "", COLD_START]);
    await rig.send(snmptrap, ["-v3", ...SENDER_ENGINE, "-u", "stranger", "-l", "noAuthNoPriv", "TO", "", COLD_START]);
    await until("seven", () => rig.traps.length === 7);
    expect(rig.traps.map((trap) => trap.undecodable ?? trap.oid)).toEqual([
      COLD_START,
      LINK_UP,
      LINK_DOWN,
      "digest-wrong",
      "security-level",
      "security-level",
      "user-unknown",
    ]);
    expect(rig.traps.filter((trap) => trap.oid !== undefined)).toHaveLength(3);
    expect(JSON.stringify(rig.traps)).not.toContain("head");
  });

  it("AES-256 in Reeder's form is decrypted, as net-snmp sends it", async (context) => {
    const snmptrap = needs("snmptrap", context);
    await listen({ users: USERS });
    const reeder = ["-v3", "-u", "reeder", "-l", "authPriv", "-a", "SHA", "-A", "authkey-three", "-x", "AES-256-C", "-X", "privkey-three"];
    const code = await rig.send(snmptrap, [...reeder, ...SENDER_ENGINE, "TO", "", COLD_START]);
    if (code !== 0) context.skip("this snmptrap has no AES-256-C");
    await until("one", () => rig.traps.length === 1);
    expect(rig.traps[0]?.oid).toBe(COLD_START);
  });

  it("a wrong community is counted and kept without its bytes", async (context) => {
    const snmptrap = needs("snmptrap", context);
    await listen();
    await rig.send(snmptrap, ["-v2c", "-c", "s3cret-of-another", "TO", "", COLD_START]);
    await until("one", () => rig.traps.length === 1);
    expect(rig.traps[0]).toMatchObject({ undecodable: "community-refused", version: "2c", varbinds: [] });
    expect(JSON.stringify(rig.traps)).not.toContain(Buffer.from("s3cret").toString("hex"));
    expect(await rig.listener.freshStats()).toMatchObject({ undecodable: 1, unauthorised: 1, accepted: 0 });
  });

  it("snmpd tells of its own start and stop, over v2c and over v3", async (context) => {
    const snmpd = needs("snmpd", context);
    await listen({ users: USERS });
    const folder = mkdtempSync(join(tmpdir(), "vigie-snmpd-"));
    const to = `127.0.0.1:${rig.listener.port}`;
    writeFileSync(
      join(folder, "c"),
      [`trap2sink ${to} public`, `trapsess ${[...V3, ...SENDER_ENGINE].join(" ")} ${to}`, "authtrapenable 1"].join("\n"),
    );
    const env = { ...process.env, HOME: folder, SNMP_PERSISTENT_DIR: folder, SNMPCONFPATH: folder };
    const child = spawn(snmpd, ["-f", "-Lf", "/dev/null", "-C", "-c", join(folder, "c"), "-p", join(folder, "p"), "udp:127.0.0.1:0"], {
      stdio: "ignore",
      env,
    });
    started.push(child);
    const heard = (): string[] => rig.traps.map((trap) => `${trap.version} ${trap.oid?.split(".").slice(-2).join(".")}`);
    await until("coldStart", async () => (await rig.listener.freshStats()).accepted >= 2);
    const ended = once(child, "exit");
    child.kill("SIGTERM");
    await ended;
    // Accepted is not yet committed.
    const shutdown = "1.3.6.1.4.1.8072.4.0.2";
    await until("start and stop are committed", () => heard().includes("2c 5.1") && rig.traps.some(({ oid }) => oid === shutdown));
    expect((await rig.listener.freshStats()).accepted).toBeGreaterThanOrEqual(4);
    rmSync(folder, { recursive: true, force: true });
  });
});

describe("an inform is answered when it is committed, and not before", () => {
  for (const [what, args] of [
    ["v2c", v2(COLD_START)],
    ["v3", [...V3, "TO", "", COLD_START]],
  ] as const) {
    it(`${what}: without a commit the sender hears nothing; once committed it does`, async (context) => {
      const snmpinform = needs("snmpinform", context);
      await listen({ users: USERS, maxOffers: 2, retryMs: 10 });
      rig.beforeCommit = async () => {
        throw new Error("the store is down");
      };
      expect(await rig.send(snmpinform, ["-t", "0.7", "-r", "0", ...args])).not.toBe(0);
      expect(rig.traps).toHaveLength(0);
      expect(await rig.listener.freshStats()).toMatchObject({ uncommitted: 1, informsAnswered: 0, pending: 0 });
      expect(rig.drops).toEqual([{ reason: "commit", count: 1, sources: ["127.0.0.1"] }]);
      let committedAt = 0;
      rig.beforeCommit = async () => {
        await new Promise((resolve) => setTimeout(resolve, 300));
        committedAt = performance.now();
      };
      expect(await rig.send(snmpinform, ["-t", "5", "-r", "0", ...args])).toBe(0);
      expect(performance.now()).toBeGreaterThan(committedAt);
      expect(committedAt).toBeGreaterThan(0);
      expect(rig.traps).toMatchObject([{ inform: true, oid: COLD_START, version: what === "v3" ? "3" : "2c" }]);
    });
  }

  it("an inform sent again while the store is slow is one event, and is answered", async (context) => {
    const snmpinform = needs("snmpinform", context);
    await listen();
    rig.beforeCommit = () => new Promise((resolve) => setTimeout(resolve, 900));
    expect(await rig.send(snmpinform, ["-t", "0.25", "-r", "8", ...v2(COLD_START)])).toBe(0);
    expect(rig.traps).toHaveLength(1);
    expect((await rig.listener.freshStats()).deduplicated).toBeGreaterThan(0);
  });

  it("a batch that is refused once is offered again, whole and in order", async (context) => {
    const snmptrap = needs("snmptrap", context);
    await listen({ retryMs: 10 });
    let refusals = 0;
    rig.beforeCommit = async () => {
      if (refusals++ < 3) throw new Error("busy");
    };
    await rig.send(snmptrap, v2(LINK_DOWN, `${IF_INDEX}.1`, "i", "1"));
    await rig.send(snmptrap, v2(LINK_DOWN, `${IF_INDEX}.2`, "i", "2"));
    await until("both", () => rig.traps.length === 2);
    expect(rig.traps.map((trap) => trap.varbinds[1]?.value)).toEqual(["1", "2"]);
    expect(await rig.listener.freshStats()).toMatchObject({ committed: 2, uncommitted: 0, pending: 0 });
  });

  it("a batch is given up when it is refused again and again; where the refusal passes it waits for as long as that takes, and what came after it too", async (context) => {
    const snmptrap = needs("snmptrap", context);
    await listen({ maxOffers: 3, retryMs: 10, passes: (refusal) => String(refusal).includes("down") });
    let refusals = 0;
    rig.beforeCommit = async () => {
      refusals += 1;
      throw new Error("the store is down");
    };
    await rig.send(snmptrap, v2(LINK_DOWN, `${IF_INDEX}.1`, "i", "1"));
    await until("offers", () => refusals > 6);
    await rig.send(snmptrap, v2(LINK_DOWN, `${IF_INDEX}.2`, "i", "2"));
    expect(await rig.listener.freshStats()).toMatchObject({ received: 2, committed: 0, uncommitted: 0, pending: 2 });
    rig.beforeCommit = async () => {};
    await until("both", () => rig.traps.length === 2);
    rig.beforeCommit = async () => {
      throw new Error("this one cannot be kept");
    };
    await rig.send(snmptrap, v2(LINK_DOWN, `${IF_INDEX}.3`, "i", "3"));
    await until("it is given up", () => rig.drops.length > 0);
    expect(rig.drops).toEqual([{ reason: "commit", count: 1, sources: ["127.0.0.1"] }]);
    expect(await rig.listener.freshStats()).toMatchObject({ committed: 2, uncommitted: 1, pending: 0 });
  });

  it("a sender that does not know our clock learns it from a report it can trust, and is believed only then", async (context) => {
    const snmpinform = needs("snmpinform", context);
    await listen({ users: USERS });
    // With our engine id given, snmpinform skips the discovery and starts at boots 0, time 0.
    expect(await rig.send(snmpinform, ["-t", "3", "-r", "1", "-e", `0x${ENGINE}`, ...V3, "TO", "", COLD_START])).toBe(0);
    expect(rig.traps.map((trap) => trap.oid)).toEqual([COLD_START]);
    expect(await rig.listener.freshStats()).toMatchObject({ received: 2, accepted: 1, replayed: 0 });
  });
});

describe("who may send, and how much", () => {
  it("a sender off the allow-list is refused unread; a reload lets it in", async (context) => {
    const snmptrap = needs("snmptrap", context);
    await listen({ allow: ["127.0.2.0/24"] });
    await rig.send(snmptrap, ["--clientaddr=127.0.3.1", ...v2(COLD_START)]);
    await rig.send(snmptrap, ["--clientaddr=127.0.2.1", ...v2(COLD_START)]);
    await until("one", () => rig.traps.length === 1);
    expect(await rig.listener.freshStats()).toMatchObject({ received: 2, refused: 1, accepted: 1 });
    expect(() => rig.listener.update({ ...options, allow: ["10.0.0.0/33"] })).toThrow(
      'traps.allow: "10.0.0.0/33": not an IP address or CIDR',
    );
    rig.listener.update({ ...options, allow: ["127.0.2.0/24", "127.0.3.1"], communities: ["changed"] });
    await rig.send(snmptrap, ["--clientaddr=127.0.3.1", "-v2c", "-c", "changed", "TO", "", COLD_START]);
    await until("two", () => rig.traps.length === 2);
    expect(rig.traps[1]).toMatchObject({ source: "127.0.3.1", oid: COLD_START });
  });

  it("a chatty sender loses what is over its rate, is named, and takes nothing from another", async (context) => {
    const snmptrap = needs("snmptrap", context);
    await listen({ perSourcePerSecond: 1, burst: 5 });
    await rig.sendRaw(Array.from({ length: 40 }, () => Buffer.from("30030201ff", "hex")));
    await rig.send(snmptrap, ["--clientaddr=127.0.5.5", ...v2(COLD_START)]);
    await until("the quiet one", () => rig.traps.some((trap) => trap.source === "127.0.5.5"));
    await until("told", () => rig.drops.length > 0);
    const stats = await rig.listener.freshStats();
    expect(stats.rateLimited).toBeGreaterThanOrEqual(34);
    expect(stats.limitedSources).toEqual([{ source: "127.0.0.1", count: stats.rateLimited }]);
    expect(rig.drops[0]).toMatchObject({ reason: "rate", sources: ["127.0.0.1"] });
  });

  it("what does not fit the queue is counted and told", async () => {
    await listen({ maxQueue: 50, maxBatch: 5 });
    rig.beforeCommit = () => new Promise((resolve) => setTimeout(resolve, 400));
    await rig.sendRaw(
      Array.from({ length: 500 }, (_, n) => Buffer.from(`3003020${n % 2}${(n % 200).toString(16).padStart(2, "0")}`, "hex")),
    );
    await until("told", () => rig.drops.some((drop) => drop.reason === "queue"));
    const stats = await rig.listener.freshStats();
    expect(stats.received + stats.kernelDrops).toBe(501);
    expect(stats.queueDrops).toBeGreaterThan(100);
    expect(endedOf(stats) + stats.pending).toBe(stats.received);
    rig.beforeCommit = async () => {};
  });

  it("a trap of v3 played again is refused and counted, and asks for a look", async (context) => {
    const snmptrap = needs("snmptrap", context);
    await listen({ users: USERS });
    const clocked = (boots: number, time: number): string[] => [...V3, ...SENDER_ENGINE, "-Z", `${boots},${time}`, "TO", ""];
    await rig.send(snmptrap, [...clocked(5, 1000), LINK_DOWN]);
    await rig.send(snmptrap, [...clocked(5, 900), LINK_UP]);
    await rig.send(snmptrap, [...clocked(5, 800), COLD_START]);
    await rig.send(snmptrap, [...clocked(4, 2000), COLD_START]);
    await rig.send(snmptrap, [...clocked(6, 1), COLD_START]);
    await until("five", async () => (await rig.listener.freshStats()).received === 5 && rig.traps.length === 5);
    expect(rig.traps.map((trap) => trap.undecodable ?? trap.oid)).toEqual([LINK_DOWN, LINK_UP, "replay", "replay", COLD_START]);
    await until("told", () => rig.drops.some((drop) => drop.reason === "replay"));
  });
});

describe("over a restart", () => {
  const clocked = (boots: number, time: number): string[] => [...V3, ...SENDER_ENGINE, "-Z", `${boots},${time}`, "TO", ""];

  it("a v3 trap that was heard before is not believed again, a newer one is", async (context) => {
    const snmptrap = needs("snmptrap", context);
    await listen({ users: USERS });
    await rig.send(snmptrap, [...clocked(5, 1000), LINK_DOWN]);
    await until("one", () => rig.traps.length === 1);
    await rig.listener.freshStats();
    const heardEngines = rig.listener.heardEngines();
    expect(heardEngines).toEqual([{ engine: "80001f880102030405", boots: 5, time: 1000 }]);
    await rig.stop();
    await listen({ users: USERS, heardEngines });
    await rig.send(snmptrap, [...clocked(5, 1000), LINK_DOWN]);
    await rig.send(snmptrap, [...clocked(5, 1001), LINK_DOWN]);
    await until("two", () => rig.traps.length === 2);
    expect(rig.traps.map((trap) => trap.undecodable ?? trap.oid)).toEqual(["replay", LINK_DOWN]);
  });
});

describe("repeats", () => {
  it("down-up-down is three, down-down is one, two ports are two", async (context) => {
    const snmptrap = needs("snmptrap", context);
    await listen({ dedupMs: 30_000 });
    const port = (oid: string, n: string): Promise<number> => rig.send(snmptrap, v2(oid, `${IF_INDEX}.${n}`, "i", n));
    for (const [oid, n] of [
      [LINK_DOWN, "1"],
      [LINK_UP, "1"],
      [LINK_DOWN, "1"],
      [LINK_DOWN, "2"],
      [LINK_DOWN, "1"],
      [LINK_DOWN, "2"],
    ] as const)
      await port(oid, n);
    await until("six", async () => (await rig.listener.freshStats()).accepted === 6);
    await until("four", () => rig.traps.length === 4);
    expect(rig.listener.stats().deduplicated).toBe(2);
  });
});

describe("the worker", () => {
  it("is started again when it dies, on the same port, and the death is counted and told", async (context) => {
    const snmptrap = needs("snmptrap", context);
    const folder = mkdtempSync(join(tmpdir(), "vigie-worker-"));
    const flag = join(folder, "die");
    const wrapper = join(folder, "receiver.mjs");
    const built = pathToFileURL(builtFile("probes/trap/receiver.js")).href;
    writeFileSync(
      wrapper,
      `import { existsSync, rmSync } from "node:fs";\nimport ${JSON.stringify(built)};\nsetInterval(() => { if (existsSync(${JSON.stringify(flag)})) { rmSync(${JSON.stringify(flag)}); throw new Error("dies"); } }, 20).unref();`,
    );
    await listen({ receiverFile: wrapper });
    await rig.send(snmptrap, v2(COLD_START));
    await until("one", () => rig.traps.length === 1);
    const { port } = rig.listener;
    writeFileSync(flag, "");
    await until("restarted", () => rig.listener.stats().workerRestarts === 1 && !existsSync(flag));
    await until("heard again", async () => {
      await rig.send(snmptrap, v2(LINK_UP));
      return rig.traps.length >= 2;
    });
    expect(rig.listener.port).toBe(port);
    expect(rig.drops).toContainEqual({ reason: "restart", count: 1 });
    expect((await rig.listener.freshStats()).received).toBeGreaterThanOrEqual(2);
    rmSync(folder, { recursive: true, force: true });
  });

  it("a port that is taken is an error that names it; stop is idempotent", async () => {
    await listen();
    const second = startTrapListener({ ...options, port: rig.listener.port }, async () => {});
    await expect(second).rejects.toThrow(/cannot be had \(EADDRINUSE\)/);
    await rig.listener.stop();
    await rig.listener.stop();
  });

  it("stop commits what was heard before it", async (context) => {
    const snmptrap = needs("snmptrap", context);
    await listen();
    rig.beforeCommit = () => new Promise((resolve) => setTimeout(resolve, 200));
    await rig.send(snmptrap, v2(COLD_START));
    await until("received", async () => (await rig.listener.freshStats()).received === 1);
    await rig.listener.stop();
    expect(rig.traps).toHaveLength(1);
  });

  it("says what buffer it was given, and what to do when that is less than asked", async () => {
    await listen({ bufferBytes: 1 << 30 });
    const stats = rig.listener.stats();
    expect(stats.bufferAskedBytes).toBe(1 << 30);
    expect(stats.bufferGrantedBytes).toBeLessThan(1 << 30);
    expect(stats.bufferAdvice).toContain("sysctl -w net.core.rmem_max=1073741824");
  });
});

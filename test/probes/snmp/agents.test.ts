/** The SNMP probe on real agents: Debian's snmpd, snmpsimd, and net-snmp's own agent. */
import { createCipheriv } from "node:crypto";
import { afterEach, describe, expect, it } from "vitest";
import type { Credential } from "../../../daemon/model/config.ts";
import type { Finding } from "../../../daemon/model/observation.ts";
import type { Probe, Target } from "../../../probes/probe.ts";
import { createSnmpProbe, type SnmpOptions } from "../../../probes/snmp/snmp-probe.ts";
import { needs } from "../../needs.ts";
import { library, type Peer, startAgent, startSnmpd, startSnmpsimd } from "./peers.ts";
import { calm, community, family, reading, sample, target, undisturbed, v3 } from "./target.ts";

const cleanups: (() => unknown)[] = [];
afterEach(async () => {
  for (const clean of cleanups.splice(0).reverse()) await clean();
});

function probeWith(options: SnmpOptions = {}) {
  const probe = createSnmpProbe(options);
  cleanups.push(() => probe.stop());
  return probe;
}

function owned<P extends Peer>(peer: P): P {
  cleanups.push(() => peer.stop());
  return peer;
}

/** Looks until it is up: a server that was just started takes a moment. */
async function upOnce(probe: Probe, asked: Target): Promise<Finding> {
  const deadline = performance.now() + 60_000;
  let finding: Finding;
  do finding = await probe.look(asked, calm());
  while (finding.status !== "up" && performance.now() < deadline);
  return finding;
}

const system = family(
  [
    { oid: "1.3.6.1.2.1.1.1.0", name: "description", as: "text" },
    { oid: "1.3.6.1.2.1.1.5.0", name: "name", as: "text" },
    { oid: "1.3.6.1.2.1.1.99.0", name: "nothing", as: "gauge" },
  ],
  [
    {
      oid: "1.3.6.1.2.1.2.2.1.8",
      name: "interface_up",
      as: "gauge",
      part: "interface",
      labelOid: "1.3.6.1.2.1.2.2.1.2",
      where: [{ oid: "1.3.6.1.2.1.2.2.1.7", in: ["1"] }],
      states: { 1: "1", 2: "0" },
    },
    {
      oid: "1.3.6.1.2.1.31.1.1.1.6",
      name: "interface_in_octets",
      as: "counter",
      bits: 64,
      part: "interface",
      labelOid: "1.3.6.1.2.1.2.2.1.2",
    },
  ],
);

const conf = [
  "rocommunity public 127.0.0.1",
  "sysName ritm-test",
  "createUser vigie SHA-256 authpass123 AES privpass123",
  "createUser signer SHA-512 authpass123",
  "createUser stranger SHA-256 authpass123 AES privpass123",
  "rouser vigie priv",
  "rouser signer auth",
];
const vigie = v3("vigie", ["sha256", "authpass123"], ["aes", "privpass123"]);

describe("Debian's snmpd", () => {
  it("refuses a user it knows and grants nothing (authorizationError): unknown, and not a good look without values", async (context) => {
    const peer = owned(await startSnmpd(needs("snmpd", context), conf));
    const probe = probeWith();
    await upOnce(probe, target(peer.port, vigie, system, { id: "granted" }));
    const stranger = v3("stranger", ["sha256", "authpass123"], ["aes", "privpass123"]);
    const finding = await probe.look(target(peer.port, stranger, system, { id: "stranger" }), calm());
    expect([finding.status, finding.code]).toEqual(["unknown", "snmp.auth-refused"]);
  });

  it("is read over v1, v2c, v3 with and without privacy: text, tables, uptime, rates at the second look", async (context) => {
    const agent = owned(await startSnmpd(needs("snmpd", context), conf));
    const probe = probeWith();
    const finding = await upOnce(probe, target(agent.port, community("public"), system));
    expect(reading(finding, "name")).toBe("ritm-test");
    expect(reading(finding, "description")).toContain("Linux");
    expect(sample(finding, "interface_up", "interface lo")).toBe(1);
    expect(sample(finding, "uptime_seconds")).toBeLessThan(60);
    expect(sample(finding, "nothing")).toBeUndefined();
    const second = await probe.look(target(agent.port, community("public"), system), calm(), { trace: true });
    expect(sample(second, "interface_in_octets", "interface lo")).toBeGreaterThanOrEqual(0);
    expect(second.trace?.length).toBeGreaterThan(3);
    for (const credential of [community("public", "1"), vigie, v3("signer", ["sha512", "authpass123"])]) {
      const other = await probe.look(target(agent.port, credential, system), calm());
      expect(other).toMatchObject({ status: "up", faults: [] });
      expect(reading(other, "name")).toBe("ritm-test");
      expect(sample(other, "interface_up", "interface lo")).toBe(1);
    }
  });

  it("refusing a user, a key or a level is unknown, a wrong community is silence", async (context) => {
    const agent = owned(await startSnmpd(needs("snmpd", context), conf));
    const probe = probeWith();
    await upOnce(probe, target(agent.port, vigie));
    const cases: [Credential, string, string][] = [
      [v3("nobody", ["sha256", "authpass123"], ["aes", "privpass123"]), "unknown", "snmp.auth-refused"],
      [v3("vigie", ["sha256", "wrongpass123"], ["aes", "privpass123"]), "unknown", "snmp.auth-refused"],
      [v3("vigie", ["md5", "authpass123"], ["aes", "privpass123"]), "unknown", "snmp.auth-refused"],
      [v3("vigie", ["sha256", "authpass123"], ["aes", "wrongpass123"]), "unknown", "snmp.auth-refused"],
      [v3("signer", ["sha512", "authpass123"], ["aes", "privpass123"]), "unknown", "snmp.auth-refused"],
      [community("wrong"), "down", "snmp.timeout"],
    ];
    for (const [credential, status, code] of cases) {
      const wrong = target(agent.port, credential, family(), { timeoutMs: 1_000, id: credential.id });
      const finding = await undisturbed(() => probe.look(wrong, calm()));
      expect([credential.id, finding.status, finding.code]).toEqual([credential.id, status, code]);
      expect(JSON.stringify(finding)).not.toMatch(/pass123|wrongpass/);
    }
  });

  it("started again is found by the same session, and the restart is told", async (context) => {
    const program = needs("snmpd", context);
    const agent = owned(await startSnmpd(program, conf));
    const probe = probeWith();
    const asked = target(agent.port, vigie);
    const before = await upOnce(probe, asked);
    // Older than it will be at the first look that it answers afterwards: one that comes too early is asked again after 2 s.
    const ageWanted = performance.now() + 60_000;
    while ((sample(await probe.look(asked, calm()), "uptime_seconds") ?? 0) < 8 && performance.now() < ageWanted)
      await new Promise((resolve) => setTimeout(resolve, 100));
    await agent.halt();
    const gone = target(agent.port, vigie, family(), { timeoutMs: 300 });
    expect((await undisturbed(() => probe.look(gone, calm()))).status).toBe("down");
    const again = await startSnmpd(program, conf, agent);
    cleanups.push(() => again.halt());
    const after = await upOnce(probe, asked);
    expect(after.faults.map((fault) => fault.symptom)).toEqual(["reboot"]);
    // With -C snmpd does not read its persistent file either, so its boots do not grow: the ticks alone tell.
    expect(reading(after, "engine_boots")).toBe(reading(before, "engine_boots"));
  });
});

describe("snmpsimd", () => {
  const rows = Array.from({ length: 300 }, (_, i) => i + 1);
  const table = [
    "1.3.6.1.2.1.1.1.0|4|Switch",
    "1.3.6.1.2.1.1.3.0|67|4242",
    ...rows.map((row) => `1.3.6.1.2.1.2.2.1.2.${row}|4|Gi0/${row}`),
    ...rows.map((row) => `1.3.6.1.2.1.2.2.1.7.${row}|2|${row % 3 === 0 ? 2 : 1}`),
    ...rows.map((row) => `1.3.6.1.2.1.2.2.1.8.${row}|2|${row % 2 === 0 ? 2 : 1}`),
    "1.3.6.1.2.1.31.1.1.1.6.1|70|18446744073709551615",
    "",
  ].join("\n");

  it("a table of 300 ports is walked, over v2c and v1: only those that should be up", async (context) => {
    const agent = owned(await startSnmpsimd(needs("snmpsimd", context), { "public.snmprec": table }));
    const probe = probeWith();
    for (const credential of [community("public"), community("public", "1")]) {
      const finding = await upOnce(probe, target(agent.port, credential, system, { timeoutMs: 30_000 }));
      const ports = finding.samples.filter((one) => one.name === "interface_up");
      expect(ports).toHaveLength(200);
      expect(ports.filter((one) => one.value === 1)).toHaveLength(100);
      expect(sample(finding, "interface_up", "interface Gi0/2")).toBe(0);
      expect(sample(finding, "uptime_seconds")).toBe(42.42);
      expect(probe.interfaces(`device-${agent.port}`).get("17")).toBe("Gi0/17");
    }
  });

  const combinations = [
    ["MD5", "md5", "AES", "aes"],
    ["SHA224", "sha224", "AES", "aes"],
    ["SHA384", "sha384", "AES", "aes"],
    ["SHA", "sha", "AES256BLMT", "aes256b"],
    ["SHA512", "sha512", "AES256", "aes256r"],
    ["SHA256", "sha256", "AES256BLMT", "aes256b"],
  ] as const;

  it.for(combinations)("speaks %s with %s, %s with %s", async ([auth, ourAuth, priv, ourPriv], context) => {
    const program = needs("snmpsimd", context);
    const options = [
      `--v3-user=vigie`,
      `--v3-auth-key=authpass123`,
      `--v3-auth-proto=${auth}`,
      `--v3-priv-key=privpass123`,
      `--v3-priv-proto=${priv}`,
    ];
    const agent = owned(await startSnmpsimd(program, { "public.snmprec": table }, options));
    const credential = { ...v3("vigie", [ourAuth, "authpass123"], [ourPriv, "privpass123"]), context: "public" } as Credential;
    const finding = await upOnce(
      probeWith(),
      target(agent.port, credential, family([{ oid: "1.3.6.1.2.1.1.1.0", name: "description", as: "text" }])),
    );
    expect(reading(finding, "description")).toBe("Switch");
  });
});

describe("net-snmp's own agent", () => {
  const reads = family([{ oid: "1.3.6.1.4.1.99999.1.0", name: "answer", as: "gauge" }]);
  const { AuthProtocols, PrivProtocols, SecurityLevel } = library;
  const auths = ["md5", "sha", "sha224", "sha256", "sha384", "sha512"] as const;
  const privs = ["aes", "aes256b", "aes256r"] as const;

  it("noAuth, and every authentication with every privacy, is read; the other AES-256 is refused", async () => {
    const probe = probeWith();
    const users: Record<string, unknown>[] = [{ name: "plain", level: SecurityLevel.noAuthNoPriv }];
    for (const auth of auths)
      for (const priv of privs)
        users.push({
          name: `${auth}-${priv}`,
          level: SecurityLevel.authPriv,
          authProtocol: AuthProtocols[auth],
          authKey: "authpass123",
          privProtocol: PrivProtocols[priv],
          privKey: "privpass123",
        });
    const agent = owned(await startAgent(users));
    expect(sample(await upOnce(probe, target(agent.port, v3("plain"), reads)), "answer")).toBe(42);
    for (const auth of auths) {
      for (const priv of privs) {
        const credential = v3(`${auth}-${priv}`, [auth, "authpass123"], [priv, "privpass123"]);
        const finding = await probe.look(target(agent.port, credential, reads), calm());
        expect([auth, priv, finding.status, sample(finding, "answer")]).toEqual([auth, priv, "up", 42]);
      }
    }
    const crossed = v3("sha-aes256b", ["sha", "authpass123"], ["aes256r", "privpass123"]);
    const finding = await probe.look(target(agent.port, crossed, reads, { timeoutMs: 1_000 }), calm());
    expect(finding).toMatchObject({ status: "unknown", code: "snmp.auth-refused" });
    await agent.stop();
    cleanups.pop();
    expect(await probe.look(target(agent.port, crossed, reads, { timeoutMs: 300 }), calm())).toMatchObject({ code: "snmp.timeout" });
  });

  it("DES is unsupported with a remedy, unless Node was started with the legacy provider", async () => {
    const works = () => {
      try {
        return createCipheriv("des-cbc", Buffer.alloc(8), Buffer.alloc(8)) !== undefined;
      } catch {
        return false;
      }
    };
    const finding = await probeWith().look(
      target(9, v3("u", ["md5", "authpass123"], ["des", "privpass123"]), reads, { timeoutMs: 100 }),
      calm(),
    );
    expect(finding.code).toBe(works() ? "snmp.timeout" : "snmp.unsupported");
    if (!works()) expect(finding.detail).toContain("--openssl-legacy-provider");
  });

  it("300 sessions share four sockets, and a forgotten device frees its own", async () => {
    const agent = owned(await startAgent([]));
    const probe = probeWith({ sockets: 4 });
    const asked = Array.from({ length: 300 }, (_, i) =>
      target(agent.port, community("public"), reads, { id: `d${i}`, address: "127.0.0.1" }),
    );
    for (let i = 0; i < asked.length; i += 50) {
      const found = await Promise.all(asked.slice(i, i + 50).map((one) => probe.look(one, calm())));
      expect(found.filter((finding) => finding.status === "up")).toHaveLength(50);
    }
    expect(probe.stats()).toMatchObject({ sockets: 4, sessions: 300, devices: 300 });
    probe.forget("d7");
    expect(probe.stats()).toMatchObject({ sessions: 299, devices: 299 });
  });

  it("no more devices are remembered than may be, and who was looked at lately is the last to be forgotten", async () => {
    const agent = owned(await startAgent([]));
    const probe = probeWith({ devicesAtMost: 3 });
    const counted = family([{ oid: "1.3.6.1.4.1.99999.1.0", name: "answers", as: "counter" }]);
    /** A counter has a rate where the last look is remembered. */
    const remembers = async (id: string) => {
      const finding = await probe.look(target(agent.port, community("public"), counted, { id }), calm());
      expect(finding.status).toBe("up");
      expect(probe.stats().devices).toBeLessThanOrEqual(3);
      return sample(finding, "answers") !== undefined;
    };
    for (const id of ["a", "b", "c", "d"]) expect(await remembers(id)).toBe(false);
    expect(await remembers("b")).toBe(true);
    expect(await remembers("e"), "the room is c's").toBe(false);
    expect([await remembers("b"), await remembers("d"), await remembers("e")]).toEqual([true, true, true]);
    expect(await remembers("c")).toBe(false);
  });
});

/**
 * Good configuration files: what they become, that nobody can change it, and that no secret shows.
 */

import { chmodSync } from "node:fs";
import { join } from "node:path";
import { inspect } from "node:util";
import fc from "fast-check";
import { expect, it } from "vitest";
import { flows, flowTable } from "../../daemon/config/flows.ts";
import { type LoadResult, loadConfig } from "../../daemon/config/load.ts";
import type { Config } from "../../daemon/model/config.ts";
import { DAY, HOUR, MINUTE } from "../../daemon/model/time.ts";
import { SMALL } from "./bad-files.ts";
import { ENV, folder, GOOD, GOOD_FILES, KNOWLEDGE, load, messages } from "./files.ts";

function good(result: LoadResult): Config {
  if (!result.ok) throw new Error(messages(result).join("\n"));
  return result.config;
}

it("a file with every key loads, with the community as its only warning", async () => {
  const result = await load(GOOD_FILES);
  expect(messages(result)).toEqual([
    "credentials.old.snmp_community: is a weakness: SNMP v2c sends its community readable to all; use snmp_v3 where the device can   (vigie.yaml:8)",
  ]);
  expect(result.ok).toBe(true);
});

it("the keys of the file become the fields of the configuration", async () => {
  const config = good(await load(GOOD_FILES));
  expect(config.network.devices.get("mgh-codec-1")).toMatchObject({
    site: "mgh",
    kind: "codec",
    parents: ["mgh-switch"],
    credentials: { snmp: "main", ssh: "codec" },
    warrantyUntil: "2027-01-31",
    asset: { tag: "I-1234", contract: "ACME-77", purchased: "2022-02-01", serial: "FTT12345678" },
    checks: [
      { id: "mgh-codec-1/icmp", kind: "icmp", intervalMs: 30_000, timeoutMs: 1_000 },
      { id: "mgh-codec-1/snmp", kind: "snmp", intervalMs: 60_000, timeoutMs: 5_000 },
    ],
  });
  expect(config.network.devices.get("mgh-switch")?.parents).toEqual(["mgh-router"]);
  expect(config.network.devices.get("core-router")).toMatchObject({ parents: [], address: "core.example.org", serviceHours: "office" });
  expect(config.credentials.get("main")).toMatchObject({ kind: "snmp-v3", auth: { protocol: "sha256" }, successor: "main-next" });
  const main = config.credentials.get("main");
  expect(main?.kind === "snmp-v3" && main.auth?.key.reveal()).toBe(ENV.A);
  const key = config.credentials.get("codeck");
  expect(key?.kind === "ssh-key" && key.key.reveal()).toBe("key-5ecret");
  expect(config.calendars.get("office")?.weekly[6]).toEqual([{ fromMinute: 480, toMinute: 720 }]);
  expect(config.calendars.get("office")?.weekly[7]).toBeUndefined();
  expect(config.rules.map(({ id }) => id)).toEqual(["own-rule"]);
  expect(config.recurrence).toEqual({ suggestAt: 4, withinMs: 60 * 86_400_000 });
  expect(config.retention).toEqual({
    samplesDays: 14,
    trapsDays: 7,
    incidentsDays: 2557,
    sessionsDays: 2557,
    looksDays: 20,
    callersDays: 730,
  });
  expect(config.storage).toMatchObject({ kind: "sqlite", path: expect.stringMatching(/\/\.vigie\/vigie\.db$/) });
  expect(config.policies.get("short")?.tracks.major.steps[0]?.takenWithin).toEqual({ ms: 2 * MINUTE, in: "wall" });
  expect(config.policies.get("short")?.tracks.minor).toEqual(config.policies.get("default")?.tracks.minor);
  expect(config.http.openReads).toBe(false);
  expect(config.files.map((file) => file.split("/").at(-1))).toEqual(["vigie.yaml", "own.yaml", "severity.yaml", "diagnosis.yaml"]);
});

it("a function may what the file says of it, else what is shipped", async () => {
  const { permissions, tokens } = good(await load(GOOD_FILES));
  expect([permissions.get("desk"), permissions.get("analyst")]).toEqual([["read", "read-names", "handle"], []]);
  expect(permissions.get("coordinators")).toEqual(["read-site", "outcome-site"]);
  expect(tokens.find(({ name }) => name === "rita")?.sites).toEqual(["mgh"]);
});

it("warns of tokens that could do nothing, and of sites that restrict nothing", async () => {
  const result = await load({
    "vigie.yaml": `${GOOD.replace(/^tokens:.*$/m, "tokens:\n  a: { function: coordinators, secret: { env: T } }\n  b: { function: desk, sites: [mgh], secret: { env: C } }\n  c: { function: analyst, secret: { file: keys/c } }")}`,
    ...Object.fromEntries(Object.entries(GOOD_FILES).filter(([name]) => name !== "vigie.yaml")),
    "keys/c": "0123456789abcdef",
  });
  expect(messages(result).filter((each) => each.startsWith("tokens."))).toEqual([
    expect.stringContaining('tokens.a: "coordinators" reads its own sites only, and none is named; add sites: [<site>]'),
    expect.stringContaining('tokens.b.sites: has no effect: "desk" does not read by site; leave it out'),
    expect.stringContaining('tokens.c.function: "analyst" may nothing; add permissions.analyst, of read, read-site'),
  ]);
});

it("the built-in policy is the procedure's table", async () => {
  const policy = good(await load(SMALL)).policies.get("default");
  const service = (ms: number) => ({ ms, in: "service" });
  const wall = (ms: number) => ({ ms, in: "wall" });
  const days = (count: number) => ({ ms: count * DAY, in: "working-days" });
  expect(policy).toEqual({
    id: "default",
    tracks: {
      minor: {
        steps: [
          { level: 1, tell: ["desk"], takenWithin: service(30 * MINUTE), escalateAfter: service(4 * HOUR) },
          { level: 2, tell: ["analyst"], takenWithin: service(30 * MINUTE), escalateAfter: days(2) },
          { level: 3, tell: ["analyst", "chief-technician"], takenWithin: service(30 * MINUTE) },
        ],
        allocators: ["it-technician", "event-coordinators"],
        lastResort: { tell: ["chief-technician", "it-technician"], after: days(1), repeat: days(1) },
        acknowledgementExpires: service(4 * HOUR),
        followUp: days(5),
      },
      major: {
        steps: [
          { level: 1, tell: ["desk"], takenWithin: wall(5 * MINUTE), escalateAfter: wall(30 * MINUTE) },
          { level: 2, tell: ["analyst"], takenWithin: wall(5 * MINUTE), escalateAfter: wall(2 * HOUR) },
          { level: 3, tell: ["analyst", "chief-technician"], takenWithin: wall(5 * MINUTE) },
        ],
        allocators: ["chief-technician", "it-technician"],
        lastResort: { tell: ["chief-technician", "it-technician"], after: wall(15 * MINUTE), repeat: wall(15 * MINUTE) },
        acknowledgementExpires: wall(30 * MINUTE),
        followUp: service(HOUR),
        followUpWaiting: days(1),
      },
    },
    groupWaitMs: { now: 5_000, other: 30_000 },
    restoreAfterLooks: 2,
    reopenWithinMs: 30 * MINUTE,
    restoredWaitMs: 30_000,
    autoCloseAfterMs: DAY,
  });
});

it("no secret is seen in a good configuration, however it is printed", async () => {
  const result = await load(GOOD_FILES);
  const config = good(result);
  const printed = [
    JSON.stringify(config, (_key, value) => (value instanceof Map ? [...value] : value)),
    inspect(config, { depth: 20, showHidden: true }),
    ...[...config.credentials.values()].map((credential) => `${JSON.stringify(credential)}${inspect(credential, { showHidden: true })}`),
    ...config.tokens.map(({ secret }) => `${secret}`),
  ].join("\n");
  expect(printed).toContain("***");
  for (const secret of [...Object.values(ENV), "key-5ecret"]) expect(printed).not.toContain(secret);
});

it("nothing of a loaded configuration can be changed, its maps neither", async () => {
  const config = good(await load(GOOD_FILES));
  const devices = config.network.devices as Map<string, unknown>;
  expect(() => devices.clear()).toThrow(TypeError);
  expect(() => devices.set("x", {})).toThrow(TypeError);
  expect(devices.size).toBe(4);
  const device = config.network.devices.get("mgh-codec-1") as unknown as { parents: string[]; name: string };
  expect(() => device.parents.push("x")).toThrow(TypeError);
  expect(() => {
    device.name = "x";
  }).toThrow(TypeError);
});

it("a good file cut anywhere never throws, and never shows a secret", async () => {
  await fc.assert(
    fc.asyncProperty(fc.nat(GOOD.length), async (length) => {
      const result = await load({ ...GOOD_FILES, "vigie.yaml": GOOD.slice(0, length) });
      expect(JSON.stringify(result)).not.toContain("5ecret");
    }),
    { numRuns: 100 },
  );
});

it("a good file with any character put in the place of another never throws", async () => {
  await fc.assert(
    fc.asyncProperty(fc.nat(GOOD.length - 1), fc.constantFrom(..."{}[]:,#&*!|>'\"%@`- \n\t\0x9"), async (at, character) => {
      await load({ ...GOOD_FILES, "vigie.yaml": GOOD.slice(0, at) + character + GOOD.slice(at + 1) });
    }),
    { numRuns: 100 },
  );
});

it("included files add their entries, and their relative paths count from where they stand", async () => {
  const files = {
    "vigie.yaml": `include: [sites/*.yaml]\n${SMALL}`,
    "sites/rgh.yaml":
      "sites: { rgh: { name: RGH } }\ncredentials: { near: { ssh_key: { user: v, key: { file: key } } } }\ndevices: { rgh-codec: { site: rgh, address: 10.2.0.1, family: cisco-ce, ssh: near } }\n",
    "sites/key": "key-5ecret",
  };
  const config = good(await load(files));
  expect([...config.network.sites.keys()]).toEqual(["mgh", "rgh"]);
  expect(config.files).toHaveLength(4);
  const near = config.credentials.get("near");
  expect(near?.kind === "ssh-key" && near.key.reveal()).toBe("key-5ecret");
});

it("two loads of the same files have one hash, and another byte another", async () => {
  const [one, two, three] = [good(await load(SMALL)), good(await load(SMALL)), good(await load(`${SMALL}# more\n`))];
  expect(one.hash).toBe(two.hash);
  expect(one.hash).not.toBe(three.hash);
});

it("a secret file that others may read is a warning, and loads", async () => {
  const made = folder({ "vigie.yaml": SMALL.replace("key: { env: A }", "key: { file: k }"), k: "long-enough-5ecret\n" });
  chmodSync(join(made, "k"), 0o644);
  const result = await loadConfig(join(made, "vigie.yaml"), { env: ENV, sources: KNOWLEDGE });
  expect(messages(result)).toEqual([
    "credentials.main.snmp_v3.auth.key: secret file k is open to other users; run chmod 600 on it   (vigie.yaml:7)",
  ]);
  expect(result.ok).toBe(true);
});

it("a level that nobody fills, weak protocols and shared addresses are warnings", async () => {
  const text = SMALL.replace("  analyst: { contacts: [desk] }\n", "")
    .replace("sha256", "md5")
    .replace("protocol: aes", "protocol: des")
    .replace("10.0.0.2,", "10.0.0.1, ssh_port: 2222, legacy: { ssh_algorithms: true },");
  const result = await load(text);
  expect(messages(result)).toEqual([
    "devices.codec.legacy.ssh_algorithms: is a weakness: old SSH algorithms; take it out when the device is renewed   (vigie.yaml:5)",
    'devices.codec.address: "10.0.0.1" is also the address of "router": their traps cannot be told apart; give each its own   (vigie.yaml:5)',
    "credentials.main.snmp_v3.auth.protocol: is a weakness: MD5; use sha256 where the device can   (vigie.yaml:7)",
    "credentials.main.snmp_v3.priv.protocol: is a weakness: DES; use aes where the device can   (vigie.yaml:7)",
    "functions: level 2 (analyst) has no contact, so nobody hears there; add contacts to the function   (vigie.yaml:13)",
  ]);
  expect(result.ok).toBe(true);
});

it("more than one SSH session a device is not to be had, and is said", async () => {
  expect(messages(await load(`${SMALL}\nceilings: { ssh_per_device: 2 }\n`))).toEqual([
    expect.stringMatching(/^ceilings\.ssh_per_device: has no effect: .*; remove it {3}\(vigie\.yaml:\d+\)$/),
  ]);
  expect(messages(await load(`${SMALL}\nceilings: { ssh_per_device: 1 }\n`))).toEqual([]);
});

it("one asset tag or serial on two devices is a mistake in the books, and is said", async () => {
  const text = SMALL.replace("snmp: main }", "snmp: main, asset: { tag: I-7, serial: S1 } }").replace(
    "ssh: login }",
    "ssh: login, asset: { tag: I-7, serial: S2 } }",
  );
  const result = await load(text);
  expect(messages(result)).toEqual([
    'devices.codec.asset.tag: "I-7" is also that of "router"; read it on the device, and correct one   (vigie.yaml:5)',
  ]);
  expect(result.ok).toBe(true);
});

const hdx = (more: string) =>
  SMALL.replace("credentials:", `  hdx: { site: mgh, address: 10.0.0.3, family: poly-hdx${more} }\ncredentials:`);

it("a family that speaks telnet is not asked over it until its device says yes, and check-config says so", async () => {
  const result = await load(hdx(""));
  expect(messages(result)).toEqual([
    'devices.hdx: is not looked at over telnet, as family "poly-hdx" would be: it is clear text; allow it with legacy: { telnet: true }, or write checks: { telnet: false }   (vigie.yaml:6)',
  ]);
  expect(
    good(result)
      .network.devices.get("hdx")
      ?.checks.map(({ kind }) => kind),
  ).toEqual(["icmp"]);
  expect(messages(await load(hdx(", checks: { telnet: false }")))).toEqual([]);
});

it("telnet by opt-in is a weakness that is named, has the family's port, and stands in the firewall table", async () => {
  const result = await load(hdx(", legacy: { telnet: true }"));
  expect(messages(result)).toEqual([
    "devices.hdx.legacy.telnet: is a weakness: telnet sends everything in clear text, a password too; take it out when the device is renewed   (vigie.yaml:6)",
  ]);
  const config = good(result);
  expect(config.network.devices.get("hdx")).toMatchObject({ telnetPort: 24, legacy: { telnet: true } });
  expect(flowTable(flows(config)).filter((row) => row.includes("hdx") && row.includes("24"))).toHaveLength(1);
});

it("in the demo a sink is a last resort, and reads are open on loopback", async () => {
  const text = SMALL.replace("{ mail: { host: smtp.example.org, from: vigie@example.org } }", "{ sink: {} }");
  const config = good(await load(text, { demo: true }));
  expect(config.demo).toBe(true);
  expect(config.http.openReads).toBe(true);
});

it.each([
  ["FE80::1", "fe80::1"],
  ["2001:DB8:0:0::1", "2001:db8::1"],
  ["::ffff:10.0.0.7", "10.0.0.7"],
  ["Codec-7.Example.ORG", "codec-7.example.org"],
])("the address %s is kept as %s", async (written, kept) => {
  const config = good(await load(SMALL.replace("10.0.0.2", JSON.stringify(written))));
  expect(config.network.devices.get("codec")?.address).toBe(kept);
});

it.each(["a b", "-x", "x-", "a..b", "0x7f.1", "10.1", "1", "a/b", "fe80::1%eth0", "host:22", "host;reboot", "@a", "", "é.example"])(
  "%j is not taken as an address",
  async (written) => {
    expect((await load(SMALL.replace("10.0.0.2", JSON.stringify(written)))).ok).toBe(false);
  },
);

it("the families and rules that are shipped load with the file for one site of the documentation", async () => {
  const env = { VIGIE_SNMP_AUTH: "authentication", VIGIE_SNMP_PRIV: "privacy-key", VIGIE_CODEC: "codec-password" };
  const result = await loadConfig(join(import.meta.dirname, "../../docs/examples/one-site.yaml"), { env });
  expect(messages(result)).toEqual([]);
  const config = good(result);
  expect(config.network.devices.size).toBeGreaterThanOrEqual(4);
  expect(config.families.has("cisco-ce")).toBe(true);
  expect(config.rules.length).toBeGreaterThan(0);
});

it("rows of severities of the file come before the shipped ones, or in their place with a warning; one that is disabled is gone", async () => {
  const row = (id: string) =>
    `  - id: ${id}\n    when: { labels: { service: dialysis } }\n    severity: major\n    why: { fr: "la dialyse en dépend", en: "dialysis depends on it" }\n`;
  const add = "severity: { include: [own.yaml], disabled: [long-without-service] }\n";
  const result = await load({ "vigie.yaml": SMALL + add, "own.yaml": `rows:\n${row("dialysis")}${row("bridge")}` });
  const { severity } = good(result);
  expect(severity[0]).toMatchObject({ id: "dialysis", when: { labels: { service: "dialysis" } }, why: { fr: "la dialyse en dépend" } });
  expect(severity.filter(({ id }) => id === "bridge")).toMatchObject([{ when: { labels: { service: "dialysis" } } }]);
  expect(severity.map(({ id }) => id)).not.toContain("long-without-service");
  expect(messages(result)).toContainEqual(
    expect.stringContaining('row "bridge" replaces another of that id; rename it if that is not wanted'),
  );
});

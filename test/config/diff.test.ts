/**
 * What a reload would change, when it asks, and what the firewall must let through.
 */
import { expect, it } from "vitest";
import { diffConfig } from "../../daemon/config/diff.ts";
import { flows, flowTable } from "../../daemon/config/flows.ts";
import type { LoadOptions } from "../../daemon/config/load.ts";
import type { Config } from "../../daemon/model/config.ts";
import { SMALL } from "./bad-files.ts";
import { ENV, GOOD_FILES, load, messages } from "./files.ts";

async function config(text: string | Readonly<Record<string, string>>, options: LoadOptions = {}): Promise<Config> {
  const result = await load(text, options);
  if (!result.ok) throw new Error(messages(result).join("\n"));
  return result.config;
}

it("the same file twice is no change", async () => {
  const diff = diffConfig(await config(GOOD_FILES), await config(GOOD_FILES));
  // Each load stands in a folder of its own.
  expect(diff).toEqual({
    added: [],
    removed: [],
    changed: ["credentials.codeck.key", "instance.stateDir", "sessions.calendars.clinic", "storage.path"],
    removedSites: [],
    removedDevices: [],
    needsYes: undefined,
    needsRestart: ["instance.stateDir", "storage.path"],
  });
});

it("what is opened once is named as holding from the next start, and nothing that a reload brings into force", async () => {
  const before = await config(SMALL);
  const moved = {
    http: { ...before.http, port: 9_999, allowedHosts: ["vigie.example.org"] },
    retention: { ...before.retention, trapsDays: 1 },
  };
  const traps = { host: "0.0.0.0", port: 162, allow: [], relays: [], perSourcePerSecond: 1, burst: 1, bufferBytes: 1, credentials: [] };
  const { needsRestart } = diffConfig(before, {
    ...before,
    ...moved,
    traps,
    heartbeat: { url: "https://example.org/", intervalMs: 60_000 },
  });
  expect(needsRestart).toEqual(["heartbeat", "http.port", "traps"]);
  const louder = { ...before, traps: { ...traps, allow: ["10.0.0.0/8"], burst: 2 } };
  expect(diffConfig({ ...before, traps }, louder).needsRestart).toEqual([]);
});

it("an address, a new device and a rotated secret are named by path, the secret without its value", async () => {
  const after = SMALL.replace("10.0.0.2", "10.0.0.3").replace(
    "credentials:",
    "  phone: { site: mgh, address: 10.0.0.4, family: ping-only }\ncredentials:",
  );
  const diff = diffConfig(await config(SMALL), await config(after, { env: { ...ENV, A: "another-5ecret" } }));
  expect(diff.added).toEqual(["devices.phone"]);
  expect(diff.changed).toEqual(["credentials.main.auth.key", "devices.codec.address", "instance.stateDir", "storage.path"]);
  expect(JSON.stringify(diff)).not.toContain("5ecret");
  expect(diff.needsYes).toBeUndefined();
});

it("a site that goes needs a yes, and the sentence says what goes", async () => {
  const before = SMALL.replace("sites:", "sites:\n  rgh: { name: RGH }").replace(
    "devices:",
    "devices:\n  rgh-codec: { site: rgh, address: 10.2.0.1, family: ping-only }",
  );
  const diff = diffConfig(await config(before), await config(SMALL));
  expect(diff.removed).toEqual(["devices.rgh-codec", "sites.rgh"]);
  expect(diff.removedSites).toEqual(["rgh"]);
  expect(diff.removedDevices).toEqual(["rgh-codec"]);
  expect(diff.needsYes).toBe("this takes away site rgh and 1 of 3 devices (33.3 %); their open incidents stay open. Say yes to go on");
});

it.each([
  [5, 1, undefined],
  [6, 0, undefined],
  [6, 1, "this takes away 6 of 100 devices (6.0 %); their open incidents stay open. Say yes to go on"],
] as const)("of 100 devices %i go (really: %i): %s", async (going, really, sentence) => {
  const phones = (count: number) =>
    Array.from({ length: count }, (_, index) => `  p${index}: { site: mgh, address: 10.9.0.${index + 1}, family: ping-only }\n`).join("");
  const before = SMALL.replace("credentials:", `${phones(98)}credentials:`);
  const after = SMALL.replace("credentials:", `${phones(98 - going * really)}credentials:`);
  expect(diffConfig(await config(before), await config(after)).needsYes).toBe(sentence);
});

it("the firewall table holds every way in and out, and no path of a URL", async () => {
  const rows = flows(
    await config(
      {
        ...GOOD_FILES,
        "vigie.yaml": GOOD_FILES["vigie.yaml"].replace("storage: { sqlite: .vigie/vigie.db }", "storage: { postgresql: { env: DB } }"),
      },
      { env: { ...ENV, DB: "postgresql://v:p5ecret@db.example.org/vigie" } },
    ),
  );
  const short = rows.map(({ from, to, port, protocol, why }) => `${from} > ${to} ${protocol} ${port}: ${why}`);
  expect(short).toEqual([
    "vigie > core-router (core.example.org) icmp : ping (echo request)",
    "vigie > core-router (core.example.org) udp 161: SNMP poll",
    "vigie > mgh-router (10.1.1.1) icmp : ping (echo request)",
    "vigie > mgh-router (10.1.1.1) udp 161: SNMP poll",
    "vigie > mgh-switch (10.1.1.2) icmp : ping (echo request)",
    "vigie > mgh-switch (10.1.1.2) udp 161: SNMP poll",
    "vigie > mgh-codec-1 (10.1.1.11) icmp : ping (echo request)",
    "vigie > mgh-codec-1 (10.1.1.11) udp 161: SNMP poll",
    "vigie > 10.1.0.0/22 icmp : discovery: ping (echo request)",
    "vigie > 10.1.0.0/22 udp 161: discovery: SNMP",
    "vigie > 10.1.0.0/22 tcp 22: discovery: SSH greeting, and login",
    "vigie > 10.1.0.0/22 tcp 1720: discovery: H.323 or SIP",
    "vigie > 10.1.0.0/22 tcp 5060: discovery: H.323 or SIP",
    "vigie > 10.1.0.0/22 tcp 5061: discovery: H.323 or SIP",
    "vigie > 10.1.0.0/22 tcp 443: discovery: certificate of the web interface",
    "vigie > 10.2.0.0/24 icmp : discovery: ping (echo request)",
    "vigie > 10.2.0.0/24 udp 161: discovery: SNMP",
    "vigie > 10.2.0.0/24 tcp 22: discovery: SSH greeting, and login",
    "vigie > 10.2.0.0/24 tcp 1720: discovery: H.323 or SIP",
    "vigie > 10.2.0.0/24 tcp 5060: discovery: H.323 or SIP",
    "vigie > 10.2.0.0/24 tcp 5061: discovery: H.323 or SIP",
    "vigie > 10.2.0.0/24 tcp 443: discovery: certificate of the web interface",
    "core-router (core.example.org) > vigie (0.0.0.0) udp 162: SNMP traps and informs",
    "mgh-router (10.1.1.1) > vigie (0.0.0.0) udp 162: SNMP traps and informs",
    "mgh-switch (10.1.1.2) > vigie (0.0.0.0) udp 162: SNMP traps and informs",
    "mgh-codec-1 (10.1.1.11) > vigie (0.0.0.0) udp 162: SNMP traps and informs",
    "10.0.0.0/8 > vigie (0.0.0.0) udp 162: SNMP traps and informs (allow)",
    "10.0.0.9 > vigie (0.0.0.0) udp 162: SNMP traps (relay)",
    "vigie > smtp.example.org tcp 587: mail (channel mail)",
    "vigie > ops.example.org tcp 443: webhook (channel ops-hook)",
    "vigie > ping.example.org tcp 443: heartbeat (dead man's switch)",
    "vigie > calendar.example.org tcp 443: sessions (calendar room-a)",
    "vigie > db.example.org tcp 5432: database (PostgreSQL)",
    "vigie > 127.0.0.1 tcp 8086: samples (InfluxDB)",
    "browsers > vigie (127.0.0.1) tcp 8080: console and REST",
    "127.0.0.1/32 > vigie (127.0.0.1) tcp 8080: metrics (Prometheus)",
  ]);
  const table = flowTable(rows);
  expect(table[0]).toMatch(/^FROM +TO +PORT +PROTOCOL +WHY$/);
  expect(table).toHaveLength(rows.length + 1);
  expect(table.join("\n")).not.toMatch(/ping-id|5ecret/);
});

it("a calendar's login that was changed is a change, its address that is a secret is cut to its host for the firewall, and neither is shown", async () => {
  const text = `${SMALL}rooms: { a101: { site: mgh, name: A } }
sessions: { calendars: { one: { secret_url: { env: CALENDAR }, bearer: { env: A }, room: a101 } } }
`;
  const env = (key: string) => ({ ...ENV, CALENDAR: "https://outlook.example.org/owa/5ecret/calendar.ics", A: key });
  const [before, after] = [await config(text, { env: env("first-5ecret") }), await config(text, { env: env("second-5ecret") })];
  const diff = diffConfig(before, after);
  expect(diff.changed).toContain("sessions.calendars.one");
  const shown = `${JSON.stringify(diff)}${flowTable(flows(after)).join("\n")}`;
  expect(shown).toContain("outlook.example.org");
  expect(shown).not.toContain("5ecret");
});

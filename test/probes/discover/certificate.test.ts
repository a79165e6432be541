/** Discovery and web interfaces: the certificate is written down, nothing is asked or sent, and nothing is believed until a person has compared. */
import { once } from "node:events";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createServer } from "node:tls";
import { beforeAll, expect, it, onTestFinished } from "vitest";
import { parse } from "yaml";
import { systemClock } from "../../../daemon/clock.ts";
import { loadConfig } from "../../../daemon/config/load.ts";
import { formatProblem } from "../../../daemon/config/problems.ts";
import { discover } from "../../../probes/discover/discover.ts";
import { type Proposal, propose } from "../../../probes/discover/propose.ts";
import { parseRange, type Range } from "../../../probes/discover/range.ts";
import type { Seen } from "../../../probes/discover/seen.ts";
import { writeUp } from "../../../probes/discover/write-up.ts";
import type { Engine } from "../../../probes/icmp/fping.ts";
import { type SelfSigned, selfSigned } from "../../../probes/simulator/certificate.ts";
import { startSimulatedNetwork } from "../../../probes/simulator/simulation.ts";
import { shipped } from "../https/aimed.ts";
import { device, env, freePort } from "../simulator/network.ts";
import { secret } from "../snmp/target.ts";

let certificate: SelfSigned;
beforeAll(() => {
  certificate = selfSigned("codec.example.org", "127.31.9.133");
});

const everybody: Engine = {
  name: "ping",
  ask: (_request, asker) => asker.told({ kind: "trips", trips: [1] }),
  stats: () => ({ runs: 0, hosts: 0, failures: 0, restarts: 0, processes: 0 }),
  stop: () => undefined,
};
const range = (text: string) => parseRange(text) as Range;
const community = { id: "old", kind: "snmp-community", version: "2c", community: secret(env.SIM_COMMUNITY) } as const;

async function looked(text: string, ports: { readonly httpsPort: number; readonly snmpPort?: number }) {
  const credentials = ports.snmpPort === undefined ? [] : [community];
  const found = await discover(
    {
      ...{ ranges: [range(text)], configured: new Map(), credentials, families: shipped, ports: [1720] },
      ...{ sshPort: 9, probesPerSecond: 1_000, engine: everybody, clock: systemClock, ...ports },
    },
    new AbortController().signal,
  );
  const proposals = propose(found, {
    ...{ families: shipped, sites: new Map([["mgh", { id: "mgh" }]]), devices: new Map(), subnets: {} },
    https: "web-login",
  });
  const yaml = writeUp({ at: "2026-03-08T12:00:00Z", ranges: [text], discovery: found, proposals });
  return { found, proposals, yaml, web: (address: string) => found.seen.find((each) => each.address === address)?.web };
}

it("a Poly known by SNMP and an Icon that nothing tells show their certificates; neither is asked anything", {
  timeout: 60_000,
}, async () => {
  const [port, snmpPort] = [await freePort(), await freePort()];
  const https = { port, user: "vigie", password: "env:SIM_SSH" };
  const snmp = { community: "env:SIM_COMMUNITY", port: snmpPort };
  const simulation = await startSimulatedNetwork(
    {
      devices: [
        device("poly", 0, { family: "poly-group", kind: "codec", address: "127.31.9.129", https, snmp }),
        device("icon", 0, { family: "lifesize-icon", kind: "codec", address: "127.31.9.130", https }),
      ],
    },
    { env },
  );
  onTestFinished(() => simulation.stop());
  const { web, proposals, yaml } = await looked("127.31.9.128/30", { httpsPort: port, snmpPort });
  const shown = web("127.31.9.129");
  expect(shown).toMatchObject({
    port,
    isVouched: false,
    isOld: false,
    fingerprint: expect.stringMatching(/^([0-9A-F]{2}:){31}[0-9A-F]{2}$/),
  });
  expect(proposals.map(({ family, https: look }) => [family, look?.credential, look?.fingerprint])).toEqual([
    ["poly-group", "web-login", shown?.fingerprint],
    ["ping-only", undefined, undefined],
  ]);
  expect(web("127.31.9.130")?.fingerprint).toMatch(/^[0-9A-F]{2}:/);
  for (const id of ["poly", "icon"]) expect(simulation.devices.get(id)?.webRequests).toBe(0);
  await isBelievedOnlyByHand(yaml, proposals[0]);
});

/** As it is the file looks at no web interface; with the `#` taken away it does, and pins what was shown. */
async function isBelievedOnlyByHand(yaml: string, proposal: Proposal | undefined): Promise<void> {
  expect(JSON.stringify(parse(yaml))).not.toMatch(/https|tls_fingerprint/);
  const byHand = yaml.replace(/^ {4}# (?=https|tls_|legacy)/gm, "    ");
  for (const [text, https] of [
    [yaml, undefined],
    [byHand, "web-login"],
  ] as const) {
    const devices = await devicesOf(text);
    const configured = devices.get(proposal?.id ?? "");
    expect(configured?.credentials.https).toBe(https);
    expect(configured?.tlsFingerprint).toBe(https === undefined ? undefined : proposal?.https?.fingerprint);
    expect(configured?.checks.some(({ kind }) => kind === "https")).toBe(https !== undefined);
  }
}

async function devicesOf(found: string) {
  const folder = mkdtempSync(join(tmpdir(), "vigie-found-"));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  const file = {
    sites: { mgh: { name: "HGM" } },
    credentials: {
      old: { snmp_community: { version: "2c", community: { env: "SIM_COMMUNITY" } } },
      "web-login": { https_password: { user: "vigie", password: { env: "SIM_SSH" } } },
    },
    channels: { ops: { webhook: { url: "https://example.org/", secret: { env: "SIM_SSH" } } } },
    contacts: { tech: { reach: [{ ops: "tech" }] } },
    functions: { desk: { contacts: ["tech"] }, analyst: { contacts: ["tech"] }, "chief-technician": { contacts: ["tech"] } },
    include: ["found.yaml"],
  };
  writeFileSync(join(folder, "vigie.yaml"), JSON.stringify(file));
  writeFileSync(join(folder, "found.yaml"), found);
  const loaded = await loadConfig(join(folder, "vigie.yaml"), { env });
  if (!loaded.ok) throw new Error(loaded.problems.map(formatProblem).join("\n"));
  return loaded.config.network.devices;
}

it("one that speaks TLS 1.0 only, and a port that speaks nothing", { timeout: 60_000 }, async () => {
  const old = createServer({
    key: certificate.key,
    cert: certificate.cert,
    maxVersion: "TLSv1.1",
    minVersion: "TLSv1",
    ciphers: "DEFAULT@SECLEVEL=0",
  });
  old.on("tlsClientError", () => undefined);
  old.listen(0, "127.31.9.133");
  await once(old, "listening");
  onTestFinished(() => void old.close());
  const { web, yaml, found } = await looked("127.31.9.132/30", { httpsPort: (old.address() as AddressInfo).port });
  expect(web("127.31.9.133")).toMatchObject({ isOld: true, subject: "codec.example.org" });
  expect(web("127.31.9.134")).toBeUndefined();
  expect(yaml).toContain("with TLS 1.0 or 1.1 only; certificate: codec.example.org");
  // Each handshake was paid for: there are two more than where the port is closed.
  const closed = await looked("127.31.9.132/30", { httpsPort: await freePort() });
  expect(found.probes - closed.found.probes).toBe(2);
});

it("a family whose own looks hold https has a file that loads as it is; what an authority vouches for needs no fingerprint", () => {
  const family = { ...shipped.get("poly-group"), id: "poly-own" } as NonNullable<ReturnType<typeof shipped.get>>;
  const own = { ...family, checks: [...family.checks, { kind: "https", intervalMs: 60_000, timeoutMs: 15_000 }] } as typeof family;
  const web = { port: 8443, fingerprint: "AA:BB", isVouched: true, isOld: true } as const;
  const seen: Seen = {
    ...{ address: "10.1.0.9", refused: [], ports: [], neighbours: [], web },
    snmp: { credential: "old", sysObjectId: "1.3.6.1.4.1.2684", sysDescr: "Videoconferencing Device" },
  };
  const known = { families: new Map([["poly-own", own]]), sites: new Map(), devices: new Map(), subnets: {} };
  const [proposal] = propose({ seen: [seen] }, known);
  expect(proposal).toMatchObject({ without: ["https"], https: { port: 8443, old: true } });
  const counts = { addresses: 1, pinged: 1, answered: 1, asked: 1, probes: 9, seen: [seen], skipped: [], complete: true, resting: [] };
  const yaml = writeUp({ at: "", ranges: [], discovery: counts, proposals: proposal === undefined ? [] : [proposal] });
  expect(yaml).toContain("# https_port: 8443");
  expect(yaml).toContain("# legacy: { tls: true }");
  expect(yaml).not.toContain("# tls_fingerprint");
  expect(parse(yaml).devices["poly-own"] ?? Object.values(parse(yaml).devices)[0]).toMatchObject({ checks: { https: false } });
});

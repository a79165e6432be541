/**
 * What devices say of themselves to a first diagnosis, asked through the daemon's own prober and probes: SNMP of Debian's snmpd and snmpsimd, the
 * command line of codecs over real SSH. Every family whose data name a self-test or a log is in the table of its kind.
 */
import { afterEach, beforeAll, describe, expect, it } from "vitest";
import { Board } from "../../daemon/board.ts";
import { systemClock } from "../../daemon/clock.ts";
import { type AskingDeps, lastServices, services } from "../../daemon/diagnosing/asking.ts";
import type { Credential } from "../../daemon/model/config.ts";
import type { Family } from "../../daemon/model/family.ts";
import type { Device } from "../../daemon/model/network.ts";
import { CheckProber } from "../../daemon/roles/prober.ts";
import { loadFamilies, shippedFamilies } from "../../probes/families.ts";
import { startSimulatedNetwork } from "../../probes/simulator/simulation.ts";
import { createSnmpProbe } from "../../probes/snmp/snmp-probe.ts";
import { createSshProbe } from "../../probes/ssh/ssh-probe.ts";
import { toldBy, withDiagnosis } from "../../rules/diagnosis-own.ts";
import { quiet } from "../api/fixture.ts";
import { needs } from "../needs.ts";
import { env, freePort, device as simulated } from "../probes/simulator/network.ts";
import { startSnmpd, startSnmpsimd } from "../probes/snmp/peers.ts";
import { community, target } from "../probes/snmp/target.ts";
import { memory, target as overSsh, password } from "../probes/ssh/peer.ts";

const { families } = loadFamilies([shippedFamilies()]);
const never = new AbortController().signal;
const cleanups: (() => unknown)[] = [];
afterEach(async () => {
  for (const clean of cleanups.splice(0).reverse()) await clean();
});

const familyOf = (id: string): Family => {
  const family = families.get(id);
  if (family === undefined) throw new Error(`no family ${id}`);
  return family;
};

function askingOf(devices: readonly Device[], credential: Credential): AskingDeps {
  const probes = [createSnmpProbe(), createSshProbe({ memory: memory(), random: () => 0, heard: () => undefined })];
  for (const probe of probes) cleanups.push(() => probe.stop());
  const byId = new Map(devices.map((each) => [each.id, each]));
  const prober = new CheckProber({
    probes: new Map(probes.map((probe) => [probe.kind, probe])),
    logins: { choose: (_device, use) => ({ use }), refused() {}, accepted() {} },
    world: { device: (id) => byId.get(id), family: (id) => families.get(id), credential: () => credential },
    bus: { publish: async () => undefined } as never,
    ...{ clock: systemClock, log: quiet, stats: { looked() {} }, ended() {}, nextSeq: () => 1 },
  });
  return {
    ...{ clock: systemClock, board: new Board(), families: () => families, fping: undefined },
    network: () => ({ devices: byId }) as never,
    look: (check, signal) => prober.lookOnce(check, signal, false),
    lookClosely: (check, signal) => prober.lookOnce(check, signal, false, withDiagnosis),
    pace: async () => undefined,
    resolve: async () => undefined,
    checkWithinMs: () => 10_000,
  };
}

/** `name value: detail`, of everything that the checks find; asked again while a server that was just started is silent. */
async function found(asking: AskingDeps, device: Device, until: string): Promise<readonly string[]> {
  const deadline = performance.now() + 60_000;
  let lines: readonly string[];
  do {
    const gathered = await Promise.all(services(asking, device, () => []).map((check) => check.run(never)));
    const facts = gathered.flatMap((each) => each.facts);
    lines = facts.map(({ name, value, detail }) => `${name} ${value}${name === "snmp" || detail === undefined ? "" : `: ${detail}`}`);
  } while (!lines.includes(until) && performance.now() < deadline);
  return lines;
}

function agentOf(id: string, family: string, port: number, said: string): { device: Device; credential: Credential } {
  const credential = community(said);
  const { device } = target(port, credential, familyOf(family), { id, timeoutMs: 5_000 });
  return { device, credential };
}

const up = "1.3.6.1.2.1.1.3.0|67|20000000"; // 200,000 s
const log = "1.3.6.1.4.1.9.9.41.1.2.3.1";
const line = (at: number, { facility, severity, name, seconds }: { facility: string; severity: number; name: string; seconds: number }) => [
  `${log}.2.${at}|4|${facility}`,
  `${log}.3.${at}|2|${severity}`,
  `${log}.4.${at}|4|${name}`,
  `${log}.5.${at}|4|Login by jtremblay from 5145550199`,
  `${log}.6.${at}|67|${seconds * 100}`,
];
/** As snmpsim wants them: by column, then by row. */
const logOf = (...lines: readonly (readonly string[])[]) => [2, 3, 4, 5, 6].flatMap((_, column) => lines.map((each) => each[column] ?? ""));
const old = { facility: "SYS", severity: 3, name: "CPUHOG", seconds: 1_000 };
const fresh = { facility: "LINK", severity: 4, name: "UPDOWN", seconds: 199_000 };
const mild = { facility: "SYS", severity: 6, name: "CONFIG_I", seconds: 199_000 };

/** By family: what the agent says, and the facts. */
const overSnmp: readonly (readonly [family: string, name: string, said: readonly string[], fact: string])[] = [
  ["ups-rfc1628", "passed", [up, "1.3.6.1.2.1.33.1.7.3.0|2|1"], "self-test passed: passed"],
  ["ups-rfc1628", "failed", [up, "1.3.6.1.2.1.33.1.7.3.0|2|3"], "self-test failed: error"],
  ["ups-rfc1628", "no test yet", [up, "1.3.6.1.2.1.33.1.7.3.0|2|6"], "self-test unknown: none"],
  ["ups-rfc1628", "no such object", [up], "self-test unknown"],
  ["ups-apc", "passed", [up, "1.3.6.1.4.1.318.1.1.1.7.2.3.0|2|1"], "self-test passed: passed"],
  ["ups-apc", "failed", [up, "1.3.6.1.4.1.318.1.1.1.7.2.3.0|2|2"], "self-test failed: failed"],
  [
    "cisco-ios-router",
    "an error of today",
    [up, ...logOf(line(7, old), line(8, fresh), line(9, fresh))],
    "log errors: LINK UPDOWN (error) ×2",
  ],
  ["cisco-ios-router", "an error of the day before", [up, ...logOf(line(7, old), line(8, mild))], "log quiet"],
  ["cisco-ios-switch", "lines without errors", [up, ...logOf(line(1, mild))], "log quiet"],
  ["cisco-ios-switch", "no such table", [up], "log unknown"],
  [
    "cisco-ios-switch",
    "a name that is no word of a catalogue",
    [up, ...logOf(line(1, { ...fresh, facility: "Jean Tremblay", name: "jean" }))],
    "log errors: error",
  ],
];

describe("over SNMP, what a device says of itself", () => {
  it.for(overSnmp)("%s, %s", { timeout: 40_000 }, async ([family, _name, said, fact], context) => {
    const agent = await startSnmpsimd(needs("snmpsimd", context), { "own.snmprec": `${said.join("\n")}\n` });
    cleanups.push(() => agent.stop());
    const { device, credential } = agentOf("d", family, agent.port, "own");
    const lines = await found(askingOf([device], credential), device, "snmp answers");
    expect(lines).toContain(fact);
    expect(lines.join()).not.toMatch(/[Tt]remblay|5145550199|jean/);
  });

  it("Debian's snmpd, which has no UPS behind it: the agent answers, the self-test is not known, and of a log it has none", {
    timeout: 40_000,
  }, async (context) => {
    const agent = await startSnmpd(needs("snmpd", context), ["rocommunity public 127.0.0.1"]);
    cleanups.push(() => agent.stop());
    const { device, credential } = agentOf("d", "ups-rfc1628", agent.port, "public");
    const lines = await found(askingOf([device], credential), device, "snmp answers");
    expect([...lines].sort()).toEqual(["call-ports none", "log none", "self-test unknown", "shell none", "snmp answers"]);
  });

  it("an agent that does not answer tells nothing, and is asked nothing more", async () => {
    const { device, credential } = agentOf("d", "ups-apc", 9, "public");
    const quick = { ...device, checks: device.checks.map((check) => ({ ...check, timeoutMs: 300 })) };
    const lines = await found(askingOf([quick], credential), quick, "snmp silent");
    expect(lines).toContain("self-test unknown");
    const last = await lastServices(askingOf([quick], credential), quick).run(never);
    expect(last.facts.map(({ name, value }) => `${name} ${value}`)).toEqual(expect.arrayContaining(["self-test unknown", "log none"]));
  });
});

describe("over SSH, what a codec says of itself", () => {
  let port = 0;
  beforeAll(async () => {
    port = await freePort();
  });

  it.each(["cisco-ce", "cisco-tc"])("%s: its standing diagnostics", { timeout: 40_000 }, async (id) => {
    const ssh = { port, user: "vigie", password: "env:SIM_SSH" };
    const network = await startSimulatedNetwork({ devices: [simulated("codec", 75, { family: id, kind: "codec", ssh })] }, { env });
    cleanups.push(() => network.stop());
    const aim = overSsh({ port, address: "127.31.7.75", id: "codec", credential: password(env.SIM_SSH) });
    const device = { ...aim.device, family: id };
    const asking = askingOf([device], password(env.SIM_SSH));
    expect((await found(asking, device, "shell answers")).filter((each) => /^(shell|self-test|log)/.test(each)).sort()).toEqual([
      "log none",
      "self-test passed",
      "shell answers",
    ]);
    await network.apply({ device: "codec", fault: "diagnostic-raised", part: "CameraPairing:Error" });
    expect(await found(asking, device, "self-test failed: camerapairing = error")).toContain("self-test failed: camerapairing = error");
    await network.apply({ device: "codec", fault: "diagnostic-gone", part: "CameraPairing" });
    expect(await found(asking, device, "self-test passed")).toContain("self-test passed");
  });
});

it("every family whose data name a self-test or a log is in a table above", () => {
  const named = [...families.values()].filter(({ diagnosis }) => diagnosis !== undefined).map(({ id }) => id);
  const walked = [...overSnmp.map(([family]) => family), "cisco-ce", "cisco-tc"];
  expect(named.sort()).toEqual([...new Set(walked)].sort());
  for (const family of families.values())
    if (family.diagnosis !== undefined) {
      const told = [toldBy(family, "self-test"), toldBy(family, "log")].filter((each) => each !== undefined);
      expect(told.length, family.id).toBeGreaterThan(0);
      const has = family.capabilities ?? [];
      expect(has.includes("self-test"), family.id).toBe(toldBy(family, "self-test") !== undefined);
      expect(has.includes("log"), family.id).toBe(toldBy(family, "log") !== undefined);
    }
});

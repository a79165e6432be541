/**
 * Nothing is ever written to a device: every family, looked at over everything that it answers, idle and in a call, with feedback, recorded
 * and discovered, has refused no command; and every command that a family's data holds is one that only reads.
 */
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { Family } from "../../daemon/model/family.ts";
import type { ProbeKind } from "../../daemon/model/observation.ts";
import { loadFamilies, shippedFamilies } from "../../probes/families.ts";
import { createHttpsProbe } from "../../probes/https/https-probe.ts";
import type { Probe, Target } from "../../probes/probe.ts";
import { asksOf } from "../../probes/record/answers.ts";
import { listenShell } from "../../probes/record/listen-shell.ts";
import { listenWeb } from "../../probes/record/listen-web.ts";
import { makeOf } from "../../probes/simulator/makes.ts";
import { type Simulation, startSimulatedNetwork } from "../../probes/simulator/simulation.ts";
import type { SimulatedDevice } from "../../probes/simulator/spec.ts";
import { createSnmpProbe } from "../../probes/snmp/snmp-probe.ts";
import { createSshProbe } from "../../probes/ssh/ssh-probe.ts";
import { createTcpProbe } from "../../probes/tcp/tcp-probe.ts";
import { createTelnetProbe } from "../../probes/telnet/telnet-probe.ts";
import { needs } from "../needs.ts";
import { webPassword } from "./https/aimed.ts";
import { aimAt, telnetPassword } from "./shell/player.ts";
import { ask, asV2c, device, env, freePort, v2c } from "./simulator/network.ts";
import { community } from "./snmp/target.ts";
import { memory, password } from "./ssh/peer.ts";

const never = new AbortController().signal;
const families = [...loadFamilies([shippedFamilies()]).families.values()];

describe("a family's own commands", () => {
  /** What only reads, by dialect; `xConfiguration` reads while no value follows a colon. */
  const reads: Readonly<Record<string, RegExp>> = {
    xapi: /^(?:xStatus [A-Za-z0-9 ]+|xConfiguration [A-Za-z0-9 ]+)$/,
    terminal: /^(?:xStatus [A-Za-z0-9 ]+|xConfiguration [A-Za-z0-9 ]+)$/,
    poly: /^(?:getcallstate|status|whoami|netstats|advnetstats|callinfo all|[a-z]+ get|mute near get|camera near source|systemsetting get [a-z]+)$/,
    lifesize: /^(?:get [a-z0-9-]+ [a-z-]+|status call (?:active|statistics))$/,
    gnugk: /^Print(?:AllRegistrations|CurrentCalls)$/,
  };

  it.each(families.filter(({ shell }) => shell !== undefined))("$id: each only reads", (family) => {
    const allowed = reads[family.shell?.dialect ?? ""];
    expect(allowed, `say here what only reads in the dialect ${family.shell?.dialect}`).toBeDefined();
    for (const { command } of asksOf(family)) expect(command).toMatch(allowed ?? /^$/);
    for (const expression of family.shell?.feedback ?? []) expect(expression).toMatch(/^\/Status\/[A-Za-z0-9/]+$/);
  });
});

/** By hand, and not by what the dialects themselves take for reading. */
it.each(families.filter(({ https }) => https !== undefined))("$id: each question to its web interface only reads", ({ https }) => {
  const reads: Readonly<Record<string, RegExp>> = {
    icon: /^(?:Conf_getNumConnectedCalls|Data_getUpgradeInProgress)$/,
    "xml-rpc": /^(?:device\.query|device\.health\.query|gatekeeper\.query|(?:conference|participant)\.enumerate(?: \S+)*)$/,
    "poly-rest": /^\/rest\/(?:system|system\/status|conferences)$/,
  };
  for (const { command } of https?.asks ?? []) expect(command).toMatch(reads[https?.dialect ?? ""] ?? /^$/);
});

describe("a simulated network of every family", () => {
  const ports = { snmp: 0, ssh: 0, telnet: 0, https: 0 };
  const tcp = [20_617, 20_618];
  const kept = memory();
  const probes = {
    snmp: createSnmpProbe(),
    ssh: createSshProbe({ memory: kept, heard: () => undefined }),
    telnet: createTelnetProbe({}),
    https: createHttpsProbe({}),
    tcp: createTcpProbe({ memory: kept }),
  } satisfies Partial<Record<ProbeKind, Probe>>;
  let simulation: Simulation;

  /** A LifeSize has a user of its own; a status port asks for nobody. */
  const userOf = ({ shell }: Family) => (shell?.dialect === "lifesize" ? "auto" : "vigie");

  beforeAll(async () => {
    for (const name of Object.keys(ports) as (keyof typeof ports)[]) ports[name] = await freePort();
    const devices = families.map((family, at): SimulatedDevice => {
      const shell = makeOf(family.id).shell;
      const login = shell === "gnugk" ? { port: ports.telnet } : { port: ports.telnet, password: "env:SIM_SSH" };
      return device(family.id, 20 + at, {
        family: family.id,
        kind: family.kind,
        ...(family.snmp.scalars.length === 0 ? {} : { snmp: { ...v2c, port: ports.snmp } }),
        ...(shell === "none" || shell === "gnugk" ? {} : { ssh: { port: ports.ssh, user: userOf(family), password: "env:SIM_SSH" } }),
        ...(shell === "poly" || shell === "gnugk" ? { telnet: login } : {}),
        ...(family.https === undefined ? {} : { https: { port: ports.https, user: "vigie", password: "env:SIM_SSH" } }),
        ...(family.tcp === undefined ? {} : { tcp }),
      });
    });
    simulation = await startSimulatedNetwork({ devices }, { env });
  }, 60_000);
  afterAll(async () => {
    for (const probe of Object.values(probes)) await probe.stop();
    await simulation.stop();
  });

  const refused = (id: string) => simulation.devices.get(id)?.writesRefused;

  function aim(family: Family, kind: keyof typeof probes): Target {
    const at = 20 + families.indexOf(family);
    const port = kind === "telnet" ? ports.telnet : ports.ssh;
    const made = aimAt({ kind: "ssh", port, dialect: "poly", asks: [], id: family.id, address: `127.31.7.${at}`, timeoutMs: 30_000 });
    const credential =
      kind === "https"
        ? webPassword(env.SIM_SSH)
        : kind === "snmp"
          ? community(env.SIM_COMMUNITY)
          : kind === "ssh"
            ? password(env.SIM_SSH, userOf(family))
            : family.shell?.dialect === "gnugk"
              ? undefined
              : telnetPassword(env.SIM_SSH);
    return {
      check: { ...made.check, id: `${family.id}/${kind}`, kind },
      device: {
        ...made.device,
        snmpPort: ports.snmp,
        httpsPort: ports.https,
        kind: family.kind,
        legacy: { ...made.device.legacy, unverifiedTls: true },
      },
      family: kind === "tcp" ? { ...family, tcp: tcp.map((each) => ({ port: each, name: "x", certainty: "memory" as const })) } : family,
      ...(credential === undefined || kind === "tcp" ? {} : { credential }),
    };
  }

  function kindsOf(family: Family): readonly (keyof typeof probes)[] {
    const shell = makeOf(family.id).shell;
    return [
      ...(family.snmp.scalars.length === 0 ? [] : (["snmp"] as const)),
      ...(family.shell === undefined || shell === "none" || shell === "gnugk" ? [] : (["ssh"] as const)),
      ...(shell === "poly" || shell === "gnugk" ? (["telnet"] as const) : []),
      ...(family.https === undefined ? [] : (["https"] as const)),
      ...(family.tcp === undefined ? [] : (["tcp"] as const)),
    ];
  }

  it("counts a write that it refuses, so that what follows can fail", async (context) => {
    const id = "ups-apc";
    const at = `127.31.7.${20 + families.findIndex((family) => family.id === id)}:${ports.snmp}`;
    const before = refused(id) ?? 0;
    expect(await ask(needs("snmpset", context), [...asV2c, at, "1.3.6.1.2.1.1.5.0", "s", "mine"])).toContain("notWritable");
    expect(refused(id)).toBe(before + 1);
  });

  it.each(families.filter((family) => kindsOf(family).length > 0))(
    "$id refuses nothing: idle, in a call, and recorded",
    async (family) => {
      const before = refused(family.id);
      expect(before).toBeDefined();
      const looks = async () => {
        for (const kind of kindsOf(family)) {
          const finding = await probes[kind].look(aim(family, kind), never, { trace: true });
          expect(finding.status, `${kind}: ${finding.detail} ${finding.trace?.join("\n")}`).toBe("up");
        }
      };
      await looks();
      if (family.shell?.inCall !== undefined) {
        await simulation.apply({ device: family.id, fault: "call-started" });
        await looks();
      }
      if (family.https !== undefined) {
        const { device: at, credential } = aim(family, "https");
        expect(await listenWeb(at, family, credential, async () => undefined, never)).not.toHaveProperty("why");
      }
      for (const kind of kindsOf(family).filter((each) => each === "ssh" || each === "telnet")) {
        const { device: at, credential } = aim(family, kind);
        const access =
          kind === "ssh" ? ({ over: kind, credential: credential ?? password("") } as const) : ({ over: "telnet", credential } as const);
        const heard = await listenShell(at, family, access, async () => undefined, never);
        expect("why" in heard ? heard.why : undefined).toBeUndefined();
      }
      expect(refused(family.id), "commands that would have changed something").toBe(before);
    },
    120_000,
  );

  it("tries every family", () => {
    expect(families.filter((family) => kindsOf(family).length === 0).map(({ id }) => id)).toEqual(["ping-only"]);
  });
});

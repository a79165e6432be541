/** The simulated command lines other than the codec's own, over the transports that carry them. */
import { spawn } from "node:child_process";
import { once } from "node:events";
import { chmodSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { connect } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { type Simulation, startSimulatedNetwork } from "../../../probes/simulator/simulation.ts";
import { needs } from "../../needs.ts";
import { overSsh, overTcp, pause } from "./client.ts";
import { device, env, freePort } from "./network.ts";

let simulation: Simulation;
const ports = { ssh: 0, telnet: 0, status: 0, h323: 0, sip: 0 };
const folder = mkdtempSync(join(tmpdir(), "vigie-shells-"));
const ids = ["group", "hdx", "lifesize", "gatekeeper", "expressway", "endpoint"];

beforeAll(async () => {
  for (const name of ["ssh", "telnet", "status", "h323", "sip"] as const) ports[name] = await freePort();
  const ssh = { port: ports.ssh, user: "vigie", password: "env:SIM_SSH" };
  simulation = await startSimulatedNetwork(
    {
      devices: [
        device("group", 31, { family: "poly-group", kind: "codec", ssh }),
        device("hdx", 32, { family: "poly-hdx", kind: "codec", telnet: { port: ports.telnet, password: "env:SIM_SSH" } }),
        device("lifesize", 33, { family: "lifesize-classic", kind: "codec", ssh: { ...ssh, user: "auto" } }),
        device("gatekeeper", 34, { family: "gnugk", kind: "gatekeeper", telnet: { port: ports.status } }),
        device("expressway", 35, { family: "expressway", kind: "gatekeeper", ssh }),
        device("endpoint", 36, { family: "h323-sip-endpoint", kind: "endpoint", tcp: [ports.h323, ports.sip] }),
      ],
    },
    { env },
  );
});
afterAll(async () => {
  await simulation.stop();
  rmSync(folder, { recursive: true, force: true });
});
beforeEach(async () => {
  for (const id of ids) await simulation.apply({ device: id, fault: "restored" });
});

const login = { username: "vigie", password: env.SIM_SSH };

describe("a Poly Group over SSH", () => {
  it("greets with what it is, down to the line about SNMP, and prompts; with a pty its lines end in CR CR LF", async () => {
    const talk = await overSsh({ host: "127.31.7.31", port: ports.ssh, ...login, pty: true });
    const said = await talk.until(/-> $/);
    expect(said).toMatch(/Model: RealPresence Group 700\r\r\n[\s\S]*SNMP Enabled: True\r\r\n-> $/);
    talk.end();
  });

  it("repeats what was typed on the prompt's line, answers, and prompts again", async () => {
    const talk = await overSsh({ host: "127.31.7.31", port: ports.ssh, ...login });
    await talk.until(/-> $/);
    expect(await talk.ask("getcallstate", /-> $/)).toBe("getcallstate\r\ncs: call[1] inactive\r\ncs: call[2] inactive\r\n-> ");
    await pause(220);
    expect(await talk.ask("callinfo all", /-> $/)).toContain("system is not in a call");
    await pause(220);
    expect(await talk.ask("nonsense", /-> $/)).toContain("error: command not found");
    talk.end();
  });

  it("loses a command that comes too soon after another", async () => {
    const talk = await overSsh({ host: "127.31.7.31", port: ports.ssh, ...login });
    await talk.until(/-> $/);
    talk.send("status\nadvnetstats\n");
    await talk.until(/status end/);
    await pause(220);
    expect(talk.said()).not.toContain("not in a call");
    // Lost, not late: asked again, it is answered once.
    talk.send("advnetstats\n");
    await talk.until(/not in a call/);
    await pause(100);
    expect(talk.said().match(/not in a call/g)).toHaveLength(1);
    talk.end();
  });

  it("lists as offline what has failed, and a call with its losses", async () => {
    const talk = await overSsh({ host: "127.31.7.31", port: ports.ssh, ...login });
    await talk.until(/-> $/);
    await simulation.apply({ device: "group", fault: "h323-unregistered" });
    expect(await talk.ask("status", /status end\r\n-> $/)).toMatch(/gatekeeper offline\r\nsipserver online\r\n/);
    await simulation.apply({ device: "group", fault: "media-loss", part: "50" });
    await pause(220);
    expect(await talk.ask("callinfo all", /-> $/)).toMatch(
      /callinfo begin\r\ncallinfo:\d+:[^\r]*:connected:notmuted:outgoing:videocall\r\ncallinfo end/,
    );
    await pause(220);
    const told = await talk.ask("advnetstats", /-> $/);
    expect(Number(/rvpl:(\d+)/.exec(told)?.[1])).toBeGreaterThan(5);
    talk.end();
  });

  it("tells of a call by itself when it was asked to", async () => {
    const talk = await overSsh({ host: "127.31.7.31", port: ports.ssh, ...login });
    await talk.until(/-> $/);
    expect(await talk.ask("notify callstatus", /-> $/)).toContain("notify callstatus success");
    await pause(220);
    expect(await talk.ask("notify callstatus", /-> $/)).toContain("info: event/notification already active:callstatus");
    await simulation.apply({ device: "group", fault: "call-started" });
    await talk.until(/notification:callstatus:outgoing:\d+:/);
    talk.end();
  });

  it("late answers come late, in order, and lines that nobody asked for come before them", async () => {
    const talk = await overSsh({ host: "127.31.7.31", port: ports.ssh, ...login });
    await talk.until(/-> $/);
    await simulation.apply({ device: "group", fault: "late", part: "300" });
    await simulation.apply({ device: "group", fault: "interleaved" });
    const began = performance.now();
    talk.send("getcallstate\n");
    await pause(200);
    talk.send("whoami\n");
    const said = await talk.until(/getcallstate[\s\S]*whoami[\s\S]*SNMP Enabled: True\r\n-> $/);
    expect(performance.now() - began).toBeGreaterThan(490);
    expect(said).toContain("notification:mutestatus");
    talk.end();
  });
});

describe("an HDX over telnet", () => {
  it("asks for its password, without echo, and counts a wrong one", async () => {
    const talk = await overTcp("127.31.7.32", ports.telnet);
    await talk.until(/Password: $/);
    expect(talk.said().startsWith("\xff\xfb\x01\xff\xfb\x03")).toBe(true);
    await talk.ask("wrong", /Login incorrect\r\nPassword: $/);
    expect(simulation.logins("hdx")).toEqual({ tried: 1, refused: 1 });
    expect(await talk.ask(env.SIM_SSH, /-> $/)).toMatch(/^\r\nHi, my name is : hdx\r\n/);
    talk.end();
  });

  it("refuses options that it does not have, and a command cut by a packet's end is still one", async () => {
    const socket = connect(ports.telnet, "127.31.7.32");
    await once(socket, "connect");
    const heard: Buffer[] = [];
    socket.on("data", (bytes: Buffer) => heard.push(bytes));
    socket.write(Buffer.from([255, 253]));
    await pause(30);
    socket.write(Buffer.from([24, 255, 251, 31, 255, 253, 1]));
    await expect.poll(() => Buffer.concat(heard).subarray(-6)).toEqual(Buffer.from([255, 252, 24, 255, 254, 31]));
    socket.destroy();
  });

  it("is understood by the system's own telnet", async (context) => {
    const telnet = needs("telnet", context);
    const child = spawn(telnet, ["127.31.7.32", String(ports.telnet)]);
    let said = "";
    child.stdout.on("data", (bytes: Buffer) => {
      const before = said;
      said += bytes.toString();
      if (/Password: $/.test(said)) child.stdin.write(`${env.SIM_SSH}\n`);
      else if (/-> $/.test(said) && !before.includes("SNMP Enabled")) child.stdin.write("uptime get\n");
      else if (/Hours?, \d+ Minutes?/.test(said)) child.kill();
    });
    await once(child, "close");
    expect(said).toMatch(/uptime get\r?\n\d+ Hours?, \d+ Minutes?/);
  });
});

describe("a LifeSize over SSH", () => {
  it("starts in help mode, and with it off ends each answer with a code", async () => {
    const talk = await overSsh({ host: "127.31.7.33", port: ports.ssh, ...login, username: "auto" });
    await talk.until(/\$ $/);
    expect(await talk.ask("set help-mode off", /\$ $/)).toBe("\r\nok,00\r\n$ ");
    expect(await talk.ask("get system uptime", /\$ $/)).toMatch(/^\d+,\d+,\d+,\d+\r\n\r\nok,00\r\n\$ $/);
    expect(await talk.ask("nonsense", /\$ $/)).toBe("\r\nerror,09\r\n$ ");
    await simulation.apply({ device: "lifesize", fault: "hot" });
    expect(await talk.ask("get system thermal-state", /\$ $/)).toContain("overheated");
    talk.end();
  });

  it("prints the 31 columns of a call on one line, and tells by itself that it ended", async () => {
    const talk = await overSsh({ host: "127.31.7.33", port: ports.ssh, ...login, username: "auto" });
    await talk.until(/\$ $/);
    expect(await talk.ask("status call active", /\$ $/)).toBe("\r\nok\r\n$ ");
    await simulation.apply({ device: "lifesize", fault: "media-loss", part: "10" });
    const row = (await talk.ask("status call statistics", /ok\r\n\$ $/)).split("\r\n").find((line) => line.includes("H264")) ?? "";
    expect(row.split(",")).toHaveLength(31);
    expect(row.split(",")[13]).toBe("10.000000");
    await simulation.apply({ device: "lifesize", fault: "call-ended" });
    await talk.until(/CS,\d+,1,Terminated,/);
    talk.end();
  });

  it("answers one command without a shell to OpenSSH's client, with the code as exit status", async (context) => {
    const ssh = needs("ssh", context);
    const askpass = join(folder, "askpass");
    writeFileSync(askpass, `#!/bin/sh\necho '${env.SIM_SSH}'\n`);
    chmodSync(askpass, 0o700);
    const options = ["StrictHostKeyChecking=no", "UserKnownHostsFile=/dev/null", "LogLevel=ERROR", "PubkeyAuthentication=no"];
    const run = async (command: string): Promise<{ said: string; status: number }> => {
      const args = ["-p", String(ports.ssh), ...options.flatMap((one) => ["-o", one]), "auto@127.31.7.33", command];
      const child = spawn(ssh, args, { env: { ...process.env, SSH_ASKPASS: askpass, SSH_ASKPASS_REQUIRE: "force" } });
      let said = "";
      child.stdout.on("data", (bytes: Buffer) => {
        said += bytes.toString();
      });
      const [status] = await once(child, "close");
      return { said, status: Number(status) };
    };
    expect(await run("get system thermal-state")).toEqual({ said: "normal\n", status: 0 });
    expect((await run("get nothing")).status).toBe(4);
  });
});

describe("both sides of a registration", () => {
  async function listed(): Promise<string> {
    const talk = await overTcp("127.31.7.34", ports.status);
    await talk.until(/^;\r\n/m);
    const said = await talk.ask("PrintAllRegistrations", /Number of Endpoints: \d+\r\n;\r\n$/);
    talk.end();
    return said;
  }

  it("a gatekeeper lists who is registered and reachable, in the lines of its source", async () => {
    expect(await listed()).toMatch(
      /^AllRegistrations\r\n(RCF\|127\.31\.7\.\d+:1720\|[^|]+\|terminal\|\d+_endp\r\n)+Number of Endpoints: 4\r\n;/,
    );
    await simulation.apply({ device: "group", fault: "h323-unregistered" });
    await simulation.apply({ device: "hdx", fault: "silent" });
    const said = await listed();
    expect(said).toContain("Number of Endpoints: 2");
    expect(said).not.toContain("127.31.7.31:");
  });

  it("a registration that the gatekeeper forgot is still there for the device", async () => {
    await simulation.apply({ device: "group", fault: "forgotten-by-gatekeeper" });
    expect(await listed()).not.toContain("127.31.7.31:");
    const talk = await overSsh({ host: "127.31.7.31", port: ports.ssh, ...login });
    await talk.until(/-> $/);
    expect(await talk.ask("status", /status end/)).toContain("gatekeeper online");
    talk.end();
  });

  it("whoever listens on the status port hears who comes and goes, in the middle of anything", async () => {
    const talk = await overTcp("127.31.7.34", ports.status);
    await talk.until(/^;\r\n/m);
    await simulation.apply({ device: "group", fault: "h323-unregistered" });
    await talk.until(/URQ\|127\.31\.7\.31\|/);
    await simulation.apply({ device: "group", fault: "restored" });
    await talk.until(/RCF\|127\.31\.7\.31:1720\|/);
    talk.end();
  });

  it("an Expressway lists SIP and H.323, nested, with a block for each", async () => {
    const talk = await overSsh({ host: "127.31.7.35", port: ports.ssh, ...login });
    await talk.until(/OK\r\n/);
    const said = await talk.ask("xStatus Registrations", /\*s\/end\r\n\r\nOK\r\n/);
    expect(said).toMatch(/^\*s Registrations:\r\n {2}Registration 1:\r\n/);
    expect(said.match(/Protocol: "SIP"/g)).toHaveLength(4);
    expect(said.match(/Protocol: "H323"/g)).toHaveLength(4);
    expect(said).toContain('Contact: "sip:hdx@127.31.7.32:5060"');
    talk.end();
  });

  it("a status port turns away whom its rules do not name", async () => {
    await simulation.apply({ device: "gatekeeper", fault: "login-refused" });
    const talk = await overTcp("127.31.7.34", ports.status);
    await talk.until(/Access forbidden/);
    talk.end();
  });
});

it("a signalling port that is closed refuses, and accepts again when it is open", async () => {
  const reach = async (port: number): Promise<string> => {
    const socket = connect(port, "127.31.7.36");
    const outcome = await new Promise<string>((resolve) =>
      socket.on("connect", () => resolve("open")).on("error", (error: NodeJS.ErrnoException) => resolve(error.code ?? "")),
    );
    socket.destroy();
    return outcome;
  };
  expect(await reach(ports.h323)).toBe("open");
  await simulation.apply({ device: "endpoint", fault: "tcp-closed", part: String(ports.h323) });
  expect(await reach(ports.h323)).toBe("ECONNREFUSED");
  expect(await reach(ports.sip)).toBe("open");
  await simulation.apply({ device: "endpoint", fault: "tcp-open", part: String(ports.h323) });
  expect(await reach(ports.h323)).toBe("open");
});

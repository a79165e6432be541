/** The simulated codec, spoken to by OpenSSH's client and by a kept ssh2 session. */
import { spawn } from "node:child_process";
import { chmodSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import ssh2, { type ClientChannel } from "ssh2";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { type Simulation, startSimulatedNetwork } from "../../../probes/simulator/simulation.ts";
import { needs } from "../../needs.ts";
import { env, freePort, network } from "./network.ts";

let simulation: Simulation;
let port = 0;
const address = "127.31.7.4";
const folder = mkdtempSync(join(tmpdir(), "vigie-codec-"));

beforeAll(async () => {
  port = await freePort();
  simulation = await startSimulatedNetwork(network({ snmp: await freePort(), ssh: port, traps: await freePort() }), {
    env,
    hostKeys: join(folder, "keys"),
  });
});
afterAll(async () => {
  await simulation.stop();
  rmSync(folder, { recursive: true, force: true });
});

/** A kept session: what was said so far, and a wait for more with a deadline. */
async function open(password = env.SIM_SSH): Promise<{
  readonly client: ssh2.Client;
  readonly channel: ClientChannel;
  until(wanted: RegExp): Promise<string>;
  ask(line: string, wanted: RegExp): Promise<string>;
}> {
  const client = new ssh2.Client();
  await new Promise<void>((resolve, reject) => {
    client.on("ready", resolve).on("error", reject);
    client.on("keyboard-interactive", (_name, _instructions, _language, _prompts, finish) => finish([password]));
    client.connect({ host: address, port, username: "vigie", password, tryKeyboard: true, readyTimeout: 30_000 });
  });
  const channel = await new Promise<ClientChannel>((resolve, reject) =>
    client.shell(false, (error, made) => (error ? reject(error) : resolve(made))),
  );
  let said = "";
  channel.on("data", (bytes: Buffer) => {
    said += bytes.toString();
  });
  const until = async (wanted: RegExp): Promise<string> => {
    const deadline = Date.now() + 30_000;
    while (!wanted.test(said)) {
      if (Date.now() > deadline) throw new Error(`not said: ${wanted}; said: ${said}`);
      await new Promise((resolve) => setTimeout(resolve, 5));
    }
    return said;
  };
  return {
    client,
    channel,
    until,
    ask: async (line, wanted) => {
      said = "";
      channel.write(`${line}\n`);
      return until(wanted);
    },
  };
}

/** Starts a session as the codec's own clients do, and asks one thing after another in JSON. */
async function json(): Promise<{ readonly client: ssh2.Client; status(path: string): Promise<unknown> }> {
  const session = await open();
  await session.until(/\r\nOK\r\n/);
  await session.ask("echo off", /OK\r\n/);
  await session.ask("xpreferences outputmode json", /OK\r\n/);
  let count = 0;
  return {
    client: session.client,
    status: async (path) => {
      count += 1;
      return JSON.parse(await session.ask(`xStatus ${path} | resultId="${count}"`, new RegExp(`"ResultId": "${count}"\\s*}`)));
    },
  };
}

describe("a codec", () => {
  it("greets as a CE codec does, and is ready at the line OK", async () => {
    const session = await open();
    const said = await session.until(/\r\nOK\r\n/);
    expect(said).toMatch(
      /^Welcome to codec\r\nCisco Codec Release ce\S+\r\nSW Release Date: .*\r\n\*r Login successful\r\n\r\nOK\r\n\r\n$/,
    );
    session.client.end();
  });

  it("echoes until told not to", async () => {
    const session = await open();
    await session.until(/\r\nOK\r\n/);
    expect(await session.ask("xStatus Audio Volume", /OK\r\n/)).toMatch(
      /^xStatus Audio Volume\r\n\*s Audio Volume: 50\r\n\*\* end\r\n\r\nOK\r\n/,
    );
    await session.ask("echo off", /OK\r\n/);
    expect(await session.ask("xStatus Audio Volume", /OK\r\n/)).toMatch(/^\*s Audio Volume/);
    session.client.end();
  });

  it("answers in JSON with the number of the question, in the shapes of real codecs", async () => {
    const session = await json();
    expect(await session.status("SIP Registration")).toEqual({
      Status: {
        SIP: {
          Registration: [{ id: "1", Status: { Value: "Registered" }, Reason: { Value: "" }, URI: { Value: "codec@example.invalid" } }],
        },
      },
      ResultId: "1",
    });
    expect(await session.status("SystemUnit Uptime")).toMatchObject({
      Status: { SystemUnit: { Uptime: { Value: expect.stringMatching(/^\d+$/) } } },
    });
    expect(await session.status("Call")).toEqual({ ResultId: "3" });
    expect(await session.status("Audio Volumee")).toMatchObject({
      CommandResponse: { Status: { status: "Error", Reason: { Value: "No match on address expression" } } },
    });
    session.client.end();
  });

  it("shows its faults, each where a codec shows it", async () => {
    const session = await json();
    const text = async (path: string): Promise<string> => JSON.stringify(await session.status(path));
    await simulation.apply({ device: "codec", fault: "sip-unregistered" });
    expect(await text("SIP Registration")).toContain('"Failed"');
    await simulation.apply({ device: "codec", fault: "camera-unplugged" });
    expect(await text("Cameras Camera")).toContain('"Connected":{"Value":"False"}');
    expect(await text("Video Input Connector")).toContain("NotFound");
    await simulation.apply({ device: "codec", fault: "hot" });
    expect(await text("SystemUnit Hardware Monitoring Temperature")).toContain("High");
    await simulation.apply({ device: "codec", fault: "restored" });
    expect(await text("SIP Registration")).toContain('"Registered"');
    expect(await text("Cameras Camera")).toContain('"Connected":{"Value":"True"}');
    session.client.end();
  });

  it("answers OpenSSH's client, which types a password", async (context) => {
    const ssh = needs("ssh", context);
    const askpass = join(folder, "askpass");
    writeFileSync(askpass, `#!/bin/sh\necho '${env.SIM_SSH}'\n`);
    chmodSync(askpass, 0o700);
    const options = ["StrictHostKeyChecking=no", "UserKnownHostsFile=/dev/null", "LogLevel=ERROR", "PubkeyAuthentication=no"].flatMap(
      (option) => ["-o", option],
    );
    const child = spawn(ssh, ["-T", "-p", String(port), ...options, `vigie@${address}`], {
      env: { ...process.env, SSH_ASKPASS: askpass, SSH_ASKPASS_REQUIRE: "force" },
    });
    let said = "";
    child.stdout.on("data", (bytes: Buffer) => {
      said += bytes.toString();
      if (said.includes("** end")) child.stdin.write("bye\n");
    });
    child.stdin.write("xStatus SystemUnit ProductId\n");
    await new Promise((resolve) => child.on("close", resolve));
    expect(said).toContain('*s SystemUnit ProductId: "Cisco TelePresence SX80"');
  });

  it("refuses a wrong password, and counts it", async () => {
    const before = simulation.logins("codec").refused;
    await expect(open("wrong")).rejects.toThrow(/authentication/i);
    expect(simulation.logins("codec").refused).toBeGreaterThan(before);
  });

  it("gone silent: says nothing on a session that is open, takes a new connection and says nothing there either; then all is well", async () => {
    const session = await open();
    await session.until(/\r\nOK\r\n/);
    await simulation.apply({ device: "codec", fault: "silent" });
    let answered = false;
    session.channel.on("data", () => {
      answered = true;
    });
    session.channel.write("xStatus Audio Volume\n");
    const late = new ssh2.Client();
    const outcome = await new Promise<string>((resolve) => {
      late.on("ready", () => resolve("ready")).on("error", (error) => resolve(error.message));
      late.connect({ host: address, port, username: "vigie", password: env.SIM_SSH, readyTimeout: 500 });
    });
    expect(outcome).toMatch(/Timed out/);
    expect(answered).toBe(false);
    await simulation.apply({ device: "codec", fault: "restored" });
    (await json()).client.end();
    session.client.destroy();
  });

  it("a reboot ends its sessions", async () => {
    const session = await open();
    const closed = new Promise<void>((resolve) => session.client.on("close", () => resolve()));
    session.client.on("error", () => undefined);
    await simulation.apply({ device: "codec", fault: "reboot" });
    await closed;
  });

  it("keeps its host key over a restart of the simulator", async () => {
    const fingerprint = async (): Promise<string> =>
      new Promise((resolve) => {
        const client = new ssh2.Client();
        client.on("error", () => undefined);
        client.connect({
          host: address,
          port,
          username: "vigie",
          hostVerifier: (key: Buffer) => {
            resolve(key.toString("base64"));
            return false;
          },
        });
      });
    const before = await fingerprint();
    await simulation.stop();
    simulation = await startSimulatedNetwork(network({ snmp: await freePort(), ssh: port, traps: await freePort() }), {
      env,
      hostKeys: join(folder, "keys"),
    });
    expect(await fingerprint()).toBe(before);
  });
});

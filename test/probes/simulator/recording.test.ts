/** Recordings played again: the walk beside Debian's snmpsim on the same file, the shell to a client of the real protocol. */
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { readRecording } from "../../../probes/simulator/recording.ts";
import { type Simulation, startSimulatedNetwork } from "../../../probes/simulator/simulation.ts";
import { needs } from "../../needs.ts";
import { type Peer, startSnmpsimd } from "../snmp/peers.ts";
import { overSsh, pause } from "./client.ts";
import { ask, asV2c, device, env, freePort, v2c } from "./network.ts";

const folder = mkdtempSync(join(tmpdir(), "vigie-recording-"));

/** Every type of the wire, values at their ends, a table that sorts by number and not by text, and the root arc 0 of H.341. */
const walk = [
  "0.0.8.341.1.1.1|2|7",
  "1.3.6.1.2.1.1.1.0|4|Recorded device",
  "1.3.6.1.2.1.1.2.0|6|1.3.6.1.4.1.2684",
  "1.3.6.1.2.1.1.6.0|4x|436f7572205669656e6ec3a9",
  "1.3.6.1.2.1.2.2.1.2.2|4|two",
  "1.3.6.1.2.1.2.2.1.2.10|4|ten",
  "1.3.6.1.2.1.2.2.1.10.2|65|4294967295",
  "1.3.6.1.2.1.2.2.1.10.10|65|0",
  "1.3.6.1.2.1.4.20.1.1.192.0.2.1|64|192.0.2.1",
  "1.3.6.1.2.1.31.1.1.1.6.2|70|18446744073709551615",
  "1.3.6.1.2.1.31.1.1.1.6.10|70|4294967296",
  "1.3.6.1.2.1.33.1.2.7.0|2|-40",
  "1.3.6.1.2.1.33.1.2.8.0|2|-2147483648",
  "1.3.6.1.2.1.99.1.1.1.4.1|66|4294967295",
  "1.3.6.1.4.1.2021.10.1.6.1|68x|9f780442f60000",
  "1.3.6.1.4.1.32473.1.0|67|123456",
  "1.3.6.1.4.1.32473.4294967295.0|2|1",
];
let simulation: Simulation;
let snmpsim: Peer | undefined;
let port = 0;
let ssh = 0;

function record(name: string, files: Readonly<Record<string, string>>): string {
  const made = join(folder, name);
  mkdirSync(made, { recursive: true });
  for (const [file, text] of Object.entries(files)) writeFileSync(join(made, file), text);
  return made;
}

beforeAll(async () => {
  port = await freePort();
  ssh = await freePort();
  const login = { port: ssh, user: "vigie", password: "env:SIM_SSH" };
  const shuffled = [...walk].sort().reverse();
  const boxes = {
    box: record("box", { "about.yaml": "family: generic-snmp\nmodel: Box\n", "walk.snmprec": `# a comment\n${shuffled.join("\n")}\n` }),
    codec: record("codec", {
      "about.yaml": 'family: cisco-ce\nmodel: "Cisco Room Kit"\nfirmware: ce9.10.0\n',
      "shell.yaml": [
        '- ask: ""',
        '  answer: "Welcome to Room\\nCisco Codec Release ce9.10.0\\n*r Login successful\\n\\nOK\\n"',
        '- ask: xStatus Standby | resultId="7"',
        '  answer: \'{"Status":{"Standby":{"State":{"Value":"Halfwake"}}},"ResultId":"7"}\'',
        "- ask: xStatus Nonsense",
        '  answer: "Command not recognized."',
        "",
      ].join("\n"),
    }),
    poly: record("poly", {
      "about.yaml": "family: poly-group\n",
      "shell.yaml": '- { ask: getcallstate, answer: "cs: call[1] inactive" }\n',
    }),
    lifesize: record("lifesize", {
      "about.yaml": "family: lifesize-classic\n",
      "shell.yaml": '- { ask: get system uptime, answer: "5,21,13,20\\n\\nok,00" }\n- { ask: get system fans, answer: "1,2400" }\n',
    }),
  };
  const recorded = (id: string, last: number, recording: string) => device(id, last, { family: "", kind: "codec", recording });
  simulation = await startSimulatedNetwork(
    {
      devices: [
        { ...recorded("box", 41, boxes.box), snmp: { ...v2c, port } },
        { ...recorded("codec", 42, boxes.codec), snmp: { ...v2c, port }, ssh: login },
        { ...recorded("poly", 43, boxes.poly), ssh: login },
        { ...recorded("lifesize", 44, boxes.lifesize), ssh: login },
      ],
    },
    { env },
  );
});
afterAll(async () => {
  await simulation.stop();
  await snmpsim?.stop();
  rmSync(folder, { recursive: true, force: true });
});

describe("a recorded walk", () => {
  it("is walked as Debian's snmpsim plays the same file, whatever the order of its lines", async (context) => {
    const [snmpwalk, bulk] = [needs("snmpwalk", context), needs("snmpbulkwalk", context)];
    snmpsim = await startSnmpsimd(needs("snmpsimd", context), {
      [`${env.SIM_COMMUNITY}.snmprec`]: `${walk.join("\n")}\n`,
    });
    const firstAnswer = [...asV2c, `127.0.0.1:${snmpsim.port}`, "1.3.6.1.2.1.1.1.0"];
    for (let tries = 0; tries < 20 && !(await ask(snmpwalk, firstAnswer)).includes("Recorded"); tries += 1) await pause(200);
    for (const root of ["1.3.6.1", "0"]) {
      const theirs = await ask(snmpwalk, [...asV2c, "-Cc", `127.0.0.1:${snmpsim.port}`, root]);
      expect(theirs.split("\n").length, theirs).toBeGreaterThan(root === "0" ? 1 : 15);
      expect(await ask(snmpwalk, [...asV2c, "-Cc", `127.31.7.41:${port}`, root])).toBe(theirs);
    }
    expect(await ask(bulk, [...asV2c, `127.31.7.41:${port}`, "1.3.6.1"])).toBe(
      await ask(snmpwalk, [...asV2c, `127.31.7.41:${port}`, "1.3.6.1"]),
    );
  });

  it("keeps the ends of Counter64 and of the negative numbers", async (context) => {
    const snmpget = needs("snmpget", context);
    const said = await ask(snmpget, [...asV2c, "-Oqv", `127.31.7.41:${port}`, "1.3.6.1.2.1.31.1.1.1.6.2", "1.3.6.1.2.1.33.1.2.8.0"]);
    expect(said.trim().split("\n")).toEqual(["18446744073709551615", "-2147483648"]);
  });

  it("without a walk, the agent of the make answers, with the recorded model and software", async (context) => {
    expect(await ask(needs("snmpget", context), [...asV2c, `127.31.7.42:${port}`, "1.3.6.1.2.1.1.1.0"])).toContain("SoftW: ce9.10.0");
  });
});

describe("a recorded shell", () => {
  const login = { username: "vigie", password: env.SIM_SSH };

  it("of a codec: greets as recorded, answers with the number of the question, and refuses what was not asked then", async () => {
    const talk = await overSsh({ host: "127.31.7.42", port: ssh, ...login });
    expect(await talk.until(/\r\nOK\r\n/)).toMatch(/^Welcome to Room\r\n/);
    await talk.ask("echo off", /OK\r\n/);
    await talk.ask("xpreferences outputmode json", /OK\r\n/);
    expect(JSON.parse(await talk.ask('xstatus  standby | resultId="31"', /}\r\n$/))).toEqual({
      Status: { Standby: { State: { Value: "Halfwake" } } },
      ResultId: "31",
    });
    expect(await talk.ask('xStatus Nonsense | resultId="32"', /\r\n$/)).toBe("Command not recognized.\r\n");
    expect(JSON.parse(await talk.ask('xStatus Audio | resultId="33"', /}\r\n$/))).toMatchObject({
      CommandResponse: { Status: { status: "Error", Reason: { Value: "No match on address expression" } } },
      ResultId: "33",
    });
    talk.end();
  });

  it("of a Poly Group: between prompts, after the repeated command", async () => {
    const talk = await overSsh({ host: "127.31.7.43", port: ssh, ...login });
    await talk.until(/-> $/);
    expect(await talk.ask("getcallstate", /-> $/)).toBe("getcallstate\r\ncs: call[1] inactive\r\n-> ");
    await pause(210);
    expect(await talk.ask("callinfo all", /-> $/)).toBe("callinfo all\r\nerror: command not found\r\n-> ");
    talk.end();
  });

  it("of a LifeSize: with its last line, recorded or not", async () => {
    const talk = await overSsh({ host: "127.31.7.44", port: ssh, ...login });
    await talk.until(/\$ $/);
    expect(await talk.ask("get system uptime", /\$ $/)).toBe("5,21,13,20\r\n\r\nok,00\r\n$ ");
    expect(await talk.ask("get system fans", /\$ $/)).toBe("1,2400\r\n\r\nok,00\r\n$ ");
    expect(await talk.ask("get system model", /\$ $/)).toBe("\r\nerror,09\r\n$ ");
    talk.end();
  });
});

it("a file that is no recording is refused with its place", () => {
  expect(() => readRecording(record("none", {}))).toThrow(/no about\.yaml/);
  expect(() => readRecording(record("bad", { "about.yaml": "family: x\n", "walk.snmprec": "1.3.6.1|2|1\n1.3.6.2|2|many\n" }))).toThrow(
    /walk\.snmprec:2: "1\.3\.6\.2\|2\|many" is no object/,
  );
  expect(() => readRecording(record("talk", { "about.yaml": "family: x\n", "shell.yaml": "- { ask: a }\n" }))).toThrow(
    /shell\.yaml: 0\.answer/,
  );
});

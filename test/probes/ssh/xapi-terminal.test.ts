/** Terminal mode of the xAPI: lines become the tree that JSON gives; over real SSH, TC codecs and codecs that refuse JSON. */
import type { ServerChannel } from "ssh2";
import { afterEach, describe, expect, it } from "vitest";
import type { ShellAsk, ShellValue } from "../../../daemon/model/family.ts";
import type { Finding } from "../../../daemon/model/observation.ts";
import { loadFamilies, shippedFamilies } from "../../../probes/families.ts";
import { find } from "../../../probes/shell/find.ts";
import { createSshProbe } from "../../../probes/ssh/ssh-probe.ts";
import { type Block, TerminalReader } from "../../../probes/ssh/xapi-terminal.ts";
import { codec, codecAsks, eventually, memory, target } from "./peer.ts";

function blocks(text: string): readonly Block[] {
  const found: Block[] = [];
  const reader = new TerminalReader((block) => found.push(block));
  for (const line of text.split("\n")) reader.line(line.trimEnd());
  return found;
}
const valueAt = (block: Block | undefined, path: string) =>
  find({ form: "json", status: block?.status }, path).map(({ raw, id }) => [raw, id]);

describe("lines of terminal mode", () => {
  it("become the tree of JSON: values with and without quotes, numbered nodes as items", () => {
    const [block] = blocks(
      [
        "*s Call 2 Status: Connected",
        '*s Call 2 Protocol: "sip"',
        '*s Call 2 Encryption Type: "None"',
        "*s Call 3 Status: Connected",
        '*s SystemUnit Hardware Monitoring Fan 1 Status: "locked on 1096 rpm"',
        '*s SystemUnit ProductId: "Cisco \\"TelePresence\\" Codec: C90"',
        "*s SystemUnit Uptime: 597095",
        "** end",
      ].join("\n"),
    );
    expect(valueAt(block, "Call[].Status")).toEqual([
      ["Connected", "2"],
      ["Connected", "3"],
    ]);
    expect(valueAt(block, "Call[].Encryption.Type")).toEqual([["None", "2"]]);
    expect(valueAt(block, "Call[]")).toEqual([["2", undefined]]);
    expect(valueAt(block, "SystemUnit.Hardware.Monitoring.Fan[].Status")).toEqual([["locked on 1096 rpm", "1"]]);
    expect(valueAt(block, "SystemUnit.ProductId")).toEqual([['Cisco "TelePresence" Codec: C90', undefined]]);
    expect(valueAt(block, "SystemUnit.Uptime")).toEqual([["597095", undefined]]);
    expect(block?.words.slice(0, 2)).toEqual(["call", "2"]);
  });

  it("end a block with ** end, *r/end or *s/end, and an empty block is one too", () => {
    expect(blocks("*s Audio Volume: 50\n** end\n\nOK\n** end\n*r BootResult (status=OK):\n*r/end\n*s X: 1\n*s/end")).toHaveLength(4);
  });

  it("say refusals, with the reason when it is words", () => {
    expect(
      blocks('*r Result (status=Error):\n    Reason: "No match on address expression"\n    XPath: "Status/X"\n** end')[0]?.refused,
    ).toBe("Error: No match on address expression");
    expect(blocks("*r DialResult (status=ParameterError):\n** end")[0]?.refused).toBe("ParameterError: for a reason that is not told");
    expect(blocks('*r Result (status=Error):\n  Reason: "jeanne@x.org called"\n** end')[0]?.refused).toBe(
      "Error: for a reason that is not told",
    );
    expect(blocks("*r MicrophonesMuteResult (status=OK):\n** end")[0]?.refused).toBeUndefined();
  });

  it("say deletions as ghosts, and repeat the number of the question where the device does", () => {
    const [block] = blocks('*s Call 2 (ghost=True):\n** end (resultId="17")');
    expect(block).toMatchObject({ resultId: "17", status: { Call: [{ id: "2", ghost: "True" }] } });
  });

  it("may be indented below a heading, as a VCS prints them", () => {
    const [block] = blocks(
      [
        "*s Registrations: /",
        "  Registration 1: /",
        '    Protocol: "SIP"',
        '    Alias 1: "x"',
        "  Registration 2: /",
        '    Protocol: "H323"',
        "*s/end",
      ].join("\n"),
    );
    expect(valueAt(block, "Registrations.Registration[].Protocol")).toEqual([
      ["SIP", "1"],
      ["H323", "2"],
    ]);
  });

  it("of a device that plays with names of objects stay plain data", () => {
    const [block] = blocks("*s __proto__ polluted: yes\n*s constructor 1 prototype: x\n** end");
    expect(Object.keys(block?.status ?? {})).toEqual(["__proto__", "constructor"]);
    expect(({} as Record<string, unknown>).polluted).toBeUndefined();
  });

  it("outside of a block belong to nobody", () => {
    const reader = new TerminalReader(() => expect.unreachable());
    for (const line of ["OK", "Welcome to room", "  indented", "xStatus Call"]) expect(reader.line(line)).toBe(false);
  });
});

const open: { stop(): Promise<void> }[] = [];
const never = new AbortController().signal;
afterEach(async () => {
  for (const one of open.splice(0).reverse()) await one.stop();
});

/** A shell that speaks lines. `says`: what it prints to a command; undefined: what any would. */
function tcPeer(says: (command: string, channel: ServerChannel, numbered: boolean) => string | undefined) {
  return codec({
    shell: (taken) => {
      taken.on("error", () => undefined);
      taken.write("Welcome to \r\nCodec Release TC7.3.0\r\n*r Login successful\r\n\r\nOK\r\n\r\n");
      let pending = "";
      taken.on("data", (bytes: Buffer) => {
        pending += bytes.toString();
        const lines = pending.split("\n");
        pending = lines.pop() ?? "";
        for (const line of lines) {
          const [command = ""] = line.split(" | ");
          const plain = /^(?:echo|xpreferences|xfeedback)/.test(command)
            ? "\r\nOK\r\n\r\n"
            : command === "xStatus SystemUnit Uptime"
              ? "*s SystemUnit Uptime: 29038\r\n** end\r\n\r\nOK\r\n\r\n"
              : "Command not recognized.\r\n";
          taken.write(says(command, taken, line.includes("resultId")) ?? plain);
        }
      });
    },
  });
}

interface Tc {
  readonly state: { sip: string };
  say(text: string): void;
  readonly heard: Finding[];
  readonly commands: string[];
  look(timeoutMs?: number): Promise<Finding>;
}

/** A TC codec: no JSON, answers end with `** end`, an empty line and `OK`; a registration prints `OK` alone. */
async function tc(how: {
  readonly dialect: "terminal" | "xapi";
  readonly refusal?: string;
  readonly on?: (line: string, channel: ServerChannel) => boolean;
}): Promise<Tc> {
  const state = { sip: "Registered" };
  const commands: string[] = [];
  let channel: ServerChannel | undefined;
  const status = (what: string): string => {
    if (what === "SystemUnit Uptime") return "*s SystemUnit Uptime: 29038\r\n";
    if (what === "SystemUnit") return '*s SystemUnit Uptime: 29038\r\n*s SystemUnit Software Version: "TC7.3.0"\r\n';
    if (what === "SIP Registration") return `*s SIP Registration 1 Status: ${state.sip}\r\n`;
    return "";
  };
  const peer = await tcPeer((command, taken, numbered) => {
    channel = taken;
    if (numbered) commands.push(command);
    if (how.on?.(command, taken) === true) return "";
    if (command.startsWith("xpreferences")) return how.refusal ?? "\r\nOK\r\n\r\n";
    return command.startsWith("xStatus ") ? `${status(command.slice(8))}** end\r\n\r\nOK\r\n\r\n` : undefined;
  });
  open.push(peer);
  const heard: Finding[] = [];
  const probe = createSshProbe({ memory: memory(), heard: (_device, finding) => heard.push(finding), random: () => 0 });
  open.push(probe);
  const listens = { feedback: ["/Status/SIP/Registration", "/Status/Call"] };
  return {
    state,
    heard,
    commands,
    say: (text) => void channel?.write(text),
    look: (timeoutMs) =>
      probe.look(target({ port: peer.port, dialect: how.dialect, listens, ...(timeoutMs === undefined ? {} : { timeoutMs }) }), never, {
        trace: true,
      }),
  };
}

const expected = {
  status: "up",
  samples: [{ name: "uptime_seconds", value: 29038 }],
  readings: [
    { name: "software_version", value: "TC7.3.0" },
    { name: "sip_registration", value: "registered", part: "registration 1" },
  ],
};

describe("a codec that speaks lines", () => {
  it("is read like one that speaks JSON, and registers its feedback", async () => {
    const room = await tc({ dialect: "terminal" });
    expect(await room.look()).toMatchObject(expected);
    expect(await room.look()).toMatchObject(expected);
    expect(room.commands.filter((command) => command.startsWith("xfeedback"))).toHaveLength(2);
  });

  it.each([
    ["as a result", '*r Result (status=ParameterError):\r\n    Reason: "x"\r\n** end\r\n\r\nERROR\r\n\r\n'],
    ["in words", "Command not recognized.\r\n"],
    ["silently", ""],
  ])("and refuses JSON %s is spoken to in lines", async (_how, refusal) => {
    const room = await tc({ dialect: "xapi", refusal });
    expect(await room.look()).toMatchObject(expected);
    expect(await room.look()).toMatchObject(expected);
  });

  it("tells by itself, with or without an OK after it, even between a question and its answer", async () => {
    const news = "*s SIP Registration 1 Status: Failed\r\n** end\r\n";
    const room = await tc({
      dialect: "terminal",
      on: (command, channel) => {
        if (command === "xStatus SystemUnit") channel.write("*s Call 2 Status: Ringing\r\n** end\r\n");
        return false;
      },
    });
    expect(await room.look()).toMatchObject(expected);
    room.say(news);
    await eventually(() => room.heard.length === 1, "the loss is told");
    expect(room.heard[0]?.readings).toContainEqual({ name: "sip_registration", value: "failed", part: "registration 1" });
    room.say("*s SIP Registration 1 Status: Registered\r\n** end\r\n\r\nOK\r\n");
    await eventually(() => room.heard.length === 2, "the return is told");
    room.state.sip = "Inactive";
    expect((await room.look()).readings).toContainEqual({ name: "sip_registration", value: "inactive", part: "registration 1" });
  });

  it("does not know a command: that one is refused, the others are answered", async () => {
    const room = await tc({
      dialect: "terminal",
      on: (command, channel) => command === "xStatus SystemUnit" && channel.write("Command not recognized.\r\n"),
    });
    expect(await room.look()).toMatchObject({ status: "up", samples: [], readings: [{ name: "sip_registration" }] });
  });

  it("answers late: the session goes, for its answers have no numbers, and the next look is right", async () => {
    let slow = true;
    const room = await tc({
      dialect: "terminal",
      on: (command, channel) => {
        if (command !== "xStatus SIP Registration" || !slow) return false;
        setTimeout(() => channel.writable && channel.write("*s SIP Registration 1 Status: Stale\r\n** end\r\n\r\nOK\r\n"), 600);
        return true;
      },
    });
    expect(await room.look(400)).toMatchObject({
      status: "down",
      code: "ssh.timeout",
      detail: 'no answer to "xStatus SIP Registration" in time',
    });
    slow = false;
    expect(await room.look()).toMatchObject(expected);
  });
});

describe("a VCS that prints a block an alarm", () => {
  const families = loadFamilies([shippedFamilies()]).families;
  const alarmsAsk = families.get("expressway")?.shell?.asks.find(({ command }) => command === "xStatus Alarm") as ShellAsk;
  const zones: ShellAsk = {
    command: "xStatus Zones",
    values: [{ path: "Zones.Zone[].Status", name: "zone_status", as: "state", part: "zone", states: { Active: "active" } }],
  };
  const alarm = (item: number, id: string, severity: string) =>
    `*s Alarm ${item}:\r\n  ID: "${id}"\r\n  Severity: "${severity}"\r\n*s/end\r\n`;
  const severities = (finding: Finding) =>
    Object.fromEntries(finding.readings.filter(({ name }) => name === "alarm_severity").map(({ part, value }) => [part, value]));

  async function vcs(asks: readonly ShellAsk[], says: { alarms: readonly string[]; between?: string; end?: string }) {
    const peer = await tcPeer((command) => {
      if (command === "xStatus Alarm") return `${says.alarms.join(says.between ?? "")}${says.end ?? "\r\nOK\r\n\r\n"}`;
      return command === "xStatus Zones" ? '*s Zones:\r\n  Zone 1:\r\n    Status: "Active"\r\n*s/end\r\n\r\nOK\r\n\r\n' : undefined;
    });
    const probe = createSshProbe({ memory: memory(), random: () => 0 });
    open.push(peer, probe);
    return () => probe.look(target({ port: peer.port, dialect: "terminal", asks }), never, { trace: true });
  }

  const three = [alarm(1, "15004", "Warning"), alarm(2, "20004", "Critical"), alarm(3, "30001", "error")];
  const all = { "alarm 15004": "warning", "alarm 20004": "critical", "alarm 30001": "error" };
  it.each([
    ["asked first", [alarmsAsk, zones], {}],
    ["asked last", [zones, alarmsAsk], {}],
    ["with news of a call in between", [alarmsAsk, zones], { between: "*s Calls:\r\n  Call 7:\r\n    State: Ringing\r\n*s/end\r\n" }],
    ["without an OK after them, before another question", [alarmsAsk, zones], { end: "" }],
    ["without an OK after them, at the end", [zones, alarmsAsk], { end: "" }],
  ] as const)("tells every one of them, %s, and what was asked beside them", async (_how, asks, more) => {
    const look = await vcs(asks, { alarms: three, ...more });
    const finding = await look();
    expect(severities(finding), finding.trace?.join("\n")).toEqual(all);
    expect(finding.readings).toContainEqual({ name: "zone_status", value: "active", part: "zone 1" });
    expect(finding.whole).toContain("alarm_severity");
  });

  it("keeps each alarm its own part when one before it is over and the numbers move up", async () => {
    const says = { alarms: three as readonly string[] };
    const look = await vcs([alarmsAsk], says);
    expect(severities(await look())).toEqual(all);
    says.alarms = [alarm(1, "20004", "Critical"), alarm(2, "30001", "Error")];
    expect(severities(await look())).toEqual({ "alarm 20004": "critical", "alarm 30001": "error" });
    says.alarms = ["*s Alarm: /\r\n*s/end\r\n"];
    const none = await look();
    expect(severities(none)).toEqual({});
    expect(none.whole, "an empty list ends them all").toContain("alarm_severity");
  });

  it("tells an alarm without an ID by its place in the list, and no ID that could be somebody's number", async () => {
    const look = await vcs([alarmsAsk], { alarms: ["*s Alarm 4:\r\n  Severity: Error\r\n*s/end\r\n", alarm(5, "5145551234", "Error")] });
    expect(severities(await look())).toEqual({ "alarm 4": "error", "alarm 5": "error" });
  });
});

it("reads the same values whichever way a codec speaks", () => {
  const values: readonly ShellValue[] = codecAsks.flatMap((ask) => ask.values);
  const json = {
    SystemUnit: { Uptime: { Value: "1" }, Software: { Version: { Value: "x" } } },
    SIP: { Registration: [{ id: "1", Status: { Value: "Failed" } }] },
  };
  const [block] = blocks('*s SystemUnit Uptime: 1\n*s SystemUnit Software Version: "x"\n*s SIP Registration 1 Status: Failed\n** end');
  for (const { path } of values)
    expect(valueAt(block, path)).toEqual(find({ form: "json", status: json }, path).map(({ raw, id }) => [raw, id]));
});

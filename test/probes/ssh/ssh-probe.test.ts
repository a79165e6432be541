import { createServer } from "node:net";
import { afterEach, describe, expect, it } from "vitest";
import type { Finding } from "../../../daemon/model/observation.ts";
import { createSshProbe, type SshProbe } from "../../../probes/ssh/ssh-probe.ts";
import { ownTime } from "../../own-time.ts";
import { type Codec, type CodecScript, ceAnswer, codec, ed25519, eventually, memory, password, target, welcome } from "./peer.ts";

const open: { stop(): Promise<void> }[] = [];
const never = new AbortController().signal;

afterEach(async () => {
  for (const one of open.splice(0).reverse()) await one.stop();
});

async function play(script?: CodecScript): Promise<Codec> {
  const peer = await codec(script);
  open.push(peer);
  return peer;
}

function probing(facts = memory(), more: Partial<Parameters<typeof createSshProbe>[0]> = {}): SshProbe {
  const probe = createSshProbe({ memory: facts, random: () => 0, ...more });
  open.push(probe);
  return probe;
}

/** Looks, and says how long it took. */
async function timed(look: Promise<Finding>): Promise<Finding & { ms: number }> {
  const { result, ms } = await ownTime(look);
  return { ...result, ms };
}

describe("a look at a codec", () => {
  it("reads what the family asks, over one kept session", async () => {
    const peer = await play();
    const probe = probing();
    for (let n = 0; n < 3; n++) {
      expect(await probe.look(target({ port: peer.port }), never)).toEqual({
        status: "up",
        samples: [{ name: "uptime_seconds", value: 29038 }],
        readings: [
          { name: "software_version", value: "ce11.19.1.6" },
          { name: "sip_registration", value: "registered", part: "registration 1" },
        ],
        faults: [],
      });
    }
    expect(peer.connections).toBe(1);
    expect(probe.stats()).toMatchObject({ sessions: 1, connections: 1, questions: 6 });
  });

  it("waits for the line OK and not for the banner's words, with CRLF, late, and with noise between answers", async () => {
    // A codec works its lines off one by one.
    let turn: Promise<unknown> = Promise.resolve();
    const later = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms));
    const answer = async (command: string, id: string, channel: { write(text: string | Buffer): unknown }) => {
      channel.write('Command not recognized.\r\n{"Status":{"Audio":{"Volume":{"Value":"5"}}}}\r\n{"ResultId":"999"}\r\n{broken}\r\n');
      const bytes = Buffer.from(ceAnswer(command, id));
      await later(30);
      channel.write(bytes.subarray(0, 20));
      await later(30);
      channel.write(bytes.subarray(20));
    };
    const peer = await play({
      greeting: "\r\nOK\r\n",
      answer: (command, id, channel) => {
        turn = turn.then(() => answer(command, id, channel));
        return undefined;
      },
    });
    const probe = probing();
    const finding = await probe.look(target({ port: peer.port }), never, { trace: true });
    expect(finding).toMatchObject({ status: "up", samples: [{ value: 29038 }] });
    expect(probe.stats().unasked).toBe(3); // one before each answer, the first question being whether JSON is spoken
    expect(finding.trace).toContain("> xStatus SystemUnit");
  });

  it("takes a late answer for nobody's, and keeps the session that gave it", async () => {
    let slow = false;
    const peer = await play({
      answer: (command, id, channel) => {
        if (command !== "xStatus SIP Registration" || !slow) return ceAnswer(command, id);
        const late = JSON.stringify({ Status: { SIP: { Registration: [{ id: "1", Status: { Value: "Stale" } }] } }, ResultId: id });
        setTimeout(() => channel.writable && channel.write(`${late}\r\n`), 500);
        return undefined;
      },
    });
    const probe = probing();
    // The session is there first: a busy machine may take longer for it than the short deadline.
    expect(await probe.look(target({ port: peer.port }), never)).toMatchObject({ status: "up" });
    slow = true;
    const first = await probe.look(target({ port: peer.port, timeoutMs: 300 }), never);
    expect(first).toMatchObject({ status: "down", code: "ssh.timeout", detail: 'no answer to "xStatus SIP Registration" in time' });
    // The next look's answers are there before the late one is.
    slow = false;
    expect((await probe.look(target({ port: peer.port }), never)).readings.at(-1)).toMatchObject({ value: "registered" });
    await new Promise((resolve) => setTimeout(resolve, 400));
    expect((await probe.look(target({ port: peer.port }), never)).readings.at(-1)).toMatchObject({ value: "registered" });
    expect(peer.connections).toBe(1);
  });

  it("ends a session that floods with what nobody asked for, and not one that says much when asked", async () => {
    const event = `${JSON.stringify({ Status: { Audio: { Volume: { Value: "x".repeat(60_000) } } } })}\r\n`;
    let flood = 0;
    const peer = await play({
      answer: (command, id, channel) => {
        for (let n = 0; n < flood; n += 1) channel.write(event);
        return ceAnswer(command, id);
      },
    });
    const probe = probing();
    flood = 10;
    expect(await probe.look(target({ port: peer.port }), never)).toMatchObject({ status: "up" });
    flood = 200;
    // Long before its deadline.
    const flooded = await probe.look(target({ port: peer.port, timeoutMs: 30_000 }), never);
    expect(flooded).toMatchObject({ status: "down", code: "ssh.protocol" });
  }, 40_000);

  it("serialises looks on one device and connects once", async () => {
    const peer = await play();
    const probe = probing();
    const findings = await Promise.all([1, 2, 3].map(() => probe.look(target({ port: peer.port }), never)));
    expect(findings.map(({ status }) => status)).toEqual(["up", "up", "up"]);
    expect(peer.connections).toBe(1);
  });

  it("connects again after the session died, once, within the same look or at the next", async () => {
    const peer = await play();
    const probe = probing();
    await probe.look(target({ port: peer.port }), never);
    peer.cut();
    expect(await probe.look(target({ port: peer.port }), never)).toMatchObject({ status: "up" });
    peer.cut();
    await eventually(() => probe.stats().sessions === 0, "the session is gone");
    expect(await probe.look(target({ port: peer.port }), never)).toMatchObject({ status: "up" });
    expect(peer.connections).toBe(3);
  });

  it("says reboot when the uptime went back, and not before", async () => {
    let uptime = 500;
    const peer = await play({
      answer: (_command, id) => `{"Status":{"SystemUnit":{"Uptime":{"Value":"${uptime}"}}},"ResultId":"${id}"}\n`,
    });
    const probe = probing();
    const look = () => probe.look(target({ port: peer.port }), never);
    expect((await look()).faults).toEqual([]);
    uptime = 600;
    expect((await look()).faults).toEqual([]);
    uptime = 20;
    peer.cut();
    expect((await look()).faults).toMatchObject([{ symptom: "reboot", effect: "event" }]);
    expect((await look()).faults).toEqual([]);
  });

  it("keeps no more sessions than its bound, and closes them on forget and stop", async () => {
    const peer = await play();
    const probe = probing(memory(), { maxSessions: 2 });
    for (const id of ["a", "b", "c"]) await probe.look(target({ port: peer.port, id }), never);
    expect(probe.stats().sessions).toBe(2);
    probe.forget("c");
    expect(probe.stats().sessions).toBe(1);
    await probe.stop();
    expect(probe.stats().sessions).toBe(0);
    expect(await probe.look(target({ port: peer.port }), never)).toMatchObject({ status: "unknown", code: "ssh.engine" });
  });

  it("waits for its pace before it connects and once before its questions", async () => {
    const peer = await play();
    const paced: number[] = [];
    const probe = probing(memory(), { pace: async (_site, packets) => void paced.push(packets) });
    await probe.look(target({ port: peer.port }), never);
    expect(paced).toEqual([24, 4]); // the questions in one packet, an answer each, one acknowledgement
  });

  it("lets no far-end name out of a look, in readings, detail or trace, good or bad", async () => {
    const name = "Genevieve Tremblay-Lachance";
    const call = {
      id: name,
      DisplayName: { Value: name },
      RemoteNumber: { Value: `${name}@x.org` },
      CallbackNumber: { Value: `sip:${name}` },
    };
    const peer = await play({
      banner: `hello ${name}`,
      greeting: `Welcome to ${name}\r\nLast call with ${name}\r\nOK\r\n`,
      answer: (command, id) =>
        command === "xStatus Call"
          ? `Incoming call from ${name}\r\n${JSON.stringify({ Status: { Call: [call], Bookings: { Current: { Id: { Value: name } } } }, ResultId: id })}\n`
          : command === "xStatus Half"
            ? `{"Status":{"Call":[{"DisplayName":{"Value":"${name}`
            : ceAnswer(command, id),
    });
    const values = ["Call[].DisplayName", "Bookings.Current.Id"].map((path) => ({ path, name: "leak", as: "text" as const }));
    const asks = [
      { command: "xStatus Call", values },
      { command: "xStatus Half", values: [] },
    ];
    const probe = probing();
    const good = await probe.look(target({ port: peer.port, asks: asks.slice(0, 1) }), never, { trace: true });
    const bad = await probe.look(target({ port: peer.port, asks, timeoutMs: 300 }), never);
    expect([good.status, bad.status]).toEqual(["up", "down"]);
    expect(JSON.stringify([good, bad])).not.toMatch(/Tremblay|Genevieve/);
  });
});

describe("logins", () => {
  it("presents a wrong password once a look, and calls it unknown", async () => {
    const peer = await play();
    const refused: string[] = [];
    const probe = probing(memory(), { refused: (device, credential) => refused.push(`${device} ${credential}`) });
    const finding = await probe.look(target({ port: peer.port, credential: password("wrong") }), never);
    expect(finding).toMatchObject({ status: "unknown", code: "ssh.auth-refused" });
    expect(peer.attempts).toBe(1);
    expect(refused).toEqual(["codec-1 codec"]);
    expect(JSON.stringify(finding)).not.toContain("wrong");
  });

  it("answers keyboard-interactive with the password for one password-like prompt", async () => {
    const peer = await play({
      auth: (context) => {
        if (context.method === "keyboard-interactive")
          context.prompt([{ prompt: "Password: ", echo: false }], ([answer]) => (answer === "right" ? context.accept() : context.reject()));
        else context.reject(["keyboard-interactive"]);
      },
    });
    expect(await probing().look(target({ port: peer.port }), never)).toMatchObject({ status: "up" });
  });

  it.each([
    [[{ prompt: "One-time code: ", echo: false }]],
    [[{ prompt: "Password: ", echo: true }]],
    [
      [
        { prompt: "Password: ", echo: false },
        { prompt: "Password again: ", echo: false },
      ],
    ],
  ])("gives the password to no other prompt: %j", async (prompts) => {
    const answers: string[] = [];
    const peer = await play({
      auth: (context) => {
        if (context.method === "keyboard-interactive") context.prompt(prompts, (given) => answers.push(...given));
        else context.reject(["keyboard-interactive"]);
      },
    });
    expect(await probing().look(target({ port: peer.port }), never)).toMatchObject({ status: "unknown", code: "ssh.auth-refused" });
    expect(answers).toEqual([]);
  });

  it("never asks an agent, even when one is in the environment", async () => {
    const asked: number[] = [];
    const agent = createServer(() => asked.push(1));
    const path = `/tmp/vigie-agent-${process.pid}.sock`;
    await new Promise<void>((resolve) => agent.listen(path, resolve));
    open.push({ stop: () => new Promise((resolve) => agent.close(() => resolve())) });
    const before = process.env.SSH_AUTH_SOCK;
    process.env.SSH_AUTH_SOCK = path;
    try {
      const peer = await play();
      await probing().look(target({ port: peer.port, credential: password("wrong") }), never);
    } finally {
      if (before === undefined) delete process.env.SSH_AUTH_SOCK;
      else process.env.SSH_AUTH_SOCK = before;
    }
    expect(asked).toEqual([]);
  });
});

describe("host keys", () => {
  it("pins on first use, sends nothing to a changed key, raises, and clears after the new key was accepted", async () => {
    const facts = memory();
    const first = await play();
    const probe = probing(facts);
    await probe.look(target({ port: first.port }), never);
    expect(facts.facts.get("host-key:codec-1")).toMatch(/^ssh-ed25519 SHA256:[A-Za-z0-9+/]{43}$/);
    const other = await play();
    const changed = await probe.look(target({ port: other.port }), never);
    expect(changed).toMatchObject({
      status: "unknown",
      code: "ssh.host-key-changed",
      faults: [{ symptom: "host-key-changed", effect: "raise" }],
    });
    const prints = changed.detail?.match(/SHA256:[A-Za-z0-9+/]{43}/g) ?? [];
    expect(prints.length).toBe(2);
    expect(other.attempts + other.offered.length).toBe(0);
    await expect(probe.acceptHostKey("codec-1", "nonsense")).rejects.toThrow("SHA256");
    // A restart between the change and its acceptance loses nothing.
    const later = probing(facts);
    expect(await later.acceptSeenHostKey("codec-1")).toEqual({ fingerprint: prints[1] });
    expect(await later.look(target({ port: other.port }), never)).toMatchObject({
      status: "up",
      faults: [{ symptom: "host-key-changed", effect: "clear" }],
    });
    expect((await later.look(target({ port: other.port }), never)).faults).toEqual([]);
  });

  it("sends nothing when the pin cannot be read", async () => {
    const peer = await play();
    const broken = { get: () => Promise.reject(new Error("locked")), set: () => Promise.resolve() };
    const probe = createSshProbe({ memory: broken });
    open.push(probe);
    expect(await probe.look(target({ port: peer.port }), never)).toMatchObject({ status: "unknown", code: "ssh.engine" });
    expect(peer.connections).toBe(0);
  });

  it("speaks old algorithms only to a device that opted in", async () => {
    const peer = await play({
      algorithms: { kex: ["diffie-hellman-group14-sha1"], cipher: ["aes128-cbc"], hmac: ["hmac-sha1"] } as NonNullable<
        CodecScript["algorithms"]
      >,
      hostKey: ed25519(),
    });
    expect(await probing().look(target({ port: peer.port }), never)).toMatchObject({ status: "unknown", code: "ssh.algorithms" });
    expect(await probing().look(target({ port: peer.port, legacy: true }), never)).toMatchObject({ status: "up" });
  });
});

describe("nasty peers end within the deadline", () => {
  const within = 400;
  const nasty: [string, string, CodecScript][] = [
    ["never greets", "ssh.timeout", { shell: () => undefined }],
    [
      "greets for ever",
      "ssh.timeout",
      { shell: (channel) => void setInterval(() => channel.writable && channel.write("x\r\n"), 5).unref() },
    ],
    ["never answers", "ssh.timeout", { answer: () => undefined }],
    ["half-answers", "ssh.timeout", { answer: () => '{"Status":{"a":' }],
    ["never judges the login", "ssh.timeout", { auth: (context) => void (context.method === "none" && context.reject(["password"])) }],
    ["closes the shell", "ssh.protocol", { shell: (channel) => channel.end() }],
    [
      "drops the connection at the login",
      "ssh.protocol",
      { auth: (context, connection) => (context.method === "none" ? context.reject(["password"]) : connection.end()) },
    ],
  ];
  it.each(nasty)("one that %s", async (_what, code, script) => {
    const peer = await play(script);
    const finding = await timed(probing().look(target({ port: peer.port, timeoutMs: within }), never));
    expect(finding).toMatchObject({ code });
    expect(finding.ms).toBeLessThan(within + 100);
    expect(finding.trace?.length).toBeGreaterThan(0);
  });

  it("one that sends 10 MB of garbage, and the session is dropped", async () => {
    for (const garbage of [
      Buffer.alloc(10_000_000, "x"),
      Buffer.alloc(10_000_000, "y\n"),
      Buffer.from(`{"a":"${"z".repeat(10_000_000)}`),
    ]) {
      const peer = await play({ answer: (_command, _id, channel) => void channel.write(garbage) });
      const probe = probing();
      const finding = await timed(probe.look(target({ port: peer.port, timeoutMs: 10_000 }), never));
      expect(finding).toMatchObject({ status: "down", code: "ssh.protocol" });
      expect(finding.ms, "dropped for what it sent, not for the time it took").toBeLessThan(10_000);
      expect(probe.stats().sessions).toBe(0);
    }
  });

  it("a port that accepts and says nothing, one that talks no SSH, one that floods before the greeting", async () => {
    for (const [say, code] of [
      [undefined, "ssh.timeout"],
      ["HTTP/1.1 400 Bad Request\r\n\r\n", "ssh.timeout"],
      ["x".repeat(10_000_000), "ssh.protocol"],
    ] as const) {
      const tcp = createServer((socket) => {
        socket.on("error", () => undefined);
        if (say !== undefined) socket.write(say);
        open.push({ stop: async () => void socket.destroy() });
      });
      await new Promise<void>((resolve) => tcp.listen(0, "127.0.0.1", resolve));
      open.push({ stop: async () => void tcp.close() });
      // What floods is dropped for it, however long ten megabytes take.
      const timeoutMs = code === "ssh.protocol" ? 20_000 : within;
      const finding = await timed(probing().look(target({ port: (tcp.address() as { port: number }).port, timeoutMs }), never));
      expect(finding).toMatchObject({ status: "down", code });
      expect(finding.ms).toBeLessThan(timeoutMs + 100);
    }
  });

  it("a closed port is down as refused, a name that does not resolve is unknown", async () => {
    const peer = await codec();
    await peer.stop();
    expect(await probing().look(target({ port: peer.port }), never)).toMatchObject({ status: "down", code: "ssh.refused" });
    expect(await probing().look(target({ port: 22, address: "no-such-host.invalid" }), never)).toMatchObject({
      status: "unknown",
      code: "ssh.name",
    });
  });

  it("a look that is stopped from outside ends at once, as unknown", async () => {
    const peer = await play({ answer: () => undefined });
    const stopper = new AbortController();
    const look = timed(probing().look(target({ port: peer.port, timeoutMs: 5_000 }), stopper.signal));
    await eventually(() => peer.commands.length > 0, "the question arrives");
    stopper.abort();
    expect(await look).toMatchObject({ status: "unknown", code: "ssh.engine" });
    expect((await look).ms).toBeLessThan(2_000);
  });
});

describe("the exec dialect", () => {
  it("opens one channel a command and reads the group of the pattern", async () => {
    const peer = await play({
      exec: (_command, channel) => {
        channel.stderr.write("noise");
        channel.write("12345.67 99.0\n");
        channel.exit(0);
        channel.end();
      },
    });
    const asks = [{ command: "cat /proc/uptime", values: [{ path: "^([0-9.]+) ", name: "uptime_seconds", as: "gauge" as const }] }];
    const probe = probing();
    for (let n = 0; n < 2; n++)
      expect(await probe.look(target({ port: peer.port, dialect: "exec", asks }), never)).toMatchObject({
        status: "up",
        samples: [{ name: "uptime_seconds", value: 12345.67 }],
      });
    expect(peer.connections).toBe(1);
  });
});

it("the greeting that these tests play is the recorded one's shape", () => expect(welcome).toMatch(/\r\nOK\r\n/));

/** The telnet probe against peers that misbehave: each look ends in time, and a refusal is never an outage. */
import { createServer } from "node:net";
import { afterEach, expect, it } from "vitest";
import type { ShellAsk } from "../../../daemon/model/family.ts";
import { packetsOf } from "../../../probes/shell/asking.ts";
import { createTelnetProbe, type TelnetProbe } from "../../../probes/telnet/telnet-probe.ts";
import { ownTime } from "../../own-time.ts";
import { GNUGK, gnugkAsks, LIFESIZE, LIFESIZE_ANSWERS, lifesizeAsks, POLY, polyAsks } from "../shell/devices.ts";
import { type Aim, aimAt, overTelnet, type Played, raw, telnetPassword } from "../shell/player.ts";

const never = new AbortController().signal;
const opened: { stop(): Promise<unknown> }[] = [];
afterEach(async () => {
  for (const each of opened.splice(0)) await each.stop();
});

function kept<T extends { stop(): Promise<unknown> }>(made: T): T {
  opened.unshift(made);
  return made;
}

const probe = (options: Parameters<typeof createTelnetProbe>[0] = {}): TelnetProbe => kept(createTelnetProbe(options));
const aim = (device: Pick<Played, "port">, more: Partial<Aim> = {}) =>
  aimAt({ kind: "telnet", port: device.port, dialect: "lifesize", asks: lifesizeAsks, timeoutMs: 800, ...more });

const login = { userPrompt: "login: ", passwordPrompt: "Password: ", password: "right" };

it("logs in once, with the user and the password that were asked for", async () => {
  const device = kept(await overTelnet(LIFESIZE, login));
  const finding = await probe().look(aim(device, { credential: telnetPassword("right", "auto"), timeoutMs: 15_000 }), never, {
    trace: true,
  });
  expect(finding.status, finding.detail).toBe("up");
  expect(device.passwords).toEqual(["right"]);
  expect(JSON.stringify(finding)).not.toContain("right");
});

it("a refused login is unknown, and the password went over the wire once", async () => {
  const device = kept(await overTelnet(LIFESIZE, login));
  const finding = await probe().look(aim(device, { credential: telnetPassword("wrong", "auto") }), never);
  expect(finding).toMatchObject({ status: "unknown", code: "telnet.auth-refused" });
  expect(finding.detail).toContain("refused the login of auto");
  expect(device.passwords).toEqual(["wrong"]);
});

it("a close after the password is a refusal; a reset too", async () => {
  for (const end of ["destroy", "resetAndDestroy"] as const) {
    const device = kept(await raw((socket) => socket.once("data", () => socket[end]()) && socket.write("Password: ")));
    const finding = await probe().look(aim(device, { credential: telnetPassword("wrong") }), never);
    expect(finding).toMatchObject({ status: "unknown", code: "telnet.auth-refused" });
  }
});

it("a login prompt without a credential is unknown, and nothing is sent", async () => {
  const heard: Buffer[] = [];
  const device = kept(await raw((socket) => socket.on("data", (bytes) => heard.push(bytes)) && socket.write("login: ")));
  const finding = await probe().look(aim(device), never);
  expect(finding).toMatchObject({ status: "unknown", code: "telnet.no-credential" });
  expect(Buffer.concat(heard)).toHaveLength(0);
});

it("a prompt in other words is unknown at the deadline, and no secret goes there", async () => {
  const heard: Buffer[] = [];
  const device = kept(
    await raw((socket) => socket.on("data", (bytes) => heard.push(bytes)) && socket.write("Geben Sie das Kennwort ein> ")),
  );
  const finding = await probe().look(aim(device, { credential: telnetPassword("right", "auto") }), never);
  expect(finding).toMatchObject({ status: "unknown", code: "telnet.prompt" });
  expect(Buffer.concat(heard).toString()).not.toContain("right");
});

it("a status port that closes at once refuses our address: unknown, with what to write where", async () => {
  const device = kept(await raw((socket) => socket.end("Access forbidden!\r\n")));
  const finding = await probe().look(aim(device, { dialect: "gnugk", asks: gnugkAsks }), never);
  expect(finding).toMatchObject({ status: "unknown", code: "telnet.auth-refused" });
  expect(finding.detail).toContain("[GkStatus::Auth]");
});

it("what stands in the gatekeeper's list is told for our own addresses alone", async () => {
  const device = kept(await overTelnet(GNUGK));
  const asks: readonly ShellAsk[] = [
    {
      command: "PrintAllRegistrations",
      values: [
        {
          path: "registration[].state",
          name: "registration_listed",
          as: "state",
          states: { listed: "listed" },
          label: ["peer"],
          whole: true,
        },
        { path: "endpoints", name: "registrations", as: "gauge" },
      ],
    },
  ];
  const looks = probe({ inventory: () => new Set(["10.1.1.10"]) });
  const finding = await looks.look(aim(device, { dialect: "gnugk", asks, timeoutMs: 15_000 }), never, { trace: true });
  expect(finding.readings).toEqual([{ name: "registration_listed", value: "listed", part: "10.1.1.10" }]);
  expect(finding.whole).toEqual(["registration_listed"]);
  expect(finding.samples).toEqual([{ name: "registrations", value: 2 }]);
  expect(finding.trace?.join()).not.toContain("203.0.113.77");
});

it.each([
  ["a port that refuses is down", undefined, "down", "telnet.refused"],
  ["a port that accepts and says nothing is down", () => undefined, "down", "telnet.timeout"],
  ["a device that hangs up before it greets is down", (socket: { end(): void }) => socket.end(), "down", "telnet.protocol"],
])("%s", async (_name, take, status, code) => {
  const device = take === undefined ? { port: await closedPort() } : kept(await raw(take));
  const { result, ms } = await ownTime(probe().look(aim(device), never));
  expect(result).toMatchObject({ status, code });
  expect(ms).toBeLessThan(900);
});

it("10 MB before the greeting, or negotiations without end, are dropped early", async () => {
  const flood = kept(await raw((socket) => socket.write("x".repeat(10 * 1024 * 1024))));
  expect(await probe().look(aim(flood, { timeoutMs: 20_000 }), never)).toMatchObject({ status: "down", code: "telnet.protocol" });
  const loops = kept(await raw((socket) => socket.write(Buffer.from(Array.from({ length: 2_000 }, () => [255, 253, 24]).flat()))));
  expect(await probe().look(aim(loops, { timeoutMs: 20_000 }), never)).toMatchObject({ status: "down", code: "telnet.protocol" });
});

it("a kept session that went deaf is given up at half of the time, and the device shown to live over a new one", async () => {
  let deaf = false;
  const device = kept(
    await overTelnet({
      ...LIFESIZE,
      answer: (command, stream) => {
        if (deaf && device.connections === 1) return undefined;
        stream.resume();
        return LIFESIZE_ANSWERS[command];
      },
    }),
  );
  const looks = probe();
  expect((await looks.look(aim(device, { timeoutMs: 15_000 }), never)).status).toBe("up");
  deaf = true;
  const finding = await looks.look(aim(device, { timeoutMs: 15_000 }), never, { trace: true });
  expect(finding.status, finding.detail).toBe("up");
  expect(device.connections).toBe(2);
  expect(finding.trace?.join("\n")).toContain("the kept session was dead");
});

it("a look that is stopped is unknown, and leaves no connection", async () => {
  const device = kept(await raw(() => undefined));
  const looks = probe();
  const stopper = new AbortController();
  const look = looks.look(aim(device, { timeoutMs: 5_000 }), stopper.signal);
  setTimeout(() => stopper.abort(), 50);
  expect(await look).toMatchObject({ status: "unknown", code: "telnet.engine" });
  expect(looks.stats().sessions).toBe(0);
});

it("the ceiling is asked before a login and before the questions", async () => {
  const device = kept(await overTelnet(LIFESIZE));
  const asked: [string, number][] = [];
  await probe({ pace: async (site, packets) => void asked.push([site, packets]) }).look(aim(device, { timeoutMs: 15_000 }), never);
  expect(asked).toEqual([
    ["mgh", 12],
    ["mgh", packetsOf(lifesizeAsks.length)],
  ]);
});

it("a call's statistics are asked only while there is a call, and wanted again at the pace of calls", async () => {
  const statistics: ShellAsk = {
    command: "status call statistics",
    values: [{ path: "row[].14", name: "media_loss_ratio", as: "gauge", scale: 0.01, part: "channel" }],
  };
  const busy = kept(await overTelnet(LIFESIZE));
  const again: [string, number][] = [];
  const looks = probe({ again: (check, inMs) => void again.push([check, inMs]) });
  const told = await looks.look(aim(busy, { inCall: [statistics], timeoutMs: 15_000 }), never);
  expect(again).toEqual([["hdx-1/telnet", 20_000]]);
  expect(told.samples).toContainEqual({ name: "media_loss_ratio", value: 0.005, part: "channel 1" });
  const idle = kept(
    await overTelnet({ ...LIFESIZE, answer: (command) => (command === "status call active" ? "\nok,00" : LIFESIZE_ANSWERS[command]) }),
  );
  await looks.look(aim(idle, { inCall: [statistics], timeoutMs: 15_000, id: "idle" }), never);
  expect(again).toHaveLength(1);
  expect(idle.commands.map(({ command }) => command)).not.toContain("status call statistics");
});

it("a device that restarted since the last look is an event, told once", async () => {
  let uptime = "5 Days, 1 Hour";
  const device = kept(
    await overTelnet({ ...POLY, answer: (command) => (command === "uptime get" ? uptime : POLY.answer(command, undefined as never)) }),
  );
  const looks = probe();
  const target = aim(device, { dialect: "poly", asks: polyAsks.slice(2, 3), timeoutMs: 15_000 });
  expect((await looks.look(target, never)).faults).toEqual([]);
  uptime = "3 Minutes";
  expect((await looks.look(target, never)).faults).toMatchObject([{ symptom: "reboot", effect: "event" }]);
  expect((await looks.look(target, never)).faults).toEqual([]);
});

async function closedPort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const { port } = server.address() as { port: number };
  await new Promise((resolve) => server.close(resolve));
  return port;
}

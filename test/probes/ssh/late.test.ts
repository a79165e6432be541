/**
 * What a codec may do to our time, over real SSH with a clock that the test moves: answers as late as 40 s, sessions that end under open
 * questions, and a site that comes back with all its codecs at once.
 */
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { loadFamilies, shippedFamilies } from "../../../probes/families.ts";
import { createSshProbe, type SshProbe } from "../../../probes/ssh/ssh-probe.ts";
import { Chance } from "../../fuzz/random.ts";
import { type Codec, type CodecScript, ceAnswer, codec, memory, target } from "./peer.ts";

const never = new AbortController().signal;
const open: { stop(): Promise<void> }[] = [];
/** The clock of the wall: sockets go on whatever the test's clock says. */
const wall = { setTimeout: globalThis.setTimeout, now: performance.now.bind(performance) };
const breathe = (ms = 5) => new Promise<void>((resolve) => void wall.setTimeout(resolve, ms));

/** Waits for the sockets, without moving the test's clock. */
async function until(holds: () => boolean, what: string): Promise<void> {
  const end = wall.now() + 60_000;
  while (!holds()) {
    if (wall.now() > end) throw new Error(`never: ${what}`);
    await breathe();
  }
}

beforeEach(() => void vi.useFakeTimers({ toFake: ["setTimeout", "clearTimeout", "setInterval", "clearInterval", "performance"] }));
afterEach(async () => {
  vi.useRealTimers();
  for (const one of open.splice(0).reverse()) await one.stop();
});

async function play(script: CodecScript): Promise<Codec> {
  const peer = await codec(script);
  open.push(peer);
  return peer;
}
function probing(random: () => number = () => 0): SshProbe {
  const probe = createSshProbe({ memory: memory(), random });
  open.push(probe);
  return probe;
}
/** Whether it has ended, and as what. */
function watched<T>(promise: Promise<T>): { ended?: T } {
  const seen: { ended?: T } = {};
  promise.then(
    (value) => Object.assign(seen, { ended: value }),
    (error: unknown) => Object.assign(seen, { ended: String(error) }),
  );
  return seen;
}

describe("an answer that is late", () => {
  /** The deadline of the families themselves. */
  const timeoutMs =
    loadFamilies([shippedFamilies()])
      .families.get("cisco-ce")
      ?.checks.find(({ kind }) => kind === "ssh")?.timeoutMs ?? 0;

  async function lateBy(ms: number) {
    const peer = await play({
      answer: (command, id, channel) => {
        if (command !== "xStatus SIP Registration") return ceAnswer(command, id);
        setTimeout(() => channel.writable && channel.write(ceAnswer(command, id)), ms);
        return undefined;
      },
    });
    const look = watched(probing().look(target({ port: peer.port, timeoutMs }), never));
    await until(() => peer.commands.includes("xStatus SIP Registration"), "the question arrives");
    return { peer, look };
  }

  it("by 40 s is an answer: nobody gives up before", async () => {
    expect(timeoutMs).toBe(45_000);
    const { look } = await lateBy(40_000);
    vi.advanceTimersByTime(39_999);
    await breathe(50);
    expect(look.ended).toBeUndefined();
    vi.advanceTimersByTime(1);
    await until(() => look.ended !== undefined, "the look ends");
    expect(look.ended).toMatchObject({ status: "up", readings: [{ value: "ce11.19.1.6" }, { value: "registered" }] });
  });

  it("by more than its deadline is none, and the look ends at the deadline, not before and not after", async () => {
    const { look } = await lateBy(60_000);
    vi.advanceTimersByTime(44_900);
    await breathe(50);
    expect(look.ended).toBeUndefined();
    vi.advanceTimersByTime(100);
    await until(() => look.ended !== undefined, "the look ends");
    expect(look.ended).toMatchObject({ status: "down", code: "ssh.timeout", detail: 'no answer to "xStatus SIP Registration" in time' });
  });
});

it("a session that ends rejects every open question at once, not at their deadlines", async () => {
  const peer = await play({ answer: (command, id) => (command === "xStatus SystemUnit Uptime" ? ceAnswer(command, id) : undefined) });
  const probe = probing();
  const look = watched(probe.look(target({ port: peer.port, timeoutMs: 45_000 }), never));
  const waiting = watched(probe.look(target({ port: peer.port, timeoutMs: 45_000 }), never));
  await until(() => peer.commands.includes("xStatus SIP Registration"), "both questions are open");
  peer.cut();
  // The clock stands still: no deadline has anything to do with it.
  await until(() => look.ended !== undefined, "the first look ends");
  expect(look.ended).toMatchObject({ status: "down", code: "ssh.protocol" });
  // After a moment by chance, here none.
  await breathe(50);
  vi.advanceTimersByTime(0);
  await until(() => peer.commands.filter((command) => command === "xStatus SIP Registration").length === 2, "the second look asks anew");
  expect(waiting.ended).toBeUndefined();
  peer.cut();
  await until(() => waiting.ended !== undefined, "the second look ends");
  expect(waiting.ended).toMatchObject({ status: "down", code: "ssh.protocol" });
});

it("codecs that were cut off together come back one by one over two seconds, and the first time at once", { timeout: 60_000 }, async () => {
  const devices = 32;
  const peer = await play({});
  const chance = new Chance(7);
  const probe = probing(() => chance.below(1_000) / 1_000);
  const all = () =>
    Array.from({ length: devices }, (_, at) =>
      watched(probe.look(target({ port: peer.port, id: `codec-${at}`, timeoutMs: 40_000 }), never)),
    );
  const first = all();
  await until(() => first.every(({ ended }) => ended !== undefined), "every codec is known");
  expect(peer.connections).toBe(devices);
  peer.cut();
  await until(() => probe.stats().sessions === 0, "every session is gone");

  const again = all();
  const arrived: number[] = [];
  // Each has begun to wait.
  await breathe(200);
  for (let passed = 0; passed < 2_000; passed += 100) {
    vi.advanceTimersByTime(100);
    await breathe(60);
    arrived.push(peer.connections);
  }
  await until(() => again.every(({ ended }) => ended !== undefined), "every codec is back");
  expect(peer.connections).toBe(2 * devices);
  const each = arrived.map((count, at) => count - (arrived[at - 1] ?? devices));
  // 32 over 20 tenths: a storm would be one tenth with all of them.
  expect(Math.max(...each), `a tenth of a second: ${each}`).toBeLessThanOrEqual(devices / 4);
  expect(each.filter((count) => count > 0).length, `tenths in which any came: ${each}`).toBeGreaterThanOrEqual(10);
});

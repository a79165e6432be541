/** A listening session in fake time: registered again, asked whether it is there, and what becomes of one that says nothing. */
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import type { Finding } from "../../../daemon/model/observation.ts";
import type { Answer, Conversation } from "../../../probes/shell/dialect.ts";
import type { Line } from "../../../probes/shell/line.ts";
import { Live } from "../../../probes/shell/live.ts";
import { done, type Failure, failed, reasonOf } from "../../../probes/shell/outcome.ts";
import { Upkeep } from "../../../probes/shell/upkeep.ts";

const asks = [{ command: "xStatus SIP", values: [{ path: "SIP.Status", name: "sip_registration", as: "state" as const }] }];
const shell = { dialect: "xapi" as const, asks, feedback: ["/Status/SIP", "/Status/Standby"] };

/** A device that answers at once, unless told to be silent. */
class Fake {
  readonly asked: string[][] = [];
  silent = false;
  heardAtMs = performance.now();
  ended: Failure | undefined;
  readonly heard: Finding[] = [];
  readonly #watchers: ((failure: Failure) => void)[] = [];
  readonly live: Live;
  readonly upkeep: Upkeep;
  numbered = true;
  allowed = true;

  constructor() {
    const line: Line = {
      transport: "ssh",
      ended: undefined,
      onEnd: (watcher) => {
        this.#watchers.push(watcher);
        return () => undefined;
      },
      end: (failure) => {
        this.ended ??= failure;
        for (const watcher of this.#watchers.splice(0)) watcher(failure);
      },
      shell: () => Promise.reject(new Error("not asked for")),
    };
    const fake = this;
    const conversation: Conversation = {
      get numbered() {
        return fake.numbered;
      },
      ask: (commands, signal) => this.#ask(commands, signal),
    };
    this.upkeep = new Upkeep(() => [this.live]);
    this.live = new Live({
      plan: this.upkeep.planOf(shell),
      line,
      conversation,
      listening: { register: (expression) => `register ${expression}`, heartbeat: "beat", heardAtMs: () => this.heardAtMs },
      inventory: () => new Set(),
      parts: new Map(),
      pace: async () => this.allowed,
      heard: (finding) => this.heard.push(finding),
      random: () => 0,
    });
    this.upkeep.start();
  }

  #ask(commands: readonly string[], signal: AbortSignal) {
    this.asked.push([...commands]);
    if (!this.silent) {
      this.heardAtMs = performance.now();
      return Promise.resolve(done(commands.map((): Answer => ({ form: "json", status: undefined }))));
    }
    return new Promise<ReturnType<typeof failed>>((resolve) =>
      signal.addEventListener("abort", () => resolve(failed(reasonOf(signal))), { once: true }),
    );
  }

  look(status: object = { SIP: { Status: { Value: "Registered" } } }): void {
    this.live.answered(0, { form: "json", status });
    this.live.looked(new Map());
    this.live.registered([
      { form: "json", status: undefined },
      { form: "json", status: undefined, problem: "Error" },
    ]);
  }
}

let fake: Fake;
beforeEach(() => {
  vi.useFakeTimers();
  fake = new Fake();
});
afterEach(() => {
  fake.upkeep.stop();
  vi.useRealTimers();
});

describe("a session that listens", () => {
  it("registers again every two minutes, and counts what was refused", async () => {
    fake.look();
    expect(fake.live.refused).toBe(1);
    await vi.advanceTimersByTimeAsync(245_000);
    const registered = fake.asked.filter(([first]) => first?.startsWith("register"));
    expect(registered).toEqual([
      ["register /Status/SIP", "register /Status/Standby"],
      ["register /Status/SIP", "register /Status/Standby"],
    ]);
    expect(fake.live.refused).toBe(0);
  });

  it("asks whether the device is there after 30 s without a word, and not while it talks", async () => {
    fake.look();
    await vi.advanceTimersByTimeAsync(29_000);
    fake.heardAtMs = performance.now();
    await vi.advanceTimersByTimeAsync(29_000);
    expect(fake.asked).toEqual([]);
    await vi.advanceTimersByTimeAsync(2_000);
    expect(fake.asked).toEqual([["beat"]]);
    await vi.advanceTimersByTimeAsync(31_000);
    expect(fake.asked).toEqual([["beat"], ["beat"]]);
    expect(fake.ended).toBeUndefined();
  });

  it("ends when no heartbeat is answered for 45 s: a half-open socket is found between looks", async () => {
    fake.look();
    fake.silent = true;
    await vi.advanceTimersByTimeAsync(30_000 + 40_000);
    expect(fake.ended, "a codec may answer as late as 40 s").toBeUndefined();
    await vi.advanceTimersByTimeAsync(8_000);
    expect(fake.ended).toMatchObject({ status: "down", code: "ssh.timeout" });
    await vi.advanceTimersByTimeAsync(300_000);
    expect(fake.asked, "nothing more is asked of it").toHaveLength(1);
  });

  it("lives on when the device said something else meanwhile, unless its answers have no numbers", async () => {
    for (const numbered of [true, false]) {
      fake.upkeep.stop();
      fake = new Fake();
      fake.numbered = numbered;
      fake.look();
      fake.silent = true;
      await vi.advanceTimersByTimeAsync(32_000);
      fake.heardAtMs = performance.now();
      await vi.advanceTimersByTimeAsync(46_000);
      expect(fake.ended === undefined).toBe(numbered);
    }
  });

  it("asks nothing before the first look was answered, nor while the ceiling lets nothing out", async () => {
    await vi.advanceTimersByTimeAsync(300_000);
    expect(fake.asked).toEqual([]);
    fake.look();
    fake.allowed = false;
    await vi.advanceTimersByTimeAsync(300_000);
    expect(fake.asked).toEqual([]);
    expect(fake.ended).toBeUndefined();
  });

  it("tells nothing before the first look was answered, and nothing after its end", async () => {
    fake.live.told({ Status: { SIP: { Status: { Value: "Failed" } } } });
    await vi.advanceTimersByTimeAsync(1_000);
    expect(fake.heard).toEqual([]);
    fake.look();
    fake.live.told({ Status: { SIP: { Status: { Value: "Failed" } } } });
    await vi.advanceTimersByTimeAsync(1_000);
    expect(fake.heard.map(({ readings }) => readings[0]?.value)).toEqual(["failed"]);
    fake.live.told({ Status: { SIP: { Status: { Value: "Rejected" } } } });
    fake.silent = true;
    await vi.advanceTimersByTimeAsync(1);
    fake.ended = undefined;
    await vi.advanceTimersByTimeAsync(120_000);
    const told = fake.heard.length;
    fake.live.told({ Status: { SIP: { Status: { Value: "Registered" } } } });
    await vi.advanceTimersByTimeAsync(1_000);
    expect(fake.heard).toHaveLength(told);
  });

  it("shares its plan with devices of the same data, also after a reload that changed nothing", () => {
    const copy = JSON.parse(JSON.stringify(shell));
    expect(fake.upkeep.planOf(copy)).toBe(fake.upkeep.planOf(shell));
    expect(fake.upkeep.planOf({ ...copy, feedback: ["/Status"] }).id).not.toBe(fake.upkeep.planOf(shell).id);
  });
});

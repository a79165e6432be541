/**
 * The diagnoser with a real store and a clock of our own: in which order it goes, how many at once, what becomes of a check that does not
 * answer, of a daemon that dies, of an incident that goes into another meanwhile.
 */
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import type { Config } from "../../daemon/model/config.ts";
import type { Diagnosis, DiagnosisFact } from "../../daemon/model/diagnosis.ts";
import type { Incident } from "../../daemon/model/incident.ts";
import { MINUTE, SECOND } from "../../daemon/model/time.ts";
import type { Fence } from "../../daemon/ports.ts";
import { Diagnoser, type DiagnosisCheck, type Questions } from "../../daemon/roles/diagnoser.ts";
import { DiagnosisDesk } from "../../daemon/roles/diagnosis-desk.ts";
import { type OpenedStore, openStore } from "../../daemon/store/open.ts";
import { config as configOf, device, incident as made, quiet } from "../api/fixture.ts";
import { FakeClock } from "../fakes/clock.ts";

let folder: string;
let clock: FakeClock;
let store: OpenedStore;
let config: Config;
let diagnoser: Diagnoser | undefined;
let fence: Fence;
let stop: AbortController;
let ended: Promise<void>;
/** What was asked, in order: `first 01`. */
let asked: string[];
let late: string[];
let finished: Diagnosis[];
let waiting: number;
let questions: Questions;

const fact = (name: string, value: string): DiagnosisFact => ({ name, value, at: clock.now(), from: "look" });
const check = (id: string, run: (signal: AbortSignal) => Promise<readonly DiagnosisFact[]>): DiagnosisCheck => ({
  id,
  tells: [id],
  run: async (signal) => ({ facts: await run(signal) }),
});
const slow = (ms: number, name: string, value: string) =>
  check(name, async (signal) => {
    await clock.sleep(ms, signal);
    return [fact(name, value)];
  });

beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), "vigie-diagnoser-"));
  clock = new FakeClock();
  config = configOf([device("codec-1")]);
  diagnoser = undefined;
  asked = [];
  late = [];
  finished = [];
  waiting = 0;
  questions = {
    first: ({ id }) => {
      asked.push(`first ${id}`);
      return [slow(SECOND, "ping", "silent"), slow(SECOND, "gateway", "answers")];
    },
    rest: ({ id }, _diagnosis, busy) => {
      asked.push(`${busy ? "busy " : ""}rest ${id}`);
      return [slow(2 * SECOND, "power", "battery")];
    },
  };
  store = await openStore({ storage: { kind: "sqlite", path: join(folder, "vigie.db") }, stateDir: folder, clock });
  await store.migrate();
});
afterEach(async () => {
  await halt();
  await store.close();
  rmSync(folder, { recursive: true, force: true });
});

async function halt(): Promise<void> {
  stop?.abort();
  await clock.advance(0);
  await ended;
}

async function start(holder = "one"): Promise<void> {
  fence = (await store.acquireLease("diagnoser", holder, 30_000)) ?? fence;
  const own = fence;
  diagnoser = new Diagnoser({
    ...{ store, clock, log: quiet, config: () => config, changed() {} },
    questions: { first: (...of) => questions.first(...of), rest: (...of) => questions.rest(...of) },
    leases: { fence: () => own, held: () => true, wait: async () => undefined },
    stats: {
      ended: (diagnosis) => void finished.push(diagnosis),
      late: (id) => void late.push(id),
      waiting: (count) => {
        waiting = count;
      },
    },
  });
  stop = new AbortController();
  ended = diagnoser.run(stop.signal, () => {});
}

/** As the evaluator does: written, then told. */
async function open(...all: Incident[]): Promise<void> {
  await store.transaction(undefined, async (tx) => {
    for (const each of all) await tx.insertIncident(each);
  });
  diagnoser?.poke();
}
const incident = (id: string, more: Partial<Incident> = {}) => made(id, { openedAt: clock.now(), ...more });
const diagnoses = (id: string) => store.diagnoses(id);
const events = async (id: string) => (await store.timeline(id)).map(({ event }) => event);

/** What was begun is written: the store has one writer, and a transaction of ours ends after those before it. Over when some rounds move nothing. */
async function settle(): Promise<void> {
  const state = () => `${asked.length} ${waiting} ${finished.length} ${late.length} ${clock.sleeping}`;
  let [same, before] = [0, state()];
  for (let round = 0; same < 4 && round < 200; round += 1) {
    await store.transaction(undefined, async () => undefined);
    await store.ping();
    await clock.advance(0);
    const after = state();
    same = after === before ? same + 1 : 0;
    before = after;
  }
}

/** In small steps, so that what is woken has written before time goes on. */
async function pass(ms: number): Promise<void> {
  await settle();
  for (let left = ms; left > 0; left -= 500) {
    await clock.advance(Math.min(500, left));
    await settle();
  }
}

describe("an incident that opens", () => {
  it("has a verdict of what a ping tells at once, and the whole one soon; one line tells of it", async () => {
    await start();
    await open(incident("01"));
    await pass(1_500);
    expect((await diagnoses("01"))[0]).toMatchObject({
      state: "running",
      judged: { verdict: "power", row: "maybe-no-power", confidence: 44 },
    });
    await pass(2_500);
    const [done] = await diagnoses("01");
    expect(done).toMatchObject({
      id: "VIG-2026-01-D1",
      state: "done",
      attempts: 1,
      by: "system",
      timedOut: [],
      judged: { row: "power-fails-there" },
    });
    expect(done?.facts.map(({ name, value }) => `${name} ${value}`)).toEqual(["ping silent", "gateway answers", "power battery"]);
    expect(done?.also.map(({ verdict }) => verdict)).not.toContain("power");
    const [line] = await store.timeline("01");
    expect(line).toMatchObject({ event: "diagnosed", by: "system", data: { found: "power", confidence: 82, diagnosis: "VIG-2026-01-D1" } });
    expect(line?.why).toContain("UPS");
    expect(asked).toEqual(["first 01", "rest 01"]);
    expect(finished.map(({ state }) => state)).toEqual(["done"]);
    await pass(MINUTE);
    expect(await diagnoses("01")).toHaveLength(1);
  });

  it("moves neither its version nor its timer: who is told, and when, is as it was", async () => {
    await start();
    await open(incident("01"));
    const before = await store.incident("01");
    await pass(10 * SECOND);
    expect((await diagnoses("01"))[0]?.state).toBe("done");
    expect(await store.incident("01")).toEqual(before);
    expect((await store.outboxDepth()).pending).toBe(0);
  });

  it("is not diagnosed by itself where the configuration says so, and is when somebody asks", async () => {
    config = { ...config, diagnosis: { ...config.diagnosis, automatic: false } };
    await start();
    await open(incident("01"));
    await pass(10 * SECOND);
    expect(await diagnoses("01")).toEqual([]);
    const desk = new DiagnosisDesk({ store, clock, config: () => config, changed() {}, poke: () => diagnoser?.poke() });
    const result = await desk.ask("VIG-2026-01", "ann", 1);
    expect(result).toMatchObject({ ok: true, diagnosis: { id: "VIG-2026-01-D1", state: "queued", by: "ann" } });
    await pass(5 * SECOND);
    expect((await diagnoses("01"))[0]).toMatchObject({ state: "done", by: "ann" });
    expect(await events("01")).toEqual(["diagnosis-asked", "diagnosed"]);
  });

  it("is left alone once it is old, folded or restored", async () => {
    const since = clock.now();
    await open(
      incident("01", { openedAt: since - 31 * MINUTE }),
      incident("02", { foldedInto: "01", state: "closed", closedAt: since }),
      incident("03", { state: "restored", restoredAt: since }),
    );
    await start();
    await pass(10 * SECOND);
    expect(asked).toEqual([]);
  });
});

describe("a check that does not answer", () => {
  it("reads unknown, is named and counted, and the whole ends in its time", async () => {
    questions = {
      first: () => [slow(SECOND, "ping", "silent"), check("gateway", () => new Promise(() => {}))],
      rest: () => [check("path", () => new Promise(() => {})), slow(SECOND, "power", "none")],
    };
    await start();
    await open(incident("01"));
    await pass(3_500);
    expect((await diagnoses("01"))[0]?.facts.find(({ name }) => name === "gateway")).toMatchObject({ value: "unknown" });
    await pass(9 * SECOND);
    const [done] = await diagnoses("01");
    expect(done).toMatchObject({ state: "done", timedOut: ["gateway", "path"] });
    expect((done?.endedAt ?? 0) - (done?.startedAt ?? 0)).toBeLessThanOrEqual(12 * SECOND);
    expect(late).toEqual(["gateway", "path"]);
  });

  it("breaks alone: one that throws has told nothing", async () => {
    questions = {
      first: () => [
        slow(SECOND, "ping", "silent"),
        check("gateway", async () => {
          throw new TypeError("a defect");
        }),
      ],
      rest: () => [],
    };
    await start();
    await open(incident("01"));
    await pass(3 * SECOND);
    expect((await diagnoses("01"))[0]).toMatchObject({ state: "done", timedOut: [] });
    expect((await diagnoses("01"))[0]?.facts).toContainEqual(
      expect.objectContaining({ name: "gateway", value: "unknown", detail: "the check itself failed" }),
    );
  });

  it("is told to stop at its deadline", async () => {
    let stopped = false;
    questions = {
      first: () => [
        check(
          "ping",
          (signal) =>
            new Promise(() =>
              signal.addEventListener("abort", () => {
                stopped = true;
              }),
            ),
        ),
      ],
      rest: () => [],
    };
    await start();
    await open(incident("01"));
    await pass(2 * SECOND);
    expect(stopped).toBe(false);
    await pass(3 * SECOND);
    expect(stopped).toBe(true);
  });
});

describe("a storm", () => {
  it("is gone through a few at once, the most urgent first, and asks less while many wait", async () => {
    const all = Array.from({ length: 60 }, (_, index) =>
      incident(String(index).padStart(2, "0"), { urgency: index === 59 ? "now" : index === 58 ? "before-session" : "service-hours" }),
    );
    await open(...all);
    let [now, most] = [0, 0];
    const counted = questions.first;
    questions = {
      ...questions,
      first: (of, diagnosis) => [
        ...counted(of, diagnosis),
        check("counted", async (signal) => {
          now += 1;
          most = Math.max(most, now);
          await clock.sleep(SECOND, signal);
          now -= 1;
          return [];
        }),
      ],
    };
    await start();
    await pass(1_000);
    // Four are begun together; which of them writes first is the store's business.
    expect(asked.slice(0, 4).sort()).toEqual(["first 00", "first 01", "first 58", "first 59"]);
    expect(waiting).toBe(56);
    await pass(3 * 16 * SECOND);
    expect(most).toBe(4);
    const firsts = asked.filter((each) => each.startsWith("first"));
    expect(new Set(firsts).size).toBe(firsts.length);
    expect(firsts).toHaveLength(60);
    expect(asked).toContain("busy rest 59");
    expect(asked).toContain("rest 57");
    expect((await store.diagnosesIn(["done"], 100)).length).toBe(60);
  });

  it("lets who asks go first", async () => {
    config = { ...config, diagnosis: { ...config.diagnosis, atOnce: 1 } };
    await open(
      incident("01", { urgency: "now" }),
      incident("02", { urgency: "now" }),
      incident("03", { state: "restored", restoredAt: clock.now() }),
    );
    const desk = new DiagnosisDesk({ store, clock, config: () => config, changed() {}, poke() {} });
    await desk.ask("03", "ann", 2);
    await start();
    await pass(1_000);
    expect(asked[0]).toBe("first 03");
    expect(asked).not.toContain("first 01");
    for (let times = 0; times < 3; times += 1) expect((await desk.ask("03", "ann", 1)).ok).toBe(true);
    expect(await desk.ask("03", "ann", 1)).toMatchObject({
      ok: false,
      status: 409,
      problem: expect.stringContaining("4 diagnoses of VIG-2026-03 wait"),
    });
  });
});

describe("an incident that goes into another while it is diagnosed", () => {
  it("is not asked further", async () => {
    await start();
    await open(incident("01"));
    await pass(500);
    const before = (await store.incident("01")) as Incident;
    await store.transaction(undefined, (tx) =>
      tx.updateIncident({ ...before, foldedInto: "00", state: "closed", closedAt: clock.now(), version: before.version + 1 }),
    );
    await pass(5 * SECOND);
    expect(asked).toEqual(["first 01"]);
    expect((await diagnoses("01"))[0]).toMatchObject({ state: "unfinished", why: "it became part of another incident" });
    expect(await events("01")).toEqual(["diagnosis-unfinished"]);
  });
});

describe("a daemon that dies", () => {
  it("leaves one that is begun once more, from the beginning, with what people answered meanwhile", async () => {
    await start();
    await open(incident("01"));
    await pass(1_500);
    const desk = new DiagnosisDesk({ store, clock, config: () => config, changed() {}, poke() {} });
    await desk.tick("01", "VIG-2026-01-D1", { step: "power-light", answer: "no", by: "ann" });
    await halt();
    expect((await diagnoses("01"))[0]).toMatchObject({ state: "running", attempts: 1 });
    await start("two");
    await pass(500);
    expect((await diagnoses("01"))[0]).toMatchObject({ state: "running", attempts: 2 });
    await pass(6 * SECOND);
    const [done] = await diagnoses("01");
    expect(done).toMatchObject({ state: "done", judged: { row: "no-power-light", verdict: "power" }, answers: [{ step: "power-light" }] });
    expect(done?.facts.filter(({ name }) => name === "ping")).toHaveLength(1);
    expect(await events("01")).toEqual(["step", "diagnosed"]);
  });

  it("twice, is closed as unfinished, with what was known, and is not begun a third time", async () => {
    await open(incident("01"));
    for (const holder of ["one", "two"]) {
      await start(holder);
      await pass(1_500);
      await halt();
    }
    await start("three");
    await pass(10 * SECOND);
    const [given] = await diagnoses("01");
    expect(given).toMatchObject({ state: "unfinished", attempts: 2, why: "it was begun twice, and the daemon ended both times" });
    expect(given?.judged?.verdict).toBe("power");
    expect(await events("01")).toEqual(["diagnosis-unfinished"]);
    expect(asked.filter((each) => each === "first 01")).toHaveLength(2);
  });

  it("writes nothing any more once another has its lease", async () => {
    await start("one");
    await open(incident("01"));
    await pass(1_500);
    const old = { stop, ended };
    await store.releaseLease(fence);
    await start("two");
    await pass(10 * SECOND);
    old.stop.abort();
    await clock.advance(0);
    await old.ended.catch(() => undefined);
    const [done] = await diagnoses("01");
    expect(done).toMatchObject({ state: "done", attempts: 2 });
    expect(await events("01")).toEqual(["diagnosed"]);
  });
});

describe("a first step", () => {
  it("is ticked once somebody did it: on the timeline, and the verdict moves with an answer", async () => {
    await start();
    await open(incident("01"));
    await pass(6 * SECOND);
    const desk = new DiagnosisDesk({ store, clock, config: () => config, changed() {}, poke() {} });
    const ticked = await desk.tick("01", "VIG-2026-01-D1", { step: "network-cable", answer: "no", by: "ann", note: "it hung loose" });
    expect(ticked).toMatchObject({ ok: true, diagnosis: { judged: { verdict: "local-network", row: "cable-out" } } });
    const line = (await store.timeline("01")).at(-1);
    expect(line).toMatchObject({ event: "step", by: "ann", data: { step: "network-cable", answer: "no", note: "it hung loose" } });
    const tick = (step: string, answer: "yes" | "no" | "done", of = "VIG-2026-01-D1") => desk.tick("01", of, { step, answer, by: "ann" });
    expect(await tick("network-cable", "done")).toMatchObject({
      ok: false,
      status: 422,
      problem: expect.stringContaining("answer yes or no"),
    });
    expect(await tick("restart-device", "yes")).toMatchObject({ ok: false, status: 422, problem: expect.stringContaining("write done") });
    expect(await tick("dance", "done")).toMatchObject({ ok: false, status: 422 });
    expect(await tick("restart-device", "done", "VIG-2026-02-D1")).toMatchObject({ ok: false, status: 404 });
    expect(await tick("restart-device", "done")).toMatchObject({ ok: true });
  });
});

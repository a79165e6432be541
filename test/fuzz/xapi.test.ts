/**
 * Spoilt xAPI streams, in JSON and in lines: nothing throws, every question ends, what is read stays small; and in whole streams, cut anywhere,
 * no name of a far end gets out of the probe.
 *
 * In process, without a socket: a line whose bytes are made here. Over real SSH: test/probes/ssh.
 */
import { EventEmitter } from "node:events";
import { afterAll, describe, expect, it } from "vitest";
import { loadFamilies, shippedFamilies } from "../../probes/families.ts";
import type { Answer, Conversation, Dialect } from "../../probes/shell/dialect.ts";
import type { Line, Stream } from "../../probes/shell/line.ts";
import { done, type Failure, unknown } from "../../probes/shell/outcome.ts";
import { Picture, type Plan, planOf } from "../../probes/shell/picture.ts";
import { Trace } from "../../probes/shell/trace.ts";
import { describe as describeAnswer, readValues } from "../../probes/shell/values.ts";
import { terminal, xapi } from "../../probes/ssh/xapi.ts";
import { recordingOf } from "../probes/families/recorded.ts";
import { cases, corpus, heapBytes, keeping, seed } from "./effort.ts";
import { Chance, spoilt } from "./random.ts";

const kept = "xapi";
const families = loadFamilies([shippedFamilies()]).families;
const plans = new Map(["cisco-ce", "cisco-tc"].map((id) => [id, planOf(families.get(id)?.shell?.asks ?? [])]));
/** The recorded answers to what each plan asks, in its order. */
const printed = { json: recordedAnswers("cisco-ce"), terminal: recordedAnswers("cisco-tc") };
function recordedAnswers(id: string): readonly string[] {
  const said = new Map((recordingOf(id)?.shell ?? []).map(({ ask, answer }) => [ask, answer]));
  return (families.get(id)?.shell?.asks ?? []).map(({ command }) => said.get(command) ?? `nothing recorded of ${command}`);
}
const name = "Genevieve Tremblay";
const far = [`${name}`, `sip:${name.replace(" ", ".")}@far.example`, "+15145551234", "5145551234"] as const;
const secret = /Genevieve|Tremblay|far\.example|5551234/;

/** A device whose bytes are ours: what is written to it is seen, what it says is fed. */
class Played extends EventEmitter implements Line {
  readonly transport = "ssh" as const;
  ended: Failure | undefined;
  readonly #watchers = new Set<(failure: Failure) => void>();
  written = "";
  readonly stream = Object.assign(new EventEmitter(), {
    write: (text: string) => {
      this.written += text;
      return true;
    },
  });

  onEnd(watcher: (failure: Failure) => void): () => void {
    if (this.ended !== undefined) watcher(this.ended);
    this.#watchers.add(watcher);
    return () => this.#watchers.delete(watcher);
  }

  end(failure: Failure): void {
    if (this.ended !== undefined) return;
    this.ended = failure;
    for (const watcher of this.#watchers) watcher(failure);
  }

  shell() {
    return Promise.resolve(done(this.stream as unknown as Stream));
  }

  say(bytes: Buffer | string): void {
    if (this.ended === undefined) this.stream.emit("data", typeof bytes === "string" ? Buffer.from(bytes) : bytes);
  }
}

interface Talk {
  readonly line: Played;
  readonly conversation: Conversation;
  readonly trace: Trace;
  readonly picture: Picture;
  readonly plan: Plan;
}

const never = new AbortController().signal;
/** A minute, and 20 ms more for each transcript: a run that hangs ends here. */
const withinMs = (few: number, many?: number) => 60_000 + 20 * cases(few, many);
const tick = () => new Promise<void>((resolve) => setImmediate(resolve));

async function open(mode: "json" | "terminal"): Promise<Talk> {
  const line = new Played();
  const trace = new Trace();
  const plan = plans.get(mode === "json" ? "cisco-ce" : "cisco-tc");
  if (plan === undefined) throw new Error("no plan");
  const picture = new Picture(plan);
  const ears = {
    note: (text: string) => trace.note(text),
    unasked: (object: unknown) => void picture.told((object as { Status?: unknown }).Status),
  };
  const dialect: Dialect = mode === "json" ? xapi : terminal;
  const opening = dialect.open(line, ears, never);
  for (const said of [
    "Welcome\r\nOK\r\n",
    "OK\r\n",
    mode === "json" ? '{"ResultId":"1"}' : "*s SystemUnit Uptime: 1\r\n** end\r\n\r\nOK\r\n",
  ]) {
    await tick();
    line.say(said);
  }
  const opened = await opening;
  if (!opened.ok) throw new Error(opened.failure.detail);
  return { line, conversation: opened.value, trace, picture, plan };
}

const leaf = (value: string) => ({ Value: value });
/** Every field in which a codec names somebody. */
function people(chance: Chance): object {
  const who = () => leaf(chance.of(far));
  return {
    Call: [{ id: "2", ghost: undefined, DisplayName: who(), RemoteNumber: who(), CallbackNumber: who(), Status: leaf("Connected") }],
    Bookings: { Current: { Id: who(), Title: who(), Organizer: { FirstName: who(), LastName: who(), Email: who() } } },
    CallHistory: { Recent: [{ id: "1", DisplayName: who(), RemoteNumber: who(), CallbackNumber: who() }] },
    Conference: { ActiveSpeaker: { CallId: leaf("2") }, Call: [{ id: "2", Capabilities: { RemoteParty: who() } }] },
    SIP: { Registration: [{ id: "1", Status: leaf("Registered"), URI: who() }], CallForward: { DisplayName: who(), URI: who() } },
    Diagnostics: {
      Message: [{ id: "1", Type: leaf(chance.of(["CameraPairing", name])), Level: leaf("Error"), Description: who(), References: who() }],
    },
    MediaChannels: { Call: [{ id: "2", DisplayName: who(), Channel: [{ id: "7", Type: leaf("Video"), Direction: leaf("Incoming") }] }] },
    UserInterface: { ContactInfo: { Name: who(), ContactMethod: [{ id: "1", Number: who() }] } },
  };
}

function lines(node: unknown, path: string): string {
  if (typeof node !== "object" || node === null) return "";
  if ("Value" in node) return `*s ${path}: "${node.Value}"\r\n`;
  return Object.entries(node)
    .map(([key, inside]) =>
      Array.isArray(inside)
        ? inside.map((item) => lines(item, `${path} ${key} ${item.id}`.trim())).join("")
        : lines(inside, `${path} ${key}`.trim()),
    )
    .join("");
}

/** What a device might print now: answers, feedback, refusals, words. `first` is the number of the first open question. */
function piece(chance: Chance, mode: "json" | "terminal", first: number): string {
  const json = mode === "json";
  const status = people(chance);
  const part = Object.fromEntries([chance.of(Object.entries(status) as [[string, unknown], ...[string, unknown][]])]);
  switch (chance.below(8)) {
    case 0:
      return json ? `${JSON.stringify({ Status: part })}\r\n` : `${lines(part, "")}** end\r\n`;
    case 1:
      return json
        ? `{"Status":{"SIP":{"Registration":[{"id":"1","ghost":"True"}]}}}\r\n`
        : "*s SIP Registration 1 (ghost=True):\r\n** end\r\n";
    case 2:
      return "Command not recognized.\r\n";
    case 3:
      return json
        ? `{"CommandResponse":{"Status":{"status":"Error","Reason":{"Value":"${chance.of(far)}"}}},"ResultId":"${first + chance.below(16)}"}\n`
        : `*r Result (status=Error):\r\n  Reason: "${chance.of(far)}"\r\n** end\r\n\r\nERROR\r\n`;
    case 4:
      return `Incoming call from ${chance.of(far)}\r\nLast login from ${chance.of(far)}\r\n`;
    default:
      return json ? answersInJson(chance, status, first) : answersInLines(chance, status);
  }
}

/** What was recorded of the questions, each with everybody's names in it: some of them, in whatever order. */
function answersInJson(chance: Chance, status: object, first: number): string {
  const said = [...printed.json.entries()].filter(() => chance.below(8) === 0).sort(() => chance.below(3) - 1);
  return said
    .map(([at, answer]) => {
      const read = JSON.parse(answer) as { Status?: object };
      return `${JSON.stringify({ ...read, Status: { ...status, ...read.Status }, ResultId: String(first + at) })}\r\n`;
    })
    .join("");
}

/** In lines answers come in the order of the questions, from the first on. */
function answersInLines(chance: Chance, status: object): string {
  return printed.terminal
    .slice(0, chance.below(12) === 0 ? undefined : 1 + chance.below(4))
    .map((answer) => answer.replace(/^\*\* end/m, `${lines(status, "")}** end`).replaceAll("\n", "\r\n"))
    .join("\r\n");
}

/** What the transcripts came to: a run that reaches none of it shows nothing. */
interface Ends {
  answered: number;
  refused: number;
  /** Ended by the deadline, with questions open. */
  open: number;
  /** Readings told. */
  values: number;
}

/** Asks, feeds the bytes in pieces, gives up: the question has ended, and what there is can be read. */
async function transcript(talk: Talk, bytes: Buffer, chance: Chance, ends?: Ends): Promise<string> {
  const ending = new AbortController();
  const commands = talk.plan.asks.map(({ command }) => command);
  const answered: Answer[] = [];
  const asking = talk.conversation.ask(commands, ending.signal, (at, answer) => {
    answered.push(answer);
    talk.picture.answered(at, answer);
  });
  for (let at = 0; at < bytes.length; ) {
    const to = at + 1 + chance.below(chance.below(4) === 0 ? 3 : 400);
    talk.line.say(bytes.subarray(at, to));
    at = to;
  }
  ending.abort(unknown("ssh.timeout", "no answer in time"));
  const outcome = await endedAtOnce(asking);
  const values = readValues(talk.picture.asked(), { counters: new Map(), atMs: 1, inventory: new Set() });
  const spoken = answered.map((answer) => describeAnswer(answer, new Set()));
  if (ends !== undefined) {
    for (const answer of answered) ends[answer.form === "json" && answer.problem !== undefined ? "refused" : "answered"] += 1;
    ends.values += values.readings.length;
    if (!outcome.ok) ends.open += 1;
  }
  return JSON.stringify([outcome.ok ? "up" : outcome.failure, values, spoken]);
}

/** The deadline has passed: what has not ended within a few turns of the loop hangs. */
async function endedAtOnce<T>(asking: Promise<T>): Promise<T> {
  let ended = false;
  void asking.then(() => {
    ended = true;
  });
  for (let turn = 0; turn < 5 && !ended; turn += 1) await tick();
  if (!ended) throw new Error("the question hangs past its deadline");
  return asking;
}

/** The number that the next question will have: what was written last tells it. */
function nextId(talk: Talk): number {
  const last = [...talk.line.written.matchAll(/resultId="(\d+)"/g)].at(-1)?.[1];
  talk.line.written = talk.line.written.slice(-200);
  return Number(last ?? 0) + 1;
}

const talks: Talk[] = [];
afterAll(() => {
  for (const { line } of talks) line.end(unknown("ssh.engine", "over"));
});

describe.each(["json", "terminal"] as const)("a stream in %s", (mode) => {
  it(`that is spoilt ends within its turn, throws nothing and keeps little (seed ${seed})`, { timeout: withinMs(3_000) }, async () => {
    const chance = new Chance(seed);
    let talk = await open(mode);
    let heap = 0;
    let slowestMs = 0;
    const runs = cases(1_500);
    const ends: Ends = { answered: 0, refused: 0, open: 0, values: 0 };
    for (let run = 0; run < runs; run += 1) {
      if (talk.line.ended !== undefined || run % 200 === 0) {
        talk.line.end(unknown("ssh.engine", "over"));
        talk = await open(mode);
      }
      const first = nextId(talk);
      const whole = Buffer.from(Array.from({ length: 1 + chance.below(4) }, () => piece(chance, mode, first)).join(""));
      const bytes = spoilt(chance, whole, whole);
      const began = process.cpuUsage();
      await keepingLater(bytes, () => transcript(talk, bytes, chance, ends));
      slowestMs = Math.max(slowestMs, process.cpuUsage(began).user / 1_000);
      if (run === Math.floor(runs / 3)) heap = heapBytes();
    }
    expect(heapBytes() - heap).toBeLessThan(24 * 1024 * 1024);
    // CPU, not time: the machine may be busy. A collection of the heap is among it.
    expect(slowestMs).toBeLessThan(1_000);
    // Both ends of a question were reached, often, and there was something to read.
    expect(ends.answered).toBeGreaterThan(runs / 3);
    expect(ends.refused).toBeGreaterThan(runs / 10);
    expect(ends.open).toBeGreaterThan(runs / 2);
    expect(ends.values).toBeGreaterThan(runs);
    talks.push(talk);
  });

  it("lets no name of a far end out, wherever it stands and wherever the stream is cut", {
    timeout: withinMs(1_000, 200_000),
  }, async () => {
    const chance = new Chance(seed + 1);
    let talk = await open(mode);
    const ends: Ends = { answered: 0, refused: 0, open: 0, values: 0 };
    for (let run = 0; run < cases(1_000, 200_000); run += 1) {
      if (talk.line.ended !== undefined || run % 100 === 0) talk = await open(mode);
      const first = nextId(talk);
      const whole = Buffer.from(Array.from({ length: 1 + chance.below(5) }, () => piece(chance, mode, first)).join(""));
      await keepingLater(whole, async () => {
        const out = `${await transcript(talk, whole, chance, ends)}${JSON.stringify(talk.trace.lines())}`;
        if (!secret.test(out)) return;
        const at = out.search(secret);
        throw new Error(`a name got out: ${secret.exec(out)?.[0]} in ${out.slice(Math.max(0, at - 200), at + 100)}`);
      });
    }
    talks.push(talk);
    const runs = cases(1_000, 200_000);
    expect(ends.answered, "answers with names in them").toBeGreaterThan(runs / 2);
    expect(ends.values, "values told of them").toBeGreaterThan(runs);
  });

  it("of the corpus ends within its turn", async () => {
    expect(corpus(kept).length).toBeGreaterThanOrEqual(14);
    for (const bytes of corpus(kept)) {
      const talk = await open(mode);
      await transcript(talk, bytes, new Chance(1));
      talks.push(talk);
    }
  });
});

/** As `keeping`, for what ends later. */
async function keepingLater<T>(bytes: Buffer, run: () => Promise<T>): Promise<T> {
  try {
    return await run();
  } catch (error) {
    return keeping(kept, bytes, () => {
      throw error;
    });
  }
}

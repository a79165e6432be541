/**
 * A kept session that listens: what the device tells between looks becomes a whole finding, at most four a second; during a call its
 * media are asked; a device that says nothing is asked whether it is there.
 *
 * Everything is read-only: a registration is a wish to be told, and ends with the session.
 */
import type { ShellAsk } from "../../daemon/model/family.ts";
import type { Finding, Reading, Sample } from "../../daemon/model/observation.ts";
import type { Answer, Conversation, Listening } from "./dialect.ts";
import type { Parts } from "./gone.ts";
import type { Line } from "./line.ts";
import { down, unknown } from "./outcome.ts";
import { Picture, type Plan } from "./picture.ts";
import { type Counters, readValues, type Values } from "./values.ts";

/** What of a family a listening session needs; made once for all its devices. */
export interface LivePlan {
  /** Another plan has another id. */
  readonly id: number;
  readonly main: Plan;
  readonly feedback: readonly string[];
  readonly inCall: { readonly plan: Plan; readonly intervalMs: number } | undefined;
}

export interface LiveDeps {
  readonly plan: LivePlan;
  readonly line: Line;
  readonly conversation: Conversation;
  readonly listening: Listening;
  readonly inventory: () => ReadonlySet<string>;
  /** What was seen of the device's parts, over sessions. */
  readonly parts: Parts;
  /** Waits until this many questions may go to the device; false when they may not in time. */
  readonly pace: (questions: number, signal: AbortSignal) => Promise<boolean>;
  readonly heard: (finding: Finding) => void;
  /** 0..1: devices that were reached together do not stay in step. */
  readonly random: () => number;
}

const HEARTBEAT_MS = 30_000;
/** A codec answers as late as 40 s (devices.md A.3). */
const ANSWER_WITHIN_MS = 45_000;
const REGISTER_EVERY_MS = 120_000;
/** What comes at once belongs together; a flood becomes four findings a second. */
const GATHER_MS = 20;
const TELL_EVERY_MS = 250;

export class Live {
  readonly #deps: LiveDeps;
  readonly #picture: Picture;
  readonly #media: Picture | undefined;
  #mediaCounters: Counters = new Map();
  #mediaValues: Values = { samples: [], readings: [], whole: [] };
  #registeredAtMs: number | undefined;
  #mediaAtMs = 0;
  /** Rates of the last look: only a look reads counters. */
  #rates: readonly Sample[] = [];
  /** What was told last, or seen by a look; undefined: whatever comes is news. */
  #last: Values | undefined;
  #toldAtMs = Number.NEGATIVE_INFINITY;
  #timer: NodeJS.Timeout | undefined;
  readonly #upkeep = new Set<"heartbeat" | "register" | "media">();
  readonly #ending = new AbortController();
  /** Expressions that the device refused at the last registration. */
  refused = 0;

  constructor(deps: LiveDeps) {
    this.#deps = deps;
    this.#picture = new Picture(deps.plan.main);
    this.#media = deps.plan.inCall === undefined ? undefined : new Picture(deps.plan.inCall.plan);
    deps.line.onEnd((failure) => this.#end(failure));
  }

  /** Commands to ask before the look's own, so that nothing falls between the two; empty once registered. */
  registrations(): readonly string[] {
    if (this.#registeredAtMs !== undefined) return [];
    return this.#deps.plan.feedback.map((expression) => this.#deps.listening.register(expression));
  }

  registered(answers: readonly Answer[]): void {
    // Spread over the interval, so that a site that came back together does not register together for ever.
    this.#registeredAtMs = performance.now() - this.#deps.random() * (REGISTER_EVERY_MS / 2);
    this.refused = answers.filter((answer) => answer.form === "json" && answer.problem !== undefined).length;
  }

  answered(at: number, answer: Answer): void {
    this.#picture.answered(at, answer);
  }

  /** The values after a look: its answers, and what was told while it went on. */
  looked(counters: Counters): Values {
    const values = this.#read(counters);
    const names = new Set(
      this.#deps.plan.main.asks.flatMap(({ values: all }) => all.flatMap(({ as, name }) => (as === "counter" ? [name] : []))),
    );
    this.#rates = values.samples.filter(({ name }) => names.has(name));
    this.#followCall(values);
    const whole = this.#withMedia(values);
    this.#last = whole;
    return whole;
  }

  /** An object that answers no question; true when it was about something that is read. */
  told(object: unknown): boolean {
    const status = typeof object === "object" && object !== null && "Status" in object ? object.Status : undefined;
    if (status === undefined || !this.#picture.told(status)) return false;
    this.#schedule();
    return true;
  }

  /** Once a second: what is due is begun. */
  tick(nowMs: number): void {
    const { listening, plan } = this.#deps;
    if (this.#registeredAtMs !== undefined && nowMs - this.#registeredAtMs >= REGISTER_EVERY_MS) this.#begin("register");
    if (nowMs - listening.heardAtMs() >= HEARTBEAT_MS) this.#begin("heartbeat");
    if (plan.inCall !== undefined && this.#mediaAtMs > 0 && nowMs >= this.#mediaAtMs) {
      this.#mediaAtMs = nowMs + plan.inCall.intervalMs;
      this.#begin("media");
    }
  }

  #begin(what: "heartbeat" | "register" | "media"): void {
    if (this.#upkeep.has(what) || !this.#picture.complete || this.#ending.signal.aborted) return;
    this.#upkeep.add(what);
    const doing =
      what === "register" ? this.#register() : what === "media" ? this.#askMedia() : this.#ask([this.#deps.listening.heartbeat]);
    void doing.finally(() => this.#upkeep.delete(what));
  }

  async #register(): Promise<void> {
    this.#registeredAtMs = performance.now();
    const { feedback } = this.#deps.plan;
    const answers = await this.#ask(feedback.map((expression) => this.#deps.listening.register(expression)));
    if (answers !== undefined) this.registered(answers);
  }

  async #askMedia(): Promise<void> {
    const { inCall } = this.#deps.plan;
    if (inCall === undefined || this.#media === undefined) return;
    const answers = await this.#ask(inCall.plan.asks.map(({ command }) => command));
    // The call may have ended meanwhile.
    if (answers === undefined || this.#mediaAtMs === 0) return;
    for (const [at, answer] of answers.entries()) this.#media.answered(at, answer);
    const before = this.#mediaCounters;
    const seen: Counters = new Map(before);
    this.#mediaValues = readValues(this.#media.asked(), { counters: seen, atMs: performance.now(), inventory: this.#deps.inventory() });
    // Channels that are gone are forgotten: what is not new is not there any more.
    this.#mediaCounters = new Map([...seen].filter(([key, value]) => before.get(key) !== value));
    this.#last = undefined;
    this.#schedule();
  }

  /** Answers, or undefined: they did not come in time, and then the session is over. */
  async #ask(commands: readonly string[]): Promise<readonly Answer[] | undefined> {
    const { conversation, line, pace } = this.#deps;
    const ending = new AbortController();
    const late = down(`${line.transport}.timeout`, `the device answered nothing for ${ANSWER_WITHIN_MS / 1_000} s`);
    const timer = setTimeout(() => ending.abort(late), ANSWER_WITHIN_MS);
    const stop = (): void => ending.abort(this.#ending.signal.reason);
    this.#ending.signal.addEventListener("abort", stop, { once: true });
    try {
      if (!(await pace(commands.length, ending.signal))) return undefined;
      const sentMs = performance.now();
      const answers = await conversation.ask(commands, ending.signal, () => undefined);
      if (answers.ok) return answers.value;
      // It said other things meanwhile: it is slow, not dead. Without numbers a late answer would be taken for another's.
      if (conversation.numbered !== true || this.#deps.listening.heardAtMs() < sentMs) line.end(answers.failure);
      return undefined;
    } finally {
      clearTimeout(timer);
      this.#ending.signal.removeEventListener("abort", stop);
    }
  }

  #read(counters: Counters | undefined): Values {
    const { inventory, parts } = this.#deps;
    return readValues(this.#picture.asked(), { counters, atMs: performance.now(), inventory: inventory(), parts });
  }

  #followCall(values: Values): void {
    const now = performance.now();
    if (isInCall(values)) {
      // The first poll only has counters to start from.
      if (this.#mediaAtMs === 0) this.#mediaAtMs = now;
      return;
    }
    this.#mediaAtMs = 0;
    this.#mediaCounters = new Map();
    this.#media?.forget();
    this.#mediaValues = { samples: [], readings: [], whole: this.#mediaNames() };
  }

  /** Out of a call there is no channel: a loss that was is over. */
  #mediaNames(): readonly string[] {
    const asks: readonly ShellAsk[] = this.#deps.plan.inCall?.plan.asks ?? [];
    return [...new Set(asks.flatMap(({ values }) => values.flatMap(({ name, whole }) => (whole === true ? [name] : []))))];
  }

  #withMedia(values: Values): Values {
    const { samples, readings, whole } = this.#mediaValues;
    return {
      samples: [...values.samples, ...samples],
      readings: [...values.readings, ...readings],
      whole: [...values.whole, ...whole],
    };
  }

  #schedule(): void {
    if (this.#timer !== undefined || !this.#picture.complete || this.#ending.signal.aborted) return;
    const inMs = Math.max(GATHER_MS, this.#toldAtMs + TELL_EVERY_MS - performance.now());
    this.#timer = setTimeout(() => this.#tell(), inMs);
  }

  #tell(): void {
    this.#timer = undefined;
    const read = this.#read(undefined);
    this.#followCall(read);
    const values = this.#withMedia({ ...read, samples: [...read.samples, ...this.#rates] });
    if (this.#last !== undefined && isSame(values, this.#last)) return;
    this.#last = values;
    this.#toldAtMs = performance.now();
    const { samples, readings, whole } = values;
    this.#deps.heard({ status: "up", samples, readings, faults: [], ...(whole.length === 0 ? {} : { whole }) });
  }

  #end(reason: unknown): void {
    clearTimeout(this.#timer);
    this.#timer = undefined;
    this.#ending.abort(reason ?? unknown(`${this.#deps.line.transport}.engine`, "the session ended"));
  }
}

/** Would it make the same finding? */
function isSame(one: Values, other: Values): boolean {
  return areSame(one.readings, other.readings) && areSame(one.samples, other.samples) && one.whole.join() === other.whole.join();
}

type Told = Sample | Reading;

function areSame(one: readonly Told[], other: readonly Told[]): boolean {
  return (
    one.length === other.length &&
    one.every(({ name, part, value }, at) => other[at]?.name === name && other[at]?.part === part && other[at]?.value === value)
  );
}

/** A call is connected: the family's data says so in the words that all families share. */
function isInCall({ samples, readings }: Values): boolean {
  const calls = samples.find(({ name }) => name === "calls");
  if (calls !== undefined) return calls.value > 0;
  return readings.some(({ name, value }) => name === "system_state" && (value === "in-call" || value === "multisite"));
}

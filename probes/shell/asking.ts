/**
 * One look over a kept session: its questions, asked in one write, and what became of the session when they were not answered.
 */
import type { ShellAsk } from "../../daemon/model/family.ts";
import type { Answer } from "./dialect.ts";
import { done, failed, type Outcome, reasonOf } from "./outcome.ts";
import type { Kept } from "./session.ts";
import type { Trace } from "./trace.ts";
import { type Asked, describe, readValues } from "./values.ts";

export interface Asking {
  readonly asks: readonly ShellAsk[];
  readonly signal: AbortSignal;
  readonly trace: Trace;
  readonly inventory: () => ReadonlySet<string>;
  /** Waits until so many packets may go. */
  readonly pace: (packets: number, signal: AbortSignal) => Promise<void>;
  /** The command that is waited for now, for the detail of a timeout. */
  readonly waitFor: (command: string) => void;
}

/** Packets of questions written at once: one there, an answer each, and an acknowledgement for two of these. */
export function packetsOf(questions: number): number {
  return 1 + Math.ceil(questions * 1.5);
}

const NO_ANSWER: Answer = { form: "json", status: undefined };
/** A session on which the device said something as lately as this is slow, not dead. */
const LIVELY_MS = 60_000;

/** The answers to the family's questions; a session that listens registers first, and keeps what was answered. */
export async function askOver(kept: Kept, asking: Asking): Promise<Outcome<readonly Asked[]>> {
  const { asks, signal, trace, waitFor } = asking;
  const registrations = kept.live?.registrations() ?? [];
  const commands = [...registrations, ...asks.map(({ command }) => command)];
  kept.listening.trace = trace;
  try {
    if (commands[0] !== undefined) waitFor(commands[0]);
    // In one wait: what is written at once goes out at once.
    await asking.pace(packetsOf(commands.length), signal);
    for (const command of commands) trace.note(`> ${command}`);
    // The ceiling let nothing out in time: nothing was asked, and the session is as good as before.
    if (signal.aborted) return failed(reasonOf(signal));
    const answers = await kept.conversation.ask(commands, signal, (at, answer) => {
      const next = commands[at + 1];
      if (next !== undefined) waitFor(next);
      trace.note(() => describe(answer, asking.inventory()));
      if (at >= registrations.length) kept.live?.answered(at - registrations.length, answer);
    });
    if (answers.ok) {
      if (registrations.length > 0) kept.live?.registered(answers.value.slice(0, registrations.length));
      const own = answers.value.slice(registrations.length);
      return done(asks.map((ask, at): Asked => ({ ask, answer: own[at] ?? NO_ANSWER })));
    }
    // A late answer could be taken for the next one's where answers have no numbers: the session goes.
    if (!outlivesLateAnswer(kept)) kept.connection.end(answers.failure);
    return answers;
  } finally {
    kept.busy = false;
    kept.listening.trace = undefined;
  }
}

/**
 * A whole look: the questions, and while a call is connected those about it. A session that listens asks these by itself, at its own pace.
 * @param call its signal is for what is asked about the call, the first questions end with that of `asking`; `busy` is called when there is one.
 */
export async function askLook(
  kept: Kept,
  asking: Asking,
  call: { readonly asks: readonly ShellAsk[] | undefined; readonly signal: AbortSignal; readonly busy?: () => void },
): Promise<Outcome<readonly Asked[]>> {
  const asked = await askOver(kept, asking);
  if (!asked.ok || call.asks === undefined || kept.live !== undefined || !hasCall(asked.value)) return asked;
  call.busy?.();
  kept.busy = true;
  const more = await askOver(kept, { ...asking, asks: call.asks, signal: call.signal });
  return more.ok ? done([...asked.value, ...more.value]) : more;
}

function hasCall(asked: readonly Asked[]): boolean {
  const { samples } = readValues(asked, { counters: undefined, atMs: 0, inventory: new Set() });
  return samples.some(({ name, value }) => name === "calls" && value > 0);
}

function outlivesLateAnswer({ conversation }: Kept): boolean {
  const heardAtMs = conversation.listening?.heardAtMs();
  return conversation.numbered === true && heardAtMs !== undefined && performance.now() - heardAtMs < LIVELY_MS;
}

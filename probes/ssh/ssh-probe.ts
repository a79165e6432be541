/**
 * The SSH probe: logs in once, keeps the session, asks what the family's data says, and ends within the deadline.
 *
 * One login attempt a look at most after a refusal; a host key that changed sees nothing of ours. A refused login is
 * unknown, never down. What leaves here has passed the privacy filter.
 */
import type { ShellDialect } from "../../daemon/model/family.ts";
import { bare, type Fault, type Finding } from "../../daemon/model/observation.ts";
import { whenAborted } from "../ending.ts";
import type { Heard, Probe, ProbeMemory, Target } from "../probe.ts";
import { createDeviceGate, type DeviceGate } from "../rate-ceiling.ts";
import type { Answer, Dialect } from "../shell/dialect.ts";
import { COMMAND_LINES } from "../shell/dialects.ts";
import { done, down, type Failure, failed, type Outcome, reasonOf, unknown, within } from "../shell/outcome.ts";
import { type Kept, KeptSessions } from "../shell/session.ts";
import { Trace } from "../shell/trace.ts";
import { type Asked, type Counters, describe, readValues } from "../shell/values.ts";
import { openConnection, type SshConnection } from "./connection.ts";
import { exec } from "./exec.ts";
import { formatPin, type HostKey, parsePin } from "./host-key.ts";
import { readLogin } from "./login.ts";
import { xapi } from "./xapi.ts";

/** Waits until packets may go to a site. */
export type Pace = (site: string, packets: number, signal: AbortSignal) => Promise<void>;

export interface SshProbeOptions {
  /** Pinned host keys: `host-key:<device>`; a change not yet over: `host-key-changed:<device>`. */
  readonly memory: ProbeMemory;
  readonly pace?: Pace;
  /** For what kept sessions tell between looks. Nothing is registered with the devices yet, so nothing is told: objects that come unasked are counted. */
  readonly heard?: Heard;
  /** A device refused this credential; told once a login, beside the finding `ssh.auth-refused`. */
  readonly refused?: (device: string, credential: string) => void;
  /** A login succeeded (not told again for each look over a kept session). */
  readonly accepted?: (device: string, credential: string) => void;
  /** Our own addresses, numbers and names, which may stay in traces. */
  readonly inventory?: () => ReadonlySet<string>;
  /** Kept sessions; default 2,000. */
  readonly maxSessions?: number;
  /** Default 60 s (looks come oftener and notice by themselves); dead after two. */
  readonly keepaliveMs?: number;
  /** 0..1, for the jitter before a reconnection. */
  readonly random?: () => number;
}

export interface SshStats {
  readonly sessions: number;
  /** Since start. */
  readonly connections: number;
  readonly refusedLogins: number;
  readonly changedHostKeys: number;
  readonly questions: number;
  /** Objects of kept sessions that answered no question. */
  readonly unasked: number;
}

export interface SshProbe extends Probe {
  /** Pins another host key (`SHA256:…`, as the finding names it). The caller has asked a person, and audits it. Throws on anything else. */
  acceptHostKey(device: string, fingerprint: string): Promise<void>;
  /** Pins the key that the last look saw instead of the pinned one; undefined when no look saw one. */
  acceptSeenHostKey(device: string): Promise<{ readonly fingerprint: string } | undefined>;
  stats(): SshStats;
}

const DIALECTS: Readonly<Partial<Record<ShellDialect, Dialect>>> = { ...COMMAND_LINES, xapi, exec };
/** Packets of a TCP and SSH handshake with login; of one question and its answer. */
const LOGIN_PACKETS = 24;
const QUESTION_PACKETS = 3;
const MAX_JITTER_MS = 2_000;
const NONE: ReadonlySet<string> = new Set();
const NO_ANSWER: Answer = { form: "json", status: undefined };

/** What is known of a device between looks. */
interface Known {
  uptime?: number;
  readonly counters: Counters;
  /** The key that was seen instead of the pinned one. */
  offered?: HostKey;
  /** Its session broke: the next connection waits a random moment, so that a returning site is not stormed. */
  broke: boolean;
}

/** One look under way. */
interface Turn {
  readonly target: Target;
  readonly signal: AbortSignal;
  readonly trace: Trace;
  readonly known: Known;
  readonly faults: Fault[];
  /** The question under way, for the detail of a timeout. */
  asking?: string;
}

export function createSshProbe(options: SshProbeOptions): SshProbe {
  return new Prober(options);
}

class Prober implements SshProbe {
  readonly kind = "ssh";
  readonly #options: SshProbeOptions;
  readonly #sessions: KeptSessions;
  readonly #gate: DeviceGate = createDeviceGate(1);
  readonly #known = new Map<string, Known>();
  readonly #stopping = new AbortController();
  readonly #counts = { connections: 0, refusedLogins: 0, changedHostKeys: 0, questions: 0, unasked: 0 };

  constructor(options: SshProbeOptions) {
    this.#options = options;
    this.#sessions = new KeptSessions(options.maxSessions ?? 2_000);
  }

  async look(target: Target, signal: AbortSignal, options?: { readonly trace?: boolean }): Promise<Finding> {
    const ending = new AbortController();
    const timer = setTimeout(() => ending.abort(down("ssh.timeout", "no answer in time")), target.check.timeoutMs);
    const stop = (): void => ending.abort(unknown("ssh.engine", "the look was stopped"));
    const stoppers = [signal, this.#stopping.signal];
    const forgets = stoppers.map((stopper) => whenAborted(stopper, stop));
    if (stoppers.some((stopper) => stopper.aborted)) stop();
    const turn: Turn = { target, signal: ending.signal, trace: new Trace(), known: this.#knownOf(target.device.id), faults: [] };
    try {
      const outcome = await this.#inTurn(turn);
      return this.#finding(turn, outcome, options?.trace === true);
    } catch (error) {
      // A mistake of ours; its text may hold anything, its name does not.
      return bare("unknown", "probe.crash", `the SSH probe failed: ${error instanceof Error ? error.name : "unknown error"}`);
    } finally {
      clearTimeout(timer);
      for (const forget of forgets) forget();
    }
  }

  forget(device: string): void {
    this.#sessions.close(device);
    this.#known.delete(device);
  }

  stop(): Promise<void> {
    this.#stopping.abort();
    this.#sessions.closeAll();
    return Promise.resolve();
  }

  async acceptHostKey(device: string, fingerprint: string): Promise<void> {
    const accepted = parsePin(fingerprint);
    if (accepted === undefined)
      throw new Error(`"${fingerprint.slice(0, 80)}" is no SHA-256 fingerprint; write it as the finding shows it: SHA256:…`);
    const offered = this.#known.get(device)?.offered;
    const pin = accepted.type === undefined && offered?.fingerprint === accepted.fingerprint ? offered : accepted;
    this.#sessions.close(device);
    await this.#options.memory.set(`host-key:${device}`, formatPin(pin));
  }

  async acceptSeenHostKey(device: string): Promise<{ readonly fingerprint: string } | undefined> {
    const seen = this.#known.get(device)?.offered?.fingerprint ?? (await this.#options.memory.get(`host-key-changed:${device}`));
    if (seen === undefined || parsePin(seen) === undefined) return undefined;
    await this.acceptHostKey(device, seen);
    return { fingerprint: seen };
  }

  stats(): SshStats {
    return { sessions: this.#sessions.size, ...this.#counts };
  }

  #knownOf(device: string): Known {
    let known = this.#known.get(device);
    if (known === undefined) {
      known = { counters: new Map(), broke: false };
      this.#known.set(device, known);
    }
    return known;
  }

  /** Waits for the device's turn, then looks. */
  async #inTurn(turn: Turn): Promise<Outcome<readonly Asked[]>> {
    const leave = await this.#gate.enter(turn.target.device.id, turn.signal);
    if (leave === undefined) return failed(unknown("ssh.engine", "another look at the device took the whole time"));
    try {
      return await this.#ask(turn);
    } finally {
      leave();
    }
  }

  async #ask(turn: Turn): Promise<Outcome<readonly Asked[]>> {
    const fit = fitOf(turn.target);
    const kept = this.#sessions.take(turn.target.device.id, fit);
    if (kept !== undefined) {
      const outcome = await this.#askOver(kept, turn);
      // A session that had died unnoticed says nothing about the device: once more, over a new one.
      if (outcome.ok || turn.signal.aborted || kept.connection.ended === undefined || outcome.failure.code !== "ssh.protocol")
        return outcome;
      turn.trace.note("the kept session was dead; connecting again");
    }
    const opened = await this.#open(turn, fit);
    return opened.ok ? this.#askOver(opened.value, turn) : opened;
  }

  async #askOver(kept: Kept, turn: Turn): Promise<Outcome<readonly Asked[]>> {
    const asks = turn.target.family.shell?.asks ?? [];
    kept.listening.trace = turn.trace;
    try {
      const waitFor = (at: number) => {
        const command = asks[at]?.command;
        if (command !== undefined) turn.asking = command;
      };
      waitFor(0);
      for (const { command } of asks) {
        await this.#options.pace?.(turn.target.device.site, QUESTION_PACKETS, turn.signal);
        turn.trace.note(`> ${command}`);
      }
      // The ceiling let nothing out in time: nothing was asked, and the session is as good as before.
      if (turn.signal.aborted) return failed(reasonOf(turn.signal));
      this.#counts.questions += asks.length;
      const commands = asks.map(({ command }) => command);
      const answers = await kept.conversation.ask(commands, turn.signal, (at, answer) => {
        waitFor(at + 1);
        turn.trace.note(() => describe(answer, this.#inventory()));
      });
      if (answers.ok) return done(asks.map((ask, at): Asked => ({ ask, answer: answers.value[at] ?? NO_ANSWER })));
      // A late answer could be taken for the next one's in a dialect without ids: the session goes.
      kept.connection.end(answers.failure);
      return answers;
    } finally {
      kept.busy = false;
      kept.listening.trace = undefined;
    }
  }

  #inventory(): ReadonlySet<string> {
    return this.#options.inventory?.() ?? NONE;
  }

  async #open(turn: Turn, fit: string): Promise<Outcome<Kept>> {
    const { target, known, signal } = turn;
    const login = readLogin(target.credential);
    if (!login.ok) return login;
    const pin = await this.#pin(turn);
    if (!pin.ok) return pin;
    if (known.broke) await pause((this.#options.random ?? Math.random)() * Math.min(MAX_JITTER_MS, target.check.timeoutMs / 4), signal);
    known.broke = false;
    await this.#options.pace?.(target.device.site, LOGIN_PACKETS, signal);
    this.#counts.connections += 1;
    const opened = await openConnection(
      {
        host: target.device.address,
        port: target.device.sshPort,
        login: login.value,
        ...(pin.value === undefined ? {} : { pinned: pin.value }),
        legacy: target.device.legacy.sshAlgorithms,
        keepaliveMs: this.#options.keepaliveMs ?? 60_000,
        note: (line) => turn.trace.note(line),
        offered: (key) => {
          known.offered = key;
        },
      },
      signal,
    );
    if (!opened.ok) return this.#notOpened(turn, opened.failure);
    return this.#converse(turn, fit, opened.value);
  }

  /** The pinned key; undefined before the first use. */
  async #pin(turn: Turn): Promise<Outcome<HostKey | undefined>> {
    const { id } = turn.target.device;
    const read = await within<string | undefined>(turn.signal, (settle) => {
      this.#options.memory.get(`host-key:${id}`).then(
        (value) => settle(done(value)),
        // No pin to compare with is no reason to trust: nothing is sent.
        () => settle(failed(unknown("ssh.engine", "the pinned host key cannot be read from the store"))),
      );
    });
    if (!read.ok || read.value === undefined) return read.ok ? done(undefined) : read;
    const pinned = parsePin(read.value);
    return pinned === undefined
      ? failed(unknown("ssh.engine", `the pinned host key of ${id} is unreadable; accept a key again`))
      : done(pinned);
  }

  async #notOpened(turn: Turn, failure: Failure): Promise<Outcome<Kept>> {
    const { device, credential } = turn.target;
    if (failure.code === "ssh.auth-refused") {
      this.#counts.refusedLogins += 1;
      if (credential !== undefined) this.#options.refused?.(device.id, credential.id);
    }
    if (failure.code === "ssh.host-key-changed") {
      this.#counts.changedHostKeys += 1;
      turn.faults.push({ symptom: "host-key-changed", effect: "raise", text: failure.detail.slice(0, 200) });
      await this.#remember(turn, `host-key-changed:${device.id}`, turn.known.offered?.fingerprint ?? "changed");
    }
    return failed(failure);
  }

  /** Writes a fact down; false when the store could not, or the turn ended first. */
  async #remember(turn: Turn, key: string, value: string): Promise<boolean> {
    const written = await within<undefined>(turn.signal, (settle) => {
      this.#options.memory.set(key, value).then(
        () => settle(done(undefined)),
        () => settle(failed(unknown("ssh.engine", "the store could not keep the host key"))),
      );
    });
    return written.ok;
  }

  async #converse(turn: Turn, fit: string, connection: SshConnection): Promise<Outcome<Kept>> {
    const { target, known, signal } = turn;
    if (target.credential !== undefined) this.#options.accepted?.(target.device.id, target.credential.id);
    if (!(await this.#trust(turn, connection.hostKey))) {
      const failure = signal.aborted ? reasonOf(signal) : unknown("ssh.engine", "the store could not keep the host key");
      connection.end(failure);
      return failed(failure);
    }
    const listening: { trace: Trace | undefined } = { trace: turn.trace };
    const ears = {
      note: (line: string) => listening.trace?.note(line),
      unasked: () => {
        this.#counts.unasked += 1;
      },
    };
    const conversation = await (DIALECTS[target.family.shell?.dialect ?? "exec"] ?? exec).open(connection, ears, signal);
    if (!conversation.ok) {
      connection.end(conversation.failure);
      return conversation;
    }
    const kept: Kept = { fit, connection, conversation: conversation.value, listening, busy: true };
    this.#sessions.keep(target.device.id, kept, () => {
      known.broke = true;
    });
    return done(kept);
  }

  /** Pins a key on first use (the exchange has proved that the device holds it), and ends an alarm about a changed one. */
  async #trust(turn: Turn, key: HostKey): Promise<boolean> {
    const { id } = turn.target.device;
    const { memory } = this.#options;
    const facts = await within<readonly (string | undefined)[]>(turn.signal, (settle) => {
      Promise.all([memory.get(`host-key:${id}`), memory.get(`host-key-changed:${id}`)]).then(
        (read) => settle(done(read)),
        () => settle(failed(unknown("ssh.engine", "the store cannot be read"))),
      );
    });
    if (!facts.ok) return false;
    const [pinned, changed] = facts.value;
    const pin = formatPin(key);
    // A pin accepted by fingerprint alone learns its type here.
    if (pinned !== pin && !(await this.#remember(turn, `host-key:${id}`, pin))) return false;
    delete turn.known.offered;
    if (changed === undefined || changed === "") return true;
    turn.faults.push({ symptom: "host-key-changed", effect: "clear", text: `the host key is ${pin}` });
    return this.#remember(turn, `host-key-changed:${id}`, "");
  }

  #finding(turn: Turn, outcome: Outcome<readonly Asked[]>, wanted: boolean): Finding {
    if (!outcome.ok) {
      const { status, code, detail } = outcome.failure;
      const late = code === "ssh.timeout" && turn.asking !== undefined ? `no answer to "${turn.asking}" in time` : detail;
      return { ...bare(status, code, late, turn.trace.lines()), faults: turn.faults };
    }
    const { samples, readings, whole } = readValues(outcome.value, {
      counters: turn.known.counters,
      atMs: performance.now(),
      inventory: this.#inventory(),
    });
    const uptime = samples.find(({ name }) => name === "uptime_seconds")?.value;
    if (uptime !== undefined) {
      const { uptime: before } = turn.known;
      if (before !== undefined && uptime < before) {
        turn.faults.push({ symptom: "reboot", effect: "event", text: `uptime went from ${before} s back to ${uptime} s` });
      }
      turn.known.uptime = uptime;
    }
    return {
      status: "up",
      samples,
      readings,
      faults: turn.faults,
      ...(whole.length === 0 ? {} : { whole }),
      ...(wanted ? { trace: turn.trace.lines() } : {}),
    };
  }
}

/** Everything a session depends on. */
function fitOf({ device, credential, family }: Target): string {
  return [device.address, device.sshPort, credential?.id, family.id, family.shell?.dialect, device.legacy.sshAlgorithms].join("|");
}

/** Waits, at most until the turn ends. */
async function pause(ms: number, signal: AbortSignal): Promise<void> {
  let timer: NodeJS.Timeout | undefined;
  await within<undefined>(signal, (settle) => {
    timer = setTimeout(() => settle(done(undefined)), ms);
  });
  clearTimeout(timer);
}

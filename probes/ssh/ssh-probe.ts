/**
 * The SSH probe: logs in once, keeps the session, asks what the family's data says, and ends within the deadline.
 *
 * One login attempt a look at most after a refusal; a host key that changed sees nothing of ours. A refused login is
 * unknown, never down. What leaves here has passed the privacy filter.
 */
import type { Family, ShellDialect } from "../../daemon/model/family.ts";
import type { Finding } from "../../daemon/model/observation.ts";
import type { Heard, Probe, ProbeMemory, Target } from "../probe.ts";
import { createDeviceGate, type DeviceGate } from "../rate-ceiling.ts";
import { packetsOf } from "../shell/asking.ts";
import type { Conversation, Dialect } from "../shell/dialect.ts";
import { COMMAND_LINES } from "../shell/dialects.ts";
import type { Parts } from "../shell/gone.ts";
import { Live } from "../shell/live.ts";
import { askFamily, findingOf, followUptime, inTurn, type Looking, lookInTime } from "../shell/looking.ts";
import { done, type Failure, failed, type Outcome, reasonOf, unknown, within } from "../shell/outcome.ts";
import { type Kept, KeptSessions } from "../shell/session.ts";
import { Trace } from "../shell/trace.ts";
import { Upkeep } from "../shell/upkeep.ts";
import { type Asked, type Counters, readValues } from "../shell/values.ts";
import { openConnection, type SshConnection } from "./connection.ts";
import { exec } from "./exec.ts";
import { formatPin, type HostKey, parsePin } from "./host-key.ts";
import { readLogin } from "./login.ts";
import { Pins } from "./pins.ts";
import { terminal, xapi } from "./xapi.ts";

/** Waits until packets may go to a site. */
export type Pace = (site: string, packets: number, signal: AbortSignal) => Promise<void>;

export interface SshProbeOptions {
  /** Pinned host keys: `host-key:<device>`; a change not yet over: `host-key-changed:<device>`. */
  readonly memory: ProbeMemory;
  readonly pace?: Pace;
  /** For what kept sessions tell between looks; without it nothing is registered with the devices. */
  readonly heard?: Heard;
  /** A session that listened broke while nobody asked: a look is wanted, for what is happening now. */
  readonly lost?: (device: string) => void;
  /** A device is in a call, and its session does not ask about it by itself: the check is wanted again at the pace of calls. */
  readonly again?: (check: string, inMs: number) => void;
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

/** Every way of asking over SSH. */
export const DIALECTS: Readonly<Partial<Record<ShellDialect, Dialect>>> = { ...COMMAND_LINES, xapi, terminal, exec };
/** Packets of a TCP and SSH handshake with login. */
const LOGIN_PACKETS = 24;
const MAX_JITTER_MS = 2_000;
const NONE: ReadonlySet<string> = new Set();

/** What is known of a device between looks. */
interface Known {
  uptime?: number;
  readonly counters: Counters;
  readonly parts: Parts;
  /** The key that was seen instead of the pinned one. */
  offered?: HostKey;
  /** Its session broke: the next connection waits a random moment, so that a returning site is not stormed. */
  broke: boolean;
}

/** One look under way. */
interface Turn extends Looking {
  readonly known: Known;
  /** The session that was asked, if it listens. */
  live?: Live | undefined;
}

export function createSshProbe(options: SshProbeOptions): SshProbe {
  return new Prober(options);
}

class Prober implements SshProbe {
  readonly kind = "ssh";
  readonly #options: SshProbeOptions;
  readonly #sessions: KeptSessions;
  readonly #upkeep: Upkeep;
  readonly #pins: Pins;
  readonly #gate: DeviceGate = createDeviceGate(1);
  readonly #known = new Map<string, Known>();
  readonly #stopping = new AbortController();
  readonly #counts = { connections: 0, refusedLogins: 0, changedHostKeys: 0, questions: 0, unasked: 0 };

  constructor(options: SshProbeOptions) {
    this.#options = options;
    this.#sessions = new KeptSessions(options.maxSessions ?? 2_000);
    this.#pins = new Pins(options.memory);
    this.#upkeep = new Upkeep(() => this.#sessions.live());
  }

  async look(target: Target, signal: AbortSignal, options?: { readonly trace?: boolean }): Promise<Finding> {
    return lookInTime(this.kind, target, [signal, this.#stopping.signal], async (within) => {
      const turn: Turn = { target, signal: within, trace: new Trace(), known: this.#knownOf(target.device.id), faults: [] };
      const outcome = await inTurn(this.kind, this.#gate, turn, () => this.#ask(turn));
      return this.#finding(turn, outcome, options?.trace === true);
    });
  }

  forget(device: string): void {
    this.#sessions.close(device);
    this.#known.delete(device);
  }

  stop(): Promise<void> {
    this.#stopping.abort();
    this.#upkeep.stop();
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
    await this.#pins.pin(device, pin);
  }

  async acceptSeenHostKey(device: string): Promise<{ readonly fingerprint: string } | undefined> {
    const seen = this.#known.get(device)?.offered?.fingerprint ?? (await this.#pins.changed(device));
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
      known = { counters: new Map(), parts: new Map(), broke: false };
      this.#known.set(device, known);
    }
    return known;
  }

  async #ask(turn: Turn): Promise<Outcome<readonly Asked[]>> {
    const fit = this.#fitOf(turn.target);
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

  #askOver(kept: Kept, turn: Turn): Promise<Outcome<readonly Asked[]>> {
    this.#counts.questions += turn.target.family.shell?.asks.length ?? 0;
    turn.live = kept.live;
    const { pace, again } = this.#options;
    return askFamily(kept, turn, turn.signal, { inventory: () => this.#inventory(), pace, again });
  }

  /** Everything a session depends on. */
  #fitOf({ device, credential, family }: Target): string {
    const { shell } = family;
    const plan = shell?.feedback === undefined ? undefined : this.#upkeep.planOf(shell).id;
    const { sshAlgorithms } = device.legacy;
    return [device.address, device.sshPort, credential?.id, family.id, shell?.dialect, plan, sshAlgorithms].join("|");
  }

  #inventory(): ReadonlySet<string> {
    return this.#options.inventory?.() ?? NONE;
  }

  async #open(turn: Turn, fit: string): Promise<Outcome<Kept>> {
    const { target, known, signal } = turn;
    const login = readLogin(target.credential);
    if (!login.ok) return login;
    const pin = await this.#pins.read(target.device.id, signal);
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
        // A session that listens asks a silent device for itself, and oftener.
        keepaliveMs: this.#listens(target.family) ? 0 : (this.#options.keepaliveMs ?? 60_000),
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

  async #notOpened(turn: Turn, failure: Failure): Promise<Outcome<Kept>> {
    const { device, credential } = turn.target;
    if (failure.code === "ssh.auth-refused") {
      this.#counts.refusedLogins += 1;
      if (credential !== undefined) this.#options.refused?.(device.id, credential.id);
    }
    if (failure.code === "ssh.host-key-changed") {
      this.#counts.changedHostKeys += 1;
      turn.faults.push({ symptom: "host-key-changed", effect: "raise", text: failure.detail.slice(0, 200) });
      await this.#pins.sawChanged(device.id, turn.known.offered?.fingerprint ?? "changed", turn.signal);
    }
    return failed(failure);
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
    const hearing: { live: Live | undefined } = { live: undefined };
    const ears = {
      note: (line: string) => listening.trace?.note(line),
      unasked: (object: unknown) => {
        this.#counts.unasked += 1;
        hearing.live?.told(object);
      },
    };
    const conversation = await (DIALECTS[target.family.shell?.dialect ?? "exec"] ?? exec).open(connection, ears, signal);
    if (!conversation.ok) {
      connection.end(conversation.failure);
      return conversation;
    }
    const live = this.#listenOn(turn, connection, conversation.value);
    hearing.live = live;
    const kept: Kept = {
      fit,
      connection,
      conversation: conversation.value,
      listening,
      busy: true,
      ...(live === undefined ? {} : { live }),
    };
    this.#sessions.keep(target.device.id, kept, () => {
      known.broke = true;
      if (live !== undefined && !kept.busy) this.#options.lost?.(target.device.id);
    });
    return done(kept);
  }

  /** Somebody hears it, and it has something to tell. */
  #listens({ shell }: Family): boolean {
    return this.#options.heard !== undefined && shell?.feedback !== undefined;
  }

  /** A session that hears what the device tells by itself; undefined where it has nothing to tell, or nobody would hear it. */
  #listenOn({ target, known }: Turn, line: SshConnection, conversation: Conversation): Live | undefined {
    const { heard, pace, random } = this.#options;
    const { family, device } = target;
    const { listening } = conversation;
    if (heard === undefined || listening === undefined || family.shell === undefined || !this.#listens(family)) return undefined;
    this.#upkeep.start();
    return new Live({
      plan: this.#upkeep.planOf(family.shell),
      line,
      conversation,
      listening,
      inventory: () => this.#inventory(),
      parts: known.parts,
      heard: (finding) => heard(device.id, finding),
      random: random ?? Math.random,
      pace: async (questions, signal) => {
        await pace?.(device.site, packetsOf(questions), signal);
        return !signal.aborted;
      },
    });
  }

  async #trust(turn: Turn, key: HostKey): Promise<boolean> {
    const { trusted, alarmEnds } = await this.#pins.trust(turn.target.device.id, key, turn.signal);
    if (alarmEnds) turn.faults.push({ symptom: "host-key-changed", effect: "clear", text: `the host key is ${formatPin(key)}` });
    if (trusted) delete turn.known.offered;
    return trusted;
  }

  #finding(turn: Turn, outcome: Outcome<readonly Asked[]>, wanted: boolean): Finding {
    if (!outcome.ok) return findingOf(this.kind, turn, outcome.failure);
    const { counters, parts } = turn.known;
    const at = { counters, atMs: performance.now(), inventory: this.#inventory(), parts };
    const { samples, readings, whole } = turn.live?.looked(counters) ?? readValues(outcome.value, at);
    followUptime(turn.known, samples, turn.faults);
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

/** Waits, at most until the turn ends. */
async function pause(ms: number, signal: AbortSignal): Promise<void> {
  let timer: NodeJS.Timeout | undefined;
  await within<undefined>(signal, (settle) => {
    timer = setTimeout(() => settle(done(undefined)), ms);
  });
  clearTimeout(timer);
}

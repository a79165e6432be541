/**
 * The telnet probe: a command line in clear text, for old equipment that has nothing else and for status ports.
 *
 * As over SSH: one login attempt a look, a kept session, every look ends within its deadline, a refused login is unknown, and what
 * leaves here has passed the privacy filter. Only devices that opted in have such a check.
 */
import type { Finding } from "../../daemon/model/observation.ts";
import { whenAborted } from "../ending.ts";
import type { Probe, Target } from "../probe.ts";
import { createDeviceGate, type DeviceGate } from "../rate-ceiling.ts";
import type { Dialect } from "../shell/dialect.ts";
import { COMMAND_LINES } from "../shell/dialects.ts";
import { askFamily, findingOf, followUptime, inTurn, type Looking, lookInTime } from "../shell/looking.ts";
import { done, down, failed, type Outcome, unknown } from "../shell/outcome.ts";
import { type Kept, KeptSessions } from "../shell/session.ts";
import { Trace } from "../shell/trace.ts";
import { type Asked, type Counters, readValues } from "../shell/values.ts";
import { openTelnet, type TelnetRequest } from "./connection.ts";
import { readTelnetLogin } from "./login.ts";

export interface TelnetProbeOptions {
  readonly pace?: (site: string, packets: number, signal: AbortSignal) => Promise<void>;
  /** A device is in a call: the check is wanted again at the pace of calls. */
  readonly again?: (check: string, inMs: number) => void;
  /** Our own addresses, numbers and names, which may stay in traces and name parts. */
  readonly inventory?: () => ReadonlySet<string>;
  /** Kept sessions; default 500. */
  readonly maxSessions?: number;
  /** Default 60 s: the system's own keepalive on idle sockets. */
  readonly keepaliveMs?: number;
}

export interface TelnetStats {
  readonly sessions: number;
  /** Since start. */
  readonly connections: number;
  readonly questions: number;
}

export interface TelnetProbe extends Probe {
  stats(): TelnetStats;
}

const TELNET_PORT = 23;
/** Packets of a handshake with negotiation and login. */
const LOGIN_PACKETS = 12;
const NONE: ReadonlySet<string> = new Set();

interface Known {
  uptime?: number;
  readonly counters: Counters;
}

export function createTelnetProbe(options: TelnetProbeOptions): TelnetProbe {
  return new Prober(options);
}

class Prober implements TelnetProbe {
  readonly kind = "telnet";
  readonly #options: TelnetProbeOptions;
  readonly #sessions: KeptSessions;
  readonly #gate: DeviceGate = createDeviceGate(1);
  readonly #known = new Map<string, Known>();
  readonly #stopping = new AbortController();
  #connections = 0;
  #questions = 0;

  constructor(options: TelnetProbeOptions) {
    this.#options = options;
    this.#sessions = new KeptSessions(options.maxSessions ?? 500);
  }

  async look(target: Target, signal: AbortSignal, options?: { readonly trace?: boolean }): Promise<Finding> {
    return lookInTime(this.kind, target, [signal, this.#stopping.signal], async (within) => {
      const turn: Looking = { target, signal: within, trace: new Trace(), faults: [] };
      return this.#finding(turn, await this.#inTurn(turn), options?.trace === true);
    });
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

  stats(): TelnetStats {
    return { sessions: this.#sessions.size, connections: this.#connections, questions: this.#questions };
  }

  async #inTurn(turn: Looking): Promise<Outcome<readonly Asked[]>> {
    const { family } = turn.target;
    const dialect = family.shell === undefined ? undefined : COMMAND_LINES[family.shell.dialect];
    if (dialect === undefined)
      return failed(unknown("telnet.engine", `family ${family.id} has no command line that is spoken over telnet`));
    return inTurn(this.kind, this.#gate, turn, () => this.#ask(turn, dialect));
  }

  async #ask(turn: Looking, dialect: Dialect): Promise<Outcome<readonly Asked[]>> {
    const kept = this.#sessions.take(turn.target.device.id, fitOf(turn.target));
    if (kept !== undefined) {
      const outcome = await this.#askOver(kept, turn, halfOf(turn));
      // A session that had died unnoticed (a firewall forgot it, the device restarted) says nothing about the device: once more.
      if (outcome.ok || turn.signal.aborted || kept.connection.ended === undefined) return outcome;
      turn.trace.note("the kept session was dead; connecting again");
    }
    const opened = await this.#open(turn, dialect);
    return opened.ok ? this.#askOver(opened.value, turn, turn.signal) : opened;
  }

  #askOver(kept: Kept, turn: Looking, signal: AbortSignal): Promise<Outcome<readonly Asked[]>> {
    this.#questions += turn.target.family.shell?.asks.length ?? 0;
    const { pace, again } = this.#options;
    return askFamily(kept, turn, signal, { inventory: () => this.#inventory(), pace, again });
  }

  async #open(turn: Looking, dialect: Dialect): Promise<Outcome<Kept>> {
    const { target, signal } = turn;
    const secrets = readTelnetLogin(target.credential);
    if (!secrets.ok) return secrets;
    await this.#options.pace?.(target.device.site, LOGIN_PACKETS, signal);
    this.#connections += 1;
    const opened = await openTelnet(
      {
        host: target.device.address,
        port: target.device.telnetPort ?? TELNET_PORT,
        secrets: secrets.value,
        ready: (text) => dialect.greeted?.(text) ?? false,
        ...closedEarly(dialect),
        keepaliveMs: this.#options.keepaliveMs ?? 60_000,
        note: (line) => turn.trace.note(line),
      },
      signal,
    );
    if (!opened.ok) return opened;
    const listening: { trace: Trace | undefined } = { trace: turn.trace };
    const ears = { note: (line: string) => listening.trace?.note(line), unasked: () => undefined };
    const conversation = await dialect.open(opened.value, ears, signal);
    if (!conversation.ok) {
      opened.value.end(conversation.failure);
      return conversation;
    }
    const kept: Kept = { fit: fitOf(target), connection: opened.value, conversation: conversation.value, listening, busy: true };
    this.#sessions.keep(target.device.id, kept, () => undefined);
    return done(kept);
  }

  #inventory(): ReadonlySet<string> {
    return this.#options.inventory?.() ?? NONE;
  }

  #finding(turn: Looking, outcome: Outcome<readonly Asked[]>, wanted: boolean): Finding {
    if (!outcome.ok) return findingOf(this.kind, turn, outcome.failure);
    const known = this.#knownOf(turn.target.device.id);
    const values = readValues(outcome.value, { counters: known.counters, atMs: performance.now(), inventory: this.#inventory() });
    followUptime(known, values.samples, turn.faults);
    return { status: "up", ...values, faults: turn.faults, ...(wanted ? { trace: turn.trace.lines() } : {}) };
  }

  #knownOf(device: string): Known {
    let known = this.#known.get(device);
    if (known === undefined) {
      known = { counters: new Map() };
      this.#known.set(device, known);
    }
    return known;
  }
}

function closedEarly(dialect: Dialect): Pick<TelnetRequest, "closedEarly"> {
  return dialect.closedEarly === undefined ? {} : { closedEarly: dialect.closedEarly };
}

/** A kept session that stays silent for half of the time is given up, so that the other half can show whether the device lives. */
function halfOf(turn: Looking): AbortSignal {
  const half = new AbortController();
  const reason = down("telnet.timeout", "the kept session gave no answer");
  const timer = setTimeout(() => half.abort(reason), turn.target.check.timeoutMs / 2);
  timer.unref();
  whenAborted(turn.signal, () => {
    clearTimeout(timer);
    half.abort(turn.signal.reason);
  });
  return half.signal;
}

/** Everything a session depends on. */
function fitOf({ device, credential, family }: Target): string {
  return [device.address, device.telnetPort, credential?.id, family.id, family.shell?.dialect].join("|");
}

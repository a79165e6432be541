/**
 * The HTTPS probe: what a device's own web interface says of it, over one connection a look.
 *
 * As over SSH: one login attempt a look, every look ends within its deadline, a refused login is unknown, and what leaves here has passed
 * the privacy filter: of an answer only what the family reads is kept. Only questions that read are sent.
 */
import type { Credential } from "../../daemon/model/config.ts";
import type { ShellAsk } from "../../daemon/model/family.ts";
import type { Device } from "../../daemon/model/network.ts";
import type { Finding } from "../../daemon/model/observation.ts";
import type { Probe, Target } from "../probe.ts";
import { createDeviceGate, type DeviceGate } from "../rate-ceiling.ts";
import type { Answer } from "../shell/dialect.ts";
import { findingOf, followUptime, inTurn, type Looking, lookInTime } from "../shell/looking.ts";
import { done, down, failed, type Outcome, unknown } from "../shell/outcome.ts";
import { Trace } from "../shell/trace.ts";
import { prune, wantedBy } from "../shell/tree.ts";
import { type Asked, type Counters, describe, readValues } from "../shell/values.ts";
import type { HttpsDialect, Said, Secrets } from "./dialect.ts";
import { HTTPS_DIALECTS } from "./dialects.ts";
import { problem } from "./said.ts";
import type { Endpoint } from "./trust.ts";
import { Wire } from "./wire.ts";

export interface HttpsProbeOptions {
  readonly pace?: (site: string, packets: number, signal: AbortSignal) => Promise<void>;
  /** Our own addresses, numbers and names, which may stay in traces and name parts. */
  readonly inventory?: () => ReadonlySet<string>;
  /** Milliseconds that only go forward; default: the process's own. */
  readonly nowMs?: () => number;
}

export interface HttpsStats {
  /** Since start. */
  readonly logins: number;
  readonly questions: number;
}

export interface HttpsProbe extends Probe {
  stats(): HttpsStats;
}

const HTTPS_PORT = 443;
/** Packets of a connection with its handshake and its end, and of a question with its answer. */
const HANDSHAKE_PACKETS = 12;
const QUESTION_PACKETS = 4;
const NONE: ReadonlySet<string> = new Set();

interface Known {
  uptime?: number;
  readonly counters: Counters;
  session?: { readonly fit: string; readonly token: string; readonly usedAtMs: number };
}

/** What one look asks with. */
interface Talk {
  readonly turn: Looking;
  readonly wire: Wire;
  readonly dialect: HttpsDialect;
  readonly secrets: Secrets;
  readonly known: Known;
  /** During this look: no second attempt is made. */
  loggedIn: boolean;
  /** The login itself did not go well. */
  turnedAway: boolean;
}

export function createHttpsProbe(options: HttpsProbeOptions): HttpsProbe {
  return new Prober(options);
}

/** Reads the secret; a missing one is a failure of ours, told by its reference. */
export function readHttpsLogin(credential: Credential | undefined): Outcome<Secrets> {
  if (credential === undefined) {
    return failed(unknown("https.no-credential", "the device has no HTTPS credential; give it https: <credential> in the configuration"));
  }
  if (credential.kind !== "https-password")
    return failed(unknown("https.no-credential", `credential ${credential.id} is ${credential.kind}; HTTPS needs https_password`));
  try {
    return done({ user: credential.user, password: credential.password.reveal() });
  } catch {
    // The reason may hold the value; the reference is enough to find it.
    return failed(unknown("https.no-credential", `credential ${credential.id}: ${credential.password.ref} cannot be read`));
  }
}

class Prober implements HttpsProbe {
  readonly kind = "https";
  readonly #options: HttpsProbeOptions;
  readonly #gate: DeviceGate = createDeviceGate(1);
  readonly #known = new Map<string, Known>();
  readonly #stopping = new AbortController();
  #logins = 0;
  #questions = 0;

  constructor(options: HttpsProbeOptions) {
    this.#options = options;
  }

  look(target: Target, signal: AbortSignal, options?: { readonly trace?: boolean }): Promise<Finding> {
    return lookInTime(this.kind, target, [signal, this.#stopping.signal], async (within) => {
      const turn: Looking = { target, signal: within, trace: new Trace(), faults: [] };
      const asked = await inTurn(this.kind, this.#gate, turn, () => this.#ask(turn));
      return this.#finding(turn, asked, options?.trace === true);
    });
  }

  forget(device: string): void {
    this.#known.delete(device);
  }

  stop(): Promise<void> {
    this.#stopping.abort();
    return Promise.resolve();
  }

  stats(): HttpsStats {
    return { logins: this.#logins, questions: this.#questions };
  }

  async #ask(turn: Looking): Promise<Outcome<readonly Asked[]>> {
    const { target, signal } = turn;
    const { https, id } = target.family;
    if (https === undefined) return failed(unknown("https.engine", `family ${id} has no questions for an HTTPS interface`));
    const secrets = readHttpsLogin(target.credential);
    if (!secrets.ok) return secrets;
    await this.#options.pace?.(target.device.site, HANDSHAKE_PACKETS + QUESTION_PACKETS * (1 + https.asks.length), signal);
    const wire = new Wire(endpointOf(target.device), signal);
    const dialect = HTTPS_DIALECTS[https.dialect];
    const known = this.#knownOf(target);
    const talk: Talk = { turn, wire, dialect, secrets: secrets.value, known, loggedIn: false, turnedAway: false };
    try {
      return await this.#askAll(talk, https.asks);
    } finally {
      wire.end();
    }
  }

  async #askAll(talk: Talk, asks: readonly ShellAsk[]): Promise<Outcome<readonly Asked[]>> {
    const { turn, dialect } = talk;
    const asked: Asked[] = [];
    for (const ask of asks) {
      turn.asking = ask.command;
      turn.trace.note(`> ${ask.command}`);
      const said = dialect.reads.test(ask.command)
        ? await this.#question(talk, ask.command)
        : done({ answer: problem("only reads are sent") });
      if (!said.ok) {
        // The account is accepted, and may not ask this: no refusal of the login.
        if (said.failure.code !== "https.auth-refused" || asked.length === 0 || talk.turnedAway) return said;
        asked.push({ ask, answer: problem("not allowed") });
      } else asked.push({ ask, answer: kept(said.value.answer, ask) });
      const answer = asked.at(-1)?.answer;
      if (answer !== undefined) turn.trace.note(() => describe(answer, this.#inventory()));
    }
    return done(asked);
  }

  /** One question; a session that has ended unnoticed is opened anew, once a look. */
  async #question(talk: Talk, question: string): Promise<Outcome<Said>> {
    const opened = await this.#session(talk);
    if (!opened.ok) return opened;
    this.#questions += 1;
    const said = await talk.dialect.ask(talk.wire, { secrets: talk.secrets, session: opened.value }, question);
    const { session } = talk.known;
    if (session !== undefined) talk.known.session = { ...session, usedAtMs: this.#nowMs() };
    const over = said.ok ? said.value.stale === true : said.failure.code === "https.auth-refused";
    if (!over || talk.dialect.session === undefined || talk.loggedIn) return said;
    talk.turn.trace.note("the session is over; logging in again");
    delete talk.known.session;
    return this.#question(talk, question);
  }

  /** The session that is kept, or a new one; undefined where the interface has none. */
  async #session(talk: Talk): Promise<Outcome<string | undefined>> {
    const { turn, wire, dialect, secrets, known } = talk;
    if (dialect.session === undefined) return done(undefined);
    const { idleMs = Number.POSITIVE_INFINITY } = dialect.session;
    const fit = fitOf(turn.target);
    const { session } = known;
    if (session?.fit === fit && this.#nowMs() - session.usedAtMs < idleMs) return done(session.token);
    if (talk.loggedIn) return failed(down("https.protocol", "the device ended a session within the look that began it"));
    talk.loggedIn = true;
    this.#logins += 1;
    turn.trace.note(`> (login of ${secrets.user})`);
    const opened = await dialect.session.open(wire, secrets);
    talk.turnedAway = !opened.ok;
    if (opened.ok) known.session = { fit, token: opened.value, usedAtMs: this.#nowMs() };
    return opened;
  }

  #finding(turn: Looking, outcome: Outcome<readonly Asked[]>, wanted: boolean): Finding {
    if (!outcome.ok) return findingOf(this.kind, turn, outcome.failure);
    const known = this.#knownOf(turn.target);
    const values = readValues(outcome.value, { counters: known.counters, atMs: this.#nowMs(), inventory: this.#inventory() });
    followUptime(known, values.samples, turn.faults);
    return { status: "up", ...values, faults: turn.faults, ...(wanted ? { trace: turn.trace.lines() } : {}) };
  }

  #knownOf({ device }: Target): Known {
    let known = this.#known.get(device.id);
    if (known === undefined) {
      known = { counters: new Map() };
      this.#known.set(device.id, known);
    }
    return known;
  }

  #nowMs(): number {
    return this.#options.nowMs?.() ?? performance.now();
  }

  #inventory(): ReadonlySet<string> {
    return this.#options.inventory?.() ?? NONE;
  }
}

/** Of an answer, what the family reads: names and numbers of others are gone before anything can keep them. */
export function kept(answer: Answer, ask: ShellAsk): Answer {
  if (answer.form !== "json" || answer.status === undefined) return answer;
  return { ...answer, status: prune(answer.status, wantedBy(ask)) };
}

/** Where a device's interface is, and whose certificate is believed there. */
export function endpointOf({ address, httpsPort, tlsFingerprint, legacy }: Device): Endpoint {
  return {
    host: address,
    port: httpsPort ?? HTTPS_PORT,
    unverified: legacy.unverifiedTls === true,
    old: legacy.tls === true,
    ...(tlsFingerprint === undefined ? {} : { fingerprint: tlsFingerprint }),
  };
}

/** Everything a session depends on. */
function fitOf({ device, credential, family }: Target): string {
  return [device.address, device.httpsPort, device.tlsFingerprint, credential?.id, family.id, family.https?.dialect].join("|");
}

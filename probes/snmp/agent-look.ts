/**
 * One look at an agent under way: its questions, its deadline, and who may call it off. The first word is the last one.
 */
import { bare, type Finding } from "../../daemon/model/observation.ts";
import { Ending } from "../ending.ts";
import type { Target } from "../probe.ts";
import type { Stalls } from "../stalls.ts";
import type { Turnstile } from "../turnstile.ts";
import { type Bounded, nowhere, type UnderWay } from "../under-way.ts";
import { Conversation, type ConversationOptions } from "./conversation.ts";
import type { Session, SnmpCredential } from "./conversing.ts";
import { conclude, type DeviceMemory, type Plan, type Progress, readAll } from "./look.ts";

/** Holds packets back so that a site's ceiling is kept; resolves when they may be sent, or when the look ends. Undefined: they may go now. */
export type Pace = (site: string, packets: number, look: Ending) => Promise<void> | undefined;

/** What all looks have in common. */
export interface Means {
  readonly pace: Pace | undefined;
  readonly retries: number;
  readonly rowsAtMost: number;
  readonly stalls: Stalls;
  readonly now: () => number;
}

interface Asked {
  readonly means: Means;
  readonly all: UnderWay;
  readonly target: Target;
  readonly credential: SnmpCredential;
  readonly ip: string;
  /** Requests in flight to the device. */
  readonly gate: Turnstile;
  readonly memory: DeviceMemory;
  readonly session: (fresh: boolean) => Session;
  readonly trace: boolean;
  readonly resolve: (finding: Finding) => void;
}

/** Whatever waits on its behalf ends with it. */
export class AgentLook extends Ending implements Bounded, ConversationOptions {
  readonly #asked: Asked;
  readonly #plan: Plan;
  readonly #talk: Conversation;
  readonly #progress: Progress = { scalars: { values: new Map(), engine: undefined }, tables: new Map(), ended: undefined };
  readonly #startedMs: number;
  readonly attemptMs: number;
  readonly dueMs: number;
  place = nowhere;

  constructor(asked: Asked) {
    super();
    const { means, target, credential } = asked;
    const { timeoutMs } = target.check;
    this.#asked = asked;
    const bulk = credential.kind !== "snmp-community" || credential.version !== "1";
    this.#plan = { family: target.family, bulk, rowsAtMost: means.rowsAtMost };
    // All attempts, and sysUpTime.0 alone after them, fit in the time there is.
    this.attemptMs = Math.max(20, Math.floor(timeoutMs / (means.retries + 2.5)));
    this.dueMs = performance.now() + timeoutMs;
    this.#startedMs = means.now();
    this.#talk = new Conversation(this);
  }

  get gate(): Turnstile {
    return this.#asked.gate;
  }

  get retries(): number {
    return this.#asked.means.retries;
  }

  session(fresh: boolean): Session {
    return this.#asked.session(fresh);
  }

  pace(): Promise<void> | undefined {
    return this.#asked.means.pace?.(this.#asked.target.device.site, 1, this);
  }

  begin(): void {
    this.#asked.all.add(this);
    readAll(this.#talk, this.#asked.memory, this.#plan, this.#progress).then(
      () => this.#conclude("done"),
      (error: unknown) => this.#crashed(error),
    );
  }

  late(): void {
    this.#conclude("deadline");
  }

  callOff(): void {
    const { means, target } = this.#asked;
    // A caller's deadline may fire a moment before ours: that is the deadline too.
    this.#conclude(means.now() - this.#startedMs >= target.check.timeoutMs * 0.9 ? "deadline" : "called-off");
  }

  /** The first word is the last one. */
  #conclude(how: "done" | "deadline" | "called-off"): void {
    if (!this.#endNow()) return;
    const { means, target, ip, memory, trace, resolve } = this.#asked;
    const { timeoutMs } = target.check;
    const [talk, plan, progress] = [this.#talk, this.#plan, this.#progress];
    const ended = { how, stalledMs: means.stalls.longestSince(this.#startedMs), atMs: means.now() };
    try {
      resolve(conclude({ plan, progress, talk, memory, address: ip, trace, timeoutMs, ...ended }));
    } catch (error) {
      resolve(this.#crash(error));
    }
  }

  #crashed(error: unknown): void {
    if (this.#endNow()) this.#asked.resolve(this.#crash(error));
  }

  #crash(error: unknown): Finding {
    const why = error instanceof Error ? `${error.name} in the snmp probe` : "the snmp probe failed";
    return bare("unknown", "probe.crash", why, this.#talk.trace());
  }

  /** False when it had ended before. */
  #endNow(): boolean {
    if (this.ended) return false;
    this.#asked.all.delete(this);
    this.#talk.end();
    this.end();
    return true;
  }
}

/**
 * The questions of one look to one device: within its ceilings, until its deadline, each kept for the trace.
 */
import type { Turnstile } from "../turnstile.ts";
import type { Answer, Question, Session } from "./conversing.ts";
import { tellableText } from "./tellable.ts";
import type { Varbind } from "./value.ts";

export interface ConversationOptions {
  /** The session to ask on; `fresh` closes the old one first. */
  session(fresh: boolean): Session;
  readonly gate: Turnstile;
  /** Waits until a packet may be sent; undefined: it may go now. */
  pace(): Promise<void> | undefined;
  readonly attemptMs: number;
  readonly retries: number;
}

/** `over`: the look has ended; nothing was asked. */
export type Told = Answer | { readonly kind: "over" };

type Asked = Pick<Question, "kind" | "oids" | "repetitions">;

interface Exchange {
  readonly question: Asked;
  readonly answer: Answer;
  readonly tookMs: number;
}

const exchangesAtMost = 100;

export class Conversation {
  readonly #options: ConversationOptions;
  readonly #exchanges: Exchange[] = [];
  #over = false;
  #last: Session | undefined;
  /** Questions that left. */
  sent = 0;
  /** The agent answered something, an error included. */
  alive = false;

  constructor(options: ConversationOptions) {
    this.#options = options;
  }

  end(): void {
    this.#over = true;
  }

  /** SNMPv3: the agent answered the discovery, and nothing else. */
  get onlyDiscovered(): boolean {
    return this.#last?.onlyDiscovered === true;
  }

  /**
   * Asks, after a silence or a refusal on a session that once worked with a fresh one: an agent that was replaced has another engine.
   */
  async ask(asked: Asked, how: { readonly retries?: number; readonly fresh?: boolean } = {}): Promise<Told> {
    const { gate } = this.#options;
    const turn = gate.enter();
    if (turn !== undefined) await turn;
    try {
      const wait = this.#options.pace();
      if (wait !== undefined) await wait;
      if (this.#over) return { kind: "over" };
      let session = this.#options.session(how.fresh === true);
      let answer = await this.#once(session, asked, how.retries ?? this.#options.retries);
      if (answer.kind === "refused" && session.proven && !this.#over) {
        session = this.#options.session(true);
        answer = await this.#once(session, asked, 0);
      }
      return this.#over ? { kind: "over" } : answer;
    } finally {
      gate.leave();
    }
  }

  async #once(session: Session, asked: Asked, retries: number): Promise<Answer> {
    const startedAt = performance.now();
    this.sent += 1;
    this.#last = session;
    const { kind, oids, repetitions } = asked;
    const { attemptMs } = this.#options;
    const question: Question =
      repetitions === undefined ? { kind, oids, attemptMs, retries } : { kind, oids, repetitions, attemptMs, retries };
    const answer = await session.ask(question);
    if (answer.kind === "values" || answer.kind === "error") this.alive = true;
    if (this.#exchanges.length < exchangesAtMost) this.#exchanges.push({ question: asked, answer, tookMs: performance.now() - startedAt });
    return answer;
  }

  /** What was said, line by line. Communities, users and keys are not in it: only names and values are. */
  trace(): string[] {
    return this.#exchanges.flatMap(({ question, answer, tookMs }) => [
      `-> ${question.kind}${question.repetitions === undefined ? "" : ` x${question.repetitions}`} ${listed(question.oids)}`,
      `<- ${answerLine(answer)} (${tookMs.toFixed(1)} ms)`,
    ]);
  }
}

function listed(words: readonly string[]): string {
  return words.length <= 40 ? words.join(" ") : `${words.slice(0, 40).join(" ")} and ${words.length - 40} more`;
}

function answerLine(answer: Answer): string {
  switch (answer.kind) {
    case "values":
      return listed(answer.varbinds.map(shown));
    case "error":
      return `error-status ${answer.status}, error-index ${answer.index}`;
    case "silent":
      return "no answer";
    case "refused":
    case "nonsense":
    case "unsupported":
    case "blocked":
      return `${answer.kind}: ${answer.why}`;
  }
}

function shown(varbind: Varbind): string {
  return `${varbind.oid}=${(tellableText(varbind) ?? `type ${varbind.type}`).slice(0, 80)}`;
}

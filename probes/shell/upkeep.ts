/**
 * What all listening sessions have in common: the plans of their families, and one clock for all of them.
 */
import type { Family } from "../../daemon/model/family.ts";
import type { Live, LivePlan } from "./live.ts";
import { planOf } from "./picture.ts";

type Shell = NonNullable<Family["shell"]>;

const TICK_MS = 1_000;

export class Upkeep {
  readonly #sessions: () => Iterable<Live>;
  readonly #plans = new WeakMap<Shell, LivePlan>();
  /** By what the data says: a reload that changes nothing keeps the plan, and with it the sessions. */
  readonly #bySaying = new Map<string, LivePlan>();
  #timer: NodeJS.Timeout | undefined;

  constructor(sessions: () => Iterable<Live>) {
    this.#sessions = sessions;
  }

  planOf(shell: Shell): LivePlan {
    const known = this.#plans.get(shell);
    if (known !== undefined) return known;
    const saying = JSON.stringify(shell);
    const plan = this.#bySaying.get(saying) ?? makePlan(shell, this.#bySaying.size + 1);
    this.#bySaying.set(saying, plan);
    this.#plans.set(shell, plan);
    return plan;
  }

  /** Begins with the first session that listens; a second call does nothing. */
  start(): void {
    this.#timer ??= setInterval(() => this.#tick(), TICK_MS).unref();
  }

  stop(): void {
    clearInterval(this.#timer);
    this.#timer = undefined;
  }

  #tick(): void {
    const nowMs = performance.now();
    for (const live of this.#sessions()) live.tick(nowMs);
  }
}

function makePlan({ asks, feedback, inCall }: Shell, id: number): LivePlan {
  return {
    id,
    main: planOf(asks),
    feedback: feedback ?? [],
    inCall: inCall === undefined ? undefined : { plan: planOf(inCall.asks), intervalMs: inCall.intervalMs },
  };
}

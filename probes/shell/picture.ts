/**
 * What a kept session knows of its device now: the last answer to each question, with what the device told since in its place.
 *
 * Pure but for its own memory. Answers replace, feedback is merged, in the order in which they came.
 */
import type { ShellAsk } from "../../daemon/model/family.ts";
import type { Answer } from "./dialect.ts";
import { merge, type Pruned, prune, type Wanted, wantedBy } from "./tree.ts";
import type { Asked } from "./values.ts";

/** The questions of a family with what is read of their answers; made once for all its devices. */
export interface Plan {
  readonly asks: readonly ShellAsk[];
  readonly wanted: readonly Wanted[];
}

export function planOf(asks: readonly ShellAsk[]): Plan {
  return { asks, wanted: asks.map(wantedBy) };
}

export class Picture {
  readonly #plan: Plan;
  readonly #answers: (Answer | undefined)[];

  constructor(plan: Plan) {
    this.#plan = plan;
    this.#answers = plan.asks.map(() => undefined);
  }

  /** Every question has been answered since the session began. */
  get complete(): boolean {
    return this.#answers.every((answer) => answer !== undefined);
  }

  answered(at: number, answer: Answer): void {
    const wanted = this.#plan.wanted[at];
    if (wanted === undefined) return;
    const kept = answer.form === "text" || answer.problem !== undefined ? answer : { ...answer, status: prune(answer.status, wanted) };
    this.#answers[at] = kept;
  }

  /** A part of the tree as it is now; true when that changes anything that is read. */
  told(status: unknown): boolean {
    let changed = false;
    for (const [at, wanted] of this.#plan.wanted.entries()) {
      const answer = this.#answers[at];
      const news = answer === undefined || answer.form === "text" ? undefined : prune(status, wanted);
      if (answer === undefined || answer.form === "text" || news === undefined || Object.keys(news).length === 0) continue;
      if (typeof answer.status === "object" && answer.status !== null) {
        changed = merge(answer.status as Pruned, news) || changed;
        continue;
      }
      // It was not there, or the device did not know it; now it does.
      const fresh: Pruned = Object.create(null) as Pruned;
      merge(fresh, news);
      this.#answers[at] = { form: "json", status: fresh };
      changed = true;
    }
    return changed;
  }

  forget(): void {
    this.#answers.fill(undefined);
  }

  asked(): readonly Asked[] {
    return this.#plan.asks.flatMap((ask, at) => {
      const answer = this.#answers[at];
      return answer === undefined ? [] : [{ ask, answer }];
    });
  }
}

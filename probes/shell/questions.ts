/**
 * Questions under way on one shell: numbered, answered in whatever order, each once.
 *
 * Pure. A number is never used twice, so that an answer which comes after its asker gave up is nobody's.
 */
import type { Answer, Answered } from "./dialect.ts";

/** Questions asked together: their numbers count up from `first`. */
interface Batch {
  readonly first: number;
  readonly commands: readonly string[];
  readonly answers: (Answer | undefined)[];
  left: number;
  readonly answered: Answered;
  readonly finished: (answers: readonly Answer[]) => void;
}

/** One that waits for its answer. */
export interface Waiting {
  readonly id: number;
  readonly command: string;
}

export class Questions {
  #lastId = 0;
  readonly #batches: Batch[] = [];

  /** Takes numbers for these; `finished` is called with the last answer. The result forgets them. */
  add(commands: readonly string[], answered: Answered, finished: (answers: readonly Answer[]) => void): { first: number; forget(): void } {
    const first = this.#lastId + 1;
    this.#lastId += commands.length;
    const batch: Batch = { first, commands, answers: commands.map(() => undefined), left: commands.length, answered, finished };
    this.#batches.push(batch);
    return { first, forget: () => this.#drop(batch) };
  }

  /** How many wait for an answer. */
  get waiting(): number {
    return this.#batches.reduce((sum, { left }) => sum + left, 0);
  }

  /** The one that waits longest, of those asked after the one of this number. */
  oldest(after = 0): Waiting | undefined {
    for (const { first, commands, answers } of this.#batches) {
      const at = answers.findIndex((answer, index) => answer === undefined && first + index > after);
      const command = commands[at];
      if (command !== undefined) return { id: first + at, command };
    }
    return undefined;
  }

  awaits(id: number): boolean {
    return this.#find(id) !== undefined;
  }

  /** False when nobody waits for this answer. */
  answer(id: number, answer: Answer): boolean {
    const batch = this.#find(id);
    if (batch === undefined) return false;
    const at = id - batch.first;
    batch.answers[at] = answer;
    batch.left -= 1;
    batch.answered(at, answer);
    if (batch.left === 0) {
      this.#drop(batch);
      batch.finished(batch.answers.filter((each) => each !== undefined));
    }
    return true;
  }

  #find(id: number): Batch | undefined {
    if (!Number.isInteger(id)) return undefined;
    return this.#batches.find(
      ({ first, commands, answers }) => id >= first && id < first + commands.length && answers[id - first] === undefined,
    );
  }

  #drop(batch: Batch): void {
    const place = this.#batches.indexOf(batch);
    if (place >= 0) this.#batches.splice(place, 1);
  }
}

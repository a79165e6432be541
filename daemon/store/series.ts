/**
 * Names of series, each written once; points carry the number.
 */
import { numberOf, textOf } from "./rows.ts";
import { IN_VALUES, INSERT_ROWS, type Session, slices } from "./session.ts";

/** Remembers every name and number it has met; numbers never change. */
export class SeriesNames {
  readonly #numbers = new Map<string, number>();
  readonly #names = new Map<number, string>();

  number(name: string): number | undefined {
    return this.#numbers.get(name);
  }

  /** Gives numbers to names that have none yet. Outside any transaction that might roll back. */
  async learn(session: Session, names: Iterable<string>): Promise<void> {
    const unknown = [...new Set(names)].filter((name) => !this.#numbers.has(name));
    for (const some of slices(unknown, INSERT_ROWS)) {
      const rows = some.map((name) => ({ name }));
      await session.run(session.sql("series").insert(rows).onConflict("name").ignore());
      await this.#read(session, "name", some);
    }
  }

  /** The name of each number. */
  async names(session: Session, numbers: Iterable<number>): Promise<ReadonlyMap<number, string>> {
    const unknown = [...new Set(numbers)].filter((number) => !this.#names.has(number));
    for (const some of slices(unknown, IN_VALUES)) await this.#read(session, "id", some);
    return this.#names;
  }

  async #read(session: Session, column: "name" | "id", values: readonly (string | number)[]): Promise<void> {
    for (const row of await session.rows(session.sql("series").whereIn(column, [...values]))) {
      this.#numbers.set(textOf(row.name), numberOf(row.id));
      this.#names.set(numberOf(row.id), textOf(row.name));
    }
  }
}

/**
 * What was said during one look: bounded, and written out only when somebody will read it.
 */

const MAX_LINES = 100;
const MAX_LINE = 1_000;

export class Trace {
  readonly #lines: (string | (() => string))[] = [];
  #left = 0;

  /** A line, or how to make it: answers are filtered only when the trace is read. */
  note(line: string | (() => string)): void {
    if (this.#lines.length < MAX_LINES) this.#lines.push(line);
    else this.#left += 1;
  }

  lines(): readonly string[] {
    const written = this.#lines.map((line) => {
      const text = typeof line === "string" ? line : line();
      return text.length > MAX_LINE ? `${text.slice(0, MAX_LINE)}…` : text;
    });
    return this.#left === 0 ? written : [...written, `(${this.#left} more lines)`];
  }
}

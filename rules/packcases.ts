/**
 * A rule's test cases as they are run: one for each word of `each`, every step with its place in the file.
 *
 * Pure.
 */
import { EACH, type StepEntry, type TestEntry } from "./caseschema.ts";

/** One step, and where it stands. */
export type PackStep = StepEntry & { readonly line?: number };

/** One test case. Times in milliseconds from the start of the case. */
export interface PackTest {
  readonly rule: string;
  readonly name: string;
  readonly file: string;
  readonly line?: number;
  readonly steps: readonly PackStep[];
}

/** Every text with the word in it, keys of samples and readings left as they are. */
function filledIn<T>(value: T, word: string): T {
  if (typeof value === "string") return value.replaceAll(EACH, word) as T;
  if (Array.isArray(value)) return value.map((one) => filledIn(one, word)) as T;
  if (typeof value !== "object" || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([key, one]) => [key, filledIn(one, word)])) as T;
}

interface Place {
  readonly rule: string;
  readonly file: string;
  /** The line of the case, or of one of its steps. */
  readonly lineOf: (step?: number) => number | undefined;
}

export function casesOf(entry: TestEntry, { rule, file, lineOf }: Place): readonly PackTest[] {
  const at = (line: number | undefined) => (line === undefined ? {} : { line });
  const steps = entry.steps.map((step, index): PackStep => ({ ...step, ...at(lineOf(index)) }));
  const plain: PackTest = { rule, name: entry.name, file, ...at(lineOf()), steps };
  if (entry.each === undefined) return [plain];
  return entry.each.map((word) => ({ ...plain, name: `${entry.name} (${word})`, steps: steps.map((step) => filledIn(step, word)) }));
}

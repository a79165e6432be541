/**
 * What a start throws when the configuration has problems.
 */
import type { ConfigProblem } from "../model/config.ts";
import { formatProblem } from "./problems.ts";

/** The configuration was refused; nothing was started. */
export class ConfigRefused extends Error {
  override readonly name = "ConfigRefused";
  readonly problems: readonly ConfigProblem[];
  constructor(problems: readonly ConfigProblem[]) {
    super(problems.map(formatProblem).join("\n"));
    this.problems = problems;
  }
}

/** The arguments of a command that reads a configuration and prints: --config, --json, --help. */
import { existsSync } from "node:fs";
import { resolve } from "node:path";
import { parseArgs } from "node:util";
import type { Io } from "./io.ts";

export interface ConfigAndJson {
  readonly file: string;
  readonly json: boolean;
}

/** What was asked for; a number is the exit code, and everything is said already. */
export function configAndJson(command: string, help: string, argv: readonly string[], io: Io): ConfigAndJson | number {
  const asked = readArgs(argv);
  if (typeof asked !== "string") return asked;
  if (asked === "help") io.out(help);
  else io.err(`vigie ${command}: ${asked}\n\n${help}`);
  return asked === "help" ? 0 : 2;
}

function readArgs(argv: readonly string[]): ConfigAndJson | string {
  try {
    const options = {
      config: { type: "string" },
      json: { type: "boolean", default: false },
      help: { type: "boolean", short: "h" },
    } as const;
    const { values } = parseArgs({ args: [...argv], options });
    if (values.help === true) return "help";
    const { config = "vigie.yaml", json } = values;
    return existsSync(config) ? { file: resolve(config), json } : `${config} is not there; name the file with --config`;
  } catch (error) {
    return error instanceof Error ? error.message : String(error);
  }
}

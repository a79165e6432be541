/**
 * `vigie check-config`: is the file good, what must the firewall let through, what would a reload change.
 *
 * Starts nothing and sends nothing. Exit 0: good (warnings are printed); 1: problems; 2: wrong use.
 */
import { parseArgs } from "node:util";
import { channelPaths, pathTable } from "../config/channel-paths.ts";
import { diffConfig } from "../config/diff.ts";
import { flows, flowTable } from "../config/flows.ts";
import { type LoadOptions, loadConfig } from "../config/load.ts";
import { formatProblem } from "../config/problems.ts";
import type { Config, ConfigProblem } from "../model/config.ts";

/** Where a command writes. */
export interface CommandOutput {
  out(line: string): void;
  err(line: string): void;
}

const HELP = `Usage: vigie check-config [FILE] [--flows] [--paths] [--diff OTHER] [--json]

Reads FILE (default: vigie.yaml) and everything it includes, and prints every problem with its path, file and line.
Starts nothing and sends nothing; secrets are read from where the file refers to, and never printed.

  --flows        print the firewall table: from, to, port, protocol, why
  --paths        print over which devices and circuits each channel leaves: what takes it with it when it fails
  --diff OTHER   print what a reload would change when OTHER is in force and FILE comes; and whether it needs a yes
  --json         print one JSON object instead of text
  --help         this text

Exit code: 0 good (warnings may be printed), 1 problems, 2 wrong use.`;

interface Asked {
  readonly file: string;
  readonly flows: boolean;
  readonly paths: boolean;
  readonly diff: string | undefined;
  readonly json: boolean;
  readonly help: boolean;
}

interface Answer {
  readonly ok: boolean;
  readonly problems: readonly ConfigProblem[];
  readonly warnings: readonly ConfigProblem[];
  readonly flows?: ReturnType<typeof flows>;
  readonly paths?: ReturnType<typeof channelPaths>;
  readonly diff?: ReturnType<typeof diffConfig>;
}

/** Runs the command; `argv` without the command's own name. Resolves to the exit code. */
export async function checkConfig(argv: readonly string[], io: CommandOutput, options: LoadOptions = {}): Promise<number> {
  const asked = readArguments(argv);
  if (typeof asked === "string") {
    io.err(`check-config: ${asked}; see vigie check-config --help`);
    return 2;
  }
  if (asked.help) {
    io.out(HELP);
    return 0;
  }
  const result = await loadConfig(asked.file, options);
  const answer = result.ok
    ? await answerFor(asked, result.config, result.warnings, options)
    : { ok: false, problems: result.problems, warnings: [] };
  if (asked.json) io.out(JSON.stringify(answer));
  else if (result.ok) print(answer, result.config, asked, io);
  else printProblems(asked.file, answer.problems, io);
  return answer.ok ? 0 : 1;
}

function readArguments(argv: readonly string[]): Asked | string {
  try {
    const { values, positionals } = parseArgs({
      args: [...argv],
      allowPositionals: true,
      options: {
        flows: { type: "boolean" },
        paths: { type: "boolean" },
        diff: { type: "string" },
        json: { type: "boolean" },
        help: { type: "boolean", short: "h" },
      },
    });
    if (positionals.length > 1) return "one file at a time";
    const { flows = false, paths = false, diff, json = false, help = false } = values;
    return { file: positionals[0] ?? "vigie.yaml", flows, paths, diff, json, help };
  } catch (error) {
    // parseArgs throws a TypeError whose message names the option that it does not know.
    return error instanceof Error ? (error.message.split(". ")[0] ?? error.message) : "cannot read the arguments";
  }
}

async function answerFor(asked: Asked, config: Config, warnings: readonly ConfigProblem[], options: LoadOptions): Promise<Answer> {
  const table = {
    ...(asked.flows ? { flows: flows(config) } : {}),
    ...(asked.paths ? { paths: channelPaths(config) } : {}),
  };
  if (asked.diff === undefined) return { ok: true, problems: [], warnings, ...table };
  const other = await loadConfig(asked.diff, options);
  if (!other.ok) return { ok: false, problems: other.problems, warnings, ...table };
  return { ok: true, problems: [], warnings, ...table, diff: diffConfig(other.config, config) };
}

function print(answer: Answer, config: Config, asked: Asked, io: CommandOutput): void {
  for (const warning of answer.warnings) io.err(`warning: ${formatProblem(warning)}`);
  if (answer.flows !== undefined) for (const row of flowTable(answer.flows)) io.out(row);
  if (answer.paths !== undefined) for (const row of pathTable(answer.paths)) io.out(row);
  if (answer.diff !== undefined) printDiff(answer.diff, io);
  if (!answer.ok) {
    printProblems(asked.diff ?? asked.file, answer.problems, io);
    return;
  }
  const { sites, rooms, devices } = config.network;
  const counted = `${sites.size} sites, ${rooms.size} rooms, ${devices.size} devices, ${config.rules.length} rules, ${config.files.length} files`;
  const warned = answer.warnings.length === 0 ? "" : `, ${answer.warnings.length} warnings`;
  // With a table on the standard output, the verdict goes beside it.
  const verdict = `${asked.file} is good: ${counted}${warned}`;
  if (asked.flows || asked.paths || asked.diff !== undefined) io.err(verdict);
  else io.out(verdict);
}

function printDiff(diff: ReturnType<typeof diffConfig>, io: CommandOutput): void {
  for (const path of diff.added) io.out(`+ ${path}`);
  for (const path of diff.removed) io.out(`- ${path}`);
  for (const path of diff.changed) io.out(`~ ${path}`);
  if (diff.added.length + diff.removed.length + diff.changed.length === 0) io.out("no change");
  for (const path of diff.needsRestart) io.out(`at the next start: ${path}`);
  if (diff.needsYes !== undefined) io.out(`needs a yes: ${diff.needsYes}`);
}

function printProblems(file: string, problems: readonly ConfigProblem[], io: CommandOutput): void {
  for (const problem of problems) io.err(formatProblem(problem));
  io.err(`${file} has ${problems.length} problem${problems.length === 1 ? "" : "s"}`);
}

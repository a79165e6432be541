/**
 * `vigie diagnosis test|list|try`: the table of diagnoses, its own test cases, and what it says of facts. Starts nothing, asks no device.
 *
 * Exit 0: every case holds, or it was printed; 1: a case does not hold, or the configuration has a problem; 2: wrong use.
 */
import { existsSync } from "node:fs";
import { parseArgs } from "node:util";
import { diagnose, sureness } from "../../rules/diagnosis.ts";
import { wordsOf } from "../../rules/diagnosis-facts.ts";
import { type DiagnosisCase, type ParsedDiagnosis, parseDiagnosis } from "../../rules/diagnosisschema.ts";
import { missesOf, unreached } from "../../rules/diagnosistest.ts";
import { readDiagnosis } from "../config/diagnosis.ts";
import { shippedKnowledge } from "../config/knowledge.ts";
import type { LoadOptions } from "../config/load.ts";
import { Findings, formatProblem } from "../config/problems.ts";
import { SectionReader } from "../config/reading.ts";
import { SecretReader } from "../config/secrets.ts";
import { readSource } from "../config/source.ts";
import type { ConfigProblem } from "../model/config.ts";
import type { DiagnosisTable } from "../model/diagnosis.ts";
import type { Io } from "./io.ts";

const HELP = `Usage: vigie diagnosis test [--config FILE] [--json]
       vigie diagnosis list [--config FILE] [--json]
       vigie diagnosis try [FACT=WORD…] [--config FILE] [--json]

test runs the test cases of the table of diagnoses and prints those that do not hold, and the rows that decide in no case.
list prints every row, the surest first. try says what the table makes of these facts: vigie diagnosis try ping=silent gateway=answers
The rows are the shipped ones and those under diagnosis.include of vigie.yaml, if there is one. docs/diagnosis.md lists the facts.
Starts nothing, sends nothing, asks no device.

  --config FILE   the configuration (default: vigie.yaml, if there is one)
  --json          print one JSON object instead of text
  --help          this text

Exit code: 0 every case holds, or it is printed, 1 a case does not hold, a row is reached by none, or a file has a problem, 2 wrong use.`;

const verbs = ["test", "list", "try"] as const;
type Verb = (typeof verbs)[number];

interface Asked {
  readonly verb: Verb;
  readonly words: readonly string[];
  readonly config: string | undefined;
  readonly json: boolean;
}

function readArguments(argv: readonly string[]): Asked | "help" | { readonly wrong: string } {
  try {
    const options = { config: { type: "string" }, json: { type: "boolean" }, help: { type: "boolean", short: "h" } } as const;
    const { values, positionals } = parseArgs({ args: [...argv], allowPositionals: true, options });
    if (values.help === true) return "help";
    const [first, ...words] = positionals;
    const verb = verbs.find((each) => each === first);
    if (verb === undefined) return { wrong: `${first === undefined ? "" : `"${first}" is no command; `}write test, list or try` };
    if (verb !== "try" && words.length > 0) return { wrong: `"${words[0]}" is too much; facts are of vigie diagnosis try` };
    return { verb, words, config: values.config, json: values.json ?? false };
  } catch (error) {
    // parseArgs throws a TypeError whose message names the option that it does not know.
    return { wrong: error instanceof Error ? (error.message.split(". ")[0] ?? error.message) : "cannot read the arguments" };
  }
}

interface Loaded {
  readonly table: DiagnosisTable;
  readonly cases: readonly DiagnosisCase[];
  readonly problems: readonly ConfigProblem[];
}

/** The table in force, with the cases of every file of it. The rest of a configuration may be wrong: that does not hide what its table says. */
async function load(config: string | undefined, options: LoadOptions): Promise<Loaded | string> {
  if (config !== undefined && !existsSync(config)) return `${config}: there is no such file; name the configuration`;
  const present = config ?? (existsSync("vigie.yaml") ? "vigie.yaml" : undefined);
  const cases: DiagnosisCase[] = [];
  const listening = (file: string, text: string): ParsedDiagnosis => {
    const parsed = parseDiagnosis(file, text);
    cases.push(...parsed.tests);
    return parsed;
  };
  const sources = { ...(options.sources ?? shippedKnowledge()), parseDiagnosis: listening };
  const source = await readSource(present ?? sources.diagnosisFile);
  const findings = new Findings((path) => source.locate(path));
  if (present === undefined) {
    const text = (await source.readText(sources.diagnosisFile, [], source.locate([]))) ?? "";
    const { rows, advice, problems } = listening(source.shown(sources.diagnosisFile), text);
    return { table: { rows, advice }, cases, problems };
  }
  const secrets = new SecretReader(source, findings, options.env ?? process.env);
  const { table } = await readDiagnosis({ source, findings, sections: new SectionReader(source, findings), secrets, demo: true }, sources);
  // The cases of a shipped row that was replaced or disabled are gone with it.
  const last = new Map(cases.map((each) => [each.row, each.file]));
  const inForce = new Set(table.rows.map(({ id }) => id));
  return { table, cases: cases.filter(({ row, file }) => inForce.has(row) && last.get(row) === file), problems: findings.problems };
}

export async function diagnosis(argv: readonly string[], io: Io, options: LoadOptions = {}): Promise<number> {
  const asked = readArguments(argv);
  if (asked === "help") {
    io.out(HELP);
    return 0;
  }
  const loaded = "wrong" in asked ? asked.wrong : await load(asked.config, options);
  if ("wrong" in asked || typeof loaded === "string") {
    io.err(`diagnosis: ${String(loaded)}; see vigie diagnosis --help`);
    return 2;
  }
  for (const problem of loaded.problems) io.err(formatProblem(problem));
  switch (asked.verb) {
    case "test":
      return printTest(loaded, asked.json, io);
    case "list":
      return printList(loaded, asked.json, io);
    case "try":
      return printTry(loaded, asked, io);
  }
}

function printTest({ table, cases, problems }: Loaded, json: boolean, io: Io): number {
  const misses = missesOf(table, cases);
  const without = unreached(table, cases);
  const ok = misses.length + without.length + problems.length === 0;
  if (json) {
    io.out(JSON.stringify({ ok, rows: table.rows.length, cases: cases.length, misses, unreached: without }));
    return ok ? 0 : 1;
  }
  for (const { file, line, row, case: name, wanted, found } of misses) {
    io.out(`${file}${line === undefined ? "" : `:${line}`}: ${row}: "${name}"`);
    io.out(`    wanted: ${wanted}`);
    io.out(`     found: ${found}`);
  }
  for (const id of without) io.out(`${id} decides in no case; write one under tests`);
  const bad = [
    ...(misses.length > 0 ? [`${misses.length} failed`] : []),
    ...(without.length > 0 ? [`${without.length} rows reached by none`] : []),
  ];
  io.out(`${cases.length} cases of ${table.rows.length} rows: ${bad.join(", ") || "all hold"}`);
  return ok ? 0 : 1;
}

function printList({ table, problems }: Loaded, json: boolean, io: Io): number {
  const rows = [...table.rows].sort((a, b) => b.confidence - a.confidence);
  if (json) io.out(JSON.stringify({ rows }));
  else
    for (const { id, when, verdict, confidence } of rows) {
      const facts = Object.entries(when).map(([name, words]) => `${name}: ${words.join(" or ")}`);
      io.out(`${String(confidence).padStart(3)} %  ${verdict.padEnd(14)}  ${id.padEnd(28)}  ${facts.join(", ") || "always"}`);
    }
  return problems.length === 0 ? 0 : 1;
}

function printTry({ table, problems }: Loaded, { words, json }: Asked, io: Io): number {
  const facts = words.map((each) => ({ name: each.split("=")[0] ?? "", value: each.slice(each.indexOf("=") + 1) }));
  for (const [index, { name, value }] of facts.entries()) {
    const known = wordsOf(name);
    const wrong =
      known === undefined || !words[index]?.includes("=")
        ? `"${words[index]}" is no fact; write FACT=WORD, see docs/diagnosis.md`
        : known !== "any" && !known.includes(value)
          ? `${name}: "${value}" is no word of it; write one of ${known.join(", ")}`
          : undefined;
    if (wrong === undefined) continue;
    io.err(`diagnosis: ${wrong}`);
    return 2;
  }
  const { judged, also, rows } = diagnose(table, facts);
  if (json) io.out(JSON.stringify({ judged, also, rows }));
  else {
    io.out(`${judged.verdict}, ${sureness(judged.confidence)} (${judged.confidence} %): ${judged.why}  [${judged.row}]`);
    for (const each of also) io.out(`  also ${each.verdict} (${each.confidence} %): ${each.why}  [${each.row}]`);
  }
  return problems.length === 0 ? 0 : 1;
}

/**
 * `vigie rules test|list|show|proposals`: the rules, and their own test cases in virtual time. Starts nothing, sends nothing, looks at no device.
 *
 * Exit 0: every case holds, or it was printed; 1: a case does not hold, or there is no such rule; 2: wrong use.
 */
import { parseArgs } from "node:util";
import type { LoadOptions } from "../config/load.ts";
import { formatProblem } from "../config/problems.ts";
import type { Io } from "./io.ts";
import { gatherPacks } from "./rules-packs.ts";
import { printProposals } from "./rules-proposals.ts";
import { printList, printRule } from "./rules-show.ts";
import { printReport, testPacks } from "./rules-test.ts";

const HELP = `Usage: vigie rules test [FILE…] [--config FILE] [--mutants] [--json]
       vigie rules list [FILE…] [--config FILE] [--json]
       vigie rules show ID [--config FILE] [--json]
       vigie rules proposals [ID] [--config FILE] [--json]

test runs the test cases of rule packs in virtual time and prints those that do not hold: file and line, rule, case, step, what was
wanted and what was found. list prints every rule; show one of them whole, with its texts in French and English.
proposals reads the database: what would have avoided the false alarms of each rule, or of this one, with its back-test on the looks that
are kept of the last 30 days (missed: 0, false: −14) and what to write.
The rules are the shipped ones and those under rules.include of vigie.yaml, if there is one; or only those of the packs named.
Starts nothing, sends nothing, looks at no device.

  --config FILE   the configuration (default: vigie.yaml, if there is one)
  --mutants       test: also change each number and word of a rule in turn, and name the changes that no case notices
  --json          print one JSON object instead of text
  --help          this text

Exit code: 0 every case holds, or it is printed, 1 a case does not hold, a pack has a problem, or there is no such rule, 2 wrong use.`;

const verbs = ["test", "list", "show", "proposals"] as const;

interface Asked {
  readonly verb: (typeof verbs)[number];
  readonly words: readonly string[];
  readonly config: string | undefined;
  readonly mutants: boolean;
  readonly json: boolean;
}

function readArguments(argv: readonly string[]): Asked | "help" | { readonly wrong: string } {
  try {
    const { values, positionals } = parseArgs({
      args: [...argv],
      allowPositionals: true,
      options: {
        config: { type: "string" },
        mutants: { type: "boolean" },
        json: { type: "boolean" },
        help: { type: "boolean", short: "h" },
      },
    });
    if (values.help === true) return "help";
    const [first, ...words] = positionals;
    const verb = verbs.find((each) => each === first);
    if (verb === undefined) {
      const write = "write test, list, show or proposals";
      return { wrong: first === undefined ? write : `"${first}" is no command; ${write}` };
    }
    if (verb === "show" && words.length !== 1) return { wrong: "write vigie rules show ID, one rule at a time" };
    if (verb === "proposals" && words.length > 1) return { wrong: "write vigie rules proposals, or vigie rules proposals ID" };
    if (verb !== "test" && values.mutants === true) return { wrong: "--mutants is of vigie rules test" };
    return { verb, words, config: values.config, mutants: values.mutants ?? false, json: values.json ?? false };
  } catch (error) {
    // parseArgs throws a TypeError whose message names the option that it does not know.
    return { wrong: error instanceof Error ? (error.message.split(". ")[0] ?? error.message) : "cannot read the arguments" };
  }
}

export async function rules(argv: readonly string[], io: Io, options: LoadOptions = {}): Promise<number> {
  const asked = readArguments(argv);
  if (asked === "help") {
    io.out(HELP);
    return 0;
  }
  if ("wrong" in asked) {
    io.err(`rules: ${asked.wrong}; see vigie rules --help`);
    return 2;
  }
  const { verb, words, config, json } = asked;
  if (verb === "proposals") return printProposals({ id: words[0], config, json }, io, options);
  const gathered = await gatherPacks({ files: asked.verb === "show" ? [] : asked.words, config: asked.config }, options);
  if (typeof gathered === "string") {
    io.err(`rules: ${gathered}`);
    return 2;
  }
  if (asked.verb === "test") {
    // The rest of a configuration may be wrong: that does not hide what its rules say.
    if (gathered.problems.length > 0) io.err(`the configuration has ${gathered.problems.length} more problems; see vigie check-config`);
    return printReport(testPacks(gathered.packs, asked.mutants), asked.json, io);
  }
  const problems = [...gathered.packs.flatMap((pack) => pack.problems), ...gathered.problems];
  for (const problem of problems) io.err(formatProblem(problem));
  if (problems.length > 0) return 1;
  return asked.verb === "list" ? printList(gathered, asked.json, io) : printRule(gathered, asked.words[0] ?? "", asked.json, io);
}

/**
 * `vigie problems` and `vigie problems close`: what keeps coming back and is to be cured. Works on the database beside a running daemon.
 */
import { existsSync } from "node:fs";
import { userInfo } from "node:os";
import { resolve } from "node:path";
import { parseArgs } from "node:util";
import { hasInsuranceNumber } from "../../probes/privacy.ts";
import { systemClock } from "../clock.ts";
import type { Problem } from "../model/problem.ts";
import type { Store } from "../ports.ts";
import { closeProblem } from "../problems.ts";
import type { Io } from "./io.ts";
import { onStore } from "./on-store.ts";

const help = `vigie problems [--all] [--config vigie.yaml] [--json]
vigie problems close ID --note TEXT [--config vigie.yaml] [--json]

Prints the open problems, the last opened first: failures that came back often enough to look for what lies behind them. suggested: it
came often. candidate: more often than with others of its kind, and than chance brings. With --all the closed ones too.
close says what cured it, or why it is none; what comes back as often again is a new problem.

Exit code: 0 done, 1 the configuration, the database or the problem is refused, 2 wrong use.`;

type Asked = { readonly config: string; readonly json: boolean } & (
  | { readonly what: "list"; readonly all: boolean }
  | { readonly what: "close"; readonly id: string; readonly note: string }
);

export async function problems(argv: readonly string[], io: Io): Promise<number> {
  const asked = readArgs(argv);
  if (typeof asked === "string") {
    if (asked === "help") io.out(help);
    else io.err(`vigie problems: ${asked}\n\n${help}`);
    return asked === "help" ? 0 : 2;
  }
  return onStore(asked.config, io, (store) => (asked.what === "list" ? list(asked, store, io) : close(asked, store, io)));
}

function readArgs(argv: readonly string[]): Asked | string {
  try {
    const options = {
      config: { type: "string", default: "vigie.yaml" },
      all: { type: "boolean", default: false },
      note: { type: "string" },
      json: { type: "boolean", default: false },
      help: { type: "boolean", short: "h" },
    } as const;
    const { values, positionals } = parseArgs({ args: [...argv], options, allowPositionals: true });
    if (values.help === true) return "help";
    const [what, id = "", ...more] = positionals;
    if ((what !== undefined && what !== "close") || more.length > 0) return `"${positionals.join(" ")}" is no command; write close ID`;
    if (!existsSync(values.config)) return `${values.config} is not there; name the file with --config`;
    const base = { config: resolve(values.config), json: values.json };
    if (what === undefined) return { ...base, what: "list", all: values.all };
    const note = values.note?.trim() ?? "";
    if (id === "") return "close takes the id of a problem";
    if (note === "") return "--note says what cured it, or why it is none; people read it";
    if (hasInsuranceNumber(note)) return "the note seems to hold a health insurance number; no patient data belongs here";
    return { ...base, what, id, note };
  } catch (error) {
    return error instanceof Error ? error.message : String(error);
  }
}

async function list({ all, json }: Extract<Asked, { what: "list" }>, store: Store, io: Io): Promise<number> {
  const found = await store.problems({ ...(all ? {} : { state: "open" as const }), limit: 1_000 });
  if (json) io.out(JSON.stringify({ items: found.map(dated) }));
  else if (found.length === 0) io.out("no problems");
  else for (const each of found) for (const text of linesOf(each)) io.out(text);
  return 0;
}

async function close({ id, note, json }: Extract<Asked, { what: "close" }>, store: Store, io: Io): Promise<number> {
  const result = await closeProblem({ store, clock: systemClock }, id, { by: userInfo().username, note });
  if (!result.ok) io.err(`vigie problems: ${result.problem}`);
  else io.out(json ? JSON.stringify(dated(result.problem)) : `${id} is closed`);
  return result.ok ? 0 : 1;
}

const iso = (at: number) => new Date(at).toISOString();

function dated({ openedAt, closed, ...rest }: Problem) {
  return { ...rest, openedAt: iso(openedAt), ...(closed === undefined ? {} : { closed: { ...closed, at: iso(closed.at) } }) };
}

function linesOf({ id, standing, fingerprint, site, why, openedAt, incidents, closed }: Problem): readonly string[] {
  const ended = closed === undefined ? [] : [`  closed ${iso(closed.at)} by ${closed.by}: ${closed.note}`];
  const about = fingerprint
    .split("|")
    .filter((each) => each !== "")
    .join(" ");
  return [
    `${id}  ${standing.padEnd(9)}  ${iso(openedAt).slice(0, 10)}  ${about} (${site})`,
    `  ${why}`,
    `  ${incidents.join(" ")}`,
    ...ended,
  ];
}

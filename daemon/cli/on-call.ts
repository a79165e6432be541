/**
 * `vigie on-call`: who is on call now or at a time; `vigie on-call override`: somebody else for a time.
 *
 * Works on the database beside a running daemon, which knows of it within a second.
 */
import { existsSync } from "node:fs";
import { userInfo } from "node:os";
import { resolve } from "node:path";
import { parseArgs } from "node:util";
import { onCallView } from "../api/on-call.ts";
import { systemClock } from "../clock.ts";
import { loadConfig } from "../config/load.ts";
import { formatProblem } from "../config/problems.ts";
import { timeOf } from "../maintenance-plan.ts";
import type { Config } from "../model/config.ts";
import type { Instant } from "../model/time.ts";
import { DutyBook, withOnCall } from "../oncall/book.ts";
import { OnCallDesk } from "../oncall/desk.ts";
import type { Store } from "../ports.ts";
import { openStore } from "../store/open.ts";
import { sayTime } from "../text/catalogue.ts";
import type { Io } from "./io.ts";

const help = `vigie on-call [--at TIME] [--function ID] [--config vigie.yaml] [--json]
vigie on-call override --function ID --person IDS --to TIME --reason TEXT [--from TIME] [--config vigie.yaml] [--json]
vigie on-call cancel ID [--config vigie.yaml] [--json]

            who fills each function now or at a time, until when, who is next, and when nobody is
override    somebody else fills a function for a time; it beats every rotation
cancel      calls an override off from now on

--function  of the configuration, or room:<id> for the coordinator of a room
--person    ids of contacts or people, separated by commas
TIME        2026-11-18T22:00 by the clock on the wall of the instance's zone, or with an offset (…Z, …-05:00); --from: default now

A running daemon knows of it within a second. Rotations and people are written over POST /api/v1/on-call/rotations and /people.

Exit code: 0 done, 1 nobody is on call for a function that a rotation holds, or what was asked is refused, 2 wrong use.`;

const options = {
  config: { type: "string", default: "vigie.yaml" },
  json: { type: "boolean", default: false },
  help: { type: "boolean", short: "h" },
  at: { type: "string" },
  function: { type: "string" },
  person: { type: "string" },
  from: { type: "string" },
  to: { type: "string" },
  reason: { type: "string" },
} as const;

type Values = ReturnType<typeof parseArgs<{ options: typeof options; allowPositionals: true }>>["values"];
type Asked = { readonly what: "show" | "override" | "cancel"; readonly id: string; readonly values: Values };

export async function onCall(argv: string[], io: Io): Promise<number> {
  const asked = readArgs(argv);
  if (typeof asked === "string") {
    if (asked === "help") io.out(help);
    else io.err(`vigie on-call: ${asked}\n\n${help}`);
    return asked === "help" ? 0 : 2;
  }
  const loaded = await loadConfig(resolve(asked.values.config));
  if (!loaded.ok) {
    for (const problem of loaded.problems) io.err(formatProblem(problem));
    return 1;
  }
  const store = await openStore({ storage: loaded.config.storage, stateDir: loaded.config.instance.stateDir, clock: systemClock });
  try {
    await store.migrate();
    return await act(asked, loaded.config, store, io);
  } finally {
    await store.close();
  }
}

function readArgs(argv: string[]): Asked | string {
  try {
    const { values, positionals } = parseArgs({ args: argv, options, allowPositionals: true });
    if (values.help === true) return "help";
    const [what = "show", id = "", ...more] = positionals;
    if (what !== "show" && what !== "override" && what !== "cancel") return "write nothing, override or cancel";
    if (more.length > 0 || (what === "cancel") === (id === "")) return what === "cancel" ? "cancel takes one id" : `${what} takes no id`;
    if (!existsSync(values.config)) return `${values.config} is not there; name the file with --config`;
    const missing = (["function", "person", "to", "reason"] as const).filter((name) => (values[name]?.trim() ?? "") === "");
    if (what === "override" && missing.length > 0) return `override needs ${missing.map((name) => `--${name}`).join(", ")}`;
    return { what, id, values };
  } catch (error) {
    return error instanceof Error ? error.message : String(error);
  }
}

async function act({ what, id, values }: Asked, file: Config, store: Store, io: Io): Promise<number> {
  let config = file;
  const take = (book: Config["onCall"]) => {
    config = withOnCall(file, book);
  };
  const book = new DutyBook({ store, clock: systemClock, take });
  await book.refresh();
  const problems: string[] = [];
  const time = (name: "at" | "from" | "to"): Instant | undefined => timeOf(name, values[name], config.instance.timezone, problems);
  const [at, from, to] = [time("at"), time("from"), time("to")];
  if (problems.length > 0) return refused(problems, io);
  if (what === "show") return show(config, at ?? systemClock.now(), values, io);
  const desk = new OnCallDesk({ config: () => config, store, clock: systemClock, book, changed() {} });
  const by = `cli:${userInfo().username}`;
  const { function: of = "", person = "", reason = "" } = values;
  const plan = { function: of, people: person.split(","), from: from ?? systemClock.now(), to: to ?? 0, reason: reason.trim() };
  const outcome = what === "cancel" ? await desk.cancelOverride(id, by) : await desk.addOverride(plan, by);
  if (!outcome.ok) return refused(outcome.problems, io);
  io.out(values.json ? JSON.stringify(outcome.value) : outcome.value.id);
  return 0;
}

function refused(problems: readonly string[], io: Io): 1 {
  for (const problem of problems) io.err(`vigie on-call: ${problem}`);
  return 1;
}

function show(config: Config, at: Instant, values: Values, io: Io): number {
  const view = onCallView(config, at, values.function);
  const nobody = view.functions.some(({ kept, now }) => kept && now.people.length === 0);
  if (values.json) io.out(JSON.stringify(view));
  else {
    const zone = config.instance.timezone;
    const said = (time: string | undefined) => (time === undefined ? "" : sayTime(Date.parse(time), zone));
    const names = (people: readonly { readonly id: string }[]) => people.map(({ id }) => id).join(", ") || "nobody";
    for (const { function: of, now, until, next, gaps, withoutChannel } of view.functions) {
      const then = until === undefined || next === undefined ? "" : `  until ${said(until)}, then ${names(next.people)}`;
      io.out(`${of.padEnd(20)}  ${names(now.people).padEnd(24)}  ${now.by.padEnd(8)}${then}`.trimEnd());
      if (withoutChannel.length > 0) io.out(`  without a channel: ${withoutChannel.join(", ")}; the next in order is told`);
      for (const gap of gaps) io.out(`  nobody from ${said(gap.from)} to ${said(gap.to)}`);
    }
  }
  return nobody ? 1 : 0;
}

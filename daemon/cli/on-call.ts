/**
 * `vigie on-call`: who is on call now or at a time, overrides, and the people and rotations behind them.
 *
 * Works on the database beside a running daemon, which knows of it within a second.
 */
import { existsSync } from "node:fs";
import { userInfo } from "node:os";
import { resolve } from "node:path";
import { parseArgs } from "node:util";
import { onCallView, rotationViews } from "../api/on-call.ts";
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
import { actOnBook, bookActs, bookNeeds } from "./on-call-book.ts";

const help = `vigie on-call [--at TIME] [--function ID] [--config vigie.yaml] [--json]
vigie on-call override --function ID --person IDS --to TIME --reason TEXT [--from TIME] [--config vigie.yaml] [--json]
vigie on-call cancel ID [--config vigie.yaml] [--json]
vigie on-call rotations|people [--config vigie.yaml] [--json]
vigie on-call rotate --function ID --person IDS --handover "monday 08:00" [--weeks N] [--covers WHAT --calendar ID] [--zone ZONE]
                     [--from TIME] [--to TIME] [--replaces ID] [--config vigie.yaml] [--json]
vigie on-call end ID [--at TIME] [--config vigie.yaml] [--json]
vigie on-call person ID --name NAME --reach CHANNEL=ADDRESS … [--language fr|en] [--config vigie.yaml] [--json]
vigie on-call remove ID [--config vigie.yaml] [--json]

            who fills each function now or at a time, until when, who is next, and when nobody is
override    somebody else fills a function for a time; it beats every rotation
cancel      calls an override off from now on
rotations   those of the store, with who has the turn; people: who can be told, and over which channels
rotate      a new weekly rotation, the people in their order; --replaces ends the old one when it begins;
            --covers always, service, outside or holidays
end         ends a rotation, now or at a time
person      a new person, or what is known of one anew; --reach may stand several times, in the order in which they are tried
remove      takes a person out; refused while a rotation or an override names them

--function  of the configuration, or room:<id> for the coordinator of a room
--person    ids of contacts or people, separated by commas
TIME        2026-11-18T22:00 by the clock on the wall of the instance's zone, or with an offset (…Z, …-05:00); --from: default now

A running daemon knows of it within a second.

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
  handover: { type: "string" },
  weeks: { type: "string" },
  covers: { type: "string" },
  calendar: { type: "string" },
  zone: { type: "string" },
  replaces: { type: "string" },
  name: { type: "string" },
  language: { type: "string" },
  reach: { type: "string", multiple: true },
} as const;

type Values = ReturnType<typeof parseArgs<{ options: typeof options; allowPositionals: true }>>["values"];
const acts = ["show", "override", "cancel", "rotations", "people", ...bookActs] as const;
const withId: readonly string[] = ["cancel", "end", "person", "remove"];
type Asked = { readonly what: (typeof acts)[number]; readonly id: string; readonly values: Values };

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
    const act = acts.find((each) => each === what);
    if (act === undefined) return `write nothing, ${acts.slice(1).join(", ")}`;
    if (more.length > 0 || withId.includes(act) === (id === "")) return withId.includes(act) ? `${act} takes one id` : `${act} takes no id`;
    if (!existsSync(values.config)) return `${values.config} is not there; name the file with --config`;
    const missing = needsOf(act).filter((name) => (values[name] ?? "").toString().trim() === "");
    if (missing.length > 0) return `${act} needs ${missing.map((name) => `--${name}`).join(", ")}`;
    return { what: act, id, values };
  } catch (error) {
    return error instanceof Error ? error.message : String(error);
  }
}

function needsOf(act: Asked["what"]): readonly ("function" | "person" | "to" | "reason" | "handover" | "name" | "reach")[] {
  if (act === "override") return ["function", "person", "to", "reason"];
  const book = bookActs.find((each) => each === act);
  return book === undefined ? [] : bookNeeds[book];
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
  if (what === "rotations" || what === "people") return list(what, config, values, io);
  const desk = new OnCallDesk({ config: () => config, store, clock: systemClock, book, changed() {} });
  const by = `cli:${userInfo().username}`;
  const { function: of = "", person = "", reason = "" } = values;
  const plan = { function: of, people: person.split(","), from: from ?? systemClock.now(), to: to ?? 0, reason: reason.trim() };
  const bookAct = bookActs.find((each) => each === what);
  const outcome =
    bookAct !== undefined
      ? await actOnBook({ what: bookAct, id, values, at, from, to, by }, desk, config)
      : what === "cancel"
        ? await desk.cancelOverride(id, by)
        : await desk.addOverride(plan, by);
  if (!outcome.ok) return refused(outcome.problems, io);
  io.out(values.json ? JSON.stringify(outcome.value) : outcome.value.id);
  return 0;
}

/** Addresses are whole here: whoever reads the database has them. */
function list(what: "rotations" | "people", config: Config, { json }: Values, io: Io): number {
  const items = what === "rotations" ? rotationViews(config, systemClock.now()) : [...config.contacts.values()];
  if (json) io.out(JSON.stringify({ items }));
  else if (what === "people")
    for (const { id, name, channels } of config.contacts.values())
      io.out(`${id.padEnd(20)}  ${name.padEnd(24)}  ${channels.map((way) => `${way.channel}=${way.address}`).join(", ")}`.trimEnd());
  else
    for (const { id, function: of, people, covers, turn, to } of rotationViews(config, systemClock.now()))
      io.out(
        `${id}  ${of.padEnd(20)}  ${covers.padEnd(8)}  ${people.join(", ")}  now ${turn?.person ?? "nobody"}${to === undefined ? "" : `  until ${to}`}`,
      );
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

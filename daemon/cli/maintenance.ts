/**
 * `vigie maintenance list`, `add`, `change`, `end` and `cancel`: planned work and silences.
 *
 * Works on the database beside a running daemon, which asks it each second whether something was written.
 */
import { existsSync } from "node:fs";
import { userInfo } from "node:os";
import { resolve } from "node:path";
import { parseArgs } from "node:util";
import { standingOf } from "../../rules/maintenance.ts";
import { BookedSessions } from "../bookings.ts";
import { systemClock } from "../clock.ts";
import { given } from "../config/context.ts";
import { loadConfig } from "../config/load.ts";
import { formatProblem } from "../config/problems.ts";
import { Maintaining, type Planned } from "../maintaining.ts";
import { planOf, type WrittenPlan } from "../maintenance-plan.ts";
import type { Config } from "../model/config.ts";
import type { Maintenance } from "../model/maintenance.ts";
import type { Store } from "../ports.ts";
import { openStore } from "../store/open.ts";
import { sayTime } from "../text/catalogue.ts";
import type { Io } from "./io.ts";

const help = `vigie maintenance list [--all] [--config vigie.yaml] [--json]
vigie maintenance add --reason TEXT SCOPE TIMES [--silence] [--config vigie.yaml] [--json]
vigie maintenance change ID [--reason TEXT] [SCOPE] [TIMES] [--silence] [--note TEXT] [--config vigie.yaml] [--json]
vigie maintenance end|cancel ID [--reason TEXT] [--config vigie.yaml] [--json]

list    what is in force and what is coming; with --all what is over too
add     plans maintenance (planned work), or with --silence a silence (nobody is told, though nothing is planned)
change  what is not given stays; --note says why. What it kept quiet so far stays as it was: changed while it is in force in more
        than its end or its reason, it goes on under another id, which is printed
end     ends what is in force now; what recurs comes again
cancel  calls it off for good

SCOPE, at least one; of each list one must fit, and of all that are given all:
  --site IDS  --room IDS  --device IDS  --link IDS  --symptom CODES   separated by commas
  --label NAME=VALUE                                                  may stand several times

TIMES: 2026-11-18T22:00 by the clock on the wall of the place, or with an offset (…Z, …-05:00)
  --from TIME         default now
  --to TIME           or --minutes N
  --rule RRULE        it recurs: FREQ=WEEKLY;BYDAY=SU (FREQ, INTERVAL, BYDAY, BYMONTHDAY, BYMONTH, BYSETPOS, WKST, COUNT,
                      UNTIL)
  --flexible          begins with the first failure between --from and --to, and lasts --minutes from then on
  --zone ZONE         default that of the place, else the instance's

A running daemon knows of it a second later.

Exit code: 0 done (warnings go to standard error), 1 the plan, the configuration or the database is refused, 2 wrong use.`;

const options = {
  config: { type: "string", default: "vigie.yaml" },
  all: { type: "boolean", default: false },
  json: { type: "boolean", default: false },
  help: { type: "boolean", short: "h" },
  reason: { type: "string" },
  note: { type: "string" },
  silence: { type: "boolean", default: false },
  site: { type: "string" },
  room: { type: "string" },
  device: { type: "string" },
  link: { type: "string" },
  symptom: { type: "string" },
  label: { type: "string", multiple: true },
  from: { type: "string" },
  to: { type: "string" },
  minutes: { type: "string" },
  rule: { type: "string" },
  flexible: { type: "boolean", default: false },
  zone: { type: "string" },
} as const;

type Values = ReturnType<typeof parseArgs<{ options: typeof options; allowPositionals: true }>>["values"];

type Asked = { readonly config: string; readonly json: boolean } & (
  | { readonly what: "list"; readonly all: boolean }
  | { readonly what: "add"; readonly plan: WrittenPlan }
  | { readonly what: "change"; readonly id: string; readonly change: Partial<WrittenPlan>; readonly note?: string }
  | { readonly what: "end" | "cancel"; readonly id: string; readonly reason?: string }
);

export async function maintenance(argv: string[], io: Io): Promise<number> {
  const asked = readArgs(argv);
  if (typeof asked === "string") {
    if (asked === "help") io.out(help);
    else io.err(`vigie maintenance: ${asked}\n\n${help}`);
    return asked === "help" ? 0 : 2;
  }
  const loaded = await loadConfig(asked.config);
  if (!loaded.ok) {
    for (const problem of loaded.problems) io.err(formatProblem(problem));
    return 1;
  }
  const { config } = loaded;
  const store = await openStore({ storage: config.storage, stateDir: config.instance.stateDir, clock: systemClock });
  try {
    await store.migrate();
    if (asked.what === "list") return await list(asked, config, store, io);
    if (asked.what === "add") return await add(asked, config, store, io);
    return asked.what === "change" ? await change(asked, config, store, io) : await end(asked, config, store, io);
  } finally {
    await store.close();
  }
}

function readArgs(argv: string[]): Asked | string {
  try {
    const { values, positionals } = parseArgs({ args: argv, options, allowPositionals: true });
    if (values.help === true) return "help";
    const [what = "", id = "", ...more] = positionals;
    const takesId = what === "end" || what === "cancel" || what === "change";
    if (what !== "list" && what !== "add" && !takesId) return "write list, add, change, end or cancel";
    if (more.length > 0 || takesId === (id === "")) return takesId ? `${what} takes one id` : `${what} takes no id`;
    if (!existsSync(values.config)) return `${values.config} is not there; name the file with --config`;
    const base = { config: resolve(values.config), json: values.json };
    if (what === "change") {
      const parts = changedParts(values);
      return typeof parts === "string" ? parts : { ...base, what, id, change: parts, ...given({ note: values.note }) };
    }
    if (takesId) return { ...base, what, id, ...(values.reason === undefined ? {} : { reason: values.reason }) };
    if (what === "list") return { ...base, what, all: values.all };
    const plan = writtenPlan(values);
    return typeof plan === "string" ? plan : { ...base, what, plan };
  } catch (error) {
    return error instanceof Error ? error.message : String(error);
  }
}

function writtenPlan(values: Values): WrittenPlan | string {
  const parts = givenParts(values);
  if (typeof parts === "string") return parts;
  const { reason } = parts;
  if (reason === undefined) return "--reason says why; people read it";
  return { kind: "maintenance", scope: {}, ...parts, reason };
}

function changedParts(values: Values): Partial<WrittenPlan> | string {
  const parts = givenParts(values);
  const none = typeof parts !== "string" && Object.keys(parts).length === 0;
  return none ? "change takes what is to be otherwise: --reason, --to, --site …" : parts;
}

/** What was written, and nothing else. */
function givenParts(values: Values): Partial<WrittenPlan> | string {
  if (values.reason !== undefined && values.reason.trim() === "") return "--reason says why; people read it";
  const minutes = values.minutes === undefined ? undefined : Number(values.minutes);
  if (minutes !== undefined && (!Number.isInteger(minutes) || minutes < 1)) return "--minutes is a whole number from 1";
  const pairs = (values.label ?? []).map((each) => each.split("=", 2));
  if (pairs.some(([name = "", value]) => name === "" || value === undefined)) return "--label is NAME=VALUE";
  const lists = { sites: values.site, rooms: values.room, devices: values.device, links: values.link, symptoms: values.symptom };
  const scope = Object.fromEntries(Object.entries(lists).flatMap(([name, text]) => (text === undefined ? [] : [[name, text.split(",")]])));
  const labels = pairs.length === 0 ? {} : { labels: Object.fromEntries(pairs) };
  const whole = { ...scope, ...labels };
  const { from, to, rule, zone } = values;
  return {
    ...given({ reason: values.reason?.trim(), from, to, minutes, rule, zone }),
    ...(values.silence ? { kind: "silence" as const } : {}),
    ...(values.flexible ? { flexible: true } : {}),
    ...(Object.keys(whole).length === 0 ? {} : { scope: whole }),
  };
}

async function list({ all, json }: Extract<Asked, { what: "list" }>, config: Config, store: Store, io: Io): Promise<number> {
  const now = systemClock.now();
  const found = (await store.maintenances(all ? { limit: 1_000 } : { endAfter: now, limit: 1_000 }))
    .map((each) => ({ ...each, ...standingOf(each, now) }))
    .filter(({ phase }) => all || phase !== "over");
  if (json) {
    const iso = (at: number) => new Date(at).toISOString();
    const items = found.map(({ span, ...rest }) => ({
      ...rest,
      ...(span === undefined ? {} : { span: { from: iso(span.from), to: iso(span.to) } }),
    }));
    io.out(JSON.stringify({ items }));
    return 0;
  }
  for (const { id, phase, kind, span, by, reason } of found) {
    const times = span === undefined ? "" : [span.from, span.to].map((at) => sayTime(at, config.instance.timezone)).join(" to ");
    io.out(`${id}  ${phase.padEnd(6)}  ${kind.padEnd(11)}  ${times.padEnd(36)}  ${by}: ${reason}`);
  }
  if (found.length === 0) io.out("nothing is in force or planned");
  return 0;
}

async function add({ plan: written, json }: Extract<Asked, { what: "add" }>, config: Config, store: Store, io: Io): Promise<number> {
  const plan = planOf(written, config, systemClock.now());
  if ("problems" in plan) {
    for (const problem of plan.problems) io.err(`vigie maintenance: ${problem}`);
    return 1;
  }
  return tell(await (await desk(config, store)).add(plan, self()), json, io);
}

async function change(asked: Extract<Asked, { what: "change" }>, config: Config, store: Store, io: Io): Promise<number> {
  const { id, change: parts, note, json } = asked;
  const outcome = await (await desk(config, store)).change(id, parts, self(), note);
  if (outcome.ok) return tell(outcome, json, io);
  for (const problem of outcome.problem.split("\n")) io.err(`vigie maintenance: ${problem}`);
  return 1;
}

function tell({ maintenance: made, warnings, sessions }: Planned, json: boolean, io: Io): number {
  for (const warning of warnings) io.err(`vigie maintenance: ${warning}`);
  if (json) io.out(JSON.stringify({ id: made.id, warnings, sessions: sessions.map(({ id }) => id) }));
  else {
    io.out(made.id);
    if (sessions.length > 0) io.out(`booked in that time: ${sessions.length} sessions`);
    for (const { from, rooms, kind } of sessions.slice(0, 20)) io.out(`  ${sayTime(from, made.zone)}  ${kind}  ${rooms.join(" + ")}`);
  }
  return 0;
}

async function end(asked: Extract<Asked, { what: "end" | "cancel" }>, config: Config, store: Store, io: Io): Promise<number> {
  const { what, id, reason, json } = asked;
  const outcome = await (await desk(config, store))[what](id, self(), reason);
  if (!outcome.ok) {
    io.err(`vigie maintenance: ${outcome.problem}`);
    return 1;
  }
  const { maintenance: ended }: { readonly maintenance: Maintenance } = outcome;
  io.out(
    json
      ? JSON.stringify({ id: ended.id, phase: standingOf(ended, systemClock.now()).phase })
      : `${id} is ${what === "end" ? "ended" : "called off"}`,
  );
  return 0;
}

async function desk(config: Config, store: Store): Promise<Maintaining> {
  const bookings = new BookedSessions({ store, clock: systemClock, config: () => config });
  await bookings.refresh();
  return new Maintaining({
    config: () => config,
    store,
    clock: systemClock,
    book: { refresh: async () => undefined },
    bookings,
    changed() {},
  });
}

function self() {
  return { name: `cli:${userInfo().username}`, function: "cli" };
}

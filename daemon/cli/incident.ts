/**
 * `vigie incident`: one incident, shown and worked on. Works on the database beside a running daemon, which knows of it within a second.
 */
import { existsSync } from "node:fs";
import { userInfo } from "node:os";
import { resolve } from "node:path";
import { parseArgs } from "node:util";
import { hasInsuranceNumber } from "../../probes/privacy.ts";
import { attachmentTypes } from "../../rules/attachment.ts";
import { incidentView, timelineView } from "../api/views.ts";
import { systemClock } from "../clock.ts";
import type { Config } from "../model/config.ts";
import { withOnCall } from "../oncall/book.ts";
import type { Store } from "../ports.ts";
import { sayCode, sayTime } from "../text/catalogue.ts";
import { actOnIncident, dispositions, type IncidentAct, incidentActs, incidentNeeds, kinds } from "./incident-acts.ts";
import type { Io } from "./io.ts";
import { onStore } from "./on-store.ts";

const help = `vigie incident show NUMBER [--config vigie.yaml] [--json]
vigie incident take NUMBER [--note TEXT] [--by PERSON] …
vigie incident note NUMBER --note TEXT [--by PERSON] …
vigie incident action NUMBER --kind KIND --what TEXT [--device ID [--part NAME] | --room ID | --link ID] [--before TEXT] [--after TEXT]
                      [--serial-before SERIAL] [--serial-after SERIAL] …
vigie incident attach NUMBER FILE [--type TYPE] …
vigie incident hand-over NUMBER --to FUNCTION|PERSON --note TEXT …
vigie incident ticket NUMBER --system SYSTEM [--note TEXT] …
vigie incident resolve NUMBER --note TEXT …
vigie incident close NUMBER --as DISPOSITION --note TEXT …

show        what it is, who has it, what is due when, and its timeline
take        it is yours from now on
note        a line on its timeline
action      what was changed; a swap goes into the inventory, an address change keeps its device quiet until the file has it
attach      a file: PDF, PNG, JPEG, text or CSV, 5 MiB at most
hand-over   offers it; it counts when they accept
ticket      opens one in another system of tickets: in the configuration; the running daemon does it within seconds
resolve     the cause is dealt with
close       what it was in the end. A major incident closes once its report is signed

NUMBER      of the incident, or its id
--by        id of a contact in whose name it is done; default cli:<your user>. --function: in which function, for what allocators may
--kind      ${kinds.join(", ")}
--as        ${dispositions.join(", ")}
--type      default: as the name of the file ends

No patient data belongs in a text or a file. A running daemon knows of it within a second.

Exit code: 0 done, 1 what was asked is refused, 2 wrong use.`;

const text = { type: "string" } as const;
const options = {
  config: { type: "string", default: "vigie.yaml" },
  json: { type: "boolean", default: false },
  help: { type: "boolean", short: "h" },
  ...({ by: text, function: text, note: text, kind: text, what: text, device: text, part: text, room: text, link: text } as const),
  ...({ before: text, after: text, "serial-before": text, "serial-after": text, type: text, to: text, as: text, system: text } as const),
} as const;

type Values = ReturnType<typeof parseArgs<{ options: typeof options; allowPositionals: true }>>["values"];

interface Asked {
  readonly what: "show" | IncidentAct;
  readonly number: string;
  readonly file: string;
  readonly values: Values;
}

export async function incident(argv: readonly string[], io: Io): Promise<number> {
  const asked = readArgs(argv);
  if (typeof asked === "string") {
    if (asked === "help") io.out(help);
    else io.err(`vigie incident: ${asked}\n\n${help}`);
    return asked === "help" ? 0 : 2;
  }
  return onStore(resolve(asked.values.config), io, async (store, file) => act(asked, store, withOnCall(file, await store.onCall(0)), io));
}

function readArgs(argv: readonly string[]): Asked | string {
  try {
    const { values, positionals } = parseArgs({ args: [...argv], options, allowPositionals: true });
    if (values.help === true) return "help";
    const [first, number = "", file = "", ...more] = positionals;
    const what = (["show", ...incidentActs] as const).find((each) => each === first);
    if (what === undefined) return `write one of show, ${incidentActs.join(", ")}, and the number of an incident`;
    if (number === "" || more.length > 0 || (file === "") === (what === "attach"))
      return `${what} takes the number of an incident${what === "attach" ? " and a file" : ""}`;
    const wrong = wrongUse(what, values) ?? unread(file);
    if (wrong !== undefined) return wrong;
    return { what, number, file, values };
  } catch (error) {
    return error instanceof Error ? error.message : String(error);
  }
}

const common: readonly string[] = ["config", "json", "help"];

function wrongUse(what: Asked["what"], values: Values): string | undefined {
  const { needs, takes } = what === "show" ? { needs: [], takes: [] } : incidentNeeds[what];
  const allowed: readonly string[] = [...common, ...(what === "show" ? [] : ["by", "function"]), ...needs, ...takes];
  const others = Object.keys(values).filter((name) => !allowed.includes(name));
  if (others.length > 0) return `${what} takes no ${others.map((name) => `--${name}`).join(", ")}`;
  const missing = needs.filter((name) => (values[name] ?? "").trim() === "");
  if (missing.length > 0) return `${what} needs ${missing.map((name) => `--${name}`).join(", ")}`;
  const bad = (
    [
      ["kind", kinds],
      ["as", dispositions],
      ["type", attachmentTypes],
    ] as const
  ).find(([name, all]) => values[name] !== undefined && !(all as readonly string[]).includes(values[name]));
  if (bad !== undefined) return `--${bad[0]}: "${values[bad[0]]}" is none of: ${bad[1].join(", ")}`;
  if ([values.note, values.what, values.before, values.after].some((each) => each !== undefined && hasInsuranceNumber(each)))
    return "the text seems to hold a health insurance number (four letters, eight digits); no patient data belongs here";
  return existsSync(values.config) ? undefined : `${values.config} is not there; name the file with --config`;
}

function unread(file: string): string | undefined {
  return file === "" || existsSync(file) ? undefined : `${file} is not there; name the file to attach`;
}

async function act({ what, number, file, values }: Asked, store: Store, config: Config, io: Io): Promise<number> {
  if (what === "show") return show(number, values.json, store, config, io);
  const { by, function: of } = values;
  if (by !== undefined && !config.contacts.has(by))
    return refused(`--by: there is no contact "${by}"; vigie on-call people lists them`, io);
  if (of !== undefined && !config.functions.has(of))
    return refused(`--function: there is no function "${of}"; name one of: ${[...config.functions.keys()].join(", ")}`, io);
  const person = { name: by ?? `cli:${userInfo().username}`, function: of ?? "cli" };
  const outcome = await actOnIncident({ what, number, file, values, person }, { store, config, clock: systemClock });
  if (!outcome.ok) return refused(outcome.problem, io);
  const view = incidentView(outcome.incident, config.network);
  const { id: made } = outcome.made ?? {};
  io.out(values.json ? JSON.stringify({ ...view, ...(made === undefined ? {} : { made }) }) : `${made ?? view.number}: ${outcome.said}`);
  return 0;
}

function refused(problem: string, io: Io): 1 {
  io.err(`vigie incident: ${problem}`);
  return 1;
}

async function show(number: string, json: boolean, store: Store, config: Config, io: Io): Promise<number> {
  const found = await store.incident(number);
  if (found === undefined) return refused(`there is no incident ${number}; write its number with its check digits`, io);
  const [lines, actions, attachments] = await Promise.all([
    store.timeline(found.id),
    store.workActions({ incident: found.id }),
    store.attachments(found.id),
  ]);
  const view = incidentView(found, config.network);
  if (json) {
    io.out(JSON.stringify({ ...view, timeline: lines.map(timelineView), actions, attachments }));
    return 0;
  }
  const zone = config.network.sites.get(found.site)?.timezone ?? config.instance.timezone;
  const at = (time: number) => sayTime(time, zone);
  const about = view.deviceName ?? view.linkName ?? view.roomName ?? view.siteName;
  io.out(`${view.number}  ${sayCode("en", "symptom", view.symptom) ?? view.symptom}: ${about} (${view.siteName})`);
  io.out(`  ${view.severity}, ${view.urgency}, level ${view.level}; ${stateOf(view)}; opened ${at(found.openedAt)}`);
  if (found.foldedInto !== undefined) io.out(`  part of ${found.foldedInto}: act on that one`);
  if (found.wakeAt !== undefined) io.out(`  next: ${found.wakeFor ?? "look"} at ${at(found.wakeAt)}`);
  for (const { id, partner, waiting } of found.openTasks ?? []) io.out(`  ${id}: ${waiting ? `${partner} has it` : `${partner} answered`}`);
  for (const { id, name, erased } of attachments) if (erased === undefined) io.out(`  ${id}: ${name}`);
  for (const line of lines) io.out(`${at(line.at)}  ${line.by.padEnd(16)}  ${line.event.padEnd(16)}  ${line.why}`.trimEnd());
  return 0;
}

function stateOf({ state, holder, handOver, disposition }: ReturnType<typeof incidentView>): string {
  const offered = handOver === undefined ? "" : `, offered to ${handOver.person ?? handOver.functions.join(", ")}`;
  return `${state}${disposition === undefined ? "" : ` (${disposition})`}, ${holder === undefined ? "held by nobody" : `held by ${holder}`}${offered}`;
}

/**
 * What is wrong with a person, a rotation or an override as somebody wrote it: every problem at once; where, what was found, what to do.
 */
import { IANAZone } from "luxon";
import { badAddress } from "../config/people.ts";
import type { Config } from "../model/config.ts";
import type { Covers, Override, Person, Rotation } from "../model/on-call.ts";
import { DAY, type Instant } from "../model/time.ts";
import { roomPrefix } from "./roster.ts";

/** As an id of the file: it stands in keys, addresses and messages. */
const idPattern = /^[a-z0-9][a-z0-9._-]{0,62}$/;
const mostOverrideMs = 400 * DAY;

export function checkPerson({ id, channels }: Pick<Person, "id" | "channels">, config: Config): readonly string[] {
  const problems: string[] = [];
  if (!idPattern.test(id)) problems.push(`id: "${id}" is no id; write small letters, digits, ".", "-" and "_"`);
  for (const [index, { channel, address }] of channels.entries()) {
    const kind = config.channels.get(channel)?.kind;
    if (kind === undefined)
      problems.push(
        `channels[${index}].channel: "${channel}" is not configured; write one of ${[...config.channels.keys()].join(", ") || "those that are added under channels"}`,
      );
    const wrong = badAddress(kind, address);
    if (wrong !== undefined) problems.push(`channels[${index}].address: "${address}" is ${wrong}`);
    const twin = channels.findIndex((each) => each.channel === channel && each.address === address);
    if (twin < index) problems.push(`channels[${index}]: stands there twice; keep one`);
  }
  return problems;
}

function checkWho(of: { readonly function: string; readonly people: readonly string[] }, config: Config): string[] {
  const problems: string[] = [];
  const known = of.function.startsWith(roomPrefix)
    ? config.network.rooms.has(of.function.slice(roomPrefix.length))
    : config.functions.has(of.function);
  if (!known)
    problems.push(`function: "${of.function}" is not known; write one of ${[...config.functions.keys()].join(", ")}, or room:<id>`);
  for (const [index, person] of of.people.entries()) {
    if (!config.contacts.has(person))
      problems.push(`people[${index}]: "${person}" is not known; GET /api/v1/people lists them, POST /api/v1/people adds one`);
    if (of.people.indexOf(person) < index) problems.push(`people[${index}]: "${person}" stands there twice; keep one`);
  }
  return problems;
}

const needsCalendar: ReadonlySet<Covers> = new Set(["service", "outside", "holidays"]);

export function checkRotation(rotation: Omit<Rotation, "id" | "by" | "createdAt">, config: Config): readonly string[] {
  const problems = checkWho(rotation, config);
  const { zone, covers, calendar, from, to } = rotation;
  if (!IANAZone.isValidZone(zone)) problems.push(`zone: "${zone}" is no zone; write one such as America/Toronto`);
  if (needsCalendar.has(covers) && calendar === undefined)
    problems.push(`calendar: is missing; "${covers}" needs the calendar that says what is service and what a holiday`);
  if (calendar !== undefined && !config.calendars.has(calendar))
    problems.push(`calendar: "${calendar}" is not configured; write one of ${[...config.calendars.keys()].join(", ")}`);
  if (to !== undefined && to <= from) problems.push("to: it ends before it begins; write a later time");
  return problems;
}

export function checkOverride(
  override: Pick<Override, "function" | "people" | "from" | "to">,
  config: Config,
  now: Instant,
): readonly string[] {
  const problems = checkWho(override, config);
  const { from, to } = override;
  if (to <= from) problems.push("to: it ends before it begins; write a later time");
  else if (to <= now) problems.push("to: it is over already; who was on call stays as it was");
  if (to - from > mostOverrideMs) problems.push("to: it lasts over 400 days; write a rotation");
  return problems;
}

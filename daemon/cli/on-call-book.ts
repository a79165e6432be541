/**
 * What `vigie on-call` writes beside overrides: people, and the rotations that they take turns in.
 */
import { given } from "../config/context.ts";
import type { Config } from "../model/config.ts";
import type { Covers } from "../model/on-call.ts";
import type { Instant } from "../model/time.ts";
import type { OnCallDesk, OnCallOutcome } from "../oncall/desk.ts";

export const bookActs = ["rotate", "end", "person", "remove"] as const;
export type BookAct = (typeof bookActs)[number];

/** What each needs beside an id. */
export const bookNeeds: Readonly<Record<BookAct, readonly ("function" | "person" | "handover" | "name" | "reach")[]>> = {
  rotate: ["function", "person", "handover"],
  end: [],
  person: ["name", "reach"],
  remove: [],
};

export interface BookValues {
  readonly function?: string | undefined;
  readonly person?: string | undefined;
  readonly handover?: string | undefined;
  readonly weeks?: string | undefined;
  readonly covers?: string | undefined;
  readonly calendar?: string | undefined;
  readonly zone?: string | undefined;
  readonly replaces?: string | undefined;
  readonly name?: string | undefined;
  readonly language?: string | undefined;
  readonly reach?: readonly string[] | undefined;
}

export interface BookAsked {
  readonly what: BookAct;
  readonly id: string;
  readonly values: BookValues;
  readonly at?: Instant | undefined;
  readonly from?: Instant | undefined;
  readonly to?: Instant | undefined;
  readonly by: string;
}

const weekdays = ["monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday"];
const coverings: readonly Covers[] = ["always", "service", "outside", "holidays"];

export async function actOnBook(asked: BookAsked, desk: OnCallDesk, config: Config): Promise<OnCallOutcome<{ readonly id: string }>> {
  const { what, id, by, at } = asked;
  switch (what) {
    case "end":
      return desk.endRotation(id, by, at);
    case "remove":
      return desk.removePerson(id, by);
    case "person":
      return savePerson(asked, desk, config);
    case "rotate":
      return rotate(asked, desk, config);
  }
}

const refused = (...problems: string[]) => ({ ok: false, status: 422, problems }) as const;

async function savePerson(
  { id, values, by }: BookAsked,
  desk: OnCallDesk,
  config: Config,
): Promise<OnCallOutcome<{ readonly id: string }>> {
  const { name = "", reach = [], language = config.instance.language } = values;
  if (language !== "fr" && language !== "en") return refused(`--language: "${language}" is neither fr nor en`);
  const channels = reach.map((way) => {
    const [channel = "", ...address] = way.split("=");
    return { channel, address: address.join("=") };
  });
  return desk.savePerson({ id, name: name.trim(), language, channels }, by);
}

async function rotate(
  { values, from, to, by }: BookAsked,
  desk: OnCallDesk,
  config: Config,
): Promise<OnCallOutcome<{ readonly id: string }>> {
  const { function: of = "", person = "", handover = "", weeks = "1", covers = "always", calendar, replaces } = values;
  const [, day = "", hour = "", minute = ""] = /^(\w+)[ T]([01]\d|2[0-3]):([0-5]\d)$/.exec(handover.trim().toLowerCase()) ?? [];
  const weekday = weekdays.indexOf(day) + 1;
  const covering = coverings.find((each) => each === covers);
  const problems = [
    weekday === 0 ? `--handover: "${handover}" is no weekday and time; write "monday 08:00"` : undefined,
    covering === undefined ? `--covers: "${covers}" is none of ${coverings.join(", ")}` : undefined,
    /^[1-9]\d?$/.test(weeks) ? undefined : `--weeks: "${weeks}" is no number from 1 to 52`,
  ].filter((each) => each !== undefined);
  if (covering === undefined || problems.length > 0) return refused(...problems);
  const turn = { handover: { weekday, minute: Number(hour) * 60 + Number(minute) }, weeks: Number(weeks), covers: covering };
  const zone = values.zone ?? config.instance.timezone;
  return desk.addRotation({ function: of, people: person.split(","), zone, ...turn, ...given({ calendar, replaces, from, to }) }, by);
}

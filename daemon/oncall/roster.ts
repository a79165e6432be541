/**
 * From a function to the people who fill it: the rotations and overrides of the store over the contacts of the file.
 *
 * Pure over the configuration in force, which holds both (accepting.ts). A coordinator of a room is the function `room:<id>`.
 */
import { dutyAt, lineUp, shiftsIn } from "../../rules/rotation.ts";
import type { Config, Contact } from "../model/config.ts";
import type { Duty, Roster } from "../model/on-call.ts";
import type { Instant } from "../model/time.ts";

type Filled = Pick<Config, "functions" | "contacts" | "channels" | "calendars" | "onCall" | "network">;

export const roomPrefix = "room:";

/** The file's contacts of a function; of a room, its coordinator or whoever fills that function. */
function baseOf({ functions, network }: Filled, id: string): readonly string[] {
  if (!id.startsWith(roomPrefix)) return functions.get(id)?.contacts ?? [];
  const coordinator = network.rooms.get(id.slice(roomPrefix.length))?.coordinator;
  return coordinator === undefined ? [] : (functions.get(coordinator)?.contacts ?? [coordinator]);
}

export function rosterOf(config: Filled, id: string): Roster {
  const { rotations, overrides } = config.onCall;
  return {
    function: id,
    rotations: rotations.filter((each) => each.function === id),
    overrides: overrides.filter((each) => each.function === id),
    base: baseOf(config, id),
    calendars: config.calendars,
  };
}

/** Over which of the configured channels a contact can be told anything. */
export function waysOf({ contacts, channels }: Pick<Filled, "contacts" | "channels">, id: string): Contact["channels"] {
  return (contacts.get(id)?.channels ?? []).filter(({ channel }) => channels.has(channel));
}

export interface Told {
  readonly duty: Duty;
  /** Contact ids of those to be told. */
  readonly people: readonly string[];
  /** On duty, and without a channel: passed over. */
  readonly passedOver: readonly string[];
}

/** Who is told for a function at a time. Where nobody on duty can be told anything, the next in order is. */
export function toldAt(config: Filled, id: string, at: Instant): Told {
  return toldOf(config, rosterOf(config, id), at);
}

function toldOf(config: Filled, roster: Roster, at: Instant): Told {
  const duty = dutyAt(roster, at);
  const reached = (person: string): boolean => waysOf(config, person).length > 0;
  const on = duty.people.filter(reached);
  const next = on.length > 0 || duty.by === "nobody" ? [] : lineUp(roster, at).filter(reached).slice(0, 1);
  return { duty, people: [...on, ...next], passedOver: duty.people.filter((person) => !reached(person)) };
}

/** Everybody who may have been told for it in [from, to]: who heard of a trouble hears of its end, although the night is over. */
export function toldBetween(config: Filled, id: string, from: Instant, to: Instant): readonly string[] {
  const roster = rosterOf(config, id);
  if (roster.rotations.length + roster.overrides.length === 0) return toldOf(config, roster, to).people;
  const times = [...shiftsIn(roster, from, to).map((shift) => shift.from), to];
  return [...new Set(times.flatMap((at) => toldOf(config, roster, at).people))];
}

/** Functions that the store fills in some way, in order. */
export function keptFunctions({ onCall }: Pick<Config, "onCall">): readonly string[] {
  return [...new Set([...onCall.rotations, ...onCall.overrides].map((each) => each.function))].sort();
}

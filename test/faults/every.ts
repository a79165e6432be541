/**
 * The long run: what a death leaves is looked at on either side of every boundary, and every different one of these is played to the end.
 */
import { expect } from "vitest";
import { dice, say, whole, workThrough } from "./effort.ts";
import type { Ground } from "./ground.ts";
import { type Plan, played, type Story } from "./story.ts";
import type { Boundary, Kill, Part } from "./victim.ts";

export type Ending = "before" | "after";
export const sides = ["before", "after"] as const satisfies readonly Ending[];
export const nameOf = ({ role, what }: Boundary, side: string) => `${side} ${role}: ${what}`;

/** Nobody presses while a message is on its way: the acknowledgement comes when all is quiet. */
const noRace = 1_000;

/** A death, and what it leaves. */
interface Death {
  readonly index: number;
  readonly side: Ending;
  readonly name: string;
  readonly print: string;
}

/** Plays it; a failure says where it was killed. */
export async function killed(ground: Ground, plan: Plan, kill: Kill): Promise<Story> {
  const deaths: string[] = [];
  try {
    return await played(ground, {
      ...plan,
      kill: (boundary, index) => {
        const side = kill(boundary, index);
        if (side !== undefined) deaths.push(`${index} ${nameOf(boundary, side)}`);
        return side;
      },
    });
  } catch (error) {
    throw new Error(`killed at\n  ${deaths.join("\n  ")}`, { cause: error });
  }
}

async function survey(ground: Ground, plan: Plan, parts: readonly Part[]): Promise<readonly Death[]> {
  const seen: Omit<Death, "name">[] = [];
  const { count } = await played(ground, {
    ...plan,
    survey: (index, side, print) => {
      seen.push({ index, side, print });
    },
  });
  return seen
    .sort((a, b) => a.index - b.index || (a.side === b.side ? 0 : a.side === "before" ? -1 : 1))
    .flatMap((death) => {
      const boundary = count.seen[death.index];
      return boundary !== undefined && parts.includes(boundary.part) ? [{ ...death, name: nameOf(boundary, death.side) }] : [];
    });
}

/** Deaths that leave the same, in the order of the story. */
function alike(deaths: readonly Death[]): readonly (readonly Death[])[] {
  const groups = new Map<string, Death[]>();
  for (const death of deaths) groups.set(death.print, [...(groups.get(death.print) ?? []), death]);
  return [...groups.values()];
}

/** The first of them, and now and then one more. */
function chosen(groups: readonly (readonly Death[])[]): readonly (readonly Death[])[] {
  const random = dice();
  return groups.map(([first, ...others]) => {
    const more = random() < others.length / 30 ? others[Math.floor(random() * others.length)] : undefined;
    return [first, more].flatMap((each) => each ?? []);
  });
}

/**
 * Plays a death where it was seen, and what comes after it; what it left at its end. Of messages that go side by side another one may have
 * been out by then, and what the death leaves is not what was seen there: tried again, and then it has been played all the same.
 */
async function dies(ground: Ground, plan: Plan, { index, side, name, print }: Death): Promise<string | undefined> {
  for (let tries = 0; tries < 3; tries += 1) {
    let left: string | undefined;
    const isKnown = (found: string) => {
      left = found;
      return false;
    };
    const story = await killed(ground, { ...plan, compared: true, isKnown }, (boundary, at) => {
      if (at !== index) return undefined;
      expect(nameOf(boundary, side), `boundary ${index} is what it was`).toBe(name);
      return side;
    });
    expect(story.deaths, `${index} ${name}: killed once`).toBe(1);
    if (left === print) return story.last;
  }
  const isSend = name === "before dispatcher: send" || name === "after dispatcher: send";
  expect(isSend, `${index} ${name}: it leaves what was seen there`).toBe(true);
  say(`${ground.kind}: ${index} ${name}: carried out and lost nothing, while another message was out than was seen there`);
  return undefined;
}

/** Every boundary of the story, on either side. How many boundaries there are. */
export async function everyOne(ground: Ground): Promise<number> {
  const plan = { acknowledgeAt: noRace };
  const deaths = await survey(ground, plan, ["ladder", "race", "rest"]);
  const groups = alike(deaths);
  const list = whole ? deaths.map((death) => [death]) : chosen(groups);
  const boundaries = deaths.length / 2;
  say(
    `${ground.kind}: ${boundaries} boundaries, ${deaths.length} deaths, which leave ${groups.length} different stores; ${list.flat().length} are played to the end`,
  );
  const failures = await workThrough(ground.kind, list, async (some) => {
    const ends = new Set<string>();
    for (const death of some) {
      const end = await dies(ground, plan, death);
      if (end !== undefined) ends.add(end);
    }
    expect(ends.size, `${some.map(({ index, name }) => `${index} ${name}`).join(", ")}: end alike`).toBeLessThanOrEqual(1);
  });
  expect(failures).toEqual([]);
  return boundaries;
}

/** The acknowledgement begins at each moment of its race, and the process dies on either side of each boundary of it. How many deaths were looked at. */
export async function everyRace(ground: Ground): Promise<number> {
  const begins = (await raceOf(ground)).length;
  say(`${ground.kind}: a race of ${begins} boundaries`);
  const played = new Set<string>();
  let deaths = 0;
  const moments = Array.from({ length: begins }, (_, at) => at);
  let seen = 0;
  const failures = await workThrough(`${ground.kind}, races`, moments, async (acknowledgeAt) => {
    const plan = { acknowledgeAt, short: true };
    const isKnown = (print: string) => {
      deaths += 1;
      const known = played.has(print);
      played.add(print);
      return known;
    };
    const found = await survey(ground, plan, ["race"]);
    seen += found.length;
    for (const [first] of alike(found)) {
      if (first === undefined || played.has(first.print)) continue;
      await killed(ground, { ...plan, isKnown }, (_, index) => (index === first.index ? first.side : undefined));
    }
  });
  say(`${ground.kind}, races: ${seen} deaths were looked at, ${deaths} carried out; they left ${played.size} different stores`);
  expect(failures).toEqual([]);
  return seen;
}

async function raceOf(ground: Ground): Promise<readonly Boundary[]> {
  const { count } = await played(ground, { short: true });
  return count.seen.filter(({ part }) => part === "race");
}

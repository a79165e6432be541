/**
 * Killed on either side of any statement of its transactions and of any message, and started again on the same store: nothing due is
 * lost, nothing is said after an acknowledgement, nothing is opened or numbered twice.
 */
import { afterAll, describe, expect, it, type TestContext } from "vitest";
import { needs } from "../needs.ts";
import { dice, every, from, thorough } from "./effort.ts";
import { type Ground, postgresGround, sqliteGround } from "./ground.ts";
import { type Plan, played, type Story } from "./story.ts";
import type { Boundary, Kill, Side } from "./victim.ts";

const grounds = new Map<string, Promise<Ground>>();
afterAll(async () => {
  for (const ground of grounds.values()) await (await ground).remove();
});

function groundOf(kind: Ground["kind"], context: TestContext): Promise<Ground> {
  const found = grounds.get(kind) ?? (kind === "sqlite" ? sqliteGround() : postgresGround(needs("postgres", context)));
  grounds.set(kind, found);
  return found;
}

const sides = ["before", "after"] as const satisfies readonly Side[];
const nameOf = ({ role, what }: Boundary, side: Side) => `${side} ${role}: ${what}`;

/** Plays it; a failure says where it was killed. */
async function killed(ground: Ground, plan: Plan, kill: Kill): Promise<Story> {
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

/** Each kind of boundary and side once; several deaths a story, far enough apart for it to go on. */
async function eachKindOnce(ground: Ground): Promise<readonly string[]> {
  const random = dice();
  const whole = await played(ground);
  // What a person does, and who has to decide again, depends on how the race goes: killed when it is met, not waited for.
  const ofTheRace = ({ role, what }: Boundary) => role === "desk" || what === "ROLLBACK";
  const met = whole.count.seen.filter((boundary) => !ofTheRace(boundary));
  const left = new Set(met.flatMap((boundary) => sides.map((side) => nameOf(boundary, side))));
  const ofPeople = new Set<string>();
  const isNew = (boundary: Boundary, side: Side) => {
    const name = nameOf(boundary, side);
    if (!ofTheRace(boundary)) return left.delete(name);
    return !ofPeople.has(name) && ofPeople.add(name) !== undefined;
  };
  for (let stories = 0; left.size > 0 && stories < 12; stories += 1) {
    let next = Math.floor(random() * 60);
    await killed(ground, { acknowledgeAt: Math.floor(random() * 25) }, (boundary, index) => {
      const side = index < next ? undefined : sides.find((each) => isNew(boundary, each));
      if (side !== undefined) next = index + 50 + Math.floor(random() * 50);
      return side;
    });
  }
  return [...left];
}

/** Every boundary, on either side, until a story ends without a death. */
async function everyOne(ground: Ground): Promise<number> {
  for (let at = from; ; at += every) {
    for (const side of sides) {
      const { deaths } = await killed(ground, {}, (_, index) => (index === at ? side : undefined));
      if (deaths === 0) return at;
    }
    if (at % 50 < every) process.stderr.write(`${ground.kind}: killed at ${at}, both sides\n`);
  }
}

/** The acknowledgement begins at each moment of its race; in a long run the process is killed at each of these moments too. */
async function everyRace(ground: Ground): Promise<void> {
  const { race } = await played(ground);
  // Claimed, and dead before or after it is sent; acknowledged before the claim has run out.
  const inRace = (side: Side): Kill => {
    let isDead = false;
    return ({ what }, index) => {
      if (isDead || what !== "send" || index < race.from) return undefined;
      isDead = true;
      return side;
    };
  };
  for (const side of sides) await killed(ground, { acknowledgeAt: 1_000 }, inRace(side));
  if (!thorough) for (const acknowledgeAt of [0, 7, 12, 20]) await played(ground, { acknowledgeAt });
  if (!thorough) return;
  for (let acknowledgeAt = 0; acknowledgeAt < race.to - race.from; acknowledgeAt += 1)
    for (let at = race.from; at < race.to; at += every)
      for (const side of sides) await killed(ground, { acknowledgeAt }, (_, index) => (index === at ? side : undefined));
}

describe.each(["sqlite", "postgresql"] as const)("on %s", (kind) => {
  const timeout = thorough ? 48 * 3_600_000 : 240_000;

  it("a process killed on either side of any statement and of any message loses nothing", { timeout }, async (context) => {
    const ground = await groundOf(kind, context);
    if (thorough) expect(await everyOne(ground)).toBeGreaterThan(1_000);
    else expect(await eachKindOnce(ground)).toEqual([]);
  });

  it("what is claimed after the commit of an acknowledgement is not sent, wherever in its race it comes", { timeout }, async (context) => {
    await everyRace(await groundOf(kind, context));
  });
});

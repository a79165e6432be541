/**
 * Killed on either side of any statement of its transactions and of any message, and started again on the same store: nothing due is
 * lost, nothing is said after an acknowledgement, nothing is opened or numbered twice.
 */
import { describe, expect, it } from "vitest";
import { dice, thorough } from "./effort.ts";
import { type Ending, everyOne, everyRace, killed, nameOf, sides } from "./every.ts";
import type { Ground } from "./ground.ts";
import { groundOf } from "./grounds.ts";
import { played } from "./story.ts";
import type { Boundary, Kill } from "./victim.ts";

/** Each kind of boundary and side once; several deaths a story, far enough apart for it to go on. */
async function eachKindOnce(ground: Ground): Promise<readonly string[]> {
  const random = dice();
  const whole = await played(ground);
  // What a person does, and who has to decide again, depends on how the race goes: killed when it is met, not waited for.
  const ofTheRace = ({ role, what }: Boundary) => role === "desk" || what === "ROLLBACK";
  const met = whole.count.seen.filter((boundary) => !ofTheRace(boundary));
  const left = new Set(met.flatMap((boundary) => sides.map((side) => nameOf(boundary, side))));
  const ofPeople = new Set<string>();
  const isNew = (boundary: Boundary, side: Ending) => {
    const name = nameOf(boundary, side);
    if (!ofTheRace(boundary)) return left.delete(name);
    return !ofPeople.has(name) && ofPeople.add(name) !== undefined;
  };
  for (let stories = 0; left.size > 0 && stories < 12; stories += 1) {
    let next = Math.floor(random() * 60);
    await killed(ground, { acknowledgeAt: Math.floor(random() * 25) }, (boundary, index) => {
      const side = index < next ? undefined : sides.find((each) => isNew(boundary, each));
      if (side !== undefined) next = index + 20 + Math.floor(random() * 20);
      return side;
    });
  }
  return [...left];
}

/** Claimed, and dead before or after it is sent; acknowledged before the claim has run out. Then without a death, begun here and there. */
async function someRaces(ground: Ground): Promise<void> {
  const inRace = (side: Ending): Kill => {
    let isDead = false;
    return ({ what, part }) => {
      if (isDead || what !== "send" || part !== "race") return undefined;
      isDead = true;
      return side;
    };
  };
  for (const side of sides) {
    const { deaths } = await killed(ground, { acknowledgeAt: 1_000, short: true }, inRace(side));
    expect(deaths).toBe(1);
  }
  for (const acknowledgeAt of [0, 7, 12, 20]) await played(ground, { acknowledgeAt, short: true });
}

describe.each(["sqlite", "postgresql"] as const)("on %s", (kind) => {
  const timeout = thorough ? 48 * 3_600_000 : 240_000;

  it("a process killed on either side of any statement and of any message loses nothing", { timeout }, async (context) => {
    const ground = await groundOf(kind, context);
    if (thorough) expect(await everyOne(ground)).toBeGreaterThan(1_000);
    else expect(await eachKindOnce(ground)).toEqual([]);
  });

  if (kind === "sqlite" && !thorough)
    it("two deaths that leave the same go on alike, and what a commit does is seen: the long run plays one of each", async (context) => {
      const ground = await groundOf(kind, context);
      const ofDeath = async (what: string, side: Ending, following?: string) => {
        const left: string[] = [];
        let isNear = following === undefined;
        const isFirst = (boundary: Boundary, index: number) => {
          if (left.length > 0 || index <= 300) return false;
          isNear ||= following !== undefined && nameOf(boundary, side) === following;
          return isNear && nameOf(boundary, side) === what;
        };
        const isKnown = (print: string) => left.push(print) === 0;
        const { last } = await killed(ground, { short: true, acknowledgeAt: 1_000, compared: true, isKnown }, (boundary, index) =>
          isFirst(boundary, index) ? side : undefined,
        );
        return { left: left[0], last };
      };
      const [early, late, gone] = [
        await ofDeath("before escalator: insert into timeline", "before"),
        await ofDeath("after escalator: insert into outbox", "after"),
        await ofDeath("after escalator: COMMIT", "after", "after escalator: insert into outbox"),
      ];
      expect(early).toEqual(late);
      expect([early.last, gone.left]).not.toContain(undefined);
      expect(gone.left).not.toBe(early.left);
    });

  it("what is claimed after the commit of an acknowledgement is not sent, wherever in its race it comes", { timeout }, async (context) => {
    const ground = await groundOf(kind, context);
    if (thorough) expect(await everyRace(ground)).toBeGreaterThan(0);
    else await someRaces(ground);
  });
});

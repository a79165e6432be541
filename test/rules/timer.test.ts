/** In what kind of time a timer runs, and what of it a jump of the wall clock moves. */
import { describe, expect, it } from "vitest";
import type { Incident } from "../../daemon/model/incident.ts";
import { HOUR, MINUTE } from "../../daemon/model/time.ts";
import { moveTimer, runsFirstCall, stepOf, timerClock } from "../../rules/timer.ts";
import { always, opened, start, told } from "./incident-made.ts";

const major = (over: Partial<Incident> = {}): Incident => ({ ...told({ severity: "major", urgency: "now" }, always), ...over });
const minor = (over: Partial<Incident> = {}): Incident => ({ ...told({}, always), ...over });

describe("the timer of", () => {
  it.each<readonly [string, Incident, string]>([
    ["a first notice that waits for its group", opened(), "wall"],
    ["a first notice that waits for service hours", opened({ wakeAt: start + 14 * HOUR }), "calendar"],
    ["a minor one at level 1", minor(), "service"],
    ["a major one at level 1", major(), "wall"],
    ["a major one that nobody has taken past the last level", major({ level: 4, wakeFor: "repeat" }), "wall"],
    ["a minor one that nobody has taken past the last level", minor({ level: 4, wakeFor: "repeat" }), "working-days"],
    ["one whose acknowledgement expires", major({ wakeFor: "acknowledgement-expires" }), "wall"],
    ["a follow-up", minor({ wakeFor: "follow-up" }), "working-days"],
    ["a follow-up at a time that a person named", major({ wakeFor: "follow-up", followUpAt: start }), "calendar"],
    ["one that closes by itself", major({ wakeFor: "auto-close" }), "wall"],
    ["one that is kept quiet", major({ wakeFor: "unmute" }), "calendar"],
  ])("%s", (_name, incident, clock) => {
    expect(timerClock(incident)).toBe(clock);
  });

  it("the first call is that of level 1, whatever the level", () => {
    expect([runsFirstCall(major({ level: 3 })), runsFirstCall(minor({ level: 3 }))]).toEqual(["wall", "service"]);
  });

  it("a level that the policy has not is its last", () => {
    expect([stepOf(major(), 2).level, stepOf(major(), 9).level]).toEqual([2, 3]);
  });
});

describe("when the wall clock jumps by an hour", () => {
  it("elapsed time moves: the timer, since when its level has it, and the first call", () => {
    const incident = major();
    const moved = moveTimer(incident, HOUR, start + 2 * HOUR);
    expect(moved?.incident).toMatchObject({
      ...{ wakeAt: (incident.wakeAt ?? 0) + HOUR, levelSince: incident.levelSince + HOUR, firstCallSince: incident.openedAt + HOUR },
      ...{ openedAt: incident.openedAt, firstBadAt: incident.firstBadAt, version: incident.version + 1 },
    });
    expect(moved?.timeline.map(({ event, at, data }) => [event, at, data?.ms])).toEqual([["clock-jumped", start + 2 * HOUR, HOUR]]);
  });

  it("service hours do not, nor does a first call that is over", () => {
    expect(moveTimer(minor(), HOUR, start), "a minor one").toBeUndefined();
    expect(moveTimer(major({ level: 2 }), HOUR, start)?.incident.firstCallSince).toBeUndefined();
  });

  it("the first call moves though its holder waits for a time that a person named", () => {
    const held = major({ state: "taken", holder: "marie", wakeFor: "follow-up", followUpAt: start + HOUR, wakeAt: start + HOUR });
    const moved = moveTimer(held, -HOUR, start)?.incident;
    expect(moved).toMatchObject({ wakeAt: start + HOUR, levelSince: held.levelSince, firstCallSince: held.openedAt - HOUR });
  });

  it("times in which its clocks stood still move with it, and what is part of another is left alone", () => {
    const still = [{ from: start, to: start + MINUTE }];
    expect(moveTimer(major({ still }), HOUR, start)?.incident.still).toEqual([{ from: start + HOUR, to: start + HOUR + MINUTE }]);
    expect(moveTimer(major({ foldedInto: "other" }), HOUR, start)).toBeUndefined();
  });
});

/** Back within the window: the same incident. Where nobody had heard that it was over, it goes on as if it never had been. */
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { DEFAULT_POLICY } from "../../daemon/config/defaults.ts";
import type { Incident } from "../../daemon/model/incident.ts";
import { HOUR, type Instant, MINUTE, SECOND } from "../../daemon/model/time.ts";
import { wakeIncident } from "../../rules/escalation.ts";
import { acknowledgeIncident, restoreIncident, takeIncident } from "../../rules/incident.ts";
import { comeBack, isHeldBack } from "../../rules/resume.ts";
import { always, calendars, office, opened, severities, start, told, urgencies } from "./incident-made.ts";

const wait = DEFAULT_POLICY.restoredWaitMs ?? 0;
const alarm = { key: "k" } as never;
const lives = fc
  .record({
    ...{ severity: severities, urgency: urgencies, hours: calendars },
    act: fc.constantFrom("none", "acknowledge", "take", "climb"),
    after: fc.integer({ min: MINUTE, max: 3 * HOUR }),
  })
  .map(({ severity, urgency, hours, act, after }) => {
    let incident: Incident = told({ severity, urgency }, hours);
    if (act === "climb") incident = wakeIncident(incident, hours, incident.wakeAt ?? start)?.incident ?? incident;
    const at = Math.max(start + after, incident.levelSince);
    if (act === "acknowledge") incident = acknowledgeIncident(incident, "marie", at, hours, undefined).incident;
    if (act === "take") incident = takeIncident(incident, "marie", at, hours, undefined).incident;
    const restored = restoreIncident(incident, at, hours, "good");
    if (restored === undefined) throw new Error("it was failing");
    return { before: incident, restored, hours, at };
  });

describe("back before anybody heard that it was over", () => {
  it("it is in the same hands at the same level, nobody is told, and it has a timer that is not of the past", () => {
    fc.assert(
      fc.property(lives, fc.integer({ min: 0, max: wait - 1 }), ({ before, restored, hours, at }, later) => {
        fc.pre(before.noticeSent);
        const now = at + later;
        expect(isHeldBack(restored.incident, now)).toBe(true);
        const { incident, notices, timeline, dropPending } = comeBack(restored.incident, alarm, now, "bad", hours);
        for (const key of ["state", "level", "levelSince", "holder", "acknowledgedAt", "acknowledgedBy", "noticeSent", "severity"] as const)
          expect(incident[key], key).toEqual(before[key]);
        expect(incident.restoredAt).toBeUndefined();
        expect(incident.occurrences).toBe(before.occurrences + 1);
        expect([notices, dropPending]).toEqual([[], undefined]);
        expect(timeline.map(({ event }) => event)).toEqual(["reopened"]);
        expect(incident.wakeAt).toBeGreaterThanOrEqual(now);
        expect(incident.wakeFor).toBe(
          before.holder !== undefined ? "follow-up" : before.acknowledgedAt !== undefined ? "acknowledgement-expires" : incident.wakeFor,
        );
        // The word of its first end is of before: what is told of the next one has a key of its own.
        expect(incident.occurrence).toBeGreaterThan(before.occurrence);
      }),
    );
  });

  it("what came due while it was over is due now, and no sooner than the ladder had it", () => {
    const major = told({ severity: "major", urgency: "now" }, always);
    const at = (major.wakeAt ?? 0) - 10 * SECOND;
    const back = (later: Instant) => comeBack(restoreIncident(major, at, always, "good")?.incident ?? major, alarm, later, "bad", always);
    expect(back(at + 5 * SECOND).incident).toMatchObject({ wakeAt: major.wakeAt, wakeFor: major.wakeFor });
    expect(back(at + 20 * SECOND).incident).toMatchObject({ wakeAt: at + 20 * SECOND, wakeFor: major.wakeFor });
  });
});

describe("told anew", () => {
  const restored = restoreIncident(told({ severity: "major", urgency: "now" }, always), start + HOUR, always, "good");
  const over = restored?.incident ?? opened();
  const again = (incident: Incident, at: Instant) => comeBack(incident, alarm, at, "bad", always).incident;

  it("is what is back later, to the millisecond; the word of its end goes at that time", () => {
    expect(restored?.notices.map(({ notBefore }) => notBefore)).toEqual([start + HOUR + wait]);
    expect(again(over, start + HOUR + wait - 1).noticeSent).toBe(true);
    expect(again(over, start + HOUR + wait)).toMatchObject({ noticeSent: false, wakeFor: "notice", level: 1 });
  });

  it("is what nobody had been told of, what a person has ended, what was muted, and what a clock that was set back shows", () => {
    const quiet = restoreIncident(opened({}, start), start + SECOND, office, "good")?.incident ?? opened();
    expect(again(quiet, start + 2 * SECOND).noticeSent).toBe(false);
    expect(isHeldBack({ ...over, state: "resolved" }, start + HOUR)).toBe(false);
    expect(isHeldBack({ ...over, muted: {} as never }, start + HOUR)).toBe(false);
    expect(isHeldBack(over, start - 2 * HOUR)).toBe(false);
    const { restoredWaitMs: _, ...older } = over.policy;
    expect(isHeldBack({ ...over, policy: older }, start + HOUR), "a policy of before").toBe(false);
  });
});

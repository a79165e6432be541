/** The first call: until it ends severity is provisional. How it ends, and what a jump of the wall clock does to its time. */
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { Incident } from "../../daemon/model/incident.ts";
import { HOUR, MINUTE, SECOND } from "../../daemon/model/time.ts";
import { firstCallSince, inFirstCall, settleByOutcome, settleByTime } from "../../rules/first-call.ts";
import { acknowledgeIncident, reopenIncident, restoreIncident, takeIncident } from "../../rules/incident.ts";
import { notInFirstCall, rejudge } from "../../rules/settle.ts";
import type { SeverityVerdict } from "../../rules/severity.ts";
import { moveTimer } from "../../rules/timer.ts";
import { always, opened, severities, start, told } from "./incident-made.ts";

const verdictOf = ({ severity, severityWhy, urgency, urgencyWhy, general }: Incident): SeverityVerdict => ({
  ...{ severity, severityWhy, urgency, urgencyWhy, general },
  raisedBy: [],
});
const look = (incident: Incident, at: number) =>
  rejudge(incident, { verdict: verdictOf(incident), terms: always, at })?.incident ?? incident;
/** Of a major: level 1 has half an hour. */
const levelOne = 30 * MINUTE;
const takenAt = start + MINUTE;
const taken = takeIncident(told({ severity: "major", urgency: "now" }, always), "marie", takenAt, always, undefined).incident;
const seen = acknowledgeIncident(told({ severity: "major", urgency: "now" }, always), "marie", takenAt, always, undefined).incident;

describe("the end of the first call", () => {
  it("by outcome: level 1 hands it on, it is major, settled in the name of who says so; who was told as minor is remembered", () => {
    fc.assert(
      fc.property(severities, fc.boolean(), fc.nat(), (severity, noticeSent, later) => {
        const before = opened({ severity, noticeSent });
        const { incident, timeline } = settleByOutcome(before, start + later, "marie");
        expect(incident).toMatchObject({ severity: "major", severitySettled: { how: "outcome", by: "marie", at: start + later } });
        expect(incident.toldAs).toBe(severity === "minor" && noticeSent ? "minor" : undefined);
        expect(incident.version, "raised by who writes it").toBe(before.version);
        expect(timeline).toHaveLength(1);
        expect(timeline[0]).toMatchObject({ by: "marie", event: severity === "major" ? "severity-settled" : "severity" });
        expect(inFirstCall(incident)).toBe(false);
      }),
    );
  });

  it("is the time of level 1 from the opening, or from when it came back; before that it is provisional", () => {
    for (const held of [taken, seen]) {
      expect(firstCallSince(held)).toBe(start);
      expect(inFirstCall(look(held, start + levelOne - 1)), "to the last millisecond").toBe(true);
      expect(look(held, start + levelOne)).toMatchObject({ severity: "major", severitySettled: { how: "time" } });
    }
    const back = restoreIncident(seen, start + 10 * MINUTE, always, "good")?.incident ?? seen;
    const again = reopenIncident(back, { key: "k" } as never, start + 20 * MINUTE, "bad").incident;
    expect(firstCallSince(again)).toBe(start + 20 * MINUTE);
    const heard = acknowledgeIncident(again, "marie", start + 21 * MINUTE, always, undefined).incident;
    expect(inFirstCall(look(heard, start + 20 * MINUTE + levelOne - 1))).toBe(true);
    expect(inFirstCall(look(heard, start + 20 * MINUTE + levelOne))).toBe(false);
  });

  it("what a person or time has settled does not begin anew when it comes back", () => {
    const over = settleByTime(seen, start + levelOne).incident;
    const back = restoreIncident(over, start + HOUR, always, "good")?.incident ?? over;
    const again = reopenIncident(back, { key: "k" } as never, start + HOUR + MINUTE, "bad").incident;
    expect(again.severitySettled?.how).toBe("time");
    expect(inFirstCall(again)).toBe(false);
  });
});

describe("a jump of the wall clock in the first call", () => {
  it.each([3 * HOUR, -3 * HOUR])("of %d ms takes no time from level 1 and gives it none, whoever has it in hand", (ms) => {
    fc.assert(
      fc.property(fc.constantFrom(taken, seen), fc.integer({ min: MINUTE, max: levelOne - SECOND }), (held, after) => {
        const jumpAt = start + after;
        const moved = moveTimer(held, ms, jumpAt + ms)?.incident ?? held;
        expect(notInFirstCall(look(moved, jumpAt + ms)), "it can be solved as before").toBeUndefined();
        const left = levelOne - after;
        expect(inFirstCall(look(moved, jumpAt + ms + left - 1))).toBe(true);
        expect(inFirstCall(look(moved, jumpAt + ms + left))).toBe(false);
      }),
    );
  });

  it("leaves alone what is over: settled, raised a level, restored with a follow-up of the calendar", () => {
    const settled = settleByTime(taken, start + levelOne).incident;
    expect(moveTimer(settled, 3 * HOUR, start + 4 * HOUR), "its follow-up is of the calendar of service").toBeUndefined();
    const back = restoreIncident(taken, start + 10 * MINUTE, always, "good")?.incident ?? taken;
    expect(moveTimer(back, 3 * HOUR, start + 4 * HOUR)).toBeUndefined();
  });
});

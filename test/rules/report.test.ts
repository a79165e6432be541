/** When a report is owed, what it lacks, when it is due and how often that is said. */
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { ServiceCalendar } from "../../daemon/model/config.ts";
import type { Disposition } from "../../daemon/model/incident.ts";
import type { IncidentFacts } from "../../daemon/model/report.ts";
import { DAY, HOUR, MINUTE } from "../../daemon/model/time.ts";
import type { Hours } from "../../rules/clock.ts";
import { missingIn, owesReport, remindersBy, reportDueAt, toll } from "../../rules/report.ts";
import { facts } from "../api/reported.ts";

const office: ServiceCalendar = {
  ...{ id: "office", always: false, holidays: ["2026-12-25"] },
  weekly: Object.fromEntries([1, 2, 3, 4, 5].map((day) => [day, [{ fromMinute: 450, toMinute: 1_050 }]])),
};
const hours: Hours = { calendar: office, zone: "America/Toronto" };

describe("a report", () => {
  it.each<[string, { severity: "major" | "minor"; foldedInto?: string }, Disposition | undefined, boolean]>([
    ["a major", { severity: "major" }, undefined, true],
    ["a major that healed", { severity: "major" }, "healed", true],
    ["a minor", { severity: "minor" }, "fixed", false],
    ["one that is part of another", { severity: "major", foldedInto: "x" }, undefined, false],
    ["a false alarm", { severity: "major" }, "false-alarm", false],
    ["a test", { severity: "major" }, "test", false],
  ])("%s: owed or not", (_name, incident, disposition, owed) => {
    expect(owesReport(incident, disposition)).toBe(owed);
  });

  it("lacks every text that is blank; whitespace is blank; why there is no cure will do for a cure", () => {
    expect(missingIn({})).toEqual(["cause", "organizational", "clinical", "remedial"]);
    expect(missingIn({ cause: " \n", organizational: "x", clinical: "x", remedial: { kind: "none", why: "" } })).toEqual([
      "cause",
      "remedial",
    ]);
    const whole = { cause: "x", organizational: "x", clinical: "x" };
    expect(missingIn({ ...whole, remedial: { kind: "none", why: "worn out" } })).toEqual([]);
    expect(missingIn({ ...whole, remedial: { kind: "action", what: "x", owner: "", due: "" } })).toEqual([
      "remedial.owner",
      "remedial.due",
    ]);
  });

  it("counts a session that two of its incidents hit once, at the worse of both", () => {
    const session = facts.sessions[0];
    if (session === undefined) throw new Error("no session");
    const other: IncidentFacts = {
      ...facts,
      number: "VIG-2",
      sessions: [
        { ...session, clinicalMs: 45 * MINUTE },
        { ...session, id: "api:2" },
      ],
    };
    expect(toll([facts, other])).toEqual({ downMinutes: 50, sessions: 2, clinicalMinutes: 65 });
    expect(toll([])).toEqual({ downMinutes: 0, sessions: 0, clinicalMinutes: 0 });
  });
});

describe("when it is due", () => {
  it("is so many working days after service was back: no weekend, no holiday, no hour lost to a night of the clock", () => {
    // Monday 2026-12-21, 09:00 in Montréal; Friday is Christmas.
    const back = Date.UTC(2026, 11, 21, 14);
    expect(reportDueAt({ restoredAt: back }, hours, 5)).toBe(Date.UTC(2026, 11, 29, 14));
    expect(reportDueAt({}, hours, 5)).toBeUndefined();
    expect(reportDueAt({ resolvedAt: back }, hours, 1)).toBe(back + DAY);
    // Friday before the clock goes back: Monday's hour is the same on the wall.
    const friday = Date.UTC(2026, 9, 30, 14);
    expect(reportDueAt({ restoredAt: friday }, hours, 1)).toBe(Date.UTC(2026, 10, 2, 15));
  });

  it("is said the working day before, on the day, and once every working day after; never less as time goes", () => {
    const due = Date.UTC(2026, 11, 29, 14);
    expect(remindersBy(due, hours, due - DAY)).toBe(1);
    expect(remindersBy(due, hours, due - DAY - HOUR)).toBe(0);
    expect(remindersBy(due, hours, due)).toBe(2);
    expect(remindersBy(due, hours, due + DAY)).toBe(3);
    fc.assert(
      fc.property(fc.integer({ min: -10 * DAY, max: 30 * DAY }), fc.integer({ min: 0, max: 3 * DAY }), (from, more) => {
        expect(remindersBy(due, hours, due + from + more)).toBeGreaterThanOrEqual(remindersBy(due, hours, due + from));
      }),
    );
  });
});

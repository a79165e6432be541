/** Figures of a period: what counts, what counts once, and where the period ends on a day of 23 or 25 hours. */
import fc from "fast-check";
import { DateTime } from "luxon";
import { describe, expect, it } from "vitest";
import type { Incident } from "../../daemon/model/incident.ts";
import { DAY, HOUR, MINUTE } from "../../daemon/model/time.ts";
import { figuresOf, type PeriodIncident, periodAt } from "../../rules/followup-report.ts";
import { incident } from "../contracts/samples.ts";

const from = Date.UTC(2026, 10, 16, 5);
const to = from + DAY;

function one(id: string, change: Partial<Incident> = {}, more: Partial<PeriodIncident> = {}): PeriodIncident {
  return {
    incident: incident(id, { openedAt: from + HOUR, firstBadAt: from + HOUR, ...change }),
    ...{ downMs: 0, sessions: [], promises: [], pagedOutside: [], acts: [], riskBefore: to + 4 * HOUR },
    ...more,
  };
}

describe("a period", () => {
  it("follows the one before without a gap, whatever the zone and the night", () => {
    const minutes = fc.integer({ min: Date.UTC(2026, 0, 1) / MINUTE, max: Date.UTC(2028, 0, 1) / MINUTE });
    const zones = fc.constantFrom("America/Toronto", "America/Halifax", "America/Blanc-Sablon", "Europe/Paris");
    fc.assert(
      fc.property(minutes, zones, fc.constantFrom("daily", "weekly", "monthly"), (minute, zone, period) => {
        const at = minute * MINUTE;
        const [last, now] = [periodAt(period, at, zone, "last"), periodAt(period, at, zone, "holding")];
        expect(last.to).toBe(now.from);
        expect(now.from <= at && at < now.to).toBe(true);
        expect(DateTime.fromMillis(now.from, { zone }).hour).toBe(0);
        if (period === "weekly") expect(DateTime.fromMillis(now.from, { zone }).weekday).toBe(1);
        if (period === "monthly") expect(DateTime.fromMillis(now.from, { zone }).day).toBe(1);
      }),
    );
  });
});

describe("figures", () => {
  it("count what was opened and closed within it, and what is open at its end", () => {
    const all = [
      one("1"),
      one("2", { openedAt: from - DAY, state: "closed", closedAt: from + HOUR, disposition: "fixed" }),
      one("3", { state: "closed", closedAt: to + HOUR, severity: "major", disposition: "fixed" }),
      one("4", { state: "closed", closedAt: to - 1, disposition: "false-alarm" }),
      one("5", { openedAt: from - 9 * DAY }),
    ];
    expect(figuresOf(all, from, to)).toMatchObject({ opened: 3, closed: 2, open: 3, majors: 1, falseAlarms: 1, healed: 0 });
  });

  it("leave false alarms, tests and duplicates out of the categories, and put majors and what is overdue first", () => {
    const all = [
      one("1", { wakeAt: to - 1 }),
      one("2", { severity: "major", wakeAt: to + HOUR }),
      one("3", { disposition: "false-alarm" }),
      one("4", { symptom: "silent", wakeAt: to + 5 * HOUR }),
    ];
    const found = figuresOf(all, from, to);
    expect(found.bySymptom).toEqual([
      { symptom: "unreachable", count: 2, majors: 1 },
      { symptom: "silent", count: 1, majors: 0 },
    ]);
    expect(found.openList.map(({ id, overdue, atRisk }) => [id, overdue, atRisk])).toEqual([
      ["2", false, true],
      ["1", true, false],
      ["3", false, false],
      ["4", false, false],
    ]);
  });

  it("count a session that two incidents hit once, at the worse of what is said of it", () => {
    const hit = (fate: "lost" | "saved" | "unknown", clinicalMs: number) => ({ id: "s", clinicalMs, fate });
    const all = [one("1", {}, { sessions: [hit("saved", 0)] }), one("2", {}, { sessions: [hit("lost", 30 * MINUTE)] })];
    expect(figuresOf(all, from, to).sessions).toEqual({ hit: 1, saved: 0, lost: 1, clinicalMinutes: 30 });
  });

  it("call a page outside hours worth it when a person acted within two hours, and a promise kept when it was done by then", () => {
    const night = from + 2 * HOUR;
    const all = [
      one("1", {}, { pagedOutside: [night, night + 10 * HOUR], acts: [night + HOUR] }),
      one(
        "2",
        {},
        { promises: [{ by: from + HOUR, doneAt: from }, { by: from + HOUR, doneAt: from + 2 * HOUR }, { by: to - 1 }, { by: to }] },
      ),
    ];
    expect(figuresOf(all, from, to)).toMatchObject({
      ...{ pagesOutside: 2, pagesOutsideActed: 1 },
      promises: { made: 3, kept: 1, broken: 2 },
    });
  });

  it("have a median that half of them are at or below", () => {
    fc.assert(
      fc.property(fc.array(fc.integer({ min: 0, max: 10 * HOUR }), { minLength: 1, maxLength: 30 }), (times) => {
        const median =
          figuresOf(
            times.map((takeMs, at) => one(String(at + 1), {}, { takeMs })),
            from,
            to,
          ).medianTakeMs ?? -1;
        expect(times.filter((ms) => ms <= median + 1).length * 2).toBeGreaterThanOrEqual(times.length);
        expect(times.filter((ms) => ms >= median - 1).length * 2).toBeGreaterThanOrEqual(times.length);
      }),
    );
    expect(figuresOf([], from, to).medianTakeMs).toBeUndefined();
  });
});

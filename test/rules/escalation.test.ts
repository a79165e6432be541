/** Escalation by time: who is told when, and that there is no quiet end. */

import fc from "fast-check";
import { DateTime } from "luxon";
import { describe, expect, it } from "vitest";
import type { Incident } from "../../daemon/model/incident.ts";
import type { Policy } from "../../daemon/model/policy.ts";
import { DAY, HOUR, MINUTE, SECOND } from "../../daemon/model/time.ts";
import type { Hours } from "../../rules/clock.ts";
import { levelDeadline, wakeIncident } from "../../rules/escalation.ts";
import { acknowledgeIncident, type Notice, openIncident, restoreIncident, takeIncident } from "../../rules/incident.ts";

const policy: Policy = {
  id: "test",
  tracks: {
    minor: {
      steps: [
        { level: 1, tell: ["desk"], takenWithin: { ms: 30 * MINUTE, in: "service" }, escalateAfter: { ms: 4 * HOUR, in: "service" } },
        {
          level: 2,
          tell: ["analyst"],
          takenWithin: { ms: 30 * MINUTE, in: "service" },
          escalateAfter: { ms: 2 * DAY, in: "working-days" },
        },
        { level: 3, tell: ["analyst", "chief"], takenWithin: { ms: 30 * MINUTE, in: "service" } },
      ],
      allocators: ["it"],
      lastResort: { tell: ["chief"], after: { ms: DAY, in: "working-days" }, repeat: { ms: DAY, in: "working-days" } },
      acknowledgementExpires: { ms: 4 * HOUR, in: "service" },
      followUp: { ms: 5 * DAY, in: "working-days" },
    },
    major: {
      steps: [
        { level: 1, tell: ["desk"], takenWithin: { ms: 5 * MINUTE, in: "wall" }, escalateAfter: { ms: 30 * MINUTE, in: "wall" } },
        { level: 2, tell: ["analyst"], takenWithin: { ms: 5 * MINUTE, in: "wall" }, escalateAfter: { ms: 2 * HOUR, in: "wall" } },
        { level: 3, tell: ["analyst", "chief"], takenWithin: { ms: 5 * MINUTE, in: "wall" } },
      ],
      allocators: ["chief", "it"],
      lastResort: { tell: ["chief"], after: { ms: 15 * MINUTE, in: "wall" }, repeat: { ms: 15 * MINUTE, in: "wall" } },
      acknowledgementExpires: { ms: 30 * MINUTE, in: "wall" },
      followUp: { ms: HOUR, in: "service" },
    },
  },
  groupWaitMs: { now: 5 * SECOND, other: 30 * SECOND },
  restoreAfterLooks: 2,
  reopenWithinMs: 30 * MINUTE,
  autoCloseAfterMs: DAY,
};
const always: Hours = { calendar: { id: "always", always: true, weekly: {}, holidays: [] }, zone: "America/Toronto" };
const office: Hours = {
  calendar: {
    id: "office",
    always: false,
    weekly: Object.fromEntries([1, 2, 3, 4, 5].map((day) => [day, [{ fromMinute: 450, toMinute: 1_050 }]])),
    holidays: [],
  },
  zone: "America/Toronto",
};
const start = DateTime.fromISO("2026-11-20T10:00", { zone: "America/Toronto" }).toMillis();

function opened(over: Partial<Incident> = {}, at = start): Incident {
  const { incident } = openIncident({
    number: "VIG-2026-000001-00",
    rootCause: "down:codec-7",
    site: "mgh",
    device: "codec-7",
    symptom: "unreachable",
    rule: "unreachable",
    fingerprint: "codec-7|unreachable|",
    severity: "major",
    severityWhy: "a session runs",
    urgency: "now",
    urgencyWhy: "a session runs",
    general: false,
    firstBadAt: at - 6 * SECOND,
    at,
    policy,
    why: "3 looks in a row",
  });
  return { ...incident, ...over };
}

/** Plays an incident until `until`, waking it exactly when it asks. */
function play(incident: Incident, hours: Hours, until: number): { incident: Incident; told: (Notice & { at: number })[] } {
  let current = incident;
  const told: (Notice & { at: number })[] = [];
  while (current.wakeAt !== undefined && current.wakeAt <= until) {
    const at = current.wakeAt;
    const decision = wakeIncident(current, hours, at);
    if (decision === undefined) break;
    current = decision.incident;
    told.push(...decision.notices.map((notice) => ({ ...notice, at })));
  }
  return { incident: current, told };
}

const minutes = (notice: { at: number }) => Math.round((notice.at - start) / MINUTE);

describe("a major incident that nobody takes", () => {
  it("tells the desk after the group wait, the allocators after 5 min, level 2 after 30 min, level 3 after 2 h 30, then the last resort every 15 min", () => {
    const { told } = play(opened(), always, start + 4 * HOUR + MINUTE);
    expect(told.map((notice) => [minutes(notice), notice.kind, notice.tell.join("+")])).toEqual([
      [0, "problem", "desk"],
      [5, "problem", "desk+chief+it"],
      [30, "escalation", "analyst"],
      [35, "problem", "analyst+chief+it"],
      [150, "escalation", "analyst+chief"],
      [155, "problem", "analyst+chief+it"],
      [165, "last-resort", "chief"],
      [180, "last-resort", "chief"],
      [195, "last-resort", "chief"],
      [210, "last-resort", "chief"],
      [225, "last-resort", "chief"],
      [240, "last-resort", "chief"],
    ]);
  });

  it("never gives two notices the same key", () => {
    const { told } = play(opened(), always, start + 10 * HOUR);
    const keys = told.map((notice) => `${notice.kind}/${notice.level}/${notice.occurrence}`);
    expect(new Set(keys).size).toBe(keys.length);
  });

  it("has a timer at every moment of its life, whatever happens and when", () => {
    const act = fc.constantFrom("acknowledge", "take", "wait");
    fc.assert(
      fc.property(
        fc.array(fc.tuple(act, fc.integer({ min: 1, max: 10 * HOUR })), { maxLength: 12 }),
        fc.constantFrom(always, office),
        (acts, hours) => {
          let incident = opened();
          let now = start;
          for (const [what, after] of acts) {
            now += after;
            incident = play(incident, hours, now).incident;
            if (what === "acknowledge") incident = acknowledgeIncident(incident, "desk-1", now, hours, undefined).incident;
            if (what === "take") incident = takeIncident(incident, "desk-1", now, hours, undefined).incident;
            expect(incident.wakeAt).toBeGreaterThan(now);
          }
        },
      ),
    );
  });
});

describe("an acknowledgement", () => {
  it("stops the ladder, and expires after 30 min when nobody follows it up", () => {
    const first = play(opened(), always, start + MINUTE).incident;
    const seen = acknowledgeIncident(first, "desk-1", start + 2 * MINUTE, always, undefined);
    expect(seen.dropPending).toBe("acknowledged");
    const { incident, told } = play(seen.incident, always, start + 33 * MINUTE);
    expect(told.map((notice) => [minutes(notice), notice.kind, notice.tell.join("+")])).toEqual([[32, "problem", "desk"]]);
    expect(incident.acknowledgedAt).toBeUndefined();
  });
});

describe("a taken incident", () => {
  it("pages nobody for three weeks while a part ships: its follow-ups are the clock", () => {
    const taken = takeIncident(
      play(opened({ severity: "minor", urgency: "service-hours" }), office, start + MINUTE).incident,
      "tech-1",
      start + 2 * MINUTE,
      office,
      undefined,
    ).incident;
    const { told } = play(taken, office, start + 21 * DAY);
    expect(told.map((notice) => notice.kind)).toEqual(["follow-up", "follow-up", "follow-up", "follow-up"].slice(0, told.length));
    expect(told.length).toBeGreaterThan(1);
    expect(told.length).toBeLessThanOrEqual(4);
  });
});

describe("outside service hours", () => {
  const friday = DateTime.fromISO("2026-11-20T20:00", { zone: "America/Toronto" }).toMillis();
  const monday = DateTime.fromISO("2026-11-23T07:30", { zone: "America/Toronto" }).toMillis();

  it("what is not urgent waits for the next service hours, its clocks too", () => {
    const { told } = play(opened({ severity: "minor", urgency: "service-hours" }, friday), office, monday + HOUR);
    expect(told.map((notice) => [notice.at - monday, notice.kind])).toEqual([
      [0, "problem"],
      [30 * MINUTE, "problem"],
    ]);
  });

  it("what is urgent does not wait", () => {
    const { told } = play(opened({}, friday), office, friday + MINUTE);
    expect(told.map((notice) => notice.at - friday)).toEqual([5 * SECOND]);
  });
});

describe("after six hours of downtime", () => {
  it("the steps that came due collapse into one message to everybody who should have heard, which says how late it is", () => {
    const decision = wakeIncident(opened(), always, start + 6 * HOUR);
    expect(decision?.notices).toHaveLength(1);
    expect(decision?.notices[0]).toMatchObject({ kind: "last-resort", tell: ["desk", "chief", "it", "analyst"] });
    expect(decision?.notices[0]?.lateMs).toBe(6 * HOUR - 5 * SECOND);
    expect(decision?.timeline.at(-1)).toMatchObject({ event: "superseded" });
    expect(decision?.incident.wakeAt).toBeGreaterThan(start + 6 * HOUR);
    expect(decision?.incident.version).toBe(2);
  });
});

describe("a restored incident", () => {
  it("tells those who had heard of it, once, and nobody when nobody had", () => {
    const told = play(opened(), always, start + 31 * MINUTE).incident;
    expect(restoreIncident(told, start + 32 * MINUTE, always, "2 good looks")?.notices).toMatchObject([
      { kind: "restored", tell: ["desk", "analyst", "chief", "it"] },
    ]);
    const early = play(opened(), always, start + MINUTE).incident;
    expect(restoreIncident(early, start + 2 * MINUTE, always, "2 good looks")?.notices).toMatchObject([{ tell: ["desk"] }]);
    expect(restoreIncident(opened(), start + SECOND, always, "2 good looks")?.notices).toEqual([]);
  });

  it("closes by itself when it is minor and nobody took it, and never when it is major", () => {
    const minor = restoreIncident(opened({ severity: "minor" }), start + HOUR, always, "2 good looks");
    expect(play(minor?.incident ?? opened(), always, start + 3 * DAY).incident).toMatchObject({ state: "closed", disposition: "healed" });
    const major = restoreIncident(opened(), start + HOUR, always, "2 good looks");
    expect(play(major?.incident ?? opened(), always, start + 30 * DAY).incident.state).toBe("restored");
  });
});

describe("with a session ahead a level has min(policy, half of what is left, at least 2 min)", () => {
  const thirty = { ms: 30 * MINUTE, in: "wall" } as const;
  it.each<readonly [string, number | undefined, number]>([
    ["no session: the policy", undefined, 30 * MINUTE],
    ["far away: the policy", 3 * HOUR, 30 * MINUTE],
    ["in an hour: both are the same", HOUR, 30 * MINUTE],
    ["in forty minutes: half of them", 40 * MINUTE, 20 * MINUTE],
    ["in ten: five", 10 * MINUTE, 5 * MINUTE],
    ["in three: two, not one and a half", 3 * MINUTE, 2 * MINUTE],
    ["begun: the policy", -MINUTE, 30 * MINUTE],
  ])("%s", (_name, ahead, within) => {
    const terms = { ...always, ...(ahead === undefined ? {} : { sessionAt: start + ahead }) };
    expect(levelDeadline(opened({ severity: "major", urgency: "now" }), terms, thirty, start) - start).toBe(within);
  });

  it("of what is not urgent only the service hours count that are left", () => {
    // A Friday at 17:00; the session is on Monday at 08:30: half an hour today, an hour then.
    const friday = start + 7 * HOUR;
    const terms = { ...office, sessionAt: start + 70.5 * HOUR };
    const due = levelDeadline(opened({ urgency: "service-hours" }), terms, { ms: 4 * HOUR, in: "service" }, friday);
    expect(due).toBe(start + 69.75 * HOUR);
  });
});

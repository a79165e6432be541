/** The next follow-up: what an overdue one, a person's work and a person's date change, wherever an incident is in its life. */
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { Incident } from "../../daemon/model/incident.ts";
import { DAY, HOUR, MINUTE, SECOND } from "../../daemon/model/time.ts";
import { inService } from "../../rules/clock.ts";
import { wakeIncident } from "../../rules/escalation.ts";
import { addWork, begins, clockAnew, followedUp, followUpDue, lateAfterMs, notFollowable, setFollowUp } from "../../rules/followup.ts";
import { acknowledgeIncident, closeIncident, resolveIncident, restoreIncident, takeIncident } from "../../rules/incident.ts";
import { always, calendars, local, office, severities, start, starts, told, urgencies } from "./incident-made.ts";

/** An incident somewhere in its life, at a time after its last act. */
const lives = fc
  .record({
    severity: severities,
    urgency: urgencies,
    hours: calendars,
    from: starts,
    act: fc.constantFrom("none", "acknowledge", "take", "restore", "take-restore", "resolve", "close"),
    level: fc.constantFrom(1, 2, 3),
    later: fc.integer({ min: SECOND, max: 6 * HOUR }),
  })
  .map(({ severity, urgency, hours, from, act, level, later }) => {
    const at = from + MINUTE;
    let incident: Incident = { ...told({ severity, urgency }, hours, from), level };
    if (act === "acknowledge") incident = acknowledgeIncident(incident, "marie", at, hours, undefined).incident;
    if (act.startsWith("take")) incident = takeIncident(incident, "marie", at, hours, undefined).incident;
    if (act.endsWith("restore")) incident = restoreIncident(incident, at, hours, "good")?.incident ?? incident;
    if (act === "resolve") incident = resolveIncident(incident, "marie", at, "done").incident;
    if (act === "close") incident = closeIncident(incident, "marie", at, "fixed", "done").incident;
    return { incident, hours, at: at + later };
  });
const held = lives.filter(({ incident }) => incident.wakeFor === "follow-up");

describe("an overdue follow-up", () => {
  it("is told once, to somebody, in service hours unless it is urgent; and the clock starts again, in the future", () => {
    fc.assert(
      fc.property(held, fc.integer({ min: 0, max: 3 * DAY }), fc.nat(4), ({ incident: made, hours }, lateMs, missed) => {
        const incident: Incident = missed === 0 ? made : { ...made, followUpsMissed: missed, followUpDueAt: start };
        const due = incident.wakeAt ?? 0;
        const { incident: next, notices, timeline } = followUpDue(incident, hours, due, due + lateMs);
        expect(next).toMatchObject({ wakeFor: "follow-up", followUpsMissed: missed + 1, version: incident.version + 1 });
        expect([next.followUpAt, next.handOver, next.holder]).toEqual([undefined, undefined, incident.holder]);
        expect(next.followUpDueAt, "the first that was missed").toBe(missed === 0 ? due : start);
        // Late by hours it is one follow-up, not one for each that came due meanwhile.
        expect(next.wakeAt).toBeGreaterThan(lateMs > lateAfterMs ? due + lateMs : due);
        expect(next.level).toBe(Math.min(3, incident.level + (missed > 0 ? 1 : 0)));
        const [notice, ...more] = notices;
        expect([more, notice?.kind, notice?.occurrence, notice?.level]).toEqual([[], "follow-up", incident.occurrence + 1, next.level]);
        expect(notice?.tell.length).toBeGreaterThan(0);
        expect(new Set(notice?.tell).size).toBe(notice?.tell.length);
        for (const each of incident.policy.tracks[incident.severity].steps[incident.level - 1]?.tell ?? [])
          expect(notice?.tell).toContain(each);
        expect(notice?.notBefore).toBeGreaterThanOrEqual(due);
        const waits = incident.state === "restored" || incident.urgency !== "now";
        expect(waits ? inService(hours, notice?.notBefore ?? 0) : notice?.notBefore === due).toBe(true);
        expect(timeline.map(({ event }) => event)).toEqual(["follow-up-due", ...(next.level > incident.level ? ["escalated"] : [])]);
      }),
    );
  });

  it("at the highest level is the allocators' too, from the second on", () => {
    const incident = takeIncident(told({ severity: "major", urgency: "now", level: 3 }), "marie", start, always, undefined).incident;
    const first = followUpDue(incident, always, start + HOUR, start + HOUR);
    expect(first.notices[0]?.tell).toEqual(["analyst", "chief-technician"]);
    const second = followUpDue(first.incident, always, start + 2 * HOUR, start + 2 * HOUR);
    expect(second.notices[0]?.tell).toEqual(["analyst", "chief-technician", "it-technician"]);
  });
});

describe("somebody's work", () => {
  it("makes it theirs only while nobody has it, and is followed up once however often it is written down at one moment", () => {
    fc.assert(
      fc.property(lives, fc.boolean(), ({ incident, hours, at }, takes) => {
        const worked = { by: "paul", at, hours, takes };
        const next = followedUp(incident, worked);
        const theirs = incident.state === "open" && (takes || incident.acknowledgedAt !== undefined);
        expect(next.holder).toBe(theirs ? "paul" : incident.holder);
        expect(next.state).toBe(theirs ? "taken" : incident.state);
        expect([next.followUpsMissed, next.followUpDueAt, next.version]).toEqual([undefined, undefined, incident.version]);
        // Who had seen it first is still who had seen it first.
        if (incident.acknowledgedAt !== undefined)
          expect([next.acknowledgedAt, next.acknowledgedBy]).toEqual([incident.acknowledgedAt, incident.acknowledgedBy]);
        expect(followedUp(next, worked)).toEqual(next);
        if (next.state === "taken") expect(next).toMatchObject({ wakeFor: "follow-up" });
        if (next.wakeFor === "follow-up") expect(next.wakeAt).toBeGreaterThan(at);
      }),
    );
  });

  it("at night, on what waits for service hours, leaves nobody to be told in the morning", () => {
    const night = local("2026-11-20T22:00");
    const waiting = told({}, office, night);
    expect(waiting).toMatchObject({ state: "open", wakeFor: "notice", wakeAt: local("2026-11-23T07:30") });
    const { incident, dropPending } = addWork(waiting, "action", {
      by: "paul",
      at: night + HOUR,
      hours: office,
      takes: true,
      note: "cable",
    });
    expect([incident.state, incident.holder, dropPending]).toEqual(["taken", "paul", "taken"]);
    const morning = wakeIncident(incident, office, local("2026-11-23T08:00"));
    expect(morning?.notices ?? []).toEqual([]);
  });

  it("does not bring nearer, nor put off, what a person has set for later; what is over has no clock", () => {
    fc.assert(
      fc.property(held, fc.integer({ min: 1, max: 60 * DAY }), ({ incident, hours, at }, ahead) => {
        const { incident: set } = setFollowUp(incident, at + ahead, { by: "marie", at, hours, takes: true, note: "the part ships" });
        expect(clockAnew(set, hours, at + ahead - 1)).toBe(set);
        const passed = clockAnew(set, hours, at + ahead);
        expect(passed.wakeAt).toBeGreaterThan(at + ahead);
      }),
    );
    for (const end of [
      resolveIncident(told(), "marie", start + HOUR, "done").incident,
      closeIncident(told(), "marie", start + HOUR, "fixed", "done").incident,
    ]) {
      expect(clockAnew(end, always, start + DAY)).toBe(end);
      expect(end.wakeAt).toBeUndefined();
    }
  });
});

describe("a date that a person sets", () => {
  it("is the timer; who sets it for what nobody has, has it, and what was about to be sent is not", () => {
    fc.assert(
      fc.property(lives, fc.integer({ min: 1, max: 60 * DAY }), ({ incident, hours, at }, ahead) => {
        if (incident.state === "resolved" || incident.state === "closed") return;
        const set = setFollowUp(incident, at + ahead, { by: "paul", at, hours, takes: true, note: "later" });
        expect(set.incident).toMatchObject({ wakeAt: at + ahead, followUpAt: at + ahead, wakeFor: "follow-up" });
        expect(set.incident.version).toBe(incident.version + 1);
        const mine = incident.state === "open";
        expect(set.dropPending).toBe(mine ? "taken" : undefined);
        expect(set.timeline.map(({ event }) => event)).toEqual([...(mine ? ["taken"] : []), "follow-up-set"]);
        expect(set.timeline.at(-1)).toMatchObject({ by: "paul", why: "later", data: { until: at + ahead } });
      }),
    );
  });

  it("is not for what is resolved, nor for what was raised and is not accepted yet", () => {
    expect(notFollowable(told())).toBeUndefined();
    expect(notFollowable({ ...told(), state: "resolved" })).toContain("close it");
    const handOver = { to: { functions: ["analyst"] }, by: "marie", at: start, note: "x" };
    expect(notFollowable({ ...told(), handOver } as Incident)).toBeUndefined();
    expect(notFollowable({ ...told(), handOver: { ...handOver, fromLevel: 1 } } as Incident)).toContain("accept it, or decline it");
  });
});

it("begins at once where it is urgent, else with the next service hours, over the nights on which the clocks change too", () => {
  const at = (text: string, urgency: Incident["urgency"]) => begins(told({ urgency }), office, local(text));
  expect(at("2026-03-08T01:30", "now")).toBe(local("2026-03-08T01:30"));
  expect(at("2026-03-08T01:30", "service-hours")).toBe(local("2026-03-09T07:30"));
  expect(at("2026-11-01T00:45", "before-session")).toBe(local("2026-11-02T07:30"));
  expect(at("2026-11-02T07:30", "service-hours")).toBe(local("2026-11-02T07:30"));
});

/** Timers: what a rise, a lowering, a session ahead and a jump of the wall clock do to them. */
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { type Incident, isFailing } from "../../daemon/model/incident.ts";
import { HOUR, MINUTE, SECOND } from "../../daemon/model/time.ts";
import { leastLevelMs, wakeIncident } from "../../rules/escalation.ts";
import { firstCallSince, inFirstCall, settleByTime } from "../../rules/first-call.ts";
import { acknowledgeIncident, restoreIncident, takeIncident } from "../../rules/incident.ts";
import { hurry, retime, retimeRise } from "../../rules/retime.ts";
import { moveTimer, runsFirstCall, timerClock } from "../../rules/timer.ts";
import { always, calendars, local, office, opened, severities, start, starts, told, urgencies } from "./incident-made.ts";

/** An incident somewhere in its life. */
const lives = fc
  .record({
    severity: severities,
    urgency: urgencies,
    hours: calendars,
    from: starts,
    act: fc.constantFrom("none", "acknowledge", "take", "restore", "wake", "wake-twice"),
    later: fc.integer({ min: SECOND, max: 6 * HOUR }),
  })
  .map(({ severity, urgency, hours, from, act, later }) => {
    let incident: Incident = act === "none" ? opened({ severity, urgency }, from) : told({ severity, urgency }, hours, from);
    const at = from + later;
    if (act === "acknowledge") incident = acknowledgeIncident(incident, "marie", at, hours, undefined).incident;
    if (act === "take") incident = takeIncident(incident, "marie", at, hours, undefined).incident;
    if (act === "restore") incident = restoreIncident(incident, at, hours, "good")?.incident ?? incident;
    for (let n = 0; n < (act === "wake" ? 1 : act === "wake-twice" ? 2 : 0); n += 1)
      incident = wakeIncident(incident, hours, incident.wakeAt ?? at)?.incident ?? incident;
    // What was due has been done by then.
    return { incident, hours, at: Math.min(Math.max(at, (incident.wakeAt ?? at) - MINUTE), incident.wakeAt ?? at) };
  });

describe("a rise", () => {
  it("takes back the acknowledgement, keeps a timer that is not of the past, and is told at once or has a time for it", () => {
    fc.assert(
      fc.property(lives, ({ incident, hours, at }) => {
        const risen = { ...incident, severity: "major", urgency: "now" } as const;
        const { incident: next, notices } = retimeRise(risen, hours, at);
        expect(next.acknowledgedAt).toBeUndefined();
        expect(next.version).toBe(incident.version);
        expect(next.wakeAt).toBeGreaterThanOrEqual(at);
        const failing = incident.state === "open" || incident.state === "taken";
        if (failing && incident.noticeSent)
          expect(notices.map(({ kind }) => kind)).toEqual([incident.level > 3 ? "last-resort" : "raised"]);
        else expect(notices).toEqual([]);
        if (failing && !incident.noticeSent)
          expect(next.wakeAt).toBeLessThanOrEqual(Math.max(at, incident.levelSince + incident.policy.groupWaitMs.now));
        for (const { tell, notBefore } of notices) expect([tell.length > 0, notBefore]).toEqual([true, at]);
      }),
    );
  });

  it("that can wait until service hours begins then, and wakes nobody before", () => {
    const night = local("2026-11-20T22:00");
    const { incident, notices } = retimeRise({ ...told({}, office, start), severity: "major" }, office, night);
    expect(notices).toEqual([]);
    expect(incident).toMatchObject({ wakeFor: "notice", wakeAt: local("2026-11-23T07:30") });
  });
});

describe("a lowering", () => {
  it("tells nobody and leaves what is under way with a timer of its new track", () => {
    fc.assert(
      fc.property(lives, ({ incident, hours, at }) => {
        const next = retime({ ...incident, severity: "minor", urgency: "service-hours" }, hours, at);
        expect([next.state, next.level, next.occurrence]).toEqual([incident.state, incident.level, incident.occurrence]);
        expect(next.wakeAt).toBeGreaterThanOrEqual(at);
      }),
    );
  });
});

describe("a session ahead", () => {
  it("makes a level shorter, never longer, and leaves it two minutes at least", () => {
    fc.assert(
      fc.property(lives, fc.integer({ min: MINUTE, max: 8 * HOUR }), ({ incident, hours, at }, ahead) => {
        const hurried = hurry(incident, { ...hours, sessionAt: at + ahead }, at);
        if (hurried === undefined) return;
        expect(hurried.incident.wakeAt).toBeLessThan(incident.wakeAt ?? 0);
        expect(hurried.incident.wakeAt).toBeGreaterThanOrEqual(at + leastLevelMs);
        expect(hurried.incident.wakeFor).toBe(incident.wakeFor);
        expect(hurried.timeline.map(({ event }) => event)).toEqual(["hurried"]);
      }),
    );
  });

  it("hurries nothing that somebody has seen, nor the last resort", () => {
    const seen = acknowledgeIncident(told({ severity: "major", urgency: "now" }), "marie", start, office, undefined).incident;
    expect(hurry(seen, { ...office, sessionAt: start + 10 * MINUTE }, start)).toBeUndefined();
    expect(
      hurry({ ...told({ severity: "major", urgency: "now" }), level: 4 }, { ...office, sessionAt: start + 10 * MINUTE }, start),
    ).toBeUndefined();
    expect(hurry(told({ severity: "major", urgency: "now" }), office, start)).toBeUndefined();
  });
});

describe("a jump of the wall clock", () => {
  it.each([3 * HOUR, -3 * HOUR])(
    "of %d ms moves what measures elapsed time by as much and leaves the calendar alone; back again it is as it was",
    (ms) => {
      fc.assert(
        fc.property(lives, ({ incident, at }) => {
          const moved = moveTimer(incident, ms, at + ms);
          const timer = timerClock(incident) === "wall";
          const call = isFailing(incident) && inFirstCall(incident) && runsFirstCall(incident) === "wall";
          expect(moved === undefined).toBe(!timer && !call);
          if (moved === undefined) return;
          expect(moved.incident.wakeAt).toBe((incident.wakeAt ?? 0) + (timer ? ms : 0));
          expect(moved.incident.levelSince).toBe(incident.levelSince + (timer ? ms : 0));
          expect(firstCallSince(moved.incident)).toBe(firstCallSince(incident) + (call ? ms : 0));
          expect(moved.notices).toEqual([]);
          const back = moveTimer(moved.incident, -ms, at)?.incident;
          const { firstCallSince: since = incident.openedAt, ...rest } = back ?? incident;
          const { firstCallSince: before = incident.openedAt, ...same } = incident;
          expect([since, { ...rest, version: incident.version }]).toEqual([before, same]);
        }),
      );
    },
  );

  it("measures major clocks by the wall while it cannot wait, everything else by the calendar", () => {
    expect(timerClock(told({ severity: "major", urgency: "now" }, always))).toBe("wall");
    expect(timerClock(told({ severity: "major", urgency: "service-hours" }))).toBe("service");
    expect(timerClock(told({ severity: "minor", urgency: "service-hours" }))).toBe("service");
    const waits = wakeIncident(opened({}, local("2026-11-20T22:00")), office, local("2026-11-20T22:01"))!.incident;
    expect([waits.wakeFor, timerClock(waits)]).toEqual(["notice", "calendar"]);
  });
});

describe("the end of the first call by time", () => {
  it("is major whatever it was, settled once, with the reason; who was told under the other severity is remembered", () => {
    fc.assert(
      fc.property(severities, fc.boolean(), (severity, noticeSent) => {
        const before = opened({ severity, noticeSent });
        expect(inFirstCall(before)).toBe(true);
        const { incident, timeline } = settleByTime(before, start + HOUR);
        expect(incident).toMatchObject({ severity: "major", severitySettled: { how: "time", at: start + HOUR } });
        expect(incident.toldAs).toBe(severity === "minor" && noticeSent ? "minor" : undefined);
        expect(timeline.map(({ event, why }) => [event, why.includes("not solved at the first call")])).toEqual([
          [severity === "major" ? "severity-settled" : "severity", true],
        ]);
        expect(inFirstCall(incident)).toBe(false);
      }),
    );
    expect(inFirstCall(opened({ level: 2 }))).toBe(false);
  });
});

/** The class of an open incident as time passes and people decide: rises by itself, is lowered by the first call and by people only. */
import fc from "fast-check";
import { DateTime } from "luxon";
import { describe, expect, it } from "vitest";
import { DEFAULT_POLICY } from "../../daemon/config/defaults.ts";
import type { Incident } from "../../daemon/model/incident.ts";
import { DAY, HOUR, type Instant, MINUTE, SECOND } from "../../daemon/model/time.ts";
import type { Hours } from "../../rules/clock.ts";
import { levelDeadline, type Terms, wakeIncident } from "../../rules/escalation.ts";
import { acknowledgeIncident, type Notice, openIncident, reopenIncident, restoreIncident, takeIncident } from "../../rules/incident.ts";
import { muteIncident, unmuteIncident } from "../../rules/mute.ts";
import { decideSeverity, decideUrgency, notInFirstCall, type Rejudging, rejudge, solveIncident } from "../../rules/settle.ts";
import { isHigherSeverity, isHigherUrgency, type SeverityVerdict } from "../../rules/severity.ts";
import "../seed.ts";

const zone = "America/Toronto";
const always: Hours = { calendar: { id: "always", always: true, weekly: {}, holidays: [] }, zone };
const day = [{ fromMinute: 450, toMinute: 1_050 }];
const office: Hours = { calendar: { id: "office", always: false, weekly: { 1: day, 2: day, 3: day, 4: day, 5: day }, holidays: [] }, zone };
const local = (text: string): Instant => DateTime.fromISO(text, { zone }).toMillis();
/** A Friday. */
const start = local("2026-11-20T10:00");

function opened(over: Partial<Incident> = {}, at = start): Incident {
  const { incident } = openIncident({
    ...{ number: "VIG-2026-000001-00", rootCause: "down:codec-7", site: "mgh", device: "codec-7", symptom: "unreachable" },
    ...{ rule: "unreachable", fingerprint: "codec-7|unreachable|", severity: "minor", severityWhy: "one device" },
    ...{ urgency: "service-hours", urgencyWhy: "it can wait", general: false, firstBadAt: at - 6 * SECOND, at },
    ...{ policy: DEFAULT_POLICY, why: "3 looks in a row" },
  });
  return { ...incident, ...over };
}

/** Told, as it is a minute after its opening. */
function told(over: Partial<Incident> = {}, hours: Hours = office, at = start): Incident {
  const incident = opened(over, at);
  return wakeIncident(incident, hours, incident.wakeAt ?? at)?.incident ?? incident;
}

const calm: SeverityVerdict = {
  ...{ severity: "minor", severityWhy: "one device", urgency: "service-hours", urgencyWhy: "it can wait", general: false, raisedBy: [] },
};
const near: SeverityVerdict = {
  ...{ severity: "major", severityWhy: "a session starts in 60 min", urgency: "now", urgencyWhy: "a session starts in 60 min" },
  ...{ general: false, raisedBy: ["severity/session:s", "urgency/session:s"] },
};

function again(incident: Incident, at: Instant, over: Partial<Rejudging> = {}) {
  return rejudge(incident, { verdict: calm, terms: office, at, ...over });
}

const said = (notices: readonly Notice[] = []) => notices.map(({ kind, tell }) => `${kind} ${tell.join("+")}`);

describe("judged again", () => {
  it("nothing new is nothing to write", () => {
    expect(again(told(), start + HOUR)).toBeUndefined();
    expect(again(opened(), start + SECOND)).toBeUndefined();
  });

  it("a rise takes back the acknowledgement, tells the level at once, and starts the clocks of the new track", () => {
    const seen = acknowledgeIncident(told(), "marie", start + 2 * MINUTE, office, undefined).incident;
    const at = start + HOUR;
    const decision = again(seen, at, { verdict: near });
    expect(decision?.incident).toMatchObject({
      severity: "major",
      urgency: "now",
      toldAs: "minor",
      levelSince: at,
      wakeAt: at + 5 * MINUTE,
    });
    expect(decision?.incident).toMatchObject({ wakeFor: "repeat", occurrence: seen.occurrence + 1, version: seen.version + 1 });
    expect(decision?.incident.acknowledgedAt).toBeUndefined();
    expect(said(decision?.notices)).toEqual(["raised desk"]);
    expect(decision?.timeline.map(({ event, why }) => `${event}: ${why}`)).toEqual([
      "severity: a session starts in 60 min",
      "urgency: a session starts in 60 min",
    ]);
    expect(again(decision?.incident ?? seen, at + MINUTE, { verdict: calm }), "and what is calm again lowers nothing").toBeUndefined();
  });

  it("who holds it keeps it, hears of it, and has the follow-up of the new track", () => {
    const held = takeIncident(told(), "marie", start + 2 * MINUTE, office, undefined).incident;
    const decision = again(held, start + HOUR, { verdict: near });
    expect(decision?.incident).toMatchObject({ state: "taken", holder: "marie", wakeFor: "follow-up", wakeAt: start + 2 * HOUR });
    expect(said(decision?.notices)).toEqual(["raised desk"]);
  });

  it("who has not been told yet is told no later than the new class allows", () => {
    const night = local("2026-11-21T02:00");
    const waiting = wakeIncident(opened({}, night), office, night + 30 * SECOND)?.incident;
    expect(waiting?.wakeAt).toBe(local("2026-11-23T07:30"));
    const decision = again(waiting ?? opened(), night + HOUR, { verdict: near });
    expect(decision).toMatchObject({ notices: [], incident: { wakeFor: "notice", wakeAt: night + HOUR, urgency: "now" } });
    const grouping = again(opened(), start + SECOND, { verdict: near });
    expect(grouping?.incident.wakeAt, "the group wait of what is urgent").toBe(start + 5 * SECOND);
  });

  it("what rises in severity only waits for service hours", () => {
    const evening = local("2026-11-20T17:20");
    const decision = again(told({}, office, evening), local("2026-11-20T18:00"), { verdict: { ...near, urgency: "before-session" } });
    expect(decision).toMatchObject({ notices: [], incident: { severity: "major", wakeFor: "notice", wakeAt: local("2026-11-23T07:30") } });
  });

  it("at the last resort, the last resort hears of it", () => {
    const decision = again(told({ level: 4 }), start + HOUR, { verdict: near });
    expect(said(decision?.notices)).toEqual(["last-resort chief-technician+it-technician"]);
  });

  it("remembers the session that ran meanwhile, once", () => {
    const session = { session: "s", kind: "clinical" as const, withinMs: -MINUTE };
    const major = told({ severity: "major", urgency: "now" });
    const decision = again(major, start + 2 * MINUTE, { session });
    expect(decision).toMatchObject({ incident: { sessionHit: "s" }, timeline: [{ event: "session-hit" }], notices: [] });
    expect(again(decision?.incident ?? major, start + 3 * MINUTE, { session })).toBeUndefined();
  });

  it("that it became general is news, although it can rise no further", () => {
    const major = told({ severity: "major", urgency: "now" });
    const general = { ...near, severityWhy: "several devices or a whole site are hit", general: true };
    const decision = again(major, start + 2 * MINUTE, { verdict: general });
    expect(decision).toMatchObject({ incident: { general: true }, notices: [], timeline: [{ event: "became-general" }] });
    expect(again(decision?.incident ?? major, start + 3 * MINUTE, { verdict: general })).toBeUndefined();
    expect(again(told(), start + 2 * MINUTE, { verdict: general })?.incident).toMatchObject({ severity: "major", general: true });
  });

  it("a session that was booked since leaves the level less time, and not again every minute", () => {
    const sessionAt = start + 3 * HOUR;
    const at = start + HOUR;
    const incident = { ...told(), wakeAt: start + 4 * HOUR, wakeFor: "escalate" as const };
    const decision = again(incident, at, { terms: { ...office, sessionAt } });
    expect(decision?.incident.wakeAt).toBe(incident.levelSince + (sessionAt - incident.levelSince) / 2);
    expect(decision?.timeline).toMatchObject([{ event: "hurried" }]);
    expect(again(decision?.incident ?? incident, at + MINUTE, { terms: { ...office, sessionAt } })).toBeUndefined();
  });

  it("under maintenance nothing moves; a person's rise is told when it ends", () => {
    const muted =
      muteIncident(told(), { by: "maintenance:m", reason: "cable", until: start + 2 * HOUR }, start + MINUTE, office)?.incident ?? told();
    expect(again(muted, start + HOUR, { verdict: near })).toBeUndefined();
    const person = { by: "marie", at: start + HOUR, reason: "the whole floor", terms: office, verdict: calm };
    const risen = decideSeverity(muted, "major", person);
    expect(risen).toMatchObject({ notices: [], incident: { severity: "major", wakeFor: "unmute" } });
    const free = unmuteIncident(risen.incident, start + 2 * HOUR, office, "ended").incident;
    expect(said(wakeIncident(free, office, start + 2 * HOUR)?.notices)).toEqual(["problem desk"]);
  });

  it("restored, folded and closed ones are left alone", () => {
    const restored = restoreIncident(told(), start + HOUR, office, "2 good looks")?.incident ?? told();
    expect(again(restored, start + 2 * HOUR, { verdict: near })).toBeUndefined();
    expect(again(told({ foldedInto: "x" }), start + HOUR, { verdict: near })).toBeUndefined();
  });
});

describe("the end of the first call", () => {
  it("is the step to level 2 where nobody has seen it: major, settled, on the major track", () => {
    let incident = told();
    const events: string[] = [];
    while (incident.level === 1 && incident.wakeAt !== undefined) {
      const decision = wakeIncident(incident, office, incident.wakeAt);
      if (decision === undefined) break;
      incident = decision.incident;
      events.push(...decision.timeline.map(({ event }) => event));
    }
    expect(events).toEqual(["not-taken", "severity", "escalated"]);
    expect(incident).toMatchObject({ level: 2, severity: "major", toldAs: "minor", severitySettled: { by: "system", how: "time" } });
    expect(incident.urgency, "how it is handled, not when").toBe("service-hours");
  });

  it.each([
    ["acknowledged", (at: Instant) => acknowledgeIncident(told(), "marie", at, office, undefined).incident],
    ["taken", (at: Instant) => takeIncident(told(), "marie", at, office, undefined).incident],
  ])("comes for what is %s too, 4 h of service after its opening", (_, act) => {
    const seen = act(start + 2 * MINUTE);
    expect(again(seen, start + 4 * HOUR - 1)).toBeUndefined();
    const decision = again(seen, start + 4 * HOUR);
    expect(decision?.incident).toMatchObject({ severity: "major", severitySettled: { how: "time" } });
    expect(decision?.incident.acknowledgedAt).toBeUndefined();
    expect(said(decision?.notices)).toEqual(["raised desk"]);
  });

  it("settles what is major already without a word to anybody", () => {
    const seen = acknowledgeIncident(told({ severity: "major", urgency: "now" }), "marie", start + MINUTE, office, undefined).incident;
    const decision = again(seen, start + 30 * MINUTE);
    expect(decision).toMatchObject({ notices: [], incident: { severitySettled: { how: "time" }, acknowledgedBy: "marie" } });
  });

  it("does not come where a person keeps it, with a reason", () => {
    const person = { by: "marie", at: start + HOUR, reason: "a spare stands in", terms: office, verdict: calm };
    const kept = decideSeverity(told(), "minor", person);
    expect(kept).toMatchObject({ notices: [], incident: { severity: "minor", severitySettled: { by: "marie", how: "person" } } });
    expect(kept.incident.wakeAt, "its clocks run on").toBe(told().wakeAt);
    let incident = kept.incident;
    while (incident.level === 1 && incident.wakeAt !== undefined)
      incident = wakeIncident(incident, office, incident.wakeAt)?.incident ?? incident;
    expect(incident).toMatchObject({ level: 2, severity: "minor" });
  });

  it("what came back has a first call of its own, and is no more serious for it", () => {
    const restored = restoreIncident(told(), start + 3 * HOUR + 50 * MINUTE, office, "2 good looks")?.incident ?? told();
    const back = reopenIncident(restored, { key: "k" } as never, start + 4 * HOUR, "3 bad looks").incident;
    const seen = acknowledgeIncident({ ...back, noticeSent: true }, "marie", start + 4 * HOUR + MINUTE, office, undefined).incident;
    expect(again(seen, start + 5 * HOUR)).toBeUndefined();
    expect(back).toMatchObject({ severity: "minor", occurrences: 2 });
  });
});

describe("solved at the first call", () => {
  const at = start + 10 * MINUTE;
  const call = { by: "marie", at, note: "the mute key", terms: office };

  it.each([
    ["a minor one", {}, undefined, "minor"],
    ["a major one: no session was near it", { severity: "major", urgency: "now" }, undefined, "minor"],
    ["a session ran, and was not lost", { severity: "major", sessionHit: "s" }, false, "minor"],
    ["a session ran, and nobody says", { severity: "major", sessionHit: "s" }, undefined, "major"],
    ["a session was lost", { severity: "major", sessionHit: "s" }, true, "major"],
    ["a session was lost that nobody had booked", {}, true, "major"],
  ] as const)("%s", (_, over, sessionLost, severity) => {
    const decision = solveIncident(told(over), { ...call, sessionLost });
    expect(decision.incident).toMatchObject({ state: "resolved", severity, severitySettled: { at, by: "marie", how: "first-call" } });
    expect(decision.timeline.map(({ event, by }) => `${event} ${by}`)).toEqual(["solved marie", "severity-settled marie"]);
    expect(decision.timeline[0]?.why).toBe("the mute key");
    expect(said(decision.notices)).toEqual(["restored desk"]);
    const later = wakeIncident(decision.incident, office, start + 30 * DAY)?.incident;
    if (severity === "minor") expect(later).toMatchObject({ state: "closed", disposition: "fixed" });
    else expect(later, "a major waits for its report").toBeUndefined();
  });

  it("back within the window, it was not: provisional again, and no more serious", () => {
    const solved = solveIncident(told(), call).incident;
    const back = reopenIncident(solved, { key: "k" } as never, at + 5 * MINUTE, "3 bad looks").incident;
    expect(back).toMatchObject({ state: "open", severity: "minor", firstCallSince: at + 5 * MINUTE });
    expect(back.severitySettled).toBeUndefined();
  });

  it("is refused once level 1's time is over, and once it is over", () => {
    expect(notInFirstCall(told())).toBeUndefined();
    expect(notInFirstCall(told({ level: 2 }))).toBe("it has gone to level 2");
    expect(notInFirstCall(told({ severitySettled: { at, by: "system", how: "time" } }))).toBe("the time of level 1 is over");
    expect(notInFirstCall(solveIncident(told(), call).incident)).toBe("it is resolved");
  });
});

describe("a person with a reason", () => {
  const person = (at: Instant, verdict: SeverityVerdict) => ({ by: "marie", at, reason: "a spare room serves", terms: office, verdict });

  it("lowers: nobody hears, the clocks are the new track's from now on, and what was decided against raises it no more", () => {
    const major = again(told(), start + MINUTE, { verdict: near })?.incident ?? told();
    const at = start + 20 * MINUTE;
    const lower = decideSeverity(major, "minor", person(at, near));
    expect(lower).toMatchObject({ notices: [], incident: { severity: "minor", severityWhy: "a spare room serves", toldAs: "major" } });
    expect(lower.incident).toMatchObject({ overruled: ["severity/session:s"], wakeFor: "repeat", wakeAt: at + 30 * MINUTE });
    const calmer = decideUrgency(lower.incident, "service-hours", person(at, near));
    expect(calmer.incident).toMatchObject({ urgency: "service-hours", overruled: ["severity/session:s", "urgency/session:s"] });
  });

  it("raises: un-acknowledged, and told", () => {
    const seen = acknowledgeIncident(told(), "jean", start + 2 * MINUTE, office, undefined).incident;
    const raised = decideUrgency(seen, "now", person(start + HOUR, calm));
    expect(said(raised.notices)).toEqual(["raised desk"]);
    expect(raised.incident.acknowledgedAt).toBeUndefined();
  });

  it("lowers a restored one: a minor that nobody took closes by itself", () => {
    const restored = restoreIncident(told({ severity: "major" }), start + HOUR, office, "2 good looks")?.incident ?? told();
    expect(decideSeverity(restored, "minor", person(start + 2 * HOUR, calm)).incident).toMatchObject({
      state: "restored",
      wakeFor: "auto-close",
    });
  });
});

describe("with a session ahead a level's time", () => {
  const minutes = (ms: number) => Math.round(ms / MINUTE);
  it.each([
    ["is the policy's when none is known", undefined, 30],
    ["is the policy's when half of what is left is more", 90, 30],
    ["is half of what is left when that is less", 40, 20],
    ["is 2 min at least", 3, 2],
    ["is the policy's when the session runs already", -5, 30],
  ])("%s", (_, within, wanted) => {
    const incident = opened({ severity: "major", urgency: "now", levelSince: start });
    const terms: Terms = { ...always, ...(within === undefined ? {} : { sessionAt: start + within * MINUTE }) };
    expect(minutes(levelDeadline(incident, terms, { ms: 30 * MINUTE, in: "wall" }) - start)).toBe(wanted);
  });

  it("is never more than the policy's, whatever is left", () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 10 * DAY }), fc.integer({ min: MINUTE, max: DAY }), fc.boolean(), (left, ms, urgent) => {
        const incident = opened({ urgency: urgent ? "now" : "service-hours", levelSince: start });
        const clock = { ms, in: "service" as const };
        const without = levelDeadline(incident, office, clock);
        const due = levelDeadline(incident, { ...office, sessionAt: start + left }, clock);
        expect(due).toBeLessThanOrEqual(without);
        expect(due - start).toBeGreaterThanOrEqual(Math.min(2 * MINUTE, without - start));
      }),
    );
  });

  it.each([
    // 01:00 EST to 09:00 EDT are 7 h: the night skips an hour.
    ["2026-03-08T01:00", "2026-03-08T09:00", 3.5 * 60],
    // 01:30 EDT to 09:30 EST are 9 h: the night has an hour twice.
    ["2026-11-01T00:30", "2026-11-01T08:30", 4.5 * 60],
  ])("counts the true time of the night of %s", (from, to, wanted) => {
    const at = local(from);
    const incident = opened({ severity: "major", urgency: "now", levelSince: at });
    const due = levelDeadline(incident, { ...office, sessionAt: local(to) }, { ms: DAY, in: "wall" });
    expect(minutes(due - at)).toBe(wanted);
  });

  it("counts service hours only, for what is not urgent", () => {
    // Friday 16:30 to Monday 08:30 is 2 h of service.
    const at = local("2026-11-20T16:30");
    const incident = opened({ urgency: "before-session", levelSince: at });
    const due = levelDeadline(incident, { ...office, sessionAt: local("2026-11-23T08:30") }, { ms: 4 * HOUR, in: "service" });
    expect(due).toBe(local("2026-11-20T17:30"));
  });
});

type Happening = { readonly do: "judge" | "acknowledge" | "take" | "wait"; readonly afterMs: number; readonly verdict: SeverityVerdict };
const happening: fc.Arbitrary<Happening> = fc.record({
  do: fc.constantFrom("judge", "judge", "acknowledge", "take", "wait"),
  afterMs: fc.integer({ min: 1, max: 3 * HOUR }),
  verdict: fc.record({
    ...{ severity: fc.constantFrom("minor", "major"), severityWhy: fc.constant("because"), urgencyWhy: fc.constant("because") },
    ...{ urgency: fc.constantFrom("now", "before-session", "service-hours"), general: fc.boolean(), raisedBy: fc.constant([]) },
  }) as fc.Arbitrary<SeverityVerdict>,
});

describe("whatever happens", () => {
  it("it never lowers by itself, a rise un-acknowledges and is told or has a timer, and no reason is empty", () => {
    fc.assert(
      fc.property(fc.array(happening, { maxLength: 15 }), fc.constantFrom(always, office), (story, hours) => {
        let incident = opened();
        let at = start;
        const keys = new Set<string>();
        const take = (next: Incident | undefined, notices: readonly Notice[] = []) => {
          if (next === undefined) return;
          expect(isHigherSeverity(incident.severity, next.severity)).toBe(false);
          expect(isHigherUrgency(incident.urgency, next.urgency)).toBe(false);
          const rose = isHigherSeverity(next.severity, incident.severity) || isHigherUrgency(next.urgency, incident.urgency);
          if (rose) expect(next.acknowledgedAt).toBeUndefined();
          expect(next.severityWhy.length * next.urgencyWhy.length).toBeGreaterThan(0);
          expect(next.version).toBe(incident.version + 1);
          expect(next.wakeAt).toBeDefined();
          for (const { kind, level, occurrence } of notices) {
            const key = `${kind}/${level}/${occurrence}`;
            expect(keys.has(key), key).toBe(false);
            keys.add(key);
          }
          incident = next;
        };
        for (const step of story) {
          at += step.afterMs;
          while (incident.wakeAt !== undefined && incident.wakeAt <= at) {
            const decision = wakeIncident(incident, hours, incident.wakeAt);
            take(decision?.incident, decision?.notices);
          }
          if (step.do === "judge") {
            const decision = rejudge(incident, { verdict: step.verdict, terms: hours, at });
            take(decision?.incident, decision?.notices);
          }
          if (step.do === "acknowledge" && incident.acknowledgedAt === undefined)
            take(acknowledgeIncident(incident, "m", at, hours, undefined).incident);
          if (step.do === "take" && incident.holder === undefined) take(takeIncident(incident, "m", at, hours, undefined).incident);
        }
      }),
    );
  });
});

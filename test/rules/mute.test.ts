/** An incident under maintenance: its clocks stand still, and go on as if that time had not been. */
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import "../seed.ts";
import { DEFAULT_POLICY } from "../../daemon/config/defaults.ts";
import type { Incident } from "../../daemon/model/incident.ts";
import { DAY, HOUR, MINUTE, SECOND } from "../../daemon/model/time.ts";
import { elapsed, type Hours } from "../../rules/clock.ts";
import { wakeIncident } from "../../rules/escalation.ts";
import { acknowledgeIncident, openIncident, resolveIncident, takeIncident } from "../../rules/incident.ts";
import { keptMuted, muteIncident, muteOn, unmuteIncident } from "../../rules/mute.ts";
import { moveTimer } from "../../rules/timer.ts";

const zone = "America/Toronto";
const always: Hours = { calendar: { id: "always", always: true, weekly: {}, holidays: [] }, zone };
const weekly = Object.fromEntries([1, 2, 3, 4, 5].map((day) => [day, [{ fromMinute: 480, toMinute: 1_020 }]]));
const office: Hours = { calendar: { id: "office", always: false, weekly, holidays: [] }, zone };
// A Wednesday, 09:00 in Montréal.
const start = Date.parse("2026-11-18T14:00:00Z");
const mute = { by: "maintenance:m-1", reason: "new firmware", until: start + 10 * HOUR };

function opened(over: Partial<Incident> = {}): Incident {
  const facts = {
    rootCause: "down:codec-7",
    site: "mgh",
    device: "codec-7",
    symptom: "unreachable",
    rule: "unreachable",
    fingerprint: "f",
  };
  const severity = { severity: "major", severityWhy: "w", urgency: "now", urgencyWhy: "w", general: false } as const;
  const { incident } = openIncident({ ...facts, ...severity, number: "N", firstBadAt: start, at: start, policy: DEFAULT_POLICY, why: "w" });
  return { ...incident, ...over };
}

/** Who is told, how long after the start, until then. */
function ladder(incident: Incident, hours: Hours, until: number): { last: Incident; told: { at: number; what: string }[] } {
  let last = incident;
  const told: { at: number; what: string }[] = [];
  while (last.wakeAt !== undefined && last.wakeAt <= until && last.wakeFor !== "unmute") {
    const at = last.wakeAt;
    const decision = wakeIncident(last, hours, at);
    if (decision === undefined) break;
    last = decision.incident;
    for (const { kind, level, occurrence } of decision.notices) told.push({ at, what: `${kind} ${level}/${occurrence}` });
  }
  return { last, told };
}

/** The same with a mute between two times. */
function mutedLadder(incident: Incident, hours: Hours, span: { from: number; to: number }, until: number) {
  const before = ladder(incident, hours, span.from);
  const muted = muteIncident(before.last, { ...mute, until: span.to }, span.from, hours)?.incident;
  if (muted === undefined) throw new Error("nothing to mute");
  expect(ladder(muted, hours, until).told).toEqual([]);
  const after = ladder(unmuteIncident(muted, span.to, hours, "over").incident, hours, until);
  return [...before.told, ...after.told];
}

const urgencies = fc.constantFrom("now" as const, "service-hours" as const);
const severities = fc.constantFrom("major" as const, "minor" as const);

/** Often in the first half hour, where the ladder is short of its first rung. */
const spans = fc.tuple(
  fc.oneof(fc.integer({ min: 0, max: 35 * MINUTE }), fc.integer({ min: 0, max: 3 * DAY })),
  fc.integer({ min: 1, max: 2 * DAY }),
);

describe("a mute", () => {
  it("moves every later step of the ladder by its length, where service is owed always", () => {
    fc.assert(
      fc.property(spans, severities, urgencies, ([begin, length], severity, urgency) => {
        const incident = opened({ severity, urgency });
        const span = { from: start + begin, to: start + begin + length };
        const plain = ladder(incident, always, start + 5 * DAY).told;
        const shifted = plain.map(({ at, what }) => ({ at: at > span.from ? at + length : at, what }));
        const told = mutedLadder(incident, always, span, start + 5 * DAY + length);
        expect(told.filter(({ at }) => at <= start + 5 * DAY)).toEqual(shifted.filter(({ at }) => at <= start + 5 * DAY));
      }),
      { numRuns: 60 },
    );
  });

  it("takes none of anybody's service time: as much of it lies before each step as without", () => {
    const served = (at: number, span?: { from: number; to: number }) => {
      const all = elapsed(office, "service", start, at);
      return span === undefined || at <= span.from ? all : all - elapsed(office, "service", span.from, Math.min(at, span.to));
    };
    fc.assert(
      fc.property(spans, ([begin, length]) => {
        const incident = opened({ severity: "minor", urgency: "service-hours" });
        const span = { from: start + begin, to: start + begin + length };
        const plain = ladder(incident, office, start + 3 * DAY).told.slice(0, 3);
        const told = mutedLadder(incident, office, span, start + 12 * DAY).slice(0, 3);
        expect(told.map(({ what }) => what)).toEqual(plain.map(({ what }) => what));
        // The group wait is of the wall clock: outside service hours it costs no service time.
        for (const [index, { at }] of told.entries()) {
          const difference = Math.abs(served(at, span) - served(plain[index]?.at ?? 0));
          expect(difference).toBeLessThanOrEqual(30 * SECOND);
        }
      }),
      { numRuns: 60 },
    );
  });

  it("keeps level, holder and state, and says on the timeline what by and until when", () => {
    const held = takeIncident(opened(), "ann", start + MINUTE, always, undefined).incident;
    const decision = muteIncident(held, mute, start + 2 * MINUTE, always);
    expect(decision?.incident).toMatchObject({ state: "taken", holder: "ann", level: 1, wakeFor: "unmute", wakeAt: mute.until });
    expect(decision?.timeline).toMatchObject([
      { event: "muted", why: "kept quiet by maintenance:m-1: new firmware", data: { by: "maintenance:m-1", until: mute.until } },
    ]);
    expect(decision?.notices).toEqual([]);
  });

  it("ends by its own timer, should nobody look", () => {
    const muted = muteIncident(opened(), mute, start + SECOND, always)?.incident;
    const woken = muted === undefined ? undefined : wakeIncident(muted, always, mute.until);
    expect(woken?.timeline.map(({ event }) => event)).toEqual(["unmuted"]);
    expect(woken?.incident.wakeAt).toBe(mute.until + 4 * SECOND);
    expect(woken?.incident.muted).toBeUndefined();
  });

  it("goes on under another that overlaps it, and says so once", () => {
    const muted = muteIncident(opened(), mute, start, always)?.incident ?? opened();
    expect(muteOn(muted, mute, start + HOUR)).toBeUndefined();
    const other = muteOn(muted, { by: "silence:s-2", reason: "noise", until: start + 12 * HOUR }, start + 10 * HOUR);
    expect(other?.incident.muted).toMatchObject({ by: "silence:s-2", since: start });
    expect(other?.incident.wakeAt).toBe(start + 12 * HOUR);
  });

  it("keeps the timer of an act for afterwards, and goes with what ends the incident", () => {
    const muted = muteIncident(opened(), mute, start, always)?.incident ?? opened();
    const seen = keptMuted(acknowledgeIncident(muted, "ann", start + HOUR, always, undefined).incident, always, start + HOUR);
    expect(seen).toMatchObject({ acknowledgedBy: "ann", wakeFor: "unmute", wakeAt: mute.until });
    const after = unmuteIncident(seen, mute.until, always, "over").incident;
    expect(after).toMatchObject({ wakeFor: "acknowledgement-expires", wakeAt: mute.until + 30 * MINUTE });
    const done = keptMuted(resolveIncident(muted, "ann", start + HOUR, "mended").incident, always, start + HOUR);
    expect(done.muted).toBeUndefined();
    expect(done.wakeAt).toBeUndefined();
  });

  it.each([3 * HOUR, -3 * HOUR])("leaves as much afterwards as before, whatever the wall clock does meanwhile (%d ms)", (jump) => {
    const told = ladder(opened(), always, start + MINUTE).last;
    const muted = muteIncident(told, mute, start + MINUTE, always)?.incident ?? told;
    const moved = moveTimer(muted, jump, start + HOUR + jump)?.incident ?? muted;
    expect(moved.wakeAt).toBe(mute.until);
    const after = unmuteIncident(moved, start + 2 * HOUR + jump, always, "over").incident;
    // The desk had 4 min 5 s of its 5 min left, and its level 29 min 5 s.
    expect((after.wakeAt ?? 0) - (start + 2 * HOUR + jump)).toBe(4 * MINUTE + 5 * SECOND);
    const repeated = wakeIncident(after, always, after.wakeAt ?? 0)?.incident;
    expect((repeated?.wakeAt ?? 0) - (start + 2 * HOUR + jump)).toBe(29 * MINUTE + 5 * SECOND);
  });
});

it("an acknowledgement in the afternoon of what is not urgent runs in service time, muted or not", () => {
  const minutes = (count: number) => ({ ms: count * MINUTE, in: "wall" as const });
  const policy = {
    ...DEFAULT_POLICY,
    tracks: { ...DEFAULT_POLICY.tracks, major: { ...DEFAULT_POLICY.tracks.major, acknowledgementExpires: minutes(30) } },
  };
  // 16:50 in Montréal; service ends at 17:00 and begins at 08:00.
  const at = Date.parse("2026-11-18T21:50:00Z");
  const next = (count: number) => Date.parse("2026-11-19T13:00:00Z") + count * MINUTE;
  const { incident } = acknowledgeIncident(opened({ urgency: "service-hours", policy }), "marie", at, office, undefined);
  expect(incident.wakeAt).toBe(next(20));
  const muted = muteIncident(incident, mute, at + 5 * MINUTE, office)!.incident;
  expect(unmuteIncident(muted, at + 10 * MINUTE, office, "over").incident.wakeAt, "exactly what was left").toBe(next(25));
});

it("what stood still before the level began is kept for as long as the time without service is measured over it", () => {
  const twice = opened({ levelSince: start + 3 * HOUR });
  const muted = muteIncident({ ...twice, openedAt: start }, mute, start + HOUR, office)!.incident;
  expect(unmuteIncident(muted, start + 2 * HOUR, office, "over").incident.still).toEqual([{ from: start + HOUR, to: start + 2 * HOUR }]);
});

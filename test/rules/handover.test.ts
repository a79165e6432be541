/** Handing over, raising by outcome, follow-ups: what each changes, and that nothing is ever without a clock. */
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { DEFAULT_POLICY } from "../../daemon/config/defaults.ts";
import type { Incident } from "../../daemon/model/incident.ts";
import { DAY, HOUR, MINUTE } from "../../daemon/model/time.ts";
import { wakeIncident } from "../../rules/escalation.ts";
import { addWork, notFollowable, setFollowUp } from "../../rules/followup.ts";
import { acceptIncident, declineIncident, notOffered, notTheirs, offerIncident, raiseByOutcome } from "../../rules/handover.ts";
import { acknowledgeIncident, releaseIncident, restoreIncident, takeIncident } from "../../rules/incident.ts";
import { incident as made } from "../api/fixture.ts";

// A Wednesday at 09:00 in Montréal.
const start = Date.UTC(2026, 10, 18, 14);
const hours = { calendar: { id: "always", always: true, weekly: {}, holidays: [] }, zone: "America/Toronto" };
const marie = { name: "marie", function: "desk" };
const paul = { name: "paul", function: "analyst" };
const anne = { name: "anne", function: "chief-technician" };

function incident(more: Partial<Incident> = {}): Incident {
  const facts = { policy: DEFAULT_POLICY, severity: "major", urgency: "now", openedAt: start, levelSince: start } as const;
  return made("1", { ...facts, wakeAt: start + 5 * MINUTE, wakeFor: "repeat", ...more });
}
const taken = () => takeIncident(incident(), "marie", start, hours, undefined).incident;
const offering = (person: typeof marie, at = start, note = "a circuit") => ({ person, at, note, terms: hours });

describe("a hand-over", () => {
  it("changes nothing until it is accepted: the giver holds it, and the giver's clock runs", () => {
    const before = taken();
    const { incident: offered, notices } = offerIncident(before, { functions: ["analyst"] }, offering(marie, start + MINUTE));
    expect(offered).toMatchObject({ holder: "marie", wakeAt: before.wakeAt, wakeFor: "follow-up", state: "taken" });
    expect(notices).toMatchObject([{ kind: "hand-over", tell: ["analyst"] }]);
    expect(notOffered(offered, marie)).toContain("offered to analyst");
    const { incident: theirs, timeline } = acceptIncident(offered, offering(paul, start + 2 * MINUTE));
    expect(theirs).toMatchObject({ holder: "paul", wakeAt: start + 2 * MINUTE + HOUR });
    expect(theirs.handOver).toBeUndefined();
    expect(timeline).toMatchObject([{ event: "handed-over", data: { giver: "marie", holder: "paul" } }]);
  });

  it("that nobody accepts ends with the giver's clock, and both hear", () => {
    const { incident: offered } = offerIncident(taken(), { functions: ["analyst"], person: "paul" }, offering(marie));
    const woken = wakeIncident(offered, hours, start + HOUR);
    expect(woken?.incident).toMatchObject({ holder: "marie", followUpsMissed: 1 });
    expect(woken?.incident.handOver).toBeUndefined();
    expect(woken?.timeline.map(({ event }) => event)).toEqual(["follow-up-due", "hand-over-expired"]);
    expect(woken?.notices).toMatchObject([{ kind: "follow-up", tell: ["desk", "analyst"], contacts: ["paul"] }]);
  });

  it("is given by its holder, or by who allocates incidents of its severity, and by nobody else", () => {
    expect(notTheirs(incident(), marie)).toContain("allocated by: chief-technician, it-technician; take it first");
    expect(notTheirs(incident(), anne)).toBeUndefined();
    expect(notTheirs(taken(), marie)).toBeUndefined();
    expect(notTheirs(taken(), paul)).toContain("marie holds");
    expect(notTheirs(incident({ severity: "minor" }), { name: "x", function: "event-coordinators" })).toBeUndefined();
  });
});

describe("a level that could not solve it", () => {
  it("raises it: the next one hears at once, the raiser holds it, and the ladder of the new level runs until somebody accepts", () => {
    const { incident: up, notices, timeline } = raiseByOutcome(incident({ severity: "minor" }), offering(marie, start + MINUTE));
    expect(up).toMatchObject({ level: 2, holder: "marie", severity: "major", severitySettled: { how: "outcome" }, wakeFor: "repeat" });
    expect(up.wakeAt).toBe(start + 6 * MINUTE);
    expect(notices).toMatchObject([{ kind: "escalation", level: 2, tell: ["analyst"] }]);
    expect(timeline.map(({ event }) => event)).toEqual(["severity", "escalated"]);
    const late = wakeIncident(up, hours, start + 2 * HOUR + 3 * MINUTE);
    expect(late?.incident).toMatchObject({ level: 3, holder: "marie", handOver: { to: { functions: ["analyst", "chief-technician"] } } });
    const { incident: theirs } = acceptIncident(up, offering(paul, start + 3 * MINUTE));
    expect(theirs).toMatchObject({ level: 2, holder: "paul", wakeFor: "follow-up" });
  });

  it("has it back when the next one declines, and hears why", () => {
    const { incident: up } = raiseByOutcome(incident(), offering(marie));
    const { incident: back, notices } = declineIncident(up, offering(paul, start + MINUTE, "not ours: the room's switch"));
    expect(back).toMatchObject({ level: 1, holder: "marie", wakeFor: "follow-up", wakeAt: start + MINUTE + HOUR });
    expect(notices).toMatchObject([{ kind: "hand-over-declined", tell: ["desk"] }]);
  });
});

describe("follow-ups", () => {
  it("that are missed are reminded, then raised a level; an act starts over", () => {
    const first = wakeIncident(taken(), hours, start + HOUR)?.incident ?? taken();
    expect(first).toMatchObject({ level: 1, followUpsMissed: 1, followUpDueAt: start + HOUR });
    const second = wakeIncident(first, hours, start + 2 * HOUR);
    expect(second?.incident).toMatchObject({ level: 2, followUpsMissed: 2, followUpDueAt: start + HOUR });
    expect(second?.notices).toMatchObject([{ kind: "follow-up", tell: ["desk", "analyst"] }]);
    const worked = { by: "marie", at: start + 2.5 * HOUR, hours, takes: false, note: "called the site" };
    const { incident: noted } = addWork(second?.incident ?? first, "note", worked);
    expect(noted).toMatchObject({ level: 2, wakeAt: start + 3.5 * HOUR });
    expect([noted.followUpsMissed, noted.followUpDueAt]).toEqual([undefined, undefined]);
  });

  it("wait for a part that ships for three weeks, and a note meanwhile does not bring them nearer", () => {
    const at = start + 21 * DAY;
    const { incident: waits } = setFollowUp(incident(), at, { by: "marie", at: start, hours, takes: true, note: "the part ships" });
    expect(waits).toMatchObject({ state: "taken", holder: "marie", wakeAt: at, wakeFor: "follow-up" });
    const { incident: noted } = addWork(waits, "note", { by: "paul", at: start + DAY, hours, takes: false, note: "shipped" });
    expect(noted).toMatchObject({ wakeAt: at, holder: "marie" });
  });

  it("a note alone stops no ladder; of what is acknowledged it makes the writer the holder", () => {
    const note = { by: "marie", at: start + MINUTE, hours, takes: false, note: "called, no answer" };
    expect(addWork(incident(), "note", note).incident).toMatchObject({ state: "open", wakeFor: "repeat", wakeAt: start + 5 * MINUTE });
    const seen = acknowledgeIncident(incident(), "paul", start, hours, undefined).incident;
    expect(addWork(seen, "note", note).incident).toMatchObject({
      state: "taken",
      holder: "marie",
      acknowledgedBy: "paul",
      wakeFor: "follow-up",
    });
  });

  it("are slower while a partner has it", () => {
    const openTasks = [{ id: "1-T1", partner: "sogique", waiting: true }];
    const { incident: held } = takeIncident(incident({ openTasks }), "marie", start, hours, undefined);
    expect(held.wakeAt).toBe(start + DAY);
  });
});

it("whatever people do, in any order: an open incident has a timer, and a holder or a running ladder", () => {
  const acts = fc.array(
    fc.tuple(
      fc.constantFrom("take", "offer", "raise", "accept", "decline", "note", "set", "ack", "release", "restore", "wait"),
      fc.nat(4 * HOUR),
    ),
    { maxLength: 25 },
  );
  fc.assert(
    fc.property(acts, (steps) => {
      let now = start;
      let current = incident();
      for (const [act, ms] of steps) {
        now += ms;
        current = wakeIncident(current, hours, now)?.incident ?? current;
        current = done(current, act, now);
        expect(current.wakeAt, act).toBeDefined();
        if (current.state === "open") expect(current.holder).toBeUndefined();
        if (current.state === "taken") expect(current.holder).toBeDefined();
        if (current.handOver?.fromLevel !== undefined && current.acknowledgedAt === undefined)
          expect(["repeat", "escalate", "notice"]).toContain(current.wakeFor);
      }
    }),
    { numRuns: 300 },
  );
});

function done(current: Incident, act: string, at: number): Incident {
  const worked = { by: "marie", at, hours, takes: act === "set", note: "n" };
  switch (act) {
    case "take":
      return takeIncident(current, "paul", at, hours, undefined).incident;
    case "offer":
      return offerIncident(current, { functions: ["analyst"] }, offering(marie, at)).incident;
    case "raise":
      return current.level < 3 ? raiseByOutcome(current, offering(marie, at)).incident : current;
    case "accept":
      return current.handOver === undefined ? current : acceptIncident(current, offering(paul, at)).incident;
    case "decline":
      return current.handOver === undefined ? current : declineIncident(current, offering(paul, at)).incident;
    case "note":
      return addWork(current, "note", worked).incident;
    case "set":
      return notFollowable(current) !== undefined ? current : setFollowUp(current, at + HOUR, worked).incident;
    case "ack":
      return acknowledgeIncident(current, "anne", at, hours, undefined).incident;
    case "release":
      return current.holder === undefined ? current : releaseIncident(current, "paul", at, undefined).incident;
    case "restore":
      return restoreIncident(current, at, hours, "back")?.incident ?? current;
    default:
      return current;
  }
}

/** The life of an incident, act by act: what each changes, and what stays true in whatever order people and equipment act. */
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { Incident } from "../../daemon/model/incident.ts";
import { DAY, HOUR, type Instant, MINUTE } from "../../daemon/model/time.ts";
import { wakeIncident } from "../../rules/escalation.ts";
import { mergeIncidents } from "../../rules/gathering.ts";
import {
  acknowledgeIncident,
  closeIncident,
  type Decision,
  foldIncident,
  releaseIncident,
  reopenIncident,
  resolveIncident,
  restoreIncident,
  setAside,
  takeIncident,
} from "../../rules/incident.ts";
import { calendars, office, opened, severities, start, starts, told, urgencies } from "./incident-made.ts";
import { bad, Memory, rule } from "./made.ts";

/** Alarms are no matter here, but reopening names one. */
const memory = new Memory([rule()]);
memory.see(bad(1));
const alarm = memory.one()!;

describe("restored and in nobody's hands", () => {
  it.each([
    ["a minor that hit no session closes by itself", { severity: "minor" }, "auto-close"],
    ["a minor that hit a session waits for a person", { severity: "minor", sessionHit: "s1" }, "follow-up"],
    ["a minor that somebody holds waits for them", { severity: "minor", holder: "marie" }, "follow-up"],
    ["a major waits for its report", { severity: "major" }, "follow-up"],
  ] as const)("%s", (_, over, wakeFor) => {
    const { incident } = restoreIncident({ ...told(), ...over }, start + HOUR, office, "2 good looks")!;
    expect(incident).toMatchObject({ state: "restored", wakeFor });
    const next = wakeIncident(incident, office, incident.wakeAt!)!.incident;
    expect(next.state).toBe(wakeFor === "auto-close" ? "closed" : "restored");
    expect(next.wakeFor).toBe(wakeFor === "auto-close" ? undefined : "follow-up");
  });

  it("a timer that was set before it was known that a session was hit closes nothing either", () => {
    const { incident } = restoreIncident(told(), start + HOUR, office, "2 good looks")!;
    const hit: Incident = { ...incident, sessionHit: "s1" };
    const later = wakeIncident(hit, office, hit.wakeAt!)!;
    expect(later.incident).toMatchObject({ state: "restored", wakeFor: "follow-up" });
    expect(later.incident.wakeAt).toBeGreaterThan(hit.wakeAt!);
  });

  it("of two restored ones that a person merges, the session that either has hit was hit", () => {
    const restored = (over: Partial<Incident>) => restoreIncident({ ...told(), ...over }, start + HOUR, office, "2 good looks")!.incident;
    const [into, from] = [restored({ id: "a", number: "a" }), restored({ id: "b", number: "b", sessionHit: "s1" })];
    const merged = mergeIncidents({ from, into, told: { from: true, into: true }, by: "marie", at: start + 2 * HOUR, note: "one" });
    expect(merged.into.sessionHit).toBe("s1");
  });
});

const acts = ["acknowledge", "take", "release", "restore", "reopen", "resolve", "close", "wake"] as const;
type Act = (typeof acts)[number];

/** What the daemon lets happen in this state; undefined: it is not done. */
function does(act: Act, incident: Incident, at: Instant, hours: typeof office): Decision | undefined {
  const over = incident.state === "resolved" || incident.state === "closed";
  switch (act) {
    case "acknowledge":
      return over ? undefined : acknowledgeIncident(incident, "marie", at, hours, undefined);
    case "take":
      return over ? undefined : takeIncident(incident, "marie", at, hours, undefined);
    case "release":
      return incident.holder === undefined || over ? undefined : releaseIncident(incident, "marie", at, undefined);
    case "restore":
      return restoreIncident(incident, at, hours, "2 good looks");
    case "reopen":
      return incident.restoredAt === undefined || incident.state === "open" || incident.state === "taken"
        ? undefined
        : reopenIncident(incident, alarm, at, "again");
    case "resolve":
      return over ? undefined : resolveIncident(incident, "marie", at, "a new cable");
    case "close":
      return incident.state === "closed" ? undefined : closeIncident(incident, "marie", at, "fixed", "done");
    case "wake":
      return incident.wakeAt === undefined ? undefined : wakeIncident(incident, hours, Math.max(at, incident.wakeAt));
  }
}

const stories = fc.array(fc.record({ act: fc.constantFrom(...acts), ms: fc.integer({ min: 1, max: 3 * DAY }) }), { maxLength: 15 });

it("in whatever order people, equipment and time act: versions rise by one, there is no quiet end, and no recovery without a problem", () => {
  fc.assert(
    fc.property(stories, severities, urgencies, calendars, starts, fc.boolean(), (story, severity, urgency, hours, from, hit) => {
      let incident = opened({ severity, urgency, ...(hit ? { sessionHit: "s1" } : {}) }, from);
      let at = from;
      let open = false;
      for (const { act, ms } of story) {
        at += ms;
        const decision = does(act, incident, at, hours);
        if (decision === undefined) continue;
        const { incident: next, timeline, notices } = decision;
        expect(next.version).toBe(incident.version + 1);
        expect(timeline.length, `${act} is on the timeline`).toBeGreaterThan(act === "wake" ? -1 : 0);
        for (const entry of timeline) expect(entry).toMatchObject({ incident: next.id, why: expect.stringMatching(/./) });
        for (const { kind, tell } of notices) {
          expect(tell.length, `${kind} is for somebody`).toBeGreaterThan(0);
          if (kind === "restored") expect(open, "a recovery follows a problem").toBe(true);
          open = kind !== "restored";
        }
        if (next.state === "open" || next.state === "taken" || next.state === "restored")
          expect(next.wakeAt, `${act}: ${next.state} has a timer`).toBeGreaterThan(Number.NEGATIVE_INFINITY);
        if (next.state === "closed") expect(next).toMatchObject({ closedAt: expect.any(Number), disposition: expect.any(String) });
        expect(next.id + next.number + next.rootCause).toBe(incident.id + incident.number + incident.rootCause);
        if (next.state === "closed" && act === "wake")
          expect([next.severity, next.holder, next.sessionHit]).toEqual(["minor", undefined, undefined]);
        incident = next;
      }
    }),
  );
});

describe("reopened", () => {
  it("is one occurrence more of the same; in nobody's hands it begins at level 1 again, held it stays with its holder", () => {
    const closed = closeIncident({ ...told(), level: 3 }, "marie", start + HOUR, "healed", "gone").incident;
    const again = reopenIncident(closed, alarm, start + HOUR + MINUTE, "again").incident;
    expect(again).toMatchObject({ state: "open", level: 1, occurrences: 2, noticeSent: false, wakeFor: "notice" });
    for (const gone of ["restoredAt", "closedAt", "resolvedAt", "disposition", "acknowledgedAt"]) expect(again).not.toHaveProperty(gone);
    const held = restoreIncident({ ...told(), level: 2, holder: "marie", state: "taken" }, start + HOUR, office, "good")!.incident;
    expect(reopenIncident(held, alarm, start + 2 * HOUR, "again").incident).toMatchObject({ state: "taken", level: 2, holder: "marie" });
  });
});

describe("part of another", () => {
  const into = { ...told(), id: "b", number: "b", rootCause: "down:router-1" };

  it("folded: it keeps its number, has no timer, and both timelines say so", () => {
    const { incident, timeline, notices, dropPending } = foldIncident(opened(), into, start, "the router");
    expect(incident).toMatchObject({ state: "closed", foldedInto: "b", disposition: "duplicate", number: "VIG-2026-000001-00" });
    expect([incident.wakeAt, incident.wakeFor]).toEqual([undefined, undefined]);
    expect(timeline.map((entry) => [entry.incident, entry.event])).toEqual([
      [incident.id, "folded"],
      ["b", "child-folded"],
    ]);
    expect([notices, dropPending]).toEqual([[], "folded"]);
  });

  it("set aside: as restored as it was before this episode, which does not count", () => {
    const again = reopenIncident(restoreIncident(told(), start, office, "good")!.incident, alarm, start + MINUTE, "again").incident;
    const aside = setAside(again, into, start + 2 * MINUTE, office, "the router");
    expect(aside.incident).toMatchObject({ state: "restored", occurrences: 1, restoredAt: start + 2 * MINUTE });
    expect(aside.notices).toEqual([]);
  });
});

/** Two incidents that a person makes one: what is left knows what either of them knew. */
import { describe, expect, it } from "vitest";
import { DEFAULT_POLICY } from "../../daemon/config/defaults.ts";
import type { Incident } from "../../daemon/model/incident.ts";
import { MINUTE } from "../../daemon/model/time.ts";
import { mergeIncidents, notMergeable } from "../../rules/gathering.ts";
import { openIncident } from "../../rules/incident.ts";

const at = Date.parse("2026-11-18T14:00:00Z");

function opened(number: string, over: Partial<Incident> = {}): Incident {
  const facts = {
    rootCause: `down:${number}`,
    site: "mgh",
    device: number,
    symptom: "unreachable",
    rule: "unreachable",
    fingerprint: number,
  };
  const severity = { severity: "minor", severityWhy: "w", urgency: "service-hours", urgencyWhy: "w", general: false } as const;
  const { incident } = openIncident({ ...facts, ...severity, number, firstBadAt: at, at, policy: DEFAULT_POLICY, why: "w" });
  return { ...incident, ...over };
}

const merged = (from: Incident, into: Incident, told = { from: false, into: true }) =>
  mergeIncidents({ from, into, told, by: "marie", at: at + MINUTE, note: "the same power feed" });

describe("a merge", () => {
  it("keeps the session that either has hit: solved afterwards, it is not minor for want of it", () => {
    expect(merged(opened("a", { sessionHit: "s1" }), opened("b")).into.sessionHit).toBe("s1");
    expect(merged(opened("a"), opened("b", { sessionHit: "s2" })).into.sessionHit).toBe("s2");
    expect(merged(opened("a"), opened("b")).into).not.toHaveProperty("sessionHit");
  });

  it("takes the ladder of the one that leads whole: level, what was settled, and when its clocks stood still", () => {
    const still = [{ from: at - 10 * MINUTE, to: at - 5 * MINUTE }];
    const settled = { at: at - MINUTE, by: "system", how: "time" } as const;
    const lead = opened("a", {
      severity: "major",
      level: 2,
      noticeSent: true,
      severitySettled: settled,
      still,
      levelSince: at - 20 * MINUTE,
    });
    const { into } = merged(lead, opened("b", { still: [{ from: 1, to: 2 }], severitySettled: { ...settled, by: "paul" } }));
    expect(into).toMatchObject({ number: "b", severity: "major", level: 2, severitySettled: settled, still, levelSince: at - 20 * MINUTE });
  });

  it("keeps the earlier number in the one that is gone, and says on both timelines who made them one", () => {
    const { from, timeline } = merged(opened("a"), opened("b"));
    expect(from).toMatchObject({ number: "a", state: "closed", foldedInto: "b", foldedBy: "marie", disposition: "duplicate" });
    expect(timeline.map(({ incident, event, by }) => [incident, event, by])).toEqual([
      ["a", "merged", "marie"],
      ["b", "took-in", "marie"],
    ]);
  });

  it("is refused where one of the two is kept quiet and the other is not, and where one is closed", () => {
    const muted = { by: "maintenance:m-1", reason: "r", until: at, since: at, left: { ms: 0, in: "wall", for: "notice" } } as const;
    expect(notMergeable(opened("a", { muted }), opened("b"))).toMatch(/kept quiet/);
    expect(notMergeable(opened("a"), opened("b", { state: "closed" }))).toMatch(/b is closed/);
    expect(notMergeable(opened("a"), opened("b"))).toBeUndefined();
  });
});

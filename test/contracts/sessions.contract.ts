/**
 * What every store promises about booked sessions. Part of store.contract.ts.
 */
import { describe, expect, it } from "vitest";
import type { Session } from "../../daemon/model/session.ts";
import { HOUR, MINUTE } from "../../daemon/model/time.ts";
import type { OpenedStore } from "../../daemon/store/open.ts";
import { START } from "./samples.ts";

export function session(id: string, over: Partial<Session> = {}): Session {
  const whole = { source: "clinic", rooms: ["a101", "b202"], from: START + HOUR, to: START + 2 * HOUR, kind: "clinical" } as const;
  return { id: `clinic:${id}`, ...whole, priority: "normal", state: "booked", ...over };
}

export function sessionsContract(store: () => OpenedStore): void {
  const save = (...all: Session[]) => store().transaction(undefined, (tx) => tx.saveSessions(all));
  const window = { from: START, to: START + 24 * HOUR };

  describe("sessions", () => {
    it("come back as they went in, the earliest first, those that ended left out", async () => {
      const whole = session("b", { bridge: "bridge-1", specialty: "neurology", priority: "urgent" });
      const early = session("a", { from: START - HOUR, to: START + MINUTE });
      expect(await save(whole, early)).toEqual({ added: 2, changed: 0, cancelled: 0 });
      expect(await store().session("clinic:b")).toEqual(whole);
      expect(await store().sessions({ limit: 10 })).toEqual([early, whole]);
      expect(await store().sessions({ endAfter: START + MINUTE, limit: 10 })).toEqual([whole]);
      expect(await store().sessions({ beginBefore: START, limit: 10 })).toEqual([early]);
    });

    it("keep nothing that the model does not name, whatever an object carries", async () => {
      await save({ ...session("a"), title: "Suivi Jean Tremblay", attendees: ["jean@example.org"] } as Session);
      expect(JSON.stringify(await store().session("clinic:a"))).not.toMatch(/Tremblay|jean/);
    });

    it("are cancelled, not lost, when their calendar has them no more; another calendar's and other days' stay", async () => {
      const far = session("far", { from: START + 48 * HOUR, to: START + 49 * HOUR });
      const other = session("x", { id: "other:x", source: "other" });
      await save(session("a"), session("b"), far, other);
      const merged = await store().transaction(undefined, (tx) =>
        tx.replaceSessions("clinic", window, [session("b", { to: START + 3 * HOUR })]),
      );
      expect(merged).toEqual({ added: 0, changed: 1, cancelled: 1 });
      const states = Object.fromEntries((await store().sessions({ limit: 10 })).map(({ id, state }) => [id, state]));
      expect(states).toEqual({ "clinic:a": "cancelled", "clinic:b": "booked", "clinic:far": "booked", "other:x": "booked" });
    });

    it("the same import again changes nothing, and the coordinator's word outlives it", async () => {
      await save(session("a"));
      const outcome = { code: "late", lateMinutes: 12, by: "desk", at: START + 3 * HOUR } as const;
      expect(await store().transaction(undefined, (tx) => tx.saveOutcome("clinic:a", outcome))).toBe(true);
      const again = await store().transaction(undefined, (tx) => tx.replaceSessions("clinic", window, [session("a")]));
      expect(again).toEqual({ added: 0, changed: 0, cancelled: 0 });
      expect((await store().session("clinic:a"))?.outcome).toEqual(outcome);
      expect(await store().transaction(undefined, (tx) => tx.cancelSession("clinic:none"))).toBe(false);
    });

    it("take what was known of their readiness with them when their time is over", async () => {
      await save(session("a"));
      const known = {
        session: "clinic:a",
        from: START + HOUR,
        asked: [30],
        judged: [30],
        verdict: "ready",
        at: START,
        causes: [],
        told: 0,
      } as const;
      await store().transaction(undefined, (tx) => tx.saveReadiness([known]));
      expect(await store().readiness(START)).toEqual([known]);
      const none = { samplesBefore: 0, trapsBefore: 0, inboxBefore: 0, incidentsBefore: 0 };
      expect(await store().prune({ ...none, sessionsBefore: START + 3 * HOUR, looksBefore: 0 })).toBe(1);
      expect(await store().readiness(0)).toEqual([]);
    });
  });
}

/**
 * What a jump of the wall clock does to the timers of incidents, to what waits to be sent again, and to a maintenance that has begun.
 */
import { moveTimer } from "../../rules/timer.ts";
import type { Incident } from "../model/incident.ts";
import type { Maintenance } from "../model/maintenance.ts";
import type { Instant } from "../model/time.ts";
import type { Fence, Log, Store } from "../ports.ts";

/** What a flexible maintenance measures from its beginning is elapsed time too. */
interface Begun {
  begunAt(at: Instant): readonly Maintenance[];
  refresh(): Promise<void>;
}

interface Deps {
  readonly store: Store;
  readonly log: Log;
  readonly mutes?: Begun;
}

export async function moveIncidentTimers({ store, log, mutes }: Deps, ms: number, at: Instant, fence: Fence): Promise<void> {
  const begun = mutes?.begunAt(at - ms) ?? [];
  const moved = await store.transaction(fence, async (tx) => {
    const done: Incident[] = [];
    for (const { id } of await store.openIncidents()) {
      const incident = await tx.incident(id);
      const decision = incident === undefined ? undefined : moveTimer(incident, ms, at);
      if (decision === undefined) continue;
      await tx.updateIncident(decision.incident);
      await tx.appendTimeline(decision.timeline);
      done.push(decision.incident);
    }
    for (const { id, beganAt } of begun) if (beganAt !== undefined) await tx.moveBeginning(id, beganAt + ms);
    // Set ahead, a retry comes early, which does no harm; set back, it would come hours late.
    if (ms < 0) await tx.moveOutbox(ms);
    await tx.audit([{ at, by: "system", action: "clock.jumped", target: "clock", data: { ms, timers: done.length } }]);
    return done;
  });
  if (begun.length > 0) await mutes?.refresh();
  log.warn({ jumpMs: ms, timers: moved.length }, "the wall clock jumped, or does not keep time; elapsed timers moved with it");
}

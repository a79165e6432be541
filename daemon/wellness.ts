/**
 * Are we well enough to say so outside? What the outgoing heartbeat asks before every beat.
 *
 * Part of the composition root (app.ts).
 */
import type { RoleHealth } from "./roles/supervisor.ts";

export interface Wellness {
  readonly ok: boolean;
  readonly why: string;
}

export interface WellnessSources {
  readonly roles: () => readonly RoleHealth[];
  /** The auditor's. */
  readonly escalation: () => Wellness;
  /** Observations and traps lost because a queue was full or nothing could be committed, since start. */
  readonly lost: () => number;
}

/** Each call judges the time since the one before: what was lost withholds one beat, and the next when more was lost. */
export function createWellness({ roles, escalation, lost }: WellnessSources): () => Wellness {
  let before = lost();
  return () => {
    const now = lost();
    const since = now - before;
    before = now;
    const hangs = roles().find((role) => !role.ok);
    if (hangs !== undefined) return { ok: false, why: `${hangs.name}: ${hangs.why}` };
    if (since > 0) return { ok: false, why: `${since} observations or traps were lost since the last beat` };
    return escalation();
  };
}

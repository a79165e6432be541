/**
 * Puts what is one trouble into one incident, inside the transaction of a turn: the first incident stays, later alarms gather into
 * it. What nobody has heard of is folded into it; what somebody handles stays theirs, and is linked.
 */

import { isUntold, joinedLine, leaderOf } from "../../rules/gathering.ts";
import { type Decision, foldIncident, line } from "../../rules/incident.ts";
import type { Alarm } from "../model/alarm.ts";
import { type Incident, isFailing } from "../model/incident.ts";
import type { Instant } from "../model/time.ts";
import type { IncidentWrites } from "./incident-writes.ts";
import type { Together } from "./intent.ts";
import type { Overlay } from "./memory.ts";

export interface JoinerDeps {
  readonly tx: IncidentWrites;
  readonly overlay: Overlay;
  readonly save: (alarm: Alarm) => void;
  readonly write: (decision: Decision, at: Instant) => Promise<void>;
  readonly ended: (incident: Incident) => void;
  /** An incident that an alarm has joined, as severe and urgent as that makes it. Undefined: it stays as it is. */
  readonly risen: (incident: Incident, alarm: Alarm, at: Instant, general: boolean) => Decision | undefined;
}

interface Joined {
  readonly incident: Incident;
  at: Instant;
  why: string;
  readonly alarms: string[];
}

export class Joiner {
  readonly #deps: JoinerDeps;
  /** The incident of each trouble of this turn. */
  readonly #leaders = new Map<string, string>();
  readonly #absorbed = new Set<string>();
  readonly #joined = new Map<string, Joined>();

  constructor(deps: JoinerDeps) {
    this.#deps = deps;
  }

  /** The failing incident that an alarm is in, or that it is one trouble with. */
  async incidentOf(alarm: Alarm, together: Together | undefined): Promise<Incident | undefined> {
    const own = alarm.incident === undefined ? undefined : await this.#failing(alarm.incident);
    if (own !== undefined || together === undefined) return own;
    const known = this.#leaders.get(together.id);
    if (known !== undefined) return this.#failing(known);
    const found: Incident[] = [];
    for (const id of together.incidents) {
      const incident = await this.#failing(id);
      if (incident !== undefined && !found.some((each) => each.id === incident.id)) found.push(incident);
    }
    return leaderOf(found);
  }

  /** The failing incident of a root cause whose alarm joined another's. */
  async byRoot(root: string, isCause: (alarm: Alarm) => boolean): Promise<Incident | undefined> {
    if (!root.startsWith("down:")) return undefined;
    for (const alarm of this.#deps.overlay.ofDevice(root.slice("down:".length))) {
      if (alarm.state !== "active" || alarm.incident === undefined || !isCause(alarm)) continue;
      const incident = await this.#failing(alarm.incident);
      if (incident !== undefined) return incident;
    }
    return undefined;
  }

  /** A new or reopened incident is the one of its trouble from now on. */
  leads(together: Together, incident: Incident): void {
    this.#leaders.set(together.id, incident.id);
  }

  /** An alarm is in this incident now: the other incidents of the trouble too, and it is as severe as the worst of them. */
  async joins(together: Together, leader: Incident, alarm: Alarm, at: Instant, isNew: boolean): Promise<void> {
    this.#leaders.set(together.id, leader.id);
    if (isNew) this.#note(leader, at, together.why, [alarm.key]);
    if (!this.#absorbed.has(together.id)) {
      this.#absorbed.add(together.id);
      for (const id of together.incidents) await this.#absorb(id, leader.id, at, together.why);
    }
    const now = await this.#deps.tx.incident(leader.id);
    const risen = now === undefined ? undefined : this.#deps.risen(now, alarm, at, together.general);
    if (risen !== undefined) await this.#deps.write(risen, at);
  }

  /** Incidents that others have joined in this turn. */
  joined(): readonly Pick<Joined, "incident" | "at">[] {
    return [...this.#joined.values()];
  }

  /** One line an incident with the names of all that joined it in this turn. */
  async tell(): Promise<void> {
    const lines = [...this.#joined.values()].map(({ incident, at, why, alarms }) => joinedLine(incident, at, why, alarms));
    if (lines.length > 0) await this.#deps.tx.appendTimeline(lines);
  }

  async #absorb(id: string, leaderId: string, at: Instant, why: string): Promise<void> {
    const { tx, overlay, save, write, ended } = this.#deps;
    const [other, leader] = [await this.#failing(id), await this.#failing(leaderId)];
    if (other === undefined || leader === undefined || other.id === leader.id) return;
    if (isUntold(other)) {
      await write(foldIncident(other, leader, at, why), at);
      await tx.addLink({ from: other.id, to: leader.id, kind: "merged", by: "system", at, why });
      ended(other);
      const alarms = [...overlay.ofIncident(other.id)];
      for (const alarm of alarms) save({ ...alarm, incident: leader.id });
      this.#note(
        leader,
        at,
        why,
        alarms.map(({ key }) => key),
      );
      return;
    }
    const known = (await tx.linksOf(other.id)).some(({ from, to }) => from === leader.id || to === leader.id);
    if (known) return;
    await tx.addLink({ from: other.id, to: leader.id, kind: "related", by: "system", at, why });
    await tx.appendTimeline([
      line(other, at, "system", "linked", why, { to: leader.number, kind: "related" }),
      line(leader, at, "system", "linked", why, { to: other.number, kind: "related" }),
    ]);
  }

  #note(incident: Incident, at: Instant, why: string, alarms: readonly string[]): void {
    const same = this.#joined.get(incident.id);
    if (same === undefined) this.#joined.set(incident.id, { incident, at, why, alarms: [...alarms] });
    else Object.assign(same, { at, why }).alarms.push(...alarms);
  }

  /** Where an incident goes on, as long as it fails. */
  async #failing(id: string): Promise<Incident | undefined> {
    let incident = await this.#deps.tx.incident(id);
    for (let steps = 0; incident?.foldedInto !== undefined && steps < 20; steps += 1)
      incident = await this.#deps.tx.incident(incident.foldedInto);
    return incident !== undefined && incident.foldedInto === undefined && isFailing(incident) ? incident : undefined;
  }
}

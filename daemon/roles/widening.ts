/**
 * What somebody has taken, and then reaches further: who holds it hears once a turn which rooms and sites are new in it. What rises is
 * told as that already, and what nobody holds yet goes up its ladder.
 */
import { widenIncident } from "../../rules/gathering.ts";
import type { Decision } from "../../rules/incident.ts";
import type { Alarm } from "../model/alarm.ts";
import type { Config } from "../model/config.ts";
import type { Incident } from "../model/incident.ts";
import type { Instant } from "../model/time.ts";
import { hoursOf } from "./hours.ts";
import type { IncidentWrites } from "./incident-writes.ts";
import type { Overlay } from "./memory.ts";

export interface WideningDeps {
  readonly tx: Pick<IncidentWrites, "incident">;
  readonly config: Config;
  readonly overlay: Pick<Overlay, "ofIncident">;
  readonly write: (decision: Decision, at: Instant) => Promise<void>;
}

interface Reached {
  at: Instant;
  readonly alarms: Set<string>;
}

export class Widening {
  readonly #deps: WideningDeps;
  readonly #reached = new Map<string, Reached>();
  readonly #told = new Set<string>();

  constructor(deps: WideningDeps) {
    this.#deps = deps;
  }

  /** An alarm is new in this incident. */
  reaches(incident: string, alarm: string, at: Instant): void {
    const known = this.#reached.get(incident) ?? { at, alarms: new Set() };
    known.alarms.add(alarm);
    this.#reached.set(incident, { ...known, at });
  }

  /** Its people hear of this turn by another message. */
  isTold(incident: string): void {
    this.#told.add(incident);
  }

  async tell(): Promise<void> {
    const { tx, config, overlay, write } = this.#deps;
    for (const [id, { at, alarms }] of this.#reached) {
      const incident = this.#told.has(id) ? undefined : await tx.incident(id);
      if (incident === undefined) continue;
      const all = [...overlay.ofIncident(id)];
      const places = (of: readonly Alarm[]) => [...new Set(of.flatMap(({ device }) => this.#placesOf(device)))];
      const before = [...places(all.filter(({ key }) => !alarms.has(key))), ...this.#ownPlaces(incident)];
      const now = places(all.filter(({ key }) => alarms.has(key)));
      const decision = widenIncident(incident, { before, now, at, hours: hoursOf(config, incident.site, incident.device) });
      if (decision !== undefined) await write(decision, at);
    }
  }

  #ownPlaces({ site, room }: Incident): readonly string[] {
    return [site, ...(room === undefined ? [] : [room])];
  }

  #placesOf(device: string): readonly string[] {
    const { devices, rooms } = this.#deps.config.network;
    if (device.startsWith("room:")) {
      const room = device.slice("room:".length);
      const site = rooms.get(room)?.site;
      return site === undefined ? [room] : [room, site];
    }
    const known = devices.get(device);
    return known === undefined ? [] : [known.site, ...(known.room === undefined ? [] : [known.room])];
  }
}

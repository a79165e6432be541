/**
 * Turns of the evaluator and what they write, without a store: fast enough for thousands of orders of observation.
 *
 * The real turn and the real writer of intents over an in-memory transaction. People are told by the group wait alone.
 */
import { Board } from "../../daemon/board.ts";
import type { Alarm } from "../../daemon/model/alarm.ts";
import type { Config } from "../../daemon/model/config.ts";
import { type Incident, isFailing, type TimelineEntry } from "../../daemon/model/incident.ts";
import type { IncidentLink } from "../../daemon/model/joining.ts";
import { bare, type Finding, type Observation } from "../../daemon/model/observation.ts";
import type { Instant } from "../../daemon/model/time.ts";
import type { Tx } from "../../daemon/ports.ts";
import { ClassFacts } from "../../daemon/roles/class-facts.ts";
import { IntentWriter } from "../../daemon/roles/commit.ts";
import { AlarmMemory } from "../../daemon/roles/memory.ts";
import { Turn, type TurnWorld } from "../../daemon/roles/turn.ts";
import { heldNow } from "../../daemon/roles/waiting.ts";
import { worldOf } from "../../daemon/roles/world.ts";

export class Turns {
  readonly board = new Board();
  readonly memory = new AlarmMemory([]);
  readonly incidents = new Map<string, Incident>();
  readonly timeline: TimelineEntry[] = [];
  readonly links: IncidentLink[] = [];
  /** Incidents of which somebody was told. */
  readonly told = new Set<string>();
  readonly #config: Config;
  #world: TurnWorld;
  now: Instant;
  #seq = 0;
  #waiting: ReadonlySet<string> = new Set();

  constructor(config: Config, at: Instant) {
    this.#config = config;
    this.now = at;
    // As the daemon makes it: with the correlator and the gates. Nothing is registered, booked or muted here.
    this.#world = worldOf({
      ...{ config, board: this.board, gates: [], bookings: undefined, startedAt: at, holdUntil: 0 },
      standing: { matches: () => [] },
      isFailing: (id) => this.failing().some((each) => each.id === id),
      apart: () => false,
    });
  }

  /** A ping of this device, so much later than the last look. */
  look(device: string, answers: boolean, afterMs: number): Observation {
    this.#seq += 1;
    this.now += afterMs;
    const finding: Finding = answers ? bare("up") : bare("down", "icmp.no-answer");
    const of = { id: `${device}@${this.#seq}`, check: `${device}/icmp`, device, kind: "icmp" as const };
    return { ...of, at: this.now, seq: this.#seq, durationMs: 1, finding };
  }

  async take(observations: readonly Observation[]): Promise<void> {
    const held = heldNow(this.memory, this.#waiting, 0, this.now);
    const result = new Turn(this.#world, this.memory).run(observations, this.now, held);
    const numbers = Array.from({ length: result.intents.length }, (_, n) => ({ year: 2026, sequence: this.incidents.size + n + 1 }));
    await new IntentWriter(this.#tx(), this.#config, result, numbers, new ClassFacts(() => this.#config)).run();
    this.memory.apply(result.overlay.changes());
    this.memory.learn(result.looks);
    this.memory.rememberBack(result.cameBack);
    this.memory.suspects = result.suspects;
    this.#waiting = result.held;
    for (const each of observations) this.board.record(each, this.now);
    for (const [device, up] of result.up) this.board.of(device, this.now).up = up;
  }

  /** The wall clock jumps: what the evaluator keeps moves with it (jumps.ts). */
  jump(ms: number): void {
    this.now += ms;
    this.memory.shift(ms);
    this.board.shift(ms);
    this.#world = { ...this.#world, startedAt: this.#world.startedAt + ms };
  }

  /** The group wait of every incident that has none left is over: people are told. */
  tell(at: Instant): void {
    this.now = at;
    for (const each of this.incidents.values()) {
      if (each.state !== "open" || each.noticeSent || each.wakeAt === undefined || each.wakeAt > at) continue;
      this.told.add(each.id);
      this.incidents.set(each.id, { ...each, noticeSent: true });
    }
  }

  failing(): readonly Incident[] {
    return [...this.incidents.values()].filter((each) => isFailing(each) && each.foldedInto === undefined);
  }

  active(): readonly Alarm[] {
    return this.memory.live().filter(({ state }) => state === "active");
  }

  /** Alarms listed by name under an incident. */
  listed(incident: Incident): ReadonlySet<string> {
    const lines = this.timeline.filter(({ incident: id, event }) => id === incident.id && event === "children-suppressed");
    return new Set(lines.flatMap(({ data }) => String(data?.alarms ?? "").split(", ")));
  }

  #tx(): Tx {
    const open = (root: string) => this.failing().find((each) => each.rootCause === root);
    const ended = (each: Incident) => each.restoredAt ?? each.closedAt ?? Number.NEGATIVE_INFINITY;
    const tx: Partial<Tx> = {
      incident: async (id) => this.incidents.get(id),
      openByRootCause: async (root) => open(root),
      latestByFingerprint: async (mark, since) =>
        [...this.incidents.values()]
          .filter((each) => each.fingerprint === mark && each.foldedInto === undefined && ended(each) >= since)
          .sort((a, b) => ended(b) - ended(a))[0],
      insertIncident: async (incident) => {
        if (open(incident.rootCause) !== undefined) throw new Error(`two incidents of ${incident.rootCause}`);
        this.incidents.set(incident.id, incident);
      },
      updateIncident: async (incident) => {
        this.incidents.set(incident.id, incident);
      },
      appendTimeline: async (entries) => {
        this.timeline.push(...entries);
      },
      linksOf: async (id) => this.links.filter(({ from, to }) => from === id || to === id),
      addLink: async (link) => void this.links.push(link),
      dropPending: async () => undefined,
      addOutbox: async () => undefined,
      audit: async () => undefined,
    };
    return tx as Tx;
  }
}

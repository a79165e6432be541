/**
 * What moved, told to whoever listens; and the open incidents as the metrics show them, read again after every change.
 *
 * Part of the composition root (app.ts).
 */
import type { Change } from "./api/deps.ts";
import { type IncidentSummary, summaryOf } from "./export/incident-metrics.ts";
import type { Metrics } from "./metrics.ts";
import type { Incident } from "./model/incident.ts";
import type { Clock, Log, Store } from "./ports.ts";

/** Of the time, reading takes one part in ten at most: ten thousand open incidents take a third of a second each time. */
const restFactor = 9;
const mostRestMs = 5_000;

export class News {
  readonly listeners = new Set<(change: Change) => void>();
  readonly #log: Log;
  readonly #metrics: Metrics;
  readonly #clock: Clock;
  readonly #stopping = new AbortController();
  #open: readonly IncidentSummary[] = [];
  #isWanted = false;
  #reading: Promise<void> | undefined;

  constructor(log: Log, metrics: Metrics, clock: Clock) {
    this.#log = log;
    this.#metrics = metrics;
    this.#clock = clock;
  }

  /** What is being read is read to its end; nothing is read again. */
  async stop(): Promise<void> {
    this.#isWanted = false;
    this.#stopping.abort();
    await this.#reading;
  }

  /** The open, unfolded incidents as last read. */
  get open(): readonly IncidentSummary[] {
    return this.#open;
  }

  tell(change: Change): void {
    for (const listener of this.listeners) listener(change);
  }

  delivered(channel: string, state: string): void {
    this.#metrics.deliveries.inc({ channel, state });
    this.tell({ kind: "message", id: channel });
  }

  escalated(store: Store, moved: readonly Incident[]): void {
    for (const incident of moved)
      if (incident.level > 1 && incident.wakeFor !== "follow-up") this.#metrics.escalations.inc({ level: String(incident.level) });
    void this.refresh(store);
  }

  /** Judged again as time passes: their class or their clock moved. */
  judged(store: Store, moved: readonly Incident[]): void {
    for (const { severity } of moved) this.#metrics.rejudged.inc({ severity });
    void this.refresh(store);
  }

  /** Reads again what is open. What is asked for meanwhile is read once more, together. */
  refresh(store: Store): Promise<void> {
    if (this.#stopping.signal.aborted) return Promise.resolve();
    this.#isWanted = true;
    this.#reading ??= this.#readWhileWanted(store).finally(() => {
      this.#reading = undefined;
    });
    return this.#reading;
  }

  async #readWhileWanted(store: Store): Promise<void> {
    while (this.#isWanted) {
      this.#isWanted = false;
      const beganMs = this.#clock.monotonicMs();
      await this.#read(store);
      const tookMs = this.#clock.monotonicMs() - beganMs;
      if (this.#isWanted) await this.#clock.sleep(Math.min(mostRestMs, tookMs * restFactor), this.#stopping.signal);
    }
  }

  async #read(store: Store): Promise<void> {
    try {
      const open = await store.openIncidents();
      this.#open = open.filter((incident) => incident.foldedInto === undefined).map(summaryOf);
      this.tell({ kind: "incident", id: "all" });
    } catch (error) {
      this.#log.warn(
        { error: error instanceof Error ? error.name : "unknown" },
        "open incidents not read; the metrics show the ones before",
      );
    }
  }
}

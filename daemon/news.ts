/**
 * What moved, told to whoever listens; and the open incidents as the metrics show them, read again after every change.
 *
 * Part of the composition root (app.ts).
 */
import type { Change } from "./api/deps.ts";
import { type IncidentSummary, summaryOf } from "./export/incident-metrics.ts";
import type { Metrics } from "./metrics.ts";
import type { Incident } from "./model/incident.ts";
import type { Log, Store } from "./ports.ts";

export class News {
  readonly listeners = new Set<(change: Change) => void>();
  readonly #log: Log;
  readonly #metrics: Metrics;
  #open: readonly IncidentSummary[] = [];

  constructor(log: Log, metrics: Metrics) {
    this.#log = log;
    this.#metrics = metrics;
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

  async refresh(store: Store): Promise<void> {
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

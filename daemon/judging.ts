/**
 * The evaluator with what it feeds: kicks to the scheduler, samples to the recorder and to InfluxDB.
 *
 * Part of the composition root (app.ts).
 */
import type { Board } from "./board.ts";
import type { Bookings } from "./bookings.ts";
import type { InfluxExport } from "./export/influx.ts";
import type { Looking } from "./looking.ts";
import type { MaintenanceBook } from "./maintenance-book.ts";
import type { Metrics } from "./metrics.ts";
import type { Config } from "./model/config.ts";
import type { Bus, Clock, Log, Store } from "./ports.ts";
import { Evaluator } from "./roles/evaluator.ts";
import type { Leases } from "./roles/lease.ts";
import type { TurnWatcher } from "./roles/look-keeper.ts";
import type { Recorder } from "./roles/recorder.ts";

export interface Judging {
  readonly store: Store;
  readonly bus: Bus;
  readonly clock: Clock;
  readonly log: Log;
  readonly config: () => Config;
  readonly board: Board;
  readonly metrics: Metrics;
  readonly leases: Leases;
  readonly looking: Looking;
  readonly recorder: Recorder;
  readonly watch: TurnWatcher;
  readonly bookings: Bookings;
  readonly mutes: MaintenanceBook;
  readonly influx: InfluxExport | undefined;
  /** Incidents moved. */
  readonly changed: () => void;
}

export function makeEvaluator(parts: Judging): Evaluator {
  const { store, bus, clock, log, config, board, metrics, leases, looking, recorder, watch, influx, bookings, mutes, changed } = parts;
  return new Evaluator({
    store,
    bus,
    clock,
    log,
    leases,
    board,
    bookings,
    gates: [mutes.keeper],
    began: (id, at) => mutes.began(id, at),
    config,
    watch,
    changed,
    stats: {
      turn(seconds, observations) {
        metrics.evaluatorTurnSeconds.observe(seconds);
        metrics.observations.inc(observations);
      },
      alarms: (active) => metrics.alarmsActive.set(active),
      opened: (severity) => metrics.incidentsOpened.inc({ severity }),
      pressed: (count) => metrics.requestsTaken.inc({ way: "button" }, count),
    },
    kick({ device, check, inMs, confirm }) {
      if (confirm === true && device !== undefined) looking.scheduler.confirmDevice(device);
      else if (device !== undefined) looking.scheduler.kickDevice(device, inMs);
      if (check !== undefined) looking.scheduler.kick(check, inMs);
    },
    seen(observations) {
      recorder.add(observations);
      if (influx === undefined) return;
      for (const observation of observations) {
        const device = config().network.devices.get(observation.device);
        if (device !== undefined) influx.offer(observation, device);
      }
    },
  });
}

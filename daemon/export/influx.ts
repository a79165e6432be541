/**
 * Samples to InfluxDB 1.x, in batches. The queue is bounded: what does not fit is dropped and counted, never waited for.
 */
import { InfluxDB, type IPoint } from "influx";
import type { Metrics } from "../metrics.ts";
import type { Config } from "../model/config.ts";
import type { Device } from "../model/network.ts";
import type { Observation } from "../model/observation.ts";
import type { Clock, Log } from "../ports.ts";

export interface InfluxExport {
  /** Takes a look's samples; returns at once. */
  offer(observation: Observation, device: Device): void;
  /** Writes until aborted, then once more what is queued. */
  run(signal: AbortSignal): Promise<void>;
  queued(): number;
  /** Points dropped since start: the queue was full, or the server refused them. */
  dropped(): number;
}

export interface InfluxOptions {
  readonly influx: NonNullable<Config["influx"]>;
  readonly clock: Clock;
  readonly log: Log;
  readonly metrics?: Pick<Metrics, "influxPoints">;
  /** Points held at most. Default 100,000: about 40 MB. */
  readonly maxQueued?: number;
}

const requestMs = 10_000;
const maxBackoffMs = 60_000;

export function createInfluxExport(options: InfluxOptions): InfluxExport {
  const { influx, clock, log, metrics } = options;
  const maxQueued = options.maxQueued ?? 100_000;
  const client = connection(influx);
  let queue: IPoint[] = [];
  let dropped = 0;
  let failures = 0;

  const drop = (count: number) => {
    dropped += count;
    metrics?.influxPoints.inc({ result: "dropped" }, count);
  };

  /** Writes one batch; whether to go on at once. */
  const flush = async (): Promise<boolean> => {
    const batch = queue.slice(0, influx.batch);
    if (batch.length === 0) return false;
    // Taken out first: what comes in meanwhile may push out old points, but not these.
    queue = queue.slice(batch.length);
    try {
      await client.writePoints(batch, { precision: "ms", database: influx.database });
      if (failures > 0) log.info({ failures }, "InfluxDB takes points again");
      failures = 0;
      metrics?.influxPoints.inc({ result: "written" }, batch.length);
      return queue.length >= influx.batch;
    } catch (error) {
      const status = statusOf(error);
      if (status !== undefined && status >= 400 && status < 500 && status !== 401 && status !== 403 && status !== 404 && status !== 429) {
        // The server cannot use these points, now or later.
        drop(batch.length);
        log.warn({ status, points: batch.length }, "InfluxDB refused points; they are dropped");
        return true;
      }
      const room = maxQueued - queue.length;
      if (batch.length > room) drop(batch.length - room);
      queue = [...batch.slice(Math.max(0, batch.length - room)), ...queue];
      failures += 1;
      if (failures === 1) log.warn({ status, code: (error as NodeJS.ErrnoException).code }, "InfluxDB does not take points; they wait");
      return false;
    }
  };

  return {
    offer(observation, device) {
      const points = pointsOf(observation, device);
      const over = queue.length + points.length - maxQueued;
      if (over > 0) {
        queue.splice(0, over);
        drop(Math.min(over, maxQueued));
      }
      queue.push(...points);
    },
    async run(signal) {
      while (!signal.aborted) {
        while (!signal.aborted && (await flush()));
        await clock.sleep(Math.min(maxBackoffMs, influx.flushMs * 2 ** Math.min(failures, 10)), signal);
      }
      while (failures === 0 && (await flush()));
      if (failures === 0) await flush();
    },
    queued: () => queue.length,
    dropped: () => dropped,
  };
}

function connection(influx: InfluxOptions["influx"]): InfluxDB {
  const url = new URL(influx.url);
  const protocol = url.protocol === "https:" ? "https" : "http";
  return new InfluxDB({
    database: influx.database,
    hosts: [{ host: url.hostname, port: Number(url.port || (protocol === "https" ? 443 : 80)), protocol }],
    ...(influx.user === undefined ? {} : { username: influx.user }),
    ...(influx.password === undefined ? {} : { password: influx.password.reveal() }),
    // The backoff is ours: the package would take its only host out of use by itself.
    pool: { requestTimeout: requestMs, maxRetries: 0 },
  });
}

/** One point a part: the device as a whole, and each interface or peripheral. Measurement `vigie`, fields named as in /metrics. */
function pointsOf(observation: Observation, device: Device): IPoint[] {
  const byPart = new Map<string, Record<string, number>>();
  for (const { name, value, part } of observation.finding.samples) {
    if (!Number.isFinite(value)) continue;
    const fields = byPart.get(part ?? "") ?? {};
    fields[name] = value;
    byPart.set(part ?? "", fields);
  }
  const { status } = observation.finding;
  if (status !== "unknown") byPart.set("", { ...byPart.get(""), [`${observation.kind}_up`]: status === "up" ? 1 : 0 });
  return [...byPart].map(([part, fields]) => ({
    measurement: "vigie",
    tags: { device: device.id, site: device.site, family: device.family, ...(part === "" ? {} : { part }) },
    fields,
    timestamp: new Date(observation.at),
  }));
}

function statusOf(error: unknown): number | undefined {
  const { res } = error as { res?: { statusCode?: number } };
  return res?.statusCode;
}

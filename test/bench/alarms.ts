/**
 * The store's alarms as another process sees them: read from the database after every commit, so that a commit has a time.
 */
import type { Knex } from "knex";
import { oneConnection } from "../../daemon/store/connect.ts";

export interface AlarmWatch {
  /** When (performance clock, milliseconds) this device has an alarm, or has none; undefined: not within `withinMs`. */
  next(device: string, what: "raised" | "quiet", withinMs: number): Promise<number | undefined>;
  stop(): Promise<void>;
}

interface Waiting {
  readonly device: string;
  readonly what: "raised" | "quiet";
  readonly done: (at: number | undefined) => void;
  readonly deadline: number;
}

const everyMs = 20;

/** Asks SQLite whether another connection has committed (data_version), and reads the alarms when it has. */
export function watchAlarms(file: string): AlarmWatch {
  const connection = oneConnection(file);
  const waiting = new Set<Waiting>();
  let stopped = false;
  let version = -1;
  const look = async (): Promise<void> => {
    const now = await dataVersion(connection);
    const changed = now !== version;
    version = now;
    const raised = changed ? await raisedDevices(connection) : undefined;
    const at = performance.now();
    for (const one of waiting) {
      const seen = raised !== undefined && raised.has(one.device) === (one.what === "raised");
      if (!seen && at < one.deadline) continue;
      waiting.delete(one);
      one.done(seen ? at : undefined);
    }
  };
  const loop = (async () => {
    while (!stopped) {
      await look();
      await new Promise((resolve) => setTimeout(resolve, everyMs));
    }
  })();
  return {
    next: (device, what, withinMs) => new Promise((done) => waiting.add({ device, what, done, deadline: performance.now() + withinMs })),
    stop: async () => {
      stopped = true;
      await loop;
      await connection.destroy();
    },
  };
}

async function dataVersion(connection: Knex): Promise<number> {
  const [row] = (await connection.raw("PRAGMA data_version")) as { data_version: number }[];
  return row?.data_version ?? 0;
}

/** Devices that have an alarm which is pending or active. */
async function raisedDevices(connection: Knex): Promise<ReadonlySet<string>> {
  const rows = (await connection("alarms").whereIn("state", ["pending", "active"]).distinct("device")) as { device: string }[];
  return new Set(rows.map((row) => row.device));
}

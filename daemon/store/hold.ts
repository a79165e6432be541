/**
 * One daemon a state folder: a lock that the operating system itself gives back when the process ends, however it ends.
 *
 * It is SQLite's own file lock, on a file beside the database: no process ids to compare, nothing stale after a kill -9.
 */
import { mkdir } from "node:fs/promises";
import { join } from "node:path";
import { StoreUnavailable } from "../ports.ts";
import { lockConnection } from "./connect.ts";
import { storeError } from "./errors.ts";

/** Another process works on this state. */
export class StateHeld extends Error {
  override readonly name = "StateHeld";
}

export interface Held {
  release(): Promise<void>;
}

/** Throws StateHeld at once when another process (or another part of this one) holds the folder. */
export function holdState(stateDir: string): Promise<Held> {
  return hold(stateDir, "daemon.lock", `${stateDir} is in use by a running daemon; stop it first`);
}

/** One discovery at a time on this state, by whatever process: two would be twice as fast as one may be. */
export function holdDiscovery(stateDir: string): Promise<Held> {
  return hold(stateDir, "discovery.lock", `another discovery is under way on ${stateDir}; wait for its end`);
}

async function hold(stateDir: string, file: string, taken: string): Promise<Held> {
  await mkdir(stateDir, { recursive: true });
  const pool = lockConnection(join(stateDir, file));
  const connection: unknown = await pool.client.acquireConnection();
  try {
    await pool.raw("BEGIN EXCLUSIVE").connection(connection);
  } catch (error) {
    await pool.client.releaseConnection(connection);
    await pool.destroy();
    const seen = storeError(error);
    if (!(seen instanceof StoreUnavailable) || !seen.code.startsWith("SQLITE_BUSY")) throw seen;
    throw new StateHeld(taken);
  }
  let released: Promise<void> | undefined;
  return {
    release: () => {
      released ??= (async () => {
        await pool.raw("ROLLBACK").connection(connection);
        await pool.client.releaseConnection(connection);
        await pool.destroy();
      })();
      return released;
    },
  };
}

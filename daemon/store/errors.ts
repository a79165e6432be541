/**
 * What the database says, turned into what roles understand.
 *
 * A database error's message holds the SQL with its values: it never leaves this folder. Only the driver's code does.
 */
import { LeaseLost, RaceLost, StoreUnavailable } from "../ports.ts";

/** The schema in the database is newer than this daemon. Not a passing condition: a person has to act. */
export class SchemaRefused extends Error {
  override readonly name = "SchemaRefused";
}

/** PostgreSQL: unique violation, serialization failure, deadlock: another writer came first. */
const raceCodes = new Set(["23505", "40001", "40P01"]);

/** The error as roles may see it. Our own pass unchanged. */
export function storeError(error: unknown): Error {
  if (error instanceof RaceLost || error instanceof LeaseLost || error instanceof StoreUnavailable) return error;
  if (error instanceof SchemaRefused) return error;
  const code = codeOf(error);
  return raceCodes.has(code) ? new RaceLost(`another writer came first (${code})`) : new StoreUnavailable(code);
}

/** The driver's code; `POOL_TIMEOUT` when no connection came free in time, `CONNECTION_LOST` when it went away. */
export function codeOf(error: unknown): string {
  if (!(error instanceof Error)) return "UNKNOWN";
  const { code } = error as Error & { code?: unknown };
  if (typeof code === "string" && /^[A-Z0-9_]{3,40}$/.test(code)) return code;
  if (error.name === "KnexTimeoutError" || error.name === "TimeoutError") return "POOL_TIMEOUT";
  return error.stack?.includes("node_modules/pg/") === true ? "CONNECTION_LOST" : "UNKNOWN";
}

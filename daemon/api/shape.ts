/**
 * The two small turns between the daemon's types and JSON: instants, and fields that are not there.
 */
import type { Instant } from "../model/time.ts";

export function iso(at: Instant): string {
  return new Date(at).toISOString();
}

/** Leaves out what is undefined, as `exactOptionalPropertyTypes` and JSON both want it. */
export function present<T extends object>(fields: T): { [K in keyof T]?: Exclude<T[K], undefined> } {
  return Object.fromEntries(Object.entries(fields).filter(([, value]) => value !== undefined)) as never;
}

/** Is there a store yet? A PostgreSQL server is asked by whoever opens it. */
import { existsSync } from "node:fs";
import type { Config } from "../model/config.ts";

export function isStoreThere(storage: Config["storage"]): boolean {
  return storage.kind !== "sqlite" || existsSync(storage.path);
}

/**
 * The part of a configuration that `vigie backup` and `vigie restore` need.
 */
import { loadConfig } from "../config/load.ts";
import { formatProblem } from "../config/problems.ts";
import type { Config } from "../model/config.ts";
import type { Io } from "./io.ts";

export interface StorageConfig {
  readonly storage: Config["storage"];
  readonly stateDir: string;
}

/** Undefined when the file is not good; what is wrong has then been printed. */
export async function storageConfig(file: string, io: Io): Promise<StorageConfig | undefined> {
  const loaded = await loadConfig(file);
  if (loaded.ok) return { storage: loaded.config.storage, stateDir: loaded.config.instance.stateDir };
  for (const problem of loaded.problems) io.err(formatProblem(problem));
  return undefined;
}

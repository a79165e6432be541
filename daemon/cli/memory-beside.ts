/**
 * What the daemon remembers of devices, for commands that log in beside it: host keys are compared with those that it pinned. What a
 * command itself sees is not kept.
 */
import type { ProbeMemory } from "../../probes/probe.ts";
import { systemClock } from "../clock.ts";
import type { Config } from "../model/config.ts";
import { openStore } from "../store/open.ts";
import { isStoreThere } from "./store-there.ts";

export interface MemoryBeside extends ProbeMemory {
  close(): Promise<void>;
}

/**
 * Empty without a configuration, and where there is no store yet. A store that is there and cannot be read rejects each question: that is
 * no reason to trust whoever answers.
 */
export async function memoryBeside(config: Pick<Config, "storage" | "instance"> | undefined): Promise<MemoryBeside> {
  const own = new Map<string, string>();
  const set = async (key: string, value: string) => void own.set(key, value);
  if (config === undefined || !isStoreThere(config.storage)) return { get: async (key) => own.get(key), set, close: async () => undefined };
  const store = await openStore({ storage: config.storage, stateDir: config.instance.stateDir, clock: systemClock });
  return { get: async (key) => own.get(key) ?? (await store.kept<string>(key)), set, close: () => store.close() };
}

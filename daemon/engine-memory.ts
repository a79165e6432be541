/**
 * What SNMPv3 must know over a restart: who we are, how often we started, and what clock each sender's engine last showed.
 *
 * Part of the composition root (hearing.ts). The clocks are written once a minute where they moved, and at the end: after a crash a
 * message of the last minute could be played again once, no older one.
 */
import { randomBytes } from "node:crypto";
import type { TrapListener } from "../probes/trap/listener.ts";
import { type HeardEngine, nextEngineBoots } from "../probes/trap/timeliness.ts";
import { MINUTE } from "./model/time.ts";
import type { Log, Store } from "./ports.ts";

const idKey = "trap-engine-id";
const bootsKey = "trap-engine-boots";
const heardKey = "trap-engines-heard";

export interface EngineFacts {
  readonly engineId: string;
  readonly engineBoots: number;
  readonly heardEngines: readonly HeardEngine[];
}

/** Counts this start. */
export async function engineFacts(store: Store, at: number): Promise<EngineFacts> {
  const engineBoots = nextEngineBoots(await store.kept<number>(bootsKey), at);
  await store.keep(bootsKey, engineBoots);
  return { engineId: await engineId(store), engineBoots, heardEngines: (await store.kept<readonly HeardEngine[]>(heardKey)) ?? [] };
}

/** Stable over restarts: who knows our engine id keeps knowing it. RFC 3411 section 5, format 5 (octets). */
async function engineId(store: Store): Promise<string> {
  const kept = await store.kept<string>(idKey);
  if (kept !== undefined) return kept;
  const made = `8000000005${randomBytes(8).toString("hex")}`;
  await store.keep(idKey, made);
  return made;
}

/** Writes the senders' clocks now and then. `stop` writes the last ones; call it when the listener has stopped. */
export function keepHeardEngines(listener: Pick<TrapListener, "heardEngines">, store: Store, log: Log): { stop(): Promise<void> } {
  let kept = listener.heardEngines();
  const keep = async (): Promise<void> => {
    const now = listener.heardEngines();
    if (now === kept) return;
    try {
      await store.keep(heardKey, now);
      kept = now;
    } catch (error) {
      log.warn(
        { error: error instanceof Error ? error.name : "unknown" },
        "the clocks of trap senders were not kept; trying again in a minute",
      );
    }
  };
  const timer = setInterval(() => void keep(), MINUTE);
  timer.unref();
  return {
    stop() {
      clearInterval(timer);
      return keep();
    },
  };
}

/**
 * How this daemon hears: the trap receiver, who may speak to it, and what is said turned into observations.
 *
 * Part of the composition root (app.ts). Without `traps` in the configuration nothing listens.
 */
import { lookup } from "node:dns/promises";
import { isIP } from "node:net";
import { withoutFarEnd } from "../probes/trap/far-end.ts";
import { startTrapListener, type TrapListener } from "../probes/trap/listener.ts";
import { indexMeanings, type MeaningIndex, meaning, partHints, resolvePart } from "../probes/trap/meaning.ts";
import type { DecodedTrap, TrapDrop, TrapRules, TrapUser } from "../probes/trap/trap.ts";
import { engineFacts, keepHeardEngines } from "./engine-memory.ts";
import type { Metrics } from "./metrics.ts";
import type { Config } from "./model/config.ts";
import type { Device } from "./model/network.ts";
import { type Clock, type Log, type Store, StoreUnavailable } from "./ports.ts";
import { type HeardTrap, hear } from "./roles/listener.ts";

export interface HearingDeps {
  readonly config: () => Config;
  readonly store: Store;
  readonly clock: Clock;
  readonly log: Log;
  readonly metrics: Metrics;
  readonly nextSeq: () => number;
  /** Something was committed to the inbox. */
  readonly poke: () => void;
  /** Traps were lost: these devices (all, if undefined) get a look. */
  readonly lookAgain: (devices: readonly string[] | undefined) => void;
  /** A device sent a trap, and it is kept. */
  readonly heard?: (device: string, trap: HeardTrap) => void;
  /** Index of an interface → its name, as the last look saw it. */
  readonly interfaces: (device: string) => ReadonlyMap<string, string>;
}

export interface Hearing {
  /** The port in use, 0 without a listener. */
  readonly port: number;
  /** Traps that were not kept because a queue was full or nothing could be committed, since start. */
  lost(): number;
  reload(): Promise<void>;
  stop(): Promise<void>;
}

const silent: Hearing = { port: 0, lost: () => 0, reload: async () => undefined, stop: async () => undefined };

export async function startHearing(deps: HearingDeps): Promise<Hearing> {
  const { config, store, log, metrics } = deps;
  const { traps } = config();
  if (traps === undefined) return silent;
  let world = await worldOf(config());
  const onDrop = (drop: TrapDrop) => {
    log.warn({ reason: drop.reason, count: drop.count }, "traps were lost; looking again");
    deps.lookAgain(drop.sources?.flatMap((source) => world.byAddress.get(source)?.id ?? []));
  };
  const listener = await startTrapListener(
    {
      ...{ host: traps.host, port: traps.port, bufferBytes: traps.bufferBytes, onDrop },
      // A store that takes nothing is not the traps' fault: they wait, as many as there is room for.
      passes: (refusal) => refusal instanceof StoreUnavailable,
      ...(await engineFacts(store, deps.clock.now())),
      ...world.rules,
    },
    (batch) =>
      hear(batch.map(world.withoutFarEnd), {
        store,
        deviceAt: (address) => world.byAddress.get(address),
        meaningOf: (trap, device) => meaningOf(trap, device, world, deps.interfaces(device.id)),
        nextSeq: deps.nextSeq,
        kept: (trap, device) => deps.heard?.(device.id, trap),
        stats: { heard: (outcome) => metrics.traps.inc({ outcome }) },
        poke: deps.poke,
      }),
  );
  const advice = listener.stats().bufferAdvice;
  if (advice !== undefined) log.warn({ granted: listener.stats().bufferGrantedBytes }, advice);
  mirror(listener, metrics);
  const keeper = keepHeardEngines(listener, store, log);
  return {
    port: listener.port,
    lost() {
      const { kernelDrops, queueDrops, uncommitted, lostWithWorker } = listener.stats();
      return kernelDrops + queueDrops + uncommitted + lostWithWorker;
    },
    async reload() {
      world = await worldOf(config());
      listener.update(world.rules);
    },
    async stop() {
      await listener.stop();
      await keeper.stop();
    },
  };
}

/** Counts kept by the receiver, shown as metrics. */
function mirror(listener: TrapListener, metrics: Metrics): void {
  let before = listener.stats();
  metrics.onScrape(() => {
    const now = listener.stats();
    metrics.kernelDrops(now.kernelDrops);
    metrics.trapsReceived(now.received);
    metrics.trapReceiverRestarts(now.workerRestarts);
    for (const [outcome, field] of [
      ["repeated", "deduplicated"],
      ["refused", "refused"],
      ["limited", "rateLimited"],
      ["queue-full", "queueDrops"],
      ["not-committed", "uncommitted"],
      ["protocol", "protocol"],
      ["lost-with-receiver", "lostWithWorker"],
    ] as const) {
      metrics.traps.inc({ outcome }, Math.max(0, now[field] - before[field]));
    }
    before = now;
  });
}

interface World {
  readonly byAddress: ReadonlyMap<string, Device>;
  readonly meanings: ReadonlyMap<string, MeaningIndex>;
  readonly generic: MeaningIndex;
  readonly rules: TrapRules;
  readonly withoutFarEnd: (trap: DecodedTrap) => DecodedTrap;
}

async function worldOf(config: Config): Promise<World> {
  const { traps } = config;
  const byAddress = new Map<string, Device>();
  for (const device of config.network.devices.values()) {
    for (const address of await addressesOf(device.address)) byAddress.set(address, device);
  }
  const meanings = new Map([...config.families].map(([id, family]) => [id, indexMeanings(family.traps)]));
  const generic = meanings.get("generic-snmp") ?? new Map();
  const rules: TrapRules = {
    allow: [...(traps?.allow ?? []), ...byAddress.keys()],
    relays: traps?.relays ?? [],
    perSourcePerSecond: traps?.perSourcePerSecond ?? 100,
    burst: traps?.burst ?? 1_000,
    communities: communitiesOf(config),
    users: usersOf(config),
    parts: partHints(...meanings.values()),
  };
  const known = knownObjects(config);
  return { byAddress, meanings, generic, rules, withoutFarEnd: (trap) => withoutFarEnd(trap, byAddress.get(trap.source)?.kind, known) };
}

/** Objects whose meaning the families' data tell: their values are no far end's. */
function knownObjects(config: Config): ReadonlySet<string> {
  const families = [...config.families.values()];
  const read = families.flatMap(({ snmp }) => [...snmp.scalars, ...snmp.columns].map(({ oid }) => oid));
  const parts = families.flatMap(({ traps }) => traps.flatMap(({ part, when }) => [part?.oid ?? [], when?.oid ?? []].flat()));
  return new Set([...read, ...parts]);
}

/** A name that does not resolve now is simply not matched; its device's own looks say so. */
async function addressesOf(address: string): Promise<readonly string[]> {
  if (isIP(address) !== 0) return [address];
  try {
    return (await lookup(address, { all: true })).map((found) => found.address);
  } catch {
    return [];
  }
}

function communitiesOf(config: Config): readonly string[] {
  return (config.traps?.credentials ?? []).flatMap((id) => {
    const credential = config.credentials.get(id);
    return credential?.kind === "snmp-community" ? [credential.community.reveal()] : [];
  });
}

function usersOf(config: Config): readonly TrapUser[] {
  return (config.traps?.credentials ?? []).flatMap((id): readonly TrapUser[] => {
    const credential = config.credentials.get(id);
    if (credential?.kind !== "snmp-v3") return [];
    const { user, auth, priv } = credential;
    return [
      {
        name: user,
        ...(auth === undefined ? {} : { auth: { protocol: auth.protocol, key: auth.key.reveal() } }),
        ...(priv === undefined ? {} : { priv: { protocol: priv.protocol, key: priv.key.reveal() } }),
      },
    ];
  });
}

function meaningOf(trap: HeardTrap, device: Device, world: World, interfaces: ReadonlyMap<string, string>) {
  const family = world.meanings.get(device.family) ?? world.generic;
  const said = meaning(
    { ...(trap.oid === undefined ? {} : { oid: trap.oid }), varbinds: trap.varbinds.map((each) => ({ type: "", ...each })) },
    family,
    world.generic,
  );
  const faults = said.faults.map((fault) => (fault.part === undefined ? fault : { ...fault, part: resolvePart(fault.part, interfaces) }));
  return { ...said, faults };
}

/**
 * What devices say unasked: kept, matched to a device by its source, turned into an observation in the inbox, all in one
 * commit, and only then acknowledged. The evaluator reads the inbox by its cursor.
 */
import type { Device } from "../model/network.ts";
import type { Fault, Observation } from "../model/observation.ts";
import type { Instant } from "../model/time.ts";
import type { InboxMessage, Store, TrapRecord } from "../ports.ts";

/** A notification as the trap receiver decodes it (probes/trap/trap.ts has the full type). */
export interface HeardTrap {
  readonly at: Instant;
  readonly source: string;
  readonly version?: "1" | "2c" | "3";
  readonly inform: boolean;
  readonly oid?: string;
  readonly varbinds: readonly { readonly oid: string; readonly value: string }[];
  readonly sha256: string;
  readonly relay?: string;
  readonly truncated?: true;
  readonly undecodable?: string;
  readonly head?: string;
}

type Outcome = "stored" | "undecodable" | "unknown-source";

export interface HearingDeps {
  readonly store: Store;
  readonly deviceAt: (address: string) => Device | undefined;
  readonly meaningOf: (trap: HeardTrap, device: Device) => { readonly name?: string; readonly faults: readonly Fault[] };
  readonly nextSeq: () => number;
  readonly stats: { heard(outcome: Outcome): void };
  /** After the commit, for each that is of a device. */
  readonly kept?: (trap: HeardTrap, device: Device) => void;
  /** After the commit: the evaluator may read. */
  readonly poke: () => void;
}

/** Resolves when everything in the batch is committed. */
export async function hear(traps: readonly HeardTrap[], deps: HearingDeps): Promise<void> {
  const records: TrapRecord[] = [];
  const messages: Omit<InboxMessage, "seq">[] = [];
  const outcomes: Outcome[] = [];
  const seen = new Map<string, number>();
  for (const trap of traps) {
    const device = deps.deviceAt(trap.source);
    const said = device === undefined || trap.undecodable !== undefined ? undefined : deps.meaningOf(trap, device);
    records.push(recordOf(trap, device, said?.name));
    outcomes.push(trap.undecodable !== undefined ? "undecodable" : device === undefined ? "unknown-source" : "stored");
    if (device === undefined || said === undefined || said.faults.length === 0) continue;
    // The same datagram twice in a millisecond is two events; offered again after a failed commit it is the same ones.
    const mark = `${trap.source}/${trap.at}/${trap.sha256}`;
    const nth = (seen.get(mark) ?? 0) + 1;
    seen.set(mark, nth);
    messages.push({
      at: trap.at,
      source: "trap",
      key: `${mark}/${nth}`,
      body: { observation: observe({ at: trap.at, device: device.id, faults: said.faults, seq: deps.nextSeq() }) },
    });
  }
  await deps.store.saveTraps(records, messages);
  // Counted when kept: a batch that is offered again is not more traps.
  for (const outcome of outcomes) deps.stats.heard(outcome);
  if (deps.kept !== undefined) tellKept(traps, deps.deviceAt, deps.kept);
  if (messages.length > 0) deps.poke();
}

function tellKept(traps: readonly HeardTrap[], deviceAt: HearingDeps["deviceAt"], kept: NonNullable<HearingDeps["kept"]>): void {
  for (const trap of traps) {
    const device = trap.undecodable === undefined ? deviceAt(trap.source) : undefined;
    if (device !== undefined) kept(trap, device);
  }
}

/** What was heard, as an observation; its id comes with the inbox. */
export function observe(heard: { at: Instant; device: string; faults: readonly Fault[]; seq: number }): Observation {
  const { at, device, faults, seq } = heard;
  return {
    id: "inbox",
    check: `${device}/trap`,
    device,
    kind: "trap",
    at,
    seq,
    durationMs: 0,
    finding: { status: "up", samples: [], readings: [], faults },
  };
}

function recordOf(trap: HeardTrap, device: Device | undefined, name: string | undefined): TrapRecord {
  return {
    at: trap.at,
    source: trap.source,
    ...(device === undefined ? {} : { device: device.id }),
    ...(trap.oid === undefined ? {} : { oid: trap.oid }),
    ...(name === undefined ? {} : { name }),
    ...(trap.version === undefined ? {} : { version: trap.version }),
    inform: trap.inform,
    varbinds: trap.varbinds.map(({ oid, value }) => ({ oid, value })),
    ...(trap.relay === undefined ? {} : { relay: trap.relay }),
    ...(trap.truncated === undefined ? {} : { truncated: trap.truncated }),
    ...(trap.undecodable === undefined ? {} : { undecodable: trap.undecodable }),
    ...(trap.head === undefined ? {} : { head: trap.head }),
    sha256: trap.sha256,
  };
}

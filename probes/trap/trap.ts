/**
 * What the trap listener says and is told: a decoded trap, its options, its counts.
 *
 * Only types cross between the main thread and the receiver's worker; everything here survives a structured clone.
 */
import type { SnmpAuth, SnmpPriv } from "../../daemon/model/config.ts";
import type { Instant } from "../../daemon/model/time.ts";
import type { HeardEngine } from "./timeliness.ts";

export interface TrapVarbind {
  readonly oid: string;
  /** Text as is when printable, else `0x…`; numbers in decimal; OIDs dotted. At most 1,024 characters. */
  readonly value: string;
  /** `Integer`, `OctetString`, `OID`, `IpAddress`, `Counter`, `Gauge`, `TimeTicks`, `Opaque`, `Counter64`, `Null` … */
  readonly type: string;
}

/** Why a datagram could not be read as a notification. A code, never the far end's or the library's words. */
export type Undecodable =
  | "malformed"
  | "version"
  | "not-a-notification"
  | "community-refused"
  | "user-unknown"
  | "security-level"
  | "digest-wrong"
  | "decrypt-failed"
  | "replay";

/** One notification, or one datagram that could not be read. */
export interface DecodedTrap {
  /** When it arrived; traps carry no time worth trusting. */
  readonly at: Instant;
  /** The UDP peer; from a listed relay the original sender (snmpTrapAddress.0, or v1's agent-addr). */
  readonly source: string;
  /** The relay it came through. */
  readonly relay?: string;
  readonly version?: "1" | "2c" | "3";
  readonly inform: boolean;
  /** v2 form; v1 mapped by RFC 3584 section 3.1. Undefined only when undecodable. */
  readonly oid?: string;
  /** Without snmpTrapOID.0 (it is `oid`); sysUpTime.0 first. */
  readonly varbinds: readonly TrapVarbind[];
  /** More was in the datagram than is kept here. */
  readonly truncated?: true;
  /** Of the whole datagram, hex. */
  readonly sha256: string;
  readonly undecodable?: Undecodable;
  /** First 512 bytes of a malformed datagram, hex. Not kept when a credential was refused: it may hold one. */
  readonly head?: string;
}

/** An SNMPv3 user whose traps are believed. The level is the highest its keys allow; less is refused. */
export interface TrapUser {
  readonly name: string;
  readonly auth?: { readonly protocol: SnmpAuth; readonly key: string };
  readonly priv?: { readonly protocol: SnmpPriv; readonly key: string };
}

/** Which varbind names the part of a notification: `down` on two interfaces is two events. */
export interface TrapPartHint {
  readonly oid: string;
  readonly from: "value" | "index";
}

/** What a reload may change without a new socket. */
export interface TrapRules {
  /** CIDRs and addresses; host names are resolved by the caller. Nothing else is read. */
  readonly allow: readonly string[];
  /** Addresses whose snmpTrapAddress.0 counts as the source. They are allowed too. */
  readonly relays: readonly string[];
  readonly perSourcePerSecond: number;
  readonly burst: number;
  readonly communities: readonly string[];
  readonly users: readonly TrapUser[];
  /** Window for consecutive identical events. Default 5,000. */
  readonly dedupMs?: number;
  /** Trap OID → its part, from the families' data; linkDown and linkUp are built in. */
  readonly parts?: Readonly<Record<string, TrapPartHint>>;
  /** OID prefixes whose values are dropped at once: far-end identity (numbers called). */
  readonly redact?: readonly string[];
}

export interface TrapOptions extends TrapRules {
  readonly host: string;
  /** 0: any free port (see `TrapListener.port`). */
  readonly port: number;
  /** Receive buffer asked for. Default 4 MiB. */
  readonly bufferBytes?: number;
  /** Our engine id for informs, hex, 5 to 32 octets; the same after a restart. */
  readonly engineId: string;
  /** Must grow with every start (nextEngineBoots). Default: by the clock alone. */
  readonly engineBoots?: number;
  /** What clocks the senders' engines showed before our restart. */
  readonly heardEngines?: readonly HeardEngine[];
  /** Traps a batch. Default 500. */
  readonly maxBatch?: number;
  /** Between two batches that are not full. Default 20: a trap alone goes at once, a thousand a second are 50 transactions and not 200. */
  readonly gatherMs?: number;
  /** Datagrams that may wait to be decoded. Default 50,000 (and at most 64 MiB). */
  readonly maxQueue?: number;
  /** Offers of one batch before it is given up, its informs unanswered. Default 6. */
  readonly maxOffers?: number;
  /** Is this refusal one that passes? Then the batch is offered for as long as it lasts, and what comes meanwhile waits behind it. */
  readonly passes?: (refusal: unknown) => boolean;
  /** First pause between two offers; doubles, up to 5 s. Default 200. */
  readonly retryMs?: number;
  /** The built receiver. Default: this project's own. */
  readonly receiverFile?: string;
  /** Something was lost: every trap-fed alarm (or those of `sources`) should get a look. At most once a second a reason. */
  readonly onDrop?: (drop: TrapDrop) => void;
}

export interface TrapDrop {
  readonly reason: "kernel" | "queue" | "rate" | "replay" | "commit" | "restart";
  readonly count: number;
  /** Undefined: could be anybody. At most 100. */
  readonly sources?: readonly string[];
}

/**
 * Counts since the start, over restarts of the worker.
 *
 * What was received is at any moment at one of its ends or under way:
 * received = refused + rateLimited + queueDrops + protocol + deduplicated + committed + uncommitted + lostWithWorker + pending.
 */
export interface TrapCounts {
  /** Datagrams read from the socket. received + kernelDrops = sent to us. */
  readonly received: number;
  /** Notifications read and believed, duplicates included. */
  readonly accepted: number;
  readonly refused: number;
  readonly rateLimited: number;
  readonly queueDrops: number;
  readonly undecodable: number;
  /** Of the undecodable: a community, user, digest or level that was refused. */
  readonly unauthorised: number;
  readonly replayed: number;
  /** Questions of SNMPv3 itself (who are you, what is your clock), answered or not; they carry no notification. */
  readonly protocol: number;
  readonly deduplicated: number;
  /** Notifications, and datagrams that could not be read, that were kept. */
  readonly committed: number;
  /** Given up because they could not be committed. */
  readonly uncommitted: number;
  readonly informsAnswered: number;
  readonly kernelDrops: number;
}

export interface TrapStats extends TrapCounts {
  /** Received and not yet at an end: waiting to be decoded, to be offered, or to be committed. */
  readonly pending: number;
  /** Received by a worker that died before it had handed them over. */
  readonly lostWithWorker: number;
  readonly workerRestarts: number;
  readonly bufferAskedBytes: number;
  /** What the kernel granted, in the same measure as asked. */
  readonly bufferGrantedBytes: number;
  /** What to do when less was granted than asked; undefined when all is well. */
  readonly bufferAdvice?: string;
  /** Rate-limited datagrams of the worst sources, at most 20. */
  readonly limitedSources: readonly { readonly source: string; readonly count: number }[];
}

/** Worker → main. */
export type FromReceiver =
  | { readonly kind: "bound"; readonly port: number; readonly grantedBytes: number }
  | { readonly kind: "bind-failed"; readonly code: string }
  | { readonly kind: "batch"; readonly id: number; readonly traps: readonly DecodedTrap[]; readonly counts: TrapCounts }
  | {
      readonly kind: "tick";
      readonly counts: TrapCounts;
      readonly pending: number;
      readonly drops: readonly TrapDrop[];
      /** Engines whose clock moved since the last tick. */
      readonly engines: readonly HeardEngine[];
      readonly limited: readonly { readonly source: string; readonly count: number }[];
      readonly asked?: number;
    };

/** Main → worker. */
export type ToReceiver =
  | { readonly kind: "settled"; readonly id: number; readonly committed: boolean }
  | { readonly kind: "rules"; readonly rules: TrapRules }
  | { readonly kind: "count"; readonly asked: number }
  | { readonly kind: "stop" };

export type ReceiverOptions = Omit<TrapOptions, "onDrop" | "receiverFile" | "maxOffers" | "passes" | "retryMs"> & {
  readonly bufferBytes: number;
  readonly engineBoots: number;
  /** When `engineBoots` began, monotonic (threadMs): our engine time counts from here, over restarts of the worker. */
  readonly bootedMs: number;
  readonly maxBatch: number;
  readonly gatherMs: number;
  readonly maxQueue: number;
};

export const NO_COUNTS: TrapCounts = {
  received: 0,
  accepted: 0,
  refused: 0,
  rateLimited: 0,
  queueDrops: 0,
  undecodable: 0,
  unauthorised: 0,
  replayed: 0,
  protocol: 0,
  deduplicated: 0,
  committed: 0,
  uncommitted: 0,
  informsAnswered: 0,
  kernelDrops: 0,
};

export type Mutable<T> = { -readonly [K in keyof T]: T[K] };

/** How many of the received have come to an end. */
export function endedOf(counts: TrapCounts): number {
  const { refused, rateLimited, queueDrops, protocol, deduplicated, committed, uncommitted } = counts;
  return refused + rateLimited + queueDrops + protocol + deduplicated + committed + uncommitted;
}

/** Sum, field by field. */
export function addCounts(a: TrapCounts, b: TrapCounts): TrapCounts {
  const sum: Mutable<TrapCounts> = { ...a };
  for (const name of Object.keys(NO_COUNTS) as (keyof TrapCounts)[]) sum[name] = a[name] + b[name];
  return sum;
}

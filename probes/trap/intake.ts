/**
 * The receiver without its socket: admit, queue, decode, tell repeats from news, hand over.
 *
 * Reading comes before decoding: in a burst the kernel's buffer holds about 10,000 datagrams and ours more, so while the socket is hot
 * raw datagrams are only queued. Counters say what became of each.
 */
import { hash } from "node:crypto";
import { allowList, plainAddress } from "./allow.ts";
import { type Datagram, type Decode, decoderOf, type Outcome, type Reply } from "./decode.ts";
import { type Keys, keysOf } from "./keys.ts";
import { type Fate, Outgoing, type TrapEvent } from "./outgoing.ts";
import { identityOf, laneOf, type Repeats, repeatsWithin } from "./repeats.ts";
import { type Sources, sourcesOf } from "./sources.ts";
import { type HeardEngine, type Timeliness, timeliness } from "./timeliness.ts";
import { type DecodedTrap, type Mutable, NO_COUNTS, type ReceiverOptions, type TrapCounts, type TrapRules } from "./trap.ts";

/** Bytes that may wait undecoded, whatever their number. */
const MAX_QUEUE_BYTES = 64 << 20;
/** Longer identities are kept as their hash. */
const MAX_IDENTITY = 256;
const MAX_HEAD_BYTES = 512;
const UNAUTHORISED = new Set(["community-refused", "user-unknown", "security-level", "digest-wrong"]);
/** Of these the bytes are kept: no credential was refused, so they hold none that is of use. */
const SHOWN = new Set(["malformed", "version"]);

/** The first bytes, hex, with every community of ours starred out: what is kept must not be of use to a reader. */
function headOf(bytes: Buffer, communities: readonly string[]): string {
  const copy = Buffer.from(bytes);
  for (const community of communities) {
    const secret = Buffer.from(community);
    if (secret.length === 0) continue;
    for (let at = copy.indexOf(secret); at >= 0; at = copy.indexOf(secret, at)) copy.fill("*", at, at + secret.length);
  }
  return copy.toString("hex", 0, MAX_HEAD_BYTES);
}

const isLost = (fate: Fate): boolean => fate.state === "lost";

interface Queued extends Datagram {
  readonly at: number;
}

export interface IntakeIo {
  readonly post: (id: number, traps: readonly DecodedTrap[]) => void;
  readonly send: (reply: Reply) => void;
  /** Wall clock, for `at`. */
  readonly now: () => number;
  /** Monotonic (threadMs), for rates, windows and our engine time. */
  readonly monotonicMs: () => number;
}

/** Sources of datagrams lost for a reason that names them, since last asked. */
export interface Losses {
  readonly rateLimited: ReadonlySet<string>;
  readonly replayed: ReadonlySet<string>;
}

export class Intake {
  readonly counts: Mutable<TrapCounts> = { ...NO_COUNTS };
  readonly outgoing: Outgoing;
  readonly #options: ReceiverOptions;
  readonly #io: IntakeIo;
  readonly #keys: Keys = keysOf();
  readonly #timeliness: Timeliness;
  #rules: TrapRules;
  #relays: ReadonlySet<string>;
  #sources: Sources;
  #repeats: Repeats<Fate>;
  #decode: Decode;
  #queue: Queued[] = [];
  #next = 0;
  #queuedBytes = 0;
  #rateLimited = new Set<string>();
  #replayed = new Set<string>();

  constructor(options: ReceiverOptions, io: IntakeIo) {
    this.#options = options;
    this.#io = io;
    this.#rules = options;
    this.#timeliness = timeliness(options.heardEngines);
    this.#relays = new Set(options.relays.map(plainAddress));
    this.#sources = this.#sourcesFor(options);
    this.#repeats = repeatsWithin(options.dedupMs ?? 5_000, isLost);
    this.#decode = this.#decoderFor(options);
    const send = (reply: Reply): void => {
      this.counts.informsAnswered++;
      io.send(reply);
    };
    const settled = (count: number, committed: boolean): void => {
      this.counts[committed ? "committed" : "uncommitted"] += count;
    };
    this.outgoing = new Outgoing({
      ...{ maxBatch: options.maxBatch, gatherMs: options.gatherMs, monotonicMs: io.monotonicMs },
      ...{ post: io.post, send, settled },
    });
  }

  /** New rules; what is queued, remembered of engines and under way stays. */
  update(rules: TrapRules): void {
    this.#sources = this.#sourcesFor(rules);
    this.#decode = this.#decoderFor(rules);
    this.#relays = new Set(rules.relays.map(plainAddress));
    if ((rules.dedupMs ?? 5_000) !== (this.#rules.dedupMs ?? 5_000)) this.#repeats = repeatsWithin(rules.dedupMs ?? 5_000, isLost);
    this.#rules = rules;
  }

  get queued(): number {
    return this.#queue.length - this.#next;
  }

  /** Received and not yet at an end. */
  get pending(): number {
    return this.queued + this.outgoing.pending;
  }

  limited(atMost: number): { source: string; count: number }[] {
    return this.#sources.limited(atMost);
  }

  /** Senders' engines whose clock moved since last asked. */
  takeMovedEngines(): readonly HeardEngine[] {
    return this.#timeliness.takeMoved();
  }

  takeLosses(): Losses {
    const losses = { rateLimited: this.#rateLimited, replayed: this.#replayed };
    this.#rateLimited = new Set();
    this.#replayed = new Set();
    return losses;
  }

  /** A datagram from the socket: nothing of it is read yet but who sent it. */
  arrived(bytes: Buffer, peer: { readonly address: string; readonly port: number }): void {
    this.counts.received++;
    const address = plainAddress(peer.address);
    const admission = this.#sources.admit(address, this.#io.monotonicMs());
    if (admission === "refused") this.counts.refused++;
    else if (admission === "rate-limited") {
      this.counts.rateLimited++;
      if (this.#rateLimited.size < 100) this.#rateLimited.add(address);
    } else if (this.queued >= this.#options.maxQueue || this.#queuedBytes + bytes.length > MAX_QUEUE_BYTES) this.counts.queueDrops++;
    else {
      this.#queue.push({ bytes, address: peer.address, port: peer.port, at: this.#io.now() });
      this.#queuedBytes += bytes.length;
    }
  }

  /** Decodes for at most `budgetMs`. True when something is left that could be decoded now. */
  work(budgetMs: number): boolean {
    const until = this.#io.monotonicMs() + budgetMs;
    while (this.queued > 0 && !this.outgoing.isFull) {
      this.#read(this.#take());
      if (this.#io.monotonicMs() >= until) break;
    }
    this.outgoing.offer();
    return this.queued > 0 && !this.outgoing.isFull;
  }

  #take(): Queued {
    const datagram = this.#queue[this.#next] as Queued;
    this.#next++;
    this.#queuedBytes -= datagram.bytes.length;
    if (this.#next === this.#queue.length || this.#next >= 4_096) {
      this.#queue = this.#queue.slice(this.#next);
      this.#next = 0;
    }
    return datagram;
  }

  #read(datagram: Queued): void {
    const sha256 = hash("sha256", datagram.bytes, "hex");
    const outcome = this.#decode(datagram, sha256);
    if (outcome.kind === "notification") this.#notification(outcome, datagram, sha256);
    else {
      for (const reply of outcome.replies) this.#io.send(reply);
      if (outcome.kind === "undecodable") this.#undecodable(outcome, datagram, sha256);
      else this.counts.protocol++;
    }
  }

  #notification(outcome: Extract<Outcome, { kind: "notification" }>, datagram: Queued, sha256: string): void {
    this.counts.accepted++;
    const peer = plainAddress(datagram.address);
    const { oid, varbinds, address, truncated } = outcome.form;
    const isRelayed = address !== undefined && address !== peer && this.#relays.has(peer);
    const source = isRelayed ? plainAddress(address) : peer;
    const trap: DecodedTrap = {
      at: datagram.at,
      source,
      ...(isRelayed ? { relay: peer } : {}),
      version: outcome.version,
      inform: outcome.inform,
      oid,
      varbinds,
      ...(truncated ? { truncated: true as const } : {}),
      sha256,
    };
    const request = outcome.inform ? { request: `${peer}|${outcome.version}|${outcome.requestId ?? ""}` } : {};
    const lane = laneOf({ source, oid, varbinds }, this.#rules.parts ?? {});
    this.#event({ trap, lane, ...request, fate: { answers: [...outcome.answers], state: "waiting" } }, identityOf({ oid, varbinds }));
  }

  #undecodable(outcome: Extract<Outcome, { kind: "undecodable" }>, datagram: Queued, sha256: string): void {
    this.counts.undecodable++;
    const source = plainAddress(datagram.address);
    if (UNAUTHORISED.has(outcome.reason)) this.counts.unauthorised++;
    if (outcome.reason === "replay") {
      this.counts.replayed++;
      if (this.#replayed.size < 100) this.#replayed.add(source);
    }
    const trap: DecodedTrap = {
      at: datagram.at,
      source,
      ...(outcome.version === undefined ? {} : { version: outcome.version }),
      inform: false,
      varbinds: [],
      sha256,
      undecodable: outcome.reason,
      ...(SHOWN.has(outcome.reason) ? { head: headOf(datagram.bytes, this.#rules.communities) } : {}),
    };
    this.#event({ trap, lane: `${source}|undecodable`, fate: { answers: [], state: "waiting" } }, `${outcome.reason} ${sha256}`);
  }

  #event(event: TrapEvent, identity: string): void {
    const short = identity.length <= MAX_IDENTITY ? identity : hash("sha256", identity, "base64");
    const first = this.#repeats.repeated(event, short, event.fate, this.#io.monotonicMs());
    if (first === undefined) this.outgoing.add(event);
    else {
      this.counts.deduplicated++;
      this.outgoing.repeat(first, event.fate.answers);
    }
  }

  #sourcesFor(rules: TrapRules): Sources {
    const isAllowed = allowList([...rules.allow, ...rules.relays]);
    return sourcesOf({ isAllowed, perSecond: rules.perSourcePerSecond, burst: rules.burst });
  }

  #decoderFor(rules: TrapRules): Decode {
    const { engineBoots, bootedMs } = this.#options;
    const engineNow = (): { boots: number; time: number } => ({
      boots: engineBoots,
      time: Math.max(0, Math.floor((this.#io.monotonicMs() - bootedMs) / 1000)),
    });
    const engineId = Buffer.from(this.#options.engineId, "hex");
    return decoderOf({ rules, keys: this.#keys, timeliness: this.#timeliness, engineId, engineNow });
  }
}

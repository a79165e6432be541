/**
 * Keeps what rules looked at, for replay: what the evaluator judged, turn by turn, in pieces of half an hour.
 *
 * Off the hot path: the evaluator only hands over what it holds already. Memory is bounded; what does not fit, or cannot be written, is
 * lost, counted, and said in the next piece, so that a replay knows.
 */
import { placeOf, type RuleReads, readsOf } from "../../rules/reads.ts";
import type { Alarm } from "../model/alarm.ts";
import type { Config } from "../model/config.ts";
import type { Incident } from "../model/incident.ts";
import type { DeviceInventory } from "../model/inventory.ts";
import type { LookMark, LooksCheckpoint, Product } from "../model/looks.ts";
import type { Observation } from "../model/observation.ts";
import { HOUR, type Instant, MINUTE, SECOND } from "../model/time.ts";
import type { Clock, Log, Store } from "../ports.ts";
import type { PieceToKeep } from "../ports-looks.ts";
import type { Wide } from "./intent.ts";
import { PieceColumns } from "./look-columns.ts";
import { productOf } from "./products.ts";
import type { Role } from "./supervisor.ts";

/** One turn, as it was decided and committed. */
export interface JudgedTurn {
  readonly now: Instant;
  /** In the order in which they were judged. */
  readonly observations: readonly Observation[];
  readonly wide: readonly Wide[];
  /** What devices turned out to be by it. */
  readonly inventories: readonly DeviceInventory[];
}

/** Hears what the evaluator does. Its calls return at once and never throw. */
export interface TurnWatcher {
  /** The evaluator has read back what the store holds. */
  loaded(at: Instant, alarms: Iterable<Alarm>, inventories: readonly DeviceInventory[]): void;
  adopted(config: Config, at: Instant, holdUntil: Instant): void;
  /** The wall clock jumped by so much, and the evaluator's times with it. */
  jumped(ms: number, at: Instant): void;
  /** `alarms`: as they are after the turn. */
  judged(turn: JudgedTurn, alarms: () => Iterable<Alarm>): void;
}

export interface LookKeeperDeps {
  readonly store: Store;
  readonly clock: Clock;
  readonly log: Log;
  readonly stats?: { kept(looks: number): void; lost(looks: number): void };
}

const longestMs = 30 * MINUTE;
/** A small network's piece is written sooner: less is lost with the process, and a replay sees it sooner. */
const shortMs = 5 * MINUTE;
const fewLooks = 20_000;
const mostLooks = 1_000_000;
const checkpointMs = 4 * HOUR;
/** Handed over and not yet in columns. */
const mostWaiting = 100_000;
const sliceLooks = 2_000;
/** Pieces that wait for the store; older ones are lost. */
const mostUnwritten = 2;

type MarkOf<K extends LookMark["kind"]> = Omit<Extract<LookMark, { readonly kind: K }>, "turn">;
type Mark = { [K in LookMark["kind"]]: MarkOf<K> }[LookMark["kind"]];

/** Between two looks at what waits; longer while the store cannot be written. */
const flushMs = 200;
const longestPauseMs = 30 * SECOND;

type Event =
  | { readonly do: "turn"; readonly turn: JudgedTurn }
  | { readonly do: "mark"; readonly mark: Mark }
  /** Instead of what was known before, or beside it. */
  | { readonly do: "products"; readonly products: readonly Product[]; readonly anew: boolean }
  | { readonly do: "config"; readonly config: Config }
  /** What was before is a piece; the alarms, if the next one gets a checkpoint. */
  | { readonly do: "cut"; readonly alarms: readonly Alarm[] | undefined; readonly at: Instant };

type Unwritten = Omit<PieceToKeep, "checks"> & { readonly checks: () => PieceToKeep["checks"] };

export class LookKeeper implements Role, TurnWatcher {
  readonly name = "look-keeper";
  readonly beatWithinMs = 10 * MINUTE;
  readonly #deps: LookKeeperDeps;
  #events: Event[] = [];
  #waiting = 0;
  #lost = 0;
  #began: Instant | undefined;
  #looks = 0;
  #checkpointAt = Number.NEGATIVE_INFINITY;
  readonly #told = new Map<string, number>();
  // From here on: on the keeper's own side of the queue.
  #reads: RuleReads = readsOf([]);
  #hash = "";
  #columns = new PieceColumns(this.#reads);
  readonly #products = new Map<string, Product>();
  #checkpoint: LooksCheckpoint | undefined;
  #lastFrom = Number.NEGATIVE_INFINITY;
  #unwritten: Unwritten[] = [];
  /** Of the store, in a row. */
  #failures = 0;

  constructor(deps: LookKeeperDeps) {
    this.#deps = deps;
  }

  loaded(at: Instant, alarms: Iterable<Alarm>, inventories: readonly DeviceInventory[]): void {
    this.#events.push({ do: "products", products: inventories.map(productOf), anew: true });
    this.#cut([...alarms], at);
    this.#events.push({ do: "mark", mark: { kind: "started", at } });
  }

  adopted(config: Config, at: Instant, holdUntil: Instant): void {
    // The limits by which runs are told apart are those of one configuration.
    if (this.#looks > 0) this.#cut(undefined, at);
    this.#events.push({ do: "config", config }, { do: "mark", mark: { kind: "adopted", at, hash: config.hash, holdUntil } });
  }

  jumped(ms: number, at: Instant): void {
    this.#events.push({ do: "mark", mark: { kind: "jumped", at, ms } });
  }

  judged(turn: JudgedTurn, alarms: () => Iterable<Alarm>): void {
    const size = turn.observations.length;
    if (this.#waiting + size > mostWaiting) {
      this.#lose(size);
      return;
    }
    if (this.#lost > 0) this.#events.push({ do: "mark", mark: { kind: "lost", at: turn.now, looks: this.#lost } });
    this.#lost = 0;
    for (const wide of turn.wide) this.#events.push({ do: "mark", mark: { kind: "wide", at: turn.now, wide } });
    this.#events.push({ do: "turn", turn });
    // They count from the next turn on.
    const products = turn.inventories.map(productOf);
    if (products.length > 0) {
      this.#events.push({ do: "products", products, anew: false });
      this.#events.push({ do: "mark", mark: { kind: "products", at: turn.now, products } });
    }
    this.#waiting += size + 1;
    this.#looks += size + 1;
    this.#began ??= turn.now;
    const sinceMs = Math.abs(turn.now - this.#began);
    if (sinceMs < shortMs && this.#looks < mostLooks) return;
    if (sinceMs < longestMs && this.#looks >= fewLooks && this.#looks < mostLooks) return;
    const due = Math.abs(turn.now - this.#checkpointAt) >= checkpointMs;
    this.#cut(due ? [...alarms()] : undefined, turn.now);
  }

  /** Incidents moved by the escalator: whose people were told is no longer folded. */
  told(incidents: readonly Incident[], at: Instant): void {
    for (const { id, rootCause, noticeSent, occurrences } of incidents) {
      if (!noticeSent || this.#told.get(id) === occurrences) continue;
      if (this.#told.size > 10_000) this.#told.clear();
      this.#told.set(id, occurrences);
      this.#events.push({ do: "mark", mark: { kind: "told", at, rootCause } });
    }
  }

  async run(signal: AbortSignal, beat: () => void): Promise<void> {
    const { clock } = this.#deps;
    while (!signal.aborted) {
      beat();
      await this.flush();
      // A store that is down is not asked five times a second.
      await clock.sleep(Math.min(flushMs * 2 ** this.#failures, longestPauseMs), signal);
    }
    await this.stop();
  }

  /** Writes everything so far, as a piece of its own. */
  async stop(): Promise<void> {
    this.#cut(undefined, this.#began ?? 0);
    await this.flush();
  }

  /** Takes in what was handed over, and writes the pieces that are complete. */
  async flush(): Promise<void> {
    await this.#drain();
    await this.#write();
  }

  #cut(alarms: readonly Alarm[] | undefined, at: Instant): void {
    this.#events.push({ do: "cut", alarms, at });
    this.#began = undefined;
    this.#looks = 0;
    if (alarms !== undefined) this.#checkpointAt = at;
  }

  #lose(looks: number): void {
    this.#lost += looks;
    this.#deps.stats?.lost(looks);
  }

  async #drain(): Promise<void> {
    while (this.#events.length > 0) {
      const events = this.#events;
      this.#events = [];
      let slice = 0;
      for (const event of events) {
        const looks = await this.#take(event);
        this.#waiting -= looks;
        slice += looks;
        if (slice < sliceLooks) continue;
        slice = 0;
        await new Promise<void>((resolve) => setImmediate(resolve));
      }
    }
  }

  async #take(event: Event): Promise<number> {
    switch (event.do) {
      case "turn":
        this.#columns.turn(event.turn.now, event.turn.observations);
        return event.turn.observations.length + 1;
      case "mark":
        this.#columns.mark({ ...event.mark, turn: this.#columns.turns } as LookMark);
        return 0;
      case "products":
        if (event.anew) this.#products.clear();
        for (const product of event.products) this.#products.set(product.device, product);
        return 0;
      case "config":
        this.#reads = readsOf(event.config.rules);
        this.#hash = event.config.hash;
        this.#columns.use(this.#reads);
        return 0;
      case "cut":
        await this.#nameAfterAll();
        this.#end();
        if (event.alarms !== undefined) this.#checkpoint = await this.#checkpointOf(event.alarms, event.at);
        return 0;
    }
  }

  /** The clock may have been set back while no daemon ran: what is kept already comes first. */
  async #nameAfterAll(): Promise<void> {
    if (this.#lastFrom !== Number.NEGATIVE_INFINITY || this.#columns.turns === 0) return;
    try {
      this.#lastFrom = (await this.#deps.store.looksKept())?.to ?? 0;
    } catch {
      // The store is away: the write says so. The piece is named by the clock alone.
    }
  }

  /** Turns what grew so far into a piece that waits for the store. */
  #end(): void {
    const columns = this.#columns;
    if (columns.turns === 0) return;
    const { samples } = this.#reads;
    const same = (sample: string) => {
      const limits = samples.get(sample);
      return (a: number, b: number) => limits !== undefined && placeOf(a, limits) === placeOf(b, limits);
    };
    const plain = columns.head(this.#hash, this.#checkpoint !== undefined);
    // Its time is its name, and names are in the order of what happened: after a clock that jumped back, the next free one.
    const from = Math.max(plain.from, this.#lastFrom + 1);
    const head = { ...plain, from, to: Math.max(plain.to, from) };
    this.#lastFrom = from;
    const checkpoint = this.#checkpoint;
    const piece = { head, checks: () => columns.checks(), same, ...(checkpoint === undefined ? {} : { checkpoint }) };
    this.#unwritten.push(piece);
    this.#columns = new PieceColumns(this.#reads);
    this.#checkpoint = undefined;
    while (this.#unwritten.length > mostUnwritten) {
      const lost = this.#unwritten.shift();
      this.#lose(lost?.head.looks ?? 0);
      // A replay starts from a checkpoint: the next piece makes one.
      if (lost?.checkpoint !== undefined) this.#checkpointAt = Number.NEGATIVE_INFINITY;
    }
  }

  /** The alarms of a moment ago, and the incidents of now that were there then. Undefined: they cannot be read, and the next piece is tried. */
  async #checkpointOf(alarms: readonly Alarm[], at: Instant): Promise<LooksCheckpoint | undefined> {
    try {
      const incidents = await this.#deps.store.openIncidents();
      return { alarms, incidents: incidents.filter(({ openedAt }) => openedAt <= at), products: [...this.#products.values()] };
    } catch (error) {
      this.#deps.log.warn({ error: nameOf(error) }, "no checkpoint of the alarms for replay; the next piece tries again");
      this.#checkpointAt = Number.NEGATIVE_INFINITY;
      return undefined;
    }
  }

  /** Writes the pieces that wait. One that cannot be written is tried again. */
  async #write(): Promise<void> {
    for (let piece = this.#unwritten[0]; piece !== undefined; piece = this.#unwritten[0]) {
      try {
        await this.#deps.store.saveLooks({ ...piece, checks: piece.checks() });
      } catch (error) {
        if (this.#failures === 0) this.#deps.log.warn({ from: piece.head.from, error: nameOf(error) }, "looks not written; trying again");
        this.#failures += 1;
        return;
      }
      this.#failures = 0;
      this.#unwritten.shift();
      this.#deps.stats?.kept(piece.head.looks);
    }
  }
}

function nameOf(error: unknown): string {
  return error instanceof Error ? error.name : "unknown";
}

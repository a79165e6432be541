/**
 * Takes observations in order, decides in memory, commits one transaction a turn with what changed, then acknowledges.
 *
 * Memory is swapped after the commit; a failed commit runs the turn again. An observation that changes nothing costs no
 * transaction. Polls come over the bus; what was heard comes from the inbox, read by a cursor that commits with what it changed,
 * and a second later at most where it changed nothing: read again after a crash, that changes nothing again.
 */

import { DateTime } from "luxon";
import { inOrder } from "../../rules/alarm.ts";
import type { Board } from "../board.ts";
import type { Bookings } from "../bookings.ts";
import type { Config } from "../model/config.ts";
import type { Severity } from "../model/incident.ts";
import type { Observation } from "../model/observation.ts";
import { MINUTE } from "../model/time.ts";
import { differsInPeopleOnly } from "../oncall/book.ts";
import { type Bus, type Clock, type Fence, LeaseLost, type Log, RaceLost, type Store } from "../ports.ts";
import { adopt } from "./adopt.ts";
import { keepCalls } from "./calls.ts";
import { ClassFacts } from "./class-facts.ts";
import { IntentWriter, numbersNeeded, type Reserved } from "./commit.ts";
import { FailingNow } from "./failing-now.ts";
import { believedAtStart, placeOf } from "./gates.ts";
import { InboxLoop } from "./inbox-loop.ts";
import type { GateKeeper } from "./intent.ts";
import { Jumps } from "./jumps.ts";
import type { Leases } from "./lease.ts";
import type { TurnWatcher } from "./look-keeper.ts";
import { AlarmMemory } from "./memory.ts";
import { Standing, type StandingChanges } from "./standing.ts";
import type { Role } from "./supervisor.ts";
import { type WallRow, wallKey } from "./timekeeper.ts";
import { type Kick, Turn, type TurnResult, type TurnWorld, type Wide } from "./turn.ts";
import { type Input, inputOf } from "./turn-input.ts";
import { heldNow, mayWait, waits } from "./waiting.ts";
import { worldOf } from "./world.ts";

export interface EvaluatorStats {
  turn(seconds: number, observations: number): void;
  alarms(active: number): void;
  /** An incident is committed that was not there before. */
  opened?(severity: Severity): void;
  /** So many requests of help buttons are committed. */
  pressed?(count: number): void;
}

export interface EvaluatorDeps {
  readonly store: Store;
  readonly bus: Bus;
  readonly clock: Clock;
  readonly log: Log;
  readonly leases: Leases;
  readonly board: Board;
  readonly config: () => Config;
  readonly stats: EvaluatorStats;
  readonly kick: (kick: Kick) => void;
  /** Told after each commit: incidents moved, observations seen. */
  readonly changed: (what: { readonly incidents: boolean }) => void;
  readonly seen: (observations: readonly Observation[]) => void;
  /** What keeps alarms from opening incidents (maintenance, the device's own state, an empty room). */
  readonly gates?: readonly GateKeeper[];
  /** A flexible maintenance has begun; committed. */
  readonly began?: (id: string, at: number) => void;
  /** Which session a failure hits; without it none is known. */
  readonly bookings?: Bookings;
  /** Keeps what was judged, for replay. */
  readonly watch?: TurnWatcher;
}

const maxTurn = 500;
const holdMs = 2 * MINUTE;
const checkpointMs = 10_000;
const cursorName = "evaluator";
/** A cursor that moved over what changed nothing is written this much later, not with a transaction a batch. */
const cursorEveryMs = 1_000;

/** A turn that is decided and not yet written. */
interface Decided {
  readonly config: Config;
  readonly fence: Fence;
  readonly now: number;
  readonly result: TurnResult;
  readonly standing: StandingChanges;
  readonly checkpoint: readonly string[];
  /** The last message of the inbox that is judged with it. */
  readonly readTo: number;
  /** A race was lost: what memory believes of incidents was wrong. */
  readonly lost: boolean;
}

export class Evaluator implements Role {
  readonly name = "evaluator";
  readonly beatWithinMs = 30_000;
  readonly #deps: EvaluatorDeps;
  readonly #standing: Standing;
  readonly #facts: ClassFacts;
  #memory = new AlarmMemory([]);
  #failing = new FailingNow();
  #world: TurnWorld | undefined;
  #adopted: Config | undefined;
  /** The last message judged, and the last that the store knows of as judged. */
  #cursor = 0;
  #storedCursor = 0;
  #cursorStoredAt = 0;
  #holdUntil = 0;
  #startedAt = 0;
  #checkpointAt = 0;
  readonly #unsaved = new Set<string>();
  /** Active alarms that wait for the first look at their parents. */
  #waiting: ReadonlySet<string> = new Set();
  /** The right to write that the memory was loaded under; under another, somebody else has written since. */
  #epoch = 0;
  readonly #inbox: InboxLoop;
  readonly #jumps: Jumps;
  /** Turns run one after another, whoever asks. */
  #queue: Promise<unknown> = Promise.resolve();

  constructor(deps: EvaluatorDeps) {
    this.#deps = deps;
    this.#standing = new Standing(deps.board);
    this.#inbox = new InboxLoop(deps.clock);
    this.#jumps = new Jumps({ ...deps, jumped: (ms, at) => deps.watch?.jumped(ms, at) });
    // A turn is written with the configuration that it was decided with.
    this.#facts = new ClassFacts(() => this.#adopted ?? deps.config(), deps.bookings);
  }

  /** Something was committed to the inbox: read it now rather than at the next poll. */
  poke(): void {
    this.#inbox.poke();
  }

  /** Something that is no device fails as a whole, or works again (a credential that is refused everywhere). */
  async wide(input: Wide): Promise<void> {
    await this.#serially(() => this.#turn({ observations: [], wide: [input] }, () => {}));
  }

  get memory(): AlarmMemory {
    return this.#memory;
  }

  async run(signal: AbortSignal, beat: () => void): Promise<void> {
    await this.#deps.leases.wait(this.name, signal, beat);
    if (signal.aborted) return;
    await this.load();
    // When one of the two ends with an error the other ends too: a second run must not find it still reading.
    const both = new AbortController();
    const until = AbortSignal.any([signal, both.signal]);
    const bus = this.#deps.bus.consume({ maxBatch: maxTurn }, (batch) => this.take(batch, beat), until);
    const inbox = this.#inbox.run(async () => (await this.drain(beat)) === maxTurn, until);
    try {
      await Promise.race([bus, inbox]);
    } finally {
      both.abort();
      await Promise.allSettled([bus, inbox]);
    }
    await Promise.all([bus, inbox]);
  }

  /** Decides on a batch and commits what changed; resolves when it may be acknowledged. Batches run one after another. */
  take(batch: readonly Observation[], beat: () => void = () => {}): Promise<void> {
    return this.#serially(() => this.#turn({ observations: batch }, beat));
  }

  /** Reads back what the store holds: alarms, the cursor, the open root causes. Before the first batch. */
  async load(): Promise<void> {
    const { store, leases } = this.#deps;
    this.#epoch = leases.fence(this.name).epoch;
    this.#memory = new AlarmMemory(await store.loadAlarms());
    this.#memory.hearSince((await store.kept<WallRow>(wallKey))?.at);
    const lights = await store.loadLights();
    const told = lights.flatMap(({ device, activity }) => (activity === undefined ? [] : [[device, activity.state] as const]));
    this.#memory.rememberDoing(believedAtStart(told, this.#deps.config().network.devices, this.#deps.clock.now()));
    const inventories = await store.loadInventories();
    this.#standing.load(lights, inventories);
    this.#startedAt = this.#deps.clock.now();
    this.#cursor = await store.cursor(cursorName);
    this.#storedCursor = this.#cursor;
    this.#failing = await FailingNow.read(store);
    this.#unsaved.clear();
    this.#jumps.forget();
    this.#world = undefined;
    this.#waiting = await this.#waitedOn();
    this.#deps.watch?.loaded(this.#deps.clock.now(), this.#memory.all(), inventories);
  }

  /** Alarms raised again during an earlier start, after their last incident had ended, and not yet judged. */
  async #waitedOn(): Promise<ReadonlySet<string>> {
    const waiting = new Set<string>();
    // One that is failing has not ended: after a storm a start would ask for thousands, one by one.
    for (const alarm of this.#memory.live())
      if (mayWait(alarm) && !this.#failing.has(alarm.incident ?? "") && waits(alarm, await this.#deps.store.incident(alarm.incident ?? "")))
        waiting.add(alarm.key);
    return waiting;
  }

  /** A new configuration: alarms of what left it end, their incidents say so, and new incidents wait for the parents that are new. */
  async #adopt(config: Config, fence: Fence, now: number): Promise<void> {
    const { store } = this.#deps;
    const { alarms, timeline } = adopt(this.#memory.all(), await store.openIncidents(), config, now);
    const fresh: (typeof timeline)[number][] = [];
    for (const entry of timeline) if (!(await store.timeline(entry.incident)).some((each) => each.event === entry.event)) fresh.push(entry);
    if (alarms.length > 0 || fresh.length > 0) {
      await store.transaction(fence, async (tx) => {
        await tx.saveAlarms(alarms);
        await tx.appendTimeline(fresh);
      });
    }
    this.#memory.apply(alarms);
    this.#memory.forgetMarks(config.network.devices);
    this.#holdUntil = now + holdMs;
    this.#deps.watch?.adopted(config, now, this.#holdUntil);
    this.#world = this.#worldOf(config);
    this.#adopted = config;
  }

  #serially<T>(work: () => Promise<T>): Promise<T> {
    const run = this.#queue.then(work, work);
    this.#queue = run.catch(() => undefined);
    return run;
  }

  /** Judges what waits in the inbox, at most a turn of it, and fires what is due; how many messages there were. */
  async drain(beat: () => void = () => {}): Promise<number> {
    const messages = await this.#deps.store.inboxAfter(this.#cursor, maxTurn);
    const { input, isMoved } = inputOf(messages);
    await this.#serially(async () => {
      // People move incidents too.
      if (isMoved) this.#failing = await FailingNow.read(this.#deps.store);
      await this.#turn(input, beat);
    });
    beat();
    return messages.length;
  }

  async #turn(input: Input, beat: () => void): Promise<void> {
    const { clock, stats } = this.#deps;
    const beganMs = clock.monotonicMs();
    for (let tries = 0; ; tries += 1) {
      try {
        await this.#once(input, tries > 0);
        break;
      } catch (error) {
        if (!(error instanceof RaceLost) || tries >= 5) throw error;
        this.#failing = await FailingNow.read(this.#deps.store);
      }
    }
    beat();
    stats.turn((clock.monotonicMs() - beganMs) / 1000, input.observations.length);
  }

  async #once({ observations: came, cursor, wide = [], people, swaps = [] }: Input, lost: boolean): Promise<void> {
    const { clock, config: getConfig } = this.#deps;
    const config = getConfig();
    const now = clock.now();
    const fence = this.#fence();
    this.#shift(await this.#jumps.heed(this.#memory, this.#standing, fence));
    const observations = this.#jumps.onNewClock(came);
    const world = await this.#worldNow(config, fence, now);
    const ordered = inOrder(observations);
    const result = new Turn(world, this.#memory).run(
      ordered,
      now,
      heldNow(this.#memory, this.#waiting, this.#holdUntil, now),
      wide,
      people,
    );
    const standing = this.#standing.decide({
      ...{ config, swaps },
      observations: ordered,
      overlay: result.overlay,
      now,
      absence: placeOf(config, this.#deps.bookings).absence,
    });
    const checkpoint = this.#checkpoint(now);
    const decided: Decided = { config, fence, now, result, standing, checkpoint, readTo: cursor ?? this.#cursor, lost };
    const writer = await this.#commit(decided);
    this.#cursor = decided.readTo;
    // Committed: only now does memory follow.
    if (writer !== undefined || observations.length > 0) this.#follow(observations, decided, writer);
    const moved = ordered.length > 0 || wide.length > 0 || result.persist.size > 0 || result.intents.length > 0;
    const { inventories } = standing.stock;
    if (moved) this.#deps.watch?.judged({ now, observations: ordered, wide, inventories }, () => this.#memory.all());
  }

  /** With the clock: since when it looks, and until when new incidents wait. */
  #shift(ms: number): void {
    if (ms === 0) return;
    this.#startedAt += ms;
    this.#holdUntil += ms;
    if (this.#world !== undefined) this.#world = { ...this.#world, startedAt: this.#startedAt, holdUntil: this.#holdUntil };
    for (const { key } of this.#memory.all()) this.#unsaved.add(key);
  }

  /** Undefined when there was nothing to write. */
  async #commit(decided: Decided): Promise<IntentWriter | undefined> {
    const { config, fence, now, result, standing, checkpoint, readTo } = decided;
    const changes = standing.writes || result.persist.size > 0 || result.intents.length > 0 || checkpoint.length > 0;
    const cursorIsDue = readTo !== this.#storedCursor && Math.abs(now - this.#cursorStoredAt) >= cursorEveryMs;
    if (!changes && !cursorIsDue) return undefined;
    const numbers = await this.#reserve(decided);
    let pressed = 0;
    const writer = await this.#deps.store.transaction(fence, async (tx) => {
      const intents = new IntentWriter(tx, config, result, numbers, this.#facts);
      await intents.run();
      pressed = await keepCalls(tx, result, config, intents.ended);
      const keys = new Set([...result.persist, ...checkpoint]);
      await tx.saveAlarms([...keys].flatMap((key) => result.overlay.get(key) ?? []));
      if (standing.lights.length > 0) await tx.saveLights(standing.lights);
      if (standing.stock.inventories.length > 0) await tx.saveStock(standing.stock);
      if (readTo !== this.#storedCursor) await tx.saveCursor(cursorName, readTo);
      return intents;
    });
    this.#deps.stats.pressed?.(pressed);
    this.#storedCursor = readTo;
    this.#cursorStoredAt = now;
    return writer;
  }

  /** Memory, board and everybody who waits for it learn what was committed. */
  #follow(observations: readonly Observation[], { now, result, standing, checkpoint }: Decided, writer: IntentWriter | undefined): void {
    const { board, kick, changed, seen, stats } = this.#deps;
    this.#memory.apply(result.overlay.changes());
    if (result.overlay.heardAt !== undefined) this.#memory.hearSince(result.overlay.heardAt);
    this.#memory.learn(result.looks);
    this.#memory.rememberBack(result.cameBack);
    this.#memory.rememberMarks(result.overlay.marks);
    this.#memory.suspects = result.suspects;
    this.#memory.rememberDoing(result.overlay.told);
    for (const alarm of result.overlay.changes()) if (!result.persist.has(alarm.key)) this.#unsaved.add(alarm.key);
    for (const key of checkpoint) this.#unsaved.delete(key);
    this.#waiting = result.held;
    for (const { rootCause, id } of writer?.opened.values() ?? []) this.#failing.begins(rootCause, id);
    for (const { rootCause } of writer?.ended ?? []) this.#failing.ends(rootCause);
    for (const severity of writer?.created ?? []) stats.opened?.(severity);
    for (const intent of result.intents) if (intent.kind === "begin") this.#deps.began?.(intent.maintenance, intent.at);
    for (const observation of observations) board.record(observation, now);
    this.#standing.apply(standing);
    for (const [device, up] of result.up) this.#show(device, up, now);
    for (const each of result.kicks) kick(each);
    seen(observations);
    stats.alarms(this.#memory.activeCount());
    if (result.intents.length > 0) changed({ incidents: true });
  }

  /** Every 10 s: alarms that moved in memory only (attempts, flap bits), to be kept over a restart. */
  #checkpoint(now: number): readonly string[] {
    if (this.#unsaved.size === 0 || Math.abs(now - this.#checkpointAt) < checkpointMs) return [];
    this.#checkpointAt = now;
    return [...this.#unsaved].slice(0, 5_000);
  }

  async #reserve({ config, result, now, lost }: Decided): Promise<readonly Reserved[]> {
    const isIn = (alarm: string) => this.#failing.has(result.overlay.get(alarm)?.incident ?? "");
    const count = numbersNeeded(result.intents, ({ root, alarm }) => this.#failing.hasRoot(root) || (isIn(alarm) && !lost), lost);
    if (count === 0) return [];
    const year = DateTime.fromMillis(now, { zone: config.instance.timezone }).year;
    const sequences = await this.#deps.store.reserveNumbers(config.instance.numberPrefix, year, count);
    return sequences.map((sequence) => ({ year, sequence }));
  }

  #fence(): Fence {
    const fence = this.#deps.leases.fence(this.name);
    if (fence.epoch !== this.#epoch) throw new LeaseLost("the evaluator's lease changed hands and came back: its memory is old");
    return fence;
  }

  async #worldNow(config: Config, fence: Fence, now: number): Promise<TurnWorld> {
    const adopted = this.#adopted;
    if (this.#world !== undefined && adopted !== undefined && adopted !== config && differsInPeopleOnly(adopted, config))
      this.#adopted = config;
    if (this.#world === undefined || this.#adopted !== config) await this.#adopt(config, fence, now);
    return this.#world ?? this.#worldOf(config);
  }

  #worldOf(config: Config): TurnWorld {
    const { board, bookings, gates = [] } = this.#deps;
    const isFailing = (incident: string) => this.#failing.has(incident);
    return worldOf({
      ...{ config, board, bookings, gates, isFailing, apart: (one: string, other: string) => this.#failing.apart(one, other) },
      ...{ standing: this.#standing, startedAt: this.#startedAt, holdUntil: this.#holdUntil },
    });
  }

  #show(device: string, up: number, now: number): void {
    const state = this.#deps.board.of(device, now);
    if (!Object.is(state.up, up)) {
      state.up = up;
      state.upSince = now;
    }
    state.alarms.clear();
    for (const alarm of this.#memory.ofDevice(device)) if (alarm.state === "active") state.alarms.add(alarm.key);
  }
}

/**
 * The evaluator in virtual time: kept looks through the same turns and the same writer, with incidents in memory.
 *
 * Turns are those of the daemon, with their own time, so that what was judged late or out of order is so again. A turn in which nothing
 * can happen is not run.
 */
import { inOrder } from "../../rules/alarm.ts";
import { readsOf } from "../../rules/reads.ts";
import { listingOf } from "../../rules/registration.ts";
import { Board } from "../board.ts";
import type { Bookings } from "../bookings.ts";
import { alarmKey } from "../model/alarm.ts";
import type { Config } from "../model/config.ts";
import type { DeviceInventory } from "../model/inventory.ts";
import type { CheckLooks, LookMark, LooksCheckpoint, PieceHead } from "../model/looks.ts";
import type { Observation } from "../model/observation.ts";
import { type Instant, MINUTE } from "../model/time.ts";
import { adopt } from "../roles/adopt.ts";
import { IntentWriter, type Reserved } from "../roles/commit.ts";
import { blindRoot, blindSymptom, linkSymptom } from "../roles/explain.ts";
import { believedAtStart } from "../roles/gates.ts";
import type { GateKeeper, TurnResult, TurnWorld, Wide } from "../roles/intent.ts";
import { AlarmMemory, isGate } from "../roles/memory.ts";
import { inventoryOf } from "../roles/products.ts";
import { Standing } from "../roles/standing.ts";
import { Turn } from "../roles/turn.ts";
import { heldNow, waits } from "../roles/waiting.ts";
import { worldOf } from "../roles/world.ts";
import { Agenda } from "./agenda.ts";
import type { Cursor } from "./cursor.ts";
import { type Course, ReplayedIncidents } from "./incidents.ts";
import { ended, GoesOn, lasting } from "./lasting.ts";
import { movesOf } from "./moves.ts";

export interface ReplayWorld {
  readonly config: Config;
  /** The alarms and incidents that it starts with; undefined: none. */
  readonly checkpoint?: LooksCheckpoint;
  readonly gates?: readonly GateKeeper[];
  readonly bookings?: Bookings;
  /** What devices are, by their own words, where no checkpoint tells: firmware is a reason to take incidents together. */
  readonly inventories?: readonly DeviceInventory[];
}

export interface ReplayCounts {
  looks: number;
  /** Of them, judged one by one; the rest was passed over in bulk. */
  judged: number;
  turns: number;
  /** Runs of values that hold a limit of these rules: which side each look was on is no longer known. */
  ambiguous: number;
  /** Looks that the daemon did not keep. */
  lost: number;
}

export class ReplayEngine {
  readonly counts: ReplayCounts = { looks: 0, judged: 0, turns: 0, ambiguous: 0, lost: 0 };
  /** Hashes of the configurations that were in force. */
  readonly configs = new Set<string>();
  readonly #world: ReplayWorld;
  /** Made anew after a start and a change of the configuration. */
  #made: TurnWorld | undefined;
  readonly #incidents: ReplayedIncidents;
  #memory: AlarmMemory;
  #board = new Board();
  #standing = new Standing(this.#board);
  #holdUntil = 0;
  #waiting: ReadonlySet<string> = new Set();
  /** When an alarm of each device last moved. */
  readonly #moved = new Map<string, Instant>();
  readonly #agenda: Agenda;
  /** What devices are, as it was known by then. */
  readonly #products: Map<string, DeviceInventory>;
  #turnNow = 0;
  /** The first turn of the present piece that is on the wall clock as it is now. */
  #onClockFrom = 0;
  #watched: ReadonlySet<string> = new Set();
  #startedAt = Number.NEGATIVE_INFINITY;
  #head: PieceHead | undefined;
  #number = 0;

  constructor(world: ReplayWorld) {
    this.#world = world;
    const { config, checkpoint } = world;
    this.#agenda = new Agenda(readsOf(config.rules), (device) => config.network.devices.has(device));
    this.#incidents = new ReplayedIncidents(config, checkpoint?.incidents ?? [], world.bookings);
    this.#memory = new AlarmMemory(checkpoint?.alarms ?? [], { knowsLooks: false });
    const known = checkpoint?.products?.map(inventoryOf) ?? world.inventories ?? [];
    this.#products = new Map(known.map((each) => [each.device, each]));
    this.#board.show([], known);
    this.#adopt(0);
  }

  courses(): Iterable<Course> {
    return this.#incidents.courses();
  }

  /** All looks of one piece. `pause` is awaited now and then. */
  async piece(head: PieceHead, checks: readonly CheckLooks[], pause: () => Promise<void> | undefined): Promise<void> {
    this.configs.add(head.config);
    await this.#begin(head, checks, pause);
    let mark = 0;
    for (let turn = 0; turn < head.turns.length; turn += 1) {
      const now = head.turns[turn] ?? 0;
      const wide: Wide[] = [];
      for (let next = head.marks[mark]; next !== undefined && next.turn <= turn; mark += 1, next = head.marks[mark]) this.#take(next, wide);
      if (now >= this.#incidents.wakeAt) this.#incidents.wake(now);
      if (this.#agenda.has(turn) || wide.length > 0 || this.#isDue(now)) await this.#turn(turn, now, wide);
      const waiting = (turn & 63) === 0 ? pause() : undefined;
      if (waiting !== undefined) await waiting;
    }
    for (const last of head.marks.slice(mark)) this.#take(last, []);
  }

  async #begin(head: PieceHead, checks: readonly CheckLooks[], pause: () => Promise<void> | undefined): Promise<void> {
    this.#head = head;
    this.#agenda.begin(head.from);
    this.#onClockFrom = 0;
    const started = head.marks.find(({ kind }) => kind === "started");
    if (started !== undefined) this.#restart(started.at);
    for (const [index, kept] of checks.entries()) {
      const waiting = (index & 255) === 0 ? pause() : undefined;
      if (waiting !== undefined) await waiting;
      this.counts.looks += kept.count;
      this.counts.ambiguous += this.#agenda.add(kept);
    }
  }

  #take(mark: LookMark, wide: Wide[]): void {
    switch (mark.kind) {
      case "started":
        this.#startedAt = mark.at;
        this.#made = undefined;
        return;
      case "adopted":
        this.configs.add(mark.hash);
        this.#holdUntil = mark.holdUntil;
        this.#adopt(mark.at);
        return;
      case "jumped":
        this.#shift(mark);
        return;
      case "wide":
        wide.push(mark.wide);
        return;
      case "told":
        this.#incidents.told(mark.rootCause, mark.at);
        return;
      case "products":
        this.#learn(mark.products.map(inventoryOf));
        return;
      case "lost":
        this.counts.lost += mark.looks;
    }
  }

  /** The daemon's wall clock jumped, and all times that it compared moved with it. */
  #shift({ turn, ms, at }: Extract<LookMark, { readonly kind: "jumped" }>): void {
    this.#turnNow = turn;
    this.#memory.remember(this.#agenda.cut(turn));
    this.#memory.shift(ms);
    this.#board.shift(ms);
    this.#standing.shift(ms);
    for (const [device, movedAt] of this.#moved) this.#moved.set(device, movedAt + ms);
    this.#incidents.shift(ms, at);
    this.#startedAt += ms;
    this.#holdUntil += ms;
    this.#onClockFrom = turn;
    this.#made = undefined;
  }

  #learn(inventories: readonly DeviceInventory[]): void {
    for (const each of inventories) this.#products.set(each.device, each);
    this.#board.show([], inventories);
  }

  /** The daemon came back: what it had only in memory is gone. */
  #restart(at: Instant): void {
    const { heardAt } = this.#memory;
    const told = [...this.#memory.allDoing()].map(([device, { doing }]) => [device, doing] as const);
    this.#memory = new AlarmMemory([...this.#memory.all()], { knowsLooks: false });
    this.#memory.hearSince(heardAt);
    this.#memory.rememberDoing(believedAtStart(told, this.#world.config.network.devices, at));
    this.#board = new Board();
    this.#board.show([], [...this.#products.values()]);
    this.#standing = new Standing(this.#board);
    this.#made = undefined;
    this.#agenda.forget();
    this.#waiting = new Set(
      this.#memory.live().flatMap((alarm) => (waits(alarm, this.#incidents.get(alarm.incident ?? "")) ? [alarm.key] : [])),
    );
  }

  #adopt(at: Instant): void {
    const { alarms } = adopt(this.#memory.all(), this.#incidents.open(), this.#world.config, at);
    this.#memory.apply(alarms);
    this.#made = undefined;
  }

  /** Could a turn without looks change something? */
  #isDue(now: Instant): boolean {
    if (this.#memory.due(now).length > 0 || this.#waiting.size > 0 || this.#memory.suspects.size > 0) return true;
    if (this.#memory.gated()[Symbol.iterator]().next().done !== true) return true;
    return now <= this.#holdUntil + MINUTE && this.#memory.unexplained().length > 0;
  }

  async #turn(turn: number, now: Instant, wide: readonly Wide[]): Promise<void> {
    this.#turnNow = turn;
    const cursors = this.#agenda.touched(turn);
    const looks: Observation[] = [];
    const judged: Cursor[] = [];
    for (const cursor of cursors) {
      const { looks: its, before } = cursor.take(turn);
      if (before !== undefined) this.#memory.remember([before]);
      if (its.length > 0) judged.push(cursor);
      looks.push(...its);
    }
    // Looks that were passed over were heard all the same.
    const heardAt = turn > this.#onClockFrom ? this.#head?.turns[turn - 1] : undefined;
    if (heardAt !== undefined) this.#memory.hearSince(Math.max(this.#memory.heardAt ?? heardAt, heardAt));
    const observations = inOrder(looks);
    this.counts.turns += 1;
    this.counts.judged += observations.length;
    const world = this.#worldNow();
    const result = new Turn(world, this.#memory).run(observations, now, heldNow(this.#memory, this.#waiting, this.#holdUntil, now), wide);
    const unsettled = this.#unsettledBy(observations, now);
    await this.#write(result, now);
    const moves = movesOf(result.overlay.changes(), (key) => this.#memory.get(key), world.restoreAfterLooks);
    const live = this.#liveOf(judged);
    this.#follow(result, observations, now);
    const counted = new Set(moves.counted);
    // A slope or an absence is judged by the look before: such a device is looked at look by look.
    for (const key of result.overlay.marks.keys()) unsettled.add(key.slice(0, key.indexOf("|")));
    for (const cursor of judged) {
      const { device } = cursor;
      if (unsettled.has(device) || this.#watched.has(this.#siteOf(device)) || this.#dependsOnOthers(device)) cursor.settled = false;
      else cursor.settle((live.get(device) ?? []).filter((key) => !counted.has(key)));
    }
    this.#agenda.rouse(moves, turn);
    for (const cursor of judged) this.#agenda.schedule(cursor);
    if ([...moves.moved].some((holder) => !this.#world.config.network.devices.has(holder))) this.#watch(turn);
  }

  #siteOf(device: string): string {
    return this.#world.config.network.devices.get(device)?.site ?? "";
  }

  /** The alarms that looks at these devices still matter to. */
  #liveOf(cursors: readonly Cursor[]): ReadonlyMap<string, readonly string[]> {
    const live = new Map<string, readonly string[]>();
    for (const { device } of cursors) {
      if (live.has(device)) continue;
      live.set(
        device,
        [...this.#memory.ofDevice(device), ...this.#memory.settlingOf(device)].map(({ key }) => key),
      );
    }
    return live;
  }

  /** Devices of looks that came late, or before an alarm's last move: that they changed nothing says nothing about the next one. */
  #unsettledBy(observations: readonly Observation[], now: Instant): Set<string> {
    const unsettled = new Set<string>();
    for (const { check, device, at, seq, finding } of observations) {
      const previous = this.#memory.judged(check);
      const late = previous !== undefined && (at < previous.at || (at === previous.at && seq <= previous.seq));
      const stale = at <= (this.#moved.get(device) ?? Number.NEGATIVE_INFINITY) || at > now;
      if (late || stale || finding.faults.length > 0) unsettled.add(device);
    }
    return unsettled;
  }

  async #write(result: TurnResult, now: Instant): Promise<void> {
    if (result.intents.length === 0) return;
    const year = new Date(now).getUTCFullYear();
    const numbers = result.intents.map((): Reserved => {
      this.#number += 1;
      return { year, sequence: this.#number };
    });
    await new IntentWriter(this.#incidents, this.#world.config, result, numbers, this.#incidents.facts).run();
  }

  /** Memory and board learn what was decided. */
  #follow(result: TurnResult, observations: readonly Observation[], now: Instant): void {
    for (const { device, movedAt } of result.overlay.changes()) this.#moved.set(device, Math.max(this.#moved.get(device) ?? 0, movedAt));
    this.#memory.apply(result.overlay.changes());
    if (result.overlay.heardAt !== undefined) this.#memory.hearSince(result.overlay.heardAt);
    this.#memory.remember(observations);
    this.#memory.rememberBack(result.cameBack);
    this.#memory.rememberMarks(result.overlay.marks);
    this.#believe(result, observations);
    this.#waiting = result.held;
    for (const observation of observations) this.#record(observation, now);
    this.#memory.suspects = result.suspects;
    for (const [device, up] of result.up) this.#board.of(device, now).up = up;
    const { devices } = this.#world.config.network;
    const listings = observations.flatMap((observation) => {
      const gatekeeper = observation.finding.whole === undefined ? undefined : devices.get(observation.device);
      return gatekeeper === undefined ? [] : (listingOf(gatekeeper, observation) ?? []);
    });
    if (listings.length > 0) this.#standing.listed(listings);
  }

  /** What a device said it does lasts while looks that are passed over say the same; one of the same check that does not tell it ends that. */
  #believe({ overlay }: TurnResult, observations: readonly Observation[]): void {
    for (const { device, check } of observations) {
      const known = this.#memory.doing(device);
      if (known?.check === check) this.#memory.rememberDoing([[device, ended(known)]]);
    }
    for (const [device, told] of overlay.told) {
      const cursor = this.#agenda.cursor(told.check);
      const isLast = observations.every(({ check, at }) => check !== told.check || at <= told.at);
      const goesOn = isLast ? lasting(told, () => cursor?.lastAt(this.#head?.from ?? 0, this.#turnNow)) : told;
      this.#memory.rememberDoing([[device, goesOn]]);
    }
  }

  /** What answers goes on answering while its looks are passed over: the board knows when it did last. */
  #record(observation: Observation, now: Instant): void {
    this.#board.record(observation, now);
    const looks = this.#board.get(observation.device)?.looks;
    const look = looks?.get(observation.check);
    const cursor = this.#agenda.cursor(observation.check);
    if (looks === undefined || look?.status !== "up" || cursor === undefined || observation.kind === "trap") return;
    looks.set(observation.check, new GoesOn(look, () => cursor.lastAt(this.#head?.from ?? 0, this.#turnNow)));
  }

  /** Sites whose devices are judged look by look: a circuit that they hang on is down, and any answer may end that. */
  #watch(turn: number): void {
    const isActive = (holder: string, symptom: string) => this.#memory.get(alarmKey(holder, symptom))?.state === "active";
    const { sites, devices } = this.#world.config.network;
    const cuts = this.#worldNow().topology.cuts.filter(({ holder }) => isActive(holder, linkSymptom));
    const watched = new Set(isActive(blindRoot, blindSymptom) ? sites.keys() : cuts.flatMap((cut) => [...cut.sites]));
    for (const device of this.#agenda.devices()) {
      const site = devices.get(device)?.site ?? "";
      if (watched.has(site) && !this.#watched.has(site)) this.#agenda.rouseDevice(device, turn);
    }
    this.#watched = watched;
  }

  /** An alarm that another's failure explains is judged again at every look. */
  #dependsOnOthers(device: string): boolean {
    for (const { state, suppressedBy } of this.#memory.ofDevice(device))
      if (state === "active" && suppressedBy !== undefined && !isGate(suppressedBy)) return true;
    return false;
  }

  #worldNow(): TurnWorld {
    if (this.#made !== undefined) return this.#made;
    const { config, bookings, gates = [] } = this.#world;
    const isFailing = (id: string) => this.#incidents.isFailing(id);
    // What people took apart is not: their acts are not replayed.
    const apart = () => false;
    this.#made = worldOf({
      apart,
      config,
      gates,
      bookings,
      isFailing,
      board: this.#board,
      standing: this.#standing,
      startedAt: this.#startedAt,
      holdUntil: this.#holdUntil,
    });
    return this.#made;
  }
}

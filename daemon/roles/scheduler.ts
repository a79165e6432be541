/**
 * Says when to look: every check has an ideal slot, `anchor + n × interval`, its anchor spread by a hash of its id.
 *
 * A run still going is skipped and counted, never queued. Checks are kept in rings, one an interval, sorted by anchor. Anchors lie on steps of
 * 250 ms, and between two steps the scheduler sleeps: what is due together costs one waking, and one fping.
 */
import { createHash } from "node:crypto";
import type { Check, Network } from "../model/network.ts";
import type { Instant } from "../model/time.ts";
import type { Clock } from "../ports.ts";
import { Confirms } from "./confirms.ts";
import { Nap } from "./nap.ts";
import type { Role } from "./supervisor.ts";

/** Looks once; the scheduler never waits for it. */
export type Look = (check: Check, slotAt: Instant) => void;

export interface SchedulerStats {
  slots(lateMs: number): void;
  skipped(check: Check): void;
}

export interface Scheduler extends Role {
  /** The checks of a new network; anchors of those that stay do not move. */
  load(network: Network): void;
  /** An extra look at a device (all its checks, or one) after `inMs`; several asks for the same check are one. */
  kick(check: string, inMs: number): void;
  kickDevice(device: string, inMs: number): void;
  /** A look under way wants another after `inMs`, for as long as its reason lasts; none where the next slot comes about then anyway. */
  again(check: string, inMs: number): void;
  /** A look at a device that a trap asks for: soon, in its turn (see confirms.ts). */
  confirmDevice(device: string): void;
  /** The look of a check has ended. */
  ended(check: string): void;
}

/** A check in its ring. */
interface Entry {
  readonly check: Check;
  readonly offsetMs: number;
  /** A look is under way. Kept here and not in a set: one that grows and shrinks hundreds of times a second is rebuilt all the time. */
  going: boolean;
}

interface Ring {
  readonly intervalMs: number;
  readonly entries: readonly Entry[];
  /** Next entry, and the start of the round it belongs to. */
  next: number;
  roundAt: Instant;
}

/** Anchors lie on its multiples. A run of fping takes some 200 ms where all answer, and hears whatever comes in for another that runs meanwhile: no two overlap. */
const stepMs = 250;
/** Pings go at the step, everything else between two, so that neither waits for the other at the ceiling of all sites. */
const besidePingMs = 125;
/** Between two turns that make up for missed slots. */
const catchUpMs = 100;
/** Sleeps at most this long: it may be allowed to look meanwhile, or the wall clock may have been set. */
const sleepAtMostMs = 200;
const gatherKicksMs = 20;

/** A per-check fixed offset within the interval, so that nothing thunders. */
export function anchorOf(checkId: string, intervalMs: number): number {
  const offset = createHash("sha1").update(checkId).digest().readUInt32BE(0) % intervalMs;
  const beside = checkId.endsWith("/icmp") ? 0 : besidePingMs;
  return (offset - (offset % stepMs) + beside) % intervalMs;
}

export class CheckScheduler implements Scheduler {
  readonly name = "scheduler";
  readonly beatWithinMs = 5_000;
  readonly #deps: { clock: Clock; look: Look; stats: SchedulerStats; mayLook: () => boolean };
  readonly #kicks = new Map<string, Instant>();
  readonly #confirms = new Confirms();
  readonly #nap: Nap;
  #rings: readonly Ring[] = [];
  #entries: ReadonlyMap<string, Entry> = new Map();
  #byDevice: ReadonlyMap<string, readonly Check[]> = new Map();

  constructor(deps: { clock: Clock; look: Look; stats: SchedulerStats; mayLook: () => boolean }) {
    this.#deps = deps;
    this.#nap = new Nap(deps.clock);
  }

  load(network: Network): void {
    const all = [...network.devices.values()].flatMap((device) => device.checks);
    const isGoing = (id: string) => this.#entries.get(id)?.going === true;
    this.#rings = makeRings(all, this.#deps.clock.now(), isGoing);
    this.#entries = new Map(this.#rings.flatMap(({ entries }) => entries.map((entry) => [entry.check.id, entry])));
    this.#byDevice = new Map([...network.devices.values()].map((device) => [device.id, device.checks]));
    for (const id of this.#kicks.keys()) if (!this.#entries.has(id)) this.#kicks.delete(id);
    this.#confirms.keepOnly(this.#byDevice);
    this.#nap.wake();
  }

  kick(id: string, inMs: number): void {
    const at = this.#deps.clock.now() + inMs;
    const before = this.#kicks.get(id);
    if (before !== undefined && before <= at) return;
    this.#kicks.set(id, at);
    this.#nap.wake();
  }

  kickDevice(device: string, inMs: number): void {
    for (const check of this.#byDevice.get(device) ?? []) this.kick(check.id, inMs);
  }

  again(id: string, inMs: number): void {
    const check = this.#entries.get(id)?.check;
    if (check === undefined) return;
    const { intervalMs } = check;
    const past = (this.#deps.clock.now() - anchorOf(id, intervalMs)) % intervalMs;
    // Two looks closer than half of that pace tell no more than one.
    if (inMs + inMs / 2 <= intervalMs - past) this.kick(id, inMs);
  }

  confirmDevice(device: string): void {
    this.#confirms.ask(device, this.#deps.clock.now());
    this.#nap.wake();
  }

  ended(id: string): void {
    const entry = this.#entries.get(id);
    if (entry !== undefined) entry.going = false;
    if (this.#kicks.has(id)) this.#nap.wake();
  }

  async run(signal: AbortSignal, beat: () => void): Promise<void> {
    const { clock, mayLook } = this.#deps;
    while (!signal.aborted) {
      beat();
      let untilMs = sleepAtMostMs;
      if (mayLook()) {
        const now = clock.now();
        for (const ring of this.#rings) untilMs = Math.min(untilMs, this.#turn(ring, now));
        for (const device of this.#confirms.take(now)) this.kickDevice(device, 0);
        untilMs = Math.min(untilMs, this.#confirms.nextInMs(now) ?? sleepAtMostMs);
        if (this.#kicks.size > 0) untilMs = Math.min(untilMs, this.#fireKicks(now));
      }
      // Kicks that come in a storm are gathered: no more than 50 turns a second.
      if (await this.#nap.take(Math.max(1, untilMs), signal)) await clock.sleep(gatherKicksMs, signal);
    }
  }

  /** Starts what is due; how long until there is more. */
  #turn(ring: Ring, now: Instant): number {
    const next = ring.entries[ring.next];
    if (next === undefined) return sleepAtMostMs;
    // After a pause longer than a round the missed slots are gone, not made up for. A clock that went back waits no longer than a round.
    if (now - ring.roundAt - next.offsetMs > ring.intervalMs || ring.roundAt - now > ring.intervalMs) alignRing(ring, now);
    // After a shorter one they are made up for, but not all at once.
    for (let left = mostAtOnce(ring); left > 0; left -= 1) {
      const entry = ring.entries[ring.next];
      if (entry === undefined) break;
      const slotAt = ring.roundAt + entry.offsetMs;
      if (slotAt > now) return slotAt - now;
      this.#start(entry, slotAt, now);
      ring.next += 1;
      if (ring.next >= ring.entries.length) {
        ring.next = 0;
        ring.roundAt += ring.intervalMs;
      }
    }
    return catchUpMs;
  }

  #start(entry: Entry, slotAt: Instant, now: Instant): void {
    if (entry.going) {
      this.#deps.stats.skipped(entry.check);
      return;
    }
    entry.going = true;
    this.#deps.stats.slots(Math.max(0, now - slotAt));
    this.#deps.look(entry.check, slotAt);
  }

  /** Starts the kicks that are due; how long until the next is. */
  #fireKicks(now: Instant): number {
    let untilMs = sleepAtMostMs;
    for (const [id, at] of this.#kicks) {
      // A look under way began before what asks for another: the kick waits until it has ended.
      const entry = this.#entries.get(id);
      if (entry?.going === true) continue;
      if (at > now) {
        untilMs = Math.min(untilMs, at - now);
        continue;
      }
      this.#kicks.delete(id);
      if (entry !== undefined) this.#start(entry, at, now);
    }
    return untilMs;
  }
}

/** Looks that a ring starts in one turn: those of two steps at its pace. */
function mostAtOnce(ring: Ring): number {
  return Math.max(16, Math.ceil((2 * stepMs * ring.entries.length) / ring.intervalMs));
}

function makeRings(all: readonly Check[], now: Instant, isGoing: (id: string) => boolean): Ring[] {
  const byInterval = new Map<number, Check[]>();
  for (const check of all) {
    const same = byInterval.get(check.intervalMs);
    if (same === undefined) byInterval.set(check.intervalMs, [check]);
    else same.push(check);
  }
  return [...byInterval].map(([intervalMs, members]) => {
    const entries = members.map((check) => ({ check, offsetMs: anchorOf(check.id, intervalMs), going: isGoing(check.id) }));
    entries.sort((a, b) => a.offsetMs - b.offsetMs);
    const ring: Ring = { intervalMs, entries, next: 0, roundAt: 0 };
    alignRing(ring, now);
    return ring;
  });
}

/** Points a ring at the first slot that is not yet past. Rounds count from the epoch: a restart keeps every anchor. */
function alignRing(ring: Ring, now: Instant): void {
  ring.roundAt = now - (now % ring.intervalMs);
  const within = now - ring.roundAt;
  const found = ring.entries.findIndex((entry) => entry.offsetMs >= within);
  ring.next = found === -1 ? 0 : found;
  if (found === -1) ring.roundAt += ring.intervalMs;
}

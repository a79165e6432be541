/**
 * The last look of every check that was judged, and what a look said that moved no alarm: said again, it moves none either, for as long as
 * the alarm records of its device are what they were.
 *
 * A record moves when anything in it changes but when it was last heard of: that alone happens to the records of what works.
 */
import { type Cell, eachMark, keysOf, spanOf } from "../../rules/again.ts";
import type { RuleIndex } from "../../rules/applies.ts";
import type { Saying } from "../../rules/saying.ts";
import type { Alarm } from "../model/alarm.ts";
import type { Device } from "../model/network.ts";
import type { Observation } from "../model/observation.ts";
import type { Instant } from "../model/time.ts";

/** The alarm records of one device, as far as a look must know whether they are what they were. */
interface Records {
  /** How often one of them moved. */
  moves: number;
  /** By its own time, the latest that one of them moved. */
  movedAt: Instant;
  /** The checks of the device of which something is known that depends on its records. */
  checks: Judged[];
}

/** The last look of a check that was judged. */
interface Judged {
  at: Instant;
  seq: number;
  /** Until one of the records moves. */
  known: Known | undefined;
}

/** What a look of a check said that moved nothing, in the turn that judged it. */
export interface Said {
  readonly device: Device;
  readonly saying: Saying;
  /** The rules that it was judged by. */
  readonly index: RuleIndex;
  /** Of the device when it was judged. */
  readonly moves: number;
}

/** The same, committed, with what it takes to know it again at a glance. All of it in one place: it is asked for at every look. */
export interface Known {
  readonly judged: Judged;
  readonly device: Device;
  readonly saying: Saying;
  readonly index: RuleIndex;
  readonly cells: readonly Cell[];
  /** What is not later than this changes nothing for another reason: it is older than the look before, or than a move. */
  after: Instant;
  /** A look before this moves no record at all; a later one makes what is awaited wait anew. */
  before: Instant;
}

/** A look that was known at a glance. */
export interface Glance {
  readonly known: Known;
  readonly observation: Observation;
}

/** What a turn found out about looks; for when it is committed. */
export interface LooksLearned {
  /** By check. */
  readonly said: ReadonlyMap<string, Said>;
  /** In order; the other looks, too. */
  readonly glances: readonly Glance[];
  readonly others: readonly Observation[];
  readonly restoreAfterLooks: number;
}

/** What is remembered of alarms and between looks, by key. */
interface Kept {
  alarm(key: string): Alarm | undefined;
  cell(key: string): Cell;
}

export class LookMemory {
  readonly #kept: Kept;
  readonly #records = new Map<string, Records>();
  readonly #judged = new Map<string, Judged>();

  constructor(kept: Kept) {
    this.#kept = kept;
  }

  /** The (at, seq) of the last look judged for this check. */
  judged(check: string): { readonly at: Instant; readonly seq: number } | undefined {
    return this.#judged.get(check);
  }

  /** Remembers that it was judged; after the commit. */
  remember({ check, at, seq }: Pick<Observation, "check" | "at" | "seq">): void {
    const judged = this.#judged.get(check);
    if (judged === undefined) this.#judged.set(check, { at, seq, known: undefined });
    else judgedAt(judged, at, seq);
  }

  /** An alarm record is another now. Was it only heard of? */
  changed(before: Alarm | undefined, alarm: Alarm): boolean {
    const records = this.#of(alarm.device);
    const onlyHeard = before !== undefined && isOnlyHeard(before, alarm);
    for (const judged of records.checks) {
      if (!onlyHeard) judged.known = undefined;
      else if (judged.known !== undefined) judged.known.before = atOnce(judged.known);
    }
    if (onlyHeard) return true;
    records.checks.length = 0;
    records.moves += 1;
    records.movedAt = Math.max(records.movedAt, alarm.movedAt);
    return false;
  }

  /** What a look of this check said that moved nothing, where this one may say it again; undefined: the rules must be asked. */
  known({ check, at }: Observation): Known | undefined {
    const known = this.#judged.get(check)?.known;
    return known !== undefined && at > known.after ? known : undefined;
  }

  /** Is the look newer than everything that is known of its check and its device? Only then what it did not move tells of the next one. */
  isNews({ check, device, at }: Observation): boolean {
    const judged = this.#judged.get(check);
    return (judged === undefined || at > judged.at) && at > this.#of(device).movedAt;
  }

  movesOf(device: string): number {
    return this.#of(device).moves;
  }

  /** Remembers what a turn found out; after the commit, before the marks of the turn: they may be of later looks. */
  learn({ said, glances, others, restoreAfterLooks }: LooksLearned): void {
    for (const { known, observation } of glances) {
      const { at, seq } = observation;
      judgedAt(known.judged, at, seq);
      if (known.cells.length === 0) continue;
      eachMark(known.saying, observation, known.cells, keep);
      if (!isWithin(known, at)) this.#renew(known, restoreAfterLooks);
    }
    for (const other of others) this.remember(other);
    for (const [check, { device, saying, index, moves }] of said) {
      const judged = this.#judged.get(check);
      const records = this.#of(device.id);
      if (judged === undefined || records.moves !== moves) continue;
      const cells = keysOf(saying, device.id).map((key) => this.#kept.cell(key));
      const after = Math.max(judged.at, records.movedAt);
      judged.known = { judged, device, saying, index, cells, after, before: Number.POSITIVE_INFINITY };
      this.#renew(judged.known, restoreAfterLooks);
      // A list that is pushed to makes room for 17: a device has two or three.
      if (!records.checks.includes(judged)) records.checks = records.checks.concat([judged]);
    }
  }

  /** The wall clock has jumped by so much, and the alarms of all devices move with it. */
  shift(ms: number): void {
    for (const records of this.#records.values()) records.movedAt += ms;
    for (const judged of this.#judged.values()) {
      judged.at += ms;
      judged.known = undefined;
    }
  }

  #renew(known: Known, restoreAfterLooks: number): void {
    const span = spanOf(known.saying, known.device.id, (key) => this.#kept.alarm(key), restoreAfterLooks);
    known.after = Math.max(known.after, span.after);
    known.before = span.before;
  }

  #of(device: string): Records {
    let records = this.#records.get(device);
    if (records === undefined) {
      records = { moves: 0, movedAt: Number.NEGATIVE_INFINITY, checks: [] };
      this.#records.set(device, records);
    }
    return records;
  }
}

function judgedAt(judged: Judged, at: Instant, seq: number): void {
  judged.at = at;
  judged.seq = seq;
  const { known } = judged;
  if (known !== undefined && at > known.after) known.after = at;
}

function keep(cell: Cell, at: Instant, value: number): void {
  cell.remember(at, value);
}

/** What is awaited by it waits anew: from when on, is to be found out at the next look. */
function atOnce({ saying }: Known): Instant {
  return saying.heard.length === 0 ? Number.POSITIVE_INFINITY : Number.NEGATIVE_INFINITY;
}

/** Does a look that says it again move no record at all? */
export function isWithin({ before }: Known, at: Instant): boolean {
  return at < before;
}

/** The record of something that is awaited, and was heard of again: it waits anew, and is what it was. */
function isOnlyHeard(before: Alarm, after: Alarm): boolean {
  if (before.wakeAt === undefined || before.heardAt === undefined || after.wakeAt === undefined || after.heardAt === undefined)
    return false;
  return after.state === "inactive" && isCountedAlike(before, after) && isToldAlike(before, after);
}

/** Fields one by one, as in isToldAlike: together they are all of a record but when it was heard of, and until when it waits. */
function isCountedAlike(a: Alarm, b: Alarm): boolean {
  return (
    a.state === b.state &&
    a.since === b.since &&
    a.firstBadAt === b.firstBadAt &&
    a.firstGoodAt === b.firstGoodAt &&
    a.badLooks === b.badLooks &&
    a.goodLooks === b.goodLooks &&
    a.movedAt === b.movedAt &&
    a.movedSeq === b.movedSeq &&
    a.flapRing === b.flapRing &&
    a.flapping === b.flapping
  );
}

function isToldAlike(a: Alarm, b: Alarm): boolean {
  return (
    a.rule === b.rule &&
    a.suppressedBy === b.suppressedBy &&
    a.incident === b.incident &&
    a.raisedBy === b.raisedBy &&
    a.detail === b.detail &&
    a.part === b.part
  );
}

/**
 * The last look of every check that was judged, and what a look said that moved no alarm: said again, it moves none either, for as long as
 * the alarm records of its device are what they were.
 *
 * A record moves when anything in it changes but when it was last heard of: that alone happens to the records of what works.
 */
import { ALWAYS, type Cell, eachMark, keysOf, type Span, spanOf } from "../../rules/again.ts";
import type { RuleIndex } from "../../rules/applies.ts";
import type { Saying } from "../../rules/saying.ts";
import type { Mark } from "../../rules/slope.ts";
import type { Alarm } from "../model/alarm.ts";
import type { Device } from "../model/network.ts";
import type { Observation } from "../model/observation.ts";
import type { Instant } from "../model/time.ts";

/** The alarm records of one device, as far as a look must know whether they are what they were. */
interface Records {
  /** How often one of them moved. */
  moves: number;
  /** How often one moved, or was heard of. */
  changes: number;
  /** By its own time, the latest that one of them moved. */
  movedAt: Instant;
}

interface Judged {
  at: Instant;
  seq: number;
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

/** The same, committed, with what it takes to know it again at a glance. */
export interface Known extends Said {
  readonly records: Records;
  /** `records.changes` that `span` holds for. */
  changes: number;
  span: Span;
  readonly cells: readonly Cell[];
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
  /** By device, as far as something is to be remembered of them. */
  readonly glances: ReadonlyMap<string, Glance>;
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
    else {
      judged.at = at;
      judged.seq = seq;
    }
  }

  /** An alarm record is another now. Was it only heard of? */
  changed(before: Alarm | undefined, alarm: Alarm): boolean {
    const records = this.#of(alarm.device);
    records.changes += 1;
    if (before !== undefined && isOnlyHeard(before, alarm)) return true;
    records.moves += 1;
    records.movedAt = Math.max(records.movedAt, alarm.movedAt);
    return false;
  }

  /** What a look of this check said that moved nothing, where this one may say it again; undefined: the rules must be asked. */
  known({ check, at }: Observation): Known | undefined {
    const judged = this.#judged.get(check);
    if (judged?.known === undefined) return undefined;
    const { records, moves } = judged.known;
    // What is older than a move, or than the look before, changes nothing for another reason.
    return records.moves === moves && at > records.movedAt && at > judged.at ? judged.known : undefined;
  }

  /** Is the look newer than everything that is known of its check and its device? Only then what it did not move tells of the next one. */
  isNews({ check, device, at }: Observation): boolean {
    const judged = this.#judged.get(check);
    return (judged === undefined || at > judged.at) && at > this.#of(device).movedAt;
  }

  movesOf(device: string): number {
    return this.#of(device).moves;
  }

  /** After the commit, before the marks of the turn: they may be of later looks. */
  learn({ said, glances, restoreAfterLooks }: LooksLearned): void {
    for (const { known, observation } of glances.values()) {
      eachMark(known.saying, observation, known.cells, keep);
      if (!isWithin(known, observation.at)) this.#renew(known, restoreAfterLooks);
    }
    for (const [check, one] of said) {
      const judged = this.#judged.get(check);
      const records = this.#of(one.device.id);
      if (judged === undefined || records.moves !== one.moves) continue;
      const cells = keysOf(one.saying, one.device.id).map((key) => this.#kept.cell(key));
      judged.known = { ...one, records, changes: records.changes, span: ALWAYS, cells };
      this.#renew(judged.known, restoreAfterLooks);
    }
  }

  #renew(known: Known, restoreAfterLooks: number): void {
    known.changes = known.records.changes;
    known.span = spanOf(known.saying, known.device.id, (key) => this.#kept.alarm(key), restoreAfterLooks);
  }

  #of(device: string): Records {
    let records = this.#records.get(device);
    if (records === undefined) {
      records = { moves: 0, changes: 0, movedAt: Number.NEGATIVE_INFINITY };
      this.#records.set(device, records);
    }
    return records;
  }
}

function keep(cell: Cell, mark: Mark): void {
  cell.mark = mark;
}

/** Does a look that says it again move no record at all? */
export function isWithin({ saying, records, changes, span }: Known, at: Instant): boolean {
  return saying.heard.length === 0 || (records.changes === changes && at > span.after && at < span.before);
}

/** The record of something that is awaited, and was heard of again: it waits anew, and is what it was. */
function isOnlyHeard(before: Alarm, after: Alarm): boolean {
  if (before.wakeAt === undefined || before.heardAt === undefined || after.wakeAt === undefined || after.heardAt === undefined)
    return false;
  return after.state === "inactive" && lasting.every((field) => before[field] === after[field]);
}

/** Everything but when it was heard of, and until when it waits. */
const lasting = [
  ...(["rule", "state", "since", "firstBadAt", "firstGoodAt", "badLooks", "goodLooks", "movedAt", "movedSeq"] as const),
  ...(["flapRing", "flapping", "suppressedBy", "incident", "raisedBy", "detail", "part"] as const),
];

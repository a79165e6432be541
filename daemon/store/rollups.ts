/**
 * Short history for the device pages: five-minute roll-ups.
 *
 * New slots are one row per device, appended. Two hours later they are packed into one row per device (a chunk), a few devices at a
 * time. Every write is a small transaction, so that the writer is never held long.
 */
import { HOUR, type Instant } from "../model/time.ts";
import type { RollupPoint } from "../ports.ts";
import { packChunk, unpackChunk } from "./rollup-chunk.ts";
import { type NumberedPoint, packSlot, unpackSlot } from "./rollup-slot.ts";
import { numberOf, textOf } from "./rows.ts";
import { SeriesNames } from "./series.ts";
import { IN_VALUES, type Session, slices } from "./session.ts";

/** What the roll-ups need of the store. */
export interface Access {
  readonly reader: Session;
  transaction<T>(work: (session: Session) => Promise<T>): Promise<T>;
}

/** Rows of one write transaction. */
const SLICE_ROWS = 100;
/** The span of a chunk; they begin at its multiples. Never change it: chunks are found by it. */
const CHUNK_MS = 2 * HOUR;
/** Devices packed in one transaction: 20 × 24 slots stay under 1,000 rows. */
const PACK_DEVICES = 20;
/** Devices packed after one save: 10,000 are done in ten saves, 50 minutes. */
const PACK_PER_SAVE = 1_000;

interface SlotRow {
  readonly slot_at: number;
  readonly device: string;
  readonly body: Buffer;
}

export class Rollups {
  readonly #access: Access;
  readonly #series = new SeriesNames();

  constructor(access: Access) {
    this.#access = access;
  }

  /** Saves, then packs some of what is old enough. */
  async save(batch: Iterable<readonly [device: string, points: readonly RollupPoint[]]>): Promise<void> {
    let some: (readonly [string, readonly RollupPoint[]])[] = [];
    let saved = 0;
    let newest = Number.NEGATIVE_INFINITY;
    for (const each of batch) {
      some.push(each);
      saved += 1;
      if (some.length < SLICE_ROWS) continue;
      newest = await this.#saveSome(some, newest);
      some = [];
    }
    newest = await this.#saveSome(some, newest);
    const devices = Math.max(PACK_PER_SAVE, Math.ceil(saved / 10));
    for (let left = devices; left > 0; left -= PACK_DEVICES) {
      if (!(await this.#access.transaction((session) => packOldest(session, newest)))) return;
    }
  }

  async #saveSome(some: readonly (readonly [string, readonly RollupPoint[]])[], newest: Instant): Promise<Instant> {
    await this.#learn(some);
    return this.#write(
      some.flatMap(([device, points]) => this.#slotRows(device, points)),
      newest,
    );
  }

  async #learn(some: readonly (readonly [string, readonly RollupPoint[]])[]): Promise<void> {
    const unknown = new Set<string>();
    for (const [, points] of some) {
      for (const { series } of points) if (this.#series.number(series) === undefined) unknown.add(series);
    }
    if (unknown.size > 0) await this.#access.transaction((session) => this.#series.learn(session, unknown));
  }

  /** Points that are no number are left out. */
  #slotRows(device: string, points: readonly RollupPoint[]): SlotRow[] {
    const slots = new Map<Instant, NumberedPoint[]>();
    for (const point of points) {
      if (point.count < 1 || !Number.isFinite(point.min + point.max + point.mean)) continue;
      const numbered = { ...point, series: this.#series.number(point.series) ?? 0 };
      const slot = slots.get(point.slotAt);
      if (slot === undefined) slots.set(point.slotAt, [numbered]);
      else slot.push(numbered);
    }
    return [...slots].map(([slotAt, its]) => ({ slot_at: slotAt, device, body: packSlot(its) }));
  }

  async #write(rows: readonly SlotRow[], newest: Instant): Promise<Instant> {
    if (rows.length === 0) return newest;
    await this.#access.transaction(async (session) => {
      for (const some of slices(rows, SLICE_ROWS)) {
        await session.run(
          session
            .sql("rollup_slots")
            .insert([...some])
            .onConflict(["slot_at", "device"])
            .merge(),
        );
      }
    });
    return rows.reduce((latest, row) => Math.max(latest, row.slot_at), newest);
  }

  /** Points with from ≤ slotAt < to, oldest first. */
  async read(device: string, from: Instant, to: Instant): Promise<readonly RollupPoint[]> {
    const { reader } = this.#access;
    const slots = await openSlots(reader, { device, from, to });
    // The chunks last: what was packed between the two reads is then found in both, and a slot counts once.
    const points = new Map<string, NumberedPoint>();
    for (const point of [...(await chunkPoints(reader, { device, from, to })), ...slots])
      points.set(`${point.series}@${point.slotAt}`, point);
    const found = [...points.values()].filter(({ slotAt }) => slotAt >= from && slotAt < to).sort((a, b) => a.slotAt - b.slotAt);
    const names = await this.#series.names(
      reader,
      found.map((point) => point.series),
    );
    return found.map((point) => ({ ...point, series: names.get(point.series) ?? "" }));
  }
}

interface Wanted {
  readonly device: string;
  readonly from: Instant;
  readonly to: Instant;
}

async function chunkPoints(session: Session, { device, from, to }: Wanted): Promise<readonly NumberedPoint[]> {
  const { sql } = session;
  const ends = await session.row(
    sql.raw("select (select min(from_at) from rollup_chunks) as a, (select max(from_at) from rollup_chunks) as b"),
  );
  if (ends === undefined || ends.a === null) return [];
  const starts: Instant[] = [];
  const last = Math.min(to, numberOf(ends.b));
  for (let start = Math.max(chunkStart(from), numberOf(ends.a)); start <= last; start += CHUNK_MS) starts.push(start);
  const points: NumberedPoint[] = [];
  for (const some of slices(starts, IN_VALUES)) {
    const query = sql("rollup_chunks")
      .select("from_at", "body")
      .where({ device })
      .whereIn("from_at", [...some]);
    for (const row of await session.rows(query)) points.push(...unpackChunk(row.body as Buffer, numberOf(row.from_at)));
  }
  return points;
}

function chunkStart(at: Instant): Instant {
  return Math.floor(at / CHUNK_MS) * CHUNK_MS;
}

/** Hops from slot to slot along the key (slot_at, device) instead of reading every device's rows. Bindings: from, to, to. */
const hops = `with recursive s(t) as (
    select min(slot_at) from rollup_slots where slot_at >= ? and slot_at < ?
    union all select (select min(slot_at) from rollup_slots where slot_at > s.t and slot_at < ?) from s where s.t is not null)`;

async function openSlots(session: Session, { device, from, to }: Wanted): Promise<readonly NumberedPoint[]> {
  const query = session.sql.raw(
    `${hops} select r.slot_at, r.body from s join rollup_slots r on r.slot_at = s.t and r.device = ? order by r.slot_at`,
    [from, to, to, device],
  );
  return (await session.rows(query)).flatMap((row) => unpackSlot(row.body as Buffer, numberOf(row.slot_at)));
}

/** Packs the oldest slots of a few devices; false when the oldest chunk's time is not over yet (or nothing is left). */
async function packOldest(session: Session, newest: Instant): Promise<boolean> {
  const { sql } = session;
  const oldest = (await session.row(sql("rollup_slots").min({ at: "slot_at" })))?.at;
  if (oldest === null || oldest === undefined) return false;
  const fromAt = chunkStart(numberOf(oldest));
  if (fromAt + CHUNK_MS > newest) return false;
  const first = sql("rollup_slots")
    .select("device")
    .where({ slot_at: numberOf(oldest) })
    .orderBy("device")
    .limit(PACK_DEVICES);
  const devices = (await session.rows(first)).map((row) => textOf(row.device));
  const end = fromAt + CHUNK_MS;
  const times = (await session.rows(sql.raw(`${hops} select t from s where t is not null`, [fromAt, end, end]))).map((row) =>
    numberOf(row.t),
  );
  const points = new Map<string, NumberedPoint[]>(devices.map((device) => [device, []]));
  // A late slot of a chunk that exists: both become one.
  for (const row of await session.rows(sql("rollup_chunks").where({ from_at: fromAt }).whereIn("device", devices))) {
    points.get(textOf(row.device))?.push(...unpackChunk(row.body as Buffer, fromAt));
  }
  for (const some of slices(times, IN_VALUES)) {
    const rows = sql("rollup_slots")
      .whereIn("slot_at", [...some])
      .whereIn("device", devices);
    for (const row of await session.rows(rows.clone())) {
      points.get(textOf(row.device))?.push(...unpackSlot(row.body as Buffer, numberOf(row.slot_at)));
    }
    await session.run(rows.delete());
  }
  const chunks = [...points].map(([device, its]) => ({ from_at: fromAt, device, body: packChunk(fromAt, its) }));
  await session.run(sql("rollup_chunks").insert(chunks).onConflict(["from_at", "device"]).merge());
  return true;
}

/**
 * Short history for the device pages: five-minute roll-ups, one row per device and slot.
 *
 * Written in small transactions, so that the writer is never held long.
 */
import type { Instant } from "../model/time.ts";
import type { RollupPoint } from "../ports.ts";
import { type NumberedPoint, packSlot, unpackSlot } from "./rollup-slot.ts";
import { numberOf } from "./rows.ts";
import { SeriesNames } from "./series.ts";
import type { Session } from "./session.ts";

/** What the roll-ups need of the store. */
export interface Access {
  readonly reader: Session;
  transaction<T>(work: (session: Session) => Promise<T>): Promise<T>;
}

/** Rows of one write transaction. */
const SLICE_ROWS = 200;

type SlotRow = { slot_at: number; device: string; body: Buffer };

export class Rollups {
  readonly #access: Access;
  readonly #series = new SeriesNames();

  constructor(access: Access) {
    this.#access = access;
  }

  async save(batch: ReadonlyMap<string, readonly RollupPoint[]>): Promise<void> {
    await this.#learn(batch);
    let rows: SlotRow[] = [];
    for (const [device, points] of batch) {
      rows.push(...this.#slotRows(device, points));
      if (rows.length < SLICE_ROWS) continue;
      await this.#write(rows);
      rows = [];
    }
    await this.#write(rows);
  }

  async #learn(batch: ReadonlyMap<string, readonly RollupPoint[]>): Promise<void> {
    const unknown = new Set<string>();
    for (const points of batch.values()) {
      for (const { series } of points) if (this.#series.number(series) === undefined) unknown.add(series);
    }
    if (unknown.size > 0) await this.#access.transaction((session) => this.#series.learn(session, unknown));
  }

  #slotRows(device: string, points: readonly RollupPoint[]): SlotRow[] {
    const slots = new Map<Instant, NumberedPoint[]>();
    for (const point of points) {
      const numbered = { ...point, series: this.#series.number(point.series) ?? 0 };
      const slot = slots.get(point.slotAt);
      if (slot === undefined) slots.set(point.slotAt, [numbered]);
      else slot.push(numbered);
    }
    return [...slots].map(([slotAt, its]) => ({ slot_at: slotAt, device, body: packSlot(its) }));
  }

  async #write(rows: readonly SlotRow[]): Promise<void> {
    if (rows.length === 0) return;
    await this.#access.transaction(async (session) => {
      await session.run(
        session
          .sql("rollup_slots")
          .insert([...rows])
          .onConflict(["slot_at", "device"])
          .merge(),
      );
    });
  }

  /** Points with from ≤ slotAt < to, oldest first. */
  async read(device: string, from: Instant, to: Instant): Promise<readonly RollupPoint[]> {
    const { reader } = this.#access;
    const points: NumberedPoint[] = [];
    for (const row of await reader.rows(openSlots(reader, { device, from, to }))) {
      points.push(...unpackSlot(row.body as Buffer, numberOf(row.slot_at)));
    }
    const names = await this.#series.names(
      reader,
      points.map((point) => point.series),
    );
    return points.map((point) => ({ ...point, series: names.get(point.series) ?? "" }));
  }
}

/** Hops from slot to slot along the key (slot_at, device) instead of reading every device's rows. */
function openSlots({ sql }: Session, { device, from, to }: { device: string; from: Instant; to: Instant }) {
  return sql.raw(
    `with recursive s(t) as (
       select min(slot_at) from rollup_slots where slot_at >= ? and slot_at < ?
       union all select (select min(slot_at) from rollup_slots where slot_at > s.t and slot_at < ?) from s where s.t is not null)
     select r.slot_at, r.body from s join rollup_slots r on r.slot_at = s.t and r.device = ? order by r.slot_at`,
    [from, to, to, device],
  );
}

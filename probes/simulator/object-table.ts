/**
 * What an agent holds: object ids in order, each with a function that reads its value from a device's state at the time of asking.
 *
 * One table serves every agent of the same make, so that ten thousand agents cost ten thousand small states and one table.
 */
import { decodeArcs, encodeOid, type Value } from "./ber.ts";

export type ReadObject<C> = (context: C) => Value | undefined;

interface Row<C> {
  readonly body: Buffer;
  readonly arcs: readonly number[];
  readonly read: ReadObject<C>;
}

export class ObjectTable<C> {
  readonly #rows: readonly Row<C>[];
  readonly #index: ReadonlyMap<string, number>;

  constructor(objects: Iterable<readonly [oid: string, read: ReadObject<C>]>) {
    const rows = [...new Map(objects)].map(([oid, read]) => {
      const body = encodeOid(oid);
      return { body, arcs: decodeArcs(body), read };
    });
    rows.sort((a, b) => compareArcs(a.arcs, b.arcs));
    this.#rows = rows;
    this.#index = new Map(rows.map((row, index) => [row.body.toString("latin1"), index]));
  }

  /** The value at exactly this OID (encoded), or undefined. */
  get(body: Buffer, context: C): Value | undefined {
    const index = this.#index.get(body.toString("latin1"));
    return index === undefined ? undefined : this.#rows[index]?.read(context);
  }

  /** The first object after this OID that has a value now. */
  after(body: Buffer, context: C): { readonly body: Buffer; readonly value: Value } | undefined {
    const exact = this.#index.get(body.toString("latin1"));
    for (let index = exact === undefined ? this.#search(decodeArcs(body)) : exact + 1; index < this.#rows.length; index += 1) {
      const row = this.#rows[index];
      const value = row?.read(context);
      if (row !== undefined && value !== undefined) return { body: row.body, value };
    }
    return undefined;
  }

  /** The first row whose OID is greater. */
  #search(arcs: readonly number[]): number {
    let low = 0;
    let high = this.#rows.length;
    while (low < high) {
      const middle = (low + high) >>> 1;
      if (compareArcs(this.#rows[middle]?.arcs ?? [], arcs) <= 0) low = middle + 1;
      else high = middle;
    }
    return low;
  }
}

function compareArcs(a: readonly number[], b: readonly number[]): number {
  for (let index = 0; index < Math.min(a.length, b.length); index += 1) {
    const difference = (a[index] ?? 0) - (b[index] ?? 0);
    if (difference !== 0) return difference;
  }
  return a.length - b.length;
}

/**
 * Rows of a walked table: which count, and what each is called.
 *
 * Pure. A row whose label or condition was not read (the walk was cut short) is left out: a part must not change its name for a slow look.
 */
import type { SnmpColumn } from "../../daemon/model/family.ts";
import { isPrivateObject } from "../private-objects.ts";
import { compareOids } from "./oid.ts";
import { numberOf, textOf, type Varbind } from "./value.ts";
import type { Column } from "./walk.ts";

export interface Row {
  /** `interface GigabitEthernet0/1`. */
  readonly part: string;
  readonly value: Varbind;
  /** What the value is divided by, for a column that is a share of another. */
  readonly over?: number;
}

/** All columns that must be walked for these: the values, their labels, their conditions. */
export function columnsOf(columns: readonly SnmpColumn[]): Set<string> {
  const all = new Set<string>();
  for (const column of columns) {
    all.add(column.oid);
    if (column.labelOid !== undefined) all.add(column.labelOid);
    for (const { oid } of column.where ?? []) all.add(oid);
    for (const other of [column.of, column.outOf, column.fixedPoint?.scale, column.fixedPoint?.precision]) {
      if (other !== undefined) all.add(other);
    }
  }
  return all;
}

/** The rows of one column that count, in the order of their index. Of two rows with one label, the later carries its index too. */
export function rowsOf(column: SnmpColumn, walked: ReadonlyMap<string, Column>): Row[] {
  const values = walked.get(column.oid)?.values ?? new Map<string, Varbind>();
  const rows: Row[] = [];
  const used = new Set<string>();
  for (const index of [...values.keys()].sort(compareOids)) {
    const value = values.get(index);
    const label = labelOf(column, index, walked);
    if (value === undefined || label === undefined || !counts(column, index, walked)) continue;
    const over = overOf(column, index, value, walked);
    if (over === "unknown") continue;
    const own = used.has(label) ? `${label} #${index}` : label;
    used.add(label);
    rows.push({ part: `${column.part} ${own}`, value, ...(over === undefined ? {} : { over }) });
  }
  return rows;
}

/** The readings whose tables were read to their end: a row that is not there is no row of the device. */
export function wholeLists(columns: readonly SnmpColumn[], walked: ReadonlyMap<string, Column>): readonly string[] {
  const names = new Set(columns.filter((column) => column.whole === true).map((column) => column.name));
  const isRead = (name: string): boolean =>
    [...columnsOf(columns.filter((column) => column.name === name))].every((oid) => walked.get(oid)?.complete === true);
  return [...names].filter(isRead);
}

/** Undefined: the value stands for itself. A share of nothing, or of what was not read, is unknown. */
function overOf(column: SnmpColumn, index: string, value: Varbind, walked: ReadonlyMap<string, Column>): number | "unknown" | undefined {
  if (column.fixedPoint !== undefined) return pointOf(column.fixedPoint, index, value, walked);
  const oid = column.of ?? column.outOf;
  if (oid === undefined) return undefined;
  const there = walked.get(oid)?.values.get(index);
  const other = there === undefined ? undefined : numberOf(there);
  const own = column.of === undefined ? 0 : numberOf(value);
  return other === undefined || own === undefined || other + own <= 0 ? "unknown" : other + own;
}

/**
 * What the value of a sensor is divided by: scale 9 is units, 8 thousandths, 10 thousands; 1 to 9 of the precision are decimal places, less
 * only says how many digits are right (RFC 3433 section 2). A thousand millions, either way, says that the sensor is beyond its range.
 */
function pointOf(
  { scale, precision }: NonNullable<SnmpColumn["fixedPoint"]>,
  index: string,
  value: Varbind,
  walked: ReadonlyMap<string, Column>,
): number | "unknown" {
  const [thousands, places, own] = [walked.get(scale)?.values.get(index), walked.get(precision)?.values.get(index), value].map((each) =>
    each === undefined ? undefined : numberOf(each),
  );
  if (thousands === undefined || places === undefined || own === undefined) return "unknown";
  const known = thousands >= 1 && thousands <= 17 && places >= -8 && places <= 9 && Math.abs(own) < 1e9;
  return known ? 10 ** (Math.max(0, places) - 3 * (thousands - 9)) : "unknown";
}

/** ifIndex → label, from the first column that reads ifTable or ifXTable with a label. Empty when none was walked. */
export function interfaceNames(columns: readonly SnmpColumn[], walked: ReadonlyMap<string, Column>): Map<string, string> {
  const labelOid = columns.find(
    (column) => column.labelOid !== undefined && ifTables.some((table) => column.oid.startsWith(table)),
  )?.labelOid;
  const names = new Map<string, string>();
  for (const [index, varbind] of walked.get(labelOid ?? "")?.values ?? []) {
    const text = textOf(varbind)?.slice(0, 100) ?? "";
    if (text !== "") names.set(index, text);
  }
  return names;
}

/** ifEntry and ifXEntry (IF-MIB, RFC 2863). */
const ifTables: readonly string[] = ["1.3.6.1.2.1.2.2.1.", "1.3.6.1.2.1.31.1.1.1."];

function labelOf(column: SnmpColumn, index: string, walked: ReadonlyMap<string, Column>): string | undefined {
  if (column.labelOid === undefined || isPrivateObject(column.labelOid)) return index;
  const labels = walked.get(column.labelOid);
  const label = labels?.values.get(index);
  if (label === undefined) return labels?.complete === true ? index : undefined;
  const text = textOf(label)?.slice(0, 100) ?? "";
  return text === "" ? index : text;
}

function counts(column: SnmpColumn, index: string, walked: ReadonlyMap<string, Column>): boolean {
  return (column.where ?? []).every((where) => {
    const condition = walked.get(where.oid)?.values.get(index);
    const raw = condition === undefined ? undefined : textOf(condition);
    return raw !== undefined && where.in.includes(raw);
  });
}

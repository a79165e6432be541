/**
 * What a notification means: its name, and the faults it raises or clears. The meaning is data of the device's family; this only looks it up.
 *
 * Pure. Build an index once per family (and one for the generic catalogue); the family's word goes before the generic one.
 */
import type { TrapMeaning } from "../../daemon/model/family.ts";
import type { Fault } from "../../daemon/model/observation.ts";
import { partValue } from "./repeats.ts";
import type { DecodedTrap, TrapPartHint, TrapVarbind } from "./trap.ts";

const IF_TABLE = "1.3.6.1.2.1.2.2.1";
const IF_INDEX = `${IF_TABLE}.1`;
const IF_DESCR = `${IF_TABLE}.2`;
const IF_NAME = "1.3.6.1.2.1.31.1.1.1.1";
const LINK_DOWN = "1.3.6.1.6.3.1.1.5.3";
const LINK_UP = "1.3.6.1.6.3.1.1.5.4";
/** What a rule keeps of a detail; a text of 120 characters in both languages, its name and a part of usual length fit. */
const detailLength = 400;
const INDEX_PART = /^interface #(\d+)$/;

/** Trap OID → its meanings: several when one notification says several things. */
export type MeaningIndex = ReadonlyMap<string, readonly TrapMeaning[]>;

export function indexMeanings(meanings: readonly TrapMeaning[]): MeaningIndex {
  const index = new Map<string, TrapMeaning[]>();
  for (const meaning of meanings) {
    const there = index.get(meaning.oid);
    if (there === undefined) index.set(meaning.oid, [meaning]);
    else there.push(meaning);
  }
  return index;
}

/** The parts of all meanings, as the receiver wants them to tell repeats from news. */
export function partHints(...indexes: readonly MeaningIndex[]): Record<string, TrapPartHint> {
  const hints: Record<string, TrapPartHint> = {};
  for (const index of indexes) {
    for (const [oid, meanings] of index) {
      const part = meanings.find((meaning) => meaning.part !== undefined)?.part;
      if (part !== undefined) hints[oid] = { oid: part.oid, from: part.from };
    }
  }
  return hints;
}

/** Name and faults of a notification. Unknown, or undecodable: no name, no fault; it is kept and shown all the same. */
export function meaning(
  trap: Pick<DecodedTrap, "oid" | "varbinds">,
  family: MeaningIndex,
  generic: MeaningIndex,
): { readonly name?: string; readonly faults: readonly Fault[] } {
  const { oid } = trap;
  if (oid === undefined) return { faults: [] };
  const found = lookUp(family, oid) ?? lookUp(generic, oid);
  const [first] = found ?? [];
  if (found === undefined || first === undefined) return { faults: [] };
  const faults = found.filter((one) => isMeant(one, trap.varbinds)).flatMap((one) => faultOf(one, oid, trap.varbinds));
  return { name: first.name, faults };
}

/** With and without the `.0.` that RFC 3584 puts into the v2 form of a v1 trap: older MIBs (UPS-MIB) lack it in their v2 notifications. */
function lookUp(index: MeaningIndex, oid: string): readonly TrapMeaning[] | undefined {
  const exact = index.get(oid);
  if (exact !== undefined) return exact;
  const last = oid.lastIndexOf(".");
  const head = oid.slice(0, last);
  return index.get(head.endsWith(".0") ? head.slice(0, -2) + oid.slice(last) : `${head}.0${oid.slice(last)}`);
}

/** A notification that says what happened in a value means one thing for each value. */
function isMeant({ when }: TrapMeaning, varbinds: readonly TrapVarbind[]): boolean {
  return when === undefined || when.in.includes(partValue(varbinds, { oid: when.oid, from: "value" }) ?? "");
}

function faultOf(one: TrapMeaning, oid: string, varbinds: readonly TrapVarbind[]): Fault[] {
  if (one.symptom === undefined) return [];
  const part = partOf(one, oid, varbinds);
  return [{ symptom: one.symptom, effect: one.effect, ...(part === undefined ? {} : { part }), text: said(one, part) }];
}

/**
 * `linkDown trap (Un lien est coupé | A link is down): interface Gi0/1`: in both languages, since the timeline keeps it longer than the
 * family may last; daemon/text/facts.ts shows each reader one of them.
 */
function said({ name, text }: TrapMeaning, part: string | undefined): string {
  const words = text === undefined ? "" : ` (${text.fr} | ${text.en})`;
  return `${name} trap${words}${part === undefined ? "" : `: ${part}`}`.slice(0, detailLength);
}

function partOf({ part, partIs }: TrapMeaning, oid: string, varbinds: readonly TrapVarbind[]): string | undefined {
  if (partIs !== undefined) return partIs;
  if (oid === LINK_DOWN || oid === LINK_UP || part?.prefix === "interface") {
    const named = interfacePart(varbinds);
    if (named !== undefined) return named;
  }
  if (part === undefined) return undefined;
  const value = partValue(varbinds, part);
  return value === undefined ? undefined : `${part.prefix} ${value}`.trim().slice(0, 200);
}

/** `interface <ifDescr>` as a walk names it; `interface #<ifIndex>` where the trap gives only the index; the ifName as a last resort. */
function interfacePart(varbinds: readonly TrapVarbind[]): string | undefined {
  const valueUnder = (oid: string): string | undefined => partValue(varbinds, { oid, from: "value" });
  const description = valueUnder(IF_DESCR);
  if (description !== undefined && description !== "") return `interface ${description}`.slice(0, 200);
  const row = varbinds
    .find(({ oid }) => oid.startsWith(`${IF_TABLE}.`))
    ?.oid.slice(IF_TABLE.length + 1)
    .split(".")[1];
  const index = valueUnder(IF_INDEX) ?? row ?? partValue(varbinds, { oid: IF_NAME, from: "index" });
  if (index !== undefined && /^\d+$/.test(index)) return `interface #${index}`;
  const name = valueUnder(IF_NAME);
  return name === undefined || name === "" ? undefined : `interface ${name}`.slice(0, 200);
}

/** `interface #3` → `interface eth0`, when the walk has seen row 3; every other part as it is. `indexToName`: ifIndex → the name the walk gives. */
export function resolvePart(part: string, indexToName: ReadonlyMap<string, string>): string {
  const index = INDEX_PART.exec(part)?.[1];
  const name = index === undefined ? undefined : indexToName.get(index);
  return name === undefined ? part : `interface ${name}`;
}

/**
 * A unit that a person has replaced, as the inventory takes it: the old one ends, the new one begins, the room's history goes on.
 *
 * Pure. It counts at once, and waits for the device to tell the same: what the device then tells is the same change, not another one.
 */
import type { DeviceEvent, DeviceInventory, InventoryFact, Swap } from "../daemon/model/inventory.ts";
import type { Device } from "../daemon/model/network.ts";
import { type Candidates, isSameSerial, keyOf, type Stocktaking, unitsOf } from "./inventory.ts";

/** Undefined: the device has told it already, and nothing is new. */
export function takeSwap(input: {
  readonly device: Device;
  readonly swap: Swap;
  readonly before: DeviceInventory | undefined;
  readonly candidates: Candidates | undefined;
}): Stocktaking | undefined {
  const { device, swap, before, candidates } = input;
  const { action, part, at, serialBefore, serialAfter } = swap;
  const old = serialFact(before, part);
  if (old !== undefined && isSameSerial(old.value, serialAfter)) return undefined;
  const name = old?.name ?? (part === undefined ? "serial" : "peripheral_serial");
  const went = old?.value ?? serialBefore;
  const known = went === undefined ? {} : { before: went };
  const about = part === undefined ? {} : { part };
  const fact: InventoryFact = { name, ...about, value: serialAfter, since: at, check: action, said: known };
  const others = (before?.facts ?? []).filter((each) => each !== old);
  const since = part === undefined ? at : before?.unitSince;
  const inventory: DeviceInventory = { device: device.id, facts: [...others, fact], ...(since === undefined ? {} : { unitSince: since }) };
  const code = part === undefined ? "unit-replaced" : "peripheral-replaced";
  const event: DeviceEvent = { device: device.id, at, code, name, ...about, ...known, after: serialAfter, action };
  const waiting = new Map(candidates ?? []);
  waiting.delete(keyOf(name, part));
  return { inventory, events: [event], units: part === undefined ? unitsOf(device, inventory, before, fact) : [], candidates: waiting };
}

/** The fact that holds the serial of the device, or of a part of it. */
export function serialFact(inventory: DeviceInventory | undefined, part: string | undefined): InventoryFact | undefined {
  return inventory?.facts.find((fact) => fact.part === part && (fact.name === "serial" || fact.name === "peripheral_serial"));
}

/** Parts that the inventory names, in order: those that have a serial of their own can be swapped. */
export function partsOf(inventory: DeviceInventory | undefined): readonly string[] {
  const named = (inventory?.facts ?? []).flatMap(({ name, part }) =>
    part !== undefined && (name === "serial" || name === "presence" || name.startsWith("peripheral_")) ? [part] : [],
  );
  return [...new Set(named)].sort();
}

/** What a person says of a swap, beside what is known: the part it is about and the serial that went, or why it cannot be so. */
export function swapOf(
  said: {
    readonly device: string;
    readonly part?: string | undefined;
    readonly serialBefore?: string | undefined;
    readonly serialAfter: string;
  },
  inventory: DeviceInventory | undefined,
  /** Of the unit before the one that is there now. */
  earlier: string | undefined,
): { readonly part?: string; readonly serialBefore?: string } | { readonly refused: string } {
  const { device, serialBefore, serialAfter } = said;
  const parts = partsOf(inventory);
  const named = (of: readonly string[]) =>
    of.length === 0 ? "it has told of none; leave part out and say it in what" : `one of: ${of.join(", ")}`;
  if (said.part !== undefined && !parts.includes(said.part))
    return { refused: `part: ${device} has no part "${said.part}"; ${named(parts)}` };
  const isOf = (part: string, serial: string) => isSameSerial(serialFact(inventory, part)?.value ?? "", serial);
  const own = serialFact(inventory, undefined)?.value;
  const isOwn = serialBefore !== undefined && own !== undefined && isSameSerial(own, serialBefore);
  // The serial that went tells which part it was, where nobody says so.
  const part = said.part ?? (serialBefore === undefined || isOwn ? undefined : parts.find((each) => isOf(each, serialBefore)));
  const there = part === undefined ? own : serialFact(inventory, part)?.value;
  const isTold = there !== undefined && isSameSerial(there, serialAfter);
  const about = part === undefined ? {} : { part };
  // The device was faster than whoever writes it down: the unit that went is the one before.
  if (isTold)
    return { ...about, ...(serialBefore !== undefined ? { serialBefore } : earlier === undefined ? {} : { serialBefore: earlier }) };
  if (there !== undefined && serialBefore !== undefined && !isSameSerial(there, serialBefore))
    return {
      refused: `serialBefore: ${part ?? device} is known by the serial ${there}; write that, leave it out, or name the part that was swapped`,
    };
  const before = there ?? serialBefore;
  return { ...about, ...(before === undefined ? {} : { serialBefore: before }) };
}

/**
 * What a device says it is, against what it was: facts, and the events of their changes.
 *
 * Pure. A value counts once two looks have seen it: a half-read answer is no change. What is not said is no change either; only a
 * whole list that lacks a peripheral says that it is gone.
 */
import { DateTime } from "luxon";
import type { DeviceEvent, DeviceEventCode, DeviceInventory, InventoryFact, Unit } from "../daemon/model/inventory.ts";
import type { Device } from "../daemon/model/network.ts";
import type { Observation, Reading } from "../daemon/model/observation.ts";
import { DAY, type Instant } from "../daemon/model/time.ts";
import { kindOf } from "./wide.ts";

/** Readings that are facts, and the event of a change. `peripheral_*` and everything else with a part is about a part. */
const events: Readonly<Record<string, DeviceEventCode>> = {
  model: "model-changed",
  serial: "unit-replaced",
  software_version: "firmware-changed",
  mac_address: "address-changed",
  ip_address: "address-changed",
  gatekeeper_address: "gatekeeper-changed",
  sip_proxy_address: "gatekeeper-changed",
  auto_answer: "auto-answer-changed",
  system_name: "name-changed",
  peripheral_model: "peripheral-replaced",
  peripheral_serial: "peripheral-replaced",
  peripheral_version: "firmware-changed",
};
const presence = "presence";
const presenceWords: Readonly<Record<string, string>> = { connected: "present", disconnected: "missing", absent: "missing" };
const peripheralReadings: ReadonlySet<string> = new Set(["peripheral", "peripheral_model", "peripheral_serial", "peripheral_version"]);

/** Changes that the daily page lists: they decide who can call whom, and who is seen unasked. */
export const dailyEvents: readonly DeviceEventCode[] = ["address-changed", "gatekeeper-changed", "auto-answer-changed"];

/** More facts than this are kept of no device. */
const maxFacts = 128;
const maxValueLength = 200;
/** A swap may be written down so long before it is done (ours). */
export const aheadMs = DAY;

/** A new value that one look has seen, by the fact's key. In memory only: after a restart it takes two looks again. */
export type Candidates = ReadonlyMap<string, { readonly value: string; readonly at: Instant }>;

export interface Stocktaking {
  /** Undefined when it is as it was. */
  readonly inventory?: DeviceInventory;
  readonly events: readonly DeviceEvent[];
  readonly units: readonly Unit[];
  readonly candidates: Candidates;
}

interface Said {
  readonly name: string;
  readonly part: string | undefined;
  readonly value: string;
}

const none: Candidates = new Map();

/** Undefined when the observation says nothing new about the device: nearly always. */
export function takeStock(input: {
  readonly device: Device;
  readonly observation: Observation;
  readonly before: DeviceInventory | undefined;
  readonly candidates?: Candidates | undefined;
}): Stocktaking | undefined {
  const { device, observation, before, candidates = none } = input;
  const { finding, check, at } = observation;
  if (observation.kind === "trap" || finding.status !== "up" || !tellsFacts(finding)) return undefined;
  const known = new Map((before?.facts ?? []).map((fact) => [keyOf(fact.name, fact.part), fact]));
  const waiting = new Map(candidates);
  const taken: Taken[] = [];
  for (const [key, said] of saidIn(observation, known)) {
    const old = known.get(key);
    if (said.name === presence && isToldOneByOne(said.part, known)) continue;
    if (old !== undefined && old.check !== check && device.checks.some(({ id }) => id === old.check)) continue;
    const fact = factTold({ old, said, key, at, check }, waiting);
    if (fact !== undefined) taken.push(fact);
  }
  if (taken.length === 0) return sameAs(waiting, candidates) ? undefined : { events: [], units: [], candidates: waiting };
  return { ...written(device, before, known, taken), candidates: waiting };
}

/** "camera", where "camera 1" is known: the sum is no fact beside its parts. */
function isToldOneByOne(part: string | undefined, known: ReadonlyMap<string, InventoryFact>): boolean {
  if (part === undefined || kindOf(part) !== undefined) return false;
  for (const { name, part: other } of known.values()) if (name === presence && other?.startsWith(`${part} `) === true) return true;
  return false;
}

interface Taken {
  readonly fact: InventoryFact;
  /** Undefined: it is no change. */
  readonly old: InventoryFact | undefined;
}

/** A fact by this word of it, or undefined: it was known, or waits for a second look (`waiting` then knows). */
function factTold(
  word: {
    readonly old: InventoryFact | undefined;
    readonly said: Said;
    readonly key: string;
    readonly at: Instant;
    readonly check: string;
  },
  waiting: Map<string, { readonly value: string; readonly at: Instant }>,
): Taken | undefined {
  const { old, said, key, at, check } = word;
  const { name, part, value } = said;
  const fact = (since: Instant): InventoryFact => ({ name, value, since, check, ...(part === undefined ? {} : { part }) });
  const awaited = old?.said === undefined ? undefined : answerTo(old, value, at);
  if (awaited === "not yet") return undefined;
  if (old !== undefined && (awaited === "told" || (awaited === undefined && old.value === value))) {
    waiting.delete(key);
    // As a person had written it down: the device's own spelling from now on.
    return awaited === "told" ? { fact: fact(old.since), old: undefined } : undefined;
  }
  const candidate = waiting.get(key);
  if (candidate?.value !== value) waiting.set(key, { value, at });
  if (candidate === undefined || candidate.value !== value || candidate.at === at) return undefined;
  waiting.delete(key);
  return { fact: fact(awaited === "other" && old !== undefined ? old.since : candidate.at), old };
}

/**
 * What a device says to what a person has written down. `not yet`: the unit that is to go still answers, the swap was written down ahead of
 * it; longer than that the device is believed.
 */
function answerTo({ value, said, since }: InventoryFact, now: string, at: Instant): "told" | "not yet" | "other" {
  if (isSameSerial(value, now)) return "told";
  return said?.before !== undefined && isSameSerial(said.before, now) && at < since + aheadMs ? "not yet" : "other";
}

/** Whoever reads a serial off a label writes it in other letters, with other spaces. */
export function isSameSerial(one: string, other: string): boolean {
  const bare = (text: string) => text.replace(/[\s-]/g, "").toLowerCase();
  return bare(one) === bare(other);
}

/** Most looks tell none: they are let go before anything is built. */
function tellsFacts({ readings, whole }: Observation["finding"]): boolean {
  if (whole?.some((name) => peripheralReadings.has(name)) === true) return true;
  return readings.some(({ name }) => name === "peripheral" || Object.hasOwn(events, name));
}

function written(
  device: Device,
  before: DeviceInventory | undefined,
  known: Map<string, InventoryFact>,
  taken: readonly Taken[],
): Omit<Stocktaking, "candidates"> {
  const events: DeviceEvent[] = [];
  for (const { fact, old } of taken) {
    known.set(keyOf(fact.name, fact.part), fact);
    // What another source summed up until now is told one by one from here on.
    const kind = fact.name === presence && fact.part !== undefined ? kindOf(fact.part) : undefined;
    if (kind !== undefined) known.delete(keyOf(presence, kind));
    const event = old === undefined ? undefined : eventOf(device.id, fact, old);
    if (event !== undefined) events.push(event);
  }
  const serial = taken.find(({ fact }) => fact.name === "serial" && fact.part === undefined);
  const unitSince = serial?.fact.since ?? before?.unitSince;
  const facts = [...known.values()].slice(0, maxFacts);
  const inventory = { device: device.id, facts, ...(unitSince === undefined ? {} : { unitSince }) };
  return { inventory, events, units: serial === undefined ? [] : unitsOf(device, inventory, before, serial.fact) };
}

/** The unit that came, and the end of the one that went. */
export function unitsOf(device: Device, now: DeviceInventory, before: DeviceInventory | undefined, serial: InventoryFact): readonly Unit[] {
  const place = { device: device.id, site: device.site, ...(device.room === undefined ? {} : { room: device.room }) };
  const went = before === undefined ? undefined : factOf(before, "serial");
  const gone: readonly Unit[] =
    // The same unit by a better reading of its serial ends nothing.
    went === undefined || before?.unitSince === undefined || before.unitSince === serial.since
      ? []
      : [{ ...place, serial: went, ...modelOf(before), from: before.unitSince, to: serial.since }];
  return [...gone, { ...place, serial: serial.value, ...modelOf(now), from: serial.since }];
}

function modelOf(inventory: DeviceInventory): { readonly model?: string } {
  const model = factOf(inventory, "model");
  return model === undefined ? {} : { model };
}

/** A fact about the device as a whole; undefined when it is not known. */
export function factOf(inventory: DeviceInventory | undefined, name: string): string | undefined {
  return inventory?.facts.find((fact) => fact.name === name && fact.part === undefined)?.value;
}

function eventOf(device: string, { name, part, value, since }: InventoryFact, old: InventoryFact): DeviceEvent | undefined {
  const before = old.value;
  const about = part === undefined ? {} : { part };
  if (name === presence) return { device, at: since, code: value === "missing" ? "peripheral-missing" : "peripheral-back", name, ...about };
  const whole = Object.hasOwn(events, name) ? events[name] : undefined;
  if (whole === undefined) return undefined;
  if (old.said !== undefined) return { device, at: since, code: "serial-corrected", name, ...about, before, after: value };
  // A module of a switch that was swapped is no new switch.
  const code = part !== undefined && (whole === "unit-replaced" || whole === "model-changed") ? "peripheral-replaced" : whole;
  return { device, at: since, code, name, ...about, before, after: value };
}

/** Facts by key as this answer tells them; of a fact that is told twice the first one counts. */
function saidIn({ finding }: Observation, known: ReadonlyMap<string, InventoryFact>): ReadonlyMap<string, Said> {
  const said = new Map<string, Said>();
  const say = (name: string, part: string | undefined, value: string) => {
    const key = keyOf(name, part);
    if (value !== "" && !said.has(key)) said.set(key, { name, part, value: value.slice(0, maxValueLength) });
  };
  for (const reading of finding.readings) {
    if (reading.name === "peripheral") sayPresence(reading, known, say);
    else if (Object.hasOwn(events, reading.name)) say(reading.name, reading.part, reading.value);
  }
  for (const { name, part } of finding.readings) {
    if (part !== undefined && name !== "peripheral" && peripheralReadings.has(name)) say(presence, part, "present");
  }
  for (const part of lackedIn(finding.whole ?? [], finding.readings, known)) say(presence, part, "missing");
  return said;
}

/** A socket in which nothing ever was is not missing anything. */
function sayPresence(
  { part, value }: Reading,
  known: ReadonlyMap<string, InventoryFact>,
  say: (name: string, part: string | undefined, value: string) => void,
): void {
  const word = Object.hasOwn(presenceWords, value) ? presenceWords[value] : undefined;
  if (part === undefined || word === undefined) return;
  if (word === "missing" && !known.has(keyOf(presence, part))) return;
  say(presence, part, word);
}

/** Peripherals that a whole list held before and does not hold now. */
function lackedIn(whole: readonly string[], readings: readonly Reading[], known: ReadonlyMap<string, InventoryFact>): readonly string[] {
  const lists = whole.filter((name) => peripheralReadings.has(name));
  if (lists.length === 0) return [];
  const here = new Set(readings.flatMap(({ name, part }) => (peripheralReadings.has(name) && part !== undefined ? [part] : [])));
  return [...known.values()].flatMap(({ name, part }) => {
    if (name !== presence || part === undefined || here.has(part)) return [];
    const listed = lists.some((list) => list === "peripheral" || known.has(keyOf(list, part)));
    return listed ? [part] : [];
  });
}

export function keyOf(name: string, part: string | undefined): string {
  return part === undefined ? name : `${name}|${part}`;
}

function sameAs(a: Candidates, b: Candidates): boolean {
  if (a.size !== b.size) return false;
  for (const [key, { value }] of a) if (b.get(key)?.value !== value) return false;
  return true;
}

/** Whole days until the end of a day, in the zone; negative: it ended so many days ago, 0: it is today. */
export function daysLeft(isoDate: string, at: Instant, zone: string): number {
  const today = DateTime.fromMillis(at, { zone }).toISODate() ?? isoDate;
  return Math.round((Date.parse(isoDate) - Date.parse(today)) / DAY);
}

/**
 * Answers become samples and readings, as the family's data says.
 *
 * Pure. What a device does not have gives nothing: a missing node is "not applicable", never a fault.
 */
import { isIP } from "node:net";
import type { ShellAsk, ShellValue } from "../../daemon/model/family.ts";
import type { Reading, Sample } from "../../daemon/model/observation.ts";
import { dropFarEnd, isFarEndField, isOfSomebodysCall, scrub, scrubReading } from "../privacy.ts";
import { safePattern } from "../safe-pattern.ts";
import type { Answer } from "./dialect.ts";
import { type Found, find, firstGroup, idOf, leafAt, wordAt } from "./find.ts";
import { type Parts, readGone } from "./gone.ts";

export { type Found, find } from "./find.ts";

/** The last raw value of each counter of a device, by name and place; `all` is the counter that a ratio is of. */
export type Counters = Map<string, { readonly raw: number; readonly all?: number; readonly atMs: number }>;

export interface Values {
  readonly samples: Sample[];
  readonly readings: Reading[];
  /** Names (of readings, of samples) of which every part was listed. */
  readonly whole: readonly string[];
}

export interface Asked {
  readonly ask: ShellAsk;
  readonly answer: Answer;
}

/** @param counters undefined: no counter is read, and none forgotten. @param atMs monotonic milliseconds, for counters. */
export interface ReadAt {
  readonly counters: Counters | undefined;
  readonly atMs: number;
  readonly inventory: ReadonlySet<string>;
  /** Parts that were listed before. Undefined: none is missed. */
  readonly parts?: Parts;
}

/** What is being put together. */
interface Into extends Pick<Values, "samples" | "readings"> {
  /** Names with a part that could not be told this time (the first value of a counter): such a list is not whole. */
  readonly partial: Set<string>;
  /** Where a labelled part stands that came before: two calls have one kind of channel each. */
  readonly at: Map<string, number>;
  readonly ratios: Map<string, { readonly name: string; readonly part: string | undefined; lost: number; all: number }>;
}

export function readValues(asked: readonly Asked[], at: ReadAt): Values {
  const into: Into = { samples: [], readings: [], partial: new Set(), at: new Map(), ratios: new Map() };
  for (const { ask, answer } of asked) {
    for (const value of ask.values) {
      for (const found of find(answer, value.path, value.where)) addValue(value, found, at, into);
    }
  }
  if (at.parts !== undefined) addGone(asked, at.parts, into);
  for (const { name, part, lost, all } of into.ratios.values()) {
    if (all > 0) into.samples.push({ name, value: lost / all, ...(part === undefined ? {} : { part }) });
  }
  const { samples, readings, partial } = into;
  return { samples, readings, whole: wholeOf(asked, partial) };
}

function addGone(asked: readonly Asked[], parts: Parts, { readings }: Into): void {
  for (const { ask, answer } of asked) {
    if (!isAnswered(answer)) continue;
    for (const value of ask.values) readings.push(...readGone(value, readings, parts));
  }
}

/** A name is whole when every value of that name says so, was answered and could be told. */
function wholeOf(asked: readonly Asked[], partial: ReadonlySet<string>): readonly string[] {
  const names = new Map<string, boolean>();
  for (const { ask, answer } of asked) {
    for (const { name, whole } of ask.values) names.set(name, (names.get(name) ?? true) && whole === true && isAnswered(answer));
  }
  return [...names].flatMap(([name, whole]) => (whole && !partial.has(name) ? [name] : []));
}

/** Nothing there is an answer; that the device does not know what was asked is none. */
function isAnswered(answer: Answer): boolean {
  return answer.form === "text" || answer.problem === undefined;
}

function addValue(value: ShellValue, found: Found, at: ReadAt, into: Into): void {
  const part = partOf(value, found, at.inventory);
  // A label that is no plain word could be somebody's name: such an item is not told at all.
  if (part === false) return;
  const text = value.match === undefined ? found.raw : firstGroup(value.match, found.raw);
  if (text === undefined) return;
  switch (value.as) {
    case "state":
    case "text":
      addReading(value, text, { part, inventory: at.inventory }, into);
      return;
    case "gauge": {
      const raw = numberOf(value.states?.[text] ?? text);
      if (raw !== undefined) addSample(value, raw * (value.scale ?? 1), part, into);
      return;
    }
    case "counter":
      addCounter(value, { text, found, part }, at, into);
  }
}

function addReading(
  value: ShellValue,
  text: string,
  { part, inventory }: { readonly part: string | undefined; readonly inventory: ReadonlySet<string> },
  into: Into,
): void {
  if (isAboutFarEnd(value)) return;
  // The family's own words name nobody.
  const own = isNoise(value, part) ? "info" : value.as === "text" ? undefined : value.states?.[text];
  const clean =
    own ?? scrubReading(value.name, value.as === "text" ? text : text.toLowerCase().replace(/\s+/g, "-"), inventory).slice(0, 200);
  if (clean === "") return;
  const reading = { name: value.name, ...(part === undefined ? {} : { part }), value: clean };
  const before = placeOf(value, part, into, into.readings.length);
  if (before === undefined) into.readings.push(reading);
  else if (isWorse(value, clean, into.readings[before]?.value)) into.readings[before] = reading;
}

/** By value of a family's data, which does not change: each finding of each device reads all of them. */
const aboutFarEnd = new WeakMap<ShellValue, boolean>();
const labelledByFarEnd = new WeakMap<ShellValue, boolean>();

function isAboutFarEnd(value: ShellValue): boolean {
  let known = aboutFarEnd.get(value);
  if (known === undefined) {
    known = isFarEndField(value.path) || isOfSomebodysCall(value.path);
    aboutFarEnd.set(value, known);
  }
  return known;
}

function namesFarEnd(value: ShellValue): boolean {
  let known = labelledByFarEnd.get(value);
  if (known === undefined) {
    const item = value.path.slice(0, value.path.lastIndexOf("[]") + 2);
    const fields = (value.label ?? []).flatMap((choices) => choices.split("|")).filter((each) => !/^[=#]/.test(each));
    known = fields.some((each) => isFarEndField(each) || isOfSomebodysCall(`${item}.${each}`));
    labelledByFarEnd.set(value, known);
  }
  return known;
}

/** What is usual whatever level the device gives it. */
function isNoise({ noise }: ShellValue, part: string | undefined): boolean {
  if (noise === undefined || part === undefined) return false;
  return noise.some((source) => {
    const pattern = safePattern(source);
    return "matches" in pattern && pattern.matches(part);
  });
}

/** Words are listed worst first where one part may be named twice. */
function isWorse({ states }: ShellValue, word: string, before: string | undefined): boolean {
  const order = [...new Set(Object.values(states ?? {}))];
  const [rank, other] = [order.indexOf(word), order.indexOf(before ?? "")];
  return rank >= 0 && (other < 0 || rank < other);
}

/** One label names one part: of two gauges the greater is told, rates are added. */
function addSample(value: ShellValue, number: number, part: string | undefined, into: Into): void {
  const sample = { name: value.name, ...(part === undefined ? {} : { part }), value: number };
  const before = placeOf(value, part, into, into.samples.length);
  const old = before === undefined ? undefined : into.samples[before];
  if (before === undefined || old === undefined) into.samples.push(sample);
  else into.samples[before] = { ...sample, value: value.as === "gauge" ? Math.max(old.value, number) : old.value + number };
}

function placeOf({ name, label }: ShellValue, part: string | undefined, { at }: Into, next: number): number | undefined {
  if (label === undefined) return undefined;
  const key = `${name}|${part ?? ""}`;
  const before = at.get(key);
  if (before === undefined) at.set(key, next);
  return before;
}

interface Counted {
  readonly text: string;
  readonly found: Found;
  readonly part: string | undefined;
}

function addCounter(value: ShellValue, { text, found, part }: Counted, { counters, atMs }: ReadAt, into: Into): void {
  const raw = numberOf(text);
  if (raw === undefined || counters === undefined) return;
  const all = value.of === undefined ? undefined : numberOf(leafAt(found.item, value.of) ?? "");
  if (value.of !== undefined && all === undefined) return;
  const key = `${value.name}|${found.place ?? part ?? ""}`;
  const before = counters.get(key);
  counters.set(key, { raw, atMs, ...(all === undefined ? {} : { all }) });
  const passedMs = atMs - (before?.atMs ?? atMs);
  // A counter that went back was reset, and one never seen has no rate: nothing this time.
  if (before === undefined || raw < before.raw || passedMs <= 0 || (all ?? 0) < (before.all ?? 0)) {
    into.partial.add(value.name);
    return;
  }
  const more = raw - before.raw;
  if (all === undefined) addSample(value, (more * (value.scale ?? 1) * 1_000) / passedMs, part, into);
  else addRatio(value.name, part, { lost: more, all: more + all - (before.all ?? 0) }, into);
}

function addRatio(name: string, part: string | undefined, add: { lost: number; all: number }, { ratios }: Into): void {
  const key = `${name}|${part ?? ""}`;
  const sum = ratios.get(key) ?? { name, part, lost: 0, all: 0 };
  ratios.set(key, { name, part, lost: sum.lost + add.lost, all: sum.all + add.all });
}

function numberOf(text: string): number | undefined {
  const number = text.trim() === "" ? Number.NaN : Number(text);
  return Number.isFinite(number) ? number : undefined;
}

/** The part's name; false when its label may not be told. */
function partOf(value: ShellValue, found: Found, inventory: ReadonlySet<string>): string | undefined | false {
  if (value.label !== undefined) {
    const words = value.label.map((choices) => labelOf(found.item, choices, inventory));
    // A plain word may be somebody's name where the field is one: there only our own addresses are told.
    if (words.includes(undefined) || (namesFarEnd(value) && words.some((word) => word === undefined || isIP(word) === 0))) return false;
    return [...(value.part === undefined ? [] : [value.part]), ...words].join(" ");
  }
  if (value.part === undefined) return undefined;
  const id = smallNumber(found.id);
  return id === undefined ? value.part : `${value.part} ${id}`;
}

/** An id is a small number; anything longer could be somebody's. */
function smallNumber(text: string | undefined): string | undefined {
  return text !== undefined && /^\d{1,6}$/.test(text) ? text : undefined;
}

/** `ID|#`: the number that the item calls itself by, or else its place in the list. */
function labelOf(item: unknown, choices: string, inventory: ReadonlySet<string>): string | undefined {
  const numbered = choices.endsWith("|#");
  const word = wordAt(item, numbered ? choices.slice(0, -2) : choices);
  return plainWord(word, inventory) ?? (numbered ? (smallNumber(word) ?? smallNumber(idOf(item))) : undefined);
}

/** `sip:room@10.1.2.3:5060;transport=tls`, `10.1.2.3:1720`, `[2001:db8::1]:5060`: the address. */
const ADDRESS = /^(?:[a-z0-9]{1,8}:)?(?:[^@\s]{0,200}@)?\[?((?:\d{1,3}\.){3}\d{1,3}|[0-9a-f:]{2,39})\]?(?::\d{1,5})?(?:;.{0,300})?$/i;

/** A plain word in lower case, or an address of our own, alone or in a URI; anything else is nobody's business. */
function plainWord(word: string | undefined, inventory: ReadonlySet<string>): string | undefined {
  if (word === undefined) return undefined;
  const address = isIP(word) !== 0 ? word : ADDRESS.exec(word.slice(0, 600))?.[1];
  if (address !== undefined && isIP(address) !== 0) return inventory.has(address) ? address : undefined;
  return /^[A-Za-z][A-Za-z0-9_-]{0,63}$/.test(word) ? word.toLowerCase() : undefined;
}

/** One line of the trace for an answer, without far-end identity. */
export function describe(answer: Answer, inventory: ReadonlySet<string>): string {
  if (answer.form === "text") return `< ${scrub(answer.text, inventory).replaceAll("\n", "\\n")}`;
  if (answer.problem !== undefined) return `< ${answer.problem}`;
  return `< ${answer.status === undefined ? "(nothing there)" : JSON.stringify(dropFarEnd(answer.status, inventory))}`;
}

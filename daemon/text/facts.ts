/**
 * What was seen, in words: parts, values with the unit people read, and the details that rules keep of a look.
 *
 * A code nobody has translated is shown as it is, rather than not at all.
 */
import { type Language, MINUTE, SECOND } from "../model/time.ts";
import { say, sayCode, sayDuration } from "./catalogue.ts";

/** Endings of the names of samples in base units, and the symbol of the unit in both languages. */
const symbols = [
  ["_celsius", "°C"],
  ["_volts", "V"],
  ["_amperes", "A"],
  ["_watts", "W"],
  ["_hertz", "Hz"],
] as const;

const colon = { fr: " : ", en: ": " } as const;

/** `camera 1` → `caméra 1`; the kind of a look alone (`snmp`) → `par SNMP`. */
export function partText(language: Language, part: string): string {
  const [prefix = "", ...rest] = part.split(" ");
  const word = sayCode(language, "part", prefix);
  return word === undefined ? part : [word, ...rest].join(" ");
}

/** `icmp_rtt_avg_seconds`, 0.0021 → `2,1 ms`. Base units in (see the data files), the reader's units out. */
export function sayQuantity(language: Language, name: string, value: number): string {
  const figure = (of: number, digits = 3) => new Intl.NumberFormat(`${language}-CA`, { maximumSignificantDigits: digits }).format(of);
  const unit = (of: number, symbol: string) => `${figure(of)}\u00a0${symbol}`;
  if (name === "interface_up") return say(language, value === 0 ? "quantity.down" : "quantity.up");
  if (/_(rtt_\w+|jitter)_seconds$/.test(name)) return unit(Math.round(value * 1e5) / 1e2, "ms");
  if (name.includes("seconds")) return sayLength(language, value * SECOND);
  if (name.endsWith("_ratio")) return unit(value * 100, "%");
  const symbol = symbols.find(([ending]) => name.endsWith(ending))?.[1];
  if (symbol !== undefined) return unit(value, symbol);
  if (name.endsWith("_rpm")) return unit(value, say(language, "quantity.turns"));
  if (name.endsWith("_bits_per_second")) return sayLarge(value, "bit/s", unit);
  if (name.endsWith("_octets")) return sayOctets(language, name, value, unit);
  if (name.endsWith("_errors")) return unit(value, "/s");
  return figure(value, 6);
}

function sayLength(language: Language, ms: number): string {
  return ms < MINUTE ? say(language, "quantity.seconds", { n: Math.round(ms / SECOND) }) : sayDuration(language, ms);
}

/** What an interface counts is a rate; any other number of octets is a size. */
function sayOctets(language: Language, name: string, value: number, unit: (of: number, symbol: string) => string): string {
  return sayLarge(value, `${say(language, "quantity.bytes")}${name.startsWith("interface_") ? "/s" : ""}`, unit);
}

function sayLarge(value: number, symbol: string, unit: (of: number, symbol: string) => string): string {
  const steps = [
    [1e9, "G"],
    [1e6, "M"],
    [1e3, "k"],
  ] as const;
  const step = steps.find(([size]) => value >= size);
  return step === undefined ? unit(value, symbol) : unit(value / step[0], `${step[1]}${symbol}`);
}

export function sampleText(language: Language, name: string): string {
  return sayCode(language, "sample", name) ?? name;
}

export function readingText(language: Language, name: string): string {
  return sayCode(language, "reading", name) ?? name;
}

export function wordText(language: Language, value: string): string {
  return sayCode(language, "word", value) ?? value;
}

const looked = /^((?:icmp|snmp|ssh|telnet|https|tcp|probe)\.[a-z-]+)(?:: (.*))?$/s;
const limited = /^(?:(?!.*trap)(.+?): )?([a-z0-9_]+) (-?[\d.e-]+), limit (-?[\d.e-]+)$/;
const sloped = /^(?:(?!.*trap)(.+?): )?([a-z0-9_]+) changed by (-?[\d.e-]+) in (\d+(?:\.\d+)?) s, limit (-?[\d.e-]+)$/;
const unheard = /^no (look|sample|reading|trap) (\S+) for (\d+) s$/;
const worded = /^(?:(.+?): )?([a-z0-9_]+) is (\S+)$/;
const trapped = /^(\S+) trap(?: \((.+?) \| (.+?)\))?(?:: (.+))?$/s;

/** What a rule kept of a look, in words; undefined when it is of no known form. */
export function detailText(language: Language, detail: string): string | undefined {
  const look = looked.exec(detail);
  if (look !== null) return sayCode(language, "code", look[1] ?? "");
  const trap = trapped.exec(detail);
  if (trap !== null) return trapText(language, trap);
  const limit = limited.exec(detail);
  if (limit !== null) return limitText(language, limit);
  const slope = sloped.exec(detail);
  if (slope !== null) return slopeText(language, slope);
  const missing = unheard.exec(detail);
  if (missing !== null) return missingText(language, missing);
  const word = worded.exec(detail);
  const reading = word === null ? undefined : sayCode(language, "reading", word[2] ?? "");
  if (word !== null && reading !== undefined) {
    return `${withPart(language, reading, word[1])}${colon[language]}${wordText(language, word[3] ?? "")}`;
  }
  const pieces = detail.split("; ");
  const said = pieces.length < 2 ? [] : pieces.map((piece) => detailText(language, piece) ?? piece);
  return said.length < 2 ? undefined : said.join("; ");
}

/** The family's own words for the notification where it has some, else its name. */
function trapText(language: Language, [, name = "", fr, en, part]: RegExpExecArray): string {
  const words = language === "fr" ? (fr ?? `trap ${name}`) : (en ?? `${name} trap`);
  return part === undefined ? words : `${words}, ${partText(language, part)}`;
}

function limitText(language: Language, [, part, name = "", value, limit]: RegExpExecArray): string | undefined {
  const sample = sayCode(language, "sample", name);
  if (sample === undefined) return undefined;
  const what = `${withPart(language, sample, part)}${colon[language]}`;
  if (name === "interface_up") return `${what}${sayQuantity(language, name, Number(value))}`;
  const [read, most] = [value, limit].map((each) => sayQuantity(language, name, Number(each)));
  return `${what}${say(language, "quantity.limit", { value: read ?? "", limit: most ?? "" })}`;
}

/** How much it changed in that time; a share or a temperature keeps its unit. */
function slopeText(language: Language, [, part, name = "", change, seconds, limit]: RegExpExecArray): string | undefined {
  const sample = sayCode(language, "sample", name);
  if (sample === undefined) return undefined;
  const [changed, most] = [change, limit].map((each) => saySigned(language, name, Number(each)));
  const values = { value: changed ?? "", per: sayLength(language, Number(seconds) * SECOND), limit: most ?? "" };
  return `${withPart(language, sample, part)}${colon[language]}${say(language, "quantity.slope", values)}`;
}

function saySigned(language: Language, name: string, value: number): string {
  return `${value < 0 ? "−" : "+"}${sayQuantity(language, name, Math.abs(value))}`;
}

function missingText(language: Language, [, what = "", name = "", seconds]: RegExpExecArray): string {
  const known = { look: "part", sample: "sample", reading: "reading", trap: "symptom" }[what] ?? what;
  const said = sayCode(language, known, name) ?? name;
  return say(language, "quantity.missing", { what: said, time: sayLength(language, Number(seconds) * SECOND) });
}

function withPart(language: Language, name: string, part: string | undefined): string {
  return part === undefined ? name : `${name} (${partText(language, part)})`;
}

/** The technical words inside a reason, for the small print; undefined when it has none. */
export function rawDetail(why: string): string | undefined {
  return /(?:^|: )((?:icmp|snmp|ssh|telnet|https|tcp|probe)\.[a-z-]+: .+|\S+ trap(?= \(.+? \| .+?\)(?:$|: )))/s.exec(why)?.[1];
}

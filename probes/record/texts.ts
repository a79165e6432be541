/**
 * Text without names: two ways. What tells a product (sysDescr, a model) keeps its words but for those known to be somebody's; everything
 * else keeps only words that are known to be nobody's.
 */
import type { Family } from "../../daemon/model/family.ts";
import { wordsOfDialect } from "./printed.ts";
import type { Pseudonyms } from "./pseudonyms.ts";

/** Words of states and units that devices use and that name nobody. */
const plainWords = (
  "true false yes no on off ok error warning info critical none unknown up down active inactive idle standby enabled disabled available " +
  "unavailable connected disconnected registered unregistered registering registration rejected failed failure success status state normal " +
  "initialized initializing incoming outgoing video audio main presentation call calls camera microphone monitor display speaker touch panel " +
  "touchpanel network sip h323 gatekeeper online offline system version software hardware model serial number temperature power supply fan " +
  "sensor level bridge port interface ethernet gigabitethernet fastethernet vlan loopback uplink name address type mode auto manual primary " +
  "secondary input output signal loss packets jitter rate bytes protocol end result config configuration xstatus xconfiguration command not " +
  "recognized local remote left right front rear room control"
).split(" ");

/** The words that a family's own data holds: what it matches, the states it knows, the questions it asks. */
export function vocabularyOf(family: Family): ReadonlySet<string> {
  const reads = [...family.snmp.scalars, ...family.snmp.columns];
  const asks = [...(family.shell?.asks ?? []), ...(family.shell?.inCall?.asks ?? []), ...(family.https?.asks ?? [])];
  const values = asks.flatMap((ask) => ask.values);
  const texts = [
    ...family.recognise.sysDescr,
    ...family.recognise.banner,
    ...asks.map(({ command }) => command),
    ...values.flatMap(({ path, match, where, label }) => [
      path,
      match ?? "",
      ...(where === undefined ? [] : [where.field, ...where.in]),
      ...(label ?? []),
    ]),
    ...[...reads, ...values].flatMap(({ states }) => Object.entries(states ?? {}).flat()),
    ...family.snmp.columns.flatMap(({ where }) => (where ?? []).flatMap((one) => one.in)),
    ...Object.values(family.name),
    family.id,
    family.kind,
  ];
  // `LastShutdownReason` is three words, and one.
  const words = texts.flatMap((text) => [
    ...text.split(/[^\p{L}\p{N}]+/u),
    ...text.replace(/(\p{Ll})(?=\p{Lu})/gu, "$1 ").split(/[^\p{L}\p{N}]+/u),
  ]);
  return new Set(
    [...plainWords, ...wordsOfDialect(family.shell?.dialect), ...words].filter((word) => word !== "").map((word) => word.toLowerCase()),
  );
}

const ipv4 = /(?<![\p{L}\d.])(?:25[0-5]|2[0-4]\d|1?\d?\d)(?:\.(?:25[0-5]|2[0-4]\d|1?\d?\d)){3}(?![\d.]*\d)/gu;
const mac = /\b[0-9a-f]{2}(?:[:-][0-9a-f]{2}){5}\b|\b[0-9a-f]{4}(?:\.[0-9a-f]{4}){2}\b/gi;
const mail = /[\p{L}\p{N}._%+-]+@[\p{L}\p{N}.-]+/gu;
/** Capitals and digits mixed, as serial numbers are; and anything that is called one. */
const serial = /\b(?=[A-Z0-9]*\d)(?=[A-Z0-9]*[A-Z])[A-Z0-9]{8,}\b/g;
const calledSerial = /((?:S\/N|Serial(?:\s*(?:No|Number))?)\s*[:#=.]*\s*)([\p{L}\p{N}-]{4,})/giu;
const telephone = /(?<![\d.])\+?\d[\d ()-]{5,}\d(?![\d.])/g;
/** Grouped as North American numbers are: short runs of digits, each of which would stay. */
const groupedTelephone = /(?<![\p{L}\d.:/-])(?:\+?1[-. ])?(?:\(\d{3}\) ?|\d{3}[-. ])\d{3}[-. ]\d{4}(?![\p{L}\d:/]|[.-]\d)/gu;

export interface Texts {
  readonly pseudonyms: Pseudonyms;
  readonly vocabulary: ReadonlySet<string>;
  /** Words known to be somebody's, lower case. */
  readonly sensitive: ReadonlySet<string>;
}

/** Everything that has the form of an address, a number or a name of somebody, replaced. */
function formless(text: string, { pseudonyms }: Texts): string {
  return text
    .replace(mail, (found) => pseudonyms.word(found))
    .replace(groupedTelephone, (found) => pseudonyms.word(found))
    .replace(ipv4, (found) => pseudonyms.address(found))
    .replace(mac, (found) => macLike(found, pseudonyms))
    .replace(calledSerial, (_all, label: string, found: string) => `${label}${pseudonyms.word(found)}`);
}

function macLike(found: string, pseudonyms: Pseudonyms): string {
  const digits = pseudonyms.mac(Buffer.from(found.replace(/[^0-9a-f]/gi, ""), "hex")).toString("hex");
  let at = 0;
  const made = found.replace(/[0-9a-f]/gi, () => digits[at++] ?? "0");
  return found === found.toUpperCase() ? made.toUpperCase() : made;
}

/** Product text: its words stay, but for those of somebody. */
export function productText(text: string, texts: Texts): string {
  const { pseudonyms, sensitive } = texts;
  const plain = formless(text, texts)
    .replace(serial, (found) => pseudonyms.word(found))
    .replace(telephone, (found) => (/[ ()+]/.test(found) || found.replace(/\D/g, "").length >= 10 ? pseudonyms.word(found) : found));
  // Longest first: a name within a name goes with it.
  return [...sensitive]
    .sort((a, b) => b.length - a.length)
    .reduce((line, name) => line.replace(wholeWord(name), (found) => pseudonyms.word(found)), plain);
}

/** Any other text: only words that are nobody's stay, and short numbers. */
export function otherText(text: string, texts: Texts): string {
  const { pseudonyms, vocabulary, sensitive } = texts;
  return formless(text, texts).replace(/[\p{L}\p{N}]+/gu, (word, at: number, whole: string) => {
    const lower = word.toLowerCase();
    // What `formless` made is not made again: its addresses stand in their own network, its MACs are local.
    if (/^198$|^18$|^19$/.test(word) && /198\.1[89]\./.test(whole.slice(Math.max(0, at - 4), at + 12))) return word;
    // Digits behind one decimal point are a measure: `0.500000`.
    if (
      /^\d{6}$/.test(word) &&
      /(?:^|[^\p{L}\d.])\d{1,5}\.$/u.test(whole.slice(Math.max(0, at - 7), at)) &&
      whole[at + word.length] !== "."
    )
      return word;
    // Two letters are nobody: `*r`, `OK`.
    if (/^\d{1,5}$/.test(word) || word.length <= 2 || (vocabulary.has(lower) && !sensitive.has(lower))) return word;
    return pseudonyms.word(word);
  });
}

/** A name as a word of its own: `real` is not in `RealPresence`. */
export function wholeWord(name: string): RegExp {
  return new RegExp(`(?<![\\p{L}\\p{N}])${name.replace(/[.*+?^${}()|[\]\\/]/g, "\\$&")}(?![\\p{L}\\p{N}])`, "giu");
}

/** The words of a name that are worth hiding: all of it, and each part of four letters or more. A name of plain words only hides nobody. */
export function wordsOf(name: string, vocabulary: ReadonlySet<string>): readonly string[] {
  const whole = name.trim().toLowerCase();
  const parts = whole.split(/[^\p{L}\p{N}]+/u).filter((part) => part.length >= 3 && !vocabulary.has(part) && !/^\d{1,5}$/.test(part));
  return parts.length === 0 ? [] : [whole, ...parts.filter((part) => part.length >= 4 || part === whole)];
}

/**
 * A walk as lines that snmpsim serves (OID|TAG|VALUE), with names, addresses and serial numbers replaced, in values and in indexes alike.
 *
 * Pure but for the pseudonyms. What cannot be told apart from a name is replaced; what has a type that is not known is left out.
 */
import type { Family } from "../../daemon/model/family.ts";
import { compareOids } from "../snmp/oid.ts";
import { numberOf, textOf, type Varbind, wholeOf } from "../snmp/value.ts";
import { otherText, productText, type Texts, wordsOf } from "./texts.ts";

const ent = "1.3.6.1.2.1.47.1.1.1.1";
/** Texts that tell a product: sysDescr, ifDescr, ifName, entPhysical descriptions, revisions and models, storage and device descriptions. */
const product = [
  ...["1.3.6.1.2.1.1.1", "1.3.6.1.2.1.2.2.1.2", "1.3.6.1.2.1.31.1.1.1.1", "1.3.6.1.2.1.25.2.3.1.3", "1.3.6.1.2.1.25.3.2.1.3"],
  ...[2, 8, 9, 10, 12, 13].map((column) => `${ent}.${column}`),
  ...["1.3.6.1.4.1.9.9.23.1.2.1.1.7", "1.3.6.1.4.1.9.9.23.1.2.1.1.8"],
];
/** Values that are somebody's wherever they turn up: sysContact, sysName, sysLocation, ifAlias, serial, alias and asset numbers, neighbours. */
const telling = [
  ...["1.3.6.1.2.1.1.4", "1.3.6.1.2.1.1.5", "1.3.6.1.2.1.1.6", "1.3.6.1.2.1.31.1.1.1.18"],
  ...[11, 14, 15].map((column) => `${ent}.${column}`),
  ...["1.0.8802.1.1.2.1.3.3", "1.0.8802.1.1.2.1.4.1.1.9", "1.3.6.1.4.1.9.9.23.1.2.1.1.6"],
];
/** Tables whose index ends in an IPv4 address: ipAddrTable, and LLDP's management addresses. */
const addressed = ["1.3.6.1.2.1.4.20.1", "1.0.8802.1.1.2.1.4.2.1", "1.0.8802.1.1.2.1.3.8.1"];
/** Readings that tell a product; every other text that a family reads is somebody's. */
const productReadings: ReadonlySet<string> = new Set(["model", "software_version", "peripheral_model", "peripheral_version"]);

const under = (oid: string, prefixes: readonly string[]) => prefixes.some((prefix) => oid === prefix || oid.startsWith(`${prefix}.`));

/** What a family reads, by the OID it stands under. */
function readsOf(family: Family, as: "kept" | "telling"): readonly string[] {
  const reads = [...family.snmp.scalars, ...family.snmp.columns];
  const kept = reads.filter((read) => read.as !== "text" || productReadings.has(read.name)).map(({ oid }) => oid);
  return as === "kept" ? kept : reads.filter((read) => read.as === "text" && !productReadings.has(read.name)).map(({ oid }) => oid);
}

/** Words that the device itself says are somebody's, and addresses that it has. */
export function toldBy(
  walk: readonly Varbind[],
  family: Family,
  vocabulary: ReadonlySet<string>,
): { readonly words: readonly string[]; readonly addresses: readonly string[] } {
  const where = [...telling, ...readsOf(family, "telling")];
  const words = walk
    .filter(({ oid, type }) => type === 4 && under(oid, where) && !under(oid, product))
    .flatMap((each) => wordsOf(textOf(each) ?? "", vocabulary));
  const addresses = walk.flatMap((each) => (each.type === 64 ? [ipOf(each.value)] : [])).filter((ip) => ip !== undefined);
  return { words, addresses };
}

export function walkLines(walk: readonly Varbind[], family: Family, texts: Texts, addresses: ReadonlySet<string>): readonly string[] {
  const kept = [...product, ...readsOf(family, "kept")];
  const lines = new Map<string, string>();
  for (const each of walk) {
    const oid = plainOid(each.oid, texts, addresses);
    const value = lineOf(each, under(each.oid, kept), texts, addresses);
    if (value !== undefined) lines.set(oid, `${oid}|${value}`);
  }
  return [...lines].sort(([a], [b]) => compareOids(a, b)).map(([, line]) => line);
}

function lineOf(varbind: Varbind, isProduct: boolean, texts: Texts, addresses: ReadonlySet<string>): string | undefined {
  const { type, value } = varbind;
  switch (type) {
    case 2:
    case 65:
    case 66:
    case 67:
      return numberOf(varbind) === undefined ? undefined : `${type}|${numberOf(varbind)}`;
    case 70:
      return wholeOf(varbind) === undefined ? undefined : `70|${wholeOf(varbind)}`;
    case 6:
      return typeof value === "string" ? `6|${plainOid(value, texts, addresses)}` : undefined;
    case 64:
      return ipOf(value) === undefined ? undefined : `64|${texts.pseudonyms.address(ipOf(value) ?? "")}`;
    case 4:
      return Buffer.isBuffer(value) ? `4x|${octets(value, isProduct, texts).toString("hex")}` : undefined;
    case 68:
      return Buffer.isBuffer(value) && numberOf(varbind) !== undefined ? `68x|${value.toString("hex")}` : undefined;
    default:
      return undefined;
  }
}

function octets(value: Buffer, isProduct: boolean, texts: Texts): Buffer {
  if (value.length === 0) return value;
  const text = value.toString("utf8");
  const printable = !text.includes("\ufffd") && /^[\p{L}\p{N}\p{P}\p{S}\s]*$/u.test(text);
  if (printable) return Buffer.from(isProduct ? productText(text, texts) : otherText(text, texts), "utf8");
  if (value.length === 6) return texts.pseudonyms.mac(value);
  if (value.length === 4)
    return Buffer.from(
      texts.pseudonyms
        .address([...value].join("."))
        .split(".")
        .map(Number),
    );
  return texts.pseudonyms.octets(value);
}

function ipOf(value: unknown): string | undefined {
  if (typeof value === "string") return /^\d+(\.\d+){3}$/.test(value) ? value : undefined;
  return Buffer.isBuffer(value) && value.length === 4 ? [...value].join(".") : undefined;
}

/** Indexes carry addresses and names too: an address that is known or must be one, and runs of letters. */
function plainOid(oid: string, texts: Texts, addresses: ReadonlySet<string>): string {
  const arcs = oid.split(".").map(Number);
  const must = under(oid, addressed) ? arcs.length - 4 : -1;
  for (let at = 6; at + 4 <= arcs.length; at += 1) {
    const ip = arcs.slice(at, at + 4).join(".");
    if ((at === must || addresses.has(ip)) && arcs.slice(at, at + 4).every((arc) => arc < 256)) {
      arcs.splice(at, 4, ...texts.pseudonyms.address(ip).split(".").map(Number));
      at += 3;
    }
  }
  return namesInIndex(arcs, texts).join(".");
}

const lettersAtLeast = 4;

function namesInIndex(arcs: readonly number[], { pseudonyms }: Texts): readonly number[] {
  const made = [...arcs];
  for (let from = 7; from < made.length; from += 1) {
    let to = from;
    while (to < made.length && isLetter(made[to])) to += 1;
    const text = String.fromCharCode(...made.slice(from, to));
    if (to - from >= lettersAtLeast && /[A-Za-z]{3}/.test(text))
      made.splice(from, to - from, ...[...pseudonyms.word(text)].map((letter) => letter.charCodeAt(0)));
    from = Math.max(from, to - 1);
  }
  return made;
}

function isLetter(arc: number | undefined): boolean {
  return arc !== undefined && arc >= 32 && arc < 127;
}

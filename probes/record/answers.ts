/**
 * A shell's answer without names: JSON field by field, text word by word. Far ends are taken out first, as everywhere.
 */
import type { Family, ShellValue } from "../../daemon/model/family.ts";
import { dropFarEnd } from "../privacy.ts";
import type { Answer } from "../shell/dialect.ts";
import { otherText, productText, type Texts, wordsOf } from "./texts.ts";

const productReadings: ReadonlySet<string> = new Set(["model", "software_version", "peripheral_model", "peripheral_version"]);
const nobody: ReadonlySet<string> = new Set();

type Kept = "as-it-is" | "product" | "other";

/** What becomes of the value at a path (`SIP.Registration.Status`, without indexes), by what the family reads there. */
function keptBy(values: readonly ShellValue[]): (path: string) => Kept {
  const by = new Map<string, Kept>();
  for (const { path, as, name, where } of values) {
    const plain = path.replaceAll("[]", "");
    by.set(plain, as !== "text" ? "as-it-is" : productReadings.has(name) ? "product" : "other");
    const item = path.slice(0, Math.max(0, path.lastIndexOf("[]"))).replaceAll("[]", "");
    if (where !== undefined) by.set(`${item}.${where.field}`, "as-it-is");
  }
  return (path) => by.get(path) ?? "other";
}

export function plainAnswer(answer: Answer, values: readonly ShellValue[], texts: Texts): string {
  if (answer.form === "text") return plainText(String(dropFarEnd(answer.text, nobody)), values, texts);
  const status = plainJson(dropFarEnd(answer.status, nobody), "", keptBy(values), texts);
  return JSON.stringify({ Status: status });
}

/** The same of a web interface: its answers have no frame of their own. */
export function plainWebAnswer(answer: Answer, values: readonly ShellValue[], texts: Texts): string {
  const tree = answer.form === "json" ? answer.status : answer.text;
  return JSON.stringify(plainJson(dropFarEnd(tree, nobody), "", keptBy(values), texts));
}

const measured = /^(.*?([A-Za-z]+): )("?\d{1,19}(?:\.\d{1,9})?"?)$/;

/** Lines of text: a number stays where the family reads a number under that name (`*s SystemUnit Uptime: 597095`). */
function plainText(text: string, values: readonly ShellValue[], texts: Texts): string {
  const numbers = new Set(values.filter(({ as }) => as === "gauge" || as === "counter").map(({ path }) => path.split(".").at(-1)));
  const counted = new Set(values.flatMap(({ of }) => (of === undefined ? [] : [of.split(".").at(-1)])));
  return text
    .split("\n")
    .map((line) => {
      const [, head = "", name, number = ""] = measured.exec(line.trimEnd()) ?? [];
      return name !== undefined && (numbers.has(name) || counted.has(name)) ? `${otherText(head, texts)}${number}` : otherText(line, texts);
    })
    .join("\n");
}

/** A greeting: what it says of the software (`ce9`, `TC7`, `X8`) is how the family is recognised. */
export function plainGreeting(text: string, texts: Texts): string {
  const versions = text.match(/(?<![\p{L}\p{N}])\p{L}{1,2}\d{1,2}(?=\.\d)/gu) ?? [];
  return otherText(text, { ...texts, vocabulary: new Set([...texts.vocabulary, ...versions.map((each) => each.toLowerCase())]) });
}

/** A reply as it was printed: a line that tells a product keeps its words. Far ends were taken out before. */
export function plainLines(lines: readonly string[], values: readonly ShellValue[], texts: Texts): string {
  const products = values.filter(({ name }) => productReadings.has(name));
  const labels = products.map(({ path }) => `${path.toLowerCase()}:`);
  const allProducts = products.length > 0 && products.length === values.length;
  const isProduct = (line: string) => allProducts || labels.some((label) => line.toLowerCase().replace(/\s*:/, ":").startsWith(label));
  return lines.map((line) => (isProduct(line) ? productText(line, texts) : otherText(line, texts))).join("\n");
}

function plainJson(value: unknown, path: string, kept: (path: string) => Kept, texts: Texts): unknown {
  if (typeof value === "string") return plainString(value, kept(path), texts);
  if (Array.isArray(value)) return value.map((each) => plainJson(each, path, kept, texts));
  if (typeof value !== "object" || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([key, child]) => [key, plainJson(child, below(path, key), kept, texts)]));
}

function plainString(value: string, kept: Kept, texts: Texts): string {
  // A state is one of few words; one that is somebody's name is none.
  if (kept === "as-it-is" && !texts.sensitive.has(value.toLowerCase()) && value.length <= 40 && !/[@:\d.]{7,}/.test(value)) return value;
  return kept === "product" ? productText(value, texts) : otherText(value, texts);
}

/** Words of the answers that the family itself calls a name, an address or a serial number. */
export function toldIn(answer: Answer, values: readonly ShellValue[], vocabulary: ReadonlySet<string>): readonly string[] {
  if (answer.form !== "json") return [];
  const telling = new Set(
    values.filter(({ as, name }) => as === "text" && !productReadings.has(name)).map(({ path }) => path.replaceAll("[]", "")),
  );
  return stringsIn(answer.status, "").flatMap(({ path, text }) => (telling.has(path) ? wordsOf(text, vocabulary) : []));
}

function stringsIn(value: unknown, path: string): readonly { readonly path: string; readonly text: string }[] {
  if (typeof value === "string") return [{ path, text: value }];
  if (Array.isArray(value)) return value.flatMap((each) => stringsIn(each, path));
  if (typeof value !== "object" || value === null) return [];
  return Object.entries(value).flatMap(([key, child]) => stringsIn(child, below(path, key)));
}

/** Values stand in a field `Value` of their own, which is no step of the path. */
function below(path: string, key: string): string {
  if (key === "Value") return path;
  return path === "" ? key : `${path}.${key}`;
}

/** All questions of a family, with the values read from each. */
export function asksOf(family: Family): NonNullable<Family["shell"]>["asks"] {
  return [...(family.shell?.asks ?? []), ...(family.shell?.inCall?.asks ?? [])];
}

/**
 * From what a device said to a folder that may be sent to somebody: anonymised, checked for what must not be in it, with a summary to read.
 *
 * Pure but for the key. What the check still finds is a refusal, not a warning: nothing is written then.
 */
import { stringify } from "yaml";
import type { Family } from "../../daemon/model/family.ts";
import type { Varbind } from "../snmp/value.ts";
import { asksOf, plainAnswer, plainGreeting, plainLines, plainWebAnswer, toldIn } from "./answers.ts";
import type { ShellAnswer } from "./listen-shell.ts";
import { withoutFarEnd } from "./printed.ts";
import { Pseudonyms } from "./pseudonyms.ts";
import { productText, type Texts, vocabularyOf, wholeWord, wordsOf } from "./texts.ts";
import { toldBy, walkLines } from "./walk-lines.ts";

/** What was heard, as it was. */
export interface Heard {
  readonly family: Family;
  /** Undefined: no SNMP. */
  readonly walk?: readonly Varbind[];
  /** Undefined: no shell. */
  readonly greeting?: string;
  readonly answers?: readonly ShellAnswer[];
  /** Undefined: no web interface. */
  readonly web?: readonly ShellAnswer[];
  readonly model?: string;
  readonly firmware?: string;
}

/** What must not be found in what is written: our names, addresses, users and communities. */
export interface Ours {
  readonly names: readonly string[];
  readonly addresses: readonly string[];
}

export type Recorded =
  | { readonly ok: true; readonly files: Readonly<Record<string, string>>; readonly replaced: number; readonly kept: readonly string[] }
  /** Kinds of what was still found, without the values. */
  | { readonly ok: false; readonly found: readonly string[] };

export interface RecordOptions {
  /** 32 random bytes, thrown away with the recording. */
  readonly key: Buffer;
  readonly versions: Readonly<Record<string, string>>;
  readonly date: string;
}

export function anonymise(heard: Heard, ours: Ours, options: RecordOptions): Recorded {
  const { family, walk, greeting, answers, web } = heard;
  const vocabulary = vocabularyOf(family);
  const told = toldBy(walk ?? [], family, vocabulary);
  const valuesOf = new Map([...asksOf(family), ...(family.https?.asks ?? [])].map(({ command, values }) => [command, values]));
  const said = [...(answers ?? []), ...(web ?? [])].flatMap(({ command, answer }) =>
    toldIn(answer, valuesOf.get(command) ?? [], vocabulary),
  );
  const sensitive = new Set([...ours.names.flatMap((name) => wordsOf(name, vocabulary)), ...told.words, ...said]);
  const addresses = new Set([...ours.addresses, ...told.addresses]);
  const texts: Texts = { pseudonyms: new Pseudonyms(options.key), vocabulary, sensitive };
  const lines = walk === undefined ? undefined : walkLines(walk, family, texts, addresses);
  const exchanges = answers === undefined ? undefined : exchangesOf({ family, answers, greeting }, valuesOf, texts);
  const overWeb = web?.map(({ command, answer }) => ({ ask: command, answer: plainWebAnswer(answer, valuesOf.get(command) ?? [], texts) }));
  const files = filesOf(heard, { lines, exchanges, overWeb }, texts, options);
  const found = leaks(checkedTexts(files, exchanges, overWeb), sensitive, addresses);
  if (found.length > 0) return { ok: false, found };
  return { ok: true, files, replaced: texts.pseudonyms.size, kept: keptTexts(lines ?? []) };
}

interface Exchange {
  readonly ask: string;
  readonly answer: string;
}

function exchangesOf(
  heard: { readonly family: Family; readonly answers: readonly ShellAnswer[]; readonly greeting: string | undefined },
  valuesOf: ReadonlyMap<string, Parameters<typeof plainAnswer>[1]>,
  texts: Texts,
): readonly Exchange[] {
  const { family, greeting, answers } = heard;
  const first = greeting === undefined || greeting === "" ? [] : [{ ask: "", answer: plainGreeting(greeting, texts) }];
  const plain = ({ command, answer, lines }: ShellAnswer): string => {
    const values = valuesOf.get(command) ?? [];
    if (lines === undefined) return plainAnswer(answer, values, texts);
    return plainLines(withoutFarEnd(family.shell?.dialect, command, lines), values, texts);
  };
  return [...first, ...answers.map((each) => ({ ask: each.command, answer: plain(each) }))];
}

interface Written {
  readonly lines: readonly string[] | undefined;
  readonly exchanges: readonly Exchange[] | undefined;
  readonly overWeb: readonly Exchange[] | undefined;
}

function filesOf(
  { family, model, firmware }: Heard,
  { lines, exchanges, overWeb }: Written,
  texts: Texts,
  { date, versions }: RecordOptions,
): Readonly<Record<string, string>> {
  const about = {
    family: family.id,
    ...(model === undefined ? {} : { model: productText(model, texts) }),
    ...(firmware === undefined ? {} : { firmware: productText(firmware, texts) }),
    date,
    versions,
  };
  return {
    "about.yaml": stringify(about),
    ...(lines === undefined ? {} : { "walk.snmprec": `${lines.join("\n")}\n` }),
    ...(exchanges === undefined ? {} : { "shell.yaml": stringify(exchanges, { lineWidth: 0 }) }),
    ...(overWeb === undefined ? {} : { "web.yaml": stringify(overWeb, { lineWidth: 0 }) }),
    "README.md": readme(family.id),
  };
}

/** What a device said, without what is ours: the names of fields, the family, the text that explains. */
function checkedTexts(
  files: Readonly<Record<string, string>>,
  exchanges: readonly Exchange[] | undefined,
  overWeb: readonly Exchange[] | undefined,
): Readonly<Record<string, string>> {
  const about = files["about.yaml"]?.match(/^(?:model|firmware): .*$/gm)?.join("\n") ?? "";
  return {
    "about.yaml": about,
    "walk.snmprec": files["walk.snmprec"] ?? "",
    "shell.yaml": (exchanges ?? []).map(({ answer }) => valuesIn(answer)).join("\n"),
    "web.yaml": (overWeb ?? []).map(({ answer }) => valuesIn(answer)).join("\n"),
  };
}

/** The values of a JSON answer, without its keys; any other answer as it is. */
function valuesIn(answer: string): string {
  try {
    const found: string[] = [];
    JSON.parse(answer, (_key, value: unknown) => {
      if (typeof value === "string") found.push(value);
      return value;
    });
    return found.join("\n");
  } catch {
    // Text, not JSON.
    return answer;
  }
}

function readme(family: string): string {
  return `# A recording of a ${family}

Made by \`vigie record\`. \`walk.snmprec\` is what its SNMP agent said (OID|TAG|VALUE, as snmpsim serves it), \`shell.yaml\` what its command
line answered, \`web.yaml\` what its web interface answered, \`about.yaml\` what it is. Names, addresses, serial numbers and far ends were replaced by others of the same shape, the
same everywhere; the key was thrown away. Read it before you send it: nobody knows your names better than you do.
`;
}

/** Texts that a person should read before sending, each once. */
function keptTexts(lines: readonly string[]): readonly string[] {
  const texts = lines.flatMap((line) => {
    const hex = /\|4x\|([0-9a-f]+)$/.exec(line)?.[1];
    const text = hex === undefined ? "" : Buffer.from(hex, "hex").toString("utf8");
    return /[\p{L}]{3}/u.test(text) && !text.includes("\ufffd") ? [text.replace(/\s+/g, " ").slice(0, 120)] : [];
  });
  return [...new Set(texts)].sort();
}

/** Looked for in what is written and in what its hex says; told by kind, never by value. */
export function leaks(
  files: Readonly<Record<string, string>>,
  sensitive: ReadonlySet<string>,
  addresses: ReadonlySet<string>,
): readonly string[] {
  const found: string[] = [];
  for (const [name, text] of Object.entries(files)) {
    const all = `${text}\n${decoded(text)}`.toLowerCase();
    const names = [...sensitive].filter((word) => wholeWord(word).test(all)).length;
    const ips = [...addresses].filter(
      (ip) => isSpecific(ip) && new RegExp(`(?<![\\d.])${ip.replaceAll(".", "\\.")}(?!\\.?\\d)`).test(all),
    ).length;
    if (names > 0) found.push(`${name}: ${names} of your names or numbers`);
    if (ips > 0) found.push(`${name}: ${ips} of your addresses`);
  }
  return found;
}

function isSpecific(ip: string): boolean {
  return !/^(?:0\.|127\.0\.0\.1$|255\.)/.test(ip);
}

/** The texts behind hexadecimal values, and names in indexes. */
function decoded(text: string): string {
  const hex = [...text.matchAll(/\|4x\|([0-9a-f]+)$/gm)].map((match) => {
    const bytes = Buffer.from(match[1] ?? "", "hex");
    return `${bytes.toString("utf8")}\n${bytes.length === 4 ? [...bytes].join(".") : ""}`;
  });
  const indexes = [...text.matchAll(/^([\d.]+)\|/gm)].map((match) => {
    const letters = (match[1] ?? "").split(".").map(Number);
    return letters.map((arc) => (arc >= 32 && arc < 127 ? String.fromCharCode(arc) : "\n")).join("");
  });
  return [...hex, ...indexes].join("\n");
}

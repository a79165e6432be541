/**
 * What no schema sees in a family file: unsafe patterns, the same fact twice, a check without anything to look at, a meaning of nothing.
 *
 * Pure. Every problem says where, what was found and what to do.
 */
import type { ConfigProblem } from "../daemon/model/config.ts";
import type { PartName, StateMeaning } from "../daemon/model/family.ts";
import type { FamilyFile, SetFile } from "./family-schema.ts";
import { HTTPS_DIALECTS } from "./https/dialects.ts";
import { isPrivateObject } from "./private-objects.ts";
import { groupPattern, safePattern } from "./safe-pattern.ts";
import { REPLACED } from "./shell/gone.ts";

/** Makes a problem of a place in the file and a sentence. */
export type At = (path: readonly PropertyKey[], message: string) => ConfigProblem;

/** The facts of a family and of its sets, together. */
export interface Facts {
  readonly scalars: NonNullable<SetFile["scalars"]>;
  readonly columns: NonNullable<SetFile["columns"]>;
  readonly traps: NonNullable<SetFile["traps"]>;
  readonly meanings: readonly StateMeaning[];
  readonly fine: Readonly<Record<string, readonly string[]>>;
  readonly parts: readonly PartName[];
  readonly diagnosis?: SetFile["diagnosis"];
}

export function checkFacts(data: FamilyFile, facts: Facts, at: At): readonly ConfigProblem[] {
  return [
    ...patterns(data, at),
    ...groups(data, at),
    ...twice(facts, at),
    ...checks(data, at),
    ...shell(data, at),
    ...https(data, at),
    ...meanings(data, facts, at),
    ...diagnosis(data, facts, at),
  ];
}

function patterns(data: FamilyFile, at: At): readonly ConfigProblem[] {
  const written: (readonly [readonly PropertyKey[], string | undefined])[] = [
    ...data.recognise.sys_descr.map((source, index) => [["recognise", "sys_descr", index], source] as const),
    ...data.recognise.banner.map((source, index) => [["recognise", "banner", index], source] as const),
    ...(data.quirks ?? []).flatMap(({ model, firmware }, index) => [
      [["quirks", index, "model"], model] as const,
      [["quirks", index, "firmware"], firmware] as const,
    ]),
  ];
  return written.flatMap(([path, source]) => {
    if (source === undefined) return [];
    const pattern = safePattern(source);
    return "refused" in pattern ? [at(path, `"${source}": ${pattern.refused}`)] : [];
  });
}

/** What is cut out of a value is the group of a pattern; a host's answer is text, and all that is wanted of it is. */
function groups({ shell: written, https: web }: FamilyFile, at: At): readonly ConfigProblem[] {
  const asks = (written?.asks ?? []).map((ask, index) => ({ ask, place: ["shell", "asks", index] }));
  const inCall = (written?.in_call?.asks ?? []).map((ask, index) => ({ ask, place: ["shell", "in_call", "asks", index] }));
  const overWeb = (web?.asks ?? []).map((ask, index) => ({ ask, place: ["https", "asks", index] }));
  return [...asks, ...inCall, ...overWeb].flatMap(({ ask, place }) =>
    ask.values.flatMap(({ path, match, noise }, index) => {
      const here = (key: string): readonly PropertyKey[] => [...place, "values", index, key];
      const group = (key: string, source: string | undefined): readonly ConfigProblem[] => {
        const pattern = source === undefined ? undefined : groupPattern(source);
        return pattern !== undefined && "refused" in pattern ? [at(here(key), `"${source}": ${pattern.refused}`)] : [];
      };
      const words = (noise ?? []).flatMap((source) => {
        const pattern = safePattern(source);
        return "refused" in pattern ? [at(here("noise"), `"${source}": ${pattern.refused}`)] : [];
      });
      return [...group("path", place[0] === "shell" && written?.dialect === "exec" ? path : undefined), ...group("match", match), ...words];
    }),
  );
}

function twice(facts: Facts, at: At): readonly ConfigProblem[] {
  const problems: ConfigProblem[] = [];
  const once = (list: string, place: string, keys: readonly { readonly key: string; readonly oid: string }[]): void => {
    const seen = new Set<string>();
    for (const { key, oid } of keys) {
      if (seen.has(key)) problems.push(at([place], `${list}: ${oid} is there twice, maybe through a set; keep one`));
      seen.add(key);
    }
  };
  const plain = (reads: readonly { readonly oid: string }[]) => reads.map(({ oid }) => ({ key: oid, oid }));
  once("scalars", "snmp", plain(facts.scalars));
  // A column may be read as several things, for different rows.
  const columns = facts.columns.map(({ oid, name }) => ({ key: `${oid} ${name}`, oid }));
  once("columns", "snmp", columns);
  // One notification may say several things: of each value, and of each symptom, one.
  const trapKeys = facts.traps.map(({ oid, symptom, when }) => ({ key: `${oid} ${symptom} ${when?.oid} ${when?.in.join()}`, oid }));
  once("traps", "traps", trapKeys);
  return problems;
}

function checks(data: FamilyFile, at: At): readonly ConfigProblem[] {
  const problems: ConfigProblem[] = [];
  for (const kind of ["ssh", "telnet"] as const)
    if (data.checks[kind] !== undefined && data.shell === undefined)
      problems.push(at(["checks", kind], `there is no shell: to ask over ${kind}; add it or remove the check`));
  if (data.checks.https !== undefined && data.https === undefined)
    problems.push(at(["checks", "https"], "there is no https: with questions to ask; add it or remove the check"));
  if (data.checks.tcp !== undefined && data.tcp === undefined)
    problems.push(at(["checks", "tcp"], "there is no tcp: with ports to connect to; add it or remove the check"));
  return problems;
}

function shell(data: FamilyFile, at: At): readonly ConfigProblem[] {
  const problems: ConfigProblem[] = [];
  const { dialect, feedback } = data.shell ?? {};
  if (feedback !== undefined && dialect !== "xapi" && dialect !== "terminal")
    problems.push(at(["shell", "feedback"], `the dialect "${dialect}" has no feedback; only xapi and terminal have`));
  if (data.capabilities?.includes("feedback") === true && feedback === undefined)
    problems.push(at(["capabilities"], "feedback is named, but shell.feedback has no expressions; add them or remove it"));
  return problems;
}

/** A monitor only reads: a question that might do more is refused where it is written. */
function https(data: FamilyFile, at: At): readonly ConfigProblem[] {
  if (data.https === undefined) return [];
  const { reads } = HTTPS_DIALECTS[data.https.dialect];
  return data.https.asks.flatMap(({ command }, index) =>
    reads.test(command)
      ? []
      : [at(["https", "asks", index, "command"], `"${command}" is no question that only reads (docs/families.md); remove it`)],
  );
}

/** Only of the family's own: a set's may be about readings that a family leaves out. */
function meanings(data: FamilyFile, facts: Facts, at: At): readonly ConfigProblem[] {
  const asks = [...asksIn(data), ...(data.shell?.in_call?.asks ?? [])];
  const states = [...facts.scalars, ...facts.columns, ...asks.flatMap((ask) => ask.values)].filter((read) => read.as === "state");
  const known = new Set(states.map((read) => read.name));
  const unread = (path: readonly PropertyKey[], reading: string): readonly ConfigProblem[] =>
    known.has(reading)
      ? []
      : [at(path, `no state "${reading}" is read by this family; known are ${[...known].sort().join(", ") || "none"}`)];
  return [
    ...(data.meanings ?? []).flatMap(({ reading }, index) => unread(["meanings", index, "reading"], reading)),
    ...Object.keys(data.fine ?? {}).flatMap((reading) => unread(["fine", reading], reading)),
    ...replaced(asks, facts, at),
  ];
}

/** A part whose place another took reads a word that no list of states has. */
function replaced(asks: NonNullable<FamilyFile["shell"]>["asks"], { fine, meanings: told }: Facts, at: At): readonly ConfigProblem[] {
  const names = new Set(asks.flatMap(({ values }) => values.flatMap(({ name, gone }) => (gone === undefined ? [] : [name]))));
  return [...names].flatMap((name) => {
    const isKnown =
      fine[name]?.includes(REPLACED) === true || told.some(({ reading, values }) => reading === name && values.includes(REPLACED));
    return isKnown ? [] : [at(["fine", name], `a part of it that is gone reads "${REPLACED}" once another took its place; add that word`)];
  });
}

/** What a first diagnosis decides on is read, in the form that it needs, and holds no words of people. */
function diagnosis(data: FamilyFile, facts: Facts, at: At): readonly ConfigProblem[] {
  const { diagnosis: written } = facts;
  if (written === undefined) return [];
  const { scalars = [], columns = [], self_test, log } = written;
  const reads = [...facts.scalars, ...facts.columns, ...scalars, ...columns, ...asksIn(data).flatMap((ask) => ask.values)];
  const needs = (key: string, name: string | undefined, as: string, words: readonly string[] = []): readonly ConfigProblem[] => {
    if (name === undefined) return [];
    const found = reads.filter((read) => read.name === name && read.as === as);
    const path = ["diagnosis", ...key.split(".")];
    if (found.length === 0) return [at(path, `no ${as} "${name}" is read by this family; add it to diagnosis.scalars or .columns`)];
    const known = found.flatMap(({ states }) => Object.values(states ?? {}));
    return words.flatMap((word) =>
      known.includes(word) ? [] : [at(path, `"${word}" is no word of ${name}; known are ${[...new Set(known)].join(", ")}`)],
    );
  };
  const both = (self_test?.passed ?? []).filter((word) => self_test?.failed.includes(word));
  return [
    ...needs("self_test.reading", self_test?.reading, "state", [...(self_test?.passed ?? []), ...(self_test?.failed ?? [])]),
    ...both.map((word) => at(["diagnosis", "self_test"], `"${word}" is passed and failed at once; keep one`)),
    ...needs("log.reading", log?.reading, "state", log?.errors),
    ...(log?.named ?? []).flatMap((each) => needs("log.named", each, "text")),
    ...needs("log.written_at", log?.written_at, "gauge"),
    ...[...scalars, ...columns]
      .filter(({ oid }) => isPrivateObject(oid))
      .map(({ oid }) => at(["diagnosis"], `${oid} tells of people or of a far end; it is never read; remove it`)),
  ];
}

/** Asked at every look, whatever carries it. */
function asksIn({ shell: written, https: web }: FamilyFile): NonNullable<FamilyFile["shell"]>["asks"] {
  return [...(written?.asks ?? []), ...(web?.asks ?? [])];
}

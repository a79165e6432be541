/**
 * What a device says of itself, in the words of a diagnosis: the result of its last self-test, and whether its log has errors.
 *
 * Pure. Of a line of a log only its name is kept, and of names only a maker's words in capitals: what a line says may name a person or a far end.
 */
import type { Family, FamilyDiagnosis } from "../daemon/model/family.ts";
import type { Finding, ProbeKind } from "../daemon/model/observation.ts";

export interface OwnWord {
  readonly name: "self-test" | "log";
  readonly value: string;
  readonly detail?: string;
}

type Looked = Pick<Finding, "samples" | "readings" | "whole">;

/** A line that was written so long ago says nothing of a fault of today. */
export const logSeconds = 24 * 3_600;
/** sysUpTime and what is measured by it begin anew after 2^32 hundredths of a second. */
const wrapSeconds = 2 ** 32 / 100;
const mostNames = 8;
/** `LINK`, `UPDOWN`, `C4K_IOSMODPORTMAN`, `SPANTREE-SP`. */
const catalogueWord = /^[A-Z][A-Z0-9_-]{0,39}$/;

/** The family with what a diagnosis reads beside its own. */
export function withDiagnosis(family: Family): Family {
  const { diagnosis, snmp } = family;
  if (diagnosis === undefined || diagnosis.snmp.scalars.length + diagnosis.snmp.columns.length === 0) return family;
  const { scalars, columns } = diagnosis.snmp;
  return { ...family, snmp: { scalars: [...snmp.scalars, ...scalars], columns: [...snmp.columns, ...columns] } };
}

/** Which look tells it; undefined: this family has nothing of the kind. */
export function toldBy(family: Family | undefined, name: OwnWord["name"]): "snmp" | "shell" | undefined {
  const reading = (name === "log" ? family?.diagnosis?.log : family?.diagnosis?.selfTest)?.reading;
  if (family === undefined || reading === undefined) return undefined;
  const { snmp } = withDiagnosis(family);
  return [...snmp.scalars, ...snmp.columns].some((read) => read.name === reading) ? "snmp" : "shell";
}

/** Facts that a look of this kind tells for this family. */
export function ownFacts(family: Family | undefined, kind: ProbeKind): readonly OwnWord["name"][] {
  const carrier = kind === "ssh" || kind === "telnet" || kind === "https" ? "shell" : kind;
  return (["self-test", "log"] as const).filter((name) => toldBy(family, name) === carrier);
}

/** In what it answered. */
export function ownWord(family: Family, name: OwnWord["name"], look: Looked): OwnWord {
  const { selfTest, log } = family.diagnosis ?? {};
  if (name === "self-test" && selfTest !== undefined) return selfTestWord(selfTest, look);
  if (name === "log" && log !== undefined) return logWord(log, look);
  return { name, value: "none" };
}

function selfTestWord({ reading, passed, failed }: NonNullable<FamilyDiagnosis["selfTest"]>, { readings, whole = [] }: Looked): OwnWord {
  const name = "self-test";
  const said = readings.filter((each) => each.name === reading);
  const wrong = said.filter(({ value }) => failed.includes(value));
  const told = (some: typeof said) => {
    const lines = some.slice(0, mostNames).map(({ part, value }) => (part === undefined ? value : `${part} = ${value}`));
    return lines.length === 0 ? {} : { detail: lines.join(", ") };
  };
  if (wrong.length > 0) return { name, value: "failed", ...told(wrong) };
  if (whole.includes(reading) || said.some(({ value }) => passed.includes(value))) return { name, value: "passed", ...told(said) };
  return { name, value: "unknown", ...told(said) };
}

function logWord({ reading, errors, named, writtenAt }: NonNullable<FamilyDiagnosis["log"]>, look: Looked): OwnWord {
  const { readings, whole = [] } = look;
  const lines = readings.filter((each) => each.name === reading);
  const recent = lines.filter(({ part }) => writtenAt === undefined || isRecent(look, writtenAt, part));
  const wrong = recent.filter(({ value }) => errors.includes(value));
  if (wrong.length > 0)
    return { name: "log", value: "errors", detail: namesOf(wrong.map(({ part, value }) => lineName(look, named, part, value))) };
  // A table that is not there reads as one without lines: where nothing was ever listed, nothing is known.
  return { name: "log", value: lines.length > 0 && whole.includes(reading) ? "quiet" : "unknown" };
}

function isRecent({ samples }: Looked, name: string, part: string | undefined): boolean {
  const up = samples.find((each) => each.name === "uptime_seconds")?.value;
  const at = samples.find((each) => each.name === name && each.part === part)?.value;
  if (up === undefined || at === undefined) return false;
  const age = (up % wrapSeconds) - (at % wrapSeconds);
  return (age < -1 ? age + wrapSeconds : age) <= logSeconds;
}

function lineName({ readings }: Looked, named: readonly string[], part: string | undefined, value: string): string {
  const words = named.flatMap((name) => readings.find((each) => each.name === name && each.part === part)?.value ?? []);
  const kept = words.filter((word) => catalogueWord.test(word));
  return kept.length === 0 ? value : `${kept.join(" ")} (${value})`;
}

/** Each once, with how often, the most frequent first. */
function namesOf(lines: readonly string[]): string {
  const counts = new Map<string, number>();
  for (const line of lines) counts.set(line, (counts.get(line) ?? 0) + 1);
  const sorted = [...counts].sort(([a, of], [b, other]) => other - of || (a < b ? -1 : 1));
  return sorted
    .slice(0, mostNames)
    .map(([line, count]) => (count === 1 ? line : `${line} ×${count}`))
    .join(", ");
}

/**
 * A family file, with the facts of the sets that it names, becomes a Family.
 *
 * A fact that does not say how sure it is, is as sure as its family. Every list that the model leaves out when it is empty is left out.
 */
import type { ConfigProblem } from "../daemon/model/config.ts";
import type {
  Certainty,
  Family,
  FamilyDiagnosis,
  Quirk,
  ReadAs,
  ShellAsk,
  ShellValue,
  SnmpColumn,
  SnmpScalar,
  StateMeaning,
  TrapMeaning,
} from "../daemon/model/family.ts";
import { type At, checkFacts, type Facts } from "./family-check.ts";
import type { FamilyFile, SetFile } from "./family-schema.ts";

/** The family; what is wrong with it is added to `problems`. */
export function buildFamily(data: FamilyFile, sets: ReadonlyMap<string, SetFile>, at: At, problems: ConfigProblem[]): Family {
  const facts = gatherFacts(data, usedSets(data, sets, at, problems));
  problems.push(...checkFacts(data, facts, at));
  return {
    id: data.id,
    kind: data.kind,
    name: data.name,
    certainty: data.certainty,
    recognise: { sysObjectId: data.recognise.sys_object_id, sysDescr: data.recognise.sys_descr, banner: data.recognise.banner },
    checks: checksOf(data.checks),
    snmp: {
      scalars: facts.scalars.map((read): SnmpScalar => ({ oid: read.oid, ...readAs(read, data.certainty) })),
      columns: facts.columns.map((read): SnmpColumn => ({ ...columnOf(read), ...readAs(read, data.certainty) })),
    },
    ...(data.shell === undefined ? {} : { shell: shellOf(data.shell, data.certainty) }),
    ...(data.https === undefined ? {} : { https: { dialect: data.https.dialect, asks: asksOf(data.https.asks, data.certainty) } }),
    ...(data.tcp === undefined ? {} : { tcp: data.tcp }),
    traps: facts.traps.map(trapOf),
    ...(facts.diagnosis === undefined ? {} : { diagnosis: diagnosisOf(facts.diagnosis, data.certainty) }),
    ...some("meanings", facts.meanings),
    ...(Object.keys(facts.fine).length === 0 ? {} : { fine: facts.fine }),
    ...some("parts", facts.parts),
    ...some("quirks", (data.quirks ?? []).map(quirkOf)),
    ...some("capabilities", data.capabilities ?? []),
    ...(data.limits === undefined ? {} : { limits: data.limits }),
  };
}

function some<Key extends string, Item>(key: Key, items: readonly Item[]): { readonly [K in Key]?: readonly Item[] } {
  return items.length === 0 ? {} : ({ [key]: items } as { readonly [K in Key]: readonly Item[] });
}

function usedSets(data: FamilyFile, sets: ReadonlyMap<string, SetFile>, at: At, problems: ConfigProblem[]): readonly SetFile[] {
  return (data.sets ?? []).flatMap((name, index) => {
    const set = sets.get(name);
    if (set === undefined) problems.push(at(["sets", index], `there is no set "${name}"; known are ${[...sets.keys()].sort().join(", ")}`));
    return set === undefined ? [] : [set];
  });
}

function gatherFacts(data: FamilyFile, sets: readonly SetFile[]): Facts {
  const all = [...sets, data];
  const fine: Record<string, string[]> = {};
  for (const { fine: more } of all)
    for (const [reading, words] of Object.entries(more ?? {})) fine[reading] = [...new Set([...(fine[reading] ?? []), ...words])];
  return {
    scalars: [...sets.flatMap((set) => set.scalars ?? []), ...(data.snmp?.scalars ?? [])],
    columns: [...sets.flatMap((set) => set.columns ?? []), ...(data.snmp?.columns ?? [])],
    traps: all.flatMap((each) => each.traps ?? []),
    meanings: all.flatMap((each) => each.meanings ?? []).map(meaningOf),
    fine,
    parts: partsOf(all),
    ...gatheredDiagnosis(all),
  };
}

/** The family's own goes before a set's; what is read for it is read together. */
function gatheredDiagnosis(all: readonly (SetFile | FamilyFile)[]): Pick<Facts, "diagnosis"> {
  const written = all.flatMap(({ diagnosis }) => diagnosis ?? []);
  if (written.length === 0) return {};
  return {
    diagnosis: {
      ...Object.assign({}, ...written),
      scalars: written.flatMap(({ scalars }) => scalars ?? []),
      columns: written.flatMap(({ columns }) => columns ?? []),
    },
  };
}

function diagnosisOf(
  { scalars = [], columns = [], self_test, log }: NonNullable<Facts["diagnosis"]>,
  certainty: Certainty,
): FamilyDiagnosis {
  return {
    snmp: {
      scalars: scalars.map((read): SnmpScalar => ({ oid: read.oid, ...readAs(read, certainty) })),
      columns: columns.map((read): SnmpColumn => ({ ...columnOf(read), ...readAs(read, certainty) })),
    },
    ...(self_test === undefined ? {} : { selfTest: self_test }),
    ...(log === undefined ? {} : { log: logOf(log) }),
  };
}

function logOf({ written_at, ...log }: NonNullable<NonNullable<Facts["diagnosis"]>["log"]>): NonNullable<FamilyDiagnosis["log"]> {
  return { ...log, ...(written_at === undefined ? {} : { writtenAt: written_at }) };
}

function meaningOf({ part, ...meaning }: NonNullable<SetFile["meanings"]>[number]): StateMeaning {
  return { ...meaning, ...(part === undefined ? {} : { part }) };
}

/** The family's own name for a part goes before a set's. */
function partsOf(all: readonly (SetFile | FamilyFile)[]): Facts["parts"] {
  return [...new Map(all.flatMap((each) => each.parts ?? []).map((part) => [part.prefix, part])).values()];
}

const unitMs: Readonly<Record<string, number>> = { ms: 1, s: 1_000, m: 60_000, h: 3_600_000 };

function milliseconds(text: string): number {
  const [, count = "0", unit = "ms"] = /^(\d+)(ms|s|m|h)$/.exec(text) ?? [];
  return Number(count) * (unitMs[unit] ?? 1);
}

function checksOf(checks: FamilyFile["checks"]): Family["checks"] {
  return (["icmp", "snmp", "ssh", "telnet", "https", "tcp"] as const).flatMap((kind) => {
    const look = checks[kind];
    if (look === undefined) return [];
    return [
      { kind, intervalMs: milliseconds(look.interval), ...(look.timeout === undefined ? {} : { timeoutMs: milliseconds(look.timeout) }) },
    ];
  });
}

function readAs(read: Omit<Facts["scalars"][number], "oid">, certainty: Certainty): ReadAs {
  return {
    name: read.name,
    as: read.as,
    ...(read.scale === undefined ? {} : { scale: read.scale }),
    ...(read.states === undefined ? {} : { states: read.states }),
    ...(read.unit === undefined ? {} : { unit: read.unit }),
    certainty: read.certainty ?? certainty,
  };
}

function columnOf(read: Facts["columns"][number]): Omit<SnmpColumn, keyof ReadAs> {
  return {
    oid: read.oid,
    part: read.part,
    ...(read.label_oid === undefined ? {} : { labelOid: read.label_oid }),
    ...(read.bits === undefined ? {} : { bits: read.bits }),
    ...(read.where === undefined ? {} : { where: read.where }),
    ...(read.fixed_point === undefined ? {} : { fixedPoint: read.fixed_point }),
    ...(read.of === undefined ? {} : { of: read.of }),
    ...(read.out_of === undefined ? {} : { outOf: read.out_of }),
    ...(read.whole === undefined ? {} : { whole: read.whole }),
  };
}

type WrittenShell = NonNullable<FamilyFile["shell"]>;

function shellOf(shell: WrittenShell, certainty: Certainty): NonNullable<Family["shell"]> {
  return {
    dialect: shell.dialect,
    asks: asksOf(shell.asks, certainty),
    ...(shell.telnet_port === undefined ? {} : { telnetPort: shell.telnet_port }),
    ...(shell.feedback === undefined ? {} : { feedback: shell.feedback }),
    ...(shell.in_call === undefined
      ? {}
      : { inCall: { asks: asksOf(shell.in_call.asks, certainty), intervalMs: milliseconds(shell.in_call.interval) } }),
  };
}

function asksOf(asks: WrittenShell["asks"], certainty: Certainty): readonly ShellAsk[] {
  return asks.map((ask) => ({ command: ask.command, values: ask.values.map((value) => shellValueOf(value, certainty)) }));
}

/** Written and read under the same names; what is not written is absent. */
function shellValueOf(value: WrittenShell["asks"][number]["values"][number], certainty: Certainty): ShellValue {
  const { path, part, where, whole, gone, label, noise, of, match } = value;
  const beside = Object.entries({ part, where, whole, gone, label, noise, of, match }).filter(([, written]) => written !== undefined);
  return { path, ...readAs(value, certainty), ...(Object.fromEntries(beside) as Omit<ShellValue, keyof ReadAs | "path">) };
}

function quirkOf(quirk: NonNullable<FamilyFile["quirks"]>[number]): Quirk {
  return {
    text: quirk.text,
    certainty: quirk.certainty,
    ...(quirk.model === undefined ? {} : { model: quirk.model }),
    ...(quirk.firmware === undefined ? {} : { firmware: quirk.firmware }),
  };
}

function trapOf(trap: Facts["traps"][number]): TrapMeaning {
  return {
    oid: trap.oid,
    name: trap.name,
    effect: trap.effect,
    certainty: trap.certainty,
    ...(trap.symptom === undefined ? {} : { symptom: trap.symptom }),
    ...(trap.part === undefined ? {} : { part: trap.part }),
    ...(trap.part_is === undefined ? {} : { partIs: trap.part_is }),
    ...(trap.when === undefined ? {} : { when: trap.when }),
    ...(trap.category === undefined ? {} : { category: trap.category }),
    ...(trap.text === undefined ? {} : { text: trap.text }),
  };
}

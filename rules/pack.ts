/**
 * A rule pack: YAML in, checked rules out, or every problem at once with its line. The form is described in docs/rules.md.
 *
 * Pure: it is handed the text, not the file.
 */
import type { ConfigProblem } from "../daemon/model/config.ts";
import type { Condition, Hiding, Rule } from "../daemon/model/rule.ts";
import { casesOf, type PackTest } from "./packcases.ts";
import { checkedYaml } from "./packlines.ts";
import { type ConditionEntry, packSchema, type RuleEntry } from "./packschema.ts";

export interface Pack {
  /** Only rules without a problem. */
  readonly rules: readonly Rule[];
  readonly tests: readonly PackTest[];
  readonly problems: readonly ConfigProblem[];
}

function toCondition(entry: ConditionEntry): Condition {
  if (entry === "fault") return { on: "fault" };
  if ("all" in entry) return { on: "all", of: entry.all.map(toCondition) };
  if ("any" in entry) return { on: "any", of: entry.any.map(toCondition) };
  if ("look" in entry) {
    return {
      on: "look",
      kind: entry.look,
      ...(entry.is === undefined ? {} : { status: entry.is }),
      ...(entry.codes === undefined ? {} : { codes: entry.codes }),
    };
  }
  if ("code" in entry) return { on: "code", kind: entry.code, codes: entry.is };
  if ("absent" in entry) return absenceOf(entry);
  return "sample" in entry ? sampleOf(entry) : readingOf(entry);
}

type EntryOf<Key extends string> = Extract<ConditionEntry, Readonly<Record<Key, unknown>>>;

function absenceOf({ absent, within }: EntryOf<"absent">): Condition {
  const { look, sample, reading, trap, part } = absent;
  const what = look !== undefined ? "look" : sample !== undefined ? "sample" : reading !== undefined ? "reading" : "trap";
  const name = look ?? sample ?? reading ?? trap ?? "";
  return { on: "absent", what, name, withinMs: within, ...(part === undefined ? {} : { partPrefix: part }) };
}

function sampleOf({ sample, above, below, clear, part, per, counter }: EntryOf<"sample">): Condition {
  return {
    on: "sample",
    name: sample,
    ...(above === undefined ? {} : { above }),
    ...(below === undefined ? {} : { below }),
    ...(clear === undefined ? {} : { clear }),
    ...(part === undefined ? {} : { partPrefix: part }),
    ...(per === undefined ? {} : { perMs: per }),
    ...(counter === undefined ? {} : { counter }),
  };
}

function readingOf({ reading, is, not, clear, part, parts, except }: EntryOf<"reading">): Condition {
  return {
    on: "reading",
    name: reading,
    is: is ?? [],
    ...(not === undefined ? {} : { not }),
    ...(clear === undefined ? {} : { clear }),
    ...(part === undefined ? {} : { partPrefix: part }),
    ...(parts === undefined ? {} : { parts }),
    ...(except === undefined ? {} : { exceptParts: except }),
  };
}

function toHiding(entry: NonNullable<RuleEntry["hidden_by"]>[number]): Hiding {
  if (typeof entry === "string") return { symptom: entry };
  const { symptom, parts, of } = entry;
  return { symptom, ...(parts === undefined ? {} : { parts }), ...(of === undefined ? {} : { of }) };
}

function toRule(entry: RuleEntry): Rule {
  return {
    id: entry.id,
    symptom: entry.symptom,
    ...(entry.part === undefined ? {} : { part: entry.part }),
    applies: {
      ...(entry.applies.kinds === undefined ? {} : { kinds: entry.applies.kinds }),
      ...(entry.applies.families === undefined ? {} : { families: entry.applies.families }),
    },
    when: toCondition(entry.when),
    forMs: entry.for,
    attempts: entry.attempts,
    ...(entry.retry === undefined ? {} : { retryMs: entry.retry }),
    ...(entry.after_good === undefined ? {} : { afterGood: entry.after_good }),
    clearedBy: entry.cleared_by,
    ...(entry.covers_parts === undefined ? {} : { coversParts: entry.covers_parts }),
    ...(entry.hidden_by === undefined ? {} : { hiddenBy: entry.hidden_by.map(toHiding) }),
    reach: entry.reach,
    outOfService: entry.out_of_service,
    eventOnly: entry.event_only,
    opensRequest: entry.opens_request,
    suppressible: entry.suppressible,
    text: entry.text,
    source: entry.source,
  };
}

/** Rules of one file. The file's name is only for the problems. */
export function parsePack(file: string, text: string): Pack {
  const checked = checkedYaml(file, text, packSchema, "is not a key of a rule pack; remove it, or see docs/rules.md for the keys");
  if (!checked.ok) return { rules: [], tests: [], problems: checked.problems };
  const { data, lineOf, problem } = checked;
  const seen = new Map<string, number>();
  const problems: ConfigProblem[] = [];
  for (const [index, entry] of data.rules.entries()) {
    const first = seen.get(entry.id);
    if (first !== undefined)
      problems.push(problem(["rules", index, "id"], `"${entry.id}" is the id of rules[${first}] too; give each rule its own`));
    else seen.set(entry.id, index);
  }
  const entries = [...seen.values()].flatMap((index) => {
    const entry = data.rules[index];
    return entry === undefined ? [] : [{ index, entry }];
  });
  const tests = entries.flatMap(({ index, entry }) =>
    entry.tests.flatMap((test, nth) => {
      const at = (step?: number) => lineOf(["rules", index, "tests", nth, ...(step === undefined ? [] : ["steps", step])]);
      return casesOf(test, { rule: entry.id, file, lineOf: at });
    }),
  );
  return { rules: entries.map(({ entry }) => toRule(entry)), tests, problems };
}

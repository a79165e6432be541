/**
 * The table of severities: YAML in, checked rows out, or every problem at once with its line. The form is described in docs/severity.md.
 *
 * Pure: it is handed the text, not the file.
 */
import { z } from "zod";
import type { ConfigProblem } from "../daemon/model/config.ts";
import type { SeverityCondition, SeverityRow, SeverityTable } from "../daemon/model/severity.ts";
import { checkedYaml } from "./packlines.ts";
import { code, duration, sentence } from "./packscalars.ts";
import { kind } from "./packschema.ts";

/** What a reason may name. */
const placeholders = ["minutes", "link", "site", "symptom", "behind", "hours"];

const named = (text: string): readonly string[] => [...text.matchAll(/\{(\w*)\}/g)].map((found) => found[1] ?? "").sort();

const why = z.strictObject({ fr: sentence, en: sentence }).superRefine(({ fr, en }, context) => {
  for (const [language, text] of [
    ["fr", fr],
    ["en", en],
  ] as const) {
    const unknown = named(text).find((name) => !placeholders.includes(name));
    if (unknown !== undefined) {
      const known = placeholders.map((name) => `{${name}}`).join(", ");
      context.addIssue({ code: "custom", path: [language], message: `{${unknown}} is not known here; write one of ${known}` });
    }
  }
  if (named(fr).join() !== named(en).join())
    context.addIssue({ code: "custom", message: "names other {…} in French than in English; name the same in both" });
});

const oneOf = <const T extends readonly [string, ...string[]]>(values: T) =>
  z.enum(values, { error: `must be ${values.slice(0, -1).join(", ")} or ${values.at(-1)}` });
const some = <T extends z.ZodType>(of: T) => z.array(of, { error: "must be a list ([a, b])" }).min(1, { error: "needs at least one" });
const flag = z.boolean({ error: "must be true or false" });

const when = z.strictObject(
  {
    reach: some(oneOf(["several", "unknown", "general", "device", "part"])).optional(),
    out_of_service: flag.optional(),
    kinds: some(kind).optional(),
    families: some(code).optional(),
    symptoms: some(code).optional(),
    sites: some(z.string()).optional(),
    labels: z.record(z.string(), z.string()).optional(),
    role: oneOf(["core", "circuit", "gateway"]).optional(),
    behind_at_least: z.int({ error: "must be a whole number" }).min(1, { error: "must be 1 or more" }).optional(),
    session: oneOf(["running", "ahead"]).optional(),
    session_within: duration.optional(),
    session_kinds: some(oneOf(["clinical", "training", "administrative"])).optional(),
    asks: flag.optional(),
    day_and_night: flag.optional(),
    nobody_on_call: flag.optional(),
    in_service: flag.optional(),
    without_service: duration.optional(),
  },
  { error: (issue) => (issue.code === "invalid_type" ? "is missing; write {} for always" : undefined) },
);

const row = z
  .strictObject({
    id: code,
    when,
    severity: oneOf(["minor", "major"]).optional(),
    urgency: oneOf(["now", "before-session", "service-hours"]).optional(),
    general: z.literal(true, { error: "must be true, or left out" }).optional(),
    why,
    urgency_why: why.optional(),
  })
  .superRefine((entry, context) => {
    if (entry.severity === undefined && entry.urgency === undefined)
      context.addIssue({ code: "custom", message: "says nothing; write severity, urgency, or both" });
    if (entry.urgency === undefined && entry.urgency_why !== undefined)
      context.addIssue({ code: "custom", path: ["urgency_why"], message: "has no urgency to explain; write urgency, or take it out" });
    if (entry.general === true && entry.severity !== "major")
      context.addIssue({ code: "custom", path: ["general"], message: "a general failure is major; write severity: major" });
  });

const table = z.strictObject({ rows: z.array(row, { error: "must be a list of rows" }).min(1, { error: "needs at least one row" }) });

type RowEntry = z.infer<typeof row>;

function toCondition(entry: RowEntry["when"]): SeverityCondition {
  const {
    out_of_service,
    behind_at_least,
    session_within,
    session_kinds,
    day_and_night,
    nobody_on_call,
    in_service,
    without_service,
    ...same
  } = entry;
  const all = {
    ...same,
    outOfService: out_of_service,
    behindAtLeast: behind_at_least,
    sessionWithinMs: session_within,
    sessionKinds: session_kinds,
    dayAndNight: day_and_night,
    nobodyOnCall: nobody_on_call,
    inService: in_service,
    withoutServiceMs: without_service,
  };
  return Object.fromEntries(Object.entries(all).filter(([, value]) => value !== undefined)) as SeverityCondition;
}

function toRow({ id, when: condition, severity, urgency, general, why: reason, urgency_why }: RowEntry): SeverityRow {
  return {
    id,
    when: toCondition(condition),
    ...(severity === undefined ? {} : { severity }),
    ...(urgency === undefined ? {} : { urgency }),
    ...(general === undefined ? {} : { general }),
    why: reason,
    ...(urgency_why === undefined ? {} : { urgencyWhy: urgency_why }),
  };
}

/** Rows of one file, none where it has a problem. The file's name is only for the problems. */
export function parseSeverity(file: string, text: string): { readonly rows: SeverityTable; readonly problems: readonly ConfigProblem[] } {
  const checked = checkedYaml(file, text, table, "is not a key of the table; remove it, or see docs/severity.md for the keys");
  if (!checked.ok) return { rows: [], problems: checked.problems };
  const { data, problem } = checked;
  const ids = data.rows.map(({ id }) => id);
  const twice = ids.flatMap((id, index) =>
    ids.indexOf(id) === index
      ? []
      : [problem(["rows", index, "id"], `"${id}" is the id of rows[${ids.indexOf(id)}] too; give each row its own`)],
  );
  return { rows: twice.length > 0 ? [] : data.rows.map(toRow), problems: twice };
}

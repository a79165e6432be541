/**
 * The form of a rule pack, strict: an unknown key is a problem. Durations are words: 500ms, 10s, 15m, 2h.
 */
import { z } from "zod";
import { MINUTE, SECOND } from "../daemon/model/time.ts";
import { testCase } from "./caseschema.ts";
import { code, duration, name, polled, sentence } from "./packscalars.ts";

export const kind = z.enum(["codec", "bridge", "gatekeeper", "switch", "router", "ups", "host", "endpoint"], {
  error: "must be codec, bridge, gatekeeper, switch, router, ups, host or endpoint",
});

const look = z.strictObject({
  look: polled,
  is: z.enum(["down", "unknown"], { error: "must be down or unknown" }).optional(),
  codes: z.array(code).min(1).optional(),
});
const codeIs = z.strictObject({ code: polled, is: z.array(code).min(1) });
const sample = z
  .strictObject({
    sample: name,
    above: z.number().optional(),
    below: z.number().optional(),
    clear: z.number().optional(),
    part: code.optional(),
    per: duration.optional(),
    counter: z.literal(true, { error: "must be true; remove it where the value may fall" }).optional(),
  })
  .superRefine(({ above, below, clear, per, counter }, context) => {
    const limit = above ?? below;
    if (per !== undefined && per < SECOND)
      context.addIssue({ code: "custom", path: ["per"], message: `${per} ms is below the 1s minimum; write 1s or more` });
    if (counter === true && per === undefined)
      context.addIssue({ code: "custom", path: ["counter"], message: "has no use without per; write per, or remove it" });
    if ((above === undefined) === (below === undefined))
      context.addIssue({ code: "custom", message: "needs one limit: write above or below" });
    else if (clear !== undefined && limit !== undefined && (above === undefined ? clear < limit : clear > limit)) {
      const side = above === undefined ? "above" : "below";
      context.addIssue({ code: "custom", path: ["clear"], message: `${clear} is on the bad side of ${limit}; write a value ${side} it` });
    }
  });
const reading = z
  .strictObject({
    reading: name,
    is: z.array(code).min(1).optional(),
    not: z.array(code).min(1).optional(),
    clear: z.array(code).min(1).optional(),
    part: code.optional(),
    parts: z.array(sentence).min(1).optional(),
    except: z.array(sentence).min(1).optional(),
  })
  .superRefine((entry, context) => {
    if ((entry.is === undefined) === (entry.not === undefined))
      context.addIssue({ code: "custom", message: "needs its words: write is or not" });
  });

const expected = z
  .strictObject({
    look: polled.optional(),
    sample: name.optional(),
    reading: name.optional(),
    trap: code.optional(),
    part: code.optional(),
  })
  .superRefine(({ part, ...entry }, context) => {
    if (Object.values(entry).filter((each) => each !== undefined).length !== 1)
      context.addIssue({ code: "custom", message: "needs one thing that ought to come: write look, sample, reading or trap" });
    else if (part !== undefined && entry.look !== undefined)
      context.addIssue({ code: "custom", path: ["part"], message: "is nothing that a look has; remove it" });
  });
const absent = z.strictObject({
  absent: expected,
  within: duration.refine((ms) => ms >= MINUTE, { error: "is below the 1m minimum; write 1m or more" }),
});

export type ConditionEntry =
  | "fault"
  | z.infer<typeof absent>
  | z.infer<typeof look>
  | z.infer<typeof codeIs>
  | z.infer<typeof sample>
  | z.infer<typeof reading>
  | { all: ConditionEntry[] }
  | { any: ConditionEntry[] };

const forms: Readonly<Record<string, z.ZodType<ConditionEntry>>> = {
  look,
  code: codeIs,
  sample,
  reading,
  absent,
  all: z.strictObject({ all: z.lazy(() => z.array(condition).min(1)) }),
  any: z.strictObject({ any: z.lazy(() => z.array(condition).min(1)) }),
};

/** Chosen by its first word, so that a mistake is told about that form and not about all of them. */
const condition: z.ZodType<ConditionEntry> = z.unknown().transform((value, context): ConditionEntry => {
  if (value === "fault") return "fault";
  const word = typeof value === "object" && value !== null ? Object.keys(forms).find((form) => form in value) : undefined;
  const form = word === undefined ? undefined : forms[word];
  if (form === undefined) {
    context.addIssue({ code: "custom", message: "must be fault, or begin with look, code, sample, reading, absent, all or any" });
    return z.NEVER;
  }
  const checked = form.safeParse(value);
  if (checked.success) return checked.data;
  // A new object: the issues of a check that failed carry paths relative to it, which is what addIssue wants.
  for (const issue of checked.error.issues) context.issues.push({ ...issue, input: value } as never);
  return z.NEVER;
}) as z.ZodType<ConditionEntry>;

const text = z.strictObject({ title: sentence, clinic: sentence, steps: z.array(sentence).min(1, { error: "needs at least one step" }) });

const partNames = z.array(z.string().min(1)).min(1).optional();
/** A symptom as it stands, or with the parts of either side. */
const hiding = z.union([code, z.strictObject({ symptom: code, parts: partNames, of: partNames })], {
  error: "must be a symptom, or { symptom, parts, of }",
});

const rule = z
  .strictObject({
    id: code,
    symptom: code,
    part: code.optional(),
    applies: z.strictObject({ kinds: z.array(kind).min(1).optional(), families: z.array(code).min(1).optional() }).default({}),
    when: condition,
    for: duration.default(0),
    attempts: z.number().int().min(1, { error: "must be 1 or more" }).max(100, { error: "must be 100 or less" }).default(1),
    retry: duration.optional(),
    after_good: z.union([z.literal(true), z.array(code).min(1)], { error: "must be true or a list of words" }).optional(),
    cleared_by: z.enum(["look", "trap"], { error: "must be look or trap" }).default("look"),
    covers_parts: code.optional(),
    hidden_by: z.array(hiding).min(1).optional(),
    reach: z.enum(["general", "device", "part"], { error: "must be general, device or part" }),
    out_of_service: z.boolean().default(false),
    event_only: z.boolean().default(false),
    opens_request: z.boolean().default(false),
    suppressible: z.boolean().default(true),
    source: sentence,
    text: z.strictObject({ fr: text, en: text }),
    tests: z.array(testCase).default([]),
  })
  .superRefine((entry, context) => {
    if (entry.retry !== undefined && entry.attempts === 1) {
      context.addIssue({ code: "custom", path: ["retry"], message: "has no use with one attempt; raise attempts or remove it" });
    }
    if (entry.covers_parts !== undefined && (typeof entry.when !== "object" || !("reading" in entry.when))) {
      context.addIssue({ code: "custom", path: ["covers_parts"], message: "needs a reading of the whole device in when; remove it" });
    }
    const hasAbsence = typeof entry.when === "object" && "absent" in entry.when;
    const useless = [["for", entry.for !== 0] as const, ["attempts", entry.attempts !== 1] as const];
    for (const [key, written] of hasAbsence ? useless : [])
      if (written) context.addIssue({ code: "custom", path: [key], message: "has no use with absent, whose time is within; remove it" });
    if (nestsAbsence(entry.when))
      context.addIssue({ code: "custom", path: ["when"], message: "holds absent inside another condition; give it a rule of its own" });
    if (entry.retry !== undefined && entry.retry < SECOND) {
      context.addIssue({ code: "custom", path: ["retry"], message: `${entry.retry} ms is below the 1s minimum; write 1s or more` });
    }
  });

/** Time alone raises an absence, so that it cannot be combined with what a look says. */
function nestsAbsence(entry: ConditionEntry): boolean {
  if (typeof entry !== "object" || !("all" in entry || "any" in entry)) return false;
  const of = "all" in entry ? entry.all : entry.any;
  return of.some((one) => (typeof one === "object" && "absent" in one) || nestsAbsence(one));
}

export type RuleEntry = z.infer<typeof rule>;

export const packSchema = z.strictObject({ rules: z.array(rule).min(1, { error: "needs at least one rule" }) });

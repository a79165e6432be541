/**
 * The shapes of diagnoses. Part of contract.ts.
 */
import { z } from "zod";
import { diagnosisVerdicts } from "../model/diagnosis.ts";

const instant = z.iso.datetime();
const text = z.object({ fr: z.string(), en: z.string() });
const verdict = z.enum(diagnosisVerdicts);

const JudgementView = z.object({
  verdict,
  confidence: z.int().describe("1 to 100."),
  sureness: z.enum(["sure", "likely", "possible"]),
  row: z.string().describe("Id of the row of the table that says so; empty: no row fits."),
  why: text,
});

const FactView = z.object({
  name: z.string().describe("`ping`, `gateway`, `registered`, …; `answer.<step>`: a person's. docs/diagnosis.md lists them."),
  value: z.string(),
  of: z.string().optional().describe("Who was asked: a device, a site, a family, by its id."),
  at: instant,
  from: z.enum(["look", "known", "person"]),
  detail: z.string().optional(),
});

const StepView = z.object({
  id: z.string(),
  text,
  asks: z.boolean().describe("A question: answered yes or no, and the answer is evidence."),
  answer: z.enum(["yes", "no", "done"]).optional(),
  by: z.string().optional(),
  at: instant.optional(),
  note: z.string().optional(),
});

const WorkaroundsView = z.object({
  rooms: z.array(z.string()).describe("Ready rooms of the same site that are free, by their ids."),
  devices: z.array(z.string()).describe("Other codecs of the same room that are ready."),
  bridges: z.array(z.string()),
  telephones: z.array(z.object({ room: z.string(), phone: z.string() })),
});

export const DiagnosisView = z.object({
  id: z.string(),
  incident: z.string().describe("Number."),
  level: z.int().min(1).max(2),
  by: z.string(),
  state: z.enum(["queued", "running", "done", "unfinished"]),
  askedAt: instant,
  startedAt: instant.optional(),
  endedAt: instant.optional(),
  attempts: z.int(),
  judged: JudgementView.optional().describe("While it runs: by what is known so far."),
  also: z.array(JudgementView).describe("What else would explain it, the likeliest first."),
  facts: z.array(FactView),
  paths: z.array(
    z.object({ to: z.string(), hops: z.array(z.string()).describe("Nearest first; `*` where nobody spoke."), reached: z.boolean() }),
  ),
  farEnd: z.string().optional().describe("Level 2: the device at the other end."),
  figures: z
    .array(z.object({ of: z.string(), name: z.string(), part: z.string().optional(), value: z.number() }))
    .describe("Level 2, base units."),
  moments: z
    .array(z.object({ at: instant, of: z.string(), what: z.string(), detail: z.string().optional() }))
    .describe("Level 2: what befell the device, its neighbours and its site, by time."),
  timedOut: z.array(z.string()).describe("Checks that did not answer in their time."),
  steps: z.array(StepView).describe("What a person does first, by the verdict."),
  why: z.string().optional().describe("Why it did not finish."),
  warnings: z.array(z.string()).optional(),
});

export const DiagnosisList = z.object({
  items: z.array(DiagnosisView),
  cause: text.optional().describe("Proposed as the cause, when the incident is closed or its report is written: by the last verdict."),
  workarounds: WorkaroundsView.optional().describe("As things are now; absent when service is back, or the incident is about no room."),
});

const level = z.union([z.literal(1), z.literal(2)]);
export const DiagnoseBody = z.strictObject({
  level: level.optional().describe("Default 1. 2: the detailed checks."),
  to: z.string().min(1).max(100).optional().describe("Level 2: a device at the other end; its way and its call are looked at too."),
});

export const StepBody = z.strictObject({
  step: z.string().min(1).max(100).describe("Id of a step of the table of diagnoses."),
  answer: z.enum(["yes", "no", "done"]),
  note: z.string().trim().min(1).max(2_000).optional(),
});

/** Named in the OpenAPI document. */
export const diagnosisShapes = {
  Diagnosis: DiagnosisView,
  DiagnosisList,
  Diagnose: DiagnoseBody,
  DiagnosisStep: StepBody,
} as const;

export type DiagnosisShape = z.infer<typeof DiagnosisView>;
export type DiagnosisListShape = z.infer<typeof DiagnosisList>;

/**
 * The shapes of a back-test: a rule changed, tried on what was kept.
 */
import { z } from "zod";

const instant = z.iso.datetime();
const durationMs = z
  .int()
  .min(0)
  .max(7 * 86_400_000);

/** What of the rule is other than in the configuration; what is not named stays. */
export const BacktestBody = z
  .strictObject({
    above: z.number().optional().describe("A sample's limit; only for a rule that has this one."),
    below: z.number().optional(),
    clear: z.number().optional().describe("Where it is over again."),
    forMs: durationMs.optional().describe("True time before it opens."),
    attempts: z.int().min(1).max(100).optional().describe("Bad looks in a row before it opens."),
    days: z.int().min(1).max(30).optional().describe("How far back; default 30, or as long as looks are kept."),
  })
  .describe("At least one of above, below, clear, forMs, attempts.");

export const BacktestIncident = z.object({
  rootCause: z.string(),
  device: z.string().optional(),
  site: z.string(),
  symptom: z.string(),
  part: z.string().optional(),
  rule: z.string(),
  severity: z.enum(["minor", "major"]),
  urgency: z.string(),
  level: z.int(),
  detectedAt: instant,
  openedAt: instant,
  noticeAt: instant.optional(),
  restoredAt: instant.optional(),
  occurrences: z.int(),
  number: z.string().optional().describe("Of the incident that the daemon opened."),
  disposition: z.string().optional(),
});

export const BacktestView = z.object({
  rule: z.string(),
  from: instant,
  to: instant.describe("As far as it came: it stops after a minute of work."),
  complete: z.boolean(),
  missed: z.int().describe("Incidents that would not open, and that nobody called a false alarm."),
  false: z.int().describe("Incidents that would not open, and that were closed as a false alarm."),
  summary: z.string().describe("`missed: 0, false: −14`"),
  opened: z.array(BacktestIncident).describe("Would open, and did not; at most 200."),
  gone: z.array(BacktestIncident).describe("Would not open, and did; at most 200."),
  changed: z.array(z.object({ before: BacktestIncident, after: BacktestIncident, fields: z.array(z.string()) })).describe("At most 200."),
  counts: z.object({ opened: z.int(), gone: z.int(), changed: z.int(), unchanged: z.int(), looks: z.int() }),
  ambiguous: z
    .int()
    .describe("Runs of kept values in which the new limit lies: for these looks it is no longer known which side they were on."),
  lost: z.int().describe("Looks that were not kept."),
  otherConfigs: z.int().describe("How many other configurations were in force for a part of the time."),
});
export type BacktestShape = z.infer<typeof BacktestView>;

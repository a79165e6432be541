/**
 * The shapes of problems: what lies behind failures that come back. (`Problem` in contract.ts is an error of the API.)
 */
import { z } from "zod";

const instant = z.iso.datetime();

export const RecurringProblem = z.object({
  id: z.string(),
  fingerprint: z.string(),
  site: z.string(),
  siteName: z.string(),
  device: z.string().optional(),
  deviceName: z.string().optional(),
  symptom: z.string(),
  part: z.string().optional(),
  standing: z
    .enum(["suggested", "candidate"])
    .describe("suggested: it came often. candidate: more often than with others of its kind, and than chance brings."),
  why: z.string().describe("What was counted, over how long, against what."),
  openedAt: instant,
  incidents: z.array(z.string()).describe("Numbers of its incidents, the oldest first; the newest 20."),
  incidentCount: z.int(),
  closed: z.object({ at: instant, by: z.string(), note: z.string() }).optional(),
});
export const RecurringProblemList = z.object({ items: z.array(RecurringProblem) });
export const ProblemQueryShape = z.strictObject({
  state: z.enum(["open", "closed"]).optional().describe("Default: both."),
  limit: z.coerce.number().int().min(1).max(1_000).default(100),
});

/** Named in the OpenAPI document. */
export const problemShapes = { RecurringProblem, RecurringProblemList } as const;

export type RecurringProblemShape = z.infer<typeof RecurringProblem>;

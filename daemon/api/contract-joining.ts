/**
 * The shapes of incidents that people merge, split and link. Part of contract.ts.
 */
import { z } from "zod";

const needed = z.string().trim().min(1).max(2_000);
const incident = z.string().min(1).max(100).describe("Id or request number.");
const version = z.int().positive().optional().describe("Of the incident as you saw it; another one is refused with 409.");

export const IncidentLinkView = z.object({
  number: z.string().describe("The other incident's."),
  kind: z.enum(["related", "caused-by", "duplicate", "merged"]).describe("`merged`: one goes on as the other."),
  direction: z.enum(["to", "from"]).describe("`to`: this one is caused by, a duplicate of, or goes on as the other."),
  by: z.string().describe("`system`, or who drew it."),
  at: z.iso.datetime(),
  why: z.string(),
});

export const MergeBody = z.strictObject({ into: incident, note: needed, version });
export const SplitBody = z.strictObject({
  alarms: z.array(z.string().min(1).max(500)).min(1).max(1_000).describe("Keys of the alarms that are to leave."),
  note: needed,
  version,
});
export const LinkBody = z.strictObject({ to: incident, kind: z.enum(["related", "caused-by", "duplicate"]), note: needed });
export const UnlinkBody = z.strictObject({ to: incident, note: needed });

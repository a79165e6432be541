/**
 * The shapes of the audit. Part of contract.ts.
 */
import { z } from "zod";

const instant = z.iso.datetime();
const word = z.string().min(1).max(200);
const filter = {
  by: word.optional().describe("A token's name, `system`, or what else did it."),
  action: word.optional().describe("`person.saved`; `person.` for all that begin so."),
  target: word.optional(),
  since: instant.optional(),
  until: instant.optional().describe("Before this time."),
};

export const AuditQueryShape = z.strictObject({ ...filter, limit: z.coerce.number().int().min(1).max(1_000).default(100) });
export const AuditFileQueryShape = z.strictObject(filter);

const row = { at: instant, by: z.string(), action: z.string(), target: z.string() };
export const AuditList = z.object({ items: z.array(z.object({ ...row, data: z.record(z.string(), z.unknown()).optional() })) });

export type AuditRowShape = z.infer<typeof AuditList>["items"][number];

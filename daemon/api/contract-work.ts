/**
 * The shapes of the work on an incident: hand-over, notes, follow-ups. Part of contract.ts.
 */
import { z } from "zod";

const instant = z.iso.datetime();
const needed = z.string().trim().min(1).max(2_000);
const id = z.string().min(1).max(100);

export const HandOverView = z.object({
  functions: z.array(z.string()),
  person: z.string().optional(),
  by: z.string().describe("The giver, who holds it until somebody accepts."),
  at: instant,
  note: z.string(),
  fromLevel: z.int().optional().describe("Raised from this level, and not accepted yet: the ladder runs meanwhile."),
});

export const OpenTaskView = z.object({
  id: z.string(),
  partner: z.string(),
  partnerName: z.string(),
  waiting: z.boolean().describe("In the partner's court; false: answered, and ours to look at."),
});

export const AssignBody = z
  .strictObject({
    function: id.optional().describe("Its people; one of them accepts."),
    person: id.optional().describe("A contact's id; its owner's token has the same name."),
    note: needed,
  })
  .describe("Exactly one of function and person.");
export const NextFollowUpBody = z.strictObject({ at: instant.describe("When it is looked at next; at most 90 days ahead."), note: needed });
export const EscalateBody = z.strictObject({ reason: needed.describe("What was tried, and why this level cannot solve it.") });

export const OpenTicketBody = z.strictObject({
  system: id.describe("One of `tickets` of the configuration."),
  note: needed.optional().describe("Why, for the timeline; the ticket does not say it."),
});

export const FollowUpItem = z.object({
  number: z.string(),
  id: z.string(),
  site: z.string(),
  state: z.string(),
  holder: z.string().optional(),
  level: z.int(),
  at: instant.optional().describe("The next follow-up. Absent: nobody has it in hand yet, its ladder runs."),
  overdueSince: instant.optional().describe("Nothing was done since the follow-up that came due then."),
  missed: z.int().describe("Follow-ups in a row that came due and nobody did anything."),
  setBy: z.enum(["person", "policy"]).optional(),
  waitingOn: z.array(OpenTaskView),
});
export const FollowUpList = z.object({ items: z.array(FollowUpItem) });
export const FollowUpQuery = z.strictObject({ overdue: z.enum(["true", "false"]).optional() });

/** Named in the OpenAPI document. */
export const workShapes = {
  HandOver: HandOverView,
  OpenTask: OpenTaskView,
  Assign: AssignBody,
  NextFollowUp: NextFollowUpBody,
  Escalate: EscalateBody,
  OpenTicket: OpenTicketBody,
  FollowUpList,
} as const;

export type FollowUpShape = z.infer<typeof FollowUpItem>;

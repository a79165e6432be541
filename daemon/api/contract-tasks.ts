/**
 * The shapes of partners, their tasks, and numbers in other systems. Part of contract.ts.
 */
import { z } from "zod";

const instant = z.iso.datetime();
const needed = z.string().trim().min(1).max(2_000);
const short = z.string().trim().min(1).max(100);
const state = z.enum(["waiting", "answered", "done", "withdrawn"]);
const how = z.enum(["message", "mail", "page", "telephone", "meeting"]);

export const TaskBody = z.strictObject({
  partner: short,
  asked: needed.describe("What is asked of them: they read it."),
  ticket: short.optional().describe("Their own number for it."),
  spokenTo: short.optional().describe("Who was spoken to."),
  promisedBy: instant.optional().describe("What they promised; until then their silence is none."),
});
export const TaskWordBody = z.strictObject({
  how: how.default("telephone"),
  who: short.optional(),
  note: needed,
  ticket: short.optional(),
  promisedBy: instant.optional(),
  state: state.optional().describe("waiting: theirs, again. answered: ours to check. done, withdrawn: its end. Left out: as it is."),
});
export const TaskView = z.object({
  id: z.string(),
  incident: z.string(),
  partner: z.string(),
  partnerName: z.string(),
  asked: z.string(),
  by: z.string(),
  at: instant,
  state,
  ticket: z.string().optional(),
  spokenTo: z.string().optional(),
  promisedBy: instant.optional(),
  promisesBroken: z.int(),
  answer: z.string().optional(),
  endedAt: instant.optional(),
  erased: z.object({ by: z.string(), at: instant }).optional().describe("Its texts are erased, up to then."),
  rung: z.int().describe("How many of their contacts were passed over for silence."),
  nextLookAt: instant.optional().describe("When their silence, or a passed promise, is acted upon."),
  inTheirCourt: z.object({ wallMs: z.int(), serviceMs: z.int().describe("In their own hours.") }),
  contacts: z.array(z.object({ at: instant, by: z.string(), how, who: z.string().optional(), note: z.string() })),
});
export const TaskList = z.object({ items: z.array(TaskView) });
export const TaskQueryParams = z.strictObject({
  incident: z.string().max(100).optional(),
  partner: z.string().max(100).optional(),
  open: z.enum(["true"]).optional(),
  limit: z.coerce.number().int().min(1).max(1_000).default(200),
});

export const PartnerView = z.object({
  id: z.string(),
  name: z.string(),
  contract: z.string().optional(),
  contacts: z.array(z.object({ id: z.string(), name: z.string() })).describe("Whom to ask, in order."),
  openTasks: z.int(),
  promised: z.int().describe("Tasks with a promise, of the last thousand."),
  broken: z.int().describe("Promises that passed without an answer."),
});
export const PartnerList = z.object({ items: z.array(PartnerView) });

export const ReferenceBody = z.strictObject({ system: short.describe("A help desk, a partner."), number: short });
export const ReferenceView = z.object({ incident: z.string(), system: z.string(), number: z.string(), by: z.string(), at: instant });
export const ReferenceList = z.object({ items: z.array(ReferenceView) });
export const ReferenceQuery = z.strictObject({ incident: z.string().max(100).optional(), number: z.string().max(100).optional() });

/** Named in the OpenAPI document. */
export const taskShapes = {
  PartnerTask: TaskView,
  PartnerTaskList: TaskList,
  NewPartnerTask: TaskBody,
  PartnerTaskWord: TaskWordBody,
  Partner: PartnerView,
  PartnerList,
  NewReference: ReferenceBody,
  Reference: ReferenceView,
  ReferenceList,
} as const;

export type TaskShape = z.infer<typeof TaskView>;

/**
 * Shapes of reports: those of major incidents with their versions, and follow-up reports.
 */
import { z } from "zod";

const instant = z.iso.datetime();
const text = z.string().trim().min(1).max(20_000);

const Remedial = z.discriminatedUnion("kind", [
  z.strictObject({ kind: z.literal("action"), what: text, owner: z.string().trim().min(1).max(200), due: z.iso.date() }),
  z.strictObject({ kind: z.literal("none"), why: text }),
]);

export const ReportTextsBody = z.strictObject({
  cause: text.optional(),
  organizational: text.optional().describe("Organizational repercussions."),
  clinical: text.optional().describe("Clinical repercussions. No patient data."),
  remedial: Remedial.optional().describe("The cure with its owner and date, or why there is none."),
  comment: text.optional(),
});

const Length = z.object({ wallMinutes: z.number(), serviceMinutes: z.number() });

export const IncidentFactsView = z.object({
  number: z.string(),
  site: z.string(),
  state: z.string(),
  detect: Length,
  take: Length.optional(),
  restore: Length.optional(),
  down: Length,
  sites: z.array(z.string()),
  rooms: z.array(z.string()),
  devices: z.array(z.string()),
  sessions: z.int(),
  clinicalMinutes: z.int(),
});

export const IncidentReportView = z.object({
  id: z.string(),
  incidents: z.array(z.string()).describe("Numbers, the leading one first."),
  version: z.int().describe("0: nothing was saved yet."),
  at: instant,
  by: z.string(),
  texts: ReportTextsBody,
  missing: z.array(z.string()).describe("What has to be written before it can be signed."),
  proposed: z
    .object({ cause: z.object({ fr: z.string(), en: z.string() }), diagnosis: z.string(), verdict: z.string(), confidence: z.int() })
    .optional()
    .describe("The cause as the last diagnosis would put it, while none is written. It counts for nothing before a person accepts it."),
  dueAt: instant.optional().describe("Absent while service is not back, and once it is signed."),
  signed: z.object({ by: z.string(), function: z.string(), at: instant }).optional(),
  facts: z.array(IncidentFactsView),
  warnings: z.array(z.string()).optional(),
});

export const ReportSaveBody = z.strictObject({
  version: z.int().min(0).describe("The version that was changed."),
  texts: ReportTextsBody,
  incidents: z.array(z.string()).max(50).optional().describe("Numbers of the incidents of this one cause, the leading one first."),
  accept: z
    .literal("cause")
    .optional()
    .describe("The cause is what is proposed, in the language of the instance; refused when nothing is."),
});

export const ReportSignBody = z.strictObject({
  reports: z
    .array(z.strictObject({ id: z.string(), version: z.int().min(1) }))
    .min(1)
    .max(50)
    .describe("One signature may be for several reports."),
});

export const ReportSignAnswer = z.object({
  items: z.array(z.object({ id: z.string(), ok: z.boolean(), version: z.int().optional(), problem: z.string().optional() })),
});

export const IncidentReportList = z.object({
  items: z.array(IncidentReportView.omit({ facts: true, warnings: true, proposed: true })),
});

export const FollowUpItem = z.object({
  id: z.string(),
  period: z.enum(["daily", "weekly", "monthly"]),
  from: instant,
  to: instant,
  site: z.string().optional(),
  madeAt: instant,
});
export const FollowUpList = z.object({ items: z.array(FollowUpItem) });
export const FollowUpView = FollowUpItem.extend({
  figures: z.record(z.string(), z.unknown()).describe("As the report shows them; definitions are printed in it."),
});

export const FollowUpMakeBody = z.strictObject({
  period: z.enum(["daily", "weekly", "monthly"]),
  at: instant.optional().describe("A time within the period; absent: the last whole one."),
  site: z.string().max(100).optional(),
});

export const ReportListQuery = z.strictObject({
  signed: z.enum(["true", "false"]).optional(),
  limit: z.coerce.number().int().min(1).max(1_000).default(100),
});
export const FollowUpListQuery = z.strictObject({
  period: z.enum(["daily", "weekly", "monthly"]).optional(),
  site: z.string().max(100).optional(),
  limit: z.coerce.number().int().min(1).max(1_000).default(100),
});
export const ReportVersionQuery = z.strictObject({ version: z.coerce.number().int().min(0).optional() });
export const ReportFileQuery = z.strictObject({
  format: z.enum(["pdf", "docx", "csv"]).default("pdf"),
  language: z.enum(["fr", "en"]).optional().describe("Absent: the instance's."),
  version: z.coerce.number().int().min(0).optional(),
});

export const reportShapes = {
  IncidentReport: IncidentReportView,
  IncidentReportList,
  SaveReport: ReportSaveBody,
  SignReports: ReportSignBody,
  ReportsSigned: ReportSignAnswer,
  FollowUpReport: FollowUpView,
  FollowUpReportList: FollowUpList,
  MakeFollowUpReport: FollowUpMakeBody,
};

export type ReportItemShape = z.infer<typeof IncidentReportList>["items"][number];
export type IncidentReportShape = z.infer<typeof IncidentReportView>;
export type FollowUpItemShape = z.infer<typeof FollowUpItem>;

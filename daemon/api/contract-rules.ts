/**
 * The shapes of the rules in force: what each says, how often it was right, and what would have avoided its false alarms.
 */
import { z } from "zod";

const instant = z.iso.datetime();
const bothLanguages = z.object({ fr: z.string(), en: z.string() });
const text = z.object({ title: z.string(), clinic: z.string(), steps: z.array(z.string()) });

export const RuleCounts = z.object({
  opened30: z.int(),
  falseAlarms30: z.int(),
  opened90: z.int(),
  falseAlarms90: z.int(),
  falseShare90: z.number().optional().describe("False alarms of all incidents of 90 days, 0 to 1; absent without any incident."),
  toldOutsideHours90: z.int().describe("How often people were told outside the service hours of its place, in 90 days."),
});
export const RuleItem = z.object({
  id: z.string(),
  symptom: z.string(),
  title: bothLanguages,
  appliesTo: z.string(),
  condition: z.string().describe("In English, with the names as in the pack."),
  raised: z.string().describe("`2 looks, for 25s`."),
  reach: z.enum(["general", "device", "part"]),
  source: z.string(),
  counts: RuleCounts,
});
export const RuleList = z.object({ items: z.array(RuleItem) });

export const ProposalView = z.object({
  kind: z.enum(["threshold", "for", "scheduled", "sessions"]).describe("scheduled, sessions: the presence of rooms, not the rule."),
  from: z.string(),
  to: z.string(),
  rooms: z.array(z.string()),
  why: z.string(),
  missed: z.int().describe("Real incidents of the last 30 days that would not have been opened."),
  false: z.int().describe("False alarms of the last 30 days, as a change: -14."),
  judgedBy: z
    .enum(["incidents", "replay"])
    .describe("incidents: from how long they lasted and what raised them. replay: the looks kept, run again."),
  yaml: z.string().describe("What to write into a pack of your own, or into the configuration; nothing changes by itself."),
});
export const RuleDetail = RuleItem.extend({
  text: z.object({ fr: text, en: text }),
  falseAlarms: z.array(
    z.object({
      number: z.string(),
      at: instant,
      site: z.string(),
      siteName: z.string(),
      device: z.string().optional(),
      deviceName: z.string().optional(),
      part: z.string().optional(),
      lastedSeconds: z.number().optional(),
    }),
  ),
  proposals: z.array(ProposalView),
});

export type RuleItemShape = z.infer<typeof RuleItem>;
export type RuleDetailShape = z.infer<typeof RuleDetail>;
export type ProposalShape = z.infer<typeof ProposalView>;

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

const effect = {
  missed: z.int().describe("Real incidents that would not have been opened."),
  false: z.int().describe("False alarms, as a change: -14."),
};
export const proposalKinds = ["threshold", "for", "attempts", "window", "scheduled", "sessions"] as const;
export const ProposalView = z.object({
  kind: z
    .enum(proposalKinds)
    .describe("window: hours that are kept quiet; scheduled, sessions: the presence of rooms. These leave the rule as it is."),
  from: z.string(),
  to: z.string(),
  rooms: z.array(z.string()),
  window: z
    .object({
      from: z.string().describe("`02:15`, on the wall of the zone."),
      to: z.string(),
      minutes: z.int(),
      zone: z.string(),
      weekday: z.int().min(1).max(7).optional().describe("1 is Monday; absent: every day."),
      devices: z.array(z.string()),
    })
    .optional(),
  why: z.string(),
  ...effect,
  summary: z.string().describe("`missed: 0, false: −14`"),
  judgedBy: z
    .enum(["incidents", "replay"])
    .describe("replay: the looks kept of test.from to test.to, run again. incidents: what the incidents of 30 days tell (estimated)."),
  estimated: z.object(effect).describe("Of the last 30 days, from how long each incident lasted and what raised it."),
  test: z
    .object({
      state: z.enum(["running", "finished", "failed"]).describe("Begun when the rule is read; finished: it may be accepted."),
      share: z.number().optional().describe("While it runs: how far it is, 0 to 1."),
      why: z.string().optional().describe("Of one that failed: the kind of error. It is begun again when the rule is read again."),
      from: instant.optional().describe("Absent when finished: nothing was kept of the last 30 days."),
      to: instant.optional(),
      opened: z.int().optional().describe("Incidents that would be new."),
      changed: z.int().optional().describe("Incidents that would go otherwise: open later, say."),
      ambiguous: z.int().optional().describe("Runs of kept values in which the new limit lies."),
      lost: z.int().optional().describe("Looks that were not kept."),
      otherConfigs: z.int().optional().describe("How many other configurations were in force for a part of the time."),
    })
    .describe("The back-test of this very change."),
  yaml: z
    .string()
    .describe("What to write: a rule of a pack of your own, rooms of the configuration, or a silence to plan. Nothing changes by itself."),
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

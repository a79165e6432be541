/**
 * The shapes of how an incident is handled and when people are told: severity, its settling, urgency. Part of contract.ts.
 */
import { z } from "zod";

const instant = z.iso.datetime();
const needed = z.string().trim().min(1).max(2_000);

export const severity = z.enum(["minor", "major"]);
export const urgency = z.enum(["now", "before-session", "service-hours"]);

export const SettledView = z.object({
  at: instant,
  by: z.string(),
  how: z
    .enum(["first-call", "time", "outcome", "person", "ended"])
    .describe(
      "Solved at the first call; the time of level 1 was over; level 1 could not solve it; a person decided; the incident ended before.",
    ),
});

export const SolveBody = z.strictObject({
  note: needed.describe("What was done: it goes on the technical sheet."),
  sessionLost: z
    .boolean()
    .optional()
    .describe("Was a session lost by it? Then it stays major. Left out: unknown, and the higher one if one ran."),
});
export const SeverityBody = z.strictObject({ severity, reason: needed });
export const UrgencyBody = z.strictObject({ urgency, reason: needed });

/**
 * The shapes of what is known of device families; part of the API's contract (contract.ts).
 */
import { z } from "zod";

const bothLanguages = z.object({ fr: z.string(), en: z.string() });
const certainty = z.enum(["recording", "manual", "memory"]).describe("Seen on a recording of the device, in its manual, or from memory.");

export const FactCount = z.object({
  of: z.enum(["snmp", "shell", "web", "ports", "notifications", "meanings", "quirks"]),
  all: z.int(),
  recording: z.int(),
  manual: z.int(),
  memory: z.int(),
});

export const FamilyView = z.object({
  id: z.string(),
  kind: z.string(),
  name: bothLanguages,
  certainty,
  facts: z.array(FactCount),
  capabilities: z.array(z.string()),
  limits: bothLanguages.optional().describe("What is not known or not done, and what would change that."),
});
export const FamilyList = z.object({ items: z.array(FamilyView) });

export const DeviceFamily = z.object({
  family: FamilyView,
  quirks: z.array(z.object({ text: bothLanguages, certainty })).describe("Known oddities that fit its model and firmware."),
  looksLike: z
    .object({ id: z.string(), name: bothLanguages })
    .optional()
    .describe("The family that its own words fit, when it is not the configured one. The configuration stands."),
});

export type FactCountShape = z.infer<typeof FactCount>;
export type FamilyShape = z.infer<typeof FamilyView>;
export type DeviceFamilyShape = z.infer<typeof DeviceFamily>;

/**
 * The shapes of files that are attached to an incident. Part of contract.ts.
 */
import { z } from "zod";
import { attachmentTypes, mostBytes } from "../../rules/attachment.ts";

export const AttachBody = z.strictObject({
  name: z.string().trim().min(1).max(200),
  type: z.enum(attachmentTypes),
  content: z
    .string()
    .min(1)
    .max(Math.ceil(mostBytes / 3) * 4)
    .regex(/^[A-Za-z0-9+/]+={0,2}$/)
    .describe("The file in Base64; 5 MiB at most. No patient data."),
});
export const AttachmentView = z.object({
  id: z.string(),
  incident: z.string(),
  name: z.string(),
  type: z.string(),
  sizeBytes: z.int(),
  sha256: z.string(),
  by: z.string(),
  at: z.iso.datetime(),
  erased: z.object({ by: z.string(), at: z.iso.datetime() }).optional(),
});
export const AttachmentList = z.object({ items: z.array(AttachmentView) });

/** Named in the OpenAPI document. */
export const attachmentShapes = { Attach: AttachBody, Attachment: AttachmentView, AttachmentList } as const;

export type AttachmentShape = z.infer<typeof AttachmentView>;

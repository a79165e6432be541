/**
 * The shapes of what other systems hand over by webhook. Part of contract.ts.
 */
import { z } from "zod";

/** Its parts as a mail system tells them; whoever has the whole mail sends it as `message/rfc822`. A gateway's own body has its own names. */
export const HookBody = z
  .looseObject({
    id: z.string().optional().describe("Message-ID."),
    from: z.string().optional(),
    inReplyTo: z.string().optional(),
    references: z.string().optional(),
    headers: z.record(z.string(), z.unknown()).optional(),
    text: z.string().optional(),
  })
  .describe(
    "A mail channel's: a mail. An SMS channel's: whatever its gateway posts; `inbound.reply` and `inbound.receipt` say where things are.",
  );

export const HookAnswer = z.object({
  result: z.string().describe("What became of it: done, delivered, failed, repeated, unknown, unreadable, automatic, wrong digits, …"),
});

/** Named in the OpenAPI document. */
export const hookShapes = { HookBody, HookAnswer } as const;

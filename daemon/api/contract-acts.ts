/**
 * The bodies of acts on an incident, and of accepting a host key; part of the API's contract (contract.ts).
 */
import { z } from "zod";

export const disposition = z.enum(["fixed", "healed", "false-alarm", "test", "duplicate", "not-ours"]);
const note = z.string().trim().max(2_000);
const neededNote = note.min(1);

/** Named in the OpenAPI document. */
export const actShapes = {
  Note: z.strictObject({ note: note.optional() }),
  Take: z.strictObject({
    note: note.optional(),
    insteadOf: z
      .string()
      .max(200)
      .optional()
      .describe(
        "Who held it as the caller saw it, empty for nobody: it is not taken from somebody who was faster. Left out: from whomever.",
      ),
  }),
  NeededNote: z.strictObject({ note: neededNote }),
  Close: z.strictObject({ disposition, note: neededNote }),
  HostKey: z.strictObject({ accept: z.literal(true) }),
  Erase: z.strictObject({ erase: z.literal(true) }),
} as const;

/**
 * The shape of `tickets`: which other system hears of which incidents, how, and where its number is taken from.
 */
import { z } from "zod";
import * as scalars from "./scalars.ts";
import { Refused, scalar } from "./scalars.ts";
import { keys } from "./schema.ts";

const { line, oneOf, reference, whole } = scalars;

/** Several lines, unlike every other text of the file. */
const words = scalar((raw) => {
  if (typeof raw !== "string" || raw.trim() === "") return new Refused("is no text; write what the ticket says");
  return raw.length <= 4_000 ? raw : new Refused(`has ${raw.length} characters; write at most 4000`);
});
const text = keys({ subject: line(200), text: words });

export const ticketSystem = keys({
  name: line(100).optional(),
  channel: reference("channel"),
  to: line(254).optional(),
  language: oneOf(["fr", "en", "both"]).optional(),
  on_demand: scalars.flag.optional(),
  when: keys({
    severity: z.array(oneOf(["minor", "major"])).optional(),
    level: whole(1, 4).optional(),
    sites: z.array(reference("site")).optional(),
    partners: z.array(reference("partner")).optional(),
  }).optional(),
  reference: keys({ answer: line(200).optional(), subject: line(200).optional() }).optional(),
  texts: keys({ opened: text.optional(), changed: text.optional(), resolved: text.optional(), closed: text.optional() }).optional(),
});

/**
 * The shapes of people's requests. Part of contract.ts.
 */
import { z } from "zod";

const instant = z.iso.datetime();
const id = z.string().min(1).max(100);
const text = z.string().trim().min(1).max(2_000);
const short = z.string().trim().min(1).max(100);
const language = z.enum(["fr", "en"]);
const source = z.enum(["phone", "form", "mail", "button"]);
const fact = z.enum(["call", "standby", "mute", "volume", "loudspeaker", "source", "picture"]);

const caller = z.strictObject({ name: short.optional(), phone: short.optional() });
const callerView = z.object({ name: z.string(), phone: z.string(), mail: z.string() }).partial();

export const RequestBody = z.strictObject({
  room: id.describe("A room of the configuration."),
  symptom: id
    .optional()
    .describe("no-sound, no-image, frozen, cannot-dial, dropped, echo, or a symptom of a device; left out: asks for help."),
  caller: caller.optional(),
  language: language.optional().describe("The caller's; left out: the instance's."),
  sessionAffected: z.boolean().optional().describe("As the caller says; left out: as the book of sessions says, within the hour."),
  note: text.optional(),
  source: z.enum(["phone", "form", "mail"]).default("phone"),
  number: z.string().max(100).optional().describe("Reserved before by POST /requests/number; left out: the next one."),
});
export const HeldNumber = z.object({ number: z.string(), at: instant });
export const PlaceBody = z.strictObject({ room: id.describe("A room of the configuration.") });
export const AttachBody = z.strictObject({ incident: id.describe("Id or number of the incident that it is the same thing as.") });
export const RequestOutcomeBody = z.strictObject({
  how: z
    .enum(["agreed", "attempt", "withdrawn"])
    .describe("attempt: the caller was not reached; the second ends the request without them."),
  note: text.optional(),
});

export const RequestView = z.object({
  id,
  number: z.string(),
  source,
  at: instant,
  by: z.string(),
  room: z.string().describe("Empty: not known yet (by mail); POST /requests/{id}/room says it."),
  roomName: z.string(),
  site: z.string(),
  siteName: z.string(),
  symptom: z.string(),
  language,
  note: z.string().optional(),
  sessionAffected: z.boolean(),
  session: z.string().optional(),
  incident: z.string().optional().describe("Number of the incident that has it; absent for the moment until it is given one."),
  incidentState: z.enum(["open", "taken", "restored", "resolved", "closed"]).optional(),
  news: z.string().optional().describe("What is told of its general failure, in the caller's language: the answer to give."),
  attempts: z.int().describe("To reach the caller for their agreement."),
  ended: z
    .object({ how: z.enum(["agreed", "not-reached", "withdrawn"]), at: instant, by: z.string(), note: z.string().optional() })
    .optional(),
  warnings: z.array(z.string()).optional(),
});

export const CodecSaysView = z.object({
  device: z.string(),
  name: z.string(),
  up: z.enum(["up", "down", "unknown"]),
  activity: z.string().optional().describe("in-call, standby, asleep, off, idle, off-by-schedule, unknown."),
  says: z.array(z.object({ what: fact, value: z.string(), at: instant, text: z.string().describe("In the caller's language.") })),
  unknown: z.array(fact).describe("Not heard: its family does not tell, or it was not asked yet."),
  lastIncident: z
    .object({ number: z.string(), symptom: z.string(), state: z.string(), openedAt: instant })
    .optional()
    .describe("The last of this codec, over or not."),
});

export const SameThingView = z.object({ number: z.string(), symptom: z.string(), siteName: z.string(), since: instant });

export const RequestDetail = RequestView.extend({
  caller: callerView.optional().describe("For functions with read-names only; reading it is audited."),
  readBack: z.string().describe("To be read to the caller, in their language."),
  codecs: z.array(CodecSaysView).describe("What the room's codecs said last; a look is asked for when the request is taken in."),
  sameThing: z.array(SameThingView).describe("Open general failures that cover the room. One act attaches: POST /requests/{id}/attach."),
});
export const RequestList = z.object({
  items: z.array(RequestView),
  next: z.string().optional().describe("Hand it over as `before` for the next page; absent on the last."),
});
export const RequestQueryParams = z.strictObject({
  open: z.enum(["true", "false"]).optional(),
  room: id.optional(),
  limit: z.coerce.number().int().min(1).max(500).default(100),
  before: z.string().max(200).optional(),
});

/** Named in the OpenAPI document. */
export const requestShapes = {
  RequestBody,
  HeldNumber,
  PlaceBody,
  AttachBody,
  RequestOutcomeBody,
  Request: RequestView,
  RequestDetail,
  RequestList,
} as const;

export type RequestShape = z.infer<typeof RequestView>;
export type RequestDetailShape = z.infer<typeof RequestDetail>;

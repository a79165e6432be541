/**
 * The shapes of who is on call; part of the API's contract (contract.ts).
 */
import { z } from "zod";

const instant = z.iso.datetime();
const time = z.string().max(40);
const id = z.string().min(1).max(120);
const people = z.array(id).min(1).max(50);
const covers = z
  .enum(["always", "service", "outside", "holidays"])
  .describe("outside: nights, weekends and holidays. holidays: whole local days, before the other rotations.");
const span = z.object({ from: instant, to: instant });
const dutyView = z.object({
  people: z.array(z.object({ id: z.string(), name: z.string() })),
  by: z.enum(["override", "holidays", "rotation", "file", "nobody"]),
  why: z.string(),
});

export const FunctionDuty = z.object({
  function: z.string().describe("`room:<id>` is the coordinator of a room."),
  name: z.object({ fr: z.string(), en: z.string() }),
  now: dutyView,
  told: z.array(z.string()).describe("Who is told now: without a channel, the next in order."),
  withoutChannel: z.array(z.string()).describe("On duty, and cannot be told anything."),
  until: instant.optional().describe("Absent: as far as is looked ahead."),
  next: dutyView.optional(),
  gaps: z.array(span).describe("When nobody is on call, within the horizon."),
  kept: z.boolean().describe("A rotation holds it: somebody is expected to be on call."),
});
export const OnCall = z.object({ at: instant, horizonDays: z.number(), functions: z.array(FunctionDuty) });
export const OnCallQueryShape = z.strictObject({
  at: time.optional().describe("`2026-11-18T22:00` on the wall of the instance's zone, or with an offset. Default: now."),
  function: id.optional(),
});

export const RotationBody = z.strictObject({
  function: id.describe("Of the configuration, or `room:<id>`."),
  people: people.describe("In order; the first has the turn that runs when it begins."),
  zone: z.string().max(60).optional().describe("IANA zone; default the instance's."),
  handover: z.strictObject({
    weekday: z.int().min(1).max(7).describe("ISO: 1 is Monday."),
    time: z
      .string()
      .regex(/^([01]\d|2[0-3]):[0-5]\d$/)
      .describe("`08:00`, on the wall of the zone."),
  }),
  weeks: z.int().min(1).max(52).default(1).describe("Length of a turn."),
  covers: covers.default("always"),
  calendar: id.optional().describe("Calendar of the configuration; needed unless it covers always."),
  from: time.optional().describe("Default: now."),
  to: time.optional().describe("Default: without end."),
  replaces: id.optional().describe("The rotation that ends when this one begins."),
});
export const RotationEndBody = z.strictObject({ at: time.optional().describe("Default: now.") });
export const RotationView = z.object({
  id: z.string(),
  function: z.string(),
  people: z.array(z.string()),
  zone: z.string(),
  handover: z.object({ weekday: z.int(), time: z.string() }),
  weeks: z.int(),
  covers,
  calendar: z.string().optional(),
  from: instant,
  to: instant.optional(),
  by: z.string(),
  createdAt: instant,
  turn: z.object({ person: z.string(), from: instant, to: instant }).optional().describe("Whose turn it is now."),
});
export const RotationList = z.object({ items: z.array(RotationView) });

export const OverrideBody = z.strictObject({
  function: id,
  people,
  from: time.optional().describe("`2026-11-18T17:00` on the wall of the instance's zone, or with an offset. Default: now."),
  to: time,
  reason: z.string().trim().min(1).max(300),
});
export const OverrideView = z.object({
  id: z.string(),
  function: z.string(),
  people: z.array(z.string()),
  from: instant,
  to: instant,
  reason: z.string(),
  by: z.string(),
  createdAt: instant,
  cancelledAt: instant.optional(),
});
export const OverrideList = z.object({ items: z.array(OverrideView) });

export const PersonBody = z.strictObject({
  id: z.string().min(1).max(63),
  name: z.string().trim().min(1).max(120),
  language: z.enum(["fr", "en"]).optional().describe("Default: the instance's."),
  channels: z
    .array(z.strictObject({ channel: id, address: z.string().trim().min(1).max(254) }))
    .max(10)
    .describe("In order: the first is tried first."),
});
const provenState = z
  .enum(["answered", "asked", "silent", "never-asked"])
  .describe("asked: the check is under way. silent: nobody answered the last check.");
export const PersonView = z.object({
  id: z.string(),
  name: z.string(),
  language: z.enum(["fr", "en"]),
  channels: z.array(
    z.object({
      channel: z.string(),
      address: z.string(),
      reachable: provenState,
      askedAt: instant.optional(),
      answeredAt: instant.optional(),
    }),
  ),
  source: z.enum(["file", "store"]),
  functions: z.array(z.string()).describe("That they may be told for."),
});
export const PersonList = z.object({ items: z.array(PersonView) });

/** Named in the OpenAPI document. */
export const onCallShapes = {
  OnCall,
  FunctionDuty,
  Rotation: RotationView,
  RotationList,
  RotationBody,
  RotationEndBody,
  Override: OverrideView,
  OverrideList,
  OverrideBody,
  Person: PersonView,
  PersonList,
  PersonBody,
} as const;

export type OnCallShape = z.infer<typeof OnCall>;
export type RotationShape = z.infer<typeof RotationView>;
export type OverrideShape = z.infer<typeof OverrideView>;
export type PersonShape = z.infer<typeof PersonView>;

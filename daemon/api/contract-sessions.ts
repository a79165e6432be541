/**
 * The shapes of booked sessions. Part of contract.ts. Nothing here has a place for a title, a name or a note.
 */
import { z } from "zod";

const instant = z.iso.datetime();
const kind = z.enum(["clinical", "training", "administrative"]);
const priority = z.enum(["urgent", "normal"]);
const outcomeCode = z.enum(["held", "late", "moved", "by-phone", "postponed", "lost", "not-technical"]);

const readinessCause = z.object({
  code: z.enum(["device-alarm", "device-light", "path-down", "no-device", "not-looked-at"]),
  room: z.string().optional(),
  device: z.string().optional(),
  symptom: z.string().optional(),
  incident: z.string().optional(),
});

export const SessionView = z.object({
  id: z.string(),
  source: z.string().describe("The calendar it came from, `csv` or `api`."),
  rooms: z.array(z.string()).describe("One alone: its far end is outside the network."),
  bridge: z.string().optional(),
  from: instant,
  to: instant,
  kind,
  priority,
  specialty: z.string().optional(),
  state: z.enum(["booked", "cancelled"]),
  outcome: z.object({ code: outcomeCode, lateMinutes: z.int().optional(), by: z.string(), at: instant }).optional(),
  readiness: z
    .object({
      verdict: z.enum(["ready", "not-ready", "unknown"]),
      at: instant,
      causes: z.array(readinessCause),
      incident: z.string().optional(),
    })
    .optional()
    .describe("Absent until half an hour before it begins."),
});
const calendar = z.object({
  id: z.string(),
  goodAt: instant.optional().describe("When it was last read well."),
  triedAt: instant,
  code: z.string().optional().describe("Why the last reading failed."),
  sessions: z.int(),
  unmapped: z.int().describe("Events in no room of the configuration; only how many."),
  leftOut: z.int().describe("Whole days and what is longer than two days."),
  unread: z.record(z.string(), z.int()).describe("Events that could not be understood, by why."),
  tooMany: z.boolean(),
});
const SessionList = z.object({ items: z.array(SessionView), calendars: z.array(calendar) });
export const SessionQueryShape = z.strictObject({
  from: instant.optional().describe("Sessions that end after this; default: now."),
  to: instant.optional().describe("Sessions that begin before this; default: a week later."),
});
const text = (most: number) => z.string().trim().min(1).max(most);
const SessionBody = z.strictObject({
  key: text(500).optional().describe("Your own name for it: the same again changes the session. Only a hash is kept."),
  rooms: z.array(text(63)).min(1).max(20),
  from: z.iso.datetime({ offset: true }),
  to: z.iso.datetime({ offset: true }),
  kind: kind.optional(),
  priority: priority.optional(),
  specialty: text(60).optional().describe("One of sessions.specialties."),
  bridge: text(63).optional(),
});
const SessionCsvBody = z.strictObject({
  csv: z.string().max(60_000).describe("Header row and one session a row; see docs/sessions.md."),
});
const SessionsImported = z.object({ added: z.int(), changed: z.int(), errors: z.array(z.string()) });
const OutcomeBody = z
  .strictObject({ outcome: outcomeCode, lateMinutes: z.int().min(1).max(1_440).optional() })
  .describe("lateMinutes with `late` only.");

/** A session as an incident names it. */
export const SessionHitView = SessionView.omit({ readiness: true }).extend({
  when: z.enum(["ahead", "running", "over"]),
  basis: z.enum(["estimate", "outcome"]).describe("outcome: a person said what became of it."),
  overlapMinutes: z.number(),
  clinicalMinutes: z.number(),
  instead: z
    .object({
      rooms: z.array(z.string()).describe("Ready and free, at the site of a room that is not ready."),
      bridges: z.array(z.string()),
      telephones: z.array(z.object({ room: z.string(), phone: z.string() })),
    })
    .optional()
    .describe("What can be done instead, while it is not over."),
});

/** For contract.ts. */
export const sessionShapes = { Session: SessionView, SessionList, SessionBody, SessionCsvBody, SessionsImported, OutcomeBody } as const;

export type SessionListShape = z.infer<typeof SessionList>;
export type SessionShape = z.infer<typeof SessionView>;
export type SessionHitShape = z.infer<typeof SessionHitView>;

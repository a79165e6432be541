/**
 * Shapes of incidents: alarms, incidents with their timeline and messages, what keeps coming back.
 */

import { z } from "zod";
import { ActionView } from "./contract-actions.ts";
import { disposition } from "./contract-acts.ts";
import { IncidentLinkView } from "./contract-joining.ts";
import { MutedView } from "./contract-maintenance.ts";
import { PublicNewsView } from "./contract-news.ts";
import { RequestView } from "./contract-requests.ts";
import { SessionHitView } from "./contract-sessions.ts";
import { SettledView, severity, urgency } from "./contract-severity.ts";
import { DeviceEventView } from "./contract-standing.ts";
import { HandOverView, OpenTaskView } from "./contract-work.ts";

const instant = z.iso.datetime();
export const incidentState = z.enum(["open", "taken", "restored", "resolved", "closed"]);

export const AlarmView = z.object({
  key: z.string(),
  device: z.string(),
  symptom: z.string(),
  part: z.string().optional(),
  rule: z.string(),
  state: z.enum(["inactive", "pending", "active"]),
  since: instant,
  flapping: z.boolean(),
  suppressedBy: z.string().optional(),
  incident: z.string().optional(),
  raisedBy: z.enum(["look", "trap"]),
  detail: z.string().optional(),
});

export const IncidentView = z.object({
  id: z.string(),
  number: z.string().describe("The request number, as read aloud."),
  site: z.string(),
  siteName: z.string(),
  device: z.string().optional(),
  deviceName: z.string().optional(),
  linkName: z.string().optional().describe("The circuit it is about, when it is about no device."),
  room: z.string().optional(),
  roomName: z.string().optional(),
  symptom: z.string(),
  part: z.string().optional(),
  rule: z.string(),
  severity,
  severityWhy: z.string(),
  severitySettled: SettledView.optional().describe("Absent: provisional, until the end of the first call."),
  urgency,
  urgencyWhy: z.string(),
  general: z.boolean(),
  verdict: z.enum(["ritm-core", "site-link"]).optional().describe("Where the fault is, when the failure of circuits says so."),
  level: z.int().describe("1, 2, 3 of the procedure; 4 is the last resort."),
  state: incidentState,
  foldedInto: z.string().optional(),
  holder: z.string().optional(),
  acknowledgedAt: instant.optional(),
  acknowledgedBy: z.string().optional(),
  firstBadAt: instant,
  openedAt: instant,
  takenAt: instant.optional(),
  restoredAt: instant.optional(),
  resolvedAt: instant.optional(),
  closedAt: instant.optional(),
  disposition: disposition.optional(),
  wakeAt: instant.optional().describe("When its next timer is due."),
  wakeFor: z.string().optional(),
  occurrences: z.int(),
  recurrenceOf: z.string().optional(),
  muted: MutedView.optional().describe("Nobody is told, and its clocks stand still."),
  handOver: HandOverView.optional().describe("Offered, and not accepted yet."),
  followUpsMissed: z.int().optional().describe("Follow-ups in a row that came due and nobody did anything."),
  openTasks: z.array(OpenTaskView).optional().describe("What partners have of it; it is not resolved before."),
  warnings: z.array(z.string()).optional().describe("After a write: what the writer should know of what was just written."),
  version: z.int(),
});

export const TimelineView = z.object({
  seq: z.int(),
  at: instant,
  by: z.string(),
  event: z.string(),
  why: z.string(),
  data: z.record(z.string(), z.union([z.string(), z.number(), z.boolean()])).optional(),
  hash: z.string(),
});

export const DeliveryView = z.object({
  key: z.string(),
  kind: z.string(),
  level: z.int(),
  recipient: z.string(),
  channel: z.string(),
  state: z.enum(["pending", "claimed", "sent", "accepted", "delivered", "acknowledged", "failed", "dropped", "superseded"]),
  attempts: z.int(),
  createdAt: instant,
  sentAt: instant.optional(),
  proof: z.string().optional().describe("What the far end said when it took it."),
  error: z.string().optional(),
  supersededBy: z.string().optional().describe("Key of the one message that named it, in a storm."),
});

export const IncidentDetail = IncidentView.extend({
  timeline: z.array(TimelineView),
  deliveries: z.array(DeliveryView),
  sessions: z.array(SessionHitView).describe("Sessions it has hit, or will hit within a day if it lasts."),
  clinicalMinutes: z.int().describe("Minutes of clinical sessions lost; once a session."),
  alarms: z.array(AlarmView).describe("What it gathers now."),
  links: z.array(IncidentLinkView),
  requests: z.array(RequestView).describe("What people told us of it; the last first, without the callers."),
  news: PublicNewsView.optional().describe("What the coordinators were told of it last."),
  problem: z.string().optional().describe("The problem it belongs to, since its failure keeps coming back."),
  actions: z.array(ActionView).describe("What was changed about it, the first one first."),
  goesOnAs: z.string().optional().describe("The number that this one goes on under, over however many steps."),
});

export const AlarmList = z.object({ items: z.array(AlarmView) });
export const IncidentList = z.object({
  items: z.array(IncidentView),
  next: z.string().optional().describe("Hand it over as `before` for the next page; absent on the last."),
});
export const RecurrenceView = z.object({
  fingerprint: z.string(),
  site: z.string(),
  siteName: z.string(),
  device: z.string().optional(),
  deviceName: z.string().optional(),
  symptom: z.string(),
  part: z.string().optional(),
  occurrences30: z.int().describe("In the last 30 days."),
  occurrences90: z.int().describe("In the last 90 days."),
  lastAt: instant,
  changes: z
    .array(
      DeviceEventView.omit({ device: true, deviceName: true }).extend({
        incident: z.string().describe("Number of the incident in which the change was first seen, else of the one that came next."),
        leadSeconds: z.int().describe("From the change to that incident's first bad look; negative: it was first seen so long after."),
        failuresBefore: z.int().describe("Incidents of this failure within 90 days that began before that one."),
        failuresSince: z.int().describe("That one and those since."),
      }),
    )
    .describe("Changes of the device in the 7 days before one of these failures, or seen while one lasted; newest first, at most 10."),
});
export const RecurrenceList = z.object({ items: z.array(RecurrenceView) });

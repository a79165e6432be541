/**
 * The shapes of maintenance and silences; part of the API's contract (contract.ts).
 */
import { z } from "zod";

const instant = z.iso.datetime();
const ids = z.array(z.string().min(1).max(200)).min(1).max(1_000).optional();
const kind = z.enum(["maintenance", "silence"]).describe("maintenance: planned work. silence: nobody is told, though nothing is planned.");
const scope = z.strictObject({
  sites: ids,
  rooms: ids,
  devices: ids,
  links: ids.describe("The circuit, the router that stands for it, and the reach of what lies behind it."),
  symptoms: ids,
  labels: z.record(z.string().max(200), z.string().max(200)).optional().describe("Of the device or of its site; all must fit."),
});
const ending = z.object({ at: instant, by: z.string(), reason: z.string().optional() });
const span = z.object({ from: instant, to: instant });
const reason = z.string().trim().min(1).max(500);

export const MaintenanceBody = z.strictObject({
  kind: kind.default("maintenance"),
  reason,
  scope: scope.describe("At least one; of each list one must fit, and of all that are given all."),
  from: z.string().max(40).optional().describe("`2026-11-18T22:00` on the wall of the zone, or with an offset. Default: now."),
  to: z.string().max(40).optional(),
  minutes: z.int().min(1).max(527_040).optional().describe("Length, instead of `to`; of a flexible one, from its first failure on."),
  rule: z
    .string()
    .max(200)
    .optional()
    .describe("RRULE (RFC 5545) with FREQ, INTERVAL, BYDAY, BYMONTHDAY, BYMONTH, COUNT, UNTIL: it recurs."),
  flexible: z.boolean().optional().describe("Begins with the first failure between `from` and `to`, and lasts `minutes` from then on."),
  zone: z.string().max(60).optional().describe("IANA zone; default that of the place, else the instance's."),
});
export const MaintenanceChangeBody = MaintenanceBody.omit({ kind: true, reason: true, scope: true })
  .extend({
    kind: kind.optional(),
    reason: reason.optional(),
    scope: scope.optional().describe("The whole of it."),
    note: reason.optional(),
  })
  .describe("What is left out stays as it was. `note`: why it is changed.");
export const MaintenanceEndBody = z.strictObject({ reason: reason.optional() });

export const MaintenanceView = z.object({
  id: z.string(),
  kind,
  reason: z.string(),
  by: z.string(),
  function: z.string(),
  createdAt: instant,
  zone: z.string(),
  scope,
  when: z.object({
    kind: z.enum(["once", "recurring", "flexible"]),
    from: instant.optional(),
    to: instant.optional(),
    rule: z.string().optional(),
    firstDay: z.string().optional(),
    fromMinute: z.int().optional().describe("Of the local day."),
    minutes: z.int().optional().describe("Length by the clock on the wall; of a flexible one, from its first failure on."),
  }),
  phase: z.enum(["now", "coming", "over"]),
  span: span.optional().describe("In force now, or the next time; of a flexible one that has not begun, its outer window."),
  next: z.array(span).describe("The next times of what recurs."),
  beganAt: instant.optional(),
  ended: z.array(ending),
  cancelled: ending.optional(),
  changed: z.array(ending).optional().describe("Who changed it; the last one last."),
  replaces: z.string().optional().describe("Changed while it was in force, or had been: it goes on in the place of this one."),
  alarmsBehind: z.int().describe("Active alarms that it keeps from opening incidents now."),
  incidentsQuiet: z.int().describe("Open incidents that it keeps quiet now."),
});
export const MaintenancePlanned = MaintenanceView.extend({
  warnings: z.array(z.string()).describe("What the writer should know: it fits nothing, it is over already."),
  sessions: z
    .array(z.object({ id: z.string(), from: instant, to: instant, kind: z.string(), rooms: z.array(z.string()) }))
    .describe("Booked sessions of the next 90 days whose rooms it takes, the earliest first."),
});
export const MaintenanceList = z.object({ items: z.array(MaintenanceView) });
export const MaintenanceQueryShape = z.strictObject({
  phase: z.enum(["now", "coming", "over"]).optional(),
  limit: z.coerce.number().int().min(1).max(1_000).default(200),
});

/** What keeps an incident quiet. */
export const MutedView = z.object({
  by: z.string().describe("`maintenance:<id>` or `silence:<id>`."),
  reason: z.string(),
  since: instant,
  until: instant.describe("As far as it is known."),
});

/** Named in the OpenAPI document. */
export const maintenanceShapes = {
  Maintenance: MaintenanceView,
  MaintenanceList,
  MaintenancePlanned,
  MaintenanceBody,
  MaintenanceEndBody,
  MaintenanceChangeBody,
} as const;

export type MaintenanceShape = z.infer<typeof MaintenanceView>;

/**
 * The shapes of the REST API, version 1: the routes, the OpenAPI document and the web pages are all made from these.
 *
 * Instants are ISO 8601 in UTC. Fields are only ever added.
 */
import { z } from "zod";
import { actionShapes } from "./contract-actions.ts";
import { actShapes } from "./contract-acts.ts";
import { attachmentShapes } from "./contract-attachments.ts";
import { AuditList } from "./contract-audit.ts";
import { BacktestBody, BacktestView } from "./contract-backtest.ts";
import { diagnosisShapes } from "./contract-diagnoses.ts";
import { DeviceFamily, FamilyList } from "./contract-families.ts";
import { hookShapes } from "./contract-hooks.ts";
import {
  AlarmList,
  AlarmView,
  DeliveryView,
  IncidentDetail,
  IncidentList,
  IncidentView,
  incidentState,
  RecurrenceList,
  RecurrenceView,
  TimelineView,
} from "./contract-incidents.ts";
import { IncidentLinkView, LinkBody, MergeBody, SplitBody, UnlinkBody } from "./contract-joining.ts";
import { maintenanceShapes } from "./contract-maintenance.ts";
import { Me } from "./contract-me.ts";
import {
  AcceptanceView,
  DiscoveryBody,
  DiscoveryList,
  DiscoveryView,
  SheetView,
  SignBody,
  WithdrawBody,
} from "./contract-new-equipment.ts";
import { newsShapes } from "./contract-news.ts";
import { onCallShapes } from "./contract-on-call.ts";
import { problemShapes } from "./contract-problems.ts";
import { reportShapes } from "./contract-reports.ts";
import { requestShapes } from "./contract-requests.ts";
import { roomLinkShapes } from "./contract-room-links.ts";
import { ProposalView, RuleDetail, RuleList } from "./contract-rules.ts";
import { sessionShapes } from "./contract-sessions.ts";
import { SeverityBody, SolveBody, UrgencyBody } from "./contract-severity.ts";
import {
  ActivityView,
  DeviceEventList,
  DeviceEventView,
  DeviceInventoryView,
  InventoryItem,
  InventoryList,
  LightView,
  WeaknessList,
} from "./contract-standing.ts";
import { taskShapes } from "./contract-tasks.ts";
import { topologyShapes } from "./contract-topology.ts";
import { workShapes } from "./contract-work.ts";

export type { AttachmentShape } from "./contract-attachments.ts";
export type { AuditRowShape } from "./contract-audit.ts";
export type { DiagnosisListShape, DiagnosisShape } from "./contract-diagnoses.ts";
export type { DeviceFamilyShape, FactCountShape, FamilyShape } from "./contract-families.ts";
export type { MaintenanceShape } from "./contract-maintenance.ts";
export type { OnCallShape, OverrideShape, PersonShape, RotationShape } from "./contract-on-call.ts";
export type { RecurringProblemShape } from "./contract-problems.ts";
export type { RequestDetailShape, RequestShape } from "./contract-requests.ts";
export type { SessionHitShape, SessionListShape, SessionShape } from "./contract-sessions.ts";

const instant = z.iso.datetime();
const up = z.enum(["up", "down", "unknown"]);
const probeKind = z.enum(["icmp", "snmp", "ssh", "telnet", "https", "tcp", "trap"]);

export const Problem = z.object({
  type: z.string().describe("urn:vigie:problem:<code>"),
  title: z.string(),
  status: z.int(),
  detail: z.string().describe("What was found, and what to do."),
  instance: z.string().optional(),
});

export const DeviceSummary = z.object({
  id: z.string(),
  name: z.string(),
  site: z.string(),
  siteName: z.string(),
  room: z.string().optional(),
  roomName: z.string().optional(),
  family: z.string(),
  kind: z.string(),
  address: z.string(),
  up: up.describe("unknown: we could not look. It is never down."),
  since: instant.optional(),
  commissioning: z.boolean().describe("Looked at and shown; pages nobody."),
  alarms: z.array(z.string()).describe("Keys of active alarms."),
  lights: z.array(LightView).describe("link, login, api, registered, ready; empty until the device was first judged."),
  activity: ActivityView.optional().describe("Absent for what holds no calls."),
});

export const LookView = z.object({
  kind: probeKind,
  at: instant,
  durationMs: z.number(),
  status: up,
  code: z.string().optional(),
  detail: z.string().optional(),
  samples: z.array(z.object({ name: z.string(), value: z.number().nullable(), part: z.string().optional() })),
  readings: z.array(z.object({ name: z.string(), value: z.string(), part: z.string().optional() })),
  trace: z.array(z.string()).optional().describe("What was said on the wire in the last look that failed."),
});

export const DeviceDetail = DeviceSummary.extend({
  parents: z.array(z.string()),
  supplier: z.string().optional(),
  warrantyUntil: z.string().optional(),
  labels: z.record(z.string(), z.string()),
  looks: z.array(LookView),
  alarmsNow: z.array(AlarmView),
});

export const DeviceList = z.object({ items: z.array(DeviceSummary), next: z.string().optional() });
export const SampleHistory = z.object({
  device: z.string(),
  from: instant,
  to: instant,
  series: z.array(
    z.object({
      series: z.string(),
      points: z.array(z.object({ at: instant, count: z.int(), min: z.number(), max: z.number(), mean: z.number() })),
    }),
  ),
});
export const TrapList = z.object({
  items: z.array(
    z.object({
      at: instant,
      source: z.string(),
      device: z.string().optional(),
      oid: z.string().optional(),
      name: z.string().optional(),
      version: z.enum(["1", "2c", "3"]).optional(),
      inform: z.boolean(),
      varbinds: z.array(z.object({ oid: z.string(), name: z.string().optional(), value: z.string() })),
      relay: z.string().optional(),
      truncated: z.literal(true).optional(),
      undecodable: z.string().optional().describe("Why it could not be decoded."),
      head: z.string().optional().describe("First bytes of a malformed datagram, hex; its texts are starred out."),
      sha256: z.string(),
    }),
  ),
});
export const SinkList = z.object({
  items: z.array(
    z.object({
      at: instant,
      key: z.string(),
      channel: z.string(),
      to: z.string(),
      language: z.enum(["fr", "en"]),
      subject: z.string(),
      text: z.string(),
      number: z.string().optional(),
    }),
  ),
});
export const UnusedNumberList = z.object({
  items: z.array(z.object({ number: z.string(), prefix: z.string(), year: z.int(), sequence: z.int(), reservedAt: instant })),
});
export const HostKeyAccepted = z.object({ device: z.string(), fingerprint: z.string() });
export const ReadinessView = z.object({
  ready: z.boolean(),
  roles: z.array(z.object({ name: z.string(), ok: z.boolean(), since: instant, why: z.string() })),
});
export const ReloadAnswer = z.object({
  at: instant,
  changes: z.array(z.string()),
  needsRestart: z.array(z.string()).describe("Settings that hold from the next start only."),
});
export const Health = z.object({ healthy: z.literal(true), version: z.string() });

export const CommissioningList = z.object({
  items: z.array(z.object({ place: z.string(), placeName: z.string(), devices: z.array(DeviceSummary) })),
});

const limit = (most: number, usual: number) => z.coerce.number().int().min(1).max(most).default(usual);
const list = <T extends z.ZodType>(of: T) => z.preprocess((value) => (typeof value === "string" ? value.split(",") : value), z.array(of));

/** An id or a cursor that a list is asked for. */
const asked = z.string().max(500);

export const DeviceQuery = z.strictObject({
  site: asked.optional(),
  family: asked.optional(),
  up: up.optional(),
  after: asked.optional().describe("`next` of the page before."),
  limit: limit(1_000, 200),
});
export const IncidentQueryParams = z.strictObject({
  state: list(incidentState).optional().describe("Comma-separated; default: all but closed."),
  site: asked.optional(),
  device: asked.optional(),
  fingerprint: asked.optional(),
  folded: z.enum(["true", "false"]).optional(),
  since: instant.optional(),
  before: asked.optional().describe("`next` of the page before."),
  limit: limit(200, 50),
});
export const SampleQuery = z.strictObject({ from: instant.optional(), to: instant.optional() });
export const AlarmQuery = z.strictObject({ device: asked.optional(), site: asked.optional() });
export const TrapQuery = z.strictObject({ device: asked.optional(), limit: limit(1_000, 100) });
export const LimitQuery = z.strictObject({ limit: limit(1_000, 100) });
export const ReloadQuery = z.strictObject({ yes: z.enum(["true", "false"]).optional() });

/** Every shape that is named in the OpenAPI document. */
export const shapes = {
  Problem,
  RuleList,
  Rule: RuleDetail,
  Proposal: ProposalView,
  Alarm: AlarmView,
  AlarmList,
  DeviceSummary,
  Device: DeviceDetail,
  DeviceList,
  FamilyList,
  DeviceFamily,
  ...sessionShapes,
  ...maintenanceShapes,
  ...onCallShapes,
  ...problemShapes,
  ...reportShapes,
  Look: LookView,
  Light: LightView,
  Activity: ActivityView,
  InventoryItem,
  InventoryList,
  DeviceInventory: DeviceInventoryView,
  DeviceEvent: DeviceEventView,
  DeviceEventList,
  Incident: IncidentView,
  IncidentDetail,
  IncidentList,
  TimelineEntry: TimelineView,
  Delivery: DeliveryView,
  SampleHistory,
  Recurrence: RecurrenceView,
  RecurrenceList,
  TrapList,
  WeaknessList,
  SinkList,
  AuditList,
  UnusedNumberList,
  HostKeyAccepted,
  Readiness: ReadinessView,
  ReloadAnswer,
  Health,
  Discovery: DiscoveryView,
  DiscoveryList,
  DiscoveryBody,
  BacktestBody,
  Backtest: BacktestView,
  AcceptanceSheet: SheetView,
  Acceptance: AcceptanceView,
  CommissioningList,
  ...topologyShapes,
  SignBody,
  WithdrawBody,
  Solve: SolveBody,
  SetSeverity: SeverityBody,
  SetUrgency: UrgencyBody,
  IncidentLink: IncidentLinkView,
  MergeIncident: MergeBody,
  SplitIncident: SplitBody,
  LinkIncident: LinkBody,
  UnlinkIncident: UnlinkBody,
  ...workShapes,
  ...diagnosisShapes,
  ...actionShapes,
  ...attachmentShapes,
  ...requestShapes,
  ...newsShapes,
  ...roomLinkShapes,
  ...taskShapes,
  ...actShapes,
  ...hookShapes,
  Me,
} as const;

export type { FollowUpItemShape as FollowUpShape, IncidentReportShape, ReportItemShape } from "./contract-reports.ts";
export type { ProposalShape, RuleDetailShape, RuleItemShape } from "./contract-rules.ts";
export type {
  ActivityShape,
  DeviceEventShape,
  DeviceInventoryShape,
  InventoryItemShape,
  LightShape,
  UnitShape,
} from "./contract-standing.ts";

export type { TaskShape } from "./contract-tasks.ts";
export type { ParentProposalShape, TopologyShape } from "./contract-topology.ts";

export type ShapeName = keyof typeof shapes;

export type AlarmShape = z.infer<typeof AlarmView>;
export type DeviceShape = z.infer<typeof DeviceSummary>;
export type DeviceDetailShape = z.infer<typeof DeviceDetail>;
export type LookShape = z.infer<typeof LookView>;
export type IncidentShape = z.infer<typeof IncidentView>;
export type IncidentDetailShape = z.infer<typeof IncidentDetail>;
export type TimelineShape = z.infer<typeof TimelineView>;
export type DeliveryShape = z.infer<typeof DeliveryView>;
export type RecurrenceShape = z.infer<typeof RecurrenceView>;
export type SinkMessageShape = z.infer<typeof SinkList>["items"][number];
export type SheetShape = z.infer<typeof SheetView>;
export type CommissioningShape = z.infer<typeof CommissioningList>;
export type TrapShape = z.infer<typeof TrapList>["items"][number];

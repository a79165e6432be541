/**
 * A small network behind the real API on a free port: the store is an in-memory stand-in, everything else is what runs.
 */

import { readFileSync } from "node:fs";
import { join } from "node:path";
import { createApi } from "../../daemon/api/api.ts";
import type { ActionResult, ApiDeps, Change, Readiness, ReloadResult } from "../../daemon/api/deps.ts";
import { Board } from "../../daemon/board.ts";
import { DEFAULT_PERMISSIONS } from "../../daemon/config/defaults.ts";
import type { StandingProposal } from "../../daemon/confirming.ts";
import type { DiscoveryRecord } from "../../daemon/discoveries.ts";
import { createExposition } from "../../daemon/exposition.ts";
import type { NewRequest } from "../../daemon/intake/taking.ts";
import { createMetrics } from "../../daemon/metrics.ts";
import { mibNames } from "../../daemon/mib-names.ts";
import type { Acceptance } from "../../daemon/model/acceptance.ts";
import type { Alarm } from "../../daemon/model/alarm.ts";
import type { Config, Partner, Secret } from "../../daemon/model/config.ts";
import type { Incident } from "../../daemon/model/incident.ts";
import type { DeviceEvent, Unit } from "../../daemon/model/inventory.ts";
import type { DeviceLights, LightState, ReasonData } from "../../daemon/model/lights.ts";
import type { Maintenance } from "../../daemon/model/maintenance.ts";
import type { Device, Network } from "../../daemon/model/network.ts";
import { nobodyYet, type Override, type Rotation } from "../../daemon/model/on-call.ts";
import type { Policy } from "../../daemon/model/policy.ts";
import type { Problem } from "../../daemon/model/problem.ts";
import type { PublicNews } from "../../daemon/model/public-news.ts";
import type { HelpRequest } from "../../daemon/model/request.ts";
import type { Session } from "../../daemon/model/session.ts";
import type { Attachment, PartnerTask, WorkAction } from "../../daemon/model/work.ts";
import type { Acknowledging } from "../../daemon/notify/acknowledging.ts";
import { createSink } from "../../daemon/notify/sink.ts";
import type { AuditEntry, Clock, IncidentQuery, Log, Store } from "../../daemon/ports.ts";
import type { KeptStore } from "../../daemon/ports-kept.ts";
import { TaskTokens } from "../../daemon/task-token.ts";
import { projectRoot } from "../../probes/built.ts";
import { loadFamilies, shippedFamilies } from "../../probes/families.ts";
import { parseDiagnosis } from "../../rules/diagnosisschema.ts";
import { parseSeverity } from "../../rules/severityschema.ts";

import { diagnosing, diagnosisAt } from "./diagnosed.ts";
import { followUp, report, reportsOf01 } from "./reported.ts";

const shipped = loadFamilies([shippedFamilies()]).families;
const severityTable = parseSeverity("severity.yaml", readFileSync(join(projectRoot(), "rules", "severity.yaml"), "utf8")).rows;
const diagnosisTable = parseDiagnosis("diagnosis.yaml", readFileSync(join(projectRoot(), "rules", "diagnosis.yaml"), "utf8"));
export const at = Date.parse("2026-03-09T14:05:00Z");

export const clock: Clock = { now: () => at, monotonicMs: () => 1_000, sleep: async () => {} };

export const quiet: Log = { debug() {}, info() {}, warn() {}, error() {}, child: () => quiet };

export function secret(text: string): Secret {
  return { ref: "env:TEST", reveal: () => text, toJSON: () => "***", toString: () => "***" };
}

const problems: readonly Problem[] = [
  {
    ...{ id: "P-VIG-2026-000003-30", fingerprint: "codec-1|unreachable|", site: "mgh", device: "codec-1", symptom: "unreachable" },
    ...{ standing: "candidate", openedAt: at - 3_600_000, incidents: ["i1", "i2"] },
    why: "5 incidents of one cause within 30 days, and cisco-ce has 0.40 on average: more than chance brings (p = 0.00031)",
  },
  {
    ...{ id: "P-VIG-2026-000001-10", fingerprint: "link:trunk|link-down|", site: "mgh", symptom: "link-down", part: "Trunk" },
    ...{ standing: "suggested", openedAt: at - 86_400_000, incidents: ["i0"] },
    why: "3 incidents of one cause within 30 days; there is nothing of its kind to compare with",
    closed: { at: at - 7_200_000, by: "ann", note: "a new cable" },
  },
];

export const tokenText = "vigie_test_token";

export function device(id: string, more: Partial<Device> = {}): Device {
  const usual: Device = {
    id,
    name: `Codec ${id}`,
    site: "mgh",
    room: "a101",
    address: "127.0.0.9",
    family: "cisco-ce",
    kind: "codec",
    parents: [],
    checks: [],
    credentials: {},
    snmpPort: 161,
    sshPort: 22,
    serviceHours: "always",
    labels: {},
    commissioning: false,
    alwaysUrgent: false,
    legacy: { sshAlgorithms: false },
  };
  return { ...usual, ...more };
}

export function network(devices: readonly Device[]): Network {
  const site = (id: string, name: string) => [id, { id, name, timezone: "America/Toronto", serviceHours: "always", labels: {} }] as const;
  return {
    sites: new Map([site("mgh", "Hôpital général"), site("gaspe", "Gaspé")]),
    rooms: new Map([["a101", { id: "a101", site: "mgh", name: "Salle A-101", presence: "always" }]]),
    devices: new Map(devices.map((each) => [each.id, each])),
    links: new Map(),
  };
}

const wall = (ms: number) => ({ ms, in: "wall" as const });
const track = {
  steps: [{ level: 1, tell: ["desk"], takenWithin: wall(300_000) }],
  allocators: [],
  lastResort: { tell: ["desk"], after: wall(1), repeat: wall(1) },
  acknowledgementExpires: wall(1),
  followUp: wall(1),
};
const policy: Policy = {
  id: "default",
  tracks: { minor: track, major: track },
  groupWaitMs: { now: 5_000, other: 10_000 },
  restoreAfterLooks: 2,
  reopenWithinMs: 1_800_000,
  autoCloseAfterMs: 1,
};

export function incident(id: string, more: Partial<Incident> = {}): Incident {
  const usual: Incident = {
    id,
    number: `VIG-2026-${id}`,
    rootCause: `x|${id}`,
    site: "mgh",
    device: "codec-1",
    room: "a101",
    symptom: "unreachable",
    fingerprint: `codec-1|unreachable|`,
    rule: "unreachable",
    severity: "minor",
    severityWhy: "one device, and no session runs or starts within 60 min; settled at the end of the first call",
    urgency: "service-hours",
    urgencyWhy: "service is owed now, and no session is near",
    general: false,
    level: 1,
    occurrence: 1,
    state: "open",
    firstBadAt: at - 600_000,
    openedAt: at - 590_000,
    levelSince: at - 590_000,
    noticeSent: true,
    wakeAt: at + 600_000,
    wakeFor: "escalate",
    occurrences: 1,
    policy,
    version: 1,
  };
  return { ...usual, ...more };
}

export function config(devices: readonly Device[], more: Partial<Config> = {}): Config {
  const usual: Config = {
    files: [],
    hash: "0",
    demo: true,
    instance: { name: "RITM", language: "fr", timezone: "America/Toronto", numberPrefix: "VIG", stateDir: ".vigie" },
    http: { host: "127.0.0.1", port: 0, allowedHosts: ["vigie.example.org"], metricsAllow: ["127.0.0.1/32"], openReads: false },
    storage: { kind: "sqlite", path: ":memory:" },
    credentials: new Map(),
    network: network(devices),
    families: shipped,
    rules: [],
    severity: severityTable,
    diagnosis: { automatic: true, atOnce: 4, withinMs: 30_000, checkWithinMs: 8_000, table: diagnosisTable },
    policies: new Map([["default", policy]]),
    policy: "default",
    calendars: new Map(),
    contacts: new Map([
      ["anne", { id: "anne", name: "anne", language: "fr", channels: [{ channel: "mail", address: "anne@example.org" }] }],
    ]),
    functions: new Map(),
    onCall: nobodyYet,
    reports: { atMinute: 390, readers: { daily: [], weekly: [], monthly: [] }, perSite: true, majorDueDays: 5, remind: ["desk"] },
    duty: { horizonMs: 14 * 86_400_000, tell: ["desk"], checkEveryMs: 30 * 86_400_000 },
    partners: new Map([["sogique", partner("sogique", { name: "SOGIQUE", contacts: ["noc"] })]]),
    channels: new Map([["demo-sink", { id: "demo-sink", kind: "sink" }]]),
    paging: "direct",
    storms: { windowMs: 60_000, after: 3 },
    pagedFunctions: [],
    correlation: {},
    recurrence: { suggestAt: 3, withinMs: 30 * 86_400_000 },
    ceilings: { packetsPerSecondPerSite: 200, packetsPerSecond: 2_000, snmpPerDevice: 4, sshPerDevice: 1 },
    permissions: DEFAULT_PERMISSIONS,
    tokens: [{ name: "ops", function: "it-technician", secret: secret(tokenText) }],
    sessions: { calendars: new Map(), specialties: ["neurology"] },
    retention: { samplesDays: 14, trapsDays: 7, incidentsDays: 2_555, sessionsDays: 2_555, looksDays: 30, callersDays: 730 },
    watch: false,
  };
  return { ...usual, ...more };
}

export function partner(id: string, more: Partial<Partner> = {}): Partner {
  const hours = {
    hours: "office",
    timezone: "America/Toronto",
    language: "fr",
    answerWithin: { ms: 4 * 3_600_000, in: "service" },
  } as const;
  return { id, name: id, contacts: [], afterThem: ["analyst"], ...hours, ...more };
}

const attachment: Attachment = {
  ...{ id: "VIG-2026-000001-10-F1", incident: "01", name: "log.csv", type: "text/csv", sizeBytes: 4, sha256: "00", by: "ops", at },
};

export const workAction: WorkAction = {
  ...{ id: "VIG-2026-000001-10-A1", incident: "01", kind: "ip-change", what: "a new subnet", device: "codec-1", by: "ops", at },
  ...{ before: "10.1.0.1", after: "10.1.2.3", state: "waiting", quiet: { silence: "m1", until: at + 86_400_000 } },
};

export const task: PartnerTask = {
  ...{
    id: "VIG-2026-000001-10-T1",
    incident: "01",
    partner: "sogique",
    ladder: ["noc"],
    asked: "test the circuit",
    by: "ops",
    at: at - 7_200_000,
  },
  ...{
    state: "waiting",
    broken: 0,
    court: [{ from: at - 7_200_000 }],
    rung: 0,
    told: 1,
    version: 1,
    ticket: "S-77",
    wakeAt: at + 7_200_000,
  },
  contacts: [{ at: at - 7_200_000, by: "system", how: "message", who: "noc", note: "" }],
};

export const helpRequest: HelpRequest = {
  ...{ id: "VIG-2026-000009-12", number: "VIG-2026-000009-12", source: "phone", at, by: "ops", room: "a101", site: "mgh" },
  ...{ symptom: "no-sound", language: "fr", caller: { name: "Anne Roy", phone: "514 555-1234" }, sessionAffected: true },
  ...{ incident: "01", attempts: [], version: 2 },
};

export const newsOf01: PublicNews = {
  ...{ seq: 1, at: at - 300_000, by: "ops", since: at - 600_000, nextAt: at + 3_600_000 },
  texts: { fr: "La visioconférence ne fonctionne pas à Gaspé.", en: "Videoconferencing does not work at Gaspé." },
};

const discovery: DiscoveryRecord = {
  id: "01",
  by: "ops",
  ranges: ["10.1.0.0/24"],
  startedAt: at,
  endedAt: at,
  state: "done",
  progress: { addresses: 254, pinged: 254, answered: 1, asked: 1, probes: 257 },
  result: {
    discovery: { addresses: 254, pinged: 254, answered: 1, asked: 1, probes: 257, seen: [], skipped: [], complete: true, resting: [] },
    proposals: [
      {
        ...{ id: "codec-9", name: "codec-9", address: "10.1.0.9", site: "mgh", family: "cisco-ce", sureness: "sure", parents: [] },
        ...{ snmp: "main", without: ["ssh"], gateway: false, remarks: ["answers ping"] },
      },
    ],
    yaml: "devices: {}\n",
  },
};

export const session: Session = {
  ...{ id: "api:1", source: "api", rooms: ["a101"], from: at - 60_000, to: at + 3_000_000 },
  ...{ kind: "clinical", priority: "normal", state: "booked" },
};

/** A codec whose switch says another parent than the file. */
const standingProposal: StandingProposal = {
  proposal: {
    ...{ id: "codec-1~switch-1", device: "codec-1", parents: ["switch-1"], firstSeenAt: at, seenAt: at, state: "open" },
    from: [
      { via: "lldp", to: "switch-1", port: "Gi0/3" },
      { via: "traceroute", hops: ["router-1", "*", "10.1.0.9"] },
    ],
  },
  standing: "proposed",
  contradicts: ["router-1"],
};
const signedSheet: Acceptance = {
  ...{ id: "s1", place: "a101", at, by: "ops", function: "it-technician", reason: "no gatekeeper yet", devices: ["codec-2"] },
  lines: [{ id: "test-call", item: "test-call", state: "open", note: "called CECoT" }],
};

export interface World {
  readonly deps: ApiDeps;
  readonly board: Board;
  readonly audited: AuditEntry[];
  /** Of the audit: who came in with a token and who did not, which each request of a test is. */
  readonly arrived: AuditEntry[];
  readonly incidents: Map<string, Incident>;
  readonly sink: ReturnType<typeof createSink>;
  /** Requests that were handed on. */
  readonly taken: NewRequest[];
  poke(change: Change): void;
  /** Changes of devices and units, as the store gives them. */
  readonly stock: { events: DeviceEvent[]; units: Unit[] };
  /** What the next calls of these give. */
  readiness: Readiness;
  reload: ReloadResult;
  lastReload: ReloadResult | undefined;
  alarms: readonly Alarm[];
  config: Config;
}

export function world(options: { readonly devices?: readonly Device[]; readonly config?: Partial<Config> } = {}): World {
  const devices = options.devices ?? [device("codec-1"), device("codec-2", { site: "gaspe", commissioning: true })];
  const board = new Board();
  const audited: AuditEntry[] = [];
  const arrived: AuditEntry[] = [];
  const incidents = new Map<string, Incident>();
  const listeners = new Set<(change: Change) => void>();
  const sink = createSink(() => at);
  const metrics = createMetrics({ version: "0.1.0" });
  const act = (id: string, change: Partial<Incident>): ActionResult => {
    const found = [...incidents.values()].find((each) => each.id === id || each.number === id);
    if (found === undefined) return { ok: false, status: 404, problem: "No incident has this id or number." };
    if (found.state === "closed") return { ok: false, status: 409, problem: "It is closed; open a new one." };
    const next = { ...found, ...change, version: found.version + 1 };
    incidents.set(found.id, next);
    return { ok: true, incident: next };
  };
  const same = (id: string): ActionResult => {
    const incident = [...incidents.values()].find((each) => each.id === id || each.number === id);
    return incident === undefined ? { ok: false, status: 404, problem: "No incident has this id or number." } : { ok: true, incident };
  };
  const stock: World["stock"] = { events: [], units: [] };
  const made: World = {
    stock,
    taken: [],
    board,
    audited,
    arrived,
    incidents,
    sink,
    readiness: { ready: true, roles: [{ name: "evaluator", ok: true, since: at, why: "turns" }] },
    reload: { ok: true, at, changes: ["device codec-3 added"] },
    lastReload: undefined,
    alarms: [alarm],
    config: config(devices, options.config),
    poke: (change) => {
      for (const listener of listeners) listener(change);
    },
    deps: {
      version: "0.1.0",
      config: () => made.config,
      store: fakeStore(incidents, { audited, arrived }, stock),
      board,
      clock,
      log: quiet,
      metrics,
      exposition: createExposition({ board, network: () => made.config.network, incidents: () => [] }),
      readiness: () => made.readiness,
      actions: {
        acknowledge: async (id, by) => act(id, { acknowledgedAt: at, acknowledgedBy: by }),
        take: async (id, by, _note, insteadOf) => {
          const holder = incidents.get(id)?.holder ?? [...incidents.values()].find(({ number }) => number === id)?.holder;
          if (insteadOf !== undefined && holder !== undefined && holder !== insteadOf)
            return { ok: false, status: 409, problem: `${holder} has taken ${id} meanwhile` };
          return act(id, { state: "taken", holder: by, takenAt: at });
        },
        solve: async (id, by) => act(id, { severity: "minor", severitySettled: { at, by, how: "first-call" } }),
        severity: async (id, by, severity) => act(id, { severity, severitySettled: { at, by, how: "person" } }),
        urgency: async (id, _by, urgency) => act(id, { urgency }),
        restore: async (id) => act(id, { state: "restored", restoredAt: at }),
        resolve: async (id) => act(id, { state: "resolved", resolvedAt: at }),
        close: async (id, _by, disposition) => act(id, { state: "closed", closedAt: at, disposition }),
        release: async (id) => act(id, { state: "open" }),
      },
      acknowledging: {
        look: async () => ({ state: "unknown" }),
        answer: async () => ({ state: "unknown" }),
        mail: async () => "unknown",
      } as unknown as Acknowledging,
      joining: {
        merge: async (id) => same(id),
        split: async (id) => same(id),
        link: async (id) => same(id),
        unlink: async (id) => same(id),
      },
      work: {
        assign: async (id) => same(id),
        accept: async (id) => same(id),
        decline: async (id) => same(id),
        escalate: async (id) => same(id),
        note: async (id) => same(id),
        followUp: async (id) => same(id),
        refer: async (id) => same(id),
        ticket: async (id) => same(id),
      },
      tasks: {
        open: async () => ({ ok: true, incident: incident("01"), task }),
        hear: async () => ({ ok: true, incident: incident("01"), task }),
        say: async () => ({ ok: true, incident: incident("01"), task }),
        answeredByMail: async () => undefined,
        erase: async () => ({ ok: true, incident: incident("01"), task: { ...task, erased: { by: "ops", at } } }),
      },
      files: {
        attach: async () => ({ ok: true, incident: incident("01"), attachment }),
        erase: async () => ({ ok: true, incident: incident("01"), attachment: { ...attachment, erased: { by: "ops", at } } }),
      },
      done: { write: async () => ({ ok: true, incident: incident("01"), action: workAction }) },
      publicNews: {
        say: async (id) => same(id),
        draft: async () => ({
          texts: { fr: "Panne.", en: "A failure." },
          since: at - 600_000,
          nextAt: at + 3_600_000,
          last: false,
          told: 2,
        }),
      },
      intake: {
        take: async (told, by) =>
          made.taken.push(told) > 0 && told.room === "a101"
            ? { ok: true, request: { ...helpRequest, by } }
            : { ok: false, status: 422, problem: "room: there is no room" },
        place: async () => ({ ok: true, request: helpRequest }),
        reserve: async () => "VIG-2026-000010-80",
        attach: async () => ({ ok: true, request: helpRequest }),
        outcome: async (_id, { by }) => ({ ok: true, request: { ...helpRequest, ended: { how: "agreed", at, by } } }),
        sameThing: async () => [incident("02", { general: true })],
        codecsOf: () => ["codec-1"],
      },
      ...diagnosing(at, incident),
      tokens: new TaskTokens(Buffer.from("not a secret"), clock),
      reload: async () => made.reload,
      lastReload: () => made.lastReload,
      alarms: () => made.alarms,
      proposalTests: { of: (_rule, changes) => changes.map(() => ({ state: "finished", at, replay: undefined })) },
      confirming: {
        list: async () => [standingProposal],
        accept: async () => ({ ok: true, proposal: standingProposal }),
        refuse: async () => ({ ok: true, proposal: { ...standingProposal, standing: "refused" } }),
      },
      accepting: {
        sheet: async (place) => ({
          place,
          devices: ["codec-2"],
          lines: [{ id: "codec-2/link", item: "link", device: "codec-2", state: "open" }],
        }),
        sign: async () => ({ ok: true, acceptance: signedSheet }),
        withdraw: async () => ({ ok: true, acceptance: { ...signedSheet, withdrawn: { at, by: "ops", reason: "moved" } } }),
      },
      sessions: {
        book: async () => ({ added: 1, changed: 0, cancelled: 0, ids: ["api:1"] }),
        cancel: async () => ({ ok: true, session }),
        outcome: async () => ({ ok: true, session }),
      },
      maintaining: {
        add: async (plan, { name, function: of }) => ({
          maintenance: { ...plan, id: "m2", by: name, function: of, createdAt: at, ended: [] },
          warnings: ['scope.devices: "codec-9" is not in the configuration; it fits nothing until it is'],
          sessions: [session],
        }),
        change: async (id: string, change: object) =>
          id === maintenance.id
            ? {
                ok: true,
                maintenance: { ...maintenance, ...change, changed: [{ at, by: "ops" }], replaces: "m0" },
                warnings: [],
                sessions: [],
              }
            : { ok: false, status: 409, problem: "it is over" },
        end: async () => ({ ok: true, maintenance: { ...maintenance, ended: [{ at, by: "ops" }] } }),
        cancel: async () => ({ ok: true, maintenance: { ...maintenance, cancelled: { at, by: "ops" } } }),
      },
      onCall: {
        savePerson: async (plan, by) => ({ ok: true, value: { ...plan, by, savedAt: at } }),
        removePerson: async () => ({ ok: true, value: { id: "anne", name: "anne", language: "fr", channels: [], by: "ops", savedAt: at } }),
        addRotation: async (plan, by) => ({ ok: true, value: { ...plan, from: at, id: "r1", by, createdAt: at } }),
        endRotation: async () => ({ ok: true, value: { ...rotation, to: at } }),
        addOverride: async (plan, by) => ({ ok: true, value: { ...plan, id: "o1", by, createdAt: at } }),
        cancelOverride: async () => ({ ok: true, value: { ...override, cancelledAt: at } }),
      },
      reach: async () => () => ({ state: "answered", askedAt: at - 60_000, answeredAt: at }),
      reports: reportsOf01,
      makeFollowUp: async () => followUp,
      planOf: () => ({ session, troubled: [], workarounds: { rooms: ["a102"], bridges: [], telephones: ["a101"] } }),
      bookings: { hit: () => ({ rooms: new Set(["a101"]), devices: new Set() }) },
      discoveries: {
        start: async () => ({ ok: true, record: discovery }),
        get: (id) => (id === "01" ? discovery : undefined),
        list: () => [discovery],
        end: async () => true,
      },
      clearTraps: () => new Set(["codec-1"]),
      acceptHostKey: async (id) => (id === "codec-1" ? { fingerprint: "SHA256:abc" } : undefined),
      changes: {
        subscribe: (listener) => {
          listeners.add(listener);
          return () => listeners.delete(listener);
        },
      },
      sink,
      mibNames: mibNames({
        "LANTERN-MIB": {
          notifications: { "1.3.6.1.4.1.99999.1.0.1": "lanternOut" },
          objects: { "1.3.6.1.4.1.99999.1.1.2": "lanternColour" },
        },
      }),
    },
  };
  return made;
}

export const alarm: Alarm = {
  key: "codec-1|unreachable|",
  device: "codec-1",
  symptom: "unreachable",
  rule: "unreachable",
  state: "active",
  since: at - 600_000,
  badLooks: 3,
  goodLooks: 0,
  movedAt: at,
  movedSeq: 1,
  flapRing: 1,
  flapping: false,
  raisedBy: "look",
};

export const maintenance: Maintenance = {
  ...{ id: "01", kind: "maintenance", scope: { devices: ["codec-1"] }, zone: "America/Toronto", reason: "new firmware" },
  ...{ by: "ann", function: "desk", createdAt: at - 600_000, ended: [] },
  when: { kind: "once", from: at - 600_000, to: at + 3_600_000 },
};

export const rotation: Rotation = {
  ...{ id: "r1", function: "desk", people: ["anne"], zone: "America/Toronto", handover: { weekday: 1, minute: 480 }, weeks: 1 },
  ...{ covers: "always", from: at - 600_000, by: "ops", createdAt: at },
};
export const override: Override = {
  ...{ id: "o1", function: "desk", people: ["anne"], from: at, to: at + 3_600_000, reason: "a swap", by: "ops", createdAt: at },
};

/** Only what the API asks of a store. */
function fakeStore(
  incidents: Map<string, Incident>,
  { audited, arrived }: Pick<World, "audited" | "arrived">,
  stock: World["stock"],
): Store {
  const query = async (of: IncidentQuery) =>
    [...incidents.values()]
      .filter((each) => of.states?.includes(each.state) ?? true)
      .filter((each) => of.fingerprints?.includes(each.fingerprint) ?? true)
      .filter((each) => (of.site ?? each.site) === each.site && (of.device ?? each.device) === each.device)
      .sort((a, b) => b.openedAt - a.openedAt || (a.id < b.id ? 1 : -1))
      .filter(
        ({ openedAt, id }) =>
          of.before === undefined || openedAt < of.before.openedAt || (openedAt === of.before.openedAt && id < of.before.id),
      )
      .slice(0, of.limit);
  const kept = new Map<string, unknown>();
  const store: Partial<Store> = {
    task: async (id) => (id === "none" ? undefined : task),
    tasks: async () => [task],
    diagnoses: async (of) => (of === "01" ? [diagnosisAt(at)] : []),
    attachments: async () => [attachment],
    attachmentBytes: async () => Buffer.from("a,b\n"),
    workActions: async () => [workAction],
    request: async (id) => (id === "none" ? undefined : helpRequest),
    requests: async () => [helpRequest],
    publicNews: async (incident) => [{ incident, reminded: 0, ...newsOf01 }],
    references: async () => [{ incident: "01", system: "sogique", number: "S-77", by: "ops", at }],
    maintenance: async (id) => (id === maintenance.id ? maintenance : undefined),
    maintenances: async () => [maintenance],
    session: async (id) => (id === session.id ? session : undefined),
    sessions: async () => [session],
    readiness: async () => [],
    reports: async () => [report],
    followUp: async (id) => (id === followUp.id ? followUp : undefined),
    followUps: async () => [followUp],
    ...keptIn(kept),
    kind: "sqlite",
    incidents: query,
    incident: async (id) => [...incidents.values()].find((each) => each.id === id || each.number === id),
    alarmsOf: async () => [],
    linksOf: async () => [],
    timeline: async (id) => [
      {
        seq: 1,
        incident: id,
        at: at - 590_000,
        by: "system",
        event: "opened",
        why: "3 bad looks in a row: no answer",
        data: { general: false },
        hash: "h1",
      },
      {
        seq: 2,
        incident: id,
        at: at - 580_000,
        by: "system",
        event: "notified",
        why: "service is owed now, and no session is near",
        hash: "h2",
      },
    ],
    deliveries: async (id) => [
      {
        ...{
          key: `${id}/1/1/problem/anne/demo-sink`,
          incident: id,
          kind: "problem",
          level: 1,
          occurrence: 1,
          recipient: "anne",
          channel: "demo-sink",
        },
        ...{
          address: "anne@example.org",
          language: "fr",
          createdAt: at - 580_000,
          notBefore: at - 580_000,
          state: "accepted",
          attempts: 1,
        },
        sentAt: at - 579_000,
      },
    ],
    auditLog: async () => [...audited],
    deviceEvents: async ({ device: of, devices, codes, limit }) =>
      stock.events
        .filter(({ device, code }) => (of ?? device) === device && (devices?.includes(device) ?? true) && (codes?.includes(code) ?? true))
        .slice(0, limit),
    units: async ({ device: of, room }) =>
      stock.units.filter((each) => (of ?? each.device) === each.device && (room ?? each.room) === each.room),
    unusedNumbers: async () => [{ prefix: "VIG", year: 2026, seq: 7, reservedAt: at }],
    redact: async (id, seq, by, when) => {
      if (seq !== 2) return false;
      audited.push({ at: when, by, action: "timeline.redact", target: `${id}#${seq}` });
      return true;
    },
    problems: async () => problems,
    problem: async (id) => problems.find((each) => each.id === id),
    recurrences: async () => [
      {
        fingerprint: "codec-1|unreachable|",
        site: "mgh",
        device: "codec-1",
        symptom: "unreachable",
        occurrences30: 4,
        occurrences90: 9,
        lastAt: at,
      },
    ],
    rollups: async () => [{ series: "icmp_rtt_avg_seconds", slotAt: at - 300_000, count: 10, min: 0.001, max: 0.003, mean: 0.002 }],
    acceptances: async () => [signedSheet],
    looksKept: async () => ({ from: at - 3_600_000, to: at }),
    lookStart: async () => undefined,
    async *lookPieces() {},
    loadInventories: async () => [],
    traps: async () => [
      {
        at,
        source: "127.0.0.9",
        device: "codec-1",
        oid: "1.3.6.1.6.3.1.1.5.3",
        name: "linkDown",
        version: "2c",
        inform: false,
        varbinds: [],
        sha256: "aa",
      },
    ],
    transaction: async (_fence, work) =>
      work({
        ...keptIn(kept),
        audit: async (entries: readonly AuditEntry[]) => {
          const isArrival = ({ action, target }: AuditEntry) => action.startsWith("sign-in") && target !== "pages";
          for (const each of entries) (isArrival(each) ? arrived : audited).push(each);
        },
        problem: async (id: string) => problems.find((each) => each.id === id),
        saveProblem: async () => undefined,
      } as never),
  };
  return store as Store;
}

/** Small facts, in memory. */
function keptIn(kept: Map<string, unknown>): KeptStore {
  return {
    kept: async <T>(key: string) => kept.get(key) as T | undefined,
    revision: async () => undefined,
    keptAll: async <T>(prefix: string) =>
      [...kept].filter(([key]) => key.startsWith(prefix)).map(([key, value]) => ({ key, value: value as T })),
    keep: async (key, value) => void kept.set(key, value),
    keepFirst: async <T>(key: string, value: T) => {
      if (!kept.has(key)) kept.set(key, value);
      return kept.get(key) as T;
    },
    forget: async (key) => void kept.delete(key),
  };
}

/** Shows every kind of thing on the board. */
export function fill(made: World): void {
  const observation = (id: string, kind: "icmp" | "snmp" | "ssh", status: "up" | "down" | "unknown", seq: number) => ({
    ...{ id: `${id}/${kind}@1`, check: `${id}/${kind}`, device: id, kind, at: at - 10_000, seq, durationMs: 12.5 },
    finding: {
      status,
      ...(status === "up"
        ? {}
        : { code: `${kind}.timeout`, detail: "no answer within 1 s", trace: ["> get 1.3.6.1.2.1.1.3.0", "< nothing"] }),
      samples:
        status === "up"
          ? [
              { name: "icmp_rtt_avg_seconds", value: 0.0021 },
              { name: "interface_up", value: 1, part: 'interface "Gi0/1"' },
            ]
          : [],
      readings: status === "up" ? [{ name: "sip_registration", value: "registered" }] : [],
      faults: [],
    },
  });
  made.board.record(observation("codec-1", "icmp", "up", 1), at);
  made.board.record(observation("codec-1", "snmp", "down", 2), at);
  made.board.record(observation("codec-2", "icmp", "unknown", 3), at);
  const first = made.board.of("codec-1", at);
  first.up = 0;
  first.alarms.add(alarm.key);
}

/** A codec with every state of a light, an inventory, a change and a unit that went before. */
export function stand(made: World): void {
  const light = (state: LightState, code: string, data?: ReasonData) => ({
    state,
    since: at - 3_600_000,
    code,
    ...(data === undefined ? {} : { data }),
  });
  const codec: DeviceLights = {
    device: "codec-1",
    lights: {
      link: light("good", "answers-ping"),
      login: light("unknown", "not-looked", { kind: "ssh", code: "ssh.protocol" }),
      api: light("not-applicable", "not-asked"),
      registered: light("warning", "not-listed", { by: "codec-2" }),
      ready: light("bad", "alarm", { symptom: "camera-disconnected", part: "camera 1", more: "2" }),
    },
    activity: { state: "in-call", since: at - 60_000, code: "calls" },
  };
  const fact = (name: string, value: string, part?: string) => ({
    name,
    value,
    since: at - 86_400_000,
    check: "codec-1/ssh",
    ...(part === undefined ? {} : { part }),
  });
  const inventory = {
    device: "codec-1",
    unitSince: at - 86_400_000,
    facts: [
      ...[fact("model", "Cisco Room Kit"), fact("serial", "FTT22222222"), fact("software_version", "ce9.15.3"), fact("auto_answer", "on")],
      ...[
        fact("gatekeeper_address", "10.0.0.9"),
        fact("peripheral_model", "Touch 10", "touchpanel 1001"),
        fact("presence", "missing", "touchpanel 1001"),
      ],
    ],
  };
  made.board.show([codec], [inventory]);
  made.stock.events.push(
    { device: "codec-1", at: at - 1_000, code: "gatekeeper-changed", name: "gatekeeper_address", before: "10.0.0.8", after: "10.0.0.9" },
    { device: "codec-1", at: at - 86_400_000, code: "unit-replaced", name: "serial", before: "FTT11111111", after: "FTT22222222" },
    { device: "codec-1", at: at - 90_000_000, code: "peripheral-missing", name: "presence", part: "touchpanel 1001" },
  );
  const place = { device: "codec-1", site: "mgh", room: "a101" };
  made.stock.units.push(
    { ...place, serial: "FTT22222222", model: "Cisco Room Kit", from: at - 86_400_000 },
    { ...place, serial: "FTT11111111", model: "SX20", from: at - 900_000_000, to: at - 86_400_000 },
  );
}

export async function serve(made: World): Promise<{ readonly url: string; close(): Promise<void> }> {
  return createApi(made.deps).listen("127.0.0.1", 0);
}

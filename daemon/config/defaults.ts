/**
 * Every default of the configuration, each with where it comes from. *(ours)*: a choice of this project for the centre to confirm.
 *
 * Nothing else in daemon/config holds a figure of its own.
 */
import type { FunctionEntry, ServiceCalendar } from "../model/config.ts";
import { PERMISSIONS, type Permission } from "../model/permission.ts";
import type { Clock, Policy } from "../model/policy.ts";
import { DAY, HOUR, MINUTE, SECOND } from "../model/time.ts";

const wall = (ms: number): Clock => ({ ms, in: "wall" });
const service = (ms: number): Clock => ({ ms, in: "service" });
const workingDays = (days: number): Clock => ({ ms: days * DAY, in: "working-days" });

/**
 * The procedure's levels: 1 the coordination centre, 2 the analyst, 3 the analyst who coordinates everybody.
 * Telling the chief technician at level 3 is (ours): a general failure is theirs to staff. So is the same time to take it at every level.
 */
export const DEFAULT_POLICY: Policy = {
  id: "default",
  tracks: {
    minor: {
      steps: [
        // Taken in 30 service-minutes; to level 2 after 4 service-hours; to level 3 after 2 working days (ours).
        { level: 1, tell: ["desk"], takenWithin: service(30 * MINUTE), escalateAfter: service(4 * HOUR) },
        { level: 2, tell: ["analyst"], takenWithin: service(30 * MINUTE), escalateAfter: workingDays(2) },
        { level: 3, tell: ["analyst", "chief-technician"], takenWithin: service(30 * MINUTE) },
      ],
      // Procedure, important point 1: technical staff, remotely supported by the event coordinators.
      allocators: ["it-technician", "event-coordinators"],
      // The next service day, and again every service day (ours).
      lastResort: { tell: ["chief-technician", "it-technician"], after: workingDays(1), repeat: workingDays(1) },
      acknowledgementExpires: service(4 * HOUR),
      followUp: workingDays(5),
    },
    major: {
      steps: [
        // Taken in 5 min; to level 2 after 30 min; to level 3 after 2 h (ours). Always running.
        { level: 1, tell: ["desk"], takenWithin: wall(5 * MINUTE), escalateAfter: wall(30 * MINUTE) },
        { level: 2, tell: ["analyst"], takenWithin: wall(5 * MINUTE), escalateAfter: wall(2 * HOUR) },
        { level: 3, tell: ["analyst", "chief-technician"], takenWithin: wall(5 * MINUTE) },
      ],
      // Procedure, important point 2: the chief telehealth technician and the IT technician of the centre.
      allocators: ["chief-technician", "it-technician"],
      // Every 15 min until somebody takes it (ours).
      lastResort: { tell: ["chief-technician", "it-technician"], after: wall(15 * MINUTE), repeat: wall(15 * MINUTE) },
      acknowledgementExpires: wall(30 * MINUTE),
      // 1 h while down in service hours; 1 working day once restored or waiting on a partner (ours).
      followUp: service(HOUR),
      followUpWaiting: workingDays(1),
    },
  },
  // A page within 15 s leaves 5 s to find the parent; 30 s as Alertmanager's group_wait (ours).
  groupWaitMs: { now: 5 * SECOND, other: 30 * SECOND },
  // K = 2 good looks; the same incident within 30 min (ours).
  restoreAfterLooks: 2,
  reopenWithinMs: 30 * MINUTE,
  // Within this it may be a flap: nobody is told that it is over, nor that it is back (ours).
  restoredWaitMs: 30 * SECOND,
  // A restored, un-taken minor closes into the next daily report (ours).
  autoCloseAfterMs: 24 * HOUR,
};

/** Silent for 4 h of its hours, a partner's next contact is asked; after the last, the analyst and the chief technician hear (ours). */
export const DEFAULT_PARTNER = {
  hours: "office",
  answerWithin: { ms: 4 * HOUR, in: "service" },
  afterThem: ["analyst", "chief-technician"],
} as const;

const OFFICE_DAY = [{ fromMinute: 7 * 60 + 30, toMinute: 17 * 60 + 30 }];

export const DEFAULT_CALENDARS: readonly ServiceCalendar[] = [
  { id: "always", always: true, weekly: {}, holidays: [] },
  // Monday to Friday 07:30–17:30 (ours), without Quebec's statutory holidays; a calendar of the same id replaces it.
  {
    id: "office",
    always: false,
    weekly: { 1: OFFICE_DAY, 2: OFFICE_DAY, 3: OFFICE_DAY, 4: OFFICE_DAY, 5: OFFICE_DAY },
    holidays: [],
    statutory: "quebec",
  },
];

/** The functions of the procedure, with nobody in them yet. */
export const DEFAULT_FUNCTIONS: readonly FunctionEntry[] = [
  { id: "desk", name: { fr: "Bureau du CECoT (niveau 1)", en: "CECoT desk (level 1)" }, contacts: [] },
  { id: "event-coordinators", name: { fr: "Coordonnateurs d'événements", en: "Event coordinators" }, contacts: [] },
  { id: "it-technician", name: { fr: "Technicien informatique", en: "IT technician" }, contacts: [] },
  { id: "chief-technician", name: { fr: "Technicien en chef de télésanté", en: "Chief telehealth technician" }, contacts: [] },
  { id: "analyst", name: { fr: "Analyste d'affaires en télésanté", en: "Telehealth business analyst" }, contacts: [] },
  {
    id: "coordinators",
    name: { fr: "Coordonnateurs de téléconsultation", en: "Coordinators of teleconsultation activities" },
    contacts: [],
  },
];

/**
 * What each function of the procedure may do over the API (ours, after its division of work): level 1 and the allocators handle; the analyst
 * and the chief settle and sign; the technicians run the system; event coordinators book and support; a coordinator reads their own site.
 */
export const DEFAULT_PERMISSIONS: ReadonlyMap<string, readonly Permission[]> = new Map<string, readonly Permission[]>([
  ["desk", ["read", "read-names", "handle", "plan"]],
  ["event-coordinators", ["read", "read-names", "handle", "plan"]],
  ["it-technician", PERMISSIONS],
  ["chief-technician", ["read", "read-names", "handle", "plan", "arrange", "decide", "configure", "audit", "erase"]],
  ["analyst", ["read", "read-names", "handle", "plan", "arrange", "decide", "audit"]],
  ["coordinators", ["read-site", "outcome-site"]],
]);

export const DEFAULT_INSTANCE = {
  name: "Vigie",
  // The users' first language (procedure, "Two languages").
  language: "fr",
  timezone: "America/Toronto",
  numberPrefix: "VIG",
  stateDir: ".vigie",
  serviceHours: "office",
} as const;

export const DEFAULT_HTTP = { host: "127.0.0.1", port: 8080, metricsAllow: ["127.0.0.1/32", "::1/128"] } as const;

/** RFC 3411's port; ten to a hundred times the normal rate; 4 MiB holds a burst of about 10,000 (measured). */
export const DEFAULT_TRAPS = { host: "0.0.0.0", port: 162, perSourcePerSecond: 100, burst: 1_000, bufferBytes: 4 * 1024 * 1024 } as const;

export const SNMP_PORT = 161;
export const SSH_PORT = 22;
export const TELNET_PORT = 23;
export const HTTPS_PORT = 443;
/** Submission, RFC 6409. */
export const MAIL_PORT = 587;
export const MAIL_PORT_TLS = 465;

/** Used where the family's data says nothing. Timeout of a ping 1 s; SNMP 5 s as snmp_exporter and net-snmp (ours). */
export const DEFAULT_LOOKS = {
  icmp: { intervalMs: 30 * SECOND, timeoutMs: SECOND },
  snmp: { intervalMs: 60 * SECOND, timeoutMs: 5 * SECOND },
  ssh: { intervalMs: 60 * SECOND, timeoutMs: 10 * SECOND },
  // A command line is asked line by line, at its own pace, and answers late (ours).
  telnet: { intervalMs: 60 * SECOND, timeoutMs: 20 * SECOND },
  // A handshake and a question after the other, on the processor of a codec (ours).
  https: { intervalMs: 60 * SECOND, timeoutMs: 15 * SECOND },
  tcp: { intervalMs: 60 * SECOND, timeoutMs: 3 * SECOND },
} as const;

/** Procedure, "What monitoring must not do to a hospital" (ours). */
export const DEFAULT_CEILINGS = { packetsPerSecondPerSite: 200, packetsPerSecond: 2_000, snmpPerDevice: 4, sshPerDevice: 1 } as const;

/**
 * Two devices of one place within 5 min, three of one firmware within 30 min (ours). A twentieth of all that run it: of a thousand
 * codecs three fail within half an hour by chance a hundred times a year. A room's device within the hour after its call for help.
 */
export const DEFAULT_CORRELATION = {
  place: { windowMs: 5 * MINUTE, devices: 2 },
  firmware: { windowMs: 30 * MINUTE, devices: 3, share: 0.05 },
  room: { windowMs: HOUR },
} as const;

/** So many incidents of one cause within so long suggest a problem (ours; three in thirty days is common practice). */
export const DEFAULT_RECURRENCE = { suggestAt: 3, withinMs: 30 * DAY } as const;

/** Four incidents diagnosed at once, each in half a minute: what a storm may cost a hospital's network (ours). */
export const DEFAULT_DIAGNOSIS = { automatic: true, atOnce: 4, withinMs: 30 * SECOND, checkWithinMs: 8 * SECOND } as const;

/** Three messages a minute to one person go one by one (ours): beyond that only the first of each site does, and one names the rest. */
export const DEFAULT_STORMS = { windowMs: MINUTE, after: 3 } as const;

/** What comes in over a channel shows its secret in this header, unless another is named (ours). */
export const DEFAULT_DOOR_HEADER = "x-vigie-secret";

/** Samples 14 days and traps 7 days (issue and procedure); incidents, requests and audit 7 years (ours). */
export const DEFAULT_RETENTION = {
  samplesDays: 14,
  trapsDays: 7,
  incidentsDays: 2_557,
  sessionsDays: 2_557,
  looksDays: 30,
  callersDays: 730,
} as const;

/** Issue 3, item 6: no harder than 50 probes a second in all. Four credentials are what a migration needs (ours). */
export const DEFAULT_DISCOVERY = { probesPerSecond: 50 } as const;
export const MOST_DISCOVERY_CREDENTIALS = 4;

/** Read every 5 minutes, 60 days ahead; what nobody says otherwise of is clinical: unsure is the higher one (ours). */
export const DEFAULT_SESSIONS = { everyMs: 5 * MINUTE, horizonMs: 60 * DAY, kind: "clinical" } as const;

/** Holes are looked for two weeks ahead, told to the chief; every channel of every contact is tried once a month (ours). */
export const DEFAULT_ON_CALL = { horizonMs: 14 * DAY, tell: ["chief-technician"], checkEveryMs: 30 * DAY } as const;

/** Ours: made every morning, sent to those whom the procedure gives the follow-up; a major incident's report within five working days. */
export const DEFAULT_REPORTS = {
  atMinute: 6 * 60 + 30,
  readers: { daily: ["desk"], weekly: ["chief-technician", "analyst"], monthly: ["chief-technician", "analyst"] },
  perSite: true,
  majorDueDays: 5,
  remind: ["analyst", "chief-technician"],
} as const;

export const DEFAULT_HEARTBEAT_MS = MINUTE;
/** Batch as InfluxDB's own advice (5,000 points). */
export const DEFAULT_INFLUX = { batch: 5_000, flushMs: 10 * SECOND } as const;

/** RFC 3414 section 11.2 asks for keys of 8 characters; a token is a password for machines. */
export const LEAST_SNMP_KEY = 8;
export const LEAST_TOKEN = 16;
/** More devices leaving than this share in one reload needs an explicit yes (design). */
export const MOST_DEVICES_LEAVING = 0.05;

/** Between two surveys of how devices are reached. Ours: cables are moved less often than once a day. */
export const DEFAULT_SURVEY_MS = DAY;

/** RFC 5425, RFC 5426; over plain TCP none is assigned: 601 is syslog-conn's, which most receivers use. */
export const SYSLOG_PORTS = { udp: 514, tcp: 601, tls: 6_514 } as const;

/**
 * Every metric of the daemon itself: name, unit, help, labels, in one place. Device samples are in exposition.ts.
 *
 * Names start with `vigie_`, units are base units, and what is written passes `promtool check metrics`.
 */
import { createRequire } from "node:module";
import { Counter, Gauge, Histogram, Registry } from "prom-client";
import type { Instant } from "./model/time.ts";

/** A count kept elsewhere since start (bus, kernel), shown as a counter here. */
export type Absolute = (value: number) => void;

/** A series that is there only while all is well: what watches from outside alerts when it is absent. */
export interface Heartbeat {
  beat(at: Instant): void;
  stop(): void;
}

/** What the roles count. Each field's help text, in the table below, says what it means. */
export interface Metrics {
  readonly looks: Counter<"kind" | "status">;
  readonly lookSeconds: Histogram<"kind">;
  readonly slotsLateSeconds: Histogram;
  readonly skippedLooks: Counter<"kind">;
  readonly loginsRefused: Counter<"kind">;
  readonly busDepth: Gauge;
  readonly observations: Counter;
  readonly evaluatorTurnSeconds: Histogram;
  readonly alarmsActive: Gauge;
  readonly maintenanceActive: Gauge<"kind">;
  readonly alarmsMuted: Gauge<"by">;
  readonly problemsOpen: Gauge<"standing">;
  readonly onCallPeople: Gauge<"function">;
  readonly onCallGapSeconds: Gauge<"function">;
  readonly onCallChannels: Gauge<"state">;
  readonly outboxPending: Gauge;
  readonly outboxOldestSeconds: Gauge;
  readonly deliveries: Counter<"channel" | "state">;
  readonly replies: Counter<"channel" | "result">;
  readonly tickets: Counter<"system" | "result">;
  readonly escalations: Counter<"level">;
  readonly escalationHealthy: Gauge;
  readonly escalationHeartbeat: Heartbeat;
  readonly escalationLateSeconds: Histogram;
  readonly roleOk: Gauge<"role">;
  readonly roleSilentSeconds: Gauge<"role">;
  readonly incidentsOpened: Counter<"severity">;
  readonly rejudged: Counter<"severity">;
  readonly diagnoses: Counter<"level" | "verdict" | "result">;
  readonly diagnosisSeconds: Histogram<"level">;
  readonly diagnosisChecksLate: Counter<"check">;
  readonly diagnosesWaiting: Gauge;
  readonly requestsTaken: Counter<"way">;
  readonly requestsRepeated: Counter<"way">;
  readonly requestsOpen: Gauge<"way" | "symptom">;
  readonly requestSeconds: Histogram<"how">;
  readonly traps: Counter<"outcome">;
  readonly trapsReceived: Absolute;
  readonly trapReceiverRestarts: Absolute;
  readonly pingFailures: Absolute;
  readonly pingRestarts: Absolute;
  readonly snmpWrongSource: Absolute;
  readonly snmpMalformed: Absolute;
  readonly sshSessions: Gauge;
  readonly sshConnections: Absolute;
  readonly telnetSessions: Gauge;
  readonly weaknesses: Gauge<"weakness">;
  readonly telnetConnections: Absolute;
  readonly httpsLogins: Absolute;
  readonly ceilingWaiting: Gauge;
  readonly configReloadSuccess: Gauge;
  readonly configReloadAt: Gauge;
  readonly topologyProposals: Gauge;
  readonly leaseHeld: Gauge<"role">;
  readonly auditorRepairs: Counter;
  readonly looksKept: Counter;
  readonly looksLost: Counter;
  readonly jobs: Counter<"job" | "result">;
  readonly calendarReads: Counter<"calendar" | "result">;
  readonly calendarReadAt: Gauge<"calendar">;
  readonly calendarSessions: Gauge<"calendar">;
  readonly calendarUnmapped: Gauge<"calendar">;
  readonly heartbeatLastSent: Gauge;
  readonly heartbeats: Counter<"result">;
  readonly influxPoints: Counter<"result">;
  readonly auditSyslog: Counter<"result">;
  readonly auditSyslogWaiting: Gauge;
  readonly httpRequests: Counter<"route" | "status">;
  readonly accessRefused: Counter<"function" | "needs">;
  readonly buildInfo: Gauge<"version" | "node">;
  /** Displaced observations, as the bus counts them. */
  readonly busDisplaced: Absolute;
  /** Datagrams the kernel dropped on the trap socket, as it counts them. */
  readonly kernelDrops: Absolute;
  readonly registry: Registry;
  /** Runs before every scrape: for gauges that mirror a value kept elsewhere. */
  onScrape(read: () => void | Promise<void>): void;
  /** The daemon's own metrics in the text format. */
  text(): Promise<string>;
}

const seconds = {
  look: [0.005, 0.01, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30],
  late: [0.001, 0.005, 0.01, 0.05, 0.1, 0.25, 0.5, 1, 5, 30],
  step: [0.5, 1, 2, 5, 10, 30, 60, 300, 1_800, 3_600, 21_600],
  /** From a call to its end: minutes to days. */
  request: [60, 300, 900, 1_800, 3_600, 7_200, 14_400, 28_800, 86_400, 259_200, 604_800],
  turn: [0.001, 0.002, 0.005, 0.01, 0.02, 0.05, 0.1, 0.5, 1],
};

/** What was found out about incidents. */
function diagnosisMetrics({ counter, gauge, histogram }: Pick<ReturnType<typeof makers>, "counter" | "gauge" | "histogram">) {
  return {
    diagnoses: counter("diagnoses_total", "Diagnoses of incidents that ended, by level, verdict, and whether they finished.", [
      "level",
      "verdict",
      "result",
    ]),
    diagnosisSeconds: histogram("diagnosis_seconds", "How long a diagnosis took, from its beginning to its end.", seconds.step, ["level"]),
    diagnosisChecksLate: counter("diagnosis_checks_late_total", "Checks of a diagnosis that did not answer in their time.", ["check"]),
    diagnosesWaiting: gauge("diagnoses_waiting", "Incidents that wait to be diagnosed."),
  };
}

/** People who ask for help. */
function requestMetrics({ counter, gauge, histogram }: Pick<ReturnType<typeof makers>, "counter" | "gauge" | "histogram">) {
  const open = "Requests that are not over (the last 1,000), by way, and by symptom as people tell them; other: one that a device tells.";
  return {
    requestsTaken: counter("requests_total", "Requests taken in, by way: phone, form, mail, button.", ["way"]),
    requestsRepeated: counter("requests_repeated_total", "Requests that came again and were answered with the same number, by way.", [
      "way",
    ]),
    requestsOpen: gauge("requests_open", open, ["way", "symptom"]),
    requestSeconds: histogram("request_seconds", "From when a request was taken in to its end, by how it ended.", seconds.request, ["how"]),
  };
}

/** Each makes one metric and registers it; the name's prefix is the same for all. */
function makers(registry: Registry) {
  const counter = <L extends string = never>(name: string, help: string, labelNames: readonly L[] = []) =>
    new Counter<L>({ name: `vigie_${name}`, help, labelNames: [...labelNames], registers: [registry] });
  const gauge = <L extends string = never>(name: string, help: string, labelNames: readonly L[] = []) =>
    new Gauge<L>({ name: `vigie_${name}`, help, labelNames: [...labelNames], registers: [registry] });
  const histogram = <L extends string = never>(name: string, help: string, buckets: number[], labelNames: readonly L[] = []) =>
    new Histogram<L>({ name: `vigie_${name}`, help, buckets, labelNames: [...labelNames], registers: [registry] });
  const absolute = (name: string, help: string): Absolute => {
    const made = counter(name, help);
    let seen = 0;
    return (value) => {
      // A count that went back belongs to a new socket or bus: it starts over from zero.
      made.inc(value >= seen ? value - seen : value);
      seen = value;
    };
  };
  return { counter, gauge, histogram, absolute };
}

const trapsHelp =
  "Traps and informs, by outcome: stored, unknown-source, undecodable, repeated, protocol; refused, limited, queue-full, not-committed, lost-with-receiver are lost.";

/** A store that is down must not take the scrape with it: the old value stays, and this says so. */
async function readAll(reads: readonly (() => void | Promise<void>)[], failed: () => void): Promise<void> {
  for (const read of reads) {
    try {
      await read();
    } catch {
      failed();
    }
  }
}

function telnetMetrics({ gauge, absolute }: Pick<ReturnType<typeof makers>, "gauge" | "absolute">) {
  return {
    telnetSessions: gauge("telnet_sessions", "Kept telnet sessions, status ports included."),
    telnetConnections: absolute("telnet_connections_total", "Telnet connections made; with kept sessions, few."),
    httpsLogins: absolute("https_logins_total", "Sessions opened on the HTTPS interfaces of devices."),
  };
}

function calendarMetrics({ counter, gauge }: Pick<ReturnType<typeof makers>, "counter" | "gauge">) {
  return {
    calendarReads: counter("calendar_reads_total", "Readings of a session calendar, by result: read, failed.", ["calendar", "result"]),
    calendarReadAt: gauge("calendar_last_read_timestamp_seconds", "When a session calendar was last read well.", ["calendar"]),
    calendarSessions: gauge("calendar_sessions", "Coming sessions in a calendar, at its last good reading.", ["calendar"]),
    calendarUnmapped: gauge("calendar_unmapped_events", "Events of a calendar in no room of the configuration.", ["calendar"]),
  };
}

/** How well the path works that no incident may be lost on. */
function escalationMetrics({ gauge, histogram }: Pick<ReturnType<typeof makers>, "gauge" | "histogram">) {
  const alive = gauge("escalation_heartbeat_timestamp_seconds", "Now, while every role works and escalation is healthy; absent otherwise.");
  alive.remove();
  return {
    escalationHealthy: gauge(
      "escalation_healthy",
      "1 when every open, unacknowledged incident has a future timer or a message in flight, as of an audit less than 3 minutes old.",
    ),
    escalationHeartbeat: { beat: (at: Instant) => alive.set(at / 1000), stop: () => alive.remove() },
    escalationLateSeconds: histogram(
      "escalation_late_seconds",
      "How late a step of the escalation was taken after it was due.",
      seconds.step,
    ),
    roleOk: gauge("role_ok", "1 while a role of this process works; 0 while it is started again after an error, or hangs.", ["role"]),
    roleSilentSeconds: gauge("role_silent_seconds", "How long ago a role of this process last ended a turn.", ["role"]),
  };
}

/** What maintenance, silences and other gates keep quiet; and what waits for a remedy. */
function standing(
  gauge: ReturnType<typeof makers>["gauge"],
): Pick<Metrics, "maintenanceActive" | "alarmsMuted" | "problemsOpen" | "onCallPeople" | "onCallGapSeconds" | "onCallChannels"> {
  const why = "Active alarms that open no incident for now, by what keeps them: maintenance, silence, state, presence.";
  return {
    maintenanceActive: gauge("maintenance_active", "Maintenance and silences in force now, by kind.", ["kind"]),
    onCallPeople: gauge("on_call_people", "How many are on call now, by function that a rotation or override fills.", ["function"]),
    onCallGapSeconds: gauge("on_call_gap_seconds", "Time without anybody on call within the horizon, by function.", ["function"]),
    onCallChannels: gauge("on_call_channels", "Channels of contacts, by whether they were proven to reach them.", ["state"]),
    alarmsMuted: gauge("alarms_muted", why, ["by"]),
    problemsOpen: gauge("problems_open", "Open problems, by standing: suggested, candidate; /recurrences lists them.", ["standing"]),
  };
}

function httpMetrics({
  counter,
  gauge,
}: Pick<ReturnType<typeof makers>, "counter" | "gauge">): Pick<
  Metrics,
  "httpRequests" | "accessRefused" | "auditSyslog" | "auditSyslogWaiting"
> {
  const refused = "Requests refused because the function of the token may not, by what it lacked.";
  return {
    httpRequests: counter("http_requests_total", "HTTP requests answered, by route and status.", ["route", "status"]),
    accessRefused: counter("access_refused_total", refused, ["function", "needs"]),
    auditSyslog: counter("audit_syslog_total", "Rows of the audit for syslog, by result: sent, dropped; failed: tries.", ["result"]),
    auditSyslogWaiting: gauge("audit_syslog_waiting", "Rows of the audit that are not known to be out over syslog."),
  };
}

/** What went out and what came back. */
function messageMetrics({ counter }: Pick<ReturnType<typeof makers>, "counter">) {
  return {
    tickets: counter("tickets_total", "What other systems were told of incidents, and what became of it.", ["system", "result"]),
    replies: counter("replies_total", "What came back over a channel, by what became of it.", ["channel", "result"]),
    deliveries: counter("deliveries_total", "Attempts to deliver a message, by channel and by what became of it.", ["channel", "state"]),
  };
}

/** Makes and registers everything; starts no timer. */
export function createMetrics(build: { readonly version: string }): Metrics {
  const registry = new Registry();
  const { counter, gauge, histogram, absolute } = makers(registry);
  const failedReads = counter("metrics_reads_failed_total", "Values that could not be read at a scrape; the one before is shown.");
  const reads: (() => void | Promise<void>)[] = [];
  const metrics: Metrics = {
    looks: counter("looks_total", "Looks ended, by probe kind and by what was found.", ["kind", "status"]),
    lookSeconds: histogram("look_duration_seconds", "How long a look took.", seconds.look, ["kind"]),
    slotsLateSeconds: histogram("slots_late_seconds", "How late a look started after its ideal slot.", seconds.late),
    skippedLooks: counter("looks_skipped_total", "Slots skipped because the look before was still going.", ["kind"]),
    loginsRefused: counter("logins_refused_total", "Logins that a device refused; the credential rests after two.", ["kind"]),
    busDepth: gauge("bus_depth", "Observations waiting for the evaluator."),
    busDisplaced: absolute("bus_displaced_total", "Observations displaced because the queue was full."),
    observations: counter("observations_total", "Observations the evaluator has taken in."),
    evaluatorTurnSeconds: histogram("evaluator_turn_seconds", "How long one turn of the evaluator took, commit included.", seconds.turn),
    alarmsActive: gauge("alarms_active", "Alarms active now, suppressed ones included."),
    ...standing(gauge),
    outboxPending: gauge("outbox_pending", "Messages decided and not yet sent."),
    outboxOldestSeconds: gauge("outbox_oldest_seconds", "How long the longest-due message is due and not sent; 0: none."),
    ...messageMetrics({ counter }),
    escalations: counter("escalations_total", "Incidents that rose, by the level they rose to; 4 is the last resort.", ["level"]),
    ...escalationMetrics({ gauge, histogram }),
    incidentsOpened: counter("incidents_opened_total", "Incidents opened, by provisional severity.", ["severity"]),
    rejudged: counter("incidents_rejudged_total", "Open incidents whose class or clock moved with time, by severity.", ["severity"]),
    ...diagnosisMetrics({ counter, gauge, histogram }),
    ...requestMetrics({ counter, gauge, histogram }),
    traps: counter("traps_total", trapsHelp, ["outcome"]),
    trapsReceived: absolute("trap_datagrams_total", "Datagrams read from the trap socket; with the kernel's drops, all that was sent."),
    trapReceiverRestarts: absolute("trap_receiver_restarts_total", "Times the trap receiver's thread had to be started again."),
    pingFailures: absolute("ping_failures_total", "Runs of fping or ping that could not look."),
    pingRestarts: absolute("ping_restarts_total", "Starts of fping after it had died."),
    snmpWrongSource: absolute("snmp_wrong_source_total", "SNMP datagrams from nobody that was asked; dropped."),
    snmpMalformed: absolute("snmp_malformed_total", "SNMP datagrams that could not be parsed."),
    sshSessions: gauge("ssh_sessions", "Kept SSH sessions."),
    sshConnections: absolute("ssh_connections_total", "SSH connections made; with kept sessions, few."),
    weaknesses: gauge("weak_devices", "Devices looked at by weak means, by weakness; /weaknesses lists them.", ["weakness"]),
    ...telnetMetrics({ gauge, absolute }),
    ceilingWaiting: gauge("ceiling_waiting", "Requests that wait for the rate ceiling of their site, or of all."),
    kernelDrops: absolute("trap_kernel_drops_total", "Datagrams the kernel dropped because the trap socket's buffer was full."),
    configReloadSuccess: gauge("config_last_reload_successful", "1 when the last reload was taken, 0 when it was refused."),
    configReloadAt: gauge("config_last_reload_success_timestamp_seconds", "When the configuration in force was loaded."),
    topologyProposals: gauge("topology_proposals", "Learned ways to devices that wait for a person's yes or no; /topology lists them."),
    leaseHeld: gauge("lease_held", "1 while this process holds the role's lease.", ["role"]),
    auditorRepairs: counter("auditor_repairs_total", "Incidents and partners' tasks without a timer or a message, that were repaired."),
    looksKept: counter("looks_kept_total", "Looks kept for replay."),
    looksLost: counter("looks_lost_total", "Looks not kept for replay: the queue was full, or the store could not be written."),
    jobs: counter("jobs_total", "Calendar jobs (backup, retention, problems), by result: done, failed.", ["job", "result"]),
    ...calendarMetrics({ counter, gauge }),
    heartbeatLastSent: gauge("heartbeat_last_sent_timestamp_seconds", "When the outgoing heartbeat was last accepted; 0 is never."),
    heartbeats: counter("heartbeats_total", "Outgoing heartbeats, by result: sent, failed, withheld.", ["result"]),
    influxPoints: counter("influx_points_total", "Points for InfluxDB, by result: written, dropped.", ["result"]),
    ...httpMetrics({ counter, gauge }),
    buildInfo: gauge("build_info", "Always 1; what runs is in the labels.", ["version", "node"]),
    registry,
    onScrape: (read) => void reads.push(read),
    text: () => readAll(reads, () => failedReads.inc()).then(() => registry.metrics()),
  };
  metrics.buildInfo.set({ version: build.version, node: process.versions.node }, 1);
  collectProcess(registry);
  return metrics;
}

/**
 * prom-client's collectors one by one. Left out: processHandles, processRequests, processResources, whose
 * `…_total` gauges fail promtool, and gc, which observes for as long as the process lives.
 */
function collectProcess(registry: Registry): void {
  const require = createRequire(import.meta.url);
  const names = [
    "processCpuTotal",
    "processStartTime",
    "osMemoryHeap",
    "processOpenFileDescriptors",
    "processMaxFileDescriptors",
    "eventLoopLag",
    "heapSizeAndUsed",
  ];
  for (const name of names) {
    const collect = require(`prom-client/lib/metrics/${name}`) as (registry: Registry, config: object) => void;
    // The delay is seen by a timer that wakes the loop this often; what it shows holds these milliseconds too.
    collect(registry, { eventLoopMonitoringPrecision: 20 });
  }
}

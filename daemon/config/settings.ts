/**
 * The settings that stand alone: instance, http, traps, storage, ceilings, heartbeat, retention, recurrence, influx.
 */
import { isAbsolute, join } from "node:path";
import type { Config, Credential, ServiceCalendar } from "../model/config.ts";
import { DAY } from "../model/time.ts";
import { given, type Loading } from "./context.ts";
import { tradeOf } from "./credentials.ts";
import * as defaults from "./defaults.ts";
import type { Path } from "./problems.ts";
import { checkReference, type Section } from "./reading.ts";
import { isLoopback } from "./scalars.ts";
import * as schema from "./schema.ts";

/** The instance, and the service hours of whatever names none. */
export function readInstance({ sections, source }: Loading): { readonly instance: Config["instance"]; readonly serviceHours: string } {
  const raw = sections.setting("instance", schema.instance);
  const usual = defaults.DEFAULT_INSTANCE;
  const main = join(source.mainFile, "..");
  return {
    instance: {
      name: raw?.name ?? usual.name,
      language: raw?.language ?? usual.language,
      timezone: raw?.timezone ?? usual.timezone,
      numberPrefix: raw?.number_prefix ?? usual.numberPrefix,
      stateDir: absolute(main, raw?.state_dir ?? usual.stateDir),
      ...given({ publicUrl: raw?.public_url }),
    },
    serviceHours: raw?.service_hours ?? usual.serviceHours,
  };
}

export function checkInstance({ findings }: Loading, serviceHours: string, calendars: Section<ServiceCalendar>): void {
  checkReference(findings, ["instance", "service_hours"], "calendar", serviceHours, calendars.ids);
}

function absolute(folder: string, path: string): string {
  return isAbsolute(path) ? path : join(folder, path);
}

export function readHttp({ sections, findings, demo }: Loading, tokens: number): Config["http"] {
  const raw = sections.setting("http", schema.http);
  const usual = defaults.DEFAULT_HTTP;
  const { host, port } = raw?.listen ?? usual;
  const local = isLoopback(host);
  const shown = `${host.includes(":") ? `[${host}]` : host}:${port}`;
  if (!local && demo)
    findings.problem(
      ["http", "listen"],
      `"${shown}" is reachable from outside, and the demo shows its pages without sign-in; write 127.0.0.1:${port}`,
    );
  else if (!local && tokens === 0) {
    findings.problem(
      ["http", "listen"],
      `"${shown}" is reachable from outside and there is no token; add one under tokens, or write 127.0.0.1:${port}`,
    );
  }
  if (!local && (raw?.allowed_hosts ?? []).length === 0) {
    findings.warn(["http", "allowed_hosts"], "is empty, so only loopback names are answered; write the name that people use");
  }
  return {
    host,
    port,
    allowedHosts: (raw?.allowed_hosts ?? []).map((name) => name.toLowerCase()),
    metricsAllow: raw?.metrics_allow ?? usual.metricsAllow,
    openReads: demo && local,
  };
}

export function readTraps({ sections, findings }: Loading, credentials: Section<Credential>): Config["traps"] {
  const raw = sections.setting("traps", schema.traps);
  if (raw === undefined) return undefined;
  for (const [index, id] of (raw.credentials ?? []).entries()) {
    const path: Path = ["traps", "credentials", index];
    if (!checkReference(findings, path, "credential", id, credentials.ids)) continue;
    const kind = credentials.entries.get(id)?.kind;
    if (kind !== undefined && tradeOf(kind) !== "snmp") findings.problem(path, `credential "${id}" is for ssh; name one for snmp`);
  }
  const usual = defaults.DEFAULT_TRAPS;
  const all = [...credentials.entries.values()].filter(({ kind }) => tradeOf(kind) === "snmp").map(({ id }) => id);
  return {
    host: raw.listen?.host ?? usual.host,
    port: raw.listen?.port ?? usual.port,
    allow: raw.allow ?? [],
    relays: raw.relays ?? [],
    perSourcePerSecond: raw.per_source_per_second ?? usual.perSourcePerSecond,
    burst: raw.burst ?? usual.burst,
    bufferBytes: raw.buffer_bytes ?? usual.bufferBytes,
    credentials: raw.credentials ?? all,
  };
}

export async function readStorage(loading: Loading, stateDir: string): Promise<Config["storage"] | undefined> {
  const { sections, findings, source, secrets } = loading;
  const raw = sections.setting("storage", schema.storage);
  const path: Path = ["storage"];
  if (raw?.sqlite !== undefined && raw.postgresql !== undefined) {
    findings.problem(path, "has several kinds (sqlite, postgresql); keep one");
    return undefined;
  }
  if (raw?.postgresql === undefined) {
    const file = raw?.sqlite;
    return { kind: "sqlite", path: file === undefined ? join(stateDir, "vigie.db") : absolute(join(source.mainFile, ".."), file) };
  }
  const url = await secrets.read([...path, "postgresql"], raw.postgresql);
  if (url === undefined) return undefined;
  if (URL.canParse(url.reveal()) && /^postgres(?:ql)?:$/.test(new URL(url.reveal()).protocol)) return { kind: "postgresql", url };
  findings.problem([...path, "postgresql"], "does not refer to a database's URL; put postgresql://user:password@host/database there");
  return undefined;
}

/** When messages to one person become one. */
export function readStorms({ sections }: Loading): Config["storms"] {
  const raw = sections.setting("storms", schema.storms);
  const usual = defaults.DEFAULT_STORMS;
  return { windowMs: raw?.window ?? usual.windowMs, after: raw?.after ?? usual.after };
}

/** When failures of several devices are one incident; `false` switches a kind off. */
export function readCorrelation({ sections }: Loading): Config["correlation"] {
  const { place = {}, firmware = {}, room = {} } = sections.setting("correlation", schema.correlation) ?? {};
  const usual = defaults.DEFAULT_CORRELATION;
  return {
    ...(place === false
      ? {}
      : { place: { windowMs: place.window ?? usual.place.windowMs, devices: place.devices ?? usual.place.devices } }),
    ...(firmware === false
      ? {}
      : {
          firmware: {
            windowMs: firmware.window ?? usual.firmware.windowMs,
            devices: firmware.devices ?? usual.firmware.devices,
            share: firmware.share_percent === undefined ? usual.firmware.share : firmware.share_percent / 100,
          },
        }),
    ...(room === false ? {} : { room: { windowMs: room.window ?? usual.room.windowMs } }),
  };
}

export function readCeilings({ sections, findings }: Loading): Config["ceilings"] {
  const raw = sections.setting("ceilings", schema.ceilings);
  const usual = defaults.DEFAULT_CEILINGS;
  const perSite = raw?.packets_per_second_per_site ?? usual.packetsPerSecondPerSite;
  const all = raw?.packets_per_second ?? usual.packetsPerSecond;
  if (perSite > all) {
    findings.problem(
      ["ceilings", "packets_per_second_per_site"],
      `${perSite} is above the ${all} of all sites together; lower it, or raise packets_per_second`,
    );
  }
  if ((raw?.ssh_per_device ?? 1) > 1) {
    const why = "has no effect: how many sessions a codec bears is not known, so that each has one (telnet too); remove it";
    findings.warn(["ceilings", "ssh_per_device"], why);
  }
  return {
    packetsPerSecondPerSite: perSite,
    packetsPerSecond: all,
    snmpPerDevice: raw?.snmp_per_device ?? usual.snmpPerDevice,
    sshPerDevice: raw?.ssh_per_device ?? usual.sshPerDevice,
  };
}

export function readHeartbeat({ sections }: Loading): Config["heartbeat"] {
  const raw = sections.setting("heartbeat", schema.heartbeat);
  return raw && { url: raw.url, intervalMs: raw.every ?? defaults.DEFAULT_HEARTBEAT_MS };
}

/** Each way of learning is asked for by name. */
export function readTopology({ sections }: Loading): Config["topology"] {
  const raw = sections.setting("topology", schema.topology);
  const { neighbours = false, traceroute = false, every } = raw ?? {};
  if (raw === undefined || (!neighbours && !traceroute)) return undefined;
  return { neighbours, traceroute, everyMs: every ?? defaults.DEFAULT_SURVEY_MS };
}

export function readRetention({ sections }: Loading): Config["retention"] {
  const raw = sections.setting("retention", schema.retention);
  const days = (ms: number | undefined, usual: number): number => (ms === undefined ? usual : Math.ceil(ms / DAY));
  const usual = defaults.DEFAULT_RETENTION;
  return {
    samplesDays: days(raw?.samples, usual.samplesDays),
    trapsDays: days(raw?.traps, usual.trapsDays),
    incidentsDays: days(raw?.incidents, usual.incidentsDays),
    sessionsDays: days(raw?.sessions, usual.sessionsDays),
    looksDays: days(raw?.looks, usual.looksDays),
    callersDays: days(raw?.callers, usual.callersDays),
  };
}

export function readRecurrence({ sections }: Loading): Config["recurrence"] {
  const raw = sections.setting("recurrence", schema.recurrence);
  const usual = defaults.DEFAULT_RECURRENCE;
  return { suggestAt: raw?.suggest_at ?? usual.suggestAt, withinMs: raw?.within ?? usual.withinMs };
}

export async function readInflux({ sections, secrets }: Loading): Promise<Config["influx"]> {
  const raw = sections.setting("influx", schema.influx);
  if (raw === undefined) return undefined;
  const password = raw.password && (await secrets.read(["influx", "password"], raw.password));
  const { batch = defaults.DEFAULT_INFLUX.batch, flush = defaults.DEFAULT_INFLUX.flushMs } = raw;
  return { url: raw.url, database: raw.database, batch, flushMs: flush, ...given({ user: raw.user, password }) };
}

export async function readAudit({ sections, secrets, findings }: Loading): Promise<Config["audit"]> {
  const raw = sections.setting("audit", schema.audit)?.syslog;
  if (raw === undefined) return undefined;
  const { host, over = "tls", facility = "audit" } = raw;
  if (raw.ca !== undefined && over !== "tls")
    findings.problem(["audit", "syslog", "ca"], `has no effect over ${over}; leave it out, or write over: tls`);
  const ca = raw.ca && (await secrets.read(["audit", "syslog", "ca"], raw.ca));
  return { syslog: { host, over, facility, port: raw.port ?? defaults.SYSLOG_PORTS[over], ...given({ ca }) } };
}

export function readWatch({ sections }: Loading): boolean {
  return sections.setting("reload", schema.reload)?.watch ?? false;
}

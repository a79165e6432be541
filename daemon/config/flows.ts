/**
 * The firewall table: every connection that this configuration makes or takes, and why.
 *
 * Pure. URLs are cut to host and port: their paths may be secrets.
 */
import { services } from "../../probes/discover/evidence.ts";
import { signallingPorts } from "../../probes/discover/greeting.ts";
import type { Channel, Config } from "../model/config.ts";
import type { Device } from "../model/network.ts";
import type { ProbeKind } from "../model/observation.ts";
import { urlOf } from "../model/session.ts";
import { HTTPS_PORT, TELNET_PORT } from "./defaults.ts";

export interface Flow {
  readonly from: string;
  readonly to: string;
  /** Empty where the protocol has none (ICMP). */
  readonly port: string;
  readonly protocol: "icmp" | "udp" | "tcp";
  readonly why: string;
}

const WHY: Readonly<Record<Exclude<ProbeKind, "trap">, string>> = {
  icmp: "ping (echo request)",
  snmp: "SNMP poll",
  ssh: "SSH poll",
  telnet: "command line in clear text (telnet or a status port)",
  https: "HTTPS interface of the device",
  tcp: "connection test",
};

/** Rows by purpose: polls, traps, messages, database, outlets, console. No row twice. */
export function flows(config: Config): readonly Flow[] {
  const rows = [...polls(config), ...discovery(config), ...traps(config), ...messages(config), ...outlets(config)];
  const seen = new Set<string>();
  return rows.filter((row) => {
    const key = JSON.stringify(row);
    return seen.has(key) ? false : seen.add(key) !== undefined;
  });
}

function polls(config: Config): Flow[] {
  const rows: Flow[] = [];
  for (const device of config.network.devices.values()) {
    const to = `${device.id} (${device.address})`;
    for (const { kind } of device.checks) {
      if (kind !== "trap") rows.push(...waysOf(kind, device, config).map((way) => ({ from: "vigie", to, ...way, why: WHY[kind] })));
    }
  }
  return rows;
}

function waysOf(kind: Exclude<ProbeKind, "trap">, device: Device, config: Config): readonly Pick<Flow, "port" | "protocol">[] {
  switch (kind) {
    case "icmp":
      return [{ port: "", protocol: "icmp" }];
    case "snmp":
      return [{ port: String(device.snmpPort), protocol: "udp" }];
    case "ssh":
      return [{ port: String(device.sshPort), protocol: "tcp" }];
    case "telnet":
      return [{ port: String(device.telnetPort ?? TELNET_PORT), protocol: "tcp" }];
    case "https":
      return [{ port: String(device.httpsPort ?? HTTPS_PORT), protocol: "tcp" }];
    case "tcp":
      return (config.families.get(device.family)?.tcp ?? []).map(({ port }) => ({ port: String(port), protocol: "tcp" }));
  }
}

/** What `vigie discover` sends to each listed network, when somebody starts it. */
function discovery({ discovery, families }: Config): Flow[] {
  if (discovery === undefined) return [];
  const tcp = [
    { port: "22", why: `discovery: SSH greeting${discovery.ssh === undefined ? "" : ", and login"}` },
    ...[...new Set(services(families).map(({ port }) => port))].map((port) => ({ port: String(port), why: "discovery: status port" })),
    ...signallingPorts.map((port) => ({ port: String(port), why: "discovery: H.323 or SIP" })),
    { port: String(HTTPS_PORT), why: "discovery: certificate of the web interface" },
  ];
  return discovery.ranges.flatMap((to): Flow[] => [
    { from: "vigie", to, port: "", protocol: "icmp", why: "discovery: ping (echo request)" },
    ...(discovery.credentials.length === 0 ? [] : [{ from: "vigie", to, port: "161", protocol: "udp" as const, why: "discovery: SNMP" }]),
    ...tcp.map((each): Flow => ({ from: "vigie", to, protocol: "tcp", ...each })),
  ]);
}

function traps({ traps, network }: Config): Flow[] {
  if (traps === undefined) return [];
  const to = { to: `vigie (${traps.host})`, port: String(traps.port), protocol: "udp" as const };
  return [
    ...[...network.devices.values()].map(({ id, address }) => ({ from: `${id} (${address})`, ...to, why: "SNMP traps and informs" })),
    ...traps.allow.map((network) => ({ from: network, ...to, why: "SNMP traps and informs (allow)" })),
    ...traps.relays.map((relay) => ({ from: relay, ...to, why: "SNMP traps (relay)" })),
  ];
}

function messages(config: Config): Flow[] {
  return [...config.channels.values()].map(toChannel).filter((row) => row !== undefined);
}

function toChannel(channel: Channel): Flow | undefined {
  switch (channel.kind) {
    case "mail":
      return { from: "vigie", to: channel.host, port: String(channel.port), protocol: "tcp", why: `mail (channel ${channel.id})` };
    case "webhook":
    case "sms":
    case "alertmanager":
      return toUrl(channel.url, `${channel.kind} (channel ${channel.id})`);
    case "sink":
      return undefined;
  }
}

function outlets(config: Config): Flow[] {
  const { http, storage, heartbeat, influx, audit } = config;
  const console: Flow = { from: "browsers", to: `vigie (${http.host})`, port: String(http.port), protocol: "tcp", why: "console and REST" };
  return [
    ...(heartbeat === undefined ? [] : [toUrl(heartbeat.url, "heartbeat (dead man's switch)")]),
    ...[...config.sessions.calendars.values()].flatMap(({ id, from }) =>
      "url" in from ? [toUrl(urlOf(from), `sessions (calendar ${id})`)] : [],
    ),
    ...(storage.kind === "sqlite" ? [] : [toUrl(storage.url.reveal(), "database (PostgreSQL)", "5432")]),
    ...(influx === undefined ? [] : [toUrl(influx.url, "samples (InfluxDB)")]),
    ...toSyslog(audit?.syslog),
    console,
    ...http.metricsAllow.map((from): Flow => ({ ...console, from, why: "metrics (Prometheus)" })),
  ];
}

function toSyslog(syslog: NonNullable<Config["audit"]>["syslog"]): Flow[] {
  if (syslog === undefined) return [];
  const { host, port, over } = syslog;
  return [{ from: "vigie", to: host, port: String(port), protocol: over === "udp" ? "udp" : "tcp", why: `audit (syslog over ${over})` }];
}

function toUrl(url: string, why: string, usualPort?: string): Flow {
  const { hostname, port, protocol } = new URL(url);
  const usual = usualPort ?? (protocol === "https:" ? "443" : "80");
  return { from: "vigie", to: hostname, port: port === "" ? usual : port, protocol: "tcp", why };
}

/** The rows as text, in columns. */
export function flowTable(rows: readonly Flow[]): readonly string[] {
  const cells = [
    ["FROM", "TO", "PORT", "PROTOCOL", "WHY"],
    ...rows.map(({ from, to, port, protocol, why }) => [from, to, port || "-", protocol, why]),
  ];
  const widths = [0, 1, 2, 3].map((column) => cells.reduce((widest, row) => Math.max(widest, row[column]?.length ?? 0), 0));
  return cells.map((row) => row.map((cell, column) => cell.padEnd(widths[column] ?? 0)).join("  "));
}

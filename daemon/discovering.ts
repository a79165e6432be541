/**
 * One run of discovery on behalf of the configuration: only where it lists, with its credentials, as proposals. Puts nothing into force.
 *
 * Used by the command line and by the daemon; who may start one, and that there is one at a time, is theirs to see to.
 */
import { type Discovery, discover, type Progress } from "../probes/discover/discover.ts";
import { type Proposal, propose } from "../probes/discover/propose.ts";
import { holds, parseRange, type Range } from "../probes/discover/range.ts";
import type { Configured } from "../probes/discover/stranger.ts";
import { writeUp } from "../probes/discover/write-up.ts";
import { type Engine, FpingEngine } from "../probes/icmp/fping.ts";
import { findFping } from "../probes/icmp/icmp-probe.ts";
import { PingEngine } from "../probes/icmp/ping.ts";
import type { SnmpCredential } from "../probes/snmp/conversing.ts";
import type { Config } from "./model/config.ts";
import type { Device } from "./model/network.ts";
import type { Clock } from "./ports.ts";

/** The networks asked for, or why they may not be looked at: one sentence each, with what to do. */
export function askedRanges(
  config: Config,
  texts: readonly string[],
): { readonly ranges: readonly Range[] } | { readonly problems: readonly string[] } {
  const listed = (config.discovery?.ranges ?? []).map(parseRange).filter((range) => !("refused" in range));
  const ranges: Range[] = [];
  const problems: string[] = [];
  for (const text of texts) {
    const range = parseRange(text);
    if ("refused" in range) problems.push(range.refused);
    else if (!listed.some((outer) => !("refused" in outer) && holds(outer, range))) problems.push(notListed(range, config));
    else ranges.push(range);
  }
  if (texts.length === 0) problems.push("no network is named; name at least one of discovery.ranges");
  return problems.length > 0 ? { problems } : { ranges };
}

function notListed({ text }: Range, { discovery }: Config): string {
  const listed = discovery === undefined ? "nothing" : discovery.ranges.join(", ");
  return `"${text}" is not within discovery.ranges (${listed}), and discovery goes nowhere else; add it there: discovery: { ranges: [${text}] }`;
}

export interface DiscoveryRun {
  readonly config: Config;
  readonly ranges: readonly Range[];
  readonly clock: Clock;
  /** The daemon's own ceiling, above discovery's. */
  readonly pace?: (probes: number, signal: AbortSignal) => Promise<void>;
  readonly progress?: (progress: Progress) => void;
  /** Credentials that are not to be tried, because they rest. */
  readonly without?: readonly string[];
  /** Who pings; default fping where it is installed. */
  readonly engine?: Engine;
}

export interface Discovered {
  readonly discovery: Discovery;
  readonly proposals: readonly Proposal[];
  /** To review. */
  readonly yaml: string;
}

/** Resolves when all was asked, or soon after the signal aborts, with what was seen by then. */
export async function runDiscovery(run: DiscoveryRun, signal: AbortSignal): Promise<Discovered> {
  const { config, ranges, clock, pace, progress } = run;
  const { discovery } = config;
  if (discovery === undefined) throw new Error("there is no discovery in this configuration; askedRanges() says so first");
  const engine = run.engine ?? pingEngine();
  const rests = (id: string | undefined) => id !== undefined && run.without?.includes(id) === true;
  const ssh = discovery.ssh === undefined || rests(discovery.ssh) ? undefined : config.credentials.get(discovery.ssh);
  try {
    const found = await discover(
      {
        ranges,
        configured: configuredIn(config),
        credentials: discovery.credentials.filter((id) => !rests(id)).flatMap((id) => snmpCredential(config, id) ?? []),
        ...(ssh === undefined ? {} : { ssh }),
        families: config.families,
        probesPerSecond: discovery.probesPerSecond,
        engine,
        clock,
        ...(pace === undefined ? {} : { pace }),
        ...(progress === undefined ? {} : { progress }),
      },
      signal,
    );
    const { sites, devices } = config.network;
    const proposals = propose(found, {
      ...{ families: config.families, sites, devices, subnets: discovery.sites },
      ...(discovery.https === undefined ? {} : { https: discovery.https }),
    });
    const at = new Date(clock.now()).toISOString();
    return { discovery: found, proposals, yaml: writeUp({ at, ranges: ranges.map(({ text }) => text), discovery: found, proposals }) };
  } finally {
    engine.stop();
  }
}

function pingEngine(): Engine {
  const fping = findFping();
  return fping === undefined ? new PingEngine(1) : new FpingEngine({ fping, count: 1, periodMs: 250, now: () => performance.now() });
}

function configuredIn(config: Config): ReadonlyMap<string, Configured> {
  return new Map([...config.network.devices.values()].map((device) => [device.address, configured(device, config)]));
}

/** Switches and routers are asked for their neighbours, because a new device may hang on them; others are left alone. */
function configured(device: Device, config: Config): Configured {
  const joins = device.kind === "switch" || device.kind === "router";
  const credential =
    joins && device.checks.some(({ kind }) => kind === "snmp") ? snmpCredential(config, device.credentials.snmp) : undefined;
  return { id: device.id, snmpPort: device.snmpPort, ...(credential === undefined ? {} : { credential }) };
}

export function snmpCredential(config: Config, id: string | undefined): (SnmpCredential & { readonly id: string }) | undefined {
  const credential = config.credentials.get(id ?? "");
  return credential?.kind === "snmp-v3" || credential?.kind === "snmp-community" ? credential : undefined;
}

/**
 * How this daemon looks: probes, the login guard, the rate ceiling, the prober and the scheduler, put together.
 *
 * Part of the composition root (app.ts).
 */
import type { Until } from "../probes/ending.ts";
import { createHttpsProbe, type HttpsProbe } from "../probes/https/https-probe.ts";
import { createIcmpProbe } from "../probes/icmp/icmp-probe.ts";
import { createLoginGuard, type LoginGuard, type LoginGuardSnapshot } from "../probes/login-guard.ts";
import type { Probe } from "../probes/probe.ts";
import { createRateCeiling, type RateCeiling } from "../probes/rate-ceiling.ts";
import { createSnmpProbe, type SnmpProbe } from "../probes/snmp/snmp-probe.ts";
import { createSshProbe, type SshProbe } from "../probes/ssh/ssh-probe.ts";
import { createTcpProbe } from "../probes/tcp/tcp-probe.ts";
import { createTelnetProbe, type TelnetProbe } from "../probes/telnet/telnet-probe.ts";
import { reportWeaknesses } from "../rules/weaknesses.ts";
import { type ClearTraps, createClearTraps } from "./clear-traps.ts";
import type { Metrics } from "./metrics.ts";
import type { Config } from "./model/config.ts";
import type { Finding } from "./model/observation.ts";
import { MINUTE } from "./model/time.ts";
import type { Bus, Clock, Log, Store } from "./ports.ts";
import type { Leases } from "./roles/lease.ts";
import { CheckProber, type Logins } from "./roles/prober.ts";
import { CheckScheduler, type SchedulerStats } from "./roles/scheduler.ts";
import type { Role } from "./roles/supervisor.ts";

export interface LookingDeps {
  readonly config: () => Config;
  readonly store: Store;
  readonly bus: Bus;
  readonly clock: Clock;
  readonly log: Log;
  readonly metrics: Metrics;
  readonly leases: Leases;
  readonly nextSeq: () => number;
  /** A credential is refused on several devices, or works again. */
  readonly credential: (credential: string, devices: readonly string[], failing: boolean, why: string) => void;
  /** A kept session told something between looks. */
  readonly heard: (device: string, finding: Finding) => void;
}

export interface Looking {
  readonly scheduler: CheckScheduler;
  readonly prober: CheckProber;
  readonly ssh: SshProbe;
  readonly snmp: SnmpProbe;
  /** Waits until so many packets may go; for what looks beside the checks. */
  readonly pace: (site: string, packets: number, signal: AbortSignal) => Promise<void>;
  /** Credentials that rest everywhere just now. */
  readonly resting: () => readonly string[];
  /** Whose traps come in clear text. */
  readonly clearTraps: ClearTraps;
  /** Writes what the login guard knows, now and then; last at stop. */
  readonly guardKeeper: Role;
  /** After a reload: new checks, ceilings; what is gone or changed is forgotten, and a corrected credential rests no longer. */
  reload(forget: readonly string[], corrected: readonly string[]): void;
  stop(): Promise<void>;
}

const guardKey = "login-guard";

export async function createLooking(deps: LookingDeps): Promise<Looking> {
  const { config, store, bus, clock, log, metrics, leases, nextSeq } = deps;
  const successorOf = (credential: string) => config().credentials.get(credential)?.successor;
  const guard = createLoginGuard(successorOf, await store.kept<LoginGuardSnapshot>(guardKey));
  let ceiling = newCeiling(config(), clock);
  const pace = (site: string, packets: number, until: Until) => ceiling.acquire(site, packets, until);
  const goOrPace = goOr(() => ceiling);
  const icmp = createIcmpProbe({ pace: goOrPace });
  const snmp = createSnmpProbe({ pace: goOrPace, perDevice: config().ceilings.snmpPerDevice });
  const again = (check: string, inMs: number) => scheduler.again(check, inMs);
  const ssh = createSshProbe({
    memory: memoryOn(store),
    heard: deps.heard,
    // Soon, and not all of a site in the same moment.
    lost: (device) => scheduler.kick(`${device}/ssh`, 500 + Math.random() * 3_000),
    again,
    pace,
    inventory: () => inventoryOf(config()),
  });
  const telnet = createTelnetProbe({ again, pace, inventory: () => inventoryOf(config()) });
  const https = createHttpsProbe({ pace, inventory: () => inventoryOf(config()) });
  const tcp = createTcpProbe({ memory: memoryOn(store), pace });
  const probes: readonly Probe[] = [icmp, snmp, ssh, telnet, https, tcp];

  const scheduler: CheckScheduler = new CheckScheduler({
    clock,
    look: (check, slotAt) => prober.look(check, slotAt),
    stats: slotStats(metrics),
    mayLook: () => leases.held("scheduler"),
  });
  const prober = new CheckProber({
    probes: new Map(probes.map((probe) => [probe.kind, probe])),
    logins: guarded(guard, deps),
    world: worldOf(config),
    bus,
    clock,
    log,
    stats: {
      looked: (kind, finding, durationMs) => {
        metrics.looks.inc({ kind, status: finding.status });
        metrics.lookSeconds.observe({ kind }, durationMs / 1000);
      },
    },
    ended: (check) => scheduler.ended(check),
    nextSeq,
  });

  const clearTraps = await createClearTraps(deps);
  showWeaknesses(metrics, config, clearTraps);
  mirror(metrics, { icmp, snmp, ssh, telnet, https, waiting: () => ceiling.waiting() });

  return {
    scheduler,
    prober,
    ssh,
    snmp,
    pace,
    clearTraps,
    resting: () => guard.resting(clock.now()).map(({ credential }) => credential),
    guardKeeper: keeperOf(guard, store, clock),
    reload(forget, corrected) {
      for (const credential of corrected) guard.lift(credential);
      ceiling = newCeiling(config(), clock);
      for (const device of forget) {
        guard.forget(device);
        for (const probe of probes) probe.forget(device);
      }
      scheduler.load(config().network);
    },
    async stop() {
      for (const probe of probes) await probe.stop();
      await clearTraps.stop();
    },
  };
}

function worldOf(config: () => Config) {
  return {
    device: (id: string) => config().network.devices.get(id),
    family: (id: string) => config().families.get(id),
    credential: (id: string) => config().credentials.get(id),
  };
}

function slotStats(metrics: Metrics): SchedulerStats {
  return {
    slots: (lateMs) => metrics.slotsLateSeconds.observe(lateMs / 1000),
    skipped: (check) => metrics.skippedLooks.inc({ kind: check.kind }),
  };
}

/** What the probes count themselves, shown as metrics. */
function mirror(
  metrics: Metrics,
  of: {
    readonly icmp: ReturnType<typeof createIcmpProbe>;
    readonly snmp: SnmpProbe;
    readonly ssh: SshProbe;
    readonly telnet: TelnetProbe;
    readonly https: HttpsProbe;
    readonly waiting: () => ReadonlyMap<string, number>;
  },
): void {
  metrics.onScrape(() => {
    const [icmp, snmp, ssh] = [of.icmp.stats(), of.snmp.stats(), of.ssh.stats()];
    metrics.pingFailures(icmp.failures);
    metrics.pingRestarts(icmp.restarts);
    metrics.snmpWrongSource(snmp.wrongSource);
    metrics.snmpMalformed(snmp.thrown);
    metrics.sshSessions.set(ssh.sessions);
    metrics.sshConnections(ssh.connections);
    const telnet = of.telnet.stats();
    metrics.telnetSessions.set(telnet.sessions);
    metrics.telnetConnections(telnet.connections);
    metrics.httpsLogins(of.https.stats().logins);
    metrics.ceilingWaiting.set([...of.waiting().values()].reduce((sum, each) => sum + each, 0));
  });
}

/** Counted once a configuration, and when another device sends traps in clear text. */
function showWeaknesses(metrics: Metrics, config: () => Config, clearTraps: ClearTraps): void {
  let counted: readonly [Config, number] | undefined;
  metrics.onScrape(() => {
    const now = [config(), clearTraps.changes()] as const;
    if (counted?.[0] === now[0] && counted[1] === now[1]) return;
    counted = now;
    for (const { weakness, devices } of reportWeaknesses(now[0], clearTraps.devices()).rows)
      metrics.weaknesses.set({ weakness }, devices.length);
  });
}

function newCeiling(config: Config, clock: Clock): RateCeiling {
  const { packetsPerSecondPerSite, packetsPerSecond } = config.ceilings;
  return createRateCeiling({ perSitePerSecond: packetsPerSecondPerSite, perSecond: packetsPerSecond }, clock);
}

/** Most packets may go at once: thousands a second wait for no promise. */
function goOr(ceiling: () => RateCeiling) {
  return (site: string, packets: number, until: Until): Promise<void> | undefined =>
    ceiling().tryAcquire(site, packets) ? undefined : ceiling().acquire(site, packets, until);
}

function memoryOn(store: Store) {
  return {
    get: (key: string) => store.kept<string>(key),
    set: (key: string, value: string) => store.keep(key, value),
  };
}

const inventories = new WeakMap<Config, ReadonlySet<string>>();

/** Our own names and addresses, which may stand in traces; everybody else's are far ends. */
function inventoryOf(config: Config): ReadonlySet<string> {
  let known = inventories.get(config);
  if (known === undefined) {
    const { devices, rooms, sites } = config.network;
    known = new Set([
      ...[...devices.values()].flatMap(({ id, name, address }) => [id, name, address]),
      ...[...rooms.values()].flatMap(({ id, name }) => [id, name]),
      ...[...sites.values()].flatMap(({ id, name }) => [id, name]),
    ]);
    inventories.set(config, known);
  }
  return known;
}

/** The guard, with what it finds told onwards: counted, and as one incident a credential. */
function guarded(guard: LoginGuard, { credential, metrics, config, log }: LookingDeps): Logins {
  return {
    choose: (device, id, at) => guard.choose(device, id, at),
    refused(device, id, at) {
      const refusal = guard.refused(device, id, at);
      metrics.loginsRefused.inc({ kind: config().credentials.get(id)?.kind.split("-")[0] ?? "snmp" });
      log.warn({ device, credential: id, why: refusal.why }, "login refused");
      if (refusal.credentialIncident !== undefined) credential(id, usersOf(config(), id), true, refusal.why);
    },
    accepted(device, id) {
      const { recovered } = guard.accepted(device, id);
      if (recovered !== undefined)
        credential(recovered, usersOf(config(), recovered), false, `${recovered} is accepted again on ${device}`);
    },
  };
}

function usersOf(config: Config, credential: string): readonly string[] {
  return [...config.network.devices.values()]
    .filter(({ credentials }) => Object.values(credentials).includes(credential))
    .map(({ id }) => id);
}

/** A restart must not try a refused password again at once: what the guard knows is kept. */
function keeperOf(guard: LoginGuard, store: Store, clock: Clock): Role {
  let kept: LoginGuardSnapshot | undefined;
  const keep = async () => {
    const snapshot = guard.snapshot();
    if (snapshot === kept) return;
    await store.keep(guardKey, snapshot);
    kept = snapshot;
  };
  return {
    name: "login-guard",
    beatWithinMs: 2 * MINUTE,
    async run(signal, beat) {
      while (!signal.aborted) {
        await keep();
        beat();
        await clock.sleep(5_000, signal);
      }
      await keep();
    },
  };
}

/** Credentials that a reload changed, from the paths of its diff. */
export function correctedCredentials(changed: readonly string[]): readonly string[] {
  return [...new Set(changed.flatMap((path) => /^credentials\.([^.]+)/.exec(path)?.[1] ?? []))];
}

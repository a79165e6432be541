/**
 * Kept sessions that listen: a thousand codecs with feedback, events at known times, and how long until each is in the store.
 */
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { projectRoot } from "../../probes/built.ts";
import { fleetAddress } from "../../probes/simulator/fleet.ts";
import type { SimulatedDevice, SimulatedNetworkSpec } from "../../probes/simulator/spec.ts";
import { type AlarmWatch, watchAlarms } from "./alarms.ts";
import { higher, lower, percentile, type Report } from "./figure.ts";
import { benchDevice, freePort, writeNetwork } from "./network.ts";
import { type Phases, phases } from "./phases.ts";
import type { Usage } from "./proc.ts";
import { sharesTable } from "./profile.ts";
import { type SimulatorProcess, type Subject, sleep, startSimulator, startSubject } from "./subject.ts";

export interface ProbesOptions {
  /** Codecs that are watched. */
  readonly codecs: number;
  /** Codecs in the simulator's process; those beyond `codecs` only wait. */
  readonly simulated: number;
  readonly eventsPerSecond: number;
  /** What a codec tells in an hour in which its room is never empty: six events a consultation (woken, call, presentation, and their ends), three of them. */
  readonly eventsPerBusyHour: number;
  /** Of events, half of it faults and half of it their ends; a quiet window as long goes before. */
  readonly seconds: number;
  /** A second round, in which each fault makes an incident and its messages. */
  readonly incidentsPerSecond: number;
  readonly warmUpSeconds: number;
  /** Between looks; what happens between them is told by the codec itself. */
  readonly interval: string;
}

/** What is ordered of each codec in turn, and what its alarm is about. */
const orders = [
  { fault: "camera-unplugged" },
  { fault: "sip-unregistered" },
  { fault: "microphone-unplugged" },
  { fault: "touchpanel-unplugged" },
] as const;

export async function benchProbes(options: ProbesOptions): Promise<Report> {
  const { say } = phases("probes", planOf(options));
  const folder = mkdtempSync(join(tmpdir(), "vigie-bench-"));
  let simulator: SimulatorProcess | undefined;
  let subject: Subject | undefined;
  try {
    const [sshPort, snmpPort, httpPort] = [12_222, 16_100, await freePort()];
    const spec = join(folder, "simulated.json");
    writeFileSync(spec, JSON.stringify(specOf(options.simulated, sshPort, snmpPort)));
    simulator = await startSimulator(spec);
    say(`the simulator is up, ${options.simulated} codecs in it; the daemon starts`);
    const idle = simulator.usage();
    const network = {
      folder,
      devices: options.codecs,
      family: "cisco-ce" as const,
      httpPort,
      sshPort,
      snmpPort,
      packs: { "video.yaml": hastyPack() },
    };
    const file = writeNetwork({
      ...network,
      checks: { ssh: options.interval },
      commissioning: quietOnes(options),
      packetsPerSecond: 20_000,
      packetsPerSecondPerSite: 5_000,
    });
    subject = await startSubject(file, httpPort);
    say(`the daemon is ready; each codec has its first look within ${options.interval}`);
    await sessionsUp(subject, options, say);
    const watch = watchAlarms(join(folder, "state", "vigie.db"));
    try {
      say(`all sessions are kept; ${options.seconds} s in which nothing happens`);
      const quiet = await cpuOver(subject, () => sleep(options.seconds * 1_000));
      const round = { simulator, watch, seconds: options.seconds, first: 0, perSecond: options.eventsPerSecond };
      const told = nothingTold();
      const perSecond = busyHourPace(options);
      say(`${options.seconds} s of ${perSecond} events a second, as many as rooms that are never empty make`);
      const full = await cpuOver(subject, () => events({ ...round, perSecond }, told));
      say(`${options.seconds} s of ${options.eventsPerSecond} events a second, in commissioning`);
      const busy = await cpuOver(subject, () => events(round, told));
      say(`${seen(told)}; 10 s more of them, profiled`);
      const [profile] = await Promise.all([subject.profile(10), events({ ...round, seconds: 10 }, nothingTold())]);
      const opened = nothingTold();
      say(`${options.seconds} s of ${options.incidentsPerSecond} events a second, an incident each`);
      const opening = await cpuOver(subject, () =>
        events({ ...round, first: quietOnes(options), perSecond: options.incidentsPerSecond }, opened),
      );
      say(`${seen(opened)}; the processes are stopped`);
      const used = simulator.usage();
      return report(options, { quiet, full, busy, opening, told, opened, profile, idle, used, rssBytes: subject.usage().rssBytes });
    } finally {
      await watch.stop();
    }
  } finally {
    await subject?.stop();
    await simulator?.stop();
    rmSync(folder, { recursive: true, force: true });
  }
}

/** The shipped rules, but that one observation is enough: what is pending is in memory only, and its commit could not be seen. */
function hastyPack(): string {
  const shipped = readFileSync(join(projectRoot(), "rules", "packs", "video.yaml"), "utf8");
  return shipped.replace(/^ {4}attempts: \d+$/gm, "    attempts: 1").replace(/^ {4}(for|retry): .*$\n/gm, "");
}

function specOf(count: number, sshPort: number, snmpPort: number): SimulatedNetworkSpec {
  const devices = Array.from(
    { length: count },
    (_, index): SimulatedDevice => ({
      id: benchDevice(index),
      name: `Device ${index}`,
      address: fleetAddress(index),
      family: "cisco-ce",
      kind: "codec",
      parents: [],
      snmp: { community: "env:VIGIE_BENCH_COMMUNITY", port: snmpPort },
      ssh: { port: sshPort, user: "fleet", password: "env:VIGIE_BENCH_PASSWORD" },
    }),
  );
  return { devices };
}

/** Looks are spread over their interval, so that the sessions of all codecs take as long; then five windows. */
function planOf({ codecs, interval, warmUpSeconds, seconds }: ProbesOptions): string {
  return (
    `${codecs} codecs; the start and their first looks (${interval}, at most ${warmUpSeconds} s), then four windows of ${seconds} s and one of 10 s: ` +
    `at most ${Math.ceil((warmUpSeconds + 4 * seconds + 60) / 60)} minutes where the machine is free`
  );
}

const seen = ({ raised, ended, lost }: Told): string => `${raised.length} faults and ${ended.length} ends were seen, ${lost} not`;

/** Every codec has answered a look, so that its session is kept and listens. */
async function sessionsUp(subject: Subject, { codecs, warmUpSeconds }: ProbesOptions, say: Phases["say"]): Promise<void> {
  const began = performance.now();
  const deadline = began + warmUpSeconds * 1_000;
  let sayAt = began + 15_000;
  for (;;) {
    const { text } = await subject.scrape();
    const up = [...text.matchAll(/^vigie_device_look_up\{[^}]*\} 1$/gm)].length;
    if (up >= codecs) break;
    if (performance.now() > deadline) throw new Error(`only ${up} of ${codecs} codecs answered within ${warmUpSeconds} s`);
    if (performance.now() > sayAt) {
      say(`${up} of ${codecs} codecs have answered`);
      sayAt += 15_000;
    }
    await sleep(2_000);
  }
  // The feedback of the last ones is being registered.
  await sleep(5_000);
}

async function cpuOver(subject: Subject, act: () => Promise<void>): Promise<number> {
  const from = subject.usage();
  const began = performance.now();
  await act();
  const to = subject.usage();
  return ((to.ownMs + to.childrenMs - from.ownMs - from.childrenMs) / (performance.now() - began)) * 100;
}

interface Told {
  /** Milliseconds from the order to the commit, of faults and of their ends. */
  readonly raised: number[];
  readonly ended: number[];
  lost: number;
}

const nothingTold = (): Told => ({ raised: [], ended: [], lost: 0 });

/** Codecs that are struck in the first round: in commissioning, so that what is measured is the way of an observation and not of an incident. */
function quietOnes({ eventsPerSecond, seconds }: ProbesOptions): number {
  return Math.floor((eventsPerSecond * seconds) / 2);
}

/** Events a second of all codecs in their busiest hour. */
function busyHourPace({ codecs, eventsPerBusyHour }: ProbesOptions): number {
  return Math.max(1, Math.round((codecs * eventsPerBusyHour) / 3_600));
}

interface Round {
  readonly simulator: SimulatorProcess;
  readonly watch: AlarmWatch;
  readonly seconds: number;
  /** The first codec that is struck; each is struck once. */
  readonly first: number;
  readonly perSecond: number;
}

/** Orders at a steady rate, never waiting for one another; then waits for what is still out. */
async function events({ simulator, watch, seconds, first, perSecond }: Round, told: Told): Promise<void> {
  const half = Math.floor((perSecond * seconds) / 2);
  const began = performance.now();
  const waiting: Promise<void>[] = [];
  for (let n = 0; n < 2 * half; n += 1) {
    await sleep(Math.max(0, began + (n * 1_000) / perSecond - performance.now()));
    const index = n % half;
    const order = orders[index % orders.length] ?? orders[0];
    waiting.push(one(simulator, watch, benchDevice(first + index), n < half ? order.fault : undefined, told));
  }
  await Promise.all(waiting);
}

/** `fault` undefined: everything as it was. */
async function one(simulator: SimulatorProcess, watch: AlarmWatch, device: string, fault: string | undefined, told: Told): Promise<void> {
  const seen = watch.next(device, fault === undefined ? "quiet" : "raised", 10_000);
  const orderedAt = performance.now();
  const answer = await fetch(`${simulator.url}/devices/${device}/faults`, {
    method: fault === undefined ? "DELETE" : "POST",
    headers: { "content-type": "application/json" },
    ...(fault === undefined ? {} : { body: JSON.stringify({ fault }) }),
  });
  await answer.arrayBuffer();
  if (!answer.ok) throw new Error(`the simulator answered ${answer.status} for ${device}`);
  const at = await seen;
  if (at === undefined) told.lost += 1;
  else (fault === undefined ? told.ended : told.raised).push(at - orderedAt);
}

interface Measured {
  readonly quiet: number;
  readonly full: number;
  readonly busy: number;
  readonly opening: number;
  readonly told: Told;
  readonly opened: Told;
  readonly profile: Awaited<ReturnType<Subject["profile"]>>;
  readonly idle: Usage;
  readonly used: Usage;
  readonly rssBytes: number;
}

function report(options: ProbesOptions, { quiet, full, busy, opening, told, opened, profile, idle, used, rssBytes }: Measured): Report {
  const all = [...told.raised, ...told.ended];
  const share = (values: readonly number[], of: number): number => percentile(values, of) / 1_000;
  return {
    figures: [
      lower("probes: event to commit, p50", share(all, 0.5), "s"),
      lower("probes: event to commit, p99", share(all, 0.99), "s", 1),
      lower("probes: event to commit, p99 of faults", share(told.raised, 0.99), "s"),
      lower("probes: event to commit, p99 of their ends", share(told.ended, 0.99), "s"),
      lower("probes: event to commit, slowest", share(all, 1), "s"),
      lower("probes: events that were not seen within 10 s", told.lost + opened.lost, "events", 0),
      lower("probes: CPU of the daemon, sessions kept and nothing happening", quiet, "% of a core", 15),
      lower(`probes: CPU of the daemon at ${busyHourPace(options)} events a second, every room in use`, full, "% of a core", 15),
      lower(`probes: CPU of the daemon at ${options.eventsPerSecond} events a second`, busy, "% of a core", 15),
      lower(
        `probes: event to commit with an incident each, ${options.incidentsPerSecond} a second, p99`,
        share([...opened.raised, ...opened.ended], 0.99),
        "s",
      ),
      lower(`probes: CPU of the daemon with ${options.incidentsPerSecond} incidents a second`, opening, "% of a core"),
      lower("probes: memory of the daemon", rssBytes / 2 ** 20, "MiB"),
      higher("probes: codecs in the simulator's process", options.simulated, "codecs"),
      lower("probes: descriptors of the simulator, all sessions open", used.descriptors, "descriptors", 20_000),
      lower("probes: memory of the simulator a codec, before a session", idle.rssBytes / options.simulated / 1_024, "KiB"),
      lower("probes: memory of the simulator, all sessions open", used.rssBytes / 2 ** 20, "MiB"),
    ],
    notes: [
      `${options.codecs} simulated codecs of the shipped family cisco-ce, each with a kept session, in a process of their own with ${options.simulated - options.codecs} more. ` +
        `Faults are ordered over the simulator's REST interface at ${options.eventsPerSecond} a second for ${options.seconds / 2} s (camera, microphone, touch panel, SIP registration, in turn), then their ends; before that, as many a second as ${options.codecs} rooms make that are never empty (${options.eventsPerBusyHour} an hour each: our own estimate). ` +
        "The codecs that are struck are in commissioning, so that no incident is made; a second round, slower, makes one of each. " +
        "The rules are the shipped ones with one attempt and no waiting, so that the first observation moves an alarm. " +
        "From the order to the commit of that alarm in the store, as another process reads it from the database (asked every 20 ms whether there was a commit): never too short.",
      sharesTable("where the main thread's time goes while events come", profile.areas, 12),
      sharesTable("the functions that take most of it", profile.functions, 12),
    ],
  };
}

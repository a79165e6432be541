/**
 * What a diagnosis asks of devices: a ping of the device and of who stands beside it, the way of a packet, SNMP, the command line, call ports.
 *
 * Through the daemon's own probes: their ceilings, one session a device, the login guard. What is found here goes to no rule. A login that was
 * refused is not tried again.
 */
import { isIP } from "node:net";
import { type Traced, trace } from "../../probes/discover/trace.ts";
import { ownFacts, ownWord } from "../../rules/diagnosis-own.ts";
import { isRefused, pathWord, pingWord, portsWord, shellWord, snmpWord } from "../../rules/diagnosis-words.ts";
import type { BoardView, LastLook } from "../board.ts";
import type { DiagnosisFact, DiagnosisPath } from "../model/diagnosis.ts";
import type { Family } from "../model/family.ts";
import type { Check, Device, Network } from "../model/network.ts";
import type { Finding, ProbeKind } from "../model/observation.ts";
import type { Clock } from "../ports.ts";
import type { DiagnosisCheck, Gathered } from "../roles/diagnoser.ts";
import { factMaker, type Subject } from "./subject.ts";

export interface AskingDeps {
  readonly clock: Clock;
  readonly network: () => Network;
  readonly families: () => ReadonlyMap<string, Family>;
  readonly board: BoardView;
  readonly look: (check: Check, signal: AbortSignal) => Promise<Finding>;
  /** The same, with what only a diagnosis reads: self-test, log. */
  readonly lookClosely: (check: Check, signal: AbortSignal) => Promise<Finding>;
  readonly pace: (site: string, packets: number, signal: AbortSignal) => Promise<void>;
  /** Who follows a packet's way; undefined: it cannot be followed. */
  readonly fping: string | undefined;
  /** Numeric address of a device; undefined: its name does not resolve. */
  readonly resolve: (address: string) => Promise<string | undefined>;
  /** Each check's time, so that a look ends before it. */
  readonly checkWithinMs: () => number;
}

const pingWithinMs = 1_500;
/** Before the deadline of a check, so that its hops are told. */
const marginMs = 500;

/** Who is pinged, by the fact that it makes. Who is not there is `none`; who is the device itself is `itself`. */
export function pings(deps: AskingDeps, subject: Subject): readonly DiagnosisCheck[] {
  const { device, parent, gateway, neighbour, core } = subject;
  const beside = (other: Device | undefined) => (other !== undefined && other.id === device?.id ? "itself" : other);
  const asked = [
    ["ping", device],
    ["parent", parent],
    ["gateway", beside(gateway)],
    ["neighbour", neighbour],
    ["core", beside(core)],
  ] as const;
  return asked.map(([name, of]) => ({
    id: name,
    tells: [name],
    run: async (signal) => {
      const fact = factMaker(deps.clock.now(), "look");
      if (of === undefined) return { facts: [fact(name, "none")] };
      if (of === "itself") return { facts: [fact(name, "itself", { of: device?.id })] };
      const finding = await deps.look(pingOf(of), signal);
      const at = factMaker(deps.clock.now(), "look");
      return { facts: [at(name, pingWord(finding), { of: of.id, detail: detailOf(finding) })] };
    },
  }));
}

/** A ping of whoever it is, also where the configuration asks for none. */
export function pingOf(device: Device): Check {
  const own = device.checks.find(({ kind }) => kind === "icmp");
  const usual = { id: `${device.id}/icmp`, device: device.id, kind: "icmp" as const, intervalMs: 0 };
  return { ...(own ?? usual), timeoutMs: Math.min(own?.timeoutMs ?? pingWithinMs, pingWithinMs) };
}

function detailOf({ code, detail, samples }: Finding): string | undefined {
  if (detail !== undefined || code !== undefined) return [code, detail].filter((each) => each !== undefined).join(": ");
  const avg = samples.find(({ name }) => name === "icmp_rtt_avg_seconds")?.value;
  const loss = samples.find(({ name }) => name === "icmp_loss_ratio")?.value ?? 0;
  if (avg === undefined) return undefined;
  return `${(avg * 1_000).toFixed(1)} ms${loss > 0 ? `, ${Math.round(loss * 100)} % lost` : ""}`;
}

/** The fact that a kind of look makes, and its word. A web interface stands for the command line of what has none. */
const kinds: readonly (readonly [kind: ProbeKind, fact: string, word: (finding: Finding) => string])[] = [
  ["snmp", "snmp", snmpWord],
  ["ssh", "shell", shellWord],
  ["telnet", "shell", shellWord],
  ["https", "shell", shellWord],
  ["tcp", "call-ports", portsWord],
];

/** Everything but pings that the device's configuration asks for; what it is not asked for is `none`. `read`: facts in what it answered. */
export function services(
  deps: AskingDeps,
  device: Device,
  read: (finding: Finding) => readonly DiagnosisFact[],
): readonly DiagnosisCheck[] {
  const own = kinds.filter(([kind]) => kind !== "https" || !device.checks.some((each) => each.kind === "ssh" || each.kind === "telnet"));
  const silent: DiagnosisCheck = {
    id: "services",
    tells: [],
    run: async () => {
      const fact = factMaker(deps.clock.now(), "known");
      const asked = new Set(own.flatMap(([kind, name]) => (device.checks.some((each) => each.kind === kind) ? [name] : [])));
      const rest = ["snmp", "shell", "call-ports"].filter((name) => !asked.has(name));
      const untold = untoldOwn(deps.families().get(device.family), device);
      return { facts: [...rest, ...untold].map((name) => fact(name, "none")) };
    },
  };
  const looks = own.flatMap(([kind, name, word]): DiagnosisCheck[] => {
    const check = device.checks.find((each) => each.kind === kind);
    if (check === undefined) return [];
    const tells = [name, ...ownFacts(deps.families().get(device.family), kind)];
    return [{ id: kind, tells, run: (signal) => lookAt(deps, { device, check, name, word, read }, signal) }];
  });
  return [silent, ...looks];
}

interface Looked {
  readonly device: Device;
  readonly check: Check;
  readonly name: string;
  readonly word: (finding: Finding) => string;
  readonly read: (finding: Finding) => readonly DiagnosisFact[];
}

async function lookAt(deps: AskingDeps, { device, check, name, word, read }: Looked, signal: AbortSignal): Promise<Gathered> {
  const last = deps.board.get(device.id)?.looks.get(check.id);
  if (last !== undefined && isRefused(last))
    return { facts: [knownFact(deps, name, "refused", device, last), ...ownFactsOf(deps, device, check.kind, undefined)] };
  const timeoutMs = Math.min(check.timeoutMs, deps.checkWithinMs() - marginMs);
  const finding = await deps.lookClosely({ ...check, timeoutMs }, signal);
  const fact = factMaker(deps.clock.now(), "look");
  return {
    facts: [
      fact(name, word(finding), { of: device.id, detail: detailOf(finding) }),
      ...ownFactsOf(deps, device, check.kind, finding),
      ...(finding.status === "up" ? read(finding) : []),
    ],
  };
}

/** Self-test and log, as far as a look of this kind tells them. `finding` undefined: it was not asked. */
function ownFactsOf(
  { clock, families }: AskingDeps,
  device: Device,
  kind: ProbeKind,
  finding: Finding | undefined,
): readonly DiagnosisFact[] {
  const family = families().get(device.family);
  if (family === undefined) return [];
  const fact = factMaker(clock.now(), "look");
  return ownFacts(family, kind).map((name) => {
    if (finding?.status !== "up") return fact(name, "unknown", { of: device.id });
    const { value, detail } = ownWord(family, name, finding);
    return fact(name, value, { of: device.id, detail });
  });
}

/** What this family does not tell of itself, or this device is not asked for. */
function untoldOwn(family: Family | undefined, { checks }: Device): readonly string[] {
  const told = new Set(checks.flatMap(({ kind }) => ownFacts(family, kind)));
  return (["self-test", "log"] as const).filter((name) => !told.has(name));
}

function knownFact({ clock }: AskingDeps, name: string, value: string, { id }: Device, last: LastLook): DiagnosisFact {
  const seconds = Math.round((clock.now() - last.at) / 1_000);
  return { ...factMaker(last.at, "known")(name, value, { of: id, detail: `${last.code ?? ""} ${seconds} s ago; not tried again` }) };
}

/** What is known of a device that answers no ping: it is not asked more, its last looks say it. */
export function lastServices({ clock, board, families }: AskingDeps, device: Device): DiagnosisCheck {
  return {
    id: "services",
    tells: ["snmp", "shell", "call-ports", "self-test", "log"],
    run: async () => {
      const facts = kinds.flatMap(([kind, name, word]): DiagnosisFact[] => {
        const check = device.checks.find((each) => each.kind === kind);
        const last = check === undefined ? undefined : board.get(device.id)?.looks.get(check.id);
        if (last === undefined) return [];
        return [factMaker(last.at, "known")(name, word({ ...last, faults: [] }), { of: device.id, detail: last.code })];
      });
      const told = new Set(facts.map(({ name }) => name));
      const fact = factMaker(clock.now(), "known");
      const asked = (name: string) => kinds.some(([kind, of]) => of === name && device.checks.some((each) => each.kind === kind));
      const rest = ["snmp", "shell", "call-ports"].filter((name) => !told.has(name));
      const untold = new Set(untoldOwn(families().get(device.family), device));
      const own = ["self-test", "log"].map((name) => fact(name, untold.has(name) ? "none" : "unknown"));
      return { facts: [...facts, ...rest.map((name) => fact(name, asked(name) ? "unknown" : "none")), ...own] };
    },
  };
}

/** The way to the device, and to others for comparison. `known`: who answered the ping, so that its way is short. */
export function ways(deps: AskingDeps, subject: Subject, others: readonly Device[]): readonly DiagnosisCheck[] {
  const { device } = subject;
  const own: DiagnosisCheck[] = device === undefined ? [] : [wayTo(deps, subject, device, true)];
  return [...own, ...others.map((each) => wayTo(deps, subject, each, false))];
}

function wayTo(deps: AskingDeps, subject: Subject, to: Device, counts: boolean): DiagnosisCheck {
  return {
    id: counts ? "path" : `path-to-${to.id}`,
    tells: counts ? ["path"] : [],
    run: async (signal) => {
      const found = await follow(deps, to, signal);
      const fact = factMaker(deps.clock.now(), "look");
      if (typeof found === "string") return { facts: counts ? [fact("path", "unknown", { of: to.id, detail: found })] : [] };
      const { way, path } = found;
      const { devices } = deps.network();
      const hops = path.hops.flatMap((hop) => (hop === undefined ? [] : [devices.get(hop)?.site]));
      const word = pathWord({ reached: way.reached, hops, site: subject.site, home: subject.home });
      const detail = path.hops.map((hop) => hop ?? "*").join(" > ");
      return { facts: counts ? [fact("path", word, { of: to.id, detail })] : [], paths: [path] };
    },
  };
}

/** A sentence where the way cannot be followed. */
async function follow(deps: AskingDeps, to: Device, signal: AbortSignal): Promise<{ way: Traced; path: DiagnosisPath } | string> {
  if (deps.fping === undefined) return "fping is not installed, so a packet's way cannot be followed";
  const address = isIP(to.address) === 0 ? await deps.resolve(to.address) : to.address;
  if (address === undefined) return `the name ${to.address} does not resolve`;
  const until = AbortSignal.any([signal, AbortSignal.timeout(Math.max(500, deps.checkWithinMs() - marginMs))]);
  const way = await trace(address, { fping: deps.fping, pay: (packets) => deps.pace(to.site, packets, until), signal: until, waitMs: 600 });
  const byAddress = new Map([...deps.network().devices.values()].map((device) => [device.address, device.id]));
  const hops = way.hops.map((hop) => (hop === undefined ? undefined : (byAddress.get(hop) ?? hop)));
  // What did not answer to the end says nothing: the list ends with the last that spoke.
  const last = hops.findLastIndex((hop) => hop !== undefined);
  return { way, path: { to: to.id, hops: way.reached ? hops : hops.slice(0, last + 1), reached: way.reached } };
}

/**
 * One look: what is asked, and what the answers come to. The asking fills `Progress`; the verdict is pure and may come before the asking ended.
 */
import type { Family, SnmpColumn } from "../../daemon/model/family.ts";
import { bare, type Fault, type Finding } from "../../daemon/model/observation.ts";
import type { Conversation, Told } from "./conversation.ts";
import { addMeaning, type CounterMemory, forgetUnread, type Gathered } from "./meaning.ts";
import { snmpEngineBoots, snmpEngineTime, sysUpTime, tableOf } from "./oid.ts";
import { type ReadMemory, readScalars, type ScalarValues } from "./scalars.ts";
import { columnsOf, interfaceNames, rowsOf, wholeLists } from "./table.ts";
import { judgeUptime, type UptimeReading, uptimeSeconds } from "./uptime.ts";
import { isAbsent, numberOf } from "./value.ts";
import { type Column, emptyColumn, walk } from "./walk.ts";

/** What is remembered of a device from look to look. */
export interface DeviceMemory extends ReadMemory {
  /** Undefined where nothing counts. */
  counters: CounterMemory | undefined;
  uptime: UptimeReading | undefined;
  /** ifIndex → name, as the last walk of IF-MIB told it: a trap names an interface by its index only. */
  interfaces: ReadonlyMap<string, string>;
}

export interface Plan {
  readonly family: Family;
  /** False for SNMPv1. */
  readonly bulk: boolean;
  readonly rowsAtMost: number;
}

/** What was read so far. */
export interface Progress {
  readonly scalars: ScalarValues;
  readonly tables: Map<string, Column>;
  /** What ended the scalars early. */
  ended: Told | undefined;
}

/** Read by every look whether the family names them or not. */
const always: readonly string[] = [sysUpTime, snmpEngineBoots, snmpEngineTime];

const names = new WeakMap<Family, readonly string[]>();

export async function readAll(talk: Conversation, memory: DeviceMemory, plan: Plan, progress: Progress): Promise<void> {
  const { columns } = plan.family.snmp;
  progress.ended = await readScalars(talk, memory, namesOf(plan.family), progress.scalars);
  if (progress.ended !== undefined) return;
  const walks = [...tablesOf(columns)].map((table) => {
    for (const [oid, column] of table) progress.tables.set(oid, column);
    return walk(talk, memory, table, { bulk: plan.bulk, rowsAtMost: plan.rowsAtMost });
  });
  await Promise.all(walks);
}

/** Each name once; worked out once a family. */
function namesOf(family: Family): readonly string[] {
  let known = names.get(family);
  if (known === undefined) {
    known = [...new Set([...always, ...family.snmp.scalars.map(({ oid }) => oid)])];
    names.set(family, known);
  }
  return known;
}

/** The columns to walk, table by table: those of one table go side by side. */
function tablesOf(columns: readonly SnmpColumn[]): Iterable<Map<string, Column>> {
  const tables = new Map<string, Map<string, Column>>();
  for (const oid of columnsOf(columns)) {
    const table = tables.get(tableOf(oid)) ?? new Map<string, Column>();
    table.set(oid, emptyColumn());
    tables.set(tableOf(oid), table);
  }
  return tables.values();
}

export interface Ending {
  readonly plan: Plan;
  readonly progress: Progress;
  readonly talk: Conversation;
  readonly memory: DeviceMemory;
  readonly how: "done" | "deadline" | "called-off";
  readonly address: string;
  /** When the look ended; never jumps. */
  readonly atMs: number;
  readonly trace: boolean;
  readonly timeoutMs: number;
  /** The longest time that our own event loop was held up during the look. */
  readonly stalledMs: number;
}

/** Held up for this share of the deadline, a whole attempt's time may have passed with its reply waiting in the socket. */
const stallShare = 0.15;

/** The verdict. Moves the memory of the device on. */
export function conclude(ending: Ending): Finding {
  const failed = whyFailed(ending);
  if (failed !== undefined) return { ...failed, trace: ending.talk.trace() };
  const { memory, plan, progress } = ending;
  const { values } = progress.scalars;
  const into: Gathered = { samples: [], readings: [] };
  const faults: Fault[] = [];
  const uptime = uptimeOf(progress.scalars, ending.atMs);
  const restarted = addUptime(uptime, memory.uptime, into, faults);
  const counters = memory.counters ?? new Map();
  const before = { counters, restarted, atMs: ending.atMs };
  for (const read of plan.family.snmp.scalars) {
    const varbind = values.get(read.oid);
    if (varbind !== undefined && !isAbsent(varbind) && !always.includes(read.oid)) addMeaning({ read }, varbind, before, into);
  }
  for (const column of plan.family.snmp.columns) {
    const bits = column.bits ?? 32;
    for (const { value, ...row } of rowsOf(column, progress.tables)) addMeaning({ ...row, read: column, bits }, value, before, into);
  }
  const whole = wholeLists(plan.family.snmp.columns, progress.tables);
  forgetUnread(counters, ending.atMs);
  memory.counters = counters.size === 0 ? undefined : counters;
  const names = interfaceNames(plan.family.snmp.columns, progress.tables);
  if (names.size > 0) memory.interfaces = names;
  if (uptime !== undefined) memory.uptime = uptime;
  const trace = ending.trace ? { trace: ending.talk.trace() } : {};
  return { status: "up", ...into, faults, ...(whole.length === 0 ? {} : { whole }), ...trace };
}

function uptimeOf(scalars: ScalarValues, atMs: number): UptimeReading | undefined {
  const read = (oid: string) => {
    const varbind = scalars.values.get(oid);
    return varbind === undefined ? undefined : numberOf(varbind);
  };
  const ticks = read(sysUpTime);
  if (ticks === undefined) return undefined;
  const engineBoots = scalars.engine?.boots ?? read(snmpEngineBoots);
  const engineTime = scalars.engine?.time ?? read(snmpEngineTime);
  return { ticks, atMs, ...(engineBoots === undefined ? {} : { engineBoots }), ...(engineTime === undefined ? {} : { engineTime }) };
}

/** The uptime as samples, and the restart as an event. */
function addUptime(now: UptimeReading | undefined, before: UptimeReading | undefined, into: Gathered, faults: Fault[]): boolean {
  if (now === undefined) return false;
  into.samples.push({ name: "uptime_seconds", value: uptimeSeconds(now) });
  if (now.engineBoots !== undefined) into.readings.push({ name: "engine_boots", value: String(now.engineBoots) });
  const { restarted } = judgeUptime(before, now);
  if (restarted && before !== undefined) {
    const text = `sysUpTime went from ${Math.round(uptimeSeconds(before))} s to ${Math.round(uptimeSeconds(now))} s`;
    faults.push({ symptom: "reboot", effect: "event", text });
  }
  return restarted;
}

/** Why the look is not up; undefined when the agent answered. */
function whyFailed(ending: Ending): Finding | undefined {
  const { progress, talk, how, address, timeoutMs, stalledMs } = ending;
  if (how === "called-off") return bare("unknown", "probe.crash", "the look was called off");
  const told = progress.ended;
  if (told !== undefined && told.kind !== "over" && told.kind !== "silent") return failure(told, address);
  if (talk.alive) return undefined;
  if (talk.sent === 0)
    return bare("unknown", "probe.paced", `the ceiling of the site let no request to ${address} out within ${timeoutMs} ms`);
  // Wrong privacy keys make many agents drop the request without a word, though they answered the discovery a moment ago.
  if (talk.onlyDiscovered)
    return bare(
      "unknown",
      "snmp.auth-refused",
      `${address} answers the discovery but no request: wrong privacy key or protocol, or a hanging agent`,
    );
  if (stalledMs >= timeoutMs * stallShare)
    return bare(
      "unknown",
      "probe.late",
      `this machine was held up for ${Math.round(stalledMs)} ms while ${address} had ${timeoutMs} ms to answer`,
    );
  return bare("down", "snmp.timeout", `${address} did not answer within ${timeoutMs} ms`);
}

function failure(told: Told, address: string): Finding {
  switch (told.kind) {
    case "refused":
      return bare("unknown", "snmp.auth-refused", `${address} refuses the credential: ${told.why}`);
    case "unsupported":
      return bare("unknown", "snmp.unsupported", `Node's OpenSSL cannot do what the credential asks for (${told.why})`);
    case "nonsense":
      return bare("unknown", "snmp.reply", `${address} answers nonsense: ${told.why}`);
    case "blocked":
      return bare("unknown", "snmp.no-route", `no request to ${address} could be sent from here (${told.why})`);
    case "over":
    case "silent":
    case "values":
    case "error":
      return bare("unknown", "snmp.reply", `${address} answered what was not asked`);
  }
}

/**
 * What the kernel says of a process and of everything under it: CPU time, memory, descriptors. Linux only.
 */
import { readdirSync, readFileSync } from "node:fs";

/** USER_HZ: the unit of /proc/<pid>/stat on every Linux that Node runs on. */
const tickMs = 10;

interface Stat {
  readonly pid: number;
  readonly parent: number;
  readonly name: string;
  /** Its own CPU time and that of its children that have ended. */
  readonly cpuMs: number;
}

function statOf(pid: number | string): Stat | undefined {
  try {
    const text = readFileSync(`/proc/${pid}/stat`, "utf8");
    const end = text.lastIndexOf(")");
    const fields = text.slice(end + 2).split(" ");
    // Fields are counted from `state`, the third: utime stime cutime cstime are 14 to 17.
    const cpuMs = [11, 12, 13, 14].reduce((sum, at) => sum + Number(fields[at]) * tickMs, 0);
    return { pid: Number(pid), parent: Number(fields[1]), name: text.slice(text.indexOf("(") + 1, end), cpuMs };
  } catch {
    // It has ended meanwhile.
    return undefined;
  }
}

/** The process and all its descendants. */
function family(pid: number): readonly Stat[] {
  const all = readdirSync("/proc").flatMap((name) => (/^\d+$/.test(name) ? (statOf(name) ?? []) : []));
  const found: Stat[] = [];
  let level = all.filter((one) => one.pid === pid);
  while (level.length > 0) {
    found.push(...level);
    const parents = new Set(level.map((one) => one.pid));
    level = all.filter((one) => parents.has(one.parent));
  }
  return found;
}

export interface Usage {
  /** CPU time since start: the process alone, and what it started. */
  readonly ownMs: number;
  /** Of that, the main thread. */
  readonly mainMs: number;
  readonly childrenMs: number;
  /** Resident memory of the process; of what it started. */
  readonly rssBytes: number;
  readonly childrenRssBytes: number;
  readonly descriptors: number;
}

export function usage(pid: number): Usage {
  const [own, ...children] = family(pid);
  const mine = own === undefined ? 0 : own.cpuMs;
  const reaped = reapedMs(pid);
  return {
    ownMs: mine - reaped,
    mainMs: mainThreadMs(pid),
    childrenMs: children.reduce((sum, one) => sum + one.cpuMs, reaped),
    rssBytes: rss(pid),
    childrenRssBytes: children.reduce((sum, one) => sum + rss(one.pid), 0),
    descriptors: countDescriptors(pid),
  };
}

/** CPU time of the children of a process that have ended. */
function reapedMs(pid: number): number {
  return timesOf(`/proc/${pid}/stat`, [13, 14]);
}

/** The first thread of a process has the process's number. */
function mainThreadMs(pid: number): number {
  return timesOf(`/proc/${pid}/task/${pid}/stat`, [11, 12]);
}

/** The sum of some fields, counted from `state`; 0 when the process has ended. */
function timesOf(file: string, fields: readonly number[]): number {
  try {
    const text = readFileSync(file, "utf8");
    const all = text.slice(text.lastIndexOf(")") + 2).split(" ");
    return fields.reduce((sum, at) => sum + Number(all[at]) * tickMs, 0);
  } catch {
    return 0;
  }
}

function rss(pid: number): number {
  try {
    return Number(/^VmRSS:\s+(\d+) kB/m.exec(readFileSync(`/proc/${pid}/status`, "utf8"))?.[1] ?? 0) * 1_024;
  } catch {
    return 0;
  }
}

function countDescriptors(pid: number): number {
  try {
    return readdirSync(`/proc/${pid}/fd`).length;
  } catch {
    return 0;
  }
}

/**
 * Reads a CPU profile: which part of the code the main thread's time went to, as a share of one core.
 */
import { projectRoot } from "../../probes/built.ts";

interface CallFrame {
  readonly functionName: string;
  readonly url: string;
  readonly lineNumber: number;
}

interface CpuProfile {
  readonly nodes: readonly { readonly id: number; readonly callFrame: CallFrame }[];
  readonly samples: readonly number[];
  readonly timeDeltas: readonly number[];
  readonly startTime: number;
  readonly endTime: number;
}

export interface Share {
  readonly what: string;
  /** Percent of one core. */
  readonly percent: number;
}

/** The inspector's own call: starting a profile walks the whole heap, for about a second at 250 MB. */
function isProfiler({ functionName, url }: CallFrame): boolean {
  return functionName === "dispatch" && url === "";
}

/** Self time, by part of the code and by function; idle time and the profiler itself are left out. */
export function sharesOf(profile: CpuProfile): { readonly areas: readonly Share[]; readonly functions: readonly Share[] } {
  const frames = new Map(profile.nodes.map((node) => [node.id, node.callFrame]));
  const areas = new Map<string, number>();
  const functions = new Map<string, number>();
  let starting = 0;
  profile.samples.forEach((id, at) => {
    const frame = frames.get(id);
    const micros = profile.timeDeltas[at] ?? 0;
    if (frame !== undefined && isProfiler(frame)) starting += micros;
    if (frame === undefined || frame.functionName === "(idle)" || isProfiler(frame)) return;
    add(areas, areaOf(frame), micros);
    add(functions, `${frame.functionName === "" ? "(anonymous)" : frame.functionName} — ${placeOf(frame)}`, micros);
  });
  // While the profile begins nothing else runs: that time is no part of what is profiled.
  const whole = profile.endTime - profile.startTime - starting;
  const sorted = (of: ReadonlyMap<string, number>) =>
    [...of].map(([what, micros]): Share => ({ what, percent: (micros / whole) * 100 })).sort((a, b) => b.percent - a.percent);
  return { areas: sorted(areas), functions: sorted(functions) };
}

function add(to: Map<string, number>, key: string, value: number): void {
  to.set(key, (to.get(key) ?? 0) + value);
}

/** `probes/snmp`, `package net-snmp`, `node:dgram`, `the garbage collector`, `native code and system calls`. */
function areaOf({ functionName, url }: CallFrame): string {
  if (functionName === "(garbage collector)") return "the garbage collector";
  if (functionName === "(program)" || url === "") return "native code and system calls";
  if (url.startsWith("node:")) return url.replace("internal/", "").split("/").slice(0, 1).join("/");
  const inside = shown(url);
  const parcel = /node_modules\/((?:@[^/]+\/)?[^/]+)/.exec(inside)?.[1];
  if (parcel !== undefined) return `package ${parcel}`;
  return inside.split("/").slice(0, 2).join("/");
}

function placeOf(frame: CallFrame): string {
  return frame.url === "" ? "native" : frame.url.startsWith("node:") ? frame.url : `${shown(frame.url)}:${frame.lineNumber + 1}`;
}

function shown(url: string): string {
  return url
    .replace("file://", "")
    .replace(`${projectRoot()}/`, "")
    .replace(/^dist\//, "");
}

/** A Markdown table of the first shares. */
export function sharesTable(heading: string, shares: readonly Share[], rows: number): string {
  const lines = shares.slice(0, rows).map(({ what, percent }) => `| ${what.replaceAll("|", "\\|")} | ${percent.toFixed(2)} |`);
  return [`| ${heading} | % of a core |`, "|---|---:|", ...lines].join("\n");
}

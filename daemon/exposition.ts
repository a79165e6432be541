/**
 * Device samples and incidents in the Prometheus text format, written by hand: prom-client stops the loop at this number of series.
 *
 * Family by family, in slices that give the event loop back and leave at once: the whole text is never in memory.
 */
import type { BoardView, LastLook } from "./board.ts";
import { type IncidentSummary, incidentLines, incidentMetricNames, recurrenceLines, ruleLines } from "./export/incident-metrics.ts";
import { sampleHelp } from "./export/sample-help.ts";
import { noPlan, type Plan, Plans } from "./export/sample-plan.ts";
import { escapeLabel, heading, writeValue } from "./export/text-format.ts";
import type { DeviceKind, Family } from "./model/family.ts";
import { type DeviceLights, type LightState, lightNames } from "./model/lights.ts";
import type { Device, Network } from "./model/network.ts";
import type { Recurrence } from "./ports.ts";
import type { RuleTally } from "./ports-rules.ts";

export interface ExpositionSources {
  readonly board: BoardView;
  readonly network: () => Network;
  /** Every incident that is not closed and not folded. */
  readonly incidents: () => readonly IncidentSummary[];
  /** The most frequent failures, as last read from the store; its limit bounds the series. Without it there is no such family. */
  readonly recurrences?: () => readonly Recurrence[];
  /** Incidents by rule and outcome, as last read from the store. */
  readonly ruleTallies?: () => readonly RuleTally[];
  /** Does maintenance or a silence keep the whole device quiet now? Without it nothing is. */
  readonly muted?: () => (device: string) => boolean;
  /** By id: which readings are texts. Without it none is taken for one. */
  readonly families?: () => ReadonlyMap<string, Family>;
}

export interface Exposition {
  /** Complete lines, family by family; between two slices the event loop runs. */
  slices(): AsyncIterable<string>;
}

/** The loop is given back after this long. */
const sliceMs = 3;
/** Readings shown per device, and the longest value: what a device says cannot grow the number of series without end. */
const maxReadings = 64;
const maxValueLength = 80;
/** Facts that change by themselves, so that each change would be a new series. */
const unshownReadings = new Set(["engine_boots"]);
/**
 * Of texts only what counts equipment is shown. A device's own name or description may hold a person's, and serial numbers and
 * neighbours are one series each: they stand on the device's page.
 */
const shownTexts: ReadonlySet<string> = new Set(["model", "software_version"]);

/** Pieces of a slice: about 1,000 lines, 100 KB. */
const piecesOfSlice = 4_096;

/** What is prepared for one device, until its configuration changes. */
interface Prepared {
  readonly device: Device;
  /** `device="…",site="…",family="…"`: of every line about it. */
  readonly labels: string;
  readonly info: string;
  /** Names of readings that are no series. */
  readonly unshown: ReadonlySet<string>;
  plan: Plan;
}

export function createExposition(sources: ExpositionSources): Exposition {
  const prepared = new Map<string, Prepared>();
  const unshown = new WeakMap<Family, ReadonlySet<string>>();
  const unshownOf = (family: Family | undefined): ReadonlySet<string> => {
    if (family === undefined) return unshownReadings;
    const known = unshown.get(family) ?? textsOf(family);
    unshown.set(family, known);
    return known;
  };
  const plans = new Plans(ownNames);

  const prepare = (device: Device): Prepared => {
    const known = prepared.get(device.id);
    if (known?.device === device) return known;
    const labels = `device="${escapeLabel(device.id)}",site="${escapeLabel(device.site)}",family="${escapeLabel(device.family)}"`;
    const room = escapeLabel(device.room ?? "");
    const info = `${labels},kind="${device.kind}",name="${escapeLabel(device.name)}",room="${room}",commissioning="${device.commissioning}"`;
    const made = { device, labels, info, unshown: unshownOf(sources.families?.().get(device.family)), plan: noPlan };
    prepared.set(device.id, made);
    return made;
  };

  /** Every device with its looks as they are now: the families are written one after another, from the same looks. */
  async function snapshot(network: Network): Promise<readonly Row[]> {
    const rows: Row[] = [];
    const isMuted = sources.muted?.();
    let began = performance.now();
    for (const device of network.devices.values()) {
      const ready = prepare(device);
      const state = sources.board.get(device.id);
      const looks = state === undefined ? [] : [...state.looks.values()];
      ready.plan = plans.of(looks, ready.plan);
      const standing = lit.has(device.kind) ? sources.board.lights(device.id) : undefined;
      const muted = isMuted?.(device.id) === true;
      rows.push({ ready, plan: ready.plan, up: state?.up, looks, standing, muted });
      if (performance.now() - began < sliceMs) continue;
      await pause();
      began = performance.now();
    }
    return rows;
  }

  async function* slices(): AsyncIterable<string> {
    const network = sources.network();
    const rows = await snapshot(network);
    for (const family of families(rows)) {
      for (const slice of family) {
        yield slice;
        await pause();
      }
    }
    for (const id of prepared.keys()) if (!network.devices.has(id)) prepared.delete(id);
    yield incidentLines(network, sources.incidents());
    yield recurrenceLines(sources.recurrences?.() ?? []);
    yield ruleLines(sources.ruleTallies?.() ?? []);
  }
  return { slices };
}

function textsOf({ snmp, shell }: Family): ReadonlySet<string> {
  const asked = [...(shell?.asks ?? []), ...(shell?.inCall?.asks ?? [])].flatMap(({ values }) => values);
  const texts = [...snmp.scalars, ...snmp.columns, ...asked].filter(({ as, name }) => as === "text" && !shownTexts.has(name));
  return new Set([...unshownReadings, ...texts.map(({ name }) => name)]);
}

/** A device in one scrape. `up` undefined: it was never looked at. */
interface Row {
  readonly ready: Prepared;
  readonly plan: Plan;
  readonly up: number | undefined;
  readonly looks: readonly LastLook[];
  readonly muted: boolean;
  /** Undefined: no light is shown of it. */
  readonly standing: DeviceLights | undefined;
}

/**
 * Kinds whose lights are series: what people meet in. Of a switch or a router the lights say what vigie_device_up and its looks
 * say already, and there are many of them.
 */
const lit: ReadonlySet<DeviceKind> = new Set<DeviceKind>(["codec", "bridge", "gatekeeper", "endpoint"]);
const lightTails = lightNames.map((name) => [name, `,light="${name}"} `] as const);
/** What does not apply is no series. */
const lightValues: Readonly<Record<LightState, string | undefined>> = {
  good: "1",
  warning: "0.5",
  bad: "0",
  unknown: "NaN",
  "not-applicable": undefined,
};

/** Adds a device's lines of one family; each begins with the line feed that ends the line before. */
type Writer = (row: Row, out: string[]) => void;

function* families(rows: readonly Row[]): Iterable<Iterable<string>> {
  for (const [name, help, write] of fixed) yield family(name, help, rows, write);
  const names = new Set([...new Set(rows.map((row) => row.plan))].flatMap((plan) => [...plan.families.keys()]));
  for (const name of names) {
    const start = `\n${name}{`;
    yield family(name, sampleHelp(name.slice("vigie_".length)), rows, ({ ready, plan, looks }, out) => {
      for (const { look, sample, tail } of plan.families.get(name) ?? [])
        out.push(start, ready.labels, tail, writeValue(looks[look]?.samples[sample]?.value ?? Number.NaN));
    });
  }
}

/** One family in slices; nothing when it has no line. Pieces are joined at once: strings grown line by line cost the collector more than the writing. */
function* family(name: string, help: string, rows: readonly Row[], write: Writer): Iterable<string> {
  let out: string[] = [];
  let lines = 0;
  for (const row of rows) {
    write(row, out);
    if (out.length < piecesOfSlice) continue;
    yield (lines === 0 ? heading(name, help) : "") + out.join("");
    lines += out.length;
    out = [];
  }
  if (lines > 0 || out.length > 0) yield `${lines === 0 ? heading(name, help) : ""}${out.join("")}\n`;
}

function lookValue(look: LastLook): string {
  switch (look.status) {
    case "up":
      return "1";
    case "down":
      return "0";
    case "unknown":
      return "NaN";
  }
}

function writeReadings({ ready, looks }: Row, out: string[]): void {
  let count = 0;
  for (const { kind, readings } of looks) {
    for (const reading of readings) {
      if (ready.unshown.has(reading.name)) continue;
      if (count >= maxReadings) return;
      count += 1;
      const value = escapeLabel(reading.value.slice(0, maxValueLength));
      const part = escapeLabel(reading.part ?? "");
      const state = `state="${escapeLabel(reading.name)}",value="${value}",part="${part}",look="${kind}"`;
      out.push("\nvigie_device_state{", ready.labels, `,${state}} 1`);
    }
  }
}

const fixed: readonly (readonly [name: string, help: string, write: Writer])[] = [
  [
    "vigie_device_up",
    "1 in service, 0 out of service, NaN while unknown: we could not look.",
    ({ ready, up }, out) => out.push("\nvigie_device_up{", ready.labels, "} ", writeValue(up ?? Number.NaN)),
  ],
  [
    "vigie_device_info",
    "Always 1; what the configuration says of the device. In commissioning it pages nobody.",
    ({ ready }, out) => out.push("\nvigie_device_info{", ready.info, "} 1"),
  ],
  [
    "vigie_device_muted",
    "Always 1; maintenance or a silence keeps the whole device quiet now. Rules of your own: `unless on (device) vigie_device_muted`.",
    ({ ready, muted }, out) => {
      if (muted) out.push("\nvigie_device_muted{", ready.labels, "} 1");
    },
  ],
  [
    "vigie_device_look_up",
    "The last look of this kind: 1 up, 0 down, NaN unknown.",
    ({ ready, looks }, out) => {
      for (const look of looks) out.push("\nvigie_device_look_up{", ready.labels, kindTail(look), lookValue(look));
    },
  ],
  [
    "vigie_device_look_timestamp_seconds",
    "When the last look of this kind ended.",
    ({ ready, looks }, out) => {
      for (const look of looks) out.push("\nvigie_device_look_timestamp_seconds{", ready.labels, kindTail(look), String(look.at / 1000));
    },
  ],
  ["vigie_device_state", "Always 1; a state the device tells in words.", writeReadings],
  ["vigie_device_light", "1 good, 0.5 warning, 0 bad, NaN unknown; of codecs, bridges, gatekeepers and endpoints.", writeLights],
  [
    "vigie_device_activity",
    "Always 1; what a codec, bridge or endpoint is doing.",
    ({ ready, standing }, out) => {
      if (standing?.activity !== undefined) out.push("\nvigie_device_activity{", ready.labels, `,activity="${standing.activity.state}"} 1`);
    },
  ],
];

function writeLights({ ready, standing }: Row, out: string[]): void {
  if (standing === undefined) return;
  for (const [name, tail] of lightTails) {
    const value = lightValues[standing.lights[name].state];
    if (value !== undefined) out.push("\nvigie_device_light{", ready.labels, tail, value);
  }
}

function kindTail({ kind }: LastLook): string {
  return `,kind="${kind}"} `;
}

const ownNames: ReadonlySet<string> = new Set([...fixed.map(([name]) => name), ...incidentMetricNames]);

function pause(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve));
}

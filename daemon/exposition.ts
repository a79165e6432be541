/**
 * Device samples and incidents in the Prometheus text format, written by hand: prom-client stops the loop at this number of series.
 *
 * Family by family, in slices of bytes that give the event loop back and leave at once: the whole text is never in memory.
 */
import type { BoardView, LastLook } from "./board.ts";
import { DeviceLabels } from "./export/device-labels.ts";
import { type IncidentSummary, incidentLines, incidentMetricNames, recurrenceLines, ruleLines } from "./export/incident-metrics.ts";
import type { LineBytes } from "./export/line-bytes.ts";
import { sampleHelp } from "./export/sample-help.ts";
import { noPlan, type Place, type Plan, Plans } from "./export/sample-plan.ts";
import { escapeLabel, heading } from "./export/text-format.ts";
import type { DeviceKind, Family } from "./model/family.ts";
import { type DeviceLights, type LightState, lightNames } from "./model/lights.ts";
import type { Network } from "./model/network.ts";
import type { ProbeKind } from "./model/observation.ts";
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
  /** Complete lines in UTF-8, family by family; between two slices the event loop runs. A slice is overwritten when the next one is asked for. */
  slices(): AsyncIterable<Buffer>;
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

/** What is prepared for all devices, until the network changes. */
interface Prepared {
  readonly network: Network;
  readonly labels: DeviceLabels;
  /** By a device's place in the network: what it answered last time. */
  readonly plans: Plan[];
}

export function createExposition(sources: ExpositionSources): Exposition {
  let prepared: Prepared | undefined;
  const unshown = new WeakMap<Family, ReadonlySet<string>>();
  const unshownOf = (family: Family | undefined): ReadonlySet<string> => {
    if (family === undefined) return unshownReadings;
    const known = unshown.get(family) ?? textsOf(family);
    unshown.set(family, known);
    return known;
  };
  const plans = new Plans(ownNames);

  async function prepare(network: Network): Promise<Prepared> {
    if (prepared?.network === network) return prepared;
    const labels = new DeviceLabels();
    let began = performance.now();
    for (const device of network.devices.values()) {
      labels.add(device);
      if (performance.now() - began < sliceMs) continue;
      await pause();
      began = performance.now();
    }
    prepared = { network, labels, plans: [] };
    return prepared;
  }

  /** Every device with its looks as they are now: the families are written one after another, from the same looks. */
  async function snapshot({ network, labels, plans: last }: Prepared): Promise<Snapshot> {
    const rows: Row[] = [];
    const values: number[] = [];
    const isMuted = sources.muted?.();
    const families = sources.families?.();
    let began = performance.now();
    for (const device of network.devices.values()) {
      const place = rows.length;
      const state = sources.board.get(device.id);
      const looks = state === undefined ? [] : [...state.looks.values()];
      const plan = plans.of(looks, last[place] ?? noPlan);
      last[place] = plan;
      const standing = lit.has(device.kind) ? sources.board.lights(device.id) : undefined;
      const muted = isMuted?.(device.id) === true;
      const hidden = unshownOf(families?.get(device.family));
      rows.push({ place, plan, firstValue: values.length, up: state?.up, looks, standing, muted, unshown: hidden });
      for (const { samples } of looks) for (const { value } of samples) values.push(value);
      if (performance.now() - began < sliceMs) continue;
      await pause();
      began = performance.now();
    }
    return { labels, rows, values };
  }

  async function* slices(): AsyncIterable<Buffer> {
    const network = sources.network();
    const shot = await snapshot(await prepare(network));
    const lines = shot.labels.lines();
    for (const family of families(shot, lines)) {
      for (const slice of family) {
        yield slice;
        await pause();
      }
    }
    lines.text(incidentLines(network, sources.incidents()));
    lines.text(recurrenceLines(sources.recurrences?.() ?? []));
    lines.text(ruleLines(sources.ruleTallies?.() ?? []));
    yield lines.take();
  }
  return { slices };
}

function textsOf({ snmp, shell, https }: Family): ReadonlySet<string> {
  const asked = [...(shell?.asks ?? []), ...(shell?.inCall?.asks ?? []), ...(https?.asks ?? [])].flatMap(({ values }) => values);
  const texts = [...snmp.scalars, ...snmp.columns, ...asked].filter(({ as, name }) => as === "text" && !shownTexts.has(name));
  return new Set([...unshownReadings, ...texts.map(({ name }) => name)]);
}

/** A device in one scrape. `up` undefined: it was never looked at. */
interface Row {
  /** In the network, and so among the labels. */
  readonly place: number;
  readonly plan: Plan;
  /** Where the values of its samples begin, look after look. */
  readonly firstValue: number;
  readonly up: number | undefined;
  readonly looks: readonly LastLook[];
  readonly muted: boolean;
  /** Undefined: no light is shown of it. */
  readonly standing: DeviceLights | undefined;
  /** Names of readings that are no series. */
  readonly unshown: ReadonlySet<string>;
}

interface Snapshot {
  readonly labels: DeviceLabels;
  readonly rows: readonly Row[];
  /** Of all samples of all rows: side by side, for they are read once a family. */
  readonly values: readonly number[];
}

/**
 * Kinds whose lights are series: what people meet in. Of a switch or a router the lights say what vigie_device_up and its looks
 * say already, and there are many of them.
 */
const lit: ReadonlySet<DeviceKind> = new Set<DeviceKind>(["codec", "bridge", "gatekeeper", "endpoint"]);
const lightTails = lightNames.map((name) => [name, Buffer.from(`,light="${name}"} `)] as const);
/** What does not apply is no series. */
const lightValues: Readonly<Record<LightState, string | undefined>> = {
  good: "1",
  warning: "0.5",
  bad: "0",
  unknown: "NaN",
  "not-applicable": undefined,
};

/** Writes a device's lines of one family; each begins with the line feed that ends the line before. */
type Writer = (row: Row, to: Lines) => void;

/** Lines of one family. */
class Lines {
  readonly bytes: LineBytes;
  readonly #labels: DeviceLabels;
  readonly #start: Uint8Array;

  constructor(name: string, labels: DeviceLabels, bytes: LineBytes) {
    this.bytes = bytes;
    this.#labels = labels;
    this.#start = Buffer.from(`\n${name}{`);
  }

  /** A line up to the labels that every line about this device has. */
  begin({ place }: Row): LineBytes {
    this.bytes.copy(this.#start);
    this.#labels.write(place, this.bytes);
    return this.bytes;
  }

  info({ place }: Row): void {
    this.bytes.copy(this.#start);
    this.#labels.writeInfo(place, this.bytes);
    this.bytes.text("} 1");
  }
}

function* families({ labels, rows, values }: Snapshot, bytes: LineBytes): Iterable<Iterable<Buffer>> {
  for (const [name, help, write] of fixed) yield family(heading(name, help), rows, write, new Lines(name, labels, bytes));
  const plans = new Set(rows.map((row) => row.plan));
  const names = new Set([...plans].flatMap((plan) => [...plan.families.keys()]));
  for (const name of names) {
    let plan: Plan | undefined;
    let places: readonly Place[] = [];
    const write: Writer = (row, to) => {
      // Neighbours answer alike.
      if (row.plan !== plan) {
        plan = row.plan;
        places = plan.families.get(name) ?? [];
      }
      for (const { value, tail } of places) {
        const line = to.begin(row);
        line.copy(tail);
        line.value(values[row.firstValue + value] ?? Number.NaN);
      }
    };
    yield family(heading(name, sampleHelp(name.slice("vigie_".length))), rows, write, new Lines(name, labels, bytes));
  }
}

/** One family in slices; nothing when it has no line. */
function* family(head: string, rows: readonly Row[], write: Writer, to: Lines): Iterable<Buffer> {
  const { bytes } = to;
  bytes.text(head);
  const headed = bytes.length;
  let sent = false;
  for (const row of rows) {
    write(row, to);
    if (!bytes.full) continue;
    yield bytes.take();
    sent = true;
  }
  if (!sent && bytes.length === headed) {
    bytes.take();
    return;
  }
  bytes.text("\n");
  yield bytes.take();
}

const tailOf = (kind: ProbeKind) => Buffer.from(`,kind="${kind}"} `);
const kindTails: Readonly<Record<ProbeKind, Uint8Array>> = {
  ...{ icmp: tailOf("icmp"), snmp: tailOf("snmp"), ssh: tailOf("ssh") },
  ...{ telnet: tailOf("telnet"), https: tailOf("https"), tcp: tailOf("tcp"), trap: tailOf("trap") },
};

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

function writeReadings(row: Row, to: Lines): void {
  let count = 0;
  for (const { kind, readings } of row.looks) {
    for (const reading of readings) {
      if (row.unshown.has(reading.name)) continue;
      if (count >= maxReadings) return;
      count += 1;
      const value = escapeLabel(reading.value.slice(0, maxValueLength));
      const part = escapeLabel(reading.part ?? "");
      to.begin(row).text(`,state="${escapeLabel(reading.name)}",value="${value}",part="${part}",look="${kind}"} 1`);
    }
  }
}

const fixed: readonly (readonly [name: string, help: string, write: Writer])[] = [
  [
    "vigie_device_up",
    "1 in service, 0 out of service, NaN while unknown: we could not look.",
    (row, to) => {
      const line = to.begin(row);
      line.text("} ");
      line.value(row.up ?? Number.NaN);
    },
  ],
  [
    "vigie_device_info",
    "Always 1; what the configuration says of the device. In commissioning it pages nobody.",
    (row, to) => to.info(row),
  ],
  [
    "vigie_device_muted",
    "Always 1; maintenance or a silence keeps the whole device quiet now. Rules of your own: `unless on (device) vigie_device_muted`.",
    (row, to) => {
      if (row.muted) to.begin(row).text("} 1");
    },
  ],
  [
    "vigie_device_look_up",
    "The last look of this kind: 1 up, 0 down, NaN unknown.",
    (row, to) => {
      for (const look of row.looks) {
        const line = to.begin(row);
        line.copy(kindTails[look.kind]);
        line.text(lookValue(look));
      }
    },
  ],
  [
    "vigie_device_look_timestamp_seconds",
    "When the last look of this kind ended.",
    (row, to) => {
      for (const look of row.looks) {
        const line = to.begin(row);
        line.copy(kindTails[look.kind]);
        line.value(look.at / 1000);
      }
    },
  ],
  ["vigie_device_state", "Always 1; a state the device tells in words.", writeReadings],
  ["vigie_device_light", "1 good, 0.5 warning, 0 bad, NaN unknown; of codecs, bridges, gatekeepers and endpoints.", writeLights],
  [
    "vigie_device_activity",
    "Always 1; what a codec, bridge or endpoint is doing.",
    (row, to) => {
      if (row.standing?.activity !== undefined) to.begin(row).text(`,activity="${row.standing.activity.state}"} 1`);
    },
  ],
];

function writeLights(row: Row, to: Lines): void {
  if (row.standing === undefined) return;
  for (const [name, tail] of lightTails) {
    const value = lightValues[row.standing.lights[name].state];
    if (value === undefined) continue;
    const line = to.begin(row);
    line.copy(tail);
    line.text(value);
  }
}

const ownNames: ReadonlySet<string> = new Set([...fixed.map(([name]) => name), ...incidentMetricNames]);

function pause(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve));
}

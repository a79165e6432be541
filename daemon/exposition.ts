/**
 * Device samples and incidents in the Prometheus text format, written by hand: prom-client stops the loop at this number of series.
 *
 * Line prefixes are prepared once a shape of look; a scrape is written in slices that give the event loop back.
 */
import type { BoardView, DeviceState, LastLook } from "./board.ts";
import { sampleHelp } from "./export/sample-help.ts";
import type { Incident, Severity, Urgency } from "./model/incident.ts";
import type { Device, Network } from "./model/network.ts";
import type { Sample } from "./model/observation.ts";
import type { Recurrence } from "./ports.ts";

/** An incident that is not closed and not folded, as much of it as the metrics show. */
export interface IncidentSummary {
  readonly number: string;
  readonly severity: Severity;
  readonly urgency: Urgency;
  readonly level: number;
  readonly site: string;
  readonly symptom: string;
  /** State `open` and nobody has acknowledged it. */
  readonly unacknowledged: boolean;
  readonly device?: string;
}

/** As much of an incident as the metrics show. */
export function summaryOf(incident: Incident): IncidentSummary {
  const { number, severity, urgency, level, site, symptom, device, state, acknowledgedAt } = incident;
  return {
    number,
    severity,
    urgency,
    level,
    site,
    symptom,
    unacknowledged: state === "open" && acknowledgedAt === undefined,
    ...(device === undefined ? {} : { device }),
  };
}

export interface ExpositionSources {
  readonly board: BoardView;
  readonly network: () => Network;
  /** Every incident that is not closed and not folded. */
  readonly incidents: () => readonly IncidentSummary[];
  /** The most frequent failures, as last read from the store; its limit bounds the series. Without it there is no such family. */
  readonly recurrences?: () => readonly Recurrence[];
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

/** Lines of one metric family, collected over all devices. Kept between scrapes, so that a prefix can point at its bucket. */
interface Bucket {
  readonly head: string;
  done: string[];
  /** Prefix, value, prefix, value …: joined at once, because strings grown line by line cost the collector more than the writing. */
  open: string[];
}

type Buckets = Map<string, Bucket>;

/** What is prepared for one device, until its configuration or what it answers with changes. */
interface Prepared {
  readonly device: Device;
  readonly labels: string;
  readonly upPrefix: string;
  readonly infoPrefix: string;
  /** By check id: one prefix a sample, in the order of the look. */
  readonly shapes: Map<string, readonly SamplePrefix[]>;
}

interface SamplePrefix {
  readonly name: string;
  readonly part: string | undefined;
  readonly prefix: string;
  /** Undefined when it is left out: the name is no metric name, or another look tells the same series. */
  readonly bucket: Bucket | undefined;
}

export function createExposition(sources: ExpositionSources): Exposition {
  const prepared = new Map<string, Prepared>();
  const buckets = fixedBuckets();
  /** One scrape at a time: the buckets are shared. */
  let turn: Promise<void> = Promise.resolve();

  const prepare = (device: Device): Prepared => {
    const known = prepared.get(device.id);
    if (known?.device === device) return known;
    const labels = `device="${escapeLabel(device.id)}",site="${escapeLabel(device.site)}",family="${escapeLabel(device.family)}"`;
    const room = escapeLabel(device.room ?? "");
    const info = `${labels},kind="${device.kind}",name="${escapeLabel(device.name)}",room="${room}",commissioning="${device.commissioning}"`;
    const made = {
      device,
      labels,
      upPrefix: `\nvigie_device_up{${labels}} `,
      infoPrefix: `\nvigie_device_info{${info}} `,
      shapes: new Map(),
    };
    prepared.set(device.id, made);
    return made;
  };

  const collectAll = async (network: Network): Promise<string[]> => {
    // What a scrape that failed half-way left behind.
    for (const bucket of buckets.values()) empty(bucket);
    let began = performance.now();
    for (const device of network.devices.values()) {
      collect(buckets, prepare(device), sources.board.get(device.id));
      if (performance.now() - began < sliceMs) continue;
      await pause();
      began = performance.now();
    }
    const pieces: string[] = [];
    for (const bucket of buckets.values()) {
      if (bucket.open.length > 0 || bucket.done.length > 0) pieces.push(bucket.head, ...bucket.done, `${bucket.open.join("")}\n`);
      empty(bucket);
    }
    return pieces;
  };

  async function* slices(): AsyncIterable<string> {
    const network = sources.network();
    const mine = turn.then(() => collectAll(network));
    turn = mine.then(
      () => undefined,
      () => undefined,
    );
    for (const piece of await mine) {
      yield piece;
      await pause();
    }
    for (const id of prepared.keys()) if (!network.devices.has(id)) prepared.delete(id);
    yield incidentLines(network, sources.incidents());
    yield recurrenceLines(sources.recurrences?.() ?? []);
  }
  return { slices };
}

function collect(buckets: Buckets, prepared: Prepared, state: DeviceState | undefined): void {
  const { labels } = prepared;
  add(bucketOf(buckets, "vigie_device_up"), prepared.upPrefix, state === undefined ? "NaN" : writeValue(state.up));
  add(bucketOf(buckets, "vigie_device_info"), prepared.infoPrefix, "1");
  if (state === undefined) return;
  reshape(buckets, prepared, state.looks);
  let readings = 0;
  for (const [check, look] of state.looks) {
    const kind = `${labels},kind="${look.kind}"`;
    add(
      bucketOf(buckets, "vigie_device_look_timestamp_seconds"),
      `\nvigie_device_look_timestamp_seconds{${kind}} `,
      String(look.at / 1000),
    );
    add(bucketOf(buckets, "vigie_device_look_up"), `\nvigie_device_look_up{${kind}} `, lookValue(look));
    collectSamples(prepared, check, look);
    readings = collectReadings(buckets, prepared, look, readings);
  }
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

function collectSamples(prepared: Prepared, check: string, look: LastLook): void {
  const { samples } = look;
  const shape = prepared.shapes.get(check) ?? [];
  for (let index = 0; index < samples.length; index += 1) {
    const sample = samples[index];
    const ready = shape[index];
    if (sample === undefined || ready?.bucket === undefined) continue;
    add(ready.bucket, ready.prefix, writeValue(sample.value));
  }
}

/**
 * Prepares the prefixes again when a look answered with other samples than before. All of the device's, because two looks may
 * tell the same series (uptime over SNMP and over SSH), and the same series twice makes Prometheus refuse the whole scrape.
 */
function reshape(buckets: Buckets, prepared: Prepared, looks: DeviceState["looks"]): void {
  let same = true;
  for (const [check, look] of looks) {
    if (!fits(prepared.shapes.get(check) ?? [], look.samples)) same = false;
  }
  if (same) return;
  const seen = new Set<string>();
  for (const [check, { samples }] of looks) {
    prepared.shapes.set(
      check,
      samples.map((sample) => samplePrefix(buckets, prepared.labels, sample, seen)),
    );
  }
}

function fits(shape: readonly SamplePrefix[], samples: LastLook["samples"]): boolean {
  if (shape.length !== samples.length) return false;
  for (let index = 0; index < samples.length; index += 1) {
    if (shape[index]?.name !== samples[index]?.name || shape[index]?.part !== samples[index]?.part) return false;
  }
  return true;
}

/** Of a series that is there twice, the first one counts. */
function samplePrefix(buckets: Buckets, labels: string, { name, part }: Sample, seen: Set<string>): SamplePrefix {
  const family = `vigie_${name}`;
  const tail = part === undefined ? "" : `,part="${escapeLabel(part)}"`;
  const prefix = `\n${family}{${labels}${tail}} `;
  const usable = /^[a-z][a-z0-9_]*$/.test(name) && !ownNames.has(family) && !seen.has(prefix);
  seen.add(prefix);
  return { name, part, prefix, bucket: usable ? bucketOf(buckets, family) : undefined };
}

function collectReadings(buckets: Buckets, prepared: Prepared, look: LastLook, before: number): number {
  let count = before;
  for (const reading of look.readings) {
    if (unshownReadings.has(reading.name)) continue;
    if (count >= maxReadings) break;
    count += 1;
    const value = escapeLabel(reading.value.slice(0, maxValueLength));
    const part = escapeLabel(reading.part ?? "");
    const state = `state="${escapeLabel(reading.name)}",value="${value}",part="${part}",look="${look.kind}"`;
    add(bucketOf(buckets, "vigie_device_state"), `\nvigie_device_state{${prepared.labels},${state}} `, "1");
  }
  return count;
}

const fixed: readonly (readonly [name: string, help: string])[] = [
  ["vigie_device_up", "1 in service, 0 out of service, NaN while unknown: we could not look."],
  ["vigie_device_info", "Always 1; what the configuration says of the device. In commissioning it pages nobody."],
  ["vigie_device_look_up", "The last look of this kind: 1 up, 0 down, NaN unknown."],
  ["vigie_device_look_timestamp_seconds", "When the last look of this kind ended."],
  ["vigie_device_state", "Always 1; a state the device tells in words."],
];

const incidentFamilies: readonly (readonly [name: string, help: string])[] = [
  ["vigie_incidents_open", "Incidents that are not closed."],
  ["vigie_incidents_unacknowledged", "Incidents open, not restored, and acknowledged by nobody."],
  ["vigie_incident_unacknowledged_info", "Always 1; one series an incident that nobody has acknowledged, to page by."],
];

const recurrenceName = "vigie_recurrence_occurrences";
const recurrenceHelp = "How often the same failure came in the window; reopenings count, false alarms and tests do not.";

const ownNames = new Set([...fixed, ...incidentFamilies, [recurrenceName]].map(([name]) => name));

function fixedBuckets(): Buckets {
  return new Map(fixed.map(([name, help]) => [name, { head: heading(name, help), done: [], open: [] }]));
}

function heading(name: string, help: string): string {
  const unit = /_(seconds|ratio|celsius|octets|volts|amperes|watts|hertz)$/.exec(name)?.[1];
  const text = help.replace(/\\/g, "\\\\").replace(/\n/g, "\\n");
  return `# HELP ${name} ${text}\n# TYPE ${name} gauge${unit === undefined ? "" : `\n# UNIT ${name} ${unit}`}`;
}

function bucketOf(buckets: Buckets, family: string): Bucket {
  let bucket = buckets.get(family);
  if (bucket === undefined) {
    bucket = { head: heading(family, sampleHelp(family.slice("vigie_".length))), done: [], open: [] };
    buckets.set(family, bucket);
  }
  return bucket;
}

/** The prefix begins with the line feed that ends the line before. */
function add(bucket: Bucket, prefix: string, value: string): void {
  bucket.open.push(prefix, value);
  if (bucket.open.length < 1_024) return;
  bucket.done.push(bucket.open.join(""));
  bucket.open = [];
}

function empty(bucket: Bucket): void {
  bucket.done = [];
  bucket.open = [];
}

/** A series for every site from the start, so that an alert rule sees 0 and not nothing. */
function incidentLines(network: Network, incidents: readonly IncidentSummary[]): string {
  const open = new Map<string, number>();
  const waiting = new Map<string, number>();
  for (const site of network.sites.keys()) {
    for (const [severity, urgency] of [["minor", "service-hours"] as const, ["major", "now"] as const]) {
      const labels = incidentLabels({ severity, urgency, level: 1, site });
      open.set(labels, 0);
      waiting.set(labels, 0);
    }
  }
  const infos: string[] = [];
  for (const incident of incidents) {
    if (incident.device !== undefined && network.devices.get(incident.device)?.commissioning === true) continue;
    const labels = incidentLabels(incident);
    open.set(labels, (open.get(labels) ?? 0) + 1);
    if (!incident.unacknowledged) continue;
    waiting.set(labels, (waiting.get(labels) ?? 0) + 1);
    infos.push(`number="${escapeLabel(incident.number)}",${labels},symptom="${escapeLabel(incident.symptom)}"`);
  }
  const bodies = [counts("vigie_incidents_open", open), counts("vigie_incidents_unacknowledged", waiting)];
  bodies.push(infos.map((labels) => `vigie_incident_unacknowledged_info{${labels}} 1\n`).join(""));
  return incidentFamilies.map(([name, help], index) => (bodies[index] === "" ? "" : `${heading(name, help)}\n${bodies[index]}`)).join("");
}

/** What a failure hangs on is the fingerprint's first field: a device, or `link:…`, `credential:…`. */
function recurrenceLines(recurrences: readonly Recurrence[]): string {
  if (recurrences.length === 0) return "";
  const lines = recurrences.flatMap(({ fingerprint, site, symptom, part, occurrences30, occurrences90 }) => {
    const what = `device="${escapeLabel(fingerprint.split("|", 1)[0] ?? "")}",symptom="${escapeLabel(symptom)}"`;
    const labels = `${what},part="${escapeLabel(part ?? "")}",site="${escapeLabel(site)}"`;
    return [`${recurrenceName}{${labels},window="30d"} ${occurrences30}\n`, `${recurrenceName}{${labels},window="90d"} ${occurrences90}\n`];
  });
  return `${heading(recurrenceName, recurrenceHelp)}\n${lines.join("")}`;
}

function incidentLabels(of: Pick<IncidentSummary, "severity" | "urgency" | "level" | "site">): string {
  return `severity="${of.severity}",urgency="${of.urgency}",level="${of.level}",site="${escapeLabel(of.site)}"`;
}

function counts(name: string, by: ReadonlyMap<string, number>): string {
  return [...by].map(([labels, count]) => `${name}{${labels}} ${count}\n`).join("");
}

function writeValue(value: number): string {
  if (value === Number.POSITIVE_INFINITY) return "+Inf";
  if (value === Number.NEGATIVE_INFINITY) return "-Inf";
  return String(value);
}

/** Backslash, quote and line feed, as the text format asks; a lone surrogate would not survive UTF-8. */
export function escapeLabel(text: string): string {
  if (!/[\\"\n\ud800-\udfff]/.test(text)) return text;
  return text
    .replace(/\p{Cs}/gu, "\ufffd")
    .replace(/\\/g, "\\\\")
    .replace(/"/g, '\\"')
    .replace(/\n/g, "\\n");
}

function pause(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve));
}

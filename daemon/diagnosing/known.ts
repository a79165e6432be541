/**
 * What is known of an incident without asking anybody: what it is about, who else has the symptom, what was changed, power, registration, what
 * the device was doing.
 */
import { categoriesOf, reportsOf, shareWord } from "../../rules/diagnosis-words.ts";
import { claimOf, registering } from "../../rules/lights-registered.ts";
import { fitsScope, spansOf, subjectOf } from "../../rules/maintenance.ts";
import { parentsOf } from "../../rules/suppress.ts";
import type { BoardView } from "../board.ts";
import type { Alarm } from "../model/alarm.ts";
import type { Config } from "../model/config.ts";
import type { DiagnosisFact } from "../model/diagnosis.ts";
import type { Incident } from "../model/incident.ts";
import type { Device } from "../model/network.ts";
import type { Finding } from "../model/observation.ts";
import { DAY, MINUTE } from "../model/time.ts";
import type { Clock, Store } from "../ports.ts";
import type { Meeting } from "../readying.ts";
import type { DiagnosisCheck } from "../roles/diagnoser.ts";
import { factMaker, type Subject } from "./subject.ts";

export interface KnownDeps {
  readonly clock: Clock;
  readonly store: Store;
  readonly config: () => Config;
  readonly board: BoardView;
  /** Alarms that are pending or active, of a device, a circuit, … */
  readonly alarmsOf: (holder: string) => Iterable<Alarm>;
  readonly meeting: (incident: Incident) => Meeting | undefined;
}

/** Changes count that were seen so long before the first bad look. */
const changesBeforeMs = DAY;
/** A device that is up for less has restarted. */
const freshUptimeMs = 30 * MINUTE;
/** Ours: a picture freezes from about 2 % of loss or 50 ms of jitter on; below a third of the volume people say that there is no sound. */
const poorLoss = 0.02;
const poorJitterSeconds = 0.05;
const lowVolume = 0.3;
const mostEvents = 50;
const mostConfigs = 20;

export function known(deps: KnownDeps, incident: Incident, subject: Subject): readonly DiagnosisCheck[] {
  const check = (
    id: string,
    tells: readonly string[],
    run: () => readonly DiagnosisFact[] | Promise<readonly DiagnosisFact[]>,
  ): DiagnosisCheck => ({
    id,
    tells,
    run: async () => ({ facts: await run() }),
  });
  const { device } = subject;
  return [
    check("incident", [], () => aboutFacts(deps, incident, subject)),
    check("peers", [], () => peerFacts(deps, incident, subject)),
    check("changes", [], () => changeFacts(deps, incident, device)),
    check("meeting", ["far-end", "bridge"], () => meetingFacts(deps, incident)),
    check("power", ["power"], () => powerFacts(deps, subject)),
    ...(device === undefined
      ? []
      : [check("seen", ["registered", "doing", "restarted"], () => seenFacts(deps, device, lastReadings(deps, device)))]),
  ];
}

function aboutFacts({ clock, config }: KnownDeps, incident: Incident, { about, device }: Subject): readonly DiagnosisFact[] {
  const fact = factMaker(clock.now(), "known");
  const { symptom, part, verdict } = incident;
  const family = config().families.get(device?.family ?? "");
  return [
    fact("about", about, { of: device?.id ?? incident.site }),
    fact("symptom", symptom),
    ...(device === undefined ? [] : [fact("kind", device.kind, { of: device.id })]),
    ...(part === undefined ? [] : [fact("part", part.split(" ")[0] ?? part, { detail: part })]),
    ...(verdict === undefined ? [] : [fact("ruled", verdict)]),
    ...categoriesOf(family, symptom).map((category) => fact("category", category, { of: device?.family })),
  ];
}

/** Of the same site, the same model and version, the same uplink: who has the same symptom, whatever explains it. */
function peerFacts(
  { clock, config, board, alarmsOf }: KnownDeps,
  { symptom }: Incident,
  { device, site }: Subject,
): readonly DiagnosisFact[] {
  const fact = factMaker(clock.now(), "known");
  const { network } = config();
  const all = [...network.devices.values()].filter((each) => each.id !== device?.id && !each.commissioning);
  const has = ({ id }: Device) => [...alarmsOf(id)].some((alarm) => alarm.state === "active" && alarm.symptom === symptom);
  const said = (name: string, group: readonly Device[]) => {
    const having = group.filter(has);
    const detail = `${having.length} of ${group.length}${
      having.length === 0
        ? ""
        : `: ${having
            .slice(0, 5)
            .map(({ id }) => id)
            .join(", ")}`
    }`;
    return fact(name, shareWord(group.length, having.length), { detail });
  };
  const here = all.filter((each) => each.site === site);
  if (device === undefined) return [said("same-site", here)];
  const model = (of: Device) => modelOf(board, of);
  const uplink = parentsOf(network, device);
  return [
    said("same-site", here),
    said(
      "same-model",
      all.filter((each) => each.family === device.family && model(each) === model(device)),
    ),
    said(
      "same-uplink",
      all.filter((each) => uplink.length > 0 && parentsOf(network, each).some((parent) => uplink.includes(parent))),
    ),
  ];
}

function modelOf(board: BoardView, { id }: Device): string {
  const facts = board.inventory(id)?.facts ?? [];
  const of = (name: string) => facts.find((each) => each.name === name && each.part === undefined)?.value ?? "";
  return `${of("model")} ${of("software_version")}`;
}

/** The device's own changes, work that was planned on it, and configurations that were loaded. */
async function changeFacts(
  { clock, store, config }: KnownDeps,
  { firstBadAt, openedAt }: Incident,
  device: Device | undefined,
): Promise<readonly DiagnosisFact[]> {
  const since = firstBadAt - changesBeforeMs;
  const found: DiagnosisFact[] = [];
  if (device !== undefined) {
    const events = await store.deviceEvents({ device: device.id, since, limit: mostEvents });
    for (const { at, code, name, before, after } of events.filter(({ at: when }) => when <= openedAt)) {
      const word = changeWords[code.replace(/-(?:changed|replaced|missing|back)$/, "")];
      if (word !== undefined)
        found.push(factMaker(at, "known")("changed", word, { of: device.id, detail: `${name}: ${before ?? "?"} → ${after ?? "?"}` }));
    }
  }
  const loads = await store.auditLog(mostConfigs, { since, until: openedAt + 1, action: "configuration.reloaded" });
  for (const { at, by, data } of loads) {
    const paths = namedIn(data?.changes, device);
    if (paths.length > 0)
      found.push(factMaker(at, "known")("changed", "configuration-load", { detail: `${by}: ${paths.slice(0, 5).join(", ")}` }));
  }
  const work = (await store.maintenances({ endAfter: since, limit: mostEvents })).filter(({ kind }) => kind === "maintenance");
  const subject = device === undefined ? undefined : subjectOf(config().network, { device: device.id, symptom: "" }, undefined);
  for (const maintenance of work) {
    const span = spansOf(maintenance, since, firstBadAt).at(-1);
    if (span === undefined || subject === undefined || !fitsScope(maintenance.scope, subject)) continue;
    found.push(factMaker(span.from, "known")("changed", "maintenance", { of: maintenance.id }));
  }
  return found.length === 0 ? [factMaker(clock.now(), "known")("changed", "nothing")] : found;
}

/** Changed paths of the configuration that are about the device or its site. */
function namedIn(changes: unknown, device: Device | undefined): readonly string[] {
  if (!Array.isArray(changes) || device === undefined) return [];
  const about = [`devices.${device.id}`, `sites.${device.site}`];
  return changes.filter(
    (path): path is string => typeof path === "string" && about.some((each) => `${path.slice(2)}.`.startsWith(`${each}.`)),
  );
}

const changeWords: Readonly<Record<string, string>> = {
  firmware: "firmware",
  address: "address",
  gatekeeper: "gatekeeper",
  "auto-answer": "auto-answer",
  unit: "unit",
  model: "model",
  name: "name",
  peripheral: "peripheral",
};

/** The other end and the bridge of the session that it hits within the hour. */
function meetingFacts({ clock, meeting }: KnownDeps, incident: Incident): readonly DiagnosisFact[] {
  const fact = factMaker(clock.now(), "known");
  const found = meeting(incident);
  if (found === undefined) return [fact("far-end", "none"), fact("bridge", "none")];
  const { others, bridge } = found;
  const worst = others.find(({ verdict }) => verdict === "not-ready") ?? others.find(({ verdict }) => verdict === "unknown") ?? others[0];
  const word = { ready: "answers", "not-ready": "silent", unknown: "unknown" } as const;
  return [
    worst === undefined ? fact("far-end", "none") : fact("far-end", worst.verdict, { of: worst.room }),
    bridge === undefined ? fact("bridge", "none") : fact("bridge", word[bridge.verdict], { of: bridge.device }),
  ];
}

/** What the UPSes of the room, else of the site, say. */
function powerFacts({ clock, config, alarmsOf, board }: KnownDeps, { device, site }: Subject): readonly DiagnosisFact[] {
  const fact = factMaker(clock.now(), "known");
  const all = [...config().network.devices.values()].filter((each) => each.kind === "ups" && each.site === site && each.id !== device?.id);
  const near = all.filter(({ room }) => room !== undefined && room === device?.room);
  const asked = near.length > 0 ? near : all;
  if (asked.length === 0) return [fact("power", "none")];
  return asked.map(({ id }) => {
    const symptoms = [...alarmsOf(id)].filter(({ state }) => state === "active").map(({ symptom }) => symptom);
    if (symptoms.includes("on-battery")) return fact("power", "battery", { of: id });
    if (symptoms.some((each) => each.startsWith("ups-") || each.startsWith("battery-")))
      return fact("power", "fault", { of: id, detail: symptoms.join(", ") });
    return fact("power", board.get(id)?.up === 1 ? "mains" : "unknown", { of: id });
  });
}

/** Of the last looks that were good. */
function lastReadings({ board }: KnownDeps, device: Device): Pick<Finding, "readings" | "samples"> & { readonly at: number } {
  const looks = [...(board.get(device.id)?.looks.values() ?? [])];
  return {
    readings: looks.flatMap(({ readings }) => readings),
    samples: looks.flatMap(({ samples }) => samples),
    at: Math.max(0, ...looks.map(({ at }) => at)),
  };
}

/** Facts in what a device tells: of its last looks, or of one that was just made. */
export function seenFacts(
  { clock, config, board }: KnownDeps,
  device: Device,
  { readings, samples }: Pick<Finding, "readings" | "samples">,
  from: DiagnosisFact["from"] = "known",
): readonly DiagnosisFact[] {
  const maker = factMaker(clock.now(), from);
  const fact = (name: string, value: string, detail?: string) => maker(name, value, { of: device.id, detail });
  const reports = reportsOf(config().families.get(device.family), readings);
  const doing = from === "known" ? board.lights(device.id)?.activity?.state : undefined;
  return [
    ...claimFacts(device, { readings, samples }, fact),
    ...reports.map(({ category, detail }) => fact("reports", category, detail)),
    ...(reports.length === 0 && readings.length > 0 ? [fact("reports", "nothing")] : []),
    ...saidFacts({ readings, samples }, fact),
    ...(doing === undefined ? [] : [fact("doing", doing)]),
  ];
}

type Said = Pick<Finding, "readings" | "samples">;
type Make = (name: string, value: string, detail?: string) => DiagnosisFact;

/** Is it registered, as it says itself? */
function claimFacts({ kind }: Device, { readings, samples }: Said, fact: Make): readonly DiagnosisFact[] {
  if (!registering.has(kind)) return [fact("registered", "none")];
  const claim = claimOf([{ kind: "ssh", at: 0, status: "up", samples, readings }]);
  if (claim === undefined) return [];
  return [fact("registered", claim === "registered" ? "yes" : claim === "not-used" ? "none" : "no")];
}

/** Uptime, microphone, volume, and how good its call is. */
function saidFacts({ readings, samples }: Said, fact: Make): readonly DiagnosisFact[] {
  const sample = (name: string) => samples.find((each) => each.name === name)?.value;
  const worst = (name: string) => samples.filter((each) => each.name === name).map(({ value }) => value);
  const uptime = sample("uptime_seconds");
  const muted = readings.find(({ name }) => name === "microphone_mute")?.value;
  const volume = sample("volume");
  const [loss, jitter] = [worst("media_loss_ratio"), worst("media_jitter_seconds")];
  const found: DiagnosisFact[] = [];
  if (uptime !== undefined) found.push(fact("restarted", uptime * 1_000 < freshUptimeMs ? "yes" : "no", `up for ${Math.round(uptime)} s`));
  if (muted !== undefined) found.push(fact("microphone", muted === "on" || muted === "muted" ? "muted" : "open"));
  if (volume !== undefined) found.push(fact("volume", volume === 0 ? "silent" : volume < lowVolume ? "low" : "fine", String(volume)));
  if (loss.length + jitter.length > 0) {
    const [lost, late] = [Math.max(0, ...loss), Math.max(0, ...jitter)];
    const poor = lost > poorLoss || late > poorJitterSeconds;
    found.push(fact("call-quality", poor ? "poor" : "good", `loss ${(lost * 100).toFixed(1)} %, jitter ${Math.round(late * 1_000)} ms`));
  }
  return found;
}

/**
 * The detailed checks of level 2, on demand: a longer test of the way to both ends, each hop of ours, both ends' calls, and what befell the device,
 * its neighbours and its site within the last day, on one time axis.
 *
 * What a device sent is named, never quoted: the list may be handed to a partner.
 */
import { parentsOf } from "../../rules/suppress.ts";
import type { DiagnosisFigure, DiagnosisMoment } from "../model/diagnosis.ts";
import type { Incident } from "../model/incident.ts";
import type { Device } from "../model/network.ts";
import type { Finding } from "../model/observation.ts";
import { DAY } from "../model/time.ts";
import type { DiagnosisCheck, Gathered } from "../roles/diagnoser.ts";
import { type AskingDeps, pingOf } from "./asking.ts";
import type { KnownDeps } from "./known.ts";
import type { Subject } from "./subject.ts";

/** Looks of three echo requests each, one after the other: loss of a few in a hundred shows. */
const pingLooks = 7;
/** The time axis goes so far back. */
const backMs = DAY;
/** Registrations were lost so long ago at most. */
const registrationMs = 30 * DAY;
const mostMoments = 200;

const callFigures = new Set(["media_loss_ratio", "media_jitter_seconds", "media_bits_per_second", "calls"]);
const hopFigures = /^interface_(?:in|out)_(?:errors|discards)/;
const registrationSymptoms = new Set(["sip-unregistered", "h323-unregistered", "registration-mismatch"]);

export function detailed(
  asking: AskingDeps,
  deps: KnownDeps,
  of: { incident: Incident; subject: Subject; farEnd: Device | undefined },
): readonly DiagnosisCheck[] {
  const { incident, subject, farEnd } = of;
  const ends = [subject.device, farEnd].filter((each) => each !== undefined);
  const check = (id: string, run: (signal: AbortSignal) => Promise<Gathered>): DiagnosisCheck => ({ id, tells: [], run });
  return [
    ...ends.map((end) => check(`ping-of-${end.id}`, (signal) => pingLong(asking, end, signal))),
    check("calls", async () => ({ facts: [], figures: ends.flatMap((end) => callsOf(deps, end)) })),
    check("hops", async () => ({ facts: [], figures: hopsOf(deps, subject) })),
    check("history", async () => ({ facts: [], moments: await history(deps, incident, subject) })),
  ];
}

async function pingLong({ look, clock }: AskingDeps, device: Device, signal: AbortSignal): Promise<Gathered> {
  const found: Finding[] = [];
  for (let count = 0; count < pingLooks && !signal.aborted; count += 1) {
    found.push(await look(pingOf(device), signal));
    await clock.sleep(200, signal);
  }
  return { facts: [], figures: pingFigures(device.id, found) };
}

/** Over all of the looks: what was lost, and the round trips. */
export function pingFigures(of: string, looks: readonly Finding[]): readonly DiagnosisFigure[] {
  const seen = looks.filter(({ status }) => status !== "unknown");
  if (seen.length === 0) return [];
  const values = (name: string) => seen.flatMap(({ samples }) => samples.filter((each) => each.name === name).map(({ value }) => value));
  const mean = (of_: readonly number[]) => of_.reduce((sum, each) => sum + each, 0) / of_.length;
  const lost = seen.map(({ samples }) => samples.find(({ name }) => name === "icmp_loss_ratio")?.value ?? 1);
  const figures: DiagnosisFigure[] = [{ of, name: "icmp_loss_ratio", value: mean(lost) }];
  const [least, most, all, jitter] = ["icmp_rtt_min_seconds", "icmp_rtt_max_seconds", "icmp_rtt_avg_seconds", "icmp_jitter_seconds"].map(
    values,
  );
  if (least !== undefined && least.length > 0) figures.push({ of, name: "icmp_rtt_min_seconds", value: Math.min(...least) });
  if (all !== undefined && all.length > 0) figures.push({ of, name: "icmp_rtt_avg_seconds", value: mean(all) });
  if (most !== undefined && most.length > 0) figures.push({ of, name: "icmp_rtt_max_seconds", value: Math.max(...most) });
  if (jitter !== undefined && jitter.length > 0) figures.push({ of, name: "icmp_jitter_seconds", value: mean(jitter) });
  return figures;
}

function figuresOf({ board }: KnownDeps, { id }: Device, wanted: (name: string) => boolean): readonly DiagnosisFigure[] {
  const samples = [...(board.get(id)?.looks.values() ?? [])].flatMap((look) => look.samples);
  return samples
    .filter(({ name }) => wanted(name))
    .map(({ name, value, part }) => ({ of: id, name, value, ...(part === undefined ? {} : { part }) }));
}

function callsOf(deps: KnownDeps, device: Device): readonly DiagnosisFigure[] {
  return figuresOf(deps, device, (name) => callFigures.has(name));
}

/** Errors of the ports of what it is reached through, where we may read them. */
function hopsOf(deps: KnownDeps, { device, gateway, parent }: Subject): readonly DiagnosisFigure[] {
  const { devices } = deps.config().network;
  const above = device === undefined ? [] : parentsOf(deps.config().network, device).flatMap((id) => devices.get(id) ?? []);
  const hops = new Map([parent, gateway, ...above].flatMap((each) => (each === undefined ? [] : [[each.id, each] as const])));
  return [...hops.values()].flatMap((hop) => figuresOf(deps, hop, (name) => hopFigures.test(name)).filter(({ value }) => value > 0));
}

/** What befell the device, who is on the same uplink, and the site; and when its registration was lost before. */
async function history(
  { store, clock, config }: KnownDeps,
  incident: Incident,
  { device, site }: Subject,
): Promise<readonly DiagnosisMoment[]> {
  const now = clock.now();
  const since = now - backMs;
  const { network } = config();
  const uplink = device === undefined ? [] : parentsOf(network, device);
  const beside = [...network.devices.values()].filter(
    (each) => each.id !== device?.id && parentsOf(network, each).some((id) => uplink.includes(id)),
  );
  const near = new Set([...(device === undefined ? [] : [device.id]), ...beside.map(({ id }) => id), ...uplink]);
  const [incidents, events, traps, past] = await Promise.all([
    store.incidents({ site, since, limit: mostMoments }),
    store.deviceEvents({ devices: [...near], since, limit: mostMoments }),
    device === undefined ? [] : store.traps({ device: device.id, limit: mostMoments }),
    device === undefined ? [] : store.incidents({ device: device.id, since: now - registrationMs, limit: mostMoments }),
  ]);
  const moments: DiagnosisMoment[] = [
    ...incidents.filter(({ id }) => id !== incident.id).flatMap(momentsOf),
    ...past.filter(({ symptom, openedAt }) => registrationSymptoms.has(symptom) && openedAt < since).flatMap(momentsOf),
    ...momentsOf(incident),
    ...events.map(({ at, device: of, code, name }) => ({ at, of, what: code, detail: name })),
    ...traps
      .filter(({ at }) => at >= since)
      .map(({ at, name, oid }) => ({ at, of: device?.id ?? site, what: "trap", detail: name ?? oid ?? "?" })),
  ];
  return moments.sort((a, b) => b.at - a.at).slice(0, mostMoments);
}

function momentsOf({ number, device, site, symptom, firstBadAt, restoredAt }: Incident): readonly DiagnosisMoment[] {
  const about = { of: device ?? site, detail: number };
  return [
    { at: firstBadAt, what: symptom, ...about },
    ...(restoredAt === undefined ? [] : [{ at: restoredAt, what: "restored", ...about }]),
  ];
}

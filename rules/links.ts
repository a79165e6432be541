/**
 * Circuits that nobody can poll, judged by the sites behind them; and whether we see anything at all.
 *
 * Pure. "While others answer" is what tells a dead circuit from our own blindness. An answer counts from when it came: one that is older
 * than the failure says nothing about it, and one that is newer ends every suspicion that all behind a circuit are gone.
 */
import type { Verdict } from "../daemon/model/incident.ts";
import type { Network } from "../daemon/model/network.ts";
import { type Instant, MINUTE } from "../daemon/model/time.ts";
import { type BySite, type Cut, devicesBySite } from "./cuts.ts";

export type DeviceUp = "up" | "down" | "unknown";

/** What was seen of one device. */
export interface Seen {
  readonly state: DeviceUp;
  /** The last look that it answered. */
  readonly answeredAt?: Instant;
  /** The first bad look of what puts it out of service, confirmed or not yet. */
  readonly failingSince?: Instant;
  /** When that was confirmed. */
  readonly downSince?: Instant;
}
export type SeenOf = (deviceId: string) => Seen;

/** What is judged of some circuits together. */
export interface CutJudgement {
  readonly cut: Cut;
  /** Undefined: what was seen does not tell. */
  readonly down: boolean | undefined;
  /** Undefined, and more looks may tell soon. */
  readonly suspect?: true;
  readonly why: string;
}

export interface BlindJudgement {
  /** True: we see nothing beyond our own door; everything behind it is unknown, not down. */
  readonly blind: boolean;
  /** The device whose silence says so. */
  readonly device?: string;
  readonly why: string;
}

/** So many at a site, failing one after another with no answer between, stand for all of it. */
const ENOUGH = 3;
/** What fails within this is one failure. Ours. */
export const AT_ONCE_MS = 2 * MINUTE;
/** Circuits at once that point at what they share. */
const SEVERAL = 2;

/** What answers at one site, and what failed since the last answer from behind the circuit. */
interface Tally {
  confirmed: number;
  failing: number;
  standing: number;
}

const isDark = ({ confirmed, failing, standing }: Tally): boolean => confirmed > 0 && failing >= Math.min(failing + standing, ENOUGH);

function judgeByDevices(cut: Cut, seen: SeenOf): CutJudgement {
  const states = cut.devices.map((id) => seen(id).state);
  const down = states.includes("up") ? false : states.includes("unknown") ? undefined : true;
  const [first = ""] = cut.devices;
  return {
    cut,
    down,
    why: cut.devices.length > 1 ? `all its circuits are down: ${cut.devices.join(", ")}` : `its device ${first} is ${states[0]}`,
  };
}

/** One cut by the sites behind it, or by the devices that stand for its circuits. `startedAt`: what failed before we began to look fails for itself. */
export function judgeCut(cut: Cut, bySite: BySite, seen: SeenOf, startedAt: Instant = Number.NEGATIVE_INFINITY): CutJudgement {
  if (cut.polled) return judgeByDevices(cut, seen);
  const answering = cut.devices.find((id) => seen(id).state === "up");
  if (answering !== undefined) return { cut, down: false, why: `its device ${answering} is up` };
  const behind = new Map(cut.sites.map((site) => [site, (bySite.get(site) ?? []).map((device) => seen(device.id))]));
  const lastAnswer = Math.max(startedAt, ...[...behind.values()].flatMap((all) => all.flatMap((one) => one.answeredAt ?? [])));
  const tallies = [...behind.values()].filter((all) => all.length > 0).map((all) => tally(all, lastAnswer));
  const known = tallies.filter(({ failing, standing }) => failing + standing > 0);
  const failing = known.reduce((sum, each) => sum + each.failing, 0);
  const confirmed = known.reduce((sum, each) => sum + each.confirmed, 0);
  const dark = known.filter(isDark).length;
  if (known.length > 0 && failing === 0)
    return { cut, down: false, why: `${known.reduce((sum, each) => sum + each.standing, 0)} devices behind it answer` };
  const enough = tallies.length > 1 ? dark >= SEVERAL : confirmed >= SEVERAL;
  if (!enough || dark < known.length) {
    const why = `${confirmed} devices down at ${dark} of ${tallies.length} sites behind it: too few to tell`;
    return { cut, down: undefined, why, ...(failing > 0 && confirmed > 0 ? { suspect: true } : {}) };
  }
  const began = Math.min(
    ...[...behind.values()].flatMap((all) =>
      all.flatMap(({ failingSince: since }) => (since !== undefined && since > lastAnswer ? [since] : [])),
    ),
  );
  if (!othersAnswer(cut, bySite, seen, began))
    return { cut, down: undefined, suspect: true, why: "nothing answers anywhere: it may be our own sight" };
  return { cut, down: true, why: `${confirmed} devices at ${dark} sites behind it are down, none answers, others do` };
}

/** What failed before the last answer fails for itself; what was never looked at says nothing. */
function tally(all: readonly Seen[], lastAnswer: Instant): Tally {
  const found: Tally = { confirmed: 0, failing: 0, standing: 0 };
  for (const { state, failingSince } of all) {
    if (failingSince !== undefined && failingSince > lastAnswer) {
      found.failing += 1;
      if (state === "down") found.confirmed += 1;
    } else if (failingSince === undefined && state === "up") found.standing += 1;
  }
  return found;
}

function othersAnswer(cut: Cut, bySite: BySite, seen: SeenOf, since: Instant): boolean {
  for (const [site, devices] of bySite) {
    if (cut.sites.includes(site)) continue;
    if (devices.some(({ id }) => (seen(id).answeredAt ?? Number.NEGATIVE_INFINITY) >= since)) return true;
  }
  return false;
}

/** Of two cuts that are down, the one whose sites hold the other's; of the same sites, fewer circuits; then by name. */
export function isBehind(one: Cut, other: Cut): boolean {
  if (one.holder === other.holder || one.sites.length > other.sites.length) return false;
  if (!one.sites.every((site) => other.sites.includes(site))) return false;
  if (one.sites.length < other.sites.length) return true;
  return other.links.length !== one.links.length ? other.links.length < one.links.length : other.holder < one.holder;
}

/** Where the fault is: what several sites hang on is the core, what one hangs on is its link. */
export function verdictOf(cut: Pick<Cut, "sites">, bySite: BySite): Verdict {
  return cut.sites.filter((site) => bySite.has(site)).length > 1 ? "ritm-core" : "site-link";
}

/** A cut that is down, and since when. */
export interface CutDown {
  readonly cut: Cut;
  readonly since: Instant;
}

/**
 * Circuits of several sites that fail at once point at what they share, whoever watches them. While that lasts, what fails next is part of it;
 * it is over when fewer than two of them are down.
 */
export function judgeCore(
  down: readonly CutDown[],
  since: Instant | undefined,
): { readonly down: boolean; readonly since: Instant; readonly cuts: readonly CutDown[] } {
  const outer = down.filter(({ cut }) => !down.some((other) => isBehind(cut, other.cut)));
  const sorted = outer.toSorted((a, b) => a.since - b.since);
  const began =
    since ?? sorted.find((one, index) => (sorted[index + SEVERAL - 1]?.since ?? Number.POSITIVE_INFINITY) - one.since <= AT_ONCE_MS)?.since;
  if (began === undefined) return { down: false, since: 0, cuts: [] };
  const cuts = sorted.filter((one) => one.since >= began);
  return { down: cuts.length >= SEVERAL, since: began, cuts };
}

/**
 * Are we blind? Our canary, or the gateway of its site, does not answer, and nobody beyond them has since. Without a canary: nothing
 * answers, at two sites or more.
 */
export function judgeBlind(network: Network, seen: SeenOf, startedAt: Instant = Number.NEGATIVE_INFINITY): BlindJudgement {
  const canary = network.canary === undefined ? undefined : network.devices.get(network.canary);
  if (canary === undefined) return judgeWithoutCanary(network, seen, startedAt);
  const gateway = network.sites.get(canary.site)?.gateway;
  const silent = [canary.id, ...(gateway === undefined ? [] : [gateway])].find((id) => seen(id).state === "down");
  if (silent === undefined) return { blind: false, why: `the canary ${canary.id} is ${seen(canary.id).state}` };
  const since = seen(silent).downSince ?? Number.POSITIVE_INFINITY;
  const beyond = [...network.devices.values()].filter(
    ({ id, site }) => site !== canary.site && (seen(id).answeredAt ?? Number.NEGATIVE_INFINITY) > since,
  );
  if (beyond.length > 0)
    return { blind: false, device: silent, why: `${silent} does not answer, but ${beyond.length} devices beyond it do` };
  if (silent === canary.id) return { blind: true, device: silent, why: `the canary ${silent} does not answer` };
  return { blind: true, device: silent, why: `our own gateway ${silent} does not answer` };
}

/** Every site is dark, as behind one circuit; of two at least, since one may be the site's own trouble. */
function judgeWithoutCanary(network: Network, seen: SeenOf, startedAt: Instant): BlindJudgement {
  const bySite = [...devicesBySite(network).values()].map((devices) => devices.map(({ id }) => seen(id)));
  const lastAnswer = Math.max(startedAt, ...bySite.flatMap((all) => all.flatMap((one) => one.answeredAt ?? [])));
  const known = bySite.map((all) => tally(all, lastAnswer)).filter(({ failing, standing }) => failing + standing > 0);
  const dark = known.filter(isDark).length;
  if (dark >= SEVERAL && dark === known.length) return { blind: true, why: `nothing answers at any of ${dark} sites` };
  return { blind: false, why: dark < known.length ? "somebody answers" : "too little was seen to tell" };
}

/** Who is looked at before a circuit is judged: some of each site that may be cut off with this one, and some elsewhere. */
export function witnesses(site: string, cuts: readonly Cut[], bySite: BySite): readonly string[] {
  const judged = cuts.filter(({ polled }) => !polled);
  if (judged.length === 0) return [];
  const behind = new Set(judged.flatMap(({ sites }) => sites));
  const of = (id: string, most: number) => (bySite.get(id) ?? []).slice(0, most).map((device) => device.id);
  const elsewhere = [...bySite.keys()].filter((id) => !behind.has(id)).slice(0, 2);
  return [
    ...of(site, ENOUGH + 1),
    ...[...behind]
      .filter((id) => id !== site)
      .slice(0, 10)
      .flatMap((id) => of(id, ENOUGH)),
    ...elsewhere.flatMap((id) => of(id, 1)),
  ];
}

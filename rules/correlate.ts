/**
 * Which failures are one trouble: alike at the same place, alike on the same model and firmware, or in a room that asks for help.
 *
 * Pure, and a matter of the set alone: in whatever order the failures came, the same groups come out. What a parent or a circuit
 * explains is no matter of this file (suppress.ts); nor is what a person has split ever put together again here.
 */
import type { Correlation } from "../daemon/model/correlation.ts";
import type { Device, Network } from "../daemon/model/network.ts";
import { type Instant, MINUTE } from "../daemon/model/time.ts";
import { parentsOf } from "./suppress.ts";

/** One alarm that stands for itself: nothing else explains it. */
export interface Failure {
  /** Alarm key. */
  readonly key: string;
  /** Its root cause: alarms of one root are one failure. */
  readonly root: string;
  readonly device: string;
  /** What is wrong, or `outOfService` for every way of being out of service. */
  readonly trouble: string;
  /** First bad look. */
  readonly onset: Instant;
  /** `site:<id>`, `uplink:<device>`. */
  readonly places: readonly string[];
  /** Of the device only a part is hit (a camera, a port). */
  readonly part?: true;
  readonly room?: string;
  /** Model and firmware, once both are known. */
  readonly product?: string;
  /** A person asks for help: joins by its room only. */
  readonly request?: true;
  /** A session that cannot be held: joins by what takes it away only. */
  readonly session?: string;
  /** Takes a session away from the people in it. */
  readonly spoils?: true;
  /** The failing incident that has it. */
  readonly incident?: string;
}

export interface Ties {
  /** Did a person say that these two alarms are two troubles? */
  readonly apart: (one: string, other: string) => boolean;
  /** How many devices of a model and firmware there are. */
  readonly fleet: (product: string) => number;
  /** Does a failure of this device hit this session? */
  readonly hits: (device: string, session: string) => boolean;
}

/** Failures that are one trouble; two alarms or more. */
export interface Group {
  /** By onset, then by key. */
  readonly keys: readonly string[];
  /** How many devices fail alike; 1 for a device and its room's request. */
  readonly devices: number;
  /** Several devices are hit, and not each of them in a part only: a general failure. */
  readonly general: boolean;
  /** Why each of them belongs, by alarm key; of alarms of one root it is enough that one has a reason. */
  readonly why: ReadonlyMap<string, string>;
}

export const outOfService = "out-of-service";

/** Out of service, and others are reached through it: told apart from what nothing hangs on. */
const outWithOthers = "out-of-service-with-others";

/** Where a device stands among the others, made once a configuration. */
export class Surroundings {
  readonly #network: Network;
  readonly #carriers: ReadonlySet<string>;

  constructor(network: Network) {
    this.#network = network;
    this.#carriers = new Set([...network.devices.values()].flatMap((device) => parentsOf(network, device)));
  }

  placesOf(device: Device): readonly string[] {
    return [`site:${device.site}`, ...parentsOf(this.#network, device).map((id) => `uplink:${id}`)];
  }

  /** What a symptom is for the comparison. A switch and a codec out of service are not alike: the one may explain the other. */
  troubleOf(device: string, symptom: string, isOutOfService: boolean): string {
    if (!isOutOfService) return symptom;
    return this.#carriers.has(device) ? outWithOthers : outOfService;
  }

  /** Everything it is reached through, at any height. */
  above(device: string): ReadonlySet<string> {
    const found = new Set<string>();
    const open = [device];
    for (let id = open.pop(); id !== undefined; id = open.pop()) {
      const here = this.#network.devices.get(id);
      for (const parent of here === undefined ? [] : parentsOf(this.#network, here)) {
        if (parent === device || found.has(parent)) continue;
        found.add(parent);
        open.push(parent);
      }
    }
    return found;
  }
}

/** What belongs together. Failures that stand alone are in no group. */
export function correlate(failures: readonly Failure[], around: Surroundings, how: Correlation, ties: Ties): readonly Group[] {
  const inOrder = [...failures].sort(byOnset);
  const carriers = new Set(inOrder.filter(({ trouble }) => trouble === outWithOthers).map(({ device }) => device));
  // Behind one that is out of service itself: that one explains it, sooner or later.
  const own = inOrder.filter(({ device }) => carriers.size === 0 || ![...around.above(device)].some((id) => carriers.has(id)));
  const union = new Union(inOrder.map(({ key }) => key));
  const why = new Map<string, string>();
  const general = new Set<string>();
  for (const same of [...bucketed(inOrder, ({ root }) => [root]), ...bucketed(inOrder, ({ incident }) => list(incident))]) {
    union.unite(same.of.map(({ key }) => key));
  }
  const units = new Map(inOrder.map(({ key }) => [key, union.find(key)]));
  for (const { of, because, isGeneral } of clusters(own, how, ties)) {
    union.unite(of.map(({ key }) => key));
    for (const { key } of of) {
      if (!why.has(key)) why.set(key, because);
      if (isGeneral) general.add(key);
    }
  }
  const byKey = new Map(inOrder.map((each) => [each.key, each]));
  return bucketed(inOrder, ({ key }) => [union.find(key)])
    .flatMap(({ of }) => keptApart(of, units, ties))
    .filter((keys) => keys.length > 1 && keys.some((key) => why.has(key)))
    .map((keys) => {
      const devices = devicesOf(keys, byKey);
      return { keys, devices, general: devices > 1 && keys.some((key) => general.has(key)), why };
    });
}

interface Cluster {
  readonly of: readonly Failure[];
  readonly because: string;
  readonly isGeneral: boolean;
}

/** The failures that are one trouble, with the reason, the strongest reason first. */
function clusters(failures: readonly Failure[], how: Correlation, ties: Ties): readonly Cluster[] {
  const told = failures.filter(({ request }) => request !== true);
  const found: Cluster[] = [];
  const { place, firmware } = how;
  if (place !== undefined) {
    for (const { name, of } of bucketed(told, ({ places, trouble }) => places.map((each) => `${each}|${trouble}`))) {
      const where = name.slice(0, name.indexOf("|"));
      for (const some of dense(of, place.windowMs, place.devices)) {
        // Two cameras unplugged at one site are one trouble, and no general failure.
        found.push({ of: some, because: alikeAt(where, some, place.windowMs), isGeneral: some.some(({ part }) => part !== true) });
      }
    }
  }
  if (firmware !== undefined) {
    for (const { of } of bucketed(told, ({ product, trouble }) => list(product).map((each) => `${each}|${trouble}`))) {
      const product = of[0]?.product ?? "";
      const enough = Math.max(firmware.devices, Math.ceil(firmware.share * ties.fleet(product)));
      for (const some of dense(of, firmware.windowMs, enough)) {
        const because = `${alike(some)} on ${product}, within ${minutes(firmware.windowMs)} min of each other`;
        found.push({ of: some, because, isGeneral: true });
      }
    }
  }
  return [...found, ...inOneRoom(failures, how), ...ofOneSession(failures, ties)];
}

/** A session that could not be held, and what failed before that and was kept quiet until then: it is why. */
function ofOneSession(failures: readonly Failure[], { hits }: Ties): readonly Cluster[] {
  return failures.flatMap((own) => {
    const { session } = own;
    if (session === undefined) return [];
    const why = failures.filter(({ spoils, device, onset }) => spoils === true && onset <= own.onset && hits(device, session));
    return why.length === 0 ? [] : [{ of: [own, ...why], because: "it is why a session could not be held", isGeneral: false }];
  });
}

/** A call for help and what fails in the same room: before the call, or within the window after it. */
function inOneRoom(failures: readonly Failure[], { room }: Correlation): readonly Cluster[] {
  if (room === undefined) return [];
  return bucketed(failures, (failure) => list(failure.room)).flatMap(({ name, of }) => {
    const calls = of.filter(({ request }) => request === true);
    return calls.flatMap((call) => {
      const failing = of.filter(({ request, onset }) => request !== true && onset - call.onset <= room.windowMs);
      if (failing.length === 0) return [];
      return [{ of: [call, ...failing], because: `somebody asked for help in ${name}, and a device there fails`, isGeneral: false }];
    });
  });
}

/** Runs of one bucket in which some stretch of `windowMs` holds so many devices; in the order of their onsets. */
function dense(of: readonly Failure[], windowMs: number, devices: number): readonly (readonly Failure[])[] {
  const runs: Failure[][] = [];
  const within = new Map<string, number>();
  let [to, covered] = [0, 0];
  for (const [from, first] of of.entries()) {
    for (let next = of[to]; next !== undefined && next.onset - first.onset <= windowMs; next = of[to]) {
      within.set(next.device, (within.get(next.device) ?? 0) + 1);
      to += 1;
    }
    if (within.size >= devices) {
      const last = runs.at(-1);
      if (last !== undefined && from < covered) last.push(...of.slice(covered, to));
      else runs.push(of.slice(from, to));
      covered = to;
    }
    const left = (within.get(first.device) ?? 0) - 1;
    if (left > 0) within.set(first.device, left);
    else within.delete(first.device);
  }
  return runs;
}

/** A group that holds what a person split is as many groups as it takes; the earliest keep together. What is one failure stays one. */
function keptApart(of: readonly Failure[], units: ReadonlyMap<string, string>, ties: Ties): readonly (readonly string[])[] {
  const groups: string[][] = [];
  for (const unit of bucketed(of, ({ key }) => list(units.get(key)))) {
    const keys = unit.of.map(({ key }) => key);
    const fits = groups.find((group) => !group.some((one) => keys.some((other) => ties.apart(one, other))));
    if (fits === undefined) groups.push(keys);
    else fits.push(...keys);
  }
  return groups;
}

function alikeAt(where: string, of: readonly Failure[], windowMs: number): string {
  const id = where.slice(where.indexOf(":") + 1);
  return `${alike(of)} ${where.startsWith("site:") ? "at" : "behind"} ${id}, within ${minutes(windowMs)} min of each other`;
}

function alike(of: readonly Failure[]): string {
  const trouble = of[0]?.trouble ?? "";
  const count = new Set(of.map(({ device }) => device)).size;
  return trouble === outOfService || trouble === outWithOthers
    ? `${count} devices are out of service`
    : `${count} devices have the same symptom (${trouble})`;
}

function minutes(ms: number): number {
  return Math.round(ms / MINUTE);
}

function devicesOf(keys: readonly string[], byKey: ReadonlyMap<string, Failure>): number {
  const told = keys.flatMap((key) => byKey.get(key) ?? []).filter(({ request, session }) => request !== true && session === undefined);
  return new Set(told.map(({ device }) => device)).size;
}

function byOnset(one: Failure, other: Failure): number {
  return one.onset - other.onset || (one.key < other.key ? -1 : one.key > other.key ? 1 : 0);
}

function list<T>(value: T | undefined): readonly T[] {
  return value === undefined ? [] : [value];
}

/** By name, in the order in which the names first come. */
function bucketed(
  failures: readonly Failure[],
  names: (failure: Failure) => readonly string[],
): readonly { name: string; of: Failure[] }[] {
  const found = new Map<string, Failure[]>();
  for (const failure of failures) {
    for (const name of names(failure)) {
      const same = found.get(name);
      if (same === undefined) found.set(name, [failure]);
      else same.push(failure);
    }
  }
  return [...found].map(([name, of]) => ({ name, of }));
}

/** Sets that grow together. */
class Union {
  readonly #above: Map<string, string>;

  constructor(keys: readonly string[]) {
    this.#above = new Map(keys.map((key) => [key, key]));
  }

  find(key: string): string {
    let top = key;
    for (let up = this.#above.get(top); up !== undefined && up !== top; up = this.#above.get(top)) top = up;
    this.#above.set(key, top);
    return top;
  }

  unite(keys: readonly string[]): void {
    const [first, ...others] = keys;
    if (first === undefined) return;
    for (const other of others) this.#above.set(this.find(other), this.find(first));
  }
}

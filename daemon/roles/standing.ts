/**
 * How every device stands: its lights, and what it says it is. The evaluator asks it once a turn, and commits what changed.
 *
 * `decide` changes nothing; what it decided is remembered (`apply`) only after the commit, like the alarms. Lights are in a table of
 * their own rather than derived from alarms, because most of them never had an alarm: since when a device is well, or not to be
 * told, no alarm remembers.
 */
import { type Candidates, type Stocktaking, takeStock } from "../../rules/inventory.ts";
import { judgeLights, type Seen } from "../../rules/lights.ts";
import { registering } from "../../rules/lights-registered.ts";
import { compareList, type Listing, listingOf, type Match, type Registrars, sidesOf } from "../../rules/registration.ts";
import { explain } from "../../rules/suppress.ts";
import { takeSwap } from "../../rules/swap.ts";
import { type Board, type BoardView, type LastLook, lookAfter } from "../board.ts";
import type { Alarm } from "../model/alarm.ts";
import type { Config } from "../model/config.ts";
import type { DeviceInventory, Swap } from "../model/inventory.ts";
import type { DeviceLights } from "../model/lights.ts";
import type { Device } from "../model/network.ts";
import type { Observation } from "../model/observation.ts";
import type { Instant } from "../model/time.ts";
import type { StockChanges } from "../ports.ts";
import type { Absence } from "./gates.ts";
import type { ListQuestion } from "./intent.ts";
import type { Overlay } from "./memory.ts";

export interface StandingInput {
  readonly config: Config;
  /** In the order in which they count. */
  readonly observations: readonly Observation[];
  /** Units that people have replaced. */
  readonly swaps: readonly Swap[];
  readonly overlay: Overlay;
  readonly now: Instant;
  readonly absence: Absence;
}

export interface StandingChanges {
  readonly lights: readonly DeviceLights[];
  readonly stock: StockChanges;
  /** Is there anything to commit? */
  readonly writes: boolean;
  readonly candidates: ReadonlyMap<string, Candidates>;
  readonly listings: readonly Listing[];
  /** Devices that were judged anew. */
  readonly judged: readonly string[];
}

type Looks = Map<string, LastLook>;
const noLooks: ReadonlyMap<string, LastLook> = new Map();

export class Standing {
  readonly #board: Pick<Board, "show"> & BoardView;
  readonly #candidates = new Map<string, Candidates>();
  readonly #listings = new Map<string, Listing>();
  #gatekeepers: readonly Device[] = [];
  /** Judged since the configuration in force came. */
  readonly #judged = new Set<string>();
  #judgedFor: Config | undefined;
  #network: Config["network"] | undefined;

  constructor(board: Board) {
    this.#board = board;
  }

  /** What the store holds, before the first turn; of devices that have left the configuration it is not shown. */
  load(lights: readonly DeviceLights[], inventories: readonly DeviceInventory[]): void {
    this.#candidates.clear();
    this.#listings.clear();
    this.#judged.clear();
    this.#board.show(lights, inventories);
  }

  /** The gatekeepers and what they list, as of the last turn. */
  registrars(network: Config["network"]): Registrars {
    if (this.#network !== network) {
      this.#network = network;
      this.#gatekeepers = [...network.devices.values()].filter(({ kind }) => kind === "gatekeeper");
      for (const id of this.#listings.keys()) if (!network.devices.has(id)) this.#listings.delete(id);
    }
    return { gatekeepers: this.#gatekeepers, listings: this.#listings };
  }

  /**
   * What a whole list says of the devices that ought to be on it; nothing for any other observation. `earlier`: what was seen in the
   * same turn before it, so that it does not matter where turns are cut.
   */
  matches(network: Config["network"], { list: observation, earlier, alarmed, now }: ListQuestion): readonly Match[] {
    const list = this.#listOf(network, observation);
    if (list === undefined) return [];
    const after = this.#looksAfter(earlier, now);
    const looksOf = (id: string): readonly Seen[] => [...(after.get(id) ?? this.#board.get(id)?.looks ?? noLooks).values()];
    const before = this.registrars(network);
    const registrars = this.#with(
      before,
      earlier.flatMap((each) => this.#listOf(network, each) ?? []),
    );
    return compareList({ list, registrars, devices: network.devices.values(), looksOf, alarmed });
  }

  #listOf(network: Config["network"], observation: Observation): Listing | undefined {
    const gatekeeper = observation.finding.whole === undefined ? undefined : network.devices.get(observation.device);
    return gatekeeper === undefined ? undefined : listingOf(gatekeeper, observation);
  }

  #with(before: Registrars, listings: readonly Listing[]): Registrars {
    if (listings.length === 0) return before;
    return { ...before, listings: new Map([...before.listings, ...listings.map((each) => [each.gatekeeper, each] as const)]) };
  }

  decide(input: StandingInput): StandingChanges {
    const { config, observations, swaps, overlay, now, absence } = input;
    const { devices } = config.network;
    const listings = observations.flatMap((observation) => this.#listOf(config.network, observation) ?? []);
    const registrars = this.#with(this.registrars(config.network), listings);
    const touched = this.#touched(input, registrars);
    const looks = this.#looksAfter(
      observations.filter(({ device }) => touched.has(device)),
      now,
    );
    const lights: DeviceLights[] = [];
    for (const [id, at] of touched) {
      const device = devices.get(id);
      if (device === undefined) continue;
      const known = this.#board.lights(id);
      const judged = this.#judge({ device, config, overlay, registrars, absence, at }, looks.get(id));
      if (judged !== known) lights.push(judged);
    }
    const { stock, candidates } = this.#takeStock(observations, swaps, devices);
    const writes = lights.length > 0 || stock.inventories.length > 0;
    return { lights, stock, writes, candidates, listings, judged: [...touched.keys()] };
  }

  /** After the commit. */
  apply({ lights, stock, candidates, listings, judged }: StandingChanges): void {
    this.#board.show(lights, stock.inventories);
    for (const [device, waiting] of candidates) {
      if (waiting.size === 0) this.#candidates.delete(device);
      else this.#candidates.set(device, waiting);
    }
    this.listed(listings);
    for (const device of judged) this.#judged.add(device);
  }

  /** These lists hold from now on. */
  /** Times of lists move with the wall clock. */
  shift(ms: number): void {
    for (const [gatekeeper, listing] of this.#listings) this.#listings.set(gatekeeper, { ...listing, at: listing.at + ms });
  }

  listed(listings: readonly Listing[]): void {
    for (const listing of listings) this.#listings.set(listing.gatekeeper, listing);
  }

  /**
   * Devices whose lights may have changed, with the time they are judged by. A look that says what the last one said, about a device
   * without an alarm, can change nothing: nearly every look is one, and the turn has no time for more than to see that.
   */
  #touched({ config, observations, overlay, now }: StandingInput, registrars: Registrars): ReadonlyMap<string, Instant> {
    if (this.#judgedFor !== config) {
      this.#judgedFor = config;
      this.#judged.clear();
    }
    const touched = new Map<string, Instant>();
    for (const { device } of overlay.changes()) touched.set(device, now);
    for (const observation of observations) {
      const { device, at, kind } = observation;
      // What a gatekeeper lists goes stale with time alone: seen at a device's other looks, or at its pings where it has no others.
      const alone = registrars.gatekeepers.length === 0 || (kind === "icmp" && !isOnlyPinged(config.network.devices.get(device)));
      const same = alone && this.#judged.has(device) && overlay.ofDevice(device)[Symbol.iterator]().next().done === true;
      if (same && saysTheSame(this.#board.get(device)?.looks.get(observation.check), observation)) continue;
      touched.set(device, at);
    }
    return touched;
  }

  /** The last looks of the devices that were looked at in this turn, as they will be after it. */
  #looksAfter(observations: readonly Observation[], now: Instant): ReadonlyMap<string, Looks> {
    const after = new Map<string, Looks>();
    for (const observation of observations) {
      if (observation.kind === "trap") continue;
      let looks = after.get(observation.device);
      if (looks === undefined) {
        looks = new Map(this.#board.get(observation.device)?.looks ?? []);
        after.set(observation.device, looks);
      }
      const look = lookAfter(looks.get(observation.check), observation, now);
      if (look !== undefined) looks.set(observation.check, look);
    }
    return after;
  }

  #judge(
    about: { device: Device; config: Config; overlay: Overlay; registrars: Registrars; absence: Absence; at: Instant },
    after: Looks | undefined,
  ): DeviceLights {
    const { device, config, overlay, registrars, absence, at } = about;
    const looks: readonly Seen[] = [...(after ?? this.#board.get(device.id)?.looks ?? new Map<string, LastLook>()).values()];
    const room = device.room === undefined ? undefined : config.network.rooms.get(device.room);
    const before = this.#board.lights(device.id);
    const alarms = [...overlay.ofDevice(device.id)];
    return judgeLights({
      device,
      family: config.families.get(device.family),
      looks,
      alarms: device.commissioning ? alarms.map((alarm) => this.#explained(alarm, device, config)) : alarms,
      sides: sidesOf(device, looks, registrars, at),
      at,
      isDue: () => room === undefined || device.alwaysUrgent || absence(room, at) === undefined,
      ...(room === undefined ? {} : { presence: room.presence }),
      ...(before === undefined ? {} : { before }),
    });
  }

  /** Nobody is told of a device in commissioning, so nothing has asked yet whose failure its alarm is. */
  #explained(alarm: Alarm, device: Device, config: Config): Alarm {
    const rule = config.rules.find(({ id }) => id === alarm.rule);
    if (alarm.state !== "active" || rule?.outOfService !== true) return alarm;
    const seen = (id: string) => {
      const up = this.#board.get(id)?.up;
      return { state: up === 0 ? ("down" as const) : up === 1 ? ("up" as const) : ("unknown" as const) };
    };
    const behind = explain({ device, network: config.network, seen, rule });
    return behind === undefined ? alarm : { ...alarm, suppressedBy: behind.by };
  }

  /** What people say comes first: what a device tells after it is the same change. */
  #takeStock(observations: readonly Observation[], swaps: readonly Swap[], devices: Config["network"]["devices"]) {
    const taken = new Map<string, DeviceInventory>();
    const candidates = new Map<string, Candidates>();
    const found: Stocktaking[] = [];
    const known = (id: string) => ({
      before: taken.get(id) ?? this.#board.inventory(id),
      candidates: candidates.get(id) ?? this.#candidates.get(id),
    });
    const take = (id: string, stocktaking: Stocktaking | undefined) => {
      if (stocktaking === undefined) return;
      candidates.set(id, stocktaking.candidates);
      if (stocktaking.inventory === undefined) return;
      taken.set(id, stocktaking.inventory);
      found.push(stocktaking);
    };
    for (const swap of swaps) {
      const device = devices.get(swap.device);
      if (device !== undefined) take(device.id, takeSwap({ device, swap, ...known(device.id) }));
    }
    for (const observation of observations) {
      const device = devices.get(observation.device);
      if (device === undefined || observation.kind === "icmp") continue;
      take(device.id, takeStock({ device, observation, ...known(device.id) }));
    }
    const events = found.flatMap((each) => each.events);
    const units = found.flatMap((each) => each.units);
    return { stock: { inventories: [...taken.values()], events, units }, candidates };
  }
}

/** As far as lights go: status, reason, states in words, and whether there is a call. */
function saysTheSame(last: LastLook | undefined, { kind, finding }: Observation): boolean {
  if (last === undefined || kind === "trap" || last.status !== finding.status || last.code !== finding.code) return false;
  if (last.readings.length !== finding.readings.length || finding.whole !== undefined) return false;
  for (let index = 0; index < last.readings.length; index += 1) {
    const [a, b] = [last.readings[index], finding.readings[index]];
    if (a?.name !== b?.name || a?.value !== b?.value || a?.part !== b?.part) return false;
  }
  return callsIn(last.samples) === callsIn(finding.samples);
}

function callsIn(samples: LastLook["samples"]): number | undefined {
  for (const { name, value, part } of samples) if (name === "calls" && part === undefined) return value;
  return undefined;
}

/** It registers, and nothing but the gatekeeper's list can tell so. */
function isOnlyPinged(device: Device | undefined): boolean {
  return device !== undefined && registering.has(device.kind) && device.checks.every(({ kind }) => kind === "icmp");
}

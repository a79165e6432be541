/**
 * Which of a turn's alarms belong to one incident with others: gathers what rules/correlate.ts asks for, and tells the intents.
 *
 * Only a turn that opens something asks. Made anew with each configuration.
 */
import { correlate, type Failure, type Group, Surroundings } from "../../rules/correlate.ts";
import { spoilsSessions } from "../../rules/sessions.ts";
import type { BoardView } from "../board.ts";
import type { Alarm } from "../model/alarm.ts";
import type { Config } from "../model/config.ts";
import type { Device } from "../model/network.ts";
import type { Rule } from "../model/rule.ts";
import { rootCauseOf } from "./explain.ts";
import type { Intent, TurnWorld } from "./intent.ts";
import type { Overlay } from "./memory.ts";
import { productOf } from "./products.ts";

export interface CorrelatorDeps {
  readonly config: Config;
  readonly board: BoardView;
  /** Is this incident failing and its own, as far as is known? */
  readonly isFailing: (incident: string) => boolean;
  /** Did a person split these two alarms? */
  readonly apart: (one: string, other: string) => boolean;
  /** Does a failure of this device hit this session? */
  readonly hits: (device: string, session: string) => boolean;
}

type Opener = Extract<Intent, { kind: "open" | "ask" }>;

export class Correlator {
  readonly #deps: CorrelatorDeps;
  readonly #around: Surroundings;

  constructor(deps: CorrelatorDeps) {
    this.#deps = deps;
    this.#around = new Surroundings(deps.config.network);
  }

  /** The intents, each with what its alarm is one trouble with. */
  join(intents: readonly Intent[], overlay: Overlay, world: Pick<TurnWorld, "ruleById">): readonly Intent[] {
    const openers = new Map(intents.flatMap((each) => (opens(each) ? [[each.alarm, each] as const] : [])));
    if (openers.size === 0) return intents;
    const failures = this.#failures(openers, overlay, world);
    const { apart, hits } = this.#deps;
    const ties = { apart, hits, fleet: (product: string) => this.#fleet(product) };
    const groups = correlate(failures, this.#around, this.#deps.config.correlation, ties);
    const groupOf = new Map(groups.flatMap((group) => group.keys.map((key) => [key, group] as const)));
    const incidentOf = new Map(failures.map(({ key, incident }) => [key, incident]));
    return intents.map((intent) => {
      const group = opens(intent) ? groupOf.get(intent.alarm) : undefined;
      return group === undefined || !opens(intent) ? intent : together(intent, group, incidentOf);
    });
  }

  #failures(openers: ReadonlyMap<string, Opener>, overlay: Overlay, world: Pick<TurnWorld, "ruleById">): readonly Failure[] {
    const found: Failure[] = [];
    const rooms = new Set<string>();
    const take = (alarm: Alarm): void => {
      const device = this.#deps.config.network.devices.get(alarm.device);
      const rule = world.ruleById.get(alarm.rule);
      const room = roomOf(alarm, device);
      if ((device === undefined && room === undefined && sessionOf(alarm) === undefined) || device?.commissioning === true) return;
      if (rule === undefined || alarm.suppressedBy !== undefined) return;
      const incident = alarm.incident !== undefined && this.#deps.isFailing(alarm.incident) ? alarm.incident : undefined;
      if (incident === undefined && !openers.has(alarm.key)) return;
      if (room !== undefined) rooms.add(room);
      found.push({ ...this.#failure(alarm, device, rule, incident), ...(room === undefined ? {} : { room }) });
    };
    for (const alarm of overlay.active()) take(alarm);
    const asked = (alarm: Alarm | undefined) => {
      if (alarm !== undefined && alarm.state !== "active" && world.ruleById.get(alarm.rule)?.opensRequest === true) take(alarm);
    };
    for (const { kind, alarm } of openers.values()) if (kind === "ask") asked(overlay.get(alarm));
    const known = new Set(found.map(({ key }) => key));
    for (const device of this.#inRooms(rooms)) for (const alarm of overlay.settlingOf(device)) if (!known.has(alarm.key)) asked(alarm);
    return found;
  }

  #failure(alarm: Alarm, device: Device | undefined, rule: Rule, incident: string | undefined): Failure {
    const product = rule.opensRequest ? undefined : this.#productOf(alarm.device);
    const session = sessionOf(alarm);
    const spoils = device !== undefined && spoilsSessions({ symptom: alarm.symptom, outOfService: rule.outOfService });
    return {
      key: alarm.key,
      root: rule.opensRequest ? alarm.key : rootCauseOf(alarm, rule),
      device: alarm.device,
      trouble: this.#around.troubleOf(alarm.device, alarm.symptom, rule.outOfService),
      onset: alarm.firstBadAt ?? alarm.since,
      places: rule.opensRequest || device === undefined ? [] : this.#around.placesOf(device),
      ...(rule.reach === "part" ? { part: true } : {}),
      ...(product === undefined ? {} : { product }),
      ...(rule.opensRequest ? { request: true } : {}),
      ...(session === undefined ? {} : { session }),
      ...(spoils ? { spoils } : {}),
      ...(incident === undefined ? {} : { incident }),
    };
  }

  /** Model and firmware; undefined until the device has told both. */
  #productOf(device: string): string | undefined {
    const inventory = this.#deps.board.inventory(device);
    if (inventory === undefined) return undefined;
    const { model, firmware } = productOf(inventory);
    return model === undefined || firmware === undefined ? undefined : `${model} ${firmware}`;
  }

  #fleet(product: string): number {
    return [...this.#deps.config.network.devices.keys()].filter((device) => this.#productOf(device) === product).length;
  }

  #inRooms(rooms: ReadonlySet<string>): readonly string[] {
    if (rooms.size === 0) return [];
    const devices = [...this.#deps.config.network.devices.values()].filter(({ room }) => room !== undefined && rooms.has(room));
    return [...devices.map(({ id }) => id), ...[...rooms].map((room) => `room:${room}`)];
  }
}

/** Where it is: the device's room, or the one that somebody called from. */
function roomOf(alarm: Alarm, device: Device | undefined): string | undefined {
  return alarm.device.startsWith("room:") ? alarm.device.slice("room:".length) : device?.room;
}

/** The session that an alarm is about. */
function sessionOf({ device }: Alarm): string | undefined {
  return device.startsWith("session:") ? device.slice("session:".length) : undefined;
}

function opens(intent: Intent): intent is Opener {
  return intent.kind === "open" || intent.kind === "ask";
}

function together(intent: Opener, group: Group, incidentOf: ReadonlyMap<string, string | undefined>): Intent {
  const { keys, general, devices, why } = group;
  const incidents = [...new Set(keys.flatMap((key) => incidentOf.get(key) ?? []))];
  // An alarm of the same root may have no reason of its own.
  const because = why.get(intent.alarm) ?? keys.flatMap((key) => why.get(key) ?? [])[0] ?? intent.why;
  return { ...intent, together: { id: keys[0] ?? intent.alarm, incidents, general, devices, why: because } };
}

/**
 * What people change about an incident, written down: what, where, before and after, serials.
 *
 * An address change keeps its device quiet by a silence until the configuration in force has the new address (work-keeper.ts ends it).
 */
import { randomBytes } from "node:crypto";
import { isSameAddress, type NewAction, notSayable, quietMs } from "../../rules/action.ts";
import { addWork } from "../../rules/followup.ts";
import type { Person } from "../../rules/handover.ts";
import { swapOf } from "../../rules/swap.ts";
import { address } from "../config/scalars.ts";
import type { Incident } from "../model/incident.ts";
import type { DeviceInventory, Swap, Unit } from "../model/inventory.ts";
import type { Maintenance } from "../model/maintenance.ts";
import type { Instant } from "../model/time.ts";
import type { WorkAction } from "../model/work.ts";
import type { Tx } from "../ports.ts";
import { type ActResult, actOn, type DeskDeps } from "./acting.ts";
import { swapMessage } from "./desk-word.ts";
import { hoursOf } from "./hours.ts";

export type WrittenAction =
  | Extract<ActResult, { ok: false }>
  | { readonly ok: true; readonly incident: Incident; readonly action: WorkAction };

export interface ActionDeskDeps extends DeskDeps {
  /** Reads what keeps quiet again. */
  readonly book: { refresh(): Promise<void> };
  /** Something waits for the evaluator in the inbox. */
  readonly poke?: () => void;
}

interface Seen {
  readonly inventories: ReadonlyMap<string, DeviceInventory>;
  readonly units: readonly Unit[];
}

const nothingSeen: Seen = { inventories: new Map(), units: [] };

export class ActionDesk {
  readonly #deps: ActionDeskDeps;

  constructor(deps: ActionDeskDeps) {
    this.#deps = deps;
  }

  /** Where nothing is named, it is about the device or the room of the incident. */
  async write(id: string, person: Person, said: NewAction): Promise<WrittenAction> {
    const { clock, config, book } = this.#deps;
    let written: WorkAction | undefined;
    const seen = said.kind === "swap" ? await this.#seen() : nothingSeen;
    const result = await actOn(this.#deps, id, async (incident, tx) => {
      const at = clock.now();
      const placed = { ...said, ...placeOf(said, incident), ...addressOf(said) };
      const refused = notSayable(placed, config().network, (text) => address.safeParse(text).success);
      if (refused !== undefined) return { refused, status: 422 };
      const known = this.#known(placed, seen);
      if ("refused" in known) return { refused: known.refused, status: 422 };
      const made = { ...known, id: await freeId(tx, incident), incident: incident.id, by: person.name, at };
      const action = await this.#kept(tx, made, incident, person);
      await tx.saveAction(action);
      const swap = swapIn(action);
      if (swap !== undefined) await tx.appendInbox([swapMessage(swap)]);
      const data = dataOf(action);
      await tx.audit([{ at, by: person.name, action: "incident.action", target: action.id, data: { ...data, what: action.what } }]);
      written = action;
      const hours = hoursOf(config(), incident.site, incident.device);
      return addWork(incident, "action", { by: person.name, at, hours, takes: true, note: action.what, data });
    });
    if (!result.ok || written === undefined) return result as Extract<ActResult, { ok: false }>;
    if (written.quiet !== undefined) await book.refresh();
    if (written.kind === "swap") this.#deps.poke?.();
    return { ok: true, incident: result.incident, action: written };
  }

  /** What was there before, where we know it better than who writes. */
  #known(said: NewAction, { inventories, units }: Seen): NewAction | { readonly refused: string } {
    const { kind, device = "", serialAfter } = said;
    if (kind === "ip-change") return { before: this.#deps.config().network.devices.get(device)?.address ?? "", ...said };
    if (kind !== "swap" || serialAfter === undefined || said.device === undefined) return said;
    const earlier = units.filter((each) => each.device === device && each.to !== undefined)[0]?.serial;
    const known = swapOf({ ...said, device, serialAfter }, inventories.get(device), earlier);
    return "refused" in known ? known : { ...said, ...known };
  }

  /** What the inventory knows, as the evaluator last wrote it. */
  async #seen(): Promise<Seen> {
    const { store } = this.#deps;
    const [inventories, units] = await Promise.all([store.loadInventories(), store.units({})]);
    return { inventories: new Map(inventories.map((each) => [each.device, each])), units };
  }

  /** An address that the configuration does not have yet keeps its device quiet. */
  async #kept(tx: Tx, made: Omit<WorkAction, "state">, { number, site }: Incident, person: Person): Promise<WorkAction> {
    const { network, instance } = this.#deps.config();
    const { kind, device = "", after = "", at } = made;
    if (kind !== "ip-change") return { ...made, state: "done" };
    if (isSameAddress(network.devices.get(device)?.address, after)) return { ...made, state: "done", appliedAt: at };
    const until = at + quietMs;
    const silence: Maintenance = {
      ...{ id: `m${randomBytes(8).toString("hex")}`, kind: "silence", scope: { devices: [device] } },
      ...{ when: { kind: "once", from: at, to: until }, zone: network.sites.get(site)?.timezone ?? instance.timezone },
      ...{ reason: `address change to ${after} (${number})`, by: person.name, function: person.function, createdAt: at, ended: [] },
    };
    await tx.saveMaintenance(silence);
    const data = { scope: silence.scope, when: silence.when, reason: silence.reason };
    await tx.audit([{ at, by: person.name, action: "silence.added", target: silence.id, data }]);
    return { ...made, state: "waiting", quiet: { silence: silence.id, until } };
  }
}

/** As the configuration writes it, so that it is known again there. */
function addressOf({ kind, after }: NewAction): Pick<NewAction, "after"> {
  const written = kind === "ip-change" && after !== undefined ? address.safeParse(after) : undefined;
  return written?.success === true ? { after: written.data } : {};
}

function placeOf({ device, room, link }: NewAction, incident: Incident): Pick<NewAction, "device" | "room"> {
  if (device !== undefined || room !== undefined || link !== undefined) return {};
  if (incident.device !== undefined) return { device: incident.device };
  return incident.room === undefined ? {} : { room: incident.room };
}

/** For the inventory; undefined: it is about no device. */
function swapIn({ id, kind, device, part, at, serialBefore, serialAfter }: WorkAction): Swap | undefined {
  if (kind !== "swap" || device === undefined || serialAfter === undefined) return undefined;
  const more = { ...(part === undefined ? {} : { part }), ...(serialBefore === undefined ? {} : { serialBefore }) };
  return { action: id, device, at, serialAfter, ...more };
}

/** What the line of the timeline carries. */
function dataOf({ id, kind, device, room, link, part, before, after, serialBefore, serialAfter, quiet }: WorkAction) {
  const until: Instant | undefined = quiet?.until;
  const all = { action: id, kind, device, room, link, part, before, after, serialBefore, serialAfter, until };
  return Object.fromEntries(Object.entries(all).flatMap(([name, value]) => (value === undefined ? [] : [[name, value]])));
}

async function freeId(tx: Tx, { number, id }: Incident): Promise<string> {
  for (let count = (await tx.workActions({ incident: id })).length + 1; ; count += 1) {
    const made = `${number}-A${count}`;
    if ((await tx.workActions({ id: made })).length === 0) return made;
  }
}

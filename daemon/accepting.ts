/**
 * Commissioning: the file says that a device is new, the store that somebody has accepted it. The store wins, so that nobody edits YAML to
 * take a room into service. What the rest of the daemon gets is the configuration with that already in it.
 */
import { randomUUID } from "node:crypto";
import { type SheetDevice, sheetOf, sign } from "../rules/acceptance.ts";
import { withLearned } from "../rules/learned.ts";
import type { BoardView } from "./board.ts";
import { deepFreeze } from "./config/freeze.ts";
import { keptProposals } from "./confirming.ts";
import { type Acceptance, placeOf, type Sheet } from "./model/acceptance.ts";
import type { Alarm } from "./model/alarm.ts";
import type { Config } from "./model/config.ts";
import type { ParentProposal } from "./model/learned.ts";
import { nobodyYet, type OnCallBook } from "./model/on-call.ts";
import { withOnCall } from "./oncall/book.ts";
import type { Clock, Store } from "./ports.ts";

/** The configuration with every accepted device out of commissioning. The same object when that changes nothing. */
export function withAccepted(config: Config, accepted: ReadonlySet<string>): Config {
  const devices = config.network.devices;
  if (![...devices.values()].some(({ id, commissioning }) => commissioning && accepted.has(id))) return config;
  const now = new Map([...devices].map(([id, device]) => [id, accepted.has(id) ? { ...device, commissioning: false } : device]));
  return deepFreeze({ ...config, network: { ...config.network, devices: now } });
}

/** The file with what people have decided since: accepted devices, confirmed parents. */
export function overlaid(file: Config, accepted: ReadonlySet<string>, learned: readonly ParentProposal[]): Config {
  const network = withLearned(file.network, learned);
  return withAccepted(network === file.network ? file : deepFreeze({ ...file, network }), accepted);
}

/** Devices of sheets that are in force. */
export function acceptedIn(acceptances: readonly Acceptance[]): ReadonlySet<string> {
  return new Set(acceptances.filter(({ withdrawn }) => withdrawn === undefined).flatMap(({ devices }) => devices));
}

/** The configuration in force: what the file says, with the signed sheets and the people of the store in it. */
export class ConfigInForce {
  #file: Config;
  /** With the sheets and parents; without the people, who change more often than the rest is worth being thought out anew for. */
  #base: Config;
  #config: Config;
  #accepted: ReadonlySet<string> = new Set();
  #learned: readonly ParentProposal[] = [];
  #onCall: OnCallBook = nobodyYet;

  constructor(file: Config) {
    this.#file = file;
    this.#base = file;
    this.#config = file;
  }

  /** As the file says. */
  get file(): Config {
    return this.#file;
  }

  get config(): Config {
    return this.#config;
  }

  take(file: Config): void {
    this.#file = file;
    this.#base = overlaid(file, this.#accepted, this.#learned);
    this.#config = withOnCall(this.#base, this.#onCall);
  }

  /** Who is on call, from now on. */
  takeOnCall(book: OnCallBook): void {
    this.#onCall = book;
    this.#config = withOnCall(this.#base, book);
  }

  async readAccepted(store: Pick<Store, "acceptances" | "keptAll">): Promise<void> {
    this.#accepted = acceptedIn(await store.acceptances());
    this.#learned = await keptProposals(store);
    this.take(this.#file);
  }
}

export interface AcceptingDeps {
  /** With what is accepted in it. */
  readonly config: () => Config;
  readonly store: Store;
  readonly board: BoardView;
  readonly alarms: () => readonly Alarm[] | Promise<readonly Alarm[]>;
  readonly clock: Clock;
  /** What is in force in the store has changed. */
  readonly changed: () => Promise<void>;
}

export interface Signer {
  readonly name: string;
  readonly function: string;
}

export type Outcome =
  | { readonly ok: true; readonly acceptance: Acceptance }
  | { readonly ok: false; readonly status: 409 | 422; readonly problem: string };

export class Accepting {
  readonly #deps: AcceptingDeps;

  constructor(deps: AcceptingDeps) {
    this.#deps = deps;
  }

  /** The sheet as it stands now. */
  async sheet(place: string): Promise<Sheet> {
    const { config, board } = this.#deps;
    const alarms = await this.#deps.alarms();
    const devices = [...config().network.devices.values()].filter((device) => device.commissioning && placeOf(device) === place);
    return sheetOf(
      place,
      devices.map(({ id, kind }): SheetDevice => {
        const [lights, inventory] = [board.lights(id), board.inventory(id)];
        const own = alarms.filter((alarm) => alarm.device === id && alarm.state === "active");
        return { id, kind, alarms: own, ...(lights === undefined ? {} : { lights }), ...(inventory === undefined ? {} : { inventory }) };
      }),
    );
  }

  /** Signs it: kept with what was seen, audited, and from now on its devices count. */
  async sign(
    place: string,
    signer: Signer,
    signing: { readonly notes: ReadonlyMap<string, string>; readonly reason?: string },
  ): Promise<Outcome> {
    const { store, clock } = this.#deps;
    const sheet = await this.sheet(place);
    const signed = sign(sheet, signing);
    if (!signed.ok) return { ok: false, status: sheet.devices.length === 0 ? 409 : 422, problem: signed.why };
    const { reason } = signing;
    const acceptance: Acceptance = {
      ...sheet,
      id: randomUUID(),
      at: clock.now(),
      by: signer.name,
      function: signer.function,
      lines: signed.lines,
      ...(reason === undefined || reason === "" ? {} : { reason }),
    };
    const entry = {
      at: acceptance.at,
      by: signer.name,
      action: "acceptance.signed",
      target: place,
      data: { id: acceptance.id, devices: sheet.devices },
    };
    await store.transaction(undefined, async (tx) => {
      await tx.saveAcceptance(acceptance);
      await tx.audit([entry]);
    });
    await this.#deps.changed();
    return { ok: true, acceptance };
  }

  /** Takes back the sheets of a place: its devices are as the file says again. */
  async withdraw(place: string, signer: Signer, reason: string): Promise<Outcome> {
    const { store, clock } = this.#deps;
    const inForce = (await store.acceptances(place)).filter(({ withdrawn }) => withdrawn === undefined);
    const [latest] = inForce;
    if (latest === undefined)
      return { ok: false, status: 409, problem: "no sheet of this place is in force; there is nothing to withdraw" };
    const withdrawn = { at: clock.now(), by: signer.name, reason };
    const data = { sheets: inForce.map(({ id }) => id), reason };
    await store.transaction(undefined, async (tx) => {
      for (const each of inForce) await tx.saveAcceptance({ ...each, withdrawn });
      await tx.audit([{ at: withdrawn.at, by: signer.name, action: "acceptance.withdrawn", target: place, data }]);
    });
    await this.#deps.changed();
    return { ok: true, acceptance: { ...latest, withdrawn } };
  }
}

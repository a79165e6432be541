/**
 * Where devices are registered, by what they say they are: kept over restarts, and known of a device that does not answer.
 */
import { registeredWith } from "../rules/registration.ts";
import type { BoardView } from "./board.ts";
import type { Config } from "./model/config.ts";
import type { Device, Network } from "./model/network.ts";

export class Registrations {
  readonly #board: Pick<BoardView, "inventory" | "inventoryRevision">;
  readonly #config: () => Config;
  #network: Network | undefined;
  #gatekeepers: readonly Device[] = [];

  constructor(board: Pick<BoardView, "inventory" | "inventoryRevision">, config: () => Config) {
    this.#board = board;
    this.#config = config;
  }

  /** Another one: somebody is registered elsewhere, maybe. */
  get revision(): number {
    return this.#board.inventoryRevision;
  }

  /** The gatekeepers of ours; undefined: not known. */
  readonly of = (device: Device): readonly string[] | undefined => {
    const { network } = this.#config();
    if (this.#network !== network) {
      this.#network = network;
      this.#gatekeepers = [...network.devices.values()].filter(({ kind }) => kind === "gatekeeper");
    }
    return registeredWith(this.#board.inventory(device.id)?.facts ?? [], this.#gatekeepers);
  };
}

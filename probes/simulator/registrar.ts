/**
 * Who is registered in the simulated network, as its gatekeeper and its registrar list them.
 *
 * A device is listed when it is registered, reachable and not forgotten: three things that go apart when something is wrong.
 */
import type { DeviceState } from "./device-state.ts";

export interface Registered {
  /** A number of its own. */
  readonly id: string;
  readonly address: string;
  readonly alias: string;
  readonly vendor: string;
}

export type RegistrationWatcher = (endpoint: Registered, registered: boolean) => void;

const registering: ReadonlySet<DeviceState["device"]["kind"]> = new Set(["codec", "endpoint", "bridge"] as const);

export class Registrar {
  readonly #endpoints = new Map<DeviceState, boolean>();
  readonly #watchers = new Set<RegistrationWatcher>();

  /** Codecs, endpoints and bridges register; nothing else does. */
  add(state: DeviceState): void {
    if (registering.has(state.device.kind)) this.#endpoints.set(state, isListed(state, state.h323Registered));
  }

  h323(): readonly Registered[] {
    return [...this.#endpoints.keys()].filter((state) => isListed(state, state.h323Registered)).map(registered);
  }

  sip(): readonly Registered[] {
    return [...this.#endpoints.keys()].filter((state) => isListed(state, state.sipRegistered)).map(registered);
  }

  watch(watcher: RegistrationWatcher): () => void {
    this.#watchers.add(watcher);
    return () => this.#watchers.delete(watcher);
  }

  /** Tells who listens about what changed since the last time. */
  follow(): void {
    for (const [state, before] of this.#endpoints) {
      const now = isListed(state, state.h323Registered);
      if (now === before) continue;
      this.#endpoints.set(state, now);
      for (const watcher of this.#watchers) watcher(registered(state), now);
    }
  }
}

function isListed(state: DeviceState, registered: boolean): boolean {
  return registered && state.listed && state.answers;
}

function registered({ device, seed }: DeviceState): Registered {
  return { id: String(seed), address: device.address, alias: device.id, vendor: device.family };
}

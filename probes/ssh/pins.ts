/**
 * Host keys as they are remembered: pinned on first use, compared for ever after; a changed one is remembered until a person accepted it.
 *
 * A store that cannot be read is no reason to trust.
 */
import type { ProbeMemory } from "../probe.ts";
import { done, failed, type Outcome, unknown, within } from "../shell/outcome.ts";
import { formatPin, type HostKey, parsePin } from "./host-key.ts";

export class Pins {
  readonly #memory: ProbeMemory;

  constructor(memory: ProbeMemory) {
    this.#memory = memory;
  }

  /** The pinned key; undefined before the first use. */
  async read(device: string, signal: AbortSignal): Promise<Outcome<HostKey | undefined>> {
    const read = await this.#get(`host-key:${device}`, signal);
    if (!read.ok || read.value === undefined) return read.ok ? done(undefined) : read;
    const pinned = parsePin(read.value);
    return pinned === undefined
      ? failed(unknown("ssh.engine", `the pinned host key of ${device} is unreadable; accept a key again`))
      : done(pinned);
  }

  /** Pins a key whatever was pinned before: a person accepted it. */
  async pin(device: string, key: HostKey): Promise<void> {
    await this.#memory.set(`host-key:${device}`, formatPin(key));
  }

  /** The fingerprint that a look saw instead of the pinned one; undefined when none is waiting for a person. */
  changed(device: string): Promise<string | undefined> {
    return this.#memory.get(`host-key-changed:${device}`);
  }

  /** Writes down that another key was seen; false when the store could not, or the turn ended first. */
  sawChanged(device: string, fingerprint: string, signal: AbortSignal): Promise<boolean> {
    return this.#set(`host-key-changed:${device}`, fingerprint, signal);
  }

  /** Pins a key on first use (the exchange has proved that the device holds it). `alarmEnds`: it had changed, and this is the accepted one. */
  async trust(device: string, key: HostKey, signal: AbortSignal): Promise<{ readonly trusted: boolean; readonly alarmEnds: boolean }> {
    const no = { trusted: false, alarmEnds: false };
    const [pinned, changed] = await Promise.all([this.#get(`host-key:${device}`, signal), this.#get(`host-key-changed:${device}`, signal)]);
    if (!pinned.ok || !changed.ok) return no;
    const pin = formatPin(key);
    // A pin accepted by fingerprint alone learns its type here.
    if (pinned.value !== pin && !(await this.#set(`host-key:${device}`, pin, signal))) return no;
    if (changed.value === undefined || changed.value === "") return { trusted: true, alarmEnds: false };
    return { trusted: await this.#set(`host-key-changed:${device}`, "", signal), alarmEnds: true };
  }

  #get(key: string, signal: AbortSignal): Promise<Outcome<string | undefined>> {
    return within<string | undefined>(signal, (settle) => {
      this.#memory.get(key).then(
        (value) => settle(done(value)),
        () => settle(failed(unknown("ssh.engine", "the pinned host key cannot be read from the store"))),
      );
    });
  }

  async #set(key: string, value: string, signal: AbortSignal): Promise<boolean> {
    const written = await within<undefined>(signal, (settle) => {
      this.#memory.set(key, value).then(
        () => settle(done(undefined)),
        () => settle(failed(unknown("ssh.engine", "the store could not keep the host key"))),
      );
    });
    return written.ok;
  }
}

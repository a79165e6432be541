/**
 * A probe: one way of looking, behind one interface. "Down" is a finding, not an exception; "we could not look" is not "it is down".
 */
import type { Credential } from "../daemon/model/config.ts";
import type { Family } from "../daemon/model/family.ts";
import type { Check, Device } from "../daemon/model/network.ts";
import type { Finding, ProbeKind } from "../daemon/model/observation.ts";

/** Everything one look needs. */
export interface Target {
  readonly check: Check;
  readonly device: Device;
  readonly family: Family;
  /** The credential for this kind, already chosen by the login guard (rotation); undefined when the device has none. */
  readonly credential?: Credential;
}

/** A probe that batches does so inside `look`: callers ask one at a time and many at once. */
export interface Probe {
  readonly kind: ProbeKind;
  /**
   * Looks once; resolves within the check's timeoutMs (+ 100 ms) whatever the far end does. Never rejects for what the world does.
   * `trace: true` keeps what was said on the wire even when the look is good.
   */
  look(target: Target, signal: AbortSignal, options?: { readonly trace?: boolean }): Promise<Finding>;
  /** Forgets sessions and memory of a device that left the configuration or changed. */
  forget(device: string): void;
  /** Closes sockets and processes. Idempotent. */
  stop(): Promise<void>;
}

/** Durable facts a probe needs kept (pinned host keys). The daemon's store stands behind it. */
export interface ProbeMemory {
  get(key: string): Promise<string | undefined>;
  set(key: string, value: string): Promise<void>;
}

/**
 * What a kept session tells unasked between looks (feedback): the finding as it stands now, the last look's values with the told ones in their
 * place, so that rules see a whole look and nothing that is missing. Faults are those of this event only.
 */
export type Heard = (device: string, finding: Finding) => void;

/**
 * The latest look of every device, in memory: what /metrics, the pages and the exports show.
 *
 * The evaluator writes it after its commit; everybody else reads. It is a cache of what was seen, not a decision.
 */
import type { LookStatus, Observation, ProbeKind, Reading, Sample } from "./model/observation.ts";
import type { Instant } from "./model/time.ts";

/** The last look of one check. */
export interface LastLook {
  readonly kind: ProbeKind;
  readonly at: Instant;
  readonly durationMs: number;
  readonly status: LookStatus;
  readonly code?: string;
  readonly detail?: string;
  readonly samples: readonly Sample[];
  readonly readings: readonly Reading[];
  /** Kept from the last look that failed. */
  readonly trace?: readonly string[];
}

export interface DeviceState {
  readonly device: string;
  /** 1 in service, 0 out of service, NaN while unknown. */
  up: 0 | 1 | number;
  upSince: Instant;
  readonly looks: Map<string, LastLook>;
  /** Keys of active alarms. */
  readonly alarms: Set<string>;
}

export interface BoardView {
  get(device: string): DeviceState | undefined;
  all(): Iterable<DeviceState>;
}

export class Board implements BoardView {
  readonly #devices = new Map<string, DeviceState>();

  get(device: string): DeviceState | undefined {
    return this.#devices.get(device);
  }

  all(): Iterable<DeviceState> {
    return this.#devices.values();
  }

  /** The state of a device, made when it is first seen. */
  of(device: string, at: Instant): DeviceState {
    let state = this.#devices.get(device);
    if (state === undefined) {
      state = { device, up: Number.NaN, upSince: at, looks: new Map(), alarms: new Set() };
      this.#devices.set(device, state);
    }
    return state;
  }

  /** Records a look (what was heard unasked is no look); an older one than the present changes nothing, unless the present one lies in the future. */
  record(observation: Observation, now: Instant): void {
    if (observation.kind === "trap") return;
    const state = this.of(observation.device, observation.at);
    const last = state.looks.get(observation.check);
    if (last !== undefined && last.at > observation.at && last.at <= now) return;
    const { finding } = observation;
    const trace = finding.status === "up" ? last?.trace : finding.trace;
    state.looks.set(observation.check, {
      kind: observation.kind,
      at: observation.at,
      durationMs: observation.durationMs,
      status: finding.status,
      ...(finding.code === undefined ? {} : { code: finding.code }),
      ...(finding.detail === undefined ? {} : { detail: finding.detail }),
      // A look that failed keeps the last good values out: what was not seen is not shown as seen.
      samples: finding.samples,
      readings: finding.readings,
      ...(trace === undefined ? {} : { trace }),
    });
  }

  forget(device: string): void {
    this.#devices.delete(device);
  }
}

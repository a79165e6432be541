/**
 * What a look found, and who looked when. Immutable.
 *
 * Three values everywhere: `unknown` means that *we* could not look. It is never `down`.
 */
import type { Instant } from "./time.ts";

/** The ways of looking. `telnet` is the command line of old equipment and of status ports, in clear text; `tcp` only connects; `trap` is heard, not polled. */
export type ProbeKind = "icmp" | "snmp" | "ssh" | "telnet" | "https" | "tcp" | "trap";

export type LookStatus = "up" | "down" | "unknown";

/** One number, in base units (seconds, octets, ratio 0..1, celsius), Prometheus-style name without the `vigie_` prefix. */
export interface Sample {
  readonly name: string;
  readonly value: number;
  /** Which interface, camera or microphone; undefined is the device as a whole. */
  readonly part?: string;
}

/** One state in words, normalised by the family's data: `sip_registration` = `registered`. */
export interface Reading {
  readonly name: string;
  readonly value: string;
  readonly part?: string;
}

/** What a device (or a probe) says by itself is wrong, or right again. */
export interface Fault {
  readonly symptom: string;
  readonly part?: string;
  readonly effect: "raise" | "clear" | "event";
  /** One short sentence for the timeline; device text is cut at 200 characters. */
  readonly text?: string;
}

/** What one look found. */
export interface Finding {
  readonly status: LookStatus;
  /** Why not up: `icmp.loss`, `snmp.timeout`, `ssh.auth-refused`. Undefined when up. */
  readonly code?: string;
  /** One sentence for the screen: where, what was found. Never a secret. */
  readonly detail?: string;
  readonly samples: readonly Sample[];
  readonly readings: readonly Reading[];
  readonly faults: readonly Fault[];
  /**
   * Names of readings (or samples) of which this finding holds all parts (`diagnostic`, `media_loss_ratio`): a part that is not there is gone.
   * Where an alarm about it lives, rules read the word `absent` for it; a number that is gone is beyond no limit. Undefined: what is missing says nothing.
   */
  readonly whole?: readonly string[];
  /** What was said on the wire, line by line; kept when the look failed, or when asked for. */
  readonly trace?: readonly string[];
}

/** A finding + who, when, how long. */
export interface Observation {
  /** Unique: the same id twice has no second effect. `<check>@<slot>` for looks, `inbox:<seq>` for what is heard. */
  readonly id: string;
  /** `<device>/<kind>`, or `<device>/trap`. */
  readonly check: string;
  readonly device: string;
  readonly kind: ProbeKind;
  /** The time every rule works with: the end of the look; a trap's arrival. */
  readonly at: Instant;
  /** Orders what arrived; grows by one an observation within a process. */
  readonly seq: number;
  readonly durationMs: number;
  readonly finding: Finding;
}

/** A finding with nothing in it but its status. */
export function bare(status: LookStatus, code?: string, detail?: string, trace?: readonly string[]): Finding {
  return {
    status,
    ...(code === undefined ? {} : { code }),
    ...(detail === undefined ? {} : { detail }),
    ...(trace === undefined ? {} : { trace }),
    samples: [],
    readings: [],
    faults: [],
  };
}

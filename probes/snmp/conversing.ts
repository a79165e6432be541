/**
 * What is said between us and one agent: a question in, an answer out, whatever the far end does. Outcomes are values.
 */
import type { Credential } from "../../daemon/model/config.ts";
import type { Varbind } from "./value.ts";

export type SnmpCredential = Extract<Credential, { kind: "snmp-community" | "snmp-v3" }>;
export type SnmpUser = Extract<SnmpCredential, { kind: "snmp-v3" }>;

/** error-status of RFC 3416. */
export const authorizationError = 16;

/** The agent's own clock, as told in the header of an SNMPv3 message. */
export interface EngineClock {
  readonly boots: number;
  readonly time: number;
}

/** What became of a question. `refused` names the usmStats counter. */
export type Answer =
  | { readonly kind: "values"; readonly varbinds: readonly Varbind[]; readonly engine?: EngineClock }
  | { readonly kind: "error"; readonly status: number; readonly index: number }
  | { readonly kind: "silent" }
  | { readonly kind: "refused"; readonly why: string }
  | { readonly kind: "nonsense"; readonly why: string }
  | { readonly kind: "unsupported"; readonly why: string }
  | { readonly kind: "blocked"; readonly why: string };

/** A question. `bulk`: so many repetitions of each name. */
export interface Question {
  readonly kind: "get" | "next" | "bulk";
  readonly oids: readonly string[];
  readonly repetitions?: number;
  readonly attemptMs: number;
  readonly retries: number;
}

/** A session with one agent. */
export interface Session {
  /** True once the agent answered a question on this session. */
  readonly proven: boolean;
  /** SNMPv3: the engine was discovered, and no question was ever answered on this session. */
  readonly onlyDiscovered: boolean;
  ask(question: Question): Promise<Answer>;
  /** Questions that are open are silent. */
  close(): void;
}

/**
 * What every question to a stranger needs: whom it may be for, with which credentials, and how its packets are paid for.
 */
import type { Credential } from "../../daemon/model/config.ts";
import type { Family } from "../../daemon/model/family.ts";
import type { SnmpCredential } from "../snmp/conversing.ts";
import type { SharedSockets } from "../snmp/sockets.ts";
import type { Turnstile } from "../turnstile.ts";
import type { Pay } from "./budget.ts";
import type { Tries } from "./tries.ts";

export interface Asking {
  readonly families: ReadonlyMap<string, Family>;
  /** SNMP credentials, in the order in which a stranger is asked. */
  readonly credentials: readonly (SnmpCredential & { readonly id: string })[];
  readonly ssh?: Credential;
  readonly snmpPort: number;
  readonly sshPort: number;
  readonly httpsPort: number;
  readonly ports: readonly number[];
  readonly sockets: SharedSockets;
  readonly tries: Tries;
  /** Logins with a credential that nobody accepted yet: one at a time. */
  readonly firstLogins: Turnstile;
  /** For packets and connections; SNMP's are paid for by `sockets`, one by one. */
  readonly pay: Pay;
  readonly signal: AbortSignal;
}

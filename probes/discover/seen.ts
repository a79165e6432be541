/**
 * What discovery saw at one address. Facts only: what is made of them is decided elsewhere (propose.ts).
 */

/** The system group of MIB-II (RFC 3418), as far as it was answered. */
export interface SystemGroup {
  readonly sysDescr?: string;
  readonly sysObjectId?: string;
  readonly sysName?: string;
  /** Sum of 2^(layer-1): 2 is a bridge, 4 a router. */
  readonly sysServices?: number;
}

/** A device at the other end of a cable, as one of the two ends tells it. */
export interface Neighbour {
  /** Who told: IEEE 802.1AB, CISCO-CDP-MIB, or the device's own shell. */
  readonly via: "lldp" | "cdp" | "shell";
  readonly localPort?: string;
  readonly name?: string;
  readonly address?: string;
  /** Chassis id, mostly a MAC address: `00:1b:54:aa:bb:cc`. */
  readonly chassis?: string;
  readonly port?: string;
  readonly platform?: string;
}

/** What a TLS handshake showed; nothing was asked over it, and nobody has compared it yet. */
export interface WebInterface {
  readonly port: number;
  /** SHA-256 of the certificate, as `tls_fingerprint` is written. */
  readonly fingerprint: string;
  /** An authority that this computer knows vouches for it, for this address. */
  readonly isVouched: boolean;
  /** It speaks TLS 1.0 or 1.1 only. */
  readonly isOld: boolean;
  /** Names in the certificate. */
  readonly subject?: string;
  readonly issuer?: string;
  /** The last day of the certificate. */
  readonly until?: string;
}

export interface Seen {
  readonly address: string;
  /** Id of the configured device that has this address: only its neighbours were read, nothing is proposed. */
  readonly configured?: string;
  readonly rttMs?: number;
  /** SNMP answered with this credential. */
  readonly snmp?: SystemGroup & { readonly credential: string };
  /** Credentials that this device refused. */
  readonly refused: readonly string[];
  /** The SSH identification string, or what the shell said after a login. */
  readonly identification?: string;
  readonly greeting?: string;
  /** What a status port (GNU Gatekeeper, TCP 7000) says to whoever connects. */
  readonly service?: string;
  /** SSH accepted this credential. */
  readonly login?: string;
  /** TCP ports that accept: 1720, 5060, 5061. */
  readonly ports: readonly number[];
  readonly web?: WebInterface;
  readonly chassis?: string;
  readonly neighbours: readonly Neighbour[];
}

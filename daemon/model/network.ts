/**
 * The network as configured: sites, rooms, devices, links, checks. Frozen; a reload makes a new one.
 */
import type { DeviceKind } from "./family.ts";
import type { ProbeKind } from "./observation.ts";

export interface Site {
  readonly id: string;
  readonly name: string;
  /** IANA zone; default is the instance's. */
  readonly timezone: string;
  /** The device through which the site is reached; parent of its devices that name no parent. */
  readonly gateway?: string;
  /** Hours in which service is owed, by calendar id; default is the instance's. */
  readonly serviceHours: string;
  /** When its devices may restart for an upgrade; undefined: the shipped one. */
  readonly nightWindow?: NightWindow;
  readonly labels: Readonly<Record<string, string>>;
}

/** Local minutes of the day, the second not in it; over midnight where it is not the later one. */
export interface NightWindow {
  readonly fromMinute: number;
  readonly toMinute: number;
}

export interface Room {
  readonly id: string;
  readonly site: string;
  readonly name: string;
  readonly localName?: string;
  readonly phone?: string;
  /** Who answers for it: a function or contact id. */
  readonly coordinator?: string;
  readonly presence: "always" | "scheduled" | "sessions";
  /** Of a scheduled presence, by calendar id; undefined: the service hours of its site. */
  readonly schedule?: string;
}

/** A circuit. Without an address it is judged by the sites behind it. */
export interface Link {
  readonly id: string;
  readonly name: string;
  readonly ends: readonly [string, string];
  readonly owner?: string;
  readonly circuit?: string;
  /** The device that stands for it (its router), when one can be polled. */
  readonly device?: string;
}

/** One probe kind + parameters + interval on a device. */
export interface Check {
  /** `<device>/<kind>`. */
  readonly id: string;
  readonly device: string;
  readonly kind: ProbeKind;
  readonly intervalMs: number;
  readonly timeoutMs: number;
}

/** What the books say of a device. Level 3 asks for these first. */
export interface Asset {
  /** The institution's inventory tag. */
  readonly tag?: string;
  /** Number of the maintenance contract; without one the supplier's counts. */
  readonly contract?: string;
  /** ISO date. */
  readonly purchased?: string;
  /** The serial that ought to stand there; one that is seen and differs is shown. */
  readonly serial?: string;
}

export interface Device {
  readonly id: string;
  readonly name: string;
  readonly site: string;
  readonly room?: string;
  /** An IP address or a host name; parsed before use. */
  readonly address: string;
  readonly family: string;
  readonly kind: DeviceKind;
  /** Devices it is reached through. Several: any one is enough (redundant). */
  readonly parents: readonly string[];
  readonly checks: readonly Check[];
  /** Credential ids. */
  readonly credentials: { readonly snmp?: string; readonly ssh?: string; readonly telnet?: string; readonly https?: string };
  readonly snmpPort: number;
  readonly sshPort: number;
  /** Default 23; a status port has its own. */
  readonly telnetPort?: number;
  /** Default 443. */
  readonly httpsPort?: number;
  /** SHA-256 of the certificate that its HTTPS interface shows: this one and no other is believed. `AB:CD:…`, 32 octets. */
  readonly tlsFingerprint?: string;
  readonly serviceHours: string;
  /** When it may restart for an upgrade; undefined: its site's. */
  readonly nightWindow?: NightWindow;
  readonly supplier?: string;
  readonly warrantyUntil?: string;
  readonly asset?: Asset;
  readonly labels: Readonly<Record<string, string>>;
  /** Looked at and shown, pages nobody, counts in nothing. */
  readonly commissioning: boolean;
  /** A device of a 24/7 service: its failures are urgent at any hour. */
  readonly alwaysUrgent: boolean;
  /** Opt-ins for old equipment, each a weakness that is listed. */
  readonly legacy: {
    readonly sshAlgorithms: boolean;
    readonly telnet?: boolean;
    /** Whatever certificate is shown is believed. */
    readonly unverifiedTls?: boolean;
    /** TLS 1.0 and 1.1, and the ciphers of their time. */
    readonly tls?: boolean;
  };
}

/** The id of the credential that a kind of look presents; undefined when it presents none. */
export function credentialFor(device: Device, kind: ProbeKind): string | undefined {
  switch (kind) {
    case "snmp":
      return device.credentials.snmp;
    case "ssh":
      return device.credentials.ssh;
    case "telnet":
      return device.credentials.telnet;
    case "https":
      return device.credentials.https;
    case "icmp":
    case "tcp":
    case "trap":
      return undefined;
  }
}

/** Names of the circuits in `link:line-1+line-2`; undefined when it is about none by name. */
export function circuitNames({ links }: Pick<Network, "links">, holder: string): string | undefined {
  if (!holder.startsWith("link:") || holder === "link:*") return undefined;
  const ids = holder.slice("link:".length).split("+");
  return ids.map((id) => links.get(id)?.name ?? id).join(" + ");
}

export interface Network {
  readonly sites: ReadonlyMap<string, Site>;
  readonly rooms: ReadonlyMap<string, Room>;
  readonly devices: ReadonlyMap<string, Device>;
  readonly links: ReadonlyMap<string, Link>;
  /** The device that proves our own sight: when it is gone, everything behind it is unknown. */
  readonly canary?: string;
}

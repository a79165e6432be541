/**
 * The checked, frozen configuration. Made by daemon/config from vigie.yaml; everything downstream trusts it.
 */
import type { Correlation } from "./correlation.ts";
import type { DiagnosisTable } from "./diagnosis.ts";
import type { Family } from "./family.ts";
import type { Network } from "./network.ts";
import type { OnCallBook } from "./on-call.ts";
import type { PermissionTable } from "./permission.ts";
import type { Clock, Policy } from "./policy.ts";
import type { Period } from "./report.ts";
import type { Rule } from "./rule.ts";
import type { Secret } from "./secret.ts";
import type { SessionCalendar } from "./session.ts";
import type { SeverityTable } from "./severity.ts";
import type { TicketSystem } from "./ticket.ts";
import type { Language } from "./time.ts";

export type { Secret } from "./secret.ts";

export type SnmpAuth = "md5" | "sha" | "sha224" | "sha256" | "sha384" | "sha512";
/** aes256b is Blumenthal, aes256r Reeder (Cisco); they do not interoperate. */
export type SnmpPriv = "des" | "aes" | "aes256b" | "aes256r";

export type Credential = (
  | { readonly kind: "snmp-community"; readonly version: "1" | "2c"; readonly community: Secret }
  | {
      readonly kind: "snmp-v3";
      readonly user: string;
      readonly auth?: { readonly protocol: SnmpAuth; readonly key: Secret };
      readonly priv?: { readonly protocol: SnmpPriv; readonly key: Secret };
      readonly context?: string;
    }
  | { readonly kind: "ssh-password"; readonly user: string; readonly password: Secret }
  | { readonly kind: "ssh-key"; readonly user: string; readonly key: Secret; readonly passphrase?: Secret }
  /** Sent in clear text: a kind of its own, so that no SSH password ever is. Without a user where the device asks for a password alone. */
  | { readonly kind: "telnet-password"; readonly user?: string; readonly password: Secret }
  /** For a device's own web interface: a kind of its own, so that a login is only ever sent where it was meant for. */
  | { readonly kind: "https-password"; readonly user: string; readonly password: Secret }
) & {
  readonly id: string;
  /** The credential to try when this one is refused: rotation without an outage. */
  readonly successor?: string;
};

/** Service hours: weekly spans in the zone of the site, minus holidays. */
export interface ServiceCalendar {
  readonly id: string;
  /** ISO weekday 1..7 → spans `HH:MM`–`HH:MM`; an empty record is never; `always` is 24/7. */
  readonly always: boolean;
  readonly weekly: Readonly<Record<number, readonly { readonly fromMinute: number; readonly toMinute: number }[]>>;
  /** ISO dates without service. */
  readonly holidays: readonly string[];
  /** Statutory holidays that are computed for every year besides (rules/holidays.ts). */
  readonly statutory?: "quebec";
  /** Statutory holidays on which service is owed all the same, ISO dates. */
  readonly worked?: readonly string[];
}

/** One way to reach one person or desk. */
export interface Contact {
  readonly id: string;
  readonly name: string;
  readonly language: Language;
  readonly channels: readonly { readonly channel: string; readonly address: string }[];
}

/** A function of the procedure (desk, analyst …) and who fills it. Rotas in the store override this. */
export interface FunctionEntry {
  readonly id: string;
  readonly name: { readonly fr: string; readonly en: string };
  readonly contacts: readonly string[];
}

/** How what comes in over a channel proves where it comes from: the secret itself in a header, or a signature made with it. */
export interface Door {
  readonly secret: Secret;
  readonly header: string;
  /** HMAC-SHA256 over the body, or over `<timestamp>.<body>`; undefined: the header holds the secret. */
  readonly signed?: { readonly encoding: "hex" | "base64"; readonly timestampHeader?: string };
}

export type Channel = (
  | {
      readonly id: string;
      readonly kind: "mail";
      readonly host: string;
      readonly port: number;
      readonly secure: boolean;
      readonly user?: string;
      readonly password?: Secret;
      readonly from: string;
      /** Replies and bounces, handed over by the mail system as a webhook; undefined: none are. */
      readonly inbound?: Door & {
        /** Mails that are no replies are requests: of contacts, and of anybody at these domains. Undefined: they are not taken. */
        readonly requests?: { readonly domains: readonly string[] };
      };
    }
  | {
      readonly id: string;
      readonly kind: "sms";
      readonly url: string;
      readonly method: "POST" | "PUT" | "GET";
      /** `{to}`, `{text}`, `{key}` and `{secret}` in the values are filled in, here and in the body. */
      readonly headers: Readonly<Record<string, string>>;
      readonly secret?: Secret;
      readonly body:
        | { readonly as: "json"; readonly value: unknown }
        | { readonly as: "form" | "query"; readonly value: Readonly<Record<string, string>> };
      /** Where in the JSON answer the gateway's id of the message is: `messages.0.id`. */
      readonly idAt?: string;
      readonly allowPrivate: boolean;
      readonly inbound?: Door & {
        readonly reply?: { readonly id?: string; readonly from: string; readonly text: string };
        readonly receipt?: {
          readonly id?: string;
          readonly message: string;
          readonly status: string;
          readonly delivered: readonly string[];
          readonly failed: readonly string[];
        };
      };
    }
  | {
      readonly id: string;
      readonly kind: "alertmanager";
      /** Its base address; alerts go to `/api/v2/alerts` below it. */
      readonly url: string;
      readonly user?: string;
      readonly password?: Secret;
      readonly allowPrivate: boolean;
    }
  | {
      readonly id: string;
      readonly kind: "webhook";
      readonly url: string;
      readonly secret: Secret;
      /** A host that resolves to a private or loopback address is refused unless allowed here; link-local always is. */
      readonly allowPrivate: boolean;
    }
  /** The demo's: kept in the store and shown on a page. */
  | { readonly id: string; readonly kind: "sink" }
) & {
  /** Devices, links or sites through which its host is reached: what is not known by the host's address. */
  readonly behind?: readonly string[];
};

export interface Partner {
  readonly id: string;
  readonly name: string;
  /** The ladder: the first is asked first, the next when it is silent. */
  readonly contacts: readonly string[];
  readonly contract?: string;
  /** Language of the page of a task; each contact has its own for messages. */
  readonly language: Language;
  /** Calendar id: when they work. */
  readonly hours: string;
  readonly timezone: string;
  /** In their hours: silent for so long, the next contact is asked. */
  readonly answerWithin: Clock;
  /** Functions of ours that hear, in our service hours, when none of their contacts answers. */
  readonly afterThem: readonly string[];
}

export interface Config {
  readonly files: readonly string[];
  /** SHA-256 over all files read: tells two loads apart. */
  readonly hash: string;
  readonly demo: boolean;
  readonly instance: {
    readonly name: string;
    readonly language: Language;
    readonly timezone: string;
    readonly numberPrefix: string;
    readonly publicUrl?: string;
    readonly stateDir: string;
  };
  readonly http: {
    readonly host: string;
    readonly port: number;
    /** Host header values accepted; loopback names are always. */
    readonly allowedHosts: readonly string[];
    readonly metricsAllow: readonly string[];
    /** Pages and reads without a token; only the demo, only on loopback. */
    readonly openReads: boolean;
  };
  readonly traps?: {
    readonly host: string;
    readonly port: number;
    /** CIDRs besides the devices' own addresses. */
    readonly allow: readonly string[];
    readonly relays: readonly string[];
    readonly perSourcePerSecond: number;
    readonly burst: number;
    readonly bufferBytes: number;
    /** Credential ids: communities accepted, v3 users known. */
    readonly credentials: readonly string[];
  };
  readonly storage: { readonly kind: "sqlite"; readonly path: string } | { readonly kind: "postgresql"; readonly url: Secret };
  readonly credentials: ReadonlyMap<string, Credential>;
  readonly network: Network;
  readonly families: ReadonlyMap<string, Family>;
  readonly rules: readonly Rule[];
  /** How bad an incident is, and when somebody is told: the shipped rows and the file's own. */
  readonly severity: SeverityTable;
  /** How a new incident is diagnosed, and the table that says where the fault lies. */
  readonly diagnosis: {
    /** At the opening of an incident; false: only when somebody asks. */
    readonly automatic: boolean;
    readonly atOnce: number;
    /** One of level 1 ends in this time, with what is known by then; one of level 2 in four times as long. */
    readonly withinMs: number;
    readonly checkWithinMs: number;
    readonly table: DiagnosisTable;
  };
  readonly policies: ReadonlyMap<string, Policy>;
  /** Policy id in force for new incidents. */
  readonly policy: string;
  readonly calendars: ReadonlyMap<string, ServiceCalendar>;
  readonly contacts: ReadonlyMap<string, Contact>;
  readonly functions: ReadonlyMap<string, FunctionEntry>;
  /** Rotations and overrides of the store; none as the file says it. Its people are among the contacts. */
  readonly onCall: OnCallBook;
  readonly duty: {
    /** "Nobody on call" is told of so far ahead. */
    readonly horizonMs: number;
    /** Functions that hear of it. */
    readonly tell: readonly string[];
    /** Every channel of every contact is tried so often. */
    readonly checkEveryMs: number;
  };
  readonly partners: ReadonlyMap<string, Partner>;
  readonly channels: ReadonlyMap<string, Channel>;
  /** Other systems that hear of incidents; undefined: none. */
  readonly tickets?: ReadonlyMap<string, TicketSystem>;
  /** Who pages on-call staff: Prometheus through Alertmanager, or the daemon itself. The last resort is always direct. */
  readonly paging: "prometheus" | "direct";
  /** Functions that are on-call staff, paged by one path only. */
  readonly pagedFunctions: readonly string[];
  /** When messages to one person become one: beyond so many within the window, all but the first of each site. A window of 0: never. */
  readonly storms: { readonly windowMs: number; readonly after: number };
  readonly ceilings: {
    readonly packetsPerSecondPerSite: number;
    readonly packetsPerSecond: number;
    readonly snmpPerDevice: number;
    readonly sshPerDevice: number;
  };
  /** When failures of several devices are one incident. */
  readonly correlation: Correlation;
  /** Undefined: discovery goes nowhere. */
  readonly discovery?: {
    /** IPv4 networks, each at most a /16; nothing outside them is looked at. */
    readonly ranges: readonly string[];
    /** Site id -> subnets; the smallest that holds an address says its site. */
    readonly sites: Readonly<Record<string, readonly string[]>>;
    /** SNMP credentials to ask a stranger with, in order; empty: SNMP is not asked. */
    readonly credentials: readonly string[];
    /** SSH credential to log in with, where a device greets over SSH; undefined: no login anywhere. */
    readonly ssh?: string;
    /** HTTPS credential that is proposed where a web interface answers; it is sent to nobody. */
    readonly https?: string;
    /** Packets and connection attempts a second, over everything. */
    readonly probesPerSecond: number;
  };
  /** What is learned of how devices are reached, as proposals. Undefined: nothing is. */
  readonly topology?: {
    /** Switches and routers are asked for their neighbours (LLDP, CDP). */
    readonly neighbours: boolean;
    /** The way of a packet to each site is followed. */
    readonly traceroute: boolean;
    readonly everyMs: number;
  };
  /** Follow-up reports: made at this minute of the day (instance's zone), mailed to these functions; and when a major incident's report is due. */
  readonly reports: {
    readonly atMinute: number;
    readonly readers: Readonly<Record<Period, readonly string[]>>;
    /** The monthly one of each site too. */
    readonly perSite: boolean;
    readonly majorDueDays: number;
    /** Who is reminded of a major incident's report. */
    readonly remind: readonly string[];
  };
  readonly heartbeat?: { readonly url: string; readonly intervalMs: number };
  readonly tokens: readonly {
    readonly name: string;
    readonly function: string;
    readonly secret: Secret;
    /** Sites that it reads where its function reads its own sites only. */
    readonly sites?: readonly string[];
  }[];
  /** What each function may do over the API. */
  readonly permissions: PermissionTable;
  /** Where sessions are read from, and the specialties that may be kept of one. */
  readonly sessions: { readonly calendars: ReadonlyMap<string, SessionCalendar>; readonly specialties: readonly string[] };
  /** When incidents of one cause suggest a problem. */
  readonly recurrence: { readonly suggestAt: number; readonly withinMs: number };
  readonly retention: {
    readonly samplesDays: number;
    readonly trapsDays: number;
    readonly incidentsDays: number;
    readonly sessionsDays: number;
    /** What rules looked at, for replay and back-tests. */
    readonly looksDays: number;
    /** Names and telephones of who asked for help. */
    readonly callersDays: number;
  };
  readonly audit?: {
    /** Where each row of the audit goes too. */
    readonly syslog?: {
      readonly over: "udp" | "tcp" | "tls";
      readonly host: string;
      readonly port: number;
      readonly facility: "daemon" | "auth" | "authpriv" | "audit" | `local${0 | 1 | 2 | 3 | 4 | 5 | 6 | 7}`;
      /** The authority that signed the receiver's certificate, PEM; undefined: one that the system trusts. */
      readonly ca?: Secret;
    };
  };
  readonly influx?: {
    readonly url: string;
    readonly database: string;
    readonly user?: string;
    readonly password?: Secret;
    readonly batch: number;
    readonly flushMs: number;
  };
  /** Reload on a changed file, only if asked for. */
  readonly watch: boolean;
}

/** One problem of a configuration: where, what was found, what to do. */
export interface ConfigProblem {
  /** `devices[3].checks.snmp.interval`. */
  readonly path: string;
  readonly message: string;
  readonly file: string;
  readonly line?: number;
}

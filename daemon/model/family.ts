/**
 * A device family: how to recognise one, what to read, what it means. Data (probes/devices/*.yaml), never code.
 */
import type { ProbeKind } from "./observation.ts";
import type { Text } from "./time.ts";

export type DeviceKind = "codec" | "bridge" | "gatekeeper" | "switch" | "router" | "ups" | "host" | "endpoint";

/** How sure a fact is: seen on a recording of the device, read in its manual, or told from memory. */
export type Certainty = "recording" | "manual" | "memory";

/** How a raw value becomes a sample (gauge, counter) or a reading (state, text). */
export interface ReadAs {
  /** Sample or reading name, base unit in it: `interface_in_octets`, `temperature_celsius`, `sip_registration`. */
  readonly name: string;
  /** `counter` becomes a rate a second, with wrap and reboot handled. */
  readonly as: "gauge" | "counter" | "state" | "text";
  /** Raw × scale = base unit. Default 1. */
  readonly scale?: number;
  /** Raw value → word, for `state`; what is not listed passes through, lower-case. For `gauge`: raw value → number as text (`"2": "0"`), then scaled. */
  readonly states?: Readonly<Record<string, string>>;
  /** Base unit of a gauge, or of a counter's rate: `seconds`, `octets_per_second`, `ratio`, `count`; required by the data files. */
  readonly unit?: string;
  readonly certainty?: Certainty;
}

/** One scalar OID, instance included (`1.3.6.1.2.1.1.3.0`). */
export interface SnmpScalar extends ReadAs {
  readonly oid: string;
}

/** One table column, walked. The part is `<prefix> <label>`, label from the `labelOid` column or the index. */
export interface SnmpColumn extends ReadAs {
  readonly oid: string;
  readonly part: string;
  readonly labelOid?: string;
  /** Counter width in bits, for wrap. Default 32. */
  readonly bits?: 32 | 64;
  /** Only rows whose column `oid` has one of these raw values; all of them. */
  readonly where?: readonly { readonly oid: string; readonly in: readonly string[] }[];
  /** A gauge whose row tells in these columns how it is written: a power of a thousand, and decimal places (RFC 3433 section 2). */
  readonly fixedPoint?: { readonly scale: string; readonly precision: string };
  /** A gauge is its share of itself and this column of the same row: used of used and free. */
  readonly of?: string;
  /** A gauge is its value divided by this column of the same row: used out of size. */
  readonly outOf?: string;
  /** The table lists all parts of this reading: a row that is not there is gone (see Finding.whole). */
  readonly whole?: boolean;
}

/** Where a fault lies, in the words of the procedure's first diagnosis; a rule's severity and the first steps follow from it. */
export const CATEGORIES = [
  "use",
  "peripheral",
  "device",
  "power",
  "configuration",
  "local-network",
  "site-link",
  "ritm-core",
  "registration",
  "bridge",
  "application",
] as const;
export type Category = (typeof CATEGORIES)[number];

/** What a state means: a reading that has one of these words is this symptom. The lights and the first diagnosis read it; rules decide. */
export interface StateMeaning {
  readonly reading: string;
  /** Only parts of this prefix: `camera`. Undefined: all. */
  readonly part?: string;
  readonly values: readonly string[];
  readonly symptom: string;
  readonly category: Category;
  readonly certainty: Certainty;
}

/** What a family of parts is called: `camera` → caméra / camera. */
export interface PartName {
  readonly prefix: string;
  readonly name: Text;
}

/** A known oddity, for the device page and the ticket. */
export interface Quirk {
  /** Linear-time patterns on the model and on the firmware; absent: all of them. */
  readonly model?: string;
  readonly firmware?: string;
  readonly text: Text;
  readonly certainty: Certainty;
}

/** What a family can do beyond answering polls. */
export type Capability = "feedback" | "media" | "calls" | "registration" | "self-test" | "help-button" | "log" | "neighbours";

/** One question to a shell or an HTTPS interface, and the values in its answer. */
export interface ShellAsk {
  /** The command as sent, without line end: `xStatus SIP`. */
  readonly command: string;
  readonly values: readonly ShellValue[];
}

/** A value in an answer. `path` for xAPI is dotted, `[]` for each array item: `SIP.Registration[].Status`. For `exec` it is a linear-time pattern with one group. */
export interface ShellValue extends ReadAs {
  readonly path: string;
  /** With `[]`: the part is `<part> <id>`. */
  readonly part?: string;
  /** With `[]`: only items whose field (`Type`) has one of these raw values; an item without the field is left out. */
  readonly where?: { readonly field: string; readonly in: readonly string[] };
  /**
   * With `[]`: the part is named by these words of the item instead of its id, in lower case, after `part` if there is one: `Type`,
   * `Video.ChannelRole|Data.ChannelRole|=main` (the first that is there; `=` is a word as it stands). Items with the same words are one part:
   * of states the one told first in `states` counts, of gauges the greatest, rates are added. Only plain words and our own addresses are told.
   */
  readonly label?: readonly string[];
  /** Linear-time patterns on the part: a state of such a part is usual, and reads `info` whatever the device says. */
  readonly noise?: readonly string[];
  /** For a counter, a path beside it in the item: the sample is the ratio of both differences, this one / (this one + `of`). Lost of received. */
  readonly of?: string;
  /** A linear-time pattern with one group: only that part of the raw value counts (`locked on 1096 rpm`). No match: no value. */
  readonly match?: string;
  /** The answer lists all parts of this reading: one that is not there is gone (see Finding.whole). Every value of the same name must say so. */
  readonly whole?: boolean;
  /** With `[]` and `part`: an item that was listed with another word and is listed no more reads this word (see probes/shell/gone.ts). */
  readonly gone?: string;
}

/** One notification: what it means, which part, raise or clear. */
export interface TrapMeaning {
  /** The snmpTrapOID, v2 form (RFC 3584 for v1). */
  readonly oid: string;
  readonly name: string;
  /** Undefined: kept and shown, raises nothing. */
  readonly symptom?: string;
  readonly effect: "raise" | "clear" | "event";
  /** The varbind whose value (or whose index, for `index`) names the part. */
  readonly part?: { readonly prefix: string; readonly oid: string; readonly from: "value" | "index" };
  /** The part that it is always about, where the notification itself names it: `alarm no-licensing`. */
  readonly partIs?: string;
  /** Only when the varbind at or under `oid` has one of these values: a notification that says what happened in its value (upsAlarmDescr). */
  readonly when?: { readonly oid: string; readonly in: readonly string[] };
  readonly category?: Category;
  /** What it says, for people. */
  readonly text?: Text;
  readonly certainty: Certainty;
}

/** How a shell is spoken to. `terminal` is xAPI without JSON (TC); `poly` and `lifesize` are command lines with a prompt; `gnugk` is its status port. */
export type ShellDialect = "xapi" | "terminal" | "exec" | "poly" | "lifesize" | "gnugk";

/** How an HTTPS interface is spoken to: LifeSize Icon, XML-RPC of Codian bridges, Poly's REST. */
export type HttpsDialect = "icon" | "xml-rpc" | "poly-rest";

/**
 * What a first diagnosis reads of the device itself: the result of its last self-test, its log. Only read: no test is started, nothing is cleared.
 * The readings are those of looks, or of `snmp`, which is asked for a diagnosis only.
 */
export interface FamilyDiagnosis {
  /** Read beside the family's own, in the same look. */
  readonly snmp: Family["snmp"];
  readonly selfTest?: {
    /** A state; every part of it counts. */
    readonly reading: string;
    /** Words of one that ended well; a list that is whole and says none of `failed` has ended well too. */
    readonly passed: readonly string[];
    readonly failed: readonly string[];
  };
  readonly log?: {
    /** A state, one part for each line of the log: how grave it is. */
    readonly reading: string;
    readonly errors: readonly string[];
    /** Texts of the same parts that name the line: only words of a maker's catalogue are kept, never what the line says. */
    readonly named: readonly string[];
    /** A gauge of the same parts: seconds that the device had been up when it wrote the line. Undefined: lines count whatever their age. */
    readonly writtenAt?: string;
  };
}

export interface Family {
  readonly id: string;
  readonly kind: DeviceKind;
  readonly name: Text;
  readonly certainty: Certainty;
  readonly recognise: {
    readonly sysObjectId: readonly string[];
    readonly sysDescr: readonly string[];
    readonly banner: readonly string[];
  };
  /** The checks a device of this family gets unless its config says otherwise. */
  readonly checks: readonly { readonly kind: ProbeKind; readonly intervalMs: number; readonly timeoutMs?: number }[];
  readonly snmp: { readonly scalars: readonly SnmpScalar[]; readonly columns: readonly SnmpColumn[] };
  readonly shell?: {
    readonly dialect: ShellDialect;
    /** Where it is spoken over telnet; undefined is 23. */
    readonly telnetPort?: number;
    readonly asks: readonly ShellAsk[];
    /** Feedback expressions to register on a kept session: `/Status/SIP/Registration`. What they tell is read with the values of `asks`. */
    readonly feedback?: readonly string[];
    /** Asked only while a call is connected, at its own pace (20 to 30 s). */
    readonly inCall?: { readonly asks: readonly ShellAsk[]; readonly intervalMs: number };
  };
  /** Questions to its own web interface; only those that read are taken from a file, and sent. */
  readonly https?: { readonly dialect: HttpsDialect; readonly asks: readonly ShellAsk[] };
  /** TCP ports whose accepting is a sign of life: 1720 (H.323), 5060 and 5061 (SIP). */
  readonly tcp?: readonly { readonly port: number; readonly name: string; readonly certainty: Certainty }[];
  readonly traps: readonly TrapMeaning[];
  readonly diagnosis?: FamilyDiagnosis;
  readonly meanings?: readonly StateMeaning[];
  /** Reading → its words that mean that nothing is wrong, or that nothing can be said. With `meanings`, every word is accounted for. */
  readonly fine?: Readonly<Record<string, readonly string[]>>;
  readonly parts?: readonly PartName[];
  readonly quirks?: readonly Quirk[];
  readonly capabilities?: readonly Capability[];
  /** What is not known or not done for this family, and what would change that; shown on the device page. */
  readonly limits?: Text;
}

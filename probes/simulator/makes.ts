/**
 * The makes of simulated devices, by family: the words and object ids by which each is recognised, and which protocols it speaks.
 *
 * Models and versions are what such a network has. A family that is not here is a simulated device with a plain agent.
 */
import type { DeviceState } from "./device-state.ts";

/** Which command line a make has. */
export type ShellKind = "xapi" | "expressway" | "poly" | "lifesize" | "gnugk" | "none";
/** Which web interface a make has. */
export type WebKind = "icon" | "mcu" | "poly";
export type TrapForm = "v1" | "v2c";

export interface Make {
  readonly objectId: string;
  readonly descr: (state: DeviceState) => string;
  readonly model: string;
  readonly software: string;
  readonly shell: ShellKind;
  /** Undefined: none that is asked. */
  readonly web?: WebKind;
  /** The form of its traps when they are sent with a community; v3 users send v3. */
  readonly traps: TrapForm;
  /** What its SSH server calls itself. */
  readonly ident?: string;
}

const named = (words: string) => (): string => words;
/** `Cisco Codec\nSoftW: …`, five lines, as codecs print it. */
const codecDescr =
  (product: string, date: string) =>
  (state: DeviceState): string =>
    `Cisco Codec\nSoftW: ${softwareOf(state)}\nMCU: ${product}\nDate: ${date}\nS/N: ${state.serial}`;

const makes: Readonly<Record<string, Make>> = {
  "cisco-ce": {
    objectId: "1.3.6.1.4.1.5596.150.6.4.1",
    descr: codecDescr("Cisco TelePresence SX80", "2021-03-02"),
    model: "Cisco TelePresence SX80",
    software: "ce9.15.3.17",
    shell: "xapi",
    traps: "v2c",
    ident: "tandberg",
  },
  "cisco-tc": {
    objectId: "1.3.6.1.4.1.5596.150.6.4.1",
    descr: codecDescr("Cisco TelePresence Codec C40", "2019-11-12"),
    model: "Cisco TelePresence Codec C40",
    software: "TC7.3.21",
    shell: "xapi",
    traps: "v2c",
    ident: "tandberg",
  },
  "poly-group": {
    objectId: "1.3.6.1.4.1.2684",
    descr: named("Videoconferencing Device"),
    model: "RealPresence Group 700",
    software: "6.2.2.5",
    shell: "poly",
    web: "poly",
    traps: "v2c",
  },
  "poly-studio": {
    objectId: "1.3.6.1.4.1.2684",
    descr: named("Videoconferencing Device"),
    model: "Studio X50",
    software: "4.1.0",
    shell: "poly",
    web: "poly",
    traps: "v2c",
  },
  "poly-hdx": {
    objectId: "1.3.6.1.4.1.2684.1.1",
    descr: named("Videoconferencing Device HDX"),
    model: "HDX 8000 HD",
    software: "Release - 3.1.11-53081",
    shell: "poly",
    traps: "v1",
  },
  "lifesize-classic": {
    objectId: "1.3.6.1.4.1.8072.3.2.10",
    descr: named("Linux lifesize 2.6"),
    model: "LifeSize Room,220",
    software: "LS_RM1_4.6.0 (16)",
    shell: "lifesize",
    traps: "v2c",
  },
  "lifesize-icon": {
    objectId: "1.3.6.1.4.1.8072.3.2.10",
    descr: named("Linux icon 3.0"),
    model: "LifeSize Icon 600",
    software: "LS_RM3_3.7.0 (2421)",
    shell: "none",
    web: "icon",
    traps: "v2c",
  },
  "cisco-ios-router": {
    objectId: "1.3.6.1.4.1.9.1.2068",
    descr: named("Cisco IOS Software, ISR Software"),
    model: "ISR4331/K9",
    software: "16.9.4",
    shell: "none",
    traps: "v2c",
  },
  "cisco-ios-switch": {
    objectId: "1.3.6.1.4.1.9.1.1208",
    descr: named("Cisco IOS Software, C2960 Software"),
    model: "WS-C2960X-24PS-L",
    software: "15.2(7)E",
    shell: "none",
    traps: "v2c",
  },
  expressway: {
    objectId: "1.3.6.1.4.1.5596.130.6.4.1",
    descr: named("Cisco TelePresence Video Communication Server"),
    model: "TANDBERG VCS",
    software: "X12.7.1",
    shell: "expressway",
    traps: "v2c",
    ident: "tandberg",
  },
  "codian-mcu": {
    objectId: "1.2.826.0.1.4616240",
    descr: named("Codian MCU 4510"),
    model: "MCU 4510",
    software: "4.5(1.89)",
    shell: "none",
    web: "mcu",
    traps: "v2c",
  },
  "polycom-rmx": {
    objectId: "1.3.6.1.4.1.13885.110",
    descr: named("RMX 2000"),
    model: "RMX 2000",
    software: "8.8.1",
    shell: "none",
    traps: "v2c",
  },
  /** Recognised and pinged, with MIB-II; nothing else of it is known for sure. */
  "tandberg-mxp": {
    objectId: "1.3.6.1.4.1.5596.1",
    descr: named("TANDBERG Codec\nSoftW: F9.1.1 NTSC"),
    model: "TANDBERG MXP",
    software: "F9.1.1 NTSC",
    shell: "none",
    traps: "v1",
  },
  "cisco-cts": {
    objectId: "1.3.6.1.4.1.9.1.1003",
    descr: named("Cisco TelePresence CTS 500"),
    model: "CTS 500",
    software: "1.10.15",
    shell: "none",
    traps: "v2c",
  },
  "ups-rfc1628": {
    objectId: "1.3.6.1.2.1.33",
    descr: named("UPS network card"),
    model: "Simulated 3000",
    software: "1.7",
    shell: "none",
    traps: "v2c",
  },
  "ups-apc": {
    objectId: "1.3.6.1.4.1.318.1.3.27",
    descr: named("APC Web/SNMP Management Card"),
    model: "Smart-UPS 3000",
    software: "6.8.2",
    shell: "none",
    traps: "v2c",
  },
  gnugk: {
    objectId: "1.3.6.1.4.1.8072.3.2.10",
    descr: named("Linux gnugk 6.1"),
    model: "GNU Gatekeeper",
    software: "3.6",
    shell: "gnugk",
    traps: "v2c",
  },
  "net-snmp-host": {
    objectId: "1.3.6.1.4.1.8072.3.2.10",
    descr: named("Linux host 6.1"),
    model: "Server",
    software: "6.1",
    shell: "none",
    traps: "v2c",
  },
};
const unknownMake: Make = {
  objectId: "1.3.6.1.4.1.32473.1",
  descr: named("Simulated device"),
  model: "Simulated",
  software: "1.0",
  shell: "none",
  traps: "v2c",
};

export function makeOf(family: string): Make {
  return makes[family] ?? unknownMake;
}

/** The software that runs now: an update changes it. */
export function softwareOf(state: DeviceState): string {
  return state.firmware ?? makeOf(state.device.family).software;
}

export function modelOf(state: DeviceState): string {
  return state.model ?? makeOf(state.device.family).model;
}

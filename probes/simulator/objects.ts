/**
 * What the simulated agents answer, per family: plausible values for the objects that the family files read.
 */
import { counter32, counter64, gauge, integer, oidValue, text, ticks } from "./ber.ts";
import type { DeviceState } from "./device-state.ts";
import { ObjectTable, type ReadObject } from "./object-table.ts";

type Objects = readonly (readonly [oid: string, read: ReadObject<DeviceState>])[];

interface Make {
  readonly objectId: string;
  readonly descr: (state: DeviceState) => string;
  readonly more: (state: DeviceState) => Objects;
}

const none = (): Objects => [];

/** The words and object ids by which each family is recognised; models are what such a network has. */
const makes: Readonly<Record<string, Make>> = {
  "cisco-ce": {
    objectId: "1.3.6.1.4.1.5596.150.6.4.1",
    descr: (state) => `Cisco Codec\nSoftW: ce9.15.3.17\nMCU: Cisco TelePresence SX80\nDate: 2021-03-02\nS/N: ${state.serial}`,
    more: none,
  },
  "cisco-tc": {
    objectId: "1.3.6.1.4.1.5596.150.6.4.1",
    descr: (state) => `Cisco Codec\nSoftW: TC7.3.21\nMCU: Cisco TelePresence Codec C40\nDate: 2019-11-12\nS/N: ${state.serial}`,
    more: none,
  },
  "poly-group": { objectId: "1.3.6.1.4.1.2684", descr: () => "Videoconferencing Device", more: polyObjects },
  "cisco-ios-router": { objectId: "1.3.6.1.4.1.9.1.2068", descr: () => "Cisco IOS Software, ISR Software", more: ciscoObjects },
  "cisco-ios-switch": { objectId: "1.3.6.1.4.1.9.1.1208", descr: () => "Cisco IOS Software, C2960 Software", more: ciscoObjects },
  expressway: { objectId: "1.3.6.1.4.1.5596.130.6.4.1", descr: () => "Cisco TelePresence Video Communication Server", more: none },
  "codian-mcu": { objectId: "1.2.826.0.1.4616240", descr: () => "Codian MCU 4510", more: none },
  "ups-rfc1628": { objectId: "1.3.6.1.2.1.33", descr: () => "UPS network card", more: () => upsObjects },
  "ups-apc": { objectId: "1.3.6.1.4.1.318.1.3.27", descr: () => "APC Web/SNMP Management Card", more: () => powerNetObjects },
  gnugk: { objectId: "1.3.6.1.4.1.8072.3.2.10", descr: () => "Linux gnugk 6.1", more: () => hostObjects },
  "net-snmp-host": { objectId: "1.3.6.1.4.1.8072.3.2.10", descr: () => "Linux host 6.1", more: () => hostObjects },
};
const unknownMake: Make = { objectId: "1.3.6.1.4.1.32473.1", descr: () => "Simulated device", more: none };

/** The objects of one device. */
export function objectsOf(state: DeviceState): ObjectTable<DeviceState> {
  const make = makes[state.device.family] ?? unknownMake;
  return new ObjectTable<DeviceState>([...systemObjects(make), ...interfaceObjects(state), ...make.more(state)]);
}

function systemObjects(make: Make): Objects {
  return [
    ["1.3.6.1.2.1.1.1.0", (state) => text(make.descr(state))],
    ["1.3.6.1.2.1.1.2.0", () => oidValue(make.objectId)],
    ["1.3.6.1.2.1.1.3.0", (state) => ticks(Math.floor(state.upSeconds * 100))],
    ["1.3.6.1.2.1.1.5.0", (state) => text(state.device.id)],
    ["1.3.6.1.2.1.1.6.0", (state) => text(state.device.name)],
    ["1.3.6.1.2.1.1.7.0", () => integer(72)],
    ["1.3.6.1.6.3.10.2.1.2.0", (state) => integer(state.boots)],
    ["1.3.6.1.6.3.10.2.1.3.0", (state) => integer(Math.floor(state.upSeconds))],
  ];
}

function interfaceObjects(state: DeviceState): Objects {
  if (state.ports.length === 0) return [];
  const row = "1.3.6.1.2.1.2.2.1";
  const extra = "1.3.6.1.2.1.31.1.1.1";
  const rows = state.ports.flatMap((port): Objects => {
    const octets = (now: DeviceState, share: number): number => Math.floor(now.upSeconds * port.octetsPerSecond * share);
    return [
      [`${row}.1.${port.index}`, () => integer(port.index)],
      [`${row}.2.${port.index}`, () => text(port.name)],
      [`${row}.3.${port.index}`, () => integer(6)],
      [`${row}.5.${port.index}`, () => gauge(1_000_000_000)],
      [`${row}.7.${port.index}`, () => integer(1)],
      [`${row}.8.${port.index}`, () => integer(port.up ? 1 : 2)],
      [`${row}.10.${port.index}`, (now) => counter32(octets(now, 1))],
      [`${row}.14.${port.index}`, () => counter32(port.index)],
      [`${row}.16.${port.index}`, (now) => counter32(octets(now, 0.8))],
      [`${extra}.1.${port.index}`, () => text(port.name)],
      [`${extra}.6.${port.index}`, (now) => counter64(octets(now, 1))],
      [`${extra}.10.${port.index}`, (now) => counter64(octets(now, 0.8))],
      [`${extra}.15.${port.index}`, () => gauge(1_000)],
    ];
  });
  return [["1.3.6.1.2.1.2.1.0", () => integer(state.ports.length)], ...rows];
}

function ciscoObjects(): Objects {
  return [
    ["1.3.6.1.2.1.47.1.1.1.1.11.1", (state) => text(state.serial)],
    ["1.3.6.1.2.1.47.1.1.1.1.13.1", (state) => text(state.device.kind === "router" ? "ISR4331/K9" : "WS-C2960X-24PS-L")],
    ["1.3.6.1.4.1.9.9.109.1.1.1.1.8.1", (state) => gauge(7 + (state.seed % 9))],
    ["1.3.6.1.4.1.9.9.13.1.3.1.2.1", () => text("SW#1, Sensor#1")],
    ["1.3.6.1.4.1.9.9.13.1.3.1.3.1", (state) => gauge(state.celsius)],
    ["1.3.6.1.4.1.9.9.13.1.3.1.6.1", (state) => integer(state.hot ? 3 : 1)],
  ];
}

function polyObjects(): Objects {
  const base = "1.3.6.1.4.1.13885.101.1";
  const registration = (state: DeviceState) => integer(state.sipRegistered ? 2 : 3);
  return [
    [`${base}.1.1.0`, () => text("6.2.2.5")],
    [`${base}.1.4.0`, () => text("RealPresence Group 700")],
    [`${base}.1.5.0`, (state) => text(state.serial)],
    [`${base}.2.7.2.0`, () => integer(2)],
    [`${base}.2.8.3.1.2.1`, registration],
    [`${base}.3.5.2.1.3.1`, () => integer(2)],
    [`${base}.3.6.2.1.3.1`, (state) => integer(state.cameraConnected ? 2 : 3)],
    [`${base}.5.1.0`, (state) => integer(state.calls)],
  ];
}

const hostObjects: Objects = [
  ["1.3.6.1.2.1.25.3.3.1.2.1", (state) => integer(4 + (state.seed % 12))],
  ["1.3.6.1.2.1.25.3.3.1.2.2", (state) => integer(3 + (state.seed % 7))],
];

const upsObjects: Objects = [
  ["1.3.6.1.2.1.33.1.1.2.0", () => text("Simulated 3000")],
  ["1.3.6.1.2.1.33.1.2.1.0", (state) => integer(state.batteryPercent < 20 ? 3 : 2)],
  ["1.3.6.1.2.1.33.1.2.2.0", (state) => integer(state.secondsOnBattery)],
  ["1.3.6.1.2.1.33.1.2.3.0", (state) => integer(Math.floor(state.batteryPercent / 4))],
  ["1.3.6.1.2.1.33.1.2.4.0", (state) => integer(state.batteryPercent)],
  ["1.3.6.1.2.1.33.1.2.7.0", (state) => integer(state.celsius)],
  ["1.3.6.1.2.1.33.1.4.1.0", (state) => integer(state.onBatterySince === undefined ? 3 : 5)],
  ["1.3.6.1.2.1.33.1.4.4.1.5.1", (state) => integer(25 + (state.seed % 30))],
];

const powerNetObjects: Objects = [
  ["1.3.6.1.4.1.318.1.1.1.1.1.1.0", () => text("Smart-UPS 3000")],
  ["1.3.6.1.4.1.318.1.1.1.1.2.3.0", (state) => text(state.serial)],
  ["1.3.6.1.4.1.318.1.1.1.2.1.1.0", (state) => integer(state.batteryPercent < 20 ? 3 : 2)],
  ["1.3.6.1.4.1.318.1.1.1.2.1.2.0", (state) => ticks(state.secondsOnBattery * 100)],
  ["1.3.6.1.4.1.318.1.1.1.2.2.1.0", (state) => gauge(state.batteryPercent)],
  ["1.3.6.1.4.1.318.1.1.1.2.2.2.0", (state) => gauge(state.celsius)],
  ["1.3.6.1.4.1.318.1.1.1.4.1.1.0", (state) => integer(state.onBatterySince === undefined ? 2 : 3)],
  ["1.3.6.1.4.1.318.1.1.1.4.2.3.0", (state) => gauge(25 + (state.seed % 30))],
];

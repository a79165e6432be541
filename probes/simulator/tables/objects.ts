/**
 * What the simulated agents answer: MIB-II for all, and what the MIBs of each make add.
 *
 * Devices of the same make and with as many ports share one table, which reads from the state of the one that is asked.
 */
import { counter32, counter64, gauge, integer, oidValue, text, ticks } from "../ber.ts";
import type { DeviceState } from "../device-state.ts";
import { makeOf } from "../makes.ts";
import { ObjectTable, type ReadObject } from "../object-table.ts";
import { ciscoObjects, hostObjects } from "./network-objects.ts";
import { endpointObjects, hdxObjects, rmxObjects } from "./poly-objects.ts";
import { powerNetObjects, upsObjects } from "./power-objects.ts";

export type Objects = readonly (readonly [oid: string, read: ReadObject<DeviceState>])[];

const added: Readonly<Record<string, (state: DeviceState) => Objects>> = {
  "poly-group": endpointObjects,
  "poly-studio": endpointObjects,
  "poly-hdx": hdxObjects,
  "polycom-rmx": rmxObjects,
  "cisco-ios-router": ciscoObjects,
  "cisco-ios-switch": ciscoObjects,
  "ups-rfc1628": upsObjects,
  "ups-apc": powerNetObjects,
  gnugk: hostObjects,
  "net-snmp-host": hostObjects,
};

/** Makes tables when they are first asked for, one for all devices that are alike. */
export class TableShelf {
  readonly #made = new Map<string, ObjectTable<DeviceState>>();

  of(state: DeviceState): ObjectTable<DeviceState> {
    const { family } = state.device;
    const name = [family, state.ports.map((port) => port.name), state.peripherals.map((part) => part.kind)].join(" ");
    const known = this.#made.get(name);
    if (known !== undefined) return known;
    const made = new ObjectTable<DeviceState>([...systemObjects(family), ...interfaceObjects(state), ...(added[family]?.(state) ?? [])]);
    this.#made.set(name, made);
    return made;
  }
}

function systemObjects(family: string): Objects {
  const make = makeOf(family);
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

function interfaceObjects({ ports }: DeviceState): Objects {
  if (ports.length === 0) return [];
  const row = "1.3.6.1.2.1.2.2.1";
  const extra = "1.3.6.1.2.1.31.1.1.1";
  const rows = ports.flatMap(({ index, name }): Objects => {
    const octets = (state: DeviceState, share: number): number =>
      Math.floor(state.upSeconds * (state.ports[index - 1]?.octetsPerSecond ?? 0) * share);
    return [
      [`${row}.1.${index}`, () => integer(index)],
      [`${row}.2.${index}`, () => text(name)],
      [`${row}.3.${index}`, () => integer(6)],
      [`${row}.5.${index}`, () => gauge(1_000_000_000)],
      [`${row}.7.${index}`, () => integer(1)],
      [`${row}.8.${index}`, (state) => integer(state.ports[index - 1]?.up === false ? 2 : 1)],
      [`${row}.10.${index}`, (state) => counter32(octets(state, 1))],
      [`${row}.13.${index}`, () => counter32(0)],
      [`${row}.14.${index}`, () => counter32(index)],
      [`${row}.16.${index}`, (state) => counter32(octets(state, 0.8))],
      [`${row}.19.${index}`, () => counter32(0)],
      [`${row}.20.${index}`, () => counter32(0)],
      [`${extra}.1.${index}`, () => text(name)],
      [`${extra}.6.${index}`, (state) => counter64(octets(state, 1))],
      [`${extra}.10.${index}`, (state) => counter64(octets(state, 0.8))],
      [`${extra}.15.${index}`, () => gauge(1_000)],
    ];
  });
  return [["1.3.6.1.2.1.2.1.0", (state) => integer(state.ports.length)], ...rows];
}

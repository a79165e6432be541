/**
 * What routers, switches and hosts add to MIB-II: identity, processor, memory, environment.
 */
import { gauge, integer, text, ticks } from "../ber.ts";
import { modelOf, softwareOf } from "../makes.ts";
import type { Objects } from "./objects.ts";

const entity = "1.3.6.1.2.1.47.1.1.1.1";
const environment = "1.3.6.1.4.1.9.9.13.1";
const process = "1.3.6.1.4.1.9.9.109.1.1.1.1";
const pool = "1.3.6.1.4.1.9.9.48.1.1.1";

/** The names by which the sensors of a chassis go, in tables and traps alike. */
export const sensorNames = {
  temperature: "SW#1, Sensor#1",
  fan: "Switch#1, Fan#1",
  supply: "Sw1, PS1 Normal",
  voltage: "1.0 V Core",
} as const;

/** ENTITY-MIB, CISCO-PROCESS-MIB, CISCO-MEMORY-POOL-MIB, CISCO-ENVMON-MIB. Environment states: normal 1, critical 3. */
export function ciscoObjects(): Objects {
  return [
    [`${entity}.2.1`, (state) => text(modelOf(state))],
    [`${entity}.5.1`, () => integer(3)],
    [`${entity}.7.1`, () => text("1")],
    [`${entity}.10.1`, (state) => text(softwareOf(state))],
    [`${entity}.11.1`, (state) => text(state.serial)],
    [`${entity}.13.1`, (state) => text(modelOf(state))],
    [`${process}.7.1`, (state) => gauge(6 + (state.seed % 9))],
    [`${process}.8.1`, (state) => gauge(7 + (state.seed % 9))],
    [`${process}.12.1`, () => gauge(190_000)],
    [`${process}.13.1`, () => gauge(320_000)],
    [`${pool}.2.1`, () => text("Processor")],
    [`${pool}.5.1`, () => gauge(190_000_000)],
    [`${pool}.6.1`, () => gauge(320_000_000)],
    [`${environment}.2.1.2.1`, () => text(sensorNames.voltage)],
    [`${environment}.2.1.7.1`, () => integer(1)],
    [`${environment}.3.1.2.1`, () => text(sensorNames.temperature)],
    [`${environment}.3.1.3.1`, (state) => gauge(state.celsius)],
    [`${environment}.3.1.4.1`, () => gauge(70)],
    [`${environment}.3.1.6.1`, (state) => integer(state.hot ? 3 : 1)],
    [`${environment}.4.1.2.1`, () => text(sensorNames.fan)],
    [`${environment}.4.1.3.1`, (state) => integer(state.fanFailed ? 3 : 1)],
    [`${environment}.5.1.2.1`, () => text(sensorNames.supply)],
    [`${environment}.5.1.3.1`, (state) => integer(state.supplyFailed ? 3 : 1)],
  ];
}

/** HOST-RESOURCES-MIB: two processors, one disk. */
export function hostObjects(): Objects {
  const storage = "1.3.6.1.2.1.25.2.3.1";
  return [
    ["1.3.6.1.2.1.25.1.1.0", (state) => ticks(Math.floor(state.upSeconds * 100))],
    ["1.3.6.1.2.1.25.2.2.0", () => integer(4_194_304)],
    [`${storage}.2.1`, () => ({ tag: 0x06, value: "1.3.6.1.2.1.25.2.1.4" })],
    [`${storage}.3.1`, () => text("/")],
    [`${storage}.4.1`, () => integer(4_096)],
    [`${storage}.5.1`, () => integer(5_000_000)],
    [`${storage}.6.1`, (state) => integer(1_800_000 + (state.seed % 400_000))],
    ["1.3.6.1.2.1.25.3.3.1.2.1", (state) => integer(4 + (state.seed % 12))],
    ["1.3.6.1.2.1.25.3.3.1.2.2", (state) => integer(3 + (state.seed % 7))],
  ];
}

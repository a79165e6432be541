/**
 * A simulated device as the REST interface shows it: what it is, and what is wrong with it now.
 *
 * Pure.
 */
import type { DeviceState } from "./device-state.ts";
import { modelOf, softwareOf } from "./makes.ts";

export interface Described {
  readonly id: string;
  readonly address: string;
  readonly family: string;
  readonly model: string;
  readonly software: string;
  readonly serial: string;
  readonly answers: boolean;
  readonly calls: number;
  /** In words, such as `camera 1 unplugged`; empty when all is well. */
  readonly wrong: readonly string[];
  /** Commands that would have changed something, refused. */
  readonly writesRefused: number;
}

export function describeState(state: DeviceState): Described {
  const { device } = state;
  return {
    id: device.id,
    address: device.address,
    family: device.family,
    model: modelOf(state),
    software: softwareOf(state),
    serial: state.serial,
    answers: state.answers,
    calls: state.calls.length,
    wrong: wrongWith(state),
    writesRefused: state.writesRefused,
  };
}

function wrongWith(state: DeviceState): readonly string[] {
  const { manners } = state;
  const words: readonly (readonly [boolean, string])[] = [
    [state.silent, "silent"],
    [state.cutOff, "cut off"],
    [!state.sipRegistered, "SIP not registered"],
    [!state.h323Registered, "H.323 not registered"],
    [!state.listed, "forgotten by the gatekeeper"],
    [state.hot, "hot"],
    [state.fanFailed, "fan failed"],
    [state.supplyFailed, "power supply failed"],
    [state.onBatterySince !== undefined, "on battery"],
    [state.batteryWorn, "battery worn"],
    [state.overloaded, "overloaded"],
    [manners.refusesLogin, "refuses logins"],
    [manners.lateMs !== undefined, "answers late"],
    [manners.slowMs !== undefined, "answers slowly"],
    [manners.interleaved, "interrupts itself"],
  ];
  return [
    ...words.filter(([so]) => so).map(([, word]) => word),
    ...state.peripherals.filter((one) => !one.connected).map((one) => `${one.kind} ${one.id} unplugged`),
    ...state.ports.filter((port) => !port.up).map((port) => `${port.name} down`),
    ...[...state.closedPorts].map((port) => `TCP ${port} closed`),
    ...state.diagnostics.map((one) => `diagnostics ${one.type} ${one.level}`),
    ...state.calls.filter((call) => call.lossRatio > 0).map((call) => `call ${call.id} loses ${Math.round(call.lossRatio * 100)} %`),
  ];
}

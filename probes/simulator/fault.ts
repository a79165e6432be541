/**
 * Faults on command: what each changes in a device, and the notifications that the device sends by itself.
 */
import { integer, text } from "./ber.ts";
import type { DeviceState, Port } from "./device-state.ts";
import type { Binding } from "./pdu.ts";

export const faults = [
  "silent",
  "sip-unregistered",
  "camera-unplugged",
  "hot",
  "on-battery",
  "port-down",
  "port-up",
  "reboot",
  "restored",
] as const;
export type FaultKind = (typeof faults)[number];

export interface Command {
  readonly device: string;
  readonly fault: FaultKind;
  /** For port-down and port-up: the interface's name; the last one when left out. */
  readonly part?: string;
}

export interface Notice {
  readonly trap: string;
  readonly bindings: readonly Binding[];
}

/** Changes the state; what the device tells about it. */
export function strike(state: DeviceState, command: Command): readonly Notice[] {
  switch (command.fault) {
    case "silent":
      state.silent = true;
      return [];
    case "sip-unregistered":
      state.sipRegistered = false;
      return state.device.family === "poly-group" ? [{ trap: "1.3.6.1.4.1.13885.101.0.72", bindings: [] }] : [];
    case "camera-unplugged":
      state.cameraConnected = false;
      return state.device.family === "poly-group" ? [{ trap: "1.3.6.1.4.1.13885.101.0.76", bindings: [] }] : [];
    case "hot":
      state.hot = true;
      return environment(state);
    case "on-battery":
      state.onBatterySince = state.now();
      return onBattery(state);
    case "port-down":
      return turn(state, command.part, false);
    case "port-up":
      return turn(state, command.part, true);
    case "reboot":
      state.reboot();
      return [{ trap: "1.3.6.1.6.3.1.1.5.1", bindings: [] }];
    case "restored":
      return restored(state);
  }
}

function turn(state: DeviceState, name: string | undefined, up: boolean): readonly Notice[] {
  const port = name === undefined ? state.ports.at(-1) : state.ports.find((one) => one.name === name);
  if (port === undefined)
    throw new Error(`${state.device.id} has no interface ${name ?? ""}; it has ${state.ports.map((one) => one.name).join(", ")}`);
  if (port.up === up) return [];
  port.up = up;
  return [linkNotice(port)];
}

function linkNotice(port: Port): Notice {
  const row = "1.3.6.1.2.1.2.2.1";
  return {
    trap: port.up ? "1.3.6.1.6.3.1.1.5.4" : "1.3.6.1.6.3.1.1.5.3",
    bindings: [
      [`${row}.1.${port.index}`, integer(port.index)],
      [`${row}.2.${port.index}`, text(port.name)],
      [`${row}.7.${port.index}`, integer(1)],
      [`${row}.8.${port.index}`, integer(port.up ? 1 : 2)],
    ],
  };
}

function onBattery(state: DeviceState): readonly Notice[] {
  if (state.device.family === "ups-apc") return [{ trap: "1.3.6.1.4.1.318.0.5", bindings: [] }];
  if (state.device.family !== "ups-rfc1628") return [];
  const bindings: readonly Binding[] = [
    ["1.3.6.1.2.1.33.1.2.3.0", integer(Math.floor(state.batteryPercent / 4))],
    ["1.3.6.1.2.1.33.1.2.2.0", integer(state.secondsOnBattery)],
  ];
  return [{ trap: "1.3.6.1.2.1.33.2.1", bindings }];
}

function environment(state: DeviceState): readonly Notice[] {
  if (!state.device.family.startsWith("cisco-ios")) return [];
  const row = "1.3.6.1.4.1.9.9.13.1.3.1";
  const bindings: readonly Binding[] = [
    [`${row}.2.1`, text("SW#1, Sensor#1")],
    [`${row}.3.1`, integer(state.celsius)],
    [`${row}.6.1`, integer(3)],
  ];
  return [{ trap: "1.3.6.1.4.1.9.9.13.3.0.3", bindings }];
}

/** A UPS back on mains and a port back up say so; RFC 1628 has no notification for it, and a look must tell. */
function restored(state: DeviceState): readonly Notice[] {
  const downPorts = state.ports.filter((port) => !port.up);
  const wasOnBattery = state.onBatterySince !== undefined;
  const wasUnregistered = !state.sipRegistered;
  const wasUnplugged = !state.cameraConnected;
  state.restore();
  const poly = state.device.family === "poly-group";
  return [
    ...downPorts.map(linkNotice),
    ...(wasOnBattery && state.device.family === "ups-apc" ? [{ trap: "1.3.6.1.4.1.318.0.9", bindings: [] }] : []),
    ...(poly && wasUnregistered ? [{ trap: "1.3.6.1.4.1.13885.101.0.73", bindings: [] }] : []),
    ...(poly && wasUnplugged ? [{ trap: "1.3.6.1.4.1.13885.101.0.77", bindings: [] }] : []),
  ];
}

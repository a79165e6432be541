/**
 * What each make tells by itself when something changes: the notifications of its MIBs.
 *
 * Written as pairs of what is so now and what was so before: a device tells of a change, not of a state.
 */
import { integer, oidValue, text } from "./ber.ts";
import type { DeviceState } from "./device-state.ts";
import type { Port } from "./parts.ts";
import type { Binding } from "./pdu.ts";
import { sensorNames } from "./tables/network-objects.ts";
import { alarmsOf } from "./tables/power-objects.ts";

export interface Notice {
  /** snmpTrapOID, in the form of SNMPv2. */
  readonly trap: string;
  readonly bindings: readonly Binding[];
}

/** What notifications are made from; taken before a change and after it. */
export interface Snapshot {
  readonly ports: readonly boolean[];
  readonly cameras: boolean;
  readonly sip: boolean;
  readonly h323: boolean;
  readonly hot: boolean;
  readonly fan: boolean;
  readonly supply: boolean;
  readonly onBattery: boolean;
  readonly worn: boolean;
  readonly overloaded: boolean;
  readonly calls: number;
  readonly lossy: boolean;
  readonly jittery: boolean;
  readonly gatekeeper: string;
  readonly boots: number;
  readonly alarms: readonly string[];
}

export function snapshot(state: DeviceState): Snapshot {
  return {
    ports: state.ports.map((port) => port.up),
    cameras: state.peripherals.every((one) => one.kind !== "camera" || one.connected),
    sip: state.sipRegistered,
    h323: state.h323Registered,
    hot: state.hot,
    fan: state.fanFailed,
    supply: state.supplyFailed,
    onBattery: state.onBatterySince !== undefined,
    worn: state.batteryWorn,
    overloaded: state.overloaded,
    calls: state.calls.length,
    lossy: state.calls.some((call) => call.lossRatio >= 0.01),
    jittery: state.calls.some((call) => call.jitterMs >= 30),
    gatekeeper: state.gatekeeper,
    boots: state.boots,
    alarms: alarmsOf(state),
  };
}

/** Everything the device sends about one change. */
export function noticesOf(state: DeviceState, before: Snapshot): readonly Notice[] {
  const after = snapshot(state);
  const links = state.ports.filter((port, index) => before.ports[index] !== port.up).map(linkNotice);
  const started = after.boots === before.boots ? [] : [{ trap: "1.3.6.1.6.3.1.1.5.1", bindings: [] }];
  return [...started, ...links, ...(byFamily[state.device.family]?.(state, before, after) ?? [])];
}

type Tells = (state: DeviceState, before: Snapshot, after: Snapshot) => readonly Notice[];
/** Raised when it became so, cleared when it stopped; nothing while it stays. */
const pair = (was: boolean, is: boolean, raise: Notice | undefined, clear: Notice | undefined): readonly Notice[] =>
  was === is ? [] : [is ? raise : clear].filter((one) => one !== undefined);
const bare = (trap: string): Notice => ({ trap, bindings: [] });

/** POLYCOM-ENDPOINT-MIB: each problem has its resolution, and both carry the same variables. */
const endpoint: Tells = (state, before, after) => {
  const told = (number: number, problem: boolean, summary: string): Notice => ({
    trap: `1.3.6.1.4.1.13885.101.0.${number}`,
    bindings: [
      ["1.3.6.1.4.1.13885.101.1.99.1.0", text(state.device.id)],
      ["1.3.6.1.4.1.13885.101.1.99.3.0", integer(problem ? 1 : 2)],
      ["1.3.6.1.4.1.13885.101.1.99.6.0", text(summary)],
      ["1.3.6.1.4.1.13885.101.1.99.7.0", integer(problem ? 3 : 6)],
    ],
  });
  const pairs = (was: boolean, is: boolean, number: number, summary: string) =>
    pair(was, is, told(number, true, summary), told(number + 1, false, summary));
  return [
    ...pairs(!before.h323, !after.h323, 70, "H.323 gatekeeper registration"),
    ...pairs(!before.sip, !after.sip, 72, "SIP registration"),
    ...pairs(!before.cameras, !after.cameras, 76, "Primary camera"),
    ...(after.calls > before.calls
      ? [told(78, false, "Call connected")]
      : after.calls < before.calls
        ? [told(79, false, "Call disconnected")]
        : []),
    ...pairs(before.jittery, after.jittery, 81, "Jitter"),
    ...pairs(before.lossy, after.lossy, 85, "Packet loss"),
  ];
};

/** POLYCOM-VIDEO-MIB; the help button comes from `userAssist`. */
const hdx: Tells = (state, before, after) => {
  const base = "1.3.6.1.4.1.2684.1.1";
  const told = (number: number, ...bindings: readonly Binding[]): Notice => ({ trap: `${base}.0.${number}`, bindings });
  return [
    ...(after.calls > before.calls ? [told(4)] : after.calls < before.calls ? [told(5)] : []),
    ...pair(!before.h323, !after.h323, told(20), told(19, [`${base}.10.0`, text(state.gatekeeper)])),
    ...(before.gatekeeper === after.gatekeeper ? [] : [told(19, [`${base}.10.0`, text(state.gatekeeper)])]),
    ...pair(!before.cameras, !after.cameras, told(31), told(30)),
    ...pair(before.lossy, after.lossy, told(33, [`${base}.21.0`, integer(Math.round((state.calls[0]?.lossRatio ?? 0) * 100))]), undefined),
    ...pair(before.jittery, after.jittery, told(34, [`${base}.22.0`, integer(Math.round(state.calls[0]?.jitterMs ?? 0))]), undefined),
  ];
};

/** CISCO-ENVMON-MIB: the old notification for what is wrong, the newer one for a change either way. */
const cisco: Tells = (state, before, after) => {
  const base = "1.3.6.1.4.1.9.9.13.1";
  const sensor = (table: number, column: number, name: string, bad: boolean, ...more: readonly Binding[]): readonly Binding[] => [
    [`${base}.${table}.1.2.1`, text(name)],
    ...more,
    [`${base}.${table}.1.${column}.1`, integer(bad ? 3 : 1)],
  ];
  const told = (number: number, bindings: readonly Binding[]): Notice => ({ trap: `1.3.6.1.4.1.9.9.13.3.0.${number}`, bindings });
  const temperature = sensor(3, 6, sensorNames.temperature, after.hot, [`${base}.3.1.3.1`, integer(state.celsius)]);
  const fan = sensor(4, 3, sensorNames.fan, after.fan);
  const supply = sensor(5, 3, sensorNames.supply, after.supply);
  return [
    ...pair(before.hot, after.hot, told(3, temperature), told(7, temperature)),
    ...pair(before.fan, after.fan, told(4, fan), told(8, fan)),
    ...pair(before.supply, after.supply, told(5, supply), told(9, supply)),
  ];
};

/** RFC 1628: on battery has a trap of its own, and no trap says that it is over but the removal of the alarm. */
const ups: Tells = (state, before, after) => {
  const alarm = (number: number, which: string): Notice => ({
    trap: `1.3.6.1.2.1.33.2.${number}`,
    bindings: [
      ["1.3.6.1.2.1.33.1.6.2.1.1.1", integer(1)],
      ["1.3.6.1.2.1.33.1.6.2.1.2.1", oidValue(which)],
    ],
  });
  const onBattery: Notice = {
    trap: "1.3.6.1.2.1.33.2.1",
    bindings: [
      ["1.3.6.1.2.1.33.1.2.3.0", integer(Math.floor(state.batteryPercent / 4))],
      ["1.3.6.1.2.1.33.1.2.2.0", integer(state.secondsOnBattery)],
    ],
  };
  return [
    ...pair(before.onBattery, after.onBattery, onBattery, undefined),
    ...after.alarms.filter((one) => !before.alarms.includes(one)).map((one) => alarm(3, one)),
    ...before.alarms.filter((one) => !after.alarms.includes(one)).map((one) => alarm(4, one)),
  ];
};

const apc: Tells = (_, before, after) => [
  ...pair(before.onBattery, after.onBattery, bare("1.3.6.1.4.1.318.0.5"), bare("1.3.6.1.4.1.318.0.9")),
  ...pair(before.worn, after.worn, bare("1.3.6.1.4.1.318.0.17"), undefined),
  ...pair(before.overloaded, after.overloaded, bare("1.3.6.1.4.1.318.0.2"), undefined),
];

/** A bridge: an alarm's clearing is its number plus 10,000. */
const rmx: Tells = (_, before, after) => {
  const pairs = (was: boolean, is: boolean, number: number) =>
    pair(was, is, bare(`1.3.6.1.4.1.13885.9.1.1.2.2.0.${number}`), bare(`1.3.6.1.4.1.13885.9.1.1.2.2.0.${number + 10_000}`));
  return [...pairs(before.hot, after.hot, 5_201), ...pairs(before.fan, after.fan, 5_203), ...pairs(before.supply, after.supply, 5_200)];
};

const byFamily: Readonly<Record<string, Tells>> = {
  "poly-group": endpoint,
  "poly-studio": endpoint,
  "poly-hdx": hdx,
  "polycom-rmx": rmx,
  "cisco-ios-router": cisco,
  "cisco-ios-switch": cisco,
  "ups-rfc1628": ups,
  "ups-apc": apc,
};

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

/** The help button of an HDX: its trap carries what the user asks for. */
export function userAssist(): Notice {
  return { trap: "1.3.6.1.4.1.2684.1.1.0.7", bindings: [["1.3.6.1.4.1.2684.1.1.4.0", text("Help is needed")]] };
}

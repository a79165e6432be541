/**
 * What uninterruptible power supplies hold: UPS-MIB (RFC 1628) and PowerNet-MIB.
 */
import { gauge, integer, oidValue, text, ticks, type Value } from "../ber.ts";
import type { DeviceState } from "../device-state.ts";
import { modelOf } from "../makes.ts";
import type { Objects } from "./objects.ts";

const ups = "1.3.6.1.2.1.33.1";
const apc = "1.3.6.1.4.1.318.1.1.1";

/** The well-known alarms of RFC 1628 that a simulated UPS can have: a battery that is bad, on battery, battery low, overload. */
export const upsAlarms = {
  batteryBad: `${ups}.6.3.1`,
  onBattery: `${ups}.6.3.2`,
  lowBattery: `${ups}.6.3.3`,
  overload: `${ups}.6.3.8`,
} as const;

export function alarmsOf(state: DeviceState): readonly string[] {
  return [
    ...(state.batteryWorn ? [upsAlarms.batteryBad] : []),
    ...(state.onBatterySince === undefined ? [] : [upsAlarms.onBattery]),
    ...(state.batteryPercent < 20 ? [upsAlarms.lowBattery] : []),
    ...(state.overloaded ? [upsAlarms.overload] : []),
  ];
}

const load = (state: DeviceState): number => (state.overloaded ? 108 : 25 + (state.seed % 30));
/** Battery status: unknown 1, normal 2, low 3. */
const battery = (state: DeviceState): Value => integer(state.batteryPercent < 20 ? 3 : 2);

export function upsObjects(): Objects {
  const alarms = [0, 1, 2, 3].map((index): Objects[number] => [
    `${ups}.6.2.1.2.${index + 1}`,
    (state) => {
      const alarm = alarmsOf(state)[index];
      return alarm === undefined ? undefined : oidValue(alarm);
    },
  ]);
  return [
    [`${ups}.1.1.0`, () => text("Simulated Power")],
    [`${ups}.1.2.0`, (state) => text(modelOf(state))],
    [`${ups}.2.1.0`, battery],
    [`${ups}.2.2.0`, (state) => integer(state.secondsOnBattery)],
    [`${ups}.2.3.0`, (state) => integer(Math.floor(state.batteryPercent / 4))],
    [`${ups}.2.4.0`, (state) => integer(state.batteryPercent)],
    [`${ups}.2.5.0`, () => integer(540)],
    [`${ups}.2.7.0`, (state) => integer(state.celsius)],
    [`${ups}.3.1.0`, () => integer(0)],
    [`${ups}.3.3.1.3.1`, (state) => integer(state.onBatterySince === undefined ? 120 : 0)],
    [`${ups}.4.1.0`, (state) => integer(state.onBatterySince === undefined ? 3 : 5)],
    [`${ups}.4.4.1.5.1`, (state) => integer(load(state))],
    [`${ups}.6.1.0`, (state) => gauge(alarmsOf(state).length)],
    ...alarms,
  ];
}

/** Output status: on line 2, on battery 3. Replace indicator: no battery needs replacing 1, one does 2. */
export function powerNetObjects(): Objects {
  return [
    [`${apc}.1.1.1.0`, (state) => text(modelOf(state))],
    [`${apc}.1.2.3.0`, (state) => text(state.serial)],
    [`${apc}.2.1.1.0`, battery],
    [`${apc}.2.1.2.0`, (state) => ticks(state.secondsOnBattery * 100)],
    [`${apc}.2.2.1.0`, (state) => gauge(state.batteryPercent)],
    [`${apc}.2.2.2.0`, (state) => gauge(state.celsius)],
    [`${apc}.2.2.3.0`, (state) => ticks(Math.floor(state.batteryPercent / 4) * 6_000)],
    [`${apc}.2.2.4.0`, (state) => integer(state.batteryWorn ? 2 : 1)],
    [`${apc}.3.2.1.0`, (state) => gauge(state.onBatterySince === undefined ? 120 : 0)],
    [`${apc}.3.2.5.0`, (state) => integer(state.onBatterySince === undefined ? 1 : 3)],
    [`${apc}.4.1.1.0`, (state) => integer(state.onBatterySince === undefined ? 2 : 3)],
    [`${apc}.4.2.3.0`, (state) => gauge(load(state))],
  ];
}

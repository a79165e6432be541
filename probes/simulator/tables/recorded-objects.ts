/**
 * The objects of a recorded device: what was walked, with clocks that go on.
 */
import type { Value } from "../ber.ts";
import type { DeviceState } from "../device-state.ts";
import { ObjectTable, type ReadObject } from "../object-table.ts";

/** Clocks in units a second: sysUpTime, hrSystemUptime, snmpEngineTime. */
const clocks: Readonly<Record<string, number>> = {
  "1.3.6.1.2.1.1.3.0": 100,
  "1.3.6.1.2.1.25.1.1.0": 100,
  "1.3.6.1.6.3.10.2.1.3.0": 1,
};
const engineBoots = "1.3.6.1.6.3.10.2.1.2.0";

export function recordedTable(walk: readonly (readonly [oid: string, value: Value])[], state: DeviceState): ObjectTable<DeviceState> {
  const startedAt = state.now();
  return new ObjectTable<DeviceState>(walk.map(([oid, value]) => [oid, reader(oid, value, startedAt)] as const));
}

/** After a reboot the clocks begin at zero, and the engine has started once more. */
function reader(oid: string, value: Value, startedAt: number): ReadObject<DeviceState> {
  const perSecond = clocks[oid];
  if (perSecond !== undefined && typeof value.value === "number") {
    const recorded = value.value;
    return ({ boots, upSeconds, now }) => {
      const seconds = boots > 1 ? upSeconds : (now() - startedAt) / 1_000;
      return { ...value, value: ((boots > 1 ? 0 : recorded) + Math.floor(seconds * perSecond)) % 2 ** 32 } as Value;
    };
  }
  if (oid === engineBoots && typeof value.value === "number") {
    const recorded = value.value;
    return ({ boots }) => ({ ...value, value: recorded + boots - 1 }) as Value;
  }
  return () => value;
}

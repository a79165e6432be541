/**
 * What Poly's equipment holds: POLYCOM-ENDPOINT-MIB (Group, Studio), POLYCOM-VIDEO-MIB (HDX), POLYCOM-RMX-MIB (bridge).
 */
import { gauge, integer, text, type Value } from "../ber.ts";
import { type Call, channels, counters } from "../call.ts";
import type { DeviceState } from "../device-state.ts";
import { modelOf, softwareOf } from "../makes.ts";
import type { Objects } from "./objects.ts";

const endpoint = "1.3.6.1.4.1.13885.101.1";
const video = "1.3.6.1.4.1.2684.1.1";
const rmx = "1.3.6.1.4.1.13885";

/** All states of the endpoint MIB: disabled 1, ok 2, failed 3. */
const good = (value: boolean): Value => integer(value ? 2 : 3);

/** The calls table is empty out of calls, and has one row here. */
function ofCall(read: (call: Call, state: DeviceState) => Value): (state: DeviceState) => Value | undefined {
  return (state) => {
    const [call] = state.calls;
    return call === undefined ? undefined : read(call, state);
  };
}

export function endpointObjects({ peripherals }: DeviceState): Objects {
  const rows = (kind: "camera" | "microphone", column: string): Objects =>
    peripherals
      .filter((one) => one.kind === kind)
      .flatMap(
        ({ id, model }): Objects => [
          [`${endpoint}.3.${column}.2.1.2.${id}`, () => text(`${model} ${id}`)],
          [`${endpoint}.3.${column}.2.1.3.${id}`, (state) => good(state.part(kind, id)?.connected ?? true)],
        ],
      );
  const allGood = (state: DeviceState, kind: "camera" | "microphone") =>
    state.peripherals.every((one) => one.kind !== kind || one.connected);
  return [
    [`${endpoint}.1.1.0`, (state) => text(softwareOf(state))],
    [`${endpoint}.1.4.0`, (state) => text(modelOf(state))],
    [`${endpoint}.1.5.0`, (state) => text(state.serial)],
    [`${endpoint}.1.6.0`, () => integer(2)],
    [`${endpoint}.2.7.1.0`, () => integer(2)],
    [`${endpoint}.2.7.2.0`, (state) => good(state.h323Registered)],
    // As on the recorded unit: the summary says ok while a row has failed.
    [`${endpoint}.2.8.1.0`, () => integer(2)],
    [`${endpoint}.2.8.2.1.2.1`, (state) => good(state.sipRegistered)],
    [`${endpoint}.2.8.3.1.2.1`, (state) => good(state.sipRegistered)],
    [`${endpoint}.3.1.0`, (state) => good(allGood(state, "camera") && !state.hot)],
    [`${endpoint}.3.5.1.0`, (state) => good(allGood(state, "microphone"))],
    ...rows("microphone", "5"),
    [`${endpoint}.3.6.1.0`, (state) => good(allGood(state, "camera"))],
    ...rows("camera", "6"),
    [`${endpoint}.3.10.2.1.2.1`, () => text("eth0")],
    [`${endpoint}.3.10.2.1.6.1`, () => integer(2)],
    ...callRows(),
    [`${endpoint}.5.1.0`, (state) => gauge(state.calls.length)],
    [`${endpoint}.6.10.1.0`, () => integer(2)],
    [`${endpoint}.6.11.1.0`, () => integer(2)],
    [`${endpoint}.6.13.1.0`, () => integer(2)],
  ];
}

function callRows(): Objects {
  const row = `${endpoint}.4.1.1`;
  const lost = (call: Call, state: DeviceState): number =>
    channels.reduce((sum, one) => sum + (one.direction === "Incoming" ? counters(call, one, state.now()).lost : 0), 0);
  return [
    [`${row}.2.1`, ofCall((call) => integer(call.id))],
    [`${row}.14.1`, ofCall((call, state) => integer(lost(call, state)))],
    [`${row}.15.1`, ofCall(() => integer(0))],
    [`${row}.16.1`, ofCall((call) => integer(Math.round(call.lossRatio * 100)))],
    [`${row}.17.1`, ofCall(() => integer(0))],
    [`${row}.18.1`, ofCall((call) => integer(Math.round(call.latencyMs)))],
    [`${row}.20.1`, ofCall((call) => integer(Math.round(call.jitterMs)))],
    [`${row}.46.1`, ofCall((call) => integer(Math.round(call.jitterMs)))],
    [`${row}.50.1`, ofCall((call) => integer(Math.round(call.lossRatio * 100)))],
    [`${row}.54.1`, ofCall(() => integer(1_536))],
    [`${row}.58.1`, ofCall(() => text("Far end"))],
  ];
}

/** The scalars 1 … 23 that its traps carry too. */
export function hdxObjects(): Objects {
  return [
    [`${video}.1.0`, () => text("")],
    [`${video}.4.0`, () => text("")],
    [`${video}.6.0`, () => integer(0)],
    [`${video}.7.0`, () => text("192.0.2.7")],
    [`${video}.10.0`, (state) => text(state.gatekeeper)],
    [`${video}.12.0`, (state) => text(state.device.address)],
    [`${video}.21.0`, (state) => integer(Math.round((state.calls[0]?.lossRatio ?? 0) * 100))],
    [`${video}.22.0`, (state) => integer(Math.round(state.calls[0]?.jitterMs ?? 0))],
    [`${video}.23.0`, (state) => integer(Math.round(state.calls[0]?.latencyMs ?? 0))],
  ];
}

/** Status: normal 0, startup 1, minor 2, major 3. */
export function rmxObjects(): Objects {
  return [
    [`${rmx}.9.1.1.1.1.0`, (state) => integer(state.hot || state.fanFailed ? 3 : state.supplyFailed ? 2 : 0)],
    [`${rmx}.110.1.4.2.1.0`, (state) => integer(state.calls.length)],
    [`${rmx}.110.1.4.4.1.1.0`, () => integer(0)],
    [`${rmx}.110.1.4.4.2.1.0`, (state) => integer(state.calls.length * 3)],
    [`${rmx}.110.1.5.1.0`, (state) => integer(state.calls.length)],
  ];
}

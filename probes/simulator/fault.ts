/**
 * Faults on command: what each changes in a device, and the notifications that the device sends by itself.
 */
import { type DeviceState, webOddities } from "./device-state.ts";
import { type Notice, noticesOf, snapshot, userAssist } from "./notices.ts";
import { type Peripheral, type Port, plugIn } from "./parts.ts";

export interface Command {
  readonly device: string;
  readonly fault: FaultKind;
  /** Which interface, camera, port, message …; what it means is the fault's. */
  readonly part?: string;
}

type Change = (state: DeviceState, part: string | undefined) => void;

/** What each fault does. `part` in the words of the device: an interface's name, a camera's number, a message's type. */
const changes = {
  silent: (state) => {
    state.silent = true;
  },
  restored: (state) => state.restore(),
  reboot: (state) => state.reboot(),
  "sip-unregistered": (state) => {
    state.sipRegistered = false;
  },
  "h323-unregistered": (state) => {
    state.h323Registered = false;
  },
  /** The gatekeeper no longer lists the device, which goes on believing that it is registered. */
  "forgotten-by-gatekeeper": (state) => {
    state.listed = false;
  },
  /** `part`: the new address. */
  "gatekeeper-changed": (state, part) => {
    state.gatekeeper = part ?? "192.0.2.10";
  },
  "camera-unplugged": unplug("camera"),
  "microphone-unplugged": unplug("microphone"),
  "touchpanel-unplugged": unplug("touchpanel"),
  "display-unplugged": unplug("display"),
  /** `part`: `camera 1`; all of them when left out. */
  plugged: (state, part) => {
    for (const one of state.peripherals) if (part === undefined || part === `${one.kind} ${one.id}`) plugIn(one);
  },
  /** `part`: `touchpanel 1001`. Unplugged, and on no list any more: it never says that it is not connected. */
  vanished: (state, part) => {
    const struck = state.peripherals.find((one) => part === `${one.kind} ${one.id}`);
    const all = state.peripherals.map((one) => `${one.kind} ${one.id}`).join(", ");
    if (struck === undefined) throw new Error(`${state.device.id} has no ${part ?? "part of no name"}; it has ${all || "none"}`);
    struck.connected = false;
    struck.vanished = true;
  },
  /** `part`: a type, or type and level: `NTPStatus:Error`. */
  "diagnostic-raised": (state, part = "NTPStatus") => {
    const [type = "NTPStatus", level = "Warning"] = part.split(":");
    state.raise(type, level, describe[type] ?? "Simulated message");
  },
  "diagnostic-gone": (state, part = "NTPStatus") => {
    state.diagnostics = state.diagnostics.filter((one) => one.type !== part);
  },
  hot: (state) => {
    state.hot = true;
  },
  "fan-failed": (state) => {
    state.fanFailed = true;
  },
  "supply-failed": (state) => {
    state.supplyFailed = true;
  },
  "on-battery": (state) => {
    state.onBatterySince = state.now();
  },
  "battery-worn": (state) => {
    state.batteryWorn = true;
  },
  overload: (state) => {
    state.overloaded = true;
  },
  "port-down": (state, part) => {
    portOf(state, part).up = false;
  },
  "port-up": (state, part) => {
    portOf(state, part).up = true;
  },
  "tcp-closed": (state, part) => {
    state.closedPorts.add(tcpPort(part));
  },
  "tcp-open": (state, part) => {
    state.closedPorts.delete(tcpPort(part));
  },
  "call-started": (state) => {
    state.startCall();
  },
  "call-ended": (state) => {
    state.calls = [];
  },
  /** `part`: percent of packets. Starts a call when there is none. */
  "media-loss": (state, part) => inCall(state).disturbCalls({ lossRatio: amount(part, 6, 100) / 100 }),
  /** `part`: milliseconds. */
  "media-jitter": (state, part) => inCall(state).disturbCalls({ jitterMs: amount(part, 120, 10_000) }),
  "media-good": (state) => state.disturbCalls({ lossRatio: 0, jitterMs: 4, latencyMs: 35 }),
  /** What somebody in the room does, and what a caller does not think of. `part`: microphones, loudspeaker or picture. */
  muted: (state, part = "microphones") => mute(state, part, true),
  unmuted: (state, part = "microphones") => mute(state, part, false),
  /** `part`: percent. */
  volume: (state, part) => {
    state.volumePercent = amount(part, 0, 100);
  },
  /** `part`: the number of the source that is shown. */
  source: (state, part) => {
    state.videoSource = amount(part, 2, 9);
  },
  standby: (state) => {
    state.standby = true;
  },
  awake: (state) => {
    state.standby = false;
  },
  /** `part`: the new version. An update restarts the unit. */
  "firmware-changed": (state, part) => {
    state.firmware = part ?? "ce9.15.18.5";
    state.reboot();
  },
  /** The unit was replaced: another serial number, another host key. */
  "serial-changed": (state) => {
    state.unit += 1;
    state.hostKeys += 1;
    state.reboot();
  },
  "host-key-changed": (state) => {
    state.hostKeys += 1;
  },
  /** A new certificate, signed by itself: as after a reset, and after the restart of some. */
  "certificate-changed": (state) => {
    state.certificates += 1;
  },
  /** Its web interface no longer knows who had logged in. */
  "web-sessions-ended": (state) => {
    state.webSessionsEnded += 1;
  },
  /** `part`: what its web server says to everything: page, error, elsewhere, huge, bomb or cut. */
  "web-odd": (state, part = "page") => {
    const found = webOddities.find((one) => one === part);
    if (found === undefined) throw new Error(`part ${part}: write one of ${webOddities.join(", ")}`);
    state.manners.web = found;
  },
  "login-refused": (state) => {
    state.manners.refusesLogin = true;
  },
  /** `part`: milliseconds between pieces. */
  slow: (state, part) => {
    state.manners.slowMs = amount(part, 100, 60_000);
  },
  /** `part`: milliseconds before each answer. */
  late: (state, part) => {
    state.manners.lateMs = amount(part, 20_000, 600_000);
  },
  interleaved: (state) => {
    state.manners.interleaved = true;
  },
  /** The help button of an HDX. */
  "user-assist": () => undefined,
} satisfies Record<string, Change>;

export type FaultKind = keyof typeof changes;
export const faults = Object.keys(changes) as [FaultKind, ...FaultKind[]];

const describe: Readonly<Record<string, string>> = {
  NTPStatus: "Time server not reachable",
  TemperatureCheck: "High temperature",
  CameraPairing: "Lost connection with camera",
  MicrophonesConnected: "No microphones connected",
  OSDVideoOutput: "Main display not detected",
  NetworkQuality: "During the last call we detected a level of packet loss that may have impacted the call quality",
};

/** Changes the state; what the device tells about it. Throws for a part that the device does not have. */
export function strike(state: DeviceState, command: Command): readonly Notice[] {
  const before = snapshot(state);
  const change: Change = changes[command.fault];
  state.change(() => change(state, command.part));
  const pressed = command.fault === "user-assist" ? [userAssist()] : [];
  return [...noticesOf(state, before), ...pressed];
}

function unplug(kind: Peripheral["kind"]): Change {
  return (state, part) => {
    const all = state.peripherals.filter((one) => one.kind === kind);
    const struck = part === undefined ? all[0] : all.find((one) => one.id === part);
    if (struck === undefined)
      throw new Error(`${state.device.id} has no ${kind} ${part ?? ""}; it has ${all.map((one) => one.id).join(", ") || "none"}`);
    struck.connected = false;
  };
}

function portOf(state: DeviceState, name: string | undefined): Port {
  const port = name === undefined ? state.ports.at(-1) : state.ports.find((one) => one.name === name);
  if (port === undefined)
    throw new Error(`${state.device.id} has no interface ${name ?? ""}; it has ${state.ports.map((one) => one.name).join(", ") || "none"}`);
  return port;
}

function tcpPort(part: string | undefined): number {
  const port = Number(part ?? 1_720);
  if (!Number.isInteger(port) || port < 1 || port > 65_535) throw new Error(`part ${part}: a TCP port is a number from 1 to 65535`);
  return port;
}

function amount(part: string | undefined, usual: number, most: number): number {
  const value = Number(part ?? usual);
  if (!Number.isFinite(value) || value < 0 || value > most) throw new Error(`part ${part}: write a number from 0 to ${most}`);
  return value;
}

const mutes = { microphones: "microphonesMuted", loudspeaker: "loudspeakerMuted", picture: "pictureMuted" } as const;

function mute(state: DeviceState, part: string, muted: boolean): void {
  const found = mutes[part as keyof typeof mutes];
  if (found === undefined) throw new Error(`part ${part}: write one of ${Object.keys(mutes).join(", ")}`);
  state[found] = muted;
}

function inCall(state: DeviceState): DeviceState {
  if (state.calls.length === 0) state.startCall();
  return state;
}

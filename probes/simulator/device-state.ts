/**
 * One simulated device: what it is and how it is at the moment. Agents and shells read it when asked; faults change it.
 */
import { type Call, counted, newCall } from "./call.ts";
import { type Peripheral, type Port, peripheralsOf, plugIn, portsOf } from "./parts.ts";
import type { SimulatedDevice } from "./spec.ts";

/** A message of a codec's own diagnostics. */
export interface DiagnosticMessage {
  readonly id: number;
  readonly type: string;
  readonly level: string;
  readonly description: string;
}

/** How a shell behaves: each a way in which real ones are hard to talk to. */
export interface Manners {
  /** Milliseconds before an answer begins; undefined: at once. */
  lateMs: number | undefined;
  /** Answers come in small pieces, this long apart in milliseconds. */
  slowMs: number | undefined;
  /** Lines that nobody asked for come between and inside answers. */
  interleaved: boolean;
  /** Every login is refused, the right one too. */
  refusesLogin: boolean;
  /** What its web server says instead of an answer: a page, an error, a redirection, too much, an XML bomb, half of it. */
  web: WebOddity | undefined;
}

export const webOddities = ["page", "error", "elsewhere", "huge", "bomb", "cut"] as const;
export type WebOddity = (typeof webOddities)[number];

/** What a device without a fault is like; `restore` comes back to it. */
const wellBehaved = (): Manners => ({ lateMs: undefined, slowMs: undefined, interleaved: false, refusesLogin: false, web: undefined });

/** Called before a change; what it returns is called after it. */
export type Watcher = () => () => void;

export class DeviceState {
  readonly device: SimulatedDevice;
  readonly now: () => number;
  readonly ports: readonly Port[];
  readonly peripherals: readonly Peripheral[];
  /** A number that is this device's own: serials and traffic come from it. */
  readonly seed: number;
  bootedAt: number;
  boots = 1;
  /** Its own failure; behind a silent router it is cut off without being at fault. */
  silent = false;
  cutOff = false;
  hot = false;
  fanFailed = false;
  supplyFailed = false;
  onBatterySince: number | undefined;
  batteryWorn = false;
  overloaded = false;
  sipRegistered = true;
  h323Registered = true;
  /** What the gatekeeper or registrar lists; false while it says `registered` itself is the mismatch of both sides. */
  listed = true;
  standby = false;
  /** What the people in the room have chosen. The volume in percent; each family has steps of its own. */
  microphonesMuted = false;
  loudspeakerMuted = false;
  pictureMuted = false;
  volumePercent = 50;
  videoSource = 1;
  calls: readonly Call[] = [];
  diagnostics: readonly DiagnosticMessage[] = [];
  manners = wellBehaved();
  /** TCP ports that do not accept at the moment. */
  readonly closedPorts = new Set<number>();
  // From here to the watchers: what stays over `restore`, as a replaced unit stays replaced. Undefined: what its make ships with.
  firmware: string | undefined;
  model: string | undefined;
  /** Where it registers: the gatekeeper and the registrar of the simulated network, or of nowhere. */
  gatekeeper = "192.0.2.3";
  sipProxy = "192.0.2.4";
  /** Counts up when the unit, or its host key, is exchanged. */
  unit = 0;
  hostKeys = 0;
  /** Counts up when its certificate is made anew, and when its web interface forgets who had logged in. */
  certificates = 0;
  webSessionsEnded = 0;
  /** Commands that would have changed something: a monitor sends none. */
  writesRefused = 0;
  /** Requests that its web interface was asked. */
  webRequests = 0;
  readonly #watchers = new Set<Watcher>();
  #serials = 0;

  constructor(device: SimulatedDevice, now: () => number) {
    this.device = device;
    this.now = now;
    this.seed = hash(device.id);
    // Up for some hours already, and not all for the same time.
    this.bootedAt = now() - 3_600_000 * (2 + (this.seed % 200));
    this.ports = portsOf(device.kind, this.seed);
    this.peripherals = peripheralsOf(device.kind, this.seed);
  }

  get answers(): boolean {
    return !this.silent && !this.cutOff;
  }

  get upSeconds(): number {
    return Math.max(0, (this.now() - this.bootedAt) / 1_000);
  }

  get secondsOnBattery(): number {
    return this.onBatterySince === undefined ? 0 : Math.floor((this.now() - this.onBatterySince) / 1_000);
  }

  get batteryPercent(): number {
    return Math.max(12, 100 - Math.floor(this.secondsOnBattery / 3));
  }

  get celsius(): number {
    return (this.hot ? 78 : 31) + (this.seed % 4);
  }

  get serial(): string {
    return `SIM${String((this.seed + this.unit) % 10 ** 8).padStart(8, "0")}`;
  }

  /** The first camera: what most faults are about. */
  get cameraConnected(): boolean {
    return this.part("camera", "1")?.connected ?? true;
  }

  part(kind: Peripheral["kind"], id: string): Peripheral | undefined {
    return this.peripherals.find((one) => one.kind === kind && one.id === id);
  }

  /** Whoever tells of changes by itself (feedback) is told before and after each. Returns how to stop. */
  watch(watcher: Watcher): () => void {
    this.#watchers.add(watcher);
    return () => this.#watchers.delete(watcher);
  }

  /** Every change goes through here. */
  change<T>(make: () => T): T {
    const afterwards = [...this.#watchers].map((watcher) => watcher());
    const made = make();
    for (const after of afterwards) after();
    return made;
  }

  startCall(): Call {
    this.#serials += 1;
    const call = newCall(this.#serials, this.now());
    this.standby = false;
    this.calls = [...this.calls, call];
    return call;
  }

  /** Changes the media of every call from now on; what was counted so far stays counted. */
  disturbCalls(media: Partial<Pick<Call, "lossRatio" | "jitterMs" | "latencyMs">>): void {
    this.calls = this.calls.map((call) => ({ ...counted(call, this.now()), ...media }));
  }

  raise(type: string, level: string, description: string): void {
    this.#serials += 1;
    this.diagnostics = [...this.diagnostics.filter((one) => one.type !== type), { id: this.#serials, type, level, description }];
  }

  reboot(): void {
    this.bootedAt = this.now();
    this.boots += 1;
    this.calls = [];
  }

  /** Everything as it was, except the uptime, the unit and its software. */
  restore(): void {
    this.silent = this.hot = this.fanFailed = this.supplyFailed = this.batteryWorn = this.overloaded = this.standby = false;
    this.sipRegistered = this.h323Registered = this.listed = true;
    this.microphonesMuted = this.loudspeakerMuted = this.pictureMuted = false;
    this.volumePercent = 50;
    this.videoSource = 1;
    this.onBatterySince = undefined;
    this.calls = [];
    this.diagnostics = [];
    this.manners = wellBehaved();
    this.closedPorts.clear();
    for (const part of this.peripherals) plugIn(part);
    for (const port of this.ports) port.up = true;
  }
}

/** FNV-1a, 32 bits. */
function hash(text: string): number {
  let value = 0x811c9dc5;
  for (const byte of Buffer.from(text)) value = Math.imul(value ^ byte, 0x01000193) >>> 0;
  return value;
}

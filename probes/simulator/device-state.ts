/**
 * One simulated device: what it is and how it is at the moment. Agents read it when asked; faults change it.
 */
import type { SimulatedDevice } from "./spec.ts";

export interface Port {
  readonly index: number;
  readonly name: string;
  up: boolean;
  /** Octets a second while up, each way. */
  readonly octetsPerSecond: number;
}

export class DeviceState {
  readonly device: SimulatedDevice;
  readonly now: () => number;
  readonly ports: readonly Port[];
  /** A number that is this device's own: serials and traffic come from it. */
  readonly seed: number;
  bootedAt: number;
  boots = 1;
  /** Its own failure; behind a silent router it is cut off without being at fault. */
  silent = false;
  cutOff = false;
  hot = false;
  onBatterySince: number | undefined;
  sipRegistered = true;
  cameraConnected = true;
  calls = 0;

  constructor(device: SimulatedDevice, now: () => number) {
    this.device = device;
    this.now = now;
    this.seed = hash(device.id);
    // Up for some hours already, and not all for the same time.
    this.bootedAt = now() - 3_600_000 * (2 + (this.seed % 200));
    this.ports = portNames(device).map((name, index) => ({
      index: index + 1,
      name,
      up: true,
      octetsPerSecond: 20_000 + ((this.seed >>> (index % 8)) % 400_000),
    }));
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
    return `SIM${String(this.seed % 10 ** 8).padStart(8, "0")}`;
  }

  reboot(): void {
    this.bootedAt = this.now();
    this.boots += 1;
  }

  /** Everything as it was, except the uptime. */
  restore(): void {
    this.silent = false;
    this.hot = false;
    this.onBatterySince = undefined;
    this.sipRegistered = true;
    this.cameraConnected = true;
    for (const port of this.ports) port.up = true;
  }
}

function portNames(device: SimulatedDevice): readonly string[] {
  const numbered = (count: number, name: string): readonly string[] => Array.from({ length: count }, (_, index) => `${name}${index + 1}`);
  switch (device.kind) {
    case "switch":
      return numbered(12, "GigabitEthernet1/0/");
    case "router":
      return ["GigabitEthernet0/0", "GigabitEthernet0/1"];
    case "bridge":
      return ["Port A", "Port B"];
    case "codec":
    case "gatekeeper":
    case "host":
    case "endpoint":
      return ["eth0"];
    case "ups":
      return [];
  }
}

/** FNV-1a, 32 bits. */
function hash(text: string): number {
  let value = 0x811c9dc5;
  for (const byte of Buffer.from(text)) value = Math.imul(value ^ byte, 0x01000193) >>> 0;
  return value;
}

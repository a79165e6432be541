/**
 * What a simulated device is made of, by its kind: network ports, and what is plugged into a codec.
 */
import type { DeviceKind } from "../../daemon/model/family.ts";

export interface Port {
  /** ifIndex. */
  readonly index: number;
  readonly name: string;
  up: boolean;
  /** Octets a second while up, each way. */
  readonly octetsPerSecond: number;
}

export interface Peripheral {
  readonly kind: "camera" | "microphone" | "touchpanel" | "display";
  /** As the codec numbers it: cameras from 1, touch panels from 1001. */
  readonly id: string;
  readonly model: string;
  readonly serial: string;
  connected: boolean;
  /** Taken off the list instead of told as not connected: newer firmware does so with some. */
  vanished?: boolean;
}

export function plugIn(part: Peripheral): void {
  part.connected = true;
  part.vanished = false;
}

export function portsOf(kind: DeviceKind, seed: number): readonly Port[] {
  return portNames(kind).map((name, index) => ({
    index: index + 1,
    name,
    up: true,
    octetsPerSecond: 20_000 + ((seed >>> (index % 8)) % 400_000),
  }));
}

/** A room as most are: a camera, two microphones, a touch panel, a display. */
export function peripheralsOf(kind: DeviceKind, seed: number): readonly Peripheral[] {
  if (kind !== "codec") return [];
  const serial = (letter: string) => `${letter}${String(seed % 10 ** 7).padStart(7, "0")}`;
  return [
    { kind: "camera", id: "1", model: "Precision 60", serial: serial("C"), connected: true },
    { kind: "microphone", id: "1", model: "Table Microphone", serial: serial("M"), connected: true },
    { kind: "microphone", id: "2", model: "Table Microphone", serial: serial("N"), connected: true },
    { kind: "touchpanel", id: "1001", model: "Touch 10", serial: serial("T"), connected: true },
    { kind: "display", id: "1", model: "Display 55", serial: serial("D"), connected: true },
  ];
}

function portNames(kind: DeviceKind): readonly string[] {
  const numbered = (count: number, name: string): readonly string[] => Array.from({ length: count }, (_, index) => `${name}${index + 1}`);
  switch (kind) {
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

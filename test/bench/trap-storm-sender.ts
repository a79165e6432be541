/**
 * Sends linkDown and linkUp from many addresses at an even pace: a few devices fail once, everything else is a repeat or a clear.
 *
 * Argument: JSON of StormPlan. Prints `ready`, begins at the first byte on stdin, then prints when each new failure was sent.
 */
import { createSocket, type Socket } from "node:dgram";
import { once } from "node:events";
import { fleetAddress } from "../../probes/simulator/fleet.ts";

export interface StormPlan {
  readonly port: number;
  readonly devices: number;
  readonly incidents: number;
  readonly seconds: number;
}

/** What device n sends in a second: at its own second it fails, afterwards it says so again; before that, and all others, say `up`. */
export function saidBy(
  plan: StormPlan,
  device: number,
  second: number,
): { readonly down: boolean; readonly isNew: boolean; readonly port: number } {
  const every = Math.floor(plan.devices / plan.incidents);
  const failsAt = Math.floor((device / every / plan.incidents) * plan.seconds);
  const fails = device % every === 0;
  if (!fails || second < failsAt) return { down: false, isNew: false, port: 1 + (second % 4) };
  return { down: true, isNew: second === failsAt, port: 1 };
}

/** SNMPv2c: linkDown or linkUp of GigabitEthernet0/<port>, at most 127, with the ifDescr that Cisco adds. */
export function linkTrap(down: boolean, port: number, community = "fleet"): Buffer {
  const tlv = (tag: number, ...contents: Buffer[]): Buffer => {
    const body = Buffer.concat(contents);
    return Buffer.concat([Buffer.from(body.length < 128 ? [tag, body.length] : [tag, 0x81, body.length]), body]);
  };
  const hex = (text: string): Buffer => Buffer.from(text, "hex");
  const index = Buffer.from([port]);
  const varbind = (oid: Buffer, value: Buffer): Buffer => tlv(0x30, tlv(6, oid), value);
  const body = tlv(
    0x30,
    varbind(hex("2b06010201010300"), tlv(0x43, hex("00bc614e"))),
    varbind(hex("2b060106030101040100"), tlv(6, hex(down ? "2b0601060301010503" : "2b0601060301010504"))),
    varbind(Buffer.concat([hex("2b0601020102020101"), index]), tlv(2, index)),
    varbind(Buffer.concat([hex("2b0601020102020102"), index]), tlv(4, Buffer.from(`GigabitEthernet0/${port}`))),
  );
  return tlv(
    0x30,
    tlv(2, hex("01")),
    tlv(4, Buffer.from(community)),
    tlv(0xa7, tlv(2, hex("11223344")), tlv(2, hex("00")), tlv(2, hex("00")), body),
  );
}

async function socketOf(device: number, port: number): Promise<Socket> {
  const socket = createSocket("udp4");
  socket.bind(0, fleetAddress(device));
  await once(socket, "listening");
  socket.connect(port, "127.0.0.1");
  await once(socket, "connect");
  return socket;
}

async function main(): Promise<void> {
  const plan = JSON.parse(process.argv[2] ?? "{}") as StormPlan;
  const sockets: Socket[] = [];
  for (let device = 0; device < plan.devices; device += 1) sockets.push(await socketOf(device, plan.port));
  let failed = 0;
  for (const socket of sockets) socket.on("error", () => failed++);
  process.stdout.write("ready\n");
  await once(process.stdin, "data");
  const sentAt: Record<number, number> = {};
  const began = performance.now();
  const all = plan.devices * plan.seconds;
  for (let n = 0; n < all; ) {
    const due = Math.min(all, Math.ceil(((performance.now() - began) / 1_000) * plan.devices));
    for (; n < due; n += 1) {
      const device = n % plan.devices;
      const { down, isNew, port } = saidBy(plan, device, Math.floor(n / plan.devices));
      if (isNew) sentAt[device] = performance.timeOrigin + performance.now();
      sockets[device]?.send(linkTrap(down, port));
    }
    await new Promise((resolve) => setTimeout(resolve, 2));
  }
  const tookMs = performance.now() - began;
  await new Promise((resolve) => setTimeout(resolve, 100));
  for (const socket of sockets) socket.close();
  process.stdout.write(`${JSON.stringify({ sent: all - failed, tookMs, sentAt })}\n`);
  process.exit(0);
}

if (process.argv[1]?.includes("trap-storm-sender") === true) await main();

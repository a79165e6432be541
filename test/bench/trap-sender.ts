/**
 * Sends traps as fast as asked, from a process of its own: one encoded SNMPv2 linkDown, its ifIndex changed from one to the next.
 *
 * Arguments: port, number, traps a second (0: unpaced), sources (127.0.0.1 and up), first ifIndex. Prints `ready`, begins at the first
 * byte on stdin, then prints the number really sent and when.
 */
import { createSocket, type Socket } from "node:dgram";
import { once } from "node:events";

/** A v2c linkDown of community `public`; the two bytes at the offset are the ifIndex value, below 32,768. */
export function encodedTrap(): { readonly bytes: Buffer; readonly indexAt: number } {
  const tlv = (tag: number, ...contents: Buffer[]): Buffer => {
    const body = Buffer.concat(contents);
    return Buffer.concat([Buffer.from(body.length < 128 ? [tag, body.length] : [tag, 0x81, body.length]), body]);
  };
  const hex = (text: string): Buffer => Buffer.from(text, "hex");
  const varbind = (oid: string, value: Buffer): Buffer => tlv(0x30, tlv(6, hex(oid)), value);
  const index = varbind("2b060102010202010103", tlv(2, hex("0101")));
  const body = tlv(
    0x30,
    varbind("2b06010201010300", tlv(0x43, hex("00bc614e"))),
    varbind("2b060106030101040100", tlv(6, hex("2b0601060301010503"))),
    index,
    varbind("2b060102010202010703", tlv(2, hex("01"))),
    varbind("2b060102010202010803", tlv(2, hex("02"))),
  );
  const bytes = tlv(
    0x30,
    tlv(2, hex("01")),
    tlv(4, Buffer.from("public")),
    tlv(0xa7, tlv(2, hex("11223344")), tlv(2, hex("00")), tlv(2, hex("00")), body),
  );
  return { bytes, indexAt: bytes.indexOf(index) + index.length - 2 };
}

async function socketFrom(address: string, port: number): Promise<Socket> {
  const socket = createSocket("udp4");
  socket.bind(0, address);
  await once(socket, "listening");
  socket.connect(port, "127.0.0.1");
  await once(socket, "connect");
  return socket;
}

/** The first sends of a process are slow (compilation): they go to a socket of our own. */
async function warmUp(bytes: Buffer): Promise<void> {
  const sink = createSocket("udp4");
  sink.bind(0, "127.0.0.1");
  await once(sink, "listening");
  const socket = await socketFrom("127.0.0.1", sink.address().port);
  for (let n = 0; n < 5_000; n++) socket.send(bytes);
  await new Promise((resolve) => setTimeout(resolve, 100));
  socket.close();
  sink.close();
}

async function main(): Promise<void> {
  const [port = 0, wanted = 0, perSecond = 0, sources = 1, firstIndex = 0] = process.argv.slice(2).map(Number);
  const { bytes, indexAt } = encodedTrap();
  const sockets = await Promise.all(Array.from({ length: sources }, (_, n) => socketFrom(`127.0.${n >> 8}.${(n & 255) + 1}`, port)));
  let failed = 0;
  // Without a callback a send that fails is an error event: 40 % faster than a callback a datagram.
  for (const socket of sockets) socket.on("error", () => failed++);
  const datagrams = Array.from({ length: wanted }, (_, n) => {
    const copy = Buffer.from(bytes);
    copy.writeUInt16BE((firstIndex + n) % 32_768, indexAt);
    return copy;
  });
  await warmUp(bytes);
  process.stdout.write("ready\n");
  await once(process.stdin, "data");
  process.stdin.destroy();
  const beganAt = performance.timeOrigin + performance.now();
  const began = performance.now();
  for (let n = 0; n < wanted; n++) {
    sockets[n % sockets.length]?.send(datagrams[n] as Buffer);
    if (n % 64 === 63) while (perSecond > 0 && ((performance.now() - began) / 1000) * perSecond < n) await new Promise(setImmediate);
  }
  const tookMs = performance.now() - began;
  for (const socket of sockets) {
    await new Promise(setImmediate);
    socket.close();
  }
  process.stdout.write(`${JSON.stringify({ sent: wanted - failed, beganAt, endedAt: beganAt + tookMs })}\n`);
}

if (process.argv[1]?.includes("trap-sender") === true) await main();

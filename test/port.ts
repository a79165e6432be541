/**
 * Ports for servers that are started by their number: below those that the system gives to whoever connects, so that between the finding
 * and the using nobody's connection takes one; each process looks in a block of its own, so that two files beside each other find others.
 */
import { createSocket } from "node:dgram";
import { createServer } from "node:net";

/** Linux gives 32768 and up to those who connect. */
const [first, last] = [10_240, 32_767];
const blockSize = 44;
const block = process.pid % Math.floor((last - first) / blockSize);
let given = 0;

/** A port that nobody has, over TCP or UDP, and that was not given before, or long ago. */
export async function freePort(): Promise<number> {
  for (let tries = 0; tries < 10 * blockSize; tries += 1) {
    const port = first + ((block * blockSize + given) % (last - first));
    given += 1;
    if ((await isFree(port, overTcp)) && (await isFree(port, overUdp))) return port;
  }
  throw new Error(`no port is free near ${first + block * blockSize}`);
}

type Bind = (port: number, done: (free: boolean) => void) => void;

const isFree = (port: number, bind: Bind) => new Promise<boolean>((resolve) => bind(port, resolve));

const overTcp: Bind = (port, done) => {
  const server = createServer();
  server.once("error", () => done(false)).listen(port, () => server.close(() => done(true)));
};

const overUdp: Bind = (port, done) => {
  const socket = createSocket("udp4");
  socket.once("error", () => socket.close(() => done(false))).bind(port, () => socket.close(() => done(true)));
};

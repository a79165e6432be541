/**
 * The way to a syslog receiver: datagrams, or a connection that is kept. It waits at most ten seconds, and holds nothing back: what did not go
 * is the caller's to send again.
 */
import { createSocket, type Socket as Datagrams } from "node:dgram";
import { connect, type Socket } from "node:net";
import { connect as connectTls } from "node:tls";
import type { Config } from "../model/config.ts";
import { framed } from "./syslog-message.ts";

type Syslog = NonNullable<NonNullable<Config["audit"]>["syslog"]>;

export interface Wire {
  /** Resolves when the system has taken them all; throws when it has not. */
  send(messages: readonly string[]): Promise<void>;
  /** Whether the far end still listens to what was sent last, as far as we were told; over datagrams nobody tells. */
  holds(): boolean;
  close(): void;
}

const deadlineMs = 10_000;

export function openWire(to: Syslog): Wire {
  return to.over === "udp" ? datagrams(to) : stream(to);
}

function datagrams({ host, port }: Syslog): Wire {
  let socket: Datagrams | undefined;
  const opened = (): Datagrams => {
    socket ??= createSocket(host.includes(":") ? "udp6" : "udp4");
    socket.unref();
    // What comes back (nobody listens there) belongs to no message; the next one is sent all the same.
    socket.on("error", () => undefined);
    return socket;
  };
  return {
    async send(messages) {
      for (const message of messages)
        await new Promise<void>((resolve, reject) =>
          opened().send(message, port, host, (error) => (error === null ? resolve() : reject(error))),
        );
    },
    holds: () => true,
    close: () => void socket?.close(),
  };
}

function stream(to: Syslog): Wire {
  let socket: Socket | undefined;
  const drop = () => {
    socket?.destroy();
    socket = undefined;
  };
  return {
    async send(messages) {
      try {
        if (socket === undefined || !socket.writable) socket = await within(connected(to));
        await within(written(socket, messages.map(framed).join("")));
      } catch (error) {
        drop();
        throw error;
      }
    },
    holds: () => socket?.writable === true && !socket.readableEnded,
    close: drop,
  };
}

function connected({ host, port, over, ca }: Syslog): Promise<Socket> {
  return new Promise((resolve, reject) => {
    const trusted = ca === undefined ? {} : { ca: ca.reveal() };
    const socket = over === "tls" ? connectTls({ host, port, servername: nameOf(host), ...trusted }) : connect({ host, port });
    socket.once(over === "tls" ? "secureConnect" : "connect", () => resolve(socket));
    socket.on("error", reject);
    // What a receiver says is nothing to us; read, so that its end is seen.
    socket.resume();
    socket.setKeepAlive(true, 30_000);
    socket.setTimeout(0);
    socket.unref();
  });
}

/** An address is no name that TLS may ask for. */
function nameOf(host: string): string {
  return /^[\d.]+$|:/.test(host) ? "" : host;
}

function written(socket: Socket, text: string): Promise<void> {
  return new Promise((resolve, reject) => {
    const closed = () => reject(new Error("the far end closed"));
    socket.once("close", closed);
    socket.write(text, "latin1", (error) => {
      socket.off("close", closed);
      if (error == null) resolve();
      else reject(error);
    });
  });
}

function within<T>(work: Promise<T>): Promise<T> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(new Error(`no answer within ${deadlineMs / 1000} s`)), deadlineMs);
  });
  return Promise.race([work, late]).finally(() => clearTimeout(timer));
}

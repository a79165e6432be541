/** Clients for the simulated shells: ssh2 with and without a pty, and a plain TCP socket. What was said so far, and a wait for more with a deadline. */
import { once } from "node:events";
import { connect } from "node:net";
import type { Duplex } from "node:stream";
import ssh2, { type ClientChannel } from "ssh2";

export interface Talk {
  /** What was said since the last question. */
  said(): string;
  until(wanted: RegExp, withinMs?: number): Promise<string>;
  ask(line: string, wanted: RegExp): Promise<string>;
  send(text: string): void;
  end(): void;
}

export function talkOver(stream: Duplex, end: () => void): Talk {
  let said = "";
  stream.on("data", (bytes: Buffer) => {
    said += bytes.toString("latin1");
  });
  stream.on("error", () => undefined);
  const until = async (wanted: RegExp, withinMs = 30_000): Promise<string> => {
    const deadline = Date.now() + withinMs;
    while (!wanted.test(said)) {
      if (Date.now() > deadline) throw new Error(`not said: ${wanted}; said: ${JSON.stringify(said)}`);
      await new Promise((resolve) => setTimeout(resolve, 5));
    }
    return said;
  };
  return {
    said: () => said,
    until,
    ask: (line, wanted) => {
      said = "";
      stream.write(`${line}\n`);
      return until(wanted);
    },
    send: (text) => void stream.write(text),
    end,
  };
}

export async function overSsh(to: {
  readonly host: string;
  readonly port: number;
  readonly username: string;
  readonly password: string;
  readonly pty?: boolean;
  readonly algorithms?: ssh2.Algorithms;
}): Promise<Talk> {
  const client = new ssh2.Client();
  const { pty = false, ...rest } = to;
  await new Promise<void>((resolve, reject) => {
    client.on("ready", resolve).on("error", reject);
    client.connect({ ...rest, readyTimeout: 30_000 });
  });
  const channel = await new Promise<ClientChannel>((resolve, reject) =>
    client.shell(pty ? {} : false, (error, made) => (error ? reject(error) : resolve(made))),
  );
  return talkOver(channel, () => client.destroy());
}

export async function overTcp(host: string, port: number): Promise<Talk> {
  const socket = connect(port, host);
  await once(socket, "connect");
  return talkOver(socket, () => socket.destroy());
}

export const pause = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms));

/**
 * The signalling ports of an endpoint: they accept a connection and say nothing, or are closed.
 */
import { once } from "node:events";
import { createServer, type Server, type Socket } from "node:net";
import type { DeviceState } from "../device-state.ts";

export class SignallingPorts {
  readonly #state: DeviceState;
  readonly #open = new Map<number, Server>();
  readonly #sockets = new Set<Socket>();
  readonly #ports: readonly number[];

  constructor(state: DeviceState, ports: readonly number[]) {
    this.#state = state;
    this.#ports = ports;
  }

  start(): Promise<void> {
    return this.follow();
  }

  /** Opens and closes what the state says. */
  async follow(): Promise<void> {
    for (const port of this.#ports) {
      const wanted = !this.#state.closedPorts.has(port);
      const server = this.#open.get(port);
      if (wanted && server === undefined) await this.#listen(port);
      if (!wanted && server !== undefined) await this.#close(port, server);
    }
  }

  dropSessions(): void {
    for (const socket of this.#sockets) socket.destroy();
  }

  async stop(): Promise<void> {
    this.dropSessions();
    for (const [port, server] of this.#open) await this.#close(port, server);
  }

  async #listen(port: number): Promise<void> {
    const server = createServer((socket) => {
      this.#sockets.add(socket);
      socket.on("error", () => socket.destroy()).on("close", () => this.#sockets.delete(socket));
      socket.resume();
    });
    server.listen(port, this.#state.device.address);
    await once(server, "listening");
    this.#open.set(port, server);
  }

  async #close(port: number, server: Server): Promise<void> {
    this.#open.delete(port);
    const closed = once(server, "close");
    server.close();
    this.dropSessions();
    await closed;
  }
}

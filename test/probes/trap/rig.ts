/** A listener on a free loopback port, what it committed, and the real senders. */
import { spawn } from "node:child_process";
import { createSocket } from "node:dgram";
import { once } from "node:events";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { startTrapListener, type TrapListener } from "../../../probes/trap/listener.ts";
import type { DecodedTrap, TrapDrop, TrapOptions } from "../../../probes/trap/trap.ts";

export const ENGINE = "8000b98380a1b2c3d4e5f6";

export interface Rig {
  readonly listener: TrapListener;
  /** Committed traps, in order. */
  readonly traps: DecodedTrap[];
  readonly drops: TrapDrop[];
  /** What onBatch does before it commits; may throw. */
  beforeCommit: (traps: readonly DecodedTrap[]) => Promise<void>;
  send(program: string, args: readonly string[]): Promise<number>;
  sendRaw(datagrams: readonly Buffer[]): Promise<void>;
  stop(): Promise<void>;
}

export const options: Omit<TrapOptions, "onDrop"> = {
  host: "127.0.0.1",
  port: 0,
  allow: ["127.0.0.0/8"],
  relays: [],
  perSourcePerSecond: 100_000,
  burst: 100_000,
  communities: ["public"],
  users: [],
  engineId: ENGINE,
};

export async function trapRig(more: Partial<TrapOptions> = {}): Promise<Rig> {
  const traps: DecodedTrap[] = [];
  const drops: TrapDrop[] = [];
  const home = mkdtempSync(join(tmpdir(), "vigie-trap-"));
  const rig = { beforeCommit: async (_: readonly DecodedTrap[]): Promise<void> => {} };
  const listener = await startTrapListener({ ...options, ...more, onDrop: (drop) => drops.push(drop) }, async (batch) => {
    await rig.beforeCommit(batch);
    traps.push(...batch);
  });
  return Object.assign(rig, {
    listener,
    traps,
    drops,
    async send(program: string, args: readonly string[]): Promise<number> {
      const env = { ...process.env, HOME: home, SNMP_PERSISTENT_DIR: home, SNMPCONFPATH: home };
      const child = spawn(
        program,
        args.map((arg) => (arg === "TO" ? `127.0.0.1:${listener.port}` : arg)),
        { stdio: "ignore", env },
      );
      const [code] = await once(child, "exit");
      return code as number;
    },
    async sendRaw(datagrams: readonly Buffer[]): Promise<void> {
      const socket = createSocket("udp4");
      for (const [n, bytes] of datagrams.entries()) {
        socket.send(bytes, listener.port, "127.0.0.1");
        if (n % 32 === 31) await new Promise(setImmediate);
      }
      await new Promise((resolve) => socket.send(Buffer.alloc(0), listener.port, "127.0.0.1", resolve));
      socket.close();
    },
    async stop(): Promise<void> {
      await listener.stop();
      rmSync(home, { recursive: true, force: true });
    },
  });
}

/** Polls until it holds. */
export async function until(what: string, holds: () => boolean | Promise<boolean>, deadlineMs = 30_000): Promise<void> {
  const end = performance.now() + deadlineMs;
  while (!(await holds())) {
    if (performance.now() > end) throw new Error(`waited ${deadlineMs} ms in vain: ${what}`);
    await new Promise((resolve) => setTimeout(resolve, 10));
  }
}

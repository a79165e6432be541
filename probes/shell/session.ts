/**
 * Kept sessions: one a device, bounded in number, the longest unused closed first.
 */
import type { Conversation } from "./dialect.ts";
import type { Line } from "./line.ts";
import type { Live } from "./live.ts";
import { unknown } from "./outcome.ts";
import type { Trace } from "./trace.ts";

export interface Kept {
  /** What it was opened with; another fit means another session. */
  readonly fit: string;
  readonly connection: Line;
  readonly conversation: Conversation;
  /** The trace of the look that uses it; a session holds none of its own. */
  readonly listening: { trace: Trace | undefined };
  /** Where the family has things to tell by itself. */
  readonly live?: Live;
  /** Set while a look uses it: such a session is not closed to make room. */
  busy: boolean;
}

const CLOSED = {
  ssh: unknown("ssh.engine", "the session was closed here"),
  telnet: unknown("telnet.engine", "the session was closed here"),
};

export class KeptSessions {
  readonly #limit: number;
  /** In order of use, the longest unused first. */
  readonly #kept = new Map<string, Kept>();

  constructor(limit: number) {
    this.#limit = limit;
  }

  get size(): number {
    return this.#kept.size;
  }

  /** Sessions that listen; once a second each is given the time. */
  *live(): Iterable<Live> {
    for (const { live } of this.#kept.values()) if (live !== undefined) yield live;
  }

  /** The living session of a device with this fit, now busy. One with another fit is closed. */
  take(device: string, fit: string): Kept | undefined {
    const kept = this.#kept.get(device);
    if (kept === undefined) return undefined;
    this.#kept.delete(device);
    if (kept.connection.ended !== undefined) return undefined;
    if (kept.fit !== fit) {
      kept.connection.end(CLOSED[kept.connection.transport]);
      return undefined;
    }
    kept.busy = true;
    this.#kept.set(device, kept);
    return kept;
  }

  /** Keeps a session until it ends; makes room first. `died` is called when the far end ended it while nobody asked. */
  keep(device: string, kept: Kept, died: () => void): void {
    for (const [other, { connection, busy }] of this.#kept) {
      if (this.#kept.size < this.#limit) break;
      if (busy) continue;
      this.#kept.delete(other);
      connection.end(CLOSED[connection.transport]);
    }
    this.#kept.set(device, kept);
    kept.connection.onEnd((failure) => {
      if (this.#kept.get(device) === kept) this.#kept.delete(device);
      if (failure !== CLOSED[kept.connection.transport]) died();
    });
  }

  close(device: string): void {
    const connection = this.#kept.get(device)?.connection;
    connection?.end(CLOSED[connection.transport]);
    this.#kept.delete(device);
  }

  closeAll(): void {
    for (const device of [...this.#kept.keys()]) this.close(device);
  }
}

/**
 * One process that can be killed at any statement boundary of its transactions, and at any message it sends.
 *
 * Dead means: its connections are gone and nothing more of it runs. What it waits for never comes.
 */
import { AsyncLocalStorage } from "node:async_hooks";
import type { Pools } from "../../daemon/store/connect.ts";

/** Whose work a statement is: `evaluator`, `escalator`, `dispatcher`, `desk`, …; undefined: nobody's that is counted. */
const doing = new AsyncLocalStorage<string>();

export function as<T>(role: string, work: () => Promise<T>): Promise<T> {
  return doing.run(role, work);
}

/** One boundary: a statement inside a transaction, or a message on its way out. */
export interface Boundary {
  readonly role: string;
  /** The statement without its values, shortened; `send` for a message. */
  readonly what: string;
  /** Which transaction of the story it is in; undefined for a message. */
  readonly transaction?: number;
  readonly part: Part;
}

/** Of the story: up to the acknowledgement; while it races with a message; everything after. */
export type Part = "ladder" | "race" | "rest";

/** Counts boundaries over all the processes of one story. */
export class Count {
  readonly seen: Boundary[] = [];
  transactions = 0;
  /** Told after each statement that was carried out: who, what. */
  carriedOut: (boundary: Boundary) => void = () => {};
  /** Told before each boundary. */
  reached: (index: number) => void = () => {};
  /** Waited for on either side of each boundary: somebody looks at what a death there would leave. */
  look: ((index: number, side: "before" | "after") => Promise<void>) | undefined;
  /** What is played. */
  part: Part = "ladder";
}

/** Before: it is not carried out. After: it is, and its answer never comes. Freeze: it stands still before it, and goes on much later. */
export type Side = "before" | "after" | "freeze";

/** On which side of a boundary the process is killed; undefined: it lives on. Asked once for each, with its index in the story. */
export type Kill = (boundary: Boundary, index: number) => Side | undefined;

const counted = new Set(["evaluator", "escalator", "dispatcher", "desk"]);
const never = () => new Promise<never>(() => {});

/** The part of the drivers' connections that is used here. */
interface Connection {
  close?(done: () => void): void;
  readonly connection?: { readonly stream: { destroy(): void } };
}
interface Sent {
  readonly sql: string;
}
interface Client {
  _query(connection: Connection, sent: Sent): Promise<Sent>;
}

export class Victim {
  dead = false;
  frozen = false;
  /** Ends a freeze. */
  thaw: () => void = () => {};
  /** Resolves when it has been killed and its connections are gone, or when it stands still. */
  readonly died: Promise<"killed">;
  readonly #count: Count;
  readonly #kill: Kill;
  readonly #connections = new Set<Connection>();
  readonly #within = new Map<Connection, number>();
  #tell: (how: "killed") => void = () => {};

  constructor(count: Count, kill: Kill) {
    this.#count = count;
    this.#kill = kill;
    this.died = new Promise((resolve) => {
      this.#tell = resolve;
    });
  }

  /** The same pools, through which nothing passes once the process is dead. */
  holds(pools: Pools): Pools {
    for (const pool of new Set([pools.writer, pools.reader])) {
      const client = pool.client as Client;
      const query = client._query.bind(client);
      client._query = (connection, sent) => this.#statement(connection, sent, query);
    }
    return pools;
  }

  /** A message on its way out. */
  async sends<T>(send: () => Promise<T>): Promise<T> {
    return this.#boundary({ role: "dispatcher", what: "send", part: this.#count.part }, send);
  }

  /** Stands still until `thaw`. What it does then is done by somebody whom all took for dead. */
  async #freezes(): Promise<void> {
    this.frozen = true;
    const thawed = new Promise<void>((resolve) => {
      this.thaw = resolve;
    });
    this.#tell("killed");
    await thawed;
  }

  /** Kills it here and now. */
  async kill(): Promise<never> {
    this.dead = true;
    await Promise.all([...this.#connections].map(gone));
    this.#tell("killed");
    return never();
  }

  async #statement(connection: Connection, sent: Sent, query: Client["_query"]): Promise<Sent> {
    if (this.dead) return never();
    this.#connections.add(connection);
    if (sent.sql.startsWith("BEGIN")) {
      this.#count.transactions += 1;
      this.#within.set(connection, this.#count.transactions);
    }
    const transaction = this.#within.get(connection);
    if (sent.sql === "COMMIT" || sent.sql === "ROLLBACK") this.#within.delete(connection);
    const role = doing.getStore();
    const run = () => query(connection, sent);
    if (transaction === undefined || role === undefined || !counted.has(role)) return this.#passed(run);
    return this.#boundary({ role, what: shape(sent.sql), transaction, part: this.#count.part }, run);
  }

  async #boundary<T>(boundary: Boundary, run: () => Promise<T>): Promise<T> {
    if (this.dead) return never();
    const index = this.#count.seen.push(boundary) - 1;
    this.#count.reached(index);
    await this.#count.look?.(index, "before");
    const side = this.#kill(boundary, index);
    if (side === "before") return this.kill();
    if (side === "freeze") await this.#freezes();
    const answer = await this.#passed(run);
    this.#count.carriedOut(boundary);
    await this.#count.look?.(index, "after");
    return side === "after" ? this.kill() : answer;
  }

  /** What was under way when the process died is carried out, and nobody hears of it. */
  async #passed<T>(run: () => Promise<T>): Promise<T> {
    try {
      const answer = await run();
      return this.dead ? await never() : answer;
    } catch (error) {
      if (this.dead) return never();
      throw error;
    }
  }
}

/** What was not committed is rolled back by the database. */
function gone(connection: Connection): Promise<void> {
  return new Promise((resolve) => {
    if (connection.close !== undefined) return connection.close(() => resolve());
    connection.connection?.stream.destroy();
    resolve();
  });
}

function shape(sql: string): string {
  return sql.replace(/\(.*$/s, "").replace(/["`]/g, "").trim().slice(0, 50);
}

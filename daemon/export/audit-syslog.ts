/**
 * Hands the audit to a syslog receiver, row by row in its order, from where it was left.
 *
 * The audit itself is the buffer: nobody who writes a row waits for a receiver, and one that is away gets what it missed when it comes back.
 * Where we are is kept a turn after what was written, and only while the connection still holds: what a broken one may have swallowed goes
 * again, under the same number.
 */
import { hostname } from "node:os";
import type { Metrics } from "../metrics.ts";
import type { Config } from "../model/config.ts";
import type { Clock, Log, Store } from "../ports.ts";
import { type Leases, leasedTurns } from "../roles/lease.ts";
import type { Role } from "../roles/supervisor.ts";
import { syslogMessage } from "./syslog-message.ts";
import { openWire, type Wire } from "./syslog-wire.ts";

export interface AuditSyslogDeps {
  readonly store: Store;
  readonly clock: Clock;
  readonly log: Log;
  readonly config: () => Config;
  readonly leases: Leases;
  readonly metrics: Pick<Metrics, "auditSyslog" | "auditSyslogWaiting">;
}

const cursorKey = "audit-export:syslog";
const atOnce = 200;
const everyMs = 1_000;
/** After a failure, doubled up to the last. */
const firstPauseMs = 2_000;
const longestPauseMs = 60_000;

export class AuditSyslog implements Role {
  readonly name = "audit-export";
  readonly beatWithinMs = 180_000;
  readonly #deps: AuditSyslogDeps;
  #wire: Wire | undefined;
  /** For which settings it was opened. */
  #to: Config["audit"];
  #written: number | undefined;
  #pauseMs = 0;

  constructor(deps: AuditSyslogDeps) {
    this.#deps = deps;
  }

  async run(signal: AbortSignal, beat: () => void): Promise<void> {
    const { leases, clock } = this.#deps;
    const rest = () => clock.sleep(Math.max(everyMs, this.#pauseMs), signal);
    try {
      await leasedTurns({ role: this.name, everyMs, leases, clock, turn: () => this.turn(), rest }, signal, beat);
    } finally {
      this.#close();
    }
  }

  /** Rows that were written out. */
  async turn(): Promise<number> {
    const { config, store, metrics, log } = this.#deps;
    const to = config().audit?.syslog;
    if (config().audit !== this.#to) this.#close();
    this.#to = config().audit;
    if (to === undefined) return 0;
    const after = await this.#confirm(await this.#cursor());
    const rows = await store.auditAfter(after, atOnce);
    const [first] = rows;
    const end = await store.auditEnd();
    metrics.auditSyslogWaiting.set(end - after);
    if (first === undefined) return 0;
    this.#wire ??= openWire(to);
    try {
      await this.#wire.send(rows.map((row) => syslogMessage(row, to, { hostname: hostname(), pid: process.pid })));
    } catch (error) {
      metrics.auditSyslog.inc({ result: "failed" });
      if (this.#pauseMs === 0) log.warn({ host: to.host, error: String(error) }, "the audit does not get out over syslog; trying again");
      this.#pauseMs = Math.min(Math.max(firstPauseMs, this.#pauseMs * 2), longestPauseMs);
      return 0;
    }
    if (this.#pauseMs > 0) log.info({ host: to.host }, "the audit gets out over syslog again");
    this.#pauseMs = 0;
    // Rows that retention took before they went.
    metrics.auditSyslog.inc({ result: "dropped" }, first.seq - after - 1);
    metrics.auditSyslog.inc({ result: "sent" }, rows.length);
    this.#written = rows.at(-1)?.seq;
    return rows.length;
  }

  /** The last row that is known to be out. The first time: what is there already is not sent, it may be years. */
  async #cursor(): Promise<number> {
    const { store } = this.#deps;
    return (await store.kept<number>(cursorKey)) ?? store.keepFirst(cursorKey, await store.auditEnd());
  }

  /** What was written a turn ago is out, if nobody has told us since that it is not. */
  async #confirm(before: number): Promise<number> {
    const written = this.#written;
    this.#written = undefined;
    if (written === undefined || this.#wire?.holds() !== true) return before;
    const { store, leases } = this.#deps;
    await store.transaction(leases.fence(this.name), (tx) => tx.keep(cursorKey, written));
    return written;
  }

  #close(): void {
    this.#wire?.close();
    this.#wire = undefined;
    this.#written = undefined;
    this.#pauseMs = 0;
  }
}

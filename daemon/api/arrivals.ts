/**
 * Who came in, and who did not, for the audit: the first use of a token after a silence, and wrong tokens, once a minute of each address
 * with their number. Not each request: who calls in a loop, with a right token or a wrong one, does not fill it.
 */
import { HOUR, type Instant } from "../model/time.ts";
import type { AuditEntry } from "../ports.ts";
import type { Caller } from "./access.ts";
import type { ApiDeps } from "./deps.ts";

export interface Arrivals {
  /** A request with a token that is known. */
  came(caller: Caller, address: string): void;
  /** A request with one that is not. */
  wrong(address: string): void;
}

/** A token that was not used for so long is signed in anew (ours): a shift. */
const silenceMs = 8 * HOUR;
const oncePerMs = 60_000;
/** Beyond that many addresses those longest known are told as one: whoever changes theirs with each try does not fill the audit. */
const mostAddresses = 100;
const mostTokens = 1_000;
const others = "others";

interface Wrong {
  /** On the monotonic clock, when a row was written last. */
  writtenMs: number;
  /** Since then. */
  times: number;
  since: Instant;
}

export function createArrivals({ store, clock, log }: Pick<ApiDeps, "store" | "clock" | "log">): Arrivals {
  const seen = new Map<string, number>();
  const refused = new Map<string, Wrong>();

  const write = (entries: readonly AuditEntry[]) => {
    if (entries.length === 0) return;
    // Nobody waits for it, and nobody is turned away because the store cannot take it.
    const missing = () => log.warn({ actions: entries.map(({ action }) => action) }, "an arrival is not in the audit");
    store.transaction(undefined, (tx) => tx.audit(entries)).catch(missing);
  };
  const rowOf = (address: string, wrong: Wrong): AuditEntry => {
    const data = { times: wrong.times, since: new Date(wrong.since).toISOString() };
    return { at: clock.now(), by: "unknown", action: "sign-in.refused", target: address, data };
  };
  /** What was counted and not yet written, of addresses whose minute is over; those who left have no more to be told. */
  const settle = (): readonly AuditEntry[] => {
    const rows: AuditEntry[] = [];
    for (const [address, wrong] of refused) {
      if (clock.monotonicMs() - wrong.writtenMs < oncePerMs) continue;
      if (wrong.times > 0) rows.push(rowOf(address, wrong));
      refused.delete(address);
    }
    return rows;
  };

  return {
    came({ name, function: of }, address) {
      write(settle());
      const key = `${name} ${address}`;
      const last = seen.get(key);
      const now = clock.monotonicMs();
      seen.delete(key);
      seen.set(key, now);
      const oldest = seen.keys().next().value;
      if (seen.size > mostTokens && oldest !== undefined) seen.delete(oldest);
      if (last === undefined || now - last >= silenceMs)
        write([{ at: clock.now(), by: name, action: "sign-in", target: "api", data: { function: of, address } }]);
    },
    wrong(from) {
      const settled = settle();
      const address = refused.has(from) || refused.size < mostAddresses ? from : others;
      const known = refused.get(address);
      if (known !== undefined) {
        if (known.times === 0) known.since = clock.now();
        known.times += 1;
        return write(settled);
      }
      const first = { writtenMs: clock.monotonicMs(), times: 1, since: clock.now() };
      refused.set(address, { ...first, times: 0 });
      write([...settled, rowOf(address, first)]);
    },
  };
}

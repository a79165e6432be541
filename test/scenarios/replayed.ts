/** A scenario's kept looks, run through rules again with the books of its store: maintenance, silences and sessions. */
import type { Rule } from "../../daemon/model/rule.ts";
import { HOUR, MINUTE } from "../../daemon/model/time.ts";
import { type Backtest, backtest } from "../../daemon/replay/backtest.ts";
import { booksOf } from "../../daemon/replay/books.ts";
import type { ReplayedIncident } from "../../daemon/replay/compare.ts";
import type { Scenario } from "./scenario.ts";

interface Rules {
  readonly a?: readonly Rule[];
  readonly b?: readonly Rule[];
}

/** `books`: instead of what the store has. */
export async function replayOf(net: Scenario, rules: Rules = {}, books?: Partial<Awaited<ReturnType<typeof booksOf>>>): Promise<Backtest> {
  await net.looks.stop();
  const { store, config, clock } = net;
  // A clock that was set back shows hours of before the start.
  const from = Math.min(net.start - MINUTE, clock.now() - 24 * HOUR);
  const done = await backtest({
    ...{
      store,
      config,
      from,
      to: Math.max(clock.now(), net.start + 12 * HOUR),
      rulesA: rules.a ?? "recorded",
      rulesB: rules.b ?? config.rules,
    },
    ...(books ?? (await booksOf(store, config, clock, from))),
  });
  if (done === undefined) throw new Error("nothing was kept");
  return done;
}

/** What the evaluator decides. */
export function decided(incidents: readonly ReplayedIncident[]) {
  return incidents.map(({ rootCause, symptom, severity, urgency, detectedAt, openedAt, restoredAt, foldedInto, occurrences }) => ({
    ...{ rootCause, symptom, severity, urgency, detectedAt, openedAt, restoredAt, foldedInto, occurrences },
  }));
}

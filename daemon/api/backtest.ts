/**
 * A rule tried with another limit, wait or count of attempts on what was kept of the last days, before anybody accepts it.
 *
 * One at a time, in slices of a few milliseconds, for a minute at most: looking goes on beside it.
 */
import { changedRule } from "../../rules/changed-rule.ts";
import type { Rule } from "../model/rule.ts";
import { DAY, MINUTE } from "../model/time.ts";
import { type Backtest, backtest, summaryOf } from "../replay/backtest.ts";
import { booksOf } from "../replay/books.ts";
import { incidentJson } from "../replay/compare.ts";
import type { BacktestShape } from "./contract-backtest.ts";
import type { ApiDeps } from "./deps.ts";
import { type Operation, operation } from "./operation.ts";
import { HttpProblem } from "./problem.ts";
import { iso } from "./views.ts";

const mostListed = 200;
const mostMs = MINUTE;
/** Work this long, then let others. */
const sliceMs = 10;
const mostDays = 30;

/** One at a time, over all callers of one API. */
function oneAtATime() {
  const running = new WeakSet<object>();
  return async <T>(of: object, work: () => Promise<T>): Promise<T> => {
    if (running.has(of)) throw new HttpProblem(503, "busy", "A back-test is running; try again in a minute.", { "Retry-After": "60" });
    running.add(of);
    try {
      return await work();
    } finally {
      running.delete(of);
    }
  };
}

export function backtestOperations(): readonly Operation[] {
  const alone = oneAtATime();
  return [
    operation({
      id: "backtestRule",
      method: "post",
      path: "/api/v1/rules/{id}/backtest",
      summary: "Try a rule with another limit, wait or count of attempts on what was kept of the last days; changes nothing",
      access: "write",
      may: "configure",
      body: "BacktestBody",
      answer: "Backtest",
      run: async ({ deps, params, body }) => {
        const { days = mostDays, ...change } = body;
        const rule = deps.config().rules.find(({ id }) => id === params.id);
        if (rule === undefined) throw new HttpProblem(404, "no-such-rule", "No rule in force has this id; `vigie rules list` prints them.");
        const changed = changedRule(rule, change);
        if ("problem" in changed) throw new HttpProblem(422, "invalid-body", `body: ${changed.problem}.`);
        const rules = deps.config().rules.map((each) => (each.id === rule.id ? changed.rule : each));
        const done = await alone(deps.store, () => tried(deps, rules, days));
        if (done === undefined) {
          const { looksDays } = deps.config().retention;
          throw new HttpProblem(
            409,
            "nothing-kept",
            `Nothing was kept of that time: looks are kept for ${looksDays} days (retention.looks).`,
          );
        }
        return { content: viewOf(rule.id, done) };
      },
    }),
  ];
}

async function tried(deps: ApiDeps, rules: readonly Rule[], days: number): Promise<Backtest | undefined> {
  const { store, clock, config } = deps;
  const now = clock.now();
  const beganMs = clock.monotonicMs();
  let sliceAtMs = beganMs;
  const pause = () => {
    if (clock.monotonicMs() - sliceAtMs < sliceMs) return undefined;
    return new Promise<void>((resolve) => setImmediate(resolve)).then(() => {
      sliceAtMs = clock.monotonicMs();
    });
  };
  return backtest({
    ...{ store, pause, config: config() },
    ...(await booksOf(store, config(), clock, now - days * DAY)),
    from: now - days * DAY,
    to: now,
    rulesA: config().rules,
    rulesB: rules,
    enough: () => clock.monotonicMs() - beganMs > mostMs,
  });
}

function viewOf(rule: string, done: Backtest): BacktestShape {
  const { opened, gone, changed, unchanged, looks, missed, ambiguous, lost, complete } = done;
  return {
    ...{ rule, missed, ambiguous, lost, complete },
    from: iso(done.from),
    to: iso(done.to),
    false: done.false,
    summary: summaryOf(done),
    opened: opened.slice(0, mostListed).map(incidentJson),
    gone: gone.slice(0, mostListed).map(incidentJson),
    changed: changed.slice(0, mostListed).map(({ before, after, fields }) => ({
      before: incidentJson(before),
      after: incidentJson(after),
      fields: [...fields],
    })),
    counts: { opened: opened.length, gone: gone.length, changed: changed.length, unchanged, looks },
    otherConfigs: done.otherConfigs.length,
  };
}

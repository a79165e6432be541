/**
 * Rules tried on what was kept: what they would have opened, beside what other rules (or the daemon) opened.
 *
 * Everything is read from the store and nothing is written. It runs in slices, so that a daemon can run it beside its work.
 */
import type { Config } from "../model/config.ts";
import type { Incident } from "../model/incident.ts";
import type { CheckLooks, PieceHead } from "../model/looks.ts";
import type { Rule } from "../model/rule.ts";
import { type Instant, MINUTE } from "../model/time.ts";
import type { Store } from "../ports.ts";
import { compare, type Difference, named, overlapping, type ReplayedIncident, recorded, recordedFields, replayed } from "./compare.ts";
import { ReplayEngine, type ReplayWorld } from "./engine.ts";
import type { Course } from "./incidents.ts";

/** What is tried: rules, and what else is other than in the configuration. */
export interface Tried {
  readonly rules: readonly Rule[];
  readonly network?: Config["network"];
  /** Beside those of both. */
  readonly gates?: ReplayWorld["gates"];
}

export interface BacktestInput {
  readonly store: Pick<Store, "lookStart" | "lookPieces" | "looksKept" | "looksOf" | "looksCheckpoint" | "incidents" | "loadInventories">;
  readonly config: Config;
  readonly from: Instant;
  readonly to: Instant;
  /** What is compared with: these rules, or `recorded`: what the daemon opened. */
  readonly rulesA: readonly Rule[] | "recorded";
  readonly rulesB: readonly Rule[];
  /** Replays `rulesA` meanwhile, up to that time (a thread of its own); undefined: they are run here. */
  readonly beside?: (to: Instant) => Promise<readonly Course[]>;
  /** For both. */
  readonly gates?: ReplayWorld["gates"];
  readonly bookings?: ReplayWorld["bookings"];
  /** How far it is: 0 to 1, and the time that was reached. */
  readonly progress?: (share: number, at: Instant) => void;
  /** Awaited now and then; undefined: go on. May reject, to end it. */
  readonly pause?: () => Promise<void> | undefined;
  /** Asked between pieces: stop here, with what was covered. */
  readonly enough?: () => boolean;
}

export interface Backtest extends Difference {
  /** Incidents of the daemon that would not open, and that people called a false alarm. */
  readonly false: number;
  /** Incidents of the daemon that would not open, and that were none. */
  readonly missed: number;
  /** The time that was asked for, as far as it was covered. */
  readonly from: Instant;
  readonly to: Instant;
  /** Where the replay began: at kept alarms, or with none (`clean`): then what was wrong already opens anew. */
  readonly begin: { readonly at: Instant; readonly clean: boolean };
  readonly before: readonly ReplayedIncident[];
  readonly after: readonly ReplayedIncident[];
  readonly looks: number;
  readonly judged: number;
  /** Runs of values in which a limit of the tried rules lies: for these looks it is no longer known which side they were on. */
  readonly ambiguous: number;
  readonly lost: number;
  /** It came to the end of the time asked for, as far as anything was kept. */
  readonly complete: boolean;
  /** Times of more than five minutes in which nothing was kept. */
  readonly gaps: readonly { readonly from: Instant; readonly to: Instant }[];
  /** Hashes of other configurations than the one in force now. */
  readonly otherConfigs: readonly string[];
}

const gapMs = 5 * MINUTE;
const noPause = () => undefined;

/** Undefined: nothing was kept of that time. */
export async function backtest({ rulesB, ...input }: BacktestInput): Promise<Backtest | undefined> {
  const [done] = (await backtests({ ...input, tried: [{ rules: rulesB }] })) ?? [];
  return done;
}

/** Several changes beside the same rules: what was kept is read once. Undefined: nothing was kept of that time. */
export async function backtests(
  input: Omit<BacktestInput, "rulesB"> & { readonly tried: readonly Tried[] },
): Promise<readonly Backtest[] | undefined> {
  const started = await start(input);
  if (started === undefined) return undefined;
  const { store, config, rulesA } = input;
  const { begin, to, engineOf } = started;
  const beside = rulesA === "recorded" ? undefined : input.beside?.(to);
  // What goes wrong there is told below, where it is waited for.
  beside?.catch(() => undefined);
  const tried = input.tried.map(engineOf);
  const other = rulesA === "recorded" || beside !== undefined ? undefined : engineOf({ rules: rulesA });
  const covered = await runPieces({ ...input, to }, begin.at, other === undefined ? tried : [other, ...tried]);
  const courses = await (beside ?? other?.courses());
  // A clock that was set back shows hours of before the beginning.
  const from = Math.max(input.from, Math.min(begin.at, covered.earliest));
  const end = Math.min(to, covered.to);
  const known = recorded(await incidentsOf(store, from, end));
  const before = courses === undefined ? known : named(replayed(courses, from, end), known);
  return tried.map((engine) => {
    const after = named(replayed(engine.courses(), from, end), known);
    const difference =
      courses === undefined ? compare(before, after, { fields: recordedFields, toleranceMs: 1_000 }) : compare(before, after);
    const { looks, judged, ambiguous, lost } = engine.counts;
    return {
      ...difference,
      ...judgedBy(known, before, after),
      ...{ from, to: end, begin, before, after, gaps: covered.gaps, complete: covered.complete, looks, judged, ambiguous, lost },
      otherConfigs: [...engine.configs].filter((hash) => hash !== config.hash),
    };
  });
}

/** What came of each incident under these rules. Undefined: nothing was kept of that time. */
export async function coursesUnder(
  input: Pick<BacktestInput, "store" | "config" | "from" | "to" | "gates" | "bookings"> & { readonly rules: readonly Rule[] },
): Promise<readonly Course[] | undefined> {
  const started = await start(input);
  if (started === undefined) return undefined;
  const engine = started.engineOf({ rules: input.rules });
  await runPieces({ ...input, to: started.to }, started.begin.at, [engine]);
  return [...engine.courses()];
}

/** Where a replay begins and ends, and what runs it. */
async function start({ store, config, from, to, gates: given = [], bookings }: Omit<BacktestInput, "rulesA" | "rulesB">) {
  const kept = await store.looksKept();
  if (kept === undefined || kept.to < from || kept.from > to) return undefined;
  const found = await store.lookStart(Math.max(from, kept.from));
  const begin = { at: found?.from ?? kept.from, clean: found === undefined };
  const checkpoint = found === undefined ? undefined : await store.looksCheckpoint(found);
  const inventories = await store.loadInventories();
  const engineOf = ({ rules, network = config.network, gates = [] }: Tried) =>
    new ReplayEngine({
      config: { ...config, network, rules },
      inventories,
      ...(checkpoint === undefined ? {} : { checkpoint }),
      gates: [...given, ...gates],
      ...(bookings === undefined ? {} : { bookings }),
    });
  // What a running daemon writes meanwhile is left for the next time.
  return { begin, to: Math.min(to, kept.to), engineOf };
}

/**
 * Counted by what the daemon opened: a replay, where nobody closes anything, reopens what comes back soon, and one incident of it may stand
 * for several. A test is neither, nor is a duplicate of what is still told.
 */
function judgedBy(known: readonly ReplayedIncident[], before: readonly ReplayedIncident[], after: readonly ReplayedIncident[]) {
  const [wasThere, isThere] = [overlapping(before), overlapping(after)];
  const counted = known.filter(
    ({ foldedInto, disposition }) => foldedInto === undefined && disposition !== "test" && disposition !== "duplicate",
  );
  const gone = counted.filter((each) => wasThere(each) && !isThere(each));
  const wrong = gone.filter(({ disposition }) => disposition === "false-alarm").length;
  return { false: wrong, missed: gone.length - wrong };
}

async function runPieces(
  input: Pick<BacktestInput, "store" | "to" | "progress" | "pause" | "enough">,
  begin: Instant,
  engines: readonly ReplayEngine[],
) {
  const { store, to, progress, pause = noPause, enough } = input;
  const gaps: { from: Instant; to: Instant }[] = [];
  let [reached, earliest] = [begin, begin];
  for await (const head of store.lookPieces(begin, to)) {
    if (head.from < begin) continue;
    if (head.from - reached > gapMs) gaps.push({ from: reached, to: head.from });
    const checks = await checksOf(store, head, pause);
    if (reached === begin) earliest = Math.min(earliest, firstSeen(checks, begin));
    for (const engine of engines) await engine.piece(head, checks, pause);
    reached = Math.max(reached, head.to);
    for (let turn = 0; turn < head.turns.length; turn += 1) earliest = Math.min(earliest, head.turns[turn] ?? earliest);
    progress?.((reached - begin) / Math.max(1, to - begin), reached);
    if (enough?.() === true) return { to: reached, earliest, gaps, complete: reached >= to };
  }
  return { to: reached, earliest, gaps, complete: true };
}

/** What the first turn judged was seen before it, and opens incidents with that time; what waited longer was seen in another's time. */
function firstSeen(checks: readonly CheckLooks[], begin: Instant): Instant {
  const seen = checks.map((each) => each.times().at[0] ?? begin);
  return Math.max(Math.min(begin, ...seen), begin - MINUTE);
}

async function checksOf(store: BacktestInput["store"], head: PieceHead, pause: () => Promise<void> | undefined) {
  const checks: CheckLooks[] = [];
  for await (const some of store.looksOf(head)) {
    checks.push(...some);
    await pause();
  }
  return checks;
}

const pageSize = 500;

/** Every incident that opened in this time. */
async function incidentsOf(store: BacktestInput["store"], from: Instant, to: Instant): Promise<readonly Incident[]> {
  const found: Incident[] = [];
  let before: { readonly openedAt: Instant; readonly id: string } | undefined;
  for (;;) {
    const page = await store.incidents({ since: from, limit: pageSize, ...(before === undefined ? {} : { before }) });
    found.push(...page.filter(({ openedAt }) => openedAt <= to));
    const last = page.at(-1);
    if (last === undefined || page.length < pageSize) return found;
    before = { openedAt: last.openedAt, id: last.id };
  }
}

/** As it is printed: `missed: 0, false: −14`. `false` is how many false alarms would be gone. */
export function summaryOf({ missed, false: noise }: Pick<Backtest, "missed" | "false">): string {
  return `missed: ${missed}, false: ${noise === 0 ? "0" : `−${noise}`}`;
}

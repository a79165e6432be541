/**
 * `vigie replay`: what was kept of a time, run through the rules again; which incidents would be new, gone, or otherwise.
 *
 * Reads the database, beside a running daemon too; writes nothing and tells nobody.
 */
import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { DateTime } from "luxon";
import { projectRoot } from "../../probes/built.ts";
import { parsePack } from "../../rules/pack.ts";
import { systemClock } from "../clock.ts";
import { loadConfig } from "../config/load.ts";
import { formatProblem } from "../config/problems.ts";
import type { Config } from "../model/config.ts";
import type { Rule } from "../model/rule.ts";
import { DAY, HOUR, type Instant, MINUTE } from "../model/time.ts";
import type { Store } from "../ports.ts";
import { type Backtest, backtest } from "../replay/backtest.ts";
import { booksOf } from "../replay/books.ts";
import { openStore } from "../store/open.ts";
import { demoSecrets } from "./demo.ts";
import type { Io } from "./io.ts";
import { progressOn } from "./progress.ts";
import { type Beside, besideOf } from "./replay-beside.ts";
import { replayJson, replayText } from "./replay-text.ts";

const HELP = `Usage: vigie replay [--from TIME] [--to TIME] [--rules FILE…] [--config FILE | --demo] [--json]

Runs what the rules looked at through them once more, in virtual time, and prints the difference: incidents that would be new, gone,
or otherwise (severity, level, times). Without --rules: the configuration's rules, beside what the daemon opened. With --rules: the rules
of those packs (one with a known id replaces it), beside the configuration's own. Nothing is written, nobody is told; the daemon may be running.
People's acts are not replayed. Looks are kept for 30 days (retention.looks); the newest are written at most half an hour late.

  --from TIME    2026-11-18, 2026-11-18T14:00 (in the instance's time zone), 2026-11-18T14:00:00Z, or an age: 90m, 24h, 7d; default 24h
  --to TIME      default: now
  --rules FILE   a rule pack (docs/rules.md); may be given again
  --config FILE  default: vigie.yaml
  --demo         what the demo network was looked at, while it runs or after
  --json         print one JSON object: from, to, opened, gone, changed, missed, false, …
  --help         this text

Exit code: 0 nothing differs, 1 something does (or nothing was kept, or it could not be read), 2 wrong use.`;

function asked(argv: readonly string[]) {
  const options = {
    from: { type: "string", default: "24h" },
    to: { type: "string", default: "0m" },
    rules: { type: "string", multiple: true },
    config: { type: "string" },
    demo: { type: "boolean" },
    json: { type: "boolean" },
    help: { type: "boolean", short: "h" },
  } as const;
  return parseArgs({ args: [...argv], options, strict: true }).values;
}

export async function replay(argv: readonly string[], io: Io): Promise<number> {
  let values: ReturnType<typeof asked>;
  try {
    values = asked(argv);
  } catch (error) {
    io.err(`vigie replay: ${(error as Error).message}\n\n${HELP}`);
    return 2;
  }
  if (values.help === true) {
    io.out(HELP);
    return 0;
  }
  const source = sourceOf(values.config, values.demo === true);
  const loaded = await loadConfig(source.file, source);
  if (!loaded.ok) {
    for (const problem of loaded.problems) io.err(formatProblem(problem));
    return 1;
  }
  const { config } = loaded;
  const { timezone } = config.instance;
  const [from, to] = [instantOf(values.from, timezone), instantOf(values.to, timezone)];
  const wrong = [from === undefined ? `--from ${values.from}` : "", to === undefined ? `--to ${values.to}` : ""].filter(Boolean);
  if (from === undefined || to === undefined || from >= to) {
    const what =
      wrong.length > 0 ? `${wrong.join(" and ")} is no time; write 2026-11-18T14:00 or an age like 24h` : "--from must lie before --to";
    io.err(`vigie replay: ${what}\n\n${HELP}`);
    return 2;
  }
  const rules = rulesOf(values.rules, config, io);
  if (rules === undefined) return 1;
  const { storage } = config;
  if (storage.kind === "sqlite" && !existsSync(storage.path)) {
    io.err(`storage.sqlite: there is no database at ${storage.path}; has the daemon run yet?`);
    return 1;
  }
  return run({ config, source, from, to, rules, own: values.rules === undefined, json: values.json === true }, io);
}

/** Where the configuration is read. The demo's secrets are made anew at each start, and none is needed here. */
function sourceOf(file: string | undefined, demo: boolean): Source {
  if (!demo) return { file: file ?? "vigie.yaml", demo, env: process.env };
  const env = { ...Object.fromEntries(demoSecrets.map((name) => [name, "not needed for a replay"])), ...process.env };
  return { file: file ?? join(projectRoot(), "demo", "vigie.yaml"), demo, env };
}

type Source = Pick<Beside, "file" | "demo" | "env">;

interface Asked {
  readonly config: Config;
  readonly source: Source;
  readonly from: Instant;
  readonly to: Instant;
  readonly rules: readonly Rule[];
  /** The configuration's own rules, beside what the daemon opened. */
  readonly own: boolean;
  readonly json: boolean;
}

async function run(wanted: Asked, io: Io): Promise<number> {
  const { config, source, from, to, rules, own, json } = wanted;
  const beside = own ? undefined : besideOf({ ...source, hash: config.hash, from });
  const store = await openStore({ storage: config.storage, stateDir: config.instance.stateDir, clock: systemClock });
  const bar = progressOn(process.stderr, io.err);
  try {
    const done = await backtest({
      ...{ store, config, from, to },
      ...(await booksOf(store, config, systemClock, from)),
      rulesA: own ? "recorded" : config.rules,
      rulesB: rules,
      ...(beside === undefined ? {} : { beside }),
      progress: (share, at) => bar.tell(share, `replayed to ${new Date(at).toISOString()}`),
    });
    bar.end();
    if (done === undefined) return await nothing(wanted, store, io);
    if (json) io.out(JSON.stringify(replayJson(done)));
    else for (const line of replayText(done, own)) io.out(line);
    return differs(done) ? 1 : 0;
  } finally {
    bar.end();
    await store.close();
  }
}

function differs({ opened, gone, changed }: Backtest): boolean {
  return opened.length + gone.length + changed.length > 0;
}

async function nothing({ config, from, to }: Asked, store: Store, io: Io): Promise<number> {
  const kept = await store.looksKept();
  const since = kept === undefined ? "none is kept yet" : `there are some from ${iso(kept.from)} to ${iso(kept.to)}`;
  io.err(
    `vigie replay: nothing was kept between ${iso(from)} and ${iso(to)}: looks are kept for ${config.retention.looksDays} days (retention.looks), ` +
      `and ${since}; a running daemon writes its newest at most half an hour late`,
  );
  return 1;
}

function iso(at: Instant): string {
  return new Date(at).toISOString();
}

const units: Readonly<Record<string, number>> = { m: MINUTE, h: HOUR, d: DAY };

/** A time, or an age before now; undefined: neither. */
function instantOf(text: string, zone: string): Instant | undefined {
  const [, amount, unit] = /^(\d{1,6})([mhd])$/.exec(text) ?? [];
  if (amount !== undefined && unit !== undefined) return systemClock.now() - Number(amount) * (units[unit] ?? MINUTE);
  const time = DateTime.fromISO(text, { zone });
  return time.isValid ? time.toMillis() : undefined;
}

/** The configuration's rules with those of the packs; undefined when one cannot be read: it has been said. */
function rulesOf(files: readonly string[] | undefined, config: Config, io: Io): readonly Rule[] | undefined {
  const rules = new Map(config.rules.map((rule) => [rule.id, rule]));
  let readable = true;
  for (const file of files ?? []) {
    if (!existsSync(file)) {
      io.err(`vigie replay: ${file} is not there; name a rule pack with --rules`);
      readable = false;
      continue;
    }
    const pack = parsePack(file, readFileSync(file, "utf8"));
    for (const problem of pack.problems) io.err(formatProblem(problem));
    readable &&= pack.problems.length === 0;
    for (const rule of pack.rules) rules.set(rule.id, rule);
  }
  return readable ? [...rules.values()] : undefined;
}

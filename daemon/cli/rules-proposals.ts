/**
 * `vigie rules proposals`: for each rule with false alarms the changes that would have avoided them, tried on what was kept.
 *
 * Reads the database beside a running daemon; writes nothing. Accepting is done over the API, by a token: somebody answers for it.
 */
import { existsSync } from "node:fs";
import type { ProposalShape } from "../api/contract-rules.ts";
import { proposalView } from "../api/rule-view.ts";
import { systemClock } from "../clock.ts";
import { type LoadOptions, loadConfig } from "../config/load.ts";
import { formatProblem } from "../config/problems.ts";
import type { Config } from "../model/config.ts";
import type { Rule } from "../model/rule.ts";
import type { Store } from "../ports.ts";
import { ProposalTests } from "../proposal-tests.ts";
import { proposedFor } from "../proposing.ts";
import { openStore } from "../store/open.ts";
import type { Io } from "./io.ts";

interface RuleProposals {
  readonly rule: string;
  readonly falseAlarms: number;
  readonly proposals: readonly ProposalShape[];
}

export interface ProposalsAsked {
  /** Undefined: every rule. */
  readonly id: string | undefined;
  readonly config: string | undefined;
  readonly json: boolean;
}

export async function printProposals(
  { id, config: file = "vigie.yaml", json }: ProposalsAsked,
  io: Io,
  options: LoadOptions,
): Promise<number> {
  const loaded = await loadConfig(file, options);
  if (!loaded.ok) {
    for (const problem of loaded.problems) io.err(formatProblem(problem));
    return 1;
  }
  const { config } = loaded;
  const { storage, instance } = config;
  const rules = config.rules.filter((rule) => id === undefined || rule.id === id);
  if (rules.length === 0) {
    io.err(`rules: no rule in force has the id "${id}"; vigie rules list prints them`);
    return 1;
  }
  if (storage.kind === "sqlite" && !existsSync(storage.path)) {
    io.err(`storage.sqlite: there is no database at ${storage.path}; has the daemon run yet?`);
    return 1;
  }
  const store = await openStore({ storage, stateDir: instance.stateDir, clock: systemClock });
  try {
    const all: RuleProposals[] = [];
    for (const rule of rules) {
      const found = await proposalsOf(store, config, rule, io);
      if (found.falseAlarms > 0) all.push(found);
    }
    if (json) io.out(JSON.stringify({ items: all }));
    else for (const line of all.length === 0 ? ["no false alarm in 90 days: nothing is proposed"] : all.flatMap(linesOf)) io.out(line);
    return 0;
  } finally {
    await store.close();
  }
}

async function proposalsOf(store: Store, config: Config, rule: Rule, io: Io): Promise<RuleProposals> {
  const parts = { store, config: () => config, clock: systemClock };
  const { falseAlarms, proposals } = await proposedFor(parts, rule);
  const warn = (fields: object, text: string) => io.err(`${rule.id}: ${text} (${JSON.stringify(fields)})`);
  const quiet = { debug() {}, info() {}, warn, error: warn, child: () => quiet };
  const tests = new ProposalTests({ ...parts, log: quiet });
  const changes = proposals.map(({ change }) => change);
  tests.of(rule, changes);
  await tests.idle();
  const found = tests.of(rule, changes);
  return {
    rule: rule.id,
    falseAlarms: falseAlarms.length,
    proposals: proposals.flatMap((each, index) => {
      const test = found[index];
      return test === undefined ? [] : [proposalView(rule, each, test, systemClock.now())];
    }),
  };
}

function linesOf({ rule, falseAlarms, proposals }: RuleProposals): readonly string[] {
  const count = `${falseAlarms} false alarm${falseAlarms === 1 ? "" : "s"} in 90 days`;
  if (proposals.length === 0) return [`${rule}: ${count}; no change would have avoided them without missing a real failure`];
  return [
    `${rule}: ${count}`,
    ...proposals.flatMap((each) => [
      `  ${each.kind}: ${each.from} becomes ${each.to}${each.rooms.length === 0 ? "" : ` for ${each.rooms.join(", ")}`}${each.window === undefined ? "" : ` on ${each.window.devices.join(", ")}`}`,
      `    ${each.summary} (${basisOf(each)})`,
      `    ${each.why}`,
      ...each.yaml
        .trimEnd()
        .split("\n")
        .map((line) => `      ${line}`),
    ]),
  ];
}

function basisOf({ test, judgedBy }: ProposalShape): string {
  if (judgedBy === "replay") return `replayed from ${test.from} to ${test.to}; new: ${test.opened}, changed: ${test.changed}`;
  return test.state === "finished"
    ? "estimated from the incidents of 30 days: no looks are kept"
    : "estimated from the incidents of 30 days: the replay failed";
}

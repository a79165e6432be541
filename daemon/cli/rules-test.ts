/**
 * Runs the cases of rule packs and says what does not hold.
 */
import { unnoticed } from "../../rules/mutants.ts";
import { type Miss, runCase } from "../../rules/packtest.ts";
import { formatProblem } from "../config/problems.ts";
import type { ConfigProblem } from "../model/config.ts";
import type { Io } from "./io.ts";
import type { PackFile } from "./rules-packs.ts";

interface Failure extends Miss {
  readonly file: string;
  readonly rule: string;
  readonly case: string;
}

export interface TestReport {
  readonly ok: boolean;
  readonly packs: number;
  readonly rules: number;
  readonly cases: number;
  readonly failures: readonly Failure[];
  /** What keeps a pack, or a rule of it, from being read. */
  readonly problems: readonly ConfigProblem[];
  /** Rules without a case. */
  readonly untested: readonly string[];
  /** Changes of a rule that no case notices; only when asked for. */
  readonly unnoticed?: readonly { readonly file: string; readonly rule: string; readonly change: string }[];
}

export function testPacks(packs: readonly PackFile[], mutants: boolean): TestReport {
  const failures = packs.flatMap(({ file, rules, tests }) =>
    tests.flatMap((test): readonly Failure[] => {
      const rule = rules.find(({ id }) => id === test.rule);
      const misses = rule === undefined ? [] : runCase(rule, test).misses;
      return misses.map((miss) => ({ file, rule: test.rule, case: test.name, ...miss }));
    }),
  );
  const problems = packs.flatMap((pack) => pack.problems);
  const rules = packs.flatMap(({ file, rules: own, tests }) =>
    own.map((rule) => ({ file, rule, tests: tests.filter((test) => test.rule === rule.id) })),
  );
  const tested = rules.filter(({ tests }) => tests.length > 0);
  const missed = mutants
    ? tested.flatMap(({ file, rule, tests }) => unnoticed(rule, tests).map(({ what }) => ({ file, rule: rule.id, change: what })))
    : [];
  return {
    ok: failures.length + problems.length + missed.length === 0,
    packs: packs.length,
    rules: rules.length,
    cases: packs.reduce((sum, { tests }) => sum + tests.length, 0),
    failures,
    problems,
    untested: rules.filter(({ tests }) => tests.length === 0).map(({ rule }) => rule.id),
    ...(mutants ? { unnoticed: missed } : {}),
  };
}

function many(count: number, one: string): string {
  return `${count} ${one}${count === 1 ? "" : "s"}`;
}

/** Resolves to the exit code. */
export function printReport(report: TestReport, json: boolean, io: Io): number {
  const { failures, problems, untested, unnoticed: missed = [] } = report;
  if (json) {
    io.out(JSON.stringify(report));
    return report.ok ? 0 : 1;
  }
  for (const problem of problems) io.out(formatProblem(problem));
  for (const { file, line, rule, case: name, step, at, what, wanted, found } of failures) {
    io.out(`${file}${line === undefined ? "" : `:${line}`}: ${rule}: "${name}", step ${step} at ${at / 1000} s`);
    io.out(`    ${what} wanted: ${wanted}`);
    io.out(`    ${" ".repeat(what.length)}  found: ${found}`);
  }
  for (const { file, rule, change } of missed) io.out(`${file}: ${rule}: no case notices: ${change}`);
  for (const id of untested) io.err(`${id} has no case`);
  const failed = new Set(failures.map(({ file, rule, case: name }) => `${file} ${rule} ${name}`)).size;
  const bad = [
    ...(failed > 0 ? [`${failed} failed`] : []),
    ...(problems.length > 0 ? [many(problems.length, "problem")] : []),
    ...(missed.length > 0 ? [`${many(missed.length, "change")} unnoticed`] : []),
  ];
  io.out(
    `${many(report.cases, "case")} of ${many(report.rules, "rule")} in ${many(report.packs, "pack")}: ${bad.join(", ") || "all hold"}`,
  );
  return report.ok ? 0 : 1;
}

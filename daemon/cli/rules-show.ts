/**
 * Prints the rules: a line each, or one of them whole.
 */

import { nearest } from "../config/problems.ts";
import type { Condition, Rule } from "../model/rule.ts";
import type { Io } from "./io.ts";
import { type Gathered, type ListedRule, listRules } from "./rules-packs.ts";

/** `codec, endpoint`, or `all`. */
export function appliesText({ applies }: Rule): string {
  return [...(applies.kinds ?? []), ...(applies.families ?? [])].join(", ") || "all";
}

export function durationText(ms: number): string {
  for (const [unit, of] of [
    ["h", 3_600_000],
    ["m", 60_000],
    ["s", 1000],
  ] as const)
    if (ms % of === 0 && ms > 0) return `${ms / of}${unit}`;
  return ms === 0 ? "0s" : `${ms}ms`;
}

/** `2 looks, for 25s`, or `at once`. */
export function whenText({ attempts, forMs, when }: Rule): string {
  const words = [...(attempts > 1 ? [`${attempts} looks`] : []), ...(forMs > 0 ? [`for ${durationText(forMs)}`] : [])];
  return words.join(", ") || (when.on === "fault" ? "when it says so" : when.on === "absent" ? "when its time is over" : "at once");
}

function list(word: string, words: readonly string[] | undefined): string {
  return words === undefined || words.length === 0 ? "" : ` ${word} ${words.join(", ")}`;
}

/** The condition in words: `icmp_loss_ratio above 0.01, clears at 0.005`. */
export function conditionText(when: Condition): string {
  switch (when.on) {
    case "fault":
      return "a notification, or the device itself, says so";
    case "look":
      return `a look over ${when.kind} is ${when.status ?? "down"}${list("for", when.codes)}`;
    case "code":
      return `a look over ${when.kind} ends with ${when.codes.join(", ")}`;
    case "absent": {
      const what = when.what === "look" ? `look over ${when.name}` : `${when.what} ${when.name}`;
      return `no ${what}${list("of", when.partPrefix === undefined ? [] : [when.partPrefix])} within ${durationText(when.withinMs)}`;
    }
    case "sample": {
      const limit = when.above === undefined ? `below ${when.below}` : `above ${when.above}`;
      const per = when.perMs === undefined ? "" : `, its change in ${durationText(when.perMs)},`;
      return `${when.name}${list("of", when.partPrefix === undefined ? [] : [when.partPrefix])}${per} ${limit}${when.clear === undefined ? "" : `, clears at ${when.clear}`}`;
    }
    case "reading": {
      const words = when.not === undefined ? list("is", when.is) : list("is none of", when.not);
      const of = `${list("of", when.partPrefix === undefined ? when.parts : [when.partPrefix])}${list("of any part but", when.exceptParts)}`;
      return `${when.name}${of}${words}${when.clear === undefined ? "" : `, clears at ${when.clear.join(", ")}`}`;
    }
    case "all":
      return when.of.map(conditionText).join(" and ");
    case "any":
      return when.of.map(conditionText).join(" or ");
  }
}

export function printList(gathered: Gathered, json: boolean, io: Io): number {
  const listed = listRules(gathered);
  if (json) {
    io.out(JSON.stringify({ items: listed }));
    return 0;
  }
  const rows = [
    ["RULE", "SYMPTOM", "APPLIES TO", "RAISED", "SOURCE"],
    ...listed.map(({ rule, enabled }) => [
      `${rule.id}${enabled ? "" : " (disabled)"}`,
      rule.symptom,
      appliesText(rule),
      whenText(rule),
      rule.source,
    ]),
  ];
  const widths = rows[0]?.map((_, column) => Math.max(...rows.map((row) => row[column]?.length ?? 0))) ?? [];
  for (const row of rows)
    io.out(row.map((cell, column) => (column === row.length - 1 ? cell : cell.padEnd(widths[column] ?? 0))).join("  "));
  return 0;
}

function whole({ rule, file, enabled }: ListedRule): readonly string[] {
  const lines = [
    `${rule.id}${enabled ? "" : " (disabled)"}   ${file}`,
    `  symptom     ${rule.symptom}${rule.part === undefined ? "" : ` (${rule.part})`}`,
    `  applies to  ${appliesText(rule)}`,
    `  when        ${conditionText(rule.when)}`,
    `  raised      ${whenText(rule)}${rule.retryMs === undefined ? "" : `, looks again after ${durationText(rule.retryMs)}`}`,
    `  cleared by  ${rule.clearedBy === "trap" ? "a look, or the paired notification" : "a look"}`,
    `  reach       ${rule.reach}${rule.outOfService ? "; the device is out of service" : ""}${rule.eventOnly ? "; an event, no incident" : ""}`,
    `  source      ${rule.source}`,
  ];
  const texts = (["fr", "en"] as const).flatMap((language) => {
    const { title, clinic, steps } = rule.text[language];
    return ["", `  ${language}  ${title}`, `      ${clinic}`, ...steps.map((step, index) => `      ${index + 1}. ${step}`)];
  });
  return [...lines, ...texts];
}

export function printRule(gathered: Gathered, id: string, json: boolean, io: Io): number {
  const listed = listRules(gathered);
  const found = listed.find(({ rule }) => rule.id === id);
  if (found === undefined) {
    const near = nearest(
      id,
      listed.map(({ rule }) => rule.id),
    );
    io.err(`rules: there is no rule "${id}"${near === undefined ? "; vigie rules list has them all" : `; did you mean ${near}?`}`);
    return 1;
  }
  if (json) io.out(JSON.stringify(found));
  else for (const line of whole(found)) io.out(line);
  return 0;
}

/**
 * Prints the rules: a line each, or one of them whole.
 */

import { durationWord } from "../../rules/packwrite.ts";
import { nearest } from "../config/problems.ts";
import { appliesText, conditionText, raisedText } from "../text/rule-words.ts";
import type { Io } from "./io.ts";
import { type Gathered, type ListedRule, listRules } from "./rules-packs.ts";

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
      raisedText(rule),
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
    `  raised      ${raisedText(rule)}${rule.retryMs === undefined ? "" : `, looks again after ${durationWord(rule.retryMs)}`}`,
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

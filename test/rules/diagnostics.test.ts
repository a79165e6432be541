/** The rules for diagnostics messages: every type belongs to exactly one of them. */
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, it } from "vitest";
import { projectRoot } from "../../probes/built.ts";
import { evaluateCondition } from "../../rules/condition.ts";
import { parsePack } from "../../rules/pack.ts";
import { seen } from "./made.ts";

const { rules } = parsePack("codec.yaml", readFileSync(join(projectRoot(), "rules", "packs", "codec.yaml"), "utf8"));
const ours = rules.filter((rule) => rule.symptom === "device-diagnostic");
const lists = ours.map(({ when }) => (when.on === "reading" ? (when.parts ?? []) : []));
const ruleFor = (part: string) =>
  ours
    .filter(
      ({ when }) =>
        evaluateCondition(when, seen(1, { readings: [{ name: "diagnostic", part, value: "critical" }] }), part, false).value === true,
    )
    .map(({ id }) => id);

it("every listed type has one rule, and a type that nobody listed has the first", () => {
  expect(ours.length).toBe(6);
  for (const [index, list] of lists.entries()) for (const part of list) expect(ruleFor(part), part).toEqual([ours[index]?.id]);
  for (const part of ["fanstatus", "temperaturecheck", "platformsanity", "firmwareofthefuture"])
    expect(ruleFor(part)).toEqual(["diagnostic-other"]);
});

it("the first rule leaves out what the others list, and no more", () => {
  const first = ours[0]?.when;
  const left = first?.on === "reading" ? [...(first.exceptParts ?? [])] : [];
  expect(left.sort()).toEqual(lists.flat().sort());
});

/** The rules for diagnostics messages: every type belongs to exactly one of them. */
import { readdirSync, readFileSync } from "node:fs";
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

const packs = join(projectRoot(), "rules", "packs");
const all = readdirSync(packs).flatMap((file) => parsePack(file, readFileSync(join(packs, file), "utf8")).rules);

it("what a rule leaves to another symptom is a symptom that a rule raises, and the parts are parts of either", () => {
  const symptoms = new Set(all.map(({ symptom }) => symptom));
  const listed = new Set([...lists.flat(), "temperaturecheck", "fanstatus"]);
  const hidings = all.flatMap(({ id, symptom, hiddenBy }) => (hiddenBy ?? []).map((by) => ({ id, own: symptom, ...by })));
  expect(hidings.length).toBeGreaterThan(10);
  for (const { id, own, symptom, parts = [], of = [] } of hidings) {
    expect([id, symptom, symptoms.has(symptom), symptom === own]).toEqual([id, symptom, true, false]);
    for (const part of [...parts, ...of]) expect([id, part, listed.has(part)]).toEqual([id, part, true]);
    if (parts.length > 0) for (const part of parts) expect([part, ruleFor(part)]).toEqual([part, [id]]);
  }
});

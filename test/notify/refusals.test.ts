/** Why an act is refused is said in both languages: every refusal that stands in a desk or a rule has its French. */
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, it } from "vitest";
import { refusalsInFrench } from "../../daemon/text/refusals-fr.ts";
import { refusalText } from "../../daemon/text/why.ts";

const root = join(import.meta.dirname, "..", "..");
/** What the forms of the pages come to. */
const desks = [
  "daemon/roles/acting.ts",
  "daemon/roles/desk.ts",
  "daemon/roles/work-desk.ts",
  "daemon/intake/desk.ts",
  "rules/handover.ts",
  "rules/followup.ts",
];
/** Only the operator of an API meets these: a page offers what there is. */
const notOnPages = /there is no (function|contact|task|request|incident)\b|has no number|no rule opens an incident/;

function refusalsOf(file: string): readonly string[] {
  const text = readFileSync(join(root, file), "utf8");
  const found = text.matchAll(/(?:refused: |status: 4\d\d, problem: |refused?\(4\d\d, |return |\? |: )(`[^`]*`|"[^"]*")/g);
  return [...found]
    .map(([, literal = ""]) =>
      literal
        .slice(1, -1)
        .replace(/\$\{[^}]*\}/g, "x")
        .replace(/^\w+: /, ""),
    )
    .filter(
      (each) =>
        / /.test(each) &&
        !notOnPages.test(each) &&
        !/^the offer was|^raised to| holds it$| works on it$| accepted it$| gave it back$/.test(each),
    );
}

it("every refusal that a form may meet has its French", () => {
  const all = desks.flatMap(refusalsOf);
  expect(all.length).toBeGreaterThan(20);
  expect(all.filter((each) => refusalText(each, "fr") === each)).toEqual([]);
});

it("each stands once, and its French has the same placeholders or fewer", () => {
  expect(new Set(refusalsInFrench.map(([english]) => english)).size).toBe(refusalsInFrench.length);
  const names = (text: string) => [...text.matchAll(/\{(\w+)\}/g)].map(([, name]) => name);
  for (const [english, french] of refusalsInFrench)
    expect([english, names(french).filter((each) => !names(english).includes(each))]).toEqual([english, []]);
});

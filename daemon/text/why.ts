/**
 * The reasons that the rules give, for readers of French. The English sentence is the key, as the rules write it; `{…}` is what varies,
 * and may be a reason itself.
 *
 * A reason nobody has translated is shown as it is, rather than not at all.
 */
import type { Language } from "../model/time.ts";
import { fill } from "./catalogue.ts";
import { whysInFrench } from "./why-fr.ts";

interface Pattern {
  readonly english: RegExp;
  readonly names: readonly string[];
  readonly french: string;
}

const patterns: readonly Pattern[] = whysInFrench.map(([english, french]) => {
  const names = [...english.matchAll(/\{(\w+)\}/g)].map((found) => found[1] ?? "");
  const source = english
    .split(/\{\w+\}/)
    .map((piece) => piece.replace(/[.*+?^${}()|[\]\\]/g, "\\$&"))
    .join("(.+?)");
  return { english: new RegExp(`^${source}$`, "s"), names, french };
});

export function whyText(why: string, language: Language): string {
  // What is longer was written by a person or a device, not by a rule.
  if (language === "en" || why.length > 500) return why;
  for (const { english, names, french } of patterns) {
    const found = english.exec(why);
    if (found === null) continue;
    return fill(french, Object.fromEntries(names.map((name, index) => [name, whyText(found[index + 1] ?? "", language)])));
  }
  return why;
}

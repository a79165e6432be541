/**
 * The reasons that the rules give, for readers. The English sentence is the key, as the rules write it; `{…}` is what varies,
 * and may be a reason itself, an id of the configuration, or the detail of a look.
 *
 * A reason nobody has translated is shown as it is, rather than not at all.
 */
import type { Language } from "../model/time.ts";
import { fill } from "./catalogue.ts";
import { detailText, wordText } from "./facts.ts";
import { whysInFrench } from "./why-fr.ts";

interface Pattern {
  readonly match: RegExp;
  readonly names: readonly string[];
  readonly text: Readonly<Record<Language, string>>;
}

const patterns: readonly Pattern[] = whysInFrench.map(([en, fr]) => {
  const names = [...en.matchAll(/\{(\w+)\}/g)].map((found) => found[1] ?? "");
  const source = en
    .split(/\{\w+\}/)
    .map((piece) => piece.replace(/[.*+?^${}()|[\]\\]/g, "\\$&"))
    .join("(.+?)");
  return { match: new RegExp(`^${source}$`, "s"), names, text: { fr, en } };
});

/** Placeholders that hold an id of the configuration. */
const ids = new Set(["link", "site", "device", "root", "by"]);

/** `nameOf` gives the name of a device, link or site by its id; undefined when it knows none. */
export function whyText(why: string, language: Language, nameOf: (id: string) => string | undefined = () => undefined): string {
  // What is longer was written by a person or a device, not by a rule.
  if (why.length > 500) return why;
  for (const { match, names, text } of patterns) {
    const found = match.exec(why);
    if (found === null) continue;
    const said = (name: string, value: string) => {
      if (name === "word") return wordText(language, value);
      return ids.has(name) ? (nameOf(value) ?? value) : whyText(value, language, nameOf);
    };
    return fill(text[language], Object.fromEntries(names.map((name, index) => [name, said(name, found[index + 1] ?? "")])));
  }
  return detailText(language, why) ?? why;
}

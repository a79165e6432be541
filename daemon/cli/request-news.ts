/**
 * `vigie request news`: what coordinators were told of a general failure and a draft from the facts; with texts, it tells them.
 */
import type { z } from "zod";
import { PublicNewsList } from "../api/contract-news.ts";
import { present } from "../api/shape.ts";
import { timeOf } from "../maintenance-plan.ts";
import type { Language } from "../model/time.ts";
import { sayTime } from "../text/catalogue.ts";
import { type Asked, said } from "./request-asked.ts";
import { plain } from "./request-text.ts";

const words = {
  fr: {
    nothing: "Rien n'a été dit encore.",
    owed: "On attend de vos nouvelles.",
    draft: "Brouillon",
    told: "à",
    people: "personnes",
    next: "suite à",
    last: "fin",
  },
  en: {
    nothing: "Nothing was told yet.",
    owed: "The next text is owed.",
    draft: "Draft",
    told: "to",
    people: "people",
    next: "next at",
    last: "last",
  },
} as const;

export async function news(asked: Asked): Promise<number> {
  const { values, api, id, io, zone } = asked;
  const path = `/incidents/${encodeURIComponent(id)}/news`;
  const { fr, en, last } = values;
  const lines = (found: z.infer<typeof PublicNewsList>) => newsLines(found, asked);
  const isTold = [fr, en, values.next, values.since, last].some((each) => each !== undefined);
  if (!isTold) return said(asked, await api.get(path, PublicNewsList), lines);
  const problems: string[] = [];
  const [next, since] = [timeOf("--next", values.next, zone, problems), timeOf("--since", values.since, zone, problems)];
  if (fr === undefined || en === undefined) problems.push("news tells in both languages: write --fr and --en");
  if ((next === undefined) !== (last === true))
    problems.push("say when the next text comes (--next), or that this is the last one (--last)");
  if (problems.length > 0) {
    for (const problem of problems) io.err(`vigie request: ${problem}`);
    return 2;
  }
  const iso = (at: number | undefined) => (at === undefined ? undefined : new Date(at).toISOString());
  const body = { texts: { fr, en }, ...present({ last, nextAt: iso(next), since: iso(since) }) };
  return said(asked, await api.post(path, body, PublicNewsList), lines);
}

function newsLines({ items, owed, draft }: z.infer<typeof PublicNewsList>, reader: { readonly language: Language; readonly zone: string }) {
  const { language, zone } = reader;
  const of = words[language];
  const time = (instant: string) => sayTime(Date.parse(instant), zone);
  const texts = (each: { readonly fr: string; readonly en: string }) => [`    fr  ${plain(each.fr)}`, `    en  ${plain(each.en)}`];
  const when = (nextAt: string | undefined, last: boolean) =>
    last ? `, ${of.last}` : nextAt === undefined ? "" : `, ${of.next} ${time(nextAt)}`;
  return [
    ...(items.length === 0 ? [of.nothing] : []),
    ...items.flatMap((each) => [`${each.seq}  ${time(each.at)}  ${plain(each.by)}${when(each.nextAt, each.last)}`, ...texts(each.texts)]),
    ...(owed ? [of.owed] : []),
    `${of.draft} (${of.told} ${draft.told} ${of.people})${when(draft.nextAt, draft.last)}`,
    ...texts(draft.texts),
  ];
}

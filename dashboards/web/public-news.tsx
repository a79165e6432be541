/**
 * What the coordinators were told of a general failure, in the reader's language.
 */
import type { VNode } from "preact";
import type { IncidentDetailShape } from "../../daemon/api/contract.ts";
import type { PageContext } from "./frame.tsx";

const newsWords = {
  fr: {
    title: "Ce que les coordonnateurs savent",
    since: "Depuis {at}.",
    next: "Prochaines nouvelles à {at}.",
    last: "Ce sont les dernières nouvelles.",
    said: "{by}, {at}",
  },
  en: {
    title: "What the coordinators were told",
    since: "Since {at}.",
    next: "Next news at {at}.",
    last: "This is the last news.",
    said: "{by}, {at}",
  },
};

export function PublicNews({ page, news }: { readonly page: PageContext; readonly news: NonNullable<IncidentDetailShape["news"]> }): VNode {
  const w = newsWords[page.language];
  const at = (text: string, instant: string) => text.replace("{at}", page.texts.time(instant));
  return (
    <section aria-labelledby="public-news">
      <h2 id="public-news">{w.title}</h2>
      <p>
        {at(w.since, news.since)} {news.texts[page.language]} {news.nextAt === undefined ? w.last : at(w.next, news.nextAt)}
      </p>
      <p class="hint">{at(w.said, news.at).replace("{by}", news.by)}</p>
    </section>
  );
}

/**
 * General failure news: one public text in each language, to the coordinators of every room that it reaches, once and at each change.
 */
import { line, raised } from "../../rules/incident.ts";
import { type NewsSaid, newsNotice, nextNews, notTellable } from "../../rules/public-news.ts";
import { type BookedSessions, subjectOf } from "../bookings.ts";
import type { Incident } from "../model/incident.ts";
import type { Instant } from "../model/time.ts";
import { type ActResult, actOn, type DeskDeps } from "../roles/acting.ts";
import { coordinatorsOf, rowsFor } from "../roles/recipients.ts";
import { draftOf, type NewsDraft } from "../text/public-news.ts";

export interface NewsDeskDeps extends DeskDeps {
  readonly hits: Pick<BookedSessions, "hit">;
}

export class NewsDesk {
  readonly #deps: NewsDeskDeps;

  constructor(deps: NewsDeskDeps) {
    this.#deps = deps;
  }

  /** Tells everybody whom it concerns, and whoever heard before. */
  async say(id: string, by: string, said: NewsSaid): Promise<ActResult> {
    const { store, clock, config } = this.#deps;
    const known = await store.incident(id);
    const heard = known === undefined ? [] : await this.#heard(known);
    return actOn(this.#deps, id, async (incident, tx) => {
      const at = clock.now();
      const refused = notTellable(incident, said, at);
      if (refused !== undefined) return refused;
      const news = nextNews(incident, said, by, at);
      const contacts = [...new Set([...this.#concerned(incident, at), ...heard])];
      const next = raised({ ...incident, news });
      await tx.savePublicNews({
        ...news,
        incident: incident.id,
        reminded: 0,
        ...(news.nextAt === undefined ? {} : { wakeAt: news.nextAt }),
      });
      // Beside the decision: what else this act may drop does not take the words of a person along.
      await tx.addOutbox(rowsFor(newsNotice(news, contacts, at), next, config(), at));
      await tx.audit([{ at, by, action: "incident.news", target: incident.number, data: { seq: news.seq, told: contacts.length } }]);
      const words = news.texts[config().instance.language];
      const data = { news: news.seq, told: contacts.length, ...(news.last === true ? { last: true } : {}) };
      return { incident: next, timeline: [line(next, at, by, news.last === true ? "news-last" : "news", words, data)], notices: [] };
    });
  }

  /** What could be told now, from the facts, and to how many. */
  async draft(incident: Incident): Promise<NewsDraft & { readonly told: number }> {
    const { clock, config } = this.#deps;
    const at = clock.now();
    const told = new Set([...this.#concerned(incident, at), ...(await this.#heard(incident))]).size;
    return { ...draftOf(incident, this.#rooms(incident), config(), at), told };
  }

  #rooms(incident: Incident): readonly string[] {
    const subject = subjectOf(incident);
    return subject === undefined ? [] : [...this.#deps.hits.hit(subject).rooms];
  }

  /** Coordinators of the rooms that it reaches. */
  #concerned(incident: Incident, at: Instant): readonly string[] {
    return this.#rooms(incident).flatMap((room) => coordinatorsOf(this.#deps.config(), room, at));
  }

  /** Who was told of it, or of one that went into it. */
  async #heard({ id }: Incident): Promise<readonly string[]> {
    const { store } = this.#deps;
    const merged = (await store.linksOf(id)).flatMap(({ from, to, kind }) => (kind === "merged" && to === id ? [from] : []));
    const deliveries = await Promise.all([id, ...merged].map((each) => store.deliveries(each)));
    return deliveries.flat().flatMap(({ kind, recipient }) => (kind === "news" ? [recipient] : []));
  }
}

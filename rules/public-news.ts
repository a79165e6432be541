/**
 * The public text of a general failure: what may be said, and who is reminded when the next one does not come.
 *
 * Pure.
 */
import type { Incident } from "../daemon/model/incident.ts";
import type { PublicNews } from "../daemon/model/public-news.ts";
import { DAY, type Instant, MINUTE } from "../daemon/model/time.ts";
import type { Notice } from "./incident.ts";
import { stepOf } from "./timer.ts";

/** Whoever owes a text is reminded as often until it comes (ours). */
export const REMIND_EVERY_MS = 15 * MINUTE;
/** The next text comes within that at the latest (ours). */
const furthestMs = 7 * DAY;

/** What a person says. */
export interface NewsSaid {
  readonly texts: PublicNews["texts"];
  readonly since?: Instant | undefined;
  readonly nextAt?: Instant | undefined;
  /** Service is back, and this is the last text. */
  readonly last?: boolean | undefined;
}

type Refusal = { readonly refused: string; readonly status?: 422 };

/** Why this cannot be told; undefined when it can. */
export function notTellable(incident: Incident, said: NewsSaid, at: Instant): Refusal | undefined {
  const { number, general, news } = incident;
  if (!general && news === undefined)
    return { refused: `${number} is no general failure: its room's coordinator hears of it in other ways` };
  if (said.since !== undefined && said.since > at) return { refused: "since: it is in the future; say when it began", status: 422 };
  const wrong = said.last === true ? notLast(incident, said) : notNext(said.nextAt, at);
  if (wrong !== undefined) return wrong;
  return news !== undefined && sameNews(news, said)
    ? { refused: `that is what the coordinators of ${number} were told already` }
    : undefined;
}

function notLast({ number, news, state }: Incident, { nextAt }: NewsSaid): Refusal | undefined {
  if (news === undefined) return { refused: `nobody was told of ${number}: there is nothing to take back` };
  if (state === "open" || state === "taken")
    return { refused: `${number} is ${state}: the last text says that service is back; restore it first` };
  return nextAt === undefined ? undefined : { refused: "nextAt: after the last text comes none; leave it out", status: 422 };
}

function notNext(nextAt: Instant | undefined, at: Instant): Refusal | undefined {
  if (nextAt === undefined) return { refused: "nextAt: say when the next news comes, or that this is the last text", status: 422 };
  if (nextAt <= at) return { refused: "nextAt: it is past; name a time to come", status: 422 };
  return nextAt - at > furthestMs ? { refused: "nextAt: it is more than 7 days away; name an earlier time", status: 422 } : undefined;
}

function sameNews(news: PublicNews, { texts, since = news.since, nextAt, last = false }: NewsSaid): boolean {
  const same = news.texts.fr === texts.fr && news.texts.en === texts.en;
  return same && news.since === since && news.nextAt === nextAt && (news.last ?? false) === last;
}

export function nextNews(incident: Incident, said: NewsSaid, by: string, at: Instant): PublicNews {
  const { texts, since = incident.news?.since ?? incident.firstBadAt, nextAt, last } = said;
  const seq = (incident.news?.seq ?? 0) + 1;
  return { seq, at, by, texts, since, ...(nextAt === undefined ? {} : { nextAt }), ...(last === true ? { last } : {}) };
}

/** Who is reminded that a text is owed: the people of its level, its holder besides; from the second time on the allocators too. */
export function remindersOf(incident: Incident, seq: number, reminded: number, at: Instant): Notice {
  const track = incident.policy.tracks[incident.severity];
  const step = stepOf(incident, Math.min(incident.level, track.steps.length));
  const tell = [...new Set([...step.tell, ...(reminded > 0 ? track.allocators : [])])];
  const contacts = incident.holder === undefined ? [] : [incident.holder];
  return { kind: "news-due", level: incident.level, occurrence: reminded + 1, tell, contacts, notBefore: at, about: String(seq) };
}

/** To these people; to nobody of them twice, whatever else becomes of the incident between: level and occurrence are no part of it. */
export function newsNotice({ seq }: PublicNews, contacts: readonly string[], at: Instant): Notice {
  return { kind: "news", level: 1, occurrence: 1, tell: [], contacts, notBefore: at, about: String(seq) };
}

/** Why an incident cannot be closed yet: its coordinators wait for the last text. */
export function newsOwed({ number, news }: Pick<Incident, "number" | "news">): string | undefined {
  if (news === undefined || news.last === true) return undefined;
  return `${number}: its coordinators were told of it and wait for news; tell them that service is back: POST /api/v1/incidents/${number}/news with "last": true`;
}

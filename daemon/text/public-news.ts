/**
 * The public text of a general failure as a coordinator reads it, and the draft of one from the incident's facts. Plain words; never a
 * specialty, a session or a device's address.
 */
import type { Config } from "../model/config.ts";
import type { Incident } from "../model/incident.ts";
import { circuitNames } from "../model/network.ts";
import type { PublicNews } from "../model/public-news.ts";
import { HOUR, type Instant, type Language, MINUTE } from "../model/time.ts";
import { say, sayTime } from "./catalogue.ts";
import type { NoticeText } from "./notice.ts";
import { smsSegment } from "./sms.ts";
import { symptomWords } from "./symptom.ts";

/** So many rooms are named; of the others the count. */
const namedRooms = 10;

/** Since when, what, next news at: in the reader's language and zone. */
export function newsText(news: PublicNews, language: Language, timezone: string): string {
  const { texts, since, nextAt } = news;
  const next = nextAt === undefined ? "news.last" : "news.next";
  const at = nextAt === undefined ? "" : sayTime(nextAt, timezone);
  return [say(language, "news.since", { at: sayTime(since, timezone) }), texts[language], say(language, next, { at })].join("\n");
}

export interface NewsMessage {
  readonly kind: "news" | "news-due";
  readonly news: PublicNews;
  readonly incident: Incident;
  readonly language: Language;
  readonly timezone: string;
  readonly siteName: string;
  readonly publicUrl?: string;
  readonly demo: boolean;
}

export function renderNews({ kind, news, incident, language, timezone, siteName, publicUrl, demo }: NewsMessage): NoticeText {
  const { number } = incident;
  const key = kind === "news-due" ? "news.subject-due" : news.last === true ? "news.subject-last" : "news.subject";
  const subject = say(language, key, { site: siteName });
  const link =
    publicUrl === undefined ? [] : ["", say(language, "notice.link", { url: `${publicUrl.replace(/\/+$/, "")}/incidents/${number}` })];
  const text = newsText(news, language, timezone);
  const lines =
    kind === "news" ? [text, "", say(language, "news.number", { number })] : [say(language, "news.owed", { number }), "", text, ...link];
  const short = kind === "news" ? `${number}: ${news.texts[language]}` : say(language, "news.owed", { number });
  return {
    subject: `${demo ? `${say(language, "notice.demo")} ` : ""}[${number}] ${subject}`,
    text: `${lines.join("\n")}\n`,
    sms: smsSegment(short),
  };
}

export interface NewsDraft {
  readonly texts: PublicNews["texts"];
  readonly since: Instant;
  /** Undefined: the last text. */
  readonly nextAt?: Instant;
  readonly last: boolean;
}

/** What could be told now. */
export function draftOf(incident: Incident, rooms: readonly string[], config: Config, at: Instant): NewsDraft {
  const { restoredAt, firstBadAt, news } = incident;
  const since = news?.since ?? firstBadAt;
  const made = (words: (language: Language) => string) => ({ fr: words("fr"), en: words("en") });
  if (restoredAt !== undefined && news !== undefined) {
    const zone = config.network.sites.get(incident.site)?.timezone ?? config.instance.timezone;
    return { texts: made((language) => say(language, "news.draft-last", { at: sayTime(restoredAt, zone) })), since, last: true };
  }
  // The next full quarter of an hour after an hour: people read it aloud.
  const nextAt = Math.ceil((at + HOUR) / (15 * MINUTE)) * 15 * MINUTE;
  return { texts: made((language) => draftText(language, incident, rooms, config)), since, nextAt, last: false };
}

function draftText(language: Language, incident: Incident, rooms: readonly string[], { network, rules }: Config): string {
  const site = network.sites.get(incident.site)?.name ?? incident.site;
  const what = symptomWords(language, incident.symptom, rules, incident.rule);
  const thing = circuitNames(network, incident.rootCause) ?? network.devices.get(incident.device ?? "")?.name;
  const names = rooms.slice(0, namedRooms).map((id) => network.rooms.get(id)?.name ?? id);
  const more = rooms.length - names.length;
  return [
    say(language, "news.draft", {
      site,
      what: thing === undefined ? what : `${thing} : ${what}`.replace(" : ", language === "fr" ? " : " : ": "),
    }),
    ...(rooms.length === 0 ? [] : [say(language, "news.draft-rooms", { n: rooms.length, rooms: names.join(", ") })]),
    ...(more > 0 ? [say(language, "news.draft-more", { n: more })] : []),
    say(language, incident.holder === undefined ? "news.draft-seen" : "news.draft-worked"),
    say(language, "news.draft-meanwhile"),
  ].join(" ");
}

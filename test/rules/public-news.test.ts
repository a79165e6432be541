/** The public text of a general failure: what may be told, what is kept of it, and who is reminded of the next. */
import { describe, expect, it } from "vitest";
import type { Incident } from "../../daemon/model/incident.ts";
import { newsOfRow, type PublicNews } from "../../daemon/model/public-news.ts";
import { DAY, HOUR } from "../../daemon/model/time.ts";
import { type NewsSaid, newsNotice, newsOwed, nextNews, notTellable, remindersOf } from "../../rules/public-news.ts";
import { opened, start } from "./incident-made.ts";

const at = start + HOUR;
const texts = { fr: "Le lien est coupé.", en: "The link is down." };
const said = (over: Partial<NewsSaid> = {}): NewsSaid => ({ texts, nextAt: at + HOUR, ...over });
const told = (over: Partial<PublicNews> = {}): PublicNews => ({ seq: 1, at: start, by: "ann", texts, since: start, nextAt: at, ...over });
const general = (over: Partial<Incident> = {}) => opened({ general: true, ...over });
const back = { state: "restored", restoredAt: at } as const;

describe("a public text", () => {
  it.each<readonly [string, Incident, NewsSaid]>([
    ["of a general failure", general(), said()],
    ["of what was one when it was first told", opened({ news: told() }), said()],
    ["seven days ahead at the furthest", general(), said({ nextAt: at + 7 * DAY })],
    ["the same words with a new time", general({ news: told() }), said()],
    ["the last one, once service is back", general({ news: told(), ...back }), said({ nextAt: undefined, last: true })],
    ["another, when it fails again after the last", general({ news: told({ last: true }) }), said()],
  ])("may be told: %s", (_name, incident, text) => {
    expect(notTellable(incident, text, at)).toBeUndefined();
  });

  it.each<readonly [string, Incident, NewsSaid, string]>([
    ["of one room", opened(), said(), "is no general failure"],
    ["since a time to come", general(), said({ since: at + 1 }), "since: it is in the future"],
    ["without when the next comes", general(), said({ nextAt: undefined }), "say when the next news comes"],
    ["the next in the past", general(), said({ nextAt: at }), "nextAt: it is past"],
    ["the next in eight days", general(), said({ nextAt: at + 7 * DAY + 1 }), "more than 7 days away"],
    ["what they were told already", general({ news: told({ nextAt: at + HOUR }) }), said(), "were told already"],
    ["a last one of which there was no first", general(back), said({ nextAt: undefined, last: true }), "there is nothing to take back"],
    ["a last one while it fails", general({ news: told() }), said({ nextAt: undefined, last: true }), "restore it first"],
    ["a next one after the last", general({ news: told(), ...back }), said({ last: true }), "after the last text comes none"],
  ])("is refused, and why: %s", (_name, incident, text, why) => {
    expect(notTellable(incident, text, at)?.refused).toContain(why);
  });

  it("is kept with its number, since when the first one said, and as the last one only when it is", () => {
    expect(nextNews(general(), said(), "ann", at)).toEqual({ seq: 1, at, by: "ann", texts, since: start - 6_000, nextAt: at + HOUR });
    const second = nextNews(general({ news: told({ seq: 4, since: start - DAY }) }), said({ nextAt: undefined, last: true }), "bob", at);
    expect(second).toEqual({ seq: 5, at, by: "bob", texts, since: start - DAY, last: true });
  });

  it("is owed until the last one came: the incident is not closed before", () => {
    expect(newsOwed({ number: "N", news: told() })).toContain("wait for news");
    expect(newsOwed({ number: "N", news: told({ last: true }) })).toBeUndefined();
    expect(newsOwed({ number: "N" })).toBeUndefined();
  });
});

describe("who is told", () => {
  it("hears each text once, whatever becomes of the incident between: its message is the text's", () => {
    const notice = newsNotice(told({ seq: 3 }), ["ann", "bob"], at);
    expect(notice).toMatchObject({ kind: "news", level: 1, occurrence: 1, contacts: ["ann", "bob"], tell: [], about: "3", notBefore: at });
  });

  it("of the next that is owed: its level and its holder, from the second time on who allocates too", () => {
    const { allocators, steps } = general().policy.tracks.minor;
    const first = remindersOf(general({ holder: "paul" }), 2, 0, at);
    expect(first).toMatchObject({ kind: "news-due", tell: steps[0]?.tell, contacts: ["paul"], occurrence: 1, about: "2" });
    const second = remindersOf(general({ level: 99 }), 2, 1, at);
    expect(second.occurrence).toBe(2);
    expect(second.tell).toEqual([...new Set([...(steps.at(-1)?.tell ?? []), ...allocators])]);
    expect(second.contacts).toEqual([]);
  });

  it("by messages whose key says which text they are about", () => {
    const key = (number: number | string) => `i1/news/1/1/ann/mail/${number}`;
    expect(newsOfRow({ kind: "news", key: key(12) })).toBe(12);
    expect(newsOfRow({ kind: "news-due", key: key("7#2") })).toBe(7);
    expect(newsOfRow({ kind: "problem", key: key(12) })).toBeUndefined();
  });
});

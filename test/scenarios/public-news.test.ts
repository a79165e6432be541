/**
 * General failure news: each coordinator hears once and at each change, in their language; what is promised and does not come is
 * reminded; it ends with a last text; whoever calls meanwhile gets the current one as the answer.
 */
import { afterEach, describe, expect, it } from "vitest";
import { IntakeDesk } from "../../daemon/intake/desk.ts";
import { isFailing } from "../../daemon/model/incident.ts";
import { HOUR, MINUTE } from "../../daemon/model/time.ts";
import type { NewsSaid } from "../../rules/public-news.ts";
import { type Scenario, type ScenarioOptions, scenario } from "./scenario.ts";

const nets: Scenario[] = [];
afterEach(async () => {
  for (const net of nets.splice(0)) await net.end();
});

const rooms = `rooms:
  a101: { site: mgh, name: "Room A-101", coordinator: coordinators }
  a102: { site: mgh, name: "Room A-102", coordinator: coordinators }
  b1: { site: mgh, name: "Room B-1", coordinator: event-coordinators }
  c1: { site: jgh, name: "Room C-1", coordinator: analyst }`;
const words = { fr: "La visioconférence ne fonctionne pas.", en: "Videoconferencing does not work." };

/** A site whose router is down: two coordinators for its three rooms, the second of whom reads French. */
async function outage(options: Partial<ScenarioOptions> = {}) {
  const net = await scenario({
    ...{ devices: "router-1 > codec-1, codec-2, codec-3; codec-4", rooms, together: true, interval: "1m" },
    ...{ extra: { "codec-2": "room: a102", "codec-3": "room: b1", "codec-4": "room: c1" }, sites: { "codec-4": "jgh" } },
    ...options,
  });
  nets.push(net);
  const contacts = new Map(net.config.contacts);
  const second = contacts.get("event-coordinators");
  if (second !== undefined) contacts.set(second.id, { ...second, language: "fr" });
  net.config = { ...net.config, contacts };
  for (const id of ["router-1", "codec-1", "codec-2", "codec-3"]) net.breaks(id);
  await net.advance(5 * MINUTE);
  const [incident] = (await net.unfolded()).filter(isFailing);
  if (incident === undefined) throw new Error("no outage");
  const { id } = incident;
  const say = (more: Partial<NewsSaid> = {}) => net.news.say(id, "marie", { texts: words, nextAt: net.clock.now() + HOUR, ...more });
  const news = (kind = "news") => net.sent.filter(({ key }) => key.split("/")[1] === kind);
  const events = async () => (await net.store.timeline(id)).map(({ event }) => event);
  const heals = async () => {
    for (const each of ["router-1", "codec-1", "codec-2", "codec-3"]) net.heals(each);
    await net.advance(5 * MINUTE);
  };
  return { net, id, incident, say, news, events, heals };
}

describe("news of a general failure", () => {
  it("reach each coordinator of its rooms once, in their language, with since when and the next time; and nobody of another site", async () => {
    const { net, say, news, events, incident } = await outage();
    const nextAt = net.clock.now() + HOUR;
    expect(await say({ nextAt })).toMatchObject({ ok: true, incident: { news: { seq: 1, by: "marie" } } });
    await net.advance(MINUTE);
    expect(
      news()
        .map(({ to }) => to)
        .sort(),
    ).toEqual(["coordinators", "event-coordinators"]);
    const [english, french] = ["coordinators", "event-coordinators"].map((who) => news().find(({ to }) => to === who));
    expect(english?.subject).toBe(`DEMO [${incident.number}] Failure: mgh`);
    expect(english?.text).toMatch(/^Since 2026-11-18 09:\d\d\.\nVideoconferencing does not work\.\nNext news at 2026-11-18 10:\d\d\./);
    expect(french?.text).toMatch(
      /^Depuis 2026-11-18 09:\d\d\.\nLa visioconférence ne fonctionne pas\.\nProchaines nouvelles à 2026-11-18 10:\d\d\./,
    );
    expect(await events()).toContain("news");
    expect(await say({ nextAt })).toMatchObject({ ok: false, status: 409, problem: expect.stringContaining("told already") });
    await net.advance(10 * MINUTE);
    expect(news()).toHaveLength(2);
  });

  it("are told again at each change; what had not gone by then is not told any more", async () => {
    const { net, say, news } = await outage();
    await say();
    await say({ texts: { ...words, en: "The circuit's owner is on it.", fr: "Le fournisseur y travaille." } });
    await net.advance(MINUTE);
    expect(
      news()
        .map(({ text }) => text.split("\n")[1])
        .sort(),
    ).toEqual(["Le fournisseur y travaille.", "The circuit's owner is on it."]);
    await say({ texts: words });
    await net.advance(MINUTE);
    expect(news()).toHaveLength(4);
  });

  it("go out although somebody takes the incident meanwhile", async () => {
    const { net, say, news, id } = await outage();
    await say();
    await net.desk.take(id, "paul", undefined);
    await net.advance(MINUTE);
    expect(news()).toHaveLength(2);
  });

  it("wait for service hours where the failure can, and go with those of its latest text", async () => {
    const { net, say, news, id } = await outage({ start: Date.UTC(2026, 10, 18, 2) });
    await net.desk.urgency(id, "marie", "service-hours", "nobody is there before morning");
    await say({ nextAt: net.clock.now() + 12 * HOUR });
    await net.advance(5 * MINUTE);
    expect(news()).toEqual([]);
    await say({ nextAt: net.clock.now() + 14 * HOUR });
    const waiting = (await net.store.deliveries(id)).filter(({ kind }) => kind === "news");
    expect(waiting.map(({ error }) => error)).toContain("it can wait until service hours");
  });

  it("say when they come again, and cannot be told of a single device or a time that is past", async () => {
    const { net, say, id } = await outage();
    for (const [more, problem] of [
      [{ nextAt: undefined }, "nextAt: say when"],
      [{ nextAt: net.clock.now() - 1 }, "nextAt: it is past"],
      [{ nextAt: net.clock.now() + 8 * 24 * HOUR }, "more than 7 days"],
      [{ since: net.clock.now() + MINUTE }, "since: it is in the future"],
      [{ last: true, nextAt: undefined }, "nobody was told"],
    ] as const)
      expect(await say(more)).toMatchObject({ ok: false, problem: expect.stringContaining(problem) });
    expect((await net.store.incident(id))?.news).toBeUndefined();
    net.breaks("codec-4");
    await net.advance(5 * MINUTE);
    const alone = (await net.unfolded()).find(({ device }) => device === "codec-4");
    const told = await net.news.say(alone?.id ?? "", "marie", { texts: words, nextAt: net.clock.now() + HOUR });
    expect(told).toMatchObject({ ok: false, problem: expect.stringContaining("no general failure") });
  });
});

describe("what was promised and does not come", () => {
  it("is reminded again and again, the allocators too; over a restart; until it comes", async () => {
    const { net, say, news, events } = await outage();
    await say({ nextAt: net.clock.now() + 10 * MINUTE });
    await net.advance(9 * MINUTE);
    expect(news("news-due")).toEqual([]);
    await net.restartAfter(2 * MINUTE);
    await net.advance(MINUTE);
    const first = news("news-due").map(({ to }) => to);
    expect(first.length).toBeGreaterThan(0);
    expect(news("news-due")[0]?.text).toContain("the coordinators wait for news");
    await net.advance(16 * MINUTE);
    const again = news("news-due")
      .slice(first.length)
      .map(({ to }) => to);
    expect(again).toEqual(expect.arrayContaining(["chief-technician", "it-technician"]));
    expect((await events()).filter((each) => each === "news-due")).toHaveLength(2);
    await say({ texts: { ...words, en: "It takes longer." } });
    const sofar = news("news-due").length;
    await net.advance(50 * MINUTE);
    expect(news("news-due")).toHaveLength(sofar);
  });

  it("service is back: the last text is owed at once, the incident is not closed without it, and it ends the news", async () => {
    const { net, say, news, id, heals, incident } = await outage();
    await say();
    expect(await say({ last: true, nextAt: undefined })).toMatchObject({ ok: false, problem: expect.stringContaining("restore it first") });
    await heals();
    expect((await net.store.incident(id))?.state).toBe("restored");
    expect(news("news-due").length).toBeGreaterThan(0);
    await net.desk.resolve(id, "marie", "the router was replaced");
    const close = () => net.desk.close(id, "marie", "false-alarm", "the router was replaced");
    expect(await close()).toMatchObject({ ok: false, status: 409, problem: expect.stringContaining('/news with "last": true') });
    const { texts, last } = await net.news.draft((await net.store.incident(id)) ?? incident);
    expect([last, texts.en]).toEqual([true, expect.stringMatching(/^Videoconferencing has worked again since 2026-11-18 09:\d\d/)]);
    expect(await say({ texts, last: true, nextAt: undefined })).toMatchObject({ ok: true });
    await net.advance(MINUTE);
    expect(
      news()
        .slice(2)
        .map(({ to, text }) => [to, /last news|dernières nouvelles/.test(text)])
        .sort(),
    ).toEqual([
      ["coordinators", true],
      ["event-coordinators", true],
    ]);
    const sofar = news("news-due").length;
    await net.advance(HOUR);
    expect(news("news-due")).toHaveLength(sofar);
    expect(await close()).toMatchObject({ ok: true });
  });
});

it("the draft says what the facts say, in both languages", async () => {
  const { net, incident } = await outage();
  const { texts, told, nextAt, last } = await net.news.draft(incident);
  expect(texts.en).toMatch(
    /^Videoconferencing does not work at mgh \(router-1: .*\)\. Rooms affected \(3\): Room A-101, Room A-102, Room B-1\./,
  );
  expect(texts.fr).toMatch(/^La visioconférence ne fonctionne pas : mgh \(router-1 : .*\)\. Salles touchées \(3\) : /);
  expect([told, last, ((nextAt ?? 0) / MINUTE) % 15]).toEqual([2, false, 0]);
});

it("who calls meanwhile is attached and has the text as the answer; the coordinator of their room hears it too, once", async () => {
  const { net, id, say, news } = await outage();
  const intake = new IntakeDesk({
    ...{ store: net.store, clock: net.clock, config: () => net.config, bookings: net.bookings, joining: net.joining, actions: net.desk },
    ...{ poke() {}, changed() {}, kick() {} },
  });
  await say();
  await net.advance(MINUTE);
  for (const room of ["c1", "a101"]) {
    const taken = await intake.take({ room, symptom: "cannot-dial" }, "paul");
    if (!taken.ok) throw new Error(taken.problem);
    await net.advance(1_000);
    expect(await intake.attach(taken.request.id, id, "paul")).toMatchObject({ ok: true });
  }
  await net.advance(MINUTE);
  expect(
    news()
      .map(({ to }) => to)
      .sort(),
  ).toEqual(["analyst", "coordinators", "event-coordinators"]);
});

it("a failure that goes into another takes its news along: whoever was told hears how it ends", async () => {
  const { net, id, say, news, heals } = await outage();
  await say();
  await net.advance(MINUTE);
  const other = await net.store.incident(id);
  net.breaks("codec-4");
  await net.advance(5 * MINUTE);
  const alone = (await net.unfolded()).find(({ device }) => device === "codec-4");
  if (other === undefined || alone === undefined) throw new Error("two failures");
  expect(await net.joining.merge(other.id, alone.id, { by: "marie", note: "one power feed" })).toMatchObject({ ok: true });
  expect((await net.store.incident(alone.id))?.news?.seq).toBe(1);
  expect((await net.store.publicNews(alone.id)).map(({ seq }) => seq)).toEqual([1]);
  net.heals("codec-4");
  await heals();
  const ended = await net.news.say(alone.id, "marie", { texts: words, last: true });
  // It is no general failure by itself, but its coordinators were told of one.
  expect(ended).toMatchObject({ ok: true });
  await net.advance(MINUTE);
  expect(
    news()
      .slice(2)
      .map(({ to }) => to),
  ).toEqual(expect.arrayContaining(["coordinators", "event-coordinators"]));
});

describe("news in a storm", () => {
  it("are named in one message with since when, what and the next time of each; what changed meanwhile is told as it is by then", async () => {
    const net = await scenario({
      ...{
        devices: "router-1 > codec-1, codec-2; router-2 > codec-3, codec-4",
        rooms: rooms.replace("site: jgh", "site: mgh"),
        together: true,
        interval: "1m",
      },
      ...{ extra: { "codec-2": "room: a102", "codec-3": "room: b1", "codec-4": "room: a102" }, yaml: "storms: { window: 5m, after: 1 }" },
    });
    nets.push(net);
    for (const ids of [
      ["router-1", "codec-1", "codec-2"],
      ["router-2", "codec-3", "codec-4"],
    ]) {
      for (const id of ids) net.breaks(id);
      await net.advance(15 * MINUTE);
    }
    const [a, b, ...more] = (await net.unfolded()).filter(isFailing);
    if (a === undefined || b === undefined) throw new Error("no two outages");
    expect(more).toEqual([]);
    const nextAt = net.clock.now() + HOUR;
    const say = (id: string, en: string) => net.news.say(id, "marie", { texts: { ...words, en }, nextAt });
    for (const [id, en] of [
      [a.id, "A has failed."],
      [b.id, "B has failed."],
      [b.id, "B waits for a part."],
      [a.id, "A waits for its supplier."],
    ] as const) {
      expect(await say(id, en)).toMatchObject({ ok: true });
      await net.advance(30_000);
    }
    await net.advance(10 * MINUTE);
    const told = net.toldTo("coordinators").filter(({ key }) => key.split("/")[1] === "news");
    expect(told.map(({ text }) => text.match(/[AB] (?:has|waits)[^.]*/g))).toEqual([
      ["A has failed"],
      ["B waits for a part", "A waits for its supplier"],
    ]);
    const bundle = told[1]?.text ?? "";
    expect(bundle.match(/Since 2026-11-18 09:\d\d\./g)).toHaveLength(2);
    expect(bundle.match(/Next news at 2026-11-18 10:\d\d\./g)).toHaveLength(2);
    expect([bundle.includes(a.number), bundle.includes(b.number)]).toEqual([true, true]);
    expect(told[1]?.subject).toMatch(/^DEMO News of 2 failures at 1 sites/);
    const rows = (await Promise.all([a, b].map(({ id }) => net.store.deliveries(id)))).flat().filter(({ kind }) => kind === "news");
    expect(rows.filter(({ state }) => state === "superseded")).not.toEqual([]);
    expect(rows.filter(({ state }) => state === "pending")).toEqual([]);
  });
});

describe("news in a silence", () => {
  it("go at once and at each change, and so does the word that the next is owed: a silence is about what devices say", async () => {
    const { net, id, say, news } = await outage();
    const now = net.clock.now();
    expect(
      await net.plans({ kind: "silence", scope: { sites: ["mgh"] }, when: { kind: "once", from: now, to: now + 8 * HOUR } }),
    ).toMatchObject({
      maintenance: { kind: "silence" },
    });
    await net.advance(2 * MINUTE);
    expect((await net.store.incident(id))?.muted).toBeDefined();
    const heard = net.sent.length;
    await say({ nextAt: net.clock.now() + 10 * MINUTE });
    await net.advance(MINUTE);
    await say({ nextAt: net.clock.now() + 10 * MINUTE, texts: { ...words, en: "It takes longer." } });
    await net.advance(MINUTE);
    expect(news()).toHaveLength(4);
    await net.advance(12 * MINUTE);
    const owed = news("news-due").length;
    expect(owed).toBeGreaterThan(0);
    expect(net.sent.slice(heard).map(({ kind }) => kind)).toEqual([...Array(4).fill("news"), ...Array(owed).fill("news-due")]);
    await net.advance(15 * MINUTE);
    expect(news("news-due").length).toBeGreaterThan(owed);
  });

  it("go in maintenance too, which a person announces by them", async () => {
    const { net, say, news } = await outage();
    const now = net.clock.now();
    await net.plans({ scope: { sites: ["mgh"] }, when: { kind: "once", from: now, to: now + 2 * HOUR } });
    await net.advance(2 * MINUTE);
    await say();
    await net.advance(MINUTE);
    expect(news()).toHaveLength(2);
  });
});

it("what can wait until morning is not reminded by night, and not over and over in the morning", async () => {
  // 07:15 in Montréal: service begins at 07:30.
  const { net, say, news, id } = await outage({ start: Date.UTC(2026, 10, 18, 12, 15) });
  await net.desk.urgency(id, "marie", "service-hours", "nobody is there before morning");
  await net.desk.take(id, "analyst", "mine");
  await say({ nextAt: net.clock.now() + 2 * MINUTE });
  await net.advance(7 * MINUTE);
  expect((await net.store.deliveries(id)).filter(({ kind }) => kind === "news-due")).toEqual([]);
  await net.advance(10 * MINUTE);
  const due = news("news-due").filter(({ to }) => to === "analyst");
  expect(due.map(({ at }) => new Date(at).toISOString().slice(11, 16))).toEqual(["12:30"]);
});

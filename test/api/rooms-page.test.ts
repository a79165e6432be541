/** A coordinator's page by a personal link, as they meet it, and as what scans their mail does. */
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import type { Partner } from "../../daemon/model/config.ts";
import type { FollowUpReport } from "../../daemon/model/report.ts";
import { browserKnownMs, RoomLinks } from "../../daemon/room-links.ts";
import { BrowserLike } from "./browser-like.ts";
import { at, device, fill, helpRequest, incident, secret, serve, session, tokenText, type World, world } from "./fixture.ts";
import { followUp } from "./reported.ts";
import { ruled } from "./ruled.ts";

let made: World;
let server: { readonly url: string; close(): Promise<void> };
let now = at;
let monotonic = 1_000;
let browser: BrowserLike;
let path: string;
let digits: string;

const write = (to: string, body?: object) =>
  fetch(`${server.url}/api/v1${to}`, {
    method: "POST",
    headers: { Authorization: `Bearer ${tokenText}`, "Content-Type": "application/json" },
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
  });

beforeEach(async () => {
  [now, monotonic] = [at, 1_000];
  made = world({ devices: [device("codec-1"), device("codec-2", { site: "gaspe", room: "g1" })] });
  const { network } = made.config;
  const rooms = new Map([...network.rooms, ["g1", { id: "g1", site: "gaspe", name: "Salle de Gaspé", presence: "always" as const }]]);
  made.config = { ...made.config, network: { ...network, rooms } };
  Object.assign(made.deps, { clock: { now: () => now, monotonicMs: () => monotonic, sleep: async () => {} } });
  // No request is open at first, and no failure elsewhere hits a room here.
  Object.assign(made.deps.store, { requests: async () => [] });
  Object.assign(made.deps, { bookings: { hit: () => ({ rooms: new Set(), devices: new Set() }) } });
  fill(made);
  ruled(made);
  made.config = made.deps.config();
  Object.assign(made.deps, { config: () => made.config });
  made.board.of("codec-1", at).up = 1;
  made.board.of("codec-2", at).up = 1;
  server = await serve(made);
  browser = new BrowserLike(server.url);
  const link = (await (await write("/people/anne/room-link", { sites: ["mgh"] })).json()) as { path: string; digits: string };
  ({ path, digits } = link);
});
afterEach(() => server.close());

const token = () => /name="form" value="([^"]+)"/.exec(browser.page.text)?.[1] ?? "";
const once = () => /name="once" value="([^"]+)"/.exec(browser.page.text)?.[1] ?? "";
const help = (more: Record<string, string> = {}) =>
  browser.post(path, { act: "help", room: "a101", symptom: "no-sound", form: token(), once: once(), ...more });
const actions = () => made.audited.map(({ by, action }) => `${by} ${action}`);

describe("a coordinator's page", () => {
  it("shows the rooms of their own sites only, in plain words, without an account", async () => {
    made.incidents.set(
      "01",
      incident("01", { symptom: "camera-disconnected", rule: "camera-disconnected", state: "taken", holder: "paul" }),
    );
    await browser.open(`${path}?lang=fr`);
    const { text, headers, status } = browser.page;
    expect([status, headers.get("referrer-policy"), headers.get("cache-control")]).toEqual([200, "no-referrer", "no-store"]);
    for (const said of ["Bonjour anne", "Hôpital général, Salle A-101", "Utilisable, avec un défaut", "Quelqu&#39;un s&#39;en occupe."].map(
      (each) => each.replaceAll("&#39;", "'"),
    ))
      expect([said, text.includes(said)]).toEqual([said, true]);
    // No name of who works on it, no code, no device, no other site.
    for (const hidden of ["paul", "codec-1", "VIG-", "camera-disconnected", "Gaspé"])
      expect([hidden, text.includes(hidden)]).toEqual([hidden, false]);
  });

  it.each([
    ["yes", 1, {}, "Ready"],
    ["no, when a codec does not answer", 0, {}, "Do not use it now"],
    ["unknown, when nothing is seen", Number.NaN, {}, "We do not know"],
    ["no, when its failure stops it", 1, { rule: "unreachable", general: true }, "Do not use it now"],
  ])("says whether a room can be used: %s", async (_name, up, failure, words) => {
    made.board.of("codec-1", at).up = up;
    if (Object.keys(failure).length > 0) made.incidents.set("01", incident("01", failure));
    await browser.open(`${path}?lang=en`);
    expect(browser.page.text.includes(words)).toBe(true);
  });

  it("has today's sessions, with whom and how ready", async () => {
    const readiness = async () => [{ session: session.id, verdict: "not-ready", at, causes: [] }];
    Object.assign(made.deps.store, { sessions: async () => [{ ...session, rooms: ["a101", "g1"] }], readiness });
    await browser.open(`${path}?lang=en`);
    expect(browser.page.text).toMatch(
      /10:04–10:55<\/strong> Hôpital général, Salle A-101 with Gaspé, Salle de Gaspé.*not ready: we are working on it/,
    );
  });

  it("asks for help with one press, once the browser has shown the digits, in the same queue as a call", async () => {
    await browser.open(`${path}?lang=en`);
    expect(browser.page.text.includes("I need help")).toBe(false);
    await browser.post(`${path}`, { act: "confirm", digits: ` ${digits.slice(0, 3)} ${digits.slice(3)} ` });
    await browser.open(`${path}?lang=en`);
    const sent = await help();
    expect(sent.text).toContain("Votre numéro : VIG-2026-000009-12");
    expect(made.taken).toMatchObject([
      { room: "a101", symptom: "no-sound", language: "fr", source: "form", key: expect.stringMatching(/^[\w-]{36}$/) },
    ]);
    now += 60_000;
    await browser.open(path);
    expect(actions()).toEqual(["ops room-link.made", "rooms:anne room-link.used"]);
  });

  it("says that it has the request already, and ends it when the coordinator says that it works", async () => {
    const heard: unknown[] = [];
    const mine = { ...helpRequest, by: "rooms:anne" };
    Object.assign(made.deps.store, { requests: async () => [mine] });
    const outcome: typeof made.deps.intake.outcome = async (...of) => {
      heard.push(of);
      return { ok: true, request: mine };
    };
    Object.assign(made.deps, { intake: { ...made.deps.intake, outcome } });
    await browser.post(path, { act: "confirm", digits });
    expect((await help()).text).toContain("Nous avons déjà votre demande : VIG-2026-000009-12");
    expect(made.taken).toEqual([]);
    const thanked = await browser.post(path, { act: "works", request: mine.id, form: token(), once: once() });
    expect(thanked.text).toContain("ça marche de nouveau");
    expect(heard).toEqual([[mine.id, { how: "agreed", by: "rooms:anne", note: undefined }]]);
  });

  it("does nothing for what opens every link and sends every form; after five wrong tries it waits", async () => {
    for (const method of ["GET", "HEAD"]) await fetch(`${server.url}${path}`, { method });
    await browser.open(path);
    for (const act of ["help", "works", "confirm", ""]) {
      const answer = await browser.post(path, { act, room: "a101", request: helpRequest.id, symptom: "echo", form: token(), once: once() });
      expect([act, answer.status]).toEqual([act, 403]);
    }
    const wrong = String((Number(digits) + 1) % 1_000_000).padStart(6, "0");
    for (let tries = 0; tries < 4; tries += 1) expect((await browser.post(path, { act: "confirm", digits: wrong })).status).toBe(403);
    expect((await browser.post(path, { act: "confirm", digits })).status).toBe(429);
    monotonic += 15 * 60_000;
    expect((await browser.post(path, { act: "confirm", digits })).status).toBe(200);
    expect(made.taken).toEqual([]);
    expect(actions()).toEqual(["ops room-link.made", "rooms:anne room-link.used"]);
  });

  it("is there for no other link; a revoked one, a replaced one, and that of who has left open nothing, in no browser", async () => {
    await browser.post(path, { act: "confirm", digits });
    const [name = ""] = path.split(".");
    for (const other of ["/rooms/x", `${name}.${"A".repeat(32)}`, `/rooms/${"a".repeat(400)}`])
      expect((await browser.open(other)).status).toBe(404);
    const { contacts } = made.config;
    made.config = { ...made.config, contacts: new Map() };
    expect((await browser.open(path)).status).toBe(404);
    made.config = { ...made.config, contacts };
    const form = token();
    const next = (await (await write("/people/anne/room-link", { sites: ["gaspe"] })).json()) as { path: string };
    expect([(await browser.open(path)).status, (await browser.open(next.path)).status]).toEqual([404, 200]);
    path = next.path;
    // The browser was known by the link before.
    expect((await browser.post(path, { act: "help", room: "g1", symptom: "echo", form, once: "x" })).status).toBe(403);
    expect((await write("/people/anne/room-link/revoke")).status).toBe(200);
    expect((await browser.open(path)).status).toBe(404);
    expect((await write("/people/anne/room-link/revoke")).status).toBe(404);
    expect((await browser.post(path, { act: "help", room: "g1" })).status).toBe(404);
  });

  it("takes no room of another site, and no request of one", async () => {
    await browser.post(path, { act: "confirm", digits });
    expect((await help({ room: "g1" })).status).toBe(403);
    Object.assign(made.deps.store, { request: async () => ({ ...helpRequest, room: "g1" }) });
    expect((await browser.post(path, { act: "works", request: helpRequest.id, form: token() })).status).toBe(403);
    expect(made.taken).toEqual([]);
  });

  it("remembers a browser for half a year, and a restart of the daemon does not make it forget", async () => {
    await browser.post(path, { act: "confirm", digits });
    const twin = await serve(made);
    const other = new BrowserLike(twin.url);
    for (const [name, value] of browser.cookies) other.cookies.set(name, value);
    expect((await other.open(`${path}?lang=en`)).text.includes("I need help")).toBe(true);
    await twin.close();
    now += browserKnownMs;
    expect((await browser.open(`${path}?lang=en`)).text.includes("I need help")).toBe(false);
  });

  it("says that what it shows may be old, and to telephone, while the daemon does not do all of its work", async () => {
    const warning = "telephone the coordination centre";
    expect((await browser.open(`${path}?lang=en`)).text.includes(warning)).toBe(false);
    made.readiness = { ready: false, roles: [{ name: "evaluator", ok: false, since: at, why: "no sign of life for 40 s" }] };
    expect((await browser.open(`${path}?lang=en`)).text.includes(warning)).toBe(true);
    const french = (await browser.open(`${path}?lang=fr`)).text;
    expect([french.includes("téléphonez au centre de coordination"), french.includes("evaluator")]).toEqual([true, false]);
  });

  describe("has the follow-up reports of their own sites", () => {
    const monthly = (id: string, site?: string) => ({
      ...followUp,
      id,
      period: "monthly" as const,
      ...(site === undefined ? {} : { site }),
    });
    const [open] = followUp.figures.openList;
    const kept = [
      monthly("all"),
      monthly("gaspe-1", "gaspe"),
      { ...monthly("mgh-1", "mgh"), figures: { ...followUp.figures, openList: [open, { ...open, waitingOn: "ritm" }] } },
    ] as FollowUpReport[];
    const file = (id: string, format = "csv") => browser.open(`${path}/reports/${id}/file?format=${format}&language=en`);

    beforeEach(() => {
      const partner = { id: "ritm", name: "RITM", language: "fr" as const, contacts: [] } as unknown as Partner;
      made.config = { ...made.config, partners: new Map([["ritm", partner]]) };
      Object.assign(made.deps.store, {
        followUps: async ({ site }: { readonly site?: string }) => kept.filter((each) => site === undefined || each.site === site),
        followUp: async (id: string) => kept.find((each) => each.id === id),
      });
    });
    const known = async () => {
      await browser.open(path);
      await browser.post(path, { act: "confirm", digits });
    };

    it("to read and as files, in both languages, with no name of who works on it; reading is in the audit", async () => {
      await known();
      expect((await browser.open(`${path}?lang=en`)).text).toContain(`href="${path}/reports"`);
      for (const [language, title, means] of [
        ["fr", "Rapports de vos sites", "Suivi mensuel"],
        ["en", "Reports of your sites", "Monthly follow-up"],
      ]) {
        const { text, status, headers } = await browser.open(`${path}/reports?lang=${language}`);
        expect([status, headers.get("cache-control"), headers.get("referrer-policy")]).toEqual([200, "no-store", "no-referrer"]);
        for (const said of [title, means, "Hôpital général", "mgh-1/file?format=pdf", "RITM"])
          expect([said, text.includes(said ?? "")]).toEqual([said, true]);
        for (const hidden of ["gaspe", "Gaspé", "all/file", ">ann<"]) expect([hidden, text.includes(hidden)]).toEqual([hidden, false]);
      }
      const csv = await file("mgh-1");
      expect([csv.status, csv.headers.get("content-type")]).toEqual([200, "text/csv; charset=utf-8"]);
      expect([csv.text.includes("RITM"), /\bann\b/.test(csv.text)]).toEqual([true, false]);
      expect(actions()).toContain("rooms:anne report.read");
    });

    it("and none of another site, of all together, or to a browser that has not shown the digits", async () => {
      expect((await file("mgh-1")).status).toBe(403);
      const unknown = await browser.open(`${path}/reports?lang=en`);
      expect([unknown.status, unknown.text.includes("First type"), unknown.text.includes("mgh-1")]).toEqual([403, true, false]);
      await known();
      for (const id of ["gaspe-1", "all", "nothing", "..%2f..%2fmgh-1"]) expect([id, (await file(id)).status]).toEqual([id, 404]);
      expect((await file("mgh-1", "exe")).status).toBe(404);
      expect((await browser.open(`${path}x/reports`)).status).toBe(404);
      expect(actions().filter((each) => each.includes("report.read"))).toEqual([]);
      await write("/people/anne/room-link/revoke");
      expect([(await file("mgh-1")).status, (await browser.open(`${path}/reports`)).status]).toEqual([404, 404]);
    });

    it("over the API too, with a token that has sites", async () => {
      made.config = {
        ...made.config,
        permissions: new Map([["coordinators", ["read-site"]]]),
        tokens: [{ name: "anne", function: "coordinators", secret: secret(tokenText), sites: ["mgh"] }],
      };
      const get = (to: string) =>
        fetch(`${server.url}/api/v1/follow-up-reports${to}`, { headers: { Authorization: `Bearer ${tokenText}` } });
      const ids = ((await (await get("")).json()) as { items: { id: string }[] }).items.map(({ id }) => id);
      expect(ids).toEqual(["mgh-1"]);
      expect(((await (await get("?site=gaspe")).json()) as { items: unknown[] }).items).toEqual([]);
      const own = (await (await get("/mgh-1")).json()) as { figures: { openList: { waitingOn?: string }[] } };
      expect(own.figures.openList.map(({ waitingOn }) => waitingOn)).toEqual([undefined, "ritm"]);
      for (const other of ["/gaspe-1", "/all", "/gaspe-1/file?format=csv"])
        expect([other, (await get(other)).status]).toEqual([other, 404]);
    });

    it("and on a page for who signs in with such a token, files and all; nothing else of the house", async () => {
      made.config = {
        ...made.config,
        permissions: new Map([["coordinators", ["read-site"]]]),
        tokens: [{ name: "anne", function: "coordinators", secret: secret(tokenText), sites: ["mgh"] }],
      };
      const signed = new BrowserLike(server.url);
      const page = await signed.signIn(tokenText, "/reports");
      expect([page.status, page.headers.get("content-language"), page.headers.get("cache-control")]).toEqual([200, "en-CA", "no-store"]);
      for (const said of ["Reports of your sites", "Monthly follow-up", "Hôpital général", "RITM", 'action="/sign-out"', "anne"])
        expect([said, page.text.includes(said)]).toEqual([said, true]);
      for (const hidden of ["gaspe", "Gaspé", "/all/file", "/rooms/", ">ann<", 'href="/my-list"'])
        expect([hidden, page.text.includes(hidden)]).toEqual([hidden, false]);
      const [, href = ""] = /href="([^"]+format=csv[^"]*)"/.exec(page.text) ?? [];
      const csv = await signed.open(href.replaceAll("&amp;", "&"));
      expect([csv.status, csv.headers.get("content-type"), /\bann\b/.test(csv.text)]).toEqual([200, "text/csv; charset=utf-8", false]);
      expect(actions()).toContain("anne file.taken");
      expect((await signed.open("/reports?lang=fr")).text).toContain("Rapports de vos sites");
      made.config = { ...made.config, tokens: made.config.tokens.map((each) => ({ ...each, sites: ["gaspe"] })) };
      expect((await signed.open("/reports?lang=en")).text.includes("mgh-1"), "sites of another configuration").toBe(false);
    });
  });

  it("is made by who arranges people, never listed, and its secret stands nowhere", async () => {
    const headers = { Authorization: `Bearer ${tokenText}` };
    const list = await (await fetch(`${server.url}/api/v1/room-links`, { headers })).text();
    const kept = JSON.stringify(await made.deps.store.keptAll(""));
    for (const text of [list, kept, JSON.stringify(made.audited)])
      expect([text.includes("anne"), text.includes(path.replace("/rooms/", "")), text.includes(`"${digits}"`)]).toEqual([
        true,
        false,
        false,
      ]);
    expect((await write("/people/nobody/room-link", { sites: ["mgh"] })).status).toBe(404);
    expect((await write("/people/anne/room-link", { sites: ["nowhere"] })).status).toBe(422);
    made.config = { ...made.config, tokens: [{ name: "desk", function: "desk", secret: secret(tokenText) }] };
    expect((await write("/people/anne/room-link", { sites: ["mgh"] })).status).toBe(403);
    expect(await new RoomLinks(made.deps).of(path.replace("/rooms/", ""))).toBeDefined();
  });
});

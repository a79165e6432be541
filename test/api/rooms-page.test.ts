/** A coordinator's page by a personal link, as they meet it, and as what scans their mail does. */
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { browserKnownMs, RoomLinks } from "../../daemon/room-links.ts";
import { BrowserLike } from "./browser-like.ts";
import { at, device, fill, helpRequest, incident, secret, serve, session, tokenText, type World, world } from "./fixture.ts";
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

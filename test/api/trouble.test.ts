/** A store that is locked, full or gone, as people at a page meet it: told in words, nobody turned out, and never that all is well. */
import { afterEach, beforeEach, expect, it } from "vitest";
import { MINUTE } from "../../daemon/model/time.ts";
import { type Store, StoreUnavailable } from "../../daemon/ports.ts";
import { BrowserLike } from "./browser-like.ts";
import { at, fill, incident, serve, tokenText, type World, world } from "./fixture.ts";
import { ruled } from "./ruled.ts";

let made: World;
let server: { readonly url: string; close(): Promise<void> };
let now = at;
let isFull = false;
const path = "/incidents/VIG-2026-01";

beforeEach(async () => {
  [now, isFull] = [at, false];
  made = world();
  Object.assign(made.deps, { clock: { now: () => now, monotonicMs: () => now, sleep: async () => {} } });
  Object.assign(made.deps, { bookings: { hit: () => ({ rooms: new Set(), devices: new Set() }) } });
  fill(made);
  ruled(made);
  made.incidents.set("01", incident("01"));
  const { store } = made.deps;
  const writes = ["transaction", "keep", "keepFirst", "forget"] as const;
  const kept = Object.fromEntries(writes.map((name) => [name, store[name]])) as unknown as Record<string, (...of: unknown[]) => unknown>;
  const full = async (name: string, of: unknown[]) => {
    if (isFull) throw new StoreUnavailable("SQLITE_FULL");
    return kept[name]?.(...of);
  };
  Object.assign(store, Object.fromEntries(writes.map((name) => [name, (...of: unknown[]) => full(name, of)])) as Partial<Store>);
  server = await serve(made);
});
afterEach(() => server.close());

it("shows pages to who is signed in, and says of a form that it may not be recorded, with what was typed and whom to call", async () => {
  const browser = new BrowserLike(server.url);
  await browser.signIn(tokenText, path);
  const form = browser.hidden("note");
  [now, isFull] = [now + 10 * MINUTE, true];
  expect((await browser.open(path)).status, "that they are here cannot be kept").toBe(200);
  const said = {
    en: ["What you sent may not have been recorded", "telephone the coordination centre", "the disk is full", "What you had written"],
    fr: [
      "Ce que vous avez envoyé n'est peut-être pas enregistré",
      "téléphonez au centre de coordination",
      "le disque est plein",
      "à copier",
    ],
  };
  for (const language of ["en", "fr"] as const) {
    const page = await browser.post(path, { ...form, note: "called <b>the</b> clinic" }, { "Accept-Language": language });
    expect([page.status, page.headers.get("content-type"), page.headers.get("retry-after")]).toEqual([
      503,
      "text/html; charset=utf-8",
      "5",
    ]);
    for (const words of [...said[language], `lang="${language}-CA"`, "called &lt;b>the&lt;/b> clinic"])
      expect([words, page.text.includes(words)]).toEqual([words, true]);
    expect(page.text.includes(form.form ?? "?"), "the token of their forms").toBe(false);
  }
  isFull = false;
  await browser.open(path);
  expect((await browser.send("note", { note: "called the clinic" })).text).toContain("The note is on the timeline.");
});

it("says so of a page that cannot be read, and to a client of the API as ever", async () => {
  made.deps.store.incidents = async () => {
    throw new StoreUnavailable("CONNECTION_LOST");
  };
  const get = (to: string, Accept: string) =>
    fetch(`${server.url}${to}`, { headers: { Authorization: `Bearer ${tokenText}`, Accept, "Accept-Language": "fr" } });
  const page = await get("/", "text/html");
  const text = await page.text();
  expect([page.status, text.includes("Cette page ne peut pas s'afficher"), text.includes("pas enregistré")]).toEqual([503, true, false]);
  for (const [to, accept] of [
    ["/api/v1/incidents", "text/html"],
    ["/", "application/json"],
  ] as const) {
    const answer = await get(to, accept);
    expect([to, answer.status, answer.headers.get("content-type")]).toEqual([to, 503, "application/problem+json; charset=utf-8"]);
  }
});

it("shows a coordinator their rooms, tells them to telephone when their call for help cannot be kept, and goes on when it can", async () => {
  const write = await fetch(`${server.url}/api/v1/people/anne/room-link`, {
    method: "POST",
    headers: { Authorization: `Bearer ${tokenText}`, "Content-Type": "application/json" },
    body: JSON.stringify({ sites: ["mgh"] }),
  });
  const link = (await write.json()) as { readonly path: string; readonly digits: string };
  const browser = new BrowserLike(server.url);
  await browser.open(link.path);
  await browser.post(link.path, { act: "confirm", digits: link.digits });
  // Another daemon on the same store, which has never read what links are made with.
  await server.close();
  server = await serve(made);
  const later = new BrowserLike(server.url);
  for (const [name, value] of browser.cookies) later.cookies.set(name, value);
  [now, isFull] = [now + 25 * 60 * MINUTE, true];
  const rooms = await later.open(`${link.path}?lang=en`);
  expect([rooms.status, rooms.text.includes("I need help")]).toEqual([200, true]);
  const [, form = ""] = /name="form" value="([^"]+)"/.exec(rooms.text) ?? [];
  Object.assign(made.deps.intake, {
    take: async () => {
      throw new StoreUnavailable("SQLITE_FULL");
    },
  });
  const help = await later.post(`${link.path}?lang=fr`, { act: "help", room: "a101", symptom: "no-sound", form, once: "1" });
  expect([help.status, help.text.includes("téléphonez au centre de coordination"), help.text.includes(form)]).toEqual([503, true, false]);
  isFull = false;
  expect((await later.open(link.path)).status).toBe(200);
});

it("stands on every page while a role does not work, above what else there is, and then all is not well", async () => {
  const read = (to: string, language: string) =>
    fetch(`${server.url}${to}?lang=${language}`, { headers: { Authorization: `Bearer ${tokenText}` } }).then((answer) => answer.text());
  made.incidents.clear();
  for (const device of made.config.network.devices.keys()) made.board.of(device, at).up = 1;
  expect(await read("/", "en")).toContain("No incident under way. All is well.");
  const roles = [
    { name: "auditor", ok: true, since: at, why: "works" },
    { name: "escalator", ok: false, since: at, why: "restarting after: StoreUnavailable: the store is unavailable (SQLITE_FULL)" },
  ];
  made.readiness = { ready: false, roles };
  for (const [language, words] of [
    ["en", ["Vigie is not doing all of its work.", "act by telephone"]],
    ["fr", ["Vigie ne fait pas tout son travail.", "agissez par téléphone"]],
  ] as const) {
    for (const page of ["/", "/inventory", "/my-list"]) {
      const text = await read(page, language);
      for (const said of [...words, "escalator: restarting after", "SQLITE_FULL"])
        expect([page, said, text.includes(said)]).toEqual([page, said, true]);
      expect(text.includes("auditor")).toBe(false);
    }
  }
  expect(await read("/", "en")).not.toContain("All is well");
});

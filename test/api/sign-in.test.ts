/** Signing in to the pages, as browsers and as others try it: who comes in, how long, and what stands in the audit. */
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { idleSignInMs, longestSignInMs } from "../../daemon/api/sign-ins.ts";
import { BrowserLike } from "./browser-like.ts";
import { at, fill, incident, secret, serve, tokenText, type World, world } from "./fixture.ts";

let made: World;
let server: { readonly url: string; close(): Promise<void> };
let now = at;
let monotonic = 1_000;
let browser: BrowserLike;

beforeEach(async () => {
  now = at;
  monotonic = 1_000;
  made = world();
  Object.assign(made.deps, { clock: { now: () => now, monotonicMs: () => monotonic, sleep: async () => {} } });
  fill(made);
  made.incidents.set("01", incident("01"));
  server = await serve(made);
  browser = new BrowserLike(server.url);
});
afterEach(() => server.close());

const number = "VIG-2026-01";
const actions = () => made.audited.map(({ by, action }) => `${by} ${action}`);

describe("signing in", () => {
  it("leads a browser to the sign-in page, and from there back to where it was going", async () => {
    await browser.open(`/incidents/${number}`);
    expect([browser.page.status, browser.page.path]).toEqual([200, "/sign-in"]);
    expect(browser.page.text).toContain(`value="/incidents/${number}"`);
    await browser.signIn(tokenText, `/incidents/${number}`);
    expect([browser.page.status, browser.page.path]).toEqual([200, `/incidents/${number}`]);
    expect(browser.page.text).toContain("Signed in:");
    expect(actions()).toEqual(["ops sign-in"]);
  });

  it("gives a cookie that no script reads, no other site sends, and of which nothing is kept but a hash", async () => {
    const answer = await fetch(`${server.url}/sign-in`, {
      method: "POST",
      body: new URLSearchParams({ token: tokenText }),
      redirect: "manual",
    });
    const [cookie = ""] = answer.headers.getSetCookie();
    expect(cookie).toMatch(/^vigie=[\w-]{43}; Max-Age=43200; Path=\/; Expires=[^;]+; HttpOnly; SameSite=Strict$/);
    const kept = JSON.stringify(await made.deps.store.keptAll(""));
    expect(kept).toContain("ops");
    for (const text of [cookie.slice(6, 49), tokenText]) expect(kept).not.toContain(text);
  });

  it("is kept to TLS and to this host where the daemon is reached over https", async () => {
    made.config = { ...made.config, instance: { ...made.config.instance, publicUrl: "https://vigie.example.org" } };
    const answer = await fetch(`${server.url}/sign-in`, {
      method: "POST",
      body: new URLSearchParams({ token: tokenText }),
      redirect: "manual",
    });
    expect(answer.headers.getSetCookie()[0]).toMatch(/^__Host-vigie=.*; Path=\/;.*Secure; SameSite=Strict$/);
  });

  it("refuses a wrong token in words, counts it as the API counts, and writes down the attempt without the token", async () => {
    for (let tries = 0; tries < 10; tries += 1) await browser.signIn(`wrong-${tries}`);
    expect([browser.page.status, browser.page.text.includes("This token is not known")]).toEqual([401, true]);
    await browser.signIn(tokenText);
    expect([browser.page.status, browser.page.text.includes("Wait 60 s")]).toEqual([429, true]);
    const headers = { Authorization: `Bearer ${tokenText}` };
    expect((await fetch(`${server.url}/api/v1/devices`, { headers })).status).toBe(429);
    monotonic += 60_000;
    expect((await browser.signIn(tokenText)).status).toBe(200);
    const refused = { by: "unknown", action: "sign-in.refused", target: "127.0.0.1" };
    expect(made.arrived[0]).toMatchObject({ ...refused, data: { times: 1 } });
    await fetch(`${server.url}/api/v1/devices`, { headers });
    expect(made.arrived[1], "the others of that minute, as a number").toMatchObject({ ...refused, data: { times: 9 } });
    expect(JSON.stringify([made.audited, made.arrived])).not.toContain("wrong-");
  });

  it.each(["https://evil.example.org/x", "//evil.example.org", "/\\evil.example.org", "javascript:alert(1)", "/sign-out", ""])(
    "leads nobody away to %s",
    async (to) => {
      const answer = await fetch(`${server.url}/sign-in`, {
        method: "POST",
        body: new URLSearchParams({ token: tokenText, to }),
        redirect: "manual",
      });
      expect(answer.headers.get("location")).toBe("/my-list");
    },
  );

  it("ends after twelve hours, after an hour without a page, and not by a page that keeps itself fresh", async () => {
    await browser.signIn(tokenText);
    const refresh = { "X-Vigie-Refresh": "1" };
    const status = async (headers = {}) => (await browser.open("/", headers)).path;
    now += idleSignInMs - 60_000;
    expect(await status(refresh)).toBe("/");
    now += 120_000;
    expect(await status(refresh)).toBe("/sign-in");
    await browser.signIn(tokenText);
    for (let passed = 0; passed + 1_800_000 < longestSignInMs; passed += 1_800_000) {
      now += 1_800_000;
      expect(await status()).toBe("/");
    }
    now += 1_800_000;
    expect(await status()).toBe("/sign-in");
  });

  it("outlives a restart, and holds at a second daemon on the same database", async () => {
    await browser.signIn(tokenText);
    const twin = await serve(made);
    const other = new BrowserLike(twin.url);
    for (const [name, value] of browser.cookies) other.cookies.set(name, value);
    expect((await other.open("/")).text).toContain("Signed in:");
    await twin.close();
  });

  it("ends at once with the token: it left, or has another secret", async () => {
    await browser.signIn(tokenText);
    const { tokens } = made.config;
    made.config = { ...made.config, tokens: [{ name: "ops", function: "it-technician", secret: secret("another") }] };
    expect((await browser.open("/")).path).toBe("/sign-in");
    made.config = { ...made.config, tokens: [] };
    expect((await browser.open("/")).path).toBe("/sign-in");
    made.config = { ...made.config, tokens };
    expect((await browser.open("/")).path).toBe("/");
  });

  it("ends with the button, for that browser only, and is in the audit", async () => {
    const elsewhere = new BrowserLike(server.url);
    await elsewhere.signIn(tokenText);
    await browser.signIn(tokenText);
    const form = /action="\/sign-out"[\s\S]*?name="form" value="([^"]+)"/.exec(browser.page.text)?.[1] ?? "";
    const before = new Map(browser.cookies);
    await browser.post("/sign-out", { form: "x" });
    expect((await browser.open("/")).path).toBe("/");
    await browser.post("/sign-out", { form });
    expect(browser.cookies.size).toBe(0);
    for (const [name, value] of before) browser.cookies.set(name, value);
    expect((await browser.open("/")).path).toBe("/sign-in");
    expect((await elsewhere.open("/")).path).toBe("/");
    expect(actions()).toEqual(["ops sign-in", "ops sign-in", "ops sign-out"]);
  });

  it("lets a page's links read by the cookie, and nothing write by it but the pages' forms", async () => {
    await browser.signIn(tokenText);
    expect((await browser.open(`/api/v1/incidents/${number}`)).status).toBe(200);
    expect((await browser.post(`/api/v1/incidents/${number}/take`, {})).status).toBe(401);
  });
});

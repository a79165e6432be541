/**
 * The pages that write, in a real Chromium: accessible by axe's rules in both languages, by keyboard alone, without script.
 */
import type { Page } from "playwright-core";
import { afterAll, afterEach, beforeEach, describe, expect, it } from "vitest";
import { RoomLinks } from "../../daemon/room-links.ts";
import { at, device, fill, incident, serve, stand, tokenText, type World, world } from "../api/fixture.ts";
import { ruled } from "../api/ruled.ts";
import { closeBrowser, closePages, objections, open, picture } from "./chromium.ts";

let made: World;
let server: { readonly url: string; close(): Promise<void> };

beforeEach(async () => {
  made = world({ devices: [device("codec-1", { name: "Codec A-101" }), device("codec-2", { name: "Codec de Gaspé", site: "gaspe" })] });
  const functions = new Map([
    ["it-technician", { id: "it-technician", name: { fr: "Technicien informatique", en: "IT technician" }, contacts: [] }],
    ["analyst", { id: "analyst", name: { fr: "Analyste d'affaires en télésanté", en: "Telehealth business analyst" }, contacts: ["anne"] }],
  ]);
  made.config = { ...made.config, functions, http: { ...made.config.http, openReads: true } };
  fill(made);
  stand(made);
  ruled(made);
  made.config = made.deps.config();
  Object.assign(made.deps, { config: () => made.config });
  const base = made.incidents;
  base.set(
    "000123-45",
    incident("000123-45", { severity: "major", state: "taken", holder: "ops", acknowledgedAt: at, wakeFor: "follow-up" }),
  );
  base.set(
    "000124-18",
    incident("000124-18", { symptom: "camera-disconnected", part: "camera 1", state: "restored", restoredAt: at, holder: "ops" }),
  );
  const offer = { to: { functions: ["it-technician"] }, by: "anne", at, note: "je pars à 16 h" };
  base.set("000126-61", incident("000126-61", { symptom: "silent", part: "snmp", state: "taken", holder: "anne", handOver: offer }));
  base.set(
    "000127-33",
    incident("000127-33", {
      symptom: "sip-unregistered",
      holder: "ops",
      state: "taken",
      followUpsMissed: 2,
      followUpDueAt: at - 5_000_000,
    }),
  );
  server = await serve(made);
});
afterEach(async () => {
  await closePages();
  await server.close();
});
afterAll(closeBrowser);

async function signIn(page: Page): Promise<void> {
  await page.goto(`${server.url}/sign-in`);
  await page.fill("#token", tokenText);
  await page.click("main button.main");
}

const addresses = [
  "/my-list",
  "/maintenance",
  "/requests",
  "/requests/new",
  "/requests/new?number=VIG-2026-000010-80",
  "/requests/VIG-2026-000009-12?caller=1&done=taken",
  "/incidents/VIG-2026-000123-45",
  "/incidents/VIG-2026-000126-61",
  "/incidents/VIG-2026-000124-18",
];

describe("every page that writes", () => {
  it.for([
    { locale: "fr-CA", width: 1_280, dark: false },
    { locale: "en-CA", width: 390, dark: false },
    { locale: "fr-CA", width: 390, dark: true },
  ])("has nothing that axe objects to and nothing wider than the screen ($locale, $width px, dark: $dark)", async (how, context) => {
    const page = await open(context, how);
    const look = async (name: string) => {
      await page.evaluate("for (const one of document.querySelectorAll('details')) one.open = true");
      await picture(page, `${name}-${how.locale}-${how.width}${how.dark ? "-dark" : ""}`);
      expect([name, await objections(page)]).toEqual([name, []]);
      const wide = (await page.evaluate("document.documentElement.scrollWidth")) as number;
      expect([name, wide <= how.width]).toEqual([name, true]);
    };
    await page.goto(`${server.url}/my-list`);
    await look("signed-out");
    await page.goto(`${server.url}/sign-in`);
    await look("sign-in");
    await page.fill("#token", "wrong");
    await page.click("main button.main");
    await look("sign-in-wrong");
    await signIn(page);
    for (const address of addresses) {
      await page.goto(`${server.url}${address}`);
      await look(address.replaceAll(/[/?&=]/g, "_"));
    }
    // Refused: the browser's own check is passed by, as old ones do.
    await page.goto(`${server.url}/incidents/VIG-2026-000123-45`);
    await page.evaluate("for (const one of document.querySelectorAll('form')) one.noValidate = true");
    await page.locator("#fold-follow-up summary").click();
    await page.fill("#follow-up-note", "la pièce arrive");
    await page.click("#act-follow-up button");
    await look("refused");
  });
});

describe("a coordinator's page", () => {
  it.for([
    { locale: "fr-CA", width: 1_280, dark: false },
    { locale: "en-CA", width: 390, dark: false },
  ])("is accessible, before and after the digits, and asks for help by keyboard ($locale, $width px)", async (how, context) => {
    const page = await open(context, { ...how, script: true });
    const { contacts } = made.config;
    const anne = { id: "anne", name: "Anne Roy", language: how.locale === "fr-CA" ? ("fr" as const) : ("en" as const), channels: [] };
    made.config = { ...made.config, contacts: new Map([...contacts, ["anne", anne]]) };
    const link = await new RoomLinks(made.deps).make("anne", ["mgh"], "ops");
    if (!link.ok) throw new Error(link.problem);
    const look = async (name: string) => {
      await picture(page, `${name}-${how.locale}-${how.width}`);
      expect([name, await objections(page)]).toEqual([name, []]);
      expect([name, ((await page.evaluate("document.documentElement.scrollWidth")) as number) <= how.width]).toEqual([name, true]);
    };
    await page.goto(`${server.url}/rooms/nonsense`);
    await look("rooms-none");
    await page.goto(`${server.url}/rooms/${link.token}`);
    await look("rooms-first");
    await page.locator("#digits").focus();
    await page.keyboard.type("000000");
    await page.keyboard.press("Enter");
    await page.locator(".banner.problem").waitFor();
    await look("rooms-wrong");
    await page.fill("#digits", link.digits);
    await page.keyboard.press("Enter");
    await page.locator(".banner.good").waitFor();
    await look("rooms-known");
    // Theirs is another room's: one of their own is open already.
    Object.assign(made.deps.store, { requests: async () => [] });
    await page.goto(`${server.url}/rooms/${link.token}`);
    await page.locator("form button.main").focus();
    await page.keyboard.press("Enter");
    await page.locator(".banner.good").waitFor();
    await look("rooms-sent");
    expect(made.taken).toMatchObject([{ room: "a101", symptom: "user-assistance", source: "form" }]);
  });
});

describe("an incident's page", () => {
  it("is worked on by keyboard alone, without script", async (context) => {
    const page = await open(context, { script: false });
    await page.goto(`${server.url}/sign-in?to=/incidents/VIG-2026-000126-61`);
    await page.locator("#token").focus();
    await page.keyboard.type(tokenText);
    await page.keyboard.press("Enter");
    await page.waitForURL("**/incidents/VIG-2026-000126-61");
    const noteField = page.locator("#note-note");
    for (let presses = 0; presses < 60 && !(await noteField.evaluate((one) => one === document.activeElement)); presses += 1)
      await page.keyboard.press("Tab");
    await page.keyboard.type("le site est rappelé");
    await page.keyboard.press("Tab");
    await page.keyboard.press("Enter");
    await page.waitForURL("**done=note**");
    expect(await page.getByRole("status").textContent()).toContain("La note est dans la chronologie.");
  });

  it("does not lose what is half written when it refreshes itself", async (context) => {
    const page = await open(context);
    await signIn(page);
    const events = page.waitForResponse((answer) => answer.url().endsWith("/api/v1/events"));
    await page.goto(`${server.url}/incidents/VIG-2026-000123-45`);
    await events;
    await page.fill("#note-note", "à moitié écr");
    await page.locator("h1").click();
    const refreshed = page.waitForResponse((answer) => answer.url().endsWith("/incidents/VIG-2026-000123-45"));
    made.poke({ kind: "incident", id: "000123-45" });
    await refreshed;
    await page.waitForTimeout(50);
    expect(await page.inputValue("#note-note")).toBe("à moitié écr");
  });

  it("opened from another site, shows who is signed in although the browser keeps the cookie back at first", async (context) => {
    const page = await open(context, { script: false });
    made.config = { ...made.config, http: { ...made.config.http, openReads: false } };
    await signIn(page);
    // Another site: localhost is not 127.0.0.1.
    await page.route("http://elsewhere.test/", (route) =>
      route.fulfill({ contentType: "text/html", body: `<a href="${server.url}/incidents/VIG-2026-000123-45">incident</a>` }),
    );
    await page.goto("http://elsewhere.test/");
    await page.click("a");
    await page.locator("header", { hasText: "Connecté" }).waitFor({ timeout: 30_000 });
    expect(new URL(page.url()).pathname).toBe("/incidents/VIG-2026-000123-45");
  });
});

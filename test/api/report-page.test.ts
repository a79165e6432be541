/** The page of a major incident's report: written, refused, signed, as the API does it; by whom may, in both languages. */
import { afterEach, beforeEach, expect, it } from "vitest";
import type { ReportTexts } from "../../daemon/model/report.ts";
import { BrowserLike } from "./browser-like.ts";
import { fill, incident, secret, serve, tokenText, type World, world } from "./fixture.ts";
import { facts, report } from "./reported.ts";

let made: World;
let server: { readonly url: string; close(): Promise<void> };
let browser: BrowserLike;
let saves: unknown[][] = [];
let signs: unknown[][] = [];
let now: { version: number; texts: ReportTexts; signed?: typeof report.signed };
const path = "/incidents/VIG-2026-01/report";
const proposed = {
  diagnosis: "VIG-2026-01-D1",
  verdict: "device",
  confidence: 54,
  texts: { fr: "L'appareil.", en: "The device." },
} as const;

beforeEach(async () => {
  [saves, signs, now] = [[], [], { version: 0, texts: { organizational: "none: 50 min", clinical: "none: 50 min" } }];
  const tokens = [
    { name: "ops", function: "it-technician", secret: secret(tokenText) },
    { name: "counter", function: "desk", secret: secret("vigie_desk_token") },
    { name: "clinic", function: "coordinators", sites: ["mgh"], secret: secret("vigie_clinic_token") },
  ];
  made = world({ config: { tokens } });
  fill(made);
  made.incidents.set("01", incident("01", { severity: "major" }));
  const { signed: _s, facts: _f, ...draft } = report;
  const of = async () => {
    const shown = now.texts.cause === undefined ? { proposed } : {};
    return { ok: true, report: { ...draft, ...now }, facts: [facts], ...shown } as const;
  };
  Object.assign(made.deps, {
    reports: {
      ...{ of, get: of },
      save: async (id: string, by: string, change: { version: number; texts: ReportTexts }) => {
        saves.push([id, by, change]);
        if (change.version !== now.version)
          return { ok: false, status: 409, problem: "it is at version 1 now, not 0: read it again, and save what you changed" };
        now = { version: now.version + 1, texts: { ...now.texts, ...change.texts } };
        return of();
      },
      sign: async (...asked: unknown[]) => {
        signs.push(asked);
        now = { ...now, version: now.version + 1, signed: { by: "ops", function: "it-technician", at: report.at } };
        return of();
      },
    },
  });
  server = await serve(made);
  browser = new BrowserLike(server.url);
  await browser.signIn(tokenText, path);
});
afterEach(() => server.close());

it("is filled with the proposed cause, marked as that; lists what is missing; saved and signed in the name of who is signed in", async () => {
  const page = browser.page.text;
  expect(page).toMatch(/id="save-cause"[^>]*>The device\.<\/textarea>/);
  expect(page).toContain("Proposed by diagnosis VIG-2026-01-D1 (54 %)");
  expect(page).toContain("Missing: the cause, the remedial action.");
  expect(page).toMatch(/id="save-clinical"[^>]*>none: 50 min<\/textarea>/);
  for (const format of ["pdf", "docx"])
    expect(page).toContain(`/api/v1/incidents/VIG-2026-01/report/file?format=${format}&amp;language=en`);
  expect(() => browser.hidden("sign")).toThrow();
  const half = await browser.send("save", { cause: "The device.", remedial: "action", what: "a new supply" });
  expect([
    half.status,
    saves,
    /id="save-owner-problem">To be filled in/.test(half.text),
    half.text.includes("a new supply</textarea>"),
  ]).toEqual([422, [], true, true]);
  const remedial = { remedial: "action", what: "a new supply", owner: "ann", due: "2026-04-01" };
  await browser.send("save", { ...remedial, cause: "A power supply.", incidents: "VIG-2026-01, VIG-2026-02" });
  const texts = { cause: "A power supply.", remedial: { kind: "action", what: "a new supply", owner: "ann", due: "2026-04-01" } };
  expect(saves).toEqual([["VIG-2026-01", "ops", { version: 0, texts, incidents: ["VIG-2026-01", "VIG-2026-02"] }]]);
  expect([browser.page.path, browser.page.text.includes("Only the signature is missing.")]).toEqual([path, true]);
  await browser.send("sign");
  expect(signs).toEqual([["01", 1, { by: "ops", function: "it-technician" }]]);
  expect(browser.page.text).toMatch(/Version 2, signed by ops/);
  expect(browser.page.text).toContain("A signed version does not change");
});

it("says in words that somebody saved it meanwhile, and keeps what was typed", async () => {
  now = { ...now, version: 1 };
  const late = { ...browser.hidden("save"), version: "0", cause: "mine" };
  const page = await browser.post(path, late);
  expect([page.status, page.text.includes("Somebody was faster"), page.text.includes(">mine</textarea>")]).toEqual([409, true, true]);
});

it("in French; and without the right to sign it says whose that is", async () => {
  now = { version: 1, texts: report.texts };
  const desk = new BrowserLike(server.url);
  await desk.signIn("vigie_desk_token", path);
  expect(() => desk.hidden("sign")).toThrow();
  expect(desk.page.text).toContain("To be signed by: ");
  const forged = await desk.post(path, { ...desk.hidden("save"), act: "sign", report: "01", version: "1" });
  expect([forged.status, signs]).toEqual([403, []]);
  await desk.open(path, { "Accept-Language": "fr" });
  for (const words of ["Répercussions cliniques", "Il ne manque que la signature.", "La signature revient à"])
    expect(desk.page.text).toContain(words);
});

it("is not there for who may not read it, and asks who is not signed in to sign in", async () => {
  const clinic = new BrowserLike(server.url);
  await clinic.signIn("vigie_clinic_token", path);
  expect(clinic.page.status).toBe(403);
  const forged = await clinic.post(path, { act: "save", version: "0", cause: "mine" });
  expect([forged.status, saves]).toEqual([403, []]);
  const stranger = new BrowserLike(server.url);
  await stranger.open(path);
  expect(stranger.page.path).toBe("/sign-in");
});

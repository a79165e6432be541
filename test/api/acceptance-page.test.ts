/** The page of an acceptance sheet: signed and taken back there, as the API does it; by whom may, in both languages. */
import { afterEach, beforeEach, expect, it } from "vitest";
import type { Acceptance, Sheet } from "../../daemon/model/acceptance.ts";
import { type Signing, sign } from "../../rules/acceptance.ts";
import { BrowserLike } from "./browser-like.ts";
import { at, fill, secret, serve, tokenText, type World, world } from "./fixture.ts";

let made: World;
let server: { readonly url: string; close(): Promise<void> };
let browser: BrowserLike;
let sheet: Sheet;
let signed: Acceptance[];
const path = "/rooms/a101/acceptance";

beforeEach(async () => {
  sheet = {
    place: "a101",
    devices: ["codec-1"],
    lines: [
      { id: "codec-1/link", item: "link", device: "codec-1", state: "good" },
      { id: "codec-1/registered", item: "registered", device: "codec-1", state: "open" },
      { id: "test-call", item: "test-call", state: "open" },
    ],
  };
  signed = [];
  const tokens = [
    { name: "ops", function: "it-technician", secret: secret(tokenText) },
    { name: "counter", function: "desk", secret: secret("vigie_desk_token") },
  ];
  made = world({ config: { tokens } });
  fill(made);
  Object.assign(made.deps.accepting, {
    sheet: async () => sheet,
    sign: async (place: string, { name, function: of }: { name: string; function: string }, signing: Signing) => {
      const outcome = sign(sheet, signing);
      if (!outcome.ok) return { ok: false, status: sheet.devices.length === 0 ? 409 : 422, problem: outcome.why };
      const { reason } = signing;
      const acceptance: Acceptance = {
        ...{ ...sheet, id: "s1", place, at, by: name, function: of, lines: outcome.lines },
        ...(reason === undefined ? {} : { reason }),
      };
      signed.push(acceptance);
      sheet = { place, devices: [], lines: [] };
      return { ok: true, acceptance };
    },
    withdraw: async (_place: string, { name }: { name: string }, reason: string) => {
      const acceptance = { ...(signed[0] as Acceptance), withdrawn: { at, by: name, reason } };
      signed = [acceptance];
      return { ok: true, acceptance };
    },
  });
  Object.assign(made.deps.store, { acceptances: async () => signed });
  server = await serve(made);
  browser = new BrowserLike(server.url);
  await browser.signIn(tokenText, path);
});
afterEach(() => server.close());

it("asks for a word on each line that only a person sees, and is signed in the name of who is signed in; then taken back with a reason", async () => {
  expect([...browser.page.text.matchAll(/name="(note:[^"]*)"/g)].map(([, name]) => name)).toEqual([
    "note:codec-1/registered",
    "note:test-call",
  ]);
  expect(browser.page.text).not.toContain('name="reason"');
  const half = await browser.send("sign", { "note:codec-1/registered": "called it", "note:test-call": " " });
  expect([half.status, signed.length, /id="sign-note:test-call-problem">To be filled in/.test(half.text)]).toEqual([422, 0, true]);
  expect(half.text).toContain('value="called it"');
  await browser.send("sign", { "note:codec-1/registered": "called it", "note:test-call": "picture and sound" });
  expect(signed).toMatchObject([{ by: "ops", function: "it-technician", place: "a101", devices: ["codec-1"] }]);
  expect(signed[0]?.lines.map(({ id, note }) => [id, note])).toEqual([
    ["codec-1/link", undefined],
    ["codec-1/registered", "called it"],
    ["test-call", "picture and sound"],
  ]);
  expect([browser.page.path, browser.page.text.includes("count like the others from now on")]).toEqual([path, true]);
  expect(() => browser.hidden("sign")).toThrow();
  expect((await browser.send("withdraw", { reason: "" })).status).toBe(422);
  await browser.send("withdraw", { reason: "the room is being rebuilt" });
  expect(signed[0]?.withdrawn).toMatchObject({ by: "ops", reason: "the room is being rebuilt" });
  expect(() => browser.hidden("withdraw")).toThrow();
});

it("wants a reason while something is wrong, told in French, and warns of a patient's number", async () => {
  sheet = { ...sheet, lines: [{ id: "codec-1/ready", item: "ready", device: "codec-1", state: "bad", value: "camera-disconnected" }] };
  await browser.open(path, { "Accept-Language": "fr" });
  expect(browser.page.text).toContain("la raison de signer quand même");
  const french = { "Accept-Language": "fr" };
  const without = await browser.send("sign", {}, french);
  expect([without.status, without.text.includes("mauvais en ce moment : codec-1/ready; réparez-le")]).toEqual([422, true]);
  await browser.send("sign", { reason: "caméra demain; patient TREM 5562 0312" }, french);
  expect(signed).toMatchObject([{ reason: "caméra demain; patient TREM 5562 0312" }]);
  expect(browser.page.text).toContain("The text seems to hold a health insurance number");
});

it("a line that came right meanwhile is told, and what was typed is kept", async () => {
  const typed = { "note:codec-1/registered": "called it", "note:test-call": "picture and sound" };
  const form = { ...browser.hidden("sign"), ...typed };
  sheet = { ...sheet, lines: sheet.lines.map((line) => (line.item === "registered" ? { ...line, state: "good" } : line)) };
  const late = await browser.post(path, form);
  expect([late.status, late.text.includes("no note belongs to it: codec-1/registered"), signed.length]).toEqual([422, true, 0]);
  expect(late.text).toContain('value="picture and sound"');
});

it("a long sheet of a site is signed whole", async () => {
  const lines = Array.from({ length: 300 }, (_, at) => ({ id: `codec-1/${at}`, item: "link", device: "codec-1", state: "open" }) as const);
  sheet = { ...sheet, lines };
  await browser.open(path);
  const page = await browser.send("sign", Object.fromEntries(lines.map(({ id }) => [`note:${id}`, "seen"])));
  expect([page.status, signed[0]?.lines.length]).toEqual([200, 300]);
});

it("is no form for who may not sign, nor for who is not signed in", async () => {
  const desk = new BrowserLike(server.url);
  await desk.signIn("vigie_desk_token", path);
  expect(() => desk.hidden("sign")).toThrow();
  expect(desk.page.text).toContain("To be signed by: ");
  const forged = await desk.post(path, { form: browser.hidden("sign").form ?? "", act: "sign", "note:test-call": "x" });
  expect([forged.status, signed]).toEqual([403, []]);
  const stranger = new BrowserLike(server.url);
  await stranger.open(path);
  expect(stranger.page.path).toBe("/sign-in");
});

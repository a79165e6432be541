/** Taking in a call on the pages: the number first, once each, who called only where it is asked for. */
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { BrowserLike } from "./browser-like.ts";
import { at, fill, helpRequest, incident, secret, serve, stand, tokenText, type World, world } from "./fixture.ts";

let made: World;
let server: { readonly url: string; close(): Promise<void> };
let browser: BrowserLike;
const number = "VIG-2026-000010-80";

beforeEach(async () => {
  made = world();
  fill(made);
  stand(made);
  made.incidents.set("01", incident("01"));
  server = await serve(made);
  browser = new BrowserLike(server.url);
  await browser.signIn(tokenText, "/requests");
});
afterEach(() => server.close());

const reads = () => made.audited.filter(({ action }) => action === "request.caller-read").length;

describe("taking in a call", () => {
  it("reserves the number with the form, and sends what was said under it", async () => {
    await browser.send("reserve");
    expect([browser.page.path, browser.page.text.includes(`Number to tell: ${number}`)]).toEqual(["/requests/new", true]);
    expect(made.taken).toEqual([]);
    const typed = {
      room: "a101",
      symptom: "no-sound",
      sessionAffected: "yes",
      callerName: "Anne Roy",
      callerPhone: "514 555-1234",
      language: "fr",
    };
    await browser.send("take", typed);
    const { callerName: name, callerPhone: phone, ...told } = typed;
    expect(made.taken).toMatchObject([{ ...told, sessionAffected: true, number, caller: { name, phone } }]);
    expect(browser.page.path).toBe(`/requests/${helpRequest.number}`);
    for (const text of ["It is taken in.", "Votre demande porte le numéro", "Nous vous rappellerons au 514 555-1234", "Anne Roy"])
      expect([text, browser.page.text.includes(text)]).toEqual([text, true]);
  });

  it("reserves nothing for who only looks at the address", async () => {
    let reserved = 0;
    const { intake } = made.deps;
    Object.assign(made.deps, { intake: { ...intake, reserve: async () => String(++reserved) } });
    for (const path of ["/requests/new", "/requests/new?number=%3Cscript%3E", "/requests"]) await browser.open(path);
    expect(reserved).toBe(0);
    expect(browser.hidden("reserve")).toMatchObject({ act: "reserve" });
  });

  it("says beside the field what is wrong, and keeps the number and what was typed", async () => {
    await browser.send("reserve");
    const page = await browser.send("take", { room: "", symptom: "echo", callerName: "Anne Roy", language: "en" });
    expect([page.status, made.taken]).toEqual([422, []]);
    expect(/id="take-room-problem">To be filled in/.test(page.text)).toBe(true);
    for (const text of [number, 'value="Anne Roy"', '<option value="echo" selected'])
      expect([text, page.text.includes(text)]).toEqual([text, true]);
    const unknown = await browser.send("take", { room: "b9", symptom: "echo", language: "en" });
    expect([unknown.status, /id="take-room-problem">there is no room/.test(unknown.text)]).toEqual([422, true]);
  });

  it("attaches with one button, and writes down what the caller says", async () => {
    const heard: unknown[] = [];
    const { intake } = made.deps;
    const attach: typeof intake.attach = async (...of) => {
      heard.push(of);
      return { ok: true, request: helpRequest };
    };
    const outcome: typeof intake.outcome = async (...of) => {
      heard.push(of);
      return { ok: true, request: helpRequest };
    };
    Object.assign(made.deps, { intake: { ...intake, attach, outcome } });
    await browser.open(`/requests/${helpRequest.number}`);
    await browser.send("attach:VIG-2026-02");
    await browser.send("attempt");
    expect(heard).toEqual([
      [helpRequest.number, "VIG-2026-02", "ops"],
      [helpRequest.number, { how: "attempt", by: "ops", note: undefined }],
    ]);
  });

  it("shows who called only where it is asked for, once on record each time, on a page that does not fetch itself", async () => {
    await browser.open(`/requests/${helpRequest.number}`);
    expect([browser.page.text.includes("Anne Roy"), browser.page.text.includes("<script"), reads()]).toEqual([false, true, 0]);
    await browser.open(`/requests/${helpRequest.number}?caller=1`);
    expect([browser.page.text.includes("Anne Roy"), browser.page.text.includes("<script"), reads()]).toEqual([true, false, 1]);
    made.config = { ...made.config, http: { ...made.config.http, openReads: true } };
    browser.cookies.clear();
    await browser.open(`/requests/${helpRequest.number}?caller=1`);
    expect([browser.page.text.includes("Anne Roy"), reads()]).toEqual([false, 1]);
  });
});

describe("the list of what is mine", () => {
  it("has what is overdue first, with the next deadline in words", async () => {
    made.incidents.clear();
    made.incidents.set("a", incident("a", { holder: "ops", state: "taken", wakeFor: "follow-up", wakeAt: at + 5 * 60_000 }));
    made.incidents.set("b", incident("b", { holder: "ops", state: "taken", followUpsMissed: 1, followUpDueAt: at - 3 * 3_600_000 }));
    const offer = { to: { functions: [], person: "ops" }, by: "anne", at, note: "yours" };
    made.incidents.set("c", incident("c", { holder: "anne", state: "taken", handOver: offer }));
    made.incidents.set("d", incident("d"));
    await browser.open("/my-list");
    const main = browser.page.text;
    const order = [
      "Handed to you (1)",
      "VIG-2026-c",
      "Yours (2)",
      "VIG-2026-b",
      "overdue by 3 h 0 min",
      "VIG-2026-a",
      "follow-up due in 5 min",
    ];
    const places = order.map((text) => main.indexOf(text));
    expect(places).toEqual([...places].sort((x, y) => x - y));
    expect(places.includes(-1)).toBe(false);
    // Level 1 tells the desk, not this function; and nobody has it.
    expect(main.includes("VIG-2026-d")).toBe(false);
  });

  it("follows the turns: on call for level 1 it has what waits there; a week later, or swapped for tonight, only what is theirs", async () => {
    const week = 7 * 86_400_000;
    const turns = { id: "r1", function: "desk", people: ["ops", "bea"], zone: "America/Toronto", weeks: 1, covers: "always" } as const;
    const rotation = { ...turns, from: at - 3_600_000, by: "ann", createdAt: at, handover: { weekday: 1, minute: 480 } } as const;
    const contact = (id: string) => [id, { id, name: id, language: "en", channels: [{ channel: "sink", address: id }] }] as const;
    const onCall = { people: [], rotations: [rotation], overrides: [] };
    made.config = {
      ...made.config,
      ...{ contacts: new Map([contact("ops"), contact("bea")]), channels: new Map([["sink", { id: "sink", kind: "sink" }]]), onCall },
      functions: new Map([["desk", { id: "desk", name: { fr: "Comptoir", en: "Desk" }, contacts: [] }]]),
    };
    made.incidents.clear();
    made.incidents.set("d", incident("d"));
    made.incidents.set("m", incident("m", { holder: "ops", state: "taken" }));
    const sees = async () => {
      await browser.open("/my-list");
      return ["VIG-2026-d", "VIG-2026-m", "You are not on call now (Desk)"].map((text) => browser.page.text.includes(text));
    };
    expect(await sees()).toEqual([true, true, false]);
    const swap = {
      id: "o1",
      function: "desk",
      people: ["bea"],
      from: at - 1,
      to: at + 3_600_000,
      reason: "swap",
      by: "ann",
      createdAt: at,
    };
    made.config = { ...made.config, onCall: { ...onCall, overrides: [swap] } };
    expect(await sees()).toEqual([false, true, true]);
    made.config = { ...made.config, onCall: { ...onCall, rotations: [{ ...rotation, from: at - week - 3_600_000 }] } };
    expect(await sees()).toEqual([false, true, true]);
    // Who takes no turns has their function's at any time: a token that several share.
    made.config = { ...made.config, tokens: [{ name: "counter", function: "desk", secret: secret("another token, long") }] };
    browser.cookies.clear();
    await browser.signIn("another token, long");
    expect(await sees()).toEqual([true, false, false]);
  });
});

/** Maintenance and silences over HTTP and as a page. */
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from "vitest";
import type { Plan } from "../../daemon/maintaining.ts";
import { BrowserLike } from "./browser-like.ts";
import { alarm, at, fill, incident, secret, serve, tokenText, world } from "./fixture.ts";

describe("maintenance", () => {
  const made = world();
  let base: string;
  let close: () => Promise<void>;
  const headers = { Authorization: `Bearer ${tokenText}`, "Content-Type": "application/json" };
  const get = (path: string) => fetch(`${base}${path}`, { headers });
  const post = (path: string, body: object) => fetch(`${base}${path}`, { method: "POST", headers, body: JSON.stringify(body) });

  beforeAll(async () => {
    fill(made);
    const muted = { by: "maintenance:01", reason: "new firmware", since: at - 1_000, until: at + 3_600_000 };
    const quiet = incident("77", { muted: { ...muted, left: { ms: 0, in: "wall", for: "repeat" } } });
    made.incidents.set(quiet.id, quiet);
    Object.assign(made.deps, { alarms: () => [{ ...alarm, suppressedBy: "maintenance:01" }] });
    const served = await serve(made);
    base = served.url;
    close = () => served.close();
  });
  afterAll(() => close());

  it("is shown with who, why, until when, and what stands behind it", async () => {
    const { items } = (await (await get("/api/v1/maintenance?phase=now")).json()) as { items: object[] };
    expect(items).toMatchObject([
      {
        ...{ id: "01", kind: "maintenance", reason: "new firmware", by: "ann", phase: "now", alarmsBehind: 1, incidentsQuiet: 1 },
        span: { to: new Date(at + 3_600_000).toISOString() },
      },
    ]);
    expect(await (await get("/api/v1/maintenance?phase=coming")).json()).toEqual({ items: [] });
    expect((await get("/api/v1/maintenance/none")).status).toBe(404);
  });

  it("is planned with what the writer should know, and refused with every problem at once", async () => {
    const planned = await post("/api/v1/maintenance", {
      reason: "TREM 1234 5678: new firmware",
      scope: { devices: ["codec-1"] },
      minutes: 60,
    });
    expect(await planned.json()).toMatchObject({
      warnings: [expect.stringContaining("codec-9"), expect.stringContaining("health insurance number")],
      sessions: [{ rooms: ["a101"] }],
    });
    const refused = await post("/api/v1/maintenance", { reason: "r", scope: {}, rule: "FREQ=HOURLY", minutes: 60 });
    expect(refused.status).toBe(422);
    const { detail } = (await refused.json()) as { detail: string };
    expect(detail).toMatch(/scope: it is about nothing[\s\S]*rule: FREQ is "HOURLY"/);
    expect((await fetch(`${base}/api/v1/maintenance`, { method: "POST", body: "{}" })).status).toBe(401);
  });

  it("is changed: what is left out stays, and it is said who did it", async () => {
    const changed = await post("/api/v1/maintenance/01/change", { reason: "TREM 1234 5678", note: "the part came late" });
    expect(await changed.json()).toMatchObject({
      ...{ id: "01", reason: "TREM 1234 5678", changed: [{ by: "ops" }], replaces: "m0" },
      warnings: [expect.stringContaining("health insurance number")],
    });
    expect((await post("/api/v1/maintenance/02/change", { minutes: 60 })).status).toBe(409);
    expect((await post("/api/v1/maintenance/01/change", { reson: "x" })).status).toBe(422);
  });

  it.each([
    ["fr", "Maintenance et silences", "jusqu'au 2026-03-09 11:05", "Muet"],
    ["en", "Maintenance and silences", "until 2026-03-09 11:05", "Quiet"],
  ])("has a page, and says so on that of its incident (%s)", async (language, title, until, quiet) => {
    const page = await (await get(`/maintenance?lang=${language}`)).text();
    expect(page).toContain(title);
    expect(page).toContain("new firmware");
    expect(page).toContain(until);
    const of = await (await get(`/incidents/VIG-2026-77?lang=${language}`)).text();
    expect(of).toContain(`<a href="/maintenance#01">${quiet}</a>`);
  });
});

describe("the form of maintenance", () => {
  const plans: Plan[] = [];
  const acts: unknown[][] = [];
  let browser: BrowserLike;
  let server: { readonly url: string; close(): Promise<void> };

  beforeEach(async () => {
    plans.length = 0;
    acts.length = 0;
    const tokens = [
      { name: "ops", function: "it-technician", secret: secret(tokenText) },
      { name: "reader", function: "viewers", secret: secret("vigie_reader_token") },
    ];
    const made = world({ config: { tokens } });
    made.config = { ...made.config, permissions: new Map([...made.config.permissions, ["viewers", ["read"]]]) };
    fill(made);
    const { maintaining } = made.deps;
    const heard =
      (name: "end" | "cancel") =>
      (...of: Parameters<typeof maintaining.end>) => {
        acts.push([name, ...of]);
        return maintaining[name](...of);
      };
    const add: typeof maintaining.add = (plan, planner) => {
      plans.push(plan);
      return maintaining.add(plan, planner);
    };
    Object.assign(made.deps, { maintaining: { ...maintaining, add, end: heard("end"), cancel: heard("cancel") } });
    server = await serve(made);
    browser = new BrowserLike(server.url);
    await browser.signIn(tokenText, "/maintenance");
  });
  afterEach(() => server.close());

  const once = { kind: "maintenance", reason: "new firmware", device: "codec-1", repeat: "once", minutes: "90" };
  const evening = { from: "2026-03-10T22:00" };
  const begins = Date.parse("2026-03-10T22:00:00-04:00");

  it("plans once, by length or by end, on the clock of the instance; and says which sessions it hits", async () => {
    const page = await browser.send("plan", { ...once, ...evening });
    expect(page.text).toContain("It is planned.");
    expect(page.text).toContain("One booked session is hit");
    expect(page.text).toContain("As it is written it keeps nothing quiet");
    const where = { device: "", place: "sites:mgh", symptom: "unreachable", label: "floor = 3" };
    await browser.send("plan", { ...once, ...evening, ...where, kind: "silence", to: "2026-03-11T02:00" });
    expect((await browser.send("plan", { ...once, reason: "TREM 1234 5678" })).text).toContain("health insurance number");
    plans.pop();
    const when = { kind: "once", from: begins, to: begins + 90 * 60_000 };
    expect(plans).toEqual([
      { kind: "maintenance", reason: "new firmware", zone: "America/Toronto", scope: { devices: ["codec-1"] }, when },
      {
        ...{ kind: "silence", reason: "new firmware", zone: "America/Toronto", when: { ...when, to: begins + 4 * 3_600_000 } },
        scope: { sites: ["mgh"], symptoms: ["unreachable"], labels: { floor: "3" } },
      },
    ]);
  });

  it("plans what recurs by its rule, until the last day", async () => {
    const rules = {
      daily: "FREQ=DAILY",
      workdays: "FREQ=WEEKLY;BYDAY=MO,TU,WE,TH,FR",
      weekly: "FREQ=WEEKLY",
      fortnightly: "FREQ=WEEKLY;INTERVAL=2",
      monthly: "FREQ=MONTHLY",
    };
    const shown = [...browser.page.text.matchAll(/<option value="(\w+)"[^>]*>/g)].map(([, value]) => value);
    expect(shown).toEqual(expect.arrayContaining(["once", "flexible", ...Object.keys(rules)]));
    for (const repeat of Object.keys(rules)) await browser.send("plan", { ...once, ...evening, repeat, to: "2026-12-31T00:00" });
    const rest = { kind: "recurring", firstDay: "2026-03-10", fromMinute: 22 * 60, minutes: 90 };
    expect(plans.map(({ when }) => when)).toEqual(Object.values(rules).map((rule) => ({ ...rest, rule: `${rule};UNTIL=20261231` })));
  });

  it("plans two hours from when it goes down, within an outer window that has to be said", async () => {
    const flexible = { ...once, ...evening, repeat: "flexible", minutes: "120" };
    const asked = await browser.send("plan", flexible);
    expect([asked.status, /id="plan-to-problem">[^<]*To be filled in/.test(asked.text), plans.length]).toEqual([422, true, 0]);
    await browser.send("plan", { ...flexible, to: "2026-03-11T06:00" });
    expect(plans.map(({ when }) => when)).toEqual([{ kind: "flexible", from: begins, to: begins + 8 * 3_600_000, lengthMs: 7_200_000 }]);
  });

  it("keeps what was typed, and says beside the field what is wrong with it, in both languages", async () => {
    const wrong = async (values: Readonly<Record<string, string>>, language = "en") => {
      const page = await browser.send("plan", { ...once, ...values }, { "Accept-Language": language });
      expect([page.status, page.text.includes('id="fold-plan" open'), page.text.includes("new firmware")]).toEqual([422, true, true]);
      return [...page.text.matchAll(/id="plan-(\w+)-problem">\s*([^<]*?)\s*</g)].map(([, field, text]) => `${field}: ${text}`);
    };
    const none = "This is none of the possible values.";
    expect(await wrong({ device: "codec-99" })).toEqual([`device: ${none}`]);
    expect(await wrong({ device: "" })).toEqual(["place: To be filled in."]);
    expect(await wrong({ label: "floor 3" })).toEqual([`label: ${none}`]);
    expect(await wrong({ minutes: "two hours" })).toEqual([`minutes: ${none}`]);
    expect(await wrong({ repeat: "yearly" })).toEqual([`repeat: ${none}`]);
    expect(await wrong({ from: "tonight" })).toEqual([expect.stringMatching(/^from: This is no date and time/)]);
    const backwards = { ...evening, to: "2026-03-10T21:00" };
    expect(await wrong(backwards)).toEqual(["to: it ends before it begins; write a later time."]);
    expect(await wrong(backwards, "fr")).toEqual(["to: la fin précède le début; écrivez une heure plus tardive."]);
    const week = await wrong({ repeat: "weekly", minutes: "20000" }, "fr");
    expect(week.map((text) => text.replace("&#39;", "'"))).toEqual(["minutes: 20000, c'est plus d'une semaine; écrivez moins."]);
    expect(plans).toEqual([]);
  });

  it("ends now what is in force; and is neither shown to nor taken from whose function may not plan", async () => {
    const form = browser.hidden("end:01");
    const page = await browser.send("end:01");
    expect(acts).toEqual([["end", "01", { name: "ops", function: "it-technician" }, undefined]]);
    expect(page.text).toContain("It has ended");
    const reader = new BrowserLike(server.url);
    await reader.signIn("vigie_reader_token", "/maintenance");
    expect(reader.page.text).not.toMatch(/id="act-(plan|end)/);
    await reader.open("/incidents/VIG-2026-77");
    const token = /name="form" value="([^"]+)"/.exec(reader.page.text)?.[1] ?? "";
    const refused = await reader.post("/maintenance", { ...form, form: token, once: "another" });
    expect([refused.status, refused.text.includes("Your function may not do this"), acts.length]).toEqual([403, true, 1]);
  });
});

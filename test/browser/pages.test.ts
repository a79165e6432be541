import { afterAll, afterEach, beforeEach, describe, expect, it } from "vitest";
import { alarm, at, device, fill, incident, partner, serve, stand, type World, world } from "../api/fixture.ts";
import { ruled } from "../api/ruled.ts";
import { closeBrowser, closePages, objections, open, picture } from "./chromium.ts";

let made: World;
let server: { readonly url: string; close(): Promise<void> };

beforeEach(async () => {
  const devices = [
    device("codec-1", {
      name: "Codec A-101",
      supplier: "acme",
      warrantyUntil: "2026-03-01",
      asset: { tag: "I-1234", serial: "FTT99999999" },
    }),
    device("codec-2", { name: "Codec de Gaspé", site: "gaspe", commissioning: true }),
    device("switch-1", { name: "Commutateur principal", kind: "switch", family: "cisco-ios-switch" }),
  ];
  made = world({ devices });
  const partners = new Map([["acme", partner("acme", { name: "Acme AV", contacts: ["acme-desk"], contract: "C-77" })]]);
  const channels = [{ channel: "mail", address: "desk@acme.example.org" }];
  const contacts = new Map([["acme-desk", { id: "acme-desk", name: "Guichet Acme", language: "fr" as const, channels }]]);
  made.config = { ...made.config, partners, contacts, http: { ...made.config.http, openReads: true } };
  fill(made);
  stand(made);
  made.audited.push({ at, by: "ops", action: "person.saved", target: "bob", data: { function: "desk", channels: 2 } });
  made.board.of("switch-1", at).up = 1;
  made.incidents.set(
    "000123-45",
    incident("000123-45", {
      severity: "major",
      severityWhy: "a session starts in 20 min",
      urgency: "now",
      urgencyWhy: "a session starts in 20 min",
    }),
  );
  made.incidents.set(
    "000124-18",
    incident("000124-18", { symptom: "camera-disconnected", part: "camera 1", state: "restored", restoredAt: at }),
  );
  await made.sink.send(
    { id: "demo-sink", kind: "sink" },
    {
      key: "k",
      to: "bureau@example.org",
      language: "fr",
      subject: "[VIG-2026-000123-45] Majeur : Codec A-101 ne répond plus",
      text: "Numéro : …",
      data: {},
      maybeDuplicate: false,
    },
    new AbortController().signal,
  );
  server = await serve(made);
});
afterEach(async () => {
  await closePages();
  await server.close();
});
afterAll(closeBrowser);

const addresses = [
  "/",
  "/devices/codec-1",
  "/incidents/VIG-2026-000123-45",
  "/incidents/VIG-2026-000123-45/report",
  "/recurrences",
  "/topology",
  "/sessions",
  "/maintenance",
  "/reports",
  "/rules",
  "/rules/interface-down",
  "/weaknesses",
  "/audit",
  "/audit?by=ops&action=person.&from=2026-03-01&to=hier",
  "/inventory",
  "/inventory?search=rien%20de%20tel",
  "/rooms/a101/acceptance",
  "/rooms/site:gaspe/acceptance",
  "/rooms/none/acceptance",
  "/devices/none",
];

describe("every page", () => {
  it.for([
    { locale: "fr-CA", width: 1_280, dark: false },
    { locale: "en-CA", width: 400, dark: false },
    { locale: "fr-CA", width: 400, dark: true },
  ])("has nothing that axe objects to and nothing wider than the screen ($locale, $width px, dark: $dark)", async (how, context) => {
    const page = await open(context, how);
    ruled(made);
    for (const address of addresses) {
      await page.goto(`${server.url}${address}`);
      await picture(page, `${address.replaceAll(/[/?%=]/g, "_")}-${how.locale}-${how.width}${how.dark ? "-dark" : ""}`);
      expect([address, await objections(page)]).toEqual([address, []]);
      const wide = (await page.evaluate("document.documentElement.scrollWidth")) as number;
      expect([address, wide <= how.width]).toEqual([address, true]);
    }
  });

  it("says nothing in the browser's console", async (context) => {
    const page = await open(context);
    const said: string[] = [];
    page.on("console", (message) => said.push(message.text()));
    page.on("pageerror", (error) => said.push(error.message));
    for (const address of addresses.slice(0, 6)) await page.goto(`${server.url}${address}`);
    expect(said).toEqual([]);
  });
});

describe("the status page", () => {
  it("keeps what is under way apart from what is restored, and counts the former in its title", async (context) => {
    const page = await open(context, { width: 400 });
    made.incidents.set("000126-61", incident("000126-61", { symptom: "silent", part: "snmp" }));
    await page.goto(`${server.url}/`);
    expect(await page.title()).toBe("(2) État du réseau · RITM · Vigie");
    expect(await page.getByRole("region", { name: "En cours (2)" }).locator("h3").allTextContents()).toEqual([
      "Codec A-101 ne répond plus",
      "Codec A-101 répond au ping, mais ne dit plus rien d'autre (par SNMP)",
    ]);
    expect(await page.getByRole("region", { name: "Rétablis, à regarder (1)" }).locator("h3").allTextContents()).toEqual([
      "Codec A-101 a une caméra débranchée (caméra 1)",
    ]);
    expect((await page.evaluate("document.documentElement.scrollWidth")) as number).toBeLessThanOrEqual(400);
  });

  it("calls a device behind a failed one out of reach, not out of service", async (context) => {
    const page = await open(context, { script: false });
    await server.close();
    server = await serve({ ...made, deps: { ...made.deps, alarms: () => [{ ...alarm, suppressedBy: "switch-1" }] } });
    for (const address of ["/", "/devices/codec-1"]) {
      await page.goto(`${server.url}${address}`);
      expect(await page.locator("main").textContent()).toContain("Injoignable à cause de Commutateur principal");
      expect(await page.locator("main .devices .mark.bad, main > .marks .mark.bad").count()).toBe(0);
    }
  });

  it("says in words that we are blind, and then calls no device and no circuit down", async (context) => {
    const page = await open(context, { script: false });
    await server.close();
    const blind = { ...alarm, key: "blind|blind-poller|", device: "blind", symptom: "blind-poller" };
    const hidden = { ...alarm, suppressedBy: "blind" };
    const { network } = made.config;
    const links = new Map([["gaspe-link", { id: "gaspe-link", name: "Lien de Gaspé", ends: ["mgh", "gaspe"] as const }]]);
    made.config = { ...made.config, network: { ...network, links } };
    for (const id of network.devices.keys()) made.board.of(id, at).up = Number.NaN;
    server = await serve({ ...made, deps: { ...made.deps, alarms: () => [blind, hidden] } });
    await page.goto(`${server.url}/`);
    expect(await page.getByRole("alert").textContent()).toContain("Nous ne voyons plus le réseau.");
    expect(await page.locator(".devices .mark.bad, .devices .alarms").count()).toBe(0);
    expect(await page.getByRole("region", { name: "Liens" }).locator("li .mark").textContent()).toContain("Inconnu");
    expect(await page.getByRole("region", { name: "Appareils" }).textContent()).toContain("Nous ne pouvons pas le voir en ce moment");
    await page.goto(`${server.url}/devices/codec-1`);
    expect(await page.locator("main > .marks").textContent()).toContain("Inconnu");
  });

  it("shows a new incident by itself, and keeps open what the reader opened", async (context) => {
    const page = await open(context);
    const events = page.waitForResponse((answer) => answer.url().endsWith("/api/v1/events"));
    await page.goto(`${server.url}/`);
    await events;
    await page.locator(".messages summary").first().click();
    made.incidents.set("000125-88", incident("000125-88", { symptom: "sip-unregistered" }));
    made.poke({ kind: "incident", id: "000125-88" });
    await page.getByText("a perdu son enregistrement SIP").waitFor({ timeout: 30_000 });
    expect(await page.locator(".messages details").first().getAttribute("open")).not.toBeNull();
  });

  it("says so when the daemon is gone", async (context) => {
    const page = await open(context);
    await page.goto(`${server.url}/`);
    await page.route("**/*", (route) => route.abort());
    made.poke({ kind: "device", id: "codec-1" });
    await page.locator("#stale").waitFor({ state: "visible", timeout: 60_000 });
  });

  it("says all without script: incidents, where, who holds them, and what the colour means", async (context) => {
    const page = await open(context, { script: false });
    await page.goto(`${server.url}/`);
    const text = await page.locator("main").textContent();
    for (const fact of [
      "Codec A-101 ne répond plus",
      "Hôpital général, Salle A-101",
      "Majeur",
      "personne",
      "une séance commence dans 20 min",
      "Hors service",
      "DÉMO",
    ]) {
      expect(text).toContain(fact);
    }
  });

  it("switches language and remembers it", async (context) => {
    const page = await open(context);
    await page.goto(`${server.url}/`);
    await page.getByRole("link", { name: "English" }).click();
    await page.goto(`${server.url}/recurrences`);
    expect(await page.locator("h1").textContent()).toBe("Recurring failures");
  });

  it("says that the last configuration was refused, and why", async (context) => {
    made.lastReload = {
      ok: false,
      at,
      reason: "invalid",
      problems: ['devices.codec-9.site: "mhg" is no site; write mgh   (vigie.yaml:41)'],
    };
    const page = await open(context);
    await page.goto(`${server.url}/`);
    expect(await page.getByRole("alert").textContent()).toContain("mhg");
  });
});

describe("the page of an incident", () => {
  it("tells to the second who heard, from which level to which, and which devices it explains, by their names", async (context) => {
    const page = await open(context, { script: false });
    await server.close();
    const { store } = made.deps;
    const entry = (seq: number, event: string, why: string, data: Record<string, string | number | boolean>) => ({
      ...{ incident: "000123-45", seq, at: at + seq * 1_000, by: "system", event, why, data, hash: `h${seq}` },
    });
    const timeline = async () => [
      entry(1, "opened", "3 bad looks in a row: snmp.timeout: 127.0.0.9 did not answer within 2000 ms", {}),
      entry(2, "children-suppressed", "reached through switch-1, which is down", {
        count: 3,
        alarms: "codec-1|silent|snmp, codec-2|unreachable|",
      }),
      entry(3, "escalated", "level 1 did not resolve it in its time", { from: 1, to: 2, tell: "analyst" }),
      entry(4, "child-folded", "reached through switch-1, which is down", { child: "VIG-2026-000124-18" }),
      entry(5, "waits", "no session is near; it can wait until service hours", { until: at + 86_400_000 }),
    ];
    const functions = new Map([["analyst", { id: "analyst", name: { fr: "Analyste", en: "Analyst" }, contacts: [] }]]);
    made.config = { ...made.config, functions };
    server = await serve({ ...made, deps: { ...made.deps, store: { ...store, timeline } } });
    await page.goto(`${server.url}/incidents/VIG-2026-000123-45`);
    const text = await page.locator(".timeline").textContent();
    for (const fact of [
      "2026-03-09 10:05:01",
      "3 mauvaises observations de suite : aucune réponse par SNMP dans le délai",
      "snmp.timeout: 127.0.0.9 did not answer within 2000 ms",
      "joint par Commutateur principal, qui est hors service",
      "Codec A-101 répond au ping, mais ne dit plus rien d'autre (par SNMP)",
      "Codec de Gaspé ne répond plus",
      "et 1 autres",
      "Niveau 1 → Niveau 2",
      "Avisés : Analyste",
      "Jusqu'à : 2026-03-10 10:05",
    ]) {
      expect(text).toContain(fact);
    }
    expect(await page.locator(".timeline a", { hasText: "VIG-2026-000124-18" }).getAttribute("href")).toBe("/incidents/VIG-2026-000124-18");
  });
});

describe("the page of a device", () => {
  it("reads in the units people use, draws the day, and says how sure we are", async (context) => {
    const page = await open(context, { script: false });
    await page.goto(`${server.url}/devices/codec-1`);
    const text = (await page.locator("main").textContent())?.replaceAll("\u00a0", " ");
    for (const fact of [
      "Aller-retour2,1 ms",
      "Enregistrement SIPenregistré",
      "aucune réponse par SNMP dans le délai",
      "linkDown",
      "dernier 2 ms",
    ]) {
      expect(text).toContain(fact);
    }
    expect(await page.locator("svg path").count()).toBe(1);
    expect(text).not.toMatch(/NaN|undefined|icmp_rtt/);
  });
});

describe("the page of what comes back", () => {
  it("leads to the incidents, and says how long it has been quiet", async (context) => {
    const page = await open(context, { script: false });
    await page.goto(`${server.url}/recurrences`);
    const list = page.locator("section[aria-label='Pannes récurrentes']");
    expect(await list.locator("tbody tr").textContent()).toContain("aujourd'hui");
    expect(await list.locator("tbody a[href^='/incidents/']").count()).toBeGreaterThan(0);
  });
});

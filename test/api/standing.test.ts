/** Lights and inventory over the API and on the pages: the reasons in both languages, the search, the file. */
import { readdirSync, readFileSync } from "node:fs";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import type { Config } from "../../daemon/model/config.ts";
import { supportOf } from "../../daemon/support.ts";
import { catalogues } from "../../daemon/text/catalogue.ts";
import { reasonText } from "../../daemon/text/lights.ts";
import { renderNotice } from "../../daemon/text/notice.ts";
import { at, device, fill, incident, partner, serve, stand, tokenText, type World, world } from "./fixture.ts";

let made: World;
let server: { readonly url: string; close(): Promise<void> };
const codec = device("codec-1", {
  name: "Codec Éole",
  supplier: "acme",
  warrantyUntil: "2026-03-01",
  asset: { tag: "I-1234", serial: "FTT99999999" },
});
const partners: Config["partners"] = new Map([
  ["acme", partner("acme", { name: "Acme AV", contacts: ["desk", "chief"], contract: "C-77" })],
]);
const contacts: Config["contacts"] = new Map([
  ["desk", { id: "desk", name: "Guichet Acme", language: "fr", channels: [{ channel: "mail", address: "desk@acme.example.org" }] }],
]);

beforeEach(async () => {
  made = world({ devices: [codec, device("codec-2", { site: "gaspe", name: "=cmd()" })], config: { partners, contacts } });
  made.config = { ...made.config, http: { ...made.config.http, openReads: true } };
  fill(made);
  stand(made);
  server = await serve(made);
});
afterEach(() => server.close());
const get = async (path: string, language = "fr") => fetch(`${server.url}${path}`, { headers: { "Accept-Language": language } });
const json = async (path: string) => (await get(path)).json();

describe("the API", () => {
  it("gives the five lights with since when and why, and none of a device that was never judged", async () => {
    const list = await json("/api/v1/devices");
    expect(
      list.items[0].lights.map((each: { name: string; state: string; code: string }) => `${each.name} ${each.state} ${each.code}`),
    ).toEqual([
      "link good answers-ping",
      "login unknown not-looked",
      "api not-applicable not-asked",
      "registered warning not-listed",
      "ready bad alarm",
    ]);
    expect(list.items[0].activity).toMatchObject({ state: "in-call", since: new Date(at - 60_000).toISOString() });
    expect(list.items[1].lights).toEqual([]);
  });

  it("finds in the inventory what is seen and what the books say, by any words of it, with or without accents", async () => {
    for (const search of ["eole", "FTT2222", "room kit acme", "i-1234", "Touch 10"]) {
      expect(
        (await json(`/api/v1/inventory?search=${encodeURIComponent(search)}`)).items.map((each: { device: string }) => each.device),
      ).toEqual(["codec-1"]);
    }
    expect((await json("/api/v1/inventory?search=room%20kit%20gaspe")).items).toEqual([]);
    expect((await json("/api/v1/inventory?limit=1")).next).toBe("codec-1");
    expect((await json("/api/v1/inventory?after=codec-1")).items.map((each: { device: string }) => each.device)).toEqual(["codec-2"]);
  });

  it("says that another serial stands in the books, and how long the warranty is over", async () => {
    const item = await json("/api/v1/devices/codec-1/inventory");
    expect(item).toMatchObject({
      serial: "FTT22222222",
      serialDiffers: true,
      asset: { serial: "FTT99999999" },
      supplierName: "Acme AV",
      warrantyDaysLeft: -8,
    });
    expect(item.peripherals).toEqual([{ part: "touchpanel 1001", model: "Touch 10", missing: true }]);
    expect(item.units.map((each: { serial: string }) => each.serial)).toEqual(["FTT22222222", "FTT11111111"]);
    expect(item.events[0]).toMatchObject({ code: "gatekeeper-changed", before: "10.0.0.8", after: "10.0.0.9" });
    expect((await get("/api/v1/devices/none/inventory")).status).toBe(404);
  });

  it("gives the table as a file in which no name of a device can run", async () => {
    const answer = await get("/inventory.csv");
    expect(answer.headers.get("content-disposition")).toContain("vigie-inventory.csv");
    const [head = "", first = "", second = ""] = new TextDecoder("utf-8", { ignoreBOM: true })
      .decode(await answer.arrayBuffer())
      .split("\r\n");
    expect(head.startsWith("\ufeffdevice,name,site,room")).toBe(true);
    expect(first).toContain("codec-1,Codec Éole,Hôpital général,Salle A-101");
    expect(second).toContain("codec-2,'=cmd(),Gaspé");
    expect((await (await get("/inventory.csv?search=eole")).text()).trim().split("\r\n")).toHaveLength(2);
  });

  it("gives neither page nor file without a token", async () => {
    made.config = { ...made.config, http: { ...made.config.http, openReads: false } };
    for (const path of ["/inventory", "/inventory.csv", "/api/v1/inventory"]) expect((await get(path)).status).toBe(401);
    const answer = await fetch(`${server.url}/inventory.csv`, { headers: { Authorization: `Basic ${btoa(`x:${tokenText}`)}` } });
    expect(answer.status).toBe(200);
  });
});

describe("the pages", () => {
  const text = async (path: string, language: string) =>
    (await (await get(path, language)).text()).replaceAll(/<[^>]+>/g, " ").replaceAll(/\s+/g, " ");

  it("say each light, why, and since when, in both languages", async () => {
    const fr = await text("/devices/codec-1", "fr");
    for (const said of ["l'appareil le dit, mais =cmd() ne le liste pas", "a une caméra débranchée (caméra 1), et 2 autres", "en appel"]) {
      expect(fr).toContain(said);
    }
    const en = await text("/devices/codec-1", "en");
    for (const said of ["the device says so, but", "(camera 1), and 2 more", "in a call", "since 2026-03-09 09:05"])
      expect(en).toContain(said);
  });

  it("show what changed, the units that stood in the room, and that the books say another serial", async () => {
    const en = await text("/devices/codec-1", "en");
    for (const said of [
      "Unit replaced",
      "FTT11111111 → FTT22222222",
      "Peripheral gone (touch panel 1001)",
      "SX20",
      "The books say FTT99999999",
      "2026-03-01 (over)",
    ]) {
      expect(en).toContain(said);
    }
  });

  it("list the changes of who can call whom on the inventory, not every change", async () => {
    const en = await text("/inventory", "en");
    expect(en).toContain("Gatekeeper or SIP server address changed");
    expect(en).not.toContain("Unit replaced");
    expect(await text("/inventory?search=zzz", "en")).toContain("No device holds all these words.");
  });

  it("put beside an incident what the supplier asks first, and whom to call in order", async () => {
    made.incidents.set("9", incident("9"));
    const fr = await text("/incidents/VIG-2026-9", "fr");
    for (const said of ["Pour appeler le fournisseur", "FTT22222222", "C-77", "Guichet Acme, desk@acme.example.org", "terminée"])
      expect(fr).toContain(said);
  });
});

describe("what keeps coming back", () => {
  const DAY = 86_400_000;
  beforeEach(() => {
    const ended = (id: string, from: number) =>
      made.incidents.set(
        id,
        incident(id, { state: "closed", firstBadAt: from, openedAt: from + 10_000, restoredAt: from + 60_000, closedAt: from + 60_000 }),
      );
    ended("7", at - DAY + 3 * 3_600_000);
    ended("8", at - DAY / 2);
    ended("6", at - 60 * DAY);
    made.incidents.set(
      "5",
      incident("5", { openedAt: at - DAY / 3, firstBadAt: at - DAY / 3, disposition: "false-alarm", state: "closed" }),
    );
    made.incidents.set("4", incident("4", { fingerprint: "codec-2|unreachable|", device: "codec-2" }));
  });

  it("has beside it the changes of its device: how long before which incident, how often before and since", async () => {
    const [row] = (await json("/api/v1/recurrences")).items;
    expect(row.changes.map(({ code }: { code: string }) => code)).toEqual(["unit-replaced", "peripheral-missing"]);
    expect(row.changes[0]).toEqual({
      ...{ at: new Date(at - DAY).toISOString(), code: "unit-replaced", name: "serial", before: "FTT11111111", after: "FTT22222222" },
      ...{ incident: "VIG-2026-7", leadSeconds: 3 * 3_600, failuresBefore: 1, failuresSince: 2 },
    });
  });

  it.each([
    ["fr", "Appareil remplacé : FTT11111111 → FTT22222222 3 h 0 min avant VIG-2026-7; 1 avant, 2 depuis", "Que l'un précède l'autre"],
    ["en", "Unit replaced : FTT11111111 → FTT22222222 3 h 0 min before VIG-2026-7; 1 before, 2 since", "does not make it the cause"],
  ])("says so on its page, in %s, and that it may not be the cause", async (language, said, caution) => {
    const page = await (await get("/recurrences", language)).text();
    const text = page
      .replaceAll(/<[^>]+>/g, " ")
      .replaceAll("&#39;", "'")
      .replaceAll(/\s+/g, " ");
    expect(text).toContain(said);
    expect(text).toContain(caution);
  });
});

describe("the message of level 3", () => {
  const told = (level: number, language: "fr" | "en") =>
    renderNotice({
      incident: incident("9", { level }),
      kind: "escalation",
      language,
      siteName: "HGM",
      timezone: "America/Toronto",
      ...(level < 3 ? {} : { support: supportOf(codec, made.config, made.board.inventory("codec-1"), at) }),
    }).text;

  it("carries serial, model, software, warranty, contract and the supplier's ladder", () => {
    const text = told(3, "en");
    for (const line of [
      "To call the supplier",
      "  Model: Cisco Room Kit",
      "  Serial number: FTT22222222",
      "  Careful: the books say FTT99999999",
      "  Software: ce9.15.3",
      "  Asset tag: I-1234",
      "  Supplier: Acme AV",
      "  Warranty: OVER since 2026-03-01",
      "  Contract: C-77",
      "  Call 1: Guichet Acme (desk@acme.example.org)",
      "  Call 2: chief (no way to reach them is listed)",
    ]) {
      expect(text.split("\n")).toContain(line);
    }
    expect(told(3, "fr")).toContain("Garantie : TERMINÉE le 2026-03-01");
    expect(told(2, "en")).not.toContain("To call the supplier");
  });
});

describe("the reasons", () => {
  const files = readdirSync("rules").filter((name) => /^lights.*\.ts$/.test(name));
  const source = files.map((name) => readFileSync(`rules/${name}`, "utf8")).join("\n");
  const codes = new Set([...source.matchAll(/verdict\(\s*(?:"[a-z-]+"|[^"\n]*?),\s*"([a-z-]+)"/g)].map((found) => found[1] ?? ""));

  it.each([...codes])("%s is said in both languages", (code) => {
    expect(Object.keys(catalogues.fr)).toContain(`light-why.${code}`);
    expect(Object.keys(catalogues.en)).toContain(`light-why.${code}`);
  });

  it("are all that the rules give, and a code that nobody has translated is shown as it is", () => {
    expect(codes.size).toBeGreaterThan(25);
    const names = { nameOf: (id: string) => id, symptom: (each: string) => each };
    expect(reasonText("fr", "brand-new", {}, names)).toBe("brand-new");
    expect(reasonText("fr", "not-looked", { kind: "ssh", code: "ssh.protocol" }, names)).toBe(
      "nous n'avons pas pu regarder (SSH) : la conversation SSH s'est interrompue",
    );
  });
});

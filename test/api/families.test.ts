/** What we know of a model: counted by how sure it is, the oddities that fit, and what the device says it is; on the page and in the API. */
import { describe, expect, it } from "vitest";
import type { DeviceFamilyShape, FamilyShape } from "../../daemon/api/contract.ts";
import { deviceFamily, familyView } from "../../daemon/api/family-view.ts";
import type { Family } from "../../daemon/model/family.ts";
import { loadFamilies, shippedFamilies } from "../../probes/families.ts";
import { at, device, serve, tokenText, world } from "./fixture.ts";

const { families } = loadFamilies([shippedFamilies()]);
const of = (id: string): Family => families.get(id) as Family;
const saying = (said: Readonly<Record<string, string>>) => (name: string) => said[name];

describe("the facts of a family", () => {
  it.each([...families.keys()])("%s: are counted once each, and the counts add up", (id) => {
    for (const { of: what, all, recording, manual, memory } of familyView(of(id)).facts) {
      expect(recording + manual + memory, what).toBe(all);
      expect(all, what).toBeGreaterThan(0);
    }
  });

  it("say what was seen on a recording, and what was not", () => {
    const count = familyView(of("ups-rfc1628")).facts.find((fact) => fact.of === "snmp");
    const reads = [...of("ups-rfc1628").snmp.scalars, ...of("ups-rfc1628").snmp.columns];
    expect(count?.recording).toBe(reads.filter(({ certainty }) => certainty === "recording").length);
    expect(count?.memory).toBeGreaterThan(0);
  });
});

describe("one device of a family", () => {
  const quirky: Family = {
    ...of("ping-only"),
    id: "quirky",
    quirks: [
      { model: "^C20", text: { fr: "a", en: "only a C20" }, certainty: "manual" },
      { model: "^C20", firmware: "^TC7", text: { fr: "b", en: "only TC7 on it" }, certainty: "manual" },
      { text: { fr: "c", en: "all" }, certainty: "memory" },
    ],
  };
  it.each([
    ["nothing", {}, ["all"]],
    ["its model", { model: "C20" }, ["only a C20", "all"]],
    ["model and firmware", { model: "C20", software_version: "TC7.3" }, ["only a C20", "only TC7 on it", "all"]],
    ["another model", { model: "C90", software_version: "TC7.3" }, ["all"]],
  ])("that tells %s has the oddities that fit", (_, said, wanted) => {
    const known = deviceFamily(new Map([["quirky", quirky]]), "quirky", saying(said));
    expect(known?.quirks.map(({ text }) => text.en)).toEqual(wanted);
  });

  it("keeps the configured family; that its words fit another is told", () => {
    const catalyst = { system_object_id: "1.3.6.1.4.1.9.1.1208", system_description: "Cisco IOS Software, C2960 Software" };
    const known = deviceFamily(families, "ups-apc", saying(catalyst));
    expect(known?.family.id).toBe("ups-apc");
    expect(known?.looksLike?.id).toBe("cisco-ios-switch");
    expect(deviceFamily(families, "cisco-ios-switch", saying(catalyst))?.looksLike).toBeUndefined();
    expect(deviceFamily(families, "ups-apc", saying({}))?.looksLike).toBeUndefined();
    // Nothing tells a gatekeeper from the host it runs on: it is never doubted.
    expect(deviceFamily(families, "generic-switch", saying(catalyst))?.looksLike).toBeUndefined();
  });

  it("has no family when that has left the configuration", () => {
    expect(deviceFamily(families, "gone", saying({}))).toBeUndefined();
  });
});

it("the API and the device's page show it", async () => {
  const made = world({ devices: [device("ups-1", { family: "ups-apc", kind: "ups" })] });
  made.board.record(
    {
      ...{ id: "ups-1/snmp@1", check: "ups-1/snmp", device: "ups-1", kind: "snmp", at, seq: 1, durationMs: 5 },
      finding: {
        status: "up",
        samples: [],
        readings: [
          { name: "system_object_id", value: "1.3.6.1.4.1.8072.3.2.10" },
          { name: "system_description", value: "Linux box" },
        ],
        faults: [],
      },
    },
    at,
  );
  const server = await serve(made);
  const get = (path: string) => fetch(`${server.url}${path}`, { headers: { Authorization: `Bearer ${tokenText}` } });
  try {
    const known = (await (await get("/api/v1/devices/ups-1/family")).json()) as DeviceFamilyShape;
    expect(known.looksLike?.id).toBe("net-snmp-host");
    const all = (await (await get("/api/v1/families")).json()) as { items: readonly FamilyShape[] };
    expect(all.items.map(({ id }) => id)).toEqual([...families.keys()].sort());
    const page = await (await get("/devices/ups-1")).text();
    expect(page).toContain("Ce que nous savons de ce modèle");
    expect(page).toContain("Serveur (Net-SNMP)");
    expect(page).toContain("L’agent envoie ses notifications en SNMPv1.");
    expect(page).toContain(of("ups-apc").limits?.fr.slice(0, 40));
  } finally {
    await server.close();
  }
});

/**
 * What was seen, in words: parts, details and values in both languages.
 */
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import type { Language } from "../../daemon/model/time.ts";
import { sayCode } from "../../daemon/text/catalogue.ts";
import { detailText, partText, rawDetail, sayQuantity } from "../../daemon/text/facts.ts";
import { renderNotice } from "../../daemon/text/notice.ts";
import { whyText } from "../../daemon/text/why.ts";
import { incident } from "../api/fixture.ts";

const root = join(import.meta.dirname, "../..");
const plain = (text: string) => text.replaceAll("\u00a0", " ");

describe("a part", () => {
  it.each([
    ["fr", "camera 1", "caméra 1"],
    ["fr", "touchpanel 1001", "écran tactile 1001"],
    ["fr", "interface GigabitEthernet1/0/3", "interface GigabitEthernet1/0/3"],
    ["fr", "registration 1", "enregistrement 1"],
    ["fr", "snmp", "par SNMP"],
    ["en", "ssh", "over SSH"],
    ["fr", "something of its own", "something of its own"],
  ] as const)("in %s: %s is %s", (language, part, said) => {
    expect(partText(language, part)).toBe(said);
  });
});

describe("a detail", () => {
  it.each([
    ["fr", "snmp.timeout: 127.20.7.1 did not answer within 2000 ms", "aucune réponse par SNMP dans le délai"],
    ["en", "ssh.refused", "the device refuses SSH connections"],
    ["fr", "registration 1: sip_registration is failed", "Enregistrement SIP (enregistrement 1) : échec"],
    ["fr", "icmp_loss_ratio 0.12, limit 0.01", "Paquets perdus : 12 % (limite 1 %)"],
    ["fr", "interface_up 0, limit 0.5", "Lien de l'interface : coupé"],
    ["fr", "linkDown trap: interface Gi0/1", "trap linkDown, interface Gi0/1"],
    ["en", "sensor SW#1, Sensor#1: temperature_celsius 71, limit 60", "Temperature (sensor SW#1, Sensor#1): 71 °C (limit 60 °C)"],
  ] as const)("in %s: %s", (language, detail, said) => {
    expect(plain(detailText(language, detail) ?? "none")).toBe(said);
  });

  it("of no known form is left to be shown as it is", () => {
    expect(detailText("fr", "câble remplacé")).toBeUndefined();
  });

  it("stands in a reason in words, and its technical form is at hand", () => {
    const why = "3 bad looks in a row: snmp.timeout: 127.20.7.1 did not answer within 2000 ms";
    expect(whyText(why, "fr")).toBe("3 mauvaises observations de suite : aucune réponse par SNMP dans le délai");
    expect(rawDetail(why)).toBe("snmp.timeout: 127.20.7.1 did not answer within 2000 ms");
    expect(rawDetail("one good look")).toBeUndefined();
  });

  it("names what the configuration names, in both languages", () => {
    const nameOf = (id: string) => (id === "r1" ? "Routeur" : undefined);
    expect(whyText("reached through r1, which is down", "en", nameOf)).toBe("reached through Routeur, which is down");
    expect(whyText("reached through r2, which is down", "fr", nameOf)).toBe("joint par r2, qui est hors service");
  });
});

describe("a message", () => {
  const usual = { kind: "problem", siteName: "Gaspé", timezone: "America/Toronto" } as const;

  it("names the part in the reader's language, in the mail and in the SMS", () => {
    const of = incident("7", { symptom: "camera-disconnected", part: "camera 1" });
    const { subject, sms } = renderNotice({ ...usual, language: "fr", incident: of, deviceName: "Codec" });
    expect([subject.includes("(caméra 1)"), sms.includes("(caméra 1)") || sms.includes("(camera 1)")]).toEqual([true, true]);
  });

  it("names the circuit when it is about no device", () => {
    const {
      device: _device,
      room: _room,
      ...rootless
    } = incident("7", { symptom: "link-down", fingerprint: "link:gaspe-link|link-down|" });
    const { text } = renderNotice({ ...usual, language: "fr", incident: rootless, linkName: "Lien de Gaspé" });
    expect(text).toContain("Quoi : Lien de Gaspé : lien hors service");
    expect(renderNotice({ ...usual, language: "en", incident: rootless }).text).toContain("What: gaspe-link: circuit down");
  });
});

describe("a value", () => {
  it.each([
    ["fr", "icmp_rtt_avg_seconds", 0.0021, "2,1 ms"],
    ["en", "icmp_loss_ratio", 0.125, "12.5 %"],
    ["fr", "temperature_celsius", 34, "34 °C"],
    ["fr", "interface_in_octets", 2_400_000, "2,4 Mo/s"],
    ["en", "interface_in_octets", 82_800, "82.8 kB/s"],
    ["fr", "uptime_seconds", 680_487, "7 j 21 h"],
    ["fr", "ups_seconds_on_battery", 12, "12 s"],
    ["fr", "interface_up", 0, "coupé"],
    ["fr", "calls", 2, "2"],
  ] as const)("in %s: %s %d is %s", (language, name, value, said) => {
    expect(plain(sayQuantity(language, name, value))).toBe(said);
  });
});

describe("the catalogues", () => {
  it("know every outcome that the probes give", () => {
    const sources = ["probes/icmp", "probes/snmp", "probes/ssh"].flatMap((folder) =>
      readdirSync(join(root, folder)).map((file) => readFileSync(join(root, folder, file), "utf8")),
    );
    const codes = new Set(
      sources.flatMap((text) => [...text.matchAll(/"((?:icmp|snmp|ssh|probe)\.[a-z-]+)"/g)].map((found) => found[1] ?? "")),
    );
    expect(codes.size).toBeGreaterThan(10);
    for (const language of ["fr", "en"] as Language[]) {
      expect([...codes].filter((code) => sayCode(language, "code", code) === undefined)).toEqual([]);
    }
  });

  it("know every sample, reading and state that the families define", () => {
    const folder = join(root, "probes/devices");
    const text = readdirSync(folder)
      .filter((file) => file.endsWith(".yaml"))
      .map((file) => readFileSync(join(folder, file), "utf8"))
      .join("\n");
    const words = [...text.matchAll(/states: \{([^}]*)\}/g)].flatMap(([, states = ""]) =>
      [...states.matchAll(/: "?([a-z-]+)"?/g)].map((each) => each[1] ?? ""),
    );
    const named = (as: string) =>
      [...text.matchAll(new RegExp(`name: ([a-z0-9_]+),? *\\n? *as: (?:${as})`, "g"))].map((found) => found[1] ?? "");
    expect(words.length).toBeGreaterThan(20);
    expect(words.filter((word) => sayCode("fr", "word", word) === undefined)).toEqual([]);
    expect(named("state|text").filter((name) => sayCode("fr", "reading", name) === undefined)).toEqual([]);
    expect(named("gauge|counter").filter((name) => sayCode("fr", "sample", name) === undefined)).toEqual([]);
  });
});

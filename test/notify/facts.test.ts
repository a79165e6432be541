/**
 * What was seen, in words: parts, details and values in both languages.
 */
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import type { ReadAs } from "../../daemon/model/family.ts";
import type { Language } from "../../daemon/model/time.ts";
import { sayCode } from "../../daemon/text/catalogue.ts";
import { detailText, partText, rawDetail, sayQuantity } from "../../daemon/text/facts.ts";
import { renderNotice } from "../../daemon/text/notice.ts";
import { whyText } from "../../daemon/text/why.ts";
import { loadFamilies, shippedFamilies } from "../../probes/families.ts";
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
    ["fr", "temperature_celsius changed by 3.5 in 60 s, limit 2", "Température : +3,5 °C en 1 min (limite +2 °C)"],
    [
      "en",
      "fan 1: ups_battery_charge_ratio changed by -0.2 in 1800 s, limit -0.1",
      "Battery charge (fan 1): −20 % in 30 min (limit −10 %)",
    ],
    ["fr", "no reading registration_listed for 900 s", "rien entendu depuis 15 min : Enregistré ici"],
    ["en", "no look snmp for 900 s", "nothing heard for 15 min: over SNMP"],
    ["fr", "interface_up 0, limit 0.5", "Lien de l'interface : coupé"],
    ["fr", "linkDown trap: interface Gi0/1", "trap linkDown, interface Gi0/1"],
    ["fr", "linkDown trap (Un lien est coupé | A link is down): interface Gi0/1 (uplink)", "Un lien est coupé, interface Gi0/1 (uplink)"],
    ["en", "linkDown trap (Un lien est coupé | A link is down): interface Gi0/1 (uplink)", "A link is down, interface Gi0/1 (uplink)"],
    ["fr", "x trap (Le canal (le premier) est coupé | Its channel (the first) is off)", "Le canal (le premier) est coupé"],
    ["en", "x trap (Le canal (le premier) est coupé | Its channel (the first) is off)", "Its channel (the first) is off"],
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

  it("of a trap is told in the reader's words in a reason, and its name is at hand", () => {
    const why =
      "a trap says so: rmxBadFileAlarmFault trap (Un fichier du système est abîmé | A file of the system is damaged): alarm bad-file";
    expect(whyText(why, "fr")).toBe("l'appareil l'a signalé : Un fichier du système est abîmé, alarme bad-file");
    expect(whyText(why, "en")).toBe("a trap says so: A file of the system is damaged, alarm bad-file");
    expect(rawDetail(why)).toBe("rmxBadFileAlarmFault trap");
  });

  it("says in words what a device says of itself as a whole", () => {
    expect(whyText("the device as a whole is normal, 2 looks in a row", "fr")).toBe(
      "l'appareil dans son ensemble est à l'état « normal », 2 observations de suite",
    );
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
    ["en", "ups_input_volts", 121.4, "121 V"],
    ["fr", "fan_rpm", 3200, "3 200 tr/min"],
    ["fr", "memory_free_octets", 2_400_000_000, "2,4 Go"],
    ["en", "media_bits_per_second", 1_920_000, "1.92 Mbit/s"],
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

  it("know every sample, reading, state and part that the families define, in both languages", () => {
    const families = [...loadFamilies([shippedFamilies()]).families.values()];
    const asks = families.flatMap(({ shell, https }) => [...(shell?.asks ?? []), ...(shell?.inCall?.asks ?? []), ...(https?.asks ?? [])]);
    const reads: ReadAs[] = families.flatMap(({ snmp }) => [...snmp.scalars, ...snmp.columns]);
    reads.push(...asks.flatMap(({ values }) => values));
    const known = (prefix: string, code: string) => sayCode("fr", prefix, code) !== undefined && sayCode("en", prefix, code) !== undefined;
    const missing = (prefix: string, codes: readonly string[]) => [...new Set(codes)].filter((code) => !known(prefix, code));
    const numbers = reads.filter(({ as }) => as === "gauge" || as === "counter").map(({ name }) => name);
    const states = reads.filter(({ as }) => as === "state" || as === "text");
    expect(missing("sample", numbers)).toEqual([]);
    expect(
      missing(
        "reading",
        states.map(({ name }) => name),
      ),
    ).toEqual([]);
    const said = families.flatMap(({ meanings = [] }) => meanings.flatMap(({ values }) => values));
    const words = states.flatMap(({ as, states: named }) => (as === "state" ? Object.values(named ?? {}) : []));
    expect(words.length).toBeGreaterThan(100);
    expect(missing("word", [...words, ...said])).toEqual([]);
    expect(
      missing(
        "part",
        families.flatMap(({ parts = [] }) => parts.map(({ prefix }) => prefix)),
      ),
    ).toEqual([]);
  });
});

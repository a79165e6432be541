/**
 * The texts: both languages whole, and each message stands alone.
 */
import { readFileSync } from "node:fs";
import { join } from "node:path";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { NoticeKind, OutboxRow } from "../../daemon/model/incident.ts";
import type { Rule } from "../../daemon/model/rule.ts";
import { moot } from "../../daemon/roles/relevance.ts";
import { catalogues, fill } from "../../daemon/text/catalogue.ts";
import { deliveryWhysInFrench, evidenceInFrench } from "../../daemon/text/delivery-why-fr.ts";
import { type NoticeInput, renderNotice } from "../../daemon/text/notice.ts";
import { smsLength, smsSegment } from "../../daemon/text/sms.ts";
import { renderStorm } from "../../daemon/text/storm-notice.ts";
import { standAlone, whatHas } from "../../daemon/text/symptom.ts";
import { deliveryText, evidenceText, tableWhys, whyText } from "../../daemon/text/why.ts";
import { whysInFrench } from "../../daemon/text/why-fr.ts";
import { projectRoot } from "../../probes/built.ts";
import { parseSeverity } from "../../rules/severityschema.ts";
import { at, incident } from "../api/fixture.ts";

const placeholders = (text: string) => [...text.matchAll(/\{\w+\}/g)].map(String).sort();

const shipped = parseSeverity("severity.yaml", readFileSync(join(projectRoot(), "rules", "severity.yaml"), "utf8")).rows;

const rule: Rule = {
  id: "unreachable",
  symptom: "unreachable",
  applies: {},
  when: { on: "fault" },
  forMs: 0,
  attempts: 3,
  clearedBy: "look",
  reach: "device",
  outOfService: true,
  eventOnly: false,
  opensRequest: false,
  suppressible: true,
  text: {
    fr: {
      title: "Appareil injoignable",
      clinic: "La salle ne peut pas se joindre à une séance.",
      steps: ["Vérifier l'alimentation.", "Vérifier le câble réseau."],
    },
    en: { title: "Device unreachable", clinic: "The room cannot join a session.", steps: ["Check the power.", "Check the network cable."] },
  },
  source: "test",
};

const noticeKinds: readonly NoticeKind[] = [
  ...(["wider", "problem", "raised", "escalation", "last-resort", "follow-up", "restored", "merged", "session-at-risk", "news"] as const),
  ...(["news-due", "hand-over", "hand-over-declined", "report-due", "task", "task-silent", "task-answered"] as const),
];

function row(kind: NoticeKind): OutboxRow {
  const facts = { incident: "i1", kind, level: 1, occurrence: 1, recipient: "desk", channel: "mail", address: "d@example.org" } as const;
  return { ...facts, key: `i1/${kind}/1/1/desk/mail`, language: "fr", createdAt: at, notBefore: at };
}

function input(more: Partial<NoticeInput> = {}): NoticeInput {
  return {
    incident: incident("000123-45", {
      severity: "major",
      severityWhy: "a session starts in 20 min",
      urgency: "now",
      urgencyWhy: "a session starts in 20 min",
    }),
    kind: "problem",
    language: "fr",
    siteName: "Hôpital général",
    roomName: "Salle A-101",
    roomPhone: "514 555-0100",
    deviceName: "Codec A-101",
    rule,
    publicUrl: "https://vigie.example.org/",
    timezone: "America/Toronto",
    why: (text) => whyText(text, more.language ?? "fr", undefined, tableWhys(shipped)),
    ...more,
  };
}

describe("a symptom that only a rule knows", () => {
  const hum: Rule = {
    ...rule,
    id: "hum",
    symptom: "hum",
    text: { fr: { ...rule.text.fr, title: "Bourdonnement" }, en: { ...rule.text.en, title: "Hum" } },
  };
  const of = (language: "fr" | "en", about: string | undefined, rules: readonly Rule[], id?: string) =>
    whatHas(language, about, "hum", rules, id);

  it("has the title of that rule, behind a colon; one of the catalogue goes on the sentence", () => {
    expect(of("fr", "Codec A-101", [rule, hum], "hum")).toBe("Codec A-101 : Bourdonnement");
    expect(of("en", "Codec A-101", [rule, hum], "hum")).toBe("Codec A-101: Hum");
    expect(of("en", undefined, [hum], "hum")).toBe("Hum");
    expect(whatHas("en", "Codec A-101", "unreachable", [rule], "unreachable")).toBe("Codec A-101 does not answer");
  });

  it("is found by its symptom when its rule has another id; its code is the last that is said", () => {
    expect(of("fr", "Codec A-101", [hum])).toBe("Codec A-101 : Bourdonnement");
    expect(of("fr", "Codec A-101", [hum], "gone")).toBe("Codec A-101 : Bourdonnement");
    expect(of("fr", "Codec A-101", [rule])).toBe("Codec A-101 a une défaillance (hum)");
  });

  it("stands behind a colon too where the catalogue's words are a whole sentence", () => {
    expect(whatHas("fr", "Codec A-101", "user-assistance", [])).toBe("Codec A-101 : une personne demande de l'aide");
    expect(whatHas("en", "Codec A-101", "echo", [])).toBe("Codec A-101: echo");
  });

  it("stands alone only where the catalogue has it", () => {
    for (const symptom of standAlone) expect(catalogues.en, symptom).toHaveProperty([`symptom.${symptom}`]);
  });

  it("is said so in a message of its own and in one about several", () => {
    const about = input({ rule: hum, incident: incident("000123-45", { symptom: "hum", rule: "hum" }) });
    expect(renderNotice(about).text).toContain("Codec A-101 : Bourdonnement");
    const each = { kind: "problem", number: "VIG-1", severity: "minor", urgency: "now", symptom: "hum", rule: hum } as const;
    const several = { ...each, siteName: "Hôpital", deviceName: "Codec A-101", roomName: undefined };
    expect(renderStorm({ language: "fr", demo: false, incidents: [several, several] }).text).toContain(
      "VIG-1  Codec A-101 : Bourdonnement",
    );
  });
});

describe("what became of a message", () => {
  const states = ["open", "taken", "restored", "resolved", "closed"] as const;
  const about = [{}, { foldedInto: "VIG-9" }, { acknowledgedAt: at, acknowledgedBy: "marie" }] as const;

  it("is said in French, whatever made it moot", () => {
    const reasons = new Set<string>();
    for (const kind of noticeKinds)
      for (const state of states)
        for (const more of about) {
          const why = moot(row(kind), incident("000123-45", { state, restoredAt: at + 1, ...more }));
          if (why !== undefined) reasons.add(why);
        }
    expect(reasons.size).toBeGreaterThan(8);
    for (const why of reasons) expect(deliveryText(why, "fr"), why).not.toBe(why);
    expect(deliveryText("the incident is restored", "fr")).toBe("l'état de l'incident est « rétabli »");
  });

  it("has each of its words in French, with what varies in it; what another server said stays", () => {
    for (const [english, french] of [...deliveryWhysInFrench, ...evidenceInFrench])
      expect(placeholders(french)).toEqual(placeholders(english));
    expect(deliveryText("channel mail is not configured; add it under channels, or change the contact", "fr")).toContain("le canal mail");
    const key = "DEMO-2026-000001-16/escalation/2/3/desk/sink";
    expect(deliveryText(`superseded by ${key}`, "fr")).toBe("remplacé par « Escalade : Niveau 2 » (DEMO-2026-000001-16)");
    expect(deliveryText(`superseded by ${key}`, "en")).toBe("superseded by “Raised to Level 2” (DEMO-2026-000001-16)");
    expect(deliveryText("superseded by something else", "fr")).toBe("remplacé par something else");
    expect(deliveryText("250 2.0.0 Ok: queued as 4F2", "fr")).toBe("250 2.0.0 Ok: queued as 4F2");
    expect(evidenceText("0 of 4", "fr")).toBe("0 sur 4");
    expect(evidenceText("0 of 4", "en")).toBe("0 of 4");
  });
});

describe("the catalogues", () => {
  it("have the same keys and the same placeholders", () => {
    expect(Object.keys(catalogues.fr).sort()).toEqual(Object.keys(catalogues.en).sort());
    for (const [key, text] of Object.entries(catalogues.en)) {
      expect([key, placeholders(catalogues.fr[key as keyof typeof catalogues.en])]).toEqual([key, placeholders(text)]);
    }
  });

  it("translate every reason with what varies in it, and none twice", () => {
    expect(new Set(whysInFrench.map(([english]) => english)).size).toBe(whysInFrench.length);
    for (const [english, french] of whysInFrench) {
      expect(placeholders(french)).toEqual(placeholders(english));
      const values = Object.fromEntries(placeholders(english).map((each) => [each.slice(1, -1), "Xq7"]));
      expect([english, whyText(fill(english, values), "fr")]).toEqual([english, fill(french, values)]);
    }
  });

  it("translate a reason inside a reason", () => {
    expect(whyText("changes too often; last: one good look", "fr")).toBe("change trop souvent; en dernier : une bonne observation");
  });

  it("translate the reasons of a table from the table, with the names of what they name", () => {
    const row = { id: "x", when: {}, why: { en: "the whole of {site} is dark", fr: "tout {site} est coupé" } };
    const names = (id: string) => (id === "mgh" ? "Hôpital général" : undefined);
    expect(whyText("the whole of mgh is dark", "fr", names, tableWhys([row]))).toBe("tout Hôpital général est coupé");
    expect(whyText("the whole of mgh is dark", "fr")).toBe("the whole of mgh is dark");
    for (const { why, urgencyWhy } of shipped) {
      for (const { en, fr } of [why, ...(urgencyWhy === undefined ? [] : [urgencyWhy])]) {
        const values = Object.fromEntries(placeholders(en).map((each) => [each.slice(1, -1), "Xq7"]));
        expect([en, whyText(fill(en, values), "fr", undefined, tableWhys(shipped))]).toEqual([en, fill(fr, values)]);
      }
    }
  });

  it("name a state and a room in the reader's words", () => {
    const name = (id: string) => (id === "a101" ? "Salle A-101" : undefined);
    const why = (text: string, language: "fr" | "en") => whyText(text, language, name);
    const ended = "still failing, and the device is no longer known to be: in-call";
    expect(why(ended, "fr")).toBe("toujours en panne, et plus rien ne dit que l'appareil est dans cet état : en appel");
    expect(why(ended, "en")).toBe("still failing, and the device is no longer known to be: in a call");
    expect(why("still failing now that somebody is due in a101", "fr")).toBe(
      "toujours en panne maintenant que quelqu'un est attendu dans Salle A-101",
    );
  });

  it("leave what a person wrote as it is", () => {
    expect(whyText("câble remplacé", "fr")).toBe("câble remplacé");
  });
});

describe("a message", () => {
  it("stands alone in French: number, room, what, verdict, how long it can wait, what to do first", () => {
    const { subject, text } = renderNotice(input());
    expect(subject).toBe("[VIG-2026-000123-45] Majeur : Codec A-101 ne répond plus (Hôpital général, Salle A-101)");
    for (const fact of [
      "Numéro : VIG-2026-000123-45",
      "Où : Hôpital général, Salle A-101",
      "Téléphone de la salle : 514 555-0100",
      "Quoi : Codec A-101 ne répond plus",
      "Depuis : 2026-03-09 09:55",
      "Gravité : Majeur, provisoire, jusqu'à la fin du premier appel (une séance commence dans 20 min)",
      "Ne peut pas attendre : une séance commence dans 20 min",
      "1. Vérifier l'alimentation.",
      "https://vigie.example.org/incidents/VIG-2026-000123-45",
    ]) {
      expect(text).toContain(fact);
    }
  });

  it.each(["problem", "raised", "escalation", "last-resort", "follow-up", "restored"] as NoticeKind[])(
    "of kind %s leaves no placeholder unfilled",
    (kind) => {
      for (const language of ["fr", "en"] as const) {
        const more = { kind, language, lateMs: 6 * 3_600_000, deadlineAt: at + 60_000 };
        const { subject, text, sms } = renderNotice(
          input({ ...more, incident: incident("7", { symptom: "own-symptom", part: "camera 1", restoredAt: at, occurrences: 2 }) }),
        );
        expect(`${subject}${text}${sms}`).not.toMatch(/[{}]|undefined|NaN/);
      }
    },
  );

  it("says how late it is", () => {
    expect(renderNotice(input({ lateMs: 6 * 3_600_000 })).text).toContain("Ce message a 6 h 0 min de retard");
  });

  it("names the session at risk and when it is, on the clock of the site, in the text message too", () => {
    const session = { from: Date.UTC(2026, 2, 9, 18), to: Date.UTC(2026, 2, 9, 19), rooms: ["Salle A-101", "Salle 2"], runs: false };
    const ahead = renderNotice(input({ session }));
    expect(ahead.text).toContain("Séance menacée : 2026-03-09 14:00 à 15:00, Salle A-101 – Salle 2");
    expect(ahead.sms).toContain("Séance 14:00.");
    expect(ahead.sms.length).toBeLessThanOrEqual(160);
    const running = renderNotice(input({ session: { ...session, runs: true }, language: "en" }));
    expect(running.text).toContain("Session hit, it runs until 15:00: Salle A-101 – Salle 2");
    expect(renderNotice(input({ session, kind: "restored" })).text).not.toContain("Séance menacée");
  });

  it("stands without its rule, its room and its device", () => {
    const { roomName: _room, roomPhone: _phone, rule: _rule, deviceName: _name, ...bare } = input();
    const { device: _device, room: _its, ...rootless } = bare.incident;
    expect(renderNotice({ ...bare, incident: rootless }).subject).toBe("[VIG-2026-000123-45] Majeur : ne répond plus (Hôpital général)");
  });
});

describe("an SMS", () => {
  it("fits one segment of GSM 03.38, whatever is in it", () => {
    fc.assert(
      fc.property(fc.string({ unit: "grapheme", maxLength: 300 }), (text) => {
        const sms = smsSegment(text);
        expect(sms.length).toBeLessThanOrEqual(smsLength);
        expect(sms).toMatch(/^[@£$¥èéùìòÇ\nØø\rÅåΔ_ΦΓΛΩΠΨΣΘΞÆæßÉ !"#¤%&'()*+,\-./0-9:;<=>?¡A-ZÄÖÑÜ§¿a-zäöñüà]*$/u);
      }),
    );
  });

  it("writes the letters that GSM lacks with their neighbours", () => {
    expect(smsSegment("Être reçu à l’Hôtel-Dieu : cœur, où ça ?")).toBe("Etre recu à l'Hotel-Dieu : coeur, où ca ?");
  });
});

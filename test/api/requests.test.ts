/** People's requests over HTTP: what is read to the caller, who reads a caller's name, what is refused. */
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { helpRequest, incident, newsOf01, serve, stand, tokenText, world } from "./fixture.ts";

describe("requests", () => {
  const made = world();
  let base: string;
  let close: () => Promise<void>;
  const headers = { Authorization: `Bearer ${tokenText}`, "Content-Type": "application/json" };
  const get = (path: string) => fetch(`${base}/api/v1${path}`, { headers });
  const post = (path: string, body: object) => fetch(`${base}/api/v1${path}`, { method: "POST", headers, body: JSON.stringify(body) });

  beforeAll(async () => {
    stand(made);
    made.incidents.set("01", incident("01"));
    made.board.record(
      {
        ...{ id: "codec-1/ssh@1", check: "codec-1/ssh", device: "codec-1", kind: "ssh", at: Date.parse("2026-03-09T14:04:00Z"), seq: 1 },
        ...{ durationMs: 9 },
        finding: {
          status: "up",
          samples: [
            { name: "calls", value: 1 },
            { name: "volume_ratio", value: 0.1 },
          ],
          readings: [
            { name: "standby", value: "off" },
            { name: "microphone_mute", value: "on" },
            { name: "loudspeaker_mute", value: "on" },
          ],
          faults: [],
        },
      },
      Date.parse("2026-03-09T14:05:00Z"),
    );
    const served = await serve(made);
    base = served.url;
    close = () => served.close();
  });
  afterAll(() => close());

  it("answers with the number to read back in the caller's language, what the codec says, and the outage that may be it", async () => {
    const answer = await post("/requests", { room: "a101", symptom: "no-sound", caller: { name: "Anne Roy" }, language: "fr" });
    expect(await answer.json()).toMatchObject({
      number: "VIG-2026-000009-12",
      incident: "VIG-2026-01",
      readBack:
        "Votre demande porte le numéro VIG-2026-000009-12. Salle A-101 : pas de son. Une séance est touchée. C'est peut-être une panne connue : VIG-2026-02, depuis 2026-03-09 09:55. Nous vous rappellerons au 514 555-1234.",
      codecs: [
        {
          ...{ device: "codec-1", activity: "in-call", unknown: ["source", "picture"], lastIncident: { number: "VIG-2026-01" } },
          says: [
            { text: "en appel" },
            { text: "éveillé" },
            { what: "mute", text: "touche discrétion activée (microphones coupés)" },
            { what: "volume", value: "0.1", text: "volume à 10 %" },
            { what: "loudspeaker", text: "haut-parleurs coupés" },
          ],
        },
      ],
      sameThing: [{ number: "VIG-2026-02" }],
    });
  });

  it("tells a caller's name to who may read names, and writes down who did; the queue and the incident name nobody", async () => {
    const before = made.audited.length;
    expect(await (await get("/requests/VIG-2026-000009-12")).json()).toMatchObject({ caller: { name: "Anne Roy" } });
    expect(made.audited.slice(before)).toMatchObject([{ by: "ops", action: "request.caller-read", target: "VIG-2026-000009-12" }]);
    expect(await (await get("/requests")).text()).not.toContain("Anne");
    const detail = await (await get("/incidents/01")).text();
    expect(detail).toContain("VIG-2026-000009-12");
    expect(detail).not.toContain("Anne");
    made.config = { ...made.config, permissions: new Map([["it-technician", ["read", "handle"]]]) };
    const written = made.audited.length;
    expect(await (await get("/requests/VIG-2026-000009-12")).text()).not.toContain("Anne");
    expect(made.audited.length).toBe(written);
  });

  it("gives a request that somebody else took in without its caller to who sends the same again; to its own sender as it was", async () => {
    const { take } = made.deps.intake;
    const again = async (by: string) => {
      made.deps.intake.take = async () => ({ ok: true, request: { ...helpRequest, by }, again: true });
      return (await post("/requests", { room: "a101", symptom: "no-sound", number: helpRequest.number })).text();
    };
    for (const [by, isTold] of [
      ["dan", false],
      ["ops", true],
    ] as const) {
      const text = await again(by);
      expect([by, text.includes("Anne"), text.includes("555-1234")]).toEqual([by, isTold, isTold]);
    }
    made.deps.intake.take = take;
  });

  it("hands on what the client calls a request, and takes no key that could be an accident", async () => {
    const keyed = (key: string) =>
      fetch(`${base}/api/v1/requests`, {
        method: "POST",
        headers: { ...headers, "Idempotency-Key": key },
        body: JSON.stringify({ room: "a101" }),
      });
    expect((await keyed("3f1c9d0e-form")).status).toBe(200);
    expect(made.taken.at(-1)).toMatchObject({ room: "a101", key: "3f1c9d0e-form" });
    for (const odd of ["short", "with a space", "x".repeat(201)]) expect(await (await keyed(odd)).json()).toMatchObject({ status: 400 });
    expect(await (await post("/requests/number", {})).json()).toMatchObject({ number: "VIG-2026-000010-80" });
  });

  it("a text for the coordinators stands with its incident, on its page in the reader's language, and is the answer to who calls", async () => {
    made.incidents.set("01", incident("01", { general: true, news: newsOf01 }));
    expect(await (await get("/incidents/01/news")).json()).toMatchObject({
      items: [{ seq: 1, texts: newsOf01.texts, last: false }],
      owed: true,
      draft: { told: 2 },
    });
    const page = (language: string) => fetch(`${base}/incidents/VIG-2026-01?lang=${language}`, { headers }).then((answer) => answer.text());
    expect(await page("en")).toContain("Videoconferencing does not work at Gaspé.");
    expect(await page("fr")).toMatch(/La visioconférence ne fonctionne pas à Gaspé\. Prochaines nouvelles à/);
    const { news, readBack } = (await (await get("/requests/VIG-2026-000009-12")).json()) as { news: string; readBack: string };
    expect(news).toBe("Depuis 2026-03-09 09:55.\nLa visioconférence ne fonctionne pas à Gaspé.\nProchaines nouvelles à 2026-03-09 11:05.");
    expect(readBack).toContain("Prochaines nouvelles");
    const patient = await post("/incidents/01/news", { texts: { fr: "ROYA12345678", en: "x" }, nextAt: "2026-03-09T15:15:00Z" });
    expect(await patient.json()).toMatchObject({ status: 422, type: expect.stringContaining("patient-data") });
    made.incidents.set("01", incident("01"));
  });

  it("says what is wrong with what it is given", async () => {
    expect(await (await post("/requests", { room: "b9" })).json()).toMatchObject({ status: 422, detail: "room: there is no room" });
    expect((await post("/requests", { rooms: "a101" })).status).toBe(422);
    expect((await get("/requests/none")).status).toBe(404);
    expect((await get("/requests?before=x")).status).toBe(400);
    const warned = await post("/requests", { room: "a101", note: "ROYA12345678 waits" });
    expect(((await warned.json()) as { warnings: string[] }).warnings[0]).toMatch(/health insurance number/);
  });
});

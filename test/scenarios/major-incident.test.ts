/**
 * A whole major incident, over the REST API as the people of the procedure would: minor at first, taken at level 1, major when a session
 * comes near, raised to levels 2 and 3, two partners, restored, explained, signed, printed, closed. One Wednesday and some days, in fake time.
 */
import { afterEach, expect, it } from "vitest";
import { messageId } from "../../daemon/notify/mail.ts";
import { ReportMaker } from "../../daemon/reporting/maker.ts";
import { workDone } from "../../daemon/reporting/work-done.ts";
import { needs } from "../needs.ts";
import { docxText, pdfText, requiredSections } from "../reporting/printed.ts";
import { type Day, day, people } from "./day.ts";
import { scenarioSecret } from "./scenario.ts";
import { type Answer, type Client, type Served, served } from "./served.ts";

let walk: Day;
let api: Served;
afterEach(async () => {
  await api?.close();
  await walk?.net.end();
});

/** Two clinics; mail that is answered comes in by its channel's door. */
async function begin(): Promise<Record<"dan" | "paul" | "claire" | "tess" | "anne", Client>> {
  walk = await day("2026-11-18T09:00", {
    devices: "core-1 > router-m > codec-a; core-1 > router-i > codec-i",
    sites: { "router-i": "iles", "codec-i": "iles" },
    extra: { "codec-a": "room: a101", "codec-i": "room: iles-1" },
    yaml: "sessions: { specialties: [neurology] }",
    people: people.replace("from: vigie@example.org", "from: vigie@example.org, inbound: { secret: { env: SCENARIO_SECRET } }"),
  });
  const { net } = walk;
  net.config = { ...net.config, instance: { ...net.config.instance, publicUrl: "https://vigie.example.org" } };
  api = await served(net);
  return {
    dan: api.as("dan", "desk"),
    paul: api.as("paul", "analyst"),
    claire: api.as("claire", "chief-technician"),
    tess: api.as("tess", "it-technician"),
    anne: api.as("anne", "event-coordinators"),
  };
}

/** It was done; what it answered. */
async function done(asked: Promise<Answer>): Promise<Answer["body"]> {
  const { status, body } = await asked;
  if (status !== 200) throw new Error(`${status} ${JSON.stringify(body)}`);
  return body;
}

async function refused(asked: Promise<Answer>): Promise<readonly [status: number, detail: string]> {
  const { status, body } = await asked;
  return [status, String(body.detail ?? body.title)];
}

it("from the first look to the signed report and the PDF, through all three levels and two partners", async (context) => {
  const pdftotext = needs("pdftotext", context);
  const { dan, paul, claire, tess, anne } = await begin();
  const { net } = walk;
  const iso = (time: string) => new Date(walk.at(time)).toISOString();

  // 09:00. A teleconsultation is booked for 10:30; nobody hears of that.
  const booked = { rooms: ["a101", "iles-1"], from: iso("10:30"), to: iso("11:30"), kind: "clinical", specialty: "neurology" };
  const session = await done(anne.post("/api/v1/sessions", booked));
  // 09:05. The codec of the islands dies: one device, no session within the hour. Minor, and the desk's.
  await walk.until("09:05");
  net.breaks("codec-i");
  await walk.until("09:08");
  expect(walk.said()).toEqual(["09:05 desk problem by mail"]);
  const [{ number }] = (await done(dan.get("/api/v1/incidents"))).items;
  const at = (path = "") => `/api/v1/incidents/${number}${path}`;
  const look = () => done(dan.get(at()));
  expect(await look()).toMatchObject({ severity: "minor", urgency: "before-session", level: 1, state: "open" });
  expect(walk.text("desk", "problem")).toContain("Minor: codec-i does not answer (iles, Room Iles-1)");

  // 09:10. Level 1 takes it, and writes down what the room says.
  await walk.until("09:10");
  await done(dan.post(at("/take"), { note: "I call the room" }));
  await done(dan.post(at("/notes"), { note: "the room: the codec's light is on, its network cable is in" }));

  // 09:30. The session is an hour away: major and urgent by itself. It rose, so whoever has it hears again.
  await walk.until("09:31");
  expect(walk.said()).toEqual(["09:30 desk raised by mail"]);
  expect(await look()).toMatchObject({ severity: "major", urgency: "now", state: "taken", holder: "dan" });

  // 09:40. Beyond level 1. It counts when it is accepted: until then dan holds it.
  await walk.until("09:40");
  expect(await refused(dan.post(at("/escalate"), {}))).toMatchObject([422, expect.stringContaining("reason")]);
  await done(dan.post(at("/escalate"), { reason: "unplugged and plugged in again, no other device of the site is down" }));
  await walk.until("09:41");
  expect(walk.said()).toEqual(["09:40 analyst escalation by mail"]);
  expect(await look()).toMatchObject({ level: 2, holder: "dan", handOver: { fromLevel: 1 } });
  await done(paul.post(at("/accept"), { note: "I look at the registration and the circuit" }));
  expect(await look()).toMatchObject({ level: 2, holder: "paul" });

  // 09:50. Two partners: the network's operator by mail, the supplier was spoken to and has promised.
  await walk.until("09:50");
  expect(await refused(paul.post(at("/tasks"), { partner: "nobody", asked: "x" }))).toMatchObject([
    422,
    expect.stringContaining("partner"),
  ]);
  const circuit = await done(paul.post(at("/tasks"), { partner: "sogique", asked: "measure the circuit to the islands, both ways" }));
  const supplier = { partner: "tcr", asked: "the codec's port answers nothing: what does it log?", ticket: "T-12" };
  const board = await done(paul.post(at("/tasks"), { ...supplier, spokenTo: "Luc", promisedBy: iso("11:00") }));
  await walk.until("09:52");
  expect(walk.said()).toEqual(["09:50 noc-sogique task by mail", "09:50 noc-tcr task by mail"]);

  // 10:00. Half an hour ahead the session is looked at; both ends hear that it may not be held. By then it is a general matter: level 3.
  await walk.until("10:02");
  expect(walk.said()).toEqual([
    "10:01 anne-mgh session-at-risk by mail",
    "10:01 anne-mgh session-at-risk by sms",
    "10:01 louis-iles session-at-risk by mail",
    "10:01 louis-iles session-at-risk by sms",
  ]);
  await done(paul.post(at("/escalate"), { reason: "neither end sees the other: partners have to be brought together" }));
  await walk.until("10:04");
  expect(walk.said()).toEqual(["10:02 analyst escalation by mail", "10:02 chief-technician escalation by mail"]);
  await done(claire.post(at("/accept"), {}));
  expect(await look()).toMatchObject({ level: 3, holder: "claire", severity: "major" });

  // 10:20. The supplier answers on its page, with the digits of its message: no account.
  await walk.until("10:20");
  const [, link = ""] = /https:\/\/vigie\.example\.org(\/task\/\S+)/.exec(walk.text("noc-tcr", "task")) ?? [];
  const [, digits = ""] = /\b(\d{4})\b(?![\s\S]*\b\d{4}\b)/.exec(walk.text("noc-tcr", "task")) ?? [];
  const page = await fetch(`${api.url}${link}?lang=fr`);
  expect([page.status, (await page.text()).includes("T-12")]).toEqual([200, true]);
  const form = (fields: Record<string, string>) => fetch(`${api.url}${link}`, { method: "POST", body: new URLSearchParams(fields) });
  expect((await form({ digits: digits === "0000" ? "1111" : "0000", state: "answered", note: "x" })).status).toBe(403);
  expect((await form({ digits, state: "answered", note: "its network board is dead; a new one is on the way" })).status).toBe(200);
  await walk.until("10:22");
  expect(walk.said()).toEqual(["10:20 analyst task-answered by mail", "10:20 chief-technician task-answered by mail"]);

  // 10:30. It begins without the islands; the coordinator says how it was held.
  await walk.until("10:45");
  expect(walk.said()).toEqual([]);
  await done(anne.post(`/api/v1/sessions/${session.id}/outcome`, { outcome: "by-phone" }));

  // 13:50. Four service hours of silence: the operator's next contact. They answer the mail; a stranger's answer changes nothing.
  await walk.until("13:52");
  expect(walk.said().filter((each) => each.includes("task"))).toEqual(["13:50 chief-sogique task by mail"]);
  const inReplyTo = messageId(walk.to("chief-sogique", "task")[0]?.key ?? "");
  const mailed = (from: string, id: string) =>
    fetch(`${api.url}/hooks/mail`, {
      method: "POST",
      headers: { "content-type": "application/json", "x-vigie-secret": scenarioSecret },
      body: JSON.stringify({ id, from, inReplyTo, text: "rien vu sur le circuit" }),
    });
  expect(await (await mailed("eve@example.net", "<1@x>")).json()).toEqual({ result: "unknown" });
  expect(await (await mailed("chief-sogique@example.org", "<2@x>")).json()).toEqual({ result: "task answered" });
  await walk.until("13:54");
  expect(walk.said()).toEqual(["13:52 analyst task-answered by mail", "13:52 chief-technician task-answered by mail"]);

  // 14:30. The board is changed: an action with serials, and service is back. Whoever was told is told.
  await walk.until("14:30");
  await done(tess.post(at("/actions"), { kind: "swap", what: "network board", device: "codec-i", serialBefore: "A1", serialAfter: "B2" }));
  net.heals("codec-i");
  await walk.until("14:35");
  const back = walk.said();
  expect(back).toEqual(expect.arrayContaining(["14:30 desk restored by mail", "14:30 analyst restored by mail"]));
  for (const who of ["rose-gaspe", "noc-sogique", "noc-tcr", "event-coordinators"])
    expect(
      back.filter((each) => each.includes(who)),
      who,
    ).toEqual([]);
  expect(await look()).toMatchObject({ state: "restored" });

  // It is not over: partners have it still, and nothing closes without the report.
  expect(await refused(claire.post(at("/close"), { disposition: "fixed", note: "a new board" }))).toMatchObject([409, expect.any(String)]);
  for (const { id } of [circuit, board])
    await done(paul.post(`/api/v1/tasks/${id}`, { how: "telephone", note: "checked with them", state: "done" }));
  await done(claire.post(at("/resolve"), { note: "a new network board; the circuit was never at fault" }));
  expect(await refused(claire.post(at("/close"), { disposition: "fixed", note: "a new board" }))).toMatchObject([
    409,
    expect.stringContaining("report"),
  ]);

  // The draft knows the facts. Due in five working days; what is missing is named; the desk may not sign.
  const draft = await done(paul.get(at("/report")));
  expect(draft).toMatchObject({ version: 0, missing: expect.arrayContaining(["cause", "signature"]) });
  expect(draft.dueAt.slice(0, 10)).toBe("2026-11-25");
  const [facts] = draft.facts;
  // Held over the telephone: a session hit, and no clinical minute lost.
  expect(facts).toMatchObject({ number, site: "iles", sessions: 1, clinicalMinutes: 0 });
  expect(facts.detect.wallMinutes).toBeLessThanOrEqual(1);
  expect(facts.take.wallMinutes).toBeGreaterThanOrEqual(3);
  expect(Math.round(facts.restore.wallMinutes)).toBe(325);
  const sign = (who: Client, version: number) => who.post("/api/v1/reports/sign", { reports: [{ id: draft.id, version }] });
  const texts = {
    cause: "La carte réseau du codec des Îles a rendu l'âme; le circuit n'y est pour rien.",
    organizational: "La téléconsultation de 10 h 30 s'est tenue au téléphone; trois personnes mobilisées cinq heures.",
    clinical: "Un examen neurologique à distance est à reprendre; aucun préjudice connu.",
    remedial: { kind: "action", what: "Une carte de rechange aux Îles", owner: "tess", due: "2026-12-15" },
  };
  expect(await done(paul.post(at("/report"), { version: 0, texts: { clinical: texts.clinical } }))).toMatchObject({ version: 1 });
  expect(await refused(sign(paul, 1))).toMatchObject([409, expect.stringMatching(/missing: .*cause/)]);
  expect(await done(paul.post(at("/report"), { version: 1, texts }))).toMatchObject({ version: 2, missing: ["signature"] });
  expect((await paul.post(at("/report"), { version: 1, texts })).status).toBe(409);
  expect((await sign(dan, 2)).status).toBe(403);

  // Nobody signs for a week: those who owe it are reminded, by day.
  walk.said();
  const maker = reminding();
  for (let hours = 0; hours < 7 * 24; hours += 1) {
    net.clock.pass(58 * 60_000);
    await net.advance(2 * 60_000);
    await maker.remind();
  }
  await net.advance(60_000);
  const owed = net.sent.filter(({ kind }) => kind === "report-due");
  expect(owed.length).toBeGreaterThanOrEqual(1);
  for (const { at: told } of owed) expect(Number(walk.clockOf(told).slice(0, 2))).toBeGreaterThanOrEqual(7);
  expect(owed[0]?.text).toContain(number);

  // Signed, printed in both languages, closed.
  expect((await sign(claire, 2)).body).toMatchObject({ items: [{ ok: true, version: 3 }] });
  const words = {
    fr: ["Rapport d'incident majeur", "SOGIQUE n'a pas répondu", "répondu par courriel", "Technicien en chef de télésanté"],
    en: ["Major incident report", "SOGIQUE has not answered", "answered by mail", "Chief telehealth technician"],
  } as const;
  for (const language of ["fr", "en"] as const) {
    const file = await paul.get(at(`/report/file?format=pdf&language=${language}`));
    expect([file.status, file.bytes.subarray(0, 5).toString()]).toEqual([200, "%PDF-"]);
    const docx = await paul.get(at(`/report/file?format=docx&language=${language}`));
    const known = [number, "T-12", "TCR", "carte réseau", "carte de rechange", "claire"];
    const text = pdfText(file.bytes, pdftotext);
    for (const word of [...known, ...words[language], ...requiredSections[language]]) {
      expect(text, `${language}: ${word}`).toContain(word);
      expect(docxText(docx.bytes).replace(/\s+/g, " "), `${language}, DOCX: ${word}`).toContain(word);
    }
    expect(text).not.toMatch(/neurology|undefined|\[object/);
  }
  expect(await done(claire.post(at("/close"), { disposition: "fixed", note: "a new board" }))).toMatchObject({ state: "closed" });
  const closed = await look();
  expect(closed.timeline.map(({ event }: { event: string }) => event)).toEqual(
    expect.arrayContaining(
      "opened taken note severity escalated handed-over task-opened task-silent task-answered session-at-risk restored task-done resolved report-saved report-signed closed".split(
        " ",
      ),
    ),
  );
  expect((await net.store.verifyTimeline()).brokenAt).toBeUndefined();
  expect(new Set(net.sent.map(({ key }) => key)).size, "no message twice").toBe(net.sent.length);
}, 600_000);

function reminding(): ReportMaker {
  const { net } = walk;
  const basics = { store: net.store, clock: net.clock, config: () => net.config };
  const quiet = { debug() {}, info() {}, warn() {}, error() {}, child: () => quiet };
  return new ReportMaker({
    ...{ ...basics, bookings: net.bookings, work: workDone(basics), leases: net.leases, log: quiet },
    send: async () => ({ ok: true, state: "accepted" }),
  });
}

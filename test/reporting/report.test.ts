/** The report of a major incident, from its draft to the closing that it lets pass; on a real store, in fake time. */
import { afterEach, expect, it } from "vitest";
import type { IncidentReport } from "../../daemon/model/report.ts";
import { HOUR, MINUTE } from "../../daemon/model/time.ts";
import { missingIn } from "../../rules/report.ts";
import { diagnosisAt } from "../api/diagnosed.ts";
import { type Scenario, scenario } from "../scenarios/scenario.ts";

let net: Scenario;
afterEach(() => net.end());

const texts: IncidentReport["texts"] = {
  cause: "the site's router had lost its power",
  remedial: { kind: "action", what: "a second feed", owner: "ann", due: "2026-12-15" },
};
const ann = { by: "ann", function: "analyst" };

/** A router fails for so long; the incident of it, restored. */
async function outage(minutes = 40): Promise<string> {
  net = await scenario({ devices: "router-1 > codec-7, codec-8" });
  await net.advance(2 * MINUTE);
  net.breaks("router-1");
  for (const codec of ["codec-7", "codec-8"]) net.breaks(codec);
  await net.advance(10 * MINUTE);
  const number = (await net.incidents()).find(({ foldedInto }) => foldedInto === undefined)?.number ?? "";
  await net.desk.take(number, "ann");
  await net.advance((minutes - 10) * MINUTE);
  for (const device of ["router-1", "codec-7", "codec-8"]) net.heals(device);
  await net.advance(5 * MINUTE);
  return number;
}

async function of(number: string) {
  const found = await net.reports.of(number);
  if (!found.ok) throw new Error(found.problem);
  return found;
}

it("is pre-filled with what the daemon knows, and with none where no session was hit", async () => {
  const number = await outage();
  const { report, facts } = await of(number);
  expect(report).toMatchObject({
    version: 0,
    texts: { organizational: expect.stringMatching(/aucune séance|no session/), clinical: expect.any(String) },
  });
  expect(facts).toHaveLength(1);
  const [known] = facts;
  expect(known).toMatchObject({ number, severity: "major", state: "restored", general: true, sessions: [], clinicalMs: 0 });
  expect(known?.devices).toEqual(["codec-7", "codec-8", "router-1"]);
  // Taken by ann 8 minutes or so after it was opened; down for the 40 minutes, give or take a look.
  expect(known?.take?.wallMs).toBeGreaterThan(8 * MINUTE);
  expect(known?.take?.wallMs).toBeLessThan(11 * MINUTE);
  expect(known?.restore?.wallMs).toBeGreaterThan(39 * MINUTE);
  expect(known?.restore?.wallMs).toBeLessThan(43 * MINUTE);
  expect(known?.down).toEqual(known?.restore);
  expect(known?.chronology.map(({ event }) => event)).toEqual(expect.arrayContaining(["opened", "taken", "restored"]));
});

it("holds the closing of a major incident up until it is signed, and says so", async () => {
  const number = await outage();
  const early = await net.desk.close(number, "ann", "fixed", "power is back");
  expect(early).toMatchObject({ ok: false, status: 409, problem: expect.stringMatching(/report is not signed: write it/) });
  const saved = await net.reports.save(number, "ann", { version: 0, texts });
  expect(saved).toMatchObject({ ok: true, report: { version: 1, texts } });
  const { id } = (await of(number)).report;
  expect(await net.desk.close(number, "ann", "fixed", "power is back")).toMatchObject({
    ok: false,
    problem: expect.stringMatching(/sign it/),
  });
  expect(await net.reports.sign(id, 1, ann)).toMatchObject({
    ok: true,
    report: { version: 2, signed: { by: "ann", function: "analyst" } },
  });
  expect(await net.desk.close(number, "ann", "fixed", "power is back")).toMatchObject({ ok: true, incident: { state: "closed" } });
  const timeline = await net.store.timeline((await of(number)).facts[0]?.id ?? "");
  expect(timeline.map(({ event }) => event)).toEqual(expect.arrayContaining(["report-saved", "report-signed", "closed"]));
});

it("is owed neither by a false alarm nor by a minor", async () => {
  const number = await outage();
  expect(await net.desk.close(number, "ann", "false-alarm", "the feed was tested")).toMatchObject({ ok: true });
  await net.end();
  net = await scenario({ devices: "codec-7" });
  await net.advance(2 * MINUTE);
  net.breaks("codec-7");
  await net.advance(3 * MINUTE);
  net.heals("codec-7");
  await net.advance(3 * MINUTE);
  const [minor] = await net.incidents();
  expect(minor?.severity).toBe("minor");
  expect(await net.desk.close(minor?.number ?? "", "ann", "fixed", "a cable")).toMatchObject({ ok: true });
});

it("cannot be signed while something is missing, while service is gone, or in a version that somebody has changed since", async () => {
  const number = await outage();
  await net.reports.save(number, "ann", { version: 0, texts: { clinical: " " } });
  const { id } = (await of(number)).report;
  expect(await net.reports.sign(id, 1, ann)).toMatchObject({
    ok: false,
    status: 422,
    problem: expect.stringMatching(/cause, clinical, remedial/),
  });
  await net.reports.save(number, "bob", { version: 1, texts: { ...texts, clinical: "none" } });
  expect(await net.reports.sign(id, 1, ann)).toMatchObject({
    ok: false,
    status: 409,
    problem: expect.stringMatching(/version 2 now, not 1/),
  });
  expect(await net.reports.save(number, "ann", { version: 1, texts })).toMatchObject({ ok: false, status: 409 });
  net.breaks("router-1");
  await net.advance(5 * MINUTE);
  expect(await net.reports.sign(id, 2, ann)).toMatchObject({ ok: false, status: 409, problem: expect.stringMatching(/still fails/) });
});

it("keeps its facts as they were when it was signed, and every version before and after", async () => {
  const number = await outage();
  await net.reports.save(number, "ann", { version: 0, texts });
  const { id } = (await of(number)).report;
  await net.reports.sign(id, 1, ann);
  const signed = await of(number);
  await net.advance(3 * HOUR);
  await net.desk.close(number, "ann", "fixed", "power is back");
  expect((await of(number)).facts).toEqual(signed.facts);
  // Something was learned later: a new version, unsigned; what was signed stays to be read.
  expect(await net.reports.save(number, "ann", { version: 2, texts: { cause: "a breaker" } })).toMatchObject({
    ok: true,
    report: { version: 3 },
  });
  expect((await net.store.reportVersions(id)).map(({ version, signed: by }) => [version, by?.by])).toEqual([
    [1, undefined],
    [2, "ann"],
    [3, undefined],
  ]);
  const before = await net.reports.get(id, 2);
  expect(before).toMatchObject({ ok: true, report: { texts: { cause: texts.cause } } });
});

const gone = ["router-1", "router-2", "codec-5", "codec-6", "codec-7", "codec-8"];

it("may be about several incidents of one cause: one text, one signature, all may be closed", async () => {
  net = await scenario({
    devices: "router-1 > codec-7; router-2 > codec-8; router-3 > codec-9, codec-10, codec-11",
    sites: { "router-2": "gaspe", "codec-8": "gaspe" },
  });
  await net.advance(2 * MINUTE);
  for (const device of gone) net.breaks(device);
  await net.advance(10 * MINUTE);
  for (const device of gone) net.heals(device);
  await net.advance(5 * MINUTE);
  const majors = (await net.incidents()).filter(({ foldedInto }) => foldedInto === undefined);
  for (const { number } of majors) await net.desk.severity(number, "ann", "major", "two clinics at once");
  const numbers = majors.map(({ number }) => number);
  expect(numbers).toHaveLength(2);
  const [first = "", second = ""] = numbers;
  expect(await net.reports.save(first, "ann", { version: 0, texts, incidents: [first, "VIG-1"] })).toMatchObject({
    ok: false,
    status: 422,
  });
  expect(await net.reports.save(first, "ann", { version: 0, texts, incidents: numbers })).toMatchObject({ ok: true });
  const { report, facts } = await of(second);
  expect([report.incidents.length, facts.map(({ number }) => number)]).toEqual([2, numbers]);
  expect(await net.reports.sign(report.id, 1, ann)).toMatchObject({ ok: true });
  for (const number of numbers) expect(await net.desk.close(number, "ann", "fixed", "power is back")).toMatchObject({ ok: true });
});

it("tells the session that was hit and its clinical minutes; what the coordinator says of it replaces the estimate", async () => {
  net = await scenario({ devices: "router-1 > codec-7, codec-8" });
  const from = net.clock.now() + 10 * MINUTE;
  const session = {
    id: "api:1",
    source: "api",
    rooms: ["a101"],
    from,
    to: from + HOUR,
    kind: "clinical",
    priority: "normal",
    state: "booked",
  } as const;
  await net.store.transaction(undefined, (tx) => tx.saveSessions([session]));
  await net.bookings.refresh();
  await net.advance(2 * MINUTE);
  for (const device of ["router-1", "codec-7", "codec-8"]) net.breaks(device);
  await net.advance(38 * MINUTE);
  for (const device of ["router-1", "codec-7", "codec-8"]) net.heals(device);
  await net.advance(5 * MINUTE);
  const number = (await net.incidents()).find(({ foldedInto }) => foldedInto === undefined)?.number ?? "";
  const { report, facts } = await of(number);
  // Half an hour of it, give or take a look; nothing is filled in beforehand for people to overlook.
  expect(facts[0]?.sessions).toMatchObject([{ id: "api:1", kind: "clinical", basis: "estimate" }]);
  expect(facts[0]?.clinicalMs).toBeGreaterThan(28 * MINUTE);
  expect(facts[0]?.clinicalMs).toBeLessThan(33 * MINUTE);
  expect(report.texts).toEqual({});
  const held = { code: "by-phone", by: "coordinator", at: net.clock.now() } as const;
  await net.store.transaction(undefined, (tx) => tx.saveOutcome("api:1", held));
  await net.bookings.refresh();
  const after = await of(number);
  expect(after.facts[0]).toMatchObject({ clinicalMs: 0, sessions: [{ basis: "outcome", outcome: "by-phone" }] });
});

it("proposes the cause that the diagnosis gives: required all the same until a person accepts it, and the timeline says so", async () => {
  net = await scenario({ devices: "codec-7", together: true });
  net.breaks("codec-7");
  await net.advance(3 * MINUTE);
  const [incident] = await net.incidents();
  const { id = "", number = "" } = incident ?? {};
  expect((await of(number)).proposed).toBeUndefined();
  expect(await net.reports.save(number, "ann", { version: 0, texts: {}, acceptCause: true })).toMatchObject({ ok: false, status: 409 });
  const diagnosis = { ...diagnosisAt(net.clock.now()), id: `${number}-D1`, incident: id, version: 1 };
  await net.store.transaction(undefined, (tx) => tx.saveDiagnosis(diagnosis));
  const { report, proposed } = await of(number);
  expect(proposed).toMatchObject({
    diagnosis: `${number}-D1`,
    verdict: "device",
    confidence: 54,
    texts: { en: expect.stringContaining("54") },
  });
  expect([report.texts.cause, missingIn(report.texts)]).toEqual([undefined, expect.arrayContaining(["cause", "remedial"])]);
  const remedial = { kind: "none", why: "worn out" } as const;
  expect(await net.reports.save(number, "ann", { version: 0, texts: { remedial, cause: "x" }, acceptCause: true })).toMatchObject({
    status: 422,
  });
  // Saved without accepting it, it is still only proposed.
  await net.reports.save(number, "ann", { version: 0, texts: { remedial } });
  expect((await of(number)).proposed?.verdict).toBe("device");
  expect(await net.reports.sign(report.id, 1, ann)).toMatchObject({ ok: false, problem: expect.stringContaining("cause") });
  const saved = await net.reports.save(number, "bea", { version: 1, texts: {}, acceptCause: true });
  expect(saved).toMatchObject({ ok: true, report: { by: "bea", texts: { cause: proposed?.texts.en, remedial } } });
  expect((await of(number)).proposed).toBeUndefined();
  const last = (await net.store.timeline(id)).at(-1);
  expect(last).toMatchObject({ by: "bea", event: "report-saved", why: `version 2, the cause as ${number}-D1 proposed it` });
});

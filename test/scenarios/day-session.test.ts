/**
 * Two mornings: a codec dies ten minutes before its teleconsultation, and one dies five minutes into it. Who is told when, over what, and
 * who is not.
 */
import { afterEach, expect, it } from "vitest";
import { hitsOf } from "../../daemon/hits.ts";
import type { Incident } from "../../daemon/model/incident.ts";
import { clinicalMinutes } from "../../rules/sessions.ts";
import { type Day, day } from "./day.ts";

const days: Day[] = [];
afterEach(async () => {
  for (const each of days.splice(0)) await each.net.end();
});

/** A hospital with two rooms, a clinic on the islands, one in Gaspé; a teleconsultation of the first two at ten. */
async function morning(begins: string): Promise<Day> {
  const made = await day(`2026-11-18T${begins}`, {
    devices: "core-1 > router-m > codec-a, codec-b; core-1 > router-i > codec-i; core-1 > router-g > codec-g",
    sites: { "router-i": "iles", "codec-i": "iles", "router-g": "gaspe", "codec-g": "gaspe" },
    extra: { "codec-a": "room: a101", "codec-b": "room: a102", "codec-i": "room: iles-1", "codec-g": "room: gaspe-1" },
  });
  days.push(made);
  await made.books("s1", ["a101", "iles-1"], "10:00", "11:00");
  return made;
}

async function only({ net }: Day): Promise<Incident> {
  const [incident, ...others] = await net.unfolded();
  if (incident === undefined || others.length > 0) throw new Error(`${others.length + 1} incidents`);
  return incident;
}

/** Sessions hit, and clinical minutes lost. */
async function lost({ net }: Day): Promise<readonly [sessions: readonly string[], minutes: number]> {
  const incident = (await net.unfolded())[0]!;
  const { store, clock, bookings } = net;
  const hits = await hitsOf({ store, clock, bookings, config: () => net.config }, incident, await store.timeline(incident.id));
  return [hits.filter(({ overlapMs }) => overlapMs > 0).map(({ session }) => session.id), clinicalMinutes(hits)];
}

it("a codec dies ten minutes before its session: both ends hear at once with a room that is free, and the ladder hurries to be done by ten", async () => {
  const walk = await morning("09:45");
  const { net } = walk;
  await walk.until("09:50");
  net.breaks("codec-a");
  await walk.until("09:52");
  expect(walk.said()).toEqual([
    "09:50 anne-mgh session-at-risk by mail",
    "09:50 anne-mgh session-at-risk by sms",
    "09:50 desk problem by mail",
    "09:50 louis-iles session-at-risk by mail",
    "09:50 louis-iles session-at-risk by sms",
  ]);
  const incident = await only(walk);
  expect(incident).toMatchObject({ severity: "major", urgency: "now", urgencyWhy: "a session starts in 10 min", level: 1 });
  // In plain words to the clinics: what, where it can be held instead, that nothing is theirs to repair.
  for (const who of ["anne-mgh", "louis-iles"]) {
    const [{ text = "", sms = "" } = {}] = walk.to(who, "session-at-risk");
    expect(text).toContain("The teleconsultation of 2026-11-18 at 10:00 (Room A-101, mgh – Room Iles-1, iles) may not be possible");
    expect(text).toContain("Rooms that are ready and free: Room A-102, mgh");
    expect(text).toContain("Telephone of Room A-101, mgh: 514 555-0101");
    expect(text).not.toMatch(/Level|icmp|codec-a/);
    expect(sms.length).toBeLessThanOrEqual(160);
    expect(sms).toContain("10:00");
  }
  // To the desk: the session, the workaround, then the cure.
  const asked = walk.text("desk", "problem");
  expect(asked).toContain("Major: codec-a does not answer (mgh, Room A-101)");
  expect(asked).toContain("Session at risk: 2026-11-18 10:00 to 11:00, Room A-101 – Room Iles-1");
  expect(asked).toMatch(/Rooms that are ready and free: Room A-102, mgh[\s\S]*What to do first/);
  expect(asked).toContain("Cannot wait: a session starts in 10 min");
  expect(asked).toContain("If nobody takes it by 2026-11-18 09:55");
  // Half of what is left to each level: 09:55, 09:57:37, 09:59:37.
  await walk.until("10:00");
  expect(walk.said()).toEqual([
    "09:55 analyst escalation by mail",
    "09:57 analyst escalation by mail",
    "09:57 chief-technician escalation by mail",
    "09:59 chief-technician last-resort by mail",
    "09:59 chief-technician last-resort by sms",
    "09:59 it-technician last-resort by mail",
    "09:59 it-technician last-resort by sms",
  ]);
  // The technician takes it at 10:05; nobody is told any more. What runs is no longer "starts in 10 min".
  await walk.until("10:05");
  expect(await only(walk)).toMatchObject({
    sessionHit: "test:s1",
    urgencyWhy: "a session is running",
    severityWhy: "a session is running",
  });
  expect(await net.desk.take(incident.number, "tess")).toMatchObject({ ok: true });
  await walk.until("10:20");
  expect(walk.said()).toEqual([]);
  // Back at 10:20: whoever heard hears it, the clinics too; Gaspé and the event coordinators never heard anything.
  net.heals("codec-a");
  await walk.until("10:40");
  expect(walk.said()).toEqual([
    "10:20 analyst restored by mail",
    "10:20 chief-technician restored by mail",
    "10:20 desk restored by mail",
    "10:20 it-technician restored by mail",
    "10:21 anne-mgh session-clear by mail",
    "10:21 anne-mgh session-clear by sms",
    "10:21 louis-iles session-clear by mail",
    "10:21 louis-iles session-clear by sms",
  ]);
  expect([...walk.to("rose-gaspe"), ...walk.to("event-coordinators")]).toEqual([]);
  expect(await lost(walk)).toEqual([["test:s1"], 20]);
  // Major, and so not closed without its report.
  await net.desk.resolve(incident.number, "tess", "the power supply was changed");
  expect(await net.desk.close(incident.number, "tess", "fixed", "")).toMatchObject({ ok: false, status: 409 });
}, 180_000);

it("a codec dies five minutes into its session: the same at once, over the telephone too; what it took is counted by the minute", async () => {
  const walk = await morning("09:55");
  const { net } = walk;
  await walk.until("10:05");
  expect(walk.said()).toEqual([]);
  net.breaks("codec-i");
  await walk.until("10:12");
  const first = walk.said();
  expect(first).toEqual([
    "10:05 anne-mgh session-at-risk by mail",
    "10:05 anne-mgh session-at-risk by sms",
    "10:05 desk problem by mail",
    "10:05 louis-iles session-at-risk by mail",
    "10:05 louis-iles session-at-risk by sms",
    // Nobody took it within five minutes: the desk over every channel, and who allocates a major incident.
    "10:10 chief-technician problem by mail",
    "10:10 chief-technician problem by sms",
    "10:10 desk problem by mail",
    "10:10 desk problem by sms",
    "10:10 it-technician problem by mail",
    "10:10 it-technician problem by sms",
  ]);
  const incident = await only(walk);
  expect(incident).toMatchObject({ severity: "major", urgency: "now", severityWhy: "a session is running", site: "iles", room: "iles-1" });
  const [asked] = walk.to("desk", "problem");
  expect(asked?.text).toContain("Session hit, it runs until 11:00: Room A-101 – Room Iles-1");
  expect(asked?.text).toContain("Cannot wait: a session is running");
  expect(asked?.text).toContain("Room telephone: 418 555-0102");
  // The islands have one room: there is none to move to, and the telephone is what is left.
  const [islands] = walk.to("louis-iles", "session-at-risk");
  expect(islands?.text).toContain("Telephone of Room Iles-1, iles: 418 555-0102");
  expect(islands?.text).not.toContain("Rooms that are ready and free");
  expect(await net.desk.acknowledge(incident.number, "dan")).toMatchObject({ ok: true });
  await walk.until("10:14");
  net.heals("codec-i");
  await walk.until("10:16");
  expect(await net.desk.solve(incident.number, "dan", "the room's breaker", true)).toMatchObject({ ok: true });
  await walk.until("10:30");
  expect(walk.said()).toEqual([
    "10:14 chief-technician restored by mail",
    "10:14 desk restored by mail",
    "10:14 it-technician restored by mail",
    "10:15 anne-mgh session-clear by mail",
    "10:15 anne-mgh session-clear by sms",
    "10:15 louis-iles session-clear by mail",
    "10:15 louis-iles session-clear by sms",
  ]);
  // Solved at the first call, and it cost a session: it stays major.
  expect(await only(walk)).toMatchObject({ severity: "major" });
  expect(await lost(walk)).toEqual([["test:s1"], 9]);
  expect(walk.to("rose-gaspe")).toEqual([]);
}, 180_000);

it.each([
  ["and it is: no second incident", "10:15", 1],
  ["and it is not: the session has an incident of its own", "10:20", 2],
])(
  "somebody says that it is over before a look shows it, %s; both ends hear when it is over",
  async (_, healed, incidents) => {
    const walk = await morning("09:59");
    const { net } = walk;
    net.breaks("codec-i");
    await walk.until("10:01");
    const incident = await only(walk);
    expect(await net.desk.acknowledge(incident.number, "dan")).toMatchObject({ ok: true });
    await walk.until("10:15");
    expect(await net.desk.solve(incident.number, "dan", "the room's breaker", true)).toMatchObject({ ok: true });
    walk.said();
    await walk.until(healed);
    net.heals("codec-i");
    await walk.until("10:40");
    expect(await net.unfolded()).toHaveLength(incidents);
    const clear = walk.said().filter((each) => each.includes("session-clear"));
    expect(clear.map((each) => each.slice(6))).toEqual([
      "anne-mgh session-clear by mail",
      "anne-mgh session-clear by sms",
      "louis-iles session-clear by mail",
      "louis-iles session-clear by sms",
    ]);
  },
  180_000,
);

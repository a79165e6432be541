/** Partners, in fake time: one that never answers, and two on one incident that stays open until both are done. */
import { afterEach, describe, expect, it } from "vitest";
import { DAY, HOUR, MINUTE } from "../../daemon/model/time.ts";
import { messageId } from "../../daemon/notify/mail.ts";
import { type Scenario, scenario } from "./scenario.ts";

let net: Scenario | undefined;
afterEach(async () => {
  await net?.end();
  net = undefined;
});

const paul = { name: "paul", function: "analyst" };
// The contacts of a partner are told at the addresses of functions that nothing else tells here.
const yaml = `partners:
  sogique: { name: SOGIQUE, contacts: [event-coordinators, coordinators], answer_within: 4h service }
  tcr: { name: TCR, contacts: [coordinators] }`;

/** A gatekeeper that has failed, on a Wednesday at 09:00, and an analyst who has it at level 3. */
async function failed(partners = yaml): Promise<{ net: Scenario; number: string }> {
  net = await scenario({ devices: "gatekeeper-1", interval: "1h", yaml: partners, together: true });
  net.breaks("gatekeeper-1");
  await net.advance(62 * MINUTE);
  const [incident] = await net.unfolded();
  const number = incident?.number ?? "";
  for (const _ of [2, 3]) expect(await net.work.escalate(number, paul, "beyond this level")).toMatchObject({ ok: true });
  expect(await net.work.accept(number, paul)).toMatchObject({ ok: true, incident: { level: 3, holder: "paul" } });
  net.sent.length = 0;
  return { net, number };
}

describe("a partner who never answers", () => {
  it("is asked at the next contact, then our analyst and chief hear by day, and again; nobody at night", async () => {
    // Four hours on the wall: their second silence ends in the evening, when nobody of ours is told.
    const { net, number } = await failed(yaml.replace("4h service", "4h"));
    await net.work.followUp(number, paul, net.clock.now() + 20 * DAY, "waits for the circuit");
    const opened = await net.tasks.open(number, paul, { partner: "sogique", asked: "test the circuit to Gaspé" });
    if (!opened.ok) throw new Error(opened.problem);
    const { id } = opened.task;
    // A daemon that turns for two minutes of each half hour: three days in a few seconds.
    for (let halfHours = 0; halfHours < 3 * 48; halfHours += 1) {
      net.clock.pass(28 * MINUTE);
      await net.advance(2 * MINUTE);
    }
    const told = net.sent.filter(({ key }) => key.includes(id));
    expect(told.slice(0, 2).map(({ to }) => to)).toEqual(["event-coordinators", "coordinators"]);
    expect(told[0]?.text).toContain("What is asked: test the circuit to Gaspé");
    expect(told[0]?.text).toContain(number);
    const ours = told.slice(2);
    expect(new Set(ours.map(({ to }) => to))).toEqual(new Set(["analyst", "chief-technician"]));
    expect(ours.length).toBeGreaterThanOrEqual(4);
    for (const { at } of told) {
      const hour = (new Date(at).getUTCHours() + 19) % 24;
      expect(hour >= 7 && hour < 18, `told at ${new Date(at).toISOString()}`).toBe(true);
    }
    expect(ours[0]?.text).toContain("Nobody of SOGIQUE has answered");
    expect(await net.store.incident(number)).toMatchObject({ state: "taken", holder: "paul", openTasks: [{ id, waiting: true }] });
    // They answer by mail in the end, from an address that is theirs; another one changes nothing.
    const key = told[1]?.key ?? "";
    expect(await net.tasks.answeredByMail([`<${key}@vigie>`], "stranger", "")).toMatchObject({ ok: false });
    expect(await net.tasks.answeredByMail([`<${key}@vigie>`], "coordinators", "")).toMatchObject({ ok: true, task: { state: "answered" } });
    expect(await net.tasks.answeredByMail(["<x@y>"], "coordinators", "[VIG-2026-000999-01] hello")).toBeUndefined();
    await net.advance(MINUTE);
    expect(net.sent.at(-1)?.subject).toContain("SOGIQUE has answered");
  });

  it("answers by a mail that comes in by its channel's door: to the message, or with the task in its subject; a machine answers nothing", async () => {
    const { net, number } = await failed();
    const opened = await net.tasks.open(number, paul, { partner: "sogique", asked: "test the circuit" });
    if (!opened.ok) throw new Error(opened.problem);
    const { id } = opened.task;
    const address = "noc@sogique.example";
    const theirs = net.config.contacts.get("coordinators");
    if (theirs === undefined) throw new Error("no contact");
    const channels = [{ channel: "sink", address }];
    net.config = { ...net.config, contacts: new Map([...net.config.contacts, ["coordinators", { ...theirs, channels }]]) };
    await net.advance(MINUTE);
    const key = net.sent.find((each) => each.key.includes(id))?.key ?? "";
    const channel = { id: "sink", kind: "mail", host: "127.0.0.1", port: 25, secure: false, from: "vigie@example.org" } as const;
    const send = (mail: object) => net.acknowledging.mail(channel, { from: address, text: "it is repaired", ...mail });
    expect(await send({ id: "<1@x>", from: "eve@example.org", inReplyTo: messageId(key) })).toBe("unknown");
    expect(await send({ id: "<2@x>", inReplyTo: messageId(key), headers: { "Auto-Submitted": "auto-replied" } })).toBe("automatic");
    expect(await send({ id: "<3@x>", subject: "lunch" })).toBe("unknown");
    expect(await net.store.task(id)).toMatchObject({ state: "waiting" });
    expect(await send({ id: "<4@x>", inReplyTo: messageId(key) })).toBe("task answered");
    expect(await net.store.task(id)).toMatchObject({ state: "answered" });
    expect(await net.tasks.hear(id, paul, { how: "telephone", note: "it is not", state: "waiting" })).toMatchObject({ ok: true });
    expect(await send({ id: "<5@x>", subject: `RE: [${id}] Demande du centre` })).toBe("task answered");
    const { contacts, state } = (await net.store.task(id)) ?? {};
    expect(state).toBe("answered");
    expect(JSON.stringify(contacts)).not.toContain("it is repaired");
  });
});

describe("a partner whose time runs while the wall clock jumps", () => {
  const hasten = yaml.replace("4h service", "2h");

  it.each([3, -3])("%d h: has their two hours all the same, and what they promised stays at its time of day", async (hours) => {
    const { net, number } = await failed(hasten);
    const asked = await net.tasks.open(number, paul, { partner: "sogique", asked: "the circuit" });
    const promised = net.clock.now() + 6 * HOUR;
    const other = await net.tasks.open(number, paul, { partner: "tcr", asked: "the zone", promisedBy: promised });
    if (!asked.ok || !other.ok) throw new Error("not opened");
    await net.advance(30 * MINUTE);
    const begun = net.clock.now();
    net.jump(hours * HOUR);
    await net.advance(85 * MINUTE);
    const told = () => net.sent.filter(({ key }) => key.includes(asked.task.id)).map(({ to }) => to);
    expect(told(), "an hour and 55 minutes").toEqual(["event-coordinators"]);
    await net.advance(10 * MINUTE);
    expect(told(), "two hours and 5 minutes").toEqual(["event-coordinators", "coordinators"]);
    // Once the coordinators, who are SOGIQUE's last, have had it: 125 minutes in their court, as on the wall of a clock that did not jump.
    const [court] = (await net.store.task(asked.task.id))?.court ?? [];
    expect(net.clock.now() - (court?.from ?? 0)).toBe(125 * MINUTE);
    expect(await net.store.task(other.task.id)).toMatchObject({ wakeAt: promised, promisedBy: promised });
    const incident = await net.store.incident(number);
    const jumps = (await net.store.timeline(incident?.id ?? "")).filter(({ event, data }) => event === "clock-jumped" && data?.task);
    expect(jumps.map(({ data, at }) => [data?.task, at - begun])).toEqual([[asked.task.id, hours * HOUR]]);
  });

  it("a daemon that was down when the clock was set back notices at its start", async () => {
    const { net, number } = await failed(hasten);
    const asked = await net.tasks.open(number, paul, { partner: "sogique", asked: "the circuit" });
    if (!asked.ok) throw new Error("not opened");
    await net.advance(MINUTE);
    net.jump(-3 * HOUR);
    await net.restartAfter(1_000);
    await net.advance(MINUTE);
    const wakeAt = (await net.store.task(asked.task.id))?.wakeAt ?? 0;
    expect(wakeAt - net.clock.now()).toBeLessThan(2 * HOUR);
  });
});

describe("level 3 with two partners", () => {
  it("stays open until both are done; its follow-up is slower while they have it, and their promises are kept count of", async () => {
    const { net, number } = await failed();
    const [one, two] = [
      await net.tasks.open(number, paul, {
        partner: "sogique",
        asked: "the circuit",
        ticket: "S-77",
        promisedBy: net.clock.now() + 2 * HOUR,
      }),
      await net.tasks.open(number, paul, { partner: "tcr", asked: "the gatekeeper's zone" }),
    ];
    if (!one.ok || !two.ok) throw new Error("not opened");
    const waiting = await net.store.incident(number);
    expect((waiting?.wakeAt ?? 0) - net.clock.now(), "one working day").toBeGreaterThan(8 * HOUR);
    expect(await net.store.references({ number: "s-77" })).toMatchObject([{ system: "sogique", incident: waiting?.id }]);
    await net.advance(2.2 * HOUR);
    expect(await net.store.task(one.task.id)).toMatchObject({ broken: 1, rung: 1 });
    const done = { how: "telephone", note: "the circuit carries again", state: "done" } as const;
    expect(await net.tasks.hear(one.task.id, paul, done)).toMatchObject({ ok: true, task: { state: "done", endedAt: net.clock.now() } });
    expect(await net.desk.resolve(number, "paul", "over")).toMatchObject({ ok: false, problem: expect.stringContaining(two.task.id) });
    net.heals("gatekeeper-1");
    await net.advance(2 * HOUR);
    expect(await net.desk.close(number, "paul", "fixed", "over")).toMatchObject({ ok: false, status: 409 });
    expect(await net.tasks.say(two.task.id, { how: "page", state: "answered", note: "zone restarted" })).toMatchObject({ ok: true });
    expect(await net.desk.resolve(number, "paul", "over"), "an answer is not the end").toMatchObject({ ok: false });
    expect(await net.tasks.hear(two.task.id, paul, { ...done, note: "checked" })).toMatchObject({ ok: true });
    expect(await net.desk.resolve(number, "paul", "over")).toMatchObject({ ok: true });
    const events = await net.timeline(waiting as never);
    expect(events).toEqual(expect.arrayContaining(["task-opened", "task-silent", "task-answered", "task-done", "resolved"]));
    expect(await net.store.verifyTimeline()).not.toHaveProperty("brokenAt");
  });
});

it("a task's texts are erased here and on the timeline: what it owes stays, the chain holds, and it is said who did it", async () => {
  const { net, number } = await failed(yaml);
  const secret = "ask for Mrs. Tremblay";
  const opened = await net.tasks.open(number, paul, { partner: "sogique", asked: secret, spokenTo: "Luc" });
  if (!opened.ok) throw new Error(opened.problem);
  const { id, version } = opened.task;
  await net.tasks.hear(id, paul, { how: "telephone", who: "Luc", note: `${secret}, again` });
  await net.work.note(number, paul, "left alone");
  const before = await net.store.task(id);
  const erased = await net.tasks.erase(id, { name: "ann", function: "chief-technician" });
  expect(erased).toMatchObject({ ok: true, task: { asked: "erased", state: "waiting", erased: { by: "ann" } } });
  const after = await net.store.task(id);
  expect(after).toMatchObject({ wakeAt: before?.wakeAt, court: before?.court, contacts: before?.contacts.map(({ how }) => ({ how })) });
  expect(after?.contacts.filter(({ by }) => by !== "system")).toEqual(
    [1, 2].map(() => ({ at: expect.any(Number), by: "paul", how: "telephone", note: "erased" })),
  );
  expect(after?.version).toBeGreaterThan(version);
  const [incident] = (await net.incidents()).filter((each) => each.number === number);
  const lines = await net.store.timeline(incident?.id ?? "");
  expect(JSON.stringify([after, lines, await net.store.auditLog(50)])).not.toMatch(/Tremblay|Luc/);
  expect(lines.map(({ why }) => why)).toContain("left alone");
  expect(lines.at(-1)).toMatchObject({ event: "task-erased", by: "ann", why: id });
  expect(await net.store.verifyTimeline()).not.toHaveProperty("brokenAt");
  expect(
    (await net.store.auditLog(50))
      .filter(({ by }) => by === "ann")
      .map(({ action }) => action)
      .sort(),
  ).toEqual(["task.erased", "timeline.redact", "timeline.redact"]);
  expect(await net.tasks.erase(id, paul)).toMatchObject({ ok: false, status: 409 });
  expect(await net.tasks.hear(id, paul, { how: "telephone", note: "it is over", state: "done" }), "it goes on").toMatchObject({ ok: true });
  expect(await net.tasks.erase("VIG-2026-000009-99-T1", paul)).toMatchObject({ ok: false, status: 404 });
});

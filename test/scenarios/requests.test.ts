/**
 * People ask for help: a number first, one incident with what devices say, the general failure that explains it, the caller's agreement.
 */
import { afterEach, describe, expect, it } from "vitest";
import { IntakeDesk } from "../../daemon/intake/desk.ts";
import { isFailing } from "../../daemon/model/incident.ts";
import { MINUTE } from "../../daemon/model/time.ts";
import { type Scenario, type ScenarioOptions, scenario } from "./scenario.ts";

const nets: Scenario[] = [];
afterEach(async () => {
  for (const net of nets.splice(0)) await net.end();
});

async function begin(options: ScenarioOptions) {
  const net = await scenario({ together: true, ...options });
  nets.push(net);
  const kicked: string[] = [];
  const intake = new IntakeDesk({
    ...{ store: net.store, clock: net.clock, config: () => net.config, bookings: net.bookings, joining: net.joining, actions: net.desk },
    ...{ poke() {}, changed() {}, kick: (device: string) => void kicked.push(device) },
  });
  const take = async (more: Partial<Parameters<IntakeDesk["take"]>[0]> = {}) => {
    const taken = await intake.take(
      { room: "a101", symptom: "no-sound", caller: { name: "Anne Roy", phone: "5551234" }, ...more },
      "marie",
    );
    if (!taken.ok) throw new Error(taken.problem);
    return taken.request;
  };
  const failing = async () => (await net.unfolded()).filter(isFailing);
  const events = async (id: string) => (await net.store.timeline(id)).map(({ event }) => event);
  return { net, intake, take, kicked, failing, events };
}

describe("a request", () => {
  it("has its number before anything else; its incident goes by the same number; the room's codec is looked at", async () => {
    const { net, take, kicked, failing } = await begin({ devices: "codec-1; ups-1" });
    const request = await take();
    expect([BigInt(request.number.replace(/\D/g, "")) % 97n, kicked]).toEqual([1n, ["codec-1"]]);
    await net.advance(MINUTE);
    const [incident, ...others] = await failing();
    expect([incident?.number, incident?.symptom, others]).toEqual([request.number, "no-sound", []]);
    expect(await net.store.request(request.id)).toMatchObject({ incident: incident?.id, caller: { name: "Anne Roy" } });
    expect(await net.store.unusedNumbers(10)).toEqual([]);
    const told = JSON.stringify([await net.store.timeline(incident?.id ?? ""), net.sent, await net.store.auditLog(50)]);
    expect(told).not.toMatch(/Anne|5551234/);
  });

  it("meets what the device of its room says, whichever came first", async () => {
    const { net, take, failing } = await begin({ devices: "codec-1; ups-1" });
    const first = await take();
    await net.advance(MINUTE);
    net.breaks("codec-1");
    await net.advance(2 * MINUTE);
    const second = await take({ symptom: "frozen" });
    await net.advance(MINUTE);
    const [incident, ...others] = await failing();
    expect([incident?.number, others]).toEqual([first.number, []]);
    const requests = await net.store.requests({ incident: incident?.id ?? "", limit: 9 });
    expect(requests.map(({ number }) => number)).toEqual([second.number, first.number]);
    expect((await net.store.timeline(incident?.id ?? "")).filter(({ event }) => event === "request")).toHaveLength(2);
  });

  it("knows from the book whether a session is hit, unless the caller says", async () => {
    const { net, take } = await begin({ devices: "codec-1" });
    expect(await take()).toMatchObject({ sessionAffected: false });
    await net.books("s1", net.clock.now() + 30 * MINUTE);
    expect(await take()).toMatchObject({ sessionAffected: true, session: "s1" });
    expect((await take({ sessionAffected: false })).session).toBeUndefined();
  });

  it("of no known room or symptom is refused, and costs no number", async () => {
    const { net, intake } = await begin({ devices: "codec-1" });
    expect(await intake.take({ room: "b9" }, "marie")).toMatchObject({
      ok: false,
      status: 422,
      problem: expect.stringContaining("room: there is no"),
    });
    const odd = await intake.take({ room: "a101", symptom: "haunted" }, "marie");
    expect(odd).toMatchObject({ ok: false, problem: expect.stringMatching(/symptom: "haunted" .*no-sound/) });
    expect(await net.store.unusedNumbers(10)).toEqual([]);
  });
});

describe("what is sent again", () => {
  it("under the same key is the same request: one number, one incident; something else under it is refused", async () => {
    const { net, intake, take, failing } = await begin({ devices: "codec-1; ups-1" });
    const [one, two] = await Promise.all([take({ key: "form-0001" }), take({ key: "form-0001" })]);
    const three = await take({ key: "form-0001" });
    expect(new Set([one.number, two.number, three.number]).size).toBe(1);
    const other = await intake.take({ room: "a101", symptom: "echo", key: "form-0001" }, "marie");
    expect(other).toMatchObject({ ok: false, status: 409, problem: expect.stringContaining(one.number) });
    expect(await intake.take({ room: "a101", symptom: "no-sound", key: "form-0001" }, "paul")).not.toMatchObject({ again: true });
    await net.advance(MINUTE);
    expect(await net.store.requests({ limit: 9 })).toHaveLength(2);
    expect(await failing()).toHaveLength(1);
  });

  it("has the number that was said before; once; and no other that was never reserved", async () => {
    const { net, intake, take } = await begin({ devices: "codec-1; ups-1" });
    const number = await intake.reserve("marie");
    expect((await net.store.unusedNumbers(9)).map(({ seq }) => seq)).toEqual([1]);
    expect((await take({ number })).number).toBe(number);
    expect(await intake.take({ room: "a101", symptom: "no-sound", number }, "marie")).toMatchObject({ ok: true, again: true });
    expect(await intake.take({ room: "a101", symptom: "echo", number }, "marie")).toMatchObject({ ok: false, status: 409 });
    expect(await intake.take({ room: "a101", number: "VIG-2026-000099-01" }, "marie")).toMatchObject({
      ok: false,
      status: 422,
      problem: expect.stringContaining("is not reserved"),
    });
    expect((await take()).number).not.toBe(number);
    expect(await net.store.unusedNumbers(9)).toEqual([]);
  });
});

describe("an incident whose caller has not agreed", () => {
  const restored = async () => {
    const began = await begin({ devices: "codec-1; ups-1" });
    const request = await began.take();
    await began.net.advance(MINUTE);
    began.net.breaks("codec-1");
    await began.net.advance(2 * MINUTE);
    began.net.heals("codec-1");
    await began.net.advance(5 * MINUTE);
    const own = await began.net.store.incident(request.number);
    return { ...began, request, id: own?.id ?? "" };
  };

  it("is not closed: it says which requests, and what to do; after the second attempt it is", async () => {
    const { net, intake, request, id } = await restored();
    await net.desk.resolve(id, "marie", "it came back");
    const close = () => net.desk.close(id, "marie", "fixed", "it came back");
    expect(await close()).toMatchObject({ ok: false, status: 409, problem: expect.stringMatching(`${request.id};.*/outcome`) });
    await intake.outcome(request.id, { how: "attempt", by: "marie" });
    expect(await close()).toMatchObject({ ok: false, problem: expect.stringContaining("tried 1 of 2") });
    await intake.outcome(request.id, { how: "attempt", by: "marie" });
    expect(await close()).toMatchObject({ ok: true });
  });

  it("does not close by itself: whoever is on its level follows up; once they agree, it does", async () => {
    const { net, intake, take, events } = await begin({
      ...{ devices: "codec-1; ups-1", interval: "10m" },
      yaml: "policies: { soon: { base: default, auto_close_after: 3m } }\npolicy: soon",
    });
    const request = await take();
    await net.advance(MINUTE);
    const { id = "" } = (await net.store.incident(request.number)) ?? {};
    await net.desk.restore(id, "marie", "it works again");
    await net.advance(5 * MINUTE);
    expect(await net.store.incident(id)).toMatchObject({ state: "restored", wakeFor: "follow-up" });
    expect((await events(id)).filter((each) => each === "waits-for-caller")).toEqual(["waits-for-caller"]);
    await intake.outcome(request.id, { how: "agreed", by: "marie" });
    await net.advance(5 * MINUTE);
    expect(await net.store.incident(id)).toMatchObject({ state: "closed" });
  });

  it("and was solved at the first call, has them on the line: they agree by the same key", async () => {
    const { net, take } = await begin({ devices: "codec-1; ups-1" });
    const request = await take();
    await net.advance(MINUTE);
    const own = await net.store.incident(request.number);
    expect(await net.desk.solve(own?.id ?? "", "marie", "the mute key")).toMatchObject({ ok: true });
    expect(await net.store.request(request.id)).toMatchObject({ ended: { how: "agreed", by: "marie", note: "the mute key" } });
  });
});

describe("during a site's outage", () => {
  const out = async () => {
    const began = await begin({ devices: "router-1 > codec-1, ups-1, codec-2" });
    for (const id of ["router-1", "codec-1", "codec-2", "ups-1"]) began.net.breaks(id);
    await began.net.advance(3 * MINUTE);
    return began;
  };

  it("the outage is offered, and one act attaches: its own incident goes on as the outage, and nobody hears of it apart", async () => {
    const { net, intake, take, failing, events } = await out();
    const [outage] = await failing();
    const request = await take();
    expect((await intake.sameThing(request)).map(({ number }) => number)).toEqual([outage?.number]);
    await net.advance(1_000);
    expect(await failing()).toHaveLength(2);
    const own = await net.store.incident(request.number);
    expect(await intake.attach(request.id, outage?.number ?? "", "marie")).toMatchObject({ ok: true, request: { incident: outage?.id } });
    await net.advance(2 * MINUTE);
    expect((await failing()).map(({ number }) => number)).toEqual([outage?.number]);
    expect(net.sent.filter(({ key }) => key.startsWith(`${own?.id}/`))).toEqual([]);
    expect(await events(outage?.id ?? "")).toEqual(expect.arrayContaining(["took-in", "request-attached"]));
    const now = await net.store.request(request.id);
    expect(now === undefined ? [] : await intake.sameThing(now)).toEqual([]);
    expect(await intake.attach(request.id, outage?.id ?? "", "marie")).toMatchObject({ ok: false, status: 409 });
  });

  it("a room that it does not reach is offered nothing", async () => {
    const rooms = 'rooms: { a101: { site: mgh, name: "Room A-101" }, b1: { site: jgh, name: "Room B-1" } }';
    const { net, intake, take } = await begin({
      devices: "router-1 > codec-1, codec-2; codec-3",
      rooms,
      sites: { "codec-3": "jgh" },
      extra: { "codec-3": "room: b1" },
    });
    for (const id of ["router-1", "codec-1", "codec-2"]) net.breaks(id);
    await net.advance(3 * MINUTE);
    expect(await intake.sameThing(await take({ room: "b1" }))).toEqual([]);
  });
});

describe("the caller", () => {
  it("agrees: the request is over, and what was a call alone is restored", async () => {
    const { net, intake, take, failing, events } = await begin({ devices: "codec-1; ups-1" });
    const request = await take();
    await net.advance(MINUTE);
    const [incident] = await failing();
    const agreed = await intake.outcome(request.id, { how: "agreed", by: "marie", note: "the mute key" });
    expect(agreed).toMatchObject({ ok: true, request: { ended: { how: "agreed", by: "marie", note: "the mute key" } } });
    expect(await failing()).toEqual([]);
    expect(await events(incident?.id ?? "")).toEqual(expect.arrayContaining(["request-agreed", "restored"]));
    expect(await intake.outcome(request.id, { how: "agreed", by: "marie" })).toMatchObject({ ok: false, status: 409 });
  });

  it("is not reached: after the second attempt on record the request is over without them", async () => {
    const { net, intake, take } = await begin({ devices: "codec-1; ups-1" });
    const { id } = await take();
    await net.advance(MINUTE);
    expect(await intake.outcome(id, { how: "attempt", by: "marie" })).toMatchObject({ ok: true, request: { attempts: [{ by: "marie" }] } });
    expect((await net.store.request(id))?.ended).toBeUndefined();
    const second = await intake.outcome(id, { how: "attempt", by: "paul" });
    expect(second).toMatchObject({ request: { ended: { how: "not-reached" }, attempts: [{}, {}] } });
  });

  it("while a device of the room fails, agreeing ends the request and not the device's incident", async () => {
    const { net, intake, take, failing } = await begin({ devices: "codec-1; ups-1" });
    net.breaks("codec-1");
    await net.advance(2 * MINUTE);
    const { id } = await take();
    await net.advance(MINUTE);
    await intake.outcome(id, { how: "agreed", by: "marie" });
    expect(await failing()).toMatchObject([{ device: "codec-1" }]);
  });
});

it("the codec's own button is a request in the same queue, once while it is open", async () => {
  const { net, failing, intake } = await begin({ devices: "codec-1; ups-1" });
  await net.hears("codec-1", { symptom: "user-assistance", effect: "event" });
  await net.advance(MINUTE);
  await net.hears("codec-1", { symptom: "user-assistance", effect: "event" });
  const [incident] = await failing();
  const queue = await net.store.requests({ open: true, limit: 9 });
  expect(queue).toMatchObject([{ source: "button", by: "codec-1", room: "a101", incident: incident?.id, number: incident?.number }]);
  expect(await intake.outcome(queue[0]?.id ?? "", { how: "withdrawn", by: "marie" })).toMatchObject({ ok: true });
  expect(await net.store.incident(incident?.id ?? "")).toMatchObject({ state: "restored" });
});

/**
 * Tickets in another system, in fake time, against a real HTTP server: opened, its number comes back, later words carry it; and what goes
 * wrong there moves nothing here.
 */
import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { afterEach, describe, expect, it } from "vitest";
import { HOUR, MINUTE, SECOND } from "../../daemon/model/time.ts";
import { messageId } from "../../daemon/notify/mail.ts";
import { createWebhookNotifier } from "../../daemon/notify/webhook.ts";
import { type Scenario, scenario } from "./scenario.ts";

let net: Scenario | undefined;
const servers: Server[] = [];
afterEach(async () => {
  for (const server of servers.splice(0)) {
    server.closeAllConnections();
    server.close();
  }
  await net?.end();
  net = undefined;
});

const paul = { name: "paul", function: "analyst" };

interface Got {
  readonly key: string;
  readonly signature: string;
  readonly body: {
    readonly key: string;
    readonly to: string;
    readonly subject: string;
    readonly text: string;
    readonly maybeDuplicate: boolean;
    readonly data: Readonly<Record<string, unknown>>;
  };
}

type Answering = (response: ServerResponse, got: readonly Got[]) => void;

/** A help desk: what it was sent, and how it answers the next one. */
async function helpDesk(answer: Answering): Promise<{ readonly url: string; readonly got: Got[]; answer: Answering }> {
  const got: Got[] = [];
  const desk = { url: "", got, answer };
  const server = createServer((request: IncomingMessage, response) => {
    let text = "";
    request.setEncoding("utf8");
    request.on("data", (chunk) => (text += chunk));
    request.once("end", () => {
      const { headers } = request;
      got.push({ key: String(headers["idempotency-key"]), signature: String(headers["vigie-signature"]), body: JSON.parse(text) });
      desk.answer(response, got);
    });
  });
  servers.push(server);
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  desk.url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/tickets`;
  return desk;
}

const numbered: Answering = (response) => response.writeHead(201).end(JSON.stringify({ result: { number: "INC0042" } }));

/** A codec that has failed, in a house where a help desk hears of majors, or of what `when` says. */
async function failed(url: string, when = "{}", more = ""): Promise<Scenario> {
  const made = await scenario({
    devices: "codec-7, gatekeeper-1",
    channels: `help: { webhook: { url: "${url}", secret: { env: SCENARIO_SECRET }, allow_private: true } }`,
    yaml: `tickets:\n  itsm: { name: Help desk, channel: help, language: fr, when: ${when}, reference: { answer: result.number }${more} }`,
    notifiers: new Map([["webhook", createWebhookNotifier(() => made.clock.now())]]),
  });
  net = made;
  await made.advance(2 * MINUTE);
  made.breaks("codec-7");
  await made.advance(3 * MINUTE);
  return made;
}

const only = async (of: Scenario) => {
  const [incident] = await of.unfolded();
  if (incident === undefined) throw new Error("nothing has failed");
  return incident;
};

describe("a ticket by webhook", () => {
  it("is opened once, its number stands on the incident, and what follows carries it until it is closed", async () => {
    const desk = await helpDesk(numbered);
    const net = await failed(desk.url);
    const { number, id } = await only(net);
    expect(desk.got.map(({ body }) => body.data.event)).toEqual(["opened"]);
    expect(desk.got[0]?.signature).toMatch(/^v1=[0-9a-f]{64}$/);
    expect(desk.got[0]?.body).toMatchObject({ to: "itsm", data: { kind: "ticket", system: "itsm", number, reference: null } });
    expect(desk.got[0]?.body.subject).toContain(`[${number}] `);
    expect(desk.got[0]?.body.text).toContain("Gravité : ");
    expect(await net.store.references({ number: "inc0042" })).toMatchObject([{ incident: id, system: "itsm", by: "ticket:itsm" }]);
    expect(await net.timeline(await only(net))).toEqual(expect.arrayContaining(["ticket-opened", "ticket-number"]));
    expect(await net.store.deliveries(id)).toContainEqual(
      expect.objectContaining({ kind: "ticket", state: "delivered", proof: "INC0042" }),
    );

    expect(await net.desk.take(number, "paul", "mine")).toMatchObject({ ok: true });
    await net.advance(30 * SECOND);
    net.heals("codec-7");
    await net.advance(10 * MINUTE);
    expect(await net.desk.resolve(number, "paul", "a cable")).toMatchObject({ ok: true });
    await net.advance(MINUTE);
    expect(await net.desk.close(number, "paul", "fixed", "a cable")).toMatchObject({ ok: true });
    await net.advance(MINUTE);
    const later = desk.got.slice(1);
    expect(later.map(({ body }) => [body.data.event, body.data.state, body.data.reference])).toEqual([
      ["changed", "taken", "INC0042"],
      ["changed", "restored", "INC0042"],
      ["resolved", "resolved", "INC0042"],
      ["closed", "closed", "INC0042"],
    ]);
    for (const { body } of later) expect(body.subject).toMatch(/^INC0042 \[VIG-/);
    expect(new Set(desk.got.map(({ key }) => key)).size).toBe(desk.got.length);
    // It is over: nothing more goes there, after a restart neither.
    await net.restartAfter(MINUTE);
    await net.advance(10 * MINUTE);
    expect(desk.got.length).toBe(5);
    expect(await net.store.ticketed()).toEqual([]);
  });

  it("is tried again under the same key after a failure that the timeline tells once, while people are told as ever", async () => {
    const desk = await helpDesk((response, got) => (got.length < 3 ? response.writeHead(500).end() : numbered(response, got)));
    const net = await failed(desk.url);
    net.wants("desk", "02:54", "codec-7");
    await net.advance(5 * MINUTE);
    expect(desk.got.length).toBe(3);
    expect(new Set(desk.got.map(({ key }) => key)).size).toBe(1);
    expect(new Set(desk.got.map(({ body }) => body.text)).size).toBe(1);
    const lines = (await net.store.timeline((await only(net)).id)).filter(({ event }) => event.startsWith("ticket-"));
    expect(lines.map(({ event }) => event)).toEqual(["ticket-opened", "ticket-failed", "ticket-number"]);
    expect(lines[1]?.why).toContain("answered 500");
    expect(net.ticketed).toEqual(["itsm opened", "itsm failed", "itsm number"]);
  });

  it("holds back nobody's message while the other system hangs", async () => {
    const desk = await helpDesk(() => undefined);
    const made = await scenario({
      devices: "codec-7",
      channels: `help: { webhook: { url: "${desk.url}", secret: { env: SCENARIO_SECRET }, allow_private: true } }`,
      yaml: "tickets: { itsm: { channel: help } }",
      notifiers: new Map([["webhook", createWebhookNotifier(() => made.clock.now())]]),
    });
    net = made;
    // The other dispatcher is never waited for.
    const hanging = new AbortController();
    const stuck: Promise<number>[] = [];
    made.as = async (role, work) => (role === "tickets" && stuck.length > 0 ? (0 as never) : work());
    const turn = made.ticketing.turn.bind(made.ticketing);
    made.ticketing.turn = async () => {
      if (stuck.length === 0 && (await made.store.ticketed()).length > 0) {
        stuck.push(turn(hanging.signal));
        // From here on it hangs, and the clock may go on: before, its claim would grow old while the store is still asked.
        await expect.poll(() => desk.got.length).toBe(1);
      }
      return 0;
    };
    made.breaks("codec-7");
    await made.advance(5 * MINUTE);
    expect(stuck.length).toBe(1);
    expect(made.toldTo("desk").length).toBeGreaterThan(0);
    // A message to another system is none in flight to a person.
    expect(await made.store.outboxDepth()).toMatchObject({ pending: 0 });
    hanging.abort();
    await Promise.all(stuck);
    const [row] = (await made.store.deliveries((await only(made)).id)).filter(({ kind }) => kind === "ticket");
    expect(row).toMatchObject({ state: "pending", error: "channels.help: no answer within the deadline" });
  });

  it("killed between sending and recording it is sent again with the same key, and its number is recorded once", async () => {
    const desk = await helpDesk(numbered);
    const made = await scenario({
      devices: "codec-7",
      channels: `help: { webhook: { url: "${desk.url}", secret: { env: SCENARIO_SECRET }, allow_private: true } }`,
      yaml: "tickets: { itsm: { channel: help, reference: { answer: result.number } } }",
      notifiers: new Map([["webhook", createWebhookNotifier(() => made.clock.now())]]),
    });
    net = made;
    const { recordDeliveries } = made.store;
    let killed = false;
    Object.assign(made.store, {
      recordDeliveries: async (...of: Parameters<typeof recordDeliveries>) => {
        if (!killed && of[0].some(({ key }) => key.includes("/ticket/"))) {
          killed = true;
          throw new Error("killed");
        }
        return recordDeliveries.call(made.store, ...of);
      },
    });
    made.breaks("codec-7");
    await expect(made.advance(5 * MINUTE)).rejects.toThrow("killed");
    await made.restartAfter(MINUTE);
    await made.advance(MINUTE);
    expect(desk.got.map(({ body }) => body.maybeDuplicate)).toEqual([false, true]);
    expect(new Set(desk.got.map(({ key }) => key)).size).toBe(1);
    const { id } = await only(made);
    expect(await made.store.references({ incident: id })).toHaveLength(1);
    expect((await made.store.timeline(id)).filter(({ event }) => event === "ticket-opened")).toHaveLength(1);
  });

  it("is given up after a day, and the next change opens it anew", async () => {
    const desk = await helpDesk((response) => response.writeHead(503).end());
    const net = await failed(desk.url);
    await net.desk.take((await only(net)).number, "paul", "mine");
    for (let times = 0; times < 5; times += 1) {
      net.clock.pass(5 * HOUR);
      await net.advance(MINUTE);
    }
    const { id } = await only(net);
    const [first, second, ...more] = (await net.store.deliveries(id)).filter(({ kind }) => kind === "ticket");
    expect([first?.state, second?.state, more]).toEqual(["failed", "pending", []]);
    expect(await net.timeline(await only(net))).toContain("ticket-given-up");
    desk.answer = numbered;
    await net.advance(20 * MINUTE);
    expect(desk.got.at(-1)).toMatchObject({ key: second?.key, body: { data: { event: "opened", state: "taken" } } });
    expect(await net.store.references({ number: "INC0042" })).toHaveLength(1);
  }, 60_000);

  it("is given up after a day: who holds the incident hears so, and may ask for it again, once", async () => {
    const desk = await helpDesk((response) => response.writeHead(503).end());
    const net = await failed(desk.url);
    const { number, id } = await only(net);
    await net.desk.take(number, "analyst", "mine");
    // Opened, taken, and raised to the highest level, as nobody does anything; nothing changes from there on.
    for (let times = 0; times < 20; times += 1) {
      net.clock.pass(5 * HOUR);
      await net.advance(MINUTE);
    }
    const rows = async () => (await net.store.deliveries(id)).filter(({ kind }) => kind === "ticket");
    const three = [0, 1, 2].map(() => ["failed", "opened"]);
    const states = async () => (await rows()).map(({ state, key }) => [state, key.split("/")[4]]);
    expect(await states()).toEqual(three);
    const told = net.sent.filter(({ kind }) => kind === "ticket-given-up");
    // It is Sunday by now: the third waits for service hours.
    expect(told.map(({ to }) => to)).toEqual(["analyst", "analyst"]);
    expect(told[0]?.text).toMatch(/Help desk was not reached for a day.*ask again on its page/s);
    expect(await net.work.ticket(number, paul, { system: "itsm" })).toMatchObject({ ok: true });
    const twice = await net.work.ticket(number, paul, { system: "itsm" });
    expect(twice).toMatchObject({ status: 409, problem: expect.stringMatching(/being told again already/) });
    desk.answer = numbered;
    await net.advance(MINUTE);
    expect(await states()).toEqual([...three, ["delivered", "opened"]]);
    const there = await net.work.ticket(number, paul, { system: "itsm" });
    expect(there).toMatchObject({ status: 409, problem: expect.stringMatching(/has a ticket for it already/) });
    await net.advance(HOUR);
    expect(await rows()).toHaveLength(4);
  }, 60_000);

  it("once the incident is closed it may still be asked for, by who may work on it: opened with how it ended, and told that it is over", async () => {
    const desk = await helpDesk((response) => response.writeHead(503).end());
    const net = await failed(desk.url);
    const { number, id } = await only(net);
    await net.desk.take(number, "paul", "mine");
    net.heals("codec-7");
    await net.advance(4 * MINUTE);
    expect(await net.work.ticket(number, paul, { system: "itsm" }), "it is still being tried").toMatchObject({ ok: false });
    net.clock.pass(25 * HOUR);
    await net.advance(MINUTE);
    net.clock.pass(25 * HOUR);
    await net.advance(MINUTE);
    expect(await net.desk.close(number, "paul", "fixed", "a cable")).toMatchObject({ ok: true });
    await net.advance(MINUTE);
    const events = async () =>
      (await net.store.deliveries(id)).filter(({ kind }) => kind === "ticket").map(({ key, state }) => `${key.split("/")[4]} ${state}`);
    const lost = await events();
    expect(new Set(lost)).toEqual(new Set(["opened failed"]));
    desk.answer = numbered;
    expect(await net.work.ticket(number, paul, { system: "itsm", note: "they want it on file" })).toMatchObject({ ok: true });
    expect(await net.work.ticket(number, paul, { system: "itsm" })).toMatchObject({ status: 409 });
    await net.advance(2 * MINUTE);
    expect((await events()).slice(lost.length)).toEqual(["opened delivered", "closed delivered"]);
    expect(desk.got.slice(-2).map(({ body }) => [body.data.event, body.data.state])).toEqual([
      ["opened", "closed"],
      ["closed", "closed"],
    ]);
    expect((await net.store.auditLog(5)).map(({ action, by }) => `${action} by ${by}`)).toContain("incident.ticket-asked by paul");
    // Nothing is followed any more, and nothing else is done to what is closed.
    expect(await net.store.keptAll("ticket-asked:")).toEqual([]);
    expect(await net.work.note(number, paul, "one more")).toMatchObject({ ok: false, status: 409 });
    expect(await net.work.ticket(number, paul, { system: "itsm" })).toMatchObject({ problem: expect.stringContaining("is closed") });
  }, 60_000);

  it("is opened only for what it is asked for, and once a level is reached", async () => {
    const desk = await helpDesk(numbered);
    const net = await failed(
      desk.url,
      "{ level: 2, sites: [mgh] }",
      ", texts: { opened: { subject: '{severity} {what}', text: '{where} {reference}x' } }",
    );
    expect(desk.got).toEqual([]);
    expect(await net.work.escalate((await only(net)).number, paul, "beyond us")).toMatchObject({ ok: true });
    await net.advance(MINUTE);
    expect(desk.got.map(({ body }) => [body.subject, body.text])).toEqual([
      ["Majeur codec-7 : Équipement injoignable", "mgh, Room A-101 x\n"],
    ]);
  });
});

describe("a ticket that a person asks for", () => {
  it("is opened once, in both languages, whatever `when` says and although the incident is restored; and goes on as any other", async () => {
    const made = await scenario({
      devices: "codec-7",
      channels: "mail: { mail: { host: 127.0.0.1, from: vigie@example.org } }",
      yaml: "tickets: { itsm: { name: Help desk, channel: mail, to: tickets@example.org, language: both, on_demand: true } }",
      together: true,
    });
    net = made;
    made.breaks("codec-7");
    await made.advance(3 * MINUTE);
    const { number } = await only(made);
    await made.desk.take(number, "paul", "mine");
    made.heals("codec-7");
    await made.advance(4 * MINUTE);
    expect((await only(made)).state).toBe("restored");
    expect(made.toldTo("tickets@example.org")).toEqual([]);
    expect(await made.work.ticket(number, paul, { system: "c2" })).toMatchObject({
      ok: false,
      status: 422,
      problem: expect.stringContaining("say one of itsm"),
    });
    expect(await made.work.ticket(number, paul, { system: "itsm", note: "they ask for one" })).toMatchObject({ ok: true });
    expect(await made.work.ticket(number, paul, { system: "itsm" })).toMatchObject({ ok: false, status: 409 });
    await made.advance(MINUTE);
    const [first, ...others] = made.toldTo("tickets@example.org");
    expect(others).toEqual([]);
    expect(first?.text).toMatch(/Gravité : [\s\S]*\n\n\[VIG-[\s\S]*Severity: /);
    expect(first?.text).not.toContain("they ask");
    expect(await made.work.ticket(number, paul, { system: "itsm" })).toMatchObject({
      problem: expect.stringContaining("has a ticket for it already"),
    });
    await made.desk.resolve(number, "paul", "a cable");
    await made.advance(MINUTE);
    expect(made.toldTo("tickets@example.org")).toHaveLength(2);
    expect(await made.timeline(await only(made))).toEqual(expect.arrayContaining(["ticket-asked", "ticket-opened", "ticket-resolved"]));
  });
});

describe("a ticket by mail", () => {
  const yaml = `tickets: { itsm: { channel: mail, to: tickets@example.org, reference: { subject: "(INC[0-9]+)" } } }`;
  const channels = "mail: { mail: { host: 127.0.0.1, from: vigie@example.org, inbound: { secret: { env: SCENARIO_SECRET } } } }";

  async function opened(): Promise<Scenario> {
    net = await scenario({ devices: "codec-7", channels, yaml });
    await net.advance(2 * MINUTE);
    net.breaks("codec-7");
    await net.advance(3 * MINUTE);
    return net;
  }
  const comesIn = (of: Scenario, mail: object) => {
    const channel = of.config.channels.get("mail");
    if (channel?.kind !== "mail") throw new Error("no mail channel");
    return of.acknowledging.mail(channel, { text: "thank you", headers: { "auto-submitted": "auto-replied" }, ...mail });
  };

  it("takes its number from the subject of the answer, from that address only, and waits for it before it says more", async () => {
    const net = await opened();
    const { number, id } = await only(net);
    const [first] = net.toldTo("tickets@example.org");
    expect(first?.subject).toContain(`[${number}]`);
    await net.desk.take(number, "paul", "mine");
    await net.advance(5 * MINUTE);
    expect(net.toldTo("tickets@example.org")).toHaveLength(1);
    const subject = "Re: your ticket INC0077";
    const inReplyTo = messageId(first?.key ?? "");
    expect(await comesIn(net, { id: "<1@x>", from: "eve@example.org", subject, inReplyTo })).toBe("automatic");
    expect(await comesIn(net, { id: "<2@x>", from: "tickets@example.org", subject: "hello", inReplyTo })).toBe("ticket without a number");
    expect(await comesIn(net, { id: "<3@x>", from: "tickets@example.org", subject, inReplyTo })).toBe("ticket number");
    await net.advance(MINUTE);
    expect(await net.store.references({ incident: id })).toMatchObject([{ system: "itsm", number: "INC0077" }]);
    expect(net.toldTo("tickets@example.org").at(-1)?.subject).toMatch(/^INC0077 \[VIG-/);
    // Another number for the same ticket is none.
    await comesIn(net, { id: "<4@x>", from: "tickets@example.org", subject: `INC9 [${number}]` });
    await net.advance(MINUTE);
    expect(await net.store.references({ incident: id })).toHaveLength(1);
  });

  it("says when no number has come in time, goes on without one, and takes one that a person writes down", async () => {
    const net = await opened();
    const { number } = await only(net);
    await net.desk.take(number, "paul", "mine");
    await net.advance(20 * MINUTE);
    expect(await net.timeline(await only(net))).toContain("ticket-without-number");
    expect(net.toldTo("tickets@example.org").map(({ subject }) => subject.startsWith("["))).toEqual([true, true]);
    expect(await net.work.refer(number, paul, { system: "itsm", number: "INC5" }, true)).toMatchObject({ ok: true });
    await net.work.escalate(number, paul, "beyond us");
    await net.advance(HOUR);
    expect(net.toldTo("tickets@example.org").at(-1)?.subject).toMatch(/^INC5 /);
  });
});

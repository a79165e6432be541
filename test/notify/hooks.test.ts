/**
 * What comes in over `/hooks/<channel>`, as a mail system and an SMS gateway send it: over HTTP, through channels that the
 * configuration describes, with the real ladder, dispatcher and store behind. In fake time.
 */
import { createHmac } from "node:crypto";
import { createServer, type Server } from "node:http";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import type { Incident } from "../../daemon/model/incident.ts";
import { DAY, MINUTE, SECOND } from "../../daemon/model/time.ts";
import { messageId } from "../../daemon/notify/mail.ts";
import { createSmsNotifier } from "../../daemon/notify/sms-gateway.ts";
import { serve, world } from "../api/fixture.ts";
import { type Scenario, type Sent, scenario, scenarioSecret } from "../scenarios/scenario.ts";

interface Text {
  readonly to: string;
  readonly text: string;
  readonly id: string;
}

let net: Scenario;
let server: { readonly url: string; close(): Promise<void> };
let gateway: Server;
/** What the gateway took. */
const texts: Text[] = [];

const phone = "+15145550100";

const byText = `[{ texts: "${phone}" }, { letters: desk@example.org }, { sink: desk }]`;
const byMail = "[{ letters: desk@example.org }, { sink: desk }]";

/** The desk is reached so. */
async function begin(desk: string): Promise<void> {
  texts.length = 0;
  gateway = createServer((request, response) => {
    let body = "";
    request.on("data", (chunk) => (body += chunk));
    request.once("end", () => {
      const { to, text } = JSON.parse(body) as { readonly to: string; readonly text: string };
      const id = `gw-${texts.length + 1}`;
      texts.push({ to, text, id });
      response.writeHead(201, { "Content-Type": "application/json" }).end(JSON.stringify({ message: { id } }));
    });
  });
  await new Promise<void>((resolve) => gateway.listen(0, "127.0.0.1", resolve));
  const { port } = gateway.address() as { port: number };
  const signed =
    "secret: { env: SCENARIO_SECRET }, header: X-Gateway-Signature, signature: { encoding: base64, timestamp: X-Gateway-Time }";
  net = await scenario({
    devices: "router-1 > codec-7",
    channels: [
      "letters: { mail: { host: 127.0.0.1, from: vigie@example.org, inbound: { secret: { env: SCENARIO_SECRET } } } }",
      `texts: { sms: { url: "http://127.0.0.1:${port}/", allow_private: true, json: { to: "{to}", text: "{text}" }, id: message.id, inbound: { ${signed}, reply: { id: id, from: from, text: text }, receipt: { message: message_id, status: status, delivered: [DELIVRD], failed: [UNDELIV] } } } }`,
    ].join(", "),
    reach: { desk },
    notifiers: new Map([["sms", createSmsNotifier()]]),
  });
  const made = world();
  server = await serve({
    ...made,
    deps: {
      ...made.deps,
      config: () => ({ ...net.config, http: made.config.http }),
      store: net.store,
      clock: net.clock,
      acknowledging: net.acknowledging,
    },
  });
}
afterEach(async () => {
  await server.close();
  gateway.closeAllConnections();
  await new Promise((resolve) => gateway.close(resolve));
  await net.end();
});

async function hand(channel: string, body: string, headers: Readonly<Record<string, string>>): Promise<readonly [number, unknown]> {
  const answer = await fetch(`${server.url}/hooks/${channel}`, { method: "POST", body, headers });
  const said = (await answer.json()) as { readonly result?: string; readonly type?: string };
  return [answer.status, said.result ?? said.type];
}

/** As the gateway signs it. */
function signed(body: string, { at = net.clock.now(), secret = scenarioSecret, over = body } = {}): Readonly<Record<string, string>> {
  const stamp = String(Math.floor(at / 1000));
  const signature = createHmac("sha256", secret).update(`${stamp}.${over}`).digest("base64");
  return { "Content-Type": "application/json", "X-Gateway-Time": stamp, "X-Gateway-Signature": signature };
}

function fromGateway(body: Readonly<Record<string, string>>) {
  const text = JSON.stringify(body);
  return hand("texts", text, signed(text));
}

const mailed = (raw: string, secret = scenarioSecret) =>
  hand("letters", raw, { "Content-Type": "message/rfc822", "X-Vigie-Secret": secret });

async function incident(): Promise<Incident> {
  const [found] = await net.unfolded();
  if (found === undefined) throw new Error("no incident");
  return found;
}

/** The desk gets a text message. */
async function texted(): Promise<Text> {
  net.breaks("codec-7");
  await net.advance(2 * MINUTE);
  const sent = texts[0];
  if (sent === undefined) throw new Error(`no text message went: ${net.sent.map(({ to, subject }) => `${to}: ${subject}`).join("; ")}`);
  return sent;
}

async function mailToDesk(): Promise<Sent> {
  net.breaks("codec-7");
  await net.advance(2 * MINUTE);
  const [first] = net.toldTo("desk@example.org");
  if (first === undefined) throw new Error("no mail went");
  return first;
}

/** RFC 3464, as Postfix writes it: the words, the report, the head of what came back. */
function notDelivered(sent: Sent, { action = "failed", id = "1" } = {}): string {
  return `Return-Path: <>
From: MAILER-DAEMON@mx.example.org (Mail Delivery System)
To: vigie@example.org
Subject: Undelivered Mail Returned to Sender
Message-ID: <bounce-${id}@mx.example.org>
Auto-Submitted: auto-replied
Content-Type: multipart/report; report-type=delivery-status;
	boundary="b1"

--b1
Content-Type: text/plain; charset=us-ascii

I'm sorry to have to inform you that your message could not be delivered.

--b1
Content-Type: message/delivery-status

Reporting-MTA: dns; mx.example.org

Final-Recipient: rfc822; ${sent.to}
Original-Recipient: rfc822;${sent.to}
Action: ${action}
Status: ${action === "failed" ? "5.1.1" : "4.4.1"}
Diagnostic-Code: smtp; 550 5.1.1 no such user

--b1
Content-Type: text/rfc822-headers

From: vigie@example.org
To: ${sent.to}
Message-ID: ${messageId(sent.key)}

--b1--
`.replaceAll("\n", "\r\n");
}

describe("the signature of a gateway", () => {
  beforeEach(() => begin(byText));

  it("opens when it is right, and the same message handed over again changes nothing", async () => {
    const { text } = await texted();
    const digits = /(\d{4})\D*$/.exec(text)?.[1] ?? "";
    const body = JSON.stringify({ id: "in-1", from: "1 514 555-0100", text: digits });
    const headers = signed(body);
    expect(await hand("texts", body, headers)).toEqual([200, "done"]);
    expect(await incident()).toMatchObject({ acknowledgedBy: "the text message of desk" });
    const { version } = await incident();
    expect(await hand("texts", body, headers), "word for word, within five minutes").toEqual([200, "repeated"]);
    expect((await incident()).version).toBe(version);
  });

  it("is refused when it is old, ahead, missing, over another body or time, by another secret, or of another encoding", async () => {
    const { text } = await texted();
    const digits = /(\d{4})\D*$/.exec(text)?.[1] ?? "";
    const body = JSON.stringify({ id: "in-1", from: phone, text: digits });
    const now = net.clock.now();
    const good = signed(body);
    const { "X-Gateway-Time": _none, ...untimed } = good;
    const { "X-Gateway-Signature": _either, ...unsigned } = good;
    const hex = createHmac("sha256", scenarioSecret).update(`${good["X-Gateway-Time"]}.${body}`).digest("hex");
    const refused = {
      old: signed(body, { at: now - 6 * MINUTE }),
      ahead: signed(body, { at: now + 6 * MINUTE }),
      "another body": signed(body, { over: body.replace("in-1", "in-2") }),
      "another secret": signed(body, { secret: "another secret, and long" }),
      "another time": { ...good, "X-Gateway-Time": String(Math.floor(now / 1000) + 1) },
      "no time": untimed,
      "no number": { ...good, "X-Gateway-Time": "now" },
      "no signature": unsigned,
      "the secret itself": { ...good, "X-Gateway-Signature": scenarioSecret },
      hex: { ...good, "X-Gateway-Signature": hex },
    };
    for (const [why, headers] of Object.entries(refused))
      expect([why, ...(await hand("texts", body, headers))]).toEqual([why, 401, "urn:vigie:problem:hook-refused"]);
    expect((await incident()).acknowledgedAt).toBeUndefined();
    // What was right then is refused later: a recorded request opens nothing.
    net.clock.pass(5 * MINUTE + SECOND);
    expect((await hand("texts", body, good))[0]).toBe(401);
    expect(await fromGateway({ id: "in-1", from: phone, text: digits }), "and it was never heard").toEqual([200, "done"]);
  });

  it("is asked before it is told whether there is such a channel, and channels that take nothing in refuse", async () => {
    const all = await Promise.all(["texts", "letters", "sink", "none"].map((channel) => hand(channel, "{}", {})));
    expect(new Set(all.map((each) => JSON.stringify(each)))).toEqual(new Set(['[401,"urn:vigie:problem:hook-refused"]']));
  });
});

describe("over HTTP", () => {
  beforeEach(() => begin(byText));

  it("a receipt that it failed tells the next channel at once, once", async () => {
    const { id } = await texted();
    expect(await fromGateway({ message_id: id, status: "ACCEPTD" })).toEqual([200, "on its way"]);
    expect(net.toldTo("desk@example.org")).toEqual([]);
    expect(await fromGateway({ message_id: id, status: "UNDELIV" })).toEqual([200, "failed"]);
    expect(await fromGateway({ message_id: id, status: "UNDELIV" })).toEqual([200, "repeated"]);
    await net.advance(2 * SECOND);
    expect(net.toldTo("desk@example.org")).toHaveLength(1);
    const of = await net.store.deliveries((await incident()).id);
    expect(of.find(({ channel }) => channel === "texts")).toMatchObject({ state: "failed", proof: id });
    expect(of.find(({ channel }) => channel === "letters")).toMatchObject({ state: "accepted" });
  });

  it("a receipt that it arrived is no answer", async () => {
    const { id } = await texted();
    expect(await fromGateway({ message_id: id, status: "DELIVRD" })).toEqual([200, "delivered"]);
    const [row] = await net.store.deliveries((await incident()).id);
    expect([row?.state, (await incident()).acknowledgedAt]).toEqual(["delivered", undefined]);
  });

  it("what is no JSON, or holds nothing that was described, is told apart and changes nothing", async () => {
    await texted();
    expect(await hand("texts", "{", signed("{"))).toEqual([400, "urn:vigie:problem:hook-body"]);
    expect(await fromGateway({ hello: "there" })).toEqual([200, "unreadable"]);
    expect((await incident()).acknowledgedAt).toBeUndefined();
  });
});

describe("a mail that comes back", () => {
  beforeEach(() => begin(byMail));

  it("tells the recipient's next channel at once, once", async () => {
    const sent = await mailToDesk();
    expect(net.toldTo("desk")).toEqual([]);
    expect(await mailed(notDelivered(sent), "guessed, and as long as it")).toEqual([401, "urn:vigie:problem:hook-refused"]);
    expect(await mailed(notDelivered(sent))).toEqual([200, "failed"]);
    await net.advance(2 * SECOND);
    expect(net.toldTo("desk").map(({ subject }) => subject)).toEqual([sent.subject]);
    expect(await mailed(notDelivered(sent))).toEqual([200, "repeated"]);
    expect(await mailed(notDelivered(sent, { id: "2" }))).toEqual([200, "failed"]);
    await net.advance(2 * SECOND);
    expect(net.toldTo("desk")).toHaveLength(1);
    expect((await incident()).acknowledgedAt).toBeUndefined();
  });

  it("is believed days later, and of a message that asked for no answer", async () => {
    const sent = await mailToDesk();
    net.heals("codec-7");
    await net.advance(10 * MINUTE);
    const over = net.toldTo("desk@example.org").at(-1);
    if (over === undefined || over.key === sent.key) throw new Error("nobody was told that it is over");
    net.clock.pass(3 * DAY);
    expect(await mailed(notDelivered(over))).toEqual([200, "failed"]);
    expect(await net.store.delivery(over.key)).toMatchObject({ state: "failed", error: "came back undelivered" });
  });

  it("only late, or about a message that is not ours, changes nothing", async () => {
    const sent = await mailToDesk();
    expect(await mailed(notDelivered(sent, { action: "delayed" }))).toEqual([200, "automatic"]);
    expect(await mailed(notDelivered({ ...sent, key: "another" }, { id: "3" }))).toEqual([200, "unknown"]);
    await net.advance(2 * SECOND);
    expect(net.toldTo("desk")).toEqual([]);
    expect(await net.store.delivery(sent.key)).toMatchObject({ state: "accepted" });
  });
});

/**
 * A message is acknowledged by who has read it, and by nothing else: by its link and digits, by a reply by mail or text message. In fake
 * time, with the real ladder, store and API.
 */
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import type { Channel } from "../../daemon/model/config.ts";
import type { Incident } from "../../daemon/model/incident.ts";
import { DAY, MINUTE } from "../../daemon/model/time.ts";
import { messageId } from "../../daemon/notify/mail.ts";
import { secret, serve, world } from "../api/fixture.ts";
import { type Scenario, type Sent, scenario } from "../scenarios/scenario.ts";

let net: Scenario;
let server: { readonly url: string; close(): Promise<void> };

const door = { secret: secret("hook-secret-of-the-gateway"), header: "x-hook-secret" };
const mail: Extract<Channel, { kind: "mail" }> = {
  ...{ id: "sink", kind: "mail", host: "127.0.0.1", port: 25, secure: false, from: "vigie@example.org", inbound: door },
};
const sms: Extract<Channel, { kind: "sms" }> = {
  ...{
    id: "sink",
    kind: "sms",
    url: "http://127.0.0.1/",
    method: "POST",
    headers: {},
    body: { as: "form", value: {} },
    allowPrivate: true,
  },
  inbound: {
    ...door,
    reply: { id: "id", from: "from", text: "text" },
    receipt: { message: "message", status: "status", delivered: ["DELIVRD"], failed: ["UNDELIV"] },
  },
};

beforeEach(async () => {
  net = await scenario({ devices: "router-1 > codec-7; router-2 > codec-8", sites: { "router-2": "rvh", "codec-8": "rvh" } });
  const made = world();
  made.config = { ...made.config, channels: new Map([["sink", mail]]) };
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
  net.config = { ...net.config, instance: { ...net.config.instance, publicUrl: server.url } };
});
afterEach(async () => {
  await server.close();
  await net.end();
});

/** The first message that asks. */
async function paged(device = "codec-7"): Promise<Sent> {
  net.breaks(device);
  await net.advance(2 * MINUTE);
  const sent = net.sent.find(({ text, subject }) => /\/ack\//.test(text) && subject.includes(device));
  if (sent === undefined) throw new Error(`nothing that asks was sent: ${net.sent.map(({ subject }) => subject).join("; ")}`);
  return sent;
}

const linkOf = ({ text }: Sent) => /https?:\/\/\S+\/ack\/[\w-]+/.exec(text)?.[0] ?? "";
const digitsOf = ({ text }: Sent) => /Digits: (\d{4})/.exec(text)?.[1] ?? "";
const post = (url: string, digits: string) => fetch(url, { method: "POST", body: new URLSearchParams({ digits }) });

async function incidentOf(sent: Sent): Promise<Incident> {
  const found = await net.store.incident(sent.key.split("/")[0] ?? "");
  if (found === undefined) throw new Error(`no incident of ${sent.key}`);
  return found;
}

/** What a mail scanner does: opens every link, in every way, and sends every form it finds with what it can think of. */
async function scan(sent: Sent, guesses: readonly string[]): Promise<number> {
  let asked = 0;
  for (const url of sent.text.match(/https?:\/\/[^\s<>"]+/g) ?? []) {
    for (const method of ["GET", "HEAD", "OPTIONS", "GET"]) {
      const response = await fetch(url, { method, redirect: "follow" });
      const page = await response.text();
      asked += 1;
      for (const form of page.matchAll(/<form[^>]*method="post"[^>]*>([\s\S]*?)<\/form>/gi)) {
        const names = [...(form[1] ?? "").matchAll(/name="([^"]+)"/g)].map((found) => found[1] ?? "");
        for (const guess of guesses) {
          await fetch(url, { method: "POST", body: new URLSearchParams(names.map((name) => [name, guess])) });
          asked += 1;
        }
      }
    }
    for (const body of ["", "ack=1", JSON.stringify({ digits: "1234" })]) await fetch(url, { method: "POST", body });
  }
  return asked;
}

describe("the link of a message", () => {
  it("opened by a scanner that sends every form with what it can think of acknowledges nothing, and the ladder goes on", async () => {
    const sent = await paged();
    const numbers = sent.text.match(/\d{4}/g) ?? [];
    const guesses = ["", "0000", "1234", "test", "on", ...numbers].filter((guess) => guess !== digitsOf(sent));
    expect(await scan(sent, guesses)).toBeGreaterThan(10);
    const incident = await incidentOf(sent);
    expect([incident.state, incident.acknowledgedAt]).toEqual(["open", undefined]);
    expect(await net.timeline(incident)).not.toContain("acknowledged");
    const told = net.sent.length;
    await net.advance(40 * MINUTE);
    expect(net.sent.length).toBeGreaterThan(told);
    expect(net.sent.some(({ subject }) => subject.includes("Raised to Level 2") || subject.includes(incident.number))).toBe(true);
  });

  it("only looked at still works for its reader; answered with its digits it says who it was sent to", async () => {
    const sent = await paged();
    await scan(sent, []);
    const page = await (await fetch(linkOf(sent))).text();
    expect(page).toContain((await incidentOf(sent)).number);
    expect(page).not.toContain(digitsOf(sent));
    expect(page).not.toContain("<script");
    const wrong = await post(linkOf(sent), digitsOf(sent) === "1111" ? "2222" : "1111");
    expect([wrong.status, (await wrong.text()).includes("Tries left: 4")]).toEqual([422, true]);
    const response = await post(linkOf(sent), digitsOf(sent));
    expect([response.status, (await response.text()).includes(`sent to ${sent.to}`)]).toEqual([200, true]);
    const incident = await incidentOf(sent);
    expect(incident).toMatchObject({ acknowledgedBy: `the link sent to ${sent.to}` });
    const line = (await net.store.timeline(incident.id)).find(({ event }) => event === "acknowledged");
    expect(line).toMatchObject({ by: `the link sent to ${sent.to}`, why: `by the link sent to ${sent.to}` });
    expect(await net.store.delivery(sent.key)).toMatchObject({ state: "acknowledged" });
    expect(await (await post(linkOf(sent), digitsOf(sent))).text()).toContain("already");
  });

  it("is dead after five wrong digits, for the right ones too", async () => {
    const sent = await paged();
    const wrong = digitsOf(sent) === "1111" ? "2222" : "1111";
    const answers = [];
    for (let tries = 0; tries < 5; tries += 1) answers.push((await post(linkOf(sent), wrong)).status);
    expect(answers).toEqual([422, 422, 422, 422, 410]);
    expect((await post(linkOf(sent), digitsOf(sent))).status).toBe(410);
    expect((await incidentOf(sent)).acknowledgedAt).toBeUndefined();
  });

  it("holds for a day; a made-up one is not known, and neither is said by the store", async () => {
    const sent = await paged();
    expect((await fetch(`${server.url}/ack/${"A".repeat(22)}`)).status).toBe(404);
    expect(await net.store.ackCode(linkOf(sent).slice(-22))).toBeUndefined();
    net.clock.pass(DAY);
    expect((await post(linkOf(sent), digitsOf(sent))).status).toBe(404);
  });
});

describe("a reply by mail", () => {
  const reply = (sent: Sent, text: string, more: Record<string, unknown> = {}) => ({
    ...{
      id: `<${text}@example.org>`,
      from: `Desk <${sent.to}>`,
      inReplyTo: messageId(sent.key),
      text: `${text}\n\n> the message\n`,
      ...more,
    },
  });
  /** The sink's addresses are names; replies come from mail addresses. */
  const address = async (sent: Sent): Promise<Sent> => {
    const row = await net.store.delivery(sent.key);
    const again = { ...row, address: `${sent.to}@example.org`, key: `${sent.key}` };
    const { newAckCode } = await import("../../daemon/notify/ack-codes.ts");
    if (row === undefined) throw new Error("no row");
    await net.store.saveAckCode(newAckCode({ ...again, channel: "sink" } as never, net.clock.now()).code);
    return { ...sent, to: `${sent.to}@example.org` };
  };

  it.each(["ok", "OK.", "reçu", "Acquitté"])("that says %s acknowledges", async (word) => {
    const sent = await address(await paged());
    expect(await net.acknowledging.mail(mail, reply(sent, word))).toBe("done");
    expect((await incidentOf(sent)).acknowledgedBy).toMatch(/^the mail reply of /);
    expect(await net.acknowledging.mail(mail, reply(sent, word))).toBe("repeated");
  });

  it.each([
    ["an absence", "I am away until Monday", {}, "no answer"],
    ["a machine that says so", "ok", { headers: { "Auto-Submitted": "auto-replied" } }, "automatic"],
    ["a list", "ok", { headers: { Precedence: "bulk" } }, "automatic"],
    ["our own address", "ok", { from: "vigie@example.org" }, "automatic"],
    ["another's address", "ok", { from: "eve@example.org" }, "unknown"],
    ["the quotation alone", "> ok", {}, "no answer"],
    ["no thread", "ok", { inReplyTo: "<1@example.org>" }, "unknown"],
    ["no sender", "ok", { from: "" }, "unreadable"],
  ])("%s does not", async (_title, text, more, result) => {
    const sent = await address(await paged());
    expect(await net.acknowledging.mail(mail, reply(sent, text, more))).toBe(result);
    expect((await incidentOf(sent)).acknowledgedAt).toBeUndefined();
  });

  it("comes in through its door alone, as JSON or as the mail itself, and its words are kept nowhere", async () => {
    const sent = await address(await paged());
    net.config = { ...net.config, channels: new Map([["sink", mail]]) };
    const words = "ok";
    const raw = [
      `From: "Anne" <${sent.to}>`,
      "To: vigie@example.org",
      "Message-ID: <raw-1@example.org>",
      `In-Reply-To: ${messageId(sent.key)}`,
      'Content-Type: multipart/alternative; boundary="b"',
      "",
      "--b",
      "Content-Type: text/plain; charset=utf-8",
      "Content-Transfer-Encoding: quoted-printable",
      "",
      `${words}=20\r\n\r\nJean Tremblay, chambre 12`,
      "--b",
      "Content-Type: text/html",
      "",
      "<b>no</b>",
      "--b--",
    ].join("\r\n");
    const hand = (headers: Record<string, string>) =>
      fetch(`${server.url}/hooks/sink`, { method: "POST", body: raw, headers: { "Content-Type": "message/rfc822", ...headers } });
    expect((await hand({})).status).toBe(401);
    expect((await hand({ "X-Hook-Secret": "guess" })).status).toBe(401);
    expect((await fetch(`${server.url}/hooks/none`, { method: "POST" })).status).toBe(401);
    expect(await (await hand({ "X-Hook-Secret": "hook-secret-of-the-gateway" })).json()).toEqual({ result: "done" });
    const all = JSON.stringify([
      await net.store.timeline((await incidentOf(sent)).id),
      await net.store.deliveries((await incidentOf(sent)).id),
    ]);
    expect(all).not.toContain("Tremblay");
  });
});

describe("a text message", () => {
  const phone = "+15145550100";
  async function sent(device: string): Promise<{ row: Sent; digits: string }> {
    const message = await paged(device);
    const row = await net.store.delivery(message.key);
    const { newAckCode } = await import("../../daemon/notify/ack-codes.ts");
    if (row === undefined) throw new Error("no row");
    const made = newAckCode({ ...row, address: phone }, net.clock.now());
    await net.store.saveAckCode(made.code);
    return { row: message, digits: made.digits };
  }
  const text = (id: string, words: string, from = "1 (514) 555-0100") => net.acknowledging.sms(sms, { id, from, text: words });

  it("ok acknowledges the only one that is open, and none when it could mean two", async () => {
    const one = await sent("codec-7");
    expect(await text("m1", "ok", "+1 418 555 0000")).toBe("unknown");
    const two = await sent("codec-8");
    expect(await text("m2", "Ok!")).toBe("ambiguous");
    expect(await text("m3", `${(await incidentOf(one.row)).number} ok`)).toBe("done");
    expect(await text("m3", "ok"), "the same message again").toBe("repeated");
    expect([(await incidentOf(one.row)).acknowledgedBy, (await incidentOf(two.row)).acknowledgedAt]).toEqual([
      expect.stringMatching(/^the text message of /),
      undefined,
    ]);
    expect(await text("m4", "ok")).toBe("done");
  });

  it("the digits acknowledge theirs; wrong ones are counted, and after five nothing helps", async () => {
    const { row, digits } = await sent("codec-7");
    const wrong = digits === "1111" ? "2222" : "1111";
    for (let tries = 0; tries < 4; tries += 1) expect(await text(`w${tries}`, wrong)).toBe("wrong digits");
    expect(await text("r", `Merci ${digits}`)).toBe("done");
    expect((await incidentOf(row)).acknowledgedAt).toBeDefined();
    const other = await sent("codec-8");
    for (let tries = 0; tries < 5; tries += 1) await text(`x${tries}`, other.digits === "1111" ? "2222" : "1111");
    expect(await text("y", other.digits)).toBe("wrong digits");
  });

  it("a receipt says what arrived, once; one that comes before its message is known waits for it", async () => {
    net.sendResult = () => ({ ok: true, state: "accepted", proof: `gw-${net.sent.length + 1}` });
    const { row } = await sent("codec-7");
    expect((await net.store.delivery(row.key))?.proof).toBe("gw-1");
    const receipt = (message: string, status: string) => net.acknowledging.sms(sms, { message, status });
    expect(await receipt("gw-1", "BUFFERED")).toBe("on its way");
    expect(await receipt("gw-1", "DELIVRD")).toBe("delivered");
    expect(await receipt("gw-1", "DELIVRD")).toBe("repeated");
    expect((await net.store.delivery(row.key))?.state).toBe("delivered");
    expect((await incidentOf(row)).acknowledgedAt, "that it arrived is no answer").toBeUndefined();
    expect(await receipt("gw-99", "UNDELIV")).toBe("early");
    expect(await net.store.takeReceipt("sink", "gw-99")).toBe("failed");
  });
});

/**
 * What channels described in data send, against a real HTTP server and a real Alertmanager; and the command that tries them.
 */
import { spawn } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import { tmpdir } from "node:os";
import { join } from "node:path";
import fc from "fast-check";
import { afterEach, describe, expect, it } from "vitest";
import { notify } from "../../daemon/cli/notify.ts";
import type { Channel } from "../../daemon/model/config.ts";
import { HOUR, MINUTE } from "../../daemon/model/time.ts";
import { alertOf, createAlertmanagerNotifier } from "../../daemon/notify/alertmanager.ts";
import { filled, textAt } from "../../daemon/notify/paths.ts";
import { createSmsNotifier } from "../../daemon/notify/sms-gateway.ts";
import type { Message } from "../../daemon/ports.ts";
import { smsSegment } from "../../daemon/text/sms.ts";
import { secret } from "../api/fixture.ts";
import { needs } from "../needs.ts";
import { freePort } from "../port.ts";
import "../seed.ts";

type Sms = Extract<Channel, { kind: "sms" }>;

const closing: (() => unknown)[] = [];
afterEach(async () => {
  for (const close of closing.splice(0)) await close();
});
const never = new AbortController().signal;

interface Got {
  readonly method: string;
  readonly url: string;
  readonly headers: IncomingMessage["headers"];
  readonly body: string;
}

async function receiver(answer: (response: ServerResponse) => void): Promise<{ readonly url: string; readonly got: Got[] }> {
  const got: Got[] = [];
  const server = createServer((request, response) => {
    let body = "";
    request.setEncoding("utf8");
    request.on("data", (chunk) => (body += chunk));
    request.once("end", () => {
      got.push({ method: request.method ?? "", url: request.url ?? "", headers: request.headers, body });
      answer(response);
    });
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  closing.push(() => void server.close());
  return { url: `http://127.0.0.1:${(server.address() as { port: number }).port}/sms`, got };
}

const message: Message = {
  key: "i1/problem/1/1/anne/sms",
  to: "+15145550100",
  language: "fr",
  subject: "sujet",
  text: "texte",
  sms: 'Codec "A" : ne répond plus, ça {to} œuvre',
  data: { number: "VIG-2026-000123-45" },
  maybeDuplicate: false,
};

function gateway(url: string, more: Partial<Sms> = {}): Sms {
  const body = { as: "json" as const, value: { messages: [{ to: "{to}", text: "{text}" }], reference: "{key}", flash: false } };
  return { id: "sms", kind: "sms", url, method: "POST", headers: {}, body, allowPrivate: true, ...more };
}

describe("an SMS gateway described in data", () => {
  it("gets JSON with the number and one segment of GSM 03.38, its secret in a header; its id is the proof", async () => {
    const { url, got } = await receiver((response) => response.writeHead(201).end('{"messages":[{"id":"gw-7"}]}'));
    const channel = gateway(url, { headers: { Authorization: "Bearer {secret}" }, secret: secret("s3cret"), idAt: "messages.0.id" });
    expect(await createSmsNotifier().send(channel, message, never)).toEqual({ ok: true, state: "accepted", proof: "gw-7" });
    // What the words hold is not filled in once more.
    const text = 'Codec "A" : ne répond plus, ca ?to? oeuvre';
    expect(JSON.parse(got[0]?.body ?? "")).toEqual({ messages: [{ to: message.to, text }], reference: message.key, flash: false });
    expect(got[0]?.headers).toMatchObject({ authorization: "Bearer s3cret", "idempotency-key": message.key });
  });

  it("gets a form, or a query by GET, escaped", async () => {
    const { url, got } = await receiver((response) => response.writeHead(200).end("OK 12"));
    const value = { to: "{to}", msg: "{text}" };
    const form = gateway(url, { body: { as: "form", value }, idAt: "id" });
    expect(await createSmsNotifier().send(form, { ...message, sms: "a&b=c é" }, never)).toEqual({
      ok: true,
      state: "accepted",
      proof: "200",
    });
    await createSmsNotifier().send(
      gateway(`${url}/{to}`, { method: "GET", body: { as: "query", value } }),
      { ...message, sms: "a&b=c" },
      never,
    );
    expect(got[0]?.body).toBe("to=%2B15145550100&msg=a%26b%3Dc+%C3%A9");
    expect([got[1]?.method, got[1]?.url, got[1]?.body]).toEqual(["GET", "/sms/%2B15145550100?to=%2B15145550100&msg=a%26b%3Dc", ""]);
  });

  it.each([
    [400, false],
    [429, true],
    [503, true],
  ])("that answers %i is tried again: %s", async (status, retry) => {
    const { url } = await receiver((response) => response.writeHead(status).end());
    expect(await createSmsNotifier().send(gateway(url), message, never)).toMatchObject({ ok: false, retry });
  });

  it("that hangs is ended by the deadline", async () => {
    const { url } = await receiver(() => undefined);
    expect(await createSmsNotifier().send(gateway(url), message, AbortSignal.timeout(150))).toMatchObject({ ok: false, retry: true });
  });

  it("is filled in its values alone, and an answer is read by a path, whatever JSON they are", () => {
    fc.assert(
      fc.property(fc.json(), fc.string(), (json, path) => {
        const value: unknown = JSON.parse(json);
        expect(typeof (textAt(value, path) ?? "")).toBe("string");
        expect(JSON.stringify(filled(value, {}))).toBe(JSON.stringify(value));
      }),
    );
    expect([textAt({ a: [{ b: 7 }] }, "a.0.b"), textAt({}, "constructor.name"), textAt([], "length.x")]).toEqual([
      "7",
      undefined,
      undefined,
    ]);
  });
});

it("a text message is one segment whatever it says, and how to answer is kept whole", () => {
  fc.assert(
    fc.property(fc.string({ unit: "grapheme", maxLength: 400 }), (words) => {
      const written = smsSegment(words, " Répondez 0042");
      expect(written.length).toBeLessThanOrEqual(160);
      expect(written.endsWith(" Répondez 0042")).toBe(true);
    }),
  );
});

describe("an alert", () => {
  const now = Date.UTC(2026, 0, 15, 12);
  const data = { number: "VIG-1", level: 1, severity: "major", urgency: "now", site: "mgh", openedAt: now - MINUTE, kind: "problem" };

  it("has the number and the class as labels, lasts until the next step is overdue, and ends when it is over", () => {
    const alert = alertOf({ ...message, data: { ...data, wakeAt: now + 30 * MINUTE } }, now);
    expect(alert.labels).toEqual({
      ...{ alertname: "VigieIncident", receiver: message.to, number: "VIG-1", level: "1", severity: "major", urgency: "now", site: "mgh" },
    });
    expect(Date.parse(alert.endsAt) - now).toBe(35 * MINUTE);
    expect(Date.parse(alertOf({ ...message, data }, now).endsAt) - now).toBe(HOUR + 5 * MINUTE);
    expect(Date.parse(alertOf({ ...message, data: { ...data, kind: "restored" } }, now).endsAt)).toBe(now);
  });

  it("is held by a real Alertmanager, and gone from it when it is over", async (context) => {
    const program = needs("prometheus-alertmanager", context);
    const folder = mkdtempSync(join(tmpdir(), "vigie-am-"));
    writeFileSync(join(folder, "am.yml"), "route: { receiver: none }\nreceivers: [{ name: none }]\n");
    const port = await freePort();
    const where = [`--config.file=${join(folder, "am.yml")}`, `--storage.path=${folder}`, `--web.listen-address=127.0.0.1:${port}`];
    const running = spawn(program, [...where, "--cluster.listen-address="], { stdio: "ignore" });
    closing.push(async () => {
      const gone = new Promise((resolve) => running.once("exit", resolve));
      // It writes down what it knows before it ends.
      if (running.kill()) await gone;
      rmSync(folder, { recursive: true, force: true });
    });
    const url = `http://127.0.0.1:${port}`;
    await until(async () => (await fetch(`${url}/-/ready`).catch(() => undefined))?.ok === true);
    const channel: Channel = { id: "am", kind: "alertmanager", url: `${url}/`, allowPrivate: true };
    const notifier = createAlertmanagerNotifier(() => Date.now());
    const opened = { ...data, openedAt: Date.now() - MINUTE };
    const alerts = async () => (await (await fetch(`${url}/api/v2/alerts`)).json()) as { labels: Record<string, string> }[];
    expect(await notifier.send(channel, { ...message, data: opened }, never)).toMatchObject({ ok: true, state: "accepted" });
    await until(async () => (await alerts()).some(({ labels }) => labels.number === "VIG-1" && labels.severity === "major"));
    expect(await notifier.send(channel, { ...message, data: { ...opened, kind: "restored" } }, never)).toMatchObject({ ok: true });
    await until(async () => (await alerts()).length === 0);
  }, 60_000);
});

async function until(done: () => Promise<boolean>): Promise<void> {
  const end = Date.now() + 60_000;
  while (!(await done())) {
    if (Date.now() > end) throw new Error("not within 60 s");
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
}

describe("vigie notify test", () => {
  async function run(args: readonly string[], yes: boolean) {
    const { url, got } = await receiver((response) => response.writeHead(200).end());
    const folder = mkdtempSync(join(tmpdir(), "vigie-notify-"));
    closing.push(() => rmSync(folder, { recursive: true, force: true }));
    const file = join(folder, "vigie.yaml");
    writeFileSync(
      file,
      `instance: { name: essai, state_dir: state }
channels: { sms: { sms: { url: "${url}", form: { to: "{to}", text: "{text}" }, allow_private: true } } }
contacts: { anne: { language: fr, reach: [ sms: "+15145550100" ] }, mute: {} }
functions: { coordinators: { contacts: [anne] }, chief-technician: { contacts: [anne] }, it-technician: { contacts: [anne] }, analyst: { contacts: [anne] } }
`,
    );
    const out: string[] = [];
    const err: string[] = [];
    const asked: string[] = [];
    const io = { out: (line: string) => void out.push(line), err: (line: string) => void err.push(line) };
    const code = await notify([...args, "--config", file], io, async (question) => {
      asked.push(question);
      return yes;
    });
    return { code, out: out.join("\n"), err: err.join("\n"), asked, got };
  }

  it("asks before it sends, and sends nothing without a yes", async () => {
    const no = await run(["test", "anne"], false);
    expect([no.code, no.got.length, no.asked.length]).toEqual([1, 0, 1]);
    expect(no.asked[0]).toContain("sms to +15145550100");
    const yes = await run(["test", "anne"], true);
    expect([yes.code, yes.got.length, yes.err]).toEqual([0, 1, ""]);
    expect(new URLSearchParams(yes.got[0]?.body).get("text")).toBe("Message d'essai de essai");
  });

  it("prints JSON, says who has no channel, and knows wrong use", async () => {
    const { code, out, asked } = await run(["test", "anne", "--yes", "--json"], false);
    expect([code, asked]).toEqual([0, []]);
    expect(JSON.parse(out)).toMatchObject({ contact: "anne", results: [{ channel: "sms", result: { ok: true, state: "accepted" } }] });
    expect(await run(["test", "mute", "--yes"], true)).toMatchObject({ code: 1, err: expect.stringContaining("give it a reach") });
    expect(await run(["test", "nobody"], true)).toMatchObject({ code: 2, err: expect.stringContaining("there is anne, mute") });
    expect(await run(["send", "anne"], true)).toMatchObject({ code: 2 });
    expect(await run(["--help"], true)).toMatchObject({ code: 0, out: expect.stringContaining("Usage: vigie notify test") });
  });
});

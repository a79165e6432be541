/**
 * The monthly question from end to end: the role asks, the dispatcher sends, one answers by the link, one by mail over the webhook, one by
 * telephone text, one never; the API and the page say who. Real roles and store, fake time.
 */
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, it } from "vitest";
import { loadConfig } from "../../daemon/config/load.ts";
import type { Config } from "../../daemon/model/config.ts";
import { DAY, MINUTE } from "../../daemon/model/time.ts";
import { Acknowledging } from "../../daemon/notify/acknowledging.ts";
import { createAsking } from "../../daemon/notify/asking.ts";
import { messageId } from "../../daemon/notify/mail.ts";
import { reachFrom, reachKey, type WayKept } from "../../daemon/oncall/reach.ts";
import { Reaching } from "../../daemon/oncall/reaching.ts";
import type { Fence, Message, Notifier } from "../../daemon/ports.ts";
import { Dispatcher } from "../../daemon/roles/dispatcher.ts";
import { type OpenedStore, openStore } from "../../daemon/store/open.ts";
import { BrowserLike } from "../api/browser-like.ts";
import { quiet, secret, serve, tokenText, world } from "../api/fixture.ts";
import { FakeClock } from "../fakes/clock.ts";

const folder = mkdtempSync(join(tmpdir(), "vigie-answered-"));
const hookSecret = "a secret that is long enough";
const inbound = "inbound: { secret: { env: HOOK }, header: X-Vigie-Secret";
const text = [
  `instance: { name: Centre, language: en, timezone: America/Toronto, state_dir: ${folder}/state }`,
  `storage: { sqlite: ${folder}/state/vigie.db }`,
  "sites: { mgh: { name: MGH, service_hours: office } }",
  "channels:",
  `  mail: { mail: { host: 127.0.0.1, from: vigie@example.org, ${inbound} } } }`,
  `  text: { sms: { url: "https://sms.example.org/", json: { to: "{to}", text: "{text}" }, ${inbound}, reply: { id: id, from: from, text: text } } } }`,
  "contacts:",
  "  ann: { name: Ann, language: en, reach: [{ mail: ann@example.org }] }",
  "  bob: { name: Bob, language: fr, reach: [{ mail: bob@example.org }, { text: '+15145550102' }] }",
  "  zoe: { name: Zoe, language: fr, reach: [{ mail: zoe@example.org }] }",
  "functions: { desk: { contacts: [ann, bob, zoe] }, chief-technician: { contacts: [ann] } }",
  "devices: { codec-1: { name: C, site: mgh, address: 192.0.2.1, family: ping-only } }",
].join("\n");

let config: Config;
let store: OpenedStore;
let clock: FakeClock;
let server: { readonly url: string; close(): Promise<void> };
let ask: Reaching;
let post: Dispatcher;
const sent: Message[] = [];

beforeEach(async () => {
  writeFileSync(join(folder, "vigie.yaml"), text);
  const loaded = await loadConfig(join(folder, "vigie.yaml"), { demo: true, env: { HOOK: hookSecret } });
  if (!loaded.ok) throw new Error(JSON.stringify(loaded.problems));
  config = loaded.config;
  // A Wednesday at 10:00 in Montréal.
  clock = new FakeClock(Date.UTC(2026, 10, 18, 15));
  store = await openStore({ storage: config.storage, stateDir: config.instance.stateDir, clock });
  await store.migrate();
  const fence = (await store.acquireLease("on-call", "test", 30_000)) as Fence;
  const basics = { store, clock, log: quiet, config: () => config };
  ask = new Reaching({ ...basics, leases: { fence: () => fence, held: () => true, wait: async () => undefined } });
  const notifier = (kind: "mail" | "sms"): Notifier => ({
    kind,
    send: async (_channel, message) => {
      sent.push(message);
      return { ok: true, state: "accepted" };
    },
    stop: async () => undefined,
  });
  post = new Dispatcher({
    ...{ ...basics, worker: "w", stats: { delivered() {} }, asking: createAsking(basics) },
    notifiers: new Map([notifier("mail"), notifier("sms")].map((each) => [each.kind, each])),
    render: () => expect.fail("a letter has its own words"),
  });
  const nothing = async () => ({ ok: false, status: 404, problem: "about no incident" }) as const;
  const acknowledging = new Acknowledging({
    ...{ ...basics, acknowledge: nothing, answerTask: async () => undefined },
    stats: { replied() {}, delivered() {} },
  });
  const made = world();
  const tokens = [{ name: "ops", function: "it-technician", secret: secret(tokenText) }];
  const served = () => ({ ...config, http: made.config.http, tokens });
  const reach = async () => reachFrom((await store.kept<readonly WayKept[]>(reachKey)) ?? [], clock.now());
  server = await serve({ ...made, deps: { ...made.deps, config: served, store, clock, acknowledging, reach } });
  config = { ...config, instance: { ...config.instance, publicUrl: server.url } };
});
afterEach(async () => {
  await server.close();
  await store.close();
  rmSync(folder, { recursive: true, force: true });
});

const hook = async (channel: string, type: string, body: string) => {
  const headers = { "X-Vigie-Secret": hookSecret, "Content-Type": type };
  return ((await (await fetch(`${server.url}/hooks/${channel}`, { method: "POST", body, headers })).json()) as { result: string }).result;
};
const reply = (from: string, words: string, to: string) =>
  hook(
    "mail",
    "message/rfc822",
    `From: ${from}\r\nMessage-ID: <${from}>\r\nIn-Reply-To: ${messageId(to)}\r\nSubject: Re:\r\n\r\n${words}\r\n`,
  );
const people = async () => {
  const answer = await fetch(`${server.url}/api/v1/people`, { headers: { authorization: `Bearer ${tokenText}` } });
  const { items } = (await answer.json()) as { items: { id: string; channels: { channel: string; reachable: string }[] }[] };
  return items.flatMap(({ id, channels }) => channels.map(({ channel, reachable }) => `${id} ${channel} ${reachable}`));
};

it("who answers by link, mail or text message is recorded, by that channel alone; who never does is listed; nothing else proves it", async () => {
  await ask.turn();
  clock.pass(DAY);
  expect(await ask.turn()).toBe(4);
  const turn = new AbortController().signal;
  while ((await post.turn(turn)) > 0);
  const to = (address: string) => sent.find((each) => each.to === address) ?? expect.fail(`nothing went to ${address}`);
  expect(await people()).toEqual(["ann mail asked", "bob mail asked", "bob text asked", "zoe mail asked"]);

  // Ann follows the link: looking is no answer, the digits are.
  const link = /https?:\/\/\S+\/ack\/[\w-]+/.exec(to("ann@example.org").text)?.[0] ?? "";
  const digits = /Digits: (\d{4})/.exec(to("ann@example.org").text)?.[1] ?? "";
  expect(await (await fetch(link)).text()).toContain("monthly check");
  await ask.turn();
  expect(await people()).toContain("ann mail asked");
  expect((await fetch(link, { method: "POST", body: new URLSearchParams({ digits }) })).status).toBe(200);

  // Bob answers his mail; from another's address, or to another's mail, nothing is proven.
  expect(to("bob@example.org").text).toContain("Ou répondez à ce message");
  const key = to("bob@example.org").key;
  expect(await reply("eve@example.org", "reçu", key)).toBe("unknown");
  expect(await reply("zoe@example.org", "reçu", key)).toBe("unknown");
  expect(await reply("bob@example.org", "reçu", key)).toBe("letter");
  clock.pass(MINUTE);
  await ask.turn();
  expect(await people()).toEqual(["ann mail answered", "bob mail answered", "bob text asked", "zoe mail asked"]);

  // A text message with the digits of his.
  const four = /(?<!\d)\d{4}(?!\d)/.exec(to("+15145550102").sms ?? "")?.[0] ?? "";
  expect(await hook("text", "application/json", JSON.stringify({ id: "1", from: "+15145550102", text: four }))).toBe("letter");
  clock.pass(7 * DAY);
  await ask.turn();
  expect(await people()).toEqual(["ann mail answered", "bob mail answered", "bob text answered", "zoe mail silent"]);
  const browser = new BrowserLike(server.url);
  await browser.signIn(tokenText, "/on-call");
  expect([browser.page.path, browser.page.text.match(/never answered/g)?.length]).toEqual(["/on-call", 1]);
});

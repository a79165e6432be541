/**
 * Storms and hanging channels, with the real store, dispatcher and notifiers: nothing is refused, the first of each site goes first, the
 * rest is named in few messages; what accepts and hangs is ended, and the next channel is told.
 */
import { mkdtempSync, rmSync } from "node:fs";
import { createServer as createHttpServer, type IncomingMessage } from "node:http";
import { createServer, type Server, type Socket } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import fc from "fast-check";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import type { Channel, Config } from "../../daemon/model/config.ts";
import type { Incident } from "../../daemon/model/incident.ts";
import { MINUTE, SECOND } from "../../daemon/model/time.ts";
import { createMailNotifier } from "../../daemon/notify/mail.ts";
import { createWebhookNotifier } from "../../daemon/notify/webhook.ts";
import type { Message, Notifier } from "../../daemon/ports.ts";
import { Dispatcher, type DispatcherDeps } from "../../daemon/roles/dispatcher.ts";
import { Escalator } from "../../daemon/roles/escalator.ts";
import type { Leases } from "../../daemon/roles/lease.ts";
import { rowsFor } from "../../daemon/roles/recipients.ts";
import { type OpenedStore, openStore } from "../../daemon/store/open.ts";
import { renderSeveral } from "../../daemon/telling.ts";
import { quiet, secret } from "../api/fixture.ts";
import { incident, START } from "../contracts/samples.ts";
import { FakeClock } from "../fakes/clock.ts";
import "../seed.ts";

let folder: string;
let store: OpenedStore;
let clock: FakeClock;
beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), "vigie-storms-"));
  clock = new FakeClock(START);
  store = await openStore({ storage: { kind: "sqlite", path: join(folder, "v.db") }, stateDir: folder, clock });
  await store.migrate();
});
const closing: (() => void)[] = [];
afterEach(async () => {
  for (const close of closing.splice(0)) close();
  await store.close();
  rmSync(folder, { recursive: true, force: true });
});

function config(channels: readonly Channel[], reach: readonly (readonly [channel: string, address: string])[]): Config {
  const contact = (id: string) =>
    [id, { id, name: id, language: "en", channels: reach.map(([channel, address]) => ({ channel, address })) }] as const;
  return {
    ...{ demo: false, paging: "direct", pagedFunctions: [], rules: [], calendars: new Map(), storms: { windowMs: MINUTE, after: 3 } },
    ...{ network: { devices: new Map(), sites: new Map(), rooms: new Map(), links: new Map() }, instance: { timezone: "UTC" } },
    ...{
      contacts: new Map([contact("desk")]),
      functions: new Map([["desk", { id: "desk", name: { fr: "", en: "" }, contacts: ["desk"] }]]),
    },
    ...{ channels: new Map(channels.map((each) => [each.id, each])), onCall: { people: [], rotations: [], overrides: [] } },
  } as unknown as Config;
}

function dispatcher(of: Config, notifiers: readonly Notifier[], more: Partial<DispatcherDeps> = {}): Dispatcher {
  return new Dispatcher({
    ...{ store, clock, log: quiet, config: () => of, worker: "w", stats: { delivered() {} } },
    notifiers: new Map(notifiers.map((each) => [each.kind, each])),
    render: (row, about, set, named) =>
      named.length > 1 ? renderSeveral(row, named, set) : { subject: `[${about.number}]`, text: `${about.number} ${about.site}` },
    ...more,
  });
}

const never = new AbortController().signal;

/** Opens incidents, and decides to tell the desk of each. */
async function alarms(of: Config, sites: readonly string[]): Promise<void> {
  for (let from = 0; from < sites.length; from += 500) {
    await store.transaction(undefined, async (tx) => {
      for (const [index, site] of sites.slice(from, from + 500).entries()) {
        const n = from + index + 1;
        const opened = incident(`i${n}`, { site, device: `d${n}`, openedAt: clock.now() });
        await tx.insertIncident(opened);
        await tx.addOutbox(
          rowsFor({ kind: "problem", tell: ["desk"], level: 1, occurrence: 1, notBefore: clock.now() } as never, opened, of, clock.now()),
        );
      }
    });
    clock.pass(Math.floor((MINUTE * 500) / Math.max(sites.length, 500)) - 1);
  }
}

describe("10,000 alarms in a minute", () => {
  it("are told in a bounded number of messages, the first of each site first, and none is lost", async () => {
    const sites = fc.sample(fc.array(fc.nat({ max: 39 }), { minLength: 10_000, maxLength: 10_000 }), 1)[0] ?? [];
    const sent: Message[] = [];
    const sink: Notifier = {
      kind: "sink",
      send: async (_channel, message) => {
        sent.push(message);
        return { ok: true, state: "accepted" };
      },
      stop: async () => undefined,
    };
    const of = config([{ id: "sink", kind: "sink" }], [["sink", "desk"]]);
    await alarms(
      of,
      sites.map((site) => `s${site}`),
    );
    const role = dispatcher(of, [sink]);
    const settle = async () => {
      while ((await role.turn(never)) > 0);
    };
    await settle();
    // Three go whatever they are about; then the first of each site.
    const first = sent.map(({ data }) => data.site);
    expect(new Set(first).size).toBe(40);
    expect(first.length).toBeLessThanOrEqual(43);
    for (let minutes = 0; minutes < 3; minutes += 1) {
      clock.pass(MINUTE);
      await settle();
    }
    expect(sent.length).toBeLessThanOrEqual(45);
    expect((await store.outboxDepth()).pending).toBe(0);
    const whole = sent.map(({ subject, text }) => `${subject}\n${text}`).join("\n");
    const numbers = new Set(whole.match(/VIG-2026-\d{6}-00/g));
    const states = new Map<string, number>();
    let named = 0;
    for (let n = 1; n <= 10_000; n += 250) {
      const [row] = await store.deliveries(`i${n}`);
      states.set(row?.state ?? "none", (states.get(row?.state ?? "none") ?? 0) + 1);
      expect(row?.sentAt, `incident ${n} was told`).toBeDefined();
      if (row?.state !== "superseded") continue;
      named += 1;
      const last = (await store.timeline(`i${n}`)).at(-1);
      expect(last).toMatchObject({ event: "superseded", why: `superseded by ${row.supersededBy}` });
    }
    expect([...states.keys()].sort()).toContain("superseded");
    expect(named).toBeGreaterThan(0);
    // A mail names three thousand; how many more there are is said, and where they are listed.
    expect(numbers.size).toBeGreaterThanOrEqual(3_000);
    expect(whole).toMatch(/And \d+ more; the page lists them all/);
  }, 240_000);
});

async function listening(server: Server): Promise<number> {
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  return (server.address() as { port: number }).port;
}

describe("a site that fails late, behind the backlog of others", () => {
  const open = (n: number, site: string) =>
    incident(`i${n}`, { site, device: `d${n}`, openedAt: clock.now(), wakeAt: clock.now(), wakeFor: "notice", urgencyWhy: "always" });
  const opened = (sites: readonly string[], from = 1) =>
    store.transaction(undefined, async (tx) => {
      for (const [index, site] of sites.entries()) await tx.insertIncident(open(from + index, site));
    });
  const sitesOf = (moved: readonly Incident[]) => [...new Set(moved.map(({ site }) => site))];

  it("is the next that the escalator tells of, and the next that the dispatcher sends: within one turn of each", async () => {
    const sent: string[] = [];
    const sink: Notifier = {
      kind: "sink",
      send: async (_channel, { data }) => {
        sent.push(String(data.site));
        return { ok: true, state: "accepted" };
      },
      stop: async () => undefined,
    };
    const severity = [{ id: "all", when: {}, severity: "minor", urgency: "now", why: { en: "always", fr: "toujours" } }] as const;
    const of = { ...config([{ id: "sink", kind: "sink" }], [["sink", "desk"]]), severity };
    let moved: readonly Incident[] = [];
    const leases = { fence: () => undefined } as unknown as Leases;
    const changed = (incidents: readonly Incident[]) => {
      moved = incidents;
    };
    const escalator = new Escalator({ store, clock, log: quiet, leases, config: () => of, changed });
    const role = dispatcher(of, [sink]);
    // The first after a start goes through all that is open.
    await escalator.turn();
    await opened(Array.from({ length: 450 }, (_, n) => (n % 2 === 0 ? "mgh" : "rvh")));
    clock.pass(SECOND);
    await escalator.turn();
    await escalator.turn();
    expect(sitesOf(moved)).toEqual(["mgh", "rvh"]);
    // Two hundred messages wait, two hundred and fifty incidents behind them; then another site fails.
    await role.turn(never);
    expect([(await store.outboxDepth()).pending >= 180, sent.length <= 4]).toEqual([true, true]);
    await opened(["jgh", "jgh"], 1_000);
    clock.pass(SECOND);
    await escalator.turn();
    expect(moved[0]).toMatchObject({ id: "i1000", site: "jgh" });
    const before = sent.length;
    await role.turn(never);
    expect(sent[before]).toBe("jgh");
    expect((await store.outboxDepth()).pending, "it went before them").toBeGreaterThan(180);
    // What else there is about it waits its turn.
    await escalator.turn();
    expect(sitesOf(moved.slice(0, 50))).toEqual(["mgh", "rvh"]);
  });
});

describe("a channel that accepts and hangs", () => {
  it("is ended by the deadline: the next channel is told at once, and the repeat carries the same key", async () => {
    const heard: string[] = [];
    const sockets: Socket[] = [];
    // Takes the whole mail, and never says what became of it.
    const smtp = createServer((socket) => {
      sockets.push(socket);
      let inData = false;
      socket.on("error", () => undefined);
      socket.write("220 hangs\r\n");
      socket.on("data", (chunk) => {
        heard.push(chunk.toString());
        if (inData) return;
        inData = /^DATA/m.test(chunk.toString());
        socket.write(inData ? "354 go on\r\n" : "250 ok\r\n");
      });
    });
    const hooks: IncomingMessage["headers"][] = [];
    let answers = false;
    const http = createHttpServer((request, response) => {
      hooks.push(request.headers);
      request.resume();
      if (answers) response.writeHead(200).end();
    });
    const mail: Channel = {
      id: "mail",
      kind: "mail",
      host: "127.0.0.1",
      port: await listening(smtp),
      secure: false,
      from: "v@example.org",
    };
    const url = `http://127.0.0.1:${await listening(http)}/`;
    const hook: Channel = { id: "hook", kind: "webhook", url, secret: secret("s"), allowPrivate: true };
    closing.push(() => {
      for (const socket of sockets) socket.destroy();
      smtp.close();
      http.closeAllConnections();
      http.close();
    });
    const of = config(
      [mail, hook, { id: "sink", kind: "sink" }],
      [
        ["mail", "desk@example.org"],
        ["hook", "desk"],
        ["sink", "desk"],
      ],
    );
    const told: string[] = [];
    const sink: Notifier = {
      kind: "sink",
      send: async (_channel, { key }) => {
        told.push(key);
        return { ok: true, state: "accepted" };
      },
      stop: async () => undefined,
    };
    await alarms(of, ["mgh"]);
    const role = dispatcher(of, [createMailNotifier(), createWebhookNotifier(() => clock.now()), sink], { sendMs: 2_000 });
    const keys = ["mail", "hook", "sink"].map((channel) => `i1/problem/1/1/desk/${channel}`);
    // Mail hangs; the hook hangs; the third takes it.
    for (let turns = 0; turns < 3; turns += 1) await role.turn(never);
    expect(told).toEqual([keys[2]]);
    expect(heard.join("")).toContain("Message-ID");
    expect((await store.deliveries("i1")).map(({ channel, state }) => `${channel} ${state}`).sort()).toEqual([
      "hook pending",
      "mail pending",
      "sink accepted",
    ]);
    expect((await store.delivery(keys[0] ?? ""))?.error).toMatch(/deadline|timed out/i);
    answers = true;
    clock.pass(6 * SECOND);
    await role.turn(never);
    expect(hooks.map((headers) => headers["idempotency-key"])).toEqual([keys[1], keys[1]]);
    const ids = heard.join("").match(/Message-ID: (\S+)/gi) ?? [];
    expect([ids.length, new Set(ids).size]).toEqual([2, 1]);
    expect((await store.delivery(keys[1] ?? ""))?.state).toBe("accepted");
  }, 30_000);

  it("to somebody without any channel it is said that there is none, and nothing is retried over none", async () => {
    const of = config([{ id: "sink", kind: "sink" }], []);
    await alarms(of, ["mgh"]);
    const role = dispatcher(of, []);
    await role.turn(never);
    expect(await store.deliveries("i1")).toMatchObject([
      { state: "failed", channel: "", error: expect.stringContaining("give contacts.desk a reach") },
    ]);
    expect(await role.turn(never)).toBe(0);
  });
});

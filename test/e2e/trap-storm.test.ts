/**
 * Alarms by the thousand from real datagrams into the whole daemon: receiver, bus, evaluator, incidents, outbox, messages. None is refused,
 * the pages are few, and the first of each site goes first.
 *
 * `npm test` sends 400 within seconds; `npm run storm` sends 10,000 within a minute.
 */
import { createSocket, type Socket } from "node:dgram";
import { once } from "node:events";
import { join } from "node:path";
import { afterEach, expect, it } from "vitest";
import { oneConnection } from "../../daemon/store/connect.ts";
import { linkTrap } from "../bench/trap-storm-sender.ts";
import { type Config, people, Rig, until } from "./rig.ts";

const whole = process.env.VIGIE_STORM === "1";
const size = whole ? { sites: 40, devices: 25, ports: 10, sendMs: 55_000 } : { sites: 20, devices: 5, ports: 4, sendMs: 2_000 };
const alarms = size.sites * size.devices * size.ports;
const windowMs = whole ? 60_000 : 6_000;
const patienceMs = whole ? 900_000 : 60_000;
const after = 3;
/** What is opened after the first window is named at the end of the next one. */
const bundles = 4;

const rigs: Rig[] = [];
afterEach(async () => {
  for (const rig of rigs.splice(0)) await rig.end();
});

const active = "select count(*) n from alarms where state = 'active'";
const rows = "select count(*) n from outbox where kind = 'problem'";

const siteOf = (n: number) => `s${n % size.sites}`;
/** In the rig's own /24 there are too few addresses: the third number is what two devices differ in. */
const addressOf = (rig: Rig, n: number) => `${rig.net.split(".").slice(0, 2).join(".")}.${250 - Math.floor(n / 250)}.${1 + (n % 250)}`;

function network(rig: Rig, url: string): Config {
  const all = Array.from({ length: size.sites * size.devices }, (_, n) => n);
  const checks = { icmp: { interval: "10m" }, snmp: false };
  return {
    sites: Object.fromEntries(all.slice(0, size.sites).map((n) => [siteOf(n), { name: `Site ${n}` }])),
    credentials: { v2: { snmp_community: { version: "2c", community: { env: "COMMUNITY" } } } },
    traps: { listen: `${rig.address(1)}:16200`, credentials: ["v2"] },
    devices: Object.fromEntries(
      all.map((n) => [`d${n}`, { name: `D ${n}`, site: siteOf(n), address: addressOf(rig, n), family: "generic-switch", checks }]),
    ),
    ...people((who) => [{ hook: who }]),
    channels: { hook: { webhook: { url, secret: { env: "HOOK" }, allow_private: true } } },
    // Each alarm an incident of its own: gathered by place, a site would have one.
    correlation: { place: false, firmware: false },
    storms: { window: `${windowMs / 1_000}s`, after },
    policies: { ours: { base: "default", group_wait: { now: "1s", other: "1s" } } },
    policy: "ours",
  };
}

/** One datagram an alarm, port by port over all devices, evenly over the time. */
async function send(rig: Rig): Promise<void> {
  const sockets: Socket[] = [];
  for (let n = 0; n < size.sites * size.devices; n += 1) {
    const socket = createSocket("udp4");
    socket.bind(0, addressOf(rig, n));
    await once(socket, "listening");
    sockets.push(socket);
  }
  const began = performance.now();
  for (let sent = 0; sent < alarms; ) {
    const due = Math.min(alarms, Math.ceil(((performance.now() - began) / size.sendMs) * alarms));
    for (; sent < due; sent += 1) {
      const port = 1 + Math.floor(sent / sockets.length);
      sockets[sent % sockets.length]?.send(linkTrap(true, port, "storm-community"), 16_200, rig.address(1));
    }
    await new Promise((resolve) => setTimeout(resolve, 5));
  }
  for (const socket of sockets) socket.close();
}

it(`${alarms} alarms from datagrams: none is refused, pages are few, the first of each site goes first`, async () => {
  const rig = new Rig();
  rigs.push(rig);
  Object.assign(rig.env, { COMMUNITY: "storm-community", HOOK: "a secret of the storm" });
  const hook = await rig.receiver();
  const daemon = await rig.daemon(rig.config(network(rig, hook.url)));
  const file = oneConnection(join(rig.folder, "state", "vigie.db"));
  rig.later(() => file.destroy());
  const count = async (sql: string) => ((await file.raw(sql)) as { n: number }[])[0]?.n ?? 0;

  const began = performance.now();
  await send(rig);
  await until("each was heard, and became an alarm", async () => (await count(active)) >= alarms, patienceMs);
  await until("each was decided upon", async () => (await count(rows)) >= alarms, patienceMs);
  await until("all was said", async () => (await count(`${rows} and state in ('pending', 'claimed')`)) === 0, windowMs * 3 + patienceMs);

  // Refused nothing: what was sent was stored, is an alarm, has its incident, and a number that nobody else has.
  for (const outcome of ["stored", "repeated", "refused", "limited", "queue-full", "not-committed", "protocol", "lost-with-receiver"])
    expect([outcome, await daemon.metric("vigie_traps_total", `outcome="${outcome}"`)]).toEqual([
      outcome,
      outcome === "stored" ? alarms : 0,
    ]);
  expect(await daemon.metric("vigie_trap_kernel_drops_total")).toBe(0);
  expect(await count("select count(distinct incident) n from alarms where state = 'active'")).toBe(alarms);
  expect(await count("select count(distinct number) n from incidents where state = 'open'")).toBe(alarms);

  // Of each somebody was told: by a message of its own, or by one that went and stands in its place.
  const own = await count(`${rows} and state = 'accepted'`);
  const named = `${rows} and state = 'superseded' and superseded_by in (select key from outbox where state = 'accepted')`;
  expect(own + (await count(named))).toBe(alarms);
  expect(await count(`select count(distinct incident) n from outbox where kind = 'problem'`)).toBe(alarms);

  // Few pages: the first of each site, then what else there is in a few that name the rest; and those firsts before all else.
  const sites = hook.seen.map(({ body }) => (JSON.parse(body) as { readonly data: { readonly site: string } }).data.site);
  expect(sites.length).toBe(own);
  expect(sites.length).toBeLessThanOrEqual(size.sites + after + bundles);
  expect(new Set(sites.slice(0, size.sites + after)).size).toBe(size.sites);
  if (whole)
    console.log(
      `${alarms} alarms: ${sites.length} pages, all said ${Math.round((performance.now() - began) / 1_000)} s after the first was sent`,
    );
}, 1_800_000);

/**
 * Alarms by the thousand from real datagrams into the whole daemon: receiver, bus, evaluator, incidents, outbox, messages. None is refused,
 * the pages are few, and the first of each site goes first; that of a site which fails when thousands wait, too.
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
const storm = size.sites * size.devices * size.ports;
/** One more, of a site that fails when five sixths of them are sent. */
const alarms = storm + 1;
/** From its datagram to its page: as if there were no storm. */
const lateWithinMs = 15_000;
const windowMs = whole ? 60_000 : 6_000;
const patienceMs = whole ? 900_000 : 180_000;
const after = 3;
/** What is opened after the first window is named at the end of each that follows while incidents are opened, and of the next one. */
const bundlesOf = (openingMs: number) => Math.max(4, 3 + Math.floor(openingMs / windowMs));

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
  const device = (n: number, site: string, address: string) => ({ name: `D ${n}`, site, address, family: "generic-switch", checks });
  return {
    sites: { ...Object.fromEntries(all.slice(0, size.sites).map((n) => [siteOf(n), { name: `Site ${n}` }])), late: { name: "Late" } },
    credentials: { v2: { snmp_community: { version: "2c", community: { env: "COMMUNITY" } } } },
    traps: { listen: `${rig.address(1)}:16200`, credentials: ["v2"] },
    devices: {
      ...Object.fromEntries(all.map((n) => [`d${n}`, device(n, siteOf(n), addressOf(rig, n))])),
      late: device(all.length, "late", rig.address(2)),
    },
    ...people((who) => [{ hook: who }]),
    channels: { hook: { webhook: { url, secret: { env: "HOOK" }, allow_private: true } } },
    // Each alarm an incident of its own: gathered by place, a site would have one.
    correlation: { place: false, firmware: false },
    storms: { window: `${windowMs / 1_000}s`, after },
    policies: { ours: { base: "default", group_wait: { now: "1s", other: "1s" } } },
    policy: "ours",
  };
}

/** One datagram an alarm, port by port over all devices, evenly over the time. When that of the late site was sent. */
async function send(rig: Rig): Promise<number> {
  const sockets: Socket[] = [];
  const bound = async (address: string) => {
    const socket = createSocket("udp4");
    socket.bind(0, address);
    await once(socket, "listening");
    return socket;
  };
  for (let n = 0; n < size.sites * size.devices; n += 1) sockets.push(await bound(addressOf(rig, n)));
  const late = await bound(rig.address(2));
  const tell = (socket: Socket | undefined, port: number) => socket?.send(linkTrap(true, port, "storm-community"), 16_200, rig.address(1));
  const began = performance.now();
  let lateAt: number | undefined;
  for (let sent = 0; sent < storm; ) {
    const due = Math.min(storm, Math.ceil(((performance.now() - began) / size.sendMs) * storm));
    for (; sent < due; sent += 1) tell(sockets[sent % sockets.length], 1 + Math.floor(sent / sockets.length));
    if (lateAt === undefined && sent >= (storm * 5) / 6) {
      lateAt = Date.now();
      tell(late, 1);
    }
    await new Promise((resolve) => setTimeout(resolve, 5));
  }
  for (const socket of [...sockets, late]) socket.close();
  return lateAt ?? Number.NaN;
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
  const lateAt = await send(rig);
  await until("each was heard, and became an alarm", async () => (await count(active)) >= alarms, patienceMs);
  await until("each was decided upon", async () => (await count(rows)) >= alarms, patienceMs);
  await until("all was said", async () => (await count(`${rows} and state in ('pending', 'claimed')`)) === 0, windowMs * 3 + patienceMs);

  // Refused nothing: what was sent was stored, is an alarm, has its incident, and a number that nobody else has.
  await expect.poll(() => daemon.metric("vigie_traps_total", 'outcome="stored"')).toBe(alarms);
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
  const pages = hook.seen.map(({ at, body }) => ({
    at,
    site: (JSON.parse(body) as { readonly data: { readonly site: string } }).data.site,
  }));
  const sites = pages.map(({ site }) => site);
  expect(sites.length).toBe(own);
  const openingMs = await count("select max(created_at) - min(created_at) n from outbox where kind = 'problem'");
  expect(sites.length).toBeLessThanOrEqual(size.sites + 1 + after + bundlesOf(openingMs));
  const others = sites.filter((site) => site !== "late");
  expect(new Set(others.slice(0, size.sites + after)).size).toBe(size.sites);
  const lateMs = (pages.find(({ site }) => site === "late")?.at ?? Number.NaN) - lateAt;
  expect(lateMs, "from the late site's datagram to its page").toBeLessThanOrEqual(lateWithinMs);
  if (whole)
    console.log(
      `${alarms} alarms: ${sites.length} pages, all said ${Math.round((performance.now() - began) / 1_000)} s after the first was sent; the late site's after ${lateMs} ms`,
    );
}, 1_800_000);

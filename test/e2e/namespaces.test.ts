/**
 * Real time, a real silence: hosts in network namespaces whose link is cut and restored.
 */
import { afterEach, expect, it, type TestContext } from "vitest";
import type { DiagnosisListShape } from "../../daemon/api/contract.ts";
import { needs, needsRoot } from "../needs.ts";
import { events, people, Rig, sh, until } from "./rig.ts";

const rigs: Rig[] = [];
afterEach(async () => {
  for (const rig of rigs.splice(0)) await rig.end();
});

const mark = process.pid % 10_000;
const block = 64 + (process.pid % 128);
const ip = (...words: string[]) => sh("ip", words);

/** A namespace, and a cable from it to another one (or to ours): `.1` on the far side, `.2` in the new one. */
function namespace(rig: Rig, letter: string, from?: { readonly name: string }) {
  const name = `vigie-e2e-${mark}-${letter}`;
  const [there, here] = [`ve${mark}${letter}a`, `ve${mark}${letter}b`];
  const net = `10.${block}.${letter.charCodeAt(0)}`;
  const far = from === undefined ? [] : ["-n", from.name];
  ip("netns", "add", name);
  rig.later(() => ip("netns", "del", name));
  ip(...far, "link", "add", there, "type", "veth", "peer", "name", here, "netns", name);
  ip(...far, "addr", "add", `${net}.1/24`, "dev", there);
  ip(...far, "link", "set", there, "up");
  ip("-n", name, "addr", "add", `${net}.2/24`, "dev", here);
  ip("-n", name, "link", "set", here, "up");
  ip("-n", name, "link", "set", "lo", "up");
  ip("-n", name, "route", "add", "default", "via", `${net}.1`);
  return {
    name,
    net,
    address: `${net}.2`,
    cut: () => ip("-n", name, "link", "set", here, "down"),
    restore: () => {
      ip("-n", name, "link", "set", here, "up");
      ip("-n", name, "route", "replace", "default", "via", `${net}.1`);
    },
  };
}

const ping = { icmp: { interval: "2s", timeout: "800ms" } };

function lab(context: TestContext): Rig {
  needsRoot(context);
  needs("fping", context);
  needs("ip", context);
  const rig = new Rig();
  rigs.push(rig);
  return rig;
}

it("a host goes silent: one incident, a mail in a real mailbox, acknowledged over REST, restored with the link, every step in its timeline", async (context) => {
  const rig = lab(context);
  const host = namespace(rig, "h");
  const server = await rig.mailServer(context);
  const daemon = await rig.daemon(
    rig.config({
      devices: { host: { name: "Codec A-101", site: "mgh", address: host.address, family: "ping-only", checks: ping } },
      channels: { mail: { mail: { host: server.host, port: server.port, from: "vigie@example.org" } } },
      ...people((who) => [{ mail: `${who}@example.org` }]),
    }),
  );
  await until("the host is up", async () => (await daemon.device("host")).up === "up");
  expect(await daemon.incidents()).toEqual([]);

  host.cut();
  const alarm = await until("an active alarm", async () => (await daemon.alarms()).find(({ state }) => state === "active"));
  expect(alarm).toMatchObject({ device: "host", symptom: "unreachable" });
  const opened = await until("an incident", async () => (await daemon.incidents())[0]);
  expect(opened).toMatchObject({ device: "host", symptom: "unreachable", state: "open", level: 1 });
  const mail = await until("a mail", () => server.mails()[0]);
  expect(mail.to).toBe("desk@example.org");
  expect(mail.subject).toContain(opened.number);
  expect(mail.text).toContain("Codec A-101");
  expect((await daemon.device("host")).up).toBe("down");

  const acknowledged = await daemon.post(`/api/v1/incidents/${opened.number}/acknowledge`, { note: "vu" });
  expect(acknowledged.status).toBe(200);
  host.restore();
  const restored = await until("restored", async () => {
    const now = await daemon.incident(opened.id);
    return now.state === "restored" && now;
  });
  expect(events(restored)).toEqual(["opened", "notified", "acknowledged", "restored"]);
  expect(restored.timeline.find(({ event }) => event === "acknowledged")).toMatchObject({ by: "ops", why: "vu" });
  for (const entry of restored.timeline) expect(entry.why).not.toBe("");
  expect((await daemon.alarms()).filter(({ state }) => state === "active")).toEqual([]);
  const notice = await until("the mail that it is over", () => server.mails()[1]);
  expect(notice.to).toBe("desk@example.org");
  await until("the host is up again", async () => (await daemon.device("host")).up === "up");

  const again = await until("both deliveries are recorded", async () => {
    const now = await daemon.incident(opened.id);
    return now.deliveries.length === 2 && now.deliveries.every(({ state }) => state === "accepted") && now;
  });
  expect(again.deliveries.map(({ kind }) => kind)).toEqual(["problem", "restored"]);
  // By the daemon's own stamps: from the first failed look to the page.
  const [page] = again.deliveries;
  expect(Date.parse(page?.sentAt ?? "") - Date.parse(opened.firstBadAt)).toBeLessThan(20_000);
  expect(await daemon.incidents()).toHaveLength(1);
}, 240_000);

/** A router and, through it, a host, both up; `names` are those of their namespaces. */
async function behindRouter(context: TestContext, rig: Rig, names: readonly [router: string, host: string]) {
  const router = namespace(rig, names[0]);
  const host = namespace(rig, names[1], router);
  sh("ip", ["netns", "exec", router.name, "sh", "-c", "echo 1 > /proc/sys/net/ipv4/ip_forward"]);
  ip("route", "add", `${host.net}.0/24`, "via", router.address);
  const server = await rig.mailServer(context);
  const daemon = await rig.daemon(
    rig.config({
      sites: { mgh: { name: "Hôpital général", gateway: "router" } },
      devices: {
        router: { name: "Routeur", site: "mgh", address: router.address, family: "ping-only", checks: ping },
        host: { name: "Codec", site: "mgh", address: host.address, family: "ping-only", checks: ping },
      },
      channels: { mail: { mail: { host: server.host, port: server.port, from: "vigie@example.org" } } },
      ...people((who) => [{ mail: `${who}@example.org` }]),
    }),
  );
  await until("both are up", async () => (await daemon.device("router")).up === "up" && (await daemon.device("host")).up === "up");
  return { router, host, server, daemon };
}

it("a router's link is cut: one incident for the router, and the host behind it is told in no other", async (context) => {
  const rig = lab(context);
  const { router, host, server, daemon } = await behindRouter(context, rig, ["r", "s"]);
  router.cut();
  await until("both alarms", async () => (await daemon.alarms()).filter(({ state }) => state === "active").length === 2);
  const mail = await until("a mail", () => server.mails()[0]);
  const unfolded = await daemon.incidents("&folded=false");
  expect(unfolded).toHaveLength(1);
  expect(unfolded[0]).toMatchObject({ device: "router", state: "open" });
  expect(mail.subject).toContain(unfolded[0]?.number);

  const restoredAt = Date.now();
  router.restore();
  ip("route", "replace", `${host.net}.0/24`, "via", router.address);
  await until("restored", async () => (await daemon.incidents("&folded=false"))[0]?.state === "restored");
  await until("both are up again", async () => (await daemon.device("host")).up === "up");
  // Looks that were under way while the link came back open nothing.
  await until("two more looks", async () => {
    const look = await daemon.look("host", "icmp");
    return look !== undefined && Date.parse(look.at) > restoredAt + 6_000 && look.status === "up";
  });
  expect(await daemon.incidents("&folded=false")).toHaveLength(1);
  expect(server.mails().filter(({ subject }) => !subject.includes(unfolded[0]?.number ?? "?"))).toEqual([]);
}, 240_000);

it("a host behind a router goes silent: the diagnosis pings the router that answers, follows the way to it, and is evidence and checklist", async (context) => {
  const rig = lab(context);
  const { host, daemon } = await behindRouter(context, rig, ["t", "u"]);
  host.cut();
  const opened = await until("an incident", async () => (await daemon.incidents())[0]);
  const path = `/api/v1/incidents/${opened.number}/diagnoses`;
  const ended = await until(
    "a diagnosis that finished",
    async () => (await daemon.get<DiagnosisListShape>(path)).items.find(({ state }) => state === "done" || state === "unfinished"),
    120_000,
  );
  expect(ended).toMatchObject({ state: "done", by: "system", judged: { verdict: "device", row: "only-this-one", sureness: "likely" } });
  const fact = (name: string) => ended.facts.find((each) => each.name === name);
  expect(fact("ping")).toMatchObject({ value: "silent", of: "host" });
  expect(fact("gateway")).toMatchObject({ value: "answers", of: "router", detail: expect.stringMatching(/ ms$/) });
  expect(fact("path")).toMatchObject({ value: "ends-at-site" });
  expect(ended.paths.find(({ to }) => to === "host")).toEqual({ to: "host", hops: ["router"], reached: false });
  expect(ended.paths.find(({ to }) => to === "router")).toEqual({ to: "router", hops: [], reached: true });
  await expect.poll(async () => (await daemon.incident(opened.id)).timeline.map(({ event }) => event)).toContain("diagnosed");
  await expect.poll(() => daemon.metric("vigie_diagnoses_total", 'verdict="device"')).toBe(1);

  const ticked = await daemon.post(`${path}/${ended.id}/steps`, { step: "power-light", answer: "no" });
  expect(ticked).toMatchObject({ status: 200, body: { judged: { verdict: "power", row: "no-power-light" } } });
  expect((await daemon.post(`/api/v1/incidents/${opened.number}/diagnose`, { level: 2, to: "router" })).status).toBe(200);
  const detailed = await until(
    "the detailed checks",
    async () => (await daemon.get<DiagnosisListShape>(path)).items.find(({ level, state }) => level === 2 && state === "done"),
    120_000,
  );
  expect(detailed.figures).toContainEqual({ of: "host", name: "icmp_loss_ratio", value: 1 });
  expect(detailed.figures).toContainEqual({ of: "router", name: "icmp_loss_ratio", value: 0 });
}, 300_000);

/**
 * The configuration of a running daemon is changed, badly and well; the dead-man's receiver hears of a stop that is meant.
 */
import { readFileSync, writeFileSync } from "node:fs";
import { afterEach, expect, it } from "vitest";
import { type Config, people, Rig, until } from "./rig.ts";

const rigs: Rig[] = [];
afterEach(async () => {
  for (const rig of rigs.splice(0)) await rig.end();
});

const ping = { icmp: { interval: "2s" }, snmp: false };

function network(rig: Rig): Config {
  return {
    sites: { mgh: { name: "Hôpital général" }, rvh: { name: "Royal Victoria" } },
    devices: {
      one: { name: "Un", site: "mgh", address: rig.address(31), family: "ping-only", checks: ping },
      two: { name: "Deux", site: "rvh", address: rig.address(32), family: "ping-only", checks: ping },
    },
    channels: { sink: { mail: { host: rig.address(2), port: 2525, from: "vigie@example.org" } } },
    ...people((who) => [{ sink: `${who}@example.org` }]),
  };
}

it("a bad file leaves the old configuration in force and says so; a good one is taken; taking a site away needs a yes", async () => {
  const rig = new Rig();
  rigs.push(rig);
  const file = rig.config(network(rig));
  const daemon = await rig.daemon(file);
  const good = readFileSync(file, "utf8");
  await until("both are up", async () => (await daemon.metric("vigie_device_up", 'device="two"')) === 1);
  expect(await daemon.metric("vigie_config_last_reload_successful")).toBe(1);

  // A bad file, over SIGHUP and over HTTP.
  writeFileSync(file, good.replace('"family": "ping-only"', '"family": "no-such-family"'));
  daemon.signal("SIGHUP");
  const refused = await until("the log says so", () => daemon.logged("configuration refused; the old one stays in force")[0]);
  expect(JSON.stringify(refused)).toContain("no-such-family");
  await expect.poll(() => daemon.metric("vigie_config_last_reload_successful")).toBe(0);
  await expect.poll(() => daemon.text("/")).toContain("La dernière configuration a été refusée");
  const answer = await daemon.post("/-/reload");
  expect(answer.status).toBe(422);
  expect(String(answer.body.detail)).toMatch(/devices\.one\.family: .*no-such-family.*vigie\.yaml:\d+/);
  expect((await daemon.device("one")).family).toBe("ping-only");
  const before = (await daemon.look("one", "icmp"))?.at ?? "";
  await until("it still looks", async () => ((await daemon.look("one", "icmp"))?.at ?? "") > before);

  // A good one, over SIGHUP: a device more, looked at.
  const more = JSON.parse(good) as { devices: Config; sites: Config };
  more.devices.three = { name: "Trois", site: "mgh", address: rig.address(33), family: "ping-only", checks: ping };
  writeFileSync(file, JSON.stringify(more));
  daemon.signal("SIGHUP");
  await until("the third is up", async () => (await daemon.metric("vigie_device_up", 'device="three"')) === 1);
  expect(await daemon.metric("vigie_config_last_reload_successful")).toBe(1);
  await expect.poll(() => daemon.logged("configuration reloaded")[0]).toMatchObject({ by: "SIGHUP" });

  // A site less: refused without a yes, taken with one.
  delete more.devices.two;
  delete more.sites.rvh;
  writeFileSync(file, JSON.stringify(more));
  const guarded = await daemon.post("/-/reload");
  expect(guarded.status).toBe(409);
  expect(String(guarded.body.detail)).toContain("?yes=true");
  expect((await daemon.device("two")).site).toBe("rvh");
  expect((await daemon.post("/-/reload?yes=true")).status).toBe(200);
  await expect(daemon.device("two")).rejects.toThrow("404");
  const audited = JSON.parse(await daemon.text("/api/v1/audit")) as {
    items: { by?: string; action: string; data: { changes: string[] } }[];
  };
  expect(audited.items[0]).toMatchObject({ action: "configuration.reloaded", data: { yes: true } });
  expect(audited.items.map(({ action }) => action).filter((action) => action !== "sign-in")).toEqual([
    ...["configuration.reloaded", "configuration.refused", "configuration.reloaded"],
    ...["configuration.refused", "configuration.refused", "configuration.loaded"],
  ]);
  expect(audited.items[2]).toMatchObject({ by: "SIGHUP" });
  expect(audited.items[0]?.data.changes).toEqual(expect.arrayContaining(["- devices.two", "- sites.rvh"]));
  await expect.poll(() => daemon.metric("vigie_device_up", 'device="two"')).toBeUndefined();
  expect(await daemon.stop()).toBe(0);
}, 240_000);

it("the dead-man's receiver hears the beats, is told of a planned stop, and hears nothing of a kill", async () => {
  const rig = new Rig();
  rigs.push(rig);
  const receiver = await rig.receiver();
  const config = rig.config({ ...network(rig), heartbeat: { url: `${receiver.url}/ping`, every: "10s" } });
  const first = await rig.daemon(config);
  await until("a beat", () => receiver.seen.some(({ path, method }) => method === "POST" && path === "/ping"));
  expect(await first.stop()).toBe(0);
  const farewell = receiver.seen.at(-1);
  expect(farewell?.path).toMatch(/^\/ping\?status=planned-stop&for=\d+$/);

  const seenBefore = receiver.seen.length;
  const second = await rig.daemon(config);
  await until("a beat of the next", () => receiver.seen.length > seenBefore);
  await second.kill();
  expect(receiver.seen.slice(seenBefore).every(({ path }) => path === "/ping")).toBe(true);
}, 240_000);

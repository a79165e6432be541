/**
 * A family of the site's own, changed under a running daemon: what is read, what a notification means and what a rule makes of it follow.
 */
import { join } from "node:path";
import { afterEach, expect, it } from "vitest";
import { needs } from "../needs.ts";
import { people, Rig, sh, until } from "./rig.ts";

const rigs: Rig[] = [];
afterEach(async () => {
  for (const rig of rigs.splice(0)) await rig.end();
});

const opened = "1.3.6.1.4.1.99999.0.1";
const family = (states: object, trap: object, more: object = {}) =>
  JSON.stringify({
    id: "box",
    kind: "host",
    name: { fr: "Boîte", en: "Box" },
    certainty: "manual",
    recognise: { sys_object_id: [], sys_descr: [], banner: [] },
    checks: { snmp: { interval: "2s" } },
    snmp: { scalars: [{ oid: "1.3.6.1.2.1.1.6.0", name: "box_state", as: "state", states }] },
    traps: [{ oid: opened, certainty: "manual", ...trap }],
    ...more,
  });
const rule = (symptom: string, when: string) => `
  - id: ${symptom}
    symptom: ${symptom}
    applies: { families: [box] }
    when: ${when}
    cleared_by: trap
    reach: device
    source: ours
    text:
      fr: { title: Ennui, clinic: Rien, steps: [Voir] }
      en: { title: Trouble, clinic: None, steps: [Look] }
    tests:
      - { name: it is quiet, steps: [{ at: 0s, look: icmp, want: inactive }] }
`;

it("a family file that changes is in force after a reload: reads, notifications, rules; a bad one changes nothing", async (context) => {
  const rig = new Rig();
  rigs.push(rig);
  rig.env.COMMUNITY = "e2e-community";
  const address = rig.address(30);
  const conf = rig.file("snmpd/snmpd.conf", "rocommunity e2e-community\nsysLocation lukewarm\n");
  rig.run(
    needs("snmpd", context),
    ["-f", "-C", "-c", conf, "-Lf", join(rig.folder, "snmpd", "log"), "-I", "-smux", `udp:${address}:1161`],
    {
      env: { SNMP_PERSISTENT_DIR: join(rig.folder, "snmpd"), MIBS: "" },
    },
  );
  rig.file("families/box.yaml", family({ lukewarm: "fine" }, { name: "lidOpened", effect: "event" }));
  rig.file("rules/box.yaml", `rules:${rule("box-hot", "{ reading: box_state, is: [hot] }")}${rule("box-open", "fault")}`);
  const trapsAt = `${rig.address(1)}:16200`;
  const daemon = await rig.daemon(
    rig.config({
      credentials: { v2: { snmp_community: { version: "2c", community: { env: "COMMUNITY" } } } },
      traps: { listen: trapsAt, allow: ["127.0.0.0/8"], credentials: ["v2"] },
      families: { include: ["families/*.yaml"] },
      rules: { include: ["rules/*.yaml"] },
      devices: { box: { name: "Boîte", site: "mgh", address, family: "box", snmp: "v2", snmp_port: 1161, checks: { icmp: false } } },
      channels: { sink: { mail: { host: rig.address(2), port: 2525, from: "vigie@example.org" } } },
      ...people((who) => [{ sink: `${who}@example.org` }]),
    }),
  );
  const state = async () => (await daemon.look("box", "snmp"))?.readings.find(({ name }) => name === "box_state")?.value;
  const active = async () => (await daemon.alarms()).filter((alarm) => alarm.state === "active").map(({ symptom }) => symptom);
  const traps = async () => (await daemon.get<{ items: readonly { readonly name?: string }[] }>("/api/v1/traps")).items;
  // Each says something else: the same twice in five seconds is one event.
  const open = (how: string) => {
    const said = [opened, "1.3.6.1.4.1.99999.1.1.0", "s", how];
    sh(needs("snmptrap", context), ["-v2c", "-c", "e2e-community", `--clientaddr=${address}`, "-m", "", `udp:${trapsAt}`, "", ...said]);
  };

  await until("the first file's word", async () => (await state()) === "fine");
  open("by hand");
  await until("the first file's name", async () => (await traps()).some(({ name }) => name === "lidOpened"));
  expect(await active()).toEqual([]);
  const weak = await daemon.get<{ items: readonly { readonly weakness: string; readonly devices: readonly string[] }[] }>(
    "/api/v1/weaknesses",
  );
  expect(weak.items.find(({ weakness }) => weakness === "clear-traps")?.devices).toEqual(["box"]);

  rig.file("families/box.yaml", family({ lukewarm: "hot" }, { name: "lidAjar", effect: "raise", symptom: "box-open" }));
  expect((await daemon.post("/-/reload")).status).toBe(200);
  await until("the second file's word", async () => (await state()) === "hot");
  await until("its rule", async () => (await active()).includes("box-hot"));
  open("by wind");
  await until("the second file's name", async () => (await traps()).some(({ name }) => name === "lidAjar"));
  await until("its symptom", async () => (await active()).includes("box-open"));

  rig.file("families/box.yaml", family({ lukewarm: "fine" }, { name: "x", effect: "event" }, { quirks: [{ model: "(a+)+" }] }));
  const refused = await daemon.post("/-/reload");
  expect(refused.status).toBe(422);
  expect(String(refused.body.detail)).toContain("quirks[0]");
  expect(await state()).toBe("hot");

  rig.file("families/box.yaml", family({ lukewarm: "fine" }, { name: "lidOpened", effect: "event" }));
  expect((await daemon.post("/-/reload")).status).toBe(200);
  await until("the mended file's word", async () => (await state()) === "fine");
  expect(await daemon.stop()).toBe(0);
}, 240_000);

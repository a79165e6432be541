/**
 * A new room is taken into service: its device pages nobody, the sheet is signed with a reason, and from then on it counts. Over a restart too.
 */
import { afterEach, expect, it } from "vitest";
import { needs } from "../needs.ts";
import { people, Rig, until } from "./rig.ts";

const rigs: Rig[] = [];
afterEach(async () => {
  for (const rig of rigs.splice(0)) await rig.end();
});

interface Sheet {
  readonly devices: readonly string[];
  readonly lines: readonly { readonly id: string; readonly state: string }[];
  readonly signed: readonly {
    readonly by: string;
    readonly reason?: string;
    readonly withdrawn?: object;
    readonly lines: readonly { readonly id: string; readonly note?: string }[];
  }[];
}

it("a device in commissioning opens no incident until its room's sheet is signed; taken back, it is new again", {
  timeout: 240_000,
}, async (context) => {
  needs("fping", context);
  const rig = new Rig();
  rigs.push(rig);
  const receiver = await rig.receiver();
  const config = rig.config({
    credentials: { old: { snmp_community: { version: "2c", community: { env: "T" } } } },
    rooms: { a101: { site: "mgh", name: "Salle A-101" } },
    devices: {
      gone: {
        ...{ site: "mgh", room: "a101", address: rig.address(5), family: "generic-snmp", commissioning: true },
        // Nobody answers SNMP there.
        snmp: "old",
        checks: { icmp: false, snmp: { interval: "1s", timeout: "500ms" } },
      },
    },
    channels: { ops: { webhook: { url: receiver.url, secret: { env: "T" }, allow_private: true } } },
    ...people((who) => [{ ops: who }]),
  });
  const daemon = await rig.daemon(config);
  const path = "/api/v1/rooms/a101/acceptance";
  await until("an alarm", async () => (await daemon.alarms()).find(({ state }) => state === "active"));
  expect(await daemon.incidents()).toEqual([]);
  const page = await daemon.text("/rooms/a101/acceptance?lang=fr");
  expect(page).toContain("Feuille d&#39;acceptation : Salle A-101".replace("&#39;", "'"));
  expect(page).toContain("Appel d'essai, image et son dans les deux sens");
  expect(await daemon.text("/commissioning?lang=en")).toContain('href="/rooms/a101/acceptance"');

  const sheet = await daemon.get<Sheet>(path);
  expect(sheet.devices).toEqual(["gone"]);
  const notes = Object.fromEntries(sheet.lines.filter(({ state }) => state === "open").map(({ id }) => [id, "seen in the room"]));
  const unsaid = await daemon.post(path, {});
  expect([unsaid.status, String(unsaid.body.detail)]).toEqual([422, expect.stringContaining("a person must say what they saw")]);
  const signed = await daemon.post(path, { notes, reason: "the circuit comes tomorrow" });
  expect([signed.status, signed.body]).toMatchObject([200, { by: "ops", devices: ["gone"], reason: "the circuit comes tomorrow" }]);
  expect((await daemon.device("gone")).commissioning).toBe(false);
  const opened = await until("an incident", async () => (await daemon.incidents())[0]);
  expect(opened).toMatchObject({ device: "gone", symptom: "silent" });
  const { items } = await daemon.get<{ items: readonly { action: string; target: string }[] }>("/api/v1/audit");
  expect(items).toContainEqual(expect.objectContaining({ action: "acceptance.signed", target: "a101", by: "ops" }));

  await daemon.stop();
  const again = await rig.daemon(config);
  expect((await again.device("gone")).commissioning).toBe(false);
  expect((await again.post("/-/reload")).status).toBe(200);
  expect((await again.device("gone")).commissioning).toBe(false);
  expect((await again.post(path, {})).status).toBe(409);
  expect((await again.post(`${path}/withdraw`, { reason: "the room is being rebuilt" })).status).toBe(200);
  expect((await again.device("gone")).commissioning).toBe(true);
  const after = await again.get<Sheet>(path);
  expect(after.signed).toMatchObject([{ by: "ops", withdrawn: { reason: "the room is being rebuilt" } }]);
  expect(after.signed[0]?.lines.find(({ id }) => id === "test-call")?.note).toBe("seen in the room");
});

/**
 * Somebody presses the help button of a Polycom HDX: the real trap, through the whole daemon, opens a request like a phone call.
 */
import { readdirSync, readFileSync, statSync } from "node:fs";
import { join } from "node:path";
import { afterEach, expect, it } from "vitest";
import { needs } from "../needs.ts";
import { people, Rig, sh, until } from "./rig.ts";

const rigs: Rig[] = [];
afterEach(async () => {
  for (const rig of rigs.splice(0)) await rig.end();
});

/** The HDX sends what the user typed; it may hold anybody's name. */
const PLEAD = "Zuleika Plead needs a doctor";

it("a press is an incident with a number, told now; pressed again it is the same one, until it is closed", async (context) => {
  const rig = new Rig();
  rigs.push(rig);
  rig.env.COMMUNITY = "e2e-community";
  const trapsAt = `${rig.address(1)}:16200`;
  const [room, bench] = [rig.address(40), rig.address(41)];
  const server = await rig.mailServer(context);
  const polycom = { site: "mgh", family: "poly-group", checks: { icmp: { interval: "5s" }, snmp: false, ssh: false } };
  const daemon = await rig.daemon(
    rig.config({
      credentials: { v1: { snmp_community: { version: "1", community: { env: "COMMUNITY" } } } },
      traps: { listen: trapsAt, credentials: ["v1"] },
      rooms: { "a-101": { name: "Salle A-101", site: "mgh" } },
      devices: {
        hdx: { ...polycom, name: "HDX de la salle A-101", room: "a-101", address: room },
        fresh: { ...polycom, name: "HDX en rodage", address: bench, commissioning: true },
      },
      channels: { mail: { mail: { host: server.host, port: server.port, from: "vigie@example.org" } } },
      ...people((who) => [{ mail: `${who}@example.org` }]),
    }),
  );
  // Told apart from a repetition of the datagram within 5 s by the words, as two presses with two pleas are.
  const press = (from: string, plead: string) =>
    sh(needs("snmptrap", context), [
      ...["-v1", "-c", "e2e-community", `--clientaddr=${from}`, "-m", "", `udp:${trapsAt}`],
      ...["1.3.6.1.4.1.2684.1.1", from, "6", "7", "4711", "1.3.6.1.4.1.2684.1.1.4.0", "s", plead],
    ]);
  press(room, PLEAD);
  const first = await until("an incident of the press", async () =>
    (await daemon.incidents()).find(({ symptom }) => symptom === "user-assistance"),
  );
  expect(first).toMatchObject({ device: "hdx", room: "a-101", state: "open", severity: "minor", urgency: "now", level: 1, occurrences: 1 });
  expect(first.number).toMatch(/^VIG-\d{4}-\d{6}-\d\d$/);
  await until("a mail to level 1", () => server.mails().find(({ subject }) => subject.includes(first.number)));

  press(room, `${PLEAD} again`);
  const twice = await until("the second press", async () => {
    const now = await daemon.incident(first.id);
    return now.occurrences === 2 && now;
  });
  expect(twice.timeline.map(({ event }) => event)).toContain("asked-again");
  expect((await daemon.alarms()).filter(({ state }) => state === "active")).toEqual([]);

  // The person says it is settled; the next call for help is a request of its own.
  expect((await daemon.post(`/api/v1/incidents/${first.id}/resolve`, { note: "muted; unmuted" })).status).toBe(200);
  const close = () => daemon.post(`/api/v1/incidents/${first.id}/close`, { disposition: "fixed", note: "first call" });
  const early = await close();
  expect([early.status, early.body.detail]).toEqual([409, expect.stringContaining(`${first.number}-B`)]);
  expect((await daemon.post(`/api/v1/requests/${first.number}-B/outcome`, { how: "agreed" })).status).toBe(200);
  expect((await close()).status).toBe(200);
  press(room, `${PLEAD} once more`);
  const second = await until("a request of its own", async () =>
    (await daemon.incidents()).find(({ symptom, id }) => symptom === "user-assistance" && id !== first.id),
  );
  expect(second).toMatchObject({ state: "open", occurrences: 1, recurrenceOf: first.id });

  // In commissioning it pages nobody.
  press(bench, "help");
  await until("its trap is kept", async () =>
    (await daemon.get<{ items: readonly { device?: string }[] }>("/api/v1/traps")).items.find(({ device }) => device === "fresh"),
  );
  expect((await daemon.incidents()).filter(({ device }) => device === "fresh")).toEqual([]);

  await daemon.stop();
  for (const text of [daemon.log(), ...server.mails().map((mail) => mail.text), ...filesUnder(join(rig.folder, "state"))])
    expect(text.includes("Zuleika")).toBe(false);
});

function filesUnder(folder: string): string[] {
  return readdirSync(folder, { recursive: true })
    .map((name) => join(folder, String(name)))
    .filter((path) => statSync(path).isFile())
    .map((path) => readFileSync(path, "latin1"));
}

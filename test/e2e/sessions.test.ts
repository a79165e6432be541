/**
 * Booked sessions through the whole daemon: every door that they come in by is fed names, titles and notes, and all that the daemon keeps,
 * says and shows is looked through for them.
 */
import { execFile } from "node:child_process";
import { readdirSync, readFileSync, statSync } from "node:fs";
import { createServer } from "node:http";
import { join } from "node:path";
import { afterEach, expect, it } from "vitest";
import type { SessionListShape } from "../../daemon/api/contract.ts";
import { type Daemon, Rig, until } from "./rig.ts";

const rigs: Rig[] = [];
afterEach(async () => {
  for (const rig of rigs.splice(0)) await rig.end();
});

const program = join(import.meta.dirname, "..", "..", "dist", "daemon", "main.js");

/** One word a door, none of which the daemon has by itself. */
const doors = {
  title: "Quintavia",
  description: "Ermengarde",
  organizer: "Thaddeus",
  attendee: "Philibert",
  location: "Anastasie",
  comment: "Hildegonde",
  uid: "Barnabe",
  contact: "Melisande",
  category: "Zephirine",
  zone: "Ludivine",
  broken: "Gontrand",
  csvColumn: "Radegonde",
  csvKey: "Aldegonde",
  csvBad: "Cunegonde",
  cliColumn: "Isaline",
  apiKey: "Leocadie",
  apiField: "Rosemonde",
  apiSpecialty: "Sidonie",
  apiRoom: "Theophane",
} as const;
const insurance = "TREM 5562 0312";

const stamp = (at: number) => `${new Date(at).toISOString().slice(0, 19).replaceAll(/[-:]/g, "")}Z`;

function event(uid: string, from: number, room: string): string {
  return [
    "BEGIN:VEVENT",
    `UID:${doors.uid}-${uid}@example.org`,
    `DTSTART:${stamp(from)}`,
    "DURATION:PT1H",
    `SUMMARY:Suivi ${doors.title} ${insurance}`,
    `DESCRIPTION:${doors.description}\\, ${insurance}`,
    `ORGANIZER;CN=${doors.organizer}:mailto:${doors.organizer}@example.org`,
    `ATTENDEE;CN=${doors.attendee}:mailto:${doors.attendee}@example.org`,
    `COMMENT:${doors.comment}`,
    `CONTACT:${doors.contact}`,
    `CATEGORIES:${doors.category}`,
    `LOCATION:${room}`,
    "END:VEVENT",
  ].join("\r\n");
}

function calendar(...events: string[]): string {
  return ["BEGIN:VCALENDAR", "VERSION:2.0", `X-WR-CALNAME:${doors.title}`, ...events, "END:VCALENDAR", ""].join("\r\n");
}

async function serve(rig: Rig, text: string): Promise<string> {
  const server = createServer((_request, response) => void response.end(text));
  await new Promise<void>((resolve) => server.listen(0, rig.address(3), resolve));
  rig.later(() => {
    server.closeAllConnections();
    return new Promise((resolve) => server.close(resolve));
  });
  return `http://${rig.address(3)}:${(server.address() as { port: number }).port}/${doors.location}.ics`;
}

function configOf(rig: Rig, url: string): string {
  const rooms = { "Salle A": "a101", "Salle B": "b202" };
  return rig.config({
    rooms: { a101: { site: "mgh", name: "Salle A" }, b202: { site: "mgh", name: "Salle B" } },
    devices: { host: { site: "mgh", address: "127.0.0.1", family: "ping-only", room: "a101" } },
    channels: { sink: { sink: {} }, hook: { webhook: { url: "http://127.0.0.1:9/", secret: { env: "T" }, allow_private: true } } },
    contacts: { all: { name: "Bureau", language: "fr", reach: [{ hook: "bureau" }] } },
    functions: Object.fromEntries(["desk", "analyst", "it-technician", "chief-technician"].map((id) => [id, { contacts: ["all"] }])),
    sessions: {
      specialties: ["neurology"],
      calendars: {
        file: { file: "clinic.ics", rooms, rules: [{ text: "suivi", specialty: "neurology" }] },
        url: { url, allow_private: true, rooms },
        broken: { file: "broken.ics", rooms },
      },
    },
  });
}

function cli(rig: Rig, args: readonly string[]): Promise<string> {
  return new Promise((resolve) =>
    execFile(process.execPath, [program, ...args], { cwd: rig.folder, env: { ...process.env, ...rig.env } }, (_end, out, err) =>
      resolve(`${out}${err}`),
    ),
  );
}

function files(folder: string): readonly string[] {
  return readdirSync(folder).flatMap((name) => {
    const path = join(folder, name);
    return statSync(path).isDirectory() ? files(path) : [path];
  });
}

/** By the doors of the API, what is refused too; what they answered. */
async function overTheApi(daemon: Daemon, from: number): Promise<readonly string[]> {
  const times = { from: new Date(from).toISOString(), to: new Date(from + 3_600_000).toISOString() };
  const bodies = [
    { rooms: ["a101", "b202"], ...times, key: `${doors.apiKey} ${insurance}`, specialty: "neurology" },
    { rooms: ["a101"], ...times, specialty: doors.apiSpecialty },
    { rooms: [doors.apiRoom], ...times },
  ];
  const answers = [];
  for (const body of bodies) answers.push(await daemon.post("/api/v1/sessions", body));
  expect(answers.map(({ status }) => status)).toEqual([200, 422, 422]);
  const strange = await daemon.post("/api/v1/sessions", { rooms: ["a101"], ...times, title: doors.apiField });
  expect(strange.status).toBe(422);
  const csv = `salles,début,fin,patient,identifiant\nb202,${times.from},${times.to},${doors.csvColumn},${doors.csvKey}\n${doors.csvBad},demain,${doors.csvBad},,\n`;
  const imported = await daemon.post("/api/v1/sessions/import", { csv });
  expect(imported).toMatchObject({ status: 200, body: { added: 1 } });
  const id = String(answers[0]?.body.id);
  expect((await daemon.post(`/api/v1/sessions/${id}/outcome`, { outcome: "late" })).status).toBe(422);
  expect((await daemon.post(`/api/v1/sessions/${id}/outcome`, { outcome: "postponed" })).body).toMatchObject({
    outcome: { code: "postponed" },
  });
  expect((await daemon.post(`/api/v1/sessions/${id}/cancel`)).body).toMatchObject({ state: "cancelled" });
  return [...answers, imported].map(({ body }) => JSON.stringify(body));
}

it("sessions come in by file, URL, spreadsheet and API; of titles, names, notes and places nothing is kept, logged, measured or shown", async () => {
  const rig = new Rig();
  rigs.push(rig);
  const soon = Date.now() + 2 * 3_600_000;
  const zoned = event("zoned", soon, "Salle A").replace(/DTSTART:(\w+)Z/, `DTSTART;TZID=${doors.zone}:$1`);
  rig.file("clinic.ics", calendar(event("1", soon, "Salle A"), event("2", soon, `Chez ${doors.location}`), zoned));
  rig.file("broken.ics", `BEGIN:VCALENDAR\r\n${doors.broken} ${insurance}`);
  const url = await serve(rig, calendar(event("3", soon + 3_600_000, "salle b; étage 2")));
  const config = configOf(rig, url);
  const daemon = await rig.daemon(config, {}, ["--log-level", "debug"]);

  const list = await until("the calendars are read", async () => {
    const found = await daemon.get<SessionListShape>("/api/v1/sessions");
    const isRead = found.calendars.some(({ id, code }) => id === "broken" && code !== undefined);
    return isRead && found.calendars.length === 3 && found.items.length === 2 && found;
  });
  expect(list.items.map(({ rooms, source, specialty }) => [rooms, source, specialty])).toEqual([
    [["a101"], "file", "neurology"],
    [["b202"], "url", undefined],
  ]);
  expect(list.calendars.map(({ id, code, unmapped, unread }) => [id, code, unmapped, unread])).toEqual([
    ["broken", "not-a-calendar", 0, {}],
    ["file", undefined, 1, { "unknown-zone": 1 }],
    ["url", undefined, 0, {}],
  ]);
  await expect.poll(() => daemon.metric("vigie_calendar_unmapped_events", 'calendar="file"')).toBe(1);
  const answers = await overTheApi(daemon, soon + 5 * 3_600_000);
  rig.file("more.csv", `rooms,from,to,nom\na101,2026-12-01T09:00,2026-12-01T10:00,${doors.cliColumn}\n`);
  expect(await cli(rig, ["sessions", "import", "more.csv", "--config", config])).toContain("1 booked, 0 changed, 0 problems");
  const listed = await cli(rig, ["sessions", "list", "--config", config, "--json", "--days", "366"]);
  expect(JSON.parse(listed)).toHaveProperty("items");

  const paths = ["/sessions?lang=fr", "/sessions?lang=en", "/", "/metrics", "/api/v1/sessions", "/api/v1/audit", "/api/v1/incidents"];
  const said: [string, string][] = [
    ["answers", answers.join()],
    ["vigie sessions list", listed],
    ["the log", daemon.log()],
  ];
  for (const path of paths) said.push([path, await daemon.text(path)]);
  const state = () => files(join(rig.folder, "state")).map((path): [string, string] => [path, readFileSync(path, "latin1")]);
  const running = state();
  expect(running.some(([path]) => path.endsWith("-wal"))).toBe(true);
  expect(await daemon.stop()).toBe(0);
  said.push(...running, ...state(), ["the log", daemon.log()]);

  const words = [...Object.values(doors), insurance, insurance.replaceAll(" ", "")];
  const found = said.flatMap(([where, text]) => {
    const plain = text.toLowerCase();
    return words.filter((word) => plain.includes(word.toLowerCase())).map((word) => `${word} in ${where}`);
  });
  expect(found).toEqual([]);
  // The specialty is on pages and in the API, and in no metric or log.
  const [metrics, log] = [said.find(([where]) => where === "/metrics")?.[1] ?? "", daemon.log()];
  expect([metrics.includes("neurology"), log.includes("neurology")]).toEqual([false, false]);
}, 240_000);

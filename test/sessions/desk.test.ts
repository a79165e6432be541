/** Bookings by hand, by spreadsheet and over the API's words: what is taken, and what is refused without a word of it. */
import { describe, expect, it } from "vitest";
import type { Config } from "../../daemon/model/config.ts";
import { sessionsInCsv } from "../../daemon/sessions/csv.ts";
import { newSession } from "../../daemon/sessions/desk.ts";
import { sessionId } from "../../daemon/sessions/mapping.ts";

const config = {
  instance: { timezone: "America/Toronto" },
  sessions: { calendars: new Map(), specialties: ["neurology"] },
  network: {
    sites: new Map([["iles", { id: "iles", timezone: "America/Halifax" }]]),
    rooms: new Map([
      ["a101", { id: "a101", site: "mgh" }],
      ["iles-1", { id: "iles-1", site: "iles" }],
    ]),
    devices: new Map([["bridge-1", { id: "bridge-1" }]]),
  },
} as unknown as Config;

describe("a spreadsheet", () => {
  it("in French, from Excel, is read in the zone of the first room", () => {
    const csv =
      "\uFEFFSalles;Début;Fin;Genre;Priorité;Patient\niles-1 a101;2026-07-01 09:00;2026-07-01T10:00;Formation;urgente;Jean Tremblay\n";
    const { sessions, errors } = sessionsInCsv(csv, config);
    expect(errors).toEqual([]);
    expect(sessions).toEqual([
      { rooms: ["a101", "iles-1"], from: Date.UTC(2026, 6, 1, 12), to: Date.UTC(2026, 6, 1, 13), kind: "training", priority: "urgent" },
    ]);
  });

  it("names rows with problems by their number, never by what stands there, and takes the others", () => {
    const csv =
      "rooms,from,to,kind,specialty\na101,2026-07-01T09:00,2026-07-01T10:00,,\nChez Tremblay,hier,2026-07-01T10:00,Tremblay,Tremblay\n";
    const { sessions, errors } = sessionsInCsv(csv, config);
    expect(sessions).toHaveLength(1);
    expect(errors.length).toBeGreaterThanOrEqual(4);
    expect(errors.every((each) => each.startsWith("row 3: "))).toBe(true);
    expect(errors.join()).not.toMatch(/Tremblay|hier/);
  });

  it.each([
    ["", "there is no header row"],
    ["rooms,from\na101,x", "row 1: there is no column to or end or fin"],
    ['rooms,from,to\n"a101,x', "row 2: a quote is opened and never closed"],
  ])("%j says what it lacks", (csv, error) => expect(sessionsInCsv(csv, config)).toEqual({ sessions: [], errors: [error] }));
});

describe("a booking", () => {
  const good = { rooms: ["iles-1", "a101", "a101"], from: "2026-07-01T13:00:00Z", to: "2026-07-01T14:00:00Z" };

  it("has its rooms once, in order, and is clinical unless it is said", () => {
    expect(newSession(good, config)).toMatchObject({ rooms: ["a101", "iles-1"], kind: "clinical", priority: "normal" });
  });

  it.each([
    ["no rooms", { rooms: [] }],
    ["a room that is none", { rooms: ["a101", "x"] }],
    ["no time", { from: "soon" }],
    ["an end before its beginning", { to: good.from }],
    ["three days", { to: "2026-07-04T13:00:00Z" }],
    ["a specialty that is not listed", { specialty: "Tremblay" }],
    ["a bridge that is none", { bridge: "Tremblay" }],
  ])("with %s is refused", (_title, over) => {
    const made = newSession({ ...good, ...over }, config);
    expect(made).toHaveProperty("problems");
    expect(JSON.stringify(made)).not.toMatch(/Tremblay/);
  });

  it("has an id that tells nothing of its key, and differs from instance to instance", () => {
    const [one, other] = [sessionId("api", "Jean Tremblay", "salt"), sessionId("api", "Jean Tremblay", "pepper")];
    expect(one).toMatch(/^api:[0-9a-f]{24}$/);
    expect(one).not.toBe(other);
  });
});

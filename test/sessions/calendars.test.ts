/** Calendars into the book: rooms, kinds, what is gone, what is stale; over files and a server on loopback. */
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { createServer, type RequestListener, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import type { Config } from "../../daemon/model/config.ts";
import type { SessionCalendar } from "../../daemon/model/session.ts";
import { plainWords } from "../../daemon/model/session.ts";
import { DAY, HOUR, MINUTE } from "../../daemon/model/time.ts";
import { LeaseLost } from "../../daemon/ports.ts";
import { type CalendarStatus, Calendars, type CalendarsDeps } from "../../daemon/roles/calendars.ts";
import type { Leases } from "../../daemon/roles/lease.ts";
import { saltOf } from "../../daemon/sessions/desk.ts";
import { fetchCalendar, mostBytes } from "../../daemon/sessions/fetch.ts";
import { type OpenedStore, openStore } from "../../daemon/store/open.ts";
import { joinSessions } from "../../rules/sessions.ts";
import { FakeClock } from "../fakes/clock.ts";

const signal = new AbortController().signal;
const start = Date.UTC(2026, 10, 18, 14);
let folder: string;
let store: OpenedStore;
let clock: FakeClock;
let servers: Server[] = [];

beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), "vigie-calendars-"));
  clock = new FakeClock(start);
  store = await openStore({ storage: { kind: "sqlite", path: join(folder, "v.db") }, stateDir: folder, clock });
  await store.migrate();
});
afterEach(async () => {
  await store.close();
  for (const server of servers) server.close();
  servers = [];
  rmSync(folder, { recursive: true, force: true });
});

async function served(listener: RequestListener): Promise<string> {
  const server = createServer(listener);
  servers.push(server);
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
}

function calendar(id: string, over: Partial<SessionCalendar> = {}): SessionCalendar {
  const rooms = new Map([
    [plainWords("Salle A-101"), "a101"],
    ["salle-b@example.org", "b202"],
  ]);
  const usual = {
    everyMs: 5 * MINUTE,
    horizonMs: 60 * DAY,
    bridges: new Map([["pont@example.org", "bridge-1"]]),
    rules: [],
    allDay: false,
  };
  return { id, from: { file: join(folder, `${id}.ics`) }, rooms, kind: "clinical", priority: "normal", ...usual, ...over };
}

const event = (uid: string, hour: number, lines: string) =>
  `BEGIN:VEVENT\r\nUID:${uid}\r\nDTSTART:20261118T${hour}0000Z\r\nDURATION:PT1H\r\n${lines.trim().replaceAll("\n", "\r\n")}\r\nEND:VEVENT\r\n`;
const ics = (...events: string[]) => `BEGIN:VCALENDAR\r\nVERSION:2.0\r\n${events.join("")}END:VCALENDAR\r\n`;
const write = (id: string, text: string) => writeFileSync(join(folder, `${id}.ics`), text);

interface Stale {
  readonly calendar: string;
  readonly stale: boolean;
}

async function role(calendars: readonly SessionCalendar[], over: Partial<CalendarsDeps> = {}) {
  const told: Stale[] = [];
  const read: CalendarStatus[] = [];
  const fence = await store.acquireLease("calendars", "test", HOUR);
  if (fence === undefined) throw new Error("no lease");
  const leases: Leases = { fence: () => fence, held: () => true, wait: async () => undefined };
  const config = {
    instance: { timezone: "America/Toronto" },
    sessions: {
      get calendars() {
        return new Map(calendars.map((each) => [each.id, each]));
      },
      specialties: ["neurology"],
    },
    network: { rooms: new Map(["a101", "b202", "c303"].map((id) => [id, { id }])) },
  } as unknown as Config;
  const quiet = { debug() {}, info() {}, warn() {}, error() {}, child: () => quiet };
  const made = new Calendars({
    ...{ store, clock, leases, log: quiet, config: () => config, fetch: fetchCalendar, salt: () => saltOf(store) },
    changed: async () => undefined,
    stale: ({ calendar: id, stale }) => told.push({ calendar: id, stale }),
    stats: { read: (status) => read.push(status) },
    ...over,
  });
  await made.load();
  return { turn: () => made.turn(signal), told, read };
}

const secret = (value: string) => ({ ref: "env:X", reveal: () => value, toJSON: () => "***", toString: () => "***" });

const booked = async () => joinSessions(await store.sessions({ limit: 100 })).filter(({ state }) => state === "booked");

it("two that ask for the salt at once get the same one", async () => {
  const [one, other] = await Promise.all([saltOf(store), saltOf(store)]);
  expect([one, one.length]).toEqual([other, 64]);
  expect(await saltOf(store)).toBe(one);
});

describe("a calendar", () => {
  it("of which another process has the lease by now is neither marked as failed nor forgotten", async () => {
    const here = [calendar("clinic"), calendar("gone")];
    const { turn } = await role(here);
    await turn();
    await store.releaseLease({ role: "calendars", holder: "test", epoch: 1 });
    await store.acquireLease("calendars", "another", HOUR);
    await store.keep("calendar:gone", { calendar: "gone" });
    here.pop();
    const kept = await store.keptAll("calendar:");
    clock.pass(6 * MINUTE);
    await expect(turn()).rejects.toThrow(LeaseLost);
    expect(await store.keptAll("calendar:")).toEqual(kept);
  });

  it("becomes sessions: rooms by location and by who is invited, the bridge, kind and specialty by words", async () => {
    const rules = [
      { text: "formation", kind: "training" as const },
      { text: "avc", priority: "urgent" as const, specialty: "neurology" },
    ];
    write(
      "clinic",
      ics(
        event(
          "1",
          16,
          "SUMMARY:Suivi AVC M. Tremblay\nLOCATION:SALLE  a-101; 2e étage\nATTENDEE:mailto:Salle-B@example.org\nATTENDEE:mailto:pont@example.org",
        ),
        event("2", 18, "SUMMARY:Rencontre\nCATEGORIES:Formation,Autre\nLOCATION:Salle A-101"),
        event("3", 20, "SUMMARY:Ailleurs\nLOCATION:Chez Jean Tremblay"),
      ),
    );
    const { turn, read } = await role([calendar("clinic", { rules })]);
    await turn();
    const [first, second] = await booked();
    expect(first).toMatchObject({
      rooms: ["a101", "b202"],
      bridge: "bridge-1",
      kind: "clinical",
      priority: "urgent",
      specialty: "neurology",
    });
    expect(second).toMatchObject({ rooms: ["a101"], kind: "training", priority: "normal" });
    expect(read).toMatchObject([{ sessions: 2, unmapped: 1, goodAt: start }]);
    expect(JSON.stringify(await store.sessions({ limit: 9 })) + JSON.stringify(await store.auditLog(9))).not.toMatch(
      /Tremblay|Suivi|example/,
    );
  });

  it("of each of two rooms makes one session of the same event", async () => {
    write("a", ics(event("shared", 16, "SUMMARY:x")));
    write("b", ics(event("shared", 16, "SUMMARY:x")));
    const { turn } = await role([calendar("a", { room: "a101" }), calendar("b", { room: "c303" })]);
    await turn();
    expect((await booked()).map(({ rooms }) => rooms)).toEqual([["a101", "c303"]]);
    write("b", ics());
    clock.pass(6 * MINUTE);
    await turn();
    expect((await booked()).map(({ rooms }) => rooms)).toEqual([["a101"]]);
  });

  it("read again moves what moved and cancels what is gone, and leaves what is running or over", async () => {
    write(
      "clinic",
      ics(event("run", 14, "LOCATION:Salle A-101"), event("gone", 17, "LOCATION:Salle A-101"), event("moves", 18, "LOCATION:Salle A-101")),
    );
    const { turn } = await role([calendar("clinic")]);
    await turn();
    expect(await booked()).toHaveLength(3);
    write("clinic", ics(event("moves", 20, "LOCATION:Salle A-101")));
    clock.pass(10 * MINUTE);
    await turn();
    expect((await booked()).map(({ from }) => new Date(from).getUTCHours())).toEqual([14, 20]);
  });

  it("an event that cannot be understood any more is not one that is gone: nobody hears that its session is off", async () => {
    const odd = "LOCATION:Salle A-101\nRRULE:FREQ=SECONDLY";
    write(
      "clinic",
      ics(event("1", 17, "LOCATION:Salle A-101"), event("2", 20, "LOCATION:Salle A-101"), event("off", 22, "LOCATION:Salle A-101")),
    );
    const { turn, read } = await role([calendar("clinic")]);
    await turn();
    write(
      "clinic",
      ics(event("1", 17, "LOCATION:Salle A-101"), event("2", 20, odd), event("off", 22, "LOCATION:Salle A-101\nSTATUS:CANCELLED")),
    );
    clock.pass(10 * MINUTE);
    await turn();
    expect(read.at(-1)).toMatchObject({ unread: { recurrence: 1 } });
    // What says itself that it is cancelled is.
    expect((await booked()).map(({ from }) => new Date(from).getUTCHours())).toEqual([17, 20]);
  });

  it("that cannot be read leaves the book as it was; is stale after an hour, told once it is, and told when it is over", async () => {
    write("clinic", ics(event("1", 20, "LOCATION:Salle A-101")));
    const { turn, told, read } = await role([calendar("clinic")]);
    await turn();
    rmSync(join(folder, "clinic.ics"));
    for (let minutes = 0; minutes < 55; minutes += 5) {
      clock.pass(5 * MINUTE);
      await turn();
    }
    expect(told.filter(({ stale }) => stale)).toEqual([]);
    expect(read.at(-1)).toMatchObject({ code: "file.missing", goodAt: start, sessions: 1 });
    expect(await booked()).toHaveLength(1);
    clock.pass(6 * MINUTE);
    await turn();
    expect(told.at(-1)).toEqual({ calendar: "clinic", stale: true });
    // After a restart it is known since when.
    const again = await role([calendar("clinic")]);
    await again.turn();
    expect(again.told).toEqual([{ calendar: "clinic", stale: true }]);
    write("clinic", ics());
    clock.pass(6 * MINUTE);
    await again.turn();
    expect(again.told.at(-1)).toEqual({ calendar: "clinic", stale: false });
  });

  it("with no rooms but strange texts never stops the others", async () => {
    write("broken", "BEGIN:VCALENDAR\r\nJean");
    write("clinic", ics(event("1", 20, "LOCATION:Salle A-101")));
    const { turn, read } = await role([calendar("broken"), calendar("clinic")]);
    await turn();
    expect(read.map(({ code }) => code)).toEqual(["not-a-calendar", undefined]);
  });
});

it("a login that is refused twice rests, ever longer, and a changed entry is read at once", async () => {
  let asked = 0;
  const here = [calendar("clinic")];
  const fetch = async () => {
    asked += 1;
    return { ok: false, code: "http.login" } as const;
  };
  const { turn } = await role(here, { fetch });
  const asks = async (forMs: number) => {
    const before = asked;
    for (let passed = 0; passed < forMs; passed += 5 * MINUTE) {
      await turn();
      clock.pass(5 * MINUTE);
    }
    return asked - before;
  };
  expect(await asks(10 * MINUTE)).toBe(2);
  expect(await asks(20 * MINUTE), "15 minutes, then 30").toBe(1);
  expect(await asks(DAY)).toBeLessThan(9);
  expect(await asks(5 * DAY), "once a day").toBeLessThan(7);
  here[0] = calendar("clinic");
  expect(await asks(5 * MINUTE)).toBe(1);
});

describe("over HTTP", () => {
  const get = (url: string, allowPrivate = true) => fetchCalendar({ url, allowPrivate }, signal);

  it("follows three redirects and no more, with the guard at each", async () => {
    const url = await served((request, response) => {
      const hop = Number(request.url?.slice(1));
      if (hop === 0) response.end("BEGIN:VCALENDAR");
      else response.writeHead(302, { Location: `/${hop - 1}` }).end();
    });
    expect(await get(`${url}/3`)).toEqual({ ok: true, text: "BEGIN:VCALENDAR" });
    expect(await get(`${url}/4`)).toEqual({ ok: false, code: "http.redirects" });
    const out = await served((_request, response) => void response.writeHead(302, { Location: "http://169.254.169.254/latest" }).end());
    expect(await get(out)).toEqual({ ok: false, code: "http.refused-target" });
  });

  it("signs in with a user and a password, or a token, where it was told to and nowhere else", async () => {
    const heard: (string | undefined)[] = [];
    const other = await served((request, response) => {
      heard.push(request.headers.authorization);
      response.end("elsewhere");
    });
    const url = await served((request, response) => {
      heard.push(request.headers.authorization);
      if (request.url === "/away") response.writeHead(302, { Location: other }).end();
      else if (request.url === "/near") response.writeHead(302, { Location: "/a" }).end();
      else response.writeHead(request.headers.authorization === undefined ? 401 : 200).end("BEGIN:VCALENDAR");
    });
    const basic = { kind: "basic", user: "vigie", password: secret("s3crèt") } as const;
    const bearer = { kind: "bearer", token: secret("t0ken") } as const;
    const from = (path: string, access?: typeof basic | typeof bearer) =>
      fetchCalendar({ url: secret(`${url}${path}`), allowPrivate: true, ...(access === undefined ? {} : { access }) }, signal);
    expect(await from("/a")).toEqual({ ok: false, code: "http.login" });
    expect(await from("/a", basic)).toMatchObject({ ok: true });
    expect(await from("/near", bearer)).toMatchObject({ ok: true });
    expect(await from("/away", bearer)).toEqual({ ok: true, text: "elsewhere" });
    const login = `Basic ${Buffer.from("vigie:s3crèt").toString("base64")}`;
    expect(heard).toEqual([undefined, login, "Bearer t0ken", "Bearer t0ken", "Bearer t0ken", undefined]);
  });

  it("no private address unless allowed, no answer but 200, no more bytes than fit", async () => {
    const url = await served((request, response) => {
      if (request.url === "/big") response.end(Buffer.alloc(mostBytes + 1, 32));
      else response.writeHead(404).end("Jean Tremblay");
    });
    expect(await get(url, false)).toEqual({ ok: false, code: "http.refused-target" });
    expect(await get(url)).toEqual({ ok: false, code: "http.status" });
    expect(await get(`${url}/big`)).toEqual({ ok: false, code: "too-large" });
    expect(await get("http://127.0.0.1:1/")).toEqual({ ok: false, code: "http.connection" });
  });
});

/** `vigie maintenance` on a real database: every problem of a plan at once, and who planned what. */
import { join } from "node:path";
import { expect, it, vi } from "vitest";
import { maintenance } from "../../daemon/cli/maintenance.ts";
import { systemClock } from "../../daemon/clock.ts";
import { following } from "../../daemon/following.ts";
import { MaintenanceBook } from "../../daemon/maintenance-book.ts";
import type { Config } from "../../daemon/model/config.ts";
import { HOUR, SECOND } from "../../daemon/model/time.ts";
import type { Clock } from "../../daemon/ports.ts";
import { openStore } from "../../daemon/store/open.ts";
import { folder } from "../config/files.ts";
import { FakeClock } from "../fakes/clock.ts";

const FILE = `instance: { timezone: America/Toronto }
storage: { sqlite: state/vigie.db }
sites: { mgh: { name: "Hôpital général" }, iles: { name: "Îles", timezone: America/Halifax } }
rooms: { a101: { site: mgh, name: "A-101" }, b202: { site: iles, name: "B-202" } }
devices:
  codec-1: { site: mgh, room: a101, address: 10.0.0.2, family: ping-only }
  codec-2: { site: iles, room: b202, address: 10.0.0.3, family: ping-only, labels: { vendor: acme } }
channels: { mail: { mail: { host: smtp.example.org, from: vigie@example.org } } }
contacts: { desk: { reach: [ { mail: desk@example.org } ] } }
functions: { desk: { contacts: [desk] }, analyst: { contacts: [desk] }, chief-technician: { contacts: [desk] } }
`;

const place = () => join(folder({ "vigie.yaml": FILE }), "vigie.yaml");

async function run(file: string, ...argv: string[]) {
  const out: string[] = [];
  const err: string[] = [];
  const code = await maintenance([...argv, "--config", file], { out: (line) => out.push(line), err: (line) => err.push(line) });
  return { code, out, err };
}

async function storeOf(file: string, clock: Clock = systemClock) {
  const stateDir = join(file, "..", "state");
  const store = await openStore({ storage: { kind: "sqlite", path: join(stateDir, "vigie.db") }, stateDir, clock });
  await store.migrate();
  return store;
}

it("plans once, recurring and flexible, in the zone of the place, and lists them", async () => {
  const file = place();
  const once = await run(file, "add", "--reason", "new switch", "--site", "mgh", "--minutes", "60", "--json");
  expect(once).toMatchObject({ code: 0, err: [] });
  const { id } = JSON.parse(once.out.join(""));
  const weekly = ["--rule", "FREQ=WEEKLY;BYDAY=SU", "--from", "2030-01-06T22:00", "--to", "2030-01-07T04:00"];
  expect(await run(file, "add", "--reason", "updates", "--device", "codec-2", ...weekly)).toMatchObject({ code: 0 });
  const outer = ["--from", "2030-01-06T22:00-05:00", "--to", "2030-01-07T04:00Z", "--minutes", "120", "--flexible"];
  expect(await run(file, "add", "--silence", "--reason", "noise", "--label", "vendor=acme", ...outer)).toMatchObject({ code: 0 });
  const { items } = JSON.parse((await run(file, "list", "--json")).out.join(""));
  expect(items.map(({ phase }: { phase: string }) => phase).sort()).toEqual(["coming", "coming", "now"]);
  expect(items.find(({ reason }: { reason: string }) => reason === "updates")).toMatchObject({
    zone: "America/Halifax",
    when: { kind: "recurring", rule: "FREQ=WEEKLY;BYDAY=SU", firstDay: "2030-01-06", fromMinute: 1_320, minutes: 360 },
    // 22:00 in the Îles is 02:00 UTC.
    span: { from: "2030-01-07T02:00:00.000Z", to: "2030-01-07T08:00:00.000Z" },
  });
  expect(items.find(({ reason }: { reason: string }) => reason === "noise")).toMatchObject({
    kind: "silence",
    when: { kind: "flexible", from: Date.parse("2030-01-07T03:00:00Z"), to: Date.parse("2030-01-07T04:00:00Z"), lengthMs: 2 * HOUR },
  });
  expect(await run(file, "end", id, "--reason", "done")).toMatchObject({ code: 0, out: [`${id} is ended`] });
  expect(await run(file, "end", id)).toMatchObject({ code: 1, err: [expect.stringContaining("not in force")] });
  expect((await run(file, "list", "--all")).out.join("\n")).toMatch(new RegExp(`${id} +over +maintenance`));
  const store = await storeOf(file);
  expect((await store.auditLog(1))[0]).toMatchObject({ action: "maintenance.ended", target: id, data: { reason: "done" } });
  await store.close();
});

it("tells the sessions whose rooms planned work takes, and none for a silence or a single symptom", async () => {
  const file = place();
  const store = await storeOf(file);
  const from = Date.now() + 2 * HOUR;
  const session = {
    id: "api:1",
    source: "api",
    rooms: ["a101", "b202"],
    from,
    to: from + HOUR,
    kind: "clinical",
    priority: "normal",
    state: "booked",
  } as const;
  const later = { ...session, id: "api:2", from: from + 10 * HOUR, to: from + 11 * HOUR };
  await store.transaction(undefined, (tx) => tx.saveSessions([session, later]));
  await store.close();
  const add = async (...more: string[]) =>
    JSON.parse((await run(file, "add", "--reason", "r", "--minutes", "240", "--json", ...more)).out.join(""));
  expect(await add("--device", "codec-1")).toMatchObject({ sessions: ["api:1"] });
  expect(await add("--site", "iles")).toMatchObject({ sessions: ["api:1"] });
  expect(await add("--device", "codec-1", "--silence")).toMatchObject({ sessions: [] });
  expect(await add("--device", "codec-1", "--symptom", "unreachable")).toMatchObject({ sessions: [] });
});

it("tells every problem of a plan at once, warns of what fits nothing, and refuses what it does not know", async () => {
  const file = place();
  const bad = await run(file, "add", "--reason", "r", "--device", "codec-1", "--from", "tomorrow", "--rule", "FREQ=HOURLY");
  expect(bad).toMatchObject({ code: 1, out: [] });
  expect(bad.err.join("\n")).toContain('from: "tomorrow" is no time; write 2026-11-18T22:00');
  expect(bad.err.join("\n")).toContain("to, minutes: write one of the two");
  for (const [argv, problem] of [
    [["--minutes", "60"], "scope: it is about nothing"],
    [["--site", "mgh", "--minutes", "60", "--zone", "Montreal"], 'zone: "Montreal" is no zone'],
    [["--site", "mgh", "--from", "2030-01-02T00:00", "--to", "2030-01-01T00:00"], "to: it ends before it begins"],
    [["--site", "mgh", "--minutes", "60", "--flexible"], "a flexible one needs both"],
  ] as const)
    expect((await run(file, "add", "--reason", "r", ...argv)).err.join("\n")).toContain(problem);
  const nowhere = await run(file, "add", "--reason", "r", "--device", "codec-9", "--from", "2020-01-01T00:00", "--to", "2020-01-02T00:00");
  expect(nowhere.code).toBe(0);
  expect(nowhere.err.join("\n")).toMatch(/it is over already[\s\S]*"codec-9" is not in the configuration/);
  expect((await run(file, "add", "--minutes", "60", "--site", "mgh")).code).toBe(2);
  expect((await run(file, "end")).code).toBe(2);
  expect((await run(file, "end", "m0")).code).toBe(1);
  expect((await run(file, "--help")).out.join("\n")).toContain("vigie maintenance list");
});

it("changes what is given and nothing else, and says under which id it goes on", async () => {
  const file = place();
  const { id } = JSON.parse((await run(file, "add", "--reason", "new switch", "--site", "mgh", "--minutes", "60", "--json")).out.join(""));
  expect(await run(file, "change", id, "--minutes", "120", "--note", "the part came late")).toMatchObject({ code: 0, out: [id] });
  const moved = await run(file, "change", id, "--device", "codec-1", "--json");
  const next = JSON.parse(moved.out.join("")).id;
  expect([moved.code, next === id]).toEqual([0, false]);
  const { items } = JSON.parse((await run(file, "list", "--all", "--json")).out.join(""));
  expect(items.find((each: { id: string }) => each.id === next)).toMatchObject({
    ...{ reason: "new switch", replaces: id, phase: "now", scope: { devices: ["codec-1"] } },
  });
  const store = await storeOf(file);
  const audited = await store.auditLog(2);
  await store.close();
  expect(audited.map(({ action, target, data }) => [action, target, data?.goesOnAs, data?.note])).toEqual([
    ["maintenance.changed", id, next, undefined],
    ["maintenance.changed", id, undefined, "the part came late"],
  ]);
  expect(await run(file, "change", id, "--minutes", "5")).toMatchObject({ code: 1, err: [expect.stringContaining("is over")] });
  expect(await run(file, "change", next, "--rule", "FREQ=HOURLY", "--minutes", "0")).toMatchObject({ code: 2 });
  expect(await run(file, "change", next)).toMatchObject({ code: 2, err: [expect.stringContaining("what is to be otherwise")] });
  expect(await run(file, "change", "m0", "--reason", "x")).toMatchObject({ code: 1 });
});

it("a running daemon knows within a second of what the command has written", async () => {
  const file = place();
  const clock = new FakeClock(systemClock.now());
  const store = await storeOf(file, clock);
  const book = new MaintenanceBook({ store, clock, config: () => ({}) as Config });
  const stop = new AbortController();
  const running = following({ store, clock, book, of: "maintenance" }, stop.signal);
  const known = () => book.all().map(({ reason, ended }) => [reason, ended.length]);
  const written = async (...argv: string[]) => {
    expect((await run(file, ...argv)).code).toBe(0);
    await vi.waitFor(() => expect(clock.sleeping).toBe(1), { timeout: 30_000 });
    await clock.advance(SECOND);
  };
  try {
    await written("add", "--reason", "new switch", "--site", "mgh", "--minutes", "60");
    await vi.waitFor(() => expect(known()).toEqual([["new switch", 0]]), { timeout: 30_000 });
    await written("end", book.all()[0]?.id ?? "");
    await vi.waitFor(() => expect(known()).toEqual([["new switch", 1]]), { timeout: 30_000 });
  } finally {
    stop.abort();
    await running;
    await store.close();
  }
});

/** `vigie incident` on a real database, as the daemon leaves it: each act as the API does it, and wrong use. */
import { readFileSync, writeFileSync } from "node:fs";
import { userInfo } from "node:os";
import { join } from "node:path";
import { expect, it } from "vitest";
import { incident } from "../../daemon/cli/incident.ts";
import { systemClock } from "../../daemon/clock.ts";
import { MINUTE } from "../../daemon/model/time.ts";
import type { Store } from "../../daemon/ports.ts";
import { openStore } from "../../daemon/store/open.ts";
import { folder } from "../config/files.ts";
import * as samples from "../contracts/samples.ts";

const FILE = `storage: { sqlite: state/vigie.db }
sites: { mgh: { name: HGM, timezone: America/Toronto } }
devices: { codec-i1: { site: mgh, address: 10.0.0.2, family: ping-only } }
channels: { mail: { mail: { host: smtp.example.org, from: vigie@example.org } } }
contacts: { ann: { reach: [ { mail: ann@example.org } ] }, bob: { reach: [ { mail: bob@example.org } ] } }
functions: { desk: { contacts: [ann] }, analyst: { contacts: [bob] }, chief-technician: { contacts: [bob] } }
`;
const number = "VIG-2026-000001-00";

/** A configuration whose database has one open incident, major if asked. */
async function made(severity: "minor" | "major" = "minor") {
  const file = join(folder({ "vigie.yaml": FILE }), "vigie.yaml");
  const stateDir = join(file, "..", "state");
  const withStore = async <T>(work: (store: Store) => Promise<T>): Promise<T> => {
    const store = await openStore({ storage: { kind: "sqlite", path: join(stateDir, "vigie.db") }, stateDir, clock: systemClock });
    await store.migrate();
    return work(store).finally(() => store.close());
  };
  const openedAt = Date.now() - 10 * MINUTE;
  const about = {
    severity,
    openedAt,
    firstBadAt: openedAt,
    levelSince: openedAt,
    wakeAt: Date.now() + MINUTE,
    wakeFor: "escalate" as const,
  };
  await withStore((store) => store.transaction(undefined, (tx) => tx.insertIncident(samples.incident("i1", about))));
  const run = async (...argv: string[]) => {
    const [out, err]: [string[], string[]] = [[], []];
    const code = await incident([...argv, "--config", file], { out: (line) => out.push(line), err: (line) => err.push(line) });
    return { code, out: out.join("\n"), err: err.join("\n") };
  };
  return { run, withStore, folder: join(file, "..") };
}

it("shows what it is, who has it and what was done, in words and in JSON", async () => {
  const { run } = await made();
  expect(await run("note", number, "--note", "the room says no image", "--by", "ann")).toMatchObject({ code: 0, out: `${number}: noted` });
  const shown = await run("show", number);
  expect(shown.out).toMatch(
    /^VIG-2026-000001-00 {2}does not answer: codec-i1 \(HGM\)\n {2}minor, now, level 1; open, held by nobody; opened 20/,
  );
  expect(shown.out).toMatch(/next: escalate at 20\d\d-\d\d-\d\d \d\d:\d\d\n/);
  expect(shown.out).toMatch(/ {2}ann +note +the room says no image$/);
  const json = JSON.parse((await run("show", "i1", "--json")).out);
  expect(json).toMatchObject({ number, state: "open", timeline: [{ by: "ann", event: "note" }], actions: [], attachments: [] });
  expect(await run("show", "VIG-0")).toMatchObject({ code: 1, err: expect.stringMatching(/there is no incident VIG-0; write its number/) });
});

it("is taken, handed over, resolved and closed in somebody's name, and refuses what its state does not allow", async () => {
  const { run, withStore } = await made();
  expect(await run("hand-over", number, "--to", "analyst", "--note", "x")).toMatchObject({
    code: 1,
    err: expect.stringMatching(/nobody holds .* take it first/),
  });
  expect(await run("take", number, "--by", "ann")).toMatchObject({ code: 0, out: `${number}: ann has it` });
  expect(await run("take", number, "--by", "ann")).toMatchObject({ code: 1, err: `vigie incident: ann holds ${number} already` });
  expect(await run("take", number, "--by", "eve")).toMatchObject({ code: 1, err: expect.stringContaining('there is no contact "eve"') });
  const given = await run("hand-over", number, "--to", "bob", "--note", "his plant", "--by", "ann", "--json");
  expect(JSON.parse(given.out)).toMatchObject({ number, holder: "ann", handOver: { person: "bob" } });
  expect(await run("hand-over", number, "--to", "nobody", "--note", "x", "--by", "ann")).toMatchObject({
    code: 1,
    err: expect.stringMatching(/"nobody" is neither a function \(desk, .*\) nor a contact/),
  });
  expect(await run("close", number, "--as", "fixed", "--note", "x")).toMatchObject({ code: 1, err: expect.stringContaining(number) });
  expect(await run("resolve", number, "--note", "a new cable", "--by", "ann")).toMatchObject({ code: 0, out: `${number}: resolved` });
  expect(await run("close", number, "--as", "fixed", "--note", "a new cable")).toMatchObject({
    code: 0,
    out: `${number}: closed as fixed`,
  });
  expect(await run("note", number, "--note", "late")).toMatchObject({ code: 1, err: `vigie incident: ${number} is closed` });
  await withStore(async (store) => {
    const lines = (await store.timeline("i1")).map(({ by, event }) => `${event} ${by}`);
    expect(lines).toEqual(["taken ann", "offered ann", "resolved ann", `closed cli:${userInfo().username}`]);
    expect((await store.incident("i1"))?.disposition).toBe("fixed");
    expect(await store.auditLog(10)).toMatchObject([{ by: "ann", action: "incident.offered", target: number }]);
    expect(await store.verifyTimeline()).toEqual({ checked: 4 });
  });
});

it("asks for a ticket in another system, which is opened by the daemon; once, and of a system that is there", async () => {
  const { run, withStore, folder: at } = await made();
  expect((await run("ticket", number, "--system", "itsm")).err).toContain("the configuration has no ticket system; add one under tickets");
  const tickets = "tickets: { itsm: { channel: mail, to: tickets@example.org, on_demand: true } }\n";
  writeFileSync(join(at, "vigie.yaml"), FILE + tickets);
  expect(await run("ticket", number, "--system", "itsm", "--note", "they want one", "--by", "ann")).toMatchObject({
    ...{ code: 0, out: `${number}: a ticket at itsm is being opened` },
  });
  expect(await run("ticket", number, "--system", "itsm")).toMatchObject({
    code: 1,
    err: expect.stringContaining("is being opened already"),
  });
  const kept = await withStore(async (store) => [await store.incident("i1"), await store.timeline("i1"), await store.auditLog(5)] as const);
  expect(kept[0]?.tickets).toEqual(["itsm"]);
  expect(kept[1].at(-1)).toMatchObject({ by: "ann", event: "ticket-asked", why: "they want one" });
  expect(kept[2].map(({ action }) => action)).toContain("incident.ticket-asked");
});

it("a major one closes once its report is signed", async () => {
  const { run } = await made("major");
  await run("resolve", number, "--note", "done");
  const said = await run("close", number, "--as", "fixed", "--note", "done");
  expect(said).toMatchObject({ code: 1, err: expect.stringMatching(/is major and its report is not signed: write it/) });
});

it("what was changed is written down, a swap for the inventory too; files are attached as they are", async () => {
  const { run, withStore, folder: place } = await made();
  const swap = ["action", number, "--kind", "swap", "--what", "spare", "--serial-before", "A1", "--serial-after", "B2"];
  expect(await run(...swap)).toMatchObject({ code: 0, out: `${number}-A1: swap written down, A1 -> B2` });
  const move = await run("action", number, "--kind", "ip-change", "--what", "moved", "--after", "10.9.9.9");
  expect(move.out).toBe(`${number}-A2: ip-change written down; codec-i1 is quiet until the configuration has 10.9.9.9, 24 h at most`);
  expect(await run("action", number, "--kind", "restart", "--what", "x", "--device", "nope")).toMatchObject({
    code: 1,
    err: expect.stringMatching(/^vigie incident: device: there is no device "nope"/),
  });
  const file = join(place, "photo.PNG");
  writeFileSync(file, Buffer.from([0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a, 1]));
  expect(await run("attach", number, file, "--by", "bob")).toMatchObject({ code: 0, out: `${number}-F1: photo.PNG, 9 bytes` });
  const odd = join(place, "log");
  writeFileSync(odd, "text");
  expect(await run("attach", number, odd)).toMatchObject({ code: 1, err: expect.stringMatching(/say it with --type/) });
  expect(await run("attach", number, odd, "--type", "image/png")).toMatchObject({
    code: 1,
    err: expect.stringMatching(/it is no image\/png/),
  });
  expect(JSON.parse((await run("attach", number, odd, "--type", "text/plain", "--json")).out)).toMatchObject({
    number,
    made: `${number}-F2`,
  });
  await withStore(async (store) => {
    const inbox = await store.inboxAfter(0, 10);
    expect(inbox).toMatchObject([{ source: "swap", body: { swap: { device: "codec-i1", serialBefore: "A1", serialAfter: "B2" } } }]);
    expect((await store.attachmentBytes(`${number}-F1`))?.equals(readFileSync(file))).toBe(true);
    expect((await store.auditLog(10)).map(({ action }) => action).sort()).toEqual(
      ["attachment.added", "attachment.added", "incident.action", "incident.action", "silence.added"].sort(),
    );
    expect((await store.incident("i1"))?.holder, "whoever writes down what they changed has it in hand").toBe(`cli:${userInfo().username}`);
  });
});

it.each([
  [["show"], /show takes the number/],
  [["open", number], /write one of show, take, note/],
  [["take", number, "file"], /take takes the number/],
  [["attach", number], /attach takes the number of an incident and a file/],
  [["attach", number, "/nowhere/x.png"], /is not there; name the file to attach/],
  [["note", number], /note needs --note/],
  [["note", number, "--note", "TREM12345678 called"], /health insurance number/],
  [["close", number, "--as", "done", "--note", "x"], /--as: "done" is none of: fixed, healed/],
  [["action", number, "--kind", "magic", "--what", "x"], /--kind: "magic" is none of/],
  [["take", number, "--to", "bob"], /take takes no --to/],
  [["--nope"], /nope/],
])("wrong use is said and changes nothing: %s", async (argv, said) => {
  const { run, withStore } = await made();
  expect(await run(...argv)).toMatchObject({ code: 2, out: "", err: expect.stringMatching(said) });
  expect(await withStore((store) => store.timeline("i1"))).toEqual([]);
});

it("tells its options", async () => {
  const { run } = await made();
  expect(await run("--help")).toMatchObject({ code: 0, err: "", out: expect.stringMatching(/^vigie incident show NUMBER/) });
});

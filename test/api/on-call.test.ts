/** Who is on call over HTTP, as a page and on the command line. */
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { onCall as command } from "../../daemon/cli/on-call.ts";
import { at, config, device, override, rotation, serve, tokenText, world } from "./fixture.ts";

const contact = (id: string) => ({ id, name: id === "anne" ? "Anne" : "Bob", language: "fr" as const, channels: [] });

describe("who is on call", () => {
  const made = world();
  let base: string;
  let close: () => Promise<void>;
  const headers = { Authorization: `Bearer ${tokenText}`, "Content-Type": "application/json" };
  const get = (path: string) => fetch(`${base}${path}`, { headers });
  const post = (path: string, body: object) => fetch(`${base}${path}`, { method: "POST", headers, body: JSON.stringify(body) });

  beforeAll(async () => {
    const swap = { ...override, people: ["bob"], from: at + 60_000 };
    made.config = config([device("codec-1")], {
      contacts: new Map([
        ["anne", { ...contact("anne"), channels: [{ channel: "mail", address: "anne@example.org" }] }],
        ["bob", contact("bob")],
      ]),
      channels: new Map([["mail", { id: "mail", kind: "sink" as const }]]),
      functions: new Map([["desk", { id: "desk", name: { fr: "Bureau du CECoT", en: "CECoT desk" }, contacts: [] }]]),
      onCall: { people: [], rotations: [{ ...rotation, to: at + 86_400_000 }], overrides: [swap] },
    });
    const served = await serve(made);
    base = served.url;
    close = () => served.close();
  });
  afterAll(() => close());

  it("tells who now and until when, who is next, and when nobody is", async () => {
    const iso = (time: number) => new Date(time).toISOString();
    const view = await (await get("/api/v1/on-call")).json();
    expect(view).toMatchObject({
      horizonDays: 14,
      functions: [
        {
          ...{ function: "desk", now: { people: [{ id: "anne", name: "Anne" }], by: "rotation" }, told: ["anne"], until: iso(at + 60_000) },
          next: { people: [{ id: "bob" }], by: "override" },
          gaps: [{ from: iso(at + 86_400_000) }],
        },
      ],
    });
    const later = (await (await get(`/api/v1/on-call?at=${iso(at + 120_000)}&function=desk`)).json()) as { functions: object[] };
    expect(later.functions).toMatchObject([{ now: { by: "override" }, told: ["anne"], withoutChannel: ["bob"] }]);
    expect((await get("/api/v1/on-call?at=tonight")).status).toBe(422);
  });

  it("is written with times on the wall, and refused with where, what and what to do", async () => {
    const made = await post("/api/v1/on-call/overrides", { function: "desk", people: ["bob"], to: "2026-12-01T08:00", reason: "a swap" });
    expect(await made.json()).toMatchObject({ to: "2026-12-01T13:00:00.000Z", people: ["bob"] });
    const body = { function: "desk", people: ["anne"], handover: { weekday: 8, time: "8am" } };
    const refused = await post("/api/v1/on-call/rotations", body);
    expect([refused.status, ((await refused.json()) as { detail: string }).detail]).toEqual([
      422,
      expect.stringMatching(/body\.handover\.weekday.*body\.handover\.time/s),
    ]);
    expect((await fetch(`${base}/api/v1/on-call/overrides`, { method: "POST", body: "{}" })).status).toBe(401);
  });

  it("shows people without their address", async () => {
    const text = await (await get("/api/v1/people")).text();
    expect(text).toContain("a…@example.org");
    expect(text).not.toContain("anne@example.org");
  });

  it.each([
    ["fr", "Garde", "Personne de garde", "Bureau du CECoT", "a répondu", "lundi 08:00"],
    ["en", "On call", "Nobody on call", "CECoT desk", "answered", "Monday 08:00"],
  ])("has a page (%s)", async (language, ...wanted) => {
    const page = await (await get(`/on-call?lang=${language}`)).text();
    for (const text of wanted) expect(page).toContain(text);
    expect(page).not.toContain("anne@example.org");
  });
});

describe("vigie on-call", () => {
  const folder = mkdtempSync(join(tmpdir(), "vigie-on-call-"));
  const file = join(folder, "vigie.yaml");
  afterAll(() => rmSync(folder, { recursive: true }));

  async function run(...argv: string[]) {
    const [out, err]: [string[], string[]] = [[], []];
    const code = await command([...argv, "--config", file], { out: (line) => out.push(line), err: (line) => err.push(line) });
    return { code, out: out.join("\n"), err: err.join("\n") };
  }

  it("swaps, shows and calls off", async () => {
    writeFileSync(
      file,
      [
        `instance: { name: test, timezone: America/Toronto, state_dir: ${folder}/state }`,
        `storage: { sqlite: ${folder}/state/vigie.db }`,
        "sites: { mgh: { name: MGH } }",
        "channels: { mail: { mail: { host: mail.example.org, from: vigie@example.org } } }",
        "contacts: { anne: { reach: [{ mail: anne@example.org }] }, bob: { reach: [{ mail: bob@example.org }] } }",
        "functions: { desk: { contacts: [anne] }, chief-technician: { contacts: [bob] } }",
        "devices: { codec-1: { name: C, site: mgh, address: 192.0.2.1, family: ping-only } }",
      ].join("\n"),
    );
    const swap = ["override", "--function", "desk", "--person", "bob", "--to", "2099-01-01T08:00", "--reason", "a swap"];
    const refused = await run(...swap);
    expect(refused).toMatchObject({ code: 1, err: expect.stringContaining("400 days") });
    const made = await run(...swap, "--from", "2098-12-31T17:00");
    expect(made.code).toBe(0);
    const shown = await run("--at", "2098-12-31T20:00", "--function", "desk");
    expect([shown.code, shown.out]).toEqual([0, expect.stringMatching(/^desk +bob +override/)]);
    expect(JSON.parse((await run("--json", "--at", "2098-12-31T16:59", "--function", "desk")).out)).toMatchObject({
      functions: [{ now: { people: [{ id: "anne" }], by: "file" }, next: { people: [{ id: "bob" }] } }],
    });
    expect(await run("cancel", made.out)).toMatchObject({ code: 0 });
    expect((await run("--at", "2098-12-31T20:00", "--function", "desk")).out).toMatch(/^desk +anne +file/);
    expect((await run("cancel", "o0")).code).toBe(1);
  });

  it("writes people and rotations, lists them, and takes out nobody who is still named", async () => {
    const person = ["person", "marie", "--name", "Marie", "--reach", "mail=marie@example.org"];
    expect(await run(...person)).toMatchObject({ code: 0, out: "marie" });
    expect(await run(...person.slice(0, -1), "fax=1")).toMatchObject({ code: 1, err: expect.stringContaining("fax") });
    const made = await run("rotate", "--function", "desk", "--person", "marie,bob", "--handover", "Monday 08:00", "--weeks", "2");
    expect(made.code).toBe(0);
    const { items } = JSON.parse((await run("rotations", "--json")).out) as { items: object[] };
    expect(items).toMatchObject([
      { id: made.out, people: ["marie", "bob"], handover: { weekday: 1, time: "08:00" }, weeks: 2, turn: { person: "marie" } },
    ]);
    expect((await run("--function", "desk")).out).toMatch(/^desk +marie +rotation/);
    expect((await run("people")).out).toContain("mail=marie@example.org");
    expect(await run("remove", "marie")).toMatchObject({ code: 1, err: expect.stringContaining(made.out) });
    expect([(await run("end", made.out)).code, (await run("end", made.out)).code, (await run("remove", "marie")).code]).toEqual([0, 1, 0]);
    const wrong = await run("rotate", "--function", "desk", "--person", "bob", "--handover", "8 o'clock", "--covers", "nights");
    expect([wrong.code, wrong.err.match(/--\w+:/g)]).toEqual([1, ["--handover:", "--covers:"]]);
  });

  it.each([
    [["overide"], "write nothing, override, cancel"],
    [["rotate", "--function", "desk"], "--person, --handover"],
    [["person", "--name", "x"], "one id"],
    [["override", "--function", "desk"], "--person, --to, --reason"],
    [["cancel"], "one id"],
    [["--colour"], "colour"],
  ])("says what is wrong with %j", async (argv, says) => {
    const { code, err } = await run(...argv);
    expect([code, err]).toEqual([2, expect.stringContaining(says)]);
  });
});

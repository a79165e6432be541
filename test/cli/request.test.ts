/** `vigie request` against the real API: the number first, what is read to the caller, what is refused, and wrong use. */
import { writeFileSync } from "node:fs";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { join } from "node:path";
import { afterAll, beforeAll, expect, it } from "vitest";
import { request } from "../../daemon/cli/request.ts";
import { incident, newsOf01, serve, stand, tokenText, world } from "../api/fixture.ts";
import { folder } from "../config/files.ts";

const made = world();
let url: string;
let close: () => Promise<void>;

beforeAll(async () => {
  stand(made);
  made.incidents.set("01", incident("01", { general: true, news: newsOf01 }));
  made.board.record(
    {
      ...{ id: "codec-1/ssh@1", check: "codec-1/ssh", device: "codec-1", kind: "ssh", at: Date.parse("2026-03-09T14:04:00Z"), seq: 1 },
      ...{ durationMs: 9 },
      finding: { status: "up", samples: [{ name: "calls", value: 1 }], readings: [{ name: "microphone_mute", value: "on" }], faults: [] },
    },
    Date.parse("2026-03-09T14:05:00Z"),
  );
  const served = await serve(made);
  url = served.url;
  close = () => served.close();
});
afterAll(() => close());

async function run(argv: readonly string[], env: Readonly<Record<string, string>> = {}) {
  const [out, err]: [string[], string[]] = [[], []];
  const io = { out: (line: string) => void out.push(line), err: (line: string) => void err.push(line) };
  const code = await request(argv, io, { VIGIE_URL: url, VIGIE_TOKEN: tokenText, LANG: "fr_CA.UTF-8", ...env });
  return { code, out: out.join("\n"), err: err.join("\n"), first: out[0] ?? "" };
}
const NUMBER = "VIG-2026-000009-12";

it("tells the number before anything else, and sends the request under it; then what to read, what the room says, and the same thing", async () => {
  const { code, out, first } = await run([
    ...["new", "--room", "a101", "--symptom", "no-sound", "--name", "Anne Roy", "--phone", "514 555-1234"],
    ...["--session", "no", "--language", "fr", "--note", "rien du tout"],
  ]);
  expect([code, first]).toEqual([0, "VIG-2026-000010-80  à dire à la personne"]);
  expect(made.taken.at(-1)).toEqual({
    ...{ number: "VIG-2026-000010-80", room: "a101", symptom: "no-sound", language: "fr", note: "rien du tout", source: "phone" },
    ...{ caller: { name: "Anne Roy", phone: "514 555-1234" }, sessionAffected: false, key: undefined },
  });
  expect(out).toContain("À lire à la personne:\n  Votre demande porte le numéro VIG-2026-000009-12. Salle A-101 : pas de son.");
  expect(out).toMatch(/en appel {2}\(vu à 2026-03-09 \d\d:04\)\n {4}touche discrétion activée/);
  expect(out).toContain("Pas entendu: veille, volume, haut-parleurs, source, image");
  expect(out).toMatch(/Est-ce la même chose\?\n {2}VIG-2026-02 .*: vigie request attach VIG-2026-000009-12 VIG-2026-02/);
});

it("with --json the answer is one object, and the number still comes first; under a number of before no other is reserved", async () => {
  const { code, out, err } = await run(["new", "--room", "a101", "--json"], { LANG: "C" });
  expect([code, err]).toEqual([0, "VIG-2026-000010-80  tell it to the caller"]);
  expect(JSON.parse(out)).toMatchObject({ number: NUMBER, sameThing: [{ number: "VIG-2026-02" }] });
  expect((await run(["new", "--room", "a101", "--number", NUMBER])).code).toBe(0);
  expect(made.taken.at(-1)).toMatchObject({ number: NUMBER });
});

it("what is refused after the number keeps the number, and says how to send it again", async () => {
  const { code, out, err } = await run(["new", "--room", "nowhere"]);
  expect([code, out]).toEqual([1, "VIG-2026-000010-80  à dire à la personne"]);
  expect(err).toMatch(/send it again with --number VIG-2026-000010-80\nvigie request: room: there is no room/);
});

it("lists the queue without the callers; shows who called to who may, which is in the audit under the token's name", async () => {
  const listed = await run(["list"], { LANG: "en_CA.UTF-8" });
  expect(listed.code).toBe(0);
  expect(listed.out).toMatch(/^VIG-2026-000009-12 {2}2026-03-09 \d\d:\d\d {2}telephone .*Salle A-101 {2}no sound {2}VIG-2026-01/);
  expect(listed.out).not.toContain("Anne");
  const before = made.audited.length;
  const { out } = await run(["show", NUMBER], { LANG: "en_CA.UTF-8" });
  expect(out).toContain("Who calls: Anne Roy, 514 555-1234");
  expect(out).toContain("To be read to the caller:\n  Votre demande porte le numéro");
  expect(made.audited.slice(before)).toMatchObject([{ by: "ops", action: "request.caller-read", target: NUMBER }]);
});

it("attaches, places, and writes what the caller says", async () => {
  expect(await run(["attach", NUMBER, "VIG-2026-01"])).toMatchObject({ code: 0, out: expect.stringContaining("VIG-2026-01") });
  expect((await run(["place", NUMBER, "a101"])).code).toBe(0);
  expect(await run(["outcome", NUMBER, "agreed"])).toMatchObject({ code: 0, out: expect.stringMatching(/ {2}réglée$/) });
  expect(await run(["news", "VIG-2026-999999-00"])).toMatchObject({ code: 1, err: expect.stringContaining("No incident has this id") });
});

it("shows what was told of a general failure with a draft, and tells the next text", async () => {
  const { code, out } = await run(["news", "01"]);
  expect(code).toBe(0);
  expect(out).toMatch(/^1 {2}2026-03-09 \d\d:00 {2}ops, suite à .*\n {4}fr {2}La visioconférence ne fonctionne pas à Gaspé\.\n {4}en /);
  expect(out).toMatch(/On attend de vos nouvelles\.\nBrouillon \(à 2 personnes\)/);
  expect((await run(["news", "01", "--fr", "On y travaille.", "--en", "Being worked on.", "--next", "2026-03-09T12:30-04:00"])).code).toBe(
    0,
  );
  const refused = await run(["news", "01", "--fr", "ROYA12345678", "--en", "x", "--last"]);
  expect(refused).toMatchObject({ code: 1, err: expect.stringContaining("health insurance number") });
  expect(await run(["news", "01", "--fr", "x"])).toMatchObject({ code: 2, err: expect.stringMatching(/--fr and --en\n.*--next.*--last/) });
  expect((await run(["news", "01", "--fr", "x", "--en", "x", "--next", "soon"])).err).toContain('--next: "soon" is no time');
});

it("takes the token from a file; says what to do about a wrong one, a daemon that is away, and an answer of something else", async () => {
  const file = join(folder({ token: `${tokenText}\n` }), "token");
  expect((await run(["list", "--token-file", file], { VIGIE_TOKEN: "" })).code).toBe(0);
  expect(await run(["list"], { VIGIE_TOKEN: "vigie_wrong" })).toMatchObject({
    code: 1,
    err: expect.stringMatching(/VIGIE_TOKEN or --token-file/),
  });
  expect(await run(["list"], { VIGIE_TOKEN: "" })).toMatchObject({ code: 2, err: expect.stringContaining("set VIGIE_TOKEN") });
  writeFileSync(file, "two words");
  expect((await run(["list", "--token-file", file])).code).toBe(2);
  const other = createServer((_, response) => void response.end("<html>")).listen(0, "127.0.0.1");
  await new Promise((resolve) => other.once("listening", resolve));
  const elsewhere = `http://127.0.0.1:${(other.address() as AddressInfo).port}`;
  expect(await run(["list", "--url", elsewhere])).toMatchObject({ code: 1, err: expect.stringContaining("does not know") });
  await new Promise((resolve) => other.close(resolve));
  other.closeAllConnections();
  expect(await run(["list", "--url", elsewhere])).toMatchObject({ code: 1, err: expect.stringMatching(/does not answer \(\w+\)/) });
});

it("says wrong use without asking anybody", async () => {
  const wrong = [
    [],
    ["close"],
    ["new"],
    ["show"],
    ["show", NUMBER, "x"],
    ["show", NUMBER, "--room", "a101"],
    ["outcome", NUMBER, "solved"],
    ["new", "--room", "a101", "--language", "de"],
    ["new", "--room", "a101", "--session", "maybe"],
    ["list", "--limit", "501"],
    ["list", "--url", "ftp://x"],
    ["--nope"],
  ];
  for (const argv of wrong)
    expect(await run(argv, { VIGIE_URL: "http://127.0.0.1:1" }), argv.join(" ")).toMatchObject({ code: 2, out: "" });
  expect(await run(["--help"])).toMatchObject({ code: 0, err: "" });
});

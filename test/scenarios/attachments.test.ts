/** Files attached to an incident, on a real store: what is taken, what is refused, what is left of an erased one. */
import { createHash } from "node:crypto";
import { afterEach, expect, it } from "vitest";
import { MINUTE } from "../../daemon/model/time.ts";
import { serve, tokenText, world } from "../api/fixture.ts";
import { type Scenario, scenario } from "./scenario.ts";

let net: Scenario;
afterEach(() => net.end());

const paul = { name: "paul", function: "analyst" };
const png = Buffer.concat([Buffer.from([0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a]), Buffer.alloc(200_000, 7)]);

async function failed(): Promise<string> {
  net = await scenario({ devices: "codec-7" });
  await net.advance(2 * MINUTE);
  net.breaks("codec-7");
  await net.advance(3 * MINUTE);
  return (await net.incidents())[0]?.number ?? "";
}

it("a file is kept with its hash, comes back as a download, and is erased with its name", async () => {
  const number = await failed();
  const made = world();
  const deps = { ...made.deps, store: net.store, clock: net.clock, files: net.files };
  const server = await serve({ ...made, deps });
  const headers = { Authorization: `Bearer ${tokenText}`, "Content-Type": "application/json" };
  const at = `${server.url}/api/v1/incidents/${number}/attachments`;
  const send = (path: string, body: object) => fetch(`${at}${path}`, { method: "POST", headers, body: JSON.stringify(body) });
  try {
    const file = { name: "../../écran d'accueil.png", type: "image/png", content: png.toString("base64") };
    const answer = await send("", file);
    expect(answer.status).toBe(200);
    const sha256 = createHash("sha256").update(png).digest("hex");
    expect(await answer.json()).toMatchObject({ id: `${number}-F1`, name: "écran d_accueil.png", sizeBytes: png.length, sha256 });
    const got = await fetch(`${at}/${number}-F1/content`, { headers });
    expect(got.headers.get("content-disposition")).toMatch(/^attachment;/);
    expect(got.headers.get("x-content-type-options")).toBe("nosniff");
    expect(Buffer.from(await got.arrayBuffer()).equals(png)).toBe(true);
    expect(await net.files.erase(number, `${number}-F1`, paul)).toMatchObject({ ok: true });
    expect((await fetch(`${at}/${number}-F1/content`, { headers })).status).toBe(404);
    const list = await (await fetch(at, { headers })).text();
    expect(list).toContain('"erased"');
    expect(list).not.toContain("accueil");
    expect(await net.timeline((await net.incidents())[0] as never)).toEqual(expect.arrayContaining(["attachment", "attachment-erased"]));
  } finally {
    await server.close();
  }
});

it("what is no such file, too large, or one too many is refused", async () => {
  const number = await failed();
  const attach = async (type: "image/png" | "text/plain", bytes: Buffer) => {
    const result = await net.files.attach(number, paul, { name: "x", type, bytes });
    return result.ok ? "taken" : `${result.status} ${result.problem}`;
  };
  expect(await attach("image/png", Buffer.from("<script>"))).toMatch(/^422 content: it is no image\/png/);
  expect(await attach("text/plain", Buffer.from([77, 90, 0, 1]))).toMatch(/^422 content: it is no text\/plain/);
  expect(await attach("text/plain", Buffer.alloc(5 * 1024 * 1024 + 1, 65))).toMatch(/^422 content: 5242881 bytes/);
  for (let count = 0; count < 20; count += 1) expect(await attach("text/plain", Buffer.from("ok"))).toBe("taken");
  expect(await attach("text/plain", Buffer.from("ok"))).toMatch(/^409 .* has 20 files/);
});

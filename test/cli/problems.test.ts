/** `vigie problems` on a real database: what is open, closing one with a note, and wrong use. */
import { join } from "node:path";
import { expect, it } from "vitest";
import { problems } from "../../daemon/cli/problems.ts";
import { systemClock } from "../../daemon/clock.ts";
import type { Problem } from "../../daemon/model/problem.ts";
import { openStore } from "../../daemon/store/open.ts";
import { folder } from "../config/files.ts";

const FILE = `storage: { sqlite: state/vigie.db }
sites: { mgh: { name: HGM } }
devices: { codec: { site: mgh, address: 10.0.0.2, family: ping-only } }
channels: { mail: { mail: { host: smtp.example.org, from: vigie@example.org } } }
contacts: { desk: { reach: [ { mail: desk@example.org } ] } }
functions: { desk: { contacts: [desk] }, analyst: { contacts: [desk] }, chief-technician: { contacts: [desk] } }
`;

const problem: Problem = {
  ...{ id: "P-VIG-2026-000003-30", fingerprint: "codec|unreachable|", site: "mgh", device: "codec", symptom: "unreachable" },
  ...{ standing: "suggested", why: "3 incidents of one cause within 30 days; there is nothing of its kind to compare with" },
  ...{ openedAt: Date.UTC(2026, 2, 8), incidents: ["i1", "i2", "i3"] },
};

async function run(file: string, ...argv: string[]) {
  const [out, err]: [string[], string[]] = [[], []];
  const code = await problems([...argv, "--config", file], { out: (line) => out.push(line), err: (line) => err.push(line) });
  return { code, out: out.join("\n"), err: err.join("\n") };
}

it("lists the open ones; closing wants a note, is done once, and is kept with who and why", async () => {
  const file = join(folder({ "vigie.yaml": FILE }), "vigie.yaml");
  expect(await run(file)).toMatchObject({ code: 0, out: "no problems" });
  const path = join(file, "..", "state", "vigie.db");
  const store = await openStore({ storage: { kind: "sqlite", path }, stateDir: join(file, "..", "state"), clock: systemClock });
  await store.transaction(undefined, (tx) => tx.saveProblem(problem));
  await store.close();
  expect((await run(file)).out).toContain(
    "P-VIG-2026-000003-30  suggested  2026-03-08  codec unreachable (mgh)\n  3 incidents of one cause",
  );
  expect(JSON.parse((await run(file, "--json")).out).items).toMatchObject([{ id: problem.id, openedAt: "2026-03-08T00:00:00.000Z" }]);
  expect(await run(file, "close", problem.id)).toMatchObject({ code: 2, err: expect.stringContaining("--note says what cured it") });
  expect(await run(file, "close", "P-none", "--note", "x")).toMatchObject({
    code: 1,
    err: expect.stringContaining("there is no problem P-none"),
  });
  expect(await run(file, "close", problem.id, "--note", "a new cable")).toMatchObject({ code: 0, out: `${problem.id} is closed` });
  expect(await run(file, "close", problem.id, "--note", "again")).toMatchObject({ code: 1, err: expect.stringContaining("was closed by") });
  expect((await run(file)).out).toBe("no problems");
  expect((await run(file, "--all")).out).toMatch(/closed .* by .*: a new cable/);
});

it.each([["open"], ["close"], ["close", "a", "b", "--note", "x"], ["--nope"]])("wrong use is said: %s", async (...argv) => {
  const file = join(folder({ "vigie.yaml": FILE }), "vigie.yaml");
  expect(await run(file, ...argv)).toMatchObject({ code: 2, out: "" });
  expect(await run(file, "--help")).toMatchObject({ code: 0, err: "" });
});

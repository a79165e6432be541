/** `vigie room-link` on a real database: made, listed without the link, revoked; and wrong use. */
import { join } from "node:path";
import { expect, it } from "vitest";
import { roomLink } from "../../daemon/cli/room-link.ts";
import { systemClock } from "../../daemon/clock.ts";
import type { Config } from "../../daemon/model/config.ts";
import { RoomLinks } from "../../daemon/room-links.ts";
import { openStore } from "../../daemon/store/open.ts";
import { folder } from "../config/files.ts";

const FILE = `storage: { sqlite: state/vigie.db }
sites: { gaspe: { name: Gaspé } }
devices: { codec: { site: gaspe, address: 10.0.0.2, family: ping-only } }
channels: { mail: { mail: { host: smtp.example.org, from: vigie@example.org } } }
contacts: { anne: { name: Anne, reach: [ { mail: anne@example.org } ] } }
functions: { desk: { contacts: [anne] }, analyst: { contacts: [anne] }, chief-technician: { contacts: [anne] } }
`;

async function run(file: string, ...argv: string[]) {
  const [out, err]: [string[], string[]] = [[], []];
  const code = await roomLink([...argv, "--config", file], { out: (line) => out.push(line), err: (line) => err.push(line) });
  return { code, out: out.join("\n"), err: err.join("\n") };
}

it("makes a link that opens, is listed without it, ends with the next one, and is revoked", async () => {
  const file = join(folder({ "vigie.yaml": FILE }), "vigie.yaml");
  const stateDir = join(file, "..", "state");
  const made = await run(file, "anne", "--site", "gaspe", "--json");
  const { path, digits, sites } = JSON.parse(made.out) as { path: string; digits: string; sites: string[] };
  expect([made.code, sites, /^\d{6}$/.test(digits)]).toEqual([0, ["gaspe"], true]);
  const store = await openStore({ storage: { kind: "sqlite", path: join(stateDir, "vigie.db") }, stateDir, clock: systemClock });
  const config = () => ({ contacts: new Map([["anne", {}]]), network: { sites: new Map([["gaspe", {}]]) } }) as unknown as Config;
  const links = new RoomLinks({ store, clock: systemClock, config });
  const token = path.replace("/rooms/", "");
  const link = await links.of(token);
  expect(link).toMatchObject({ person: "anne", sites: ["gaspe"] });
  expect(link === undefined ? "" : await links.check(link, digits)).toBe("right");
  const listed = await run(file, "list");
  expect([listed.out.includes("never used"), listed.out.includes(token), listed.out.includes(digits)]).toEqual([true, false, false]);
  expect((await run(file, "anne", "--site", "gaspe")).out).toMatch(
    /^link {4}\/rooms\/\S+ {3}\(after the daemon's address.*\ndigits {2}\d{6} /,
  );
  expect(await links.of(token)).toBeUndefined();
  expect(await run(file, "revoke", "anne")).toMatchObject({ code: 0, out: "anne: revoked" });
  expect(await run(file, "revoke", "anne")).toMatchObject({ code: 1, err: expect.stringContaining("no link that holds") });
  const audited = (await store.auditLog(10)).map(({ action, target }) => `${action} ${target}`);
  expect(audited.filter((each) => each.startsWith("room-link"))).toEqual([
    "room-link.revoked anne",
    "room-link.made anne",
    "room-link.made anne",
  ]);
  await store.close();
});

it("says what is refused, and wrong use", async () => {
  const file = join(folder({ "vigie.yaml": FILE }), "vigie.yaml");
  expect(await run(file, "bob", "--site", "gaspe")).toMatchObject({ code: 1, err: expect.stringContaining("there is no person bob") });
  expect(await run(file, "anne", "--site", "mgh")).toMatchObject({
    code: 1,
    err: expect.stringContaining("sites: mgh; name some of gaspe"),
  });
  for (const argv of [[], ["anne"], ["revoke"], ["list", "x"], ["--nope"]])
    expect(await run(file, ...argv)).toMatchObject({ code: 2, out: "" });
  expect(await run(file, "--help")).toMatchObject({ code: 0, err: "" });
});

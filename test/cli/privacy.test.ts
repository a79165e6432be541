/** `vigie privacy` on a real database: what is kept is printed; erasing says first what it would do, and is refused while they may be told. */
import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, it } from "vitest";
import { privacy } from "../../daemon/cli/privacy.ts";
import { systemClock } from "../../daemon/clock.ts";
import type { HelpRequest } from "../../daemon/model/request.ts";
import { type OpenedStore, openStore } from "../../daemon/store/open.ts";
import { folder } from "../config/files.ts";
import { leaveTraces } from "../contracts/privacy.contract.ts";

const FILE = `storage: { sqlite: state/vigie.db }
sites: { mgh: { name: HGM } }
devices: { codec: { site: mgh, address: 10.0.0.2, family: ping-only } }
channels: { mail: { mail: { host: smtp.example.org, from: vigie@example.org } } }
contacts: { desk: { reach: [ { mail: desk@example.org } ] } }
functions: { desk: { contacts: [desk] }, analyst: { contacts: [desk] }, chief-technician: { contacts: [desk] } }
`;

async function run(file: string, ...argv: string[]) {
  const [out, err]: [string[], string[]] = [[], []];
  const code = await privacy([...argv, "--config", file], { out: (text) => out.push(text), err: (text) => err.push(text) });
  return { code, out: out.join("\n"), err: err.join("\n") };
}

async function withStore<T>(file: string, work: (store: OpenedStore) => Promise<T>): Promise<T> {
  const stateDir = join(file, "..", "state");
  const store = await openStore({ storage: { kind: "sqlite", path: join(stateDir, "vigie.db") }, stateDir, clock: systemClock });
  try {
    return await work(store);
  } finally {
    await store.close();
  }
}

it("prints what is kept; erases with a yes only, when nobody tells them any more; both are in the audit; no byte of the address is left", async () => {
  const file = join(folder({ "vigie.yaml": FILE }), "vigie.yaml");
  expect(await run(file, "export", "anne")).toMatchObject({ code: 1, err: expect.stringContaining("nothing is kept about anne") });
  await withStore(file, leaveTraces);

  const exported = await run(file, "export", "anne");
  expect(exported.code).toBe(0);
  expect(JSON.parse(exported.out)).toMatchObject({
    id: "anne",
    person: { name: "Anne Tremblay" },
    messages: [{ key: "k1" }, { key: "k2" }],
    ...{ signIns: [{}, {}], roomLink: { sites: ["mgh"] } },
    requests: [{ did: ["asked", "ended"] }, { did: ["asked"] }, { did: ["taken-in", "tried"] }],
  });
  expect(exported.out).not.toContain("serial-anne");

  expect(await run(file, "erase", "desk", "--yes")).toMatchObject({ code: 1, err: expect.stringContaining("stands under contacts") });
  expect(await run(file, "erase", "ben", "--yes")).toMatchObject({
    code: 1,
    err: expect.stringContaining("POST /api/v1/people/ben/remove"),
  });
  expect(await run(file, "erase", "anne", "--yes")).toMatchObject({
    code: 1,
    err: expect.stringContaining("1 messages to anne wait to be sent"),
  });

  await withStore(file, (store) =>
    store.recordDeliveries([{ key: "k2", state: "failed", at: 1, error: "550 <anne.tremblay@example.org>" }]),
  );
  // They wait for a call back.
  const asking = await run(file, "erase", "anne", "--yes");
  expect(asking).toMatchObject({ code: 1, err: expect.stringContaining("VIG-2026-000002-13 is not over, and anne asked for it") });
  await withStore(file, async (store) => {
    const asked = await store.request("VIG-2026-000002-13");
    if (asked === undefined) throw new Error("the request is gone");
    const ended = { how: "agreed", at: 1, by: "desk" } as const;
    await store.transaction(undefined, (tx) => tx.saveRequest({ ...asked, ended, version: asked.version + 1 }));
  });
  const dry = await run(file, "erase", "anne");
  expect(dry).toMatchObject({ code: 0, out: expect.stringContaining("the addresses in 2 messages") });
  expect(dry.out).toContain("2 sign-ins, 1 links to rooms, who asked for 2 requests");
  expect(dry.out).toContain("Nothing was changed");
  expect(JSON.parse((await run(file, "export", "anne")).out).person.name).toBe("Anne Tremblay");

  expect(JSON.parse((await run(file, "erase", "anne", "--yes", "--json")).out)).toEqual({
    ...{ dryRun: false, person: 1, reach: 1, messages: 2, attempts: 2, codes: 1, signIns: 2, roomLinks: 1, requests: 2 },
  });
  const actions = await withStore(file, async (store) => (await store.auditLog(9)).map(({ action, target }) => `${action} ${target}`));
  expect(actions.reverse()).toEqual([...["person.saved anne", "privacy.exported anne", "privacy.exported anne", "privacy.erased anne"]]);
  for (const name of ["vigie.db", "vigie.db-wal"].map((each) => join(file, "..", "state", each)).filter(existsSync))
    expect([name, readFileSync(name, "latin1").toLowerCase().includes("tremblay")]).toEqual([name, false]);
});

it("finds who called by name, telephone or address; forgets them when their requests are over; what was searched for is nowhere", async () => {
  const file = join(folder({ "vigie.yaml": FILE }), "vigie.yaml");
  const request = (n: number, caller: HelpRequest["caller"], more: Partial<HelpRequest> = {}): HelpRequest => ({
    ...{ id: `R${n}`, number: `R${n}`, source: "phone", at: n, by: "desk", room: "a101", site: "mgh", symptom: "no-sound", language: "fr" },
    ...{ sessionAffected: false, attempts: [], version: 1, ended: { how: "agreed", at: n, by: "desk" } },
    ...(caller && { caller }),
    ...more,
  });
  await withStore(file, async (store) => {
    await store.migrate();
    await store.transaction(undefined, async (tx) => {
      for (const each of [
        request(1, { name: "Anne Hébert-Roy", phone: "+1 (514) 555-1234, poste 12" }, { note: "elle rappelle" }),
        request(2, { name: "Anne Royer", phone: "514 555-9999" }),
        request(3, { name: "Clinique (anne.roy@example.org)" }),
        request(4, { name: "Bob" }),
      ])
        await tx.saveRequest(each);
    });
  });
  const numbers = async (text: string) => {
    const { code, out } = await run(file, "export", "--caller", text);
    return code === 0 ? (JSON.parse(out) as { requests: { number: string }[] }).requests.map(({ number }) => number).sort() : code;
  };
  expect(await numbers("HEBERT roy")).toEqual(["R1"]);
  expect(await numbers("anne")).toEqual(["R1", "R2"]);
  expect([await numbers("5145551234"), await numbers("1-514-555-1234"), await numbers("anne.roy@example.org")]).toEqual([
    ["R1"],
    ["R1"],
    ["R3"],
  ]);
  expect([await numbers("555-12"), await numbers("an"), await numbers("Roye")]).toEqual([2, 2, 1]);

  const dry = await run(file, "erase", "--caller", "Hébert-Roy");
  expect([dry.code, dry.out]).toEqual([0, expect.stringContaining("read R1, and erase")]);
  expect(await numbers("hebert")).toEqual(["R1"]);
  expect(await run(file, "erase", "--caller", "Hébert-Roy", "--yes", "--json")).toMatchObject({
    code: 0,
    out: '{"dryRun":false,"requests":["R1"]}',
  });
  expect([await numbers("hebert"), await numbers("royer")]).toEqual([1, ["R2"]]);
  await withStore(file, async (store) => {
    expect(await store.request("R1")).toMatchObject({ number: "R1", symptom: "no-sound", version: 2 });
    await store.transaction(undefined, (tx) => tx.saveRequest(request(5, { name: "Bob" }, { ended: undefined as never })));
  });
  expect(await run(file, "erase", "--caller", "Bob", "--yes")).toMatchObject({ code: 1, err: expect.stringContaining("R5 is not over") });
  expect(await numbers("bob")).toEqual(["R4", "R5"]);
  const audit = JSON.stringify(await withStore(file, (store) => store.auditLog(99)));
  expect(audit).toContain('"action":"privacy.erased","target":"callers","data":{"requests":["R1"]}');
  for (const name of ["vigie.db", "vigie.db-wal"].map((each) => join(file, "..", "state", each)).filter(existsSync))
    expect([name, /hébert|hebert|5551234/i.test(readFileSync(name, "utf8"))]).toEqual([name, false]);
});

it.each([
  [[]],
  [["erase"]],
  [["export", "a", "b"]],
  [["erase", "a b"]],
  [["export", "anne", "--yes"]],
  [["forget", "anne"]],
  [["erase", "anne", "--caller", "Roy"]],
])("exits 2 on %j", async (argv) => {
  const file = join(folder({ "vigie.yaml": FILE }), "vigie.yaml");
  expect((await run(file, ...argv)).code).toBe(2);
});

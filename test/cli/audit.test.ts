/** `vigie audit verify` on a database that somebody has edited. */
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import knex from "knex";
import { afterEach, beforeEach, expect, it } from "vitest";
import { audit } from "../../daemon/cli/audit.ts";
import { openStore } from "../../daemon/store/open.ts";
import { incident, START } from "../contracts/samples.ts";
import { FakeClock } from "../fakes/clock.ts";

let folder: string;
const said: string[] = [];
const io = { out: (line: string) => void said.push(line), err: (line: string) => void said.push(line) };
const verify = (...more: string[]) => audit(["verify", "--config", join(folder, "vigie.yaml"), ...more], io);

beforeEach(async () => {
  said.length = 0;
  folder = mkdtempSync(join(tmpdir(), "vigie-audit-"));
  const path = join(folder, "vigie.db");
  writeFileSync(join(folder, "vigie.yaml"), `instance: { state_dir: . }\nstorage: { sqlite: vigie.db }\n`);
  const store = await openStore({ storage: { kind: "sqlite", path }, stateDir: folder, clock: new FakeClock(START) });
  await store.migrate();
  await store.transaction(undefined, async (tx) => {
    for (const id of ["A", "B"]) {
      await tx.insertIncident(incident(id, { rootCause: id, number: `VIG-2026-00000${id === "A" ? 1 : 2}-10` }));
      await tx.appendTimeline(["opened", "taken", "closed"].map((event) => ({ incident: id, at: START, by: "ann", event, why: event })));
    }
    await tx.audit(["one", "two"].map((action) => ({ at: START, by: "ann", action, target: "x" })));
  });
  await store.close();
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

async function edit(...statements: string[]): Promise<void> {
  const db = knex({ client: "sqlite3", connection: { filename: join(folder, "vigie.db") }, useNullAsDefault: true });
  for (const statement of statements) await db.raw(statement);
  await db.destroy();
}

it("says that all hold, and exits 0", async () => {
  expect(await verify()).toBe(0);
  expect(said).toEqual(["timelines: all 6 lines hold", "audit log: all 2 entries hold"]);
});

it("says where a timeline is broken, and exits 1; the database itself refuses such an edit until its guard is taken away", async () => {
  const change = "update timeline set event = 'restored' where incident = 'B' and seq = 2";
  await expect(edit(change)).rejects.toThrow("append-only");
  await edit("drop trigger timeline_update", change);
  expect(await verify()).toBe(1);
  expect(said[0]).toContain("timelines: BROKEN at B, line 2");
});

it("says where the audit log is broken, and exits 1; --json for a script", async () => {
  await edit("delete from audit where action = 'two'");
  expect(await verify("--json")).toBe(1);
  expect(JSON.parse(said[0] ?? "")).toEqual({ ok: false, timelines: { checked: 6 }, audit: { checked: 1, brokenAt: 2 } });
});

it("wants to be told what to do", async () => {
  expect([await audit([], io), await audit(["prove"], io), await audit(["--help"], io), await verify("--nonsense")]).toEqual([2, 2, 0, 2]);
});

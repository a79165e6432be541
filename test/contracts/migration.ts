/**
 * The step from one schema to the next, with a made-up one: copied before, all or nothing, refused by the older daemon.
 */
import { existsSync, readdirSync } from "node:fs";
import { join } from "node:path";
import { expect } from "vitest";
import type { Config } from "../../daemon/model/config.ts";
import { type Migration, migrations } from "../../daemon/store/migrate.ts";
import { type OpenedStore, openStore } from "../../daemon/store/open.ts";
import { FakeClock } from "../fakes/clock.ts";
import { incident, START } from "./samples.ts";

const newest = migrations.at(-1)?.version ?? 0;
const second: Migration = {
  version: newest + 1,
  name: "made-up",
  async up(session) {
    await session.run(session.sql.raw("alter table incidents add column colour text"));
    await session.run(session.sql.raw("update incidents set colour = 'green'"));
  },
};
const broken: Migration = {
  ...second,
  async up(session) {
    await second.up(session);
    await session.run(session.sql.raw("update no_such_table set a = 1"));
  },
};

/** Resolves to the copy that was made; the caller checks that it can be read. */
export async function migratesByAStep(storage: Config["storage"], stateDir: string): Promise<string> {
  const open = (steps: readonly Migration[]) => openStore({ storage, stateDir, clock: new FakeClock(START), migrations: steps });
  const using = async <T>(steps: readonly Migration[], work: (store: OpenedStore) => Promise<T>): Promise<T> => {
    const store = await open(steps);
    try {
      return await work(store);
    } finally {
      await store.close();
    }
  };
  const backups = () => (existsSync(join(stateDir, "backups")) ? readdirSync(join(stateDir, "backups")) : []);

  await using(migrations, async (store) => {
    await store.migrate();
    expect(backups(), "an empty database needs no copy").toEqual([]);
    await store.transaction(undefined, (tx) => tx.insertIncident(incident("i1")));
  });

  // A step that fails half-way leaves the old schema, with which the old daemon goes on.
  await using([...migrations, broken], (store) => expect(store.migrate()).rejects.toThrow());
  await using(migrations, async (store) => {
    await store.migrate();
    expect(await store.incident("i1")).toMatchObject({ id: "i1" });
  });

  const before = new Set(backups());
  expect(before.size, "the copy made before the step that failed, and its checksum").toBe(2);
  for (const name of before) expect(name).toMatch(new RegExp(`^before-schema-${newest}-\\d+\\.(db|dump)(\\.sha256)?$`));
  await using([...migrations, second], async (store) => {
    await store.migrate();
    expect(await store.incident("i1")).toMatchObject({ id: "i1" });
    await store.migrate();
  });
  await using(migrations, (store) => expect(store.migrate()).rejects.toThrow(/schema version \d+, this daemon knows versions up to/));
  const copy = backups().find((name) => /\.(db|dump)$/.test(name));
  return join(stateDir, "backups", copy ?? "none");
}

/**
 * What can happen to a SQLite file: a killed writer, another process's lock, a full disk, a backup, a restore.
 */
import { execFileSync, spawn } from "node:child_process";
import { once } from "node:events";
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { restore } from "../../daemon/cli/restore.ts";
import { StoreUnavailable } from "../../daemon/ports.ts";
import { lockConnection, oneConnection } from "../../daemon/store/connect.ts";
import { holdState, StateHeld } from "../../daemon/store/hold.ts";
import { type OpenedStore, openStore } from "../../daemon/store/open.ts";
import { BadCopy, checkCopy, contentsOf, putInPlace } from "../../daemon/store/restore.ts";
import { builtFile } from "../../probes/built.ts";
import { migratesByAStep } from "../contracts/migration.ts";
import { incident, line, message, START } from "../contracts/samples.ts";
import { FakeClock } from "../fakes/clock.ts";
import { needsRoot } from "../needs.ts";

let folder: string;
let path: string;
const stores: OpenedStore[] = [];

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "vigie-sqlite-"));
  path = join(folder, "vigie.db");
});
afterEach(async () => {
  for (const store of stores.splice(0)) await store.close();
  rmSync(folder, { recursive: true, force: true });
});

async function opened(file = path, clock = new FakeClock(START)): Promise<OpenedStore> {
  const store = await openStore({ storage: { kind: "sqlite", path: file }, stateDir: folder, clock });
  stores.push(store);
  await store.migrate();
  return store;
}

describe("a SQLite file", () => {
  it("is readable by its owner alone, in WAL mode, and gives freed pages back", async () => {
    await opened();
    const raw = oneConnection(path);
    expect(statSync(path).mode & 0o077).toBe(0);
    expect(await raw.raw("pragma journal_mode")).toEqual([{ journal_mode: "wal" }]);
    expect(await raw.raw("pragma auto_vacuum")).toEqual([{ auto_vacuum: 2 }]);
    await raw.destroy();
  });

  it("holds whole transactions only after its writer was killed in the middle", async () => {
    const store = await opened();
    const script = fileURLToPath(new URL("crash-child.mjs", import.meta.url));
    const child = spawn(process.execPath, [script, builtFile("daemon/store/open.js"), path, folder], {
      stdio: ["ignore", "pipe", "inherit"],
    });
    await once(child.stdout, "data");
    child.kill("SIGKILL");
    await once(child, "exit");
    const last = (await store.kept<number>("last")) ?? 0;
    expect(last).toBeGreaterThanOrEqual(50);
    expect(await store.verifyTimeline()).toEqual({ checked: last });
    expect((await store.outboxDepth()).pending).toBe(last);
    const raw = oneConnection(path);
    expect(await raw.raw("pragma integrity_check")).toEqual([{ integrity_check: "ok" }]);
    await raw.destroy();
    await store.keep("after", 1);
  });

  it("that another process has locked is unavailable, and usable again afterwards", async () => {
    const store = await opened();
    const other = lockConnection(path);
    const connection: unknown = await other.client.acquireConnection();
    await other.raw("begin immediate").connection(connection);
    const failure = await store.transaction(undefined, async () => "ran").catch((error: unknown) => error);
    expect(failure).toBeInstanceOf(StoreUnavailable);
    expect((failure as StoreUnavailable).code).toBe("SQLITE_BUSY");
    expect(await store.kept("reads still work")).toBeUndefined();
    await other.raw("rollback").connection(connection);
    await other.client.releaseConnection(connection);
    await other.destroy();
    expect(await store.transaction(undefined, async () => "ran")).toBe("ran");
  });

  it("on a full disk is unavailable without losing what it has, and usable again when there is room", async (context) => {
    needsRoot(context);
    const disk = join(folder, "disk");
    mkdirSync(disk);
    try {
      execFileSync("mount", ["-t", "tmpfs", "-o", "size=3m", "tmpfs", disk], { stdio: "pipe" });
    } catch {
      context.skip("mounting a small file system is not allowed here");
    }
    try {
      const store = await opened(join(disk, "vigie.db"));
      await store.keep("before", 1);
      writeFileSync(join(disk, "filler"), Buffer.alloc(1_500_000));
      let failure: unknown;
      for (let n = 0; n < 100 && failure === undefined; n += 1) {
        failure = await store.keep(`big-${n}`, "x".repeat(100_000)).then(
          () => undefined,
          (error: unknown) => error,
        );
      }
      expect(failure).toBeInstanceOf(StoreUnavailable);
      expect((failure as StoreUnavailable).code).toMatch(/^SQLITE_(FULL|IOERR)/);
      expect(await store.kept("before")).toBe(1);
      rmSync(join(disk, "filler"));
      await store.keep("after", 1);
      expect(await store.kept("after")).toBe(1);
      await store.close();
    } finally {
      execFileSync("umount", ["-l", disk], { stdio: "pipe" });
    }
  });
});

describe("the state folder", () => {
  it("has one holder, and a killed one holds it no longer", async () => {
    const held = await holdState(folder);
    await expect(holdState(folder)).rejects.toThrow(StateHeld);
    await held.release();
    const script = `import(${JSON.stringify(builtFile("daemon/store/hold.js"))}).then(async (m) => { await m.holdState(${JSON.stringify(folder)}); console.log("held"); setInterval(() => {}, 1000); })`;
    const child = spawn(process.execPath, ["-e", script], { stdio: ["ignore", "pipe", "inherit"] });
    await once(child.stdout, "data");
    await expect(holdState(folder)).rejects.toThrow(/in use by a running daemon; stop it first/);
    child.kill("SIGKILL");
    await once(child, "exit");
    await (await holdState(folder)).release();
  });
});

describe("a new schema", () => {
  it("comes after a copy of the old one, whole or not at all; the older daemon refuses it, and the copy goes back", async () => {
    const copy = await migratesByAStep({ kind: "sqlite", path }, folder);
    await checkCopy(copy);
    await putInPlace({ copy, database: path, stateDir: folder, aside: `${path}.aside` }, await contentsOf(path));
    expect(await (await opened()).incident("i1")).toMatchObject({ id: "i1" });
  });
});

describe("leases of another process on SQLite", () => {
  it("a wall clock set back does not keep a dead holder's lease alive", async () => {
    const first = await opened();
    await first.acquireLease("evaluator", "dead", 30_000);
    const clock = new FakeClock(START - 86_400_000);
    const second = await opened(path, clock);
    expect(await second.acquireLease("evaluator", "b", 30_000)).toBeUndefined();
    await clock.advance(29_000);
    expect(await second.acquireLease("evaluator", "b", 30_000)).toBeUndefined();
    await clock.advance(1_000);
    expect(await second.acquireLease("evaluator", "b", 30_000)).toBeDefined();
  });

  it("a wall clock that jumps ahead does not end a lease granted in this process", async () => {
    const clock = new FakeClock(START);
    const store = await opened(path, clock);
    await store.acquireLease("evaluator", "a", 30_000);
    clock.jump(3_600_000);
    expect(await store.acquireLease("evaluator", "b", 30_000)).toBeUndefined();
    await clock.advance(30_000);
    expect(await store.acquireLease("evaluator", "b", 30_000)).toBeDefined();
  });
});

describe("backup and restore", () => {
  async function copied(): Promise<{ readonly store: OpenedStore; readonly copy: string }> {
    const store = await opened();
    await store.reserveNumber("VIG", 2026);
    await store.transaction(undefined, async (tx) => {
      await tx.insertIncident(incident("i1"));
      await tx.appendTimeline([line("i1", "opened")]);
      await tx.addOutbox([message("k1")]);
    });
    const copy = join(folder, "copies", "one.db");
    await store.backup(copy);
    for (let n = 0; n < 4; n += 1) await store.reserveNumber("VIG", 2026);
    await store.transaction(undefined, (tx) => tx.appendTimeline([line("i1", "told", { at: START + 60_000 })]));
    return { store, copy };
  }

  it("a copy made while the store is written is whole, and its checksum is one that sha256sum accepts", async () => {
    const { store, copy } = await copied();
    const writing = Promise.all(Array.from({ length: 50 }, (_, n) => store.keep(`k${n}`, n)));
    await store.backup(join(folder, "copies", "two.db"));
    await writing;
    execFileSync("sha256sum", ["-c", "--quiet", "two.db.sha256"], { cwd: join(folder, "copies") });
    await checkCopy(copy);
    writeFileSync(copy, readFileSync(copy).fill(7, 5_000, 6_000));
    await expect(checkCopy(copy)).rejects.toThrow(BadCopy);
  });

  it("a restored database goes on with numbers above the highest ever issued, and marks what was unsent", async () => {
    const { store, copy } = await copied();
    await store.close();
    rmSync(join(folder, "numbers.json"));
    const aside = `${path}.aside`;
    await putInPlace({ copy, database: path, stateDir: folder, aside }, await contentsOf(path));
    expect(existsSync(aside)).toBe(true);
    const restored = await opened();
    expect(await restored.timeline("i1")).toHaveLength(1);
    expect(await restored.reserveNumber("VIG", 2026)).toBe(6);
    expect(await restored.claimOutbox({ now: START, leaseMs: 1, limit: 1, worker: "w" })).toMatchObject([
      { key: "k1", maybeDuplicate: true },
    ]);
  });

  it("the command refuses while a daemon holds the state, then says what is lost", async () => {
    const { store, copy } = await copied();
    await store.close();
    const config = join(folder, "vigie.yaml");
    writeFileSync(config, `instance: { name: Test, state_dir: ${folder} }\nstorage: { sqlite: ${path} }\n`);
    const said: string[] = [];
    const io = { out: (text: string) => void said.push(text), err: (text: string) => void said.push(text) };
    const held = await holdState(folder);
    const refused = await restore([copy, "--config", config], io);
    await held.release();
    expect([refused, said.join("\n")]).toEqual([1, expect.stringContaining("in use by a running daemon")]);
    said.length = 0;
    expect([await restore([copy, "--config", config], io), said.join("\n")]).toEqual([0, expect.stringContaining("(1 lines)")]);
    expect(said.join("\n")).toContain("2026-01-15T12:01:00.000Z");
    expect(await restore([join(folder, "nothing.db"), "--config", config], io)).toBe(1);
    expect(await restore([], io)).toBe(2);
  });
});

/**
 * Two daemons on one PostgreSQL write who is on call at the same moment: each decides on what the other has written, none on what it read before.
 */
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, expect, it, type TestContext } from "vitest";
import type { Config } from "../../daemon/model/config.ts";
import { HOUR } from "../../daemon/model/time.ts";
import { DutyBook, withOnCall } from "../../daemon/oncall/book.ts";
import { OnCallDesk, type RotationPlan } from "../../daemon/oncall/desk.ts";
import type { Store, Tx } from "../../daemon/ports.ts";
import { openStore } from "../../daemon/store/open.ts";
import { config, secret } from "../api/fixture.ts";
import { type Postgres, startPostgres } from "../contracts/postgres.ts";
import { FakeClock } from "../fakes/clock.ts";
import { needs } from "../needs.ts";

const stateDir = mkdtempSync(join(tmpdir(), "vigie-two-"));
const closing: (() => Promise<unknown>)[] = [];
let server: Postgres | undefined;
afterAll(async () => {
  for (const close of closing) await close();
  await server?.remove();
  rmSync(stateDir, { recursive: true, force: true });
});

const start = Date.UTC(2026, 10, 18, 14);
const functions = new Map([["desk", { id: "desk", name: { fr: "Guichet", en: "Desk" }, contacts: ["anne"] }]]);
const plan: RotationPlan = {
  ...{ function: "desk", people: ["marie"], zone: "America/Toronto", handover: { weekday: 1, minute: 480 }, weeks: 1, covers: "always" },
};

/** A daemon's part: its own connection, and its own memory of who is on call. */
async function daemon(url: string) {
  const clock = new FakeClock(start);
  const store = await openStore({ storage: { kind: "postgresql", url: secret(url) }, stateDir, clock });
  closing.push(() => store.close());
  await store.migrate();
  const file = config([], { functions } as Partial<Config>);
  let inForce = file;
  const take = (kept: Config["onCall"]) => {
    inForce = withOnCall(file, kept);
  };
  const book = new DutyBook({ store, clock, take });
  await book.refresh();
  /** Held between what it reads and what it writes, until `go`. */
  const desk = (through: Store = store) => new OnCallDesk({ config: () => inForce, store: through, clock, book, changed() {} });
  return { store, book, desk };
}

/** A store whose transactions stop where they are about to write down what they did. */
function held(store: Store): { readonly store: Store; readonly reached: Promise<void>; go(): void } {
  let go = () => {};
  let arrive = () => {};
  const open = new Promise<void>((resolve) => (go = resolve));
  const reached = new Promise<void>((resolve) => (arrive = resolve));
  const transaction: Store["transaction"] = (fence, work) =>
    store.transaction(fence, (tx) => {
      const audit: Tx["audit"] = async (entries) => {
        arrive();
        await open;
        await tx.audit(entries);
      };
      return work({ ...tx, audit });
    });
  return { store: { ...store, transaction }, reached, go: () => go() };
}

async function two(context: TestContext) {
  server ??= await startPostgres(needs("postgres", context));
  const url = server.database(`two${closing.length}`);
  const [one, other] = [await daemon(url), await daemon(url)];
  const person = { id: "marie", name: "Marie", language: "fr" as const, channels: [{ channel: "demo-sink", address: "marie" }] };
  expect(await one.desk().savePerson(person, "ops")).toMatchObject({ ok: true });
  await other.book.refresh();
  return { one, other };
}

it("an override that is called off by both is called off once", async (context) => {
  const { one, other } = await two(context);
  const added = await one.desk().addOverride({ function: "desk", people: ["marie"], from: start, to: start + HOUR, reason: "swap" }, "ops");
  if (!added.ok) throw new Error(added.problems.join());
  await other.book.refresh();
  const slow = held(one.store);
  const first = one.desk(slow.store).cancelOverride(added.value.id, "ann");
  await slow.reached;
  const second = other.desk().cancelOverride(added.value.id, "bob");
  slow.go();
  expect([await first, await second]).toMatchObject([{ ok: true }, { ok: false, status: 409 }]);
  expect((await one.store.auditLog(9, { action: "override.cancelled" })).map(({ by }) => by)).toEqual(["ann"]);
});

it("who is put into a rotation while they are taken out is either in it and there, or out and not named", async (context) => {
  const { one, other } = await two(context);
  const slow = held(one.store);
  const added = one.desk(slow.store).addRotation(plan, "ann");
  await slow.reached;
  const removed = other.desk().removePerson("marie", "bob");
  slow.go();
  expect([await added, await removed]).toMatchObject([{ ok: true }, { ok: false, status: 409 }]);

  const slower = held(other.store);
  const rotation = (await one.store.onCall(start)).rotations[0]?.id ?? "";
  expect(await one.desk().endRotation(rotation, "ann")).toMatchObject({ ok: true });
  await other.book.refresh();
  const out = other.desk(slower.store).removePerson("marie", "bob");
  await slower.reached;
  const again = one.desk().addRotation(plan, "ann");
  slower.go();
  expect([await out, await again]).toMatchObject([{ ok: true }, { ok: false, status: 409 }]);
  expect((await one.store.onCall(start)).rotations).toEqual([]);
});

/** The grounds that the tests of one file play on: one of each database, made when it is first asked for, removed after the last test. */
import { afterAll, type TestContext } from "vitest";
import { needs } from "../needs.ts";
import { type Ground, postgresGround, sqliteGround } from "./ground.ts";

const grounds = new Map<Ground["kind"], Promise<Ground>>();
afterAll(async () => {
  for (const ground of grounds.values()) await (await ground).remove();
});

export function groundOf(kind: Ground["kind"], context: TestContext): Promise<Ground> {
  const found = grounds.get(kind) ?? (kind === "sqlite" ? sqliteGround() : postgresGround(needs("postgres", context)));
  grounds.set(kind, found);
  return found;
}

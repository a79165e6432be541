/** PostgreSQL is gone for five minutes in the middle of an escalation, and comes back: the daemon that lived through it loses nothing. */
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, it } from "vitest";
import { MINUTE, SECOND } from "../../daemon/model/time.ts";
import { StoreUnavailable } from "../../daemon/ports.ts";
import { storeOn } from "../../daemon/store/open.ts";
import { FakeClock } from "../fakes/clock.ts";
import { needs } from "../needs.ts";
import { Scenario } from "../scenarios/scenario.ts";
import { configFor } from "./config.ts";
import { postgresGround } from "./ground.ts";

it("PostgreSQL gone for five minutes: what came due meanwhile is told when it is back, late and under its own key", {
  timeout: 180_000,
}, async (context) => {
  const ground = await postgresGround(needs("postgres", context));
  const place = await ground.fresh();
  const folder = mkdtempSync(join(tmpdir(), "vigie-gone-"));
  const clock = new FakeClock(Date.UTC(2026, 10, 18, 14));
  const store = storeOn(place.connect(), { ...place, clock });
  const net = new Scenario({ clock, folder, config: await configFor(), store, together: true });
  await net.begin();
  await net.advance(40 * SECOND);
  net.breaks("codec-7");
  await net.advance(3 * MINUTE);
  const [before] = await net.unfolded();
  expect(before).toMatchObject({ device: "codec-7", state: "open", noticeSent: true });
  await ground.server?.stop();
  for (let passed = 0; passed < 5 * MINUTE; passed += 30 * SECOND) {
    await expect(net.advance(SECOND)).rejects.toThrow(StoreUnavailable);
    clock.pass(30 * SECOND);
  }
  const told = net.sent.length;
  await ground.server?.start();
  await net.advance(6 * MINUTE);
  expect(net.sent.length).toBeGreaterThan(told);
  const [incident] = await net.unfolded();
  expect(incident).toMatchObject({ id: before?.id, state: "open", level: 4 });
  const steps = (await store.timeline(before?.id ?? ""))
    .filter(({ event }) => event === "superseded")
    .map(({ data }) => String(data?.steps ?? ""));
  const heard = (kind: string, level: number) =>
    net.sent.some(({ key }) => key.includes(`/${kind}/${level}/`)) || steps.some((step) => step.includes(`${kind} ${level}/`));
  for (const [kind, level] of [
    ["problem", 1],
    ["escalation", 2],
    ["escalation", 3],
    ["last-resort", 4],
  ] as const)
    expect(heard(kind, level), `${kind} ${level}`).toBe(true);
  expect(new Set(net.sent.map(({ to }) => to))).toEqual(
    new Set(["desk", "event-coordinators", "analyst", "chief-technician", "it-technician"]),
  );
  expect(new Set(net.sent.map(({ key }) => key)).size).toBe(net.sent.length);
  expect(await store.verifyTimeline()).not.toHaveProperty("brokenAt");
  expect(await store.incidents({ limit: 10 })).toHaveLength(1);
  await net.end();
  await place.remove();
  await ground.remove();
  rmSync(folder, { recursive: true, force: true });
});

/**
 * Two daemons on one PostgreSQL: one decides, both may send. The one that decides is killed while it escalates.
 */
import { afterEach, expect, it } from "vitest";
import { systemClock } from "../../daemon/clock.ts";
import { openStore } from "../../daemon/store/open.ts";
import { secret } from "../api/fixture.ts";
import { startPostgres } from "../contracts/postgres.ts";
import { needs } from "../needs.ts";
import { expectNothingLost } from "./ladder.ts";
import { type Daemon, heardSwitch, linkDown, people, Rig, shortPolicy, until } from "./rig.ts";

const rigs: Rig[] = [];
afterEach(async () => {
  for (const rig of rigs.splice(0)) await rig.end();
});

const decides = async (daemon: Daemon) => (await daemon.metric("vigie_lease_held", 'role="evaluator"')) === 1;

it("the second daemon takes over within the lease's time; no step is lost, none is claimed twice, no number is issued twice", async (context) => {
  const rig = new Rig();
  rigs.push(rig);
  const postgres = await startPostgres(needs("postgres", context));
  rig.later(() => postgres.remove());
  rig.env.DATABASE = postgres.database("vigie");
  rig.env.HOOK = "hook-secret";
  const hook = await rig.receiver();
  const step = { taken_within: "4s", escalate_after: "4s" };
  const track = {
    ...(shortPolicy().minor as object),
    levels: {
      "1": { tell: ["desk"], ...step },
      "2": { tell: ["analyst"], ...step },
      "3": { tell: ["chief-technician"], taken_within: "10m" },
    },
    last_resort: { tell: ["it-technician"], after: "4s", repeat: "5s" },
  };
  const place = (n: number) => ({
    ...heardSwitch(rig),
    ...people((who) => [{ hook: who }]),
    instance: { name: "E2E", number_prefix: "VIG", state_dir: `state-${n}`, service_hours: "always" },
    http: { listen: `${rig.address(n)}:8080`, metrics_allow: ["127.0.0.0/8"] },
    traps: { listen: `${rig.address(n)}:16200`, allow: ["127.0.0.0/8"], credentials: ["v2"] },
    storage: { postgresql: { env: "DATABASE" } },
    channels: { hook: { webhook: { url: hook.url, secret: { env: "HOOK" }, allow_private: true } } },
    policies: { short: shortPolicy({ minor: track, major: track }) },
  });
  const started = Date.now();
  const first = await rig.daemon(rig.config(place(1), "first.yaml"));
  await until("the first decides", () => decides(first));
  const second = await rig.daemon(rig.config(place(4), "second.yaml"));
  expect([await decides(first), await decides(second)]).toEqual([true, false]);

  linkDown(context, rig, rig.address(20), "gi0");
  // What the second hears, the first decides on.
  linkDown(context, rig, rig.address(20), "gi1", rig.address(4));
  const two = await until("two incidents, both told", async () => {
    const found = await second.incidents();
    return found.length === 2 && found.every(({ number }) => hook.seen.some(({ body }) => body.includes(number))) && found;
  });
  const [acknowledged] = two;
  expect((await second.post(`/api/v1/incidents/${acknowledged?.id}/acknowledge`)).status).toBe(200);
  await until("the other is at level 2", async () => (await second.incidents()).some(({ level }) => level === 2));
  await first.kill();
  const killedAt = Date.now();
  linkDown(context, rig, rig.address(20), "gi2", rig.address(4));
  await until("the second decides", () => decides(second), 120_000);
  const tookMs = Date.now() - killedAt;
  expect(tookMs, "a lease of 30 s, and what a loaded machine adds").toBeLessThan(60_000);

  const three = await until("the third incident", async () => {
    const found = await second.incidents();
    return found.length === 3 && found;
  });
  const back = await rig.daemon(rig.config(place(1), "first.yaml"));
  const { seen, details } = await until(
    "all but what is acknowledged are at the last resort, and told, and nothing is under way",
    async () => {
      // What arrives after this may have been decided after it.
      const seen = [...hook.seen];
      // A severity that is settled as major takes the acknowledgement back: that one climbs too.
      const details = await Promise.all(three.map(({ id }) => back.incident(id)));
      const isThere = details.every(
        ({ acknowledgedAt, level, deliveries }) =>
          deliveries.every(({ state }) => state !== "claimed") &&
          (acknowledgedAt !== undefined ||
            (level === 4 && deliveries.some(({ kind, state }) => kind === "last-resort" && state === "accepted"))),
      );
      return isThere && { seen, details };
    },
    120_000,
  );
  expect([await decides(back), await decides(second)]).toEqual([false, true]);
  expect(await second.stop()).toBe(0);
  await until("the first decides again, at once: the second gave its leases back", () => decides(back), 25_000);
  expect(await back.stop()).toBe(0);

  const store = await openStore({
    storage: { kind: "postgresql", url: secret(rig.env.DATABASE) },
    stateDir: `${rig.folder}/state-1`,
    clock: systemClock,
  });
  rig.later(() => store.close());
  await expectNothingLost({ store, details, seen, since: started });
}, 300_000);

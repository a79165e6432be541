/** When the heartbeats are withheld: the one that is sent, and the one that is scraped. */
import { expect, it } from "vitest";
import { createMetrics } from "../../daemon/metrics.ts";
import { createWellness } from "../../daemon/wellness.ts";

it("a hanging role, an unhealthy escalation and anything lost since the last beat withhold it; nothing else does", () => {
  const world = {
    roles: [{ name: "evaluator", ok: true, since: 0, silentMs: 0, why: "works" }],
    escalation: { ok: true, why: "every open incident has a timer" },
    lost: 7,
  };
  const well = createWellness({ roles: () => world.roles, escalation: () => world.escalation, lost: () => world.lost });
  expect(well()).toEqual(world.escalation);
  world.lost = 10;
  expect(well()).toEqual({ ok: false, why: "3 observations or traps were lost since the last beat" });
  expect(well().ok).toBe(true);
  world.roles = [{ name: "evaluator", ok: false, since: 0, silentMs: 40_000, why: "no sign of life for 40 s" }];
  world.lost = 11;
  expect(well()).toEqual({ ok: false, why: "evaluator: no sign of life for 40 s" });
  world.roles = [];
  expect(well().ok).toBe(true);
  world.escalation = { ok: false, why: "1 incidents were without" };
  expect(well()).toEqual(world.escalation);
});

it("the scraped heartbeat is absent until the first beat, and again once it has stopped", async () => {
  const metrics = createMetrics({ version: "0" });
  const beats = async () => /^vigie_escalation_heartbeat_timestamp_seconds .*$/m.exec(await metrics.text())?.[0];
  expect(await beats()).toBeUndefined();
  metrics.escalationHeartbeat.beat(1_795_000_000_000);
  expect(await beats()).toBe("vigie_escalation_heartbeat_timestamp_seconds 1795000000");
  metrics.escalationHeartbeat.stop();
  expect(await beats()).toBeUndefined();
});

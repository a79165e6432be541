/** When the outgoing heartbeat is withheld. */
import { expect, it } from "vitest";
import { createWellness } from "../../daemon/wellness.ts";

it("a hanging role, an unhealthy escalation and anything lost since the last beat withhold it; nothing else does", () => {
  const world = {
    roles: [{ name: "evaluator", ok: true, since: 0, why: "works" }],
    escalation: { ok: true, why: "every open incident has a timer" },
    lost: 7,
  };
  const well = createWellness({ roles: () => world.roles, escalation: () => world.escalation, lost: () => world.lost });
  expect(well()).toEqual(world.escalation);
  world.lost = 10;
  expect(well()).toEqual({ ok: false, why: "3 observations or traps were lost since the last beat" });
  expect(well().ok).toBe(true);
  world.roles = [{ name: "evaluator", ok: false, since: 0, why: "no sign of life for 40 s" }];
  world.lost = 11;
  expect(well()).toEqual({ ok: false, why: "evaluator: no sign of life for 40 s" });
  world.roles = [];
  expect(well().ok).toBe(true);
  world.escalation = { ok: false, why: "1 incidents were without" };
  expect(well()).toEqual(world.escalation);
});

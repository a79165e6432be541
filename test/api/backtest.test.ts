/** A rule tried over REST on what was kept, on a real store; and what is answered when it cannot be. */
import { afterAll, beforeAll, expect, it } from "vitest";
import { backtestOperations } from "../../daemon/api/backtest.ts";
import type { BacktestShape } from "../../daemon/api/contract-backtest.ts";
import { BacktestView } from "../../daemon/api/contract-backtest.ts";
import type { ApiDeps } from "../../daemon/api/deps.ts";
import { bare } from "../../daemon/model/observation.ts";
import { DAY, MINUTE } from "../../daemon/model/time.ts";
import { type Scenario, scenario } from "../scenarios/scenario.ts";
import { serve, tokenText, world } from "./fixture.ts";

let net: Scenario;
beforeAll(async () => {
  net = await scenario({ devices: "ups-1", interval: "30s", ssh: ["ups-1"] });
  const hot = (celsius: number) => net.finds("ups-1", "ssh", { ...bare("up"), samples: [{ name: "temperature_celsius", value: celsius }] });
  hot(42);
  await net.advance(10 * MINUTE);
  hot(30);
  await net.advance(5 * MINUTE);
  const [incident] = await net.incidents();
  await net.desk.close(incident?.number ?? "", "marie", "false-alarm", "warm in summer");
  await net.looks.stop();
}, 120_000);
afterAll(() => net.end());

const [tryRule] = backtestOperations();
async function tried(rule: string, body: object): Promise<BacktestShape> {
  const deps = { store: net.store, clock: net.clock, config: () => net.config } as unknown as ApiDeps;
  const answer = await tryRule?.run({ deps, params: { id: rule }, query: {}, body, caller: { name: "ops", function: "it-technician" } });
  return BacktestView.parse(answer?.content);
}

it("says what another limit would have spared, and that it would have missed nothing", async () => {
  const spared = await tried("over-temperature-ups", { above: 45, clear: 42 });
  expect(spared).toMatchObject({ missed: 0, false: 1, summary: "missed: 0, false: −1", complete: true, ambiguous: 0 });
  expect(spared.gone).toMatchObject([{ device: "ups-1", disposition: "false-alarm" }]);
  const same = await tried("over-temperature-ups", { attempts: 1 });
  expect(same.changed[0]?.fields).toContain("openedAt");
  expect([same.missed, same.false]).toEqual([0, 0]);
});

it.each([
  ["no-such-rule", { forMs: 1 }, 404, /No rule in force/],
  ["over-temperature-ups", {}, 422, /nothing is changed/],
  ["over-temperature-ups", { below: 3 }, 422, /limit is above, not below/],
  ["over-temperature-ups", { above: 30 }, 422, /clear 37 is on the bad side of 30/],
  ["unreachable", { above: 3 }, 422, /no single sample/],
])("of %s with %j it answers what is wrong", async (rule, body, status, words) => {
  await expect(tried(rule, body)).rejects.toMatchObject({ status, message: expect.stringMatching(words) });
});

it("says that nothing was kept of that time", async () => {
  net.clock.pass(40 * DAY);
  await expect(tried("over-temperature-ups", { forMs: 60_000 })).rejects.toMatchObject({ status: 409, code: "nothing-kept" });
});

it("needs a token, and a body that it knows", async () => {
  const { url, close } = await serve(world());
  try {
    const post = (headers: Record<string, string>, body: object) =>
      fetch(`${url}/api/v1/rules/unreachable/backtest`, {
        method: "POST",
        headers: { "Content-Type": "application/json", ...headers },
        body: JSON.stringify(body),
      });
    expect((await post({}, {})).status).toBe(401);
    const authorization = { Authorization: `Bearer ${tokenText}` };
    expect((await post(authorization, { threshold: 1 })).status).toBe(422);
    expect((await post(authorization, { forMs: 1 })).status).toBe(404);
  } finally {
    await close();
  }
});

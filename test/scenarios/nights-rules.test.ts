/**
 * Rules of one's own and false alarms on the nights on which Montréal changes its clocks, and over wall clocks that jump by three hours: a
 * pack that is reloaded meanwhile holds from then on, `for` is true time, and what is proposed and tried is the same. The real roles.
 */
import { DateTime } from "luxon";
import { afterEach, describe, expect, it } from "vitest";
import type { ApiDeps } from "../../daemon/api/deps.ts";
import { ruleDetail } from "../../daemon/api/rule-view.ts";
import { bare, type Finding } from "../../daemon/model/observation.ts";
import { HOUR, type Instant, MINUTE } from "../../daemon/model/time.ts";
import { ProposalTests } from "../../daemon/proposal-tests.ts";
import { quiet } from "../api/fixture.ts";
import { passes } from "./loss.ts";
import { type Scenario, type ScenarioOptions, scenario } from "./scenario.ts";

const nets: Scenario[] = [];
afterEach(async () => {
  for (const net of nets.splice(0)) await net.end();
});
async function begin(options: ScenarioOptions): Promise<Scenario> {
  const net = await scenario({ together: true, ...options });
  nets.push(net);
  return net;
}
const local = (text: string): Instant => DateTime.fromISO(text, { zone: "America/Toronto" }).toMillis();
const moments = [
  ["the clocks go forward", local("2026-03-08T01:50"), 0],
  ["the clocks go back", local("2026-11-01T01:50"), 0],
  ["the wall clock jumps three hours ahead", local("2026-11-18T09:00"), 3 * HOUR],
  ["the wall clock jumps three hours back", local("2026-11-18T09:00"), -3 * HOUR],
] as const;

const text = "{ title: t, clinic: c, steps: [s] }";
const pack = (above: number) =>
  `rules: [{ id: warm, symptom: warm, when: { sample: icmp_rtt_seconds, above: ${above} }, for: 10m, reach: device, source: ours, text: { fr: ${text}, en: ${text} } }]`;
const slow = (value: number): Finding => ({ ...bare("up"), samples: [{ name: "icmp_rtt_seconds", value }] });

describe.each(moments)("while %s", (_, start, jump) => {
  const own = (above: number): ScenarioOptions => ({
    ...{ devices: "codec-1; codec-2", interval: "60s", start, yaml: "rules: { include: [own.yaml] }" },
    files: { "own.yaml": pack(above) },
  });
  const warm = async (net: Scenario) => (await net.unfolded()).filter(({ symptom }) => symptom === "warm");

  it("a pack is reloaded: what waits goes on waiting, in true time, and the new limit holds for what comes", async () => {
    const net = await begin(own(1));
    net.finds("codec-1", "icmp", slow(2));
    await net.advance(6 * MINUTE);
    if (jump !== 0) net.jump(jump);
    await net.reload(own(1.5));
    net.finds("codec-2", "icmp", slow(1.2));
    await net.advance(3 * MINUTE);
    expect(await warm(net), "not before its time").toEqual([]);
    await net.advance(2 * MINUTE);
    expect(await warm(net)).toMatchObject([{ device: "codec-1" }]);
    await net.advance(30 * MINUTE);
    expect(
      (await warm(net)).map(({ device }) => device),
      "1.2 is within the new limit",
    ).toEqual(["codec-1"]);
    net.finds("codec-1", "icmp", slow(0.1));
    await net.advance(5 * MINUTE);
    expect(await warm(net)).toMatchObject([{ state: "restored", occurrences: 1 }]);
  });

  it("two false alarms and a real one: the same changes are proposed, tried on what was kept, and miss nothing", async () => {
    const net = await begin({ devices: "router-1 > codec-1", start, together: false });
    await passes(net, 0.012, 2 * MINUTE, "false-alarm");
    if (jump !== 0) net.jump(jump);
    await net.advance(10 * MINUTE);
    await passes(net, 0.013, 2 * MINUTE, "false-alarm");
    await passes(net, 0.2, 20 * MINUTE, "fixed");
    await net.looks.stop();
    const parts = { store: net.store, config: () => net.config, clock: net.clock };
    const proposalTests = new ProposalTests({ ...parts, log: quiet });
    const deps = { ...parts, proposalTests } as unknown as ApiDeps;
    await ruleDetail(deps, "high-loss");
    await proposalTests.idle();
    const { proposals, falseAlarms } = await ruleDetail(deps, "high-loss");
    expect(falseAlarms).toHaveLength(2);
    // In a replay nobody closes anything, and what comes back soon is one incident: over a clock that was set back it counts once.
    const avoided = jump < 0 ? -1 : -2;
    expect(proposals.map(({ kind, judgedBy, missed, false: noise }) => [kind, judgedBy, missed, noise])).toEqual([
      ["attempts", "replay", 0, avoided],
      ["for", "replay", 0, avoided],
      ["threshold", "replay", 0, avoided],
    ]);
    await proposalTests.stop();
  });
});

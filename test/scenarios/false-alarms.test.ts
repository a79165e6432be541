/** False alarms, from the look that raised them to the change of the rule that would have avoided them. */
import { expect, it } from "vitest";
import { parse } from "yaml";
import type { ApiDeps } from "../../daemon/api/deps.ts";
import { ruleDetail, ruleItems } from "../../daemon/api/rule-view.ts";
import { ruleOperations } from "../../daemon/api/rules.ts";
import { planOf } from "../../daemon/maintenance-plan.ts";
import { DAY, HOUR, MINUTE } from "../../daemon/model/time.ts";
import { ProposalTests } from "../../daemon/proposal-tests.ts";
import { quiet } from "../api/fixture.ts";
import { lossy, passes } from "./loss.ts";
import { type Scenario, scenario } from "./scenario.ts";

/** What the API asks, with the back-tests that it begins. */
function asked(net: Scenario) {
  const parts = { store: net.store, config: () => net.config, clock: net.clock };
  const tests = new ProposalTests({ ...parts, log: quiet });
  return { deps: { ...parts, proposalTests: tests } as unknown as ApiDeps, tests };
}

it("a false alarm is not opened again nor recurred of, is counted by its rule, and leads to a change that misses nothing", async () => {
  const net = await scenario({ devices: "router-1 > codec-1" });
  try {
    const first = await passes(net, 0.012, 2 * MINUTE, "false-alarm");
    // Half an hour has not gone by: what was real would be the same incident again.
    const second = await passes(net, 0.013, 2 * MINUTE, "false-alarm");
    expect(second).not.toBe(first);
    const real = await passes(net, 0.2, 20 * MINUTE, "fixed");
    const all = await net.incidents();
    expect(all.map(({ number }) => number).sort()).toEqual([first, second, real].sort());
    for (const { recurrenceOf, occurrences } of all) expect([recurrenceOf, occurrences]).toEqual([undefined, 1]);
    expect(await net.store.recurrences(net.clock.now(), 10)).toMatchObject([{ symptom: "high-loss", occurrences30: 1 }]);

    const { deps, tests } = asked(net);
    expect((await ruleItems(deps))[0]).toMatchObject({ id: "high-loss", counts: { opened30: 3, falseAlarms30: 2, falseAlarms90: 2 } });
    const { falseAlarms, proposals } = await ruleDetail(deps, "high-loss");
    expect(falseAlarms.map(({ number }) => number)).toEqual([second, first]);
    expect(proposals.map(({ kind, to, missed, false: noise }) => [kind, to, missed, noise])).toEqual([
      ["attempts", "5", 0, -2],
      ["for", "180 s", 0, -2],
      ["threshold", "above 0.013", 0, -2],
    ]);
    await tests.idle();
    // What came back for real within half an hour is the same incident.
    net.finds("codec-1", "icmp", lossy(0.2));
    await net.advance(2 * MINUTE);
    expect((await net.store.incident(real))?.occurrences).toBe(2);
  } finally {
    await net.end();
  }
});

it("what is proposed is tried on the looks that were kept before anybody accepts it, from when they are kept, and says so", async () => {
  const net = await scenario({ devices: "router-1 > codec-1" });
  try {
    await passes(net, 0.012, 2 * MINUTE, "false-alarm");
    await passes(net, 0.013, 2 * MINUTE, "false-alarm");
    await passes(net, 0.2, 20 * MINUTE, "fixed");
    await net.looks.stop();
    const { deps, tests } = asked(net);
    const accept = ruleOperations.find(({ id }) => id === "acceptProposal");
    const accepts = () => {
      const caller = { name: "ann", function: "it-technician" } as const;
      return accept?.run({ deps, params: { id: "high-loss", kind: "for" }, query: {}, body: { note: "too nervous" }, caller });
    };
    await expect(accepts()).rejects.toMatchObject({ status: 409, code: "backtest-running" });
    await tests.idle();
    const { proposals } = await ruleDetail(deps, "high-loss");
    expect(proposals).toMatchObject(
      ["attempts", "for", "threshold"].map((kind) => ({
        ...{ kind, judgedBy: "replay", summary: "missed: 0, false: −2", missed: 0, false: -2 },
        test: { state: "finished", opened: 0, lost: 0, otherConfigs: 0 },
      })),
    );
    // Of the last thirty days, as far back as looks are kept.
    for (const { test } of proposals) expect(Math.abs(Date.parse(test.from ?? "") - net.start)).toBeLessThan(MINUTE);
    expect((await accepts())?.content).toMatchObject({ kind: "for", judgedBy: "replay" });
    expect(await net.store.auditLog(1)).toMatchObject([
      { action: "rule.proposal-accepted", data: { judgedBy: "replay", missed: 0, false: -2 } },
    ]);

    // Another false alarm, another change: that one was not tried.
    await passes(net, 0.014, 4 * MINUTE, "false-alarm");
    await expect(accepts()).rejects.toMatchObject({ status: 409, code: "backtest-running" });
    await tests.stop();
  } finally {
    await net.end();
  }
});

it("what the incidents alone would promise, the replay does not: the change would have missed what was hidden behind another", async () => {
  const net = await scenario({
    devices: "router-1 > codec-1; router-1 > codec-2",
    yaml: "correlation: { place: { window: 5m, devices: 2 } }",
  });
  try {
    await passes(net, 0.012, 2 * MINUTE, "false-alarm");
    await net.looks.stop();
    const { deps, tests } = asked(net);
    await ruleDetail(deps, "high-loss");
    await tests.idle();
    const state = async () => (await ruleDetail(deps, "high-loss")).proposals[0]?.test.state;
    expect(await state()).toBe("finished");
    net.clock.pass(DAY);
    expect(await state()).toBe("running");
    await tests.idle();
    expect(await state()).toBe("finished");
    net.config = { ...net.config, hash: "another" };
    expect(await state()).toBe("running");
    await tests.stop();
  } finally {
    await net.end();
  }
});

it("hours in which false alarms come night after night are proposed as a silence that can be planned as it is written", async () => {
  const night = Date.UTC(2026, 10, 18, 7, 2);
  const net = await scenario({ devices: "router-1 > codec-1", start: night - 40_000, together: true });
  try {
    for (let day = 0; day < 4; day += 1) {
      await passes(net, 0.3, 2 * MINUTE, "false-alarm");
      await net.restartAfter(night + (day + 1) * DAY - MINUTE - net.clock.now());
      await net.advance(MINUTE);
    }
    net.finds("codec-1", "icmp", lossy(0.3));
    await net.advance(HOUR);
    await net.looks.stop();
    const { deps, tests } = asked(net);
    await ruleDetail(deps, "high-loss");
    await tests.idle();
    const { proposals } = await ruleDetail(deps, "high-loss");
    const proposal = proposals.find(({ kind }) => kind === "window");
    expect(proposal).toMatchObject({
      window: { from: "02:00", to: "02:15", zone: "America/Toronto", devices: ["codec-1"] },
      ...{ judgedBy: "replay", missed: 0, false: -4, test: { state: "finished", changed: 1 } },
      why: "4 of 4 false alarms came between 02:00 and 02:15 and were over by then, and nothing real was",
    });
    expect(planOf(parse(proposal?.yaml ?? ""), net.config, net.clock.now())).toMatchObject({
      kind: "silence",
      scope: { devices: ["codec-1"], symptoms: ["high-loss"] },
      when: { kind: "recurring", rule: "FREQ=DAILY", fromMinute: 120, minutes: 15 },
    });
    expect(proposal?.yaml).toMatch(
      /^# POST \/api\/v1\/maintenance, or:\n# vigie maintenance add --silence --reason "false alarms of high-loss" --device/,
    );
  } finally {
    await net.end();
  }
});

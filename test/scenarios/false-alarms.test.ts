/** False alarms, from the look that raised them to the change of the rule that would have avoided them. */
import { expect, it } from "vitest";
import type { ApiDeps } from "../../daemon/api/deps.ts";
import { ruleDetail, ruleItems } from "../../daemon/api/rule-view.ts";
import type { Finding } from "../../daemon/model/observation.ts";
import { MINUTE } from "../../daemon/model/time.ts";
import { type Scenario, scenario } from "./scenario.ts";

const lossy = (value: number): Finding => ({
  status: "up",
  samples: [{ name: "icmp_loss_ratio", value }],
  readings: [],
  faults: [],
});

/** A loss that lasts, is over, and is closed with a person's word for it. Resolves to its number. */
async function passes(net: Scenario, value: number, lastsMs: number, disposition: "false-alarm" | "fixed"): Promise<string> {
  net.finds("codec-1", "icmp", lossy(value));
  await net.advance(lastsMs);
  net.finds("codec-1", "icmp", lossy(0));
  await net.advance(3 * MINUTE);
  const open = (await net.unfolded()).filter(({ state }) => state !== "closed");
  expect(open).toMatchObject([{ rule: "high-loss", state: "restored" }]);
  const { number } = open[0]!;
  expect(await net.desk.resolve(number, "marie", "nothing to see")).toMatchObject({ ok: true });
  expect(await net.desk.close(number, "marie", disposition, "nobody saw anything")).toMatchObject({ ok: true });
  return number;
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

    const deps = { store: net.store, config: () => net.config, clock: net.clock } as unknown as ApiDeps;
    expect((await ruleItems(deps))[0]).toMatchObject({ id: "high-loss", counts: { opened30: 3, falseAlarms30: 2, falseAlarms90: 2 } });
    const { falseAlarms, proposals } = await ruleDetail(deps, "high-loss");
    expect(falseAlarms.map(({ number }) => number)).toEqual([second, first]);
    expect(proposals.map(({ kind, to, missed, false: noise }) => [kind, to, missed, noise])).toEqual([
      ["for", "180 s", 0, -2],
      ["threshold", "above 0.013", 0, -2],
    ]);
    // What came back for real within half an hour is the same incident.
    net.finds("codec-1", "icmp", lossy(0.2));
    await net.advance(2 * MINUTE);
    expect((await net.store.incident(real))?.occurrences).toBe(2);
  } finally {
    await net.end();
  }
});

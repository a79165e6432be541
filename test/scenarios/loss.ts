/** A loss of packets that lasts, is over, and is closed with a person's word for it. */
import { expect } from "vitest";
import { bare, type Finding } from "../../daemon/model/observation.ts";
import { MINUTE } from "../../daemon/model/time.ts";
import type { Scenario } from "./scenario.ts";

export const lossy = (value: number): Finding => ({ ...bare("up"), samples: [{ name: "icmp_loss_ratio", value }] });

/** Resolves to the incident's number. */
export async function passes(net: Scenario, value: number, lastsMs: number, disposition: "false-alarm" | "fixed"): Promise<string> {
  net.finds("codec-1", "icmp", lossy(value));
  await net.advance(lastsMs);
  net.finds("codec-1", "icmp", lossy(0));
  await net.advance(3 * MINUTE);
  const open = (await net.unfolded()).filter(({ state }) => state !== "closed");
  expect(open).toMatchObject([{ rule: "high-loss", state: "restored" }]);
  const number = open[0]?.number ?? "";
  expect(await net.desk.resolve(number, "marie", "nothing to see")).toMatchObject({ ok: true });
  expect(await net.desk.close(number, "marie", disposition, "nobody saw anything")).toMatchObject({ ok: true });
  return number;
}

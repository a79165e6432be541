/** A port that goes down for less than a minute again and again, each time called a false alarm; once it was real. */
import { readFileSync } from "node:fs";
import type { Incident } from "../../daemon/model/incident.ts";
import { DAY, HOUR, SECOND } from "../../daemon/model/time.ts";
import type { Store } from "../../daemon/ports.ts";
import { ProposalTests } from "../../daemon/proposal-tests.ts";
import { parsePack } from "../../rules/pack.ts";
import { incident } from "../contracts/samples.ts";
import { at, quiet, type World } from "./fixture.ts";

export const packRules = ["reachability.yaml", "video.yaml"].flatMap(
  (name) => parsePack(name, readFileSync(new URL(`../../rules/packs/${name}`, import.meta.url), "utf8")).rules,
);

function ofPort(index: number, lastedMs: number, more: Partial<Incident>): Incident {
  const openedAt = at - index * DAY;
  return incident(`i${index}`, {
    ...{ rule: "interface-down", symptom: "interface-down", part: "interface Gi0/1", device: "codec-1" },
    ...{ openedAt, firstBadAt: openedAt, restoredAt: openedAt + lastedMs, state: "closed" as const, closedAt: openedAt + HOUR },
    ...more,
  });
}

/** The world has rules, and their past. */
export function ruled(made: World): void {
  const past = [
    ...Array.from({ length: 14 }, (_, index) => ofPort(index + 1, (20 + index) * SECOND, { disposition: "false-alarm" })),
    ofPort(15, 2 * HOUR, { disposition: "fixed" }),
  ];
  const before = made.deps.store;
  const store: Partial<Store> = {
    ruleTallies: async () => [
      { rule: "interface-down", disposition: "false-alarm", opened30: 14, opened90: 14 },
      { rule: "interface-down", disposition: "fixed", opened30: 1, opened90: 1 },
      { rule: "unreachable", opened30: 0, opened90: 2 },
    ],
    rulePages: async () => [{ rule: "unreachable", site: "mgh", at: at - DAY }],
    incidents: async (query) => (query.rule === undefined ? before.incidents(query) : past.filter(({ rule }) => rule === query.rule)),
    sessions: async () => [],
    looksKept: async () => undefined,
  };
  const config = { ...made.deps.config(), rules: packRules };
  const parts = { store: { ...before, ...store }, config: () => config };
  Object.assign(made.deps, { ...parts, proposalTests: new ProposalTests({ ...parts, clock: made.deps.clock, log: quiet }) });
}

/**
 * How a rule did: its incidents counted, its false alarms listed, and the changes that would have avoided them.
 *
 * It reads and proposes; a rule changes in the file alone.
 */
import { inService } from "../../rules/clock.ts";
import { type Change, hourOf } from "../../rules/proposal.ts";
import type { Rule } from "../model/rule.ts";
import { DAY, type Instant } from "../model/time.ts";
import type { RulePage, RuleTally } from "../ports-rules.ts";
import type { ProposalTest } from "../proposal-tests.ts";
import { lastedOf, type Proposed, proposedFor, toWrite } from "../proposing.ts";
import { summaryOf } from "../replay/backtest.ts";
import { hoursOf } from "../roles/hours.ts";
import { appliesText, conditionText, raisedText } from "../text/rule-words.ts";
import type { ProposalShape, RuleDetailShape, RuleItemShape } from "./contract-rules.ts";
import type { ApiDeps } from "./deps.ts";
import { HttpProblem } from "./problem.ts";
import { iso } from "./views.ts";

const judgedPages = 10_000;

function countsOf(rule: string, tallies: readonly RuleTally[], outside: readonly RulePage[]): RuleItemShape["counts"] {
  const own = tallies.filter((each) => each.rule === rule);
  const sum = (of: readonly RuleTally[], days: "opened30" | "opened90") => of.reduce((all, each) => all + each[days], 0);
  const noise = own.filter(({ disposition }) => disposition === "false-alarm");
  const opened90 = sum(own, "opened90");
  return {
    opened30: sum(own, "opened30"),
    falseAlarms30: sum(noise, "opened30"),
    opened90,
    falseAlarms90: sum(noise, "opened90"),
    ...(opened90 === 0 ? {} : { falseShare90: sum(noise, "opened90") / opened90 }),
    toldOutsideHours90: outside.filter((page) => page.rule === rule).length,
  };
}

function itemOf(rule: Rule, counts: RuleItemShape["counts"]): RuleItemShape {
  const { id, symptom, reach, source, text } = rule;
  return {
    ...{ id, symptom, reach, source, counts },
    title: { fr: text.fr.title, en: text.en.title },
    appliesTo: appliesText(rule),
    condition: conditionText(rule.when),
    raised: raisedText(rule),
  };
}

/** Every rule in force; the one with the most false alarms first, then the one that opened most. */
export async function ruleItems(deps: ApiDeps): Promise<readonly RuleItemShape[]> {
  const config = deps.config();
  const now = deps.clock.now();
  const [tallies, pages] = await Promise.all([deps.store.ruleTallies(now), deps.store.rulePages(now - 90 * DAY, judgedPages)]);
  const outside = pages.filter(({ site, device, at }) => !inService(hoursOf(config, site, device), at));
  return config.rules
    .map((rule) => itemOf(rule, countsOf(rule.id, tallies, outside)))
    .sort((a, b) => b.counts.falseAlarms90 - a.counts.falseAlarms90 || b.counts.opened90 - a.counts.opened90 || (a.id < b.id ? -1 : 1));
}

export function ruleOf(deps: ApiDeps, id: string | undefined): Rule {
  const rule = deps.config().rules.find((each) => each.id === id);
  if (rule === undefined) throw new HttpProblem(404, "not-found", `There is no rule "${id}" in force; see /api/v1/rules.`);
  return rule;
}

/** How far the back-test is, and what it counts. */
function testView(test: ProposalTest): ProposalShape["test"] {
  if (test.state === "running") return { state: test.state, share: test.share };
  if (test.state === "failed") return { state: test.state, why: test.why };
  const { replay } = test;
  if (replay === undefined) return { state: test.state };
  const { from, to, opened, changed, ambiguous, lost, otherConfigs } = replay;
  return {
    ...{ state: test.state, from: iso(from), to: iso(to), opened: opened.length, changed: changed.length, ambiguous, lost },
    otherConfigs: otherConfigs.length,
  };
}

function changeView(change: Change): Pick<ProposalShape, "kind" | "from" | "to" | "rooms" | "window"> {
  switch (change.kind) {
    case "presence":
      return { kind: change.to, from: "always", to: change.to, rooms: [...change.rooms] };
    case "for":
      return { kind: change.kind, from: `${change.fromMs / 1000} s`, to: `${change.toMs / 1000} s`, rooms: [] };
    case "attempts":
      return { kind: change.kind, from: String(change.from), to: String(change.to), rooms: [] };
    case "threshold":
      return { kind: change.kind, from: `${change.side} ${change.from}`, to: `${change.side} ${change.to}`, rooms: [] };
    case "window": {
      const { fromMinute, minutes, zone, weekday, devices } = change.window;
      const [from, to] = [hourOf(fromMinute), hourOf(fromMinute + minutes)];
      const window = { from, to, minutes, zone, devices: [...devices], ...(weekday === undefined ? {} : { weekday: weekday + 1 }) };
      return { kind: change.kind, from: "always", to: `not ${from} to ${to}`, rooms: [], window };
    }
  }
}

/** What the change would have done: by the replay, where there is one; until then, and where nothing was kept, by the incidents. */
export function proposalView(
  rule: Rule,
  { change, why, estimated }: Proposed["proposals"][number],
  test: ProposalTest,
  at: Instant,
): ProposalShape {
  const replay = test.state === "finished" ? test.replay : undefined;
  const noise = replay?.false ?? -estimated.false;
  const missed = replay?.missed ?? estimated.missed;
  return {
    ...changeView(change),
    ...{ why, missed, false: noise === 0 ? 0 : -noise, judgedBy: replay === undefined ? "incidents" : "replay" },
    summary: summaryOf({ missed, false: noise }),
    ...{ estimated, test: testView(test), yaml: toWrite(rule, change, at) },
  };
}

/** One rule with its false alarms of 90 days, newest first, and what is proposed. */
export async function ruleDetail(deps: ApiDeps, id: string | undefined): Promise<RuleDetailShape> {
  const rule = ruleOf(deps, id);
  const { network } = deps.config();
  const { falseAlarms, proposals } = await proposedFor(deps, rule);
  const tests = deps.proposalTests.of(
    rule,
    proposals.map(({ change }) => change),
  );
  const item = (await ruleItems(deps)).find((each) => each.id === rule.id);
  return {
    ...(item ?? itemOf(rule, countsOf(rule.id, [], []))),
    text: { fr: { ...rule.text.fr, steps: [...rule.text.fr.steps] }, en: { ...rule.text.en, steps: [...rule.text.en.steps] } },
    falseAlarms: falseAlarms.map((incident) => {
      const { number, openedAt, site, device, part } = incident;
      const { lastedMs } = lastedOf(incident);
      return {
        ...{ number, at: iso(openedAt), site, siteName: network.sites.get(site)?.name ?? site },
        ...(device === undefined ? {} : { device, deviceName: network.devices.get(device)?.name ?? device }),
        ...(part === undefined ? {} : { part }),
        ...(lastedMs === undefined ? {} : { lastedSeconds: lastedMs / 1000 }),
      };
    }),
    proposals: proposals.map((each, index) => proposalView(rule, each, tests[index] ?? { state: "running", share: 0 }, deps.clock.now())),
  };
}

/**
 * How a rule did: its incidents counted, its false alarms listed, and the changes that would have avoided them.
 *
 * It reads and proposes; a rule changes in the file alone.
 */
import { stringify } from "yaml";
import { inService } from "../../rules/clock.ts";
import { writeRule } from "../../rules/packwrite.ts";
import { type Change, changed, type Episode, effectOf, propose, valueIn } from "../../rules/proposal.ts";
import { isBooked } from "../../rules/sessions.ts";
import type { Config } from "../model/config.ts";
import type { Incident } from "../model/incident.ts";
import type { Room } from "../model/network.ts";
import type { Rule } from "../model/rule.ts";
import { DAY, HOUR, type Instant } from "../model/time.ts";
import type { RulePage, RuleTally } from "../ports-rules.ts";
import { hoursOf, scheduleOf } from "../roles/hours.ts";
import { appliesText, conditionText, raisedText } from "../text/rule-words.ts";
import type { ProposalShape, RuleDetailShape, RuleItemShape } from "./contract-rules.ts";
import type { ApiDeps } from "./deps.ts";
import { HttpProblem } from "./problem.ts";
import { iso } from "./views.ts";

const judgedPages = 10_000;
/** As many incidents of a rule are looked at for a proposal; the newest. */
const judgedIncidents = 300;
const judgedSessions = 20_000;

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

const lastedOf = ({ restoredAt, firstBadAt }: Incident) =>
  restoredAt === undefined ? {} : { lastedMs: Math.max(0, restoredAt - firstBadAt) };

/** What raised it, where the rule is about a number. */
async function valueThatRaised(deps: ApiDeps, rule: Rule, incident: Incident): Promise<{ readonly value?: number }> {
  if (rule.when.on !== "sample") return {};
  for (const { event, why } of await deps.store.timeline(incident.id)) {
    const value = event === "opened" ? valueIn(why ?? "", rule.when.name) : undefined;
    if (value !== undefined) return { value };
  }
  return {};
}

/** The room whose presence could keep the incident from opening: always watched today, and its device not always urgent. */
function gatedRoom({ network }: Config, { room, device }: Incident): Room | undefined {
  const of = device === undefined ? undefined : network.devices.get(device);
  const found = network.rooms.get(room ?? of?.room ?? "");
  return found?.presence === "always" && of?.alwaysUrgent !== true ? found : undefined;
}

async function episodesOf(deps: ApiDeps, rule: Rule, incidents: readonly Incident[], since: Instant): Promise<readonly Episode[]> {
  const config = deps.config();
  const sessions = await deps.store.sessions({ endAfter: since, beginBefore: deps.clock.now() + HOUR, limit: judgedSessions });
  const counted = incidents.filter(({ disposition }) => disposition !== "test" && disposition !== "duplicate");
  return Promise.all(
    counted.map(async (incident) => {
      const { number, firstBadAt: at } = incident;
      const room = gatedRoom(config, incident);
      return {
        incident: number,
        isFalse: incident.disposition === "false-alarm",
        at,
        ...lastedOf(incident),
        ...(await valueThatRaised(deps, rule, incident)),
        ...(room === undefined ? {} : { room: room.id }),
        inService: room === undefined || inService(scheduleOf(config, room), at),
        nearSession: room === undefined || isBooked(sessions, room.id, at),
      };
    }),
  );
}

function yamlOf(rule: Rule, change: Change): string {
  if (change.kind === "presence")
    return stringify({ rooms: Object.fromEntries(change.rooms.map((room) => [room, { presence: change.to }])) });
  const next = changed(rule, change);
  return next === undefined ? "" : writeRule(next);
}

function proposalView(rule: Rule, change: Change, why: string, recent: readonly Episode[]): ProposalShape {
  const shown =
    change.kind === "presence"
      ? { kind: change.to, from: "always", to: change.to, rooms: [...change.rooms] }
      : change.kind === "for"
        ? { kind: change.kind, from: `${change.fromMs / 1000} s`, to: `${change.toMs / 1000} s`, rooms: [] }
        : { kind: change.kind, from: `${change.side} ${change.from}`, to: `${change.side} ${change.to}`, rooms: [] };
  return { ...shown, why, ...effectOf(change, recent), judgedBy: "incidents", yaml: yamlOf(rule, change) };
}

/** One rule with its false alarms of 90 days, newest first, and what is proposed. */
export async function ruleDetail(deps: ApiDeps, id: string | undefined): Promise<RuleDetailShape> {
  const rule = ruleOf(deps, id);
  const { network } = deps.config();
  const now = deps.clock.now();
  const since = now - 90 * DAY;
  const incidents = await deps.store.incidents({ rule: rule.id, folded: false, since, limit: judgedIncidents });
  const noise = incidents.filter(({ disposition }) => disposition === "false-alarm");
  const episodes = noise.length === 0 ? [] : await episodesOf(deps, rule, incidents, since);
  const recent = episodes.filter(({ at }) => at >= now - 30 * DAY);
  const item = (await ruleItems(deps)).find((each) => each.id === rule.id);
  return {
    ...(item ?? itemOf(rule, countsOf(rule.id, [], []))),
    text: { fr: { ...rule.text.fr, steps: [...rule.text.fr.steps] }, en: { ...rule.text.en, steps: [...rule.text.en.steps] } },
    falseAlarms: noise.map((incident) => {
      const { number, openedAt, site, device, part } = incident;
      const { lastedMs } = lastedOf(incident);
      return {
        ...{ number, at: iso(openedAt), site, siteName: network.sites.get(site)?.name ?? site },
        ...(device === undefined ? {} : { device, deviceName: network.devices.get(device)?.name ?? device }),
        ...(part === undefined ? {} : { part }),
        ...(lastedMs === undefined ? {} : { lastedSeconds: lastedMs / 1000 }),
      };
    }),
    proposals: propose(rule, episodes).map(({ change, why }) => proposalView(rule, change, why, recent)),
  };
}

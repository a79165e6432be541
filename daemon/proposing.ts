/**
 * What would have avoided the false alarms of a rule: its incidents as the store has them, and the changes that are proposed for them.
 *
 * It reads and proposes; a rule changes in the file alone.
 */
import { stringify } from "yaml";
import { couldClear } from "../rules/applies.ts";
import { inService, onTheWall } from "../rules/clock.ts";
import { writeRule } from "../rules/packwrite.ts";
import { type Change, changed, type Episode, effectOf, hourOf, type Proposal, propose, valueIn } from "../rules/proposal.ts";
import type { RecurringWindow } from "../rules/proposal-window.ts";
import { isBooked } from "../rules/sessions.ts";
import type { WrittenPlan } from "./maintenance-plan.ts";
import type { Config } from "./model/config.ts";
import type { Incident } from "./model/incident.ts";
import type { Check, Room } from "./model/network.ts";
import type { Rule } from "./model/rule.ts";
import { DAY, HOUR, type Instant } from "./model/time.ts";
import type { Clock, Store } from "./ports.ts";
import { scheduleOf } from "./roles/hours.ts";

export interface ProposingDeps {
  readonly store: Pick<Store, "incidents" | "sessions" | "timeline">;
  readonly config: () => Config;
  readonly clock: Clock;
}

/** A rule's false alarms of 90 days, newest first, and what is proposed. */
export interface Proposed {
  readonly falseAlarms: readonly Incident[];
  readonly proposals: readonly (Proposal & {
    /** On the incidents of the last 30 days, from how long they lasted and what raised them. */
    readonly estimated: { readonly missed: number; readonly false: number };
  })[];
}

/** As many incidents of a rule are looked at for a proposal; the newest. */
const judgedIncidents = 300;
const judgedSessions = 20_000;

export async function proposedFor(deps: ProposingDeps, rule: Rule): Promise<Proposed> {
  const now = deps.clock.now();
  const since = now - 90 * DAY;
  const incidents = await deps.store.incidents({ rule: rule.id, folded: false, since, limit: judgedIncidents });
  const falseAlarms = incidents.filter(({ disposition }) => disposition === "false-alarm");
  const episodes = falseAlarms.length === 0 ? [] : await episodesOf(deps, rule, incidents, since);
  const recent = episodes.filter(({ at }) => at >= now - 30 * DAY);
  return {
    falseAlarms,
    proposals: propose(rule, episodes).map((proposal) => ({ ...proposal, estimated: effectOf(proposal.change, recent) })),
  };
}

/** From the first bad look to the first good one; nothing while it is not over. */
export function lastedOf({ restoredAt, firstBadAt }: Incident): { readonly lastedMs?: number } {
  return restoredAt === undefined ? {} : { lastedMs: Math.max(0, restoredAt - firstBadAt) };
}

/** What raised it, where the rule is about a number. */
async function valueThatRaised({ store }: ProposingDeps, rule: Rule, incident: Incident): Promise<{ readonly value?: number }> {
  if (rule.when.on !== "sample") return {};
  for (const { event, why } of await store.timeline(incident.id)) {
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

/** Which of several checks told it is not kept: a false alarm is taken to have had the most looks, a real one the fewest. */
function badLooksOf(rule: Rule, checks: readonly Check[], isFalse: boolean, lastedMs: number | undefined): { readonly badLooks?: number } {
  const steps = checks.filter(({ kind }) => couldClear(rule, kind)).map(({ intervalMs }) => rule.retryMs ?? intervalMs);
  if (steps.length === 0 || lastedMs === undefined) return {};
  return { badLooks: Math.max(1, Math.round(lastedMs / (isFalse ? Math.min(...steps) : Math.max(...steps)))) };
}

async function episodesOf(deps: ProposingDeps, rule: Rule, incidents: readonly Incident[], since: Instant): Promise<readonly Episode[]> {
  const config = deps.config();
  const { sites, devices } = config.network;
  const sessions = await deps.store.sessions({ endAfter: since, beginBefore: deps.clock.now() + HOUR, limit: judgedSessions });
  const counted = incidents.filter(({ disposition }) => disposition !== "test" && disposition !== "duplicate");
  return Promise.all(
    counted.map(async (incident) => {
      const { number, firstBadAt: at, device, site } = incident;
      const room = gatedRoom(config, incident);
      const isFalse = incident.disposition === "false-alarm";
      const lasted = lastedOf(incident);
      return {
        incident: number,
        isFalse,
        at,
        ...lasted,
        ...badLooksOf(rule, devices.get(device ?? "")?.checks ?? [], isFalse, lasted.lastedMs),
        ...(await valueThatRaised(deps, rule, incident)),
        ...(device === undefined ? {} : { device }),
        zone: sites.get(site)?.timezone ?? config.instance.timezone,
        ...(room === undefined ? {} : { room: room.id }),
        inService: room === undefined || inService(scheduleOf(config, room), at),
        nearSession: room === undefined || isBooked(sessions, room.id, at),
      };
    }),
  );
}

const weekdays = ["MO", "TU", "WE", "TH", "FR", "SA", "SU"] as const;

/** RRULE of a window. */
export function recurrenceOf({ weekday }: RecurringWindow): string {
  return weekday === undefined ? "FREQ=DAILY" : `FREQ=WEEKLY;BYDAY=${weekdays[weekday]}`;
}

/** The window as a silence to plan, from the day of `at` on. */
export function silenceOf(rule: Rule, window: RecurringWindow, at: Instant): WrittenPlan {
  const { zone, fromMinute, minutes, devices } = window;
  return {
    kind: "silence",
    scope: { devices: [...devices], symptoms: [rule.symptom] },
    reason: `false alarms of ${rule.id}`,
    from: `${onTheWall(zone, at).day}T${hourOf(fromMinute)}`,
    ...{ minutes, zone },
    rule: recurrenceOf(window),
  };
}

function asCommand({ reason, scope, from, minutes, rule, zone }: WrittenPlan): string {
  const where = `--device ${scope.devices?.join(",")} --symptom ${scope.symptoms?.join(",")}`;
  return `vigie maintenance add --silence --reason "${reason}" ${where} --from ${from} --minutes ${minutes} --rule "${rule}" --zone ${zone}`;
}

/** What a person writes to have the change: a rule of a pack, rooms of the configuration, or a silence to plan. */
export function toWrite(rule: Rule, change: Change, at: Instant): string {
  switch (change.kind) {
    case "presence":
      return stringify({ rooms: Object.fromEntries(change.rooms.map((room) => [room, { presence: change.to }])) });
    case "window": {
      const plan = silenceOf(rule, change.window, at);
      return `# POST /api/v1/maintenance, or:\n# ${asCommand(plan)}\n${stringify(plan)}`;
    }
    case "threshold":
    case "for":
    case "attempts": {
      const next = changed(rule, change);
      return next === undefined ? "" : writeRule(next);
    }
  }
}

/**
 * What is whose: by who holds it, to whom it is offered, whom its level tells, who allocates it; for a function, whoever is on call for it
 * now. Overdue first, then by the next deadline.
 */
import type { Deadline, ListedIncident, MyListPageProps } from "../../dashboards/web/my-list-page.tsx";
import type { Config } from "../model/config.ts";
import type { Incident } from "../model/incident.ts";
import type { Instant } from "../model/time.ts";
import type { PartnerTask } from "../model/work.ts";
import { toldAt } from "../oncall/roster.ts";
import { namedBy, standingFunctions } from "../oncall/standing.ts";
import type { Caller } from "./access.ts";
import type { ApiDeps } from "./deps.ts";
import { functionName } from "./on-call.ts";
import { taskView } from "./tasks.ts";
import { incidentView } from "./views.ts";

const most = 1_000;
const unfinished = ["open", "taken", "restored", "resolved"] as const;

type List = NonNullable<MyListPageProps["list"]>;

export async function myList(deps: ApiDeps, caller: Caller): Promise<List> {
  const { store, config, clock } = deps;
  const now = clock.now();
  const open = await store.incidents({ states: unfinished, folded: false, limit: most });
  const { functions, resting } = dutiesOf(deps, caller, now);
  const { network } = config();
  const listed = (fits: (incident: Incident) => boolean): readonly ListedIncident[] =>
    open
      .filter(fits)
      .map((incident) => ({ incident: incidentView(incident, network), deadline: deadlineOf(incident, now) }))
      .sort((a, b) => a.deadline.inMs - b.deadline.inMs);
  const handedToMe = ({ handOver }: Incident) =>
    handOver !== undefined && (handOver.to.person === caller.name || handOver.to.functions.some((each) => functions.has(each)));
  const free = (incident: Incident) => incident.holder === undefined && incident.state !== "resolved" && !handedToMe(incident);
  const waits = (incident: Incident) => free(incident) && toldNow(incident).some((each) => functions.has(each));
  const allocates = (incident: Incident) => incident.policy.tracks[incident.severity].allocators.some((each) => functions.has(each));
  const mine = open.filter(({ holder }) => holder === caller.name);
  const tasks = await tasksOf(deps, caller, mine);
  const list = {
    handed: listed(handedToMe),
    mine: listed(({ holder }) => holder === caller.name),
    waits: listed(waits),
    allocate: listed((incident) => free(incident) && !waits(incident) && allocates(incident)),
    tasks,
    callers: await callersOf(deps, functions),
    resting: resting.map((id) => functionName(config(), id)),
  };
  const dated = [...list.handed, ...list.mine, ...list.waits, ...tasks];
  return { ...list, overdue: dated.filter(({ deadline }) => deadline.inMs < 0).length };
}

interface Duties {
  /** What they answer for now. */
  readonly functions: ReadonlySet<string>;
  /** What they fill at other times. */
  readonly resting: readonly string[];
}

/**
 * By rotations and overrides: who is on call for a function now. A token's own function counts too, unless its owner is one of those who
 * take turns at it, and it is not their turn.
 */
function dutiesOf({ config: inForce }: ApiDeps, { name, function: own }: Caller, now: Instant): Duties {
  const config = inForce();
  const fills = new Set([own, ...standingFunctions(config)].filter((id) => namedBy(config, id).has(name)));
  const on = new Set([...fills].filter((id) => isOnCall(config, id, name, now)));
  const functions = new Set(fills.has(own) ? on : [own, ...on]);
  return { functions, resting: [...fills].filter((id) => !on.has(id)) };
}

function isOnCall(config: Config, id: string, name: string, now: Instant): boolean {
  const { duty, people } = toldAt(config, id, now);
  return duty.people.includes(name) || people.includes(name);
}

function toldNow({ policy, severity, level }: Incident): readonly string[] {
  const { steps, lastResort } = policy.tracks[severity];
  return steps.find((step) => step.level === level)?.tell ?? lastResort.tell;
}

/** In how long what comes; without a deadline it goes last. */
export function deadlineOf(incident: Incident, now: Instant): Deadline {
  const { followUpsMissed = 0, followUpDueAt, wakeAt, wakeFor, muted } = incident;
  if (followUpsMissed > 0 && followUpDueAt !== undefined) return { what: "follow-up", inMs: Math.min(-1, followUpDueAt - now) };
  if (muted !== undefined) return { what: "quiet", inMs: Number.MAX_SAFE_INTEGER };
  if (wakeAt === undefined || wakeFor === undefined) return { what: "none", inMs: Number.MAX_SAFE_INTEGER };
  return { what: wakeFor, inMs: Math.max(0, wakeAt - now) };
}

/** Open ones of the incidents that they hold, and those that they asked for. */
async function tasksOf(deps: ApiDeps, { name }: Caller, mine: readonly Incident[]): Promise<List["tasks"]> {
  const open = await deps.store.tasks({ open: true, limit: most });
  const now = deps.clock.now();
  const wanted = open.filter(({ by, incident }) => by === name || mine.some(({ id }) => id === incident));
  const rows = wanted.map((task) => ({
    task: taskView(deps, task),
    // A task's id is the incident's number and a count.
    number: task.id.replace(/-T\d+$/, ""),
    deadline: taskDeadline(task, now),
  }));
  return rows.sort((a, b) => a.deadline.inMs - b.deadline.inMs);
}

function taskDeadline({ state, promisedBy, wakeAt }: PartnerTask, now: Instant): Deadline {
  if (state === "answered") return { what: "check", inMs: 0 };
  if (promisedBy !== undefined) return { what: "promise", inMs: promisedBy - now };
  return wakeAt === undefined ? { what: "none", inMs: Number.MAX_SAFE_INTEGER } : { what: "look", inMs: Math.max(0, wakeAt - now) };
}

/** People whose service is back and who have not said so: for the level that takes calls in. */
async function callersOf({ store, config, clock }: ApiDeps, functions: ReadonlySet<string>): Promise<List["callers"]> {
  const { network, policies, policy } = config();
  const first = policies.get(policy)?.tracks.minor.steps[0]?.tell ?? [];
  if (!first.some((each) => functions.has(each))) return [];
  const requests = await store.requests({ open: true, limit: most });
  const found = await Promise.all(
    requests.map(async (request) => {
      const incident = request.incident === undefined ? undefined : await store.incident(request.incident);
      return incident?.restoredAt === undefined ? [] : [{ request, at: incident.restoredAt }];
    }),
  );
  return found
    .flat()
    .sort((a, b) => a.at - b.at)
    .map(({ request: { number, room, site, symptom }, at }) => ({
      ...{ number, symptom, sinceMs: clock.now() - at },
      roomName: network.rooms.get(room)?.name ?? room,
      siteName: network.sites.get(site)?.name ?? site,
    }));
}

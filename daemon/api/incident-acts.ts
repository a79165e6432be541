/**
 * Which acts on an incident its state and the person's place allow now: so that a page offers only what will not be refused.
 *
 * The desks decide again when it is sent.
 */
import type { IncidentAct } from "../../dashboards/web/incident-forms.tsx";
import { notFollowable } from "../../rules/followup.ts";
import { notOffered, notRaisable, notTheirs, type Person } from "../../rules/handover.ts";
import { notOver } from "../../rules/incident.ts";
import { notInFirstCall } from "../../rules/settle.ts";
import { type Incident, isFailing } from "../model/incident.ts";

/** Their own offer, which they take back by declining it. */
export function isOwnOffer({ handOver, holder }: Incident, { name }: Person): boolean {
  return handOver !== undefined && (holder ?? handOver.by) === name;
}

const always: readonly IncidentAct[] = ["note", "action", "attach", "reference", "step"];

/** What else of the house an act needs. */
export interface ActsWith {
  readonly others: boolean;
  readonly alarms: number;
  readonly linked: boolean;
  /** Other systems that may be asked to open a ticket; of what is closed, those that could not be reached. */
  readonly systems: boolean;
}

export function actsOn(incident: Incident, person: Person, beside: ActsWith): readonly IncidentAct[] {
  const { state, foldedInto, holder, acknowledgedAt, handOver, openTasks = [] } = incident;
  if (foldedInto !== undefined) return [];
  if (state === "closed") return beside.systems ? ["ticket"] : [];
  const [failing, over] = [isFailing(incident), notOver(incident) !== undefined];
  const unresolved = state !== "resolved";
  const offered = handOver !== undefined && notOffered(incident, person) === undefined;
  const can: Readonly<Partial<Record<IncidentAct, boolean>>> = {
    take: unresolved && holder !== person.name,
    acknowledge: failing && acknowledgedAt === undefined && holder === undefined,
    release: unresolved && holder === person.name,
    accept: offered,
    decline: offered || isOwnOffer(incident, person),
    "follow-up": notFollowable(incident) === undefined,
    assign: unresolved && notTheirs(incident, person) === undefined,
    escalate: notRaisable(incident) === undefined,
    solve: !over && notInFirstCall(incident) === undefined,
    restore: failing,
    resolve: unresolved && !over,
    "false-alarm": !over,
    close: !failing && !over,
    severity: unresolved,
    urgency: unresolved,
    task: unresolved,
    hear: openTasks.length > 0,
    ticket: beside.systems,
    merge: beside.others && unresolved,
    split: beside.alarms > 1,
    link: beside.others,
    unlink: beside.linked,
  };
  return [...(Object.keys(can) as IncidentAct[]).filter((act) => can[act] === true), ...always];
}

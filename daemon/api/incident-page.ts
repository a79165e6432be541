/**
 * The page of one incident, with the forms that whoever is signed in may use on it now.
 */
import type { FormState } from "../../dashboards/web/form-parts.tsx";
import type { PageContext } from "../../dashboards/web/frame.tsx";
import { type IncidentAct, type IncidentFormsProps, incidentActs } from "../../dashboards/web/incident-forms.tsx";
import { pages } from "../../dashboards/web/pages.tsx";
import type { Incident, NoticeKind } from "../model/incident.ts";
import { ticketOfRow } from "../roles/ticket-rows.ts";
import { supportOf } from "../support.ts";
import type { Caller } from "./access.ts";
import { attachmentView } from "./attachments.ts";
import type { IncidentDetailShape } from "./contract.ts";
import type { ApiDeps } from "./deps.ts";
import { diagnosisList } from "./diagnoses.ts";
import { actsOn, isOwnOffer } from "./incident-acts.ts";
import { incidentDetail } from "./reads.ts";
import { taskView } from "./tasks.ts";
import { deviceView } from "./views.ts";

const shownTasks = 100;
/** Among so many an incident is chosen that this one goes on as. */
const shownOthers = 200;
const dispositions = ["fixed", "healed", "false-alarm", "test", "duplicate", "not-ours"] as const;

export interface IncidentPageOf {
  readonly id: string;
  /** Who is signed in. */
  readonly by: Caller | undefined;
  /** What was just done, as the address says. */
  readonly done?: unknown;
  readonly warned?: unknown;
  readonly state?: FormState;
}

export async function incidentPage(deps: ApiDeps, page: PageContext, of: IncidentPageOf): Promise<string> {
  const { network, rules } = deps.config();
  const detail = await incidentDetail(deps, of.id);
  const [incident, into, before] = await Promise.all(
    [detail.id, detail.foldedInto, detail.recurrenceOf].map((each) => (each === undefined ? undefined : deps.store.incident(each))),
  );
  const rule = rules.find((each) => each.id === detail.rule)?.text[page.language];
  const phone = network.rooms.get(detail.room ?? "")?.phone;
  const [tasks, references, files, diagnoses] = await Promise.all([
    deps.store.tasks({ incident: detail.id, limit: shownTasks }),
    deps.store.references({ incident: detail.id }),
    deps.store.attachments(detail.id),
    diagnosisList(deps, detail.id),
  ]);
  const open = of.by === undefined ? [] : await deps.store.incidents({ states: ["open", "taken"], folded: false, limit: shownOthers });
  const now = detail.device === undefined ? undefined : network.devices.get(detail.device);
  return pages.incident({
    page,
    incident: detail,
    references,
    diagnoses,
    tasks: tasks.map((task) => taskView(deps, task)).reverse(),
    files: files.map(attachmentView),
    ...(rule === undefined ? {} : { advice: { clinic: rule.clinic, steps: [...rule.steps] } }),
    ...(phone === undefined ? {} : { phone }),
    ...(into === undefined ? {} : { foldedIntoNumber: detail.goesOnAs ?? into.number }),
    ...(before === undefined ? {} : { beforeNumber: before.number }),
    ...(now === undefined ? {} : { up: deviceView(now, network, deps.board).up }),
    ...(now === undefined ? {} : { support: supportOf(now, deps.config(), deps.board.inventory(now.id), deps.clock.now()) }),
    ...(incident === undefined ? {} : { forms: formsOf(deps, page, incident, { of, detail, open }) }),
    ...doneOf(of),
  });
}

function doneOf({ done, warned }: IncidentPageOf): { readonly done?: IncidentAct; readonly warned?: boolean } {
  const act = incidentActs.find((each) => each === done);
  return act === undefined ? {} : { done: act, warned: warned === "1" };
}

interface Around {
  readonly of: IncidentPageOf;
  readonly detail: IncidentDetailShape;
  /** Incidents that fail now. */
  readonly open: readonly Incident[];
}

/** What that system was told last never arrived. */
function isGivenUp(system: string, { deliveries }: IncidentDetailShape): boolean {
  return deliveries.findLast((row) => ticketOfRow({ kind: row.kind as NoticeKind, key: row.key })?.system === system)?.state === "failed";
}

function aroundOf(deps: ApiDeps, page: PageContext, incident: Incident, { detail, open }: Around) {
  const { network, tickets } = deps.config();
  const about = (each: Incident) => page.texts.name(each.device ?? each.room ?? each.site);
  const part = (name: string | undefined) => (name === undefined ? "" : ` (${page.texts.part(name)})`);
  return {
    version: incident.version,
    systems: [...(tickets?.values() ?? [])]
      .filter(({ id }) => incident.state !== "closed" || isGivenUp(id, detail))
      .map(({ id, name }) => ({ value: id, label: name })),
    others: open
      .filter(({ id }) => id !== incident.id)
      .map((each) => ({
        value: each.number,
        label: `${each.number} · ${network.sites.get(each.site)?.name ?? each.site}, ${about(each)} · ${page.texts.symptom(each.symptom)}`,
      })),
    alarms: detail.alarms.map((each) => ({
      value: each.key,
      label: `${page.texts.name(each.device)} · ${page.texts.symptom(each.symptom)}${part(each.part)}`,
    })),
    linked: detail.links.filter(({ kind }) => kind !== "merged").map(({ number }) => ({ value: number, label: number })),
  };
}

function formsOf(deps: ApiDeps, page: PageContext, incident: Incident, around: Around): Omit<IncidentFormsProps, "page"> {
  const { by, state } = around.of;
  const config = deps.config();
  const { functions, contacts, partners, instance } = config;
  const beside = aroundOf(deps, page, incident, around);
  const { others, alarms, linked, systems } = beside;
  const has = { others: others.length > 0, alarms: alarms.length, linked: linked.length > 0, systems: systems.length > 0 };
  const { holder, handOver, openTasks = [], severity, urgency } = incident;
  const people = [...contacts.values()].filter(({ id }) => ![...partners.values()].some((each) => each.contacts.includes(id)));
  return {
    acts: by === undefined || page.signedIn?.handles !== true ? [] : actsOn(incident, by, has),
    ...beside,
    closed: incident.state === "closed",
    ownOffer: by !== undefined && isOwnOffer(incident, by),
    receivers: [
      ...[...functions.values()].map(({ id, name }) => ({ value: `function:${id}`, label: name[page.language] })),
      ...people.map(({ id, name }) => ({ value: `person:${id}`, label: name })),
    ],
    partners: [...partners.values()].map(({ id, name }) => ({ value: id, label: name })),
    openTasks: openTasks.map(({ id, partner }) => ({ id, partnerName: partners.get(partner)?.name ?? partner })),
    ...{ dispositions, severity, urgency, zone: instance.timezone, state },
    ...(holder === undefined ? {} : { holder }),
    ...(handOver === undefined ? {} : { handOver: { by: handOver.by, note: handOver.note } }),
  };
}

/**
 * The page of maintenance and silences, and its forms: what each field becomes in the body of which operation.
 */
import type { Express, Request } from "express";
import type { FormState, Option } from "../../dashboards/web/form-parts.tsx";
import type { PageContext } from "../../dashboards/web/frame.tsx";
import type { PlanChoices, PlanDone, Repeat } from "../../dashboards/web/maintenance-forms.tsx";
import { pages } from "../../dashboards/web/pages.tsx";
import type { Config } from "../model/config.ts";
import type { ApiDeps } from "./deps.ts";
import { type ActOf, doAct, FieldProblem, type FormsGate, instantOf, type Values } from "./form-acts.ts";
import { mountForm } from "./form-door.ts";
import { maintenanceViews } from "./maintenance.ts";
import { contextOf, sendPage } from "./page-context.ts";
import { languageOf } from "./page-language.ts";
import { patientWarning } from "./patient-data.ts";
import { present } from "./shape.ts";

const shown = 200;

export async function maintenancePage(deps: ApiDeps, page: PageContext, query: Request["query"], state?: FormState): Promise<string> {
  const items = await maintenanceViews(deps, shown);
  const choices = page.signedIn?.plans === true ? choicesOf(deps.config(), page) : undefined;
  return pages.maintenance({ page, items, ...present({ choices, done: doneOf(query), state }) });
}

function choicesOf({ network, rules, instance }: Config, page: PageContext): PlanChoices {
  const site = (id: string) => network.sites.get(id)?.name ?? id;
  const named = (options: readonly Option[]) => [...options].sort((a, b) => a.label.localeCompare(b.label, page.language));
  const places = [
    ...named([...network.sites.values()].map(({ id, name }) => ({ value: `sites:${id}`, label: name }))),
    ...named([...network.rooms.values()].map((room) => ({ value: `rooms:${room.id}`, label: `${site(room.site)}, ${room.name}` }))),
    ...named([...network.links.values()].map(({ id, name }) => ({ value: `links:${id}`, label: name }))),
  ];
  const symptoms = [...new Set(rules.map(({ symptom }) => symptom))].map((value) => ({ value, label: page.texts.symptom(value) }));
  return { places, symptoms: named(symptoms), zone: instance.timezone };
}

function doneOf({ done, sessions, fits, warned }: Request["query"]): PlanDone | undefined {
  const act = (["plan", "end", "cancel"] as const).find((each) => each === done);
  if (act === undefined) return undefined;
  const count = typeof sessions === "string" && /^\d{1,4}$/.test(sessions) ? Number(sessions) : 0;
  return { act, sessions: count, fitsNothing: fits === "nothing", patient: warned === "1" };
}

const rruleOf: Readonly<Record<Exclude<Repeat, "once" | "flexible">, string>> = {
  daily: "FREQ=DAILY",
  workdays: "FREQ=WEEKLY;BYDAY=MO,TU,WE,TH,FR",
  weekly: "FREQ=WEEKLY",
  fortnightly: "FREQ=WEEKLY;INTERVAL=2",
  monthly: "FREQ=MONTHLY",
};

/** Times are of the clock on the instance's wall, as the page shows them. */
function planBody(config: Config, values: Values): object {
  const zone = config.instance.timezone;
  const { kind, reason, repeat = "once" } = values;
  const from = instantOf("from", values.from, zone);
  const to = instantOf("to", values.to, zone);
  const minutes = values.minutes === undefined ? undefined : wholeOf(values.minutes);
  const base = { kind, reason, scope: scopeOf(config, values), zone, from };
  if (repeat === "once") return present({ ...base, ...(to === undefined ? { minutes } : { to }) });
  if (repeat === "flexible") {
    if (to === undefined) throw new FieldProblem("to", "needed");
    return present({ ...base, to, minutes, flexible: true });
  }
  if (!Object.hasOwn(rruleOf, repeat)) throw new FieldProblem("repeat", "invalid");
  const lastDay = to === undefined ? "" : `;UNTIL=${(values.to ?? "").slice(0, 10).replaceAll("-", "")}`;
  return present({ ...base, minutes, rule: `${rruleOf[repeat as keyof typeof rruleOf]}${lastDay}` });
}

function wholeOf(text: string): number {
  if (!/^\d{1,6}$/.test(text.trim()) || Number(text) === 0) throw new FieldProblem("minutes", "invalid");
  return Number(text);
}

function scopeOf({ network }: Config, { place, device, label, symptom }: Values): object {
  const [kind = "", ...rest] = (place ?? "").split(":");
  const at = place === undefined ? {} : { [kind]: [rest.join(":")] };
  if (device !== undefined && !network.devices.has(device.trim())) throw new FieldProblem("device", "invalid");
  const [, name = "", value = ""] = /^\s*([^=\s]+)\s*=\s*(.+?)\s*$/.exec(label ?? "") ?? [];
  if (label !== undefined && name === "") throw new FieldProblem("label", "invalid");
  if ([place, device, label, symptom].every((each) => each === undefined)) throw new FieldProblem("place", "needed");
  return present({
    ...at,
    devices: device === undefined ? undefined : [device.trim()],
    labels: label === undefined ? undefined : { [name]: value },
    symptoms: symptom === undefined ? undefined : [symptom],
  });
}

interface PlannedContent {
  readonly warnings?: readonly string[];
  readonly sessions?: readonly object[];
}

export function mountMaintenanceForms(app: Express, deps: ApiDeps, gate: FormsGate): void {
  const language = (request: Request) => languageOf(request, deps.config());
  const acts: Readonly<Record<string, ActOf>> = {
    plan: {
      steps: [{ operation: "addMaintenance", body: (values) => planBody(deps.config(), values) }],
      fields: { scope: "place", rule: "repeat" },
      needs: "plan",
    },
    end: { steps: [{ operation: "endMaintenance", body: () => ({}) }], needs: "plan" },
    cancel: { steps: [{ operation: "cancelMaintenance", body: () => ({}) }], needs: "plan" },
  };
  mountForm(app, deps, gate, {
    path: "/maintenance",
    language,
    async act(sent, _request, reader) {
      const [name = "", id = ""] = (sent.values.act ?? "").split(":", 2);
      const of = Object.hasOwn(acts, name) ? acts[name] : undefined;
      const result = await doAct(deps, gate, of, { sent, params: { id }, language: reader });
      if ("state" in result) return result;
      const { warnings = [], sessions = [] } = result.content as PlannedContent;
      const patient = patientWarning("", [sent.values.reason ?? ""], "") === undefined ? 0 : 1;
      const more = `${warnings.length > patient ? "&fits=nothing" : ""}${patient === 1 ? "&warned=1" : ""}`;
      return { to: `/maintenance?done=${name}&sessions=${sessions.length}${more}#main` };
    },
    async again(request, response, { signedIn }, state) {
      const page = await contextOf(request, response, deps, { caller: signedIn.caller, signedIn });
      await sendPage(response, page, () => maintenancePage(deps, page, {}, state));
    },
  });
}

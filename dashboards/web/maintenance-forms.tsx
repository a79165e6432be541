/**
 * The form that plans maintenance or a silence, and the button beside each that ends it or calls it off. Shown to who may plan.
 */
import type { VNode } from "preact";
import type { MaintenanceShape } from "../../daemon/api/contract.ts";
import { ActForm, type Field, type FormState, type Option } from "./form-parts.tsx";
import { formWords } from "./form-words.ts";
import type { PageContext } from "./frame.tsx";
import { maintenanceFormWords } from "./maintenance-form-words.ts";

/** What the form can choose among, by their names. */
export interface PlanChoices {
  /** `sites:mgh`, `rooms:a101`, `links:mgh-jgh`. */
  readonly places: readonly Option[];
  readonly symptoms: readonly Option[];
  readonly zone: string;
}

/** How often: the presets that the form offers, each with its RRULE; `once` and `flexible` have none. */
export const repeats = ["once", "flexible", "daily", "workdays", "weekly", "fortnightly", "monthly"] as const;
export type Repeat = (typeof repeats)[number];

/** What became of the last form. */
export interface PlanDone {
  readonly act: "plan" | "end" | "cancel";
  /** Booked sessions that it takes the rooms of. */
  readonly sessions: number;
  /** It keeps nothing quiet as it is written. */
  readonly fitsNothing: boolean;
  /** Its reason had better be written without what it says of a patient. */
  readonly patient: boolean;
}

export function PlanDoneNote({ page, done }: { readonly page: PageContext; readonly done: PlanDone | undefined }): VNode | null {
  if (done === undefined) return null;
  const w = maintenanceFormWords[page.language];
  return (
    <div role="status">
      <p class="banner good">{w.did[done.act]}</p>
      {done.sessions === 0 ? null : (
        <p class="banner problem">
          {w.sessions(done.sessions)} <a href="/sessions">{w.seeSessions}</a>
        </p>
      )}
      {done.patient ? <p class="banner problem">{formWords[page.language].patient}</p> : null}
      {done.fitsNothing ? <p class="banner problem">{w.fitsNothing}</p> : null}
    </div>
  );
}

export function PlanForm({
  page,
  choices,
  state,
}: {
  readonly page: PageContext;
  readonly choices: PlanChoices;
  readonly state: FormState | undefined;
}): VNode | null {
  if (page.signedIn?.plans !== true) return null;
  const w = maintenanceFormWords[page.language];
  const f = formWords[page.language];
  const zone = f.zone.replace("{zone}", choices.zone);
  const any: Option = { value: "", label: w.any };
  const kinds = (["maintenance", "silence"] as const).map((value) => ({ value, label: w.kind[value] }));
  const fields: readonly Field[] = [
    { name: "kind", label: w.what, kind: "choice", needed: true, options: kinds },
    { name: "reason", label: w.reason, needed: true, most: 500, hint: f.noPatient },
    { name: "place", label: w.place, kind: "choice", options: [any, ...choices.places] },
    { name: "device", label: w.device, hint: w.deviceHint, most: 200 },
    { name: "label", label: w.label, hint: w.labelHint, most: 400 },
    { name: "symptom", label: w.symptom, kind: "choice", options: [any, ...choices.symptoms] },
    {
      ...{ name: "repeat", label: w.repeat, kind: "choice", needed: true },
      options: repeats.map((value) => ({ value, label: w.repeats[value] })),
    },
    { name: "from", label: w.from, kind: "when", hint: `${zone}; ${w.fromHint}` },
    { name: "minutes", label: w.minutes, needed: true, first: "120", most: 6 },
    { name: "to", label: w.to, kind: "when", hint: `${zone}; ${w.toHint}` },
  ];
  return (
    <section aria-labelledby="plan" class="act no-print">
      <details id="fold-plan" open={state?.act === "plan"}>
        <summary id="plan">{w.title}</summary>
        <p class="hint">{w.scopeMeaning}</p>
        <ActForm page={page} act="plan" button={w.plan} fields={fields} state={state} strong />
      </details>
    </section>
  );
}

/** What is in force ends now; what is coming is called off. */
export function EndButtons({ page, item }: { readonly page: PageContext; readonly item: MaintenanceShape }): VNode | null {
  if (page.signedIn?.plans !== true || item.phase === "over") return null;
  const w = maintenanceFormWords[page.language];
  const recurs = item.when.kind === "recurring";
  return (
    <>
      {item.phase === "now" ? <ActForm page={page} act={`end:${item.id}`} button={w.end} about={item.id} /> : null}
      {item.phase === "coming" || recurs ? <ActForm page={page} act={`cancel:${item.id}`} button={w.cancel} about={item.id} /> : null}
    </>
  );
}

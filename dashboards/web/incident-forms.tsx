/**
 * What may be done about an incident now, each as a form: only what would not be refused stands here.
 */
import type { ComponentChildren, VNode } from "preact";
import {
  ActForm,
  type ActFormProps,
  choice,
  type Field,
  type FormState,
  needed,
  type Option,
  Titled,
  type TitledForm,
} from "./form-parts.tsx";
import { formWords } from "./form-words.ts";
import type { PageContext } from "./frame.tsx";
import { incidentFormsWords } from "./incident-forms-words.ts";
import { JoiningForms } from "./joining-forms.tsx";

export const incidentActs = [
  ...(["take", "acknowledge", "release", "accept", "decline", "note", "follow-up", "assign", "escalate", "solve", "restore"] as const),
  ...([
    "resolve",
    "false-alarm",
    "close",
    "severity",
    "urgency",
    "task",
    "hear",
    "action",
    "reference",
    "ticket",
    "attach",
    "step",
  ] as const),
  ...(["merge", "split", "link", "unlink"] as const),
] as const;
export type IncidentAct = (typeof incidentActs)[number];

export interface IncidentFormsProps {
  readonly page: PageContext;
  /** Acts that its state and the person's place allow. */
  readonly acts: readonly IncidentAct[];
  readonly closed: boolean;
  readonly holder?: string;
  readonly handOver?: { readonly by: string; readonly note: string };
  /** The person's own offer, to be taken back. */
  readonly ownOffer: boolean;
  readonly receivers: readonly Option[];
  readonly partners: readonly Option[];
  readonly openTasks: readonly { readonly id: string; readonly partnerName: string }[];
  readonly dispositions: readonly string[];
  readonly severity: string;
  readonly urgency: string;
  readonly zone: string;
  /** Ticket systems of the configuration. */
  readonly systems: readonly Option[];
  /** Other open incidents, by number. */
  readonly others: readonly Option[];
  /** Of the incident as it is shown. */
  readonly version: number;
  /** Alarms that it gathers, by key. */
  readonly alarms: readonly Option[];
  /** Incidents that it is linked with, by number. */
  readonly linked: readonly Option[];
  readonly state?: FormState | undefined;
}

export function IncidentForms(props: IncidentFormsProps): VNode {
  const { page, acts, closed } = props;
  const w = incidentFormsWords[page.language];
  return (
    <section aria-labelledby="act" class="act no-print">
      <h2 id="act">{w.title}</h2>
      {closed ? <p class="hint">{w.closed}</p> : null}
      {!closed && page.signedIn === undefined ? (
        <p>
          <a href={`/sign-in?to=${encodeURIComponent(page.path)}`}>{w.signIn}</a>.
        </p>
      ) : null}
      {!closed && page.signedIn?.handles === false ? <p class="hint">{w.readOnly}</p> : null}
      {acts.length === 0 ? null : <Forms {...props} />}
    </section>
  );
}

function Forms(props: IncidentFormsProps): VNode {
  const { page, acts, handOver, holder, ownOffer, state } = props;
  const w = incidentFormsWords[page.language];
  const has = (act: IncidentAct) => acts.includes(act);
  const form = (act: IncidentAct, more: Omit<ActFormProps, "page" | "act" | "state">) =>
    has(act) ? <ActForm page={page} act={act} state={state} {...more} /> : null;
  const hint = formWords[page.language].noPatient;
  return (
    <>
      {has("accept") && handOver !== undefined ? (
        <p class="banner">{w.acceptMeaning.replace("{by}", handOver.by).replace("{note}", handOver.note)}</p>
      ) : null}
      <div class="row">
        {form("accept", { button: w.accept, strong: true })}
        {form("take", {
          button: holder === undefined ? w.take : w.takeFrom.replace("{holder}", holder),
          hidden: { insteadOf: holder ?? "" },
          strong: !has("accept") && holder === undefined,
        })}
        {form("acknowledge", { button: w.acknowledge })}
        {form("release", { button: w.release })}
      </div>
      {form("note", { button: w.addNote, fields: [{ name: "note", label: w.note, kind: "area", needed: true, hint }] })}
      <Fold page={page} acts={["decline"]} {...{ state, has }} title={ownOffer ? w.takeBack : w.decline}>
        {form("decline", { button: ownOffer ? w.takeBack : w.decline, fields: [needed("note", w.why)] })}
      </Fold>
      <Fold page={page} acts={["solve", "restore", "resolve", "false-alarm", "close"]} {...{ state, has }} title={w.ends}>
        <Endings {...props} />
      </Fold>
      <Fold page={page} acts={["assign"]} {...{ state, has }} title={w.handOver}>
        {form("assign", {
          button: w.offer,
          fields: [
            choice("to", w.to, [{ value: "", label: formWords[page.language].choose }, ...props.receivers]),
            needed("note", w.whatToKnow),
          ],
          children: <p class="hint">{w.offerMeaning}</p>,
        })}
      </Fold>
      <Fold page={page} acts={["escalate"]} {...{ state, has }} title={w.escalate}>
        {form("escalate", {
          button: w.escalate,
          fields: [needed("reason", w.tried)],
          children: <p class="hint">{w.escalateMeaning}</p>,
        })}
      </Fold>
      <Fold page={page} acts={["follow-up"]} {...{ state, has }} title={w.followUp}>
        {form("follow-up", { button: w.set, fields: [when(props, "at", w.at, true), needed("note", w.why)] })}
      </Fold>
      <Fold page={page} acts={["task", "hear"]} {...{ state, has }} title={w.partners}>
        <Partners {...props} />
      </Fold>
      <Fold page={page} acts={["action", "attach", "reference", "ticket"]} {...{ state, has }} title={`${w.change} · ${w.attach}`}>
        <Written {...props} />
      </Fold>
      <Fold page={page} acts={["merge", "split", "link", "unlink"]} {...{ state, has }} title={w.joining}>
        <JoiningForms {...props} />
      </Fold>
      <Fold page={page} acts={["severity", "urgency"]} {...{ state, has }} title={w.classes}>
        <Classes {...props} />
      </Fold>
    </>
  );
}

function when({ page, zone }: IncidentFormsProps, name: string, label: string, isNeeded: boolean): Field {
  return { name, label, kind: "when", needed: isNeeded, hint: formWords[page.language].zone.replace("{zone}", zone) };
}

interface FoldProps {
  readonly page: PageContext;
  readonly acts: readonly IncidentAct[];
  readonly has: (act: IncidentAct) => boolean;
  readonly state: FormState | undefined;
  readonly title: string;
  readonly children: ComponentChildren;
}

/** Closed until it is wanted; open when what was sent from it came back. */
function Fold({ acts, has, state, title, children }: FoldProps): VNode | null {
  if (!acts.some(has)) return null;
  const sent = state?.act.split(":")[0];
  return (
    <details id={`fold-${acts[0]}`} open={acts.some((act) => act === sent)}>
      <summary>{title}</summary>
      {children}
    </details>
  );
}

function Endings({ page, acts, dispositions, state }: IncidentFormsProps): VNode {
  const w = incidentFormsWords[page.language];
  const lost = [
    { value: "", label: w.unsaid },
    { value: "no", label: w.no },
    { value: "yes", label: w.yes },
  ];
  const kinds = [
    { value: "", label: formWords[page.language].choose },
    ...dispositions.map((value) => ({ value, label: page.texts.disposition(value) })),
  ];
  const each: readonly (Omit<ActFormProps, "page" | "state" | "act"> & { readonly act: IncidentAct; readonly title: string })[] = [
    {
      ...{ act: "solve", title: w.solve, button: w.solve },
      fields: [needed("note", w.done), { ...choice("sessionLost", w.sessionLost, lost), needed: false }],
    },
    { act: "restore", title: w.restore, button: w.restore, fields: [needed("note", w.restoreHow)] },
    { act: "resolve", title: w.resolve, button: w.resolve, fields: [needed("note", w.done)] },
    { act: "close", title: w.close, button: w.close, fields: [choice("disposition", w.disposition, kinds), needed("note", w.cause)] },
    {
      ...{ act: "false-alarm", title: w.falseAlarm, button: w.falseAlarm, fields: [needed("note", w.whatItWas)] },
      children: <p class="hint">{w.falseAlarmMeaning}</p>,
    },
  ];
  return <Titled page={page} forms={each.filter(({ act }) => acts.includes(act))} state={state} />;
}

function Partners(props: IncidentFormsProps): VNode {
  const { page, partners, openTasks, acts, state } = props;
  const { texts } = page;
  const w = incidentFormsWords[page.language];
  const chosen = [{ value: "", label: formWords[page.language].choose }, ...partners];
  const hows = (["telephone", "mail", "meeting"] as const).map((value) => ({ value, label: w.hows[value] }));
  const states = ["", "waiting", "answered", "done", "withdrawn"].map((value) => ({
    ...{ value, label: value === "" ? w.asItWas : texts.of("task-state", value) },
  }));
  const promised = when(props, "promisedBy", w.promisedBy, false);
  const ticket = { name: "ticket", label: w.ticket };
  const heard = openTasks.map(({ id, partnerName }) => ({
    ...{ act: `hear:${id}`, title: w.hear.replace("{partner}", partnerName).replace("{task}", id), button: w.write },
    fields: [
      choice("how", w.how, hows, "telephone"),
      { name: "who", label: w.who },
      needed("note", w.said),
      { ...choice("state", w.nowIs, states), needed: false },
      ticket,
      promised,
    ],
  }));
  const opens = {
    ...{ act: "task", title: w.partners, button: w.open },
    fields: [choice("partner", w.partner, chosen), needed("asked", w.asked), ticket, { name: "spokenTo", label: w.spokenTo }, promised],
  };
  return <Titled page={page} state={state} forms={[...(acts.includes("hear") ? heard : []), ...(acts.includes("task") ? [opens] : [])]} />;
}

const kinds = ["ip-change", "swap", "restart", "configuration", "firmware", "cabling", "other"] as const;

function Written({ page, acts, systems, state }: IncidentFormsProps): VNode {
  const w = incidentFormsWords[page.language];
  const options = kinds.map((value) => ({ value, label: page.texts.of("action", value) }));
  const forms: readonly (TitledForm & { readonly act: IncidentAct })[] = [
    {
      ...{ act: "action", title: w.change, button: w.write },
      fields: [
        choice("kind", w.kind, options, "restart"),
        needed("what", w.what),
        { name: "before", label: w.before },
        { name: "after", label: w.after, hint: w.afterHint },
        { name: "part", label: w.part, hint: w.partHint },
        { name: "serialBefore", label: w.serialBefore },
        { name: "serialAfter", label: w.serialAfter },
      ],
    },
    {
      ...{ act: "attach", title: w.attach, button: w.attachButton },
      fields: [{ name: "file", label: w.file, kind: "file", needed: true, hint: formWords[page.language].noPatient }],
    },
    {
      ...{ act: "ticket", title: w.openTicket, button: w.openTicketButton },
      fields: [
        choice("system", w.system, [{ value: "", label: formWords[page.language].choose }, ...systems]),
        { name: "note", label: w.why },
      ],
      children: <p class="hint">{w.openTicketMeaning}</p>,
    },
    {
      ...{ act: "reference", title: w.reference, button: w.write },
      fields: [
        { name: "system", label: w.system, needed: true },
        { name: "number", label: w.number, needed: true },
      ],
    },
  ];
  return <Titled page={page} state={state} forms={forms.filter(({ act }) => acts.includes(act))} />;
}

function Classes({ page, acts, severity, urgency, state }: IncidentFormsProps): VNode {
  const w = incidentFormsWords[page.language];
  const { texts } = page;
  const severities = ["minor", "major"].map((value) => ({ value, label: texts.severity(value) }));
  const urgencies = ["now", "before-session", "service-hours"].map((value) => ({ value, label: texts.urgency(value) }));
  const forms: readonly (TitledForm & { readonly act: IncidentAct })[] = [
    {
      act: "severity",
      title: w.severity,
      button: w.changeSeverity,
      fields: [choice("severity", w.severity, severities, severity), needed("reason", w.why)],
    },
    {
      act: "urgency",
      title: w.urgency,
      button: w.changeUrgency,
      fields: [choice("urgency", w.urgency, urgencies, urgency), needed("reason", w.why)],
    },
  ];
  return <Titled page={page} state={state} forms={forms.filter(({ act }) => acts.includes(act))} />;
}

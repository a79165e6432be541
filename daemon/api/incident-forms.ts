/**
 * The forms of an incident's page: what each field becomes in the body of which operation.
 */
import type { Express } from "express";
import { DateTime } from "luxon";
import { formWords } from "../../dashboards/web/form-words.ts";
import type { IncidentAct } from "../../dashboards/web/incident-forms.tsx";
import { attachmentTypes, mostBytes } from "../../rules/attachment.ts";
import type { Language } from "../model/time.ts";
import type { ApiDeps } from "./deps.ts";
import { mountForm, operationOf, type Refusing, refusedAs } from "./form-door.ts";
import type { Outcome, Sent } from "./form-once.ts";
import { incidentPage } from "./incident-page.ts";
import { type Gate, type Operation, perform } from "./operation.ts";
import { contextOf, sendPage } from "./page-context.ts";
import { languageOf } from "./page-language.ts";
import { present } from "./shape.ts";
import { iso } from "./views.ts";

export interface FormsGate extends Gate {
  readonly operations: readonly Operation[];
}

type Values = Readonly<Record<string, string>>;

/** What is wrong with a field before an operation is asked. */
class FieldProblem extends Error {
  override readonly name = "FieldProblem";
  readonly field: string;
  readonly problem: "when" | "fileTooLarge" | "fileKind" | "needed";
  constructor(field: string, problem: FieldProblem["problem"]) {
    super(problem);
    this.field = field;
    this.problem = problem;
  }
}

interface Step {
  readonly operation: string;
  body(values: Values, sent: Sent, zone: string): object;
}

interface ActOf {
  readonly steps: readonly Step[];
  /** Field of the body → field of the form, where they differ. */
  readonly fields?: Readonly<Record<string, string>>;
}

const one = (operation: string, body: Step["body"], fields: Readonly<Record<string, string>> = {}): ActOf => ({
  ...{ steps: [{ operation, body }], fields },
});
const note = ({ note: text }: Values) => present({ note: text });

const acts: Readonly<Record<IncidentAct, ActOf>> = {
  take: one("takeIncident", (_values, { values }) => ({ insteadOf: values.insteadOf ?? "" })),
  acknowledge: one("acknowledgeIncident", () => ({})),
  release: one("releaseIncident", () => ({})),
  accept: one("acceptIncident", () => ({})),
  decline: one("declineIncident", note),
  note: one("addNote", note),
  "follow-up": one("setFollowUp", ({ at, note: text }, _sent, zone) => present({ at: instantOf("at", at, zone), note: text })),
  assign: one(
    "assignIncident",
    ({ to = "", note: text }) => {
      const [kind, ...id] = to.split(":");
      if (kind !== "function" && kind !== "person") throw new FieldProblem("to", "needed");
      return present({ [kind]: id.join(":"), note: text });
    },
    { function: "to", person: "to" },
  ),
  escalate: one("escalateIncident", ({ reason }) => present({ reason })),
  solve: one("solveIncident", ({ note: text, sessionLost }) =>
    present({ note: text, sessionLost: sessionLost === undefined ? undefined : sessionLost === "yes" }),
  ),
  restore: one("restoreIncident", note),
  resolve: one("resolveIncident", note),
  "false-alarm": {
    steps: [
      { operation: "resolveIncident", body: note },
      { operation: "closeIncident", body: ({ note: text }) => present({ note: text, disposition: "false-alarm" }) },
    ],
  },
  close: one("closeIncident", ({ note: text, disposition }) => present({ note: text, disposition })),
  severity: one("setSeverity", ({ severity, reason }) => present({ severity, reason })),
  urgency: one("setUrgency", ({ urgency, reason }) => present({ urgency, reason })),
  task: one("openTask", ({ partner, asked, ticket, spokenTo, promisedBy }, _sent, zone) =>
    present({ partner, asked, ticket, spokenTo, promisedBy: instantOf("promisedBy", promisedBy, zone) }),
  ),
  hear: one("hearTask", ({ how, who, note: text, ticket, state, promisedBy }, _sent, zone) =>
    present({ how, who, note: text, ticket, state, promisedBy: instantOf("promisedBy", promisedBy, zone) }),
  ),
  action: one("writeAction", ({ kind, what, before, after, serialBefore, serialAfter }) =>
    present({ kind, what, before, after, serialBefore, serialAfter }),
  ),
  reference: one("addReference", ({ system, number }) => present({ system, number })),
  attach: one("attachFile", (_values, { files }) => fileBody(files.file), { name: "file", type: "file", content: "file" }),
};

/** On the clock of the instance, as the page shows times. */
export function instantOf(field: string, text: string | undefined, zone: string): string | undefined {
  if (text === undefined) return undefined;
  const read = DateTime.fromISO(text.trim().replace(" ", "T"), { zone });
  if (!read.isValid) throw new FieldProblem(field, "when");
  return iso(read.toMillis());
}

function fileBody(file: Sent["files"][string] | undefined): object {
  if (file === undefined) throw new FieldProblem("file", "needed");
  if (file.bytes.length > mostBytes) throw new FieldProblem("file", "fileTooLarge");
  // Windows names a CSV after the program that opens it.
  const type = /\.csv$/i.test(file.name) ? "text/csv" : file.type;
  if (!attachmentTypes.some((each) => each === type)) throw new FieldProblem("file", "fileKind");
  return { name: file.name, type, content: file.bytes.toString("base64") };
}

export function mountIncidentForms(app: Express, deps: ApiDeps, gate: FormsGate): void {
  const language = (request: Parameters<typeof languageOf>[0]) => languageOf(request, deps.config());
  mountForm(app, deps, gate, {
    path: "/incidents/:id",
    withFile: true,
    language,
    act: (sent, request, reader) => act(deps, gate, { sent, id: String(request.params.id), language: reader }),
    async again(request, response, { signedIn }, state) {
      const page = await contextOf(request, response, deps, { caller: signedIn.caller, signedIn });
      await sendPage(response, page, () => incidentPage(deps, page, { id: String(request.params.id), by: signedIn.caller, state }));
    },
  });
}

interface Acting {
  readonly sent: Sent;
  readonly id: string;
  readonly language: Language;
}

async function act(deps: ApiDeps, gate: FormsGate, { sent, id, language }: Acting): Promise<Outcome> {
  const [name = "", task = ""] = (sent.values.act ?? "").split(":", 2);
  const of = Object.hasOwn(acts, name) ? acts[name as IncidentAct] : undefined;
  const shown = (status: number, errors: Readonly<Record<string, string>>) => ({
    ...{ status, state: { act: sent.values.act ?? "", values: sent.values, errors } },
  });
  if (of === undefined) return shown(422, { "": formWords[language].invalid });
  const filled = Object.fromEntries(Object.entries(sent.values).filter(([, text]) => text.trim() !== ""));
  const refusing: Refusing = { ...{ language, deps, needs: "handle" }, fields: { ...sameName(sent.values), ...of.fields } };
  let warned = false;
  try {
    for (const { operation, body } of of.steps) {
      const call = { deps, params: { id, task }, caller: sent.signedIn.caller, body: body(filled, sent, deps.config().instance.timezone) };
      const { content } = await perform(operationOf(gate.operations, operation), call, gate.allowing);
      warned ||= (content as { readonly warnings?: readonly string[] } | undefined)?.warnings !== undefined;
    }
  } catch (error) {
    if (error instanceof FieldProblem) return shown(422, { [error.field]: formWords[language][error.problem] });
    const { status, errors } = refusedAs(error, refusing);
    return shown(status, errors);
  }
  return { to: `/incidents/${encodeURIComponent(id)}?done=${name}${warned ? "&warned=1" : ""}#main` };
}

const sameName = (values: Values) => Object.fromEntries(Object.keys(values).map((name) => [name, name]));

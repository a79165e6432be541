/**
 * The forms of an incident's page: what each field becomes in the body of which operation.
 */
import type { Express } from "express";
import type { IncidentAct } from "../../dashboards/web/incident-forms.tsx";
import { attachmentTypes, mostBytes } from "../../rules/attachment.ts";
import type { ApiDeps } from "./deps.ts";
import { type ActOf, doAct, FieldProblem, type FormsGate, instantOf, one, type Values } from "./form-acts.ts";
import { mountForm } from "./form-door.ts";
import type { Sent } from "./form-once.ts";
import { incidentPage } from "./incident-page.ts";
import { contextOf, sendPage } from "./page-context.ts";
import { languageOf } from "./page-language.ts";
import { present } from "./shape.ts";

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
  action: one("writeAction", ({ kind, what, part, before, after, serialBefore, serialAfter }) =>
    present({ kind, what, part, before, after, serialBefore, serialAfter }),
  ),
  reference: one("addReference", ({ system, number }) => present({ system, number })),
  attach: one("attachFile", (_values, { files }) => fileBody(files.file), { name: "file", type: "file", content: "file" }),
  ticket: one("openTicket", ({ system, note: text }) => present({ system, note: text })),
  merge: one("mergeIncident", ({ into, note: text, version }) => present({ into, note: text, version: numberOf(version) })),
  split: one("splitIncident", (values) => present({ alarms: ticked(values), note: values.note, version: numberOf(values.version) }), {
    alarms: "",
  }),
  link: one("linkIncident", ({ to, kind, note: text }) => present({ to, kind, note: text })),
  unlink: one("unlinkIncident", ({ to, note: text }) => present({ to, note: text })),
  step: one("tickStep", stepBody, { step: "", answer: "" }),
};

const numberOf = (text: string | undefined) => (text === undefined ? undefined : Number(text));

/** Each alarm has a box of its own. */
function ticked(values: Values): readonly string[] {
  const found = Object.entries(values).flatMap(([name, key]) => (/^alarm-\d+$/.test(name) ? [key] : []));
  if (found.length === 0) throw new FieldProblem("", "needed");
  return found;
}

/** What is done goes on as another: the page of that one. */
const goesOn: ReadonlySet<string> = new Set(["merge", "split"]);

/** `step:<diagnosis>:<step>:<answer>`: each button is a form of its own. */
function stepBody({ act = "" }: Values): object {
  const [, , step, answer] = act.split(":");
  return present({ step, answer });
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
    async act(sent, request, reader) {
      const [name = "", about = ""] = (sent.values.act ?? "").split(":", 2);
      const id = String(request.params.id);
      const of = Object.hasOwn(acts, name) ? acts[name as IncidentAct] : undefined;
      const result = await doAct(deps, gate, of, { sent, params: { id, task: about, diagnosis: about }, language: reader });
      if ("state" in result) return result;
      const on = goesOn.has(name) ? (result.content as { readonly number: string }).number : id;
      return { to: `/incidents/${encodeURIComponent(on)}?done=${name}${result.warned ? "&warned=1" : ""}#main` };
    },
    async again(request, response, { signedIn }, state) {
      const page = await contextOf(request, response, deps, { caller: signedIn.caller, signedIn });
      await sendPage(response, page, () => incidentPage(deps, page, { id: String(request.params.id), by: signedIn.caller, state }));
    },
  });
}

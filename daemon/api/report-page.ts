/**
 * The page of a major incident's report, and its forms: write it, sign it. They do what the operations of the API do, with their permissions.
 */
import type { Express } from "express";
import type { FormState } from "../../dashboards/web/form-parts.tsx";
import type { PageContext } from "../../dashboards/web/frame.tsx";
import { pages } from "../../dashboards/web/pages.tsx";
import { functionsThatMay } from "../model/permission.ts";
import type { Caller } from "./access.ts";
import type { ApiDeps } from "./deps.ts";
import { type ActOf, FieldProblem, type FormsGate, one, type Values } from "./form-acts.ts";
import { functionName } from "./on-call.ts";
import { reportView } from "./reports.ts";
import { present } from "./shape.ts";
import { mountSheetForms } from "./sheet-forms.ts";

export interface ReportPageOf {
  /** Id or number of the incident. */
  readonly id: string;
  readonly by: Caller | undefined;
  readonly done?: unknown;
  readonly warned?: unknown;
  readonly state?: FormState;
}

export async function reportPage(deps: ApiDeps, page: PageContext, { id, by, done, warned, state }: ReportPageOf): Promise<string> {
  const { permissions } = deps.config();
  const report = await reportView(deps, id);
  const number = report.facts.find((each) => each.number === id)?.number ?? report.incidents[0] ?? id;
  const said = (["save", "sign"] as const).find((each) => each === done);
  return pages.report({
    ...{ page, number, report, warned: warned === "1" },
    maySign: by !== undefined && (permissions.get(by.function) ?? []).includes("decide"),
    signers: functionsThatMay(permissions, "decide").map((each) => functionName(deps.config(), each)[page.language]),
    ...present({ done: said, state }),
  });
}

function textsOf(values: Values): object {
  const { cause, organizational, clinical, comment } = values;
  return present({ cause, organizational, clinical, comment, remedial: remedialOf(values) });
}

/** What is half written is said beside its field: a remedial action is saved whole. */
function remedialOf({ remedial: kind, what, owner, due }: Values): object | undefined {
  if (kind === undefined) return undefined;
  if (what === undefined) throw new FieldProblem("what", "needed");
  if (kind !== "action") return { kind: "none", why: what };
  if (owner === undefined) throw new FieldProblem("owner", "needed");
  if (due === undefined) throw new FieldProblem("due", "needed");
  return { kind, what, owner, due };
}

const acts: Readonly<Record<string, ActOf>> = {
  save: one(
    "saveIncidentReport",
    (values) => {
      const incidents = values.incidents?.split(/[\s,;]+/).filter((each) => each !== "");
      return present({ version: Number(values.version), texts: textsOf(values), incidents });
    },
    { texts: "", version: "" },
  ),
  sign: one("signReports", ({ report, version }) => ({ reports: [{ id: report ?? "", version: Number(version) }] }), { reports: "" }),
};

export function mountReportForms(app: Express, deps: ApiDeps, gate: FormsGate): void {
  mountSheetForms(app, deps, gate, { collection: "incidents", part: "report", acts, page: reportPage });
}

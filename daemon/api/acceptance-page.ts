/**
 * The page of a room's acceptance sheet, and its forms: sign it, take it back. They do what the operations of the API do.
 */
import type { Express } from "express";
import { noteField } from "../../dashboards/web/acceptance-forms.tsx";
import type { FormState } from "../../dashboards/web/form-parts.tsx";
import type { PageContext } from "../../dashboards/web/frame.tsx";
import { pages } from "../../dashboards/web/pages.tsx";
import { functionsThatMay, mayDo } from "../model/permission.ts";
import { placeName, sheetView } from "./acceptance.ts";
import type { Caller } from "./access.ts";
import type { ApiDeps } from "./deps.ts";
import { type ActOf, FieldProblem, type FormsGate, type Values } from "./form-acts.ts";
import { functionName } from "./on-call.ts";
import { present } from "./shape.ts";
import { mountSheetForms } from "./sheet-forms.ts";

export interface AcceptancePageOf {
  /** A room, or `site:<id>`. */
  readonly id: string;
  readonly by: Caller | undefined;
  readonly done?: unknown;
  readonly warned?: unknown;
  readonly state?: FormState;
}

export async function acceptancePage(deps: ApiDeps, page: PageContext, { id, by, done, warned, state }: AcceptancePageOf): Promise<string> {
  const config = deps.config();
  const sheet = await sheetView(deps, id);
  return pages.acceptance({
    ...{ page, sheet, placeName: placeName(config, sheet.place) ?? sheet.place, warned: warned === "1" },
    maySign: by !== undefined && mayDo(config.permissions.get(by.function) ?? [], "decide"),
    signers: functionsThatMay(config.permissions, "decide").map((each) => functionName(config, each)[page.language]),
    ...present({ done: (["sign", "withdraw"] as const).find((each) => each === done), state }),
  });
}

/** Of what was typed, blanks too: a line that nobody said anything about is told beside its field. */
function notesOf(typed: Values): Readonly<Record<string, string>> {
  const fields = Object.entries(typed).filter(([name]) => name.startsWith(noteField));
  const blank = fields.find(([, text]) => text.trim() === "");
  if (blank !== undefined) throw new FieldProblem(blank[0], "needed");
  return Object.fromEntries(fields.map(([name, text]) => [name.slice(noteField.length), text]));
}

const acts: Readonly<Record<string, ActOf>> = {
  sign: {
    steps: [{ operation: "signAcceptance", body: ({ reason }, sent) => present({ notes: notesOf(sent.values), reason }) }],
    fields: { notes: "" },
    needs: "decide",
  },
  withdraw: { steps: [{ operation: "withdrawAcceptance", body: ({ reason }) => present({ reason }) }], needs: "decide" },
};

/** Lines of a site's sheet, six a device. */
const fieldsAtMost = 1_000;

export function mountAcceptanceForms(app: Express, deps: ApiDeps, gate: FormsGate): void {
  mountSheetForms(app, deps, gate, { collection: "rooms", part: "acceptance", acts, fieldsAtMost, page: acceptancePage });
}

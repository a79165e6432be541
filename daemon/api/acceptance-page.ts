/**
 * The page of a room's acceptance sheet, and its forms: sign it, take it back. They do what the operations of the API do.
 */
import type { Express, Request } from "express";
import { noteField } from "../../dashboards/web/acceptance-forms.tsx";
import type { FormState } from "../../dashboards/web/form-parts.tsx";
import type { PageContext } from "../../dashboards/web/frame.tsx";
import { pages } from "../../dashboards/web/pages.tsx";
import { functionsThatMay, mayDo } from "../model/permission.ts";
import { placeName, sheetView } from "./acceptance.ts";
import type { Caller } from "./access.ts";
import type { ApiDeps } from "./deps.ts";
import { type ActOf, doAct, FieldProblem, type FormsGate, type Values } from "./form-acts.ts";
import { mountForm } from "./form-door.ts";
import { functionName } from "./on-call.ts";
import { contextOf, sendPage } from "./page-context.ts";
import { languageOf } from "./page-language.ts";
import { present } from "./shape.ts";

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
  const idOf = (request: Request) => String(request.params.id);
  mountForm(app, deps, gate, {
    path: "/rooms/:id/acceptance",
    fieldsAtMost,
    language: (request) => languageOf(request, deps.config()),
    async act(sent, request, language) {
      const { act: name = "" } = sent.values;
      const of = Object.hasOwn(acts, name) ? acts[name] : undefined;
      const result = await doAct(deps, gate, of, { sent, params: { id: idOf(request) }, language });
      if ("state" in result) return result;
      return { to: `/rooms/${encodeURIComponent(idOf(request))}/acceptance?done=${name}${result.warned ? "&warned=1" : ""}#main` };
    },
    async again(request, response, { signedIn }, state) {
      const page = await contextOf(request, response, deps, { caller: signedIn.caller, signedIn });
      await sendPage(response, page, () => acceptancePage(deps, page, { id: idOf(request), by: signedIn.caller, state }));
    },
  });
}

/**
 * The forms of a page about one thing (a report, an acceptance sheet), each an act by its name; done, the page is shown again and says so.
 */
import type { Express, Request } from "express";
import type { FormState } from "../../dashboards/web/form-parts.tsx";
import type { PageContext } from "../../dashboards/web/frame.tsx";
import type { Caller } from "./access.ts";
import type { ApiDeps } from "./deps.ts";
import { type ActOf, doAct, type FormsGate } from "./form-acts.ts";
import { mountForm } from "./form-door.ts";
import { contextOf, sendPage } from "./page-context.ts";
import { languageOf } from "./page-language.ts";

export interface SheetForms {
  /** `/incidents/:id/report` is the part `report` of `incidents`. */
  readonly collection: string;
  readonly part: string;
  readonly acts: Readonly<Record<string, ActOf>>;
  readonly fieldsAtMost?: number;
  /** The page with what is wrong beside its fields. */
  readonly page: (
    deps: ApiDeps,
    page: PageContext,
    of: { readonly id: string; readonly by: Caller | undefined; readonly state: FormState },
  ) => Promise<string>;
}

export function mountSheetForms(app: Express, deps: ApiDeps, gate: FormsGate, forms: SheetForms): void {
  const { collection, part, acts, fieldsAtMost, page: pageOf } = forms;
  const idOf = (request: Request) => String(request.params.id);
  mountForm(app, deps, gate, {
    path: `/${collection}/:id/${part}`,
    ...(fieldsAtMost === undefined ? {} : { fieldsAtMost }),
    language: (request) => languageOf(request, deps.config()),
    async act(sent, request, language) {
      const { act: name = "" } = sent.values;
      const of = Object.hasOwn(acts, name) ? acts[name] : undefined;
      const result = await doAct(deps, gate, of, { sent, params: { id: idOf(request) }, language });
      if ("state" in result) return result;
      return { to: `/${collection}/${encodeURIComponent(idOf(request))}/${part}?done=${name}${result.warned ? "&warned=1" : ""}#main` };
    },
    async again(request, response, { signedIn }, state) {
      const page = await contextOf(request, response, deps, { caller: signedIn.caller, signedIn });
      await sendPage(response, page, () => pageOf(deps, page, { id: idOf(request), by: signedIn.caller, state }));
    },
  });
}

/**
 * What a form becomes: the operations that it does, and the bodies that its fields make. Shared by every page that writes.
 */
import { DateTime } from "luxon";
import type { FormState } from "../../dashboards/web/form-parts.tsx";
import { formWords } from "../../dashboards/web/form-words.ts";
import type { Permission } from "../model/permission.ts";
import type { Language } from "../model/time.ts";
import type { ApiDeps } from "./deps.ts";
import { type Refusing, refusedAs } from "./form-door.ts";
import type { Sent } from "./form-once.ts";
import { type Answer, type Gate, type Operation, operationOf, perform } from "./operation.ts";
import { iso } from "./shape.ts";

export interface FormsGate extends Gate {
  readonly operations: readonly Operation[];
}

export type Values = Readonly<Record<string, string>>;

/** What is wrong with a field before an operation is asked. */
export class FieldProblem extends Error {
  override readonly name = "FieldProblem";
  readonly field: string;
  readonly problem: "when" | "fileTooLarge" | "fileKind" | "needed" | "invalid";
  constructor(field: string, problem: FieldProblem["problem"]) {
    super(problem);
    this.field = field;
    this.problem = problem;
  }
}

export interface Step {
  readonly operation: string;
  body(values: Values, sent: Sent, zone: string): object;
}

export interface ActOf {
  readonly steps: readonly Step[];
  /** Field of the body → field of the form, where they differ. */
  readonly fields?: Readonly<Record<string, string>>;
  /** What the function of who sends it needs. Default: `handle`. */
  readonly needs?: Permission;
}

export const one = (operation: string, body: Step["body"], fields: Readonly<Record<string, string>> = {}): ActOf => ({
  ...{ steps: [{ operation, body }], fields },
});
/** On the clock of the instance, as the page shows times. */
export function instantOf(field: string, text: string | undefined, zone: string): string | undefined {
  if (text === undefined) return undefined;
  const read = DateTime.fromISO(text.trim().replace(" ", "T"), { zone });
  if (!read.isValid) throw new FieldProblem(field, "when");
  return iso(read.toMillis());
}

export interface Acting {
  readonly sent: Sent;
  /** Of the operations' addresses. */
  readonly params: Readonly<Record<string, string>>;
  readonly language: Language;
}

/** What the last operation answered, and whether one warned; or the form again with what is wrong. */
export type Acted = { readonly content: unknown; readonly warned: boolean } | { readonly status: number; readonly state: FormState };

/** Does the form's operations one after the other. `of` undefined: there is no such form. */
export async function doAct(deps: ApiDeps, gate: FormsGate, of: ActOf | undefined, { sent, params, language }: Acting): Promise<Acted> {
  const { values, signedIn } = sent;
  const again = (status: number, errors: Values) => ({ status, state: { act: values.act ?? "", values, errors } });
  if (of === undefined) return again(422, { "": formWords[language].invalid });
  const filled = Object.fromEntries(Object.entries(values).filter(([, text]) => text.trim() !== ""));
  const refusing: Refusing = { ...{ language, deps, needs: of.needs ?? "handle" }, fields: { ...sameName(values), ...of.fields } };
  const answers: Answer[] = [];
  try {
    for (const { operation, body } of of.steps) {
      const call = { deps, params, caller: signedIn.caller, body: body(filled, sent, deps.config().instance.timezone) };
      answers.push(await perform(operationOf(gate.operations, operation), call, gate.allowing));
    }
  } catch (error) {
    if (error instanceof FieldProblem) return again(422, { [error.field]: formWords[language][error.problem] });
    const { status, errors } = refusedAs(error, refusing);
    return again(status, errors);
  }
  const warned = answers.some(({ content }) => (content as { readonly warnings?: unknown } | undefined)?.warnings !== undefined);
  return { content: answers.at(-1)?.content, warned };
}

const sameName = (values: Values) => Object.fromEntries(Object.keys(values).map((name) => [name, name]));

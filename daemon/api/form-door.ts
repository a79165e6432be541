/**
 * Where a page's form comes in. First who sends it, then whether the form is one that was shown to them, then what it says; and once only,
 * however often it is sent.
 *
 * A form does what an operation of the API does, with its permission and its checks (`perform`): there is no second way.
 */
import express, { type Express, type Request, type RequestHandler, type Response } from "express";
import type { FormState } from "../../dashboards/web/form-parts.tsx";
import { formWords } from "../../dashboards/web/form-words.ts";
import { mostBytes } from "../../rules/attachment.ts";
import { functionsThatMay, type Permission } from "../model/permission.ts";
import type { Language } from "../model/time.ts";
import { refusalText } from "../text/why.ts";
import type { ApiDeps } from "./deps.ts";
import { type Outcome, once, type Sent } from "./form-once.ts";
import { readMultipart } from "./multipart.ts";
import { functionName } from "./on-call.ts";
import { BodyProblem, type Gate } from "./operation.ts";
import { HttpProblem } from "./problem.ts";
import { refuseForged, showSignIn, wayOn } from "./sign-in.ts";
import type { SignedIn } from "./sign-ins.ts";

const bodyLimitBytes = 64 * 1024;

export interface FormDoor {
  readonly path: string;
  /** Takes a file too. */
  readonly withFile?: boolean;
  /** Default 50. */
  readonly fieldsAtMost?: number;
  act(sent: Sent, request: Request, language: Language): Promise<Outcome>;
  /** The page again, with what was typed. */
  again(request: Request, response: Response, sent: Sent, state: FormState): Promise<void>;
  language(request: Request): Language;
}

export function mountForm(app: Express, deps: ApiDeps, gate: Pick<Gate, "signIns">, door: FormDoor): void {
  const known: RequestHandler = async (request, response, next) => {
    // Nobody gets a file parsed who is not signed in; a text is kept for them to copy.
    response.locals.signedIn = await gate.signIns.of(request);
    if (response.locals.signedIn !== undefined || !isMultipart(request)) return next();
    showSignIn(deps, request, response, { to: wayOn(request.originalUrl), problem: "over", status: 401 });
  };
  const parse = [
    express.urlencoded({ extended: false, limit: bodyLimitBytes, parameterLimit: door.fieldsAtMost ?? 50, inflate: false }),
    ...(door.withFile === true ? [express.raw({ type: "multipart/form-data", limit: mostBytes + bodyLimitBytes, inflate: false })] : []),
  ];
  app.post(door.path, known, ...parse, async (request, response) => {
    const { values, files } = await contentOf(request);
    const signedIn = response.locals.signedIn as SignedIn | undefined;
    if (signedIn === undefined) {
      const written = Object.entries(values).flatMap(([name, text]) => (unseen.has(name) || text.trim() === "" ? [] : [text]));
      return showSignIn(deps, request, response, { to: wayOn(request.originalUrl), problem: "over", written, status: 401 });
    }
    refuseForged(deps, request, signedIn, values.form ?? "");
    const sent: Sent = { signedIn, values, files };
    const outcome = await once(deps, sent, door.language(request), () => door.act(sent, request, door.language(request)));
    if ("to" in outcome) return response.redirect(303, outcome.to);
    response.status(outcome.status);
    await door.again(request, response, sent, outcome.state);
  });
}

/** Of the form itself; the rest was typed. */
const unseen = new Set(["form", "act", "once"]);

const isMultipart = (request: Request) => request.is("multipart/form-data") === "multipart/form-data";

async function contentOf(request: Request): Promise<Pick<Sent, "values" | "files">> {
  if (Buffer.isBuffer(request.body)) {
    const parts = await readMultipart(request.headers["content-type"] ?? "", request.body);
    if (parts === undefined)
      throw new HttpProblem(400, "bad-form", "The form is not well formed; open the page again and send it from there.");
    return { values: parts.fields, files: parts.files };
  }
  const body = (request.body ?? {}) as Readonly<Record<string, unknown>>;
  const texts = Object.entries(body).filter((pair): pair is [string, string] => typeof pair[1] === "string");
  return { values: Object.fromEntries(texts), files: {} };
}

/** What a form is told of an operation that refused: beside the field where it is about one, in the reader's language. */
export function refusedAs(error: unknown, of: Refusing): { readonly status: number; readonly errors: Readonly<Record<string, string>> } {
  if (!(error instanceof HttpProblem) || error.status === 401 || error.status >= 500) throw error;
  const { language, fields, deps, needs } = of;
  const w = formWords[language];
  if (error instanceof BodyProblem)
    return { status: 422, errors: Object.fromEntries(error.issues.map((issue) => fieldProblem(issue, of))) };
  if (error.status === 403) {
    const who = functionsThatMay(deps.config().permissions, needs).map((id) => functionName(deps.config(), id)[language]);
    return { status: 403, errors: { "": w.notAllowed.replace("{who}", who.join(", ")) } };
  }
  const [, prefixed = "", rest = ""] = /^(\w+): (.*)$/s.exec(error.message) ?? [];
  const field = fields[prefixed];
  const why = refusalText(field === undefined ? error.message : rest, language);
  if (field !== undefined) return { status: error.status, errors: { [field]: `${why}.` } };
  return { status: error.status, errors: { "": (error.status === 409 ? w.faster : w.refused).replace("{why}", why) } };
}

export interface Refusing {
  readonly language: Language;
  readonly deps: ApiDeps;
  readonly needs: Permission;
  /** Field of the operation's body → field of the form. */
  readonly fields: Readonly<Record<string, string>>;
}

function fieldProblem(issue: BodyProblem["issues"][number], { language, fields }: Refusing): readonly [string, string] {
  const w = formWords[language];
  const name = String(issue.path[0] ?? "");
  const missing = issue.code === "too_small" || (issue.code === "invalid_type" && issue.input === undefined);
  return [fields[name] ?? name, missing ? w.needed : issue.code === "too_big" ? w.tooLong : w.invalid];
}

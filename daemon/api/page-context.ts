/**
 * What every page needs: who looks, in which language, and what stands in its frame.
 */
import { randomUUID } from "node:crypto";
import type { Request, Response } from "express";
import type { PageContext } from "../../dashboards/web/frame.tsx";
import { pages } from "../../dashboards/web/pages.tsx";
import type { Config } from "../model/config.ts";
import { functionsThatMay, mayDo, type Permission } from "../model/permission.ts";
import type { Language } from "../model/time.ts";
import type { Caller } from "./access.ts";
import type { ApiDeps } from "./deps.ts";
import { functionName } from "./on-call.ts";
import type { Gate } from "./operation.ts";
import { blindness } from "./page-facts.ts";
import { keptLanguage, languageOf } from "./page-language.ts";
import { textsFor } from "./page-texts.ts";
import { HttpProblem } from "./problem.ts";
import { signInPath } from "./sign-in.ts";
import type { SignedIn } from "./sign-ins.ts";
import { iso } from "./views.ts";

const shownIncidents = 200;

/** Who looks at a page. A reader by token may read only; to write takes the cookie and the token of the form. */
export interface Visitor {
  readonly caller?: Caller;
  readonly signedIn?: SignedIn;
}

/** Undefined: answered already, with where to sign in. Whose function may not see the page is told who may. */
export async function admitted(
  request: Request,
  response: Response,
  deps: ApiDeps,
  { desk, allowing, signIns, may }: Gate & { readonly may: Permission },
): Promise<Visitor | undefined> {
  const signedIn = await signIns.of(request);
  if (signedIn !== undefined) {
    try {
      await allowing.require(signedIn.caller, may, request.path);
    } catch (error) {
      if (!(error instanceof HttpProblem) || error.status !== 403 || request.headers.accept?.includes("text/html") !== true) throw error;
      return forbidden(request, response, deps, { signedIn, may });
    }
    return { caller: signedIn.caller, signedIn };
  }
  // Coming from elsewhere (a link in a web mail), the browser kept the strict cookie back; coming from our own page, it hands it over.
  if (request.headers["sec-fetch-site"] === "cross-site" && request.headers["sec-fetch-mode"] === "navigate") {
    response.set("Cache-Control", "no-store").send(pages.bounce({ to: request.originalUrl, language: languageOf(request, deps.config()) }));
    return undefined;
  }
  try {
    const caller = desk.caller(request, "bearer-or-basic");
    if (caller === undefined && !deps.config().http.openReads) return challenge(request, response);
    if (caller !== undefined) await allowing.require(caller, may, request.path);
    return caller === undefined ? {} : { caller };
  } catch (error) {
    if (error instanceof HttpProblem && error.status === 401) return challenge(request, response);
    throw error;
  }
}

/** Who is signed in and may not see the page is told who may, and where their own is; and may sign in as somebody else. */
function forbidden(
  request: Request,
  response: Response,
  deps: ApiDeps,
  { signedIn: { caller, formToken }, may }: { readonly signedIn: SignedIn; readonly may: Permission },
): undefined {
  const config = deps.config();
  const language = keptLanguage(request, response, config);
  const has = config.permissions.get(caller.function) ?? [];
  const who = functionsThatMay(config.permissions, may).map((id) => functionName(config, id)[language]);
  response
    .status(403)
    .set({ "Content-Type": "text/html; charset=utf-8", "Cache-Control": "no-store", "Content-Language": `${language}-CA` });
  const mine = { name: caller.name, function: functionName(config, caller.function)[language], formToken };
  const home = mayDo(has, "read") ? "pages" : mayDo(has, "read-site") ? "rooms" : undefined;
  response.send(pages.forbidden({ language, instanceName: config.instance.name, ...mine, who, ...(home === undefined ? {} : { home }) }));
  return undefined;
}

/** A browser is led to the sign-in page; what asked with a token is told that it takes one. */
function challenge(request: Request, response: Response): undefined {
  if (request.headers.authorization === undefined && request.headers.accept?.includes("text/html") === true) {
    response.redirect(303, signInPath(request.originalUrl));
    return undefined;
  }
  response.status(401).set("WWW-Authenticate", 'Basic realm="Vigie", charset="UTF-8"').type("text/plain");
  response.send("Vigie: a token is needed; use it as the password, with any user name.\n");
  return undefined;
}

export async function contextOf(request: Request, response: Response, deps: ApiDeps, visitor: Visitor): Promise<PageContext> {
  const config = deps.config();
  const { instance, demo } = config;
  const [underWay, blind] = await Promise.all([
    deps.store.incidents({ states: ["open", "taken"], folded: false, limit: shownIncidents }),
    blindness(deps),
  ]);
  const language = keptLanguage(request, response, config);
  const reload = deps.lastReload();
  return {
    language,
    instanceName: instance.name,
    demo,
    reloadProblems: reload === undefined || reload.ok ? [] : reload.problems,
    updatedAt: iso(deps.clock.now()),
    path: request.path,
    underWay: underWay.length,
    ...(blind === undefined ? {} : { blind }),
    ...unwellOf(deps),
    ...(visitor.signedIn === undefined ? {} : { signedIn: shownVisitor(visitor.signedIn, config, language) }),
    once: randomUUID(),
    texts: textsFor(language, config, deps.clock.now()),
  };
}

/** What stands in the way of our own work: a store that is full, a role that hangs. */
export function unwellOf({ readiness }: Pick<ApiDeps, "readiness">): Pick<PageContext, "unwell"> {
  const failing = readiness().roles.filter(({ ok }) => !ok);
  return failing.length === 0 ? {} : { unwell: failing.map(({ name, why }) => `${name}: ${why}`) };
}

function shownVisitor({ caller, formToken }: SignedIn, config: Config, language: Language): NonNullable<PageContext["signedIn"]> {
  const has = config.permissions.get(caller.function) ?? [];
  return {
    name: caller.name,
    function: functionName(config, caller.function)[language],
    formToken,
    handles: mayDo(has, "handle"),
    plans: mayDo(has, "plan"),
    audits: mayDo(has, "audit"),
    readsNames: mayDo(has, "read-names"),
  };
}

/** The page with its headers; a 404 of a page is a page, and so is what somebody who is signed in may not do. */
export async function sendPage(response: Response, page: PageContext, render: () => Promise<string>): Promise<void> {
  response.set({
    "Content-Type": "text/html; charset=utf-8",
    "Cache-Control": "no-store",
    "Content-Language": `${page.language}-CA`,
  });
  response.send(await found(response, page, render));
}

async function found(response: Response, page: PageContext, render: () => Promise<string>): Promise<string> {
  try {
    return await render();
  } catch (error) {
    if (!(error instanceof HttpProblem) || error.status !== 404) throw error;
    response.status(404);
    return pages.notFound({ page });
  }
}

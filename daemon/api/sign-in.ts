/**
 * Signing in to the pages with a token, and out: `/sign-in`, `/sign-out`. Both, and what was refused, are in the audit.
 *
 * Mounted before the door for tokens. A form from another site is refused by where it says it comes from; the cookie's `SameSite=Strict`
 * and, once signed in, the form's own token stand behind that.
 */
import express, { type Express, type Request, type Response } from "express";
import { pages } from "../../dashboards/web/pages.tsx";
import type { SignInPageProps } from "../../dashboards/web/sign-in-page.tsx";
import { allowedHost, hostName, type TokenDesk } from "./access.ts";
import type { ApiDeps } from "./deps.ts";
import { sweepForms } from "./form-once.ts";
import { keptLanguage } from "./page-language.ts";
import { HttpProblem } from "./problem.ts";
import { type SignedIn, type SignIns, same } from "./sign-ins.ts";

const bodyLimitBytes = 8 * 1024;

export interface SignInGate {
  readonly desk: TokenDesk;
  readonly signIns: SignIns;
}

export function mountSignIn(app: Express, deps: ApiDeps, gate: SignInGate): void {
  const form = express.urlencoded({ extended: false, limit: bodyLimitBytes, parameterLimit: 10, inflate: false });
  app.get("/sign-in", (request, response) => {
    showSignIn(deps, request, response, { to: wayOn(request.query.to) });
  });
  app.post("/sign-in", form, async (request, response) => {
    refuseForeign(deps, request);
    await signIn(deps, gate, request, response);
  });
  app.post("/sign-out", form, async (request, response) => {
    const signedIn = await gate.signIns.of(request);
    if (signedIn !== undefined) {
      refuseForged(deps, request, signedIn, field(request, "form"));
      await gate.signIns.end(request, response, signedIn);
    }
    response.redirect(303, "/sign-in");
  });
}

async function signIn(deps: ApiDeps, { desk, signIns }: SignInGate, request: Request, response: Response): Promise<void> {
  const [to, token] = [wayOn(field(request, "to")), field(request, "token").trim()];
  if (token === "") return showSignIn(deps, request, response, { to, problem: "empty", status: 422 });
  const owner = desk.typed(request, token);
  if (owner === undefined) return showSignIn(deps, request, response, { to, problem: "wrong", status: 401 });
  if ("wait" in owner) {
    response.set("Retry-After", String(owner.wait));
    return showSignIn(deps, request, response, { to, problem: { waitSeconds: owner.wait }, status: 429 });
  }
  const before = await signIns.of(request);
  if (before !== undefined) await signIns.end(request, response, before);
  await sweepForms(deps);
  await signIns.begin(response, owner);
  response.redirect(303, to);
}

export function signInPath(to: string): string {
  return `/sign-in?to=${encodeURIComponent(wayOn(to))}`;
}

/** An address of ours and nothing else: who is signed in is not led away. */
export function wayOn(to: unknown): string {
  const fits = typeof to === "string" && to.length <= 500 && /^\/(?![/\\])[\x21-\x5b\x5d-\x7e]*$/.test(to);
  return fits && !to.startsWith("/sign-") ? to : "/my-list";
}

type Shown = Pick<SignInPageProps, "to" | "problem" | "written"> & { readonly status?: number };

export function showSignIn(deps: ApiDeps, request: Request, response: Response, { status = 200, ...shown }: Shown): void {
  const config = deps.config();
  const language = keptLanguage(request, response, config);
  response
    .status(status)
    .set({ "Content-Type": "text/html; charset=utf-8", "Cache-Control": "no-store", "Content-Language": `${language}-CA` });
  response.send(pages.signIn({ language, instanceName: config.instance.name, demo: config.demo, ...shown }));
}

/** Browsers say where a form comes from; what says nothing is no browser, and has no cookie. */
export function refuseForeign(deps: ApiDeps, { headers }: Request): void {
  const site = headers["sec-fetch-site"];
  const origin = headers.origin;
  const foreign = (typeof site === "string" && site !== "same-origin") || (origin !== undefined && !isOurs(deps, origin));
  if (foreign)
    throw new HttpProblem(
      403,
      "foreign-form",
      "This form was sent by a page that is not of this site; open the page here and send it again.",
    );
}

/** A proxy before us may end TLS and change the port: the name has to be one of ours. */
function isOurs(deps: ApiDeps, origin: string): boolean {
  const name = URL.canParse(origin) ? hostName(new URL(origin).host) : undefined;
  return name !== undefined && allowedHost(deps.config(), name);
}

/** Of another site, or without the token that stands in each form of who is signed in. */
export function refuseForged(deps: ApiDeps, request: Request, { formToken }: SignedIn, given: string): void {
  refuseForeign(deps, request);
  if (!same(given, formToken))
    throw new HttpProblem(
      403,
      "forged-form",
      "This form is not of a page that was shown to you; open the page again and send it from there.",
    );
}

function field({ body }: Request, name: string): string {
  const value = (body as Readonly<Record<string, unknown>> | undefined)?.[name];
  return typeof value === "string" ? value : "";
}

/**
 * The language of a page: as the address asks, as the browser remembers, as it says, as the instance has it.
 */
import type { Request, Response } from "express";
import type { Config } from "../model/config.ts";
import type { Language } from "../model/time.ts";

/** As asked, and then remembered; else as remembered; else as the browser says. */
export function keptLanguage(request: Request, response: Response, config: Config): Language {
  const asked = asLanguage(request.query.lang);
  if (asked !== undefined) response.cookie("lang", asked, { maxAge: 365 * 86_400_000, sameSite: "lax", httpOnly: true });
  return languageOf(request, config);
}

export function languageOf(request: Request, { instance }: Config): Language {
  return asLanguage(request.query.lang) ?? cookieLanguage(request) ?? accepted(request) ?? instance.language;
}

function asLanguage(value: unknown): Language | undefined {
  return value === "fr" || value === "en" ? value : undefined;
}

function cookieLanguage(request: Request): Language | undefined {
  return asLanguage(/(?:^|;\s*)lang=(fr|en)(?:;|$)/.exec(request.headers.cookie ?? "")?.[1]);
}

/** Undefined when the browser names neither: then the instance decides. */
function accepted(request: Request): Language | undefined {
  return request.headers["accept-language"] === undefined ? undefined : asLanguage(request.acceptsLanguages("fr", "en"));
}

/**
 * When the daemon cannot answer (its store is locked, full or gone): a browser at a page is told so in words; a client of the API gets the
 * problem as JSON.
 */
import type { Request, Response } from "express";
import { pages } from "../../dashboards/web/pages.tsx";
import type { Config } from "../model/config.ts";
import { languageOf } from "./page-language.ts";

const notPages = ["/api/", "/-/", "/hooks/", "/metrics", "/static/"];
/** Of a form itself, or a secret; the rest was typed. */
const unseen = new Set(["form", "act", "once", "digits", "token", "version", "to"]);

export function isAtPage({ path, headers }: Request): boolean {
  return headers.accept?.includes("text/html") === true && !notPages.some((each) => path.startsWith(each));
}

export function sendTrouble(request: Request, response: Response, config: Config, cause: "store" | "internal"): void {
  const language = languageOf(request, config);
  const sent = request.method === "POST";
  response.set({
    "Content-Type": "text/html; charset=utf-8",
    "Cache-Control": "no-store",
    "Referrer-Policy": "no-referrer",
    "Content-Language": `${language}-CA`,
  });
  response.send(
    pages.trouble({ language, instanceName: config.instance.name, cause, ...(sent ? { written: typedIn(request.body) } : {}) }),
  );
}

function typedIn(body: unknown): readonly string[] {
  if (typeof body !== "object" || body === null || Buffer.isBuffer(body)) return [];
  return Object.entries(body).flatMap(([name, text]: readonly [string, unknown]) =>
    unseen.has(name) || typeof text !== "string" || text.trim() === "" ? [] : [text],
  );
}

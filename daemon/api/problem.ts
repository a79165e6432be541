/**
 * Errors as application/problem+json (RFC 9457): what was found and what to do. What went wrong inside stays inside.
 */
import type { ErrorRequestHandler, Request, Response } from "express";
import type { Config } from "../model/config.ts";
import type { Log } from "../ports.ts";
import { StoreUnavailable } from "../ports.ts";
import { isAtPage, sendTrouble } from "./trouble-page.ts";

const titles: Readonly<Record<number, string>> = {
  400: "The request is not well formed",
  401: "A token is needed",
  403: "Not allowed",
  404: "There is no such thing here",
  405: "This method is not used here",
  409: "Its present state does not allow that",
  413: "The body is too large",
  415: "The body must be application/json",
  421: "This host name is not served here",
  422: "Something in the request is missing or wrong",
  429: "Too many failed attempts",
  500: "The daemon failed",
  503: "Not now",
};

/** Thrown by a route; the last handler writes it. `detail` is for the reader: what to do. */
export class HttpProblem extends Error {
  override readonly name = "HttpProblem";
  readonly status: number;
  readonly code: string;
  readonly headers: Readonly<Record<string, string>>;
  constructor(status: number, code: string, detail: string, headers: Readonly<Record<string, string>> = {}) {
    super(detail);
    this.status = status;
    this.code = code;
    this.headers = headers;
  }
}

export function sendProblem(response: Response, problem: HttpProblem): void {
  const { status, code, message } = problem;
  response.status(status).set(problem.headers);
  response.type("application/problem+json").send(
    JSON.stringify({
      type: `urn:vigie:problem:${code}`,
      title: titles[status] ?? titles[400],
      status,
      detail: message,
      instance: response.req.originalUrl.split("?")[0],
    }),
  );
}

/** Express takes a handler for an error handler by its four arguments. */
export function lastHandler({ log, config }: { readonly log: Log; readonly config: () => Config }): ErrorRequestHandler {
  return (error: unknown, request, response, _next) => {
    const problem = toProblem(error);
    if (problem.status >= 500) {
      const { name, stack } = error instanceof Error ? error : { name: typeof error, stack: undefined };
      // A database error's message holds values; the stack's first line would repeat it.
      const frames = stack?.split("\n").filter((line) => /^\s+at /.test(line));
      log.error({ name, frames, method: request.method, route: patternOf(request) }, "request failed");
    }
    if (response.headersSent) response.destroy();
    else if (problem.status >= 500 && isAtPage(request)) {
      response.status(problem.status).set(problem.headers);
      sendTrouble(request, response, config(), error instanceof StoreUnavailable ? "store" : "internal");
    } else sendProblem(response, problem);
  };
}

/** The route's pattern, not the address: a personal link holds a secret. */
function patternOf({ route }: Request): string {
  const path: unknown = (route as { readonly path?: unknown } | undefined)?.path;
  return typeof path === "string" ? path : "other";
}

function toProblem(error: unknown): HttpProblem {
  if (error instanceof HttpProblem) return error;
  if (error instanceof StoreUnavailable) {
    return new HttpProblem(503, "store-unavailable", "The store cannot be used right now; try again in a few seconds.", {
      "Retry-After": "5",
    });
  }
  return (
    ofParser(error as ParserError) ??
    new HttpProblem(500, "internal", "The cause is in the daemon's log; try again, and report it if it stays.")
  );
}

/** What express's own parsers throw: their status says what the request did wrong, and their type what exactly. */
interface ParserError {
  readonly status?: unknown;
  readonly type?: unknown;
  readonly limit?: unknown;
  readonly length?: unknown;
}

function ofParser({ status, type, limit, length }: ParserError): HttpProblem | undefined {
  if (typeof status !== "number" || status < 400 || status >= 500) return undefined;
  if (status === 413)
    return new HttpProblem(413, "body-too-large", `body: found ${counted(length)} bytes; send at most ${counted(limit)} bytes.`);
  if (status === 415) return new HttpProblem(415, "charset", "Content-Type: found another charset or encoding; send UTF-8, uncompressed.");
  if (type === "entity.parse.failed")
    return new HttpProblem(400, "bad-request", "body: found what is no JSON object; send one as RFC 8259 has it, and nothing after it.");
  if (typeof type === "string") return new HttpProblem(400, "bad-request", "body: found another length than was announced; send it again.");
  return new HttpProblem(400, "bad-request", "path: found a % that begins no UTF-8 character; write the address percent-encoded.");
}

const counted = (count: unknown) => (typeof count === "number" ? String(count) : "more");

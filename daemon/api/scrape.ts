/**
 * GET /metrics: the daemon's own metrics, then the devices', slice by slice, no faster than the reader takes them.
 */
import { once } from "node:events";
import type { Request, Response } from "express";
import { unauthorized, within } from "./access.ts";
import type { ApiDeps } from "./deps.ts";
import type { Gate } from "./operation.ts";

export async function scrape(request: Request, response: Response, deps: ApiDeps, { desk, allowing }: Gate): Promise<void> {
  const listed = within(deps.config().http.metricsAllow, request.socket.remoteAddress);
  if (!listed) {
    const caller = desk.caller(request, "bearer-or-basic");
    if (caller === undefined) throw unauthorized("Add this address to http.metrics_allow, or send a token.");
    await allowing.require(caller, "scrape", "metrics");
  }
  const own = await deps.metrics.text();
  response.status(200).set("Content-Type", "text/plain; version=0.0.4; charset=utf-8");
  const gone = new AbortController();
  response.once("close", () => gone.abort());
  await write(response, own, gone.signal);
  for await (const slice of deps.exposition.slices()) {
    if (gone.signal.aborted) return;
    await write(response, slice, gone.signal);
  }
  response.end();
}

async function write(response: Response, text: string, gone: AbortSignal): Promise<void> {
  if (response.write(text) || gone.aborted) return;
  // A reader that went away never drains: the abort ends the wait.
  await once(response, "drain", { signal: gone }).catch((error: Error) => {
    if (error.name !== "AbortError") throw error;
  });
}

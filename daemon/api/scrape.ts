/**
 * GET /metrics: the daemon's own metrics, then the devices', slice by slice, no faster than the reader takes them.
 */
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

/** Resolves when the piece has left for the kernel: what holds it may be written anew. */
function write(response: Response, piece: string | Uint8Array, gone: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    if (gone.aborted) return resolve();
    // A reader that went away takes nothing any more: the abort ends the wait, and what failed is told by it.
    const end = () => {
      gone.removeEventListener("abort", end);
      resolve();
    };
    gone.addEventListener("abort", end);
    response.write(piece, end);
  });
}

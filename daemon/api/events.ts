/**
 * Server-sent events: what changed, so that a page fetches again. Bounded: at most 200 streams, two events a second each.
 */
import type { Request, Response } from "express";
import type { Change, ChangeFeed } from "./deps.ts";
import { HttpProblem } from "./problem.ts";

const maxStreams = 200;
const gatherMs = 500;
const keepAliveMs = 20_000;
const maxListed = 50;

export interface EventStreams {
  serve(request: Request, response: Response): void;
  /** Ends every stream. */
  close(): void;
}

export function createEventStreams(changes: ChangeFeed): EventStreams {
  const streams = new Set<() => void>();
  return {
    serve(request, response) {
      if (streams.size >= maxStreams) {
        throw new HttpProblem(503, "too-many-streams", "Too many pages listen; this one asks again by itself.", { "Retry-After": "30" });
      }
      response.status(200).set({ "Content-Type": "text/event-stream", "Cache-Control": "no-store", "X-Accel-Buffering": "no" });
      response.write("retry: 3000\n\n");
      const stop = stream(response, changes);
      const end = () => {
        stop();
        streams.delete(end);
        response.end();
      };
      streams.add(end);
      request.once("close", end);
    },
    close() {
      for (const end of [...streams]) end();
    },
  };
}

/** Gathers what changed and writes it; a reader that does not read is left out until it does. */
function stream(response: Response, changes: ChangeFeed): () => void {
  const waiting = new Map<string, Change>();
  let timer: NodeJS.Timeout | undefined;
  const flush = () => {
    timer = undefined;
    if (response.writableNeedDrain) return;
    const listed = [...waiting.values()];
    waiting.clear();
    response.write(`event: change\ndata: ${JSON.stringify(listed)}\n\n`);
  };
  const unsubscribe = changes.subscribe((change) => {
    if (waiting.size < maxListed) waiting.set(`${change.kind}:${change.id}`, change);
    timer ??= setTimeout(flush, gatherMs);
  });
  const keepAlive = setInterval(() => {
    if (!response.writableNeedDrain) response.write(": still here\n\n");
  }, keepAliveMs);
  return () => {
    unsubscribe();
    clearTimeout(timer);
    clearInterval(keepAlive);
  };
}

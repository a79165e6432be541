/**
 * The text of a calendar, from a file or over HTTP: bounded in size, time and redirects, and never from an address that is not allowed.
 *
 * What goes wrong is a code: an address may hold a secret, and an answer anything.
 */
import { open } from "node:fs/promises";
import { request as httpRequest, type IncomingMessage } from "node:http";
import { request as httpsRequest } from "node:https";
import { isIP, type Socket } from "node:net";
import type { SessionCalendar } from "../model/session.ts";
import { SECOND } from "../model/time.ts";
import { guardedLookup, refusal, TargetRefused } from "../target.ts";

export type FetchCode =
  | "file.missing"
  | "file.unreadable"
  | "too-large"
  | "http.refused-target"
  | "http.status"
  | "http.redirects"
  | "http.timeout"
  | "http.connection";

export type Fetched = { readonly ok: true; readonly text: string } | { readonly ok: false; readonly code: FetchCode };

/** A year of a hospital's rooms has about 2 MB. */
export const mostBytes = 8 * 1024 * 1024;
const mostRedirects = 3;
const deadlineMs = 30 * SECOND;

export function fetchCalendar(from: SessionCalendar["from"], signal: AbortSignal): Promise<Fetched> {
  return "file" in from ? readCalendarFile(from.file) : getCalendar(from.url, from.allowPrivate, signal);
}

async function readCalendarFile(path: string): Promise<Fetched> {
  try {
    const file = await open(path);
    try {
      const { size } = await file.stat();
      if (size > mostBytes) return failed("too-large");
      const buffer = Buffer.alloc(mostBytes + 1);
      let length = 0;
      for (;;) {
        const { bytesRead } = await file.read(buffer, length, buffer.length - length);
        length += bytesRead;
        if (length > mostBytes) return failed("too-large");
        if (bytesRead === 0) return { ok: true, text: buffer.toString("utf8", 0, length) };
      }
    } finally {
      await file.close();
    }
  } catch (error) {
    return failed((error as NodeJS.ErrnoException).code === "ENOENT" ? "file.missing" : "file.unreadable");
  }
}

async function getCalendar(address: string, allowPrivate: boolean, signal: AbortSignal): Promise<Fetched> {
  const end = AbortSignal.any([signal, AbortSignal.timeout(deadlineMs)]);
  let url = new URL(address);
  try {
    for (let hops = 0; hops <= mostRedirects; hops += 1) {
      const answer = await get(url, allowPrivate, end);
      const status = answer.statusCode ?? 0;
      const { location } = answer.headers;
      if (status >= 300 && status < 400 && location !== undefined && URL.canParse(location, url)) {
        answer.destroy();
        const next = new URL(location, url);
        // From a connection that nobody can read along to one that anybody can: not followed.
        if (url.protocol === "https:" && next.protocol !== "https:") return failed("http.redirects");
        url = next;
        continue;
      }
      if (status === 200) return await bodyOf(answer);
      answer.destroy();
      return failed("http.status");
    }
    return failed("http.redirects");
  } catch (error) {
    if (error instanceof TargetRefused) return failed("http.refused-target");
    return failed(end.aborted ? "http.timeout" : "http.connection");
  }
}

function get(url: URL, allowPrivate: boolean, signal: AbortSignal): Promise<IncomingMessage> {
  const tls = url.protocol === "https:";
  if (!tls && url.protocol !== "http:") throw new TargetRefused("no http or https address");
  const literal = url.hostname.replace(/^\[|\]$/g, "");
  if (isIP(literal) !== 0 && refusal(literal, allowPrivate) !== undefined) throw new TargetRefused("an address that is not allowed");
  return new Promise((resolve, reject) => {
    const headers = { Accept: "text/calendar", "Accept-Encoding": "identity", "User-Agent": "vigie" };
    const request = (tls ? httpsRequest : httpRequest)(url, { agent: false, signal, lookup: guardedLookup(allowPrivate), headers });
    request.once("error", reject);
    request.once("response", resolve);
    request.once("socket", (socket: Socket) => {
      socket.once(tls ? "secureConnect" : "connect", () => {
        if (refusal(socket.remoteAddress ?? "", allowPrivate) === undefined) request.end();
        else request.destroy(new TargetRefused("the peer's address is not allowed"));
      });
    });
  });
}

async function bodyOf(answer: IncomingMessage): Promise<Fetched> {
  const chunks: Buffer[] = [];
  let bytes = 0;
  for await (const chunk of answer as AsyncIterable<Buffer>) {
    bytes += chunk.length;
    if (bytes > mostBytes) {
      answer.destroy();
      return failed("too-large");
    }
    chunks.push(chunk);
  }
  return { ok: true, text: Buffer.concat(chunks).toString("utf8") };
}

function failed(code: FetchCode): Fetched {
  return { ok: false, code };
}

/**
 * The text of a calendar, from a file or over HTTP: bounded in size, time and redirects, and never from an address that is not allowed.
 *
 * What goes wrong is a code: an address may hold a secret, and an answer anything.
 */
import { open } from "node:fs/promises";
import { request as httpRequest, type IncomingMessage } from "node:http";
import { request as httpsRequest } from "node:https";
import { isIP, type Socket } from "node:net";
import { type CalendarAddress, type SessionCalendar, urlOf } from "../model/session.ts";
import { SECOND } from "../model/time.ts";
import { guardedLookup, refusal, TargetRefused } from "../target.ts";

export type FetchCode =
  | "file.missing"
  | "file.unreadable"
  | "too-large"
  | "http.refused-target"
  | "http.status"
  | "http.login"
  | "http.redirects"
  | "http.timeout"
  | "http.connection";

export type Fetched = { readonly ok: true; readonly text: string } | { readonly ok: false; readonly code: FetchCode };

/** A year of a hospital's rooms has about 2 MB. */
export const mostBytes = 8 * 1024 * 1024;
const mostRedirects = 3;
const deadlineMs = 30 * SECOND;

export function fetchCalendar(from: SessionCalendar["from"], signal: AbortSignal): Promise<Fetched> {
  return "file" in from ? readCalendarFile(from.file) : getCalendar(from, signal);
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

async function getCalendar(address: CalendarAddress, signal: AbortSignal): Promise<Fetched> {
  const end = AbortSignal.any([signal, AbortSignal.timeout(deadlineMs)]);
  let url = new URL(urlOf(address));
  const { origin } = url;
  try {
    for (let hops = 0; hops <= mostRedirects; hops += 1) {
      // Whoever sends us on does not learn how we sign in, nor does the next.
      const headers = url.origin === origin ? authorization(address) : {};
      const answer = await get(url, { allowPrivate: address.allowPrivate, headers }, end);
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
      return failed(codeOf(status));
    }
    return failed("http.redirects");
  } catch (error) {
    if (error instanceof TargetRefused) return failed("http.refused-target");
    return failed(end.aborted ? "http.timeout" : "http.connection");
  }
}

function codeOf(status: number): FetchCode {
  return status === 401 || status === 403 ? "http.login" : "http.status";
}

function authorization({ access }: CalendarAddress): How["headers"] {
  if (access === undefined) return {};
  const word =
    access.kind === "bearer"
      ? `Bearer ${access.token.reveal()}`
      : `Basic ${Buffer.from(`${access.user}:${access.password.reveal()}`, "utf8").toString("base64")}`;
  return { Authorization: word };
}

interface How {
  readonly allowPrivate: boolean;
  readonly headers: Readonly<Record<string, string>>;
}

function get(url: URL, { allowPrivate, headers: more }: How, signal: AbortSignal): Promise<IncomingMessage> {
  const tls = url.protocol === "https:";
  if (!tls && url.protocol !== "http:") throw new TargetRefused("no http or https address");
  const literal = url.hostname.replace(/^\[|\]$/g, "");
  if (isIP(literal) !== 0 && refusal(literal, allowPrivate) !== undefined) throw new TargetRefused("an address that is not allowed");
  return new Promise((resolve, reject) => {
    const headers = { Accept: "text/calendar", "Accept-Encoding": "identity", "User-Agent": "vigie", ...more };
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

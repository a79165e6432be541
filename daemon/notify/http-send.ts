/**
 * One HTTP request of a channel: no redirects, no link-local targets, a bounded answer.
 */
import { request as httpRequest, type IncomingMessage } from "node:http";
import { request as httpsRequest } from "node:https";
import { isIP, type Socket } from "node:net";
import type { SendResult } from "../ports.ts";
import { guardedLookup, refusal, TargetRefused } from "../target.ts";

export interface Outgoing {
  readonly url: string;
  readonly method: "POST" | "PUT" | "GET";
  readonly headers: Readonly<Record<string, string>>;
  /** Empty for a GET. */
  readonly body: string;
  readonly allowPrivate: boolean;
}

export interface Answer {
  readonly status: number;
  /** At most 64 KiB of it. */
  readonly body: string;
}

const maxAnswerBytes = 64 * 1024;
export const httpDeadlineMs = 9_500;

/** Rejects with TargetRefused, or with what the network says. */
export function send({ url: address, method, headers, body, allowPrivate }: Outgoing, signal: AbortSignal): Promise<Answer> {
  const url = new URL(address);
  const tls = url.protocol === "https:";
  if (!tls && url.protocol !== "http:") throw new TargetRefused(`${url.protocol} is no http or https address`);
  const literal = url.hostname.replace(/^\[|\]$/g, "");
  // net.connect does not look up a literal address, so it is judged here.
  const refused = isIP(literal) === 0 ? undefined : refusal(literal, allowPrivate);
  if (refused !== undefined) throw new TargetRefused(`${literal} is ${refused}`);
  const length = method === "GET" ? {} : { "Content-Length": Buffer.byteLength(body) };
  return new Promise((resolve, reject) => {
    const request = (tls ? httpsRequest : httpRequest)(url, {
      ...{ method, agent: false, signal, lookup: guardedLookup(allowPrivate) },
      headers: { ...headers, ...length, "User-Agent": "vigie" },
    });
    request.once("error", reject);
    request.once("response", (answer) => readAnswer(answer).then(resolve, reject));
    request.once("socket", (socket: Socket) => {
      // Nothing is said before the peer's address is known to be one that may be used.
      socket.once(tls ? "secureConnect" : "connect", () => {
        const why = refusal(socket.remoteAddress ?? "", allowPrivate);
        if (why === undefined) request.end(body);
        else request.destroy(new TargetRefused(`${socket.remoteAddress ?? "the peer"} is ${why}`));
      });
    });
  });
}

/** Resolves at the headers' meaning once the body ended or its bound is reached; a receiver cannot keep us reading. */
function readAnswer(answer: IncomingMessage): Promise<Answer> {
  return new Promise((resolve, reject) => {
    let bytes = 0;
    const chunks: Buffer[] = [];
    const done = () => resolve({ status: answer.statusCode ?? 0, body: Buffer.concat(chunks).toString("utf8") });
    answer.on("data", (chunk: Buffer) => {
      bytes += chunk.length;
      if (bytes <= maxAnswerBytes) {
        chunks.push(chunk);
        return;
      }
      done();
      answer.destroy();
    });
    answer.once("end", done);
    answer.once("error", reject);
  });
}

/** What an answer means, whichever the channel. `key`: the setting that holds its address. */
export function outcomeOf(url: string, key: string, { status }: Answer, proof: string | undefined): SendResult {
  const where = `${new URL(url).host} answered ${status}`;
  if (status >= 200 && status < 300) return { ok: true, state: "accepted", ...(proof === undefined ? {} : { proof }) };
  if (status === 408 || status === 425 || status === 429 || status >= 500) return { ok: false, retry: true, error: where };
  if (status >= 300 && status < 400)
    return { ok: false, retry: false, error: `${where}: redirects are not followed; write the final address into ${key}` };
  return { ok: false, retry: false, error: where };
}

export function failureOf(channel: string, error: unknown, aborted: boolean): SendResult {
  const where = `channels.${channel}`;
  if (error instanceof TargetRefused) return { ok: false, retry: false, error: `${where}: ${error.message}` };
  if (aborted) return { ok: false, retry: true, error: `${where}: no answer within the deadline` };
  const { code } = error as NodeJS.ErrnoException;
  return { ok: false, retry: true, error: `${where}: ${code ?? "connection lost"}` };
}

/** Keys hold ids from the configuration; a header takes printable ASCII only. */
export function headerValue(key: string): string {
  return /^[\x20-\x7e]+$/.test(key) ? key : encodeURIComponent(key);
}

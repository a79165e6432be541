/**
 * Webhook: one signed POST a message. No redirects, no link-local targets, a bounded answer.
 *
 * `Vigie-Signature: v1=` + HMAC-SHA256 (hex) over `<Vigie-Timestamp>.<body>`; the receiver checks it and the age of the timestamp.
 */
import { createHmac } from "node:crypto";
import { request as httpRequest, type IncomingMessage } from "node:http";
import { request as httpsRequest } from "node:https";
import { isIP, type Socket } from "node:net";
import type { Channel } from "../model/config.ts";
import type { Instant } from "../model/time.ts";
import type { Message, Notifier, SendResult } from "../ports.ts";
import { guardedLookup, refusal, TargetRefused } from "../target.ts";

type WebhookChannel = Extract<Channel, { kind: "webhook" }>;

const maxAnswerBytes = 64 * 1024;
const deadlineMs = 9_500;

/** `now` stamps the signature; the receiver refuses old ones. */
export function createWebhookNotifier(now: () => Instant): Notifier {
  const stopping = new AbortController();
  return {
    kind: "webhook",
    async send(channel, message, signal) {
      if (channel.kind !== "webhook") return { ok: false, retry: false, error: `channel ${channel.id} is no webhook` };
      const end = AbortSignal.any([signal, stopping.signal, AbortSignal.timeout(deadlineMs)]);
      try {
        const answer = await post(channel, message, Math.floor(now() / 1000), end);
        return outcome(channel, answer);
      } catch (error) {
        return failure(channel, error, end.aborted);
      }
    },
    stop: async () => stopping.abort(),
  };
}

/** The value of `Vigie-Signature`. */
export function sign(secret: string, timestamp: number, body: string): string {
  return `v1=${createHmac("sha256", secret).update(`${timestamp}.${body}`).digest("hex")}`;
}

interface Answer {
  readonly status: number;
  readonly location?: string;
}

function post(channel: WebhookChannel, message: Message, timestamp: number, signal: AbortSignal): Promise<Answer> {
  const url = new URL(channel.url);
  const tls = url.protocol === "https:";
  if (!tls && url.protocol !== "http:") throw new TargetRefused(`${url.protocol} is no http or https address`);
  const literal = url.hostname.replace(/^\[|\]$/g, "");
  // net.connect does not look up a literal address, so it is judged here.
  const refused = isIP(literal) === 0 ? undefined : refusal(literal, channel.allowPrivate);
  if (refused !== undefined) throw new TargetRefused(`${literal} is ${refused}`);
  const body = bodyOf(channel, message);
  return new Promise((resolve, reject) => {
    const request = (tls ? httpsRequest : httpRequest)(url, {
      method: "POST",
      agent: false,
      signal,
      lookup: guardedLookup(channel.allowPrivate),
      headers: {
        "Content-Type": "application/json; charset=utf-8",
        "Content-Length": Buffer.byteLength(body),
        "User-Agent": "vigie",
        "Idempotency-Key": headerValue(message.key),
        "Vigie-Timestamp": String(timestamp),
        "Vigie-Signature": sign(channel.secret.reveal(), timestamp, body),
      },
    });
    request.once("error", reject);
    request.once("response", (answer) => readAnswer(answer).then(resolve, reject));
    request.once("socket", (socket: Socket) => {
      // Nothing is said before the peer's address is known to be one that may be used.
      socket.once(tls ? "secureConnect" : "connect", () => {
        const why = refusal(socket.remoteAddress ?? "", channel.allowPrivate);
        if (why === undefined) request.end(body);
        else request.destroy(new TargetRefused(`${socket.remoteAddress ?? "the peer"} is ${why}`));
      });
    });
  });
}

function bodyOf(channel: WebhookChannel, message: Message): string {
  const { key, to, language, subject, text, data, maybeDuplicate } = message;
  return JSON.stringify({ version: 1, channel: channel.id, key, to, language, subject, text, maybeDuplicate, data });
}

/** Resolves at the headers' meaning once the body ended or its bound is reached; a receiver cannot keep us reading. */
function readAnswer(answer: IncomingMessage): Promise<Answer> {
  return new Promise((resolve, reject) => {
    let bytes = 0;
    const status = answer.statusCode ?? 0;
    const { location } = answer.headers;
    const done = () => resolve({ status, ...(location === undefined ? {} : { location }) });
    answer.on("data", (chunk: Buffer) => {
      bytes += chunk.length;
      if (bytes <= maxAnswerBytes) return;
      done();
      answer.destroy();
    });
    answer.once("end", done);
    answer.once("error", reject);
  });
}

function outcome(channel: WebhookChannel, { status }: Answer): SendResult {
  const where = `${new URL(channel.url).host} answered ${status}`;
  if (status >= 200 && status < 300) return { ok: true, state: "accepted", proof: String(status) };
  if (status === 408 || status === 425 || status === 429 || status >= 500) return { ok: false, retry: true, error: where };
  if (status >= 300 && status < 400)
    return {
      ok: false,
      retry: false,
      error: `${where}: redirects are not followed; write the final address into channels.${channel.id}.webhook.url`,
    };
  return { ok: false, retry: false, error: where };
}

function failure(channel: WebhookChannel, error: unknown, aborted: boolean): SendResult {
  const where = `channels.${channel.id}`;
  if (error instanceof TargetRefused) return { ok: false, retry: false, error: `${where}: ${error.message}` };
  if (aborted) return { ok: false, retry: true, error: `${where}: no answer within the deadline` };
  const { code } = error as NodeJS.ErrnoException;
  return { ok: false, retry: true, error: `${where}: ${code ?? "connection lost"}` };
}

/** Keys hold ids from the configuration; a header takes printable ASCII only. */
function headerValue(key: string): string {
  return /^[\x20-\x7e]+$/.test(key) ? key : encodeURIComponent(key);
}

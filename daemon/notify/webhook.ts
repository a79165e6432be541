/**
 * Webhook: one signed POST a message.
 *
 * `Vigie-Signature: v1=` + HMAC-SHA256 (hex) over `<Vigie-Timestamp>.<body>`; the receiver checks it and the age of the timestamp.
 */
import { createHmac } from "node:crypto";
import type { Channel } from "../model/config.ts";
import type { Instant } from "../model/time.ts";
import type { Message, Notifier } from "../ports.ts";
import { failureOf, headerValue, httpDeadlineMs, outcomeOf, send } from "./http-send.ts";

type WebhookChannel = Extract<Channel, { kind: "webhook" }>;

/** `now` stamps the signature; the receiver refuses old ones. */
export function createWebhookNotifier(now: () => Instant): Notifier {
  const stopping = new AbortController();
  return {
    kind: "webhook",
    async send(channel, message, signal) {
      if (channel.kind !== "webhook") return { ok: false, retry: false, error: `channel ${channel.id} is no webhook` };
      const end = AbortSignal.any([signal, stopping.signal, AbortSignal.timeout(httpDeadlineMs)]);
      const timestamp = Math.floor(now() / 1000);
      const body = bodyOf(channel, message);
      const headers = {
        "Content-Type": "application/json; charset=utf-8",
        "Idempotency-Key": headerValue(message.key),
        "Vigie-Timestamp": String(timestamp),
        "Vigie-Signature": sign(channel.secret.reveal(), timestamp, body),
      };
      try {
        const answer = await send({ url: channel.url, method: "POST", headers, body, allowPrivate: channel.allowPrivate }, end);
        const result = outcomeOf(channel.url, `channels.${channel.id}.webhook.url`, answer, String(answer.status));
        return result.ok && answer.body !== "" ? { ...result, answer: answer.body } : result;
      } catch (error) {
        return failureOf(channel.id, error, end.aborted);
      }
    },
    stop: async () => stopping.abort(),
  };
}

/** The value of `Vigie-Signature`. */
export function sign(secret: string, timestamp: number, body: string): string {
  return `v1=${createHmac("sha256", secret).update(`${timestamp}.${body}`).digest("hex")}`;
}

function bodyOf(channel: WebhookChannel, message: Message): string {
  const { key, to, language, subject, text, data, maybeDuplicate } = message;
  return JSON.stringify({ version: 1, channel: channel.id, key, to, language, subject, text, maybeDuplicate, data });
}

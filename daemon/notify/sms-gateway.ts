/**
 * Text messages through an HTTP gateway that the configuration describes. One segment; the gateway's own id is the proof, and what its
 * delivery receipts name.
 */
import type { Channel } from "../model/config.ts";
import type { Message, Notifier } from "../ports.ts";
import { smsSegment } from "../text/sms.ts";
import { failureOf, headerValue, httpDeadlineMs, type Outgoing, outcomeOf, send } from "./http-send.ts";
import { filled, textAt } from "./paths.ts";

type SmsChannel = Extract<Channel, { kind: "sms" }>;

const proofLength = 200;

export function createSmsNotifier(): Notifier {
  const stopping = new AbortController();
  return {
    kind: "sms",
    async send(channel, message, signal) {
      if (channel.kind !== "sms") return { ok: false, retry: false, error: `channel ${channel.id} is no SMS gateway` };
      const end = AbortSignal.any([signal, stopping.signal, AbortSignal.timeout(httpDeadlineMs)]);
      try {
        const answer = await send(outgoing(channel, message), end);
        return outcomeOf(channel.url, `channels.${channel.id}.sms.url`, answer, idOf(channel, answer.body) ?? String(answer.status));
      } catch (error) {
        return failureOf(channel.id, error, end.aborted);
      }
    },
    stop: async () => stopping.abort(),
  };
}

/** The request for one message. */
export function outgoing(channel: SmsChannel, message: Message): Outgoing {
  const values = {
    to: message.to,
    text: smsSegment(message.sms ?? message.subject),
    key: headerValue(message.key),
    secret: channel.secret?.reveal() ?? "",
  };
  const given = filled(channel.headers, values) as Record<string, string>;
  const { url, method, body, allowPrivate } = channel;
  const { content, type } = contentOf(body, values);
  // In an address everything is escaped, a telephone number's plus too.
  const escaped = Object.fromEntries(Object.entries(values).map(([name, value]) => [name, encodeURIComponent(value)]));
  const address = new URL(filled(url, escaped) as string);
  if (body.as === "query")
    for (const [name, value] of Object.entries(body.value)) address.searchParams.set(name, filled(value, values) as string);
  const typed = type === undefined ? {} : { "Content-Type": type };
  return { url: address.href, method, headers: { ...typed, "Idempotency-Key": values.key, ...given }, body: content, allowPrivate };
}

function contentOf(
  body: SmsChannel["body"],
  values: Readonly<Record<string, string>>,
): { readonly content: string; readonly type?: string } {
  switch (body.as) {
    case "json":
      return { content: JSON.stringify(filled(body.value, values)), type: "application/json; charset=utf-8" };
    case "form":
      return {
        content: new URLSearchParams(filled(body.value, values) as Record<string, string>).toString(),
        type: "application/x-www-form-urlencoded",
      };
    case "query":
      return { content: "" };
  }
}

function idOf({ idAt }: SmsChannel, body: string): string | undefined {
  if (idAt === undefined) return undefined;
  try {
    return textAt(JSON.parse(body), idAt)?.slice(0, proofLength);
  } catch {
    // No JSON: the message was taken all the same, its receipts just cannot be told apart.
    return undefined;
  }
}

/**
 * The demo's channel: keeps the last 200 messages in memory, for the page that shows them. Nothing leaves the machine.
 */
import type { Instant } from "../model/time.ts";
import type { Notifier } from "../ports.ts";

export interface SinkMessage {
  readonly at: Instant;
  readonly key: string;
  readonly channel: string;
  readonly to: string;
  readonly language: "fr" | "en";
  readonly subject: string;
  readonly text: string;
  /** The request number, when the message is about an incident. */
  readonly number?: string;
}

export interface SinkView {
  /** Newest first. */
  messages(): readonly SinkMessage[];
}

export const sinkCapacity = 200;

/** `now` stamps what arrives. A repeat of a key is kept as what it is: one more message. */
export function createSink(now: () => Instant): Notifier & SinkView {
  const kept: SinkMessage[] = [];
  return {
    kind: "sink",
    messages: () => [...kept].reverse(),
    async send(channel, message) {
      const number = message.data.number;
      kept.push({
        at: now(),
        key: message.key,
        channel: channel.id,
        to: message.to,
        language: message.language,
        subject: message.subject,
        text: message.text,
        ...(typeof number === "string" ? { number } : {}),
      });
      if (kept.length > sinkCapacity) kept.shift();
      return { ok: true, state: "accepted", proof: "kept in the sink" };
    },
    stop: async () => {},
  };
}

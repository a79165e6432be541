/**
 * Alertmanager as a channel: an incident is an alert with its number, level, severity and urgency as labels. `POST /api/v2/alerts`.
 *
 * An alert ends by itself when the next step of the ladder is overdue: after an acknowledgement nobody posts it again.
 */
import type { Channel } from "../model/config.ts";
import { HOUR, type Instant, MINUTE } from "../model/time.ts";
import type { Message, Notifier } from "../ports.ts";
import { failureOf, headerValue, httpDeadlineMs, outcomeOf, send } from "./http-send.ts";

/** Past the next step, so that its repeat joins the alert before it ends. */
const graceMs = 5 * MINUTE;
const usualMs = HOUR;
const longestMs = 24 * HOUR;

const labelled = ["number", "severity", "urgency", "level", "site", "room", "device", "symptom"] as const;

export function createAlertmanagerNotifier(now: () => Instant): Notifier {
  const stopping = new AbortController();
  return {
    kind: "alertmanager",
    async send(channel, message, signal) {
      if (channel.kind !== "alertmanager") return { ok: false, retry: false, error: `channel ${channel.id} is no Alertmanager` };
      const end = AbortSignal.any([signal, stopping.signal, AbortSignal.timeout(httpDeadlineMs)]);
      const url = `${channel.url.replace(/\/+$/, "")}/api/v2/alerts`;
      const headers = { "Content-Type": "application/json", "Idempotency-Key": headerValue(message.key), ...login(channel) };
      const body = JSON.stringify([alertOf(message, now())]);
      try {
        const answer = await send({ url, method: "POST", headers, body, allowPrivate: channel.allowPrivate }, end);
        return outcomeOf(url, `channels.${channel.id}.alertmanager.url`, answer, String(answer.status));
      } catch (error) {
        return failureOf(channel.id, error, end.aborted);
      }
    },
    stop: async () => stopping.abort(),
  };
}

function login({ user, password }: Extract<Channel, { kind: "alertmanager" }>): Readonly<Record<string, string>> {
  if (user === undefined || password === undefined) return {};
  return { Authorization: `Basic ${Buffer.from(`${user}:${password.reveal()}`).toString("base64")}` };
}

/** The alert of one message. Its labels tell it apart: what is over ends the alert that has the same. */
export function alertOf({ to, subject, text, key, data }: Message, now: Instant) {
  const labels = Object.fromEntries(labelled.flatMap((name) => (data[name] === undefined ? [] : [[name, String(data[name])]])));
  const starts = typeof data.openedAt === "number" ? Math.min(data.openedAt, now) : now;
  const wake = typeof data.wakeAt === "number" ? data.wakeAt : now + usualMs;
  const isOver = data.kind === "restored" || data.kind === "merged";
  const ends = isOver ? now : Math.min(Math.max(wake, now) + graceMs, now + longestMs);
  return {
    labels: { alertname: "VigieIncident", receiver: to, ...labels },
    annotations: { summary: subject, description: text, key },
    startsAt: new Date(starts).toISOString(),
    endsAt: new Date(ends).toISOString(),
  };
}

/**
 * What people read of messages, storms and acknowledging, in English. Keys and placeholders are those of notify-fr.ts.
 */
export const notifyEn = {
  "storm.subject": "{lead}: {n} incidents at {sites} sites ({number} …)",
  "storm.intro": "{n} messages to you came within a short time; this one names them all.",
  "storm.others": "{n} more, by their numbers:",
  "storm.left": "And {n} more; the page lists them all.",
  "storm.page": "Page of the network: {url}",
  "sms.storm": "{lead}: {n} incidents, {sites} sites. {numbers} and {more} more.",
  "sms.storm-all": "{lead}: {n} incidents, {sites} sites. {numbers}",
  "event.superseded": "Told in another message",
  "kind.letter": "Message",
} as const;

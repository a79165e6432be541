/**
 * What people read of messages, storms and acknowledging, in French (fr-CA).
 */
import type { notifyEn } from "./notify-en.ts";

export const notifyFr: Readonly<Record<keyof typeof notifyEn, string>> = {
  "storm.subject": "{lead} : {n} incidents dans {sites} sites ({number} …)",
  "storm.intro": "{n} messages vous étaient destinés en peu de temps; celui-ci les nomme tous.",
  "storm.others": "{n} autres, par leur numéro :",
  "storm.left": "Et {n} autres; la page les liste tous.",
  "storm.page": "Page du réseau : {url}",
  "sms.storm": "{lead} : {n} incidents, {sites} sites. {numbers} et {more} autres.",
  "sms.storm-all": "{lead} : {n} incidents, {sites} sites. {numbers}",
  "event.superseded": "Dit dans un autre message",
  "kind.letter": "Message",
};

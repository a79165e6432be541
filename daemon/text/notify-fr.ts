/**
 * What people read of messages, storms and acknowledging, in French (fr-CA).
 */
import type { notifyEn } from "./notify-en.ts";

export const notifyFr: Readonly<Record<keyof typeof notifyEn, string>> = {
  "storm.subject": "{lead} : {n} incidents dans {sites} sites ({number} …)",
  "storm.news": "Nouvelles de {n} pannes dans {sites} sites ({number} …)",
  "storm.intro": "{n} messages vous étaient destinés en peu de temps; celui-ci les nomme tous.",
  "storm.others": "{n} autres, par leur numéro :",
  "storm.left": "Et {n} autres; la page les liste tous.",
  "storm.page": "Page du réseau : {url}",
  "sms.storm": "{lead} : {n} incidents, {sites} sites. {numbers} et {more} autres.",
  "sms.storm-all": "{lead} : {n} incidents, {sites} sites. {numbers}",
  "event.superseded": "Dit dans un autre message",
  "kind.letter": "Message",
  "ack.by-link": "Pour acquitter, ouvrez {url} et tapez les quatre chiffres.",
  "ack.digits": "Chiffres : {digits}",
  "ack.by-mail": "Ou répondez à ce message par ok ou {digits}, seul sur la première ligne.",
  "sms.reply": "Répondez {digits}",
  "ack.title": "Acquitter",
  "ack.ask": "Tapez les quatre chiffres qui figurent dans le message, puis acquittez. L'escalade s'arrête tant que l'acquittement tient.",
  "ack.field": "Les quatre chiffres du message",
  "ack.button": "Acquitter",
  "ack.done": "Merci : acquitté par le lien envoyé à {who}.",
  "ack.letter-done": "Merci : votre réponse est notée.",
  "ack.already": "C'était déjà acquitté : {who}. Votre réponse est notée.",
  "ack.over": "Il n'y a plus rien à acquitter : {why}.",
  "ack.over-restored": "le service est rétabli, ou le billet se poursuit sous un autre numéro",
  "ack.wrong": "Ce ne sont pas les chiffres du message. Essais restants : {left}.",
  "ack.locked": "Trop de chiffres erronés : ce lien ne sert plus. Répondez au message, ou appelez le bureau.",
  "ack.unknown": "Ce lien est inconnu ou expiré. Voyez le message le plus récent, ou appelez le bureau.",
  "ack.more": "Et {n} autres.",
  "test.subject": "Message d'essai de {instance}",
  "test.text": "Ceci est un essai du canal {channel} de {instance}. Rien n'est en panne, et il n'y a rien à faire.",
  "notice.session": "Séance menacée : {from} à {to}, {rooms}",
  "notice.session-runs": "Séance touchée, en cours jusqu'à {to} : {rooms}",
  "sms.session": "Séance {time}.",
};

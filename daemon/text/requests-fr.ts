/**
 * What people read of requests, in French. Keys and placeholders are those of requests-en.ts.
 */
import type { requestsEn } from "./requests-en.ts";

export const requestsFr: Readonly<Record<keyof typeof requestsEn, string>> = {
  "symptom.no-sound": "pas de son",
  "symptom.no-image": "pas d'image",
  "symptom.frozen": "l'image est figée",
  "symptom.cannot-dial": "impossible d'appeler",
  "symptom.dropped": "l'appel se coupe",
  "symptom.echo": "écho",
  "event.request": "Quelqu'un a demandé de l'aide",
  "event.request-attached": "Demande rattachée",
  "event.request-left": "Demande passée à un autre incident",
  "event.request-agreed": "La personne qui a appelé est d'accord",
  "event.request-attempt": "La personne qui a appelé n'a pas été jointe",
  "event.request-not-reached": "La personne qui a appelé n'a pas été jointe, de nouveau",
  "event.request-withdrawn": "Demande retirée",
  "request.read-back": "Votre demande porte le numéro {number}. {room} : {what}.",
  "request.session": "Une séance est touchée.",
  "request.no-session": "Aucune séance n'est touchée.",
  "request.same": "C'est peut-être une panne connue : {number}, depuis {since}.",
  "request.call-back": "Nous vous rappellerons au {phone}.",
  "says.call.some": "en appel",
  "says.call.none": "sans appel",
  "says.standby": "veille : {value}",
  "says.standby.off": "éveillé",
  "says.standby.standby": "en veille",
  "says.mute": "microphones : {value}",
  "says.mute.on": "touche discrétion activée (microphones coupés)",
  "says.mute.off": "microphones ouverts",
  "says.volume": "volume {value}",
  "says.source": "montre la source {value}",
};

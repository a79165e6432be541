/**
 * The monthly question whether somebody can be reached over a channel. How it is answered is added where it is sent.
 */
import type { Language } from "../model/time.ts";

const words = {
  fr: {
    subject: "Vigie : vérification mensuelle, à acquitter",
    text: "Aucune panne. {instance} vérifie une fois par mois que vous pouvez être joint par « {channel} ». Merci d'acquitter ce message; sans réponse d'ici une semaine, ce moyen sera listé comme non joignable.",
    sms: "Vigie: verification mensuelle, aucune panne. Merci d'acquitter ce message.",
  },
  en: {
    subject: "Vigie: monthly check, please acknowledge",
    text: "Nothing is wrong. Once a month {instance} checks that you can be reached over “{channel}”. Please acknowledge this message; without an answer within a week this channel is listed as one that does not reach you.",
    sms: "Vigie: monthly check, nothing is wrong. Please acknowledge this message.",
  },
} as const;

export function reachLetter(
  language: Language,
  of: { readonly instance: string; readonly channel: string },
): { readonly subject: string; readonly text: string; readonly sms: string } {
  const { subject, text, sms } = words[language];
  return { subject, sms, text: text.replace("{instance}", of.instance).replace("{channel}", of.channel) };
}

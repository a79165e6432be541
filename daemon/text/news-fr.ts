/**
 * What people read of the public texts of general failures, in French. Keys and placeholders are those of news-en.ts.
 */
import type { newsEn } from "./news-en.ts";

export const newsFr: Readonly<Record<keyof typeof newsEn, string>> = {
  "kind.news": "Nouvelles d'une panne",
  "kind.news-due": "Des nouvelles sont attendues",
  "event.news": "Nouvelles aux coordonnateurs",
  "event.news-last": "Les coordonnateurs apprennent que le service est rétabli",
  "event.news-due": "Les coordonnateurs attendent des nouvelles",
  "news.subject": "Panne : {site}",
  "news.subject-last": "Service rétabli : {site}",
  "news.subject-due": "Les coordonnateurs attendent des nouvelles : {site}",
  "news.since": "Depuis {at}.",
  "news.next": "Prochaines nouvelles à {at}.",
  "news.last": "Ce sont les dernières nouvelles de cette panne.",
  "news.number": "Incident {number}. Aucune réponse n'est nécessaire. Si une séance ne peut pas attendre, téléphonez.",
  "news.owed": "{number} : les coordonnateurs attendent des nouvelles. Les dernières qu'ils ont eues :",
  "news.draft": "La visioconférence ne fonctionne pas : {site} ({what}).",
  "news.draft-rooms": "Salles touchées ({n}) : {rooms}.",
  "news.draft-more": "Et {n} de plus.",
  "news.draft-seen": "Nous l'avons constaté et cherchons la cause.",
  "news.draft-worked": "Nous y travaillons.",
  "news.draft-meanwhile": "D'ici là, les séances peuvent se tenir par téléphone ou à partir d'un autre site.",
  "news.draft-last": "La visioconférence fonctionne de nouveau depuis {at}. Appelez-nous si quelque chose ne va pas.",
};

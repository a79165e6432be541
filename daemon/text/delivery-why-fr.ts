/**
 * Why a message waits, was dropped or could not go, and what proves that it went: as the dispatcher writes it in English → French.
 * What another server answered is shown as it came.
 */
export const deliveryWhysInFrench: readonly (readonly [english: string, french: string])[] = [
  // daemon/roles/relevance.ts and work-rows.ts.
  ["acknowledged", "acquitté entre-temps"],
  ["the incident is {state}", "l'état de l'incident est « {state} »"],
  ["folded into another incident", "joint à un autre incident"],
  ["it is an incident of its own", "c'est de nouveau un incident à part"],
  ["its incident is gone", "son incident n'existe plus"],
  ["it came back", "la panne est revenue"],
  ["it is over", "c'est terminé"],
  ["newer news have come", "des nouvelles plus récentes sont venues"],
  ["nothing is owed any more", "il n'y a plus rien à annoncer"],
  ["it is offered to nobody any more", "il n'est plus offert à personne"],
  ["the partner has it no more", "le partenaire ne l'a plus"],
  ["the task is over", "la tâche est terminée"],
  // daemon/roles/preparing.ts and rules/storm.ts.
  ["there is no storm", "seul, sans attendre"],
  ["the first of its site", "le premier de son site"],
  ["named in one message with others at the end of the window", "sera nommé avec d'autres dans un seul message"],
  ["kept quiet by maintenance or a silence", "tenu muet par une maintenance ou un silence"],
  ["it can wait until service hours", "peut attendre les heures de service"],
  ["no message of the trouble had reached them", "aucun message de la panne ne l'avait joint"],
  ["a message of the trouble is still on its way", "un message de la panne est encore en route"],
  // daemon/roles/dispatcher.ts.
  ["{name} has no channel; give contacts.{who} a reach", "{name} n'a aucun moyen de communication; donnez un reach à contacts.{who}"],
  [
    "channel {name} is not configured; add it under channels, or change the contact",
    "le canal {name} n'est pas configuré; ajoutez-le sous channels, ou changez le contact",
  ],
  ["no notifier for {name}", "rien ici n'envoie par {name}"],
  ["the notifier failed", "l'envoi a échoué"],
  // daemon/notify/sink.ts.
  ["kept in the sink", "gardé sur la page d'état"],
];

/** Details of what a diagnosis found, as daemon/diagnosing writes them. */
export const evidenceInFrench: readonly (readonly [english: string, french: string])[] = [
  ["{n} of {of}", "{n} sur {of}"],
  ["up for {s} s", "en marche depuis {s} s"],
  ["{ms} ms, {n} % lost", "{ms} ms, {n} % perdus"],
  ["{code} {s} s ago; not tried again", "{code} il y a {s} s; pas essayé de nouveau"],
];

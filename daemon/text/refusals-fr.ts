/**
 * Why an act is refused, as the desks and rules write it in English → French, for who sent a form. One a line; the first that fits is taken.
 */
export const refusalsInFrench: readonly (readonly [english: string, french: string])[] = [
  ["there is no incident {number}; see GET /api/v1/incidents", "il n'y a pas d'incident {number}"],
  ["there is no incident {number}", "il n'y a pas d'incident {number}"],
  ["{number} is part of {root}: act on that one", "{number} fait partie de {root} : agissez sur celui-là"],
  ["{number} is closed", "{number} est fermé"],
  ["{number}: {name} has a ticket for it already", "{number} : {name} a déjà un billet pour lui"],
  ["{number}: {name} is being told again already", "{number} : {name} est déjà en train d'être avisé de nouveau"],
  ["{number}: a ticket at {name} is being opened already", "{number} : un billet chez {name} est déjà en train de s'ouvrir"],
  [
    "the configuration has no ticket system; add one under tickets",
    "la configuration n'a aucun système de billets; ajoutez-en un sous tickets",
  ],
  [
    'there is no ticket system "{name}"; say one of {known}',
    "il n'y a pas de système de billets « {name} »; dites l'un de ceux-ci : {known}",
  ],
  ["{number} is moving too fast; try again", "{number} change trop vite; réessayez"],
  ["{number} was acknowledged by {name} already", "{number} est déjà acquitté par {name}"],
  ["{name} holds {number} already", "{name} a déjà {number} en charge"],
  ["{name} has taken {number} meanwhile", "{name} a pris {number} en charge entre-temps"],
  [
    "{number} is {state}; only an open or taken one is restored",
    "l'état de {number} est « {state} »; seul un incident ouvert ou pris en charge est rétabli",
  ],
  [
    "{number} cannot be solved at the first call: {why}; resolve it instead",
    "{number} ne peut plus être réglé au premier appel : {why}; dites plutôt que la cause est réglée",
  ],
  ["it is {state}", "son état est « {state} »"],
  ["it has gone to level 2", "il est passé au niveau 2"],
  ["the time of level 1 is over", "le délai du niveau 1 est passé"],
  ["{number} is {state} already, as {name} decided", "{number} l'est déjà ({state}), par décision de {name}"],
  ["the urgency of {number} is {state} already", "l'urgence de {number} l'est déjà ({state})"],
  ["{number} is resolved already", "la cause de {number} est déjà réglée"],
  [
    "{number} is {state}: restore or resolve it first",
    "l'état de {number} est « {state} » : dites d'abord que le service est revenu, ou que la cause est réglée",
  ],
  ["nobody holds {number}", "personne n'a {number} en charge"],
  [
    "{number} still has tasks with partners: {tasks}; finish or withdraw each of them first",
    "{number} a encore des tâches chez des partenaires : {tasks}; terminez ou retirez d'abord chacune",
  ],
  [
    "{number} is major and its report is not signed: {rest}",
    "{number} est majeur et son rapport n'est pas signé : écrivez-le et signez-le, ou fermez l'incident comme fausse alarme",
  ],
  ["{number} is resolved; nobody has to take it any more", "la cause de {number} est réglée : personne n'a plus à le prendre en charge"],
  ["a {severity} incident is allocated by: {functions}", "un tel incident est affecté par : {functions}"],
  [
    "nobody holds {number}, and {why}; take it first, then hand it over",
    "personne n'a {number} en charge, et {why}; prenez-le d'abord, puis remettez-le",
  ],
  [
    "{name} holds {number}, and {why}; take it over first, or ask {other}",
    "{name} a {number} en charge, et {why}; reprenez-le d'abord, ou demandez à {other}",
  ],
  ["{number} is not offered to anybody; take it instead", "{number} n'est offert à personne; prenez-le plutôt en charge"],
  [
    "{number} is offered to {name}; take it instead, if you mean to",
    "{number} est offert à {name}; prenez-le en charge si c'est ce que vous voulez",
  ],
  [
    "{number} is {state}; only what is not resolved is raised",
    "l'état de {number} est « {state} »; seul ce qui n'est pas réglé monte d'un niveau",
  ],
  [
    "{number} is at level {level}, the highest: its holder coordinates the partners until it is finally resolved; ask them with a task",
    "{number} est au niveau {level}, le plus haut : qui l'a en charge coordonne les partenaires jusqu'au règlement; demandez-leur par une tâche",
  ],
  ["{number} is resolved: there is nothing to follow up, close it", "la cause de {number} est réglée : il n'y a rien à suivre, fermez-le"],
  [
    "{number} was raised and nobody has accepted it yet: its ladder runs; accept it, or decline it, first",
    "{number} est monté d'un niveau et personne ne l'a encore accepté : son échelle court; acceptez-le ou refusez-le d'abord",
  ],
  [
    "number: {number} is not reserved; POST /api/v1/requests/number reserves one",
    "le numéro {number} n'est pas réservé : commencez une nouvelle demande",
  ],
  [
    "{number} is not reserved; POST /api/v1/requests/number reserves one",
    "le numéro {number} n'est pas réservé : commencez une nouvelle demande",
  ],
  [
    "{number} came under this key or number already, and says something else; use another for another request",
    "la demande {number} existe déjà sous ce numéro, et dit autre chose : commencez une nouvelle demande",
  ],
  [
    "{number} is being given to an incident just now; ask again in a second",
    "{number} reçoit justement son incident; recommencez dans une seconde",
  ],
  ["{number} is with {root} already", "{number} est déjà avec {root}"],
  ["{number} is {state}; attach to one that is open", "l'état de {number} est « {state} »; joignez-la à un incident ouvert"],
  ["{number} is over: {how}, by {name}", "{number} est terminée, par {name}"],
  ["it is past; name a time to come", "ce moment est passé; nommez-en un à venir"],
  ["it is more than 90 days away; name an earlier time", "c'est dans plus de 90 jours; nommez un moment plus proche"],
  [
    "{number} is resolved; nothing is asked of a partner any more",
    "la cause de {number} est réglée; on ne demande plus rien à un partenaire",
  ],
  ["{number} has {n} files; erase one first", "{number} a {n} fichiers; effacez-en un d'abord"],
  ["it is empty", "il est vide"],
  [
    "{n} bytes are more than the {most} that a file may have; attach a part of it",
    "{n} octets, c'est plus que les {most} permis; joignez-en une partie",
  ],
  ["it is no {type}; name its true type, one of {types}", "ce n'est pas un {type} : son contenu est autre chose"],
  ['there is no room "{room}"; say one of {rooms}', "il n'y a pas de salle « {room} »"],
  [
    'there is no room "{room}" in the configuration; write the id of one of its rooms',
    "il n'y a pas de salle « {room} » dans la configuration",
  ],
  ["{id} is of room {room} already", "{id} est déjà de la salle {room}"],
  ['"{symptom}" is not known; say one of {symptoms}', "« {symptom} » n'est pas connu"],
  ["it ends before it begins; write a later time", "la fin précède le début; écrivez une heure plus tardive"],
  ["its outer window ends before it begins; write a later time", "l'heure limite précède le début; écrivez une heure plus tardive"],
  ["{minutes} is over a week; write less", "{minutes}, c'est plus d'une semaine; écrivez moins"],
  [
    "it lasts over a year; write a recurring one, or take the devices out of the configuration",
    "cela dure plus d'un an; écrivez une récurrence, ou retirez les appareils de la configuration",
  ],
  ["nothing here is in commissioning; there is nothing to sign", "rien n'est en mise en service ici; il n'y a rien à signer"],
  [
    "not open on this sheet, so no note belongs to it: {lines}",
    "ces points ne sont plus à voir sur place, aucune note ne va avec eux : {lines}",
  ],
  [
    "cannot be seen from here, so a person must say what they saw: {lines}",
    "ces points ne se voient pas d'ici, dites ce que vous avez vu : {lines}",
  ],
  [
    "wrong just now: {lines}; put it right, or give the reason for signing",
    "mauvais en ce moment : {lines}; réparez-le, ou donnez la raison de signer quand même",
  ],
  ["no sheet of this place is in force; there is nothing to withdraw", "aucune feuille d'ici n'est en vigueur; il n'y a rien à retirer"],
  ["{id} is not in force; call it off instead", "{id} n'est pas en vigueur; annulez-la plutôt"],
  ["{id} is over; there is nothing to call off", "{id} est terminée; il n'y a rien à annuler"],
  ["No maintenance and no silence is {id}; GET /api/v1/maintenance lists them.", "Aucune maintenance ni mise en silence n'est {id}."],
];

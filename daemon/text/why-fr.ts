/**
 * English reason, as the rules write it → French. One a line; the first that fits is taken.
 */
export const whysInFrench: readonly (readonly [english: string, french: string])[] = [
  // Sessions, daemon/roles/readiness.ts and calendars.ts.
  ["room {room} is not ready", "la salle {room} n'est pas prête"],
  ["{n} rooms are not ready", "{n} salles ne sont pas prêtes"],
  ["its bridge is not ready", "son pont n'est pas prêt"],
  ["it can be held again", "elle peut se tenir de nouveau"],
  ["its time is over", "son heure est passée"],
  ["the calendar {calendar} could not be read for {n} min ({code})", "le calendrier {calendar} n'a pas pu être lu depuis {n} min ({code})"],
  // Naming, daemon/roles/naming.ts.
  ["it is called by what failed first", "il porte le nom de ce qui est tombé en panne d'abord"],
  // Requests of people, daemon/intake/desk.ts and rules/request.ts.
  ["somebody phoned", "quelqu'un a téléphoné"],
  ["somebody filled in the form", "quelqu'un a rempli le formulaire"],
  ["somebody wrote a mail", "quelqu'un a écrit un courriel"],
  ["somebody pressed the button for help", "quelqu'un a appuyé sur le bouton d'aide"],
  ["the caller agrees that it is over", "la personne qui a appelé convient que c'est réglé"],
  [
    "a caller has not agreed that it is over: it does not close by itself",
    "une personne qui a appelé n'a pas convenu que c'est réglé : rien ne se ferme tout seul",
  ],
  ["the caller was not reached", "la personne qui a appelé n'a pas été jointe"],
  ["the caller was not reached in {n} attempts", "la personne qui a appelé n'a pas été jointe en {n} tentatives"],
  ["service is back, and its coordinators have not been told", "le service est rétabli, et ses coordonnateurs ne l'ont pas appris"],
  [
    "the next news was promised by now, and has not come",
    "les prochaines nouvelles étaient promises pour maintenant, et ne sont pas venues",
  ],
  ["the request is withdrawn", "la demande est retirée"],
  ["request {request} is the same thing as {incident}", "la demande {request} est la même chose que {incident}"],
  ["the same thing as {incident}, says who took the request", "la même chose que {incident}, dit la personne qui a pris la demande"],
  // What the auditor repairs, daemon/roles/auditor.ts.
  ["open without a timer or a message in flight", "ouvert, sans échéance ni message en cours d'envoi"],
  ["a partner has it and nobody will look", "un partenaire l'a et personne ne regardera"],
  // Diagnoses, daemon/roles/diagnoser.ts and rules/diagnosis.ts. The reasons of the table stand in the table.
  ["it became part of another incident", "il fait maintenant partie d'un autre incident"],
  ["the incident was over before its turn came", "l'incident était terminé avant son tour"],
  ["the check of the network itself failed", "la vérification elle-même a échoué"],
  ["it was begun twice, and the daemon ended both times", "il a été commencé deux fois, et le programme s'est arrêté les deux fois"],
  ["no row of the table of diagnoses fits", "aucune ligne de la table des diagnostics ne convient"],
  ["the checks of level {level}", "les vérifications du niveau {level}"],
  // Who is on call, daemon/oncall/gap.ts and watch.ts.
  ["nobody is on call as {function} from {from} to {to}", "personne n'est de garde comme {function} du {from} au {to}"],
  ["nobody is on call as {function} from {from} on", "personne n'est de garde comme {function} à partir du {from}"],
  ["somebody is on call as {function} again", "quelqu'un est de nouveau de garde comme {function}"],
  ["the calendar {calendar} is read again", "le calendrier {calendar} est lu de nouveau"],
  // Messages, daemon/store/bundles.ts.
  ["the link sent to {contact}", "le lien envoyé à {contact}"],
  ["the mail reply of {contact}", "la réponse par courriel de {contact}"],
  ["the text message of {contact}", "le message texte de {contact}"],
  ["by the link sent to {contact}", "par le lien envoyé à {contact}"],
  ["by the mail reply of {contact}", "par la réponse par courriel de {contact}"],
  ["by the text message of {contact}", "par le message texte de {contact}"],
  ["superseded by {message}", "remplacé par {message}"],
  ["redacted", "texte effacé"],
  ["nobody has taken it: the last resort hears again", "personne ne l'a pris en charge : le dernier recours est avisé de nouveau"],
  [
    "nobody took it within the time of this level: the allocators hear",
    "personne ne l'a pris en charge dans le délai de ce niveau : les responsables de l'affectation sont avisés",
  ],
  [
    "the last level did not take it: the last resort is told until somebody does",
    "le dernier niveau ne l'a pas pris en charge : le dernier recours est avisé jusqu'à ce que quelqu'un le fasse",
  ],
  ["level {level} did not resolve it in its time", "le niveau {level} ne l'a pas résolu dans son délai"],
  ["acknowledged by {who}, and nobody followed it up", "acquitté par {who}, et personne n'y a donné suite"],
  // What changes a class, rules/settle.ts and rules/escalation.ts. The reasons of the table stand in the table.
  [
    "no row of the table of severities fits; unsure is the higher one",
    "aucune ligne de la table des gravités ne convient; dans le doute, la plus élevée",
  ],
  ["general failure: {why}", "panne générale : {why}"],
  ["not solved at the first call: the time of level 1 is over", "non résolu au premier appel : le délai du niveau 1 est écoulé"],
  ["solved at the first call", "résolu au premier appel"],
  ["a session was lost: it stays major", "une séance a été perdue : il reste majeur"],
  [
    "a session ran meanwhile, and nobody says that it was not lost: it stays major",
    "une séance a eu lieu pendant ce temps, et personne ne dit qu'elle n'a pas été perdue : il reste majeur",
  ],
  [
    "solved at the first call: no ticket, noted on the technical sheet",
    "résolu au premier appel : sans billet, noté sur la fiche technique",
  ],
  ["a session is ahead: this level has half of what is left", "une séance approche : ce niveau a la moitié du temps qui reste"],
  ["not solved at the first call: level 1 hands it on", "non résolu au premier appel : le niveau 1 le transmet"],
  // What keeps coming back, rules/problem.ts.
  [
    "{n} incidents of one cause within {days} days; there is nothing of its kind to compare with",
    "{n} incidents d'une même cause en {days} jours; il n'y a rien de même genre à quoi comparer",
  ],
  [
    "{n} incidents of one cause within {days} days, and {model} has {rate} on average: more than chance brings (p {p})",
    "{n} incidents d'une même cause en {days} jours, alors que {model} en a {rate} en moyenne : plus que n'en apporte le hasard (p {p})",
  ],
  [
    "{n} incidents of one cause within {days} days; {model} has {rate} on average: chance may bring that (p {p})",
    "{n} incidents d'une même cause en {days} jours; {model} en a {rate} en moyenne : le hasard peut l'expliquer (p {p})",
  ],
  // Acts and steps, rules/incident.ts and rules/escalation.ts.
  ["it reaches further than when it was taken", "il touche plus qu'à la prise en charge"],
  ["it came back while it is held", "la panne est revenue pendant la prise en charge"],
  ["the report of a major incident is owed", "le rapport d'un incident majeur est dû"],
  ["the next follow-up is overdue", "le prochain suivi est en retard"],
  ["{n} follow-ups in a row were missed: the next level hears", "{n} suivis de suite ont été manqués : le niveau suivant est avisé"],
  [
    "nobody accepted it before the next follow-up: the giver holds it",
    "personne ne l'a accepté avant le prochain suivi : qui l'offrait le garde",
  ],
  ["what {partner} promised has passed", "l'échéance promise par {partner} est passée"],
  ["{partner} has not answered in its time", "{partner} n'a pas répondu dans son délai"],
  ["{who} accepted it", "{who} l'accepte"],
  ["{who} works on it", "{who} y travaille"],
  [
    "several steps came due while nothing could be sent; one message says all",
    "plusieurs étapes étaient dues pendant que rien ne pouvait être envoyé; un seul message les résume",
  ],
  ["a person has seen it", "une personne l'a vu"],
  ["{who} holds it", "{who} le prend en charge"],
  ["{who} gave it back", "{who} l'a remis en file"],
  // What would have avoided false alarms, rules/proposal.ts.
  [
    "{n} of {of} false alarms stayed within {to}, and nothing real did",
    "{n} fausses alertes sur {of} sont restées en deçà de {to}, et aucune vraie panne",
  ],
  [
    "{n} of {of} false alarms were over within {s} s, and nothing real was; what is real is told {later} s later",
    "{n} fausses alertes sur {of} ont duré {s} s au plus, et aucune vraie panne; une vraie panne est annoncée {later} s plus tard",
  ],
  [
    "{n} of {of} false alarms were over before bad look {k}, and nothing real was; what is real is told {later} looks later",
    "{n} fausses alertes sur {of} ont pris fin avant la {k}e mauvaise observation, et aucune vraie panne; une vraie panne est annoncée {later} observations plus tard",
  ],
  [
    "{n} of {of} false alarms came between {from} and {until} and were over by then, and nothing real was",
    "{n} fausses alertes sur {of} sont venues entre {from} et {until} et ont pris fin avant, et aucune vraie panne",
  ],
  [
    "{n} of {of} false alarms came outside service hours in {rooms}, where nothing real did",
    "{n} fausses alertes sur {of} sont venues hors des heures de service dans {rooms}, où aucune vraie panne n'est venue",
  ],
  [
    "{n} of {of} false alarms came while no session was near in {rooms}, where nothing real did",
    "{n} fausses alertes sur {of} sont venues sans séance proche dans {rooms}, où aucune vraie panne n'est venue",
  ],
  // Alarms, rules/lifecycle.ts, links.ts, suppress.ts.
  ["one good look", "une bonne observation"],
  ["good look {n} of {k}", "bonne observation {n} de {k}"],
  ["{n} bad looks in a row: {detail}", "{n} mauvaises observations de suite : {detail}"],
  ["{n} bad looks in a row", "{n} mauvaises observations de suite"],
  ["{n} bad looks in a row, for {s} s", "{n} mauvaises observations de suite, pendant {s} s"],
  ["one bad look, for {s} s: {detail}", "une mauvaise observation, pendant {s} s : {detail}"],
  ["one bad look: {detail}", "une mauvaise observation : {detail}"],
  ["one bad look, for {s} s", "une mauvaise observation, pendant {s} s"],
  ["one bad look", "une mauvaise observation"],
  ["nothing was heard in time: {detail}", "rien n'a été entendu à temps : {detail}"],
  ["changes too often; last: {why}", "change trop souvent; en dernier : {why}"],
  [
    "the device as a whole is {word}, {n} looks in a row",
    "l'appareil dans son ensemble est à l'état « {word} », {n} observations de suite",
  ],
  ["quiet again, and active", "de nouveau stable, et toujours en panne"],
  ["quiet again, and inactive", "de nouveau stable, et rétabli"],
  ["a trap says so: {detail}", "l'appareil l'a signalé : {detail}"],
  ["a trap says so", "l'appareil l'a signalé"],
  ["a trap says it is over: {detail}", "l'appareil signale que c'est fini : {detail}"],
  ["a trap says it is over", "l'appareil signale que c'est fini"],
  ["the device says so: {detail}", "l'appareil le dit lui-même : {detail}"],
  ["the device says so", "l'appareil le dit lui-même"],
  ["the device says it is over: {detail}", "l'appareil dit que c'est fini : {detail}"],
  ["the device says it is over", "l'appareil dit que c'est fini"],
  ["{device} left the configuration; the incident stays open", "{device} a été retiré de la configuration; l'incident reste ouvert"],
  ["its device {device} is down", "son appareil {device} est hors service"],
  ["it is behind {root}, which is down", "il est derrière {root}, qui est hors service"],
  ["{why}; {n} sites are dark at once", "{why}; {n} sites sont coupés en même temps"],
  ["reached through {by}, behind {root}, which is down", "joint par {by}, derrière {root}, qui est hors service"],
  ["reached through {root}, which is down", "joint par {root}, qui est hors service"],
  ["{device}, which they are reached through, is down", "{device}, par lequel ils sont joints, est hors service"],
  // Failures that are one trouble, rules/correlate.ts.
  [
    "{n} devices are out of service at {site}, within {m} min of each other",
    "{n} appareils sont hors service au site {site}, à moins de {m} min les uns des autres",
  ],
  [
    "{n} devices are out of service behind {device}, within {m} min of each other",
    "{n} appareils sont hors service derrière {device}, à moins de {m} min les uns des autres",
  ],
  [
    "{n} devices are out of service on {product}, within {m} min of each other",
    "{n} appareils sont hors service avec {product}, à moins de {m} min les uns des autres",
  ],
  [
    "{n} devices have the same symptom ({symptom}) at {site}, within {m} min of each other",
    "{n} appareils ont le même symptôme ({symptom}) au site {site}, à moins de {m} min les uns des autres",
  ],
  [
    "{n} devices have the same symptom ({symptom}) behind {device}, within {m} min of each other",
    "{n} appareils ont le même symptôme ({symptom}) derrière {device}, à moins de {m} min les uns des autres",
  ],
  [
    "{n} devices have the same symptom ({symptom}) on {product}, within {m} min of each other",
    "{n} appareils ont le même symptôme ({symptom}) avec {product}, à moins de {m} min les uns des autres",
  ],
  [
    "somebody asked for help in {room}, and a device there fails",
    "quelqu'un a demandé de l'aide dans {room}, et un appareil y est en panne",
  ],
  [
    "several circuits failed at once: what they share is down",
    "plusieurs liens sont tombés en même temps : ce qu'ils ont en commun est hors service",
  ],
  ["reached over {link}, which is down", "joint par {link}, qui est hors service"],
  ["{n} circuits failed at once, and {sites} sites are dark", "{n} liens sont tombés en même temps, et {sites} sites sont coupés"],
  ["its circuits no longer fail together", "ses liens ne sont plus en panne ensemble"],
  ["all its circuits are down: {devices}", "tous ses liens sont hors service : {devices}"],
  ["its device {device} is up", "son appareil {device} répond"],
  ["{n} devices behind it answer", "{n} appareils derrière ce lien répondent"],
  ["the canary {device} is up", "l'appareil témoin {device} répond"],
  ["{device} does not answer, but {n} devices beyond it do", "{device} ne répond pas, mais {n} appareils au-delà répondent"],
  ["somebody answers", "quelqu'un répond"],
  ["still failing after {by} came back", "toujours en panne après le retour de {by}"],
  ["all the alarms that are left in it are clear", "toutes les alarmes qui restent dans cet incident sont terminées"],
  ["we are blind ourselves", "nous n'avons nous-mêmes plus de vue"],
  ["the credential is refused on several devices", "le compte est refusé par plusieurs appareils"],
  ["the link {link} is down", "le lien {link} est hors service"],
  [
    "{n} devices at {sites} sites behind it are down, none answers, others do",
    "{n} appareils de {sites} sites derrière ce lien sont hors service; aucun ne répond, d'autres répondent",
  ],
  ["the canary {device} does not answer", "l'appareil témoin {device} ne répond pas"],
  ["our own gateway {device} does not answer", "notre propre passerelle {device} ne répond pas"],
  ["nothing answers at any of {n} sites", "rien ne répond à aucun des {n} sites"],
  // Maintenance and silences, rules/mute.ts and daemon/roles/turn.ts.
  [
    "still failing, and the device is no longer known to be: {doing}",
    "toujours en panne, et plus rien ne dit que l'appareil est dans cet état : {doing}",
  ],
  ["still failing now that somebody is due in {room}", "toujours en panne maintenant que quelqu'un est attendu dans {room}"],
  ["it may be silent: {doing}", "il peut se taire : {doing}"],
  ["nobody is due in its room at this hour", "personne n'est attendu dans sa salle à cette heure"],
  ["no session of its room is near", "aucune séance de sa salle n'approche"],
  ["restarted for an upgrade, inside its night window", "redémarré pour une mise à niveau, dans sa fenêtre de nuit"],
  ["restarted for an upgrade, outside its night window", "redémarré pour une mise à niveau, hors de sa fenêtre de nuit"],
  ["still failing after {by} ended", "toujours en panne après la fin de : {by}"],
  ["kept quiet by {by}: {reason}", "tenu muet par {by} : {reason}"],
  ["{by} ended", "terminé : {by}"],
  // Actions, rules/action.ts.
  ["the configuration in force has {address}", "la configuration en vigueur a {address}"],
  [
    "the configuration in force still has {old} and not {address}: write it there, or say it again",
    "la configuration en vigueur a encore {old} et non {address} : écrivez-la, ou consignez-la de nouveau",
  ],
  [
    "the device left the configuration before its new address was in it",
    "l'appareil a été retiré de la configuration avant que sa nouvelle adresse y soit",
  ],
  ["address change to {address} ({number})", "changement d'adresse vers {address} ({number})"],
  [
    "{policy} is no longer in the configuration; this incident keeps it",
    "{policy} n'est plus dans la configuration; cet incident la garde",
  ],
  ["its rule left the configuration", "sa règle a été retirée de la configuration"],
];

/**
 * The words of the pages, in both languages. French (fr-CA) comes first: it is the default.
 */
export interface Words {
  /** Between a label and its value: French puts a space before it. */
  readonly colon: string;
  readonly status: string;
  readonly recurrences: string;
  readonly skip: string;
  readonly otherLanguage: string;
  readonly demo: string;
  readonly reloadFailed: string;
  readonly incidents: string;
  readonly noIncidents: string;
  readonly devices: string;
  readonly inService: string;
  readonly outOfService: string;
  readonly unknown: string;
  readonly unknownMeaning: string;
  readonly commissioning: string;
  readonly where: string;
  readonly level: string;
  readonly since: string;
  readonly holder: string;
  readonly nobody: string;
  readonly acknowledgedBy: string;
  readonly why: string;
  readonly whyUrgency: string;
  readonly next: string;
  readonly messages: string;
  readonly noMessages: string;
  readonly to: string;
  readonly updated: string;
  readonly stale: string;
  readonly device: string;
  readonly address: string;
  readonly family: string;
  readonly site: string;
  readonly room: string;
  readonly looks: string;
  readonly noLooks: string;
  readonly alarms: string;
  readonly noAlarms: string;
  readonly look: string;
  readonly at: string;
  readonly took: string;
  readonly found: string;
  readonly values: string;
  readonly trace: string;
  readonly timeline: string;
  readonly what: string;
  readonly by: string;
  readonly deliveries: string;
  readonly noDeliveries: string;
  readonly recipient: string;
  readonly channel: string;
  readonly state: string;
  readonly attempts: string;
  readonly facts: string;
  readonly severity: string;
  readonly urgency: string;
  readonly opened: string;
  readonly restored: string;
  readonly occurrences: string;
  readonly days30: string;
  readonly days90: string;
  readonly last: string;
  readonly symptom: string;
  readonly noRecurrences: string;
  readonly recurrencesMeaning: string;
  readonly limited: string;
  readonly delivery: Readonly<Record<string, string>>;
  readonly suppressedBy: string;
  readonly notFound: string;
  readonly back: string;
  readonly pending: string;
  readonly active: string;
}

const fr: Words = {
  colon: " : ",
  status: "État du réseau",
  recurrences: "Pannes récurrentes",
  skip: "Aller au contenu",
  otherLanguage: "English",
  demo: "DÉMO : réseau simulé. Les messages restent sur cette page.",
  reloadFailed: "La dernière configuration a été refusée; la précédente reste en vigueur.",
  incidents: "Incidents ouverts",
  noIncidents: "Aucun incident ouvert.",
  devices: "Appareils",
  inService: "En service",
  outOfService: "Hors service",
  unknown: "Inconnu",
  unknownMeaning: "Inconnu : nous n'avons pas pu regarder; l'appareil n'est pas forcément en panne.",
  commissioning: "en mise en service",
  where: "Où",
  level: "Niveau",
  since: "Depuis",
  holder: "Pris en charge par",
  nobody: "personne",
  acknowledgedBy: "Acquitté par",
  why: "Pourquoi cette gravité",
  whyUrgency: "Pourquoi cette urgence",
  next: "Prochaine étape",
  messages: "Derniers messages envoyés",
  noMessages: "Aucun message pour l'instant.",
  to: "À",
  updated: "Mis à jour",
  stale: "Connexion perdue : cette page n'est plus à jour.",
  device: "Appareil",
  address: "Adresse",
  family: "Famille",
  site: "Site",
  room: "Salle",
  looks: "Dernières observations",
  noLooks: "Pas encore observé.",
  alarms: "Alarmes",
  noAlarms: "Aucune alarme.",
  look: "Observation",
  at: "Quand",
  took: "Durée",
  found: "Constat",
  values: "Valeurs",
  trace: "Trace de la dernière observation manquée",
  timeline: "Déroulement",
  what: "Quoi",
  by: "Par",
  deliveries: "Messages",
  noDeliveries: "Personne n'a encore été avisé.",
  recipient: "Destinataire",
  channel: "Canal",
  state: "État",
  attempts: "Essais",
  facts: "En bref",
  severity: "Gravité",
  urgency: "Urgence",
  opened: "Ouvert",
  restored: "Rétabli",
  occurrences: "Occurrences",
  days30: "30 jours",
  days90: "90 jours",
  last: "Dernière",
  symptom: "Panne",
  noRecurrences: "Rien ne s'est répété.",
  recurrencesMeaning: "Ce qui revient : même appareil, même panne. Les réouvertures d'un même incident comptent une seule fois.",
  limited: "Seuls les appareils qui ne sont pas en service sont listés.",
  delivery: {
    pending: "en attente",
    claimed: "en cours d'envoi",
    sent: "envoyé",
    accepted: "accepté",
    delivered: "livré",
    acknowledged: "acquitté",
    failed: "échec",
    dropped: "abandonné",
  },
  suppressedBy: "expliquée par",
  notFound: "Cette page n'existe pas.",
  back: "Retour à l'état du réseau",
  pending: "en observation",
  active: "active",
};

const en: Words = {
  colon: ": ",
  status: "Network status",
  recurrences: "Recurring failures",
  skip: "Skip to content",
  otherLanguage: "Français",
  demo: "DEMO: a simulated network. Messages stay on this page.",
  reloadFailed: "The last configuration was refused; the one before stays in force.",
  incidents: "Open incidents",
  noIncidents: "No open incident.",
  devices: "Devices",
  inService: "In service",
  outOfService: "Out of service",
  unknown: "Unknown",
  unknownMeaning: "Unknown: we could not look; the device has not necessarily failed.",
  commissioning: "in commissioning",
  where: "Where",
  level: "Level",
  since: "Since",
  holder: "Held by",
  nobody: "nobody",
  acknowledgedBy: "Acknowledged by",
  why: "Why this severity",
  whyUrgency: "Why this urgency",
  next: "Next step",
  messages: "Latest messages sent",
  noMessages: "No message yet.",
  to: "To",
  updated: "Updated",
  stale: "Connection lost: this page is no longer up to date.",
  device: "Device",
  address: "Address",
  family: "Family",
  site: "Site",
  room: "Room",
  looks: "Last looks",
  noLooks: "Not looked at yet.",
  alarms: "Alarms",
  noAlarms: "No alarm.",
  look: "Look",
  at: "When",
  took: "Took",
  found: "Found",
  values: "Values",
  trace: "Trace of the last look that failed",
  timeline: "Timeline",
  what: "What",
  by: "By",
  deliveries: "Messages",
  noDeliveries: "Nobody has been told yet.",
  recipient: "Recipient",
  channel: "Channel",
  state: "State",
  attempts: "Attempts",
  facts: "In short",
  severity: "Severity",
  urgency: "Urgency",
  opened: "Opened",
  restored: "Restored",
  occurrences: "Occurrences",
  days30: "30 days",
  days90: "90 days",
  last: "Last",
  symptom: "Failure",
  noRecurrences: "Nothing has come back.",
  recurrencesMeaning: "What comes back: same device, same failure. Reopenings of one incident count once.",
  limited: "Only devices that are not in service are listed.",
  delivery: {
    pending: "waiting",
    claimed: "being sent",
    sent: "sent",
    accepted: "accepted",
    delivered: "delivered",
    acknowledged: "acknowledged",
    failed: "failed",
    dropped: "dropped",
  },
  suppressedBy: "explained by",
  notFound: "This page does not exist.",
  back: "Back to the network's status",
  pending: "being watched",
  active: "active",
};

export const words: Readonly<Record<"fr" | "en", Words>> = { fr, en };

/** The network at a glance: what is down now, which incidents wait, whether Vigie itself sees and tells. */
import type { DashboardSpec, PanelSpec } from "./spec.ts";

const here = 'site=~"$site"';
/** What is in commissioning counts in nothing. */
const accepted = 'and on (instance, device) vigie_device_info{commissioning="false"}';

const now: readonly PanelSpec[] = [
  {
    kind: "stat",
    title: { fr: "Appareils hors service", en: "Devices out of service" },
    about: {
      fr: "Appareils acceptés qui ne rendent plus leur service. Rouge dès qu'il y en a un.",
      en: "Accepted devices that are out of service. Red from the first one on.",
    },
    ...{ width: 4, height: 4, scale: "noneIsGood" },
    queries: [{ expr: `count((vigie_device_up{${here}} == 0) ${accepted}) or vector(0)`, legend: "hors service / down" }],
  },
  {
    kind: "stat",
    title: { fr: "Appareils inconnus", en: "Devices unknown" },
    about: {
      fr: "Nous ne pouvons pas les regarder : ce n'est pas la même chose que hors service. Jaune dès qu'il y en a un.",
      en: "We cannot look at them, which is not the same as down. Yellow from the first one on.",
    },
    ...{ width: 4, height: 4, scale: "noneIsBetter" },
    // NaN equals nothing, itself included.
    queries: [
      { expr: `count((vigie_device_up{${here}} != vigie_device_up{${here}}) ${accepted}) or vector(0)`, legend: "inconnus / unknown" },
    ],
  },
  {
    kind: "stat",
    title: { fr: "Part en service", en: "Share in service" },
    about: {
      fr: "Appareils en service, parmi ceux dont l'état est connu. Vert : au moins 99,5 %. Jaune : au moins 95 %. Rouge : moins.",
      en: "Devices in service among those whose state is known. Green: 99.5 % or more. Yellow: 95 % or more. Red: less.",
    },
    ...{ width: 4, height: 4, unit: "percentunit", scale: "availability" },
    queries: [{ expr: `avg((vigie_device_up{${here}} >= 0) ${accepted})`, legend: "en service / up" }],
  },
  {
    kind: "stat",
    title: { fr: "Majeurs non acquittés", en: "Major, unacknowledged" },
    about: {
      fr: "Incidents majeurs ouverts que personne n'a acquittés. Rouge dès qu'il y en a un.",
      en: "Open major incidents that nobody has acknowledged. Red from the first one on.",
    },
    ...{ width: 4, height: 4, scale: "noneIsGood" },
    queries: [{ expr: `sum(vigie_incidents_unacknowledged{severity="major",${here}})`, legend: "majeurs / major" }],
  },
  {
    kind: "stat",
    title: { fr: "Mineurs non acquittés", en: "Minor, unacknowledged" },
    about: {
      fr: "Incidents mineurs ouverts que personne n'a acquittés. Jaune dès qu'il y en a un.",
      en: "Open minor incidents that nobody has acknowledged. Yellow from the first one on.",
    },
    ...{ width: 4, height: 4, scale: "noneIsBetter" },
    queries: [{ expr: `sum(vigie_incidents_unacknowledged{severity="minor",${here}})`, legend: "mineurs / minor" }],
  },
  {
    kind: "stat",
    title: { fr: "Escalade", en: "Escalation" },
    about: {
      fr: "Saine : chaque incident ouvert et non acquitté a une minuterie ou un message en route.",
      en: "Healthy: every open, unacknowledged incident has a timer or a message in flight.",
    },
    ...{ width: 4, height: 4, scale: "healthy" },
    queries: [{ expr: "min(vigie_escalation_healthy)", legend: "escalade / escalation" }],
  },
  {
    kind: "table",
    title: { fr: "Hors service maintenant", en: "Out of service now" },
    about: { fr: "Un clic sur l'appareil ouvre sa page.", en: "A click on the device opens its dashboard." },
    ...{ width: 12, height: 9 },
    queries: [
      {
        expr: `(vigie_device_up{${here}} == 0) * on (instance, device) group_left (name, room, kind) vigie_device_info{commissioning="false"}`,
        mayBeEmpty: "nothing is out of service",
      },
    ],
    columns: [
      { field: "device", title: "Appareil" },
      { field: "name", title: "Nom" },
      { field: "site", title: "Site" },
      { field: "room", title: "Salle" },
      { field: "kind", title: "Genre" },
      { field: "Value #A", title: "État", scale: "up" },
    ],
  },
  {
    kind: "table",
    title: { fr: "Incidents que personne n'a acquittés", en: "Incidents nobody has acknowledged" },
    about: {
      fr: "Le numéro est celui de la console, des courriels et du téléphone.",
      en: "The number is the one of the console, the mails and the telephone.",
    },
    ...{ width: 12, height: 9 },
    queries: [{ expr: `vigie_incident_unacknowledged_info{${here}}`, mayBeEmpty: "every incident is acknowledged" }],
    columns: [
      { field: "number", title: "Numéro" },
      { field: "severity", title: "Gravité", scale: "severity" },
      { field: "urgency", title: "Urgence", scale: "urgency" },
      { field: "level", title: "Niveau" },
      { field: "site", title: "Site" },
      { field: "symptom", title: "Symptôme", scale: "symptom" },
    ],
  },
];

const incidents: readonly PanelSpec[] = [
  {
    kind: "series",
    title: { fr: "Incidents ouverts, par gravité et urgence", en: "Open incidents by severity and urgency" },
    about: {
      fr: "Tous ceux qui ne sont pas fermés, restaurés compris.",
      en: "All that are not closed, restored ones included.",
    },
    ...{ width: 8, height: 8, stacked: true },
    queries: [{ expr: `sum by (severity, urgency) (vigie_incidents_open{${here}})`, legend: "{{severity}}, {{urgency}}" }],
  },
  {
    kind: "series",
    title: { fr: "Incidents ouverts, par niveau", en: "Open incidents by level" },
    about: {
      fr: "1 : bureau. 2 et 3 : analyste. 4 : dernier recours, répété jusqu'à ce que quelqu'un prenne en charge.",
      en: "1: the desk. 2 and 3: the analyst. 4: the last resort, repeated until somebody takes it.",
    },
    ...{ width: 8, height: 8, stacked: true },
    queries: [{ expr: `sum by (level) (vigie_incidents_open{${here}})`, legend: "niveau {{level}}" }],
  },
  {
    kind: "series",
    title: { fr: "Incidents ouverts, par site", en: "Open incidents by site" },
    about: { fr: "Un site sans incident reste à zéro.", en: "A site without an incident stays at zero." },
    ...{ width: 8, height: 8, stacked: true },
    queries: [{ expr: `sum by (site) (vigie_incidents_open{${here}})`, legend: "{{site}}" }],
  },
  {
    kind: "series",
    title: { fr: "Incidents qui montent de niveau", en: "Incidents that rise" },
    about: { fr: "Par heure, selon le niveau atteint.", en: "An hour, by the level reached." },
    ...{ width: 12, height: 7 },
    queries: [
      {
        expr: "sum by (level) (increase(vigie_escalations_total[1h]))",
        legend: "vers le niveau {{level}}",
        mayBeEmpty: "nothing ever rose since the daemon started",
      },
    ],
  },
  {
    kind: "series",
    title: { fr: "Messages, selon ce qu'ils sont devenus", en: "Messages by what became of them" },
    about: {
      fr: "Par heure, par canal : sent, accepted, delivered, failed…",
      en: "An hour, by channel: sent, accepted, delivered, failed…",
    },
    ...{ width: 12, height: 7 },
    queries: [
      {
        expr: "sum by (channel, state) (increase(vigie_deliveries_total[1h]))",
        legend: "{{channel}} : {{state}}",
        mayBeEmpty: "nothing was sent since the daemon started",
      },
    ],
  },
  {
    kind: "series",
    title: { fr: "Demandes en cours, par voie et par symptôme", en: "Open requests by way and symptom" },
    about: {
      fr: "Qui a téléphoné, écrit ou appuyé sur le bouton d'aide, et n'a pas encore dit que c'est réglé.",
      en: "Whoever telephoned, wrote or pressed the button for help, and has not yet said that it is over.",
    },
    ...{ width: 8, height: 7, stacked: true },
    queries: [{ expr: "sum by (way, symptom) (vigie_requests_open)", legend: "{{way}} : {{symptom}}" }],
  },
  {
    kind: "series",
    title: { fr: "Demandes prises, et répétées", en: "Requests taken in, and repeated" },
    about: {
      fr: "Par heure, par voie. Répétées : revenues une seconde fois, et répondues sous le même numéro.",
      en: "An hour, by way. Repeated: came a second time, and were answered with the same number.",
    },
    ...{ width: 8, height: 7 },
    queries: [
      {
        expr: "sum by (way) (increase(vigie_requests_total[1h]))",
        legend: "{{way}}",
        mayBeEmpty: "nobody asked for help since the daemon started",
      },
      {
        expr: "sum by (way) (increase(vigie_requests_repeated_total[1h]))",
        legend: "{{way}}, répétées / repeated",
        mayBeEmpty: "nothing came twice since the daemon started",
      },
    ],
  },
  {
    kind: "series",
    title: { fr: "Du numéro à la fin d'une demande", en: "From the number to the end of a request" },
    about: {
      fr: "Médiane et 90e centile sur un jour, selon la fin : agreed (réglée), not-reached (pas jointe), withdrawn (retirée).",
      en: "Median and 90th percentile over a day, by how it ended: agreed, not-reached, withdrawn.",
    },
    ...{ width: 8, height: 7, unit: "s" },
    queries: [
      {
        expr: "histogram_quantile(0.5, sum by (le, how) (increase(vigie_request_seconds_bucket[1d])))",
        legend: "médiane / median, {{how}}",
        mayBeEmpty: "no request ended since the daemon started",
      },
      {
        expr: "histogram_quantile(0.9, sum by (le, how) (increase(vigie_request_seconds_bucket[1d])))",
        legend: "90 %, {{how}}",
        mayBeEmpty: "no request ended since the daemon started",
      },
    ],
  },
];

const quality: readonly PanelSpec[] = [
  {
    kind: "heat",
    title: { fr: "Pertes de paquets, pire appareil de chaque site", en: "Packet loss, worst device of each site" },
    about: {
      fr: "Bon : sous 1 %. À surveiller : sous 10 %. Mauvais : 10 % et plus.",
      en: "Good: under 1 %. Watch: under 10 %. Bad: 10 % and more.",
    },
    ...{ width: 12, height: 9, scale: "lossWords" },
    queries: [{ expr: `max by (site) (vigie_icmp_loss_ratio{${here}})`, legend: "{{site}}" }],
  },
  {
    kind: "heat",
    title: { fr: "Aller-retour, pire appareil de chaque site", en: "Round trip, worst device of each site" },
    about: {
      fr: "Bon : sous 150 ms. À surveiller : sous 300 ms. Mauvais : 300 ms et plus (UIT-T G.114).",
      en: "Good: under 150 ms. Watch: under 300 ms. Bad: 300 ms and more (ITU-T G.114).",
    },
    ...{ width: 12, height: 9, scale: "rttWords" },
    queries: [{ expr: `max by (site) (vigie_icmp_rtt_avg_seconds{${here}})`, legend: "{{site}}" }],
  },
  {
    kind: "table",
    title: { fr: "Les vingt pires pertes", en: "The twenty worst losses" },
    about: {
      fr: "Dernier regard. Le jugement : bon sous 1 %, à surveiller sous 10 %, mauvais au-delà.",
      en: "Last look. The verdict: good under 1 %, watch under 10 %, bad from there on.",
    },
    ...{ width: 24, height: 8, sortBy: "Perte" },
    queries: [
      { expr: `topk(20, max by (device, site) (vigie_icmp_loss_ratio{${here}}))` },
      { expr: `topk(20, max by (device, site) (vigie_icmp_loss_ratio{${here}}))` },
    ],
    columns: [
      { field: "device", title: "Appareil" },
      { field: "site", title: "Site" },
      { field: "Value #A", title: "Perte", unit: "percentunit", scale: "loss" },
      { field: "Value #B", title: "Jugement", scale: "lossWords" },
    ],
  },
];

const looks: readonly PanelSpec[] = [
  {
    kind: "series",
    title: { fr: "Regards par seconde", en: "Looks a second" },
    about: {
      fr: "Par sonde et par résultat. « unknown » : nous n'avons pas pu regarder.",
      en: "By probe and result. Unknown: we could not look.",
    },
    ...{ width: 8, height: 8, unit: "ops", stacked: true },
    queries: [{ expr: "sum by (kind, status) (rate(vigie_looks_total[$__rate_interval]))", legend: "{{kind}} : {{status}}" }],
  },
  {
    kind: "series",
    title: { fr: "Retard des regards (99e centile)", en: "How late looks start (99th percentile)" },
    about: { fr: "Vert sous 250 ms, jaune sous 1 s, rouge au-delà.", en: "Green under 250 ms, yellow under 1 s, red from there on." },
    ...{ width: 8, height: 8, unit: "s", scale: "late" },
    queries: [
      { expr: "histogram_quantile(0.99, sum by (le) (rate(vigie_slots_late_seconds_bucket[$__rate_interval])))", legend: "retard / late" },
    ],
  },
  {
    kind: "series",
    title: { fr: "Traps et informs par minute", en: "Traps and informs a minute" },
    about: {
      fr: "Par issue ; « limited » et les pertes du noyau veulent dire que des traps manquent.",
      en: "By outcome; limited and kernel drops mean that traps are missing.",
    },
    ...{ width: 8, height: 8 },
    queries: [
      { expr: "sum by (outcome) (rate(vigie_traps_total[$__rate_interval])) * 60", legend: "{{outcome}}" },
      { expr: "sum(rate(vigie_trap_kernel_drops_total[$__rate_interval])) * 60", legend: "perdus par le noyau / kernel drops" },
    ],
  },
];

const itself: readonly PanelSpec[] = [
  {
    kind: "stat",
    title: { fr: "Plus vieux message en attente", en: "Oldest message waiting" },
    about: { fr: "Vert sous 1 min, jaune sous 5 min, rouge au-delà.", en: "Green under 1 min, yellow under 5 min, red from there on." },
    ...{ width: 6, height: 4, unit: "s", scale: "waiting" },
    queries: [{ expr: "max(vigie_outbox_oldest_seconds)", legend: "attente / waiting" }],
  },
  {
    kind: "stat",
    title: { fr: "Configuration", en: "Configuration" },
    about: { fr: "Le dernier rechargement.", en: "The last reload." },
    ...{ width: 6, height: 4, scale: "taken" },
    queries: [{ expr: "min(vigie_config_last_reload_successful)", legend: "rechargement / reload" }],
  },
  {
    kind: "stat",
    title: { fr: "Dernier signal de vie accepté, il y a", en: "Last heartbeat accepted, ago" },
    about: { fr: "Vert sous 1 min, jaune sous 5 min, rouge au-delà.", en: "Green under 1 min, yellow under 5 min, red from there on." },
    ...{ width: 6, height: 4, unit: "s", scale: "waiting" },
    queries: [
      {
        expr: "time() - max(vigie_heartbeat_last_sent_timestamp_seconds > 0)",
        legend: "signal / heartbeat",
        mayBeEmpty: "no heartbeat is configured, or none was accepted yet",
      },
    ],
  },
  {
    kind: "stat",
    title: { fr: "Rôles sans titulaire", en: "Roles without a holder" },
    about: { fr: "Un travail que personne ne fait. Rouge dès qu'il y en a un.", en: "Work that nobody does. Red from the first one on." },
    ...{ width: 6, height: 4, scale: "noneIsGood" },
    queries: [{ expr: "count(max by (role) (vigie_lease_held) == 0) or vector(0)", legend: "rôles / roles" }],
  },
  {
    kind: "series",
    title: { fr: "Tour de l'évaluateur, écriture comprise", en: "A turn of the evaluator, commit included" },
    about: { fr: "Médiane et 99e centile.", en: "Median and 99th percentile." },
    ...{ width: 8, height: 7, unit: "s" },
    queries: [
      {
        expr: "histogram_quantile(0.5, sum by (le) (rate(vigie_evaluator_turn_seconds_bucket[$__rate_interval])))",
        legend: "médiane / median",
      },
      { expr: "histogram_quantile(0.99, sum by (le) (rate(vigie_evaluator_turn_seconds_bucket[$__rate_interval])))", legend: "99 %" },
    ],
  },
  {
    kind: "series",
    title: { fr: "Observations en attente et écartées", en: "Observations waiting and displaced" },
    about: {
      fr: "Une file qui se remplit : la base de données est lente, ou la machine trop chargée.",
      en: "A queue that fills: the database is slow, or the machine too busy.",
    },
    ...{ width: 8, height: 7 },
    queries: [
      { expr: "sum(vigie_bus_depth)", legend: "en attente / waiting" },
      { expr: "sum(increase(vigie_bus_displaced_total[$__rate_interval]))", legend: "écartées / displaced" },
    ],
  },
  {
    kind: "series",
    title: { fr: "Processeur et mémoire de Vigie", en: "Vigie's processor and memory" },
    about: {
      fr: "Part d'un cœur, et mémoire résidente en gigaoctets. Son propre processus seulement.",
      en: "Share of one core, and resident memory in gigabytes. Its own process only.",
    },
    ...{ width: 8, height: 7 },
    queries: [
      { expr: 'sum(rate(process_cpu_seconds_total{job="vigie"}[$__rate_interval]))', legend: "cœurs / cores" },
      { expr: 'sum(process_resident_memory_bytes{job="vigie"}) / 1e9', legend: "Go / GB" },
    ],
  },
];

export const overview: DashboardSpec = {
  uid: "vigie-overview",
  title: { fr: "Vue d'ensemble du réseau", en: "Network overview" },
  about: {
    fr: "Ce qui est hors service, les incidents qui attendent, et si Vigie voit et avertit.",
    en: "What is out of service, which incidents wait, and whether Vigie sees and tells.",
  },
  from: "now-6h",
  variables: [{ name: "site", label: { fr: "Site", en: "site" }, query: "label_values(vigie_device_info, site)", multi: true }],
  rows: [
    { title: { fr: "Maintenant", en: "now" }, panels: now },
    { title: { fr: "Incidents", en: "incidents" }, panels: incidents },
    { title: { fr: "Qualité du réseau", en: "network quality" }, panels: quality },
    { title: { fr: "Regards et traps", en: "looks and traps" }, panels: looks },
    { title: { fr: "Vigie elle-même", en: "Vigie itself" }, panels: itself },
  ],
};

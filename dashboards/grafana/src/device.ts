/** One device: what it was, what it is, and how well it is reached. */
import type { DashboardSpec, PanelSpec, Query } from "./spec.ts";

const it = 'device=~"$device"';

/** 1 while a state has the good value, 0 while it has another one. */
const stateIs = (state: string, goodValue: string, by: string): string =>
  `max by (${by}) (vigie_device_state{${it},state=~"${state}",value=~"${goodValue}"})` +
  ` or 0 * max by (${by}) (vigie_device_state{${it},state=~"${state}"})`;

const only = (expr: string, legend: string, mayBeEmpty?: string): Query => ({
  expr,
  legend,
  ...(mayBeEmpty === undefined ? {} : { mayBeEmpty }),
});

const noUps = "the device is no UPS";
const noCodec = "the device has no registration, peripheral or call to tell of";

const state: readonly PanelSpec[] = [
  {
    kind: "stat",
    title: { fr: "État", en: "State" },
    about: {
      fr: "En service, hors service, ou inconnu : nous ne pouvons pas regarder.",
      en: "In service, out of service, or unknown: we cannot look.",
    },
    ...{ width: 4, height: 4, scale: "up" },
    queries: [only(`vigie_device_up{${it}}`, "{{device}}")],
  },
  {
    kind: "stat",
    title: { fr: "En marche depuis", en: "Uptime" },
    about: { fr: "Depuis le dernier redémarrage de l'appareil ou de son agent.", en: "Since the device, or its agent, restarted." },
    ...{ width: 4, height: 4, unit: "s", scale: "plain" },
    queries: [only(`max by (device) (vigie_uptime_seconds{${it}})`, "{{device}}", "the device answers nothing but pings")],
  },
  {
    kind: "stat",
    title: { fr: "Disponibilité sur la période", en: "Availability over the period" },
    about: {
      fr: "Part du temps en service, parmi le temps où l'état était connu. Vert : 99,5 % et plus. Jaune : 95 % et plus. Rouge : moins.",
      en: "Share of the time in service, of the time its state was known. Green: 99.5 % or more. Yellow: 95 % or more. Red: less.",
    },
    ...{ width: 4, height: 4, unit: "percentunit", scale: "availability" },
    queries: [only(`avg by (device) (avg_over_time((vigie_device_up{${it}} >= 0)[$__range:$__interval]))`, "{{device}}")],
  },
  {
    kind: "stat",
    title: { fr: "Pannes sur la période", en: "Outages over the period" },
    about: { fr: "Combien de fois l'appareil est tombé hors service.", en: "How often the device went out of service." },
    ...{ width: 4, height: 4, scale: "noneIsBetter" },
    // resets() counts every fall, and 0 after 1 is the only fall there is; NaN is no fall.
    queries: [only(`max by (device) (resets(vigie_device_up{${it}}[$__range]))`, "{{device}}")],
  },
  {
    kind: "table",
    title: { fr: "Fiche", en: "Facts" },
    about: { fr: "Ce que dit la configuration.", en: "What the configuration says." },
    ...{ width: 8, height: 4 },
    queries: [{ expr: `vigie_device_info{${it}}` }],
    columns: [
      { field: "name", title: "Nom" },
      { field: "site", title: "Site" },
      { field: "room", title: "Salle" },
      { field: "kind", title: "Genre" },
      { field: "family", title: "Famille" },
      { field: "commissioning", title: "En rodage" },
    ],
  },
  {
    kind: "timeline",
    title: { fr: "En service au fil du temps", en: "In service over time" },
    about: {
      fr: "L'état jugé (première ligne), puis chaque regard : ping, SNMP, SSH.",
      en: "The state as judged (first row), then every look: ping, SNMP, SSH.",
    },
    ...{ width: 24, height: 6, scale: "up" },
    queries: [only(`vigie_device_up{${it}}`, "{{device}}"), only(`vigie_device_look_up{${it}}`, "{{kind}}")],
  },
];

const noLights = "the device is no videoconferencing equipment";

const lights: readonly PanelSpec[] = [
  {
    kind: "timeline",
    title: { fr: "Les cinq voyants", en: "The five lights" },
    about: {
      fr: "Lien (ping), accès (identifiants), réponses, enregistrement (les deux côtés comparés), prêt. Ce qui ne s'applique pas manque.",
      en: "Link (ping), login, answers, registration (both sides compared), ready. What does not apply is left out.",
    },
    ...{ width: 14, height: 7, scale: "light" },
    queries: [only(`max by (light) (vigie_device_light{${it}})`, "{{light}}", noLights)],
  },
  {
    kind: "timeline",
    title: { fr: "Activité", en: "Activity" },
    about: {
      fr: "En appel, en veille, endormi, libre, éteint selon l'horaire.",
      en: "In a call, on standby, asleep, idle, off by schedule.",
    },
    ...{ width: 10, height: 7, scale: "activity" },
    queries: [only(`max by (activity) (vigie_device_activity{${it}})`, "{{activity}}", noLights)],
  },
];

const network: readonly PanelSpec[] = [
  {
    kind: "series",
    title: { fr: "Aller-retour", en: "Round trip" },
    about: {
      fr: "Minimum, moyenne, maximum. Vert sous 150 ms, jaune sous 300 ms, rouge au-delà.",
      en: "Minimum, mean, maximum. Green under 150 ms, yellow under 300 ms, red from there on.",
    },
    ...{ width: 8, height: 8, unit: "s", scale: "rtt" },
    queries: [
      only(`vigie_icmp_rtt_min_seconds{${it}}`, "min"),
      only(`vigie_icmp_rtt_avg_seconds{${it}}`, "moyenne / mean"),
      only(`vigie_icmp_rtt_max_seconds{${it}}`, "max"),
    ],
  },
  {
    kind: "series",
    title: { fr: "Pertes", en: "Loss" },
    about: { fr: "Vert sous 1 %, jaune sous 10 %, rouge au-delà.", en: "Green under 1 %, yellow under 10 %, red from there on." },
    ...{ width: 8, height: 8, unit: "percentunit", scale: "loss" },
    queries: [only(`vigie_icmp_loss_ratio{${it}}`, "perte / loss")],
  },
  {
    kind: "series",
    title: { fr: "Gigue", en: "Jitter" },
    about: {
      fr: "Vert sous 30 ms, jaune sous 50 ms, rouge au-delà.",
      en: "Green under 30 ms, yellow under 50 ms, red from there on.",
    },
    ...{ width: 8, height: 8, unit: "s", scale: "jitter" },
    queries: [only(`vigie_icmp_jitter_seconds{${it}}`, "gigue / jitter", "fewer than two answers a look")],
  },
  {
    kind: "timeline",
    title: { fr: "Interfaces", en: "Interfaces" },
    about: { fr: "Celles qui devraient être actives.", en: "Those that should be up." },
    ...{ width: 12, height: 8, scale: "interface" },
    queries: [only(`vigie_interface_up{${it}}`, "{{part}}", "the device has no interface table")],
  },
  {
    kind: "series",
    title: { fr: "Débit des interfaces", en: "Interface traffic" },
    about: { fr: "Bits par seconde, reçus et émis.", en: "Bits a second, received and sent." },
    ...{ width: 12, height: 8, unit: "bps" },
    queries: [
      only(`vigie_interface_in_octets{${it}} * 8`, "{{part}} : reçu / in", "the device has no interface table"),
      only(`vigie_interface_out_octets{${it}} * 8`, "{{part}} : émis / out", "the device has no interface table"),
    ],
  },
];

const video: readonly PanelSpec[] = [
  {
    kind: "timeline",
    title: { fr: "Enregistrements SIP et H.323", en: "SIP and H.323 registration" },
    about: { fr: "Un codec non enregistré ne peut pas être appelé.", en: "A codec that is not registered cannot be called." },
    ...{ width: 12, height: 6, scale: "registered" },
    queries: [only(stateIs("(sip|h323)_registration", "registered|authenticated", "device, state, part"), "{{state}} {{part}}", noCodec)],
  },
  {
    kind: "timeline",
    title: { fr: "Périphériques", en: "Peripherals" },
    about: { fr: "Caméras, microphones, écrans tactiles.", en: "Cameras, microphones, touch panels." },
    ...{ width: 12, height: 6, scale: "connected" },
    queries: [only(stateIs("peripheral", "connected", "device, part"), "{{part}}", noCodec)],
  },
  {
    kind: "series",
    title: { fr: "Appels en cours", en: "Calls in progress" },
    about: { fr: "Un nombre ; qui appelle n'est jamais demandé.", en: "A count; who is in the call is never asked." },
    ...{ width: 12, height: 7 },
    queries: [only(`vigie_calls{${it}}`, "appels / calls", noCodec)],
  },
  {
    kind: "table",
    title: { fr: "Ce que l'appareil dit de lui-même", en: "What the device says of itself" },
    about: { fr: "Logiciel, modèle, numéro de série, états en toutes lettres.", en: "Software, model, serial number, states in words." },
    ...{ width: 12, height: 7 },
    queries: [{ expr: `vigie_device_state{${it}}`, mayBeEmpty: "the device answers nothing but pings" }],
    columns: [
      { field: "state", title: "Quoi" },
      { field: "part", title: "Élément" },
      { field: "value", title: "Valeur" },
      { field: "look", title: "Lu par" },
    ],
  },
];

const body: readonly PanelSpec[] = [
  {
    kind: "series",
    title: { fr: "Température", en: "Temperature" },
    about: { fr: "Vert sous 37 °C, jaune sous 40 °C, rouge au-delà.", en: "Green under 37 °C, yellow under 40 °C, red from there on." },
    ...{ width: 8, height: 8, unit: "celsius", scale: "temperature" },
    queries: [only(`vigie_temperature_celsius{${it}}`, "{{part}}", "the device has no thermometer")],
  },
  {
    kind: "series",
    title: { fr: "Processeur", en: "Processor" },
    about: { fr: "Vert sous 70 %, jaune sous 90 %, rouge au-delà.", en: "Green under 70 %, yellow under 90 %, red from there on." },
    ...{ width: 8, height: 8, unit: "percentunit", scale: "load" },
    queries: [only(`vigie_cpu_ratio{${it}}`, "{{part}}", "the device does not tell its load")],
  },
  {
    kind: "timeline",
    title: { fr: "Alimentation de l'onduleur", en: "UPS power source" },
    about: { fr: "Sur secteur, ou non : sur batterie, en dérivation…", en: "On mains, or not: on battery, on bypass…" },
    ...{ width: 8, height: 8, scale: "power" },
    queries: [only(stateIs("ups_output_source", "normal", "device"), "{{device}}", noUps)],
  },
  {
    kind: "series",
    title: { fr: "Charge de la batterie", en: "Battery charge" },
    about: { fr: "Rouge sous 30 %, jaune sous 80 %, vert au-delà.", en: "Red under 30 %, yellow under 80 %, green from there on." },
    ...{ width: 8, height: 8, unit: "percentunit", scale: "charge" },
    queries: [only(`vigie_ups_battery_charge_ratio{${it}}`, "charge", noUps)],
  },
  {
    kind: "series",
    title: { fr: "Charge de l'onduleur", en: "UPS load" },
    about: { fr: "Vert sous 70 %, jaune sous 90 %, rouge au-delà.", en: "Green under 70 %, yellow under 90 %, red from there on." },
    ...{ width: 8, height: 8, unit: "percentunit", scale: "load" },
    queries: [only(`vigie_ups_load_ratio{${it}}`, "{{part}}", noUps)],
  },
  {
    kind: "series",
    title: { fr: "Temps sur batterie", en: "Time on battery" },
    about: {
      fr: "Zéro : sur secteur. Vert sous 1 min, jaune sous 5 min, rouge au-delà.",
      en: "Zero: on mains. Green under 1 min, yellow under 5 min, red from there on.",
    },
    ...{ width: 8, height: 8, unit: "s", scale: "waiting" },
    queries: [only(`vigie_ups_seconds_on_battery{${it}}`, "sur batterie / on battery", noUps)],
  },
];

export const device: DashboardSpec = {
  uid: "vigie-device",
  title: { fr: "Appareil", en: "Device" },
  about: {
    fr: "Un appareil : son état, son réseau, ses enregistrements et périphériques, son alimentation.",
    en: "One device: its state, its network, its registrations and peripherals, its power.",
  },
  from: "now-24h",
  variables: [
    { name: "site", label: { fr: "Site", en: "site" }, query: "label_values(vigie_device_info, site)", multi: true },
    {
      name: "family",
      label: { fr: "Famille", en: "family" },
      query: 'label_values(vigie_device_info{site=~"$site"}, family)',
      multi: true,
    },
    {
      name: "device",
      label: { fr: "Appareil", en: "device" },
      query: 'label_values(vigie_device_info{site=~"$site",family=~"$family"}, device)',
      multi: false,
    },
  ],
  rows: [
    { title: { fr: "État", en: "state" }, panels: state },
    { title: { fr: "Voyants", en: "lights" }, panels: lights },
    { title: { fr: "Réseau", en: "network" }, panels: network },
    { title: { fr: "Visioconférence", en: "video" }, panels: video },
    { title: { fr: "Température et alimentation", en: "temperature and power" }, panels: body },
  ],
};

/** What keeps coming back: the same failure on the same device, by site, by symptom, and outages as the samples tell them. */
import type { DashboardSpec, PanelSpec } from "./spec.ts";

const here = 'site=~"$site"';
const in30 = `vigie_recurrence_occurrences{${here},window="30d"}`;
const in90 = `vigie_recurrence_occurrences{${here},window="90d"}`;
const none = "nothing failed in 90 days";

const list: readonly PanelSpec[] = [
  {
    kind: "table",
    title: { fr: "Pannes qui reviennent", en: "Failures that come back" },
    about: {
      fr: "Même appareil, même symptôme, même élément. Trois fois en 30 jours suggère d'en chercher la cause ; cela ne prouve rien. Les fausses alarmes et les essais ne comptent pas.",
      en: "Same device, symptom and part. Three in 30 days suggest a look at the cause; they prove nothing. False alarms and tests do not count.",
    },
    ...{ width: 24, height: 12, sortBy: "90 jours" },
    queries: [
      { expr: `topk(50, max by (device, symptom, part, site) (${in90}))`, mayBeEmpty: none },
      {
        expr: `max by (device, symptom, part, site) (${in30}) and on (device, symptom, part) topk(50, max by (device, symptom, part, site) (${in90}))`,
        mayBeEmpty: none,
      },
      {
        expr: `max by (device, symptom, part, site) (${in30}) and on (device, symptom, part) topk(50, max by (device, symptom, part, site) (${in90}))`,
        mayBeEmpty: none,
      },
    ],
    columns: [
      { field: "device", title: "Appareil" },
      { field: "symptom", title: "Symptôme", scale: "symptom" },
      { field: "part", title: "Élément" },
      { field: "site", title: "Site" },
      { field: "Value #A", title: "90 jours", scale: "plain" },
      { field: "Value #B", title: "30 jours", scale: "recurrences" },
      { field: "Value #C", title: "Jugement", scale: "recurrenceWords" },
    ],
  },
];

const groups: readonly PanelSpec[] = [
  {
    kind: "table",
    title: { fr: "Par symptôme", en: "By symptom" },
    about: { fr: "Occurrences sur 30 et 90 jours, tous appareils.", en: "Occurrences in 30 and 90 days, all devices." },
    ...{ width: 12, height: 9, sortBy: "90 jours" },
    queries: [
      { expr: `sum by (symptom) (${in30})`, mayBeEmpty: none },
      { expr: `sum by (symptom) (${in90})`, mayBeEmpty: none },
    ],
    columns: [
      { field: "symptom", title: "Symptôme", scale: "symptom" },
      { field: "Value #A", title: "30 jours" },
      { field: "Value #B", title: "90 jours" },
    ],
  },
  {
    kind: "table",
    title: { fr: "Par site", en: "By site" },
    about: { fr: "Occurrences sur 30 et 90 jours, tous symptômes.", en: "Occurrences in 30 and 90 days, all symptoms." },
    ...{ width: 12, height: 9, sortBy: "90 jours" },
    queries: [
      { expr: `sum by (site) (${in30})`, mayBeEmpty: none },
      { expr: `sum by (site) (${in90})`, mayBeEmpty: none },
    ],
    columns: [
      { field: "site", title: "Site" },
      { field: "Value #A", title: "30 jours" },
      { field: "Value #B", title: "90 jours" },
    ],
  },
  {
    kind: "series",
    title: { fr: "Occurrences sur 30 jours, par symptôme, au fil du temps", en: "Occurrences in 30 days by symptom, over time" },
    about: {
      fr: "Une fenêtre glissante : une courbe qui monte dit qu'il en arrive plus qu'il n'en sort.",
      en: "A sliding window: a rising line says that more come in than go out.",
    },
    ...{ width: 24, height: 8 },
    queries: [{ expr: `sum by (symptom) (${in30})`, legend: "{{symptom}}", mayBeEmpty: none }],
  },
];

const outages: readonly PanelSpec[] = [
  {
    kind: "table",
    title: { fr: "Appareils les plus souvent tombés sur la période", en: "Devices most often down over the period" },
    about: {
      fr: "Compté sur l'état jugé, sans les incidents : l'inconnu ne compte pas.",
      en: "Counted on the state as judged, apart from incidents: unknown does not count.",
    },
    ...{ width: 12, height: 9, sortBy: "Pannes" },
    queries: [
      {
        expr: `topk(20, max by (device, site, family) (resets(vigie_device_up{${here}}[$__range])) > 0)`,
        mayBeEmpty: "nothing went down in the period",
      },
    ],
    columns: [
      { field: "device", title: "Appareil" },
      { field: "site", title: "Site" },
      { field: "family", title: "Famille" },
      { field: "Value #A", title: "Pannes", scale: "recurrences" },
    ],
  },
  {
    kind: "table",
    title: { fr: "Pannes par famille sur la période", en: "Outages by family over the period" },
    about: {
      fr: "Par appareil de la famille : une famille qui tombe plus que les autres est un problème de modèle ou de logiciel.",
      en: "A device of the family: one that falls more than the others is a matter of model or software.",
    },
    ...{ width: 12, height: 9, sortBy: "Pannes par appareil" },
    queries: [
      { expr: `avg by (family) (max by (device, family) (resets(vigie_device_up{${here}}[$__range])))` },
      { expr: `count by (family) (max by (device, family) (vigie_device_info{${here}}))` },
    ],
    columns: [
      { field: "family", title: "Famille" },
      { field: "Value #A", title: "Pannes par appareil" },
      { field: "Value #B", title: "Appareils" },
    ],
  },
];

export const recurrence: DashboardSpec = {
  uid: "vigie-recurrence",
  title: { fr: "Récurrences", en: "Recurrences" },
  about: {
    fr: "Ce qui revient, pour que le technicien propose un remède.",
    en: "What keeps coming back, for the technician to propose a remedy.",
  },
  from: "now-30d",
  variables: [{ name: "site", label: { fr: "Site", en: "site" }, query: "label_values(vigie_device_info, site)", multi: true }],
  rows: [
    { title: { fr: "La même panne", en: "the same failure" }, panels: list },
    { title: { fr: "Où et quoi", en: "where and what" }, panels: groups },
    { title: { fr: "Pannes mesurées", en: "outages as measured" }, panels: outages },
  ],
};

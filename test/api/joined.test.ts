/** What a page says of an incident that others were joined to: in both languages, with the reason. */
import { renderToString } from "preact-render-to-string";
import { expect, it } from "vitest";
import type { IncidentDetailShape } from "../../daemon/api/contract.ts";
import { textsFor } from "../../daemon/api/page-texts.ts";
import type { PageContext } from "../../dashboards/web/frame.tsx";
import { Joined } from "../../dashboards/web/joined.tsx";
import { at, world } from "./fixture.ts";

const alarm = (device: string, state: "active" | "inactive") => ({
  ...{ key: `${device}|unreachable|`, device, symptom: "unreachable", rule: "unreachable", state },
  ...{ since: new Date(at).toISOString(), flapping: false, raisedBy: "look" as const },
});
const link = { by: "system", at: new Date(at).toISOString(), why: "2 devices are out of service at mgh, within 5 min of each other" };
const incident = {
  alarms: [alarm("codec-1", "active"), alarm("codec-2", "inactive")],
  links: [
    { ...link, number: "VIG-2026-000002-13", kind: "merged", direction: "from" },
    { ...link, number: "VIG-2026-000003-16", kind: "caused-by", direction: "to", by: "marie", why: "same feed" },
  ],
} as unknown as IncidentDetailShape;

function shown(language: "fr" | "en", of = incident): string {
  const texts = textsFor(language, world().config, at);
  const node = Joined({ page: { language, texts } as PageContext, incident: of });
  return (node === null ? "" : renderToString(node)).replace(/<[^>]+>/g, " ").replace(/\s+/g, " ");
}

it("names the devices, what was taken in and what it is linked with, with who and why", () => {
  const page = shown("en");
  expect(page).toContain("Has taken in VIG-2026-000002-13");
  expect(page).toContain("2 devices are out of service at Hôpital général, within 5 min of each other");
  expect(page).toContain("Caused by VIG-2026-000003-16 (marie)");
  expect(page).toContain("(well now)");
});

it("says the same in French", () => {
  const page = shown("fr");
  expect(page).toContain("A absorbé VIG-2026-000002-13");
  expect(page).toContain("2 appareils sont hors service au site Hôpital général, à moins de 5 min les uns des autres");
  expect(page).toContain("Causé par VIG-2026-000003-16");
});

it("says nothing of an incident that stands alone", () => {
  expect(shown("en", { ...incident, alarms: incident.alarms.slice(0, 1), links: [] })).toBe("");
});

/**
 * What an incident gathers and how it stands to others, for the API and the pages.
 */
import type { IncidentLink } from "../model/joining.ts";
import type { ApiDeps } from "./deps.ts";
import { alarmView, iso } from "./views.ts";

/** What an incident gathers now, and how it stands to others. */
export async function joinedView({ store }: ApiDeps, id: string) {
  const [alarms, links] = await Promise.all([store.alarmsOf(id), store.linksOf(id)]);
  const seen = await Promise.all(links.map((link) => linkView(store, id, link)));
  return { alarms: alarms.map(alarmView), links: seen };
}

async function linkView(store: ApiDeps["store"], id: string, { from, to, kind, by, at, why }: IncidentLink) {
  const other = from === id ? to : from;
  const direction = from === id ? ("to" as const) : ("from" as const);
  return { number: (await store.incident(other))?.number ?? other, kind, direction, by, at: iso(at), why };
}

/** The incident that one goes on as, over however many steps; undefined when it is its own. */
export async function goesOnAs({ store }: ApiDeps, foldedInto: string | undefined): Promise<string | undefined> {
  let into = foldedInto === undefined ? undefined : await store.incident(foldedInto);
  for (let steps = 0; into?.foldedInto !== undefined && steps < 20; steps += 1) into = await store.incident(into.foldedInto);
  return into?.number;
}

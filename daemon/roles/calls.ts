/**
 * Gives people's requests to the incidents that their calls came to, in the evaluator's transaction; and keeps a request for a help button.
 */
import { line } from "../../rules/incident.ts";
import type { Config } from "../model/config.ts";
import type { Incident } from "../model/incident.ts";
import type { HelpRequest } from "../model/request.ts";
import type { Tx } from "../ports.ts";
import type { Intent, TurnResult } from "./intent.ts";

type Ask = Extract<Intent, { kind: "ask" }>;
type CallTx = Pick<Tx, "incident" | "request" | "saveRequest" | "moveRequests" | "appendTimeline">;

/** How many buttons made a request. After the intents are carried out. `ended`: incidents that are over with them; what went into another takes its requests along. */
export async function keepCalls(tx: CallTx, turn: TurnResult, config: Config, ended: readonly Incident[]): Promise<number> {
  let pressed = 0;
  for (const { id } of ended) {
    const into = (await tx.incident(id))?.foldedInto;
    if (into !== undefined) await tx.moveRequests(id, into);
  }
  for (const intent of turn.intents) {
    if (intent.kind !== "ask") continue;
    const incident = await tx.incident(turn.overlay.get(intent.alarm)?.incident ?? "");
    if (incident === undefined) continue;
    if (intent.request !== undefined) await give(tx, intent, incident);
    else if (await keepButton(tx, turn, config, intent, incident)) pressed += 1;
  }
  return pressed;
}

async function give(tx: CallTx, { request: id = "", at, why }: Ask, incident: Incident): Promise<void> {
  const request = await tx.request(id);
  if (request === undefined || request.incident !== undefined) return;
  await tx.saveRequest({ ...request, incident: incident.id, version: request.version + 1 });
  await tx.appendTimeline([line(incident, at, "system", "request", why, { request: request.number, symptom: request.symptom })]);
}

/** Pressed again while its incident is open, it is the same request; the incident counts how often. */
async function keepButton(tx: CallTx, turn: TurnResult, config: Config, { alarm: key, at }: Ask, incident: Incident): Promise<boolean> {
  const alarm = turn.overlay.get(key);
  const device = config.network.devices.get(alarm?.device ?? "");
  const id = `${incident.number}-B`;
  if (alarm === undefined || device?.room === undefined || (await tx.request(id)) !== undefined) return false;
  const request: HelpRequest = {
    ...{ id, number: incident.number, source: "button", at, by: device.id, room: device.room, site: device.site },
    ...{ symptom: alarm.symptom, language: config.instance.language, sessionAffected: incident.sessionHit !== undefined },
    ...(incident.sessionHit === undefined ? {} : { session: incident.sessionHit }),
    ...{ incident: incident.id, attempts: [], version: 1 },
  };
  await tx.saveRequest(request);
  return true;
}

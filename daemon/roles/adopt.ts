/**
 * What a new configuration does to the alarms that are there: one whose rule, device or circuit left it ends without a word of
 * service being back, so that it neither suppresses nor holds anything for ever. Its incident stays open, and says so.
 *
 * Pure. A rule that was renamed hands its alarms to another rule of the same symptom.
 */
import { createRuleIndex } from "../../rules/applies.ts";
import { line } from "../../rules/incident.ts";
import { CORE, cutsOf } from "../../rules/suppress.ts";
import type { Alarm } from "../model/alarm.ts";
import type { Config } from "../model/config.ts";
import { type Incident, isFailing, type TimelineEntry } from "../model/incident.ts";
import type { Instant } from "../model/time.ts";
import { gapPrefix } from "../oncall/gap.ts";

export interface Adoption {
  /** Alarms as they are under this configuration, those only that changed. */
  readonly alarms: readonly Alarm[];
  /** One line an incident that lost its device, rule or circuit. */
  readonly timeline: readonly TimelineEntry[];
}

/** `open`: incidents that are not closed. */
export function adopt(alarms: Iterable<Alarm>, open: readonly Incident[], config: Config, at: Instant): Adoption {
  const rules = new Set(config.rules.map((rule) => rule.id));
  const rulesOf = createRuleIndex(config.rules);
  const changed: Alarm[] = [];
  for (const alarm of alarms) {
    if (alarm.state === "inactive" && alarm.incident === undefined && alarm.wakeAt === undefined) continue;
    if (goneWith(alarm.device, config) !== undefined) changed.push(ended(alarm, at));
    else if (!rules.has(alarm.rule)) {
      const heir = heirOf(alarm, config, rulesOf);
      changed.push(heir === undefined ? ended(alarm, at) : { ...alarm, rule: heir });
    }
  }
  return { alarms: changed, timeline: open.flatMap((incident) => said(incident, config, at)) };
}

/** Which of the configuration an alarm's holder was, if it is no longer there. */
function goneWith(holder: string, config: Config): "device" | "link" | "credential" | "canary" | "calendar" | "room" | undefined {
  const { network } = config;
  const id = holder.slice(holder.indexOf(":") + 1);
  if (holder === "blind") return network.canary === undefined && network.sites.size < 2 ? "canary" : undefined;
  if (holder.startsWith("credential:")) return config.credentials.has(id) ? undefined : "credential";
  // A session is the store's; whether it can be held, the readiness check says.
  if (holder.startsWith("session:")) return undefined;
  if (holder.startsWith("room:")) return network.rooms.has(id) ? undefined : "room";
  // Who fills a function is the store's; its watch ends what is filled.
  if (holder.startsWith(gapPrefix)) return undefined;
  if (holder.startsWith("calendar:")) return config.sessions.calendars.has(id) ? undefined : "calendar";
  if (holder.startsWith("link:")) return hasCut(holder, network) ? undefined : "link";
  return network.devices.has(holder) ? undefined : "device";
}

function hasCut(holder: string, network: Config["network"]): boolean {
  if (holder === CORE) return network.links.size > 1;
  return cutsOf(network).some((cut) => cut.holder === holder && !cut.polled);
}

/** Another rule of the same symptom that judges this device. */
function heirOf(alarm: Alarm, config: Config, rulesOf: ReturnType<typeof createRuleIndex>): string | undefined {
  const device = config.network.devices.get(alarm.device);
  const rules = device === undefined ? config.rules : rulesOf(device);
  return rules.find((rule) => rule.symptom === alarm.symptom && (rule.part === undefined || rule.part === alarm.part))?.id;
}

function ended(alarm: Alarm, at: Instant): Alarm {
  const { incident: _i, suppressedBy: _s, wakeAt: _w, heardAt: _h, firstGoodAt: _g, ...rest } = alarm;
  return { ...rest, state: "inactive", since: at, badLooks: 0, goodLooks: 0, flapRing: 0, flapping: false };
}

function said(incident: Incident, config: Config, at: Instant): readonly TimelineEntry[] {
  if (!isFailing(incident) || incident.foldedInto !== undefined) return [];
  const stays = "left the configuration; the incident stays open";
  if (incident.device !== undefined && !config.network.devices.has(incident.device))
    return [line(incident, at, "system", "device-removed", `${incident.device} ${stays}`)];
  const heir = config.rules.some((rule) => rule.id === incident.rule || rule.symptom === incident.symptom);
  return heir ? [] : [line(incident, at, "system", "rule-removed", `the rule ${incident.rule} ${stays}`)];
}

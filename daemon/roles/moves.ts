/**
 * What people said, as a turn takes it in: alarms moved between incidents, calls for help; and when an incident is over.
 */
import { type Alarm, alarmKey } from "../model/alarm.ts";
import type { Rule } from "../model/rule.ts";
import type { Instant } from "../model/time.ts";
import type { Call } from "./desk-word.ts";
import type { Intent, TurnWorld } from "./intent.ts";
import type { Overlay } from "./memory.ts";
import type { People } from "./turn-input.ts";

/** Every alarm of an incident is over. What a person asked for has no good looks: beside a device's alarm, that one's count. */
export function allClear(incident: string, overlay: Overlay, world: Pick<TurnWorld, "ruleById" | "restoreAfterLooks">): boolean {
  const ruleOf = (alarm: Alarm) => world.ruleById.get(alarm.rule);
  const over = (alarm: Alarm) =>
    alarm.state === "inactive" && (alarm.goodLooks >= world.restoreAfterLooks || ruleOf(alarm)?.clearedBy === "trap");
  const mine = [...overlay.ofIncident(incident)].filter((alarm) => ruleOf(alarm)?.opensRequest !== true);
  return mine.length > 0 && mine.every(over);
}

type World = Pick<TurnWorld, "network" | "rules" | "ruleById" | "restoreAfterLooks">;

/** The rule by which a call of this symptom opens an incident: its own, else the one for any call. Undefined: none does. */
export function requestRule(rules: readonly Rule[], symptom: string): Rule | undefined {
  const open = rules.filter(({ opensRequest }) => opensRequest);
  return open.find((rule) => rule.symptom === symptom) ?? open[0];
}

/** What people said: the alarms that it changes, and what is to be done. */
export function heed(
  { moves, calls }: People,
  overlay: Overlay,
  world: World,
  at: Instant,
): { readonly keys: readonly string[]; readonly intents: readonly Intent[] } {
  const first = moved(moves, overlay, world, at);
  const asked = calls.flatMap((call) => called(call, overlay, world) ?? []);
  return { keys: [...first.keys, ...asked.map(({ alarm }) => alarm)], intents: [...first.intents, ...asked] };
}

/** A call is about a room, not about a device; of a room that is not configured nothing can be made, and its intake has said so. */
function called({ room, symptom, at, why, request }: Call, overlay: Overlay, world: World): Extract<Intent, { kind: "ask" }> | undefined {
  const rule = requestRule(world.rules, symptom);
  if (rule === undefined || !world.network.rooms.has(room)) return undefined;
  const device = `room:${room}`;
  const key = alarmKey(device, symptom);
  const { incident } = overlay.get(key) ?? {};
  const calm = { badLooks: 0, goodLooks: 0, flapRing: 0, flapping: false, state: "inactive", raisedBy: "trap" } as const;
  const fresh = { key, device, symptom, rule: rule.id, since: at, movedAt: at, movedSeq: 0, ...calm };
  overlay.set(incident === undefined ? fresh : { ...fresh, incident });
  return { kind: "ask", alarm: key, root: key, at, why, ...(request === undefined ? {} : { request }) };
}

/** The alarms that move; and the incidents that are over without those that left them, or with those that came. */
function moved(
  moves: People["moves"],
  overlay: Overlay,
  world: World,
  at: Instant,
): { readonly keys: readonly string[]; readonly intents: readonly Intent[] } {
  const touched = new Set<string>();
  const keys: string[] = [];
  for (const { alarm: key, incident } of moves) {
    const alarm = overlay.get(key);
    if (alarm === undefined) continue;
    for (const id of [alarm.incident, incident]) if (id !== undefined) touched.add(id);
    overlay.set({ ...alarm, incident });
    keys.push(key);
  }
  const why = "all the alarms that are left in it are clear";
  const over = [...touched].filter((incident) => allClear(incident, overlay, world));
  return { keys, intents: over.map((incident) => ({ kind: "restore", incident, at, why })) };
}

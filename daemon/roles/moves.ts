/**
 * Alarms that people have moved between incidents, and when an incident is over: all that it gathers is clear.
 */
import type { Alarm } from "../model/alarm.ts";
import type { Instant } from "../model/time.ts";
import type { Move } from "./desk-word.ts";
import type { Intent, TurnWorld } from "./intent.ts";
import type { Overlay } from "./memory.ts";

/** Every alarm of an incident is over. What a person asked for has no good looks: beside a device's alarm, that one's count. */
export function allClear(incident: string, overlay: Overlay, world: Pick<TurnWorld, "ruleById" | "restoreAfterLooks">): boolean {
  const ruleOf = (alarm: Alarm) => world.ruleById.get(alarm.rule);
  const over = (alarm: Alarm) =>
    alarm.state === "inactive" && (alarm.goodLooks >= world.restoreAfterLooks || ruleOf(alarm)?.clearedBy === "trap");
  const mine = [...overlay.ofIncident(incident)].filter((alarm) => ruleOf(alarm)?.opensRequest !== true);
  return mine.length > 0 && mine.every(over);
}

/** The alarms that move; and the incidents that are over without those that left them, or with those that came. */
export function moved(
  moves: readonly Move[],
  overlay: Overlay,
  world: Pick<TurnWorld, "ruleById" | "restoreAfterLooks">,
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

/**
 * Is anybody due to use a room? What stands in one is not missed while nobody is: a cart is put away between two sessions.
 *
 * Pure. What fails meanwhile is known and shown, and opens when presence begins.
 */
import type { Room } from "../daemon/model/network.ts";
import type { Instant } from "../daemon/model/time.ts";
import { type Hours, inService } from "./clock.ts";

export interface PresenceInput {
  readonly room: Room;
  /** The room's schedule; asked only where its presence is scheduled. */
  readonly hours: () => Hours;
  /** Is it within a schedule? Without it `inService` itself is asked. */
  readonly within?: (hours: Hours, at: Instant) => boolean;
  /** Is a session of the room on, or will it be within 30 min, or was it within the last 30? */
  readonly bookedAround: (room: string, at: Instant) => boolean;
  readonly at: Instant;
}

/** Why nobody is due; undefined: somebody is. */
export function absentBecause({ room, hours, within = inService, bookedAround, at }: PresenceInput): string | undefined {
  switch (room.presence) {
    case "always":
      return undefined;
    case "scheduled":
      return within(hours(), at) ? undefined : "nobody is due in its room at this hour";
    case "sessions":
      return bookedAround(room.id, at) ? undefined : "no session of its room is near";
  }
}

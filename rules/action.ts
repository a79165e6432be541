/**
 * What people change about an incident: whether it is well said, and whether the configuration in force has it.
 *
 * Pure.
 */
import type { Network } from "../daemon/model/network.ts";
import { HOUR, type Instant } from "../daemon/model/time.ts";
import type { WorkAction } from "../daemon/model/work.ts";

/** An address change keeps its device quiet for so long at most (ours). */
export const quietMs = 24 * HOUR;

/** What a person says of it. */
export type NewAction = Pick<
  WorkAction,
  "kind" | "what" | "device" | "room" | "link" | "part" | "before" | "after" | "serialBefore" | "serialAfter"
>;

/** Why it cannot be written down so; undefined when it can. `isAddress`: what the configuration would take, since that is where it has to go. */
export function notSayable(action: NewAction, network: Network, isAddress: (text: string) => boolean): string | undefined {
  const { kind, device, room, link, part, after, serialAfter } = action;
  if ([device, room, link].filter((each) => each !== undefined).length > 1) return "device, room, link: name one of them at most";
  if (device !== undefined && !network.devices.has(device)) return `device: there is no device "${device}"; see GET /api/v1/devices`;
  if (room !== undefined && !network.rooms.has(room)) return `room: there is no room "${room}"; see rooms: of the configuration`;
  if (link !== undefined && !network.links.has(link)) return `link: there is no link "${link}"; see links: of the configuration`;
  if (kind === "swap" && serialAfter === undefined) return "serialAfter: a swap names the serial of the unit that came";
  if (part !== undefined && (kind !== "swap" || device === undefined))
    return "part: only a swap of a device's part names one, and the device";
  if (kind !== "ip-change") return undefined;
  if (device === undefined) return "device: an address change names the device whose address changes";
  if (after === undefined) return "after: an address change names the new address";
  return isAddress(after) ? undefined : `after: "${after}" is no address; write an IP address or a host name`;
}

export type ActionEnd = { readonly state: "done" | "expired"; readonly why: string };

/** Names and IPv6 addresses are the same in capitals. */
export function isSameAddress(one: string | undefined, other: string): boolean {
  return one?.toLowerCase() === other.toLowerCase();
}

/** What became of one that waits for the configuration; undefined: it still waits. */
export function endOfAction({ device = "", after = "", quiet }: WorkAction, network: Network, at: Instant): ActionEnd | undefined {
  const known = network.devices.get(device);
  if (known === undefined) return { state: "expired", why: "the device left the configuration before its new address was in it" };
  if (isSameAddress(known.address, after)) return { state: "done", why: `the configuration in force has ${after}` };
  if (quiet === undefined || at < quiet.until) return undefined;
  return {
    state: "expired",
    why: `the configuration in force still has ${known.address} and not ${after}: write it there, or say it again`,
  };
}

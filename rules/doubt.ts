/**
 * May looks that are under way still tell that a failure is another's? Until they have, it opens nothing, or people would be told of a
 * consequence before its cause: whoever stands above a device is looked at as soon as the device misses its first look.
 *
 * Pure. A parent that answered since then vouches for what is reached through it; one that is failing and not yet called down, or that was
 * not seen since, may be the cause.
 */
import type { Device, Network } from "../daemon/model/network.ts";
import { type Instant, SECOND } from "../daemon/model/time.ts";
import { type Cut, parentsOf } from "./cuts.ts";
import type { Seen, SeenOf } from "./links.ts";

/** So long at most: three looks at a parent, each of which takes its whole time, from a child's first bad look on. Ours. */
export const DOUBT_MS = 10 * SECOND;

/** Of what a device is reached through: it answers, it is gone, or it may be. */
type Way = "open" | "gone" | "doubtful";

export interface DoubtInput {
  readonly device: Device;
  readonly network: Network;
  readonly seen: SeenOf;
  readonly cuts: readonly Cut[];
  /** Its first bad look. */
  readonly since: Instant;
}

export function inDoubt(input: DoubtInput): boolean {
  const { device, network, seen, cuts, since } = input;
  if (wayTo(network, device, seen, since, new Set()) === "doubtful") return true;
  const polled = cuts.filter((cut) => cut.polled);
  const own = polled.some((cut) => cut.devices.includes(device.id));
  return polled.some((cut) => {
    if (cut.devices.includes(device.id)) return false;
    const states = cut.devices.map((id) => seen(id));
    // Circuits that fail together point at what they share: of one that is failing it will be known in a moment.
    if (own) return joined(states.map(wayNow)) === "doubtful";
    return cut.sites.includes(device.site) && joined(states.map((one) => wayOver(one, since))) === "doubtful";
  });
}

/** Any one of several is enough to reach it. */
function joined(ways: readonly Way[]): Way {
  if (ways.length === 0 || ways.includes("open")) return "open";
  return ways.includes("doubtful") ? "doubtful" : "gone";
}

function wayTo(network: Network, device: Device, seen: SeenOf, since: Instant, path: ReadonlySet<string>): Way {
  if (path.has(device.id)) return "open";
  const longer = new Set(path).add(device.id);
  return joined(
    parentsOf(network, device).map((id) => {
      const one = seen(id);
      const parent = network.devices.get(id);
      // Of what was never seen its own parents tell.
      return one.state === "unknown" && parent !== undefined ? wayTo(network, parent, seen, since, longer) : wayOver(one, since);
    }),
  );
}

function wayOver({ state, answeredAt, failingSince }: Seen, since: Instant): Way {
  if (state !== "up") return state === "down" ? "gone" : "open";
  return failingSince === undefined && answeredAt !== undefined && answeredAt >= since ? "open" : "doubtful";
}

function wayNow({ state, failingSince }: Seen): Way {
  if (state === "down") return "gone";
  return state === "up" && failingSince !== undefined ? "doubtful" : "open";
}

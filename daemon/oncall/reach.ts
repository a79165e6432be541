/**
 * Can each channel of each contact be reached? What is known of it.
 */
import type { Contact } from "../model/config.ts";
import type { Instant } from "../model/time.ts";

export type Reachable = "answered" | "asked" | "silent" | "never-asked";

export interface Reach {
  readonly state: Reachable;
  readonly askedAt?: Instant;
  readonly answeredAt?: Instant;
}

export type ReachOf = (contact: string, way: Contact["channels"][number]) => Reach;

export const neverAsked: ReachOf = () => ({ state: "never-asked" });

/**
 * Can each channel of each contact be reached? What is known of it: when they were asked to answer over it, and when they did.
 *
 * Pure. A channel counts for the address it has: a new number has to be proven anew.
 */
import type { Channel, Config, Contact } from "../model/config.ts";
import { DAY, type Instant } from "../model/time.ts";
import { roomPrefix } from "./roster.ts";
import { namedBy, standingFunctions } from "./standing.ts";

export type Reachable = "answered" | "asked" | "silent" | "never-asked";

export interface Reach {
  readonly state: Reachable;
  readonly askedAt?: Instant;
  readonly answeredAt?: Instant;
}

type Way = Contact["channels"][number];
export type ReachOf = (contact: string, way: Way) => Reach;

/** What is kept of one channel of one contact. */
export interface WayKept {
  readonly contact: string;
  readonly channel: string;
  readonly address: string;
  readonly knownAt: Instant;
  readonly askedAt?: Instant;
  /** Key of the message that asked last. */
  readonly key?: string;
  readonly answeredAt?: Instant;
}

export { reachKey } from "../ports-oncall.ts";

/** Nobody is asked on the day on which they are written down, and a restart asks nobody (ours). */
const firstAfterMs = DAY;
/** After a week without an answer they are listed (ours): shorter than most leaves would call half the team silent. */
export const silentAfterMs = 7 * DAY;

export const wayId = (contact: string, { channel, address }: Way): string => JSON.stringify([contact, channel, address]);

/** Every channel over which somebody may be told for a function. The demo's sink reaches nobody. */
export function waysToProve(config: Config): readonly (readonly [contact: Contact, way: Way])[] {
  const rooms = [...config.network.rooms.keys()].map((id) => `${roomPrefix}${id}`);
  const named = new Set([...standingFunctions(config), ...rooms].flatMap((id) => [...namedBy(config, id)]));
  return [...config.contacts.values()]
    .filter(({ id }) => named.has(id))
    .flatMap((contact) => contact.channels.map((way) => [contact, way] as const))
    .filter(([, { channel }]) => !reachesNobody.has(config.channels.get(channel)?.kind ?? "sink"));
}

const reachesNobody: ReadonlySet<Channel["kind"]> = new Set(["sink", "alertmanager"]);

/** Is there any way to answer over it: a link, or a reply that we hear? Else everybody would be listed as silent. */
export function canBeAnswered({ instance, channels }: Pick<Config, "instance" | "channels">, id: string): boolean {
  const channel = channels.get(id);
  if (instance.publicUrl !== undefined) return true;
  return channel?.kind === "mail" ? channel.inbound !== undefined : channel?.kind === "sms" && channel.inbound?.reply !== undefined;
}

/** Is it time to ask again, or for the first time? */
export function isDue({ knownAt, askedAt }: WayKept, everyMs: number, at: Instant): boolean {
  return at >= (askedAt === undefined ? knownAt + firstAfterMs : askedAt + everyMs);
}

export function reachOf(kept: WayKept | undefined, at: Instant): Reach {
  const { askedAt, answeredAt } = kept ?? {};
  const times = { ...(askedAt === undefined ? {} : { askedAt }), ...(answeredAt === undefined ? {} : { answeredAt }) };
  if (askedAt === undefined) return { state: "never-asked" };
  if (answeredAt !== undefined && answeredAt >= askedAt) return { state: "answered", ...times };
  // Asked again this week, and proven last month: still proven until the week is over.
  if (at - askedAt < silentAfterMs) return { state: answeredAt === undefined ? "asked" : "answered", ...times };
  return { state: "silent", ...times };
}

export function reachFrom(kept: readonly WayKept[], at: Instant): ReachOf {
  const byId = new Map(kept.map((each) => [wayId(each.contact, each), each]));
  return (contact, way) => reachOf(byId.get(wayId(contact, way)), at);
}

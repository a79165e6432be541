/**
 * Both sides of a registration: what gatekeepers list, and which of them ought to list a device.
 *
 * Pure. Only fresh, whole lists count: a list that was cut short, or is old, says nothing about who is missing from it.
 */
import type { Alarm } from "../daemon/model/alarm.ts";
import type { Device } from "../daemon/model/network.ts";
import type { Observation } from "../daemon/model/observation.ts";
import { type Instant, MINUTE } from "../daemon/model/time.ts";
import { type Claim, claimOf, claimsElsewhere, registering, registrationReadings } from "./lights-registered.ts";
import { type Seen, type Side, wordsOf } from "./lights-seen.ts";

/** The reading of a gatekeeper, VCS or Expressway; its part is an address of the inventory. */
export const listedReading = "registration_listed";
/** The reading that the comparison makes on the device, for the rule. */
export const matchReading = "registration_match";

/** Who a gatekeeper lists, as its last whole answer told. */
export interface Listing {
  readonly gatekeeper: string;
  readonly at: Instant;
  readonly addresses: ReadonlySet<string>;
  /** It counts until this long after `at`. */
  readonly freshMs: number;
}

/** Undefined when the observation holds no whole list. */
export function listingOf(gatekeeper: Device, { at, check, finding }: Observation): Listing | undefined {
  if (finding.status !== "up" || finding.whole?.includes(listedReading) !== true) return undefined;
  const addresses = finding.readings.flatMap(({ name, part, value }) =>
    name === listedReading && value === "listed" && part !== undefined ? [part] : [],
  );
  const intervalMs = gatekeeper.checks.find(({ id }) => id === check)?.intervalMs ?? 0;
  // Three missed lists, as for every other look; a list that is asked often still survives a slow answer.
  return { gatekeeper: gatekeeper.id, at, addresses: new Set(addresses), freshMs: Math.max(3 * intervalMs, 5 * MINUTE) };
}

/** The gatekeepers of the network, and their lists as far as known. */
export interface Registrars {
  readonly gatekeepers: readonly Device[];
  readonly listings: ReadonlyMap<string, Listing>;
}

/**
 * The gatekeepers that ought to list a device: those it names by address. One that names none may be with any that ever told a
 * list. One that names an address that is not ours is registered elsewhere: nobody here can confirm it.
 */
export function sidesOf(device: Device, looks: readonly Seen[], { gatekeepers, listings }: Registrars, at: Instant): readonly Side[] {
  if (!registering.has(device.kind) || (listings.size === 0 && gatekeepers.length === 0)) return [];
  if (claimOf(looks) === "registered" && claimsElsewhere(looks)) return [];
  const told = addressesIn(naming.flatMap((name) => wordsOf(looks, name)));
  const expected =
    told.length > 0 ? gatekeepers.filter(({ address }) => told.includes(address)) : gatekeepers.filter(({ id }) => listings.has(id));
  return expected
    .filter(({ id }) => id !== device.id)
    .map(({ id }) => {
      const list = listings.get(id);
      const fresh = list !== undefined && at - list.at <= list.freshMs;
      return { gatekeeper: id, listed: fresh ? list.addresses.has(device.address) : undefined };
    });
}

/** Readings that name where a device is registered. */
const naming = ["gatekeeper_address", "sip_proxy_address"];

function addressesIn(readings: readonly { readonly value: string }[]): readonly string[] {
  return readings.map(({ value }) => bareAddress(value)).filter((address) => address !== "" && address !== "0.0.0.0");
}

/**
 * The gatekeepers of ours that a device is registered with, by what it says it is. Undefined: it names none, or one that is not ours,
 * which may go on serving it.
 */
export function registeredWith(
  facts: readonly { readonly name: string; readonly value: string }[],
  gatekeepers: readonly Pick<Device, "id" | "address">[],
): readonly string[] | undefined {
  const told = addressesIn(facts.filter(({ name }) => naming.includes(name)));
  const ours = told.map((address) => gatekeepers.find((each) => each.address === address)?.id);
  return ours.length === 0 || ours.includes(undefined) ? undefined : ours.flatMap((id) => id ?? []);
}

/** What the comparison says of one device, for its alarm. */
export interface Match {
  readonly device: Device;
  /** `not-claimed`: the device itself does not say that it is registered, which is another symptom. */
  readonly value: "listed" | "not-listed" | "not-claimed";
}

/** The alarm of a comparison, as far as the next one asks: since when lists lack the device. */
export type Doubt = Pick<Alarm, "state" | "firstBadAt">;

/**
 * What a new list says about the devices that ought to be on it. Each device is judged at the lists of one gatekeeper only (the first
 * that ought to list it), so that two lists are two looks. What cannot be told (a list is missing, the device says nothing) is left
 * out: its alarm holds.
 *
 * Gone from the list, a device has to say once more that it is on it: one that hangs or is switched off leaves its list before we find
 * that it is silent, and its last word is older than the list. That is one failure, the silence, and no mismatch.
 */
export function compareList(input: {
  readonly list: Listing;
  readonly registrars: Registrars;
  readonly devices: Iterable<Device>;
  readonly looksOf: (device: string) => readonly Seen[];
  /** Its alarm that a good comparison could clear. Without one only what is bad is said. */
  readonly alarmed: (device: string) => Doubt | undefined;
}): readonly Match[] {
  const { list, devices, looksOf, alarmed } = input;
  const registrars = { ...input.registrars, listings: new Map(input.registrars.listings).set(list.gatekeeper, list) };
  const found: Match[] = [];
  for (const device of devices) {
    if (!registering.has(device.kind)) continue;
    const alarm = alarmed(device.id);
    if (alarm === undefined && list.addresses.has(device.address)) continue;
    const looks = looksOf(device.id);
    const value = doubted(matchOf(claimOf(looks), sidesOf(device, looks, registrars, list.at), list.gatekeeper), looks, alarm);
    if (value !== undefined && (alarm !== undefined || value === "not-listed")) found.push({ device, value });
  }
  return found;
}

/** The second list that lacks a device counts once the device has said so since the first; one that says nothing any more begins anew. */
function doubted(value: Match["value"] | undefined, looks: readonly Seen[], alarm: Doubt | undefined): Match["value"] | undefined {
  if (alarm?.state !== "pending") return value;
  if (value === undefined && claimOf(looks) === undefined) return "not-claimed";
  return value === "not-listed" && !saidSince(looks, alarm.firstBadAt) ? undefined : value;
}

/** Does a look that began after `since` hear that it is registered? */
function saidSince(looks: readonly Seen[], since: Instant = 0): boolean {
  const said = (look: Seen) => registrationReadings.some((name) => wordsOf([look], name).some(({ value }) => value === "registered"));
  return looks.some((look) => look.at - (look.durationMs ?? 0) > since && said(look));
}

function matchOf(claim: Claim, sides: readonly Side[], gatekeeper: string): Match["value"] | undefined {
  if (claim === undefined) return undefined;
  if (claim !== "registered") return "not-claimed";
  if (sides[0]?.gatekeeper !== gatekeeper) return sides.length === 0 ? "not-claimed" : undefined;
  if (sides.some(({ listed }) => listed === true)) return "listed";
  return sides.every(({ listed }) => listed === false) ? "not-listed" : undefined;
}

/** `10.0.0.1:1719` and `[::1]:5061` without their port. */
function bareAddress(text: string): string {
  const bracketed = /^\[([^\]]+)\]/.exec(text);
  if (bracketed?.[1] !== undefined) return bracketed[1];
  return /^[^:]+:\d+$/.test(text) ? text.slice(0, text.lastIndexOf(":")) : text;
}

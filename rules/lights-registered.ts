/**
 * The fourth light: can it be called? What the device says and what gatekeepers list are compared.
 *
 * Pure. One side alone is said as one side alone. A gatekeeper that cannot be asked says nothing: it makes nothing bad.
 */
import type { DeviceKind } from "../daemon/model/family.ts";
import { beyondReach } from "./lights-reach.ts";
import { active, isOwn, type Judged, type LightInput, pending, type Seen, verdict, wordsOf } from "./lights-seen.ts";

/** What a device says of its own registrations together; undefined: it says nothing of them. */
export type Claim = "registered" | "not-registered" | "not-used" | undefined;

export const registrationReadings: readonly string[] = ["sip_registration", "h323_registration", "webex_status"];
/** Switched off on purpose, all its life; or, of an HDX, perhaps lost ("unregistered"): an alarm tells. The rules of lost registrations wait for a good look before any of these (packs/video.yaml; a test compares). */
export const unused: ReadonlySet<string> = new Set([
  ...[
    "inactive",
    "disabled",
    "off",
    "none",
    "offline",
    "unregistered",
    "not-used",
    "not-applicable",
    "notapplicable",
    "not-configured",
    "absent",
  ],
]);
/** Symptoms of a registration that the device itself says is lost. */
const lostSymptoms = ["sip-unregistered", "h323-unregistered"];

/** What can be called; a switch, a UPS or the gatekeeper itself is on nobody's list. */
export const registering: ReadonlySet<DeviceKind> = new Set<DeviceKind>(["codec", "endpoint", "bridge"]);

export function claimOf(looks: readonly Seen[]): Claim {
  const words = registrationReadings.flatMap((name) => wordsOf(looks, name).map((reading) => reading.value));
  if (words.length === 0) return undefined;
  if (words.includes("registered")) return "registered";
  return words.every((word) => unused.has(word)) ? "not-used" : "not-registered";
}

/** Registered, but only where no gatekeeper of ours can list it: with Webex. */
export function claimsElsewhere(looks: readonly Seen[]): boolean {
  return !["sip_registration", "h323_registration"].some((name) => wordsOf(looks, name).some(({ value }) => value === "registered"));
}

export function judgeRegistered(input: LightInput, link: Judged): Judged {
  const { device, looks, alarms, sides } = input;
  if (!registering.has(device.kind)) return verdict("not-applicable", "does-not-register");
  const claim = claimOf(looks);
  const listedBy = sides.find((side) => side.listed === true)?.gatekeeper;
  const lackedBy = sides.find((side) => side.listed === false)?.gatekeeper;
  const lost = lostSymptoms.flatMap((symptom) => active(alarms, symptom) ?? []).find(isOwn);
  if (lost !== undefined) {
    const { symptom, part } = lost;
    const what = { symptom, ...(part === undefined ? {} : { part }) };
    if (claim === "registered") return verdict("warning", "partly-unregistered", what);
    return listedBy === undefined ? verdict("bad", "unregistered", what) : verdict("bad", "stale-listing", { by: listedBy });
  }
  const losing = lostSymptoms.some((symptom) => pending(alarms, symptom));
  switch (claim) {
    case "registered":
      return claimedRegistered(input, listedBy, lackedBy);
    case "not-registered":
      return losing ? "hold" : verdict("bad", "unregistered");
    case "not-used":
      // Registered until a moment ago: the rule waits before it calls that lost, and so does the light.
      if (losing) return "hold";
      return listedBy === undefined ? verdict("not-applicable", "not-used") : verdict("warning", "stale-listing", { by: listedBy });
    case undefined:
      return beyondReach(link, looks) ?? unsaid(input, listedBy, lackedBy);
  }
}

/** Not listed once may be a list that was taken while it registered again: only the rule over two lists makes it a warning. */
function claimedRegistered({ sides, alarms }: LightInput, listedBy: string | undefined, lackedBy: string | undefined): Judged {
  const mismatch = active(alarms, "registration-mismatch");
  if (mismatch !== undefined && listedBy === undefined)
    return verdict("warning", "not-listed", { by: lackedBy ?? sides[0]?.gatekeeper ?? "" });
  if (listedBy !== undefined) return verdict("good", "both-sides", { by: listedBy });
  if (lackedBy !== undefined) return "hold";
  const unasked = sides[0]?.gatekeeper;
  return unasked === undefined ? verdict("good", "said") : verdict("good", "said-unconfirmed", { by: unasked });
}

/** The device says nothing: the gatekeeper's word, or none. */
function unsaid({ device, family, looks, before, sides }: LightInput, listedBy: string | undefined, lackedBy: string | undefined): Judged {
  if (listedBy !== undefined) return verdict("good", "listed-only", { by: listedBy });
  const asked = device.checks.filter((check) => check.kind !== "icmp" && check.kind !== "tcp");
  if (asked.length > 0 && before !== undefined && asked.some((check) => looks.every((look) => look.kind !== check.kind))) return "hold";
  const tells =
    family?.capabilities?.includes("registration") === true ||
    (family?.meanings ?? []).some(({ symptom }) => lostSymptoms.includes(symptom));
  if (tells && asked.length > 0) return verdict("unknown", "not-told");
  const unasked = sides.find((side) => side.listed === undefined)?.gatekeeper;
  if (unasked !== undefined && lackedBy === undefined && device.kind !== "bridge")
    return verdict("unknown", "list-too-old", { by: unasked });
  // A bridge may well be reached without any gatekeeper, and says nothing of it.
  return lackedBy === undefined || device.kind === "bridge"
    ? verdict("not-applicable", "tells-nothing")
    : verdict("unknown", "not-listed-untold", { by: lackedBy });
}

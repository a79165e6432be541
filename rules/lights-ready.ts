/**
 * The fifth light: is anything wrong with the device itself, and what is it doing?
 *
 * Pure. Ready is what is left once the other four are judged: peripherals, temperature, power, diagnostics.
 */
import type { Alarm } from "../daemon/model/alarm.ts";
import type { StateMeaning } from "../daemon/model/family.ts";
import { calling, doingIn } from "./activity.ts";
import { beyondReach } from "./lights-reach.ts";
import { checked, isOwn, type Judged, type JudgedActivity, type LightInput, verdict, wordsOf } from "./lights-seen.ts";

/** Symptoms that another light shows, or that no light shows: a person's call for help, an event. */
const elsewhere = new Set([
  ...["unreachable", "high-loss", "media-loss", "media-jitter", "media-latency"],
  ...["login-refused", "host-key-changed", "auth-failure", "unobserved", "silent", "signalling-port-closed"],
  ...["sip-unregistered", "h323-unregistered", "registration-mismatch"],
  ...["user-assistance", "reboot", "blind-poller", "link-down"],
]);

/** A session would notice: the light is out. Every other symptom of the device is a warning. */
const unready = new Set([
  ...["camera-disconnected", "microphone-disconnected", "touchpanel-disconnected", "display-disconnected"],
  ...[
    "over-temperature",
    "fan-failed",
    "power-supply-failed",
    "voltage-abnormal",
    "battery-low",
    "ups-overload",
    "ups-fault",
    "bridge-fault",
  ],
]);

export function judgeReady(input: LightInput, link: Judged, api: Judged): Judged {
  const { device, alarms, looks } = input;
  if (checked(device, ["snmp", "ssh", "telnet", "https"]).length === 0 && alarms.every(({ symptom }) => elsewhere.has(symptom))) {
    return verdict("not-applicable", "tells-nothing");
  }
  const wrong = alarms.filter((alarm) => alarm.state === "active" && isOwn(alarm) && !elsewhere.has(alarm.symptom));
  if (wrong.length > 0) return worst(wrong);
  const out = beyondReach(link, looks);
  if (out !== undefined) return out;
  if (api === "hold") return "hold";
  if (api.state === "bad" || api.state === "unknown") return verdict("unknown", "not-told");
  if (wordsOf(looks, "system_state").some(({ value }) => value === "initializing")) return verdict("warning", "starting");
  const meant = unjudged(input);
  if (meant !== undefined) return meant;
  return verdict("good", "nothing-wrong");
}

/** The gravest first, then by name, so that the same alarms give the same reason. */
function worst(wrong: readonly Alarm[]): Judged {
  const sorted = [...wrong].sort((a, b) => Number(unready.has(b.symptom)) - Number(unready.has(a.symptom)) || (a.key < b.key ? -1 : 1));
  const first = sorted[0];
  if (first === undefined) return "hold";
  const { symptom, part, rule } = first;
  const more = sorted.length === 1 ? {} : { more: String(sorted.length - 1) };
  return verdict(unready.has(symptom) ? "bad" : "warning", "alarm", { symptom, rule, ...(part === undefined ? {} : { part }), ...more });
}

/** A word that the family's data calls a fault, and no rule has an alarm for: shown, though nobody is told. */
function unjudged({ family, looks, alarms }: LightInput): Judged | undefined {
  const meanings = (family?.meanings ?? []).filter(({ symptom }) => !elsewhere.has(symptom));
  if (meanings.length === 0) return undefined;
  for (const look of looks) {
    for (const { name, value, part } of look.readings) {
      const found = meanings.find((meaning) => means(meaning, { name, value, part }));
      if (found === undefined) continue;
      // Its rule is still counting: what was stays.
      if (alarms.some((alarm) => alarm.symptom === found.symptom && (alarm.part ?? "") === (part ?? ""))) return "hold";
      return verdict("warning", "state", { reading: name, value, ...(part === undefined ? {} : { part }) });
    }
  }
  return undefined;
}

function means(meaning: StateMeaning, said: { readonly name: string; readonly value: string; readonly part: string | undefined }): boolean {
  const { reading, values, part } = meaning;
  const ofPart = part === undefined || said.part === part || said.part?.startsWith(`${part} `) === true;
  return reading === said.name && values.includes(said.value) && ofPart;
}

/** Undefined for what holds no calls. */
export function judgeActivity(input: LightInput, link: Judged): JudgedActivity | undefined {
  const { device, looks, presence } = input;
  if (!calling.has(device.kind)) return undefined;
  if (link !== "hold" && beyondReach(link, looks) !== undefined) {
    if (link.code === "excused") return "hold";
    const away = link.code === "away" || (link.state === "bad" && presence !== "always" && !input.isDue());
    if (away && presence !== undefined) return { state: "off-by-schedule", code: presence };
    if (link.state === "bad") return { state: "unknown", code: "link-down" };
  }
  const [readings, samples] = [looks.flatMap((look) => look.readings), looks.flatMap((look) => look.samples)];
  const doing = doingIn({ readings, samples });
  if (doing !== undefined) return { state: doing, code: doing === "in-call" ? "calls" : "said" };
  if (wordsOf(looks, "standby").length > 0) return { state: "idle", code: "said" };
  const waiting =
    looks.every((look) => look.kind === "icmp" || look.kind === "tcp") && checked(device, ["snmp", "ssh", "telnet", "https"]).length > 0;
  return waiting ? "hold" : { state: "unknown", code: "not-told" };
}

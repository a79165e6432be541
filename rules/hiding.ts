/**
 * One trouble that a device tells twice is told once: which symptom of the same device already says what another one says.
 *
 * Pure.
 */
import type { Hiding, Rule } from "../daemon/model/rule.ts";
import { type Instant, MINUTE } from "../daemon/model/time.ts";

/** What a symptom hides on its own device: it is told once, by the symptom that explains it. */
const HIDES: Readonly<Record<string, ReadonlySet<string> | "polled">> = {
  unreachable: "polled",
  "login-refused": new Set(["unobserved"]),
  "host-key-changed": new Set(["unobserved"]),
};

/** Told by the device itself, or a cause rather than a consequence: an unreachable device does not hide them. */
const NOT_HIDDEN = new Set([
  "unreachable",
  "on-battery",
  "battery-low",
  "reboot",
  "auth-failure",
  "user-assistance",
  "blind-poller",
  "link-down",
]);

/**
 * What is hidden is a cause of its own only so long after what said it was over (ours): a codec takes its message back when it next checks
 * itself, not when the camera is plugged in again.
 */
const lingersMs = 5 * MINUTE;

/** A symptom, and of which part. */
export interface Told {
  readonly symptom: string;
  readonly part?: string;
}

/** Does a rule leave it to this symptom to be told? */
export function saysForOthers(symptom: string, rules: Iterable<Pick<Rule, "hiddenBy">>): boolean {
  for (const { hiddenBy } of rules) if (hiddenBy?.some((by) => by.symptom === symptom) === true) return true;
  return false;
}

/** Of what is active on the same device, that which already says this; undefined when nothing does. */
export function maskedBy<T extends Told>(own: Told, active: Iterable<T>, hiddenBy: readonly Hiding[] = []): T | undefined {
  for (const other of active) {
    if (hiddenBy.some((by) => says(by, own, other))) return other;
    const hides = Object.hasOwn(HIDES, other.symptom) ? HIDES[other.symptom] : undefined;
    if (hides === "polled" ? !NOT_HIDDEN.has(own.symptom) : hides?.has(own.symptom) === true) return other;
  }
  return undefined;
}

function says({ symptom, parts, of }: Hiding, own: Told, other: Told): boolean {
  return symptom === other.symptom && isOf(parts, own.part) && isOf(of, other.part);
}

function isOf(parts: readonly string[] | undefined, part: string | undefined): boolean {
  return parts === undefined || (part !== undefined && parts.includes(part));
}

/** What said it until it was over itself, and until when it still counts as said by that; undefined: nothing was over of late. */
export function hiddenUntil(
  own: Told,
  hiddenBy: readonly Hiding[] | undefined,
  overAt: (symptom: string) => Instant | undefined,
): { readonly by: string; readonly at: Instant } | undefined {
  let last: { readonly by: string; readonly at: Instant } | undefined;
  for (const { symptom, parts } of hiddenBy ?? []) {
    const over = isOf(parts, own.part) ? overAt(symptom) : undefined;
    if (over !== undefined && (last === undefined || over + lingersMs > last.at)) last = { by: symptom, at: over + lingersMs };
  }
  return last;
}

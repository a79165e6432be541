/**
 * What the metrics say of people's requests: taken in, repeated, ended as it happens; what is open, at each scrape.
 */
import type { Metrics } from "../metrics.ts";
import { type HelpRequest, toldSymptoms } from "../model/request.ts";
import type { Store } from "../ports.ts";
import type { IntakeStats } from "./taking.ts";

/** So many open ones are counted: far over what a desk of people can have open. */
const mostCounted = 1_000;
const told: ReadonlySet<string> = new Set(toldSymptoms);

type Counted = Pick<Metrics, "requestsTaken" | "requestsRepeated" | "requestsOpen" | "requestSeconds">;

export function intakeStats(metrics: Counted): IntakeStats {
  return {
    taken: (way) => metrics.requestsTaken.inc({ way }),
    repeated: (way) => metrics.requestsRepeated.inc({ way }),
    ended: (how, seconds) => metrics.requestSeconds.observe({ how }, seconds),
  };
}

/** Labels are bounded: whatever a device may tell is one, `other`. */
export async function mirrorRequests(metrics: Counted, store: Pick<Store, "requests">): Promise<void> {
  const open = await store.requests({ open: true, limit: mostCounted });
  metrics.requestsOpen.reset();
  for (const way of ["phone", "form", "mail", "button"] as const) metrics.requestsOpen.set({ way, symptom: "user-assistance" }, 0);
  for (const each of open) metrics.requestsOpen.inc(labelsOf(each));
}

function labelsOf({ source, symptom }: HelpRequest) {
  return { way: source, symptom: told.has(symptom) ? symptom : "other" };
}

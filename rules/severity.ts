/**
 * Minor or major, and who is woken, at the opening of an incident. Provisional: settled at the end of the first call.
 *
 * Pure. Follows the incident procedure (docs/rules.md); where it cannot be told, the higher one.
 */
import type { Severity, Urgency } from "../daemon/model/incident.ts";
import type { Device, Network } from "../daemon/model/network.ts";
import type { Rule } from "../daemon/model/rule.ts";
import { MINUTE } from "../daemon/model/time.ts";
import { descendants } from "./suppress.ts";

/** A session that starts within this makes an incident major and urgent. Ours: the procedure gives no figure. */
export const SESSION_NEAR_MS = 60 * MINUTE;

export interface OpeningInput {
  readonly rule: Rule;
  /** The device of the root cause; undefined for a circuit, or for our own sight. */
  readonly device: Device | undefined;
  readonly network: Network;
  /** A service that runs day and night depends on it. */
  readonly alwaysUrgent: boolean;
  /** Is service owed now? By the session calendar, or without one by the device's own service hours. */
  readonly inServiceHours: boolean;
  /** Known to reach beyond one device (a site, a circuit, several devices). Undefined: nobody can tell yet. */
  readonly general: boolean | undefined;
  /** Milliseconds to the next session that needs it; 0 or less while one runs; undefined: none is known. */
  readonly sessionWithinMs?: number;
}

export interface Opening {
  readonly severity: Severity;
  readonly severityWhy: string;
  readonly urgency: Urgency;
  readonly urgencyWhy: string;
  readonly general: boolean;
}

/** Why the failure reaches beyond one device; undefined when it does not. */
function generalBecause({ rule, device, network, general }: OpeningInput): string | undefined {
  if (general === true) return "several devices or a whole site are hit";
  if (general === undefined) return "it is not known how far it reaches; unsure is the higher one";
  if (rule.reach === "general") return `${rule.symptom} is a general failure`;
  if (device === undefined || rule.reach === "part" || !rule.outOfService) return undefined;
  if (device.kind === "gatekeeper" || device.kind === "bridge") return `a ${device.kind} is out of service`;
  if (network.canary === device.id) return "the core of the network is out of service";
  const link = [...network.links.values()].find((one) => one.device === device.id);
  if (link !== undefined) return `the circuit ${link.id} is out of service`;
  if (network.sites.get(device.site)?.gateway === device.id) return `site ${device.site} is reached only through it`;
  const below = descendants(network, device.id).size;
  return below > 1 ? `${below} devices are reached through it` : undefined;
}

function sessionNear(sessionWithinMs: number | undefined): string | undefined {
  if (sessionWithinMs === undefined || sessionWithinMs > SESSION_NEAR_MS) return undefined;
  return sessionWithinMs <= 0 ? "a session is running" : `a session starts in ${Math.ceil(sessionWithinMs / MINUTE)} min`;
}

function settleUrgency(
  input: OpeningInput,
  general: string | undefined,
  session: string | undefined,
): Pick<Opening, "urgency" | "urgencyWhy"> {
  if (general !== undefined) return { urgency: "now", urgencyWhy: `general failure: ${general}` };
  if (session !== undefined) return { urgency: "now", urgencyWhy: session };
  // Ours: the procedure takes such a request by phone, where somebody waits on the line.
  if (input.rule.opensRequest) return { urgency: "now", urgencyWhy: "somebody in the room asks for help, and waits" };
  if (input.alwaysUrgent || input.device?.alwaysUrgent === true)
    return { urgency: "now", urgencyWhy: "it serves a service that runs day and night" };
  if (input.sessionWithinMs !== undefined) {
    return { urgency: "before-session", urgencyWhy: `its next session is in ${Math.floor(input.sessionWithinMs / MINUTE)} min` };
  }
  const why = input.inServiceHours ? "service is owed now, and no session is near" : "no session is near; it can wait until service hours";
  return { urgency: "service-hours", urgencyWhy: why };
}

/** Major if general, or if a session runs or starts within 60 min; else minor, on level 1's list. */
export function settleOpening(input: OpeningInput): Opening {
  const general = generalBecause(input);
  const session = sessionNear(input.sessionWithinMs);
  const because = general ?? session;
  return {
    severity: because === undefined ? "minor" : "major",
    severityWhy: because ?? "one device, and no session runs or starts within 60 min; settled at the end of the first call",
    ...settleUrgency(input, general, session),
    general: general !== undefined,
  };
}

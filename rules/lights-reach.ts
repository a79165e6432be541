/**
 * The first three lights: does it answer pings, is our account accepted, does it answer questions?
 *
 * Pure. Where the light before it is out, the next one is unknown: it cannot be told through a dead link.
 */
import type { ProbeKind } from "../daemon/model/observation.ts";
import {
  active,
  checked,
  excusedBy,
  explainedBy,
  isOwn,
  type Judged,
  type LightInput,
  lookOf,
  pending,
  type Seen,
  type Verdict,
  verdict,
} from "./lights-seen.ts";

/** Looks that log in. */
const loginKinds: readonly ProbeKind[] = ["ssh", "snmp", "telnet", "https"];
const askingKinds: readonly ProbeKind[] = ["ssh", "snmp", "telnet", "https", "tcp"];
/** We could not look just now, for a reason of our own that passes. */
const passing = new Set(["probe.paced", "probe.late", "probe.crash"]);

export function judgeLink({ device, looks, alarms }: LightInput): Judged {
  if (checked(device, ["icmp"]).length === 0) return verdict("not-applicable", "not-checked");
  const lost = active(alarms, "unreachable");
  if (lost !== undefined) {
    const excused = excusedBy(lost);
    if (excused !== undefined) return excused;
    const by = explainedBy(lost);
    if (by === undefined) return verdict("bad", "no-answer");
    return by === "blind" ? verdict("unknown", "blind") : verdict("unknown", "out-of-reach", { by });
  }
  const look = lookOf(looks, "icmp");
  if (look === undefined || passing.has(look.code ?? "")) return "hold";
  if (look.status === "unknown") return notLooked(look);
  if (look.status === "down") return pending(alarms, "unreachable") ? "hold" : verdict("bad", "no-answer");
  const poor = ["high-loss", "media-loss", "media-jitter", "media-latency"].find((symptom) => active(alarms, symptom));
  return poor === undefined ? verdict("good", "answers-ping") : verdict("warning", "alarm", { symptom: poor });
}

/** Why nothing beyond the link can be told; undefined when it can, or when something answers all the same. */
export function beyondReach(link: Judged, looks: readonly Seen[]): Verdict | undefined {
  if (link === "hold" || looks.some((look) => look.kind !== "icmp" && look.status === "up")) return undefined;
  if (link.state === "bad") return verdict("unknown", "link-down");
  return ["out-of-reach", "blind", "away", "excused"].includes(link.code) ? link : undefined;
}

export function judgeLogin(input: LightInput, link: Judged): Judged {
  const kinds = checked(input.device, loginKinds);
  if (kinds.length === 0) return verdict("not-applicable", "no-login");
  const judged = kinds.map((kind) => loginOver(input, kind));
  const refused = judged.find((each) => each !== "hold" && each.state === "bad");
  if (refused !== undefined) return refused;
  const accepted = kinds.filter((_, index) => stateOf(judged[index]) === "good");
  if (accepted.length > 0) return verdict("good", "accepted", { kinds: accepted.join(" ") });
  return beyondReach(link, input.looks) ?? held(judged);
}

function loginOver({ looks, alarms }: LightInput, kind: ProbeKind): Judged {
  const look = lookOf(looks, kind);
  const refusal = active(alarms, "login-refused", kind);
  // One that a credential explains is this device's as much as any other's; one that its state or another's failure explains is not.
  const refused = refusal !== undefined && (isOwn(refusal) || refusal.suppressedBy?.startsWith("credential:") === true);
  if (look?.code === "probe.resting") return verdict(refused ? "bad" : "unknown", "resting", { kind });
  if (look?.code?.endsWith(".auth-refused") === true) return verdict("bad", "refused", { kind });
  if (kind === "ssh" && (look?.code === "ssh.host-key-changed" || active(alarms, "host-key-changed") !== undefined)) {
    return verdict("bad", "host-key-changed");
  }
  if (look?.status === "up") return verdict("good", "accepted");
  if (refused) return verdict("bad", "refused", { kind });
  if (look === undefined || passing.has(look.code ?? "")) return "hold";
  if (look.status === "unknown") return notLooked(look);
  return pending(alarms, "silent", kind) ? "hold" : verdict("unknown", "no-answer", { kind });
}

export function judgeApi(input: LightInput, link: Judged, login: Judged): Judged {
  const kinds = checked(input.device, askingKinds);
  if (kinds.length === 0) return verdict("not-applicable", "not-asked");
  const judged = kinds.map((kind) => answerOver(input, kind));
  const answering = kinds.filter((_, index) => stateOf(judged[index]) === "good");
  const silent = kinds.filter((_, index) => stateOf(judged[index]) === "bad");
  if (answering.length === 0) {
    const unreachable = beyondReach(link, input.looks);
    if (unreachable !== undefined) return unreachable;
    if (silent.length > 0) return verdict("bad", "silent", { kinds: silent.join(" ") });
    return login !== "hold" && login.state === "bad" ? verdict("unknown", "not-let-in") : held(judged);
  }
  if (silent.length > 0) return verdict("warning", "partly-silent", { kinds: silent.join(" ") });
  if (active(input.alarms, "signalling-port-closed") !== undefined)
    return verdict("warning", "alarm", { symptom: "signalling-port-closed" });
  return judged.includes("hold") ? "hold" : verdict("good", "answers", { kinds: answering.join(" ") });
}

function answerOver({ looks, alarms }: LightInput, kind: ProbeKind): Judged {
  const look = lookOf(looks, kind);
  const silent = active(alarms, "silent", kind);
  if (silent !== undefined) {
    const excused = excusedBy(silent);
    if (excused !== undefined) return excused;
    const by = explainedBy(silent);
    return by === undefined ? verdict("bad", "silent") : verdict("unknown", by === "blind" ? "blind" : "out-of-reach", { by });
  }
  if (look === undefined || passing.has(look.code ?? "")) return "hold";
  if (look.status === "up") return verdict("good", "answers");
  if (look.status === "unknown") return notLooked(look);
  return pending(alarms, "silent", kind) ? "hold" : verdict("bad", "silent");
}

function notLooked({ kind, code }: Seen): Verdict {
  return verdict("unknown", "not-looked", { kind, ...(code === undefined ? {} : { code }) });
}

function stateOf(judged: Judged | undefined): string {
  return judged === undefined || judged === "hold" ? "hold" : judged.state;
}

/** Nothing was decided: what was stays, where anything may still come; else the first reason. */
function held(judged: readonly Judged[]): Judged {
  return judged.find((each) => each === "hold") ?? judged[0] ?? "hold";
}

/** A diagnosis as the API's tests see it: a silent codec whose site answers, a step ticked. */
import type { ApiDeps } from "../../daemon/api/deps.ts";
import type { Diagnosis } from "../../daemon/model/diagnosis.ts";
import type { Incident } from "../../daemon/model/incident.ts";

export function diagnosisAt(at: number): Diagnosis {
  return {
    ...{ id: "VIG-2026-01-D1", incident: "01", level: 1, by: "system", state: "done", attempts: 1, version: 4 },
    ...{ askedAt: at - 580_000, startedAt: at - 580_000, endedAt: at - 572_000, timedOut: ["ssh"] },
    facts: [
      { name: "symptom", value: "unreachable", at: at - 580_000, from: "known" },
      { name: "ping", value: "silent", of: "codec-1", at: at - 579_000, from: "look", detail: "icmp.no-answer" },
      { name: "path", value: "ends-at-site", of: "codec-1", at: at - 575_000, from: "look" },
    ],
    judged: {
      verdict: "device",
      confidence: 54,
      row: "only-this-one",
      why: "it alone is silent: it has no power, its cable is out, or it failed",
    },
    also: [{ verdict: "power", confidence: 44, row: "maybe-no-power", why: "it is silent and the site answers: it may have no power" }],
    answers: [{ step: "network-cable", answer: "yes", at: at - 60_000, by: "anne", note: "plugged in, green light" }],
    figures: [{ of: "codec-1", name: "icmp_loss_ratio", value: 0.25 }],
    moments: [{ at: at - 600_000, of: "codec-1", what: "unreachable", detail: "VIG-2026-01" }],
    paths: [{ to: "codec-1", hops: ["router-1", undefined, "10.1.0.9"], reached: false }],
  };
}

export function diagnosing(at: number, incident: (id: string) => Incident): Pick<ApiDeps, "diagnosing" | "workarounds"> {
  const diagnosis = diagnosisAt(at);
  return {
    diagnosing: {
      ask: async (id, by, level) =>
        id === "none"
          ? { ok: false, status: 404, problem: "there is no incident none" }
          : {
              ok: true,
              incident: incident("01"),
              diagnosis: { ...diagnosis, id: "VIG-2026-01-D2", state: "queued", by, level, facts: [] },
            },
      tick: async (_id, of, { step, answer, by }) =>
        of === "none"
          ? { ok: false, status: 404, problem: "it has no diagnosis none" }
          : { ok: true, incident: incident("01"), diagnosis: { ...diagnosis, answers: [{ step, answer, at, by }] } },
    },
    workarounds: () => ({ rooms: ["a102"], devices: ["codec-2"], bridges: [], telephones: [{ room: "a101", phone: "514 555-0101" }] }),
  };
}

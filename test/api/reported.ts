/** Reports as the API's stand-ins give them. */
import type { FollowUpReport, IncidentFacts, IncidentReport } from "../../daemon/model/report.ts";
import { DAY, HOUR, MINUTE } from "../../daemon/model/time.ts";

const at = Date.parse("2026-03-09T14:05:00Z");
const length = (minutes: number) => ({ wallMs: minutes * MINUTE, serviceMs: minutes * MINUTE });

export const facts: IncidentFacts = {
  ...{ id: "01", number: "VIG-2026-01", site: "mgh", room: "a101", device: "codec-1", rootCause: "x|01", symptom: "unreachable" },
  ...{ rule: "unreachable", severity: "major", severityWhy: "not solved at the first call", urgency: "now", general: false, level: 2 },
  ...{ state: "restored", occurrences: 1, firstBadAt: at - HOUR, openedAt: at - 59 * MINUTE, restoredAt: at - 10 * MINUTE },
  ...{ detect: length(1), take: length(4), restore: length(50), down: length(50) },
  ...{ sites: ["mgh"], rooms: ["a101"], devices: ["codec-1"], clinicalMs: 20 * MINUTE, partners: [], actions: [] },
  sessions: [
    {
      ...{ id: "api:1", from: at - 40 * MINUTE, to: at + HOUR, rooms: ["a101"], kind: "clinical", basis: "estimate" },
      ...{ overlapMs: 30 * MINUTE, clinicalMs: 20 * MINUTE },
    },
  ],
  chronology: [{ at: at - 59 * MINUTE, by: "system", event: "opened", why: "codec-1 does not answer" }],
};

export const report: IncidentReport = {
  ...{ id: "01", incidents: ["01"], version: 2, at, by: "ann" },
  texts: {
    ...{ cause: "a power strip", organizational: "one room moved", clinical: "one session late" },
    remedial: { kind: "action", what: "replace the strip", owner: "ann", due: "2026-04-01" },
  },
};

export const followUp: FollowUpReport = {
  ...{ id: "01", period: "daily", from: at - DAY, to: at, madeAt: at },
  figures: {
    ...{ opened: 4, closed: 3, open: 1, majors: 1, falseAlarms: 1, healed: 1, pagesOutside: 2, pagesOutsideActed: 1 },
    ...{ sessions: { hit: 2, saved: 1, lost: 1, clinicalMinutes: 35 }, promises: { made: 2, kept: 1, broken: 1 } },
    ...{ medianTakeMs: 5 * MINUTE, medianRestoreMs: 90 * MINUTE },
    bySymptom: [{ symptom: "unreachable", count: 3, majors: 1 }],
    bySite: [{ site: "mgh", count: 3, majors: 1, downMs: 2 * HOUR }],
    openList: [
      {
        ...{ id: "01", number: "VIG-2026-01", site: "mgh", room: "a101", device: "codec-1", symptom: "unreachable" },
        ...{
          severity: "major",
          level: 2,
          state: "taken",
          openedAt: at - HOUR,
          waitingOn: "ann",
          overdue: true,
          atRisk: false,
          nextAt: at - 1,
        },
      },
    ],
    reportsOwed: [{ number: "VIG-2026-01", dueAt: at + 5 * DAY }],
  },
};

export const reportsOf01 = {
  of: async () => ({ ok: true, report, facts: [facts] }) as const,
  get: async () => ({ ok: true, report, facts: [facts] }) as const,
  save: async () => ({ ok: true, report, facts: [facts] }) as const,
  sign: async () => ({ ok: true, report: { ...report, signed: { by: "ops", function: "it-technician", at } }, facts: [facts] }) as const,
};

/**
 * What a diagnosis asks of whom: puts the questions together for the role that asks them (roles/diagnoser.ts).
 *
 * Part of the composition root (app.ts).
 */
import { lookup } from "node:dns/promises";
import { findFping } from "../probes/icmp/icmp-probe.ts";
import { withDiagnosis } from "../rules/diagnosis-own.ts";
import type { BoardView } from "./board.ts";
import type { Booking } from "./booking.ts";
import { type AskingDeps, lastServices, pings, services, ways } from "./diagnosing/asking.ts";
import { detailed } from "./diagnosing/detail.ts";
import { type KnownDeps, known, seenFacts } from "./diagnosing/known.ts";
import { registrations } from "./diagnosing/registered.ts";
import { type Subject, subjectOf } from "./diagnosing/subject.ts";
import type { Looking } from "./looking.ts";
import type { Metrics } from "./metrics.ts";
import type { Config } from "./model/config.ts";
import type { Diagnosis } from "./model/diagnosis.ts";
import type { Incident } from "./model/incident.ts";
import type { Device } from "./model/network.ts";
import type { Clock, Log, Store } from "./ports.ts";
import { Diagnoser, type DiagnoserStats, type Questions } from "./roles/diagnoser.ts";
import type { Evaluator } from "./roles/evaluator.ts";
import type { Leases } from "./roles/lease.ts";

export interface DiagnosingParts {
  readonly store: Store;
  readonly clock: Clock;
  readonly log: Log;
  readonly config: () => Config;
  readonly leases: Leases;
  readonly metrics: Metrics;
  readonly board: BoardView;
  readonly looking: { readonly prober: Pick<Looking["prober"], "lookOnce">; readonly pace: Looking["pace"] };
  readonly evaluator: () => Evaluator | undefined;
  readonly booking: Pick<Booking, "meeting">;
  readonly changed: () => void;
}

export function makeDiagnoser(parts: DiagnosingParts): Diagnoser {
  const alarmsOf = (holder: string) => parts.evaluator()?.memory.ofDevice(holder) ?? [];
  const questions = questionsOf(askingOf(parts), { ...parts, alarmsOf, meeting: parts.booking.meeting });
  return new Diagnoser({ ...parts, questions, stats: statsOf(parts.metrics) });
}

function askingOf({ clock, board, config, looking }: DiagnosingParts): AskingDeps {
  return {
    ...{ clock, board, pace: looking.pace, fping: findFping() },
    network: () => config().network,
    families: () => config().families,
    look: (check, signal) => looking.prober.lookOnce(check, signal, false),
    lookClosely: (check, signal) => looking.prober.lookOnce(check, signal, false, withDiagnosis),
    resolve: async (name) => {
      try {
        return (await lookup(name)).address;
      } catch {
        // No such name, or no name server: nobody can be asked there.
        return undefined;
      }
    },
    checkWithinMs: () => config().diagnosis.checkWithinMs,
  };
}

export function questionsOf(asking: AskingDeps, deps: KnownDeps): Questions {
  const subject = (incident: Incident): Subject => subjectOf(incident, deps.config().network, (id) => deps.board.get(id)?.up === 1);
  return {
    first: (incident) => {
      const about = subject(incident);
      return [...known(deps, incident, about), ...pings(asking, about)];
    },
    rest: (incident, diagnosis, busy) => {
      const about = subject(incident);
      const { device } = about;
      if (device === undefined) return [];
      const word = wordOf(diagnosis, "ping");
      const answers = word === "answers" || word === "lossy";
      const others = busy && diagnosis.level === 1 ? [] : beside(about, diagnosis);
      const farEnd = deps.config().network.devices.get(diagnosis.farEnd ?? "");
      const more = diagnosis.level === 2 ? detailed(asking, deps, { incident, subject: about, farEnd }) : [];
      const far = farEnd === undefined || others.some(({ id }) => id === farEnd.id) ? [] : [farEnd];
      return [
        ...more,
        ...(answers ? services(asking, device, (finding) => seenFacts(deps, device, finding, "look")) : [lastServices(asking, device)]),
        ...(busy ? [] : registrations(asking, device)),
        ...(answers && word !== "lossy" && diagnosis.level === 1 ? [] : ways(asking, about, [...others, ...far])),
      ];
    },
  };
}

function wordOf({ facts }: Diagnosis, name: string): string | undefined {
  return facts.find((fact) => fact.name === name)?.value;
}

/** Who answered, for the way that works beside the one that does not; the gateway first. And who of them did not. */
function beside({ gateway, neighbour, core, device }: Subject, diagnosis: Diagnosis): readonly Device[] {
  const named = [
    ["gateway", gateway],
    ["neighbour", neighbour],
    ["core", core],
  ] as const;
  const there = named.flatMap(([name, of]) =>
    of === undefined || of.id === device?.id ? [] : [{ of, answers: wordOf(diagnosis, name) === "answers" }],
  );
  return there.map(({ of }) => of);
}

function statsOf(metrics: Metrics): DiagnoserStats {
  return {
    ended({ level, state, judged }, seconds) {
      metrics.diagnoses.inc({ level: String(level), verdict: judged?.verdict ?? "unknown", result: state });
      metrics.diagnosisSeconds.observe({ level: String(level) }, seconds);
    },
    late: (check) => metrics.diagnosisChecksLate.inc({ check: check.split("-to-")[0] ?? check }),
    waiting: (count) => metrics.diagnosesWaiting.set(count),
  };
}

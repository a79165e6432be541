/**
 * How people ask for a diagnosis, and tick its first steps. Each act is one transaction, on the timeline with who and why.
 */
import { answered } from "../../rules/diagnosis.ts";
import { addWork } from "../../rules/followup.ts";
import type { Diagnosis, DiagnosisStep, DiagnosisTable, StepAnswer } from "../model/diagnosis.ts";
import type { Incident } from "../model/incident.ts";
import { type ActResult, actOn, type DeskDeps } from "./acting.ts";
import { ClassFacts } from "./class-facts.ts";

export type DiagnosisResult =
  | { readonly ok: true; readonly incident: Incident; readonly diagnosis: Diagnosis }
  | Extract<ActResult, { ok: false }>;

export interface DiagnosisDeskDeps extends DeskDeps {
  /** Somebody asked: the role looks at once. */
  readonly poke: () => void;
}

/** Of one incident that wait or are under way; beyond it nobody asks for more. */
const mostUnended = 4;

export class DiagnosisDesk {
  readonly #deps: DiagnosisDeskDeps;
  readonly #facts: ClassFacts;

  constructor(deps: DiagnosisDeskDeps) {
    this.#deps = deps;
    this.#facts = new ClassFacts(deps.config, deps.bookings);
  }

  /** Waits for its turn, which comes before those of the daemon's own. `farEnd`: a device at the other end. */
  async ask(id: string, by: string, level: 1 | 2, farEnd?: string): Promise<DiagnosisResult> {
    let made: Diagnosis | undefined;
    const result = await actOn(this.#deps, id, async (incident, tx) => {
      if (farEnd !== undefined && !this.#deps.config().network.devices.has(farEnd))
        return { refused: `to: there is no device "${farEnd}"; see GET /api/v1/devices`, status: 422 };
      const before = await tx.diagnosesOf(incident.id);
      if (before.filter(({ state }) => state === "queued" || state === "running").length >= mostUnended)
        return { refused: `${mostUnended} diagnoses of ${incident.number} wait or are under way; wait for one to end` };
      const at = this.#deps.clock.now();
      const number = Math.max(0, ...before.map((each) => Number(/-D(\d+)$/.exec(each.id)?.[1] ?? 0))) + 1;
      made = {
        ...{ id: `${incident.number}-D${number}`, incident: incident.id, level, by, state: "queued", askedAt: at, attempts: 0 },
        ...{ facts: [], also: [], answers: [], timedOut: [], version: 1 },
        ...(farEnd === undefined ? {} : { farEnd }),
      };
      await tx.saveDiagnosis(made);
      await tx.audit([
        { at, by, action: "incident.diagnose", target: incident.number, data: { level, ...(farEnd === undefined ? {} : { farEnd }) } },
      ]);
      return addWork(incident, "diagnosis-asked", {
        ...this.#worked(incident, by),
        takes: false,
        note: `the checks of level ${level}`,
        data: { diagnosis: made.id },
      });
    });
    if (result.ok) this.#deps.poke();
    return this.#with(result, made);
  }

  /** A first step is done, or answered: the diagnosis is judged again. */
  async tick(id: string, diagnosis: string, answer: Omit<StepAnswer, "at">): Promise<DiagnosisResult> {
    let made: Diagnosis | undefined;
    const result = await actOn(this.#deps, id, async (incident, tx) => {
      const { table } = this.#deps.config().diagnosis;
      const before = await tx.diagnosis(diagnosis);
      if (before === undefined || before.incident !== incident.id)
        return {
          refused: `${incident.number} has no diagnosis ${diagnosis}; see GET /api/v1/incidents/${incident.number}/diagnoses`,
          status: 404,
        };
      const step = stepOf(table, answer.step);
      if (step === undefined) return { refused: `step: there is no step "${answer.step}"; the diagnosis lists them`, status: 422 };
      const refused = notAnswerable(step, answer.answer);
      if (refused !== undefined) return { refused, status: 422 };
      const worked = this.#worked(incident, answer.by);
      made = answered(table, before, { ...answer, at: worked.at });
      await tx.saveDiagnosis(made);
      const data = { diagnosis, step: step.id, answer: answer.answer, ...(answer.note === undefined ? {} : { note: answer.note }) };
      return addWork(incident, "step", { ...worked, takes: false, note: step.text.en, data });
    });
    return this.#with(result, made);
  }

  #with(result: ActResult, diagnosis: Diagnosis | undefined): DiagnosisResult {
    if (!result.ok) return result;
    if (diagnosis === undefined) return { ok: false, status: 409, problem: "it is moving too fast; try again" };
    return { ok: true, incident: result.incident, diagnosis };
  }

  #worked(incident: Incident, by: string) {
    const at = this.#deps.clock.now();
    return { by, at, hours: this.#facts.terms(incident, undefined, at) };
  }
}

/** A step is one, under whatever verdict it stands. */
function stepOf({ advice }: DiagnosisTable, id: string): DiagnosisStep | undefined {
  for (const { steps } of advice.values()) for (const step of steps) if (step.id === id) return step;
  return undefined;
}

function notAnswerable({ id, asks }: DiagnosisStep, answer: StepAnswer["answer"]): string | undefined {
  if (asks && answer === "done") return `answer: "${id}" is a question; answer yes or no`;
  return asks || answer === "done" ? undefined : `answer: "${id}" is no question; write done`;
}

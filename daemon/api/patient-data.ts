/**
 * Patient data in what a person writes: no API keeps it unsaid.
 */
import { hasInsuranceNumber } from "../../probes/privacy.ts";
import { HttpProblem } from "./problem.ts";

/** The sentence when a text seems to hold a health insurance number, with what to do; undefined when it does not. */
export function patientWarning(what: string, texts: readonly (string | undefined)[], remedy: string): string | undefined {
  if (!texts.some((text) => text !== undefined && hasInsuranceNumber(text))) return undefined;
  return `${what} seems to hold a health insurance number (four letters, eight digits). No patient data belongs here: ${remedy}.`;
}

/** Refuses such a text (422). */
export function refusePatientData(what: string, texts: readonly (string | undefined)[]): void {
  const warning = patientWarning(what, texts, "write it without");
  if (warning !== undefined) throw new HttpProblem(422, "patient-data", warning);
}

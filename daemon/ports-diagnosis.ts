/**
 * What the store keeps of the diagnoses of incidents.
 */
import type { Diagnosis, DiagnosisState } from "./model/diagnosis.ts";
import type { Incident } from "./model/incident.ts";
import type { Instant } from "./model/time.ts";

export interface DiagnosisStore {
  diagnosis(id: string): Promise<Diagnosis | undefined>;
  /** Of one incident, the last asked first; at most a hundred. */
  diagnoses(incident: string): Promise<readonly Diagnosis[]>;
  /** In these states, the first asked first. */
  diagnosesIn(states: readonly DiagnosisState[], limit: number): Promise<readonly Diagnosis[]>;
  /** Failing, unfolded incidents that were opened since, and of which no diagnosis was ever begun; the first opened first. */
  undiagnosed(since: Instant, limit: number): Promise<readonly Incident[]>;
}

export interface DiagnosisTx {
  diagnosis(id: string): Promise<Diagnosis | undefined>;
  diagnosesOf(incident: string): Promise<readonly Diagnosis[]>;
  /** A new one (version 1), or the next version of one; RaceLost when somebody else came first. */
  saveDiagnosis(diagnosis: Diagnosis): Promise<void>;
}

/**
 * What the store keeps of maintenance and silences. Nothing is deleted: what counts in a statistic of last year is told by them.
 */
import type { Maintenance } from "./model/maintenance.ts";
import type { Instant } from "./model/time.ts";

export interface MaintenanceQuery {
  /** Only what may be in force after this. */
  readonly endAfter?: Instant;
  readonly limit: number;
}

export interface MaintenanceStore {
  maintenance(id: string): Promise<Maintenance | undefined>;
  /** The last written first. */
  maintenances(query: MaintenanceQuery): Promise<readonly Maintenance[]>;
}

export interface MaintenanceTx {
  /** Inside the transaction; for an act that reads before it writes. */
  maintenance(id: string): Promise<Maintenance | undefined>;
  /** A new one, or one that was ended or called off. When it began is not touched. */
  saveMaintenance(maintenance: Maintenance): Promise<void>;
  /** The first failure has begun a flexible one. False: it had begun already, or is not there. */
  beginMaintenance(id: string, at: Instant): Promise<boolean>;
  /** The wall clock has jumped: what had begun, began at this time of the new clock. */
  moveBeginning(id: string, at: Instant): Promise<void>;
}

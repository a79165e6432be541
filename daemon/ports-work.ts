/**
 * What the store keeps of the work on incidents: tasks of partners, actions, numbers in other systems.
 */
import type { Instant } from "./model/time.ts";
import type { PartnerTask, Reference, WorkAction } from "./model/work.ts";

export interface TaskQuery {
  readonly incident?: string;
  readonly partner?: string;
  /** Only what is not over. */
  readonly open?: boolean;
  readonly limit: number;
}

export interface ActionQuery {
  readonly id?: string;
  readonly incident?: string;
  /** Only what was written down and is not in force yet. */
  readonly waiting?: boolean;
}

export interface WorkStore {
  /** The first one first; at most a thousand. */
  workActions(query: ActionQuery): Promise<readonly WorkAction[]>;
  task(id: string): Promise<PartnerTask | undefined>;
  /** The last opened first. */
  tasks(query: TaskQuery): Promise<readonly PartnerTask[]>;
  /** Numbers in other systems, of one incident or with this number. */
  references(query: { readonly incident?: string; readonly number?: string }): Promise<readonly Reference[]>;
}

export interface WorkTx {
  task(id: string): Promise<PartnerTask | undefined>;
  tasksOf(incident: string): Promise<readonly PartnerTask[]>;
  dueTasks(at: Instant, limit: number): Promise<readonly PartnerTask[]>;
  /** A new one (version 1), or the next version of one; RaceLost when somebody else came first. */
  saveTask(task: PartnerTask): Promise<void>;
  workActions(query: ActionQuery): Promise<readonly WorkAction[]>;
  /** A new one, or what became of one. */
  saveAction(action: WorkAction): Promise<void>;
  /** Tasks and actions go on with the incident that theirs was merged into. */
  moveWork(from: string, to: string): Promise<void>;
  /** The same number of the same system again changes nothing. */
  addReference(reference: Reference): Promise<void>;
  /** False: there is none such. */
  removeReference(reference: Pick<Reference, "incident" | "system" | "number">): Promise<boolean>;
}

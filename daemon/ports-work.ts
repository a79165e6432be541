/**
 * What the store keeps of the work on incidents: tasks of partners, actions, numbers in other systems.
 */
import type { Instant } from "./model/time.ts";
import type { Attachment, PartnerTask, Reference, WorkAction } from "./model/work.ts";
import type { DiagnosisStore, DiagnosisTx } from "./ports-diagnosis.ts";

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

export interface WorkStore extends DiagnosisStore {
  /** The first one first; at most a thousand. */
  workActions(query: ActionQuery): Promise<readonly WorkAction[]>;
  task(id: string): Promise<PartnerTask | undefined>;
  /** The last opened first. */
  tasks(query: TaskQuery): Promise<readonly PartnerTask[]>;
  /** Of an incident, the first one first, erased ones too. */
  attachments(incident: string): Promise<readonly Attachment[]>;
  /** Undefined: there is none, or it is erased. */
  attachmentBytes(id: string): Promise<Buffer | undefined>;
  /** Numbers in other systems, of one incident or with this number. */
  references(query: { readonly incident?: string; readonly number?: string }): Promise<readonly Reference[]>;
}

export interface WorkTx extends DiagnosisTx {
  task(id: string): Promise<PartnerTask | undefined>;
  tasksOf(incident: string): Promise<readonly PartnerTask[]>;
  dueTasks(at: Instant, limit: number): Promise<readonly PartnerTask[]>;
  /** A new one (version 1), or the next version of one; RaceLost when somebody else came first. */
  saveTask(task: PartnerTask): Promise<void>;
  /** As `saveTask`; what was there is overwritten, not only unlinked. */
  eraseTask(task: PartnerTask): Promise<void>;
  workActions(query: ActionQuery): Promise<readonly WorkAction[]>;
  /** A new one, or what became of one. */
  saveAction(action: WorkAction): Promise<void>;
  attachmentsOf(incident: string): Promise<readonly Attachment[]>;
  saveAttachment(attachment: Attachment, content: Buffer): Promise<void>;
  /** Its content is overwritten; what is said of it is this from now on. */
  eraseAttachment(attachment: Attachment): Promise<void>;
  /** Tasks, actions and files go on with the incident that theirs was merged into. */
  moveWork(from: string, to: string): Promise<void>;
  /** The same number of the same system again changes nothing. */
  addReference(reference: Reference): Promise<void>;
  /** False: there is none such. */
  removeReference(reference: Pick<Reference, "incident" | "system" | "number">): Promise<boolean>;
}

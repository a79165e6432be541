/**
 * The store's side of incidents that are joined, split and linked.
 */
import type { Alarm } from "./model/alarm.ts";
import type { IncidentLink, IncidentSplit } from "./model/joining.ts";
import type { InboxMessage } from "./ports.ts";

export interface JoiningStore {
  /** Links from or to an incident, the oldest first. */
  linksOf(incident: string): Promise<readonly IncidentLink[]>;
  /** Every split that a person has not taken back by merging. */
  loadSplits(): Promise<readonly IncidentSplit[]>;
  /** Alarms that an incident gathers now, by their keys. */
  alarmsOf(incident: string): Promise<readonly Alarm[]>;
}

export interface JoiningTx {
  linksOf(incident: string): Promise<readonly IncidentLink[]>;
  alarmsOf(incident: string): Promise<readonly Alarm[]>;
  /** Replaces a link of the same direction. */
  addLink(link: IncidentLink): Promise<void>;
  /** False: there is none. */
  removeLink(from: string, to: string): Promise<boolean>;
  loadSplits(): Promise<readonly IncidentSplit[]>;
  /** The same id again replaces it. */
  saveSplit(split: IncidentSplit): Promise<void>;
  forgetSplit(id: string): Promise<void>;
  /** For what the evaluator alone may change: it reads this after the commit. */
  appendInbox(messages: readonly Omit<InboxMessage, "seq">[]): Promise<void>;
}

/**
 * What memory believes of the incidents that are failing now, their root causes and ids, and of what people have split. People end incidents too, so it may be
 * wrong; a turn that was decided on a wrong belief loses its race and is decided again on what the store says.
 */
import { apartBy } from "../../rules/gathering.ts";
import { type Incident, isFailing } from "../model/incident.ts";
import type { IncidentSplit } from "../model/joining.ts";
import type { Store } from "../ports.ts";

export class FailingNow {
  readonly #idByRoot = new Map<string, string>();
  readonly #ids = new Set<string>();
  /** Did a person say that these two alarms are two troubles? */
  readonly apart: (one: string, other: string) => boolean;

  /** `open`: incidents that are not closed; a restored one gathers nothing more. */
  constructor(open: readonly Incident[] = [], splits: readonly IncidentSplit[] = []) {
    this.apart = apartBy(splits);
    for (const each of open) if (isFailing(each) && each.foldedInto === undefined) this.begins(each.rootCause, each.id);
  }

  /** As the store has it. */
  static async read(store: Pick<Store, "openIncidents" | "loadSplits">): Promise<FailingNow> {
    return new FailingNow(await store.openIncidents(), await store.loadSplits());
  }

  /** One that goes by another root cause now is no longer of the one before. */
  begins(root: string, id: string): void {
    if (this.#ids.has(id)) for (const [known, other] of this.#idByRoot) if (other === id) this.#idByRoot.delete(known);
    this.#idByRoot.set(root, id);
    this.#ids.add(id);
  }

  ends(root: string): void {
    const id = this.#idByRoot.get(root);
    this.#idByRoot.delete(root);
    if (id !== undefined) this.#ids.delete(id);
  }

  hasRoot(root: string): boolean {
    return this.#idByRoot.has(root);
  }

  has(id: string): boolean {
    return this.#ids.has(id);
  }
}

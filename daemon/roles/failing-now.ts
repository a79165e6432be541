/**
 * What memory believes of the incidents that are failing now: their root causes and ids. People end incidents too, so it may be
 * wrong; a turn that was decided on a wrong belief loses its race and is decided again on what the store says.
 */
import { type Incident, isFailing } from "../model/incident.ts";

export class FailingNow {
  readonly #idByRoot = new Map<string, string>();
  readonly #ids = new Set<string>();

  /** `open`: incidents that are not closed; a restored one gathers nothing more. */
  constructor(open: readonly Incident[] = []) {
    for (const each of open) if (isFailing(each) && each.foldedInto === undefined) this.begins(each.rootCause, each.id);
  }

  begins(root: string, id: string): void {
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

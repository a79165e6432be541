/**
 * Whose turn it has been: in a backlog the first incident of every other site goes before the rest of these.
 */
import type { Incident } from "../model/incident.ts";
import { type Instant, MINUTE } from "../model/time.ts";

const rememberedMs = MINUTE;

export class PassedSites {
  readonly #at = new Map<string, Instant>();

  add(moved: readonly Incident[], at: Instant): void {
    for (const { site } of moved) this.#at.set(site, at);
  }

  sites(now: Instant): readonly string[] {
    for (const [site, at] of this.#at) if (Math.abs(now - at) >= rememberedMs) this.#at.delete(site);
    return [...this.#at.keys()];
  }
}

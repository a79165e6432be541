/**
 * What the store keeps of the public texts of general failures.
 */
import type { KeptNews } from "./model/public-news.ts";
import type { Instant } from "./model/time.ts";

export interface PublicNewsStore {
  /** The first one first. */
  publicNews(incident: string): Promise<readonly KeptNews[]>;
}

export interface PublicNewsTx {
  /** A new one, or what was decided of one. A new one takes the timer of the one before it. */
  savePublicNews(news: KeptNews): Promise<void>;
  /** Whose next text has not come in time, and every text of an incident that is restored and has no last one; at most `limit`. */
  dueNews(at: Instant, limit: number): Promise<readonly KeptNews[]>;
  /** They go on with the incident that theirs went into. */
  moveNews(from: string, to: string): Promise<void>;
}

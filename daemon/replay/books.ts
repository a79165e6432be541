/**
 * What else decides: the sessions that were booked, and the maintenance and silences of that time, and
 * where devices are registered, as the store has them now.
 */
import { BookedSessions } from "../bookings.ts";
import { MaintenanceBook } from "../maintenance-book.ts";
import type { Config } from "../model/config.ts";
import { HOUR, type Instant } from "../model/time.ts";
import type { Clock, Store } from "../ports.ts";
import { Registrations } from "../registrations.ts";
import type { ReplayWorld } from "./engine.ts";

const most = 100_000;

export async function booksOf(
  store: Pick<Store, "sessions" | "maintenances" | "loadInventories">,
  config: Config,
  clock: Clock,
  from: Instant,
): Promise<Pick<ReplayWorld, "bookings" | "gates">> {
  const parts = { store, clock, config: () => config };
  const inventories = new Map((await store.loadInventories()).map((each) => [each.device, each]));
  const board = { inventory: (device: string) => inventories.get(device), inventoryRevision: 0 };
  const bookings = new BookedSessions({ ...parts, registrations: new Registrations(board, parts.config) });
  bookings.take(await store.sessions({ endAfter: from - HOUR, limit: most }));
  const mutes = new MaintenanceBook(parts);
  mutes.take(await store.maintenances({ endAfter: from - HOUR, limit: most }));
  return { bookings, gates: [mutes.keeper] };
}
